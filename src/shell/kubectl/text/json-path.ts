/**
 * JSONPath templates: text with `{...}` in it. Upstream: client-go/util/jsonpath/{parser,jsonpath}.go.
 * Left out: regular expressions in filters (upstream has none either), and functions.
 */
import { escapedJson, isMapping, sortedDeep, sortedKeys } from '../../../sim/api/go-json.ts';

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly nodes: readonly Node[] }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  | {
      readonly kind: 'array';
      readonly from?: number;
      readonly to?: number;
      readonly step?: number;
      readonly isOne: boolean;
    }
  | {
      readonly kind: 'filter';
      readonly left: readonly Node[];
      readonly operator: string;
      readonly right: readonly Node[];
    }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'union'; readonly parts: readonly (readonly Node[])[] }
  | { readonly kind: 'range' }
  | { readonly kind: 'end' };

export class JsonPathFault extends Error {}

const fault = (message: string): never => {
  throw new JsonPathFault(message);
};

/** Reads a template; throws a JsonPathFault with upstream's words. */
export function parseJsonPath(template: string): readonly Node[] {
  const nodes: Node[] = [];
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf('{', at);
    if (open < 0) {
      nodes.push({ kind: 'text', text: template.slice(at) });
      break;
    }
    if (open > at) nodes.push({ kind: 'text', text: template.slice(at, open) });
    const close = closingBrace(template, open + 1);
    nodes.push(parseAction(template.slice(open + 1, close)));
    at = close + 1;
  }
  return nodes;
}

function closingBrace(template: string, from: number): number {
  let quote = '';
  for (let at = from; at < template.length; at += 1) {
    const char = template[at]!;
    if (quote) {
      if (char === '\\') at += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '}') return at;
  }
  return fault('unclosed action');
}

function parseAction(text: string): Node {
  const trimmed = text.trim();
  if (trimmed === 'end') return { kind: 'end' };
  const range = /^range\s+/.exec(trimmed);
  const body = parsePath(range ? trimmed.slice(range[0].length) : trimmed);
  return { kind: 'list', nodes: range ? [{ kind: 'range' }, ...body] : body };
}

function parsePath(text: string): readonly Node[] {
  const nodes: Node[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const char = rest[0]!;
    if (/\s/.test(char)) at += 1;
    else if (char === '@' || char === '$') at += 1;
    else if (rest.startsWith('..')) {
      nodes.push({ kind: 'recursive' });
      at += /^\.\.[\w*]/.test(rest) ? 1 : 2;
      if (rest[2] && /[\w*]/.test(rest[2])) {
        const word = wordAt(text, at + 1);
        nodes.push(word.name === '*' ? { kind: 'wildcard' } : { kind: 'field', name: word.name });
        at = word.end;
      }
    } else if (char === '.') {
      const word = wordAt(text, at + 1);
      if (word.name === '*') nodes.push({ kind: 'wildcard' });
      else if (word.name !== '') nodes.push({ kind: 'field', name: word.name });
      at = word.end;
    } else if (char === '[') {
      const end = closingBracket(text, at + 1);
      nodes.push(parseBracket(text.slice(at + 1, end)));
      at = end + 1;
    } else if (char === '"' || char === "'") {
      const end = endOfQuote(text, at);
      nodes.push({ kind: 'value', value: unquote(text.slice(at, end)) });
      at = end;
    } else if (/[-+\d]/.test(char)) {
      const number =
        /^[-+]?\d+(\.\d+)?/.exec(rest)?.[0] ?? fault(`unrecognized character in action: ${JSON.stringify(char)}`);
      nodes.push({ kind: 'value', value: Number(number) });
      at += number.length;
    } else if (/[a-zA-Z]/.test(char)) {
      const word = /^\w+/.exec(rest)![0];
      if (word === 'true' || word === 'false') nodes.push({ kind: 'value', value: word === 'true' });
      else if (word === 'null') nodes.push({ kind: 'value', value: null });
      else fault(`unrecognized identifier ${word}`);
      at += word.length;
    } else
      fault(
        `unrecognized character in action: U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')} '${char}'`,
      );
  }
  return nodes;
}

