/**
 * awk as one-liners use it. Upstream: POSIX.1-2017, awk. Left out: functions of one's own, getline, redirections and pipes of
 * its own, `printf` with `*`.
 */
import { isWait, type Command } from '../command-io.ts';
import { AwkFault, parseAwk, type AwkNode, type AwkProgram } from './awk-parser.ts';
import { parseOptions } from './options.ts';
import { regex } from './regex.ts';
import { formatted, inputs, linesOf } from './text.ts';

type Value = string | number;

/** A loop that is longer than this is taken to have no end. */
const STEP_LIMIT = 100_000;

class Next extends Error {}
class Exit extends Error {}

export const awk: Command = (io, [, ...words]) => {
  const { values, operands } = parseOptions(words, ['F', 'v']);
  const [text = '', ...files] = operands;
  try {
    const program = parseAwk(text);
    const needsInput = program.some(({ when }) => when !== 'BEGIN');
    const found = needsInput ? inputs(io, 'awk', files) : { texts: [], code: 0 };
    if (isWait(found)) return found;
    const run = new Run(program, (line) => io.out(line));
    if (values['F'] !== undefined) run.variables.set('FS', values['F'].replace(/\\t/g, '\t'));
    const [name, ...value] = (values['v'] ?? '').split('=');
    if (name) run.variables.set(name, value.join('='));
    const code = run.all(found.texts.flatMap((file) => linesOf(file.text)));
    return code || found.code;
  } catch (error) {
    if (error instanceof AwkFault) return io.fail('awk', `${error.message}: pilothouse runs a part of the language`, 2);
    throw error;
  }
};

class Run {
  readonly variables = new Map<string, Value>([
    ['FS', ' '],
    ['OFS', ' '],
    ['ORS', '\n'],
    ['NR', 0],
    ['NF', 0],
  ]);
  private fields: string[] = [];
  private line = '';
  private steps = 0;
  private code = 0;

  constructor(
    private readonly program: AwkProgram,
    private readonly out: (text: string) => void,
  ) {}

  all(lines: readonly string[]): number {
    try {
      this.rules('BEGIN');
      for (const line of lines) {
        this.variables.set('NR', number(this.get('NR')) + 1);
        this.take(line);
        this.each();
      }
      this.rules('END');
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
    }
    return this.code;
  }

  private rules(when: 'BEGIN' | 'END'): void {
    for (const rule of this.program) if (rule.when === when) this.run(rule.action!);
  }

  private each(): void {
    try {
      for (const { when, pattern, action } of this.program) {
        if (when !== undefined || (pattern && !truth(this.value(pattern)))) continue;
        if (action) this.run(action);
        else this.out(`${this.line}${text(this.get('ORS'))}`);
      }
    } catch (error) {
      if (!(error instanceof Next)) throw error;
    }
  }

  private take(line: string): void {
    this.line = line;
    const separator = text(this.get('FS'));
    if (separator === ' ') this.fields = line.trim() === '' ? [] : line.trim().split(/\s+/);
    else this.fields = line.split(separator.length === 1 ? separator : regex(separator, true));
    this.variables.set('NF', this.fields.length);
  }

  private get(name: string): Value {
    return this.variables.get(name) ?? '';
  }

  private run(nodes: readonly AwkNode[]): void {
    for (const node of nodes) this.statement(node);
  }

  private statement(node: AwkNode): void {
    if ((this.steps += 1) > STEP_LIMIT) throw new AwkFault('a loop without an end');
    switch (node.kind) {
      case 'print': {
        const parts = node.arguments.map((item) => text(this.value(item)));
        return this.out(
          `${parts.length === 0 ? this.line : parts.join(text(this.get('OFS')))}${text(this.get('ORS'))}`,
        );
      }
      case 'printf': {
        const [format = '', ...rest] = node.arguments.map((item) => text(this.value(item)));
        return this.out(formatted(format, rest));
      }
      case 'if':
        return this.run(truth(this.value(node.condition)) ? node.body : node.otherwise);
      case 'loop':
        for (this.run(node.start); truth(this.value(node.condition)); this.run(node.step)) this.run(node.body);
        return;
      case 'each':
        for (const key of [...this.variables.keys()].filter((name) => name.startsWith(`${node.array}[`))) {
          this.variables.set(node.name, key.slice(node.array.length + 1, -1));
          this.run(node.body);
        }
        return;
      case 'next':
        throw new Next();
      case 'exit':
        this.code = node.value ? number(this.value(node.value)) : 0;
        throw new Exit();
      default:
        this.value(node);
    }
  }

  private place(node: AwkNode): string {
    if (node.kind === 'name') return node.name;
    if (node.kind === 'element') return `${node.name}[${text(this.value(node.index))}]`;
    if (node.kind === 'field') return `$${number(this.value(node.index))}`;
    throw new AwkFault('assignment to what is no variable');
  }

  private read(place: string): Value {
    if (!place.startsWith('$')) return this.get(place);
    const index = Number(place.slice(1));
    return index === 0 ? this.line : (this.fields[index - 1] ?? '');
  }

