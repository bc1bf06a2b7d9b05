/** Quantities: `250m`, `1.5Gi`, `2e3`. Upstream: apimachinery/pkg/api/resource/quantity.go. */

const PATTERN = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;

const SCALE: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

export const QUANTITY_TEXT =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const parsed = new Map<string, number>();
const CACHE_LIMIT = 10_000;

/** The value as a number; undefined when the text is no quantity. */
export function parseQuantity(quantity: string | number): number | undefined {
  const text = String(quantity);
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const [, sign, digits = '0', suffix = ''] = match;
  const scale = /^[eE][+-]?\d/.test(suffix) ? 10 ** Number(suffix.slice(1)) : SCALE[suffix]!;
  const value = (sign === '-' ? -1 : 1) * Number(digits) * scale;
  if (parsed.size < CACHE_LIMIT) parsed.set(text, value);
  return value;
}

/** Thousandths, rounded up: CPU in millicores. 0 for what is missing or no quantity. */
export function milliValue(quantity: string | number | undefined): number {
  return quantity === undefined ? 0 : Math.ceil(Math.round((parseQuantity(quantity) ?? 0) * 1e6) / 1e3);
}

/** Whole units, rounded up: bytes, counts. 0 for what is missing or no quantity. */
export function wholeValue(quantity: string | number | undefined): number {
  return quantity === undefined ? 0 : Math.ceil(parseQuantity(quantity) ?? 0);
}

/** Below, at or above zero, as the first is smaller than, equal to or larger than the second. */
export function compareQuantities(left: string | number, right: string | number): number {
  return (parseQuantity(left) ?? 0) - (parseQuantity(right) ?? 0);
}

/** Bytes in the largest binary unit that divides them: `512Mi`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['Gi', 'Mi', 'Ki']) {
    const scale = SCALE[unit]!;
    if (bytes >= scale && bytes % scale === 0) return `${bytes / scale}${unit}`;
  }
  return String(bytes);
}

export function formatMillis(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}
