/**
 * Go templates, as `-o go-template` runs them over JSON. Upstream: text/template/{parse,exec,funcs}.go,
 * cli-runtime/pkg/printers/template.go. Left out: define, template and block, methods, complex numbers.
 */
import { isMapping, sortedKeys } from '../../../sim/api/go-json.ts';
import { callFunction, FUNCTIONS, isTrue, printed } from './template-functions.ts';

export class TemplateFault extends Error {}

type Argument =
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly of?: Argument }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipe'; readonly pipe: Pipe; readonly path: readonly string[] };

interface Pipe {
  readonly declares: readonly string[];
  readonly isAssignment: boolean;
  readonly commands: readonly (readonly Argument[])[];
}

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | BlockNode
  | { readonly kind: 'break' | 'continue' };

interface BlockNode {
  readonly kind: 'if' | 'range' | 'with';
  readonly pipe: Pipe;
  readonly body: readonly TemplateNode[];
  readonly otherwise: readonly TemplateNode[];
}

interface Piece {
  readonly isAction: boolean;
  readonly text: string;
  readonly line: number;
}

function pieces(template: string): readonly Piece[] {
  const found: Piece[] = [];
  let at = 0;
  let trims = false;
  let line = 1;
  while (at < template.length) {
    const open = template.indexOf('{{', at);
    const end = open < 0 ? template.length : open;
    const trimsBefore = open >= 0 && /^\{\{-\s/.test(template.slice(open));
    let text = template.slice(at, end);
    line += text.split('\n').length - 1;
    if (trims) text = text.replace(/^\s+/, '');
    if (trimsBefore) text = text.replace(/\s+$/, '');
    if (text !== '') found.push({ isAction: false, text, line });
    if (open < 0) break;
    const close = closing(template, open + 2);
    if (close < 0) throw new TemplateFault(`${line}: unclosed action`);
    let action = template.slice(open + (trimsBefore ? 3 : 2), close);
    trims = /\s-$/.test(action);
    if (trims) action = action.slice(0, -1);
    if (!/^\s*\/\*[\s\S]*\*\/\s*$/.test(action)) found.push({ isAction: true, text: action.trim(), line });
    at = close + 2;
  }
  return found;
}

function closing(template: string, from: number): number {
  for (let at = from; at < template.length; at += 1) {
    const char = template[at]!;
    if (char === '"' || char === '`') {
      at += 1;
      while (at < template.length && template[at] !== char) at += template[at] === '\\' && char === '"' ? 2 : 1;
    } else if (char === '}' && template[at + 1] === '}') return at;
  }
  return -1;
}

export function parseTemplate(template: string): readonly TemplateNode[] {
  const reader = { pieces: pieces(template), at: 0 };
  const { nodes, end } = parseBody(reader);
  if (end !== '') throw new TemplateFault(`1: unexpected {{${end}}}`);
  return nodes;
}

interface Reader {
  readonly pieces: readonly Piece[];
  at: number;
}

function parseBody(reader: Reader): { readonly nodes: readonly TemplateNode[]; readonly end: string } {
  const nodes: TemplateNode[] = [];
  while (reader.at < reader.pieces.length) {
    const { isAction, text, line } = reader.pieces[reader.at]!;
    reader.at += 1;
    if (!isAction) nodes.push({ kind: 'text', text });
    else if (text === 'end' || /^else(\s|$)/.test(text)) return { nodes, end: text };
    else if (text === 'break' || text === 'continue') nodes.push({ kind: text });
    else {
      const block = /^(if|range|with)\s+([\s\S]+)$/.exec(text);
      if (block) nodes.push(parseBlock(reader, block[1] as 'if', block[2]!, line));
      else nodes.push({ kind: 'action', pipe: parsePipe(text, line) });
    }
  }
  return { nodes, end: '' };
}

function parseBlock(reader: Reader, kind: 'if' | 'range' | 'with', text: string, line: number): TemplateNode {
  const pipe = parsePipe(text, line);
  const { nodes: body, end } = parseBody(reader);
  if (end === '') throw new TemplateFault(`${line}: unexpected EOF`);
  if (end === 'end') return { kind, pipe, body, otherwise: [] };
  const chained = /^else\s+(if|with)\s+([\s\S]+)$/.exec(end);
  if (chained) return { kind, pipe, body, otherwise: [parseBlock(reader, chained[1] as 'if', chained[2]!, line)] };
  const rest = parseBody(reader);
  if (rest.end !== 'end') throw new TemplateFault(`${line}: unexpected EOF`);
  return { kind, pipe, body, otherwise: rest.nodes };
}

const TOKEN =
  /\s*("(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*'|:=|=|\||\(|\)(?:\.\w+)*|,|\$\w*(?:\.\w+)*|\.\w+(?:\.\w+)*|\.|-?\d+(?:\.\d+)?|\w+|\S)/gy;

function parsePipe(text: string, line: number): Pipe {
  const tokens = [...text.matchAll(TOKEN)].map(([, token]) => token!);
  const state = { tokens, at: 0, line };
  const pipe = readPipe(state);
  if (state.at < tokens.length)
    throw new TemplateFault(`${line}: unexpected ${JSON.stringify(tokens[state.at])} in operand`);
  return pipe;
}

interface Tokens {
  readonly tokens: readonly string[];
  at: number;
  readonly line: number;
}

function readPipe(state: Tokens): Pipe {
  const { tokens } = state;
  const declares: string[] = [];
  let isAssignment = false;
  const [first, second, third, fourth] = tokens.slice(state.at, state.at + 4);
  if (first?.startsWith('$') && (second === ':=' || second === '=')) {
    declares.push(first);
    isAssignment = second === '=';
    state.at += 2;
  } else if (first?.startsWith('$') && second === ',' && third?.startsWith('$') && fourth === ':=') {
    declares.push(first, third);
    state.at += 4;
  }
  const commands: Argument[][] = [[]];
  for (; state.at < tokens.length && !tokens[state.at]!.startsWith(')'); state.at += 1) {
    const token = tokens[state.at]!;
    if (token === '|') commands.push([]);
    else commands.at(-1)!.push(readArgument(state, token));
  }
  if (commands.some((command) => command.length === 0))
    throw new TemplateFault(`${state.line}: missing value for command`);
  return { declares, isAssignment, commands };
}

function readArgument(state: Tokens, token: string): Argument {
  if (token === '(') {
    state.at += 1;
    const pipe = readPipe(state);
    const close = state.tokens[state.at];
    if (close === undefined) throw new TemplateFault(`${state.line}: unclosed left paren`);
    return { kind: 'pipe', pipe, path: close.split('.').slice(1) };
  }
  if (token.startsWith('$')) {
    const [name = '', ...path] = token.split('.');
    return { kind: 'variable', name, path };
  }
  if (token.startsWith('.')) return { kind: 'field', path: token.split('.').filter(Boolean) };
  if (token.startsWith('"')) return { kind: 'literal', value: unquoted(token) };
  if (token.startsWith('`')) return { kind: 'literal', value: token.slice(1, -1) };
  if (/^-?\d/.test(token)) return { kind: 'literal', value: Number(token) };
  if (token === 'true' || token === 'false') return { kind: 'literal', value: token === 'true' };
  if (token === 'nil') return { kind: 'literal', value: null };
  if (FUNCTIONS.has(token)) return { kind: 'function', name: token };
  if (/^\w/.test(token)) throw new TemplateFault(`${state.line}: function ${JSON.stringify(token)} not defined`);
  throw new TemplateFault(`${state.line}: unexpected ${JSON.stringify(token)} in command`);
}

const unquoted = (token: string): string => JSON.parse(token.replace(/\\x([0-9a-f]{2})/gi, '\\u00$1')) as string;

class Leave extends Error {
  constructor(readonly how: 'break' | 'continue') {
    super(how);
  }
}

type Variables = Map<string, { value: unknown }>;

export function executeTemplate(nodes: readonly TemplateNode[], data: unknown, allowsMissing: boolean): string {
  return new Execution(allowsMissing).run(nodes, data, new Map([['$', { value: data }]]));
}

/** A key that is not there: it prints as `<no value>`. */
const MISSING = undefined;

class Execution {
  constructor(private readonly allowsMissing: boolean) {}

  run(nodes: readonly TemplateNode[], dot: unknown, outer: Variables): string {
    const variables: Variables = new Map(outer);
    let text = '';
    for (const node of nodes) {
      if (node.kind === 'break' || node.kind === 'continue') throw new Leave(node.kind);
      if (node.kind === 'text') text += node.text;
      else if (node.kind === 'action') {
        const value = this.pipe(node.pipe, dot, variables);
        if (node.pipe.declares.length === 0) text += printed(value);
      } else if (node.kind === 'range') text += this.range(node, dot, variables);
      else if (node.kind === 'if' || node.kind === 'with') {
        const inner: Variables = new Map(variables);
        const value = this.pipe(node.pipe, dot, inner);
        const isMet = isTrue(value);
        text += this.run(isMet ? node.body : node.otherwise, isMet && node.kind === 'with' ? value : dot, inner);
      }
    }
    return text;
  }

  private range(node: BlockNode, dot: unknown, variables: Variables): string {
    const inner: Variables = new Map(variables);
    const bare = { ...node.pipe, declares: [] };
    const value = this.pipe(bare, dot, inner);
    const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(value)
      ? value.map((item, index) => [index, item])
      : isMapping(value)
        ? sortedKeys(value).map((key) => [key, value[key]])
        : [];
    if (value !== null && value !== undefined && typeof value !== 'object')
      throw new TemplateFault(`1: range can't iterate over ${printed(value)}`);
    if (entries.length === 0) return this.run(node.otherwise, dot, inner);
    let text = '';
    for (const [key, item] of entries) {
      const names = node.pipe.declares;
      if (names.length === 2) inner.set(names[0]!, { value: key });
      if (names.length > 0) inner.set(names.at(-1)!, { value: item });
      try {
        text += this.run(node.body, item, inner);
      } catch (error) {
        if (!(error instanceof Leave)) throw error;
        if (error.how === 'break') break;
      }
    }
    return text;
  }

  private pipe({ declares, isAssignment, commands }: Pipe, dot: unknown, variables: Variables): unknown {
    let value: unknown;
    commands.forEach((command, index) => {
      value = this.command(command, dot, variables, index > 0 ? [value] : []);
    });
    for (const name of declares) {
      const known = isAssignment ? variables.get(name) : undefined;
      if (known) known.value = value;
      else variables.set(name, { value });
    }
    return value;
  }

  private command(words: readonly Argument[], dot: unknown, variables: Variables, piped: readonly unknown[]): unknown {
    const [first, ...rest] = words;
    if (first!.kind !== 'function') return this.argument(first!, dot, variables);
    const lazy = rest.map((word) => () => this.argument(word, dot, variables));
    return callFunction(first!.name, [...lazy, ...piped.map((value) => () => value)]);
  }

  private argument(word: Argument, dot: unknown, variables: Variables): unknown {
    switch (word.kind) {
      case 'literal':
        return word.value;
      case 'field':
        return this.fields(dot, word.path);
      case 'variable': {
        const known = variables.get(word.name);
        if (!known) throw new TemplateFault(`1: undefined variable ${JSON.stringify(word.name)}`);
        return this.fields(known.value, word.path);
      }
      case 'pipe':
        return this.fields(this.pipe(word.pipe, dot, variables), word.path);
      case 'function':
        return callFunction(word.name, []);
    }
  }

  private fields(value: unknown, path: readonly string[]): unknown {
    return path.reduce<unknown>((current, name) => {
      if (current === null || current === undefined) return MISSING;
      if (!isMapping(current))
        throw new TemplateFault(
          `1:2: executing "output" at <.${path.join('.')}>: can't evaluate field ${name} in type interface {}`,
        );
      if (name in current) return current[name];
      if (this.allowsMissing) return MISSING;
      throw new TemplateFault(
        `1:2: executing "output" at <.${path.join('.')}>: map has no entry for key ${JSON.stringify(name)}`,
      );
    }, value);
  }
}
