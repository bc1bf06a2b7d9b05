/**
 * When the queue is looked at: as soon as a pod is ready, each second for back-offs that are over, and each half minute for
 * pods that have waited too long. Upstream: pkg/scheduler/backend/queue/scheduling_queue.go (Run).
 */
import type { Kernel } from '../kernel/index.ts';
import { BACKOFF_WINDOW_MS, UNSCHEDULABLE_CHECK_MS, type SchedulingQueue } from './queue.ts';

interface Timers {
  readonly isAwake: boolean;
  /** Milliseconds of virtual time. */
  readonly nextBackoffFlush: number | undefined;
  readonly nextUnschedulableFlush: number | undefined;
}

export class QueueTimers {
  private isAwake = false;
  private nextBackoffFlush: number | undefined;
  private nextUnschedulableFlush: number | undefined;

  constructor(
    private readonly kernel: Kernel,
    private readonly component: string,
    private readonly queue: SchedulingQueue,
  ) {}

  /** Asks for the looks that are needed. `isInVain`: no pod can be scheduled whatever is tried. */
  ask(isInVain: boolean): void {
    const { kernel, component, queue } = this;
    if (!this.isAwake && queue.isReady) {
      this.isAwake = true;
      kernel.schedule(0, component, 'schedule');
    }
    const after = (step: number): number => (Math.floor(kernel.turn.cursor / step) + 1) * step;
    if (queue.hasBackoff && this.nextBackoffFlush === undefined) {
      this.nextBackoffFlush = after(BACKOFF_WINDOW_MS);
      // Trying in vain for ever does not keep a world from settling.
      kernel.scheduleAt(this.nextBackoffFlush, component, 'flush-backoff', undefined, isInVain);
    }
    if (queue.hasUnschedulable && this.nextUnschedulableFlush === undefined) {
      this.nextUnschedulableFlush = after(UNSCHEDULABLE_CHECK_MS);
      // A pod that fits nowhere waits for ever: looking after it does not either.
      kernel.scheduleAt(this.nextUnschedulableFlush, component, 'flush-unschedulable', undefined, true);
    }
  }

  /** A pod is about to be taken. */
  wakeUp(): void {
    this.isAwake = false;
  }

  flushBackoff(): void {
    this.nextBackoffFlush = undefined;
    this.queue.flushBackoff();
  }

  flushUnschedulable(): void {
    this.nextUnschedulableFlush = undefined;
    this.queue.flushUnschedulable();
  }

  save(): Timers {
    const { isAwake, nextBackoffFlush, nextUnschedulableFlush } = this;
    return { isAwake, nextBackoffFlush, nextUnschedulableFlush };
  }

  load(state: unknown): void {
    const saved = state as Timers;
    this.isAwake = saved.isAwake;
    this.nextBackoffFlush = saved.nextBackoffFlush;
    this.nextUnschedulableFlush = saved.nextUnschedulableFlush;
  }
}
