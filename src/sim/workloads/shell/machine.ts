/**
 * Runs a shell in virtual time: threads take turns, each until it has to wait. Upstream: busybox shell/ash.c, POSIX.1-2017
 * 2.9 to 2.12. A pipeline's members and subshells run side by side; a script that never waits is taken to use a whole core.
 */
import { CommandIo } from './command-io.ts';
import { stepFrame } from './compound.ts';
import type { ShellHost } from './host.ts';
import { ShellFault, type Frame, type Scope, type ShellState, type Streams, type Thread } from './state.ts';
import { SyntaxFault } from './syntax.ts';

/** A script of bash may be right, and more than is run here. */
const BASH_LEFT_OUT = 'pilothouse: arrays, select and process substitution of bash are not supported\n';
const SLICE = 64;
/** Steps within one moment; whoever is not done by then goes on later. */
const STEP_LIMIT = 4_000;
const BUSY_MS = 1_000;
export const THREAD_LIMIT = 200;
export const PIPE_BYTES = 65_536;
/** Exit codes of what a signal has ended. */
export const SIGNALS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  USR1: 10,
  USR2: 12,
  WINCH: 28,
};

/** Input that comes bit by bit, from somebody who is attached. */
export const OPEN_INPUT = { kind: 'open' } as const;
/** The pipe that holds it. */
const TYPED = 0;
const INPUT_LIMIT = 4 * 1024 * 1024;

const CONSOLE: Streams = {
  input: { kind: 'null' },
  output: { kind: 'output', stream: 'stdout' },
  error: { kind: 'output', stream: 'stderr' },
};

/** A shell that is about to run a command line, as the container runtime starts it. */
export function newShell(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  directory: string,
  stdin?: string | typeof OPEN_INPUT,
): ShellState {
  const scope: Scope = {
    variables: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      ...environment,
      PWD: directory,
    },
    exported: ['PATH', 'HOME', ...Object.keys(environment)],
    functions: {},
    arguments: [],
    name: 'sh',
    directory,
    flags: '',
    traps: {},
  };
  const state: ShellState = { threads: [], pipes: {}, texts: {}, nextId: 2, replies: {}, isBusy: false };
  const streams: Streams = { ...CONSOLE, input: inputOf(state, stdin) };
  state.threads.push({ ...newThread(1, 0, scope), frames: [wordsFrame(argv, streams)] });
  return state;
}

function inputOf(state: ShellState, stdin: string | typeof OPEN_INPUT | undefined): Streams['input'] {
  if (stdin === undefined) return CONSOLE.input;
  if (typeof stdin === 'string') {
    state.texts[0] = stdin;
    return { kind: 'text', text: 0 };
  }
  state.pipes[TYPED] = { text: '', isCapture: false, writers: 1, readers: 1 };
  return { kind: 'pipe', pipe: TYPED };
}

/** More of the input of a shell that was begun with an open one; without text, its end. */
export function typeInto(state: ShellState, text: string | undefined): void {
  const pipe = state.pipes[TYPED];
  if (!pipe || pipe.writers === 0) return;
  if (text === undefined) pipe.writers = 0;
  else if (pipe.text.length < INPUT_LIMIT) pipe.text += text;
}

export function newThread(id: number, parent: number, scope: Scope): Thread {
  return {
    id,
    parent,
    frames: [],
    scope,
    status: 0,
    lastJob: 0,
    jobs: [],
    isDone: false,
    signals: [],
    writes: [],
    reads: [],
  };
}

/** A frame whose words need no expansion. */
export function wordsFrame(words: readonly string[], streams: Streams, isTested = false): Frame {
  return { script: '', node: -1, step: 0, streams, isTested, substitutions: {}, words: [...words], memory: {} };
}

