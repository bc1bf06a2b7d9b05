import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Store } from '../../../src/sim/etcd/index.ts';

const PREFIX = '/registry/pods/';
const operation = fc.record({
  verb: fc.constantFrom('put', 'delete', 'stale'),
  key: fc.constantFrom('a', 'b', 'c/x', 'c/y'),
  value: fc.nat(1000),
});

describe('the store', () => {
  it('behaves as a map with a history: ranges, older revisions and changes agree with a naive model', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const store = new Store<number>();
        const model = new Map<string, { value: number; revision: number }>();
        const past: [number, [string, number][]][] = [];
        for (const { verb, key: name, value } of operations) {
          const key = PREFIX + name;
          const held = model.get(key);
          if (verb === 'stale') {
            expect(store.put(PREFIX, key, (held?.revision ?? 0) + 1, () => value).ok).toBe(false);
          } else if (verb === 'put') {
            const swap = store.put(PREFIX, key, held?.revision ?? 0, () => value);
            expect(swap.ok).toBe(true);
            model.set(key, { value, revision: store.revision });
          } else {
            expect(store.delete(PREFIX, key, held?.revision ?? 0).ok).toBe(held !== undefined);
            model.delete(key);
          }
          past.push([
            store.revision,
            [...model].map(([item, { value: kept }]): [string, number] => [item, kept]).sort(),
          ]);
        }
        for (const [revision, expected] of past) {
          expect(store.rangeAt(PREFIX, PREFIX, revision)?.map(({ key, value }) => [key, value])).toEqual(expected);
        }
        const replayed = new Map<string, number>();
        for (const change of store.changesAfter(0) ?? []) {
          if (change.next) replayed.set(change.key, change.next.value);
          else replayed.delete(change.key);
        }
        expect([...replayed].sort()).toEqual(past.at(-1)?.[1] ?? []);
      }),
    );
  });

  it('gives its keys in order after any mix of writes, reads and deletions, page by page', () => {
    const step = fc.record({
      verb: fc.constantFrom('put', 'put', 'delete', 'read'),
      key: fc.nat(300),
      limit: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 900 }), (steps) => {
        const store = new Store<number>();
        const held = new Set<string>();
        for (const { verb, key: number, limit } of steps) {
          const key = `${PREFIX}ns/${number}`;
          const expected = store.get(PREFIX, key)?.modRevision ?? 0;
          if (verb === 'put') {
            store.put(PREFIX, key, expected, () => number);
            held.add(key);
          } else if (verb === 'delete') {
            store.delete(PREFIX, key, expected);
            held.delete(key);
          } else {
            const sorted = [...held].sort();
            expect(store.range(PREFIX, PREFIX).map((item) => item.key)).toEqual(sorted);
            const page = store.range(PREFIX, `${PREFIX}ns/`, key, limit).map((item) => item.key);
            const after = sorted.filter((item) => item > key);
            expect(page).toEqual(after.slice(0, limit));
            expect(store.countAfter(PREFIX, `${PREFIX}ns/`, key)).toBe(after.length);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('lets go of history when it is compacted, and says so', () => {
    const store = new Store<number>();
    for (let value = 0; value < 5; value += 1)
      store.put(PREFIX, `${PREFIX}a`, store.get(PREFIX, `${PREFIX}a`)?.modRevision ?? 0, () => value);
    store.compact(4);
    expect(store.changesAfter(3)).toBeUndefined();
    expect(store.rangeAt(PREFIX, PREFIX, 3)).toBeUndefined();
    expect(store.changesAfter(4)?.map(({ revision }) => revision)).toEqual([5, 6]);
  });
});
