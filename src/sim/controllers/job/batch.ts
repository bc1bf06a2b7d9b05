/** Changes that come close together are taken together: one look a second. Upstream: syncJobBatchPeriod. */
import type { WorkQueue } from '../../client/index.ts';

const BATCH_MS = 1_000;

export class Batch {
  private waiting = new Set<string>();

  constructor(
    private readonly queue: WorkQueue,
    private readonly periodMs = BATCH_MS,
  ) {}

  add(key: string): void {
    if (this.waiting.has(key)) return;
    this.waiting.add(key);
    this.queue.addAfter(key, this.periodMs);
  }

  done(key: string): void {
    this.waiting.delete(key);
  }

  save(): unknown {
    return [...this.waiting];
  }

  load(saved: unknown): void {
    this.waiting = new Set(saved as readonly string[]);
  }
}
