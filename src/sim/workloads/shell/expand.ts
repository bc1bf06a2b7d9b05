/** Words become fields: parameters, substitutions, splitting, patterns of file names. Upstream: POSIX.1-2017, 2.6. */
import { evaluate, type Variables } from './arithmetic.ts';
import { ShellFault } from './state.ts';
import type { Part, Word } from './syntax.ts';

export interface Expansion extends Variables {
  readonly arguments: readonly string[];
  readonly isStrict: boolean;
  /** `{a,b}` and `{1..3}` are expanded: bash does, and the shells of busybox and Debian do not. */
  readonly hasBraces: boolean;
  /** Output of a command substitution, by its node. */
  substitution(node: number): string;
  /** Paths that a pattern matches, in order. */
  glob(pattern: string): readonly string[];
}

interface Piece {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Command substitutions in a word; those of a default are run even where it is not needed. */
export function substitutionsOf(word: Word): readonly number[] {
  return word.flatMap((part) => {
    if (part.kind === 'command') return [part.node];
    if (part.kind === 'arithmetic') return substitutionsOf(part.expression);
    return part.kind === 'variable' && part.argument ? substitutionsOf(part.argument) : [];
  });
}

/** One text: no splitting and no file names, as in assignments, `case` and redirections. */
export function expandText(word: Word, expansion: Expansion): string {
  return word.map((part) => valueOf(part, expansion, ' ')).join('');
}

/** A pattern: what was quoted stands for itself. */
export function expandPattern(word: Word, expansion: Expansion): string {
  return word
    .map((part) => {
      const value = valueOf(part, expansion, ' ');
      return part.isQuoted ? value.replace(/[\\*?[\]]/g, '\\$&') : value;
    })
    .join('');
}

export function expandWords(words: readonly Word[], expansion: Expansion): string[] {
  return (expansion.hasBraces ? words.flatMap(braces) : words).flatMap((word) => fieldsOf(word, expansion));
}

function fieldsOf(word: Word, expansion: Expansion): readonly string[] {
  const fields: Piece[][] = [];
  let current: Piece[] | undefined;
  const add = (text: string, isQuoted: boolean): void => {
    (current ??= []).push({ text, isQuoted });
  };
  const cut = (): void => {
    if (current) fields.push(current);
    current = undefined;
  };
  // Without arguments `"$@"` is no word at all, not an empty one.
  const vanishes = expansion.arguments.length === 0 && word.some(isAllArguments);
  word.forEach((part, index) => {
    if (vanishes && part.kind === 'text' && part.text === '') return;
    if (isAllArguments(part)) {
      expansion.arguments.forEach((argument, position) => {
        if (position > 0) cut();
        add(argument, true);
      });
      return;
    }
    const value = valueOf(part, expansion, ' ');
    if (part.kind === 'text' && index === 0 && !part.isQuoted) return add(tilde(value, expansion), false);
    if (part.kind === 'text' || part.isQuoted) return add(value, part.isQuoted);
    const separators = expansion.get('IFS') ?? ' \t\n';
    const split = value.split(separators === '' ? /$^/ : new RegExp(`[${separators.replace(/[\\\]^-]/g, '\\$&')}]+`));
    split.forEach((field, position) => {
      if (position > 0) cut();
      if (field !== '') add(field, false);
    });
  });
  cut();
  return fields.flatMap((pieces) => named(pieces, expansion));
}

const isAllArguments = (part: Part): boolean =>
  part.kind === 'variable' && part.name === '@' && part.isQuoted && !part.operator;

function named(pieces: readonly Piece[], expansion: Expansion): readonly string[] {
  const text = pieces.map((piece) => piece.text).join('');
  const isPattern = pieces.some((piece) => !piece.isQuoted && /[*?]|\[.+\]/.test(piece.text));
  if (!isPattern) return [text];
  const pattern = pieces
    .map((piece) => (piece.isQuoted ? piece.text.replace(/[\\*?[\]]/g, '\\$&') : piece.text))
    .join('');
  const found = expansion.glob(pattern);
  return found.length > 0 ? found : [text];
}

const tilde = (text: string, expansion: Expansion): string =>
  /^~(\/|$)/.test(text) ? `${expansion.get('HOME') ?? '/root'}${text.slice(1)}` : text;

function valueOf(part: Part, expansion: Expansion, joiner: string): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'command':
      return expansion.substitution(part.node);
    case 'arithmetic':
      return String(evaluate(expandText(part.expression, expansion), expansion));
    default:
      return parameter(part, expansion, joiner);
  }
}

