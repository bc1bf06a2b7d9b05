/** How pods make room for others: whom the search gives, and what becomes of victims, preemptors and nominations. */
import type { Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import type { KubeObject, Stored } from '../../../src/sim/api/object.ts';
import { defaultPool } from '../../../src/sim/azure/index.ts';
import {
  bestCandidates,
  defaultProfile,
  dryRun,
  evaluate,
  runPostFilter,
  FilterRun,
  Rejections,
} from '../../../src/sim/scheduler/index.ts';
import { clusterOf, describedPod } from '../../../src/node/conformance/cluster.ts';
import type { World } from '../../../src/sim/world.ts';
import { advance, apply, bootWorld, eventsOf } from '../../support/world.ts';

const node = (name: string, cpu = '1000m'): KubeObject =>
  ({ metadata: { name }, status: { allocatable: { cpu, memory: '1000000000', pods: '110' } } }) as KubeObject;
const pod = (name: string, on: string | undefined, cpu: string, priority: number, more: object = {}): KubeObject =>
  ({
    metadata: { name, labels: { app: name.replace(/-.*/, '') } },
    spec: {
      ...(on ? { nodeName: on } : {}),
      priority,
      containers: [{ name: 'a', resources: { requests: { cpu } } }],
    },
    status: { startTime: '2026-01-01T00:00:00Z' },
    ...more,
  }) as KubeObject;

function search(
  nodes: readonly KubeObject[],
  pods: readonly KubeObject[],
  pdbs: readonly KubeObject[],
  wanted: number,
) {
  const cluster = clusterOf({ nodes, pods, pdbs });
  const profile = defaultProfile(35);
  const { run } = evaluate(describedPod(pod('new', undefined, '1000m', 100)), cluster, {
    profile,
    percentageOfNodesToScore: 100,
    startIndex: 0,
  });
  return { cluster, profile, run, ...dryRun(run, profile, cluster.nodes, 0, wanted) };
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `node${index}`);
const budget = (app: string): KubeObject =>
  ({
    metadata: { name: app },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed: 0 },
  }) as KubeObject;

