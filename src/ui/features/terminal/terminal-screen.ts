/** The screen: the text of the run, and beneath it the line being typed, which is the page's own until Enter. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type ITheme } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { LineEditor } from './line-editor.ts';
import { columnAfter, placeAfter } from './line-layout.ts';
import type { TerminalText } from '../../state/simulation.ts';

const PROMPT = '$ ';
const MORE = '> ';
const WHOLE_SCREEN = '\x1b[H\x1b[2J\x1b[3J';
const FONT_PX = 13;

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function themeNow(): ITheme {
  return {
    background: token('--surface'),
    foreground: token('--text'),
    cursor: token('--accent'),
    cursorAccent: token('--on-accent'),
    selectionBackground: token('--raised'),
    selectionForeground: token('--text'),
    red: token('--failure'),
    green: token('--ok'),
    yellow: token('--warn'),
    blue: token('--accent'),
  };
}

export class TerminalScreen {
  readonly terminal: Terminal;
  private readonly fitting = new FitAddon();
  private shown: TerminalText | undefined;
  /** What was printed for the page alone: choices of Tab, answers from a copy of the past. */
  private aside = '';
  /** Rows between the beginning of the line being typed and the cursor. */
  private cursorRow = 0;

  constructor(
    host: HTMLElement,
    readonly editor: LineEditor,
    label: string,
  ) {
    this.terminal = new Terminal({
      convertEol: true,
      cursorBlink: false,
      fontFamily: "'JetBrains Mono Variable', 'Pretendard Variable', monospace",
      fontSize: FONT_PX,
      lineHeight: 1.3,
      minimumContrastRatio: 4.5,
      scrollback: 5_000,
      theme: themeNow(),
    });
    this.terminal.loadAddon(this.fitting);
    this.terminal.open(host);
    this.terminal.textarea?.setAttribute('aria-label', label);
    this.fit();
  }

  get columns(): number {
    return this.terminal.cols;
  }

  get rows(): number {
    return this.terminal.rows;
  }

  fit(): void {
    // A hidden panel has no size to fit into.
    if (this.fitting.proposeDimensions()?.cols) this.fitting.fit();
    if (this.shown) this.redraw();
  }

  /** Tells a screen reader what is printed. xterm.js then takes no text that comes without keys, so it is not on for everybody. */
  readAloud(isOn: boolean): void {
    this.terminal.options.screenReaderMode = isOn;
  }

  dress(): void {
    this.terminal.options.theme = themeNow();
  }

  /** Shows what the run's terminal shows now. */
  show(next: TerminalText, pending: string): void {
    const before = this.shown;
    const goesOn = before?.generation === next.generation && before.from <= next.from && this.aside === '';
    const known = before ? before.from + before.text.length : 0;
    this.shown = next;
    if (before && goesOn && known >= next.from) {
      this.terminal.write(this.erased() + next.text.slice(known - next.from) + this.line(pending));
      return;
    }
    this.aside = '';
    this.cursorRow = 0;
    this.terminal.write(WHOLE_SCREEN + next.text + this.line(pending));
  }

  /** Puts a text between the run's and the line being typed, until the run's text changes. */
  tell(text: string, pending: string): void {
    this.aside += text;
    this.terminal.write(this.erased() + text + this.line(pending));
  }

  update(pending: string): void {
    this.terminal.write(this.erased() + this.line(pending));
  }

  /** Scrolls what is there out of sight, as Ctrl+L does. */
  clear(pending: string): void {
    this.cursorRow = 0;
    this.terminal.write(WHOLE_SCREEN + this.line(pending));
  }

  dispose(): void {
    this.terminal.dispose();
  }

  private redraw(): void {
    const { shown } = this;
    if (!shown) return;
    this.cursorRow = 0;
    this.terminal.write(WHOLE_SCREEN + shown.text + this.aside + this.line(''));
  }

  private erased(): string {
    const up = this.cursorRow > 0 ? `\x1b[${this.cursorRow}A` : '';
    this.cursorRow = 0;
    const start = this.startColumn();
    return `${up}\r${start > 0 ? `\x1b[${start}C` : ''}\x1b[J`;
  }

  /** Programs may leave the cursor behind a text without a newline. */
  private startColumn(): number {
    const text = (this.shown?.text ?? '') + this.aside;
    return columnAfter(text.slice(-2_000), this.columns);
  }

  private line(pending: string): string {
    const { editor, columns } = this;
    const isBusy = this.shown?.isBusy ?? false;
    const { search, text, cursor } = editor;
    const prompt =
      search !== undefined ? `(reverse-i-search)'${search}': ` : isBusy ? '' : pending === '' ? PROMPT : MORE;
    const start = this.startColumn();
    const end = placeAfter(prompt + text, columns, start);
    const place = placeAfter(prompt + text.slice(0, cursor), columns, start);
    this.cursorRow = place.row;
    const isAtEdge = end.column === 0 && end.row > 0;
    const up = end.row > place.row ? `\x1b[${end.row - place.row}A` : '';
    const across = place.column > 0 ? `\x1b[${place.column}C` : '';
    const shownPrompt = prompt === PROMPT ? `\x1b[32m$\x1b[0m ` : prompt;
    return `${shownPrompt}${text}${isAtEdge ? ' \r' : ''}${up}\r${across}`;
  }
}