function parameter(part: Part & { kind: 'variable' }, expansion: Expansion, joiner: string): string {
  const { name, operator, argument = [] } = part;
  const isAll = name === '@' || name === '*';
  const value = isAll ? expansion.arguments.join(joiner) : expansion.get(name);
  const isMissing = value === undefined || (value === '' && operator?.startsWith(':'));
  switch (operator) {
    case undefined:
      if (value === undefined && expansion.isStrict && !isAll) throw new ShellFault(`${name}: parameter not set`);
      return value ?? '';
    case 'length':
      return String(isAll ? expansion.arguments.length : (value ?? '').length);
    case '-':
    case ':-':
      return isMissing ? expandText(argument, expansion) : value!;
    case '=':
    case ':=': {
      if (!isMissing) return value!;
      const given = expandText(argument, expansion);
      expansion.set(name, given);
      return given;
    }
    case '+':
    case ':+':
      return isMissing ? '' : expandText(argument, expansion);
    case '?':
    case ':?':
      if (isMissing) throw new ShellFault(`${name}: ${expandText(argument, expansion) || 'parameter not set'}`);
      return value!;
    default:
      return altered(value ?? '', operator!, argument, expansion);
  }
}

function altered(value: string, operator: string, argument: Word, expansion: Expansion): string {
  if (operator === '^') return value.slice(0, 1).toUpperCase() + value.slice(1);
  if (operator === ',') return value.slice(0, 1).toLowerCase() + value.slice(1);
  if (operator === ':') {
    const [from = 0, length] = expandText(argument, expansion)
      .split(':')
      .map((text) => evaluate(text, expansion));
    const start = from < 0 ? Math.max(0, value.length + from) : from;
    return length === undefined ? value.slice(start) : value.slice(start, length < 0 ? length : start + length);
  }
  const pattern = expandPattern(argument, expansion);
  if (operator === '/' || operator === '//') {
    const [, from = '', to = ''] = /^((?:\\.|[^/\\])*)(?:\/(.*))?$/s.exec(pattern) ?? [];
    return value.replace(new RegExp(globSource(from), operator === '//' ? 'gs' : 's'), () =>
      to.replace(/\\(.)/g, '$1'),
    );
  }
  const isLongest = operator.length === 2;
  const source = globSource(pattern);
  const cuts = Array.from({ length: value.length + 1 }, (_, index) => index);
  if (operator.startsWith('#')) {
    const at = (isLongest ? cuts.toReversed() : cuts).find((cut) => full(source).test(value.slice(0, cut)));
    return at === undefined ? value : value.slice(at);
  }
  const at = (isLongest ? cuts : cuts.toReversed()).find((cut) => full(source).test(value.slice(cut)));
  return at === undefined ? value : value.slice(0, at);
}

const full = (source: string): RegExp => new RegExp(`^(?:${source})$`, 's');

/** A shell pattern as a regular expression. */
export function globSource(pattern: string): string {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]!;
    const bracket = character === '[' ? /^\[[!^]?\]?[^\]]*\]/.exec(pattern.slice(at))?.[0] : undefined;
    if (character === '\\') source += escape(pattern[(at += 1)] ?? '\\');
    else if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (bracket) {
      source += bracket.replace(/^\[!/, '[^').replace(/\\(?!\])/g, '\\\\');
      at += bracket.length - 1;
    } else source += escape(character);
  }
  return source;
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

export const matchesPattern = (text: string, pattern: string): boolean => full(globSource(pattern)).test(text);

/** `{1..5}` and `{a,b}` of bash. */
function braces(word: Word): readonly Word[] {
  const index = word.findIndex(
    (part) => part.kind === 'text' && !part.isQuoted && /\{[^{}]*(,|\.\.)[^{}]*\}/.test(part.text),
  );
  if (index < 0) return [word];
  const part = word[index] as Part & { kind: 'text' };
  const [whole = '', inner = ''] = /\{([^{}]*(?:,|\.\.)[^{}]*)\}/.exec(part.text) ?? [];
  const at = part.text.indexOf(whole);
  const choices = rangeOf(inner) ?? (inner.includes(',') ? inner.split(',') : undefined);
  if (!choices) return [word];
  return choices.flatMap((choice) =>
    braces([
      ...word.slice(0, index),
      { ...part, text: part.text.slice(0, at) + choice + part.text.slice(at + whole.length) },
      ...word.slice(index + 1),
    ]),
  );
}

const RANGE_LIMIT = 10_000;

function rangeOf(inner: string): readonly string[] | undefined {
  const match = /^(-?\d+)\.\.(-?\d+)$/.exec(inner);
  if (!match) return undefined;
  const [from, to] = [Number(match[1]), Number(match[2])];
  const length = Math.min(Math.abs(to - from) + 1, RANGE_LIMIT);
  return Array.from({ length }, (_, index) => String(from <= to ? from + index : from - index));
}
