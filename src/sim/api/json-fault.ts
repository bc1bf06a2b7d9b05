/** What Go's decoder says of a text that is no JSON. Upstream: encoding/json/scanner.go (as sigs.k8s.io/json copies it). */

const END = 'unexpected end of JSON input';

class Fault extends Error {}

/** Undefined for JSON. */
export function jsonFault(text: string): string | undefined {
  try {
    new Scanner(text).scan();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  scan(): void {
    this.value();
    this.skip();
    if (this.at < this.text.length) this.fail('after top-level value');
  }

  private fail(where: string): never {
    const char = this.text[this.at];
    if (char === undefined) throw new Fault(END);
    throw new Fault(`invalid character ${quoted(char)} ${where}`);
  }

  private skip(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at += 1;
  }

  /** Values are walked with a stack of their own: a text may be nested deeper than calls can be. */
  private value(): void {
    const open: ('}' | ']')[] = [];
    for (;;) {
      this.skip();
      const char = this.text[this.at];
      if (char === '{' || char === '[') {
        this.at += 1;
        this.skip();
        const close = char === '{' ? '}' : ']';
        if (this.text[this.at] !== close) {
          open.push(close);
          if (close === '}') this.key();
          continue;
        }
        this.at += 1;
      } else this.scalar(char);
      if (!this.next(open)) return;
    }
  }

  /** After a value: closes what ends here, and stands before the next value; false when all is closed. */
  private next(open: ('}' | ']')[]): boolean {
    for (let close = open.at(-1); close !== undefined; close = open.at(-1)) {
      this.skip();
      const char = this.text[this.at];
      if (char === ',') {
        this.at += 1;
        this.skip();
        if (close === '}') this.key();
        return true;
      }
      if (char !== close) this.fail(close === '}' ? 'after object key:value pair' : 'after array element');
      this.at += 1;
      open.pop();
    }
    return false;
  }

  private key(): void {
    if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string');
    this.string();
    this.skip();
    if (this.text[this.at] !== ':') this.fail('after object key');
    this.at += 1;
  }

  private scalar(char: string | undefined): void {
    if (char === '"') return this.string();
    if (char === 't') return this.literal('true');
    if (char === 'f') return this.literal('false');
    if (char === 'n') return this.literal('null');
    if (char === '-' || (char !== undefined && char >= '0' && char <= '9')) return this.number();
    this.fail('looking for beginning of value');
  }

  private literal(word: string): void {
    for (const expected of word) {
      if (this.text[this.at] !== expected && this.at < this.text.length) {
        this.fail(`in literal ${word} (expecting ${quoted(expected)})`);
      }
      if (this.at >= this.text.length) throw new Fault(END);
      this.at += 1;
    }
  }

  private string(): void {
    this.at += 1;
    for (; this.text[this.at] !== '"'; this.at += 1) {
      const char = this.text[this.at];
      if (char === undefined || char < ' ') this.fail('in string literal');
      if (char === '\\') this.escape();
    }
    this.at += 1;
  }

  private escape(): void {
    this.at += 1;
    const char = this.text[this.at];
    if (char === undefined || !'bfnrt\\/"u'.includes(char)) this.fail('in string escape code');
    if (char !== 'u') return;
    for (let count = 0; count < 4; count += 1) {
      this.at += 1;
      if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) this.fail('in \\u hexadecimal character escape');
    }
  }

  private number(): void {
    if (this.text[this.at] === '-') {
      this.at += 1;
      if (!this.isDigit()) this.fail('in numeric literal');
    }
    if (this.text[this.at] === '0') this.at += 1;
    else this.digits();
    if (this.text[this.at] === '.') {
      this.at += 1;
      if (!this.isDigit()) this.fail('after decimal point in numeric literal');
      this.digits();
    }
    if (this.text[this.at] !== 'e' && this.text[this.at] !== 'E') return;
    this.at += 1;
    if (this.text[this.at] === '+' || this.text[this.at] === '-') this.at += 1;
    if (!this.isDigit()) this.fail('in exponent of numeric literal');
    this.digits();
  }

  private isDigit(): boolean {
    const char = this.text[this.at] ?? '';
    return char >= '0' && char <= '9';
  }

  private digits(): void {
    while (this.isDigit()) this.at += 1;
  }
}

function quoted(char: string): string {
  if (char === "'") return `'\\''`;
  if (char === '"') return `'"'`;
  if (char > '\x7e') return `'${firstByte(char)}'`;
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}

/** Go reads bytes: of a character beyond ASCII it names the first byte of its UTF-8, as if that were a character. */
function firstByte(char: string): string {
  if (char === '\x7f') return '\\x7f';
  return String.fromCharCode(new TextEncoder().encode(char)[0]!);
}
