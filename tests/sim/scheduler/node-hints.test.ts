/**
 * Which event makes which pod worth another try: the queueing hints, by plugin and event.
 * Upstream: Test_isSchedulableAfter… in pkg/scheduler/framework/plugins/<plugin>/*_test.go.
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import type { Stored } from '../../../src/sim/api/object.ts';
import { isWorthRetrying, nodeActions, podActions, type ClusterEvent } from '../../../src/sim/scheduler/hints.ts';
import { ClusterState, makePlugin, PodInfo, type PluginArgs } from '../../../src/sim/scheduler/index.ts';
import type { PluginName } from '../../../src/sim/scheduler/plugins/registry.ts';

type Amounts = Readonly<Record<string, string>>;

const pod = (uid: string, spec: object, status: object = {}): Stored<Pod> =>
  ({ metadata: { name: uid, namespace: 'default', uid }, spec, status }) as unknown as Stored<Pod>;

const asking = (uid: string, requests: Amounts, more: object = {}): Stored<Pod> =>
  pod(uid, { containers: [{ name: 'main', resources: { requests } }], ...more });

const asWhole = (uid: string, requests: Amounts, more: object = {}): Stored<Pod> =>
  pod(uid, { containers: [{ name: 'main' }], resources: { requests }, ...more });

const node = (allocatable: Amounts, more: { labels?: Amounts; spec?: object } = {}): Stored<Node> =>
  ({
    metadata: { name: 'node', uid: 'node', labels: more.labels ?? {} },
    spec: more.spec ?? {},
    status: { allocatable: { pods: '32', ...allocatable } },
  }) as unknown as Stored<Node>;

const onNode = { nodeName: 'node' };

/** What the watches of the scheduler make of an old and a new object. */
function eventsOf(
  resource: 'node' | 'pod',
  old: Stored | undefined,
  next: Stored | undefined,
): readonly ClusterEvent[] {
  const of = (next ?? old) as Stored<Pod>;
  const kind =
    resource === 'node' ? 'node' : of.spec?.nodeName || of.status?.nominatedNodeName ? 'assigned' : 'waiting';
  const both = { ...(old ? { old } : {}), ...(next ? { next } : {}) };
  if (!old) return [{ resource: kind, action: 'Add', ...both }];
  if (!next) return [{ resource: kind, action: 'Delete', ...both }];
  const actions =
    resource === 'node'
      ? nodeActions(old as Stored<Node>, next as Stored<Node>)
      : podActions(old as Stored<Pod>, next as Stored<Pod>);
  return actions.map((action) => ({ resource: kind, action, ...both }));
}

interface Case {
  readonly name: string;
  readonly of: Stored<Pod>;
  readonly resource: 'node' | 'pod';
  readonly old?: Stored;
  readonly next?: Stored;
  readonly isWorth: boolean;
  readonly args?: PluginArgs;
}

function check(plugin: PluginName, cases: readonly Case[]): void {
  describe(plugin, () => {
    it.each(cases)('$name', ({ of, resource, old, next, isWorth, args }) => {
      const { hints } = makePlugin(plugin, args ?? {});
      const events = eventsOf(resource, old, next);
      const found = events.some((event) => isWorthRetrying(hints, PodInfo.of(of), event, new ClusterState()));
      expect(found).toBe(isWorth);
    });
  });
}

const wants = (requests: Amounts): Stored<Pod> => asking('pod', requests);