  private write(place: string, value: Value): Value {
    if (!place.startsWith('$')) this.variables.set(place, value);
    else if (place === '$0') this.take(text(value));
    else {
      const index = Number(place.slice(1));
      while (this.fields.length < index) this.fields.push('');
      this.fields[index - 1] = text(value);
      this.variables.set('NF', this.fields.length);
      this.line = this.fields.join(text(this.get('OFS')));
    }
    return value;
  }

  private value(node: AwkNode): Value {
    switch (node.kind) {
      case 'constant':
        return node.value;
      case 'regex':
        return regex(node.source, true).test(this.line) ? 1 : 0;
      case 'name':
      case 'element':
      case 'field':
        return this.read(this.place(node));
      case 'assign': {
        const place = this.place(node.target);
        const right = this.value(node.value);
        return this.write(place, node.operator === '=' ? right : reckoned(node.operator[0]!, this.read(place), right));
      }
      case 'step': {
        const place = this.place(node.target);
        const before = number(this.read(place));
        this.write(place, before + node.by);
        return node.isBefore ? before + node.by : before;
      }
      case 'not':
        return truth(this.value(node.value)) ? 0 : 1;
      case 'minus':
        return -number(this.value(node.value));
      case 'choice':
        return this.value(truth(this.value(node.condition)) ? node.yes : node.no);
      case 'binary':
        return this.binary(node);
      case 'call':
        return this.call(node);
      default:
        throw new AwkFault(`no value of ${node.kind}`);
    }
  }

  private binary({ operator, left, right }: AwkNode & { kind: 'binary' }): Value {
    if (operator === '&&') return truth(this.value(left)) && truth(this.value(right)) ? 1 : 0;
    if (operator === '||') return truth(this.value(left)) || truth(this.value(right)) ? 1 : 0;
    if (operator === '~' || operator === '!~') {
      const pattern = right.kind === 'regex' ? right.source : text(this.value(right));
      return regex(pattern, true).test(text(this.value(left))) === (operator === '~') ? 1 : 0;
    }
    const [before, after] = [this.value(left), this.value(right)];
    if (operator === ' ') return text(before) + text(after);
    if (/^[<>=!]/.test(operator)) return compares(operator, before, after) ? 1 : 0;
    return reckoned(operator, before, after);
  }

  private call({ name, arguments: given }: AwkNode & { kind: 'call' }): Value {
    const values = given.map((item) => (item.kind === 'regex' ? item.source : this.value(item)));
    const [first = this.line, second = '', third] = values;
    switch (name) {
      case 'length':
        return text(first).length;
      case 'substr':
        return text(first).substring(
          number(second) - 1,
          third === undefined ? undefined : number(second) - 1 + number(third),
        );
      case 'index':
        return text(first).indexOf(text(second)) + 1;
      case 'tolower':
        return text(first).toLowerCase();
      case 'toupper':
        return text(first).toUpperCase();
      case 'int':
        return Math.trunc(number(first));
      case 'sprintf':
        return formatted(text(first), values.slice(1).map(text));
      case 'split': {
        const array = (given[1] as { name?: string }).name ?? '';
        const separator =
          third === undefined ? /\s+/ : text(third).length === 1 ? text(third) : regex(text(third), true);
        const parts = text(first).split(separator);
        parts.forEach((part, index) => this.variables.set(`${array}[${index + 1}]`, part));
        return parts.length;
      }
      case 'sub':
      case 'gsub': {
        const place = given[2] ? this.place(given[2]) : '$0';
        const before = text(this.read(place));
        const pattern = regex(text(first), true, name === 'gsub' ? 'g' : '');
        const after = before.replace(pattern, (match) =>
          text(second).replace(/\\?&/g, (sign) => (sign === '&' ? match : '&')),
        );
        if (after !== before) this.write(place, after);
        return after === before ? 0 : 1;
      }
      default:
        throw new AwkFault(`no function ${name}`);
    }
  }
}

const number = (value: Value): number => (typeof value === 'number' ? value : Number.parseFloat(value) || 0);

/** Whole numbers are printed whole, others with six digits. */
function text(value: Value): string {
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

const isNumeric = (value: Value): boolean => typeof value === 'number' || /^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$/.test(value);
const truth = (value: Value): boolean => (isNumeric(value) ? number(value) !== 0 : value !== '');

function compares(operator: string, left: Value, right: Value): boolean {
  const [before, after] =
    isNumeric(left) && isNumeric(right) ? [number(left), number(right)] : [text(left), text(right)];
  if (operator === '==') return before === after;
  if (operator === '!=') return before !== after;
  if (operator === '<') return before < after;
  if (operator === '>') return before > after;
  return operator === '<=' ? before <= after : before >= after;
}

function reckoned(operator: string, left: Value, right: Value): number {
  const [before, after] = [number(left), number(right)];
  if (operator === '+') return before + after;
  if (operator === '-') return before - after;
  if (operator === '*') return before * after;
  if (operator === '^') return before ** after;
  if (after === 0) throw new AwkFault('division by zero');
  return operator === '/' ? before / after : before % after;
}
