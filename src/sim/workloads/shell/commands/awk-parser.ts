/** Reads programs of awk. Upstream: POSIX.1-2017, awk, Grammar. */
import { unescape } from '../reader.ts';

export type AwkNode =
  | { readonly kind: 'constant'; readonly value: string | number }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'element'; readonly name: string; readonly index: AwkNode }
  | { readonly kind: 'field'; readonly index: AwkNode }
  | { readonly kind: 'assign'; readonly operator: string; readonly target: AwkNode; readonly value: AwkNode }
  | { readonly kind: 'step'; readonly target: AwkNode; readonly by: number; readonly isBefore: boolean }
  | { readonly kind: 'not' | 'minus'; readonly value: AwkNode }
  | { readonly kind: 'choice'; readonly condition: AwkNode; readonly yes: AwkNode; readonly no: AwkNode }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: AwkNode; readonly right: AwkNode }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly AwkNode[] }
  | { readonly kind: 'print' | 'printf'; readonly arguments: readonly AwkNode[] }
  | { readonly kind: 'if'; readonly condition: AwkNode; readonly body: Block; readonly otherwise: Block }
  | {
      readonly kind: 'loop';
      readonly start: Block;
      readonly condition: AwkNode;
      readonly step: Block;
      readonly body: Block;
    }
  | { readonly kind: 'each'; readonly name: string; readonly array: string; readonly body: Block }
  | { readonly kind: 'next' }
  | { readonly kind: 'exit'; readonly value?: AwkNode };

type Block = readonly AwkNode[];

export type AwkProgram = readonly {
  readonly when?: 'BEGIN' | 'END';
  readonly pattern?: AwkNode;
  readonly action?: Block;
}[];

/** What is not of the part of the language that is run, or wrong. */
export class AwkFault extends Error {}