/** A field's name, in which a backslash takes the meaning from a dot. */
function wordAt(text: string, from: number): { readonly name: string; readonly end: number } {
  let name = '';
  let at = from;
  for (; at < text.length && !/[\s.[\],"'|}()=!<>@$]/.test(text[at]!); at += 1) {
    if (text[at] === '\\' && at + 1 < text.length) at += 1;
    name += text[at];
  }
  return { name, end: at };
}

function endOfQuote(text: string, from: number): number {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return fault('unterminated quoted string');
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };
const unquote = (text: string): string =>
  text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);

function closingBracket(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === '"' || char === "'") at = endOfQuote(text, at) - 1;
    else if (char === '[') depth += 1;
    else if (char === ']' && (depth -= 1) === 0) return at;
  }
  return fault('unterminated array');
}

function parseBracket(text: string): Node {
  const trimmed = text.trim();
  if (trimmed === '*') return { kind: 'array', isOne: false };
  const filter = /^\?\s*\(([\s\S]*)\)$/.exec(trimmed);
  if (filter) return parseFilter(filter[1]!);
  const parts = splitTop(trimmed, ',');
  if (parts.length > 1) return { kind: 'union', parts: parts.map((part) => [parseBracket(part)]) };
  if (/^(['"]).*\1$/s.test(trimmed)) return { kind: 'field', name: unquote(trimmed) };
  const slice = /^(-?\d+)?(?::(-?\d+)?)?(?::(-?\d+)?)?$/.exec(trimmed);
  if (!slice || trimmed === '') return fault(`invalid array index ${trimmed}`);
  const [, from, to, step] = slice.map((item) => (item === undefined ? undefined : Number(item)));
  return {
    kind: 'array',
    isOne: !trimmed.includes(':'),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(step === undefined ? {} : { step }),
  };
}

function splitTop(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"' || text[at] === "'") at = endOfQuote(text, at) - 1;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function parseFilter(text: string): Node {
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === '"' || char === "'") at = endOfQuote(text, at) - 1;
    const operator = /^(==|!=|<=|>=|<|>)/.exec(text.slice(at))?.[0];
    if (!operator) continue;
    return {
      kind: 'filter',
      left: parsePath(text.slice(0, at).trim()),
      operator,
      right: parsePath(text.slice(at + operator.length).trim()),
    };
  }
  return { kind: 'filter', left: parsePath(text), operator: 'exists', right: [] };
}

/** What each `{...}` finds, in order; text stands as itself. */
export function evaluateJsonPath(
  nodes: readonly Node[],
  data: unknown,
  allowsMissing: boolean,
): readonly (readonly unknown[] | string)[] {
  return new Evaluation(nodes, allowsMissing).run(0, nodes.length, data);
}

class Evaluation {
  constructor(
    private readonly nodes: readonly Node[],
    private readonly allowsMissing: boolean,
  ) {}

  run(from: number, to: number, data: unknown): readonly (readonly unknown[] | string)[] {
    const results: (readonly unknown[] | string)[] = [];
    for (let at = from; at < to; at += 1) {
      const node = this.nodes[at]!;
      if (node.kind === 'text') results.push(node.text);
      else if (node.kind === 'list' && node.nodes[0]?.kind === 'range') {
        const end = this.endOf(at, to);
        for (const item of this.walk(node.nodes.slice(1), [data])) results.push(...this.run(at + 1, end, item));
        at = end;
      } else if (node.kind === 'end') fault('not in range, nothing to end');
      else if (node.kind === 'list') results.push(this.walk(node.nodes, [data]));
    }
    return results;
  }

  private endOf(from: number, to: number): number {
    let depth = 0;
    for (let at = from; at < to; at += 1) {
      const node = this.nodes[at]!;
      if (node.kind === 'list' && node.nodes[0]?.kind === 'range') depth += 1;
      else if (node.kind === 'end' && (depth -= 1) === 0) return at;
    }
    return to;
  }

  walk(nodes: readonly Node[], start: readonly unknown[]): readonly unknown[] {
    return nodes.reduce<readonly unknown[]>((values, node) => this.step(node, values), start);
  }

  private step(node: Node, values: readonly unknown[]): readonly unknown[] {
    switch (node.kind) {
      case 'value':
        return [node.value];
      case 'field':
        return this.field(node.name, values);
      case 'wildcard':
        return values.flatMap(childrenOf);
      case 'recursive':
        return values.flatMap(descendants);
      case 'union':
        return node.parts.flatMap((part) => this.walk(part, values));
      case 'array':
        return values.flatMap((value) => this.slice(node, value));
      case 'filter':
        return values.flatMap((value) =>
          (Array.isArray(value) ? value : childrenOf(value)).filter((item) => this.passes(node, item)),
        );
      default:
        return values;
    }
  }

  private field(name: string, values: readonly unknown[]): readonly unknown[] {
    const found = values.flatMap((value) => (isMapping(value) && name in value ? [value[name]] : []));
    if (found.length === 0 && !this.allowsMissing) return fault(`${name} is not found`);
    return found;
  }

  private slice({ from, to, step = 1, isOne }: Extract<Node, { kind: 'array' }>, value: unknown): readonly unknown[] {
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value)) return fault(`${goKind(value)} is not array or slice`);
    const { length } = value;
    const place = (index: number): number => (index < 0 ? index + length : index);
    const start = place(from ?? 0);
    if (isOne && from !== undefined) {
      if (start >= length || start < 0)
        return this.allowsMissing && length === 0
          ? []
          : fault(`array index out of bounds: index ${start}, length ${length}`);
      return [value[start]];
    }
    const end = Math.min(to === undefined ? length : place(to), length);
    return value.filter((_, index) => index >= start && index < end && (index - start) % Math.max(step, 1) === 0);
  }

  private passes({ left, operator, right }: Extract<Node, { kind: 'filter' }>, item: unknown): boolean {
    const quiet = new Evaluation(this.nodes, true);
    const lefts = quiet.walk(left, [item]);
    if (operator === 'exists') return lefts.length > 0;
    const rights = quiet.walk(right, [item]);
    if (lefts.length === 0 || rights.length === 0) return false;
    if (lefts.length > 1) return fault(`can only compare one element at a time`);
    return compare(lefts[0], operator, rights[0]);
  }
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  const isSame = typeof left === typeof right;
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    default: {
      if (!isSame || (typeof left !== 'number' && typeof left !== 'string'))
        return fault('unsupported type for comparison');
      const [a, b] = [left as number, right as number];
      if (operator === '<') return a < b;
      if (operator === '<=') return a <= b;
      return operator === '>' ? a > b : a >= b;
    }
  }
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isMapping(value) ? sortedKeys(value).map((key) => value[key]) : [];
}

function descendants(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) && !isMapping(value)) return [];
  return [value, ...childrenOf(value).flatMap(descendants)];
}

const goKind = (value: unknown): string =>
  isMapping(value) ? 'map[string]interface {}' : typeof value === 'number' ? 'int64' : typeof value;

/** One value as the printer shows it. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'object') return escapedJson(JSON.stringify(sortedDeep(value)));
  return String(value);
}

/** The template's text for one object. */
export function jsonPathText(nodes: readonly Node[], data: unknown, allowsMissing: boolean): string {
  return evaluateJsonPath(nodes, data, allowsMissing)
    .map((found) => (typeof found === 'string' ? found : found.map(shownValue).join(' ')))
    .join('');
}

/** `.metadata.name`, `metadata.name` or `{.metadata.name}` as a template. Upstream: cli-runtime get.RelaxedJSONPathExpression. */
export function relaxedPath(text: string): string | undefined {
  if (text === '') return '';
  const found = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(text);
  if (!found) return undefined;
  const path = found[1] ?? found[2] ?? '';
  return `{.${path}}`;
}
