/** Commands over text: echo, printf, cat, grep, sed, awk and their kin. Upstream: POSIX.1-2017; busybox coreutils. */
import { byteLength } from '../../../api/names.ts';
import { byCode } from '../../../api/go-json.ts';
import { isWait, type Command, type CommandIo, type Step } from '../command-io.ts';
import type { Wait } from '../state.ts';
import { unescape } from '../reader.ts';
import { awk } from './awk.ts';
import { parseOptions } from './options.ts';
import { regex } from './regex.ts';
import { sed } from './sed.ts';

const echo: Command = (io, [, ...words]) => {
  let [isRaw, hasEnd] = [true, true];
  while (/^-[neE]+$/.test(words[0] ?? '')) {
    const flags = words.shift()!;
    if (flags.includes('n')) hasEnd = false;
    if (flags.includes('e')) isRaw = false;
  }
  const text = words.join(' ');
  io.out((isRaw ? text : unescape(text)) + (hasEnd ? '\n' : ''));
  return 0;
};

const printf: Command = (io, [, format = '', ...words]) => {
  io.out(formatted(format, words));
  return 0;
};

/** The format again and again, until no word is left. */
export function formatted(format: string, words: readonly string[]): string {
  const rest = [...words];
  let text = '';
  do {
    text += unescape(format).replace(/%(-?)(0?)(\d*)(?:\.(\d+))?([sdiuxXofc%])/g, (...match) => {
      const [, left, zero, width, precision, type] = match as unknown as string[];
      if (type === '%') return '%';
      const value = rest.shift() ?? '';
      return padded(directive(value, type!, precision), Number(width), left === '-', zero === '0');
    });
  } while (rest.length > 0 && /%[^%]/.test(format));
  return text;
}

function directive(value: string, type: string, precision: string | undefined): string {
  switch (type) {
    case 's':
      return precision === undefined ? value : value.slice(0, Number(precision));
    case 'c':
      return value.slice(0, 1);
    case 'f':
      return (Number(value) || 0).toFixed(precision === undefined ? 6 : Number(precision));
    case 'x':
      return Math.trunc(Number(value) || 0).toString(16);
    case 'X':
      return Math.trunc(Number(value) || 0)
        .toString(16)
        .toUpperCase();
    case 'o':
      return Math.trunc(Number(value) || 0).toString(8);
    default:
      return String(Math.trunc(Number(value) || 0));
  }
}

const padded = (text: string, width: number, isLeft: boolean, hasZeros: boolean): string =>
  isLeft ? text.padEnd(width) : text.padStart(width, hasZeros ? '0' : ' ');

/** Texts of the named files, or of the input; a missing file is said and counted as a failure. */
export function inputs(
  io: CommandIo,
  name: string,
  operands: readonly string[],
): { readonly texts: readonly { readonly name: string; readonly text: string }[]; readonly code: number } | Wait {
  if (operands.length === 0 || operands.every((word) => word === '-')) {
    const text = io.readAll();
    return isWait(text) ? text : { texts: [{ name: '-', text }], code: 0 };
  }
  let code = 0;
  const texts = operands.flatMap((operand) => {
    const path = io.path(operand);
    const file = io.files.read(path);
    if (file) return [{ name: operand, text: file.text }];
    const why = io.files.isDirectory(path) ? 'Is a directory' : 'No such file or directory';
    code = io.fail(
      name,
      name === 'cat' && why.startsWith('No') ? `can't open '${operand}': ${why}` : `${operand}: ${why}`,
    );
    return [];
  });
  return { texts, code };
}

/** Passes on lines of its input as they come. */
function stream(io: CommandIo, take: (line: string) => boolean): Step {
  for (;;) {
    const full = io.fullPipe;
    if (full !== undefined) return { kind: 'room', pipe: full };
    const line = io.readLine();
    if (line === undefined) return 0;
    if (isWait(line)) return line;
    if (!take(line) || io.memory['isBroken']) return 0;
  }
}

const cat: Command = (io, [, ...words]) => {
  const { operands, flags } = parseOptions(words);
  if (operands.length === 0 || operands[0] === '-')
    return stream(io, (line) => {
      io.out(line);
      return true;
    });
  const found = inputs(io, 'cat', operands);
  if (isWait(found)) return found;
  const text = found.texts.map((file) => file.text).join('');
  io.out(
    flags.has('n')
      ? linesOf(text)
          .map((line, index) => `${String(index + 1).padStart(6)}\t${line}\n`)
          .join('')
      : text,
  );
  return found.code;
};