describe('the search for candidates (framework/preemption/preemption.go, DryRunPreemption)', () => {
  it('ends with as many as are wanted', () => {
    const nodes = names(5);
    const { candidates } = search(
      nodes.map((name) => node(name)),
      nodes.map((name) => pod(`low-${name}`, name, '1000m', 0)),
      [],
      2,
    );
    expect(candidates.map((item) => item.node)).toEqual(['node0', 'node1']);
  });

  it('goes on past them for one that violates no budget, and keeps no more of the others than are wanted', () => {
    const nodes = names(5);
    const { candidates } = search(
      nodes.map((name) => node(name)),
      nodes.map((name, index) => pod(index === 3 ? `free-${name}` : `kept-${name}`, name, '1000m', 0)),
      [budget('kept')],
      2,
    );
    expect(candidates.map((item) => [item.node, item.pdbViolations])).toEqual([
      ['node3', 0],
      ['node0', 1],
      ['node1', 1],
    ]);
    expect(bestCandidates(candidates).map((item) => item.node)).toEqual(['node3']);
  });

  // defaultpreemption/default_preemption_test.go (TestDryRunPreemption).
  it('counts the budgets that victims would break, but not for those whose eviction is under way', () => {
    const kept = (allowed: number, disruptedPods: object = {}): KubeObject =>
      ({ ...budget('kept'), status: { disruptionsAllowed: allowed, disruptedPods } }) as KubeObject;
    const two = [pod('kept-1', 'node0', '500m', 0), pod('kept-2', 'node0', '500m', 0)];
    const found = (
      pdbs: readonly KubeObject[],
      pods: readonly KubeObject[] = two,
    ): readonly (readonly [number, number])[] =>
      search([node('node0')], pods, pdbs, 1).candidates.map((item) => [item.victims.length, item.pdbViolations]);
    expect(found([kept(2)])).toEqual([[2, 0]]);
    expect(found([kept(1)])).toEqual([[2, 1]]);
    expect(found([kept(1, { other: '2026-01-01T00:00:00Z' })])).toEqual([[2, 1]]);
    expect(found([kept(1, { 'kept-2': '2026-01-01T00:00:00Z' })])).toEqual([[2, 0]]);
    expect(found([{ ...kept(0), spec: { selector: {} } } as KubeObject])).toEqual([[2, 0]]);
    expect(found([{ ...kept(0), metadata: { name: 'kept', namespace: 'other' } } as KubeObject])).toEqual([[2, 0]]);
    // Two budgets over one pod: it breaks one of them, and counts once.
    expect(found([kept(0), { ...kept(5), metadata: { name: 'more' } } as KubeObject])).toEqual([[2, 2]]);
  });

  it('spares the more important first: those that budgets keep, then by priority, then the older', () => {
    const aged = (name: string, priority: number, second: number): KubeObject =>
      pod(name, 'node0', '300m', priority, { status: { startTime: `2026-01-01T00:00:0${second}Z` } });
    const spared = (pods: readonly KubeObject[], pdbs: readonly KubeObject[] = []): readonly string[] => {
      const { candidates } = search([node('node0', '1300m')], pods, pdbs, 1);
      const gone = candidates[0]!.victims.map(({ name }) => name);
      return pods.map(({ metadata }) => metadata!.name!).filter((name) => !gone.includes(name));
    };
    expect(spared([aged('a-young', 0, 5), aged('a-old', 0, 1), aged('a-middle', 0, 3)])).toEqual(['a-old']);
    expect(spared([aged('a-old', 0, 1), aged('a-important', 50, 9)])).toEqual(['a-important']);
    expect(spared([aged('a-important', 50, 1), aged('kept-young', 0, 9)], [budget('kept')])).toEqual(['kept-young']);
  });

  it('is at fault on a node where nobody has to go', () => {
    const { cluster, profile, run, candidates } = search(
      [node('node0', '2000m')],
      [pod('low', 'node0', '10m', 0)],
      [],
      1,
    );
    expect(candidates).toEqual([]);
    const rejected = { plugin: 'NodeName', status: { code: 'Unschedulable', reasons: [] } } as const;
    const result = runPostFilter(
      {
        ...{ pod: run.pod, profile, cluster, run, preFilter: { states: new Map(), skipped: [], narrowedBy: [] } },
        ...{ rejections: new Rejections(cluster.nodes, [rejected], 0), evaluated: cluster.nodes, excluded: 0 },
        ...{ feasible: [], skippedScore: [], scores: [], totals: [], nextStart: 0 },
      },
      () => 0,
    );
    expect(result).toMatchObject({
      status: 'Error',
      message: 'preemption: expected at least one victim pod on node "node0"',
      clearsNomination: false,
    });
    expect(run).toBeInstanceOf(FilterRun);
  });
});

