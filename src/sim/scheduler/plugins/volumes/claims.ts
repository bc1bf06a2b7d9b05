/** Claims, classes and volumes, as the volume plugins read them. Upstream: component-helpers/storage/volume. */
import type { PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { matchesTerm } from '../../../api/node-fit.ts';
import type { NodeInfo } from '../../node-info.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

export const classNameOf = (object: PersistentVolumeClaim | PersistentVolume): string =>
  object.metadata?.annotations?.[CLASS_ANNOTATION] ?? object.spec?.storageClassName ?? '';

export const defaultedBindingMode = ({ volumeBindingMode }: StorageClass): string => volumeBindingMode ?? 'Immediate';

export const isFullyBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec?.volumeName) && metadata?.annotations?.[BIND_COMPLETED] !== undefined;

/** Whether a claim was made for a pod's ephemeral volume. Upstream: component-helpers/storage/ephemeral (VolumeIsForPod). */
export const isOwnedBy = ({ metadata }: PersistentVolumeClaim, podUid: string): boolean =>
  metadata?.ownerReferences?.some(({ uid, controller }) => controller && uid === podUid) ?? false;

/** Whether the volume can be used from the node. */
export function isReachable({ spec }: PersistentVolume, { node }: NodeInfo): boolean {
  const required = spec?.nodeAffinity?.required;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

/** Whether a volume names the claim: its uid counts once it is set. */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const ref = volume.spec?.claimRef;
  if (!ref || ref.name !== claim.metadata?.name || ref.namespace !== (claim.metadata?.namespace ?? 'default'))
    return false;
  return !ref.uid || ref.uid === claim.metadata?.uid;
}
