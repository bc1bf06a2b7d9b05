/** JSON as Go writes it: keys of maps in order of their bytes, `<`, `>` and `&` escaped. Upstream: encoding/json. */

export type Fields = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The order of code units: the same on every machine, as Go's strings are ordered but for characters beyond the BMP. */
export const byCode = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

export function sortedKeys(value: Fields): readonly string[] {
  return Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort(byCode);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

export const escapedJson = (json: string): string => json.replace(/[<>&\u2028\u2029]/g, (char) => ESCAPES[char]!);

/** With an indent, as MarshalIndent writes it; without, as Marshal does. */
export function goJson(value: unknown, indent = ''): string {
  return escapedJson(JSON.stringify(sortedDeep(value), undefined, indent === '' ? undefined : indent));
}

export function sortedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedDeep);
  if (!isMapping(value)) return value;
  return Object.fromEntries(sortedKeys(value).map((key) => [key, sortedDeep(value[key])]));
}
