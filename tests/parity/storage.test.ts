import { expect } from 'vitest';
import type { World } from '../../src/sim/world.ts';
import {
  applied,
  columns,
  deleted,
  events,
  get,
  parity,
  patched,
  refused,
  send,
  until,
  wait,
  type Step,
} from './support/parity.ts';

const claim = (storageClass: string, size = '1Gi', mode = 'ReadWriteOnce'): string => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { ${storageClass ? `storageClassName: ${storageClass}, ` : ''}accessModes: [${mode}], resources: { requests: { storage: ${size} } } }
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
const volume = (name: string, size: string, policy = 'Retain'): string => `apiVersion: v1
kind: PersistentVolume
metadata: { name: ${name} }
spec:
  storageClassName: manual
  capacity: { storage: ${size} }
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: ${policy}
  hostPath: { path: /srv/${name} }
`;

const PV = 'pkg/controller/volume/persistentvolume/pv_controller.go';
const AKS = { preset: 'aks' } as const;
const phase = (world: World): string | undefined =>
  (world.find('persistentvolumeclaims', 'default', 'data') as { status?: { phase?: string } } | undefined)?.status
    ?.phase;
const bound = until((world) => phase(world) === 'Bound', 60);
const attachments = (world: World): readonly { spec: { nodeName: string }; status?: { attached?: boolean } }[] =>
  [...world.list('volumeattachments.storage.k8s.io')] as never;
const nodeOf = (world: World, place: number): string => [...world.list('nodes')][place]!.metadata.name;
const podEvents = (world: World, name: string): readonly string[] =>
  (world.eventsAbout(get(world, 'pods', name)) as unknown as { reason: string; message: string }[]).map(
    ({ reason, message }) => `${reason}: ${message}`,
  );
const volumeName = (world: World): string =>
  (get(world, 'persistentvolumeclaims', 'data') as { spec?: { volumeName?: string } }).spec?.volumeName ?? '';
const isOver: Step = (world) => expect([...world.list('persistentvolumes')]).toEqual([]);

