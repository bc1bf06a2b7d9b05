/**
 * The store: multi-version keys and values with one revision counter, compare-and-swap, ordered ranges, reads at an older
 * revision, and compaction. Values are immutable API objects, so versions share what they have in common.
 * Upstream: etcd-io/etcd server/storage/mvcc. Left out for now: members and quorum (one member holds everything),
 * leases of keys, transactions over several keys.
 */

export interface StoredValue<V> {
  readonly key: string;
  readonly value: V;
  readonly createRevision: number;
  readonly modRevision: number;
  /** Writes since it was created, from 1. */
  readonly version: number;
}

export interface Change<V> {
  readonly revision: number;
  readonly key: string;
  /** Absent for a deletion. */
  readonly next?: StoredValue<V>;
  readonly previous?: StoredValue<V>;
}

export interface StoreState<V> {
  readonly revision: number;
  readonly compacted: number;
  readonly live: ReadonlyMap<string, ReadonlyMap<string, StoredValue<V>>>;
  readonly history: readonly Change<V>[];
}

export type Swap<V> =
  | { readonly ok: true; readonly stored: StoredValue<V> }
  | { readonly ok: false; readonly current: StoredValue<V> | undefined };

/** With more keys than this out of place, sorting anew is quicker than putting each in its place. */
const MEND_LIMIT = 200;

/** Keys of one prefix: a map, with its order made when it is asked for, and mended from then on. Keys compare by code unit, which is bytewise here. */
class Prefix<V> {
  readonly values: Map<string, StoredValue<V>>;
  private order: string[] | undefined;
  /** Keys that came or went since the order was made. */
  private readonly moved = new Set<string>();

  constructor(values?: ReadonlyMap<string, StoredValue<V>>) {
    this.values = new Map(values);
  }

  set(key: string, value: StoredValue<V>): void {
    if (this.order && !this.values.has(key)) this.moved.add(key);
    this.values.set(key, value);
  }

  delete(key: string): void {
    if (this.order) this.moved.add(key);
    this.values.delete(key);
  }

  get keys(): readonly string[] {
    if (!this.order || this.moved.size > MEND_LIMIT) this.order = [...this.values.keys()].sort();
    else for (const key of this.moved) this.mend(this.order, key);
    this.moved.clear();
    return this.order;
  }

  private mend(order: string[], key: string): void {
    const index = lowerBound(order, key);
    const isThere = order[index] === key;
    if (this.values.has(key) === isThere) return;
    if (isThere) order.splice(index, 1);
    else order.splice(index, 0, key);
  }
}

export class Store<V> {
  private prefixes = new Map<string, Prefix<V>>();
  private history: Change<V>[] = [];
  private current: number;
  private compactedAt = 0;

  constructor(firstRevision = 1) {
    this.current = firstRevision;
  }

  /** Revision of the newest write. */
  get revision(): number {
    return this.current;
  }

  /** History up to and including this revision is gone. */
  get compacted(): number {
    return this.compactedAt;
  }

  get(prefix: string, key: string): StoredValue<V> | undefined {
    return this.prefixes.get(prefix)?.values.get(key);
  }

  count(prefix: string): number {
    return this.prefixes.get(prefix)?.values.size ?? 0;
  }

  /** Writes when the key is at `expected` (0: absent); `make` is told the revision, so that a value can carry it. */
  put(prefix: string, key: string, expected: number, make: (revision: number) => V): Swap<V> {
    const held = this.prefix(prefix);
    const previous = held.values.get(key);
    if ((previous?.modRevision ?? 0) !== expected) return { ok: false, current: previous };
    this.current += 1;
    const revision = this.current;
    const next: StoredValue<V> = {
      key,
      value: make(revision),
      createRevision: previous?.createRevision ?? revision,
      modRevision: revision,
      version: (previous?.version ?? 0) + 1,
    };
    held.set(key, next);
    this.history.push(previous ? { revision, key, next, previous } : { revision, key, next });
    return { ok: true, stored: next };
  }

