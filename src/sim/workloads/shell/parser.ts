/**
 * Reads a shell script: lists, pipelines, conditions, loops, functions, redirections and here-documents. Upstream:
 * POSIX.1-2017, 2.10, and of bash `[[ ]]`, `(( ))`, `for (( ))`, `<<<`, `&>`. Left out: coprocesses, arrays, `select`.
 */
import { Cursor, matching, WordReader } from './reader.ts';
import { SyntaxFault, type Redirection, type Script, type ShellNode, type Word } from './syntax.ts';

const RESERVED = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}', 'in']);
const SCRIPT_LIMIT = 64 * 1024;
const known = new Map<string, Script | SyntaxFault>();
const KNOWN_LIMIT = 2_000;

/** Throws a `SyntaxFault`. What was read once is kept, since a script is only its text. */
export function parseScript(text: string): Script {
  let script = known.get(text);
  if (!script) {
    script = tryParse(text);
    if (known.size >= KNOWN_LIMIT) known.clear();
    known.set(text, script);
  }
  if (script instanceof SyntaxFault) throw script;
  return script;
}

function tryParse(text: string): Script | SyntaxFault {
  try {
    if (text.length > SCRIPT_LIMIT) throw new SyntaxFault(`the script is longer than ${SCRIPT_LIMIT} characters`);
    return new Parser(text).parse();
  } catch (error) {
    if (error instanceof SyntaxFault) return error;
    if (error instanceof RangeError) return new SyntaxFault('the script is nested too deeply');
    throw error;
  }
}

const literal = (text: string): Word => [{ kind: 'text', text, isQuoted: false }];

/** The text of a word that has no quotes and no expansions in it; undefined for others. */
function plain(word: Word): string | undefined {
  const [first, ...more] = word;
  return first?.kind === 'text' && !first.isQuoted && more.length === 0 ? first.text : undefined;
}

interface HereDocument {
  readonly delimiter: string;
  readonly isQuoted: boolean;
  readonly stripsTabs: boolean;
  fill(word: Word): void;
}

class Parser {
  private readonly nodes: ShellNode[] = [];
  private readonly cursor: Cursor;
  private readonly words: WordReader;
  private waiting: HereDocument[] = [];

  constructor(text: string) {
    this.cursor = new Cursor(text);
    this.words = new WordReader(this.cursor, (inner) => this.nested(inner));
  }

  parse(): Script {
    const root = this.list();
    if (!this.cursor.isAtEnd) throw new SyntaxFault(`unexpected "${this.cursor.match(/^\S+/) ?? this.cursor.next}"`);
    return { nodes: this.nodes, root };
  }

  /** A script within `$(...)`: its nodes join ours. */
  private nested(text: string): number {
    const inner = new Parser(text);
    inner.nodes.push(...this.nodes);
    const { nodes, root } = inner.parse();
    this.nodes.push(...nodes.slice(this.nodes.length));
    return root;
  }

  private add(node: ShellNode): number {
    this.nodes.push(node);
    return this.nodes.length - 1;
  }

  private blanks(): void {
    const { cursor } = this;
    for (;;) {
      if (cursor.next === ' ' || cursor.next === '\t' || cursor.next === '\r') cursor.take();
      else if (cursor.startsWith('\\\n')) cursor.take(2);
      else if (cursor.next === '#') cursor.take(cursor.match(/^[^\n]*/)?.length);
      else return;
    }
  }

  private newline(): void {
    this.cursor.take();
    for (const document of this.waiting.splice(0)) this.hereDocument(document);
  }

  private hereDocument({ delimiter, isQuoted, stripsTabs, fill }: HereDocument): void {
    const { cursor } = this;
    let text = '';
    while (!cursor.isAtEnd) {
      const end = cursor.text.indexOf('\n', cursor.at);
      const raw = cursor.take((end < 0 ? cursor.text.length : end) - cursor.at);
      cursor.take();
      const line = stripsTabs ? raw.replace(/^\t+/, '') : raw;
      if (line === delimiter) break;
      text += `${line}\n`;
    }
    if (isQuoted) return fill([{ kind: 'text', text, isQuoted: true }]);
    fill(new WordReader(new Cursor(text), (inner) => this.nested(inner)).quoted(''));
  }

