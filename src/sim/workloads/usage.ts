/** What programs use: processor time and memory, by their behaviour and the requests that they answer. */
import type { RunningProcess } from './process.ts';

export interface Usage {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/** What it takes of its node's disk and of its process ids. */
export interface Footprint {
  /** The container's own layer, without its volumes. */
  readonly layerBytes: number;
  readonly logBytes: number;
  readonly processes: number;
}

/** Requests are counted in windows of this length, as a metrics server scrapes. */
export const WINDOW_MS = 15_000;

interface Count {
  readonly window: number;
  readonly count: number;
  readonly before: number;
  readonly total: number;
}

export class RequestMeter {
  private counts = new Map<string, Count>();

  /** One request, or one that stands for many. */
  add(key: string, nowMs: number, weight = 1): void {
    const { window, count, before, total } = this.current(key, nowMs);
    this.counts.set(key, { window, count: count + weight, before, total: total + weight });
  }

  /** Since its start. */
  total(key: string): number {
    return this.counts.get(key)?.total ?? 0;
  }

  /** Requests a second, over the last whole window or the running one, whichever is busier. */
  rate(key: string, nowMs: number): number {
    if (!this.counts.has(key)) return 0;
    const { count, before } = this.current(key, nowMs);
    return Math.max(count, before) / (WINDOW_MS / 1000);
  }

  private current(key: string, nowMs: number): Count {
    const window = Math.floor(nowMs / WINDOW_MS);
    const known = this.counts.get(key);
    if (!known) return { window, count: 0, before: 0, total: 0 };
    if (known.window === window) return known;
    return { window, count: 0, before: known.window === window - 1 ? known.count : 0, total: known.total };
  }

  forget(key: string): void {
    this.counts.delete(key);
  }

  save(): unknown {
    return new Map(this.counts);
  }

  load(state: unknown): void {
    this.counts = new Map(state as ReadonlyMap<string, Count>);
  }
}

/** A busy shell keeps one core. */
const BUSY_MILLIS = 1_000;

/** What it would use if nothing held it back. */
export function demandOf(process: RunningProcess, nowMs: number, ratePerSecond: number, isBusy: boolean): Usage {
  const { behaviour, startedAt } = process;
  const { cpuMillis, cpuMillisPerRequest = 0, memoryBytes, leakBytesPerSecond = 0, memoryBytesAtMost } = behaviour;
  const grown = memoryBytes + Math.round((leakBytesPerSecond * Math.max(0, nowMs - startedAt)) / 1000);
  return {
    cpuMillis: Math.round((isBusy ? BUSY_MILLIS : cpuMillis) + cpuMillisPerRequest * ratePerSecond),
    memoryBytes: memoryBytesAtMost === undefined ? grown : Math.min(grown, memoryBytesAtMost),
  };
}

/** Processor time ends at the limit: beyond it the kernel throttles. Memory does not: it kills. */
export function usageOf(process: RunningProcess, demand: Usage): Usage {
  const { cpuMillis = Infinity } = process.limits;
  return { cpuMillis: Math.min(demand.cpuMillis, cpuMillis), memoryBytes: demand.memoryBytes };
}

/** What it has written into its layer by its behaviour alone. */
export function writtenBytes({ behaviour, startedAt }: RunningProcess, nowMs: number): number {
  const { storageBytes = 0, storageBytesPerSecond = 0 } = behaviour;
  return storageBytes + Math.round((storageBytesPerSecond * Math.max(0, nowMs - startedAt)) / 1000);
}
