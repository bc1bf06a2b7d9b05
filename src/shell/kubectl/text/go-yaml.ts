/**
 * YAML as kubectl writes it. Upstream: sigs.k8s.io/yaml over goyaml.v2 (encode.go, emitterc.go, resolve.go, sorter.go).
 * Left out: keys longer than 128 characters, and text that is not valid Unicode.
 */
import { isMapping, type Fields } from '../../../sim/api/go-json.ts';

const WIDTH = 80;

export function goYaml(value: unknown): string {
  if (isMapping(value) && Object.keys(value).length > 0) return new Emitter().document(value);
  if (Array.isArray(value) && value.length > 0) return new Emitter().document(value);
  return new Emitter().document(value);
}

class Emitter {
  private text = '';
  private column = 0;

  document(value: unknown): string {
    this.node(value, 0, 'root');
    return this.text.endsWith('\n') ? this.text : `${this.text}\n`;
  }

  private write(text: string): void {
    const end = text.lastIndexOf('\n');
    this.text += text;
    this.column = end < 0 ? this.column + [...text].length : [...text.slice(end + 1)].length;
  }

  private line(indent: number): void {
    if (this.column === 0 && this.text !== '' && indent === 0) return;
    if (this.text !== '' && this.column !== 0) this.write('\n');
    this.write(' '.repeat(indent));
  }

  /** `place` says what stands before: nothing, a key's colon, or a dash. `indent` is that of the mapping or list around. */
  private node(value: unknown, indent: number, place: 'root' | 'key' | 'dash'): void {
    if (value === undefined || value === null) return this.scalar('null', place);
    if (typeof value === 'string') return this.string(value, indent, place);
    if (typeof value === 'number') return this.scalar(numberText(value), place);
    if (typeof value === 'boolean') return this.scalar(String(value), place);
    if (Array.isArray(value)) return this.list(value, indent, place);
    this.mapping(value as Fields, indent, place);
  }

  private scalar(text: string, place: string): void {
    this.write(place === 'root' ? text : ` ${text}`);
  }

  private list(items: readonly unknown[], indent: number, place: 'root' | 'key' | 'dash'): void {
    if (items.length === 0) return this.scalar('[]', place);
    const own = place === 'dash' ? indent + 2 : indent;
    items.forEach((item, index) => {
      if (place === 'dash' && index === 0) this.write(' ');
      else this.line(own);
      this.write('-');
      this.node(item, own, 'dash');
    });
  }

  private mapping(value: Fields, indent: number, place: 'root' | 'key' | 'dash'): void {
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort(byNature);
    if (keys.length === 0) return this.scalar('{}', place);
    const own = place === 'root' ? 0 : indent + 2;
    keys.forEach((key, index) => {
      if (place === 'dash' && index === 0) this.write(' ');
      else if (place !== 'root' || index > 0) this.line(own);
      this.write(keyText(key));
      this.write(':');
      this.node(value[key], own, 'key');
    });
  }

  private string(value: string, indent: number, place: 'root' | 'key' | 'dash'): void {
    if (place !== 'root') this.write(' ');
    const style = styleOf(value);
    const inner = place === 'root' ? 2 : indent + 2;
    if (style === 'literal') return this.literal(value, inner);
    if (style === 'double') return this.double(value, inner);
    const isSingle = style === 'single';
    if (isSingle) this.write("'");
    this.folded(value, inner, isSingle);
    if (isSingle) this.write("'");
  }

  private folded(value: string, indent: number, isSingle: boolean): void {
    const chars = [...value];
    let spaces = false;
    chars.forEach((char, index) => {
      if (char !== ' ') {
        spaces = false;
        return this.write(isSingle && char === "'" ? "''" : char);
      }
      const isInside = !isSingle || (index > 0 && index < chars.length - 1);
      const breaks = !spaces && this.column > WIDTH && isInside && chars[index + 1] !== ' ';
      this.write(breaks ? `\n${' '.repeat(indent)}` : ' ');
      spaces = true;
    });
  }

  private double(value: string, indent: number): void {
    const chars = [...value];
    let spaces = false;
    this.write('"');
    chars.forEach((char, index) => {
      if (char === ' ') {
        const breaks = !spaces && this.column > WIDTH && index > 0 && index < chars.length - 1;
        if (breaks) this.write(`\n${' '.repeat(indent)}${chars[index + 1] === ' ' ? '\\' : ''}`);
        else this.write(' ');
        spaces = true;
        return;
      }
      spaces = false;
      this.write(isPrintable(char) && char !== '"' && char !== '\\' ? char : escapeOf(char));
    });
    this.write('"');
  }

