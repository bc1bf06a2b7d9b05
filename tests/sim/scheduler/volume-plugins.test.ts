/** What the plugins of volumes say: upstream's tables of cases, and what becomes of a pod whose volumes cannot be bound. */
import type { Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import type { KubeObject, Stored } from '../../../src/sim/api/object.ts';
import { CLIENT } from '../../../src/sim/kernel/index.ts';
import { makePlugin, type ClusterState } from '../../../src/sim/scheduler/index.ts';
import type { PluginName } from '../../../src/sim/scheduler/plugins/registry.ts';
import { clusterOf, describedPod, type ClusterDescription } from '../../../src/node/conformance/cluster.ts';
import type { World } from '../../../src/sim/world.ts';
import { advance, apply, bootWorld, eventsOf } from '../../support/world.ts';

const thing = (name: string, more: object = {}): KubeObject => ({ metadata: { name }, ...more }) as KubeObject;
const node = (name: string, labels: Readonly<Record<string, string>> = {}): KubeObject =>
  ({ metadata: { name, labels } }) as KubeObject;
const pod = (name: string, volumes: readonly object[], on?: string): KubeObject =>
  ({ metadata: { name }, spec: { volumes, ...(on ? { nodeName: on } : {}) } }) as unknown as KubeObject;
const claimed = (...names: readonly string[]): readonly object[] =>
  names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));

interface Extra extends Partial<ClusterDescription> {
  readonly csinodes?: readonly KubeObject[];
  readonly attachments?: readonly KubeObject[];
}

function clusterWith({
  csinodes = [],
  attachments = [],
  nodes = [node('n')],
  pods = [],
  ...rest
}: Extra): ClusterState {
  const cluster = clusterOf({ nodes, pods, ...rest });
  for (const object of csinodes)
    cluster.apply({
      kind: 'object',
      resource: 'csinodes.storage.k8s.io',
      key: object.metadata!.name!,
      object: object as Stored,
    });
  for (const object of attachments)
    cluster.apply({
      kind: 'object',
      resource: 'volumeattachments.storage.k8s.io',
      key: object.metadata!.name!,
      object: object as Stored,
    });
  return cluster;
}

/** `Skip`, what PreFilter refuses, or what Filter says of a node. */
function verdict(name: PluginName, target: KubeObject, extra: Extra, on = 'n'): string {
  const plugin = makePlugin(name, {});
  const cluster = clusterWith(extra);
  const info = describedPod(target);
  const prepared = plugin.preFilter?.(info, cluster);
  if (prepared?.isSkipped) return 'Skip';
  const status = prepared?.status ?? plugin.filter!(info, cluster.node(on)!, prepared?.state, cluster);
  return status ? `${status.code}: ${[...status.reasons].sort().join(', ')}` : 'Success';
}

/** The lines that explain what Filter says of a node. */
function explained(name: PluginName, target: KubeObject, extra: Extra): readonly string[] {
  const plugin = makePlugin(name, {});
  const cluster = clusterWith(extra);
  const info = describedPod(target);
  const { state } = plugin.preFilter!(info, cluster)!;
  return plugin.explainFilter!(info, cluster.node('n')!, state, cluster).map(
    ({ label, expression }) => `${label}: ${expression}`,
  );
}

