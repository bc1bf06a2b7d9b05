/** Which events are worth another try of a pod that a plugin has turned down: upstream's tables of queueing hints. */
import type { Node, Pod, TopologySpreadConstraint, Volume } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import { ClusterState, makePlugin, PodInfo, type PluginArgs } from '../../../src/sim/scheduler/index.ts';
import type { PluginName } from '../../../src/sim/scheduler/plugins/registry.ts';
import type { Stored } from '../../../src/sim/api/object.ts';
import { isWorthRetrying, nodeActions, podActions, type ClusterEvent } from '../../../src/sim/scheduler/hints.ts';

type Labels = Readonly<Record<string, string>>;
const pod = (name: string, spec: object = {}, labels: Labels = {}, namespace = 'default'): Stored<Pod> =>
  ({ metadata: { name, uid: `${namespace}/${name}`, namespace, labels }, spec }) as unknown as Stored<Pod>;
const placed = (labels: Labels, more: object = {}, namespace = 'default'): Stored<Pod> =>
  pod('other', { nodeName: 'fake-node', ...more }, labels, namespace);
const node = (labels: Labels, taints: readonly object[] = []): Stored<Node> =>
  ({ metadata: { name: 'node-a', uid: 'node-a', labels }, spec: { taints } }) as unknown as Stored<Node>;
const object = (spec: object, metadata: object = {}): Stored => ({ metadata, spec }) as unknown as Stored;

/** What the plugin says to an event, or to a change of which one event would do. */
function hintOf(
  name: PluginName,
  target: Stored<Pod>,
  resource: ClusterEvent['resource'],
  old: Stored | undefined,
  next: Stored | undefined,
  args: PluginArgs = {},
): boolean {
  const { hints } = makePlugin(name, args);
  const actions = (): readonly ClusterEvent['action'][] => {
    if (!old) return ['Add'];
    if (!next) return ['Delete'];
    if (resource === 'node') return nodeActions(old as Stored<Node>, next as Stored<Node>);
    if (resource === 'assigned' || resource === 'waiting') return podActions(old as Stored<Pod>, next as Stored<Pod>);
    return ['Update'];
  };
  return actions().some((action) =>
    isWorthRetrying(
      hints,
      PodInfo.of(target),
      { resource, action, ...(old ? { old } : {}), ...(next ? { next } : {}) },
      new ClusterState(),
    ),
  );
}

type Case<T> = readonly [what: string, expected: boolean, old: T | undefined, next: T | undefined];

