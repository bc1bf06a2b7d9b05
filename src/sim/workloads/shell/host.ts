/** What a shell finds around it: time, files, the network, and the other programs of its image. */
import type { Command } from './command-io.ts';

export interface FileEntry {
  readonly text: string;
  /** More than the text where only its end is kept, or where it stands for data without text. */
  readonly bytes: number;
  readonly modifiedAt: number;
  readonly isExecutable?: boolean;
}

/** The file system as one container sees it. Paths are absolute and normal; what goes wrong is said as the C library says it. */
export interface Files {
  read(path: string): FileEntry | undefined;
  isDirectory(path: string): boolean;
  /** Names in a directory, in order. */
  list(path: string): readonly string[];
  write(path: string, text: string, options?: { isAppend?: boolean; bytes?: number }): string | undefined;
  makeDirectory(path: string): string | undefined;
  remove(path: string): string | undefined;
}

export type Question =
  | {
      readonly kind: 'http';
      readonly method: string;
      readonly url: string;
      readonly timeoutMs: number;
      readonly body?: string;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly timeoutMs: number }
  | { readonly kind: 'dns'; readonly name: string; readonly type: 'A' | 'AAAA' | 'SRV' | 'PTR' };

export type NetworkReply =
  | { readonly kind: 'http'; readonly status: number; readonly body: string; readonly address: string }
  | { readonly kind: 'connected'; readonly address: string }
  | {
      readonly kind: 'names';
      readonly server: string;
      readonly name: string;
      readonly addresses: readonly string[];
      readonly canonicalName?: string;
    }
  | {
      readonly kind: 'failed';
      readonly reason: 'unresolved' | 'refused' | 'timeout' | 'reset' | 'malformed';
      readonly address?: string;
      readonly server?: string;
    };

/** What a command is that the shell does not know. */
export type Program =
  /** Serves from now on, as its image behaves, in the foreground. */
  | { readonly kind: 'server' }
  /** Does its work and ends. */
  | {
      readonly kind: 'task';
      readonly afterMs: number;
      readonly code: number;
      readonly output: string;
      readonly error: string;
    }
  | { readonly kind: 'missing' };

export interface ShellHost {
  readonly nowMs: number;
  /** Wall-clock milliseconds of virtual time 0. */
  readonly epochMs: number;
  readonly hostname: string;
  readonly podIp: string;
  readonly files: Files;
  readonly memoryLimitBytes: number;
  output(stream: 'stdout' | 'stderr', text: string): void;
  /** Asks the network; the answer comes as a reply under this number. */
  ask(thread: number, question: Question): number;
  draw(bound: number): number;
  program(argv: readonly string[]): Program;
  /** Commands that only this shell has, before those that all have. */
  readonly commands?: Readonly<Record<string, Command>>;
  /** Of the screen it writes to; a container without one has none. */
  readonly screen?: { readonly columns: number; readonly rows: number };
  /** Ports that something in this pod listens on. */
  isListening(port: number): boolean;
}