  /** Blanks, newlines and comments. */
  private gap(): void {
    for (;;) {
      this.blanks();
      if (this.cursor.next !== '\n') return;
      this.newline();
    }
  }

  private peekWord(): string {
    return this.cursor.match(/^[^\s;&|<>()]+/) ?? '';
  }

  /** Commands up to a reserved word, a closing bracket or the end. */
  private list(): number {
    const items: { node: number; isBackground: boolean }[] = [];
    const { cursor } = this;
    for (;;) {
      this.gap();
      if (cursor.isAtEnd || cursor.next === ')' || cursor.startsWith(';;') || RESERVED.has(this.peekWord())) break;
      const node = this.andOr();
      this.blanks();
      const isBackground = cursor.next === '&';
      items.push({ node, isBackground });
      if (isBackground) cursor.take();
      else if (cursor.next === ';' && !cursor.startsWith(';;')) cursor.take();
      else if (cursor.next !== '\n') break;
    }
    return this.add({ kind: 'list', items });
  }

  private andOr(): number {
    let left = this.pipeline();
    for (;;) {
      this.blanks();
      const operator = this.cursor.startsWith('&&') ? '&&' : this.cursor.startsWith('||') ? '||' : undefined;
      if (!operator) return left;
      this.cursor.take(2);
      this.gap();
      left = this.add({ kind: 'and-or', left, operator, right: this.pipeline() });
    }
  }

  private pipeline(): number {
    const { cursor } = this;
    if (this.peekWord() === '!') {
      cursor.take();
      this.blanks();
      return this.add({ kind: 'not', node: this.pipeline() });
    }
    const nodes = [this.command()];
    for (;;) {
      this.blanks();
      if (cursor.next !== '|' || cursor.startsWith('||')) break;
      cursor.take(cursor.startsWith('|&') ? 2 : 1);
      this.gap();
      nodes.push(this.command());
    }
    return nodes.length === 1 ? nodes[0]! : this.add({ kind: 'pipeline', nodes });
  }

  private command(): number {
    const { cursor } = this;
    if (cursor.startsWith('((')) return this.arithmeticCommand();
    if (cursor.next === '(') {
      cursor.take();
      const body = this.list();
      this.expect(')');
      return this.redirected((redirections) => ({ kind: 'subshell', body, redirections }));
    }
    switch (this.peekWord()) {
      case 'if':
        return this.ifCommand();
      case 'while':
      case 'until':
        return this.loop();
      case 'for':
        return this.forCommand();
      case 'case':
        return this.caseCommand();
      case '{': {
        cursor.take();
        const body = this.list();
        this.expectWord('}');
        return this.redirected((redirections) => ({ kind: 'group', body, redirections }));
      }
      case '[[':
        return this.condition();
      case 'function': {
        cursor.take(8);
        this.blanks();
        const name = cursor.take(this.peekWord().length);
        return this.functionBody(name);
      }
      default:
        return this.simple();
    }
  }

  private redirected(make: (redirections: Redirection[]) => ShellNode): number {
    const redirections: Redirection[] = [];
    const node = this.add(make(redirections));
    for (;;) {
      this.blanks();
      if (!this.redirection(redirections)) return node;
    }
  }

  private expect(text: string): void {
    this.gap();
    if (!this.cursor.startsWith(text)) this.unexpected(text);
    this.cursor.take(text.length);
  }

  private expectWord(word: string): void {
    this.gap();
    if (this.peekWord() !== word) this.unexpected(word);
    this.cursor.take(word.length);
  }

  private unexpected(wanted: string): never {
    const found = this.cursor.isAtEnd ? 'end of file' : `"${this.peekWord() || this.cursor.next}"`;
    throw new SyntaxFault(`unexpected ${found} (expecting "${wanted}")`);
  }

