/** Quantities: `250m`, `1.5Gi`, `2e3`. Upstream: apimachinery/pkg/api/resource/quantity.go. */

const PATTERN = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;

const EXPONENTS: Readonly<Record<string, number>> = {
  '': 0,
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY: Readonly<Record<string, number>> = {
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
  const exponent = /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : EXPONENTS[suffix];
  // A decimal is read as one number, so that it is rounded once.
  const size = exponent === undefined ? Number(digits) * BINARY[suffix]! : Number(`${digits}e${exponent}`);
  const value = sign === '-' ? -size : size;
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
    const scale = BINARY[unit]!;
    if (bytes >= scale && bytes % scale === 0) return `${bytes / scale}${unit}`;
  }
  return String(bytes);
}

export function formatMillis(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}

/** Digits behind the point that upstream keeps; what is finer is rounded up. */
const NANO_DIGITS = 9;
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Beyond this an amount is of nothing in this world. */
const EXPONENT_LIMIT = 30;

interface Exact {
  /** Thousand millionths. */
  readonly nanos: bigint;
  readonly format: 'binary' | 'decimal' | 'exponent';
}

function exactOf(quantity: string | number): Exact | undefined {
  const match = PATTERN.exec(String(quantity));
  if (!match) return undefined;
  const [, sign, digits = '0', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const isExponent = /^[eE][+-]?\d/.test(suffix);
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  const isBinary = suffix.endsWith('i');
  const shift = isExponent ? Number(suffix.slice(1)) : isBinary ? 0 : 3 * (DECIMAL_SUFFIXES.indexOf(suffix) - 3);
  if (Math.abs(shift) > EXPONENT_LIMIT) return undefined;
  const factor = isBinary ? 1024n ** BigInt(binary) : 1n;
  const exponent = NANO_DIGITS + shift - fraction.length;
  const mantissa = BigInt(whole + fraction || '0') * factor;
  const divisor = exponent < 0 ? 10n ** BigInt(-exponent) : 1n;
  const scaled = exponent < 0 ? (mantissa + divisor - 1n) / divisor : mantissa * 10n ** BigInt(exponent);
  const format = isBinary ? 'binary' : isExponent ? 'exponent' : 'decimal';
  return { nanos: sign === '-' ? -scaled : scaled, format };
}

function textOf({ nanos, format }: Exact): string {
  if (nanos === 0n) return '0';
  const unit = 10n ** BigInt(NANO_DIGITS);
  const isSmall = nanos > -1024n * unit && nanos < 1024n * unit;
  if (format === 'binary' && !isSmall && nanos % unit === 0n) return reduced(nanos / unit, 1024n, BINARY_SUFFIXES);
  if (format !== 'exponent') return reduced(nanos, 1000n, DECIMAL_SUFFIXES);
  return reduced(nanos, 1000n, ['e-9', 'e-6', 'e-3', '', 'e3', 'e6', 'e9', 'e12', 'e15', 'e18']);
}

/** The number with the largest suffix that leaves it whole. */
function reduced(number: bigint, base: bigint, suffixes: readonly string[]): string {
  let [rest, index] = [number, 0];
  while (rest % base === 0n && index < suffixes.length - 1) {
    rest /= base;
    index += 1;
  }
  return `${rest}${suffixes[index]}`;
}

const canonical = new Map<string | number, string>();

/**
 * The form in which the server keeps a quantity: `0.5` is `500m`, `1024Mi` is `1Gi`, the number 2 is `2`. What is no
 * quantity comes back as text.
 */
export function canonicalQuantity(quantity: string | number): string {
  const known = canonical.get(quantity);
  if (known !== undefined) return known;
  const exact = String(quantity).length <= QUANTITY_LENGTH_LIMIT ? exactOf(quantity) : undefined;
  const text = exact ? textOf(exact) : String(quantity);
  if (canonical.size < CACHE_LIMIT) canonical.set(quantity, text);
  return text;
}

/** Longer ones are left as they are: an exponent of a million digits is no amount of anything. */
const QUANTITY_LENGTH_LIMIT = 32;

/** The sum in the form of the first that is not zero, exact to a thousand millionth. */
export function addQuantities(left: string | number, right: string | number): string {
  const zero: Exact = { nanos: 0n, format: 'decimal' };
  const [first, second] = [exactOf(left) ?? zero, exactOf(right) ?? zero];
  return textOf({ nanos: first.nanos + second.nanos, format: first.nanos === 0n ? second.format : first.format });
}

/** The difference in the form of the first that is not zero. */
export function subtractQuantities(left: string | number, right: string | number): string {
  const zero: Exact = { nanos: 0n, format: 'decimal' };
  const [first, second] = [exactOf(left) ?? zero, exactOf(right) ?? zero];
  return textOf({ nanos: first.nanos - second.nanos, format: first.nanos === 0n ? second.format : first.format });
}

type Amounts = Readonly<Record<string, string>>;

/** Amounts by name, each in canonical form; the same map when nothing changes, which may belong to a stored object. */
export function canonicalAmounts<T extends Amounts | undefined>(amounts: T): T {
  if (!amounts) return amounts;
  const isCanonical = Object.values(amounts).every((value) => canonicalQuantity(value) === value);
  if (isCanonical) return amounts;
  return Object.fromEntries(Object.entries(amounts).map(([name, value]) => [name, canonicalQuantity(value)])) as T;
}