describe('PodTopologySpread (podtopologyspread/plugin_test.go)', () => {
  const spread = (key: string, label: string, more: object = {}): TopologySpreadConstraint => ({
    ...{ maxSkew: 1, topologyKey: key, whenUnsatisfiable: 'DoNotSchedule', ...more },
    labelSelector: { matchExpressions: [{ key: label, operator: 'Exists' }] },
  });
  const zone = pod('p', { topologySpreadConstraints: [spread('zone', 'foo')] }, { foo: '' });
  const both = pod('p', { topologySpreadConstraints: [spread('zone', 'foo'), spread('node', 'bar')] }, { foo: '' });

  const nodes: readonly (readonly [Stored<Pod>, ...Case<Stored<Node>>])[] = [
    [zone, 'its domain changes', true, node({ zone: 'zone1' }), node({ zone: 'zone2' })],
    [zone, 'a label of a node without the key changes', false, node({ foo: 'bar1' }), node({ foo: 'bar2' })],
    [zone, 'an unrelated label changes', false, node({ zone: 'zone1' }), node({ zone: 'zone1', foo: 'bar' })],
    [zone, 'a node without the key comes', false, undefined, node({ foo: 'bar' })],
    [zone, 'a node with the key comes', true, undefined, node({ zone: 'zone1' })],
    [zone, 'a node without the key goes', false, node({ foo: 'bar' }), undefined],
    [zone, 'a node with the key goes', true, node({ zone: 'zone1' }), undefined],
    [both, 'a node with one key of two comes', false, undefined, node({ zone: 'zone1' })],
    [both, 'one domain of two changes', true, node({ zone: 'z', node: 'n1' }), node({ zone: 'z', node: 'n2' })],
    [both, 'a node gets its second key', true, node({ zone: 'z' }), node({ zone: 'z', node: 'n2' })],
    [
      zone,
      'taints of a counted node change',
      true,
      node({ zone: 'z' }),
      node({ zone: 'z' }, [{ key: 'a', effect: 'NoSchedule' }]),
    ],
    [zone, 'taints of another node change', false, node({}), node({}, [{ key: 'a', effect: 'NoSchedule' }])],
  ];
  for (const [target, what, expected, old, next] of nodes)
    it(`node: ${what}`, () => {
      expect(hintOf('PodTopologySpread', target, 'node', old, next)).toBe(expected);
    });

  const pods: readonly (readonly [Stored<Pod>, ...Case<Stored<Pod>>])[] = [
    [zone, 'kin comes', true, undefined, placed({ foo: '' })],
    [zone, 'kin of another namespace comes', false, undefined, placed({ foo: '' }, {}, 'fake-namespace')],
    [zone, 'another pod comes', false, undefined, placed({ bar: '' })],
    [zone, 'kin goes', true, placed({ foo: '' }), undefined],
    [zone, 'another pod goes', false, placed({ bar: '' }), undefined],
    [zone, 'an unrelated label of kin changes', false, placed({ foo: '', bar: '1' }), placed({ foo: '', bar: '2' })],
    [zone, 'a pod becomes kin', true, placed({}), placed({ foo: '' })],
    [zone, 'a pod is kin no longer', true, placed({ foo: '' }), placed({})],
    [zone, 'kin stays kin by another value', false, placed({ foo: 'foo1' }), placed({ foo: 'foo2' })],
    [both, 'kin of one becomes that of both', true, placed({ foo: '' }), placed({ foo: '', bar: 'bar2' })],
    [both, 'kin of one becomes that of the other', true, placed({ foo: '' }), placed({ bar: '' })],
    [both, 'neither is concerned', false, placed({ foo: '' }), placed({ foo: '', baz: '' })],
  ];
  for (const [target, what, expected, old, next] of pods)
    it(`pod: ${what}`, () => {
      expect(hintOf('PodTopologySpread', target, 'assigned', old, next)).toBe(expected);
    });

  it('hears of the pod’s own labels and tolerations where they count', () => {
    const { spec } = zone;
    const tolerant = { ...spec, tolerations: [{ operator: 'Exists' }] };
    const own = (labels: Labels, more: object = spec!): Stored<Pod> => pod('p', more, labels);
    const hint = (target: Stored<Pod>, old: Stored<Pod>, next: Stored<Pod>): boolean =>
      hintOf('PodTopologySpread', target, 'waiting', old, next);
    expect(hint(zone, own({}), own({ foo: '' }))).toBe(true);
    expect(hint(zone, own({ foo: '1' }), own({ foo: '2' }))).toBe(false);
    expect(hint(zone, own({ foo: '' }), own({ foo: '' }, tolerant))).toBe(false);
    const honoring = pod('p', { topologySpreadConstraints: [spread('zone', 'foo', { nodeTaintsPolicy: 'Honor' })] });
    expect(hint(honoring, own({ foo: '' }), own({ foo: '' }, tolerant))).toBe(true);
  });
});

