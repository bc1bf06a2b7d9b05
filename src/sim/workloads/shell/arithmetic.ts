/** `$((...))`, `let` and `(( ))`: whole numbers, as the shell reckons with them. Upstream: POSIX.1-2017, 2.6.4. */
import { ShellFault } from './state.ts';

export interface Variables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

const TOKEN =
  /\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|\*\*|<<=|>>=|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),])/y;

/** Binding strength of what stands between two operands; higher binds first. */
const BINARY: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
  '**': 11,
};

const ASSIGNMENT = /^(?:[-+*/%&|^]|<<|>>)?=$/;

export function evaluate(expression: string, variables: Variables): number {
  if (expression.trim() === '') return 0;
  return new Evaluator(tokensOf(expression), expression, variables).whole();
}

function tokensOf(expression: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (expression.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(expression);
    if (!match) throw new ShellFault(`arithmetic syntax error: ${expression.trim()}`);
    tokens.push(match[1]!);
    at = TOKEN.lastIndex;
  }
  return tokens;
}

class Evaluator {
  private at = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly text: string,
    private readonly variables: Variables,
  ) {}

  whole(): number {
    let value = this.assignment();
    while (this.accept(',')) value = this.assignment();
    if (this.at < this.tokens.length) this.fail();
    return value;
  }

  private fail(): never {
    throw new ShellFault(`arithmetic syntax error: ${this.text.trim()}`);
  }

  private accept(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at += 1;
    return true;
  }

  private read(name: string): number {
    const value = (this.variables.get(name) ?? '').trim();
    if (value === '') return 0;
    const number = Number(value);
    if (Number.isInteger(number)) return number;
    throw new ShellFault(`arithmetic syntax error: ${value}`);
  }

  private assignment(): number {
    const name = this.tokens[this.at] ?? '';
    const operator = this.tokens[this.at + 1] ?? '';
    if (!/^[A-Za-z_]/.test(name) || !ASSIGNMENT.test(operator)) return this.choice();
    this.at += 2;
    const right = this.assignment();
    const value = operator === '=' ? right : this.apply(operator.slice(0, -1), this.read(name), right);
    this.variables.set(name, String(value));
    return value;
  }

  private choice(): number {
    const condition = this.binary(1);
    if (!this.accept('?')) return condition;
    const [yes, hasElse, no] = [this.assignment(), this.accept(':'), this.assignment()];
    if (!hasElse) this.fail();
    return condition !== 0 ? yes : no;
  }

  private binary(least: number): number {
    let left = this.unary();
    for (;;) {
      const operator = this.tokens[this.at] ?? '';
      const strength = BINARY[operator];
      if (strength === undefined || strength < least) return left;
      this.at += 1;
      left = this.apply(operator, left, this.binary(operator === '**' ? strength : strength + 1));
    }
  }

  private unary(): number {
    const token = this.tokens[this.at++] ?? this.fail();
    switch (token) {
      case '-':
        return -this.unary();
      case '+':
        return this.unary();
      case '!':
        return this.unary() === 0 ? 1 : 0;
      case '~':
        return ~this.unary();
      case '++':
      case '--':
        return this.step(this.tokens[this.at++] ?? this.fail(), token, true);
      case '(': {
        let value = this.assignment();
        while (this.accept(',')) value = this.assignment();
        if (!this.accept(')')) this.fail();
        return value;
      }
      default:
        return this.operand(token);
    }
  }

  private operand(token: string): number {
    if (/^0[xX]/.test(token)) return parseInt(token.slice(2), 16);
    if (/^0\d/.test(token)) return parseInt(token, 8);
    if (/^\d/.test(token)) return Number(token);
    if (!/^[A-Za-z_]/.test(token)) this.fail();
    if (this.accept('++')) return this.step(token, '++', false);
    if (this.accept('--')) return this.step(token, '--', false);
    return this.read(token);
  }

  private step(name: string, operator: string, isBefore: boolean): number {
    const before = this.read(name);
    const after = operator === '++' ? before + 1 : before - 1;
    this.variables.set(name, String(after));
    return isBefore ? after : before;
  }

  private apply(operator: string, left: number, right: number): number {
    const truth = (value: boolean): number => (value ? 1 : 0);
    switch (operator) {
      case '+':
        return left + right;
      case '-':
        return left - right;
      case '*':
        return left * right;
      case '/':
      case '%':
        if (right === 0) throw new ShellFault('divide by zero');
        return operator === '/' ? Math.trunc(left / right) : left % right;
      case '**':
        return left ** right;
      case '<<':
        return left << right;
      case '>>':
        return left >> right;
      case '&':
        return left & right;
      case '|':
        return left | right;
      case '^':
        return left ^ right;
      case '&&':
        return truth(left !== 0 && right !== 0);
      case '||':
        return truth(left !== 0 || right !== 0);
      case '==':
        return truth(left === right);
      case '!=':
        return truth(left !== right);
      case '<':
        return truth(left < right);
      case '>':
        return truth(left > right);
      case '<=':
        return truth(left <= right);
      default:
        return truth(left >= right);
    }
  }
}