check('NodeResourcesFit', [
  {
    name: 'any deletion of a pod on a node',
    ...{ of: wants({ cpu: '1' }), resource: 'pod', old: asking('other', { cpu: '1' }, onNode), isWorth: true },
  },
  {
    name: 'not the deletion of a pod that waits, too',
    ...{ of: wants({ cpu: '1' }), resource: 'pod', old: asking('other', { cpu: '1' }), isWorth: false },
  },
  {
    name: 'the deletion of a pod that was nominated to a node',
    of: wants({ cpu: '1' }),
    ...{ resource: 'pod', old: pod('other', { containers: [] }, { nominatedNodeName: 'node' }), isWorth: true },
  },
  ...(
    [
      ['cpu that it asks for too', { cpu: '1' }, { cpu: '2' }, { cpu: '1' }, true],
      ['memory, when it asks for cpu', { cpu: '1' }, { memory: '2' }, { memory: '1' }, false],
      [
        'ephemeral storage',
        { 'ephemeral-storage': '1' },
        { 'ephemeral-storage': '2' },
        { 'ephemeral-storage': '1' },
        true,
      ],
      ['an extended resource', { 'a.com/gpu': '1' }, { 'a.com/gpu': '2' }, { 'a.com/gpu': '1' }, true],
      ['more of it', { cpu: '1' }, { cpu: '1' }, { cpu: '2' }, false],
    ] as const
  ).map(([what, own, before, after, isWorth]) => ({
    name: `a pod on a node gives back ${what}`,
    ...{ of: wants(own), resource: 'pod' as const, isWorth },
    ...{ old: asking('other', before, onNode), next: asking('other', after, onNode) },
  })),
  {
    name: 'a pod on a node gives back what it had as a whole',
    ...{ of: asWhole('pod', { cpu: '1' }), resource: 'pod', isWorth: true },
    ...{ old: asWhole('other', { cpu: '2' }, onNode), next: asWhole('other', { cpu: '1' }, onNode) },
  },
  {
    name: 'a pod that waits asks for less itself',
    of: wants({ cpu: '1' }),
    ...{ resource: 'pod', old: asking('pod', { cpu: '2' }), next: asking('pod', { cpu: '1' }), isWorth: true },
  },
  {
    name: 'another pod that waits asks for less',
    of: wants({ cpu: '1' }),
    ...{ resource: 'pod', old: asking('other', { cpu: '2' }), next: asking('other', { cpu: '1' }), isWorth: false },
  },
  ...(
    [
      ['added without room enough', { memory: '2' }, undefined, { memory: '1' }, false],
      ['added without what is asked for', { 'a.com/a': '1' }, undefined, { 'a.com/b': '1' }, false],
      ['added with room', { memory: '2', 'a.com/a': '1' }, undefined, { memory: '4', 'a.com/a': '2' }, true],
      ['with more of other things', { memory: '2' }, { memory: '2' }, { memory: '2', 'a.com/b': '2' }, false],
      ['with more of what is asked for', { memory: '2' }, { memory: '2' }, { memory: '3' }, true],
      ['with too little now', { memory: '2' }, { memory: '4' }, { memory: '1' }, false],
      ['with enough now', { memory: '2' }, { memory: '1' }, { memory: '4' }, true],
      ['with places for more pods', {}, { pods: '1' }, { pods: '2' }, true],
      ['with more of what nobody asks for', { 'a.com/a': '0' }, { 'a.com/a': '1' }, { 'a.com/a': '2' }, false],
    ] as readonly (readonly [string, Amounts, Amounts | undefined, Amounts, boolean])[]
  ).map(([what, own, before, after, isWorth]) => ({
    name: `a node ${what}`,
    ...{ of: wants(own), resource: 'node' as const, isWorth },
    ...{ ...(before ? { old: node(before) } : {}), next: node(after) },
  })),
  {
    name: 'a node without what the arguments ignore: asked here about everything',
    of: wants({ 'a.com/a': '1' }),
    args: { NodeResourcesFit: { ignoredResources: ['a.com/a'] } },
    ...{ resource: 'node', next: node({}), isWorth: false },
  },
  {
    name: 'not a change of labels',
    of: wants({ cpu: '1' }),
    ...{ resource: 'node', old: node({ cpu: '2' }), next: node({ cpu: '2' }, { labels: { a: 'b' } }), isWorth: false },
  },
]);

const taint = (value: string): object => ({ key: 'dedicated', value, effect: 'NoSchedule' });
const tainted = (...values: string[]): Stored<Node> => node({}, { spec: { taints: values.map(taint) } });
const tolerating = pod('pod', {
  containers: [],
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'user2', effect: 'NoSchedule' }],
});
const plain = pod('pod', { containers: [] });
const withToleration = (uid: string, key: string): Stored<Pod> =>
  pod(uid, { containers: [], tolerations: [{ key, operator: 'Exists', effect: 'NoSchedule' }] });

