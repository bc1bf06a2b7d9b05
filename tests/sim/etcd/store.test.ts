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
