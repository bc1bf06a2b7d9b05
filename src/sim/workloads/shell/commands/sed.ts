/** sed: addresses by number, `$` and pattern; `s`, `d`, `p`, `q`. Upstream: POSIX.1-2017, sed. Left out: hold space, branches. */
import { isWait, type Command } from '../command-io.ts';
import { parseOptions } from './options.ts';
import { regex } from './regex.ts';
import { inputs, linesOf } from './text.ts';

interface Instruction {
  isAt(line: string, number: number, isLast: boolean): boolean;
  readonly letter: string;
  readonly from?: RegExp;
  readonly to?: string;
  readonly prints?: boolean;
}

const ADDRESS = String.raw`(?:\d+|\$|/(?:\\.|[^/\\])*/)`;

function instructions(script: string, isExtended: boolean): readonly Instruction[] | undefined {
  const found: Instruction[] = [];
  let rest = script.trim();
  while (rest !== '') {
    const head = new RegExp(`^(${ADDRESS})?(?:,(${ADDRESS}))?(!?)\\s*([sdpq])`).exec(rest);
    if (!head) return undefined;
    const [whole, first, second, negation, letter] = head;
    rest = rest.slice(whole.length);
    const isAt = addresses(first, second, negation === '!', isExtended);
    if (letter === 's') {
      const mark = rest[0]!;
      const escaped = mark.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      const body = new RegExp(
        `^${escaped}((?:\\\\.|(?!${escaped})[^\\\\])*)${escaped}((?:\\\\.|(?!${escaped})[^\\\\])*)${escaped}([gpiI]*)`,
        's',
      ).exec(rest);
      if (!body) return undefined;
      const [all, from = '', to = '', flags = ''] = body;
      rest = rest.slice(all.length);
      const options = `${flags.includes('g') ? 'g' : ''}${/[iI]/.test(flags) ? 'i' : ''}`;
      found.push({
        isAt,
        letter,
        from: regex(from.replaceAll(`\\${mark}`, mark), isExtended, options),
        to,
        prints: flags.includes('p'),
      });
    } else found.push({ isAt, letter: letter! });
    rest = rest.replace(/^[\s;]+/, '');
  }
  return found;
}

function addresses(
  first: string | undefined,
  second: string | undefined,
  isNegated: boolean,
  isExtended: boolean,
): Instruction['isAt'] {
  const one =
    (address: string): Instruction['isAt'] =>
    (line, number, isLast) =>
      address === '$'
        ? isLast
        : address.startsWith('/')
          ? regex(address.slice(1, -1), isExtended).test(line)
          : Number(address) === number;
  let isInside = false;
  return (line, number, isLast) => {
    let result = true;
    if (first !== undefined && second === undefined) result = one(first)(line, number, isLast);
    else if (first !== undefined && second !== undefined) {
      if (!isInside && one(first)(line, number, isLast)) isInside = true;
      result = isInside;
      if (isInside && one(second)(line, number, isLast)) isInside = false;
    }
    return result !== isNegated;
  };
}

/** `\1` and `&` in the replacement. */
const replacement = (to: string, match: readonly string[]): string =>
  to.replace(/\\(.)|&/gs, (_, escaped: string | undefined) =>
    escaped === undefined
      ? match[0]!
      : /\d/.test(escaped)
        ? (match[Number(escaped)] ?? '')
        : escaped === 'n'
          ? '\n'
          : escaped,
  );

function edit(text: string, list: readonly Instruction[], isQuiet: boolean): string {
  const lines = linesOf(text);
  let result = '';
  for (const [index, original] of lines.entries()) {
    let line = original;
    let [isDeleted, isOver] = [false, false];
    for (const { isAt, letter, from, to, prints } of list) {
      if (isDeleted || !isAt(line, index + 1, index === lines.length - 1)) continue;
      if (letter === 'd') isDeleted = true;
      else if (letter === 'p') result += `${line}\n`;
      else if (letter === 'q') isOver = true;
      else {
        const before = line;
        line = line.replace(from!, (...match) =>
          replacement(
            to!,
            match.filter((item) => typeof item === 'string'),
          ),
        );
        if (prints && before !== line) result += `${line}\n`;
      }
    }
    if (!isDeleted && !isQuiet) result += `${line}\n`;
    if (isOver) break;
  }
  return result;
}

export const sed: Command = (io, [, ...words]) => {
  const { flags, values, operands } = parseOptions(words, ['e']);
  const [script = '', ...files] = values['e'] === undefined ? operands : [values['e'], ...operands];
  const list = instructions(script, flags.has('E') || flags.has('r'));
  if (!list) return io.fail('sed', `unsupported command in '${script}'`);
  const found = inputs(io, 'sed', files);
  if (isWait(found)) return found;
  for (const { name, text } of found.texts) {
    const result = edit(text, list, flags.has('n'));
    const fault = flags.has('i') ? io.files.write(io.path(name), result) : undefined;
    if (fault) return io.fail('sed', `${name}: ${fault}`);
    if (!flags.has('i')) io.out(result);
  }
  return found.code;
};
