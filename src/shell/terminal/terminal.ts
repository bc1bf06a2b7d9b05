/**
 * The terminal: a shell on a person's machine outside the cluster, with kubectl. It is a client of the API server like any
 * other, and all of it is state of the world: what it shows at a time is a function of the commands given before.
 * Upstream: a terminal emulator with its line discipline, a POSIX shell, and kubectl. Left out: job control, programs that
 * take the keyboard over (editors, pagers), and signals other than Ctrl+C and the end of input.
 */
import { CLIENT, type Component, type Plain } from '../../sim/kernel/index.ts';
import {
  copyScope,
  copyShell,
  newShell,
  OPEN_INPUT,
  runShell,
  typeInto,
  wakeTime,
  type Scope,
  type ShellHost,
  type ShellState,
} from '../../sim/workloads/index.ts';
import type { World } from '../../sim/world.ts';
import type { KubeconfigState } from '../kubectl/context.ts';
import { terminalCommands } from './commands.ts';
import { completionOf, type Completion } from './completion.ts';
import { changesOf, Disk, EMPTY_DISK, HOME, withChanges, type DiskState, type FileChanges } from './disk.ts';
import type { KubectlEngine } from './engine.ts';
import { KEYBOARD, KubectlProcesses, type Editing, type KubectlWaits } from './kubectl-processes.ts';
import { EMPTY_SCREEN, leaveScreen, SCREEN_LIMIT, writeScreen, type ScreenState } from './screen.ts';
import { nearestWord } from './nearest-word.ts';
import { unknownText, type Language } from './texts.ts';

/** Characters of one line, lines of history, and characters that may wait to be read. */
export const LINE_LIMIT = 100_000;
export const HISTORY_LIMIT = 500;
const INPUT_LIMIT = 100_000;

const HOSTNAME = 'laptop';
/** What is expected to end soon keeps the world from settling; what runs on does not. */
const SETTLE_WITHIN_MS = 60_000;
const PROMPT = '$ ';

/** One line as it was typed, with what of the editor's files has changed since the line before. */
export interface TypedLine {
  readonly line: string;
  readonly files?: FileChanges;
  readonly columns?: number;
  readonly rows?: number;
  readonly language?: Language;
}

export interface TerminalView {
  readonly generation: number;
  /** Where the text begins, in characters since the generation began. */
  readonly from: number;
  readonly text: string;
  readonly isBusy: boolean;
  readonly directory: string;
  /** What `kubectl edit` asks the page's editor to open; a line that is typed says that it is saved. */
  readonly editing?: Editing;
  /** Files that commands have written into the home folder. */
  readonly written: readonly string[];
}

interface TerminalState {
  readonly shell: ShellState | undefined;
  readonly scope: Scope;
  readonly disk: DiskState;
  readonly screen: ScreenState;
  readonly kubeconfig: KubeconfigState;
  readonly history: readonly string[];
  readonly size: { readonly columns: number; readonly rows: number };
  readonly language: Language;
  readonly waits: KubectlWaits;
  readonly status: number;
  readonly startedAt: number;
  readonly wakeAt: number | undefined;
}

export class Terminal implements Component {
  readonly id = CLIENT;
  private shell: ShellState | undefined;
  private scope: Scope;
  private disk: DiskState = EMPTY_DISK;
  private screen: ScreenState = EMPTY_SCREEN;
  private history: readonly string[] = [];
  private size = { columns: 80, rows: 24 };
  private language: Language = 'en';
  /** `$?` of the next line. */
  private status = 0;
  private startedAt = 0;
  private wakeAt: number | undefined;
  private readonly kubectl: KubectlProcesses;

  constructor(
    private readonly world: World,
    private readonly engine: () => KubectlEngine,
  ) {
    this.scope = firstScope();
    this.kubectl = new KubectlProcesses(world, engine, {
      columns: () => this.size.columns,
    });
  }

  isSerial(): boolean {
    return false;
  }

  get isBusy(): boolean {
    return this.shell !== undefined;
  }

  /** What has changed in the editor since the terminal looked last. */
  changesOf(editor: Readonly<Record<string, string>>): FileChanges {
    return changesOf(this.disk, editor);
  }

