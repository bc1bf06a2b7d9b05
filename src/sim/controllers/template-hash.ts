/**
 * Hashes of pod templates. Upstream: pkg/controller/controller_utils.go (ComputeHash) over a deep dump; here over the
 * canonical JSON, since only the equality of templates counts. Alphabet: apimachinery/pkg/util/rand (SafeEncodeString).
 */
import { hashText } from '../kernel/index.ts';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

export function safeEncode(text: string): string {
  return [...text].map((character) => ALPHABET[character.charCodeAt(0) % ALPHABET.length]!).join('');
}

const known = new WeakMap<object, string>();

/** Up to ten characters, of the alphabet in which generated names are written. */
export function templateHash(template: object, collisionCount = 0): string {
  if (collisionCount === 0) {
    const found = known.get(template);
    if (found) return found;
  }
  const text = canonical(template) + (collisionCount > 0 ? `/${collisionCount}` : '');
  const hash = safeEncode(String(hashText(text)));
  if (collisionCount === 0) known.set(template, hash);
  return hash;
}

/** JSON with sorted keys and without what is undefined. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  fields.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