check('TaintToleration', [
  { name: 'a node added with a taint', of: tolerating, resource: 'node', next: tainted('user1'), isWorth: false },
  {
    name: 'a node added with a taint that is tolerated',
    of: tolerating,
    resource: 'node',
    next: tainted('user2'),
    isWorth: true,
  },
  {
    name: 'a node with one taint more',
    of: tolerating,
    ...{ resource: 'node', old: tainted('user1'), next: tainted('user1', 'user3'), isWorth: false },
  },
  {
    name: 'a node whose taint is tolerated now',
    of: tolerating,
    ...{ resource: 'node', old: tainted('user1'), next: tainted('user2'), isWorth: true },
  },
  {
    name: 'a node whose taints were tolerated before',
    of: tolerating,
    ...{ resource: 'node', old: tainted('user2'), next: tainted(), isWorth: false },
  },
  {
    name: 'a toleration of its own',
    of: plain,
    ...{ resource: 'pod', old: plain, next: withToleration('pod', 'foo'), isWorth: true },
  },
  {
    name: 'a toleration of another pod',
    of: plain,
    ...{ resource: 'pod', old: pod('other', { containers: [] }), next: withToleration('other', 'foo'), isWorth: false },
  },
]);

const cordoned = node({}, { spec: { unschedulable: true } });
const open = node({});
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

check('NodeUnschedulable', [
  { name: 'a cordoned node added', of: plain, resource: 'node', next: cordoned, isWorth: false },
  { name: 'a node added', of: plain, resource: 'node', next: open, isWorth: true },
  { name: 'a node cordoned', of: plain, resource: 'node', old: open, next: cordoned, isWorth: false },
  { name: 'a node open again', of: plain, resource: 'node', old: cordoned, next: open, isWorth: true },
  {
    name: 'another change of an open node',
    of: plain,
    ...{ resource: 'node', old: open, next: tainted('user1'), isWorth: false },
  },
  {
    name: 'the toleration of cordoned nodes',
    of: withToleration('pod', UNSCHEDULABLE),
    ...{ resource: 'pod', old: plain, next: withToleration('pod', UNSCHEDULABLE), isWorth: true },
  },
  {
    name: 'another toleration',
    of: withToleration('pod', 'foo'),
    ...{ resource: 'pod', old: plain, next: withToleration('pod', 'foo'), isWorth: false },
  },
]);

const inZone = (zone?: string): Stored<Node> => node({}, zone ? { labels: { zone } } : {});
const zoneTerm = (zone: string): object => ({
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] }],
  },
});
const bound = pod('pod', { containers: [], affinity: { nodeAffinity: zoneTerm('zone1') } });
const enforcing: PluginArgs = { NodeAffinity: { addedAffinity: zoneTerm('zone1') } };

check('NodeAffinity', [
  { name: 'a node added elsewhere', of: bound, resource: 'node', next: inZone('zone2'), isWorth: false },
  { name: 'a node added in the zone', of: bound, resource: 'node', next: inZone('zone1'), isWorth: true },
  {
    name: 'a node that gets the label',
    of: bound,
    resource: 'node',
    old: inZone(),
    next: inZone('zone1'),
    isWorth: true,
  },
  {
    name: 'a node that gets another',
    of: bound,
    resource: 'node',
    old: inZone(),
    next: inZone('zone2'),
    isWorth: false,
  },
  {
    name: 'a node that matched before',
    of: bound,
    ...{
      resource: 'node',
      old: inZone('zone1'),
      next: node({}, { labels: { zone: 'zone1', a: 'b' } }),
      isWorth: false,
    },
  },
  {
    name: 'a node added where the configuration allows none',
    of: plain,
    ...{ args: enforcing, resource: 'node', next: inZone('zone2'), isWorth: false },
  },
  {
    name: 'a node added where the configuration allows it',
    of: plain,
    ...{ args: enforcing, resource: 'node', next: inZone('zone1'), isWorth: true },
  },
]);

