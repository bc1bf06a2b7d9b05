/**
 * What stands on a terminal's screen, as text with its escape sequences: the scrollback, and the screen that a program such
 * as `watch` takes over for a while. Upstream: xterm's control sequences (DECSET 1049, ED).
 */

/** Characters of scrollback that are kept; beyond them the oldest lines go. */
export const SCREEN_LIMIT = 200_000;

export interface ScreenState {
  /** Grows whenever the text is not merely longer than before. */
  readonly generation: number;
  /** Characters of this generation that have been let go at the front. */
  readonly dropped: number;
  readonly text: string;
  /** What a program has put on its own screen, over the text. */
  readonly alternate?: string;
  /** The limit has been reached and said. */
  readonly isFull: boolean;
}

export const EMPTY_SCREEN: ScreenState = { generation: 1, dropped: 0, text: '', isFull: false };

const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?1049l';
const CLEAR = '\x1b[H\x1b[2J';
// The sequences begin with the escape character.
// prettier-ignore
const SEQUENCE = /(\x1b\[\?1049[hl]|\x1b\[H\x1b\[2J)/;

export function writeScreen(screen: ScreenState, text: string): ScreenState {
  return text.split(SEQUENCE).reduce(writePart, screen);
}

function writePart(screen: ScreenState, part: string): ScreenState {
  const { generation } = screen;
  switch (part) {
    case '':
      return screen;
    case ENTER:
      return { ...screen, generation: generation + 1, alternate: '' };
    case LEAVE:
      return leaveScreen(screen);
    case CLEAR:
      if (screen.alternate !== undefined) return { ...screen, generation: generation + 1, alternate: '' };
      return { ...EMPTY_SCREEN, generation: generation + 1 };
    default:
      if (screen.alternate !== undefined) return { ...screen, alternate: screen.alternate + part };
      return cut({ ...screen, text: screen.text + part });
  }
}

/** Gives the screen back to the shell. */
export function leaveScreen(screen: ScreenState): ScreenState {
  if (screen.alternate === undefined) return screen;
  const { alternate: _gone, ...rest } = screen;
  return { ...rest, generation: screen.generation + 1, dropped: 0 };
}

function cut(screen: ScreenState): ScreenState {
  const { text } = screen;
  if (text.length <= SCREEN_LIMIT) return screen;
  const from = text.indexOf('\n', text.length - SCREEN_LIMIT) + 1;
  return { ...screen, text: text.slice(from), dropped: screen.dropped + from, isFull: true };
}
