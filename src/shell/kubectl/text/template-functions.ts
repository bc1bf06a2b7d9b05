/** Functions of Go templates, and those that kubectl adds. Upstream: text/template/funcs.go, kubectl printers/template.go. */
import { decodeBase64 } from '../../../sim/api/encoding.ts';
import { isMapping } from '../../../sim/api/go-json.ts';
import { goText } from './go-value.ts';

/** Numbers of JSON are float64 here, so large ones have an exponent. */
function floatText(value: number): string {
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent < 21 && exponent >= -4) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

export function printed(value: unknown): string {
  if (value === undefined || value === null) return '<no value>';
  return typeof value === 'number' ? floatText(value) : goText(value);
}

export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isMapping(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

type Lazy = () => unknown;

const lengthOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) ? value.length : isMapping(value) ? Object.keys(value).length : 0;

function indexed(value: unknown, keys: readonly unknown[]): unknown {
  return keys.reduce<unknown>((current, key) => {
    if (Array.isArray(current)) return current[Number(key)];
    return isMapping(current) ? current[String(key)] : undefined;
  }, value);
}

function compare(left: unknown, right: unknown): number {
  return left === right ? 0 : (left as number) < (right as number) ? -1 : 1;
}

/** `%s %d %v %q %t %x %5d %-10s %%`. */
export function sprintf(format: string, values: readonly unknown[]): string {
  let next = 0;
  return format.replace(
    /%([-+0 ]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g,
    (_, flags: string, width: string, precision: string, verb: string) => {
      if (verb === '%') return '%';
      const value = values[next];
      next += 1;
      const text = formatted(verb, value, precision);
      const size = Number(width ?? 0);
      return flags.includes('-') ? text.padEnd(size) : text.padStart(size, flags.includes('0') ? '0' : ' ');
    },
  );
}

function formatted(verb: string, value: unknown, precision: string | undefined): string {
  if (verb === 'q') return JSON.stringify(String(value));
  if (verb === 'd' && typeof value === 'number') return String(Math.trunc(value));
  if (verb === 'f' && typeof value === 'number') return value.toFixed(Number(precision ?? 6));
  if (verb === 'x' && typeof value === 'number') return value.toString(16);
  return printed(value);
}

/** Spaces between operands when neither is a string. */
function sprint(values: readonly unknown[]): string {
  return values
    .map((value, index) => {
      const before = values[index - 1];
      const hasSpace = index > 0 && typeof before !== 'string' && typeof value !== 'string';
      return `${hasSpace ? ' ' : ''}${printed(value)}`;
    })
    .join('');
}

const TABLE: Readonly<Record<string, (args: readonly Lazy[]) => unknown>> = {
  and: (args) => {
    let value: unknown = true;
    for (const arg of args) if (!isTrue((value = arg()))) return value;
    return value;
  },
  or: (args) => {
    let value: unknown = false;
    for (const arg of args) if (isTrue((value = arg()))) return value;
    return value;
  },
  not: ([arg]) => !isTrue(arg?.()),
  len: ([arg]) => lengthOf(arg?.()),
  index: ([arg, ...keys]) =>
    indexed(
      arg?.(),
      keys.map((key) => key()),
    ),
  slice: ([arg, from, to]) => {
    const value = arg?.() as string | readonly unknown[];
    return value.slice(Number(from?.() ?? 0), to ? Number(to()) : undefined);
  },
  print: (args) => sprint(args.map((arg) => arg())),
  println: (args) => `${args.map((arg) => printed(arg())).join(' ')}\n`,
  printf: ([format, ...args]) =>
    sprintf(
      String(format?.()),
      args.map((arg) => arg()),
    ),
  html: (args) => sprint(args.map((arg) => arg())).replace(/[<>&'"]/g, (char) => HTML[char] ?? char),
  js: (args) => JSON.stringify(sprint(args.map((arg) => arg()))).slice(1, -1),
  urlquery: (args) => encodeURIComponent(sprint(args.map((arg) => arg()))).replaceAll('%20', '+'),
  eq: ([left, ...rights]) => {
    const value = left?.();
    return rights.some((right) => right() === value);
  },
  ne: ([left, right]) => left?.() !== right?.(),
  lt: ([left, right]) => compare(left?.(), right?.()) < 0,
  le: ([left, right]) => compare(left?.(), right?.()) <= 0,
  gt: ([left, right]) => compare(left?.(), right?.()) > 0,
  ge: ([left, right]) => compare(left?.(), right?.()) >= 0,
  exists: ([arg, ...keys]) =>
    indexed(
      arg?.(),
      keys.map((key) => key()),
    ) !== undefined,
  base64decode: ([arg]) => decodeBase64(String(arg?.())),
};

const HTML: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', "'": '&#39;', '"': '&#34;' };

export const FUNCTIONS: ReadonlySet<string> = new Set(Object.keys(TABLE));

export const callFunction = (name: string, args: readonly Lazy[]): unknown => TABLE[name]!(args);