describe('InterPodAffinity (interpodaffinity/plugin_test.go)', () => {
  const term = (key: string, label: string, values: readonly string[]): object => ({
    topologyKey: key,
    labelSelector: {
      matchExpressions: [{ key: label, ...(values.length > 0 ? { operator: 'In', values } : { operator: 'Exists' }) }],
    },
  });
  const near = (...terms: readonly object[]): Stored<Pod> =>
    pod('p', { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } }, { app: 'p' });
  const away = (...terms: readonly object[]): Stored<Pod> =>
    pod(
      'p',
      { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } },
      { app: 'p' },
    );
  const scan = term('zone', 'service', ['securityscan', 'value2']);
  const [aaa, bbb] = [term('hostname', 'aaa', []), term('hostname', 'bbb', [])];
  const scanned = { service: 'securityscan' };

  const pods: readonly (readonly [Stored<Pod>, ...Case<Stored<Pod>>])[] = [
    [near(scan), 'a wanted pod comes', true, undefined, placed(scanned)],
    [near(scan), 'another pod comes', false, undefined, placed({ aaa: 'a' })],
    [near(scan), 'a pod becomes a wanted one', true, placed({ aaa: 'a' }), placed(scanned)],
    [near(scan), 'a wanted one stays one', false, placed({ service: 'value2' }), placed(scanned)],
    [near(scan), 'a wanted one is one no longer', false, placed(scanned), placed({ aaa: 'a' })],
    [near(aaa, bbb), 'one of two terms is met no longer', false, placed({ aaa: 'a' }), placed(scanned)],
    [near(aaa, bbb), 'both terms are met', true, placed({ aaa: 'a' }), placed({ aaa: '', bbb: '' })],
    [away(scan), 'a hated one is one no longer', true, placed(scanned), placed({ service: 'aaaa' })],
    [away(scan), 'a pod becomes a hated one', false, placed({ service: 'bbb' }), placed(scanned)],
    [away(scan), 'another pod goes', false, placed({ aaa: 'a' }), undefined],
    [away(scan), 'a hated one goes', true, placed(scanned), undefined],
    [near(scan), 'a wanted one goes', false, placed(scanned), undefined],
    [pod('p', {}, scanned), 'one that hates the pod goes', true, placed({}, away(scan).spec), undefined],
    [pod('p', {}, { app: 'p' }), 'one that hates others goes', false, placed({}, away(scan).spec), undefined],
  ];
  for (const [target, what, expected, old, next] of pods)
    it(`pod: ${what}`, () => {
      expect(hintOf('InterPodAffinity', target, 'assigned', old, next)).toBe(expected);
    });

  const nodes: readonly (readonly [Stored<Pod>, ...Case<Stored<Node>>])[] = [
    [near(scan), 'a node with the key comes', true, undefined, node({ zone: 'zone1' })],
    [near(scan), 'a node without the key comes', false, undefined, node({ region: 'r' })],
    [near(scan), 'another label changes', false, node({ aaa: 'a' }), node({ aaa: 'b' })],
    [near(scan), 'another label comes', false, node({ zone: 'zone1' }), node({ zone: 'zone1', more: 'x' })],
    [near(scan), 'the domain changes', true, node({ zone: 'zone1' }), node({ zone: 'zone2' })],
    [near(scan), 'the key comes', true, node({ aaa: 'a' }), node({ zone: 'zone1' })],
    [near(scan), 'the key goes', false, node({ zone: 'zone1' }), node({ aaa: 'a' })],
    [away(scan), 'a node with the key comes', true, undefined, node({ zone: 'zone1' })],
    [away(scan), 'a node without the key comes', true, undefined, node({})],
    [away(scan), 'another label comes', false, node({ zone: 'zone1' }), node({ zone: 'zone1', more: 'x' })],
    [away(scan), 'the domain changes', true, node({ zone: 'zone1' }), node({ zone: 'zone2' })],
    [away(scan), 'the key comes', false, node({ aaa: 'a' }), node({ zone: 'zone1' })],
    [away(scan), 'the key goes', true, node({ zone: 'zone1' }), node({ aaa: 'a' })],
    [pod('p'), 'a node comes for a pod that others hate', false, undefined, node({ zone: 'zone1' })],
  ];
  for (const [target, what, expected, old, next] of nodes)
    it(`node: ${what}`, () => {
      expect(hintOf('InterPodAffinity', target, 'node', old, next)).toBe(expected);
    });

  it('does not hear of the pod’s own labels', () => {
    expect(hintOf('InterPodAffinity', near(scan), 'waiting', near(scan), pod('p', near(scan).spec, scanned))).toBe(
      false,
    );
  });
});

