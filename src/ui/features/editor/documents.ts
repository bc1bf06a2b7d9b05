/** Which lines of a text a document of it takes, found without parsing: the page does not carry the parser. */

export interface Lines {
  readonly from: number;
  readonly to: number;
}

/** The document that a line is in, from the line behind one separator to the line before the next. */
export function documentAt(text: string, line: number): Lines {
  const lines = text.split('\n');
  const isSeparator = (at: number): boolean => /^---(\s|$)/.test(lines[at - 1] ?? '');
  let from = Math.min(Math.max(line, 1), lines.length);
  // A separator belongs to what follows it.
  while (from > 1 && !isSeparator(from)) from -= 1;
  let to = isSeparator(from) ? from + 1 : from;
  while (to < lines.length && !isSeparator(to + 1)) to += 1;
  return { from, to: Math.min(to, lines.length) };
}
