/**
 * How two structs differ, as the API server tells it behind a refusal.
 * Upstream: apimachinery/pkg/util/diff (Diff), which prints both as JSON and compares the lines with go-difflib:
 * a port of Python's SequenceMatcher, with its rule that in long texts frequent lines are no hold.
 */
import { structLines, type PrintedStruct } from './go-structs.ts';

type Lines = readonly string[];

interface Block {
  readonly before: number;
  readonly after: number;
  readonly size: number;
}

interface Step {
  readonly isEqual: boolean;
  readonly before: readonly [from: number, to: number];
  readonly after: readonly [from: number, to: number];
}

const AROUND = 3;
/** From so many lines on those are left out of the index that are more than a hundredth of all. */
const LONG = 200;

/** Hunks without a head, each line with its end; empty when the structs print alike. */
export function structDiff(type: PrintedStruct, before: object, after: object): string {
  return lineDiff(structLines(type, before), structLines(type, after));
}

/** Equal as Go sees it: what is empty is as good as what is not there. Upstream: equality.Semantic.DeepEqual. */
export function isSameStruct(type: PrintedStruct, left: object, right: object): boolean {
  const [lines, others] = [left, right].map((value) =>
    structLines(type, value).map((line) => line.replace(/: (?:\[\]|\{\})(?=,?$)/, ': null')),
  );
  return lines!.join('\n') === others!.join('\n');
}

export function lineDiff(before: Lines, after: Lines): string {
  return hunksOf(stepsOf(before, after))
    .map((hunk) => printHunk(hunk, before, after))
    .join('');
}

function printHunk(hunk: readonly Step[], before: Lines, after: Lines): string {
  const [first, last] = [hunk[0]!, hunk.at(-1)!];
  const head = `@@ -${rangeText(first.before[0], last.before[1])} +${rangeText(first.after[0], last.after[1])} @@`;
  const lines = hunk.flatMap((step) =>
    step.isEqual
      ? before.slice(...step.before).map((line) => ` ${line}`)
      : [
          ...before.slice(...step.before).map((line) => `-${line}`),
          ...after.slice(...step.after).map((line) => `+${line}`),
        ],
  );
  return [head, ...lines].map((line) => `${line}\n`).join('');
}

function rangeText(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return String(from + 1);
  return `${length === 0 ? from : from + 1},${length}`;
}

/** Changes with a few equal lines around; those that are near each other share a hunk. */
function hunksOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const hunks: Step[][] = [];
  let hunk: Step[] = [];
  steps.forEach((step, index) => {
    const [isFirst, isLast] = [index === 0, index === steps.length - 1];
    const length = step.before[1] - step.before[0];
    if (!step.isEqual) hunk.push(step);
    else if (isFirst || isLast || length > 2 * AROUND) {
      if (!isFirst) hunk.push(part(step, 0, Math.min(length, AROUND)));
      if (isLast) return;
      if (!isFirst) hunks.push(hunk);
      hunk = [part(step, Math.max(0, length - AROUND), length)];
    } else hunk.push(step);
  });
  return [...hunks, hunk].filter((found) => found.some(({ isEqual }) => !isEqual));
}

const part = ({ before, after }: Step, from: number, to: number): Step => ({
  isEqual: true,
  before: [before[0] + from, before[0] + to],
  after: [after[0] + from, after[0] + to],
});

function stepsOf(before: Lines, after: Lines): readonly Step[] {
  const steps: Step[] = [];
  let [x, y] = [0, 0];
  for (const block of [...blocksOf(before, after), { before: before.length, after: after.length, size: 0 }]) {
    if (x < block.before || y < block.after) {
      steps.push({ isEqual: false, before: [x, block.before], after: [y, block.after] });
    }
    [x, y] = [block.before + block.size, block.after + block.size];
    if (block.size > 0) steps.push({ isEqual: true, before: [block.before, x], after: [block.after, y] });
  }
  return steps;
}

/** Runs of equal lines in their order, neighbours joined. */
function blocksOf(before: Lines, after: Lines): readonly Block[] {
  const index = indexOf(after);
  const found: Block[] = [];
  const look = (x: readonly [number, number], y: readonly [number, number]): void => {
    const block = longestBlock(before, after, index, x, y);
    if (block.size === 0) return;
    const ends = [block.before + block.size, block.after + block.size] as const;
    if (x[0] < block.before && y[0] < block.after) look([x[0], block.before], [y[0], block.after]);
    const last = found.at(-1);
    if (last && last.before + last.size === block.before && last.after + last.size === block.after) {
      found[found.length - 1] = { ...last, size: last.size + block.size };
    } else found.push(block);
    if (ends[0] < x[1] && ends[1] < y[1]) look([ends[0], x[1]], [ends[1], y[1]]);
  };
  look([0, before.length], [0, after.length]);
  return found;
}

function indexOf(lines: Lines): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>();
  lines.forEach((line, at) => {
    const places = index.get(line);
    if (places) places.push(at);
    else index.set(line, [at]);
  });
  if (lines.length < LONG) return index;
  const limit = Math.floor(lines.length / 100) + 1;
  return new Map([...index].filter(([, places]) => places.length <= limit));
}

/** The longest of the equal runs, the earliest of equally long ones, grown by frequent lines at its ends. */
function longestBlock(
  before: Lines,
  after: Lines,
  index: ReadonlyMap<string, readonly number[]>,
  [fromX, toX]: readonly [number, number],
  [fromY, toY]: readonly [number, number],
): Block {
  let [x, y, size] = [fromX, fromY, 0];
  let lengths = new Map<number, number>();
  for (let at = fromX; at < toX; at += 1) {
    const next = new Map<number, number>();
    for (const place of index.get(before[at]!) ?? []) {
      if (place < fromY || place >= toY) continue;
      const length = (lengths.get(place - 1) ?? 0) + 1;
      next.set(place, length);
      if (length > size) [x, y, size] = [at - length + 1, place - length + 1, length];
    }
    lengths = next;
  }
  while (x > fromX && y > fromY && before[x - 1] === after[y - 1]) [x, y, size] = [x - 1, y - 1, size + 1];
  while (x + size < toX && y + size < toY && before[x + size] === after[y + size]) size += 1;
  return { before: x, after: y, size };
}
