/**
 * The work queue of a controller: keys without duplicates, delayed keys, and exponential retry.
 * Upstream: client-go/util/workqueue (queue.go, delaying_queue.go, default_rate_limiters.go).
 */
import type { Kernel } from '../kernel/index.ts';

const RETRY_BASE_MS = 5;
const RETRY_MAX_MS = 1_000_000;

interface Waiting {
  readonly key: string;
  readonly cause: number;
}

export interface WorkQueueState {
  readonly waiting: readonly Waiting[];
  readonly failures: ReadonlyMap<string, number>;
  readonly isAwake: boolean;
}

export class WorkQueue {
  /** Key to the event that first asked for it; a Map keeps the order of arrival. */
  private waiting = new Map<string, number>();
  private failures = new Map<string, number>();
  private isAwake = false;

  constructor(
    private readonly kernel: Kernel,
    private readonly component: string,
  ) {}

  get length(): number {
    return this.waiting.size;
  }

  add(key: string): void {
    if (!this.waiting.has(key)) this.waiting.set(key, this.kernel.turn.cause);
    this.wake();
  }

  /** Adds the key after a delay, as a `later` task. Upkeep marks a resync that would keep a world from settling. */
  addAfter(key: string, delayMs: number, isUpkeep = false): void {
    this.kernel.schedule(delayMs, this.component, 'later', key, isUpkeep);
  }

  /** Adds the key after 5 ms, 10 ms, 20 ms ... up to 1000 s, by how often it has failed since `forget`. */
  addRateLimited(key: string): void {
    const count = this.failures.get(key) ?? 0;
    this.failures.set(key, count + 1);
    this.addAfter(key, Math.min(RETRY_BASE_MS * 2 ** count, RETRY_MAX_MS));
  }

  retries(key: string): number {
    return this.failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.failures.delete(key);
  }

  /** Takes the first key, and makes what asked for it the cause of the turn. */
  take(): string | undefined {
    this.isAwake = false;
    const [first] = this.waiting;
    if (!first) return undefined;
    const [key, cause] = first;
    this.waiting.delete(key);
    this.kernel.turn.cause = cause;
    return key;
  }

  /** Asks for the next turn while keys are waiting. */
  wake(): void {
    if (this.isAwake || this.waiting.size === 0) return;
    this.isAwake = true;
    this.kernel.schedule(0, this.component, 'work');
  }

  save(): WorkQueueState {
    return {
      waiting: [...this.waiting].map(([key, cause]) => ({ key, cause })),
      failures: new Map(this.failures),
      isAwake: this.isAwake,
    };
  }

  load(state: WorkQueueState): void {
    this.waiting = new Map(state.waiting.map(({ key, cause }) => [key, cause]));
    this.failures = new Map(state.failures);
    this.isAwake = state.isAwake;
  }
}
