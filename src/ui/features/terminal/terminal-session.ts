/** What a person does at the terminal: keys become lines, lines become commands of the run. */
import type { Effect, LineEditor } from './line-editor.ts';
import { completed, inColumns } from './completing.ts';
import type { TerminalScreen } from './terminal-screen.ts';
import { readStored, writeStored } from '../../state/run-store.ts';
import { ask, command, typeLine } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { texts } from '../../state/texts.ts';
import { view } from '../../state/view.ts';

const STORED = 'pilothouse.terminal.history';
const STORED_LINES = 500;

export function storedHistory(): readonly string[] {
  try {
    const lines = JSON.parse(readStored(STORED) ?? '[]') as unknown;
    return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

const keepHistory = (lines: readonly string[]): void => writeStored(STORED, JSON.stringify(lines.slice(-STORED_LINES)));

export class TerminalSession {
  /** Lines of a command that is not complete yet. */
  private pending = '';
  private waiting = '';
  private isWorking = false;

  constructor(
    private readonly screen: TerminalScreen,
    private readonly editor: LineEditor,
    /** What is said of an answer that a copy of the past has given. */
    private readonly pastNote: () => string,
  ) {}

  get unfinished(): string {
    return this.pending;
  }

  /** Takes keys in, in their order: what is typed while a line is on its way waits for it. */
  async type(data: string): Promise<void> {
    this.waiting += data;
    if (this.isWorking) return;
    this.isWorking = true;
    try {
      while (this.waiting !== '') {
        const { effect, rest } = this.editor.feed(this.waiting);
        this.waiting = rest;
        if (effect) await this.act(effect);
        else this.screen.update(this.pending);
      }
    } finally {
      this.isWorking = false;
    }
  }

  /** Types a whole line, as a click on an example does. */
  run(line: string): Promise<void> {
    this.editor.set('');
    return this.type(`${line}\r`);
  }

  private async act(effect: Effect): Promise<void> {
    switch (effect.kind) {
      case 'submit':
        return this.submit(effect.line);
      case 'interrupt':
        return this.interrupt();
      case 'end':
        if (this.isBusy) await command({ verb: 'terminal-key', key: 'end-of-input' });
        return;
      case 'complete':
        return this.complete();
      case 'clear':
        return this.screen.clear(this.pending);
    }
  }

  private get isBusy(): boolean {
    return simulation.getState().terminal.isBusy;
  }

  private async submit(typed: string): Promise<void> {
    const line = this.pending + typed;
    if (line.trim() === '' && !this.isBusy) {
      this.pending = '';
      return this.screen.update('');
    }
    const { columns, rows } = this.screen;
    const outcome = await typeLine({ line, columns, rows, language: view.getState().language });
    if (outcome?.kind === 'incomplete') {
      this.pending = `${line}\n`;
      return this.screen.tell(`${this.pending.split('\n').length === 2 ? '$ ' : '> '}${typed}\n`, this.pending);
    }
    this.pending = '';
    if (!outcome) {
      // Refused, or the person kept the future: the line is there to go on with.
      this.editor.set(typed);
      return this.screen.update('');
    }
    this.editor.remember(line);
    keepHistory(this.editor.lines);
    if (outcome.kind === 'looked') this.screen.tell(`${outcome.text}\x1b[2m${this.pastNote()}\x1b[0m\n`, '');
    else this.screen.update('');
  }

  private async interrupt(): Promise<void> {
    if (this.isBusy) {
      this.editor.set('');
      await command({ verb: 'terminal-key', key: 'interrupt' });
      return;
    }
    const { text } = this.editor;
    const prompt = this.pending === '' ? '$ ' : '> ';
    this.pending = '';
    this.editor.set('');
    this.screen.tell(`${prompt}${text}^C\n`, '');
  }

  private async complete(): Promise<void> {
    if (this.isBusy) return;
    const { editor, pending } = this;
    const line = editor.text.slice(0, editor.cursor);
    const found = await ask('completeLine', { line: pending + line, files: texts.getState().files });
    if (!found) return;
    const from = Math.max(0, found.from - pending.length);
    const { text, choices } = completed(line.slice(from), found.words);
    editor.replace(from, text);
    if (choices.length === 0) return this.screen.update(pending);
    const prompt = pending === '' ? '$ ' : '> ';
    this.screen.tell(`${prompt}${editor.text}\n${inColumns(choices.slice(0, 200), this.screen.columns)}`, pending);
  }
}
