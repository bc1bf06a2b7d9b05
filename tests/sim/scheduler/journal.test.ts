import type { Node, Pod } from 'kubernetes-types/core/v1';
import { expect, it } from 'vitest';
import type { Stored } from '../../../src/sim/api/object.ts';
import { Journal, type Change } from '../../../src/sim/scheduler/index.ts';

const node = { metadata: { name: 'n', uid: 'n' }, status: { allocatable: { pods: '9' } } } as unknown as Stored<Node>;
const pod = (uid: string): Stored<Pod> =>
  ({ metadata: { name: uid, uid, namespace: 'default' }, spec: { containers: [] } }) as unknown as Stored<Pod>;

it('lets go of the older half at its limit, says so once, and still knows the cluster of later times', () => {
  const journal = new Journal();
  journal.append({ kind: 'node', name: 'n', node });
  journal.append({ kind: 'pod', uid: 'first', pod: pod('first'), node: 'n' });
  const early = journal.position;
  const [one, two] = [pod('other'), pod('other')];
  let told = 0;
  while (told === 0) {
    const change: Change = { kind: 'pod', uid: 'other', pod: journal.position % 2 === 0 ? one : two, node: 'n' };
    if (journal.append(change)) told += 1;
  }
  expect(journal.clusterAt(early)).toBeUndefined();
  expect(journal.oldest).toBeGreaterThan(early);
  const names = (at: number): readonly string[] => [...journal.clusterAt(at)!.node('n')!.pods.keys()];
  expect(names(journal.oldest)).toEqual(['first', 'other']);
  expect(names(journal.position)).toEqual([...journal.replay().node('n')!.pods.keys()]);
  for (let index = 0; index < 2_000; index += 1) expect(journal.append({ kind: 'pod', uid: `p${index}` })).toBe(false);
});
