/**
 * What is kept of nodes between cycles says the same as asking anew: a cluster that has lived through many changes decides
 * as one that was just put together.
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import type { Stored } from '../../../src/sim/api/object.ts';
import { RandomStream } from '../../../src/sim/kernel/index.ts';
import { ClusterState, defaultProfile, evaluate, PodInfo, type Change } from '../../../src/sim/scheduler/index.ts';

const profile = defaultProfile();
const meta = (name: string): object => ({
  name,
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-01-05T00:00:00Z',
});

function node(name: string, cpu: string, isTainted: boolean): Stored<Node> {
  const amounts = { cpu, memory: '8Gi', pods: '10' };
  const taints = isTainted ? [{ key: 'a', value: 'b', effect: 'PreferNoSchedule' }] : [];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...meta(name), labels: { 'kubernetes.io/hostname': name } },
    spec: { taints },
    status: { capacity: amounts, allocatable: amounts },
  } as unknown as Stored<Node>;
}

function pod(name: string, cpu: string, priority: number): Stored<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...meta(name), namespace: 'default' },
    spec: { priority, containers: [{ name: 'a', image: 'a:1', resources: { requests: { cpu, memory: '100Mi' } } }] },
  } as unknown as Stored<Pod>;
}

/** Draws a change: a pod comes, goes, is nominated or is not any more; a node comes, changes, or goes. */
function drawChange(stream: RandomStream, step: number): Change {
  const of = <T>(items: readonly T[]): T => items[stream.below(items.length)]!;
  const name = `node-${stream.below(12)}`;
  const uid = `pod-${stream.below(40)}`;
  const drawn = pod(uid, of(['500m', '1']), of([0, 5, 10]));
  switch (stream.below(8)) {
    case 0:
      return step % 3 === 0
        ? { kind: 'node', name }
        : { kind: 'node', name, node: node(name, of(['2', '4']), stream.chance(1, 2)) };
    case 1:
    case 2:
      return { kind: 'nomination', uid, pod: drawn, node: name };
    case 3:
      return { kind: 'nomination', uid };
    case 4:
      return { kind: 'pod', uid };
    default:
      return { kind: 'pod', uid, pod: drawn, node: name };
  }
}

function decided(cluster: ClusterState, asked: Stored<Pod>): unknown {
  const options = { profile, percentageOfNodesToScore: 0, startIndex: 3 };
  const { evaluated, feasible, rejections, totals, scores } = evaluate(PodInfo.of(asked), cluster, options);
  return {
    evaluated: evaluated.map(({ name }) => name),
    feasible: feasible.map(({ name }) => name),
    rejections: evaluated.map(({ name }) => rejections.get(name)?.status.reasons),
    totals,
    scores: scores.map(({ plugin, raw, normalized }) => ({ plugin, raw, normalized })),
  };
}

describe('what is kept of nodes', () => {
  it.each(['a', 'b', 'c'])('decides as a cluster that was just put together (seed %s)', (seed) => {
    const stream = RandomStream.seeded(seed, 'kept');
    const lived = new ClusterState();
    for (let index = 0; index < 12; index += 1)
      lived.apply({ kind: 'node', name: `node-${index}`, node: node(`node-${index}`, '4', index % 3 === 0) });
    const asked = [pod('asked', '1', 0), pod('pod-7', '500m', 5), pod('pod-8', '3', 10), pod('high', '1', 10)];
    let rejected = 0;
    for (let step = 0; step < 300; step += 1) {
      lived.apply(drawChange(stream, step));
      const fresh = new ClusterState();
      for (const change of lived.toChanges()) fresh.apply(change);
      for (const one of asked) {
        const found = decided(lived, one) as { feasible: readonly string[]; evaluated: readonly string[] };
        expect(found, `step ${step}, ${one.metadata.name}`).toEqual(decided(fresh, one));
        rejected += found.evaluated.length - found.feasible.length;
      }
    }
    expect(rejected).toBeGreaterThan(100);
  });
});