  /** A line and Enter, within a turn. While a command runs it is what the command reads, or else the next line. */
  type({ line, files, columns, rows, language }: TypedLine): void {
    const { kernel } = this.world;
    if (files) this.disk = withChanges(this.disk, files, kernel.now);
    this.size = { columns: columns ?? this.size.columns, rows: rows ?? this.size.rows };
    this.language = language ?? this.language;
    if (!this.shell) return this.start(line);
    if (!this.kubectl.takesKeys) this.write(`${line}\n`);
    const keyboard = this.shell.pipes[KEYBOARD]!;
    if (keyboard.text.length + line.length > INPUT_LIMIT) {
      kernel.emit('limit', { what: 'terminal input', limit: INPUT_LIMIT });
      return;
    }
    this.press(this.shell, `${line}\n`);
  }

  private press(shell: ShellState, keys: string | undefined): void {
    typeInto(shell, keys);
    this.kubectl.hearKeys(shell);
    this.go();
  }

  /** Ctrl+C: ends what runs, and forgets what was typed ahead. A terminal in a container has it for itself. */
  interrupt(): void {
    if (this.shell && this.kubectl.takesKeys) return this.press(this.shell, '\x03');
    this.write('^C\n');
    if (!this.shell) return;
    this.shell = undefined;
    this.finish(130);
  }

  /** Ctrl+D: nothing more will be typed for what runs. */
  endInput(): void {
    if (this.shell) this.press(this.shell, this.kubectl.takesKeys ? '\x04' : undefined);
  }

  view(): TerminalView {
    const { generation, text, alternate, dropped } = this.screen;
    const { editing } = this.kubectl;
    const prefix = `${HOME}/`;
    const written = [...this.disk.files.keys()].flatMap((path) => {
      const name = path.startsWith(prefix) ? path.slice(prefix.length) : '/';
      const isShown = !name.includes('/') && name !== editing?.name && !this.disk.fromEditor.has(name);
      return isShown ? [name] : [];
    });
    const shown = alternate === undefined ? { from: dropped, text } : { from: 0, text: alternate };
    return {
      generation,
      ...shown,
      isBusy: this.isBusy,
      directory: this.scope.directory,
      ...(editing ? { editing } : {}),
      written: written.sort(),
    };
  }

  /** Text of a file of the home folder. */
  readFile(name: string): string | undefined {
    return this.disk.files.get(`${HOME}/${name}`)?.text;
  }

  complete(line: string, editor: Readonly<Record<string, string>>): Completion {
    const { now } = this.world;
    const disk = new Disk(withChanges(this.disk, changesOf(this.disk, editor), now), now);
    return completionOf(line, {
      aliases: this.scope.aliases ?? {},
      directory: this.scope.directory,
      files: disk,
      kubectl: (words) => this.engine().complete(words, this.kubectl.context({ files: disk, scope: this.scope }, '')),
    });
  }

  handle(action: string, payload: unknown): void {
    if (action === 'watch') {
      const { watch } = payload as { readonly watch: string };
      if (!this.shell || !this.kubectl.hear(this.shell, watch)) return;
    } else if (action === 'output') {
      const { session } = payload as { readonly session: number };
      if (!this.shell || !this.kubectl.hearOutput(this.shell, session)) return;
    } else if (this.wakeAt !== undefined && this.wakeAt <= this.world.now) this.wakeAt = undefined;
    if (this.shell) this.go();
  }

  private start(line: string): void {
    this.write(`${PROMPT}${line}\n`);
    if (line.trim() === '') return;
    this.history = [...this.history, line.trimEnd()].slice(-HISTORY_LIMIT);
    const shell = newShell(['bash', '-c', line], {}, this.scope.directory, OPEN_INPUT);
    const [thread] = shell.threads;
    thread!.scope = this.scope;
    thread!.status = this.status;
    this.shell = shell;
    this.startedAt = this.world.kernel.turn.cursor;
    this.go();
  }