const port = (uid: string, hostPort: number, more: object = {}): Stored<Pod> =>
  pod(uid, { containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort }] }], ...more });

check('NodePorts', [
  { name: 'a pod gone that waited', of: port('pod', 8080), resource: 'pod', old: port('other', 8080), isWorth: false },
  {
    name: 'a pod gone without ports',
    of: port('pod', 8080),
    resource: 'pod',
    old: pod('o', { containers: [], ...onNode }),
    isWorth: false,
  },
  {
    name: 'another port free',
    of: port('pod', 8080),
    resource: 'pod',
    old: port('other', 8081, onNode),
    isWorth: false,
  },
  { name: 'its port free', of: port('pod', 8080), resource: 'pod', old: port('other', 8080, onNode), isWorth: true },
  { name: 'any node added', of: port('pod', 8080), resource: 'node', next: open, isWorth: true },
  { name: 'not a node changed', of: port('pod', 8080), resource: 'node', old: cordoned, next: open, isWorth: false },
]);

check('NodeName', [
  { name: 'any node added', of: plain, resource: 'node', next: open, isWorth: true },
  { name: 'not a node changed', of: plain, resource: 'node', old: cordoned, next: open, isWorth: false },
]);

describe('what changes of an object are told apart', () => {
  it('on a node: allocatable, labels, taints with the cordon, and nothing else', () => {
    const noted = { ...open, metadata: { ...open.metadata, annotations: { a: 'b' } } };
    const reporting = { ...open, status: { ...open.status, conditions: [{ type: 'Ready', status: 'True' }] } };
    const all = node({ cpu: '1' }, { labels: { a: 'b' }, spec: { taints: [taint('user1')] } });
    expect(nodeActions(open, cordoned)).toEqual(['UpdateNodeTaint']);
    expect(nodeActions(open, tainted('user1'))).toEqual(['UpdateNodeTaint']);
    expect(nodeActions(open, all)).toEqual(['UpdateNodeAllocatable', 'UpdateNodeLabel', 'UpdateNodeTaint']);
    expect([...nodeActions(open, noted), ...nodeActions(open, reporting)]).toEqual([]);
  });

  it('on a pod: labels, less asked for, tolerations, and the last gate gone', () => {
    const gated = (names: readonly string[]): Stored<Pod> =>
      pod('pod', { containers: [], schedulingGates: names.map((name) => ({ name })) });
    const labelled = { ...plain, metadata: { ...plain.metadata, labels: { a: 'b' } } };
    expect(podActions(plain, labelled)).toEqual(['UpdatePodLabel']);
    expect(podActions(plain, withToleration('pod', 'foo'))).toEqual(['UpdatePodToleration']);
    expect(podActions(gated(['a', 'b']), gated(['a']))).toEqual([]);
    expect(podActions(gated(['a']), gated([]))).toEqual(['UpdatePodSchedulingGatesEliminated']);
    expect(podActions(wants({ cpu: '2', memory: '1' }), wants({ cpu: '1', memory: '2' }))).toEqual([
      'UpdatePodScaleDown',
    ]);
    expect(podActions(wants({ 'a.com/gpu': '2' }), wants({ 'a.com/gpu': '1' }))).toEqual(['UpdatePodScaleDown']);
    expect(podActions(wants({ cpu: '1' }), wants({ cpu: '2' }))).toEqual([]);
  });

  it('on a pod that is resized: it has less only when the node has taken it back', () => {
    const resized = (asks: string, has: string): Stored<Pod> => ({
      ...asking('pod', { cpu: asks }, onNode),
      status: { containerStatuses: [{ name: 'main', resources: { requests: { cpu: has } } }] } as never,
    });
    expect(podActions(resized('2', '2'), resized('1', '2'))).toEqual([]);
    expect(podActions(resized('1', '2'), resized('1', '1'))).toEqual(['UpdatePodScaleDown']);
  });
});
