/** Facts about spreading and affinity that upstream's tables hold, beyond the recorded vectors. */
import { describe, expect, it } from 'vitest';
import type { KubeObject, Stored } from '../../../src/sim/api/object.ts';
import { makePlugin, type PluginArgs } from '../../../src/sim/scheduler/index.ts';
import type { PluginName } from '../../../src/sim/scheduler/plugins/registry.ts';
import { clusterOf, describedPod, type ClusterDescription } from '../../../src/node/conformance/cluster.ts';

type Labels = Readonly<Record<string, string>>;
const node = (name: string, labels: Labels, spec: object = {}): KubeObject =>
  ({ metadata: { name, labels }, spec }) as KubeObject;
const pod = (
  name: string,
  on: string | undefined,
  labels: Labels,
  spec: object = {},
  metadata: object = {},
): KubeObject =>
  ({
    metadata: { name, labels, ...metadata },
    spec: { ...spec, ...(on ? { nodeName: on } : {}) },
  }) as unknown as KubeObject;
const twoZones = [
  node('a', { zone: 'zone1', node: 'a' }),
  node('b', { zone: 'zone1', node: 'b' }),
  node('x', { zone: 'zone2', node: 'x' }),
  node('y', { zone: 'zone2', node: 'y' }),
];

const SHORT: Readonly<Record<string, string>> = { Unschedulable: 'no', UnschedulableAndUnresolvable: 'never' };

/** Of each node `yes`, `no`, or `never`; `Skip` when the plugin has nothing to filter. */
function filter(name: PluginName, target: KubeObject, description: ClusterDescription, args: PluginArgs = {}): string {
  const plugin = makePlugin(name, args);
  const [info, cluster] = [describedPod(target), clusterOf(description)];
  const prepared = plugin.preFilter!(info, cluster);
  if (prepared?.isSkipped) return 'Skip';
  return cluster.nodes
    .map((item) => [item.name, plugin.filter!(info, item, prepared?.state, cluster)] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([at, status]) => `${at} ${status ? SHORT[status.code] : 'yes'}`)
    .join(', ');
}

/** The normalised scores of the nodes, in their order. */
function scores(name: PluginName, target: KubeObject, description: ClusterDescription, args: PluginArgs = {}): string {
  const plugin = makePlugin(name, args);
  const [info, cluster] = [describedPod(target), clusterOf(description)];
  const nodes = description.nodes.map(({ metadata }) => cluster.node(metadata!.name!)!);
  const prepared = plugin.preScore!(info, nodes, cluster);
  if (prepared?.isSkipped) return 'Skip';
  const raw = nodes.map((item) => plugin.score!(info, item, prepared?.state, cluster));
  return plugin.normalize!(raw, prepared?.state, nodes).join(' ');
}

