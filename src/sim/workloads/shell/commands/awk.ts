/** awk as one-liners use it: `-F`, a pattern, `print` of fields, NR and NF. Upstream: POSIX.1-2017, awk. Left out: the rest of the language. */
import { isWait, type Command } from '../command-io.ts';
import { parseOptions } from './options.ts';
import { regex } from './regex.ts';
import { inputs, linesOf } from './text.ts';

const PROGRAM =
  /^\s*(?:\/((?:\\.|[^/\\])*)\/|NR\s*(==|>|>=|<|<=)\s*(\d+))?\s*(?:\{\s*print\s*([^{}]*?)\s*;?\s*\})?\s*$/;

export const awk: Command = (io, [, ...words]) => {
  const { values, operands } = parseOptions(words, ['F', 'v']);
  const [program = '', ...files] = operands;
  const match = PROGRAM.exec(program);
  if (!match) return io.fail('awk', `unsupported program: ${program}`, 2);
  const found = inputs(io, 'awk', files);
  if (isWait(found)) return found;
  const [, pattern, comparison, number, printed = ''] = match;
  const separator =
    values['F'] === undefined
      ? undefined
      : regex(values['F'].length === 1 ? values['F'].replace(/[|.^$*+?]/, '\\$&') : values['F'], true);
  const lines = found.texts.flatMap(({ text }) => linesOf(text));
  for (const [index, line] of lines.entries()) {
    if (pattern !== undefined && !regex(pattern, true).test(line)) continue;
    if (comparison !== undefined && !compares(index + 1, comparison, Number(number))) continue;
    const fields = separator ? line.split(separator) : line.trim().split(/\s+/);
    io.out(`${expression(printed, line, fields, index + 1)}\n`);
  }
  return found.code;
};

function compares(left: number, operator: string, right: number): boolean {
  if (operator === '==') return left === right;
  if (operator === '>') return left > right;
  if (operator === '<') return left < right;
  return operator === '>=' ? left >= right : left <= right;
}

function expression(printed: string, line: string, fields: readonly string[], number: number): string {
  if (printed === '') return line;
  return printed
    .split(',')
    .map((part) =>
      part
        .trim()
        .replace(
          /"((?:\\.|[^"\\])*)"|\$(\d+|NF)|\bNR\b|\bNF\b|\s+/g,
          (token, text: string | undefined, field: string | undefined) => {
            if (text !== undefined) return text.replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\(.)/g, '$1');
            if (field === '0') return line;
            if (field !== undefined) return fields[(field === 'NF' ? fields.length : Number(field)) - 1] ?? '';
            if (token === 'NR') return String(number);
            return token === 'NF' ? String(fields.length) : '';
          },
        ),
    )
    .join(' ');
}
