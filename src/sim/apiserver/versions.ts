/**
 * Several versions of a kind over one store: objects are kept in one version, and converted where they come in and go out.
 * Upstream: apimachinery/pkg/runtime/serializer/versioning, apiserver/pkg/endpoints/handlers/response.go (transformObject).
 * Left out: managedFields, whose entries name the kept version whichever the manager spoke.
 */
import { apiVersionOf, type KindDefinition } from '../api/kind.ts';
import type { KubeObject, Stored } from '../api/object.ts';

/** An answer as the version has it: an object or a list; what is neither, as a Status or a Scale, stays. */
export function inVersion<T extends KubeObject>(served: KindDefinition, body: T): T {
  const { conversion } = served;
  if (!conversion) return body;
  const { kept: kind } = conversion;
  const { items } = body as { items?: readonly Stored[] };
  const isList = items !== undefined && body.kind === (kind.listKind ?? `${kind.kind}List`);
  if (isList)
    return { ...body, apiVersion: apiVersionOf(served), items: items.map((item) => conversion.fromKept(item)) };
  if (body.kind !== kind.kind || body.apiVersion !== apiVersionOf(kind)) return body;
  return conversion.fromKept(body as unknown as Stored) as unknown as T;
}

/** What somebody sent in that version, as it is kept. */
export const kept = (served: KindDefinition, object: KubeObject): KubeObject =>
  served.conversion?.toKept(object) ?? object;