export const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

const tee: Command = (io, [, ...words]) => {
  const { flags, operands } = parseOptions(words);
  if (!io.memory['isOpen'] && !flags.has('a')) for (const file of operands) io.files.write(io.path(file), '');
  io.memory['isOpen'] = true;
  return stream(io, (line) => {
    io.out(line);
    for (const file of operands) io.files.write(io.path(file), line, { isAppend: true });
    return true;
  });
};

const grep: Command = (io, [name = 'grep', ...words]) => {
  const { flags, values, operands } = parseOptions(words, ['e', 'm', 'A', 'B', 'C']);
  const [pattern = '', ...files] = values['e'] === undefined ? operands : [values['e'], ...operands];
  const source = flags.has('F') ? pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : pattern;
  const isExtended = flags.has('E') || flags.has('F') || flags.has('P') || name === 'egrep';
  const wanted = flags.has('w') ? `\\b(?:${source})\\b` : source;
  const expression = regex(wanted, isExtended || flags.has('w'), flags.has('i') ? 'i' : '');
  const isMatch = (line: string): boolean => expression.test(line) !== flags.has('v');
  const show = (line: string): void => {
    if (flags.has('q') || flags.has('c')) return;
    if (flags.has('o'))
      for (const [found] of line.matchAll(new RegExp(expression, `${expression.flags}g`))) io.out(`${found}\n`);
    else io.out(`${line}\n`);
  };
  io.memory['count'] ??= 0;
  const finish = (): number => {
    const count = io.memory['count'] as number;
    if (flags.has('c')) io.out(`${count}\n`);
    return count > 0 ? 0 : 1;
  };
  const take = (line: string): boolean => {
    const text = line.replace(/\n$/, '');
    if (!isMatch(text)) return true;
    io.memory['count'] = (io.memory['count'] as number) + 1;
    show(text);
    return !flags.has('q') && (io.memory['count'] as number) < Number(values['m'] ?? Infinity);
  };
  if (files.length === 0) {
    const step = stream(io, take);
    return isWait(step) ? step : finish();
  }
  const found = inputs(io, 'grep', files);
  if (isWait(found)) return found;
  for (const { text } of found.texts) for (const line of linesOf(text)) if (!take(line)) break;
  return found.code === 0 ? finish() : 2;
};

const head: Command = (io, [, ...words]) => {
  const given = words.map((word) => (/^-\d+$/.test(word) ? `-n${word.slice(1)}` : word));
  const { values, operands } = parseOptions(given, ['n', 'c']);
  const limit = Number(values['n'] ?? 10);
  if (values['c'] !== undefined) {
    const found = inputs(io, 'head', operands);
    if (isWait(found)) return found;
    io.out(
      found.texts
        .map(({ text }) => text)
        .join('')
        .slice(0, Number(values['c'])),
    );
    return found.code;
  }
  if (operands.length === 0) {
    io.memory['count'] ??= 0;
    if (limit === 0) return 0;
    return stream(io, (line) => {
      io.out(line);
      io.memory['count'] = (io.memory['count'] as number) + 1;
      return (io.memory['count'] as number) < limit;
    });
  }
  const found = inputs(io, 'head', operands);
  if (isWait(found)) return found;
  for (const { text } of found.texts)
    io.out(
      linesOf(text)
        .slice(0, limit)
        .map((line) => `${line}\n`)
        .join(''),
    );
  return found.code;
};

const LOOK_MS = 1_000;

const tail: Command = (io, [, ...words]) => {
  const given = words.map((word) => (/^-\d+$/.test(word) ? `-n${word.slice(1)}` : word));
  const { flags, values, operands } = parseOptions(given, ['n', 'c']);
  const isFollowing = flags.has('f') || flags.has('F') || flags.has('follow');
  const [file] = operands;
  if (isFollowing && (file === undefined || file === '/dev/null')) return { kind: 'forever' };
  if (isFollowing) return follow(io, io.path(file!), file!);
  const found = inputs(io, 'tail', operands);
  if (isWait(found)) return found;
  const from = values['n'] ?? '10';
  for (const { text } of found.texts) {
    const lines = linesOf(text);
    const shown = from.startsWith('+') ? lines.slice(Number(from) - 1) : lines.slice(-Number(from) || lines.length);
    io.out(shown.map((line) => `${line}\n`).join(''));
  }
  return found.code;
};

