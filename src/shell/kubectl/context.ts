/** What a kubectl of the page is given, and what it gives back. Everything is data, so that a command can be kept, rewound and forked. */
import type { ContainerName, Execution, LogQuery, Streamed } from '../../sim/streams.ts';
import type { ExecOptions, LogLine } from '../../sim/workloads/index.ts';

export interface RestCall {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ContextEntry {
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace?: string;
}

/** A kubeconfig, without its secrets. */
export interface KubeconfigState {
  readonly currentContext: string;
  readonly contexts: readonly ContextEntry[];
  readonly clusters: readonly { readonly name: string; readonly server: string }[];
  readonly users: readonly { readonly name: string }[];
}

/** Logs of containers and commands in them: `World.streams` fits. */
export interface ContainerPort {
  logs(name: ContainerName, query?: LogQuery): Streamed<readonly LogLine[]>;
  exec(
    name: ContainerName,
    argv: readonly string[],
    options?: Pick<ExecOptions, 'stdin' | 'hasTerminal'>,
  ): Streamed<Execution>;
  attach(name: ContainerName): Streamed<Execution>;
  type(id: number, text: string | undefined): void;
  press(id: number, keys: string): void;
  execution(id: number): Execution | undefined;
  close(id: number): void;
}

/** What is typed where the command's standard input is the terminal. */
export interface Keyboard {
  /** What has been typed since it was last asked. */
  take(): string;
  /** Nothing more will be typed. */
  readonly isEnded: boolean;
}

export interface KubectlContext {
  /**
   * One REST request to the API server, answered within the turn. Paths of `/openapi/v3` belong to it as well; watches do
   * not: commands that wait ask again when they are woken.
   */
  request(call: RestCall): RestAnswer;
  /** Wall-clock milliseconds of virtual time. */
  readonly nowMs: number;
  /** All of it, where it does not come from the terminal. */
  readonly stdin: string;
  readonly keyboard?: Keyboard;
  /** What has come back from the editor that was asked for. */
  readonly edited?: string;
  /** A file by its path; undefined when there is none. */
  readFile(path: string): string | undefined;
  /** Names of the files in a folder; empty when it is none. */
  listFiles(path: string): readonly string[];
  readonly config: KubeconfigState;
  readonly columns: number;
  readonly streams: ContainerPort;
  /** How virtual time is written in a log line's timestamp. */
  formatLogTime?(atMs: number): string;
}

/** When a command that waits is to be resumed: at a moment, or earlier when anything has been written to the cluster. */
export interface Wake {
  readonly atMs: number;
  /** List paths of what it looks at; a write to any of them wakes it. Empty: only time does. */
  readonly paths: readonly string[];
  /** More output of this execution wakes it, and its end. */
  readonly execution?: number;
  /** What is typed wakes it: whole lines, or every key, which the terminal then neither shows nor acts on by itself. */
  readonly input?: 'lines' | 'keys';
  /** An editor is to be opened on this text; what is saved there wakes it. */
  readonly edit?: { readonly name: string; readonly text: string };
}

/** What a waiting command remembers: JSON alone. */
export interface WaitingState {
  readonly argv: readonly string[];
  readonly verb: string;
  readonly startedMs: number;
  readonly data: unknown;
}

/** Text for one of the standard streams. */
export interface Written {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export type KubectlStep =
  | {
      readonly done: true;
      readonly written: readonly Written[];
      readonly code: number;
      readonly config?: KubeconfigState;
      /** A file to be written on the person's own machine. */
      readonly kept?: { readonly path: string; readonly text: string };
    }
  | {
      readonly done: false;
      readonly written: readonly Written[];
      readonly state: WaitingState;
      readonly wake: Wake;
    };