describe('plugins of volumes', () => {
  const claim = (name: string): Volume => ({ name, persistentVolumeClaim: { claimName: name } });
  const using = (...volumes: readonly Volume[]): Stored<Pod> => pod('p', { volumes });
  const gone = (...volumes: readonly Volume[]): Stored<Pod> => placed({}, { volumes });
  const disk = (pdName: string, readOnly = false): Volume => ({ name: 'd', gcePersistentDisk: { pdName, readOnly } });
  const inTree: Volume = { name: 'd', azureDisk: { diskName: 'x', diskURI: '/disks/x' } };
  const made = (name: string, namespace = 'default'): Stored => object({}, { name, namespace });

  const cases: readonly (readonly [PluginName, Stored<Pod>, ClusterEvent['resource'], ...Case<Stored>])[] = [
    // volumerestrictions/volume_restrictions_test.go
    [
      'VolumeRestrictions',
      using(disk('a')),
      'assigned',
      'a pod with the same disk goes',
      true,
      gone(disk('a')),
      undefined,
    ],
    [
      'VolumeRestrictions',
      using(disk('a', true)),
      'assigned',
      'both only read',
      false,
      gone(disk('a', true)),
      undefined,
    ],
    [
      'VolumeRestrictions',
      using(disk('a')),
      'assigned',
      'one with another disk goes',
      false,
      gone(disk('b')),
      undefined,
    ],
    [
      'VolumeRestrictions',
      using(claim('a')),
      'assigned',
      'one with the same claim goes',
      true,
      gone(claim('a')),
      undefined,
    ],
    [
      ...(['VolumeRestrictions', using(disk('a')), 'assigned', 'one of another namespace goes', false] as const),
      placed({}, { volumes: [disk('a')] }, 'ns2'),
      undefined,
    ],
    [
      'VolumeRestrictions',
      using(claim('a')),
      'persistentvolumeclaims',
      'its claim is made',
      true,
      undefined,
      made('a'),
    ],
    [
      'VolumeRestrictions',
      using(claim('a')),
      'persistentvolumeclaims',
      'its claim changes',
      false,
      made('a'),
      made('a'),
    ],
    [
      'VolumeRestrictions',
      using(claim('a')),
      'persistentvolumeclaims',
      'of another namespace',
      false,
      undefined,
      made('a', 'ns2'),
    ],
    // nodevolumelimits/csi_test.go
    ['NodeVolumeLimits', using(claim('a')), 'assigned', 'a pod with a claim goes', true, gone(claim('b')), undefined],
    [
      'NodeVolumeLimits',
      using(claim('a')),
      'assigned',
      'one with a disk in its spec goes',
      true,
      gone(inTree),
      undefined,
    ],
    ['NodeVolumeLimits', using(claim('a')), 'assigned', 'one without volumes goes', false, gone(), undefined],
    ['NodeVolumeLimits', using(claim('a')), 'persistentvolumeclaims', 'its claim is made', true, undefined, made('a')],
    ['NodeVolumeLimits', using(claim('a')), 'persistentvolumeclaims', 'another is made', false, undefined, made('b')],
    [
      ...([
        'NodeVolumeLimits',
        using(claim('a')),
        'volumeattachments.storage.k8s.io',
        'any, for a claim',
        true,
      ] as const),
      object({ attacher: 'test.storage.gke.io' }),
      undefined,
    ],
    [
      ...(['NodeVolumeLimits', using(inTree), 'volumeattachments.storage.k8s.io', 'of its driver', true] as const),
      object({ attacher: 'disk.csi.azure.com' }),
      undefined,
    ],
    [
      ...(['NodeVolumeLimits', using(inTree), 'volumeattachments.storage.k8s.io', 'of another driver', false] as const),
      object({ attacher: 'ebs.csi.aws.com' }),
      undefined,
    ],
    [
      ...(['NodeVolumeLimits', using(claim('a')), 'csinodes.storage.k8s.io', 'its limit grows', true] as const),
      object({ drivers: [{ name: 'd', allocatable: { count: 1 } }] }),
      object({ drivers: [{ name: 'd', allocatable: { count: 2 } }] }),
    ],
    [
      ...(['NodeVolumeLimits', using(claim('a')), 'csinodes.storage.k8s.io', 'its limit shrinks', false] as const),
      object({ drivers: [{ name: 'd', allocatable: { count: 2 } }] }),
      object({ drivers: [{ name: 'd', allocatable: { count: 1 } }] }),
    ],
    // volumebinding/volume_binding_test.go
    ['VolumeBinding', using(claim('a')), 'persistentvolumeclaims', 'its claim changes', true, made('a'), made('a')],
    ['VolumeBinding', using(claim('a')), 'persistentvolumeclaims', 'another changes', false, made('b'), made('b')],
    ['VolumeBinding', using(claim('a')), 'csinodes.storage.k8s.io', 'it comes', true, undefined, object({})],
    [
      ...([
        'VolumeBinding',
        using(claim('a')),
        'csinodes.storage.k8s.io',
        'other plugins move to drivers',
        true,
      ] as const),
      object({}, { annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': 'test1' } }),
      object({}, { annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': 'test2' } }),
    ],
    ['VolumeBinding', using(claim('a')), 'csinodes.storage.k8s.io', 'nothing moves', false, object({}), object({})],
    [
      ...(['VolumeBinding', using(claim('a')), 'storageclasses.storage.k8s.io', 'its zones change', true] as const),
      { allowedTopologies: [], metadata: {} } as unknown as Stored,
      {
        allowedTopologies: [{ matchLabelExpressions: [{ key: 'a', values: ['b'] }] }],
        metadata: {},
      } as unknown as Stored,
    ],
    // volumezone/volume_zone_test.go
    [
      ...([
        'VolumeZone',
        using(claim('a')),
        'persistentvolumes',
        'its zones are the same in another order',
        false,
      ] as const),
      object({}, { labels: { 'topology.kubernetes.io/zone': 'a__b' } }),
      object({}, { labels: { 'topology.kubernetes.io/zone': 'b__a' } }),
    ],
    [
      ...(['VolumeZone', using(claim('a')), 'persistentvolumes', 'its zone changes', true] as const),
      object({}, { labels: { 'topology.kubernetes.io/zone': 'a' } }),
      object({}, { labels: { 'topology.kubernetes.io/zone': 'b' } }),
    ],
    [
      ...([
        'VolumeZone',
        using(claim('a')),
        'storageclasses.storage.k8s.io',
        'one that waits for consumers',
        true,
      ] as const),
      undefined,
      { volumeBindingMode: 'WaitForFirstConsumer', metadata: {} } as unknown as Stored,
    ],
    [
      ...(['VolumeZone', using(claim('a')), 'storageclasses.storage.k8s.io', 'one that does not', false] as const),
      undefined,
      { volumeBindingMode: 'Immediate', metadata: {} } as unknown as Stored,
    ],
  ];
  for (const [plugin, target, resource, what, expected, old, next] of cases)
    it(`${plugin}, ${resource}: ${what}`, () => {
      expect(hintOf(plugin, target, resource, old, next)).toBe(expected);
    });
});
