/**
 * What is said when a patch makes an object that its kind cannot hold.
 * Upstream: apiserver/pkg/endpoints/handlers/patch.go, apimachinery/pkg/runtime/converter.go.
 */
import { fieldInvalid, invalid, type Status } from '../../api/status.ts';
import type { PatchType } from '../request.ts';

/** A fault of the patch itself, which no kind is named for. */
export function patchFault(patchType: PatchType | undefined, patch: unknown, patched: unknown, why: string): Status {
  const shown = patchType === 'strategic' ? goText(patch) : JSON.stringify(patched);
  return invalid('', '', '', [fieldInvalid('patch', shown, why)]);
}

/** The converter's words for a value of the wrong type, from those of the decoder. */
export function converterText(message: string): string {
  const found = /cannot unmarshal (\w+)(?: \S+)? into Go struct field \S+ of type (\S+)$/.exec(message);
  if (!found) return message;
  const [, given = '', type = ''] = found;
  const source = { object: 'map', array: 'slice', number: 'int64' }[given] ?? given;
  if (type.startsWith('[]')) return `cannot restore slice from ${source}`;
  if (type.startsWith('map[')) return `cannot restore map from ${source}`;
  if (type.includes('.')) return `cannot restore struct from: ${source}`;
  return source === 'int64' && type === 'string' ? 'cannot convert int64 to string' : `unrecognized type: ${type}`;
}

/** A value as Go prints it with `%+v`: `map[spec:map[replicas:x]]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${goText((value as Record<string, unknown>)[key])}`).join(' ')}]`;
}
