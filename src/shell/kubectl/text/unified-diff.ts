/** Two texts as `diff -u` shows them: what is the same, gone and new, with three lines around. Myers' algorithm. */

interface Edit {
  readonly kind: ' ' | '-' | '+';
  readonly line: string;
}

const AROUND = 3;

/** Empty when the texts are the same. */
export function unifiedDiff(before: string, after: string, beforeName: string, afterName: string): string {
  if (before === after) return '';
  const edits = editsOf(linesOf(before), linesOf(after));
  const hunks = hunksOf(edits);
  return `--- ${beforeName}\n+++ ${afterName}\n${hunks.join('')}`;
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The shortest way from one list to the other. */
export function editsOf(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const trail = walk(before, after);
  const edits: Edit[] = [];
  let [x, y] = [before.length, after.length];
  for (let depth = trail.length - 1; depth > 0; depth -= 1) {
    const reach = trail[depth - 1]!;
    const diagonal = x - y;
    const isDown =
      diagonal === -depth || (diagonal !== depth && (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1));
    const from = isDown ? diagonal + 1 : diagonal - 1;
    const startX = reach.get(from) ?? 0;
    const startY = startX - from;
    while (
      x > startX &&
      y > startY &&
      x > 0 &&
      y > 0 &&
      (isDown ? y - 1 > startY || x > startX : true) &&
      before[x - 1] === after[y - 1]
    ) {
      if (isDown ? y - 1 === startY : x - 1 === startX) break;
      edits.push({ kind: ' ', line: before[(x -= 1)]! });
      y -= 1;
    }
    if (isDown) edits.push({ kind: '+', line: after[(y -= 1)]! });
    else edits.push({ kind: '-', line: before[(x -= 1)]! });
  }
  while (x > 0 && y > 0) {
    edits.push({ kind: ' ', line: before[(x -= 1)]! });
    y -= 1;
  }
  return edits.reverse();
}

/** How far each diagonal is reached with each number of edits. */
function walk(before: readonly string[], after: readonly string[]): readonly ReadonlyMap<number, number>[] {
  const trail: ReadonlyMap<number, number>[] = [];
  let reach: ReadonlyMap<number, number> = new Map();
  for (let depth = 0; depth <= before.length + after.length; depth += 1) {
    const next = new Map<number, number>();
    for (let diagonal = -depth; diagonal <= depth; diagonal += 2) {
      const isDown =
        diagonal === -depth ||
        (diagonal !== depth && (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1));
      let x = depth === 0 ? 0 : isDown ? (reach.get(diagonal + 1) ?? 0) : (reach.get(diagonal - 1) ?? 0) + 1;
      let y = x - diagonal;
      while (x < before.length && y < after.length && before[x] === after[y]) {
        x += 1;
        y += 1;
      }
      next.set(diagonal, x);
      if (x >= before.length && y >= after.length) return [...trail, next];
    }
    trail.push(next);
    reach = next;
  }
  return trail;
}

function hunksOf(edits: readonly Edit[]): readonly string[] {
  const hunks: string[] = [];
  let at = 0;
  while (at < edits.length) {
    const first = edits.findIndex(({ kind }, index) => index >= at && kind !== ' ');
    if (first < 0) break;
    const start = Math.max(at, first - AROUND);
    let end = first;
    for (let index = first; index < edits.length && index - end <= 2 * AROUND; index += 1)
      if (edits[index]!.kind !== ' ') end = index + 1;
    const stop = Math.min(edits.length, end + AROUND);
    hunks.push(hunkText(edits, start, stop));
    at = stop;
  }
  return hunks;
}

function hunkText(edits: readonly Edit[], start: number, stop: number): string {
  const count = (from: number, to: number, kind: '-' | '+'): number =>
    edits.slice(from, to).filter((edit) => edit.kind === ' ' || edit.kind === kind).length;
  const place = (kind: '-' | '+'): string => {
    const length = count(start, stop, kind);
    const line = count(0, start, kind) + (length === 0 ? 0 : 1);
    return length === 1 ? String(line) : `${line},${length}`;
  };
  const lines = edits.slice(start, stop).map(({ kind, line }) => `${kind}${line}\n`);
  return `@@ -${place('-')} +${place('+')} @@\n${lines.join('')}`;
}
