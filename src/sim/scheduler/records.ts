/**
 * Records of attempts: a line each as they happen, with what is needed to decide again on the cluster as it was. Every
 * attempt of every pod is kept, also of pods that are gone, up to the limit; then the oldest half goes.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { DecisionSummary } from './decision.ts';

export const SUMMARY_LIMIT = 400_000;
const CHUNK = 256;

export interface Attempt {
  readonly summary: DecisionSummary;
  /** The pod as it was, and the position in the journal that its decision was made at. */
  readonly pod: Stored<Pod>;
  readonly position: number;
  readonly profile: string;
  /** Which of the configurations so far was in force. */
  readonly configuration: number;
  readonly startIndex: number;
  /** Where preemption began to look. */
  readonly offset: number;
  readonly because: string;
  readonly hintedBy?: string;
}

interface SavedRecords {
  readonly first: number;
  readonly chunks: readonly (readonly Attempt[])[];
  readonly tail: readonly Attempt[];
}

export class DecisionRecords {
  private first = 1;
  private chunks: (readonly Attempt[])[] = [];
  private tail: Attempt[] = [];

  /** The number that the next attempt will have. */
  get next(): number {
    return this.first + this.chunks.length * CHUNK + this.tail.length;
  }

  /** Whether the limit was reached, and the older half let go. */
  add(attempt: Attempt): boolean {
    this.tail.push(Object.freeze(attempt));
    if (this.tail.length < CHUNK) return false;
    this.chunks.push(Object.freeze(this.tail));
    this.tail = [];
    if (this.chunks.length * CHUNK <= SUMMARY_LIMIT) return false;
    const dropped = this.chunks.length >> 1;
    this.chunks = this.chunks.slice(dropped);
    this.first += dropped * CHUNK;
    return true;
  }

  *all(): IterableIterator<Attempt> {
    for (const chunk of this.chunks) yield* chunk;
    yield* this.tail;
  }

  list(filter: { namespace?: string; pod?: string }): readonly DecisionSummary[] {
    const found: DecisionSummary[] = [];
    for (const { summary } of this.all()) {
      const isAbout =
        (!filter.namespace || filter.namespace === summary.namespace) && (!filter.pod || filter.pod === summary.pod);
      if (isAbout) found.push(summary);
    }
    return found;
  }

  find(attempt: number): Attempt | undefined {
    const offset = attempt - this.first;
    if (offset < 0) return undefined;
    const chunk = this.chunks[Math.trunc(offset / CHUNK)] ?? this.tail;
    return chunk === this.tail ? this.tail[offset - this.chunks.length * CHUNK] : chunk[offset % CHUNK];
  }

  save(): SavedRecords {
    return { first: this.first, chunks: [...this.chunks], tail: [...this.tail] };
  }

  load(state: unknown): void {
    const saved = state as SavedRecords;
    this.first = saved.first;
    this.chunks = [...saved.chunks];
    this.tail = [...saved.tail];
  }
}