  private ifCommand(): number {
    this.cursor.take(2);
    const branches = [this.branch()];
    let otherwise: number | undefined;
    for (;;) {
      this.gap();
      const word = this.peekWord();
      if (word === 'elif') {
        this.cursor.take(4);
        branches.push(this.branch());
      } else if (word === 'else') {
        this.cursor.take(4);
        otherwise = this.list();
      } else break;
    }
    this.expectWord('fi');
    return this.redirected((redirections) => ({
      kind: 'if',
      branches,
      redirections,
      ...(otherwise === undefined ? {} : { otherwise }),
    }));
  }

  private branch(): { condition: number; body: number } {
    const condition = this.list();
    this.expectWord('then');
    return { condition, body: this.list() };
  }

  private loop(): number {
    const isUntil = this.peekWord() === 'until';
    this.cursor.take(5);
    const condition = this.list();
    const body = this.doBody();
    return this.redirected((redirections) => ({ kind: 'loop', isUntil, condition, body, redirections }));
  }

  private doBody(): number {
    this.expectWord('do');
    const body = this.list();
    this.expectWord('done');
    return body;
  }

  private forCommand(): number {
    const { cursor } = this;
    cursor.take(3);
    this.blanks();
    if (cursor.startsWith('((')) return this.countedFor();
    const name = cursor.take(this.peekWord().length);
    this.gap();
    let words: Word[] | undefined;
    if (this.peekWord() === 'in') {
      cursor.take(2);
      words = this.wordsToEndOfLine();
    }
    this.gap();
    if (cursor.next === ';') cursor.take();
    const body = this.doBody();
    return this.redirected((redirections) => ({ kind: 'for', name, body, redirections, ...(words ? { words } : {}) }));
  }

  private wordsToEndOfLine(): Word[] {
    const words: Word[] = [];
    for (;;) {
      this.blanks();
      if (this.cursor.isAtEnd || this.cursor.next === ';' || this.cursor.next === '\n') return words;
      words.push(this.someWord());
    }
  }

  private countedFor(): number {
    const { cursor } = this;
    const end = matching(cursor.text, cursor.at, '(', ')');
    const inner = cursor.text.slice(cursor.at + 2, end - 1);
    cursor.at = end + 1;
    const [start = '', condition = '', step = ''] = inner.split(';');
    this.gap();
    if (cursor.next === ';') cursor.take();
    const body = this.doBody();
    const [from, to, by] = [start, condition, step].map((text) => this.expression(text));
    return this.redirected((redirections) => ({
      kind: 'count',
      start: from!,
      condition: to!,
      step: by!,
      body,
      redirections,
    }));
  }

  private expression(text: string): Word {
    return new WordReader(new Cursor(text), (inner) => this.nested(inner)).quoted('');
  }

  private arithmeticCommand(): number {
    const { cursor } = this;
    const end = matching(cursor.text, cursor.at, '(', ')');
    const inner = cursor.text.slice(cursor.at + 2, end - 1);
    cursor.at = end + 1;
    return this.redirected((redirections) => ({
      kind: 'simple',
      assignments: [],
      words: [literal('let'), this.expression(inner)],
      redirections,
    }));
  }

  private caseCommand(): number {
    const { cursor } = this;
    cursor.take(4);
    this.blanks();
    const word = this.someWord();
    this.expectWord('in');
    const items: { patterns: Word[]; body: number }[] = [];
    for (;;) {
      this.gap();
      if (this.peekWord() === 'esac') break;
      if (cursor.isAtEnd) this.unexpected('esac');
      if (cursor.next === '(') cursor.take();
      const patterns: Word[] = [];
      do {
        if (cursor.next === '|') cursor.take();
        this.blanks();
        patterns.push(this.someWord());
        this.blanks();
      } while (cursor.next === '|');
      this.expect(')');
      items.push({ patterns, body: this.list() });
      this.gap();
      if (cursor.startsWith(';;')) cursor.take(2);
    }
    this.expectWord('esac');
    return this.redirected((redirections) => ({ kind: 'case', word, items, redirections }));
  }

