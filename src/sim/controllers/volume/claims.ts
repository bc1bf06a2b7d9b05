/** Words that claims and volumes share. Upstream: component-helpers/storage/volume/{helpers,pv_helpers}.go. */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { wholeValue } from '../../api/quantity.ts';
import { matchesLabels, selectorOf } from '../../api/selectors.ts';

export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
export const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const OLD_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

export const DISK_DRIVER = 'disk.csi.azure.com';
export const FILE_DRIVER = 'file.csi.azure.com';

export type Claim = Stored<PersistentVolumeClaim>;
export type Volume = Stored<PersistentVolume>;

/** Names of the claims that a pod mounts; those of generic ephemeral volumes bear the pod's name. */
export function claimsOfPod(pod: Stored<Pod>): readonly string[] {
  return (pod.spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${pod.metadata.name}-${name}`] : [];
  });
}

/** Index of an informer: pods by the claims that they mount. */
export const byClaim = {
  claim: (pod: Stored<Pod>): readonly string[] => claimsOfPod(pod).map((name) => `${pod.metadata.namespace}/${name}`),
};

export const isEnded = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

export function isBoundTo(volume: Volume, claim: Claim): boolean {
  const reference = volume.spec?.claimRef;
  if (reference?.name !== claim.metadata.name || reference.namespace !== claim.metadata.namespace) return false;
  return !reference.uid || reference.uid === claim.metadata.uid;
}

export const sizeOf = (volume: PersistentVolume): number => wholeValue(volume.spec?.capacity?.['storage']);
export const wantedSizeOf = (claim: PersistentVolumeClaim): number =>
  wholeValue(claim.spec?.resources?.requests?.['storage']);

const hasModesOf = (volume: Volume, claim: Claim): boolean =>
  (claim.spec?.accessModes ?? []).every((mode) => volume.spec?.accessModes?.includes(mode));

const isOfClassOf = (volume: Volume, claim: Claim): boolean =>
  (volume.spec?.storageClassName ?? '') === (claim.spec?.storageClassName ?? '');

const isOfKindOf = (volume: Volume, claim: Claim): boolean =>
  (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem');

/**
 * Why the volume that a claim names is not what it asks for; undefined when it is.
 * Upstream: pkg/controller/volume/persistentvolume/pv_controller.go (checkVolumeSatisfyClaim).
 */
export function mismatchOf(volume: Volume, claim: Claim): string | undefined {
  if (volume.metadata.deletionTimestamp) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (sizeOf(volume) < wantedSizeOf(claim)) return 'requested PV is too small';
  if (!isOfClassOf(volume, claim)) return 'storageClassName does not match';
  if (!isOfKindOf(volume, claim)) return 'incompatible volumeMode';
  return hasModesOf(volume, claim) ? undefined : 'incompatible accessMode';
}

/**
 * The volume that is kept for the claim; else of the free ones that satisfy it those with the fewest access modes, and
 * the smallest of these. Upstream: pkg/controller/volume/persistentvolume/index.go, FindMatchingVolume.
 */
export function bestMatch(volumes: Iterable<Volume>, claim: Claim, isDelayed: boolean): Volume | undefined {
  let best: Volume | undefined;
  const selector = claim.spec?.selector ? selectorOf(claim.spec.selector) : undefined;
  const modesOf = ({ spec }: Volume): number => spec?.accessModes?.length ?? 0;
  for (const volume of volumes) {
    const isKept = isBoundTo(volume, claim);
    if (volume.metadata.deletionTimestamp || (volume.spec?.claimRef && !isKept)) continue;
    if (sizeOf(volume) < wantedSizeOf(claim) || !isOfKindOf(volume, claim) || !hasModesOf(volume, claim)) continue;
    if (isKept) return volume;
    if (isDelayed || volume.status?.phase !== 'Available' || !isOfClassOf(volume, claim)) continue;
    if (selector && !matchesLabels(selector, volume.metadata.labels)) continue;
    const isBetter = !best || modesOf(volume) - modesOf(best) || sizeOf(volume) - sizeOf(best);
    if (isBetter === true || isBetter < 0) best = volume;
  }
  return best;
}

/** Where a kubelet says which of them it leaves to those. Upstream: pkg/volume/csi/nodeinfomanager/nodeinfomanager.go. */
export const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';

/** Plugins of old that CSI drivers stand in for. Upstream: staging/src/k8s.io/csi-translation-lib/plugins. */
export const MIGRATED: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};

/**
 * Why the controller cannot delete a released volume: '' when it can, undefined when that is not its business (another
 * policy, or an external provisioner). Of its own it deletes only test directories of a host.
 * Upstream: pv_controller.go (findDeletablePlugin), pkg/volume/hostpath/host_path.go (hostPathDeleter).
 */
export function deletionFault({ metadata, spec }: Volume): string | undefined {
  if (spec?.persistentVolumeReclaimPolicy !== 'Delete') return undefined;
  const provisioner = metadata.annotations?.[PROVISIONED_BY];
  if (provisioner && !provisioner.startsWith('kubernetes.io/')) return undefined;
  if (spec.hostPath) {
    const { path } = spec.hostPath;
    return /\/tmp\/.+/.test(path) ? '' : `host_path deleter only supports /tmp/.+ but received provided ${path}`;
  }
  const reason = spec.csi ? 'no volume plugin matched' : 'no deletable volume plugin matched';
  return `Error getting deleter volume plugin for volume "${metadata.name}": ${reason}`;
}

export const keyOfClaimRef = (volume: Volume): string | undefined => {
  const { namespace, name } = volume.spec?.claimRef ?? {};
  return name ? `${namespace}/${name}` : undefined;
};
