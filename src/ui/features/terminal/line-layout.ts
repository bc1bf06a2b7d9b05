/** Where characters stand on a screen of so many columns: Hangul, Han and full-width forms take two. */

const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|^\p{Emoji_Presentation}/u;
const COMBINING = /^\p{Mark}$/u;

export function widthOf(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Where the cursor stands behind a text that begins at a column. */
export function placeAfter(text: string, columns: number, start = 0): Place {
  let [row, column] = [0, start];
  for (const character of text) {
    if (character === '\n') {
      [row, column] = [row + 1, 0];
      continue;
    }
    const width = widthOf(character);
    if (column + width > columns) [row, column] = [row + 1, 0];
    column += width;
  }
  // Beyond the last column the next character goes to a new row, so the cursor does.
  return column >= columns ? { row: row + 1, column: 0 } : { row, column };
}

// Colours and the like take no room; the sequences begin with the escape character.
const SEQUENCE = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');

/** The column in which a text that has been written ends. */
export function columnAfter(text: string, columns: number): number {
  const line = text.slice(text.lastIndexOf('\n') + 1).replace(SEQUENCE, '');
  return placeAfter(line, columns).column;
}
