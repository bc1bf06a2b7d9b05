/**
 * One cycle: which nodes are looked at and in which order, and what is said where none fits.
 * Upstream: pkg/scheduler/schedule_one_test.go, pkg/scheduler/backend/cache/node_tree_test.go,
 * pkg/scheduler/framework/types_test.go (TestFitError_Error).
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import { clusterOf, describedPod } from '../../../src/node/conformance/cluster.ts';
import type { KubeObject, Stored } from '../../../src/sim/api/object.ts';
import {
  attempt,
  bestNodes,
  ClusterState,
  defaultProfile,
  evaluate,
  feasibleNodesToFind,
  noteOf,
  PodInfo,
  Profile,
  type Outcome,
} from '../../../src/sim/scheduler/index.ts';

describe('how many feasible nodes are enough', () => {
  it.each([
    [10, 0, 10],
    [10, 40, 10],
    [99, 10, 99],
    [100, 10, 100],
    [1000, 0, 420],
    [1000, 40, 400],
    [1000, 100, 1000],
    [5000, 0, 500],
    [6000, 0, 300],
    [6000, 40, 2400],
    [1500, 5, 100],
  ])('of %i nodes at %i %%: %i', (nodes, percentage, expected) => {
    expect(feasibleNodesToFind(nodes, percentage)).toBe(expected);
  });
});

type Labels = Readonly<Record<string, string>>;

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
const OLD_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const node = (name: string, labels: Labels = {}, more: object = {}): Stored<Node> =>
  ({
    metadata: { name, uid: name, labels },
    spec: {},
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
    ...more,
  }) as unknown as Stored<Node>;

function clusterWith(nodes: readonly Stored<Node>[]): ClusterState {
  const cluster = new ClusterState();
  for (const item of nodes) cluster.apply({ kind: 'node', name: item.metadata.name, node: item });
  return cluster;
}
const order = (cluster: ClusterState): string => cluster.nodes.map(({ name }) => name).join(' ');

describe('the order of the nodes', () => {
  const nine = [
    node('0'),
    node('1', { [REGION]: 'r1' }),
    node('2', { [ZONE]: 'z2' }),
    ...['3', '4'].map((name) => node(name, { [REGION]: 'r1', [ZONE]: 'z2' })),
    node('5', { [REGION]: 'r1', [ZONE]: 'z3' }),
    ...['6', '7', '8'].map((name) => node(name, { [REGION]: 'r2', [ZONE]: 'z2' })),
  ];

  it('takes one of each zone in turn, in the order in which zones and nodes were first seen', () => {
    expect(order(clusterWith(nine.slice(0, 4)))).toBe('0 1 2 3');
    expect(order(clusterWith(nine))).toBe('0 1 2 3 5 6 4 7 8');
  });

  it('puts a zone that was empty in between last, and a node that changed zones last in its new one', () => {
    const zoned = (name: string, zone: string): Stored<Node> => node(name, { [ZONE]: zone });
    const cluster = clusterWith([zoned('a1', 'a'), zoned('b1', 'b'), zoned('b2', 'b')]);
    cluster.apply({ kind: 'node', name: 'a1' });
    expect(order(cluster)).toBe('b1 b2');
    cluster.apply({ kind: 'node', name: 'a2', node: zoned('a2', 'a') });
    expect(order(cluster)).toBe('b1 a2 b2');
    cluster.apply({ kind: 'node', name: 'b1', node: zoned('b1', 'a') });
    expect(order(cluster)).toBe('b2 a2 b1');
  });

  it('reads the older label of zones before the newer', () => {
    const cluster = clusterWith([
      node('a1', { [OLD_ZONE]: 'a', [ZONE]: 'x' }),
      node('a2', { [OLD_ZONE]: 'a', [ZONE]: 'y' }),
      node('b1', { [ZONE]: 'b' }),
    ]);
    expect(order(cluster)).toBe('a1 b1 a2');
  });
});

const podOf = (spec: object, status: object = {}): PodInfo =>
  describedPod({ kind: 'Pod', metadata: { name: 'pod' }, spec: { containers: [], ...spec }, status } as KubeObject);
const named = (count: number): readonly Stored<Node>[] =>
  Array.from({ length: count }, (_, index) => node(`n${String(index).padStart(3, '0')}`));
const options = { profile: defaultProfile(), percentageOfNodesToScore: 0, startIndex: 0 };

describe('the search', () => {
  it('begins where the last one ended, and ends with enough', () => {
    const cluster = clusterWith(named(200));
    const first = evaluate(podOf({}), cluster, { ...options, percentageOfNodesToScore: 60 });
    expect([first.evaluated.length, first.feasible.length, first.nextStart]).toEqual([120, 120, 120]);
    const second = evaluate(podOf({}), cluster, { ...options, percentageOfNodesToScore: 60, startIndex: 120 });
    expect([second.evaluated[0]!.name, second.evaluated.at(-1)!.name, second.nextStart]).toEqual(['n120', 'n039', 40]);
  });

  it('goes on by all nodes that were looked at, also those that did not fit', () => {
    const nodes = named(5).map((item, index) => (index < 2 ? { ...item, spec: { unschedulable: true } } : item));
    const { nextStart, evaluated } = evaluate(podOf({}), clusterWith(nodes), { ...options, startIndex: 3 });
    expect([evaluated.map(({ name }) => name).join(' '), nextStart]).toEqual(['n003 n004 n000 n001 n002', 3]);
  });

  it('looks only at the nodes that a plugin leaves, and counts on by those', () => {
    const only = podOf({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: ['n003', 'n001', 'gone'].map((name) => ({
              matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }],
            })),
          },
        },
      },
    });
    const found = evaluate(only, clusterWith(named(6)), { ...options, startIndex: 4 });
    expect(found.evaluated.map(({ name }) => name).sort()).toEqual(['n001', 'n003']);
    expect([found.excluded, found.nextStart]).toEqual([4, 0]);
  });

  it('stops with the first node where nothing is scored', () => {
    const profile = new Profile(
      { schedulerName: 'filters-only', args: {}, plugins: { score: { disabled: [{ name: '*' }] } } },
      35,
    );
    const found = evaluate(podOf({}), clusterWith(named(5)), { ...options, profile, startIndex: 2 });
    expect([found.feasible.map(({ name }) => name), found.nextStart]).toEqual([['n002'], 3]);
  });

  it('tries the nominated node first and takes it unscored, though others score higher', () => {
    const cluster = clusterWith(named(5));
    const busy = podOf({ containers: [{ name: 'c', resources: { requests: { cpu: '3' } } }] }).pod;
    cluster.apply({
      kind: 'pod',
      uid: 'busy',
      pod: { ...busy, metadata: { ...busy.metadata, uid: 'busy' } },
      node: 'n004',
    });
    const found = evaluate(podOf({}), cluster, { ...options, startIndex: 1, nominatedNode: 'n004' });
    expect([found.feasible.map(({ name }) => name), found.scores, found.nextStart]).toEqual([['n004'], [], 1]);
    const other = evaluate(podOf({ nodeSelector: { a: 'b' } }), cluster, { ...options, nominatedNode: 'n004' });
    expect([other.feasible, other.evaluated.length]).toEqual([[], 5]);
    expect(bestNodes(evaluate(podOf({}), cluster, { ...options, nominatedNode: 'gone' }))).toHaveLength(4);
  });

  it('leaves room for pods of no lower priority that are nominated to a node', () => {
    const cluster = clusterWith(named(1));
    const asks = (cpu: string, priority: number, uid: string): Stored<Pod> =>
      ({
        metadata: { name: uid, namespace: 'default', uid },
        spec: { priority, containers: [{ name: 'c', resources: { requests: { cpu } } }] },
      }) as unknown as Stored<Pod>;
    cluster.apply({ kind: 'nomination', uid: 'waiting', pod: asks('3', 10, 'waiting'), node: 'n000' });
    const fits = (priority: number, uid = 'pod'): boolean =>
      evaluate(PodInfo.of(asks('2', priority, uid)), cluster, options).feasible.length === 1;
    expect([fits(9), fits(10), fits(11), fits(9, 'waiting')]).toEqual([false, false, true, true]);
  });
});

describe('the message of a pod that fits nowhere', () => {
  const chance = { offset: () => 0, tie: () => 0 };
  const preemption = (text: string): string => `no new claims to deallocate, preemption: ${text}`;
  const outcome = (pod: PodInfo, nodes: readonly Stored<Node>[], profile = options.profile): Outcome =>
    attempt(pod, clusterWith(nodes), { ...options, profile }, chance);
  const cordoned = (name: string): Stored<Node> => node(name, {}, { spec: { unschedulable: true } });

  it('counts each reason over the nodes, sorted as texts', () => {
    const nodes = [
      ...Array.from({ length: 10 }, (_, index) => cordoned(`c${index}`)),
      ...['a', 'b'].map((name) => node(name, {}, { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } })),
    ];
    const { message, rejectedBy } = outcome(podOf({}), nodes);
    expect(message).toBe(
      `0/12 nodes are available: 10 node(s) were unschedulable, 2 node(s) had untolerated taint(s). ${preemption(
        '0/12 nodes are available: 12 Preemption is not helpful for scheduling.',
      )}`,
    );
    expect(rejectedBy).toEqual(['NodeUnschedulable', 'TaintToleration']);
  });

  it('counts a node once for each thing that is short', () => {
    const large = podOf({ containers: [{ name: 'c', resources: { requests: { cpu: '5', memory: '9Gi' } } }] });
    expect(outcome(large, [node('a'), node('b')]).message).toBe(
      `0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory. ${preemption(
        '0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
      )}`,
    );
  });

  it('names the plugin that left nodes out, once for all of them', () => {
    const only = podOf({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
          },
        },
      },
    });
    const { message, rejectedBy } = outcome(only, [cordoned('a'), node('b'), node('c')]);
    expect(message).toBe(
      `0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. ${preemption(
        '0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
      )}`,
    );
    expect(rejectedBy).toEqual(['NodeAffinity', 'NodeUnschedulable']);
    expect(outcome(only, [cordoned('a')]).rejectedBy).toEqual(['NodeAffinity', 'NodeUnschedulable']);
  });

  it('is that of PreFilter alone where it turned the pod down as a whole', () => {
    const torn = podOf({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchFields: ['a', 'b'].map((name) => ({ key: 'metadata.name', operator: 'In', values: [name] })) },
            ],
          },
        },
      },
    });
    const { message, rejectedBy } = outcome(torn, [node('a'), node('b')]);
    expect(message).toBe('0/2 nodes are available: pod affinity terms conflict. not found');
    expect(rejectedBy).toEqual(['NodeAffinity']);
  });

  it('has no tail where no plugin is asked what could help', () => {
    const profile = new Profile(
      { schedulerName: 'plain', args: {}, plugins: { postFilter: { disabled: [{ name: '*' }] } } },
      35,
    );
    expect(outcome(podOf({}), [cordoned('a')], profile).message).toBe(
      '0/1 nodes are available: 1 node(s) were unschedulable.',
    );
  });

  it('knows of no plugin to wait for where there are no nodes', () => {
    const { message, rejectedBy, outcome: what } = outcome(podOf({}), []);
    expect([message, rejectedBy, what]).toEqual(['no nodes available to schedule pods', [], 'unschedulable']);
  });

  it('is cut to the length of a note in the event', () => {
    expect(noteOf('x'.repeat(1024))).toHaveLength(1024);
    expect(noteOf('x'.repeat(1025))).toBe(`${'x'.repeat(1020)} ...`);
  });
});

it('the scores of all plugins add up by their weights', () => {
  const nodes = [
    node('a'),
    node('b', {}, { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } }),
  ] as KubeObject[];
  const found = evaluate(podOf({}), clusterOf({ nodes, pods: [] }), options);
  const of = (name: string): readonly number[] => found.scores.find(({ plugin }) => plugin === name)!.normalized;
  expect(of('TaintToleration')).toEqual([100, 0]);
  expect(found.totals[0]! - found.totals[1]!).toBe(300);
  expect(bestNodes(found).map(({ name }) => name)).toEqual(['a']);
});