  private literal(value: string, indent: number): void {
    const hint = /^[ \n]/.test(value) ? '2' : '';
    const chomp = !value.endsWith('\n') ? '-' : value === '\n' || value.endsWith('\n\n') ? '+' : '';
    this.write(`|${hint}${chomp}`);
    const body = value.endsWith('\n') ? value.slice(0, -1) : value;
    for (const line of body.split('\n')) this.write(line === '' ? '\n' : `\n${' '.repeat(indent)}${line}`);
    if (value.endsWith('\n')) this.write('\n');
  }
}

function keyText(key: string): string {
  const style = styleOf(key);
  if (style === 'plain') return key;
  if (style === 'single') return `'${key.replaceAll("'", "''")}'`;
  return `"${[...key].map((char) => (isPrintable(char) && char !== '"' && char !== '\\' ? char : escapeOf(char))).join('')}"`;
}

function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value);
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

type Style = 'plain' | 'single' | 'double' | 'literal';

function styleOf(value: string): Style {
  const facts = analyze(value);
  if (value.includes('\n')) return facts.isBlockAllowed ? 'literal' : 'double';
  if (!isPlainString(value)) return 'double';
  if (facts.isPlainAllowed) return 'plain';
  return facts.isSingleAllowed ? 'single' : 'double';
}

interface Facts {
  readonly isPlainAllowed: boolean;
  readonly isSingleAllowed: boolean;
  readonly isBlockAllowed: boolean;
}

function analyze(value: string): Facts {
  const isSpecial = [...value].some((char) => char !== '\n' && !isPrintable(char));
  const spaceBreak = / \n/.test(value);
  const breakSpace = /\n /.test(value);
  const edges = /^[ \n]|[ \n]$/.test(value);
  const indicator =
    /^(---|\.\.\.)/.test(value) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(value) ||
    /^[-?:]([ \t\n]|$)/.test(value) ||
    /:([ \t\n]|$)/.test(value) ||
    /[ \t\n]#/.test(value);
  return {
    isPlainAllowed: !edges && !breakSpace && !spaceBreak && !isSpecial && !value.includes('\n') && !indicator,
    isSingleAllowed: !breakSpace && !spaceBreak && !isSpecial,
    isBlockAllowed: !value.endsWith(' ') && !spaceBreak && !isSpecial,
  };
}

const WORDS =
  /^(|~|null|Null|NULL|y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE|n|N|no|No|NO|off|Off|OFF|false|False|FALSE|\.nan|\.NaN|\.NAN|[-+]?(\.inf|\.Inf|\.INF))$/;
const INTEGER = /^[-+]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/;
const TIME = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d\d:\d\d)?)?$/;

/** Whether a reader would take the plain text for a string. */
function isPlainString(value: string): boolean {
  if (WORDS.test(value)) return false;
  if (!/^[-+.\d]/.test(value)) return true;
  const bare = value.replaceAll('_', '');
  return !(INTEGER.test(bare) || FLOAT.test(bare) || BASE_60.test(value) || TIME.test(value));
}

function isPrintable(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  if (code === 0x0a) return true;
  if (code < 0x20 || code === 0x7f || code > 0xffff) return false;
  if (code < 0x7f) return true;
  return code >= 0xa0 && !(code >= 0xd800 && code < 0xe000) && code !== 0xfeff && code < 0xfffe;
}

const SHORT: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escapeOf(char: string): string {
  const known = SHORT[char];
  if (known) return known;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

const isLetter = (char: string): boolean => /\p{L}/u.test(char);
const isDigit = (char: string | undefined): boolean => char !== undefined && /\p{Nd}/u.test(char);

/** Keys in the order in which people count: `a2` before `a10`, letters behind all else. */
export function byNature(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [one, other] = [a[index]!, b[index]!];
    if (one === other) continue;
    const [isLeft, isRight] = [isLetter(one), isLetter(other)];
    if (isLeft && isRight) return one < other ? -1 : 1;
    if (isLeft || isRight) return isRight ? -1 : 1;
    const start = one === '0' || other === '0' ? leadingNonZero(a, index) : 0;
    const [first, firstEnd] = numberAt(a, index, start);
    const [second, secondEnd] = numberAt(b, index, start);
    if (first !== second) return first < second ? -1 : 1;
    if (firstEnd !== secondEnd) return firstEnd < secondEnd ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return a.length - b.length;
}

function leadingNonZero(chars: readonly string[], index: number): number {
  for (let at = index - 1; at >= 0 && isDigit(chars[at]); at -= 1) if (chars[at] !== '0') return 1;
  return 0;
}

function numberAt(chars: readonly string[], from: number, start: number): readonly [number, number] {
  let value = start;
  let at = from;
  for (; isDigit(chars[at]); at += 1) value = value * 10 + Number(chars[at]);
  return [value, at];
}