describe('VolumeBinding (volumebinding/{volume_binding,binder}_test.go)', () => {
  const NO_VOLUME = "UnschedulableAndUnresolvable: node(s) didn't find available persistent volumes to bind";
  const late = { volumeBindingMode: 'WaitForFirstConsumer', provisioner: 'kubernetes.io/no-provisioner' };
  const classes = [
    thing('late', late),
    thing('made', { ...late, provisioner: 'example.com/disk' }),
    thing('here', {
      ...{ ...late, provisioner: 'example.com/disk' },
      allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }],
    }),
    thing('nowhere', { ...late, provisioner: 'example.com/disk', allowedTopologies: [{}] }),
    thing('soon', { ...late, volumeBindingMode: 'Immediate' }),
  ];
  const claim = (
    name: string,
    storageClassName: string,
    storage: string,
    more: object = {},
    metadata: object = {},
  ): KubeObject =>
    ({
      metadata: { name, ...metadata },
      spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more },
    }) as unknown as KubeObject;
  const volume = (name: string, storageClassName: string, storage: string, more: object = {}): KubeObject =>
    ({
      metadata: { name },
      spec: { storageClassName, accessModes: ['ReadWriteOnce'], capacity: { storage }, ...more },
      status: { phase: 'Available' },
    }) as unknown as KubeObject;
  const onlyIn = (zone: string): object => ({
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] }] },
    },
  });
  const bound = { 'pv.kubernetes.io/bind-completed': 'yes' };
  const nodes = [node('n', { zone: 'a' })];
  const say = (pvcs: readonly KubeObject[], pvs: readonly KubeObject[] = []): string =>
    verdict('VolumeBinding', pod('p', claimed(...pvcs.map(({ metadata }) => metadata!.name!))), {
      ...{ nodes, pvcs, pvs, storageclasses: classes },
    });

  const cases: Readonly<Record<string, readonly [got: string, expected: string]>> = {
    'a pod without claims': [verdict('VolumeBinding', pod('p', []), {}), 'Skip'],
    'a claim that is missing': [
      verdict('VolumeBinding', pod('p', claimed('pvc-a')), {}),
      'UnschedulableAndUnresolvable: persistentvolumeclaim "pvc-a" not found',
    ],
    'an ephemeral claim that is not made yet': [
      verdict('VolumeBinding', pod('p', [{ name: 'scratch', ephemeral: {} }]), {}),
      'UnschedulableAndUnresolvable: waiting for ephemeral volume controller to create the persistentvolumeclaim "p-scratch"',
    ],
    'an ephemeral claim of another pod': [
      verdict('VolumeBinding', pod('p', [{ name: 'scratch', ephemeral: {} }]), {
        pvcs: [claim('p-scratch', 'late', '1Gi')],
      }),
      'UnschedulableAndUnresolvable: PVC default/p-scratch was not created for pod default/p (pod is not owner)',
    ],
    'a claim that has lost its volume': [
      say([{ ...claim('pvc-a', 'late', '1Gi', { volumeName: 'pv-a' }), status: { phase: 'Lost' } } as KubeObject]),
      'UnschedulableAndUnresolvable: persistentvolumeclaim "pvc-a" bound to non-existent persistentvolume "pv-a"',
    ],
    'a claim that goes': [
      say([claim('pvc-a', 'late', '1Gi', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' })]),
      'UnschedulableAndUnresolvable: persistentvolumeclaim "pvc-a" is being deleted',
    ],
    'a claim that should be bound already': [
      say([claim('pvc-a', 'soon', '1Gi')]),
      'UnschedulableAndUnresolvable: pod has unbound immediate PersistentVolumeClaims',
    ],
    'a claim of a class that is missing': [
      say([claim('pvc-a', 'none', '1Gi')]),
      'UnschedulableAndUnresolvable: pod has unbound immediate PersistentVolumeClaims',
    ],
    'a claim that names its volume but is not bound': [
      say([claim('pvc-a', 'late', '1Gi', { volumeName: 'pv-a' })], [volume('pv-a', 'late', '1Gi')]),
      'UnschedulableAndUnresolvable: pod has unbound immediate PersistentVolumeClaims',
    ],
    'a bound claim': [
      say(
        [claim('pvc-a', 'late', '1Gi', { volumeName: 'pv-a' }, { annotations: bound })],
        [volume('pv-a', 'late', '1Gi')],
      ),
      'Success',
    ],
    'a bound claim elsewhere': [
      say(
        [claim('pvc-a', 'late', '1Gi', { volumeName: 'pv-a' }, { annotations: bound })],
        [volume('pv-a', 'late', '1Gi', onlyIn('b'))],
      ),
      "UnschedulableAndUnresolvable: node(s) didn't match PersistentVolume's node affinity",
    ],
    'a bound claim without its volume': [
      say([claim('pvc-a', 'late', '1Gi', { volumeName: 'pv-a' }, { annotations: bound })]),
      'UnschedulableAndUnresolvable: node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
    ],
    'one bound elsewhere and one with no volume': [
      say(
        [claim('pvc-a', 'late', '1Gi', { volumeName: 'pv-a' }, { annotations: bound }), claim('pvc-b', 'late', '1Gi')],
        [volume('pv-a', 'late', '1Gi', onlyIn('b'))],
      ),
      "UnschedulableAndUnresolvable: node(s) didn't find available persistent volumes to bind, node(s) didn't match PersistentVolume's node affinity",
    ],
    'a volume that suits': [
      say([claim('pvc-a', 'late', '1Gi')], [volume('pv-a', 'late', '5Gi', onlyIn('a'))]),
      'Success',
    ],
    'a volume elsewhere': [
      say([claim('pvc-a', 'late', '1Gi')], [volume('pv-a', 'late', '5Gi', onlyIn('b'))]),
      NO_VOLUME,
    ],
    'a volume that is too small': [say([claim('pvc-a', 'late', '6Gi')], [volume('pv-a', 'late', '5Gi')]), NO_VOLUME],
    'a volume of another class': [say([claim('pvc-a', 'late', '1Gi')], [volume('pv-a', 'soon', '5Gi')]), NO_VOLUME],
    'a volume of another class that is kept for the claim': [
      say(
        [claim('pvc-a', 'late', '1Gi')],
        [volume('pv-a', 'soon', '5Gi', { claimRef: { name: 'pvc-a', namespace: 'default' } })],
      ),
      NO_VOLUME,
    ],
    'a volume that is kept for the claim': [
      say(
        [claim('pvc-a', 'late', '1Gi')],
        [volume('pv-a', 'late', '5Gi', { claimRef: { name: 'pvc-a', namespace: 'default' } })],
      ),
      'Success',
    ],
    'a volume that is kept for another': [
      say(
        [claim('pvc-a', 'late', '1Gi')],
        [volume('pv-a', 'late', '5Gi', { claimRef: { name: 'pvc-b', namespace: 'default' } })],
      ),
      NO_VOLUME,
    ],
    'a volume of other attributes': [
      say([claim('pvc-a', 'late', '1Gi', { volumeAttributesClassName: 'fast' })], [volume('pv-a', 'late', '5Gi')]),
      NO_VOLUME,
    ],
    'a volume in blocks': [
      say([claim('pvc-a', 'late', '1Gi')], [volume('pv-a', 'late', '5Gi', { volumeMode: 'Block' })]),
      NO_VOLUME,
    ],
    'a volume that only many can read': [
      say([claim('pvc-a', 'late', '1Gi')], [volume('pv-a', 'late', '5Gi', { accessModes: ['ReadOnlyMany'] })]),
      NO_VOLUME,
    ],
    'two claims and one volume': [
      say([claim('pvc-a', 'late', '1Gi'), claim('pvc-b', 'late', '1Gi')], [volume('pv-a', 'late', '5Gi')]),
      NO_VOLUME,
    ],
    'two claims, of which the larger comes first, and two volumes': [
      say(
        [claim('pvc-a', 'late', '5Gi'), claim('pvc-b', 'late', '1Gi')],
        [volume('pv-a', 'late', '5Gi'), volume('pv-b', 'late', '1Gi')],
      ),
      'Success',
    ],
    'a class that makes volumes': [say([claim('pvc-a', 'made', '1Gi')]), 'Success'],
    'a class that makes volumes here': [say([claim('pvc-a', 'here', '1Gi')]), 'Success'],
    'a class whose topologies name nothing': [say([claim('pvc-a', 'nowhere', '1Gi')]), NO_VOLUME],
    'a claim that is being made for the node': [
      say([claim('pvc-a', 'made', '1Gi', {}, { annotations: { 'volume.kubernetes.io/selected-node': 'n' } })]),
      'Success',
    ],
    'a claim that is being made for another node': [
      say([claim('pvc-a', 'made', '1Gi', {}, { annotations: { 'volume.kubernetes.io/selected-node': 'm' } })]),
      NO_VOLUME,
    ],
  };
  for (const [name, [got, expected]] of Object.entries(cases)) it(name, () => expect(got).toBe(expected));

  it('shows which volume a claim would get, or who would make it one', () => {
    const show = (pvcs: readonly KubeObject[], pvs: readonly KubeObject[]): readonly string[] =>
      explained('VolumeBinding', pod('p', claimed(...pvcs.map(({ metadata }) => metadata!.name!))), {
        ...{ nodes, pvcs, pvs, storageclasses: classes },
      });
    const has = claim('pvc-a', 'late', '1Gi', { volumeName: 'pv-a' }, { annotations: bound });
    expect(
      show(
        [has, claim('pvc-b', 'late', '1Gi'), claim('pvc-c', 'made', '1Gi')],
        [volume('pv-a', 'late', '1Gi', onlyIn('b')), volume('pv-b', 'late', '5Gi'), volume('pv-c', 'late', '2Gi')],
      ),
    ).toEqual(['pvc-a: pv-a ✗', 'pvc-b: pv-c: 2Gi ≥ 1Gi', 'pvc-c: made: example.com/disk']);
    expect(show([claim('pvc-b', 'late', '1Gi')], [])).toEqual(['pvc-b: ∅']);
  });
});

describe('NodeVolumeLimits (nodevolumelimits/csi_test.go)', () => {
  const FULL = 'Unschedulable: node(s) exceed max volume count';
  const DISK = 'disk.csi.azure.com';
  const csi = (count: number | undefined, plugins = ''): KubeObject =>
    ({
      metadata: { name: 'n', annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': plugins } },
      spec: { drivers: [{ name: DISK, ...(count === undefined ? {} : { allocatable: { count } }) }] },
    }) as unknown as KubeObject;
  const pvcs = ['a', 'b', 'c'].map((name) => thing(name, { spec: { volumeName: name } }));
  const pvs = ['a', 'b', 'c'].map((name) =>
    thing(name, { spec: { csi: { driver: DISK, volumeHandle: `/disks/${name}` } } }),
  );
  const waiting = [
    thing('late', { spec: { storageClassName: 'csi' } }),
    thing('lost', { spec: { storageClassName: 'csi', volumeName: 'x' } }),
  ];
  const storageclasses = [
    thing('csi', { provisioner: DISK }),
    thing('old', { provisioner: 'kubernetes.io/azure-disk' }),
  ];
  const old = thing('old', { spec: { storageClassName: 'old' } });
  const inline = (disk: string): object => ({ name: disk, azureDisk: { diskName: disk, diskURI: `/disks/${disk}` } });
  const attached = (volume: string): KubeObject =>
    thing(`at-${volume}`, { spec: { attacher: DISK, nodeName: 'n', source: { persistentVolumeName: volume } } });
  const say = (
    target: readonly object[],
    count: number | undefined,
    others: readonly object[][],
    extra: Extra = {},
  ): string =>
    verdict('NodeVolumeLimits', pod('p', target), {
      ...{ pvcs: [...pvcs, ...waiting, old], pvs, storageclasses, csinodes: [csi(count)] },
      pods: others.map((volumes, index) => pod(`other-${index}`, volumes, 'n')),
      ...extra,
    });
  const migrated = (count: number): Extra => ({
    csinodes: [csi(count, 'kubernetes.io/azure-disk,kubernetes.io/azure-file')],
  });

  const cases: Readonly<Record<string, readonly [got: string, expected: string]>> = {
    'no volumes that are attached': [say([{ name: 'c', configMap: { name: 'c' } }], 1, []), 'Skip'],
    room: [say(claimed('a'), 2, [[...claimed('b')]]), 'Success'],
    'no room': [say(claimed('a'), 2, [[...claimed('b', 'c')]]), FULL],
    'a volume that is there already': [say(claimed('a'), 2, [[...claimed('a', 'b')]]), 'Success'],
    'no limit': [say(claimed('a'), undefined, [[...claimed('b', 'c')]]), 'Success'],
    'a claim without a volume yet counts': [say(claimed('a'), 1, [[...claimed('late')]]), FULL],
    'the same such claim counts once': [say(claimed('a'), 2, [[...claimed('late')], [...claimed('late')]]), 'Success'],
    'a claim whose volume is missing counts for its class': [say(claimed('a'), 1, [[...claimed('lost')]]), FULL],
    'what is still attached counts': [say(claimed('a'), 2, [], { attachments: [attached('b'), attached('c')] }), FULL],
    'what is attached and used counts once': [
      say(claimed('a'), 2, [[...claimed('b')]], { attachments: [attached('b')] }),
      'Success',
    ],
    'a claim that is missing': [
      say(claimed('none'), 2, []),
      'UnschedulableAndUnresolvable: looking up PVC default/none: persistentvolumeclaim "none" not found',
    ],
    'a disk in the spec counts where its plugin has moved': [
      say([inline('x')], 1, [[...claimed('a')]], migrated(1)),
      FULL,
    ],
    'the same disk by its driver counts once': [say([inline('a')], 1, [[...claimed('a')]], migrated(1)), 'Success'],
    'a disk in the spec does not count where it has not': [say([inline('x')], 1, [[...claimed('a')]]), 'Success'],
    'a class of a plugin that has moved counts': [say(claimed('a'), 1, [[...claimed('old')]], migrated(1)), FULL],
  };
  for (const [name, [got, expected]] of Object.entries(cases)) it(name, () => expect(got).toBe(expected));

  it('shows what is there, what comes and what can be', () => {
    const pods = [pod('other', claimed('b', 'c'), 'n')];
    const extra = { pvcs, pvs, storageclasses, csinodes: [csi(2)], pods };
    expect(explained('NodeVolumeLimits', pod('p', claimed('a')), extra)).toEqual([`${DISK}: 2 + 1 = 3 > 2`]);
  });
});

describe('VolumeRestrictions (volumerestrictions/volume_restrictions_test.go)', () => {
  const TAKEN = 'Unschedulable: node(s) had no available disk';
  const say = (target: object, other: object): string =>
    verdict('VolumeRestrictions', pod('p', [target]), { pods: [pod('other', [other], 'n')] });
  const gce = (pdName: string, readOnly = false): object => ({ name: 'v', gcePersistentDisk: { pdName, readOnly } });
  const aws = (volumeID: string): object => ({ name: 'v', awsElasticBlockStore: { volumeID, readOnly: true } });
  const rbd = (monitors: readonly string[], image: string, readOnly = false): object => ({
    ...{ name: 'v', rbd: { monitors, pool: 'foo', image, readOnly } },
  });
  const iscsi = (iqn: string, readOnly = false): object => ({
    name: 'v',
    iscsi: { iqn, targetPortal: '127.0.0.1', lun: 0, readOnly },
  });
  const once = thing('once', { spec: { accessModes: ['ReadWriteOncePod'] } });
  const cases: Readonly<Record<string, readonly [got: string, expected: string]>> = {
    'no volumes': [verdict('VolumeRestrictions', pod('p', []), {}), 'Skip'],
    'the same disk of GCE': [say(gce('foo'), gce('foo')), TAKEN],
    'the same disk, of which one writes': [say(gce('foo', true), gce('foo')), TAKEN],
    'the same disk, which both read': [say(gce('foo', true), gce('foo', true)), 'Success'],
    'the same volume of AWS, though both read': [say(aws('foo'), aws('foo')), TAKEN],
    'another volume of AWS': [say(aws('foo'), aws('bar')), 'Success'],
    'the same image by a shared monitor': [say(rbd(['a', 'b'], 'bar'), rbd(['c', 'a'], 'bar')), TAKEN],
    'the same image by other monitors': [say(rbd(['a', 'b'], 'bar'), rbd(['c', 'd'], 'bar')), 'Success'],
    'the same image, which both read': [say(rbd(['a'], 'bar', true), rbd(['a'], 'bar', true)), 'Success'],
    'the same target': [
      say(iscsi('iqn.2016-12.server:storage.target01'), iscsi('iqn.2016-12.server:storage.target01')),
      TAKEN,
    ],
    'another target': [
      say(iscsi('iqn.2016-12.server:storage.target01'), iscsi('iqn.2017-12.server:storage.target01')),
      'Success',
    ],
    'a claim for one pod, which one has': [
      verdict('VolumeRestrictions', pod('p', claimed('once')), {
        pvcs: [once],
        pods: [pod('other', claimed('once'), 'n')],
      }),
      'Unschedulable: node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
    ],
    'a claim for one pod that nobody has': [
      verdict('VolumeRestrictions', pod('p', claimed('once')), { pvcs: [once] }),
      'Skip',
    ],
    'a claim that is missing': [
      verdict('VolumeRestrictions', pod('p', claimed('none')), {}),
      'UnschedulableAndUnresolvable: persistentvolumeclaim "none" not found',
    ],
  };
  for (const [name, [got, expected]] of Object.entries(cases)) it(name, () => expect(got).toBe(expected));
});

describe('VolumeZone (volumezone/volume_zone_test.go)', () => {
  const OTHER = 'UnschedulableAndUnresolvable: node(s) had no available volume zone';
  const ZONE = 'topology.kubernetes.io/zone';
  const BETA = 'failure-domain.beta.kubernetes.io/zone';
  type Labels = Readonly<Record<string, string>>;
  const say = (volume: Labels, labels: Labels): string =>
    verdict('VolumeZone', pod('p', claimed('c')), {
      nodes: [node('n', labels)],
      pvcs: [thing('c', { spec: { volumeName: 'v' } })],
      pvs: [{ metadata: { name: 'v', labels: volume } } as KubeObject],
    });
  const classes = [
    thing('wait', { volumeBindingMode: 'WaitForFirstConsumer' }),
    thing('soon', { volumeBindingMode: 'Immediate' }),
  ];
  const unbound = (spec: object): string =>
    verdict('VolumeZone', pod('p', claimed('c')), { pvcs: [thing('c', { spec })], storageclasses: classes });
  const cases: Readonly<Record<string, readonly [got: string, expected: string]>> = {
    'no volumes': [verdict('VolumeZone', pod('p', []), {}), 'Skip'],
    'a volume without labels': [say({}, { [ZONE]: 'a' }), 'Skip'],
    'the same zone': [say({ [ZONE]: 'a' }, { [ZONE]: 'a' }), 'Success'],
    'another zone': [say({ [ZONE]: 'b' }, { [ZONE]: 'a' }), OTHER],
    'one zone of several': [say({ [ZONE]: 'b__a' }, { [ZONE]: 'a' }), 'Success'],
    'none of several zones': [say({ [ZONE]: 'b__c' }, { [ZONE]: 'a' }), OTHER],
    'a node without zones': [say({ [ZONE]: 'b' }, {}), 'Success'],
    'an older label of the volume': [say({ [BETA]: 'a' }, { [ZONE]: 'a' }), 'Success'],
    'an older label of the node alone': [say({ [ZONE]: 'a' }, { [BETA]: 'a' }), OTHER],
    'a region that the node lacks': [say({ 'topology.kubernetes.io/region': 'r' }, { [ZONE]: 'a' }), OTHER],
    'a claim that waits': [unbound({ storageClassName: 'wait' }), 'Skip'],
    'a claim that should be bound': [
      unbound({ storageClassName: 'soon' }),
      'UnschedulableAndUnresolvable: PersistentVolume had no name',
    ],
    'a claim without a class': [
      unbound({}),
      'UnschedulableAndUnresolvable: PersistentVolumeClaim had no pv name and storageClass name',
    ],
    'a claim of a class that is missing': [
      unbound({ storageClassName: 'none' }),
      'UnschedulableAndUnresolvable: storageclass.storage.k8s.io "none" not found',
    ],
    'a volume that is missing': [
      unbound({ volumeName: 'none' }),
      'UnschedulableAndUnresolvable: persistentvolume "none" not found',
    ],
  };
  for (const [name, [got, expected]] of Object.entries(cases)) it(name, () => expect(got).toBe(expected));
});

describe('volumes that are being bound (volumebinding/binder.go, BindPodVolumes)', () => {
  const CLASS = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: nobody}
provisioner: example.com/nobody
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], storageClassName: nobody, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: db}
spec:
  containers: [{name: main, image: 'busybox:1.36'}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
`;
  const failures = (world: World): readonly string[] =>
    eventsOf(world, world.find('pods', 'default', 'db')!).filter((text) => text.startsWith('FailedScheduling'));
  const booted = (bindTimeoutSeconds?: number): World => {
    const pluginConfig = [{ name: 'VolumeBinding', args: { bindTimeoutSeconds } }];
    const configuration = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
    const world = bootWorld({
      preset: 'plain',
      schedulerConfiguration: bindTimeoutSeconds
        ? JSON.stringify({ ...configuration, profiles: [{ pluginConfig }] })
        : '',
    });
    apply(world, CLASS);
    advance(world, 5);
    return world;
  };
  const call = (world: World, request: object): void =>
    void world.kernel.runTurn(CLIENT, 0, () =>
      world.handle({ resource: 'persistentvolumeclaims', namespace: 'default', name: 'data', ...request } as never),
    );

  it('are waited for as long as the profile says', () => {
    const world = booted(30);
    expect(failures(world)).toEqual([]);
    advance(world, 35);
    expect(failures(world)).toEqual([
      'FailedScheduling: running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
    ]);
  });

  it('are given up with their claim', () => {
    const world = booted();
    call(world, { verb: 'delete' });
    advance(world, 3);
    expect(failures(world)[0]).toBe(
      'FailedScheduling: running PreBind plugin "VolumeBinding": binding volumes: failed to check provisioning pvc: could not find v1.PersistentVolumeClaim "default/data": object not found',
    );
  });

  it('are given up when the provisioner does, and the pod looks for a node again', () => {
    const world = booted();
    const annotations = { 'volume.kubernetes.io/selected-node': null, other: 'kept' };
    call(world, { verb: 'patch', patchType: 'merge', body: { metadata: { annotations } } });
    advance(world, 3);
    expect(failures(world)[0]).toBe(
      'FailedScheduling: running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "data"',
    );
    advance(world, 5);
    expect(world.decisions({ pod: 'db' }).map(({ outcome }) => outcome)).toEqual(['scheduled', 'scheduled']);
    expect((world.find('pods', 'default', 'db') as Pod).spec?.nodeName).toBeUndefined();
  });
});
