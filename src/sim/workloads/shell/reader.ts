/** Reads words of a shell script: quotes, `$name`, `${...}`, `$(...)`, backquotes, `$((...))`. Upstream: POSIX.1-2017, 2.2 to 2.6. */
import { SyntaxFault, type Part, type Word } from './syntax.ts';

const END_OF_WORD = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')', '']);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;

/** A place in a text that only moves on. */
export class Cursor {
  at = 0;

  constructor(readonly text: string) {}

  get next(): string {
    return this.text[this.at] ?? '';
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  startsWith(prefix: string): boolean {
    return this.text.startsWith(prefix, this.at);
  }

  match(pattern: RegExp): string | undefined {
    return pattern.exec(this.text.slice(this.at, this.at + 256))?.[0];
  }

  take(count = 1): string {
    const taken = this.text.slice(this.at, this.at + count);
    this.at += count;
    return taken;
  }

  /** Takes up to a text, which is taken too and not given. */
  takeUntil(end: string): string {
    const found = this.text.indexOf(end, this.at);
    if (found < 0) throw new SyntaxFault(`unterminated quoted string`);
    const taken = this.text.slice(this.at, found);
    this.at = found + end.length;
    return taken;
  }
}

/** Reads the script of `$(...)` and gives the number of its node. */
export type CommandReader = (text: string) => number;

export class WordReader {
  constructor(
    private readonly cursor: Cursor,
    private readonly readCommand: CommandReader,
  ) {}

  /** One word, up to a blank or an operator. */
  word(): Word {
    const parts: Part[] = [];
    const { cursor } = this;
    while (!END_OF_WORD.has(cursor.next)) this.part(parts, false);
    return parts;
  }

  /** Text up to `end`, in which only `$`, backquote and backslash mean something: within double quotes, in here-documents. */
  quoted(end: string): Word {
    const parts: Part[] = [{ kind: 'text', text: '', isQuoted: true }];
    const { cursor } = this;
    while (end === '' ? !cursor.isAtEnd : !cursor.startsWith(end)) {
      if (cursor.isAtEnd) throw new SyntaxFault('unterminated quoted string');
      this.part(parts, true);
    }
    cursor.take(end.length);
    return parts;
  }

  private part(parts: Part[], isQuoted: boolean): void {
    const { cursor } = this;
    const text = (value: string, quoted = isQuoted): void => {
      const last = parts.at(-1);
      if (last?.kind === 'text' && last.isQuoted === quoted)
        parts[parts.length - 1] = { ...last, text: last.text + value };
      else parts.push({ kind: 'text', text: value, isQuoted: quoted });
    };
    const character = cursor.take();
    if (character === '\\') return this.escaped(text, isQuoted);
    if (character === '$') return this.dollar(parts, text, isQuoted);
    if (character === '`') {
      const node = this.readCommand(cursor.takeUntil('`').replace(/\\([`$\\])/g, '$1'));
      parts.push({ kind: 'command', node, isQuoted });
      return;
    }
    if (isQuoted) return text(character);
    if (character === "'") return text(cursor.takeUntil("'"), true);
    if (character === '"') {
      for (const part of this.quoted('"')) {
        if (part.kind === 'text') text(part.text, true);
        else parts.push(part);
      }
      return;
    }
    text(character);
  }

  private escaped(text: (value: string, quoted?: boolean) => void, isQuoted: boolean): void {
    const { cursor } = this;
    const following = cursor.take();
    if (following === '\n') return;
    if (isQuoted && !['$', '`', '"', '\\'].includes(following)) return text(`\\${following}`);
    text(following, true);
  }

  private dollar(parts: Part[], text: (value: string, quoted?: boolean) => void, isQuoted: boolean): void {
    const { cursor } = this;
    if (cursor.startsWith('((')) {
      const end = matching(cursor.text, cursor.at, '(', ')');
      if (cursor.text[end - 1] === ')') {
        const inner = cursor.text.slice(cursor.at + 2, end - 1);
        cursor.at = end + 1;
        parts.push({ kind: 'arithmetic', expression: this.inner(inner), isQuoted });
        return;
      }
    }
    if (cursor.next === '(') {
      const end = matching(cursor.text, cursor.at, '(', ')');
      const inner = cursor.text.slice(cursor.at + 1, end);
      cursor.at = end + 1;
      parts.push({ kind: 'command', node: this.readCommand(inner), isQuoted });
      return;
    }
    if (cursor.next === '{') {
      const end = matching(cursor.text, cursor.at, '{', '}');
      const inner = cursor.text.slice(cursor.at + 1, end);
      cursor.at = end + 1;
      parts.push(this.braced(inner, isQuoted));
      return;
    }
    if (!isQuoted && cursor.next === "'") {
      cursor.take();
      return text(unescape(cursor.takeUntil("'")), true);
    }
    const name = cursor.match(NAME) ?? cursor.match(/^[0-9@*#?$!-]/);
    if (!name) return text('$');
    cursor.take(name.length);
    parts.push({ kind: 'variable', name, isQuoted });
  }

  private braced(inner: string, isQuoted: boolean): Part {
    if (inner.startsWith('#') && inner.length > 1)
      return { kind: 'variable', name: inner.slice(1), operator: 'length', isQuoted };
    const name = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])/.exec(inner)?.[0];
    if (!name) throw new SyntaxFault('bad substitution');
    const rest = inner.slice(name.length);
    if (rest === '') return { kind: 'variable', name, isQuoted };
    const operator = /^(?::[-=?+]|##|%%|\/\/|[-=?+#%/:,^])/.exec(rest)?.[0];
    if (!operator) throw new SyntaxFault('bad substitution');
    return { kind: 'variable', name, operator, argument: this.inner(rest.slice(operator.length)), isQuoted };
  }

  /** A text inside braces or parentheses: blanks in it do not end the word. */
  private inner(text: string): Word {
    const cursor = new Cursor(text);
    const reader = new WordReader(cursor, this.readCommand);
    const parts: Part[] = [];
    while (!cursor.isAtEnd) reader.part(parts, false);
    return parts;
  }
}

/** Where the bracket that opens at `from` is closed; quoted ones do not count. */
export function matching(text: string, from: number, open: string, close: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '\\') at += 1;
    else if (character === "'" || character === '"') at = skipQuote(text, at);
    else if (character === open) depth += 1;
    else if (character === close && (depth -= 1) === 0) return at;
  }
  throw new SyntaxFault(`unexpected end of file (expecting "${close}")`);
}

function skipQuote(text: string, from: number): number {
  const quote = text[from]!;
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\' && quote === '"') at += 1;
    else if (text[at] === quote) return at;
  }
  throw new SyntaxFault('unterminated quoted string');
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Backslash escapes as `echo -e`, `printf` and `$'...'` know them. */
export function unescape(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|.)/gs, (whole: string, code: string) => {
    if (/^x/.test(code)) return String.fromCharCode(parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(parseInt(code, 8));
    return ESCAPES[code] ?? whole;
  });
}
