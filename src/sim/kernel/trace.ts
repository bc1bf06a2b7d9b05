/** The trace: an append-only list of what happened. Rewinding cuts it; a replay writes the same events again. */
import type { ObjectRef, TraceEvent, TracePayloads, TraceType } from './trace-payloads.ts';

/** Beyond this many events the oldest half is let go, so that a day of a large cluster fits in a tab. */
export const TRACE_LIMIT = 2_000_000;

export class Trace {
  private events: TraceEvent[] = [];
  private firstSeq = 1;

  /** Sequence number of the newest event; 0 when there is none. */
  get length(): number {
    return this.firstSeq + this.events.length - 1;
  }

  /** Sequence number of the oldest event still held. */
  get start(): number {
    return this.firstSeq;
  }

  append<T extends TraceType>(
    type: T,
    time: number,
    step: number,
    component: string,
    object: ObjectRef | undefined,
    cause: number,
    data: TracePayloads[T],
  ): number {
    const seq = this.length + 1;
    const event = (
      object
        ? { seq, time, step, component, type, object, cause, data }
        : { seq, time, step, component, type, cause, data }
    ) as TraceEvent;
    this.events.push(event);
    if (this.events.length > TRACE_LIMIT) {
      const dropped = TRACE_LIMIT >> 1;
      this.events = this.events.slice(dropped);
      this.firstSeq += dropped;
    }
    return seq;
  }

  at(seq: number): TraceEvent | undefined {
    return this.events[seq - this.firstSeq];
  }

  /** Events with `from <= seq < to`, oldest first. */
  slice(from: number, to = this.length + 1): readonly TraceEvent[] {
    return this.events.slice(Math.max(0, from - this.firstSeq), Math.max(0, to - this.firstSeq));
  }

  /** The chain of causes of an event, itself first, root last. Ends early where the trace was let go. */
  chain(seq: number): readonly TraceEvent[] {
    const chain: TraceEvent[] = [];
    for (let event = this.at(seq); event; event = event.cause < event.seq ? this.at(event.cause) : undefined) {
      chain.push(event);
    }
    return chain;
  }

  /** Forgets everything after `length`. */
  cut(length: number): void {
    this.events.length = Math.max(0, Math.min(this.events.length, length - this.firstSeq + 1));
  }

  /** A trace of its own with the same past; the events themselves are shared. */
  copy(): Trace {
    const copy = new Trace();
    copy.events = this.events.slice();
    copy.firstSeq = this.firstSeq;
    return copy;
  }
}
