/**
 * Server-side apply merges by the schema, so a field that the schema does not have ends it, however lenient the
 * request. Upstream: managedfields/internal/structuredmerge.go, structured-merge-diff/typed/validate.go.
 */
import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject, Status } from '../../api/object.ts';
import { validateSchema } from '../../api/schema.ts';
import { unnamed } from '../../api/status.ts';
import type { RequestContext } from '../context.ts';
import { itemKey } from '../managed-fields.ts';
import { listRuleOf } from './merge-rules.ts';
import { keyText } from './server-side-apply.ts';

/** What to say of them; undefined where there are none, and for what is no object, which is refused elsewhere. */
export function undeclaredFields({ served: kind, request }: RequestContext): Status | undefined {
  const applied = request.body as KubeObject | undefined;
  if (typeof applied !== 'object' || applied === null || Array.isArray(applied)) return undefined;
  const { unknown } = validateSchema(kind, applied);
  if (unknown.length === 0) return undefined;
  const faults = unknown.map((path) => `${typedPath(kind.kind, applied, path)}: field not declared in schema`);
  const { name = '', namespace = '' } = applied.metadata ?? {};
  const version = kind.group ? apiVersionOf(kind) : `/${kind.version}`;
  const text = faults.length === 1 ? faults[0]! : `errors:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
  return unnamed(`failed to create typed patch object (${namespace}/${name}; ${version}, Kind=${kind.kind}): ${text}`);
}

/** `spec.containers[0].foo` as a set of fields has it: `.spec.containers[name="c"].foo`. */
function typedPath(kind: string, object: unknown, path: string): string {
  const fields: string[] = [];
  let value = object;
  let text = '';
  for (const [part, index] of [...path.matchAll(/[^.[\]]+|\[(\d+)\]/g)].map((found) => [found[0], found[1]] as const)) {
    if (index === undefined) {
      fields.push(part);
      value = (value as Record<string, unknown> | undefined)?.[part];
      text += `.${part}`;
      continue;
    }
    const item = (value as readonly unknown[] | undefined)?.[Number(index)];
    const keys = listRuleOf(kind, fields)?.keys ?? [];
    const isKeyed = keys.length > 0 && typeof item === 'object' && item !== null;
    text += isKeyed ? `[${keyText(itemKey(keys, item as Record<string, unknown>))}]` : part;
    value = item;
  }
  return text;
}