  private go(): void {
    const { shell } = this;
    if (!shell) return;
    this.kubectl.begin();
    const disk = new Disk(this.disk, this.world.kernel.turn.cursor);
    runShell(shell, this.host(disk));
    this.disk = disk.state;
    if (shell.exitCode === undefined) return this.wakeLater(shell);
    this.shell = undefined;
    this.scope = shell.threads[0]!.scope;
    this.finish(shell.exitCode);
    const [next, ...rest] = shell.pipes[KEYBOARD]!.text.split('\n');
    if (rest.length === 0) return;
    this.start(next!);
    const running = this.shell as ShellState | undefined;
    if (running) running.pipes[KEYBOARD]!.text += rest.join('\n');
    else for (const line of rest.slice(0, -1)) this.start(line);
  }

  /** The prompt is back. */
  private finish(code: number): void {
    this.dropEdited();
    this.scope.arguments = [];
    this.status = code;
    this.kubectl.end();
    this.screen = leaveScreen(this.screen);
    const { text } = this.screen;
    if (text !== '' && !text.endsWith('\n')) this.write('\n');
  }

  /** A text that was being edited goes when nobody waits for it any more. */
  private dropEdited(): void {
    const { editing } = this.kubectl;
    if (!editing) return;
    const disk = new Disk(this.disk, this.world.now);
    disk.remove(`${HOME}/${editing.name}`);
    this.disk = disk.state;
  }

  private wakeLater(shell: ShellState): void {
    const at = wakeTime(shell);
    if (at === undefined || (this.wakeAt !== undefined && this.wakeAt <= at)) return;
    this.wakeAt = at;
    const { kernel } = this.world;
    kernel.scheduleAt(at, this.id, 'wake', undefined, at - this.startedAt > SETTLE_WITHIN_MS);
  }

  private write(text: string): void {
    const wasFull = this.screen.isFull;
    this.screen = writeScreen(this.screen, text);
    if (this.screen.isFull && !wasFull) {
      this.world.kernel.emit('limit', { what: 'terminal scrollback', limit: SCREEN_LIMIT });
    }
  }

  private host(disk: Disk): ShellHost {
    const { kernel } = this.world;
    const { language } = this;
    return {
      nowMs: kernel.turn.cursor,
      epochMs: kernel.options.epochMs,
      hostname: HOSTNAME,
      podIp: '192.168.0.10',
      memoryLimitBytes: 16 * 1024 ** 3,
      files: disk,
      screen: this.size,
      output: (_, text) => this.write(text),
      // Its own commands speak for the network before anything is asked of it.
      ask: () => 0,
      draw: (bound) => kernel.stream('client/shell').below(bound),
      isListening: () => false,
      program: ([word = '']) => ({
        kind: 'task',
        afterMs: 0,
        code: 127,
        output: '',
        error: unknownText(language, word, nearestWord(word)),
      }),
      commands: terminalCommands({
        language,
        history: this.history,
        kubectl: this.kubectl.command(disk),
        forgetHistory: () => (this.history = []),
      }),
    };
  }

  save(): Plain {
    const state: TerminalState = {
      shell: this.shell && copyShell(this.shell),
      scope: copyScope(this.scope),
      disk: this.disk,
      screen: this.screen,
      kubeconfig: this.kubectl.config,
      history: this.history,
      size: this.size,
      language: this.language,
      waits: this.kubectl.save(),
      status: this.status,
      startedAt: this.startedAt,
      wakeAt: this.wakeAt,
    };
    return state as unknown as Plain;
  }

  load(saved: Plain): void {
    const state = saved as unknown as TerminalState;
    this.shell = state.shell && copyShell(state.shell);
    this.scope = copyScope(state.scope);
    this.disk = state.disk;
    this.screen = state.screen;
    this.kubectl.load(state.waits, state.kubeconfig);
    this.history = state.history;
    this.size = { ...state.size };
    this.language = state.language;
    this.status = state.status;
    this.startedAt = state.startedAt;
    this.wakeAt = state.wakeAt;
  }
}

function firstScope(): Scope {
  const { scope } = newShell(['sh'], { HOME, USER: 'user', HOSTNAME }, HOME).threads[0]!;
  return { ...scope, aliases: { k: 'kubectl' } };
}
