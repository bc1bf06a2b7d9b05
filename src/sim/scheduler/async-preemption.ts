/**
 * Pods whose victims are being asked to go. While that lasts they are kept out of the active queue: what goes first must not
 * make them look, and preempt, again. Upstream: pkg/scheduler/framework/preemption/executor.go (prepareCandidateAsync,
 * IsPodRunningPreemption), framework/plugins/defaultpreemption/default_preemption.go (PreEnqueue).
 */
import type { Stored } from '../api/object.ts';

interface Running {
  /** When the last call has been answered, in milliseconds of virtual time. */
  readonly until: number;
  /** The victim that is asked last, once the others have been, and from when on: its deletion ends the wait sooner. */
  readonly last: string;
  readonly lastAskedAt: number;
}

export class AsyncPreemption {
  private running = new Map<string, Running>();

  begin(preemptor: string, running: Running): void {
    this.running.set(preemptor, Object.freeze(running));
  }

  end(preemptor: string): void {
    this.running.delete(preemptor);
  }

  /** `victim` is the pod of that uid as far as it is known, or none when it is gone. */
  isRunning(preemptor: string, now: number, victim: (uid: string) => Stored | undefined): boolean {
    const found = this.running.get(preemptor);
    if (!found) return false;
    if (now >= found.until) {
      this.running.delete(preemptor);
      return false;
    }
    if (now < found.lastAskedAt) return true;
    const last = victim(found.last);
    return last !== undefined && last.metadata.deletionTimestamp === undefined;
  }

  save(): unknown {
    return new Map(this.running);
  }

  load(state: unknown): void {
    this.running = new Map(state as ReadonlyMap<string, Running>);
  }
}