describe('PodTopologySpread (podtopologyspread/{filtering,scoring}_test.go)', () => {
  const exists = (key: string): object => ({ matchExpressions: [{ key, operator: 'Exists' }] });
  const constraint = (topologyKey: string, more: object = {}): object => ({
    ...{ maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: exists('foo') },
    ...more,
  });
  const soft = (topologyKey: string, more: object = {}): object =>
    constraint(topologyKey, { whenUnsatisfiable: 'ScheduleAnyway', ...more });
  const spread = (...topologySpreadConstraints: readonly object[]): KubeObject =>
    pod('p', undefined, { foo: '' }, { topologySpreadConstraints });
  const foo = (...places: readonly string[]): readonly KubeObject[] =>
    places.map((on, index) => pod(`p-${on}${index}`, on, { foo: '' }));
  const say = (target: KubeObject, pods: readonly KubeObject[], nodes: readonly KubeObject[] = twoZones): string =>
    filter('PodTopologySpread', target, { nodes, pods });

  it('counts what is on nodes, and allows a skew', () => {
    expect(say(spread(constraint('zone')), foo('a', 'b', 'x'))).toBe('a no, b no, x yes, y yes');
    expect(say(spread(constraint('node')), foo('a', 'a', 'b', 'y', 'y', 'y'))).toBe('a no, b no, x yes, y no');
    expect(say(spread(constraint('zone', { maxSkew: 2 })), foo('a', 'b', 'x'))).toBe('a yes, b yes, x yes, y yes');
  });

  it('never takes a node without one of the keys, and counts nothing there', () => {
    const nodes = [...twoZones.slice(0, 3), node('y', { zone: 'zone2' })];
    expect(say(spread(constraint('zone'), constraint('node')), foo('a', 'y', 'y'), nodes)).toBe(
      'a no, b no, x yes, y never',
    );
  });

  it('takes the emptiest for empty while domains are too few', () => {
    expect(say(spread(constraint('zone', { minDomains: 3 })), foo('a', 'x'))).toBe('a no, b no, x no, y no');
    expect(say(spread(constraint('zone', { minDomains: 2 })), foo('a', 'x'))).toBe('a yes, b yes, x yes, y yes');
  });

  it('does not count pods that go, pods of other namespaces, or by a selector that is empty or missing', () => {
    const going = pod('gone', 'a', { foo: '' }, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    const elsewhere = pod('other', 'a', { foo: '' }, {}, { namespace: 'ns1' });
    expect(say(spread(constraint('zone')), [going, elsewhere])).toBe('a yes, b yes, x yes, y yes');
    // An empty selector matches the pod itself and counts nobody; without one nothing is matched.
    expect(say(spread(constraint('zone', { labelSelector: {} })), foo('a', 'a', 'a'))).toBe(
      'a yes, b yes, x yes, y yes',
    );
    expect(say(spread(constraint('zone', { labelSelector: undefined })), foo('a', 'a'))).toBe(
      'a yes, b yes, x yes, y yes',
    );
  });

  it('counts nodes that the pod could not be on as the policies say', () => {
    const picky = (policy: object): KubeObject =>
      pod(
        'p',
        undefined,
        { foo: '' },
        { nodeSelector: { zone: 'zone1' }, topologySpreadConstraints: [constraint('node', policy)] },
      );
    expect(say(picky({}), foo('a', 'b'))).toBe('a yes, b yes, x yes, y yes');
    expect(say(picky({ nodeAffinityPolicy: 'Ignore' }), foo('a', 'b'))).toBe('a no, b no, x yes, y yes');
    const tainted = [
      node('a', { node: 'a' }),
      node('b', { node: 'b' }, { taints: [{ key: 't', effect: 'NoSchedule' }] }),
    ];
    expect(say(spread(constraint('node')), foo('a'), tainted)).toBe('a no, b yes');
    expect(say(spread(constraint('node', { nodeTaintsPolicy: 'Honor' })), foo('a'), tainted)).toBe('a yes, b yes');
  });

  it('selects by the keys of labels too, and by them alone where there is no selector', () => {
    const keyed = (more: object): KubeObject =>
      pod(
        'p',
        undefined,
        { foo: '', rev: '2' },
        { topologySpreadConstraints: [constraint('zone', { matchLabelKeys: ['rev'], ...more })] },
      );
    const pods = [pod('old', 'a', { foo: '', rev: '1' }), pod('new', 'x', { foo: '', rev: '2' })];
    expect(say(keyed({}), pods)).toBe('a yes, b yes, x no, y no');
    expect(say(keyed({ labelSelector: undefined }), pods)).toBe('a yes, b yes, x no, y no');
  });

  const listed = {
    defaultingType: 'List',
    defaultConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
  } as const;
  const owned = (kind: string, apiVersion: string): object => ({
    ownerReferences: [{ kind, apiVersion, name: 'owner', controller: true, uid: 'u' }],
  });

  it('spreads pods without constraints by default ones, over what their Services and owners select', () => {
    const by = (target: KubeObject, more: Partial<ClusterDescription>): string =>
      filter('PodTopologySpread', target, { nodes: twoZones, pods: foo('a'), ...more }, { PodTopologySpread: listed });
    const plain = pod('p', undefined, { foo: '' });
    const service = (selector: Labels): KubeObject =>
      ({ metadata: { name: 's' }, spec: { selector } }) as unknown as KubeObject;
    const set = { metadata: { name: 'owner' }, spec: { selector: exists('foo') } } as unknown as KubeObject;
    const fooed = 'a no, b no, x yes, y yes';
    expect(by(plain, {})).toBe('Skip');
    expect(by(plain, { services: [service({ foo: '' })] })).toBe(fooed);
    expect(by(plain, { services: [service({ bar: '' })] })).toBe('Skip');
    expect(by(pod('p', undefined, { foo: '' }, {}, owned('ReplicaSet', 'apps/v1')), { replicasets: [set] })).toBe(
      fooed,
    );
    expect(by(pod('p', undefined, { foo: '' }, {}, owned('ReplicaSet', 'other/v1')), { replicasets: [set] })).toBe(
      'Skip',
    );
    // Its own constraints, even soft ones, stand in for the default ones.
    expect(by(spread(soft('zone')), { services: [service({ foo: '' })] })).toBe('Skip');
  });

  it('reads the selectors of StatefulSets and ReplicationControllers', () => {
    for (const [kind, apiVersion, resource, selector] of [
      ['StatefulSet', 'apps/v1', 'statefulsets.apps', exists('foo')],
      ['ReplicationController', 'v1', 'replicationcontrollers', { foo: '' }],
    ] as const) {
      const cluster = clusterOf({ nodes: twoZones, pods: foo('a') });
      const object = { metadata: { name: 'owner', namespace: 'default' }, spec: { selector } } as unknown as Stored;
      cluster.apply({ kind: 'object', resource, key: 'default/owner', object });
      const plugin = makePlugin('PodTopologySpread', { PodTopologySpread: listed });
      const info = describedPod(pod('p', undefined, { foo: '' }, {}, owned(kind, apiVersion)));
      const { state } = plugin.preFilter!(info, cluster)!;
      expect(plugin.filter!(info, cluster.node('a')!, state, cluster)?.code, kind).toBe('Unschedulable');
      expect(plugin.filter!(info, cluster.node('x')!, state, cluster), kind).toBeUndefined();
    }
  });

  it('scores emptier domains higher, smaller skews more', () => {
    const say = (target: KubeObject, pods: readonly KubeObject[]): string =>
      scores('PodTopologySpread', target, { nodes: twoZones, pods });
    expect(say(spread(soft('node')), [])).toBe('100 100 100 100');
    expect(say(spread(soft('node')), foo('a', 'a', 'b', 'y', 'y', 'y'))).toBe('20 60 100 0');
    expect(say(spread(constraint('zone')), foo('a'))).toBe('Skip');
  });

  it('gives nothing to nodes without a key, and does not count them', () => {
    const nodes = [node('a', { node: 'a' }), node('b', {}), node('x', { node: 'x' })];
    expect(scores('PodTopologySpread', spread(soft('node')), { nodes, pods: foo('a', 'b', 'b') })).toBe('0 0 100');
  });

  it('scores nodes without a zone by their pods alone under the system’s constraints', () => {
    const host = 'kubernetes.io/hostname';
    const nodes = ['a', 'b'].map((name) => node(name, { [host]: name }));
    const services = [{ metadata: { name: 's' }, spec: { selector: { foo: '' } } }] as unknown as KubeObject[];
    const plain = pod('p', undefined, { foo: '' });
    expect(scores('PodTopologySpread', plain, { nodes, pods: foo('a', 'a'), services })).toMatch(/^\d+ 100$/);
    expect(scores('PodTopologySpread', plain, { nodes, pods: foo('a', 'a') })).toBe('Skip');
  });
});

describe('InterPodAffinity (interpodaffinity/{filtering,scoring}_test.go)', () => {
  const term = (topologyKey: string, app: string, more: object = {}): object => ({
    ...{ topologyKey, labelSelector: { matchLabels: { app } } },
    ...more,
  });
  const required = (kind: 'podAffinity' | 'podAntiAffinity', ...terms: readonly object[]): object => ({
    affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
  });
  const preferred = (kind: 'podAffinity' | 'podAntiAffinity', weight: number, podAffinityTerm: object): object => ({
    affinity: { [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] } },
  });
  const p = (spec: object, app = 'p'): KubeObject => pod('p', undefined, { app }, spec);
  const namespaces: ClusterDescription['namespaces'] = [
    { name: 'default', labels: { team: 'mine' } },
    { name: 'ns1', labels: { team: 'x' } },
    { name: 'ns2', labels: {} },
  ];
  const say = (target: KubeObject, pods: readonly KubeObject[], nodes: readonly KubeObject[] = twoZones): string =>
    filter('InterPodAffinity', target, { nodes, pods, namespaces });

  it('wants its friends in the domain, and never takes a node without them', () => {
    expect(say(p(required('podAffinity', term('zone', 'db'))), [pod('db', 'a', { app: 'db' })])).toBe(
      'a yes, b yes, x never, y never',
    );
    const both = required('podAffinity', term('zone', 'db'), term('zone', 'web'));
    // One pod has to be meant by all terms.
    expect(say(p(both), [pod('db', 'a', { app: 'db' }), pod('web', 'a', { app: 'web' })])).toBe(
      'a never, b never, x never, y never',
    );
  });

  it('lets the first of a group begin, but only where the keys are', () => {
    const self = required('podAffinity', term('zone', 'p'), term('node', 'p'));
    const nodes = [...twoZones.slice(0, 3), node('y', { zone: 'zone2' })];
    expect(say(p(self), [], nodes)).toBe('a yes, b yes, x yes, y never');
    expect(say(p(required('podAffinity', term('zone', 'other'))), [])).toBe('a never, b never, x never, y never');
    // Once there is one of the group somewhere, the next has to join it.
    expect(say(p(self), [pod('one', 'a', { app: 'p' })], nodes)).toBe('a yes, b never, x never, y never');
  });

  it('stays away from whom any of its terms means, and takes nodes without the key', () => {
    const away = required('podAntiAffinity', term('zone', 'db'), term('node', 'web'));
    const pods = [pod('db', 'a', { app: 'db' }), pod('web', 'x', { app: 'web' })];
    expect(say(p(away), pods)).toBe('a no, b no, x no, y yes');
    expect(say(p(away), [pod('db', 'a', { app: 'db' })], [node('a', {}), node('b', {})])).toBe('a yes, b yes');
  });

  it('respects those that stay away from it', () => {
    const hater = pod('hater', 'a', { app: 'h' }, required('podAntiAffinity', term('zone', 'p')));
    expect(say(p({}), [hater])).toBe('a no, b no, x yes, y yes');
    expect(say(p({}, 'other'), [hater])).toBe('Skip');
    const abroad = pod('hater', 'a', { app: 'h' }, required('podAntiAffinity', term('zone', 'p')), {
      namespace: 'ns1',
    });
    expect(say(p({}), [abroad])).toBe('Skip');
    const reaching = (more: object): KubeObject =>
      pod('hater', 'a', { app: 'h' }, required('podAntiAffinity', term('zone', 'p', more)), { namespace: 'ns1' });
    expect(say(p({}), [reaching({ namespaces: ['default'] })])).toBe('a no, b no, x yes, y yes');
    expect(say(p({}), [reaching({ namespaceSelector: {} })])).toBe('a no, b no, x yes, y yes');
    expect(say(p({}), [reaching({ namespaceSelector: { matchLabels: { team: 'mine' } } })])).toBe(
      'a no, b no, x yes, y yes',
    );
    expect(say(p({}), [reaching({ namespaceSelector: { matchLabels: { team: 'x' } } })])).toBe('Skip');
  });

  it('looks in its own namespace, those it names, and those it selects', () => {
    const pods = [pod('db', 'a', { app: 'db' }, {}, { namespace: 'ns1' })];
    const near = (more: object): string => say(p(required('podAffinity', term('zone', 'db', more))), pods);
    const [there, nowhere] = ['a yes, b yes, x never, y never', 'a never, b never, x never, y never'];
    expect(near({})).toBe(nowhere);
    expect(near({ namespaces: ['ns1'] })).toBe(there);
    expect(near({ namespaces: ['ns2'] })).toBe(nowhere);
    expect(near({ namespaceSelector: {} })).toBe(there);
    expect(near({ namespaceSelector: { matchLabels: { team: 'x' } } })).toBe(there);
    expect(near({ namespaceSelector: { matchLabels: { team: 'mine' } } })).toBe(nowhere);
    // A selector beside names adds to them; a term that names others no longer means its own namespace.
    expect(near({ namespaces: ['ns2'], namespaceSelector: { matchLabels: { team: 'x' } } })).toBe(there);
    expect(
      say(p(required('podAffinity', term('zone', 'db', { namespaces: ['ns2'] }))), [pod('db', 'a', { app: 'db' })]),
    ).toBe(nowhere);
  });

  it('means nobody without a selector of labels', () => {
    const blank = required('podAntiAffinity', { topologyKey: 'zone' });
    expect(say(p(blank), [pod('db', 'a', { app: 'db' })])).toBe('a yes, b yes, x yes, y yes');
    const all = required('podAntiAffinity', { topologyKey: 'zone', labelSelector: {} });
    expect(say(p(all), [pod('db', 'a', { app: 'db' })])).toBe('a no, b no, x yes, y yes');
  });

  it('scores by the weights of its own terms and of those of others', () => {
    const value = (target: KubeObject, pods: readonly KubeObject[], args: object = {}): string =>
      scores('InterPodAffinity', target, { nodes: twoZones, pods, namespaces }, { InterPodAffinity: args });
    const db = pod('db', 'a', { app: 'db' });
    expect(value(p({}), [db])).toBe('Skip');
    expect(value(p(preferred('podAffinity', 5, term('zone', 'db'))), [db])).toBe('100 100 0 0');
    expect(value(p(preferred('podAntiAffinity', 5, term('node', 'db'))), [db])).toBe('0 100 100 100');
    const fond = pod('fond', 'x', { app: 'f' }, preferred('podAffinity', 3, term('node', 'p')));
    expect(value(p({}), [fond])).toBe('0 0 100 0');
    expect(value(p({}), [fond], { ignorePreferredTermsOfExistingPods: true })).toBe('Skip');
    const bound = pod('bound', 'x', { app: 'b' }, required('podAffinity', term('zone', 'p')));
    expect(value(p({}), [bound])).toBe('0 0 100 100');
    expect(value(p({}), [bound], { hardPodAffinityWeight: 0 })).toBe('Skip');
    // Weights that cancel each other leave a score, and all nodes alike.
    const loath = pod('loath', 'x', { app: 'l' }, preferred('podAntiAffinity', 3, term('node', 'p')));
    expect(value(p({}), [fond, loath])).toBe('0 0 0 0');
  });
});
