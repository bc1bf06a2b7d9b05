/**
 * What a terminal's driver does between keys and a program: it echoes what is typed, lets a line be mended, hands it over
 * at its end, and knows the keys that interrupt and that end the input. Upstream: Linux drivers/tty/n_tty.c (canonical mode).
 * Left out: keys that stop and continue.
 */
/** A line is no longer (`MAX_CANON`); what is typed beyond is not taken. */
const LINE_LIMIT = 4_095;
const ERASE = '\x7f';
const BACKSPACE = '\b';
const KILL_LINE = '\x15';
const END_OF_INPUT = '\x04';
const INTERRUPT = '\x03';
const ESCAPE_SEQUENCE = /\x1b(\[[0-9;]*[A-Za-z~]|O[A-Z])/g;

export type Keyed =
  /** What the person sees. */
  | { readonly kind: 'echo'; readonly text: string }
  /** A whole line for the program, with its newline. */
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'end' };

/** Takes keys in behind the line that is being typed; gives that line as it is then, and what has come of the keys, in order. */
export function disciplined(line: string, keys: string): { readonly line: string; readonly keyed: readonly Keyed[] } {
  const keyed: Keyed[] = [];
  const echo = (text: string): void => {
    const last = keyed.at(-1);
    if (last?.kind === 'echo') keyed[keyed.length - 1] = { kind: 'echo', text: last.text + text };
    else keyed.push({ kind: 'echo', text });
  };
  for (const key of keys.replace(ESCAPE_SEQUENCE, '')) {
    if (key === '\r' || key === '\n') {
      echo('\n');
      keyed.push({ kind: 'line', text: `${line}\n` });
      line = '';
    } else if (key === ERASE || key === BACKSPACE) {
      if (line === '') continue;
      line = [...line].slice(0, -1).join('');
      echo('\b \b');
    } else if (key === KILL_LINE) {
      echo('\b \b'.repeat([...line].length));
      line = '';
    } else if (key === INTERRUPT) {
      line = '';
      echo('^C\n');
      keyed.push({ kind: 'interrupt' });
    } else if (key === END_OF_INPUT) {
      if (line === '') keyed.push({ kind: 'end' });
    } else if ((key >= ' ' || key === '\t') && line.length < LINE_LIMIT) {
      line += key;
      echo(key);
    }
  }
  return { line, keyed };
}