const manifest = (name: string, cpu: string, more = ''): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  containers: [{name: main, image: 'busybox:1.36', command: [sleep, '3600'], resources: {requests: {cpu: ${cpu}}}}]
${more}`;
const classes = ['low', 'middle', 'high']
  .map(
    (name, index) =>
      `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: ${name}}\nvalue: ${index * 1000}\n`,
  )
  .join('---\n');
const small = (): World => {
  const world = bootWorld({ pools: [defaultPool('nodepool1', 'System', 1)], preset: 'plain' });
  apply(world, classes);
  return world;
};
const find = (world: World, name: string): Stored<Pod> => world.find('pods', 'default', name) as Stored<Pod>;
const happened = (world: World, type: string): readonly string[] =>
  world.kernel.trace.slice(1).flatMap((event) => (event.type === type && event.object ? [event.object.name] : []));

describe('victims in a world', () => {
  it('are all asked to go before the pod looks again, however soon the first of them is gone', () => {
    const world = small();
    for (let index = 0; index < 12; index += 1)
      apply(world, manifest(`low-${index}`, '250m', '  terminationGracePeriodSeconds: 0\n'));
    advance(world, 20);
    apply(world, manifest('urgent', '3', '  priorityClassName: high\n'));
    advance(world, 30);
    const attempts = world.decisions({ pod: 'urgent' });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['preempting', 'scheduled']);
    const { victims = [] } = world.decision(attempts[0]!.attempt)!.postFilter!;
    const told = world.kernel.trace
      .slice(1)
      .flatMap((event) => (event.type === 'event' && event.data.reason === 'Preempted' ? [event.object!.name] : []));
    expect(told.map((name) => `default/${name}`).sort()).toEqual([...victims].sort());
    expect(victims.length).toBeGreaterThan(5);
    expect(happened(world, 'scheduler.attempt').filter((name) => name === 'urgent')).toHaveLength(2);
  });

  it('are told by whom, with the preemptor as the other object of the event', () => {
    const world = small();
    apply(world, manifest('victim', '3'));
    advance(world, 10);
    apply(world, manifest('urgent', '3', '  priorityClassName: high\n'));
    advance(world, 2);
    const urgent = find(world, 'urgent');
    const event = ([...world.list('events', 'default')] as readonly (Stored & { reason?: string })[]).find(
      ({ reason }) => reason === 'Preempted',
    );
    expect(event).toMatchObject({
      action: 'Preempting',
      type: 'Normal',
      message: `Preempted by pod ${urgent.metadata.uid} on node ${urgent.status!.nominatedNodeName!}`,
      related: { kind: 'Pod', namespace: 'default', name: 'urgent', uid: urgent.metadata.uid },
    });
  });

  it('that are going already are not asked again, and while they go their preemptor preempts nobody', () => {
    const world = small();
    apply(world, manifest('victim', '2', '  terminationGracePeriodSeconds: 25\n'));
    apply(world, manifest('bystander', '1'));
    advance(world, 10);
    apply(world, manifest('urgent', '2500m', '  priorityClassName: high\n'));
    advance(world, 2);
    const names = (): readonly string[] =>
      eventsOf(world, find(world, 'victim')).filter((text) => text.startsWith('Preempted'));
    expect(names()).toHaveLength(1);
    // A bystander that goes frees a little: the pod looks again, and its victim is still there.
    world.kernel.runTurn('client', 0, () =>
      world.handle({
        ...{ verb: 'delete', resource: 'pods', namespace: 'default', name: 'bystander' },
        options: { gracePeriodSeconds: 0 },
      }),
    );
    advance(world, 5);
    expect(world.decisions({ pod: 'urgent' }).map(({ outcome, message }) => [outcome, message])).toContainEqual([
      'unschedulable',
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node.',
    ]);
    expect(find(world, 'urgent').status?.nominatedNodeName).toBeDefined();
    expect(names()).toHaveLength(1);
  });

  it('nominations of lesser pods on the node are taken back', () => {
    const world = small();
    apply(world, manifest('victim', '2', '  terminationGracePeriodSeconds: 25\n'));
    advance(world, 2);
    apply(world, manifest('other', '1'));
    advance(world, 10);
    apply(world, manifest('first', '2500m', '  priorityClassName: middle\n'));
    advance(world, 3);
    expect(find(world, 'first').status?.nominatedNodeName).toBeDefined();
    expect(find(world, 'other').metadata.deletionTimestamp).toBeUndefined();
    apply(world, manifest('urgent', '3500m', '  priorityClassName: high\n'));
    advance(world, 3);
    expect(find(world, 'urgent').status?.nominatedNodeName).toBeDefined();
    expect(find(world, 'first').status?.nominatedNodeName).toBeUndefined();
  });
});
