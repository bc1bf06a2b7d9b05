/** Volumes on their way to nodes and back, and claims that grow. Upstream by the path in each case. */
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import { expect } from 'vitest';
import type { Stored } from '../../src/sim/api/object.ts';
import { kubeletId } from '../../src/sim/kernel/index.ts';
import type { World } from '../../src/sim/world.ts';
import { advance, apply, eventsOf } from '../support/world.ts';
import { deleted, get, parity, patched, send, until, wait, type Step } from './support/parity.ts';

const AKS = { preset: 'aks' } as const;
const claim = (size = '1Gi', name = 'data', storageClass = 'managed-csi', mode = 'ReadWriteOnce'): string =>
  `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name} }
spec: { storageClassName: ${storageClass}, accessModes: [${mode}], resources: { requests: { storage: ${size} } } }
`;
const user = (name: string, node = ''): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 1
  ${node ? `nodeName: ${node}` : ''}
  containers: [{ name: c, image: "nginx:1.27", volumeMounts: [{ name: v, mountPath: /data }] }]
  volumes: [{ name: v, persistentVolumeClaim: { claimName: data } }]
`;
const pod = (world: World, name: string): Stored<Pod> => get(world, 'pods', name) as Stored<Pod>;
const claimOf = (world: World, name = 'data'): Stored<PersistentVolumeClaim> =>
  get(world, 'persistentvolumeclaims', name) as Stored<PersistentVolumeClaim>;
const isRunning =
  (name: string) =>
  (world: World): boolean =>
    (world.find('pods', 'default', name) as Pod | undefined)?.status?.phase === 'Running';
const nodeOf = (world: World, name: string): Stored<Node> =>
  get(world, 'nodes', pod(world, name).spec!.nodeName!) as Stored<Node>;
const otherNode = (world: World, than: string): string =>
  [...world.list('nodes')].map(({ metadata }) => metadata.name).find((name) => name !== than)!;
const attachments = (world: World): readonly string[] =>
  [...(world.list('volumeattachments.storage.k8s.io') as Iterable<Stored & { spec: { nodeName: string } }>)].map(
    ({ spec }) => spec.nodeName,
  );
const device = (world: World): string => {
  const { csi } = (get(world, 'persistentvolumes', claimOf(world).spec!.volumeName!) as Stored<PersistentVolume>).spec!;
  expect(csi!.volumeHandle).toMatch(/\/providers\/Microsoft\.Compute\/disks\/pvc-/);
  return `kubernetes.io/csi/disk.csi.azure.com^${csi!.volumeHandle}`;
};

interface Told {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

const staticDisk = (name: string): string => `apiVersion: v1
kind: PersistentVolume
metadata: { name: ${name} }
spec:
  storageClassName: ''
  capacity: { storage: 1Gi }
  accessModes: [ReadWriteOnce]
  claimRef: { namespace: default, name: ${name} }
  csi: { driver: disk.csi.azure.com, volumeHandle: /subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/${name} }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name} }
