/** Which volume a claim gets, and what becomes of it afterwards. Upstream by the path in each case. */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import { expect } from 'vitest';
import type { Stored } from '../../src/sim/api/object.ts';
import type { World } from '../../src/sim/world.ts';
import { log } from '../support/shell.ts';
import { apply, eventsOf } from '../support/world.ts';
import { columns, deleted, get, parity, patched, until, wait, type Step } from './support/parity.ts';

interface Wanted {
  readonly size?: string;
  readonly modes?: string;
  readonly more?: string;
  readonly labels?: string;
}

const volume = (name: string, { size = '1Gi', modes = 'ReadWriteOnce', more = '', labels = '' }: Wanted = {}): string =>
  `apiVersion: v1
kind: PersistentVolume
metadata: { name: ${name}, labels: { ${labels} } }
spec: { storageClassName: manual, capacity: { storage: ${size} }, accessModes: [${modes}], hostPath: { path: /srv/${name} }, ${more} }
`;
const claim = (name: string, { size = '1Gi', modes = 'ReadWriteOnce', more = '' }: Wanted = {}): string =>
  `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name} }
spec: { storageClassName: manual, accessModes: [${modes}], resources: { requests: { storage: ${size} } }, ${more} }
`;
const volumeOf = (world: World, name: string): Stored<PersistentVolume> =>
  get(world, 'persistentvolumes', name) as Stored<PersistentVolume>;
const claimOf = (world: World, name: string): Stored<PersistentVolumeClaim> =>
  get(world, 'persistentvolumeclaims', name) as Stored<PersistentVolumeClaim>;
const got =
  (expected: Readonly<Record<string, string>>): Step =>
  (world) => {
    const found = Object.keys(expected).map((name) => [name, claimOf(world, name).spec?.volumeName ?? '']);
    expect(Object.fromEntries(found)).toEqual(expected);
  };
const phase =
  (name: string, expected: string): Step =>
  (world) =>
    expect(volumeOf(world, name).status?.phase).toBe(expected);
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const MATCH = 'pkg/controller/volume/persistentvolume/index.go (findByClaim)';
const BINDER = 'pkg/controller/volume/persistentvolume/pv_controller.go';

parity('The volume that a claim gets', [
  {
    name: 'is large enough, offers its access modes and its mode, and bears the labels that it selects',
    upstream: MATCH,
    manifests: [
      volume('small', { size: '1Gi' }),
      volume('many', { size: '3Gi', modes: 'ReadWriteMany' }),
      volume('raw', { size: '2Gi', more: 'volumeMode: Block' }),
      volume('gold', { size: '5Gi', labels: 'tier: gold' }),
      volume('plain', { size: '4Gi', labels: 'tier: plain' }),
    ].join('---\n'),
    steps: [
      wait(1),
      (world) => {
        apply(world, claim('large', { size: '2Gi' }));
        apply(world, claim('shared', { modes: 'ReadWriteMany' }));
        apply(world, claim('block', { more: 'volumeMode: Block' }));
        apply(world, claim('picky', { more: 'selector: { matchLabels: { tier: gold } }' }));
        apply(world, claim('huge', { size: '9Gi' }));
      },
      wait(3),
      got({ large: 'plain', shared: 'many', block: 'raw', picky: 'gold', huge: '' }),
      phase('small', 'Available'),
      (world) => expect(claimOf(world, 'large').status).toMatchObject({ capacity: { storage: '4Gi' } }),
    ],
  },

  {
    name: 'is the one that is kept for it, however much larger, and no other claim gets that',
    upstream: `${MATCH}, ${BINDER} (syncUnboundClaim)`,
    manifests: [
      volume('fit'),
      volume('kept', { size: '8Gi', more: 'claimRef: { namespace: default, name: mine }' }),
      claim('other', { size: '6Gi' }),
    ].join('---\n'),
    steps: [
      wait(2),
      phase('kept', 'Available'),
      got({ other: '' }),
      (world) => {
        apply(world, claim('mine'));
      },
      wait(2),
      got({ mine: 'kept', other: '' }),
      (world) => {
        // Who has chosen whom is remembered: the volume was promised by hand, the claim was free.
        expect(volumeOf(world, 'kept').metadata.annotations).not.toHaveProperty([BOUND_BY_CONTROLLER]);
        expect(claimOf(world, 'mine').metadata.annotations).toMatchObject({
          [BOUND_BY_CONTROLLER]: 'yes',
          'pv.kubernetes.io/bind-completed': 'yes',
        });
      },
    ],
  },
]);

const uses = (name: string, command: string): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  restartPolicy: Never
  nodeSelector: { kubernetes.io/hostname: NODE }
  containers: [{ name: main, image: 'busybox:1.36', command: [sh, -c, '${command}'], volumeMounts: [{ name: v, mountPath: /data }] }]
  volumes: [{ name: v, persistentVolumeClaim: { claimName: mine } }]