  /** Deletes when the key is at `expected`. */
  delete(prefix: string, key: string, expected: number): Swap<V> {
    const held = this.prefix(prefix);
    const previous = held.values.get(key);
    if (!previous || previous.modRevision !== expected) return { ok: false, current: previous };
    this.current += 1;
    held.delete(key);
    this.history.push({ revision: this.current, key, previous });
    return { ok: true, stored: previous };
  }

  /** All values of a prefix, unordered: for whoever puts them into a map anyway. */
  values(prefix: string): IterableIterator<StoredValue<V>> {
    return this.prefixes.get(prefix)?.values.values() ?? [].values();
  }

  /** Values whose keys begin with `start`, in order of keys, from `after` (exclusive) on, at most `limit`. */
  range(prefix: string, start: string, after = '', limit = Number.POSITIVE_INFINITY): readonly StoredValue<V>[] {
    // Looking at what is not there must leave no mark: it would change the state that is hashed.
    const held = this.prefixes.get(prefix);
    if (!held) return [];
    const { keys } = held;
    const found: StoredValue<V>[] = [];
    for (let index = lowerBound(keys, after > start ? after : start); index < keys.length; index += 1) {
      const key = keys[index]!;
      if (!key.startsWith(start)) break;
      if (key === after) continue;
      if (found.length >= limit) break;
      found.push(held.values.get(key)!);
    }
    return found;
  }

  /** How many keys that begin with `start` come after a key. */
  countAfter(prefix: string, start: string, after: string): number {
    const keys = this.prefixes.get(prefix)?.keys ?? [];
    // No key holds the last code unit, so it stands behind all that begin with `start`.
    return lowerBound(keys, `${start}\uffff`) - lowerBound(keys, `${after}\u0000`);
  }

  /** The range as it was at a revision; undefined when that has been compacted away or lies in the future. */
  rangeAt(prefix: string, start: string, revision: number): readonly StoredValue<V>[] | undefined {
    if (revision < this.compactedAt || revision > this.current) return undefined;
    const past = new Map(this.range(prefix, start).map((item) => [item.key, item]));
    for (let index = this.history.length - 1; index >= 0; index -= 1) {
      const change = this.history[index]!;
      if (change.revision <= revision) break;
      if (!change.key.startsWith(start)) continue;
      if (change.previous) past.set(change.key, change.previous);
      else past.delete(change.key);
    }
    return [...past.values()].sort((left, right) => (left.key < right.key ? -1 : 1));
  }

  /** Changes after a revision, oldest first; undefined when they have been compacted away. */
  changesAfter(revision: number): readonly Change<V>[] | undefined {
    if (revision < this.compactedAt) return undefined;
    if (revision >= this.current) return [];
    let low = 0;
    let high = this.history.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.history[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.history.slice(low);
  }

  /** Lets go of the history up to and including `revision`. */
  compact(revision: number): void {
    if (revision <= this.compactedAt) return;
    this.compactedAt = Math.min(revision, this.current);
    this.history = this.history.filter((change) => change.revision > this.compactedAt);
  }

  save(): StoreState<V> {
    return {
      revision: this.current,
      compacted: this.compactedAt,
      live: new Map([...this.prefixes].map(([name, held]) => [name, new Map(held.values)])),
      history: this.history.slice(),
    };
  }

  load(state: StoreState<V>): void {
    this.current = state.revision;
    this.compactedAt = state.compacted;
    this.prefixes = new Map([...state.live].map(([name, values]) => [name, new Prefix(values)]));
    this.history = state.history.slice();
  }

  private prefix(name: string): Prefix<V> {
    let held = this.prefixes.get(name);
    if (!held) this.prefixes.set(name, (held = new Prefix<V>()));
    return held;
  }
}

function lowerBound(keys: readonly string[], wanted: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