spec: { storageClassName: '', accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;
const manyDisks = (node: string, names: readonly string[]): string => `apiVersion: v1
kind: Pod
metadata: { name: many }
spec:
  nodeName: ${node}
  containers: [{ name: c, image: "nginx:1.27" }]
  volumes:
${names.map((name) => `    - { name: ${name}, persistentVolumeClaim: { claimName: ${name} } }`).join('\n')}
`;

const ATTACH = 'pkg/controller/volume/attachdetach';
const started: readonly Step[] = [until(isRunning('first'), 90)];
/** Whom the steps of a case speak of. */
const HOME = { name: '', since: 0 };
const goHome: Step = (world) => {
  HOME.name = nodeOf(world, 'first').metadata.name;
};
/** The first user's node falls silent, the user is given up by force, and a second one asks for its disk on another node. */
const wantedElsewhere: readonly Step[] = [
  ...started,
  goHome,
  (world) => world.kernel.freeze(kubeletId(HOME.name)),
  wait(60),
  (world) => {
    send(world, 'delete', 'pods', 'first', undefined, { options: { gracePeriodSeconds: 0 } });
    apply(world, user('second', otherNode(world, HOME.name)));
    HOME.since = world.now;
  },
];
const waitsSince = (world: World): number => (world.now - HOME.since) / 1000;

parity('A disk on its way', [
  {
    name: 'is named by its node as in use, attached, mounted, and given back only when the node has let go of it',
    upstream: `${ATTACH}/reconciler/reconciler.go, ${ATTACH}/statusupdater/node_status_updater.go, pkg/kubelet/nodestatus/setters.go (VolumesInUse)`,
    options: AKS,
    manifests: `${claim()}---\n${user('first')}`,
    steps: [
      ...started,
      goHome,
      (world) => {
        const { volumesInUse, volumesAttached } = nodeOf(world, 'first').status!;
        expect(volumesInUse).toEqual([device(world)]);
        expect(volumesAttached).toEqual([{ name: device(world), devicePath: '' }]);
        const order = ['SuccessfulAttachVolume', 'Pulling', 'Started'];
        const told = eventsOf(world, pod(world, 'first')).map((line) => line.split(':')[0]!);
        expect(told.filter((reason) => order.includes(reason))).toEqual(order);
      },
      deleted('pods', 'first'),
      until((world) => world.find('pods', 'default', 'first') === undefined, 10),
      (world) => expect(attachments(world)).toEqual([HOME.name]),
      wait(20),
      (world) => {
        const { volumesInUse, volumesAttached } = (get(world, 'nodes', HOME.name) as Stored<Node>).status!;
        expect([volumesInUse, volumesAttached]).toEqual([undefined, undefined]);
        expect(attachments(world)).toEqual([]);
      },
    ],
  },

  {
    name: 'is not taken from a node that is lost until it has been wanted for six minutes',
    upstream: `${ATTACH}/attach_detach_controller.go (ReconcilerMaxWaitForUnmountDuration), ${ATTACH}/reconciler/reconciler.go`,
    options: AKS,
    manifests: `${claim()}---\n${user('first')}`,
    steps: [
      ...wantedElsewhere,
      (world) => {
        advance(world, 5);
        // Nobody uses it any more, and still it is held.
        expect(eventsOf(world, pod(world, 'second'))).toContain(
          `FailedAttachVolume: Multi-Attach error for volume "${claimOf(world).spec!.volumeName}" Volume is already exclusively attached to one node and can't be attached to another`,
        );
      },
      wait(340),
      (world) => expect(attachments(world)).toEqual([HOME.name]),
      until(isRunning('second'), 90),
      (world) => {
        expect(waitsSince(world)).toBeGreaterThan(360);
        expect(attachments(world)).toEqual([pod(world, 'second').spec!.nodeName]);
        expect(nodeOf(world, 'second').status!.volumesAttached).toHaveLength(1);
      },
    ],
  },

  {
    name: 'is taken at once from a node that is said to be out of service',
    upstream: `${ATTACH}/reconciler/reconciler.go (hasOutOfServiceTaint)`,
    options: AKS,
    manifests: `${claim()}---\n${user('first')}`,
    steps: [
      ...wantedElsewhere,
      wait(10),
      (world) => expect(attachments(world)).toEqual([HOME.name]),
      (world) => {
        const { taints = [] } = (get(world, 'nodes', HOME.name) as Stored<Node>).spec!;
        const out = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };
        patched('nodes', HOME.name, { spec: { taints: [...taints, out] } })(world);
      },
      until(isRunning('second'), 90),
      (world) => expect(waitsSince(world)).toBeLessThan(60),
    ],
  },

  {
    name: 'that its node has no room for is refused again and again, in longer and longer waits',
    upstream: 'pkg/volume/csi/csi_attacher.go (Attach), pkg/util/goroutinemap/exponentialbackoff',
    options: AKS,
    steps: [
      wait(30),
      (world) => {
        const names = Array.from({ length: 9 }, (_, index) => `d${index}`);
        apply(world, names.map(staticDisk).join('---\n'));
        apply(world, manyDisks([...world.list('nodes')][0]!.metadata.name, names));
      },
      wait(60),
      (world) => {
        const refused = (world.eventsAbout(pod(world, 'many')) as unknown as Told[]).filter(
          ({ reason }) => reason === 'FailedAttachVolume',
        );
        expect(refused.map(({ message }) => message.replace(/"d\d"/, '"DISK"'))).toEqual([
          'AttachVolume.Attach failed for volume "DISK" : rpc error: code = ResourceExhausted desc = The maximum number of data disks allowed to be attached to a VM of this size is 8.',
        ]);
        // 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s after the first.
        expect(refused[0]!.count).toBeGreaterThanOrEqual(6);
        expect(refused[0]!.count).toBeLessThanOrEqual(7);
      },
    ],
  },
]);

const statusOf = (world: World, name = 'data'): Record<string, unknown> =>
  claimOf(world, name).status as unknown as Record<string, unknown>;
const typesOf = (world: World): readonly string[] => (claimOf(world).status!.conditions ?? []).map(({ type }) => type);
const grown = (size: string, name = 'data'): Step =>
  patched('persistentvolumeclaims', name, { spec: { resources: { requests: { storage: size } } } });
const told = (world: World, name = 'data'): readonly string[] => eventsOf(world, claimOf(world, name));

const RESIZER = 'kubernetes-csi/external-resizer pkg/controller/{expand_and_recover,resize_status}.go';