`;
const run =
  (name: string, command: string): Step =>
  (world) => {
    const [node] = [...world.list('nodes')];
    apply(world, uses(name, command).replace('NODE', node!.metadata.name));
    until(
      (later) => (later.find('pods', 'default', name) as Pod | undefined)?.status?.phase === 'Succeeded',
      60,
    )(world);
  };

parity('A volume whose claim goes', [
  {
    name: 'and that is retained is Released with its data, and free again once its claimRef is cleared',
    upstream: `${BINDER} (syncVolume, reclaimVolume)`,
    manifests: `${volume('keep')}---\n${claim('mine')}`,
    steps: [
      wait(2),
      run('writer', 'echo kept > /data/file'),
      deleted('pods', 'writer'),
      deleted('persistentvolumeclaims', 'mine'),
      wait(5),
      columns('persistentvolumes', 'keep', { Status: 'Released', Claim: 'default/mine', 'Reclaim Policy': 'Retain' }),
      (world) => {
        apply(world, claim('mine'));
      },
      wait(20),
      got({ mine: '' }),
      patched('persistentvolumes', 'keep', { spec: { claimRef: null } }),
      wait(20),
      got({ mine: 'keep' }),
      run('reader', 'cat /data/file'),
      (world) => expect(log(world, 'reader')).toEqual(['kept']),
    ],
  },

  {
    name: 'and that is to be recycled is emptied by a pod, and free again',
    upstream: `${BINDER} (recycleVolumeOperation), pkg/volume/util/recyclerclient/recycler_client.go`,
    manifests: `${volume('again', { more: 'persistentVolumeReclaimPolicy: Recycle' })}---\n${claim('mine')}`,
    steps: [
      wait(2),
      run('writer', 'echo old > /data/file; ls /data'),
      deleted('pods', 'writer'),
      deleted('persistentvolumeclaims', 'mine'),
      wait(1),
      (world) => {
        const { metadata, spec } = get(world, 'pods', 'recycler-for-again') as Stored<Pod>;
        expect(metadata.ownerReferences).toBeUndefined();
        expect(spec).toMatchObject({
          activeDeadlineSeconds: 60,
          restartPolicy: 'Never',
          containers: [{ name: 'pv-recycler' }],
        });
        expect(spec!.volumes![0]).toMatchObject({ name: 'vol', hostPath: { path: '/srv/again' } });
      },
      phase('again', 'Released'),
      wait(20),
      phase('again', 'Available'),
      (world) => {
        expect(world.find('pods', 'default', 'recycler-for-again')).toBeUndefined();
        expect(volumeOf(world, 'again').spec!.claimRef).toBeUndefined();
        expect(volumeOf(world, 'again').metadata.annotations).not.toHaveProperty([BOUND_BY_CONTROLLER]);
        expect(eventsOf(world, volumeOf(world, 'again'))).toContain('VolumeRecycled: Volume recycled');
      },
    ],
  },

  {
    name: 'and that nothing can recycle has failed',
    upstream: `${BINDER} (recycleVolumeOperation)`,
    manifests: `${volume('disk', { more: 'persistentVolumeReclaimPolicy: Recycle' }).replace(
      'hostPath: { path: /srv/disk }',
      'csi: { driver: disk.csi.azure.com, volumeHandle: d }',
    )}---\n${claim('mine')}`,
    steps: [
      wait(2),
      deleted('persistentvolumeclaims', 'mine'),
      wait(2),
      phase('disk', 'Failed'),
      (world) => {
        expect(volumeOf(world, 'disk').status!.message).toBe('No recycler plugin found for the volume!');
        expect(eventsOf(world, volumeOf(world, 'disk'))).toContain(
          'VolumeFailedRecycle: No recycler plugin found for the volume!',
        );
      },
    ],
  },
]);

parity('A volume that is deleted', [
  {
    name: 'stays while a claim has it, and goes with the claim',
    upstream: 'pkg/controller/volume/pvprotection/pv_protection_controller.go',
    manifests: `${volume('held')}---\n${volume('free')}---\n${claim('mine')}`,
    steps: [
      wait(2),
      (world) => {
        const [held, free] = claimOf(world, 'mine').spec!.volumeName === 'held' ? ['held', 'free'] : ['free', 'held'];
        deleted('persistentvolumes', held!)(world);
        deleted('persistentvolumes', free!)(world);
        wait(3)(world);
        expect(world.find('persistentvolumes', undefined, free!)).toBeUndefined();
        expect(volumeOf(world, held!).metadata).toMatchObject({ finalizers: ['kubernetes.io/pv-protection'] });
        columns('persistentvolumes', held!, { Status: 'Terminating' })(world);
        expect(claimOf(world, 'mine').status?.phase).toBe('Bound');
        deleted('persistentvolumeclaims', 'mine')(world);
        wait(3)(world);
        expect([...world.list('persistentvolumes')]).toEqual([]);
      },
    ],
  },
]);