const TOKEN =
  /[ \t\r]*(?:(#[^\n]*)|("(?:\\.|[^"\\])*")|(\d+\.?\d*|\.\d+)|([A-Za-z_]\w*)|(\+\+|--|&&|\|\||[-+*/%^<>=!]=|!~|[-+*/%^<>=!~?:,;(){}[\]$\n]))/y;
const REGEX = /[ \t]*\/((?:\\.|[^/\\\n])*)\//y;

export const parseAwk = (text: string): AwkProgram => new Parser(text).program();

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  program(): AwkProgram {
    const rules: { when?: 'BEGIN' | 'END'; pattern?: AwkNode; action?: Block }[] = [];
    for (this.breaks(); this.peek() !== ''; this.breaks()) {
      if (this.accept('BEGIN')) rules.push({ when: 'BEGIN', action: this.block() });
      else if (this.accept('END')) rules.push({ when: 'END', action: this.block() });
      else if (this.peek() === '{') rules.push({ action: this.block() });
      else {
        const pattern = this.expression();
        rules.push({ pattern, ...(this.peek() === '{' ? { action: this.block() } : {}) });
      }
    }
    return rules;
  }

  private scan(): { token: string; end: number } {
    for (let from = this.at; ;) {
      TOKEN.lastIndex = from;
      const match = TOKEN.exec(this.text);
      if (!match) {
        if (this.text.slice(from).trim() === '') return { token: '', end: this.text.length };
        throw new AwkFault(`syntax error at ${this.text.slice(from, from + 12).trim()}`);
      }
      from = TOKEN.lastIndex;
      if (match[1] === undefined) return { token: match[0].replace(/^[ \t\r]+/, ''), end: from };
    }
  }

  private peek(): string {
    return this.scan().token;
  }

  private take(): string {
    const { token, end } = this.scan();
    this.at = end;
    return token;
  }

  private accept(token: string): boolean {
    if (this.peek() !== token) return false;
    this.take();
    return true;
  }

  private expect(token: string): void {
    if (!this.accept(token)) throw new AwkFault(`syntax error: ${token} is missing before ${this.peek() || 'the end'}`);
  }

  private breaks(): void {
    while (this.accept(';') || this.accept('\n'));
  }

  private block(): Block {
    this.expect('{');
    const nodes: AwkNode[] = [];
    for (this.breaks(); !this.accept('}'); this.breaks()) nodes.push(this.statement());
    return nodes;
  }

  private body(): Block {
    while (this.accept('\n'));
    if (this.accept(';')) return [];
    return this.peek() === '{' ? this.block() : [this.statement()];
  }

  private statement(): AwkNode {
    const word = this.peek();
    if (word === 'print' || word === 'printf') {
      this.take();
      return { kind: word, arguments: this.printed() };
    }
    if (this.accept('if')) return this.condition();
    if (this.accept('while')) {
      this.expect('(');
      const condition = this.expression();
      this.expect(')');
      return { kind: 'loop', start: [], condition, step: [], body: this.body() };
    }
    if (this.accept('for')) return this.loop();
    if (this.accept('next')) return { kind: 'next' };
    if (this.accept('exit'))
      return /^[;}\n]?$/.test(this.peek()) ? { kind: 'exit' } : { kind: 'exit', value: this.expression() };
    return this.expression();
  }

  private printed(): readonly AwkNode[] {
    const nodes: AwkNode[] = [];
    if (/^[;}\n]?$/.test(this.peek())) return nodes;
    do nodes.push(this.expression());
    while (this.accept(','));
    return nodes;
  }

  private condition(): AwkNode {
    this.expect('(');
    const condition = this.expression();
    this.expect(')');
    const body = this.body();
    const before = this.at;
    this.breaks();
    if (this.accept('else')) return { kind: 'if', condition, body, otherwise: this.body() };
    this.at = before;
    return { kind: 'if', condition, body, otherwise: [] };
  }

  private loop(): AwkNode {
    this.expect('(');
    const [, name, array] = /^\s*(\w+)\s+in\s+(\w+)\s*\)/.exec(this.text.slice(this.at)) ?? [];
    if (name && array) {
      this.at = this.text.indexOf(')', this.at) + 1;
      return { kind: 'each', name, array, body: this.body() };
    }
    const start = this.peek() === ';' ? [] : [this.expression()];
    this.expect(';');
    const condition: AwkNode = this.peek() === ';' ? { kind: 'constant', value: 1 } : this.expression();
    this.expect(';');
    const step = this.peek() === ')' ? [] : [this.expression()];
    this.expect(')');
    return { kind: 'loop', start, condition, step, body: this.body() };
  }

  expression(): AwkNode {
    const left = this.choice();
    const operator = this.peek();
    if (!/^[-+*/%^]?=$/.test(operator)) return left;
    this.take();
    return { kind: 'assign', operator, target: left, value: this.expression() };
  }

  private choice(): AwkNode {
    const condition = this.binary(0);
    if (!this.accept('?')) return condition;
    const yes = this.expression();
    this.expect(':');
    return { kind: 'choice', condition, yes, no: this.expression() };
  }

  private binary(level: number): AwkNode {
    const operators = LEVELS[level];
    if (!operators) return this.joined();
    let left = this.binary(level + 1);
    while (operators.includes(this.peek())) {
      const operator = this.take();
      left = { kind: 'binary', operator, left, right: this.binary(level + 1) };
    }
    return left;
  }

  /** What stands side by side is one text. */
  private joined(): AwkNode {
    let left = this.reckoned(0);
    while (/^["\w$.(]/.test(this.peek()) && this.peek() !== 'in')
      left = { kind: 'binary', operator: ' ', left, right: this.reckoned(0) };
    return left;
  }

  private reckoned(level: number): AwkNode {
    const operators = ARITHMETIC[level];
    if (!operators) return this.unary();
    let left = this.reckoned(level + 1);
    while (operators.includes(this.peek())) {
      const operator = this.take();
      left = { kind: 'binary', operator, left, right: this.reckoned(level + 1) };
    }
    return left;
  }

  private unary(): AwkNode {
    if (this.accept('!')) return { kind: 'not', value: this.unary() };
    if (this.accept('-')) return { kind: 'minus', value: this.unary() };
    const operator = this.peek();
    if (operator === '++' || operator === '--') {
      this.take();
      return { kind: 'step', target: this.primary(), by: operator === '++' ? 1 : -1, isBefore: true };
    }
    const target = this.primary();
    const after = this.peek();
    if (after !== '++' && after !== '--') return target;
    this.take();
    return { kind: 'step', target, by: after === '++' ? 1 : -1, isBefore: false };
  }

  private primary(): AwkNode {
    REGEX.lastIndex = this.at;
    const pattern = REGEX.exec(this.text);
    if (pattern) {
      this.at = REGEX.lastIndex;
      return { kind: 'regex', source: pattern[1]!.replace(/\\\//g, '/') };
    }
    const token = this.take();
    if (token.startsWith('"')) return { kind: 'constant', value: unescape(token.slice(1, -1)) };
    if (/^[\d.]/.test(token)) return { kind: 'constant', value: Number(token) };
    if (token === '$') return { kind: 'field', index: this.primary() };
    if (token === '(') {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (!/^[A-Za-z_]/.test(token)) throw new AwkFault(`syntax error at ${token || 'the end'}`);
    if (this.accept('[')) {
      const index = this.expression();
      this.expect(']');
      return { kind: 'element', name: token, index };
    }
    if (this.text[this.at] === '(') return this.call(token);
    return token === 'length' ? { kind: 'call', name: token, arguments: [] } : { kind: 'name', name: token };
  }

  private call(name: string): AwkNode {
    this.expect('(');
    const given: AwkNode[] = [];
    if (this.accept(')')) return { kind: 'call', name, arguments: given };
    do given.push(this.expression());
    while (this.accept(','));
    this.expect(')');
    return { kind: 'call', name, arguments: given };
  }
}

const LEVELS: readonly (readonly string[])[] = [['||'], ['&&'], ['~', '!~'], ['<', '>', '<=', '>=', '==', '!=']];
const ARITHMETIC: readonly (readonly string[])[] = [['+', '-'], ['*', '/', '%'], ['^']];
