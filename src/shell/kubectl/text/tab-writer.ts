/**
 * Columns from tabs. Upstream: text/tabwriter, and the fork with remembered widths that kubectl prints tables with.
 * Left out: padding with tabs, alignment to the right, HTML and escapes, which kubectl does not use.
 */

export interface TabOptions {
  readonly minWidth: number;
  readonly padding: number;
}

/** As `kubectl get` has it. */
export const TABLE_TABS: TabOptions = { minWidth: 6, padding: 3 };
/** As `kubectl describe` has it. */
export const DESCRIBE_TABS: TabOptions = { minWidth: 0, padding: 2 };

/** Cells end with a tab; the rest of a line belongs to no column. A column reaches over lines that follow each other. */
export function tabbed(text: string, { minWidth, padding }: TabOptions, remembered: number[] = []): string {
  if (text === '') return '';
  const hasEnd = text.endsWith('\n');
  const lines = (hasEnd ? text.slice(0, -1) : text).split('\n').map((line) => line.split('\t'));
  const widths: number[] = [];
  const output: string[] = lines.map(() => '');

  const format = (from: number, to: number): void => {
    const column = widths.length;
    let flushed = from;
    for (let at = from; at < to; at += 1) {
      if (column >= lines[at]!.length - 1) continue;
      flush(flushed, at);
      let width = Math.max(minWidth, remembered[column] ?? 0);
      let end = at;
      for (; end < to && column < lines[end]!.length - 1; end += 1) {
        width = Math.max(width, widthOf(lines[end]![column]!) + padding);
      }
      remembered[column] = width;
      widths.push(width);
      format(at, end);
      widths.pop();
      flushed = end;
      at = end - 1;
    }
    flush(flushed, to);
  };
  const flush = (from: number, to: number): void => {
    for (let at = from; at < to; at += 1) {
      output[at] = lines[at]!.map((cell, index) =>
        index < widths.length ? cell + ' '.repeat(Math.max(0, widths[index]! - widthOf(cell))) : cell,
      ).join('');
    }
  };
  format(0, lines.length);
  return output.join('\n') + (hasEnd ? '\n' : '');
}

const widthOf = (cell: string): number => [...cell].length;
