/** The command that somebody may have meant. */
import { COMMAND_NAMES } from '../../sim/workloads/index.ts';
import { TERMINAL_COMMANDS } from './commands.ts';

export function nearestWord(word: string): string | undefined {
  const names = [...new Set([...TERMINAL_COMMANDS, ...COMMAND_NAMES])];
  const near = names.map((name) => ({ name, steps: distance(word, name) })).sort((a, b) => a.steps - b.steps)[0];
  return near && near.steps <= (word.length > 4 ? 2 : 1) ? near.name : undefined;
}

/** Letters to change, add, drop or swap. */
function distance(from: string, to: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let left = 1; left <= from.length; left += 1) {
    const next = [left];
    for (let right = 1; right <= to.length; right += 1) {
      const isSame = from[left - 1] === to[right - 1];
      let least = Math.min(row[right]! + 1, next[right - 1]! + 1, row[right - 1]! + (isSame ? 0 : 1));
      if (from[left - 1] === to[right - 2] && from[left - 2] === to[right - 1] && left > 1 && right > 1)
        least = Math.min(least, before[right - 2]! + 1);
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return row[to.length]!;
}
