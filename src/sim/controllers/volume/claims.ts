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

/** Whether the volume is what the claim asks for, whoever has it. */
export function satisfies(volume: Volume, claim: Claim): boolean {
  const { spec } = claim;
  const modes = volume.spec?.accessModes ?? [];
  return (
    (volume.spec?.storageClassName ?? '') === (spec?.storageClassName ?? '') &&
    (volume.spec?.volumeMode ?? 'Filesystem') === (spec?.volumeMode ?? 'Filesystem') &&
    (spec?.accessModes ?? []).every((mode) => modes.includes(mode)) &&
    sizeOf(volume) >= wantedSizeOf(claim)
  );
}

/** The smallest free volume that satisfies the claim, or the one that is kept for it. */
export function bestMatch(volumes: Iterable<Volume>, claim: Claim, isDelayed: boolean): Volume | undefined {
  let best: Volume | undefined;
  const selector = claim.spec?.selector ? selectorOf(claim.spec.selector) : undefined;
  for (const volume of volumes) {
    if (volume.metadata.deletionTimestamp) continue;
    if (isBoundTo(volume, claim) && satisfies(volume, claim)) return volume;
    if (isDelayed || volume.spec?.claimRef || volume.status?.phase !== 'Available') continue;
    if (selector && !matchesLabels(selector, volume.metadata.labels)) continue;
    if (!satisfies(volume, claim)) continue;
    if (!best || sizeOf(volume) < sizeOf(best)) best = volume;
  }
  return best;
}

export const keyOfClaimRef = (volume: Volume): string | undefined => {
  const { namespace, name } = volume.spec?.claimRef ?? {};
  return name ? `${namespace}/${name}` : undefined;
};
