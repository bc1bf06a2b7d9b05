/**
 * A running shell as plain data: threads (a script, its subshells, pipeline members and background jobs), each with a
 * stack of frames over the numbered nodes of its script. It stops where it has to wait and goes on from there.
 */

/** A mistake in a script that ends it, as the shell says it. */
export class ShellFault extends Error {}

export type Wait =
  | { readonly kind: 'until'; readonly at: number }
  /** More text, or the end of it, from a pipe. */
  | { readonly kind: 'input'; readonly pipe: number }
  /** Room in a pipe. */
  | { readonly kind: 'room'; readonly pipe: number }
  | { readonly kind: 'threads'; readonly ids: readonly number[] }
  /** What was asked of the network. */
  | { readonly kind: 'reply'; readonly id: number; readonly until?: number }
  | { readonly kind: 'forever' };

export type Sink =
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr' }
  | { readonly kind: 'pipe'; readonly pipe: number }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'null' };

export type Source =
  | { readonly kind: 'pipe'; readonly pipe: number }
  | { readonly kind: 'text'; readonly text: number }
  | { readonly kind: 'null' };

export interface Streams {
  readonly input: Source;
  readonly output: Sink;
  readonly error: Sink;
}

export interface Frame {
  readonly script: string;
  /** -1: the words are there already, as `exec`, `timeout` and the container's own command line give them. */
  readonly node: number;
  step: number;
  streams: Streams;
  /** A failure in here decides something, so that `set -e` leaves it alone. */
  readonly isTested: boolean;
  /** Outputs of the command substitutions of the words that are being expanded, by node. */
  substitutions: Record<number, string>;
  /** Words of a `for`, or of the simple command that runs. */
  words: string[];
  /** What a running command remembers between its steps. */
  memory: Record<string, unknown>;
  /** What a function call or an assignment before a command has hidden: name to former value. */
  hidden?: Record<string, string | null>;
  /** Positional parameters of the caller of a function. */
  callerArguments?: string[];
  kind?: 'call' | 'trap';
}

export interface Scope {
  variables: Record<string, string>;
  exported: string[];
  functions: Record<string, { readonly script: string; readonly node: number }>;
  /** Names that stand for the beginning of a command line. */
  aliases?: Record<string, string>;
  arguments: string[];
  name: string;
  /** It was started as `bash`. */
  isBash?: boolean;
  directory: string;
  /** `e` and `u` of `set`, `x` too. */
  flags: string;
  traps: Record<string, string>;
}

export interface Thread {
  readonly id: number;
  readonly parent: number;
  frames: Frame[];
  scope: Scope;
  status: number;
  lastJob: number;
  jobs: number[];
  wait?: Wait;
  isDone: boolean;
  /** Signals that wait for the foreground command to end. */
  signals: string[];
  /** Pipes whose writing or reading end it holds. */
  readonly writes: readonly number[];
  readonly reads: readonly number[];
  /** `exec program` or a program of the image: it stands in the shell's place. */
  isReplaced?: boolean;
  /** Its trap on EXIT has been run. */
  hasLeft?: boolean;
}

export interface Pipe {
  text: string;
  /** Gathers the output of a command substitution: it never fills up. */
  readonly isCapture: boolean;
  writers: number;
  readers: number;
}

export interface ShellState {
  threads: Thread[];
  pipes: Record<number, Pipe>;
  /** Texts of here-documents that are being read. */
  texts: Record<number, string>;
  nextId: number;
  /** Answers of the network that have come, by the number under which they were asked. */
  replies: Record<number, unknown>;
  /** The exit code, once the first thread has ended. */
  exitCode?: number;
  /** It computes without rest: a whole core's worth. */
  isBusy: boolean;
}

/** A copy that shares nothing that can change. */
export function copyShell(state: ShellState): ShellState {
  return copy(state);
}

export function copyScope(scope: Scope): Scope {
  return copy(scope);
}

function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (item !== undefined) result[key] = copy(item);
  return result as T;
}