/** Lets it run until everything in it waits. */
export function runShell(state: ShellState, host: ShellHost): void {
  let left = STEP_LIMIT;
  state.isBusy = false;
  for (;;) {
    const ready = state.threads.filter((thread) => isReady(state, thread, host.nowMs));
    if (ready.length === 0) break;
    if (left <= 0) {
      for (const thread of ready) thread.wait = { kind: 'until', at: host.nowMs + BUSY_MS };
      state.isBusy = true;
      break;
    }
    for (const thread of ready) left -= runThread(state, thread, host);
    state.threads = state.threads.filter((thread) => thread.id === 1 || !thread.isDone || isAwaited(state, thread));
  }
  if (state.threads[0]!.isDone) state.exitCode = state.threads[0]!.status;
}

/** When it has to be woken without anything else happening; undefined: only something else wakes it. */
export function wakeTime(state: ShellState): number | undefined {
  const times = state.threads.flatMap(({ wait, isDone }) => {
    if (isDone || !wait) return [];
    if (wait.kind === 'until') return [wait.at];
    return wait.kind === 'reply' && wait.until !== undefined ? [wait.until] : [];
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** A signal to process 1: it is heard only where a trap asks for it, or where a program has taken the shell's place. */
export function signalShell(state: ShellState, signal: string): 'heard' | 'ignored' | 'replaced' {
  const [first] = state.threads;
  if (!first || first.isDone) return 'ignored';
  if (first.isReplaced) return 'replaced';
  if (first.scope.traps[signal] === undefined || first.scope.traps[signal] === '') return 'ignored';
  first.signals.push(signal);
  const running = first.frames.at(-1);
  // `wait` ends at a signal; another command in the foreground is let finish.
  if (running?.words[0] === 'wait') delete first.wait;
  return 'heard';
}

/**
 * Ctrl+C: in a shell that asks for commands, what is in its foreground ends and it asks for the next one; what has a trap
 * hears it; anything else is to be ended by whoever holds it.
 */
export function interruptShell(state: ShellState): 'heard' | 'unheard' {
  const asking = state.threads.findLast(({ isDone, frames }) => !isDone && frames[0]?.memory['isAsked'] !== undefined);
  if (!asking) return signalShell(state, 'INT') === 'heard' ? 'heard' : 'unheard';
  const frame = asking.frames[0]!;
  for (const other of state.threads) if (isInForeground(state, asking, other)) closeThread(state, other);
  asking.frames = [frame];
  asking.status = 130;
  frame.memory['text'] = '';
  frame.memory['isAsked'] = false;
  delete asking.wait;
  return 'heard';
}

/** Whether a thread works for another, and not as one of its jobs in the background. */
function isInForeground(state: ShellState, asking: Thread, thread: Thread): boolean {
  if (thread.id === asking.id || thread.isDone || asking.jobs.includes(thread.id)) return false;
  if (thread.parent === asking.id) return true;
  const parent = state.threads.find(({ id }) => id === thread.parent);
  return parent !== undefined && isInForeground(state, asking, parent);
}

function isAwaited(state: ShellState, thread: Thread): boolean {
  return state.threads.some((other) => !other.isDone && other.id === thread.parent);
}

function isReady(state: ShellState, { wait, isDone }: Thread, nowMs: number): boolean {
  if (isDone) return false;
  if (!wait) return true;
  switch (wait.kind) {
    case 'until':
      return wait.at <= nowMs;
    case 'input':
      return state.pipes[wait.pipe]!.text !== '' || state.pipes[wait.pipe]!.writers === 0;
    case 'room':
      return state.pipes[wait.pipe]!.text.length < PIPE_BYTES || state.pipes[wait.pipe]!.readers === 0;
    case 'threads':
      return wait.ids.every((id) => state.threads.find((thread) => thread.id === id)?.isDone ?? true);
    case 'reply':
      return wait.id in state.replies || (wait.until !== undefined && wait.until <= nowMs);
    default:
      return false;
  }
}

function runThread(state: ShellState, thread: Thread, host: ShellHost): number {
  let steps = 0;
  delete thread.wait;
  while (steps < SLICE && !thread.isDone && !thread.wait) {
    steps += 1;
    const frame = thread.frames.at(-1);
    if (!frame) {
      finishThread(state, thread);
      break;
    }
    try {
      if (!takeSignal(thread, frame)) stepFrame(new CommandIo(state, thread, frame, host));
    } catch (error) {
      if (!(error instanceof ShellFault) && !(error instanceof SyntaxFault)) throw error;
      const io = new CommandIo(state, thread, frame, host);
      const isSyntax = error instanceof SyntaxFault;
      io.err(`${thread.scope.name}: ${isSyntax ? `syntax error: ${error.message}` : error.message}\n`);
      if (isSyntax && thread.scope.isBash) io.err(BASH_LEFT_OUT);
      thread.status = 2;
      thread.frames = [];
    }
  }
  return steps;
}

/** Runs the trap of a signal that has come, once no command is in the foreground. */
function takeSignal(thread: Thread, frame: Frame): boolean {
  const [signal] = thread.signals;
  if (signal === undefined || frame.memory['isRunning'] === true) return false;
  thread.signals = thread.signals.slice(1);
  const { streams } = thread.frames[0]!;
  if (frame.words[0] === 'wait') {
    thread.frames.pop();
    thread.status = 128 + (SIGNALS[signal] ?? 15);
  }
  thread.frames.push({ ...wordsFrame(['eval', thread.scope.traps[signal] ?? ''], streams), kind: 'trap' });
  return true;
}

/** Its end: the trap on EXIT, and the ends of pipes that it held. */
function finishThread(state: ShellState, thread: Thread): void {
  const onExit = thread.scope.traps['EXIT'];
  if (onExit && !thread.hasLeft) {
    thread.hasLeft = true;
    const code = thread.status;
    thread.frames.push(wordsFrame(['exit', String(code)], CONSOLE), wordsFrame(['eval', onExit], CONSOLE));
    return;
  }
  closeThread(state, thread);
  if (thread.id === 1) for (const other of state.threads) if (!other.isDone) closeThread(state, other);
}

export function closeThread(state: ShellState, thread: Thread): void {
  if (thread.isDone) return;
  thread.isDone = true;
  thread.frames = [];
  for (const pipe of thread.writes) if (state.pipes[pipe]) state.pipes[pipe].writers -= 1;
  for (const pipe of thread.reads) if (state.pipes[pipe]) state.pipes[pipe].readers -= 1;
}

/** A thread of its own over some frames: a subshell, a member of a pipeline, a job. */
export function spawn(state: ShellState, parent: Thread, frames: readonly Frame[], streams: Streams): Thread {
  if (state.threads.filter(({ isDone }) => !isDone).length >= THREAD_LIMIT)
    throw new ShellFault(`can't fork: Resource temporarily unavailable`);
  const { variables, exported, functions, aliases, arguments: words, name, directory, flags, isBash } = parent.scope;
  const scope: Scope = {
    variables: { ...variables },
    exported: [...exported],
    functions: { ...functions },
    ...(aliases ? { aliases: { ...aliases } } : {}),
    arguments: [...words],
    name,
    ...(isBash ? { isBash } : {}),
    directory,
    flags,
    traps: {},
  };
  const ends = (sinks: readonly (Streams['input'] | Streams['output'])[]): number[] =>
    sinks.flatMap((end) => (end.kind === 'pipe' ? [end.pipe] : []));
  const thread: Thread = {
    ...newThread(state.nextId, parent.id, scope),
    frames: [...frames],
    status: parent.status,
    writes: ends([streams.output, streams.error]),
    reads: ends([streams.input]),
  };
  state.nextId += 1;
  for (const pipe of thread.writes) state.pipes[pipe]!.writers += 1;
  for (const pipe of thread.reads) state.pipes[pipe]!.readers += 1;
  state.threads.push(thread);
  return thread;
}

/** Takes note of how a child ended, and lets it go. */
export function reap(state: ShellState, id: number): number {
  const status = state.threads.find((thread) => thread.id === id)?.status ?? 0;
  state.threads = state.threads.filter((thread) => thread.id !== id || !thread.isDone);
  return status;
}

export function newPipe(state: ShellState, isCapture = false): number {
  const id = state.nextId;
  state.nextId += 1;
  state.pipes[id] = { text: '', isCapture, writers: 0, readers: 0 };
  return id;
}
