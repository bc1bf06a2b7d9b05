/**
 * What a terminal's driver does between keys and a program: it echoes what is typed, lets a line be mended, hands it over
 * at its end, and knows the keys that interrupt and that end the input. Upstream: Linux drivers/tty/n_tty.c (canonical mode).
 * Left out: signals. An interrupt drops the line that is being typed, and asks for a new one.
 */
/** A line is no longer (`MAX_CANON`); what is typed beyond is not taken. */
const LINE_LIMIT = 4_095;
const ERASE = '\x7f';
const BACKSPACE = '\b';
const KILL_LINE = '\x15';
const END_OF_INPUT = '\x04';
const INTERRUPT = '\x03';
const ESCAPE_SEQUENCE = /\x1b(\[[0-9;]*[A-Za-z~]|O[A-Z])/g;

export interface Typed {
  /** What the person sees. */
  readonly echo: string;
  /** Whole lines for the program. */
  readonly lines: string;
  readonly isEnd: boolean;
}

export class LineDiscipline {
  private line = '';

  type(keys: string): Typed {
    let echo = '';
    let lines = '';
    for (const key of keys.replace(ESCAPE_SEQUENCE, '')) {
      if (key === '\r' || key === '\n') {
        lines += `${this.line}\n`;
        echo += '\r\n';
        this.line = '';
      } else if (key === ERASE || key === BACKSPACE) {
        if (this.line === '') continue;
        this.line = [...this.line].slice(0, -1).join('');
        echo += '\b \b';
      } else if (key === KILL_LINE) {
        echo += '\b \b'.repeat([...this.line].length);
        this.line = '';
      } else if (key === INTERRUPT) {
        this.line = '';
        lines += '\n';
        echo += '^C\r\n';
      } else if (key === END_OF_INPUT) {
        if (this.line === '') return { echo, lines, isEnd: true };
      } else if ((key >= ' ' || key === '\t') && this.line.length < LINE_LIMIT) {
        this.line += key;
        echo += key;
      }
    }
    return { echo, lines, isEnd: false };
  }
}