/** `tail -f`: looks once a second what has been added. */
function follow(io: CommandIo, path: string, name: string): Step {
  const entry = io.files.read(path);
  if (!entry && io.memory['seen'] === undefined)
    return io.fail('tail', `can't open '${name}': No such file or directory`);
  const bytes = entry?.bytes ?? 0;
  const seen = io.memory['seen'] as number | undefined;
  if (seen === undefined)
    io.out(
      linesOf(entry?.text ?? '')
        .slice(-10)
        .map((line) => `${line}\n`)
        .join(''),
    );
  else if (bytes > seen) io.out((entry?.text ?? '').slice(-(bytes - seen)));
  io.memory['seen'] = bytes;
  return { kind: 'until', at: io.host.nowMs + LOOK_MS };
}

const wholeText =
  (
    name: string,
    make: (lines: string[], words: readonly string[], text: string) => string,
    valued: readonly string[] = [],
  ): Command =>
  (io, [, ...words]) => {
    const found = inputs(io, name, parseOptions(words, valued).operands);
    if (isWait(found)) return found;
    const text = found.texts.map((item) => item.text).join('');
    io.out(make(linesOf(text), words, text));
    return found.code;
  };

const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

function sorted(lines: readonly string[], words: readonly string[]): string {
  const { flags, values } = parseOptions(words, ['k', 't', 'o']);
  const field = Number.parseInt(values['k'] ?? '0', 10);
  const key = (line: string): string => (field > 0 ? (line.split(values['t'] ?? /\s+/)[field - 1] ?? '') : line);
  const compare = (left: string, right: string): number =>
    flags.has('n')
      ? (Number.parseFloat(key(left)) || 0) - (Number.parseFloat(key(right)) || 0)
      : byCode(key(left), key(right));
  const result = [...lines].sort((left, right) => compare(left, right) || byCode(left, right));
  const shown = flags.has('u') ? result.filter((line, index) => line !== result[index - 1]) : result;
  return joined(flags.has('r') ? shown.reverse() : shown);
}

function unique(lines: readonly string[], words: readonly string[]): string {
  const { flags } = parseOptions(words);
  const groups: { line: string; count: number }[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last?.line === line) last.count += 1;
    else groups.push({ line, count: 1 });
  }
  return joined(groups.map(({ line, count }) => (flags.has('c') ? `${String(count).padStart(7)} ${line}` : line)));
}

function cutFields(lines: readonly string[], words: readonly string[]): string {
  const { values } = parseOptions(words, ['d', 'f', 'c', 'b']);
  const list = (values['f'] ?? values['c'] ?? values['b'] ?? '1').split(',').map((range) => {
    const [from = '', to] = range.split('-');
    return [Number(from) || 1, to === undefined ? Number(from) || 1 : Number(to) || Infinity] as const;
  });
  const isChosen = (_: string, index: number): boolean =>
    list.some(([from, to]) => index + 1 >= from && index + 1 <= to);
  const delimiter = values['d'] ?? '\t';
  return joined(
    lines.map((line) => {
      if (values['f'] === undefined) return [...line].filter(isChosen).join('');
      return line.includes(delimiter) ? line.split(delimiter).filter(isChosen).join(delimiter) : line;
    }),
  );
}

function translate(text: string, words: readonly string[]): string {
  const { flags, operands } = parseOptions(words);
  const set = (spec = ''): string[] => [
    ...unescape(spec)
      .replace(/\[:upper:\]/g, 'A-Z')
      .replace(/\[:lower:\]/g, 'a-z')
      .replace(/\[:digit:\]/g, '0-9')
      .replace(/\[:space:\]/g, ' \t\n\r')
      .replace(/(.)-(.)/gs, (_, from: string, to: string) => {
        const [low, high] = [from.charCodeAt(0), to.charCodeAt(0)];
        return String.fromCharCode(...Array.from({ length: Math.max(0, high - low + 1) }, (__, index) => low + index));
      }),
  ];
  const [from, to] = [set(operands[0]), set(operands[1])];
  const isIn = (character: string): boolean => from.includes(character) !== flags.has('c');
  if (flags.has('d')) return [...text].filter((character) => !isIn(character)).join('');
  const mapped = [...text].map((character) => {
    if (!isIn(character) || to.length === 0) return character;
    return to[Math.min(Math.max(0, from.indexOf(character)), to.length - 1)]!;
  });
  return flags.has('s')
    ? mapped.filter((item, index) => item !== mapped[index - 1] || !isIn(item)).join('')
    : mapped.join('');
}

