/**
 * Label selectors as text: `app=web,tier in (a,b),!old`, with the words of upstream's parser for what cannot be read.
 * Upstream: apimachinery/pkg/labels/selector.go (Lexer, Parser).
 */
import type { LabelOperator, LabelRequirement, LabelSelector, Parsed } from './selectors.ts';

type Token = '!' | '=' | '==' | '!=' | '>' | '<' | '(' | ')' | ',' | 'in' | 'notin' | 'identifier' | 'end';

interface Lexeme {
  readonly token: Token;
  readonly text: string;
}

const SPECIAL = '=!(),><';
const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  '=': 'In',
  '==': 'In',
  '!=': 'NotIn',
  in: 'In',
  notin: 'NotIn',
  '>': 'Gt',
  '<': 'Lt',
};

function lexemesOf(text: string): readonly Lexeme[] {
  const found: Lexeme[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (' \t\r\n'.includes(char)) {
      at += 1;
      continue;
    }
    const start = at;
    if (SPECIAL.includes(char)) {
      // As many as make an operator that is known.
      at += ['==', '!='].includes(text.slice(at, at + 2)) ? 2 : 1;
      const symbol = text.slice(start, at);
      found.push({ token: symbol as Token, text: symbol });
      continue;
    }
    while (at < text.length && !SPECIAL.includes(text[at]!) && !' \t\r\n'.includes(text[at]!)) at += 1;
    const word = text.slice(start, at);
    found.push({ token: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
  }
  return [...found, { token: 'end', text: '' }];
}

class Fault extends Error {}

export function parseLabelSelector(text: string): Parsed<LabelSelector> {
  try {
    return { ok: true, value: new Parser(lexemesOf(text)).parse() };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, message: error.message };
    throw error;
  }
}

class Parser {
  private at = 0;

  constructor(private readonly lexemes: readonly Lexeme[]) {}

  /** Keywords are plain words where a value is expected. */
  private look(isValue: boolean): Lexeme {
    const lexeme = this.lexemes[this.at]!;
    const isKeyword = lexeme.token === 'in' || lexeme.token === 'notin';
    return isValue && isKeyword ? { ...lexeme, token: 'identifier' } : lexeme;
  }

  private take(isValue: boolean): Lexeme {
    const lexeme = this.look(isValue);
    if (lexeme.token !== 'end') this.at += 1;
    return lexeme;
  }

  parse(): LabelSelector {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const { token, text } = this.look(true);
      if (token === 'end') return requirements;
      if (token !== 'identifier' && token !== '!')
        throw new Fault(`found '${text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.requirement());
      const after = this.take(false);
      if (after.token === 'end') return requirements;
      if (after.token !== ',') throw new Fault(`found '${after.text}', expected: ',' or 'end of string'`);
      const next = this.look(true);
      if (next.token !== 'identifier' && next.token !== '!') {
        throw new Fault(`found '${next.text}', expected: identifier after ','`);
      }
    }
  }

  private requirement(): LabelRequirement {
    try {
      return this.unwrapped();
    } catch (error) {
      if (error instanceof Fault) throw new Fault(`unable to parse requirement: ${error.message}`);
      throw error;
    }
  }

  private unwrapped(): LabelRequirement {
    const isAbsent = this.look(true).token === '!';
    if (isAbsent) this.take(true);
    const key = this.take(true);
    if (key.token !== 'identifier') throw new Fault(`found '${key.text}', expected: identifier`);
    checkKey(key.text);
    const following = this.look(true).token;
    if (isAbsent || following === 'end' || following === ',') {
      return { key: key.text, operator: isAbsent ? 'DoesNotExist' : 'Exists', values: [] };
    }
    const word = this.take(false);
    const operator = OPERATORS[word.token];
    if (!operator) throw new Fault(`found '${word.text}', expected: in, notin, =, ==, !=, gt, lt`);
    const values = word.token === 'in' || word.token === 'notin' ? this.values() : [this.exactValue()];
    checkValues(key.text, operator, values);
    return { key: key.text, operator, values };
  }

  private values(): readonly string[] {
    const open = this.take(true);
    if (open.token !== '(') throw new Fault(`found '${open.text}' expected: '('`);
    const { token, text } = this.look(true);
    if (token !== 'identifier' && token !== ',' && token !== ')') {
      throw new Fault(`found '${text}', expected: ',', ')' or identifier`);
    }
    const found = this.identifiers();
    const close = this.take(true);
    if (close.token !== ')') throw new Fault(`found '${close.text}', expected: ')'`);
    // A set has each value once, in order.
    return [...new Set(found)].sort();
  }

  private identifiers(): readonly string[] {
    const found: string[] = [];
    if (this.look(true).token === ')') return [''];
    for (;;) {
      const { token, text } = this.take(true);
      if (token === 'identifier') {
        found.push(text);
        const next = this.look(true);
        if (next.token === ')') return found;
        if (next.token !== ',') throw new Fault(`found '${next.text}', expected: ',' or ')'`);
      } else if (token === ',') {
        if (found.length === 0) found.push('');
        const next = this.look(true);
        if (next.token === ')') return [...found, ''];
        if (next.token === ',') {
          this.take(true);
          found.push('');
        }
      } else throw new Fault(`found '${text}', expected: ',', or identifier`);
    }
  }

  private exactValue(): string {
    const { token } = this.look(true);
    if (token === 'end' || token === ',') return '';
    const value = this.take(true);
    if (value.token !== 'identifier') throw new Fault(`found '${value.text}', expected: identifier`);
    return value.text;
  }
}

const KEY =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const INTEGER = /^[-+]?\d+$/;
const KEY_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function checkKey(key: string): void {
  if (!KEY.test(key)) throw new Fault(`<nil>: Invalid value: ${JSON.stringify(key)}: ${KEY_TEXT}`);
}

function checkValues(key: string, operator: LabelOperator, values: readonly string[]): void {
  if (operator === 'Gt' || operator === 'Lt') {
    const bad = values.findIndex((value) => !INTEGER.test(value));
    if (bad >= 0) {
      const text = JSON.stringify(values[bad]);
      throw new Fault(`values[${bad}]: Invalid value: ${text}: for 'Gt', 'Lt' operators, the value must be an integer`);
    }
    return;
  }
  values.forEach((value, index) => {
    const place = `values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}`;
    if (value.length > 63) throw new Fault(`${place}: must be no more than 63 bytes`);
    if (!VALUE.test(value)) throw new Fault(`${place}: ${VALUE_TEXT}`);
  });
}