parity('A PersistentVolumeClaim', [
  {
    name: 'of no class waits for a volume that somebody makes',
    upstream: PV,
    manifests: claim('""'),
    steps: [
      wait(5),
      events('persistentvolumeclaims', 'data', [
        'FailedBinding: no persistent volumes available for this claim and no storage class is set',
      ]),
      columns('persistentvolumeclaims', 'data', { Status: 'Pending', Volume: '' }),
    ],
  },
  {
    name: 'is not provisioned by a driver that the cluster does not have, until somebody installs it',
    upstream: `${PV}, kubernetes-csi/external-provisioner pkg/controller/controller.go`,
    manifests: `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: azure }
provisioner: disk.csi.azure.com
---
${claim('azure')}`,
    steps: [
      wait(20),
      (world) => expect(phase(world)).toBe('Pending'),
      (world) => {
        const told = world.eventsAbout(get(world, 'persistentvolumeclaims', 'data')) as unknown as { reason: string }[];
        expect(new Set(told.map(({ reason }) => reason))).toEqual(new Set(['ExternalProvisioning']));
      },
      applied(
        'apiVersion: storage.k8s.io/v1\nkind: CSIDriver\nmetadata: { name: disk.csi.azure.com }\nspec: { attachRequired: true }\n',
      ),
      bound,
    ],
  },
  {
    name: 'of a class that is not there says so',
    upstream: PV,
    manifests: claim('nowhere'),
    steps: [
      wait(5),
      events('persistentvolumeclaims', 'data', ['ProvisioningFailed: storageclass.storage.k8s.io "nowhere" not found']),
    ],
  },
  {
    name: 'that names a volume says why it does not get it',
    upstream: PV,
    manifests: [volume('small', '1Gi'), claim('manual', '3Gi').replace('spec: {', 'spec: { volumeName: small,')].join(
      '---\n',
    ),
    steps: [
      wait(5),
      events('persistentvolumeclaims', 'data', [
        'VolumeMismatch: Cannot bind to requested volume "small": requested PV is too small',
      ]),
      columns('persistentvolumeclaims', 'data', { Status: 'Pending', Volume: 'small', Capacity: '0' }),
    ],
  },
  {
    name: 'takes of volumes that offer its access modes the one that offers the fewest, also when that is larger',
    upstream: 'pkg/controller/volume/persistentvolume/index.go',
    manifests: [
      volume('many', '1Gi').replace('[ReadWriteOnce]', '[ReadWriteOnce, ReadOnlyMany]'),
      volume('one', '9Gi'),
      claim('manual'),
    ].join('---\n'),
    steps: [bound, columns('persistentvolumeclaims', 'data', { Volume: 'one' })],
  },
  {
    name: 'whose volume is to be deleted leaves a failed one, where the controller has no plugin that can',
    upstream: `${PV}, pkg/volume/hostpath/host_path.go`,
    manifests: [volume('srv', '1Gi', 'Delete'), claim('manual')].join('---\n'),
    steps: [
      bound,
      deleted('persistentvolumeclaims', 'data'),
      wait(5),
      events('persistentvolumes', 'srv', [
        'VolumeFailedDelete: host_path deleter only supports /tmp/.+ but received provided /srv/srv',
      ]),
      columns('persistentvolumes', 'srv', { Status: 'Failed', Claim: 'default/data' }),
    ],
  },
  {
    name: 'whose volume is to be deleted takes a directory below /tmp with it',
    upstream: `${PV}, pkg/volume/hostpath/host_path.go`,
    manifests: [volume('tmp', '1Gi', 'Delete').replace('/srv/', '/tmp/'), claim('manual')].join('---\n'),
    steps: [bound, deleted('persistentvolumeclaims', 'data'), wait(5), isOver],
  },
  {
    name: 'takes the smallest volume that is large enough, and leaves it Released when it goes',
    upstream: PV,
    manifests: [volume('small', '1Gi'), volume('large', '10Gi'), volume('middle', '5Gi'), claim('manual', '3Gi')].join(
      '---\n',
    ),
    steps: [
      bound,
      columns('persistentvolumeclaims', 'data', {
        Status: 'Bound',
        Volume: 'middle',
        Capacity: '5Gi',
        'Access Modes': 'RWO',
      }),
      columns('persistentvolumes', 'middle', { Status: 'Bound', Claim: 'default/data' }),
      columns('persistentvolumes', 'small', { Status: 'Available' }),
      deleted('persistentvolumeclaims', 'data'),
      wait(2),
      columns('persistentvolumes', 'middle', { Status: 'Released', 'Reclaim Policy': 'Retain' }),
    ],
  },
  {
    name: 'of a class that waits for its first consumer is made once a pod is scheduled, attached and mounted',
    upstream: 'pkg/controller/volume/attachdetach/reconciler/reconciler.go',
    options: AKS,
    manifests: claim('managed-csi'),
    steps: [
      wait(5),
      events('persistentvolumeclaims', 'data', [
        'WaitForFirstConsumer: waiting for first consumer to be created before binding',
      ]),
      applied(user('reader')),
      bound,
      until((world) => attachments(world).some(({ status }) => status?.attached === true), 60),
      wait(2),
      (world) => {
        expect(podEvents(world, 'reader')).toContain(
          `SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "${volumeName(world)}" `,
        );
        const texts = (
          world.eventsAbout(get(world, 'persistentvolumeclaims', 'data')) as unknown as { reason: string }[]
        ).map(({ reason }) => reason);
        expect(texts).toEqual(
          ['WaitForFirstConsumer', 'ExternalProvisioning', 'Provisioning', 'ProvisioningSucceeded'].sort(
            (left, right) => texts.indexOf(left) - texts.indexOf(right),
          ),
        );
      },
    ],
  },
  {
    name: 'of a class that binds at once needs no pod',
    upstream: PV,
    options: AKS,
    manifests: claim('azurefile-csi', '1Gi', 'ReadWriteMany'),
    steps: [bound, columns('persistentvolumeclaims', 'data', { Capacity: '1Gi', 'Access Modes': 'RWX' })],
  },
  {
    name: 'is kept while a pod uses it, and its disk goes after it',
    upstream: 'pkg/controller/volume/pvcprotection/pvc_protection_controller.go',
    options: AKS,
    manifests: `${claim('managed-csi')}---\n${user('reader')}`,
    steps: [
      bound,
      wait(30),
      deleted('persistentvolumeclaims', 'data'),
      wait(20),
      columns('persistentvolumeclaims', 'data', { Status: 'Terminating' }),
      deleted('pods', 'reader'),
      wait(60),
      (world) => expect(phase(world)).toBeUndefined(),
      isOver,
      (world) => expect(attachments(world)).toEqual([]),
    ],
  },
  {
    name: 'of one node holds back a pod on another with a Multi-Attach error',
    upstream: 'pkg/controller/volume/attachdetach/reconciler/reconciler.go',
    options: AKS,
    manifests: `${claim('managed-csi')}---\n${user('first')}`,
    steps: [
      bound,
      until((world) => attachments(world).some(({ status }) => status?.attached === true), 60),
      (world) => {
        const there = attachments(world)[0]!.spec.nodeName;
        const other = [0, 1, 2].map((place) => nodeOf(world, place)).find((name) => name !== there)!;
        applied(user('second', other))(world);
        wait(5)(world);
        expect(podEvents(world, 'second')).toContain(
          `FailedAttachVolume: Multi-Attach error for volume "${volumeName(world)}" Volume is already used by pod(s) first`,
        );
        send(world, 'delete', 'pods', 'first');
        wait(60)(world);
        expect(attachments(world).map(({ spec }) => spec.nodeName)).toEqual([other]);
      },
    ],
  },
  {
    name: 'grows when its class allows it, and is refused when not',
    upstream: 'plugin/pkg/admission/storage/persistentvolume/resize/admission.go',
    options: AKS,
    manifests: `${claim('managed-csi')}---\n${user('reader')}`,
    steps: [
      bound,
      wait(40),
      patched('persistentvolumeclaims', 'data', { spec: { resources: { requests: { storage: '4Gi' } } } }),
      wait(20),
      columns('persistentvolumeclaims', 'data', { Capacity: '4Gi' }),
    ],
  },
  {
    name: 'bound to a volume made by hand cannot grow',
    upstream: 'plugin/pkg/admission/storage/persistentvolume/resize/admission.go',
    manifests: `${volume('small', '1Gi')}---\n${claim('manual')}`,
    steps: [
      bound,
      refused(
        claim('manual', '2Gi'),
        'persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      ),
    ],
  },
  {
    name: 'is Lost when its volume is taken away',
    upstream: PV,
    manifests: `${volume('small', '1Gi')}---\n${claim('manual')}`,
    steps: [
      bound,
      patched('persistentvolumes', 'small', { metadata: { finalizers: null } }),
      deleted('persistentvolumes', 'small'),
      wait(5),
      columns('persistentvolumeclaims', 'data', { Status: 'Lost' }),
    ],
  },
]);
