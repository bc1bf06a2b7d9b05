/**
 * Disks that only one pod may have, and claims of access mode ReadWriteOncePod.
 * Upstream: framework/plugins/volumerestrictions/volume_restrictions.go.
 */
import type { Volume } from 'kubernetes-types/core/v1';
import { unresolvable, unschedulable, type Plugin } from '../../framework.ts';
import { isOwnClaim, podsOfEvent } from '../../hints.ts';
import type { PodInfo } from '../../pod-info.ts';

const DISK_TAKEN = unschedulable('node(s) had no available disk');
const CLAIM_TAKEN = unschedulable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

interface FilterState {
  readonly hasDisks: boolean;
  readonly exclusiveClaims: ReadonlySet<string>;
  uses: number;
}

const isExclusive = ({ gcePersistentDisk, awsElasticBlockStore, rbd, iscsi }: Volume): boolean =>
  Boolean(gcePersistentDisk || awsElasticBlockStore || rbd || iscsi);

const volumesOf = ({ pod }: PodInfo): readonly Volume[] => pod.spec?.volumes ?? [];

function conflict(left: Volume, right: Volume): boolean {
  const areReadOnly = (first: { readOnly?: boolean }, second: { readOnly?: boolean }): boolean =>
    first.readOnly === true && second.readOnly === true;
  const [disk, otherDisk] = [left.gcePersistentDisk, right.gcePersistentDisk];
  if (disk && otherDisk && disk.pdName === otherDisk.pdName && !areReadOnly(disk, otherDisk)) return true;
  const [store, otherStore] = [left.awsElasticBlockStore, right.awsElasticBlockStore];
  if (store && otherStore && store.volumeID === otherStore.volumeID) return true;
  const [iscsi, otherIscsi] = [left.iscsi, right.iscsi];
  if (iscsi && otherIscsi && iscsi.iqn === otherIscsi.iqn && !areReadOnly(iscsi, otherIscsi)) return true;
  const [rbd, otherRbd] = [left.rbd, right.rbd];
  if (!rbd || !otherRbd || rbd.pool !== otherRbd.pool || rbd.image !== otherRbd.image) return false;
  return rbd.monitors.some((monitor) => otherRbd.monitors.includes(monitor)) && !areReadOnly(rbd, otherRbd);
}

const haveConflict = (pod: PodInfo, other: PodInfo): boolean =>
  volumesOf(pod).some(
    (volume) => isExclusive(volume) && volumesOf(other).some((otherVolume) => conflict(volume, otherVolume)),
  );

function usesBy(other: PodInfo, { exclusiveClaims }: FilterState): number {
  return volumesOf(other).filter(
    ({ persistentVolumeClaim }) => persistentVolumeClaim && exclusiveClaims.has(persistentVolumeClaim.claimName),
  ).length;
}

export const volumeRestrictions: Plugin<FilterState> = {
  name: 'VolumeRestrictions',
  preFilter(pod, cluster) {
    const volumes = volumesOf(pod);
    if (volumes.length === 0) return { isSkipped: true };
    const exclusiveClaims = new Set<string>();
    for (const { persistentVolumeClaim } of volumes) {
      if (!persistentVolumeClaim) continue;
      const { claimName } = persistentVolumeClaim;
      const claim = cluster.find('persistentvolumeclaims', pod.namespace, claimName);
      if (!claim) return { status: unresolvable(`persistentvolumeclaim "${claimName}" not found`) };
      if (claim.spec?.accessModes?.includes('ReadWriteOncePod')) exclusiveClaims.add(claimName);
    }
    const uses = [...exclusiveClaims].filter((claim) => cluster.isClaimUsed(pod.namespace, claim)).length;
    const hasDisks = volumes.some(isExclusive);
    if (!hasDisks && uses === 0) return { isSkipped: true };
    return { state: { hasDisks, exclusiveClaims, uses } };
  },
  filter(pod, node, state) {
    if (state.hasDisks) for (const other of node.pods.values()) if (haveConflict(pod, other)) return DISK_TAKEN;
    return state.uses > 0 ? CLAIM_TAKEN : undefined;
  },
  addPod(state, _pod, other) {
    state.uses += usesBy(other, state);
  },
  removePod(state, _pod, other) {
    state.uses -= usesBy(other, state);
  },
  cloneState: (state) => ({ ...state }),
  hints: [
    {
      resource: 'assigned',
      actions: ['Delete'],
      helps: (pod, event) => {
        const old = podsOfEvent(event).old!;
        if (old.namespace !== pod.namespace) return false;
        if (haveConflict(pod, old)) return true;
        const claims = volumesOf(pod).map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName);
        return volumesOf(old).some(({ persistentVolumeClaim: claim }) => claim && claims.includes(claim.claimName));
      },
    },
    { resource: 'node', actions: ['Add'] },
    { resource: 'persistentvolumeclaims', actions: ['Add'], helps: isOwnClaim },
  ],
};
