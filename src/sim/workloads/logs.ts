/** What containers have written to standard output and error. Upstream: the files of /var/log/pods; pkg/kubelet/kuberuntime/logs. */
import { KeysByOwner } from './keys-by-owner.ts';

export interface LogLine {
  /** Virtual milliseconds. */
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Older lines go, as when a log is rotated away. */
export const LOG_LINES = 1_000;
const LINE_CHARACTERS = 16 * 1024;
/** Before each line stand its time, its stream and a tag; after it, a newline. */
const PREFIX_BYTES = 42;
/** containerLogMaxSize times containerLogMaxFiles: beyond that the oldest file goes. */
const ROTATED_BYTES = 5 * 10 * 1024 ** 2;

interface Log {
  readonly lines: LogLine[];
  /** Text without its newline yet, by stream. */
  readonly partial: { stdout: string; stderr: string };
  dropped: number;
  /** Of its files on the node's disk. */
  bytes: number;
}

/** Which run of a container: the current one, or the one before. */
export interface LogOptions {
  readonly isPrevious?: boolean;
  readonly tailLines?: number;
  readonly sinceMs?: number;
  readonly limitBytes?: number;
}

export class ContainerLogs {
  private logs = new Map<string, Log>();
  /** A container's key begins with the uid of its pod. */
  private readonly keys = new KeysByOwner((key) => key.slice(0, key.indexOf('/')));

  begin(container: string): void {
    const current = this.logs.get(container);
    if (current) this.put(`${container}/previous`, current);
    this.put(container, { lines: [], partial: { stdout: '', stderr: '' }, dropped: 0, bytes: 0 });
  }

  /** True the first time that a line had to go. */
  append(container: string, at: number, stream: LogLine['stream'], text: string): readonly string[] {
    const log = this.logs.get(container);
    if (!log) return [];
    const parts = (log.partial[stream] + text).split('\n');
    log.partial[stream] = parts.pop()!.slice(-LINE_CHARACTERS);
    for (const part of parts) log.lines.push({ at, stream, text: part.slice(0, LINE_CHARACTERS) });
    for (const part of parts) log.bytes = Math.min(log.bytes + part.length + PREFIX_BYTES, ROTATED_BYTES);
    if (log.lines.length > LOG_LINES) log.dropped += log.lines.splice(0, log.lines.length - LOG_LINES).length;
    return parts;
  }

  /** Lines that wait for their newline are written when a container ends. */
  end(container: string, at: number): void {
    const log = this.logs.get(container);
    if (!log) return;
    for (const stream of ['stdout', 'stderr'] as const)
      if (log.partial[stream] !== '') this.append(container, at, stream, '\n');
  }

  /** Undefined where there is no such run. */
  read(
    container: string,
    options: LogOptions = {},
  ): { readonly lines: readonly LogLine[]; readonly dropped: number } | undefined {
    const log = this.logs.get(options.isPrevious ? `${container}/previous` : container);
    if (!log) return undefined;
    const since = log.lines.filter(({ at }) => at >= (options.sinceMs ?? 0));
    const tail =
      options.tailLines === undefined ? since : options.tailLines <= 0 ? [] : since.slice(-options.tailLines);
    return { lines: tail, dropped: log.dropped };
  }

  /** Of the files of this run and the one before. */
  bytes(container: string): number {
    return (this.logs.get(container)?.bytes ?? 0) + (this.logs.get(`${container}/previous`)?.bytes ?? 0);
  }

  private put(key: string, log: Log): void {
    this.logs.set(key, log);
    this.keys.add(key);
  }

  remove(pod: string): void {
    for (const key of this.keys.of(pod)) {
      this.logs.delete(key);
      this.keys.delete(key);
    }
  }

  save(): unknown {
    return copyLogs(this.logs);
  }

  load(state: unknown): void {
    this.logs = copyLogs(state as ReadonlyMap<string, Log>);
    this.keys.reset(this.logs.keys());
  }
}

const copyLogs = (logs: ReadonlyMap<string, Log>): Map<string, Log> =>
  new Map([...logs].map(([key, log]) => [key, { ...log, lines: [...log.lines], partial: { ...log.partial } }]));
