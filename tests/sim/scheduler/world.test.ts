/** The scheduler in a whole world: what it does to pods, and what it leaves to look at. */
import type { Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import { defaultPool } from '../../../src/sim/azure/index.ts';
import type { Stored } from '../../../src/sim/api/object.ts';
import { CLIENT } from '../../../src/sim/kernel/index.ts';
import { preemptionOf, rejectionOf } from '../../../src/sim/scheduler/index.ts';
import { charts, type World } from '../../../src/sim/world.ts';
import { advance, apply, bootWorld, deployment, eventsOf, request } from '../../support/world.ts';

const small = { pools: [defaultPool('nodepool1', 'System', 1)], preset: 'plain' } as const;

const pod = (name: string, spec: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels: {app: ${name}}
spec:
  containers:
    - name: main
      image: busybox:1.36
      command: [sleep, '3600']
${spec}`;

const asking = (cpu: string, more = ''): string => `      resources: {requests: {cpu: ${cpu}}}\n${more}`;

const find = (world: World, name: string): Stored<Pod> => world.find('pods', 'default', name) as Stored<Pod>;

const priorities = `apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
`;

describe('preemption', () => {
  const crowded = (): World => {
    const world = bootWorld(small);
    apply(world, priorities);
    apply(world, pod('low', asking('3')));
    advance(world, 10);
    apply(world, pod('urgent', asking('3', '  priorityClassName: high\n')));
    return world;
  };

  it('nominates the node, deletes the victim gracefully, and binds the pod once the room is free', () => {
    const world = crowded();
    advance(world, 2);
    const [low, urgent] = [find(world, 'low'), find(world, 'urgent')];
    expect(low.metadata.deletionTimestamp).toBeDefined();
    expect(low.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
    });
    expect(urgent.status?.nominatedNodeName).toBe(low.spec?.nodeName);
    expect(eventsOf(world, low)).toContain(
      `Preempted: Preempted by pod ${urgent.metadata.uid} on node ${low.spec!.nodeName!}`,
    );
    expect(eventsOf(world, urgent)).toEqual(['FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.']);
    advance(world, 60);
    expect(world.find('pods', 'default', 'low')).toBeUndefined();
    expect(find(world, 'urgent').spec?.nodeName).toBe(low.spec?.nodeName);
  });

  it('records every candidate with its victims', () => {
    const world = crowded();
    advance(world, 60);
    const attempts = world.decisions({ pod: 'urgent' });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['preempting', 'scheduled']);
    const first = world.decision(attempts[0]!.attempt)!;
    expect(first.postFilter).toMatchObject({
      status: 'Success',
      victims: ['default/low'],
      candidates: [{ victims: [{ namespace: 'default', name: 'low', priority: 0 }], pdbViolations: 0 }],
    });
    expect(preemptionOf(world, { preemptor: 'default/urgent', victim: 'default/low' })).toEqual(attempts[0]);
    expect(preemptionOf(world, { preemptor: 'default/low', victim: 'default/urgent' })).toBeUndefined();
    const question = { namespace: 'default', pod: 'urgent', node: first.nodes[0]!.node, plugin: 'NodeResourcesFit' };
    expect(rejectionOf(world, question)).toEqual(attempts[0]);
    expect(rejectionOf(world, { ...question, plugin: 'NodeAffinity' })).toBeUndefined();
    const second = world.decision(attempts[1]!.attempt)!;
    expect(second.nominatedNode).toBe(first.postFilter!.nominatedNode);
    expect(second).toMatchObject({ because: 'pod default/low was deleted', hintedBy: 'NodeResourcesFit' });
    expect(first.hintedBy).toBeUndefined();
  });

  it('records on which nodes it is not helpful, and on which it found nobody to send away', () => {
    const world = bootWorld({ ...small, pools: [defaultPool('nodepool1', 'System', 3)] });
    const [cordoned, empty, busy] = [...world.list('nodes')].map(({ metadata }) => metadata.name);
    const onNode = (node: string): string => asking('3', `  nodeSelector: {kubernetes.io/hostname: ${node}}\n`);
    const patch = { 'content-type': 'application/merge-patch+json' };
    request(world, 'PATCH', `/api/v1/nodes/${cordoned}`, { spec: { unschedulable: true } }, patch);
    apply(world, priorities);
    apply(world, pod('equal', onNode(empty!).replace('  nodeSelector', '  priorityClassName: high\n  nodeSelector')));
    apply(world, pod('low', onNode(busy!)));
    advance(world, 10);
    apply(world, pod('urgent', asking('3', '  priorityClassName: high\n')));
    advance(world, 2);
    const [attempt] = world.decisions({ pod: 'urgent' });
    expect(world.decision(attempt!.attempt)!.postFilter).toMatchObject({
      nominatedNode: busy,
      notHelpful: [cordoned],
      hopeless: [{ node: empty, reasons: ['No preemption victims found for incoming pod'] }],
      untriedCount: 0,
    });
  });

  it('is not tried for a pod that may not preempt', () => {
    const world = bootWorld(small);
    apply(world, priorities.replace('value', 'preemptionPolicy: Never\nvalue'));
    apply(world, pod('low', asking('3')));
    advance(world, 10);
    apply(world, pod('polite', asking('3', '  priorityClassName: high\n')));
    advance(world, 5);
    expect(eventsOf(world, find(world, 'polite'))).toEqual([
      'FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.',
    ]);
    expect(find(world, 'low').metadata.deletionTimestamp).toBeUndefined();
  });
});

it('moves through the statechart that the inspector draws, attempt by attempt', () => {
  const world = bootWorld();
  advance(world, 5);
  const seen = world.kernel.trace.length;
  apply(world, pod('fits', asking('100m')));
  apply(world, pod('huge', asking('100')));
  advance(world, 5);
  const chart = charts().find(({ id }) => id === 'kube-scheduler')!;
  const moves: string[] = [];
  for (let seq = seen + 1; seq <= world.kernel.trace.length; seq += 1) {
    const event = world.kernel.trace.at(seq)!;
    if (event.type !== 'transition' || event.data.instance !== 'kube-scheduler') continue;
    const { from, to, on } = event.data;
    expect(chart.transitions).toContainEqual(expect.objectContaining({ from, to, on }));
    moves.push(to);
  }
  expect(moves).toEqual([
    ...['preFilter', 'filter', 'score', 'reserve', 'permit', 'bind', 'idle'],
    ...['preFilter', 'filter', 'postFilter', 'idle'],
  ]);
  expect([...new Set(moves)].sort()).toEqual(chart.states.map(({ path }) => path).sort());
  const [life] = world.lives().filter(({ instance }) => instance === 'kube-scheduler');
  expect(life).toMatchObject({ machine: 'kube-scheduler', state: 'idle' });
});

describe('a decision explained later', () => {
  it('is the decision that was made, for every attempt and also of pods that are gone', () => {
    const world = bootWorld();
    apply(world, deployment('web', 12, 'nginx:1.27'));
    advance(world, 5);
    apply(world, pod('huge', asking('100')));
    advance(world, 5);
    world.kernel.runTurn(CLIENT, 0, () =>
      world.handle({ verb: 'delete', resource: 'deployments.apps', namespace: 'default', name: 'web' }),
    );
    advance(world, 60);
    const attempts = world.kernel.trace.slice(1).filter(({ type }) => type === 'scheduler.attempt');
    expect(attempts.length).toBeGreaterThan(20);
    for (const event of attempts) {
      if (event.type !== 'scheduler.attempt') continue;
      const { attempt, outcome, node, message, feasible, evaluated, nodes } = event.data;
      const record = world.decision(attempt)!;
      expect(record).toMatchObject({ attempt, outcome, message, nodeCount: nodes, evaluatedCount: evaluated });
      expect(record.nodes.filter(({ rejected }) => !rejected)).toHaveLength(feasible);
      if (node === undefined) continue;
      expect(record.tied).toContain(node);
      const totals = record.nodes.flatMap(({ total }) => (total === undefined ? [] : [total]));
      const chosen = record.nodes.find((item) => item.node === node)!;
      if (totals.length > 0) expect(chosen.total).toBe(Math.max(...totals));
      for (const { scores = {}, total } of record.nodes.filter((item) => item.total !== undefined))
        expect(Object.values(scores).reduce((sum, { weighted }) => sum + weighted, 0)).toBe(total);
    }
    expect(world.decisions({ namespace: 'default' }).filter(({ pod: name }) => name.startsWith('web-'))).toHaveLength(
      12,
    );
  });

  it('stays the same after going back and forth in time', () => {
    const world = bootWorld();
    apply(world, deployment('web', 6, 'nginx:1.27'));
    advance(world, 5);
    const saved = world.save();
    const before = world.decisions({}).map(({ attempt }) => world.decision(attempt));
    advance(world, 30);
    world.load(saved);
    expect(world.decisions({}).map(({ attempt }) => world.decision(attempt))).toEqual(before);
  });
});

describe('a pod in the queue', () => {
  it('stays out while it has scheduling gates, and is scheduled when the last is removed', () => {
    const world = bootWorld(small);
    apply(world, pod('gated', '  schedulingGates: [{name: example.com/wait}]\n'));
    advance(world, 5);
    expect(find(world, 'gated').spec?.nodeName).toBeUndefined();
    expect(world.decisions({ pod: 'gated' })).toEqual([]);
    expect(world.scheduler.queueCounts().gated).toBe(1);
    world.kernel.runTurn(CLIENT, 0, () =>
      world.handle({
        verb: 'patch',
        resource: 'pods',
        namespace: 'default',
        name: 'gated',
        patchType: 'merge',
        body: { spec: { schedulingGates: null } },
      }),
    );
    advance(world, 5);
    expect(find(world, 'gated').spec?.nodeName).toBeDefined();
    expect(world.decision(world.decisions({ pod: 'gated' })[0]!.attempt)!.because).toBe(
      'its last scheduling gate was removed',
    );
  });

  it('is tried again only for events that a plugin which turned it down asks for', () => {
    const world = bootWorld(small);
    apply(world, pod('picky', '  nodeSelector: {disk: ssd}\n'));
    apply(world, pod('other', asking('100m')));
    advance(world, 5);
    world.kernel.runTurn(CLIENT, 0, () =>
      world.handle({ verb: 'delete', resource: 'pods', namespace: 'default', name: 'other' }),
    );
    advance(world, 60);
    expect(world.decisions({ pod: 'picky' })).toHaveLength(1);
    const [node] = [...world.list('nodes')];
    world.kernel.runTurn(CLIENT, 0, () =>
      world.handle({
        verb: 'patch',
        resource: 'nodes',
        name: node!.metadata.name,
        patchType: 'merge',
        body: { metadata: { labels: { disk: 'ssd' } } },
      }),
    );
    advance(world, 5);
    expect(world.decisions({ pod: 'picky' }).map(({ outcome }) => outcome)).toEqual(['unschedulable', 'scheduled']);
  });

  it('that nothing has helped is tried again after five minutes', () => {
    const world = bootWorld(small);
    apply(world, pod('huge', asking('100')));
    advance(world, 290);
    expect(world.decisions({ pod: 'huge' })).toHaveLength(1);
    advance(world, 60);
    const attempts = world.decisions({ pod: 'huge' });
    expect(attempts).toHaveLength(2);
    expect(world.decision(attempts[1]!.attempt)!.because).toBe('five minutes have passed');
  });
});

describe('a pod that finds no node at all', () => {
  const withoutNodes = (): World => {
    const world = bootWorld(small);
    advance(world, 5);
    for (const { metadata } of [...world.list('nodes')]) request(world, 'DELETE', `/api/v1/nodes/${metadata.name}`);
    return world;
  };

  it('is tried again after each back-off, as nothing it was turned down by could change its mind', () => {
    const world = withoutNodes();
    apply(world, pod('early', asking('100m')));
    advance(world, 30);
    const attempts = world.decisions({ pod: 'early' });
    // A back-off ends when the second is over in which it would.
    const seconds = attempts.map(({ time }) => Math.floor(time / 1000));
    expect(seconds.slice(1, 5)).toEqual([1, 2, 4, 8].map((backoff, index) => seconds[index]! + backoff + 1));
    expect(new Set(attempts.map(({ outcome }) => outcome))).toEqual(new Set(['unschedulable']));
    const early = find(world, 'early');
    expect([...new Set(eventsOf(world, early))]).toEqual(['FailedScheduling: no nodes available to schedule pods']);
    expect(early.status?.conditions?.find(({ type }) => type === 'PodScheduled')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: 'no nodes available to schedule pods',
    });
  });
});

it('says to which node a pod goes while its volumes are bound, and no more once it is there', () => {
  const world = bootWorld({ pools: [defaultPool('nodepool1', 'System', 1)], preset: 'aks' });
  advance(world, 10);
  apply(
    world,
    `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  storageClassName: managed-csi
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
`,
  );
  apply(world, pod('user', '  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n'));
  const nominated = new Set<string | undefined>();
  while (!find(world, 'user').spec?.nodeName) {
    nominated.add(find(world, 'user').status?.nominatedNodeName);
    advance(world, 0.25);
  }
  const { spec, status } = find(world, 'user');
  expect([...nominated]).toEqual([undefined, spec!.nodeName]);
  expect(status?.nominatedNodeName).toBeUndefined();
  expect(eventsOf(world, find(world, 'user'))[0]).toBe(
    `Scheduled: Successfully assigned default/user to ${spec!.nodeName}`,
  );
});

describe('pods that wait hear of', () => {
  const patch = (world: World, path: string, body: unknown): void => {
    const answer = request(world, 'PATCH', path, body, { 'content-type': 'application/merge-patch+json' });
    expect(answer.status).toBe(200);
  };
  const outcomes = (world: World, name: string): readonly string[] =>
    world.decisions({ pod: name }).map(({ outcome }) => outcome);
  const firstNode = (world: World): string => [...world.list('nodes')][0]!.metadata.name;

  it('a node that is open again, and not of one that is cordoned', () => {
    const world = bootWorld(small);
    const path = `/api/v1/nodes/${firstNode(world)}`;
    patch(world, path, { spec: { unschedulable: true } });
    apply(world, pod('late', asking('100m')));
    advance(world, 40);
    patch(world, path, { metadata: { labels: { a: 'b' } } });
    advance(world, 40);
    expect(outcomes(world, 'late')).toEqual(['unschedulable']);
    patch(world, path, { spec: { unschedulable: false } });
    advance(world, 10);
    // The taint that goes with the cordon goes a little later.
    expect(outcomes(world, 'late')).toEqual(['unschedulable', 'unschedulable', 'scheduled']);
  });

  it('their own new tolerations', () => {
    const world = bootWorld(small);
    patch(world, `/api/v1/nodes/${firstNode(world)}`, {
      spec: { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] },
    });
    apply(world, pod('db', asking('100m')));
    advance(world, 10);
    patch(world, '/api/v1/namespaces/default/pods/db', { metadata: { labels: { tier: 'db' } } });
    advance(world, 20);
    expect(outcomes(world, 'db')).toEqual(['unschedulable']);
    const { tolerations = [] } = find(world, 'db').spec!;
    patch(world, '/api/v1/namespaces/default/pods/db', {
      spec: { tolerations: [...tolerations, { key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }] },
    });
    advance(world, 2);
    expect(outcomes(world, 'db')).toEqual(['unschedulable', 'scheduled']);
  });

  it('the room that a pod on a node gives back when it is resized', () => {
    const world = bootWorld(small);
    apply(world, pod('large', asking('3')));
    advance(world, 20);
    apply(world, pod('next', asking('1500m')));
    advance(world, 20);
    expect(outcomes(world, 'next')).toEqual(['unschedulable']);
    patch(world, '/api/v1/namespaces/default/pods/large/resize', {
      spec: {
        containers: [{ ...find(world, 'large').spec!.containers[0]!, resources: { requests: { cpu: '500m' } } }],
      },
    });
    advance(world, 30);
    expect(outcomes(world, 'next').at(-1)).toBe('scheduled');
    expect(world.decision(world.decisions({ pod: 'next' }).at(-1)!.attempt)).toMatchObject({
      because: 'pod default/large was changed',
      hintedBy: 'NodeResourcesFit',
    });
  });

  it('the end of a nomination that kept room for another, if their priority is no higher', () => {
    const world = bootWorld(small);
    apply(world, priorities);
    apply(world, pod('first', asking('3', '  terminationGracePeriodSeconds: 600\n').replace("'3600'", "'36000'")));
    advance(world, 10);
    apply(world, pod('urgent', asking('3', '  priorityClassName: high\n')));
    advance(world, 2);
    expect(find(world, 'urgent').status?.nominatedNodeName).toBeDefined();
    apply(world, pod('small', asking('500m')));
    advance(world, 2);
    const before = outcomes(world, 'small');
    request(world, 'DELETE', '/api/v1/namespaces/default/pods/urgent');
    advance(world, 5);
    const [after] = world.decisions({ pod: 'small' }).slice(before.length);
    expect(before.at(-1)).toBe('unschedulable');
    expect(world.decision(after!.attempt)).toMatchObject({
      because: 'pod default/urgent was deleted',
      hintedBy: 'NodeResourcesFit',
    });
  });
});

it('fails on a preference that no label can meet, and tries again after its back-off', () => {
  const world = bootWorld();
  const preference = "{key: disk, operator: In, values: ['a b']}";
  const term = `{weight: 1, preference: {matchExpressions: [${preference}]}}`;
  apply(
    world,
    pod('typo', `  affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [${term}]}}\n`),
  );
  advance(world, 5);
  const [first, second] = world.decisions({ pod: 'typo' });
  const fault =
    'running PreScore plugin "NodeAffinity": [0].matchExpressions[0].values[0][disk]: Invalid value: "a b": ';
  expect(first).toMatchObject({ outcome: 'error', message: expect.stringContaining(fault) as string });
  expect(second!.time - first!.time).toBeGreaterThan(1_000);
  const record = world.decision(first!.attempt)!;
  expect(record.phases.map(({ point }) => point)).toEqual([
    'PreEnqueue',
    'QueueSort',
    'PreFilter',
    'Filter',
    'PreScore',
  ]);
  expect(record.nodes.some(({ rejected }) => !rejected)).toBe(true);
  expect(find(world, 'typo').status?.conditions?.find(({ type }) => type === 'PodScheduled')).toMatchObject({
    status: 'False',
    reason: 'SchedulerError',
    message: first!.message,
  });
});

it('keeps no room for pods that another scheduler has nominated', () => {
  const world = bootWorld(small);
  const node = [...world.list('nodes')][0]!.metadata.name;
  apply(world, priorities);
  apply(world, pod('foreign', asking('3', '  schedulerName: other\n  priorityClassName: high\n')));
  request(
    world,
    'PATCH',
    '/api/v1/namespaces/default/pods/foreign/status',
    { status: { nominatedNodeName: node } },
    { 'content-type': 'application/merge-patch+json' },
  );
  advance(world, 5);
  expect(find(world, 'foreign').status?.nominatedNodeName).toBe(node);
  apply(world, pod('own', asking('3')));
  advance(world, 5);
  expect(find(world, 'own').spec?.nodeName).toBe(node);
  expect(world.decisions({ pod: 'foreign' })).toEqual([]);
});

it('tells why a pod was not bound, also of one that is gone by then, and gives its room to others', () => {
  const world = bootWorld(small);
  advance(world, 5);
  const [gone] = apply(world, pod('gone', asking('3')));
  const saved = world.save();
  // The pod is deleted at each moment in turn, until at one the scheduler has heard of the pod and not of its end.
  for (let delayMs = 0; delayMs < 200 && world.decisions({ pod: 'gone' }).length === 0; delayMs += 1) {
    world.load(saved);
    advance(world, delayMs / 1000);
    request(world, 'DELETE', '/api/v1/namespaces/default/pods/gone');
    apply(world, pod('next', asking('3')));
    advance(world, 1);
  }
  expect(eventsOf(world, gone!)).toEqual([
    'FailedScheduling: running Bind plugin "DefaultBinder": pods "gone" not found',
  ]);
  expect(world.decisions({ pod: 'gone' }).map(({ outcome }) => outcome)).toEqual(['scheduled']);
  expect(find(world, 'next').spec?.nodeName).toBeDefined();
});
