/**
 * Everything that has changed for the scheduler, in order: with it the cluster at any past cycle can be put together
 * again, so a decision need not be written down to be explained later.
 */
import { ClusterState, type Change } from './cluster-state.ts';

const CHUNK = 512;
/** Beyond this the older half is folded into a state to start from; attempts of that time keep their summary only. */
export const CHANGE_LIMIT = 200_000;

interface SavedJournal {
  readonly start: number;
  readonly base: readonly Change[];
  readonly chunks: readonly (readonly Change[])[];
  readonly tail: readonly Change[];
}

export class Journal {
  /** Changes before the first one kept, and the changes that make the state of that point. */
  private start = 0;
  private base: readonly Change[] = Object.freeze([]);
  private chunks: (readonly Change[])[] = [];
  private tail: Change[] = [];
  private remembered: { at: number; readonly cluster: ClusterState } | undefined;

  get position(): number {
    return this.start + this.chunks.length * CHUNK + this.tail.length;
  }

  get oldest(): number {
    return this.start;
  }

  /** Whether the limit was reached, and the older half let go. */
  append(change: Change): boolean {
    this.tail.push(Object.freeze(change));
    if (this.tail.length < CHUNK) return false;
    this.chunks.push(Object.freeze(this.tail));
    this.tail = [];
    const isFull = this.chunks.length * CHUNK > CHANGE_LIMIT;
    if (isFull) this.fold();
    return isFull;
  }

  /** The cluster as it was at a position; undefined when that is no longer kept. Not to be changed by the caller. */
  clusterAt(position: number): ClusterState | undefined {
    if (position < this.start || position > this.position) return undefined;
    if (!this.remembered || this.remembered.at > position)
      this.remembered = { at: this.start, cluster: stateOf(this.base) };
    const { cluster } = this.remembered;
    for (; this.remembered.at < position; this.remembered.at += 1) cluster.apply(this.change(this.remembered.at));
    return cluster;
  }

  /** A state of its own with everything that has happened. */
  replay(): ClusterState {
    const cluster = stateOf(this.base);
    for (const chunk of this.chunks) for (const change of chunk) cluster.apply(change);
    for (const change of this.tail) cluster.apply(change);
    return cluster;
  }

  private change(position: number): Change {
    const offset = position - this.start;
    const chunk = this.chunks[Math.trunc(offset / CHUNK)] ?? this.tail;
    return chunk[offset % CHUNK]!;
  }

  private fold(): void {
    const half = this.chunks.length >> 1;
    const cluster = stateOf(this.base);
    for (const chunk of this.chunks.slice(0, half)) for (const change of chunk) cluster.apply(change);
    this.base = Object.freeze(cluster.toChanges().map((change) => Object.freeze(change)));
    this.chunks = this.chunks.slice(half);
    this.start += half * CHUNK;
    this.remembered = undefined;
  }

  save(): SavedJournal {
    return { start: this.start, base: this.base, chunks: [...this.chunks], tail: [...this.tail] };
  }

  load(state: unknown): void {
    const saved = state as SavedJournal;
    this.start = saved.start;
    this.base = saved.base;
    this.chunks = [...saved.chunks];
    this.tail = [...saved.tail];
    this.remembered = undefined;
  }
}

function stateOf(changes: readonly Change[]): ClusterState {
  const cluster = new ClusterState();
  for (const change of changes) cluster.apply(change);
  return cluster;
}