  /** `[[ a && b ]]`: operators inside are handed to the command as words. */
  private condition(): number {
    const { cursor } = this;
    const words: Word[] = [];
    for (;;) {
      this.gap();
      if (cursor.isAtEnd) this.unexpected(']]');
      const operator = cursor.match(/^(?:&&|\|\||[()<>])/);
      words.push(operator ? literal(cursor.take(operator.length)) : this.words.word());
      if (plain(words.at(-1)!) === ']]') break;
    }
    return this.redirected((redirections) => ({ kind: 'simple', assignments: [], words, redirections }));
  }

  private functionBody(name: string): number {
    this.gap();
    if (this.cursor.startsWith('()')) this.cursor.take(2);
    this.gap();
    return this.add({ kind: 'function', name, body: this.command() });
  }

  private someWord(): Word {
    const word = this.words.word();
    if (word.length === 0) this.unexpected('word');
    return word;
  }

  private simple(): number {
    const { cursor } = this;
    const assignments: { name: string; value: Word; isAppend: boolean }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.blanks();
      if (this.redirection(redirections)) continue;
      if (cursor.isAtEnd || /[\n;&|()]/.test(cursor.next)) {
        const name = words.length === 1 ? plain(words[0]!) : undefined;
        if (name && cursor.match(/^\(\s*\)/)) {
          cursor.take(cursor.match(/^\(\s*\)/)!.length);
          return this.functionBody(name);
        }
        break;
      }
      const assigned = words.length === 0 ? cursor.match(/^[A-Za-z_][A-Za-z0-9_]*\+?=/) : undefined;
      if (assigned) {
        cursor.take(assigned.length);
        const isAppend = assigned.endsWith('+=');
        assignments.push({ name: assigned.replace(/\+?=$/, ''), value: this.words.word(), isAppend });
      } else words.push(this.words.word());
    }
    if (assignments.length + words.length + redirections.length === 0) this.unexpected('command');
    return this.add({ kind: 'simple', assignments, words, redirections });
  }

  private redirection(into: Redirection[]): boolean {
    const { cursor } = this;
    const found = cursor.match(/^(?:\d*(?:<<<|<<-?|>>|>&|<&|>\||>|<)|&>>?)/);
    if (!found) return false;
    cursor.take(found.length);
    this.blanks();
    if (/^&>/.test(found)) {
      into.push({ descriptor: 1, operator: found === '&>>' ? '>>' : '>', target: this.someWord() });
      into.push({ descriptor: 2, operator: '>&', target: literal('1') });
      return true;
    }
    const operator = found.replace(/^\d+/, '').replace('>|', '>');
    const given = /^\d+/.exec(found)?.[0];
    const descriptor = given === undefined ? (operator.startsWith('<') ? 0 : 1) : Number(given);
    if (operator === '<<' || operator === '<<-') this.hereRedirection(into, descriptor, operator);
    else into.push({ descriptor, operator: operator as Redirection['operator'], target: this.someWord() });
    return true;
  }

  private hereRedirection(into: Redirection[], descriptor: number, operator: '<<' | '<<-'): void {
    const word = this.someWord();
    const index = into.push({ descriptor, operator: '<<<', target: [] }) - 1;
    this.waiting.push({
      delimiter: word.map((part) => (part.kind === 'text' ? part.text : '')).join(''),
      isQuoted: word.some((part) => part.kind === 'text' && part.isQuoted),
      stripsTabs: operator === '<<-',
      // A here-document ends with a newline of its own: a marker part says so.
      fill: (target) => (into[index] = { descriptor, operator: '<<<', target: [...target, HERE_DOCUMENT] }),
    });
  }
}

/** Stands at the end of a here-document's text, which gets no further newline as `<<<` has it. */
export const HERE_DOCUMENT = { kind: 'text', text: '', isQuoted: false } as const;
