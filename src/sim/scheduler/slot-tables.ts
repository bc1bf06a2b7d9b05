/**
 * Tables by the slots of nodes, brought up to date with what has changed since they were last read: a cycle then reads
 * hundreds of nodes from a few lines of memory, where only one or two are new.
 */
import type { ClusterState } from './cluster-state.ts';

/** Changes that are kept; who has not read for so long begins anew. */
const KEPT_CHANGES = 20_000;

/** The slots of nodes that changed, in order. */
export class ChangedSlots {
  private slots: number[] = [];
  private dropped = 0;

  get count(): number {
    return this.dropped + this.slots.length;
  }

  note(slot: number): void {
    this.slots.push(slot);
    if (this.slots.length < KEPT_CHANGES) return;
    this.dropped += this.slots.length >> 1;
    this.slots = this.slots.slice(this.slots.length >> 1);
  }

  /** Marks what has changed since a count as unknown; all of it when that is too long ago. */
  forget(since: number, isKnown: Uint8Array): void {
    if (since < this.dropped) isKnown.fill(0);
    else for (let index = since - this.dropped; index < this.slots.length; index += 1) isKnown[this.slots[index]!] = 0;
  }
}

/** A value for each node of which it is known. */
export class SlotTable<Value> {
  isKnown = new Uint8Array(0);
  readonly values: Value[] = [];
  private readTo = 0;

  /** `empty` stands where nothing is known. */
  constructor(private readonly empty: Value) {}

  /** Before a cycle reads: what has changed is no longer known, and every node has its place. */
  refresh({ changed, slotCount }: ClusterState): this {
    if (this.readTo !== changed.count) {
      changed.forget(this.readTo, this.isKnown);
      this.readTo = changed.count;
    }
    if (this.isKnown.length < slotCount) {
      const isKnown = new Uint8Array(slotCount);
      isKnown.set(this.isKnown);
      this.isKnown = isKnown;
      while (this.values.length < slotCount) this.values.push(this.empty);
    }
    return this;
  }
}
