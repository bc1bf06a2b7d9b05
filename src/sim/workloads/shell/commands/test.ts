/** `test`, `[` and `[[`, and `expr`. Upstream: POSIX.1-2017, test, expr. */
import type { Command, CommandIo } from '../command-io.ts';
import { matchesPattern } from '../expand.ts';
import { regex } from './regex.ts';

const number = (text: string): number => (/^\s*-?\d+\s*$/.test(text) ? Number(text) : Number.NaN);

const NUMERIC: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '-eq': (left, right) => left === right,
  '-ne': (left, right) => left !== right,
  '-lt': (left, right) => left < right,
  '-le': (left, right) => left <= right,
  '-gt': (left, right) => left > right,
  '-ge': (left, right) => left >= right,
};

class Condition {
  private at = 0;

  constructor(
    private readonly io: CommandIo,
    private readonly words: readonly string[],
    private readonly isExtended: boolean,
  ) {}

  evaluate(): boolean {
    return this.words.length === 0 ? false : this.either();
  }

  private either(): boolean {
    let value = this.both();
    while (this.accept('-o') || this.accept('||')) value = this.both() || value;
    return value;
  }

  private both(): boolean {
    let value = this.not();
    while (this.accept('-a') || this.accept('&&')) value = this.not() && value;
    return value;
  }

  private accept(word: string): boolean {
    if (this.words[this.at] !== word) return false;
    this.at += 1;
    return true;
  }

  private not(): boolean {
    const { words } = this;
    if (words[this.at] === '!' && this.at + 1 < words.length) {
      this.at += 1;
      return !this.not();
    }
    if (words[this.at] === '(' && words.length > this.at + 2) {
      this.at += 1;
      const value = this.either();
      this.accept(')');
      return value;
    }
    return this.primary();
  }

  private primary(): boolean {
    const [word = '', operator, right] = this.words.slice(this.at, this.at + 3);
    if (operator !== undefined && right !== undefined && this.isBinary(operator)) {
      this.at += 3;
      return this.binary(word, operator, right);
    }
    if (/^-[a-zA-Z]$/.test(word) && operator !== undefined) {
      this.at += 2;
      return this.unary(word, operator);
    }
    this.at += 1;
    return word !== '';
  }

  private isBinary(word: string): boolean {
    return word in NUMERIC || ['=', '==', '!=', '=~', '<', '>', '-nt', '-ot'].includes(word);
  }

  private binary(left: string, operator: string, right: string): boolean {
    const { io } = this;
    const numeric = NUMERIC[operator];
    if (numeric) {
      const [a, b] = [number(left), number(right)];
      if (Number.isNaN(a) || Number.isNaN(b)) throw new BadNumber(Number.isNaN(a) ? left : right);
      return numeric(a, b);
    }
    switch (operator) {
      case '=':
      case '==':
        return this.isExtended ? matchesPattern(left, right) : left === right;
      case '!=':
        return this.isExtended ? !matchesPattern(left, right) : left !== right;
      case '=~':
        return regex(right, true).test(left);
      case '<':
        return left < right;
      case '>':
        return left > right;
      default: {
        const [a, b] = [io.files.read(io.path(left)), io.files.read(io.path(right))];
        const age = (a?.modifiedAt ?? -1) - (b?.modifiedAt ?? -1);
        return operator === '-nt' ? age > 0 : age < 0;
      }
    }
  }

  private unary(operator: string, operand: string): boolean {
    const { files } = this.io;
    const path = this.io.path(operand);
    switch (operator) {
      case '-n':
        return operand !== '';
      case '-z':
        return operand === '';
      case '-d':
        return files.isDirectory(path);
      case '-f':
        return files.read(path) !== undefined;
      case '-s':
        return (files.read(path)?.bytes ?? 0) > 0;
      case '-x':
        return files.isDirectory(path) || files.read(path) !== undefined;
      case '-e':
      case '-r':
      case '-w':
        return files.isDirectory(path) || files.read(path) !== undefined;
      default:
        return false;
    }
  }
}

class BadNumber extends Error {}

const condition =
  (name: string, end?: string): Command =>
  (io, [, ...words]) => {
    if (end && words.at(-1) !== end) return io.fail(io.scope.name, `${name}: missing ${end}`, 2);
    try {
      return new Condition(io, end ? words.slice(0, -1) : words, name === '[[').evaluate() ? 0 : 1;
    } catch (error) {
      if (error instanceof BadNumber) return io.fail(io.scope.name, `${error.message}: bad number`, 2);
      throw error;
    }
  };

const expr: Command = (io, [, ...words]) => {
  const value = onText(words) ?? sum(words);
  io.out(`${value}\n`);
  return value === '' || value === '0' ? 1 : 0;
};

function onText([name, text = '', ...rest]: readonly string[]): string | undefined {
  if (name === 'length') return String(text.length);
  if (name === 'substr') return text.slice(Number(rest[0]) - 1, Number(rest[0]) - 1 + Number(rest[1]));
  if (name !== 'index') return undefined;
  return String([...text].findIndex((letter) => rest[0]?.includes(letter)) + 1);
}

function sum(words: readonly string[]): string {
  const [left = '', operator, ...rest] = words;
  if (operator === undefined) return left;
  const right = rest[0] ?? '';
  const [a, b] = [Number(left), Number(right)];
  const results: Readonly<Record<string, () => string>> = {
    '+': () => String(a + b),
    '-': () => String(a - b),
    '*': () => String(a * b),
    '/': () => String(b === 0 ? 0 : Math.trunc(a / b)),
    '%': () => String(b === 0 ? 0 : a % b),
    '=': () => (left === right ? '1' : '0'),
    '!=': () => (left === right ? '0' : '1'),
    '<': () => (a < b ? '1' : '0'),
    '>': () => (a > b ? '1' : '0'),
    '<=': () => (a <= b ? '1' : '0'),
    '>=': () => (a >= b ? '1' : '0'),
    ':': () => {
      const match = regex(`^${right}`, false).exec(left);
      return match ? (match[1] ?? String(match[0].length)) : '0';
    },
  };
  const result = results[operator]?.() ?? left;
  return rest.length > 1 ? sum([result, ...rest.slice(1)]) : result;
}

export const TEST_COMMANDS: Readonly<Record<string, Command>> = {
  test: condition('test'),
  '[': condition('[', ']'),
  '[[': condition('[[', ']]'),
  expr,
};
