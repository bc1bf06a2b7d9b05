/** What differs between two answers, line by line: `-` expected, `+` given, with one line around. */
import { structuredPatch } from 'diff';

export function lineDiff(expected: string, actual: string): string {
  const { hunks } = structuredPatch('', '', expected, actual, undefined, undefined, { context: 1 });
  return hunks.map(({ lines }) => lines.map((line) => `    ${line}`).join('\n')).join('\n    ...\n');
}
