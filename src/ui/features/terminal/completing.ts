/** What Tab does with the words that may come: the common beginning goes into the line, or the words are shown. */

export interface Completed {
  /** What stands in place of the word being typed. */
  readonly text: string;
  /** Words to choose from, where the line cannot go on by itself. */
  readonly choices: readonly string[];
}

export function completed(typed: string, words: readonly string[]): Completed {
  const [first, ...others] = words;
  if (first === undefined) return { text: typed, choices: [] };
  if (others.length === 0) return { text: /[/=]$/.test(first) ? first : `${first} `, choices: [] };
  let shared = first;
  for (const word of others) while (!word.startsWith(shared)) shared = shared.slice(0, -1);
  return shared.length > typed.length ? { text: shared, choices: [] } : { text: typed, choices: words };
}

/** Words in columns, as a shell lists them. */
export function inColumns(words: readonly string[], columns: number): string {
  const width = Math.max(...words.map(({ length }) => length)) + 2;
  const perRow = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(words.length / perRow);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: perRow }, (_unused, column) => words[column * rows + row] ?? '')
      .map((word) => word.padEnd(width))
      .join('')
      .trimEnd(),
  )
    .map((line) => `${line}\n`)
    .join('');
}