parity('A claim that asks for more', [
  {
    name: 'is resized by its driver, then on the node of its pod, and tells of each step',
    upstream: `${RESIZER}, pkg/controller/volume/expand/expand_controller.go`,
    options: AKS,
    manifests: `${claim()}---\n${user('first')}`,
    steps: [
      ...started,
      grown('4Gi'),
      wait(2),
      (world) => {
        expect(statusOf(world)).toMatchObject({
          capacity: { storage: '1Gi' },
          allocatedResources: { storage: '4Gi' },
          allocatedResourceStatuses: { storage: 'ControllerResizeInProgress' },
          conditions: [{ type: 'Resizing', status: 'True', lastProbeTime: null }],
        });
      },
      wait(10),
      (world) => {
        const status = statusOf(world);
        expect(status).toMatchObject({ capacity: { storage: '4Gi' }, allocatedResources: { storage: '4Gi' } });
        expect([status['conditions'], status['allocatedResourceStatuses']]).toEqual([undefined, undefined]);
        const name = claimOf(world).spec!.volumeName;
        const done = `FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "${name}" ${pod(world, 'first').spec!.nodeName}`;
        expect(told(world).slice(-4)).toEqual([
          'ExternalExpanding: waiting for an external controller to expand this PVC',
          `Resizing: External resizer is resizing volume ${name}`,
          'FileSystemResizeRequired: Require file system resize of volume on node',
          done,
        ]);
        expect(eventsOf(world, pod(world, 'first'))).toContain(done);
        const sources = (world.eventsAbout(claimOf(world)) as unknown as { source: { component: string } }[]).map(
          ({ source }) => source.component,
        );
        const resizer = 'external-resizer disk.csi.azure.com';
        expect(sources.slice(-4)).toEqual(['volume_expand', resizer, resizer, 'kubelet']);
      },
    ],
  },

  {
    name: 'waits for a pod to grow its file system, where none has it mounted',
    upstream: `${RESIZER} (markForPendingNodeExpansion)`,
    options: AKS,
    manifests: `${claim()}---\n${user('first')}`,
    steps: [
      ...started,
      deleted('pods', 'first'),
      wait(30),
      grown('4Gi'),
      wait(20),
      (world) => {
        expect(statusOf(world)).toMatchObject({
          capacity: { storage: '1Gi' },
          allocatedResourceStatuses: { storage: 'NodeResizePending' },
          conditions: [
            {
              type: 'FileSystemResizePending',
              status: 'True',
              lastProbeTime: null,
              message: 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.',
            },
          ],
        });
        apply(world, user('second'));
      },
      until(isRunning('second'), 60),
      wait(2),
      (world) => {
        expect(statusOf(world)).toMatchObject({ capacity: { storage: '4Gi' } });
        expect(typesOf(world)).toEqual([]);
      },
    ],
  },

  {
    name: 'of a share needs no node',
    upstream: `${RESIZER} (markOverallExpansionAsFinished)`,
    options: AKS,
    manifests: claim('1Gi', 'share', 'azurefile-csi', 'ReadWriteMany'),
    steps: [
      until((world) => claimOf(world, 'share').status?.phase === 'Bound', 60),
      grown('2Gi', 'share'),
      wait(8),
      (world) => {
        expect(statusOf(world, 'share')).toMatchObject({ capacity: { storage: '2Gi' } });
        expect(told(world, 'share').at(-1)).toBe('VolumeResizeSuccessful: Resize volume succeeded');
      },
    ],
  },

  {
    name: 'than Azure has says so until it asks for less; less than it has is refused',
    upstream: `${RESIZER}, pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimUpdate)`,
    options: AKS,
    manifests: `${claim('2Gi')}---\n${user('first')}`,
    steps: [
      ...started,
      grown('40000Gi'),
      wait(30),
      (world) => {
        expect(typesOf(world)).toEqual(['Resizing', 'ControllerResizeError']);
        expect(told(world).at(-1)).toMatch(
          /^VolumeResizeFailed: resize volume "pvc-\S+" by resizer "disk.csi.azure.com" failed: rpc error: code = Internal desc = failed to resize disk\(\S+\) with error\(The value '40000' of parameter 'disk.diskSizeGB' is out of range/,
        );
        expect(statusOf(world)).toMatchObject({ capacity: { storage: '2Gi' } });
        const body = { spec: { resources: { requests: { storage: '1Gi' } } } };
        const answer = send(world, 'patch', 'persistentvolumeclaims', 'data', body, { patchType: 'merge' });
        expect([answer.code, answer.body.message]).toEqual([
          422,
          'PersistentVolumeClaim "data" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
        ]);
      },
      grown('3Gi'),
      wait(10),
      (world) => {
        expect(statusOf(world)).toMatchObject({ capacity: { storage: '3Gi' }, allocatedResources: { storage: '3Gi' } });
        expect(typesOf(world)).toEqual([]);
      },
    ],
  },
]);
