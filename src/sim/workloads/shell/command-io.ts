/** What a command can do while it runs: read, write, ask, look around. */
import type { Expansion } from './expand.ts';
import { matchesPattern } from './expand.ts';
import type { NetworkReply, Question, ShellHost } from './host.ts';
import { PIPE_BYTES } from './machine.ts';
import type { Frame, ShellState, Sink, Thread, Wait } from './state.ts';

/** An exit code, or what to wait for before the command is called again. */
export type Step = number | Wait;

export type Command = (io: CommandIo, argv: readonly string[]) => Step;

const WAITS: ReadonlySet<unknown> = new Set<Wait['kind']>(['until', 'input', 'room', 'threads', 'reply', 'forever']);

/** Answers of the network have kinds as well: only a wait's own count. */
export const isWait = (value: unknown): value is Wait =>
  typeof value === 'object' && value !== null && 'kind' in value && WAITS.has(value.kind);

export class CommandIo implements Expansion {
  constructor(
    readonly state: ShellState,
    readonly thread: Thread,
    readonly frame: Frame,
    readonly host: ShellHost,
  ) {}

  get scope(): Thread['scope'] {
    return this.thread.scope;
  }

  get memory(): Record<string, unknown> {
    return this.frame.memory;
  }

  get files(): ShellHost['files'] {
    return this.host.files;
  }

  out(text: string): void {
    this.write(this.frame.streams.output, text);
  }

  err(text: string): void {
    this.write(this.frame.streams.error, text);
  }

  /** `name: text` on standard error, and an exit code. */
  fail(name: string, text: string, code = 1): number {
    this.err(`${name}: ${text}\n`);
    return code;
  }

  private write(sink: Sink, text: string): void {
    if (text === '') return;
    switch (sink.kind) {
      case 'output':
        return this.host.output(sink.stream, text);
      case 'file':
        this.files.write(sink.path, text, { isAppend: true });
        return;
      case 'pipe': {
        const pipe = this.state.pipes[sink.pipe]!;
        if (pipe.readers > 0 || pipe.isCapture) pipe.text += text;
        else this.memory['isBroken'] = true;
        return;
      }
      default:
        return;
    }
  }

  /** The pipe that its output has filled, until somebody reads from it. */
  get fullPipe(): number | undefined {
    const { output } = this.frame.streams;
    if (output.kind !== 'pipe') return undefined;
    const pipe = this.state.pipes[output.pipe]!;
    return !pipe.isCapture && pipe.text.length >= PIPE_BYTES ? output.pipe : undefined;
  }

  /** A line with its newline; undefined at the end. */
  readLine(): string | undefined | Wait {
    const { input } = this.frame.streams;
    if (input.kind === 'null') return undefined;
    const isPipe = input.kind === 'pipe';
    const text = isPipe ? this.state.pipes[input.pipe]!.text : (this.state.texts[input.text] ?? '');
    const end = text.indexOf('\n');
    if (end < 0 && isPipe && this.state.pipes[input.pipe]!.writers > 0) return { kind: 'input', pipe: input.pipe };
    if (text === '') return undefined;
    const line = end < 0 ? text : text.slice(0, end + 1);
    const rest = text.slice(line.length);
    if (isPipe) this.state.pipes[input.pipe]!.text = rest;
    else this.state.texts[input.text] = rest;
    return line;
  }

  /** All of the input, once its end has come. */
  readAll(): string | Wait {
    let text = (this.memory['read'] as string | undefined) ?? '';
    for (;;) {
      const line = this.readLine();
      if (line === undefined) return text;
      if (isWait(line)) {
        this.memory['read'] = text;
        return line;
      }
      text += line;
    }
  }

  /** Puts a question once; then gives the answer, or what to wait for. */
  ask(question: Question, timeoutMs?: number): NetworkReply | Wait {
    const { memory, state, host } = this;
    if (memory['asked'] === undefined) {
      memory['asked'] = host.ask(this.thread.id, question);
      if (timeoutMs !== undefined) memory['until'] = host.nowMs + timeoutMs;
    }
    const id = memory['asked'] as number;
    const until = memory['until'] as number | undefined;
    const reply = state.replies[id] as NetworkReply | undefined;
    if (reply === undefined && (until === undefined || until > host.nowMs))
      return until === undefined ? { kind: 'reply', id } : { kind: 'reply', id, until };
    delete state.replies[id];
    delete memory['asked'];
    return reply ?? { kind: 'failed', reason: 'timeout' };
  }

  /** Waits once for so long. */
  pause(ms: number, key = 'paused'): Wait | undefined {
    const { memory, host } = this;
    memory[key] ??= host.nowMs + ms;
    return (memory[key] as number) > host.nowMs ? { kind: 'until', at: memory[key] as number } : undefined;
  }

  path(name: string): string {
    return absolute(name, this.scope.directory);
  }

  get arguments(): readonly string[] {
    return this.scope.arguments;
  }

  get isStrict(): boolean {
    return this.scope.flags.includes('u');
  }

  get hasBraces(): boolean {
    return this.scope.isBash === true;
  }

  get(name: string): string | undefined {
    const { scope, thread, host } = this;
    switch (name) {
      case '?':
        return String(thread.status);
      case '$':
        return '1';
      case '!':
        return thread.lastJob === 0 ? '' : String(thread.lastJob);
      case '#':
        return String(scope.arguments.length);
      case '-':
        return scope.flags;
      case '0':
        return scope.name;
      case 'RANDOM':
        return String(host.draw(32_768));
      case 'SECONDS':
        return String(Math.floor(host.nowMs / 1000));
      case 'HOSTNAME':
        return scope.variables['HOSTNAME'] ?? host.hostname;
      default:
        return /^[1-9]\d*$/.test(name) ? scope.arguments[Number(name) - 1] : scope.variables[name];
    }
  }

  set(name: string, value: string): void {
    this.scope.variables[name] = value;
  }

  substitution(node: number): string {
    return this.frame.substitutions[node] ?? '';
  }

  glob(pattern: string): readonly string[] {
    const isAbsolute = pattern.startsWith('/');
    let found = [isAbsolute ? '/' : this.scope.directory];
    for (const part of pattern.split('/').filter(Boolean)) {
      found = found.flatMap((folder) =>
        this.files
          .list(folder)
          .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && matchesPattern(name, part))
          .map((name) => `${folder === '/' ? '' : folder}/${name}`),
      );
    }
    const prefix = this.scope.directory === '/' ? '/' : `${this.scope.directory}/`;
    return isAbsolute ? found : found.map((path) => path.slice(prefix.length));
  }
}

/** A path without `.`, `..` and doubled slashes. */
export function absolute(name: string, directory: string): string {
  const parts: string[] = [];
  for (const part of (name.startsWith('/') ? name : `${directory}/${name}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
