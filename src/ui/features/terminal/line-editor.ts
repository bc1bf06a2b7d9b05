/** The line being typed: cursor, history and search, as a shell's line editor has them. Upstream: GNU readline's Emacs keys. */

export type Effect =
  | { readonly kind: 'submit'; readonly line: string }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'end' }
  | { readonly kind: 'complete' }
  | { readonly kind: 'clear' };

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const graphemes = (text: string): readonly string[] => [...segmenter.segment(text)].map(({ segment }) => segment);

/** Keys as the terminal sends them, longest first. */
const KEYS: readonly (readonly [sequence: string, key: keyof LineEditor['keys']])[] = [
  ['\x1b[1;5C', 'wordRight'],
  ['\x1b[1;5D', 'wordLeft'],
  ['\x1b[1;3C', 'wordRight'],
  ['\x1b[1;3D', 'wordLeft'],
  ['\x1b[200~', 'nothing'],
  ['\x1b[201~', 'nothing'],
  ['\x1b[3~', 'deleteRight'],
  ['\x1b[A', 'older'],
  ['\x1bOA', 'older'],
  ['\x1b[B', 'newer'],
  ['\x1bOB', 'newer'],
  ['\x1b[C', 'right'],
  ['\x1bOC', 'right'],
  ['\x1b[D', 'left'],
  ['\x1bOD', 'left'],
  ['\x1b[H', 'home'],
  ['\x1bOH', 'home'],
  ['\x1b[F', 'toEnd'],
  ['\x1bOF', 'toEnd'],
  ['\x1bb', 'wordLeft'],
  ['\x1bf', 'wordRight'],
  ['\x1b\x7f', 'deleteWord'],
  ['\x01', 'home'],
  ['\x02', 'left'],
  ['\x05', 'toEnd'],
  ['\x06', 'right'],
  ['\x08', 'deleteLeft'],
  ['\x0b', 'deleteToEnd'],
  ['\x0e', 'newer'],
  ['\x10', 'older'],
  ['\x12', 'search'],
  ['\x15', 'deleteToStart'],
  ['\x17', 'deleteWord'],
  ['\x7f', 'deleteLeft'],
];

export class LineEditor {
  text = '';
  cursor = 0;
  /** What is looked for in the history, while somebody does. */
  search: string | undefined;
  /** Place in the history; its length is the line that is being written. */
  private at: number;
  private draft = '';

  constructor(private history: readonly string[]) {
    this.at = history.length;
  }

  get lines(): readonly string[] {
    return this.history;
  }

  set(text: string): void {
    this.text = text;
    this.cursor = text.length;
  }

  /** Puts a text in place of the one from `from` to the cursor. */
  replace(from: number, text: string): void {
    this.text = this.text.slice(0, from) + text + this.text.slice(this.cursor);
    this.cursor = from + text.length;
  }

  remember(line: string): void {
    if (line.trim() !== '' && line !== this.history.at(-1)) this.history = [...this.history, line];
    this.at = this.history.length;
  }

  /** Takes keys in up to the first that asks for something; gives that, and what has not been read. */
  feed(data: string): { readonly effect?: Effect; readonly rest: string } {
    let rest = data;
    while (rest !== '') {
      const key = KEYS.find(([sequence]) => rest.startsWith(sequence));
      if (key) {
        rest = rest.slice(key[0].length);
        this.leaveSearchFor(key[1]);
        this.keys[key[1]]();
        continue;
      }
      const [letter = ''] = graphemes(rest.slice(0, 32));
      rest = rest.slice(letter.length);
      const effect = this.take(letter);
      if (effect) return { effect, rest };
      // An escape alone, or a key that means nothing here.
      if (letter === '\x1b') {
        this.search = undefined;
        rest = rest.replace(/^(\[[0-9;]*[A-Za-z~]|O[A-Z])/, '');
      }
    }
    return { rest };
  }

  private take(letter: string): Effect | undefined {
    switch (letter) {
      case '\r':
      case '\n':
      case '\r\n':
        return this.submit();
      case '\x03':
        this.search = undefined;
        return { kind: 'interrupt' };
      case '\x04':
        if (this.text === '') return { kind: 'end' };
        this.keys.deleteRight();
        return undefined;
      case '\t':
        this.search = undefined;
        return { kind: 'complete' };
      case '\x0c':
        return { kind: 'clear' };
      case '\x07':
        this.search = undefined;
        return undefined;
      default:
        if (letter >= ' ') this.insert(letter);
        return undefined;
    }
  }

  private submit(): Effect {
    const line = this.text;
    this.search = undefined;
    this.set('');
    this.draft = '';
    return { kind: 'submit', line };
  }

  private insert(letter: string): void {
    if (this.search !== undefined) {
      this.search += letter;
      this.find(this.history.length - 1);
      return;
    }
    this.replace(this.cursor, letter);
  }

  private find(from: number): void {
    for (let at = from; at >= 0; at -= 1) {
      if (!this.history[at]!.includes(this.search ?? '')) continue;
      this.at = at;
      this.set(this.history[at]!);
      return;
    }
  }

  private leaveSearchFor(key: keyof LineEditor['keys']): void {
    if (key !== 'search' && key !== 'deleteLeft') this.search = undefined;
  }

  private show(at: number): void {
    if (at < 0 || at > this.history.length) return;
    if (this.at === this.history.length) this.draft = this.text;
    this.at = at;
    this.set(this.history[at] ?? this.draft);
  }

  private wordStart(): number {
    return /\S*\s*$/.exec(this.text.slice(0, this.cursor))!.index;
  }

  readonly keys = {
    left: () => {
      this.cursor -= graphemes(this.text.slice(0, this.cursor)).at(-1)?.length ?? 0;
    },
    right: () => {
      this.cursor += graphemes(this.text.slice(this.cursor))[0]?.length ?? 0;
    },
    wordLeft: () => {
      this.cursor = this.wordStart();
    },
    wordRight: () => {
      this.cursor += /^\s*\S*/.exec(this.text.slice(this.cursor))![0].length;
    },
    home: () => {
      this.cursor = 0;
    },
    toEnd: () => {
      this.cursor = this.text.length;
    },
    older: () => this.show(this.at - 1),
    newer: () => this.show(this.at + 1),
    deleteLeft: () => {
      if (this.search !== undefined) {
        this.search = this.search.slice(0, -1);
        return;
      }
      const end = this.cursor;
      this.keys.left();
      this.text = this.text.slice(0, this.cursor) + this.text.slice(end);
    },
    deleteRight: () => {
      const next = graphemes(this.text.slice(this.cursor))[0]?.length ?? 0;
      this.text = this.text.slice(0, this.cursor) + this.text.slice(this.cursor + next);
    },
    deleteWord: () => this.replace(this.wordStart(), ''),
    deleteToStart: () => this.replace(0, ''),
    deleteToEnd: () => {
      this.text = this.text.slice(0, this.cursor);
    },
    search: () => {
      if (this.search === undefined) this.search = '';
      else this.find(this.at - 1);
    },
    nothing: () => undefined,
  };
}
