/**
 * `kubectl apply`, client side: GET; then POST with the last-applied annotation, or a three-way strategic patch.
 * Upstream: kubectl/pkg/cmd/apply/{apply,patcher}.go.
 */
import type { KindRegistry } from '../api/kind.ts';
import { resourceName } from '../api/kind.ts';
import type { KubeObject, Status, Stored } from '../api/object.ts';
import { failure } from '../api/status.ts';
import { threeWayPatch } from '../apiserver/patch/strategic-merge.ts';
import type { ApiRequest, ApiResponse } from '../apiserver/request.ts';
import { lastAppliedOf, withLastApplied } from './last-applied.ts';

/** Sends requests as one person. */
export interface PersonPort {
  readonly registry: KindRegistry;
  handle(request: Omit<ApiRequest, 'user'>): ApiResponse;
}

export type Applied =
  | { readonly ok: true; readonly outcome: 'created' | 'configured' | 'unchanged'; readonly object: Stored }
  | { readonly ok: false; readonly status: Status };

export function clientApply(port: PersonPort, object: KubeObject): Applied {
  const { apiVersion = '', kind = '', metadata } = object;
  const definition = port.registry.byGvk(apiVersion, kind);
  if (!definition) {
    const message = `no matches for kind "${kind}" in version "${apiVersion}"`;
    return { ok: false, status: failure({ code: 404, reason: 'NotFound', message }) };
  }
  const resource = resourceName(definition);
  const namespace = definition.isNamespaced ? (metadata?.namespace ?? 'default') : undefined;
  const place = namespace ? { resource, namespace } : { resource };
  const name = metadata?.name ?? '';
  const options = { fieldManager: 'kubectl-client-side-apply', fieldValidation: 'Strict' as const };
  const modified = withLastApplied(namespace ? { ...object, metadata: { ...metadata, namespace } } : object);

  const live = port.handle({ verb: 'get', ...place, name });
  if (live.code === 404) {
    const made = port.handle({ verb: 'create', ...place, body: modified, options });
    return made.code < 300
      ? { ok: true, outcome: 'created', object: made.body as Stored }
      : { ok: false, status: made.body as Status };
  }
  if (live.code >= 300) return { ok: false, status: live.body as Status };

  const current = live.body as Stored;
  const patch = threeWayPatch(
    kind,
    lastApplied(current),
    modified as Record<string, unknown>,
    current as unknown as Record<string, unknown>,
  );
  if (Object.keys(patch).length === 0) return { ok: true, outcome: 'unchanged', object: current };
  const patched = port.handle({ verb: 'patch', ...place, name, patchType: 'strategic', body: patch, options });
  return patched.code < 300
    ? { ok: true, outcome: 'configured', object: patched.body as Stored }
    : { ok: false, status: patched.body as Status };
}

function lastApplied(current: Stored): Record<string, unknown> {
  const text = lastAppliedOf(current);
  if (!text) return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    // Somebody edited the annotation by hand: kubectl stops here too, but a patch of additions is what the person wants.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