/** Lines, words, characters, bytes: those that are asked for, in that order. */
const COUNTS: readonly (readonly [string, (text: string) => number])[] = [
  ['l', (text) => text.split('\n').length - 1],
  ['w', (text) => text.split(/\s+/).filter(Boolean).length],
  ['m', (text) => [...text].length],
  ['c', byteLength],
];
/** How wide columns are where the sizes are not known before. */
const PIPE_WIDTH = 7;

const wc: Command = (io, [, ...words]) => {
  const { flags, operands } = parseOptions(words);
  const found = inputs(io, 'wc', operands);
  if (isWait(found)) return found;
  const asked = COUNTS.filter(([flag]) => flags.has(flag));
  const counts = asked.length > 0 ? asked : COUNTS.filter(([flag]) => flag !== 'm');
  const rows = found.texts.map(({ name, text }) => ({ name, numbers: counts.map(([, countOf]) => countOf(text)) }));
  const totals = counts.map((_, column) => rows.reduce((sum, { numbers }) => sum + numbers[column]!, 0));
  if (rows.length > 1) rows.push({ name: 'total', numbers: totals });
  const bytes = found.texts.reduce((sum, { text }) => sum + byteLength(text), 0);
  const isPipe = found.texts.some(({ name }) => name === '-');
  const width = rows.length * counts.length === 1 ? 0 : isPipe ? PIPE_WIDTH : String(bytes).length;
  for (const { name, numbers } of rows) {
    const columns = numbers.map((number) => String(number).padStart(width)).join(' ');
    io.out(`${columns}${name === '-' ? '' : ` ${name}`}\n`);
  }
  return found.code;
};

const SEQUENCE_LIMIT = 100_000;

const seq: Command = (io, [, ...words]) => {
  const isNumber = (word: string): boolean => /^-?\d+(\.\d+)?$/.test(word);
  const { values } = parseOptions(
    words.filter((word) => word !== '-w' && !isNumber(word)),
    ['s', 'f'],
  );
  const operands = words.filter(isNumber);
  const numbers = operands.map(Number);
  const [from = 1, step = 1, to = 1] =
    numbers.length === 1 ? [1, 1, numbers[0]!] : numbers.length === 2 ? [numbers[0]!, 1, numbers[1]!] : numbers;
  const list: string[] = [];
  for (let value = from; step > 0 ? value <= to : value >= to; value += step) {
    if (step === 0 || list.length >= SEQUENCE_LIMIT) break;
    list.push(String(value));
  }
  const separator = unescape(values['s'] ?? '\\n');
  io.out(list.length > 0 ? `${list.join(separator)}\n` : '');
  return 0;
};

const yes: Command = (io, [, ...words]) => {
  for (;;) {
    const full = io.fullPipe;
    if (full !== undefined) return { kind: 'room', pipe: full };
    if (io.memory['isBroken']) return 141;
    if (io.frame.streams.output.kind !== 'pipe') return { kind: 'until', at: io.host.nowMs + LOOK_MS };
    io.out(`${words.join(' ') || 'y'}\n`);
  }
};

export const TEXT_COMMANDS: Readonly<Record<string, Command>> = {
  echo,
  printf,
  cat,
  tac: wholeText('tac', (lines) => joined(lines.reverse())),
  rev: wholeText('rev', (lines) => joined(lines.map((line) => [...line].reverse().join('')))),
  tee,
  grep,
  egrep: grep,
  head,
  tail,
  wc,
  sort: wholeText('sort', sorted, ['k', 't', 'o']),
  uniq: wholeText('uniq', unique),
  cut: wholeText('cut', cutFields, ['d', 'f', 'c', 'b']),
  tr: (io, [, ...words]) => {
    const text = io.readAll();
    if (isWait(text)) return text;
    io.out(translate(text, words));
    return 0;
  },
  sed,
  awk,
  seq,
  yes,
  more: cat,
  less: cat,
};
