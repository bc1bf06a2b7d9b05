/**
 * Claims and the volumes they are or will be bound to. Upstream: framework/plugins/volumebinding/{volume_binding,binder}.go,
 * component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume). Storage capacities are not looked at: no driver of
 * this cluster publishes them.
 */
import type { PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { parseQuantity } from '../../../api/quantity.ts';
import { matchesLabels, selectorOf } from '../../../api/selectors.ts';
import type { Stored } from '../../../api/object.ts';
import { isDeepEqual } from '../../../apiserver/index.ts';
import type { ClusterState } from '../../cluster-state.ts';
import type { ArithmeticLine } from '../../decision.ts';
import { unresolvable, type Plugin, type PluginStatus } from '../../framework.ts';
import { claimsOf, isOwnClaim } from '../../hints.ts';
import type { NodeInfo } from '../../node-info.ts';
import type { PodInfo } from '../../pod-info.ts';
import {
  classNameOf,
  defaultedBindingMode,
  isBoundTo,
  isFullyBound,
  isOwnedBy,
  isReachable,
  SELECTED_NODE,
} from './claims.ts';
import { MIGRATED_PLUGINS } from './migration.ts';

const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
const OTHER_NODE = "node(s) didn't match PersistentVolume's node affinity";
const LOST_VOLUME = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

type Claim = Stored<PersistentVolumeClaim>;
type Volume = Stored<PersistentVolume>;

export interface VolumeClaims {
  readonly bound: readonly Claim[];
  /** Wait for their first consumer. */
  readonly waiting: readonly Claim[];
}

/** What binding the pod to a node means for its claims. */
export interface VolumeBindings {
  readonly static: readonly { readonly claim: Claim; readonly volume: Volume }[];
  readonly provisioned: readonly Claim[];
}

function faultOf(pod: PodInfo, name: string, isEphemeral: boolean, claim: Claim | undefined): string | undefined {
  if (!claim) {
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : `persistentvolumeclaim "${name}" not found`;
  }
  if (claim.status?.phase === 'Lost')
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ''}"`;
  if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
  if (isEphemeral && !isOwnedBy(claim, pod.uid))
    return `PVC ${pod.namespace}/${name} was not created for pod ${pod.key} (pod is not owner)`;
  return undefined;
}

function sortClaims(
  pod: PodInfo,
  cluster: ClusterState,
): { status: PluginStatus } | { isSkipped: true } | { state: VolumeClaims } {
  const names = claimsOf(pod);
  if (names.length === 0) return { isSkipped: true };
  const claims: Claim[] = [];
  for (const { claim: name, isEphemeral } of names) {
    const claim = cluster.find('persistentvolumeclaims', pod.namespace, name);
    const fault = faultOf(pod, name, isEphemeral, claim);
    if (fault !== undefined) return { status: unresolvable(fault) };
    claims.push(claim!);
  }
  const [bound, waiting]: [Claim[], Claim[]] = [[], []];
  let hasImmediate = false;
  for (const claim of claims) {
    if (isFullyBound(claim)) {
      bound.push(claim);
      continue;
    }
    const className = classNameOf(claim);
    const storageClass = className ? cluster.find('storageclasses.storage.k8s.io', undefined, className) : undefined;
    // A class that is not there does not delay anything.
    const isDelayed = storageClass && defaultedBindingMode(storageClass) === 'WaitForFirstConsumer';
    if (isDelayed && !claim.spec?.volumeName) waiting.push(claim);
    else hasImmediate = true;
  }
  if (hasImmediate) return { status: unresolvable('pod has unbound immediate PersistentVolumeClaims') };
  return { state: { bound, waiting } };
}

const sizeOf = (claim: PersistentVolumeClaim): number =>
  parseQuantity(claim.spec?.resources?.requests?.['storage'] ?? 0) ?? 0;
const capacityOf = (volume: PersistentVolume): number => parseQuantity(volume.spec?.capacity?.['storage'] ?? 0) ?? 0;

const attributesOf = ({ spec }: Claim | Volume): string => spec?.volumeAttributesClassName ?? '';

/** The smallest volume that suits, or the one that is reserved for the claim; upstream lists those of the claim's class alone. */
function matchingVolume(
  claim: Claim,
  volumes: readonly Volume[],
  node: NodeInfo,
  taken: ReadonlySet<string>,
): Volume | undefined {
  const selector = claim.spec?.selector ? selectorOf(claim.spec.selector) : undefined;
  let smallest: Volume | undefined;
  for (const volume of volumes) {
    const { spec, metadata, status } = volume;
    if (taken.has(metadata.name) || metadata.deletionTimestamp || classNameOf(volume) !== classNameOf(claim)) continue;
    const isReserved = isBoundTo(volume, claim);
    if (spec?.claimRef && !isReserved) continue;
    if (capacityOf(volume) < sizeOf(claim)) continue;
    if ((spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) continue;
    if (attributesOf(volume) !== attributesOf(claim)) continue;
    if (isReserved) return isReachable(volume, node) ? volume : undefined;
    if (status?.phase !== 'Available') continue;
    if (selector && !matchesLabels(selector, metadata.labels)) continue;
    if (!isReachable(volume, node)) continue;
    if (!(claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode))) continue;
    if (!smallest || isSmaller(volume, smallest)) smallest = volume;
  }
  return smallest;
}

function isSmaller(volume: Volume, other: Volume): boolean {
  const difference = capacityOf(volume) - capacityOf(other);
  return difference < 0 || (difference === 0 && volume.metadata.name < other.metadata.name);
}

function canProvision({ provisioner, allowedTopologies }: StorageClass, { labels }: NodeInfo): boolean {
  if (!provisioner || provisioner === 'kubernetes.io/no-provisioner') return false;
  if (!allowedTopologies || allowedTopologies.length === 0) return true;
  return allowedTopologies.some(
    ({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.length > 0 &&
      matchLabelExpressions.every(({ key, values }) => labels[key] !== undefined && values.includes(labels[key])),
  );
}

/** How the waiting claims would be bound on a node; undefined when they cannot. */
export function bindingsOn(
  { waiting }: VolumeClaims,
  node: NodeInfo,
  cluster: ClusterState,
): VolumeBindings | undefined {
  const [found, provisioned]: [VolumeBindings['static'][number][], Claim[]] = [[], []];
  const toMatch: Claim[] = [];
  for (const claim of waiting) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE];
    if (selected === undefined) toMatch.push(claim);
    else if (selected === node.name) provisioned.push(claim);
    else return undefined;
  }
  const taken = new Set<string>();
  const volumes = toMatch.length > 0 ? [...cluster.list('persistentvolumes')] : [];
  for (const claim of [...toMatch].sort((left, right) => sizeOf(left) - sizeOf(right))) {
    const volume = matchingVolume(claim, volumes, node, taken);
    if (!volume) provisioned.push(claim);
    else {
      taken.add(volume.metadata.name);
      found.push({ claim, volume });
    }
  }
  for (const claim of provisioned) {
    const storageClass = cluster.find('storageclasses.storage.k8s.io', undefined, classNameOf(claim));
    if (!storageClass || !canProvision(storageClass, node)) return undefined;
  }
  return { static: found, provisioned };
}

const NOT_BOUND = unresolvable(NO_VOLUME);
const BOTH = unresolvable(OTHER_NODE, NO_VOLUME);

/** What the pod's bound volumes say to a node. */
function boundFault({ bound }: VolumeClaims, node: NodeInfo, cluster: ClusterState): string | undefined {
  for (const claim of bound) {
    const volume = cluster.find('persistentvolumes', undefined, claim.spec!.volumeName!);
    if (!volume) return LOST_VOLUME;
    if (!isReachable(volume, node)) return OTHER_NODE;
  }
  return undefined;
}

const storageOf = (amount: string | number | undefined): string => String(amount ?? 0);

/** Each claim that waits with the volume it would get, or who would make it one. */
function explainWaiting(claims: VolumeClaims, node: NodeInfo, cluster: ClusterState): readonly ArithmeticLine[] {
  const bindings = bindingsOn(claims, node, cluster);
  if (!bindings) return claims.waiting.map(({ metadata }) => ({ label: metadata.name, expression: '∅' }));
  return [
    ...bindings.static.map(({ claim, volume }) => {
      const has = storageOf(volume.spec?.capacity?.['storage']);
      const wants = storageOf(claim.spec?.resources?.requests?.['storage']);
      return { label: claim.metadata.name, expression: `${volume.metadata.name}: ${has} ≥ ${wants}` };
    }),
    ...bindings.provisioned.map((claim) => {
      const storageClass = cluster.find('storageclasses.storage.k8s.io', undefined, classNameOf(claim));
      return { label: claim.metadata.name, expression: `${storageClass!.metadata.name}: ${storageClass!.provisioner}` };
    }),
  ];
}

export const volumeBinding: Plugin<VolumeClaims> = {
  name: 'VolumeBinding',
  preFilter: sortClaims,
  filter(_pod, node, claims, cluster) {
    const fault = boundFault(claims, node, cluster);
    const canBind = claims.waiting.length === 0 || bindingsOn(claims, node, cluster) !== undefined;
    if (fault === undefined) return canBind ? undefined : NOT_BOUND;
    if (canBind) return unresolvable(fault);
    return fault === OTHER_NODE ? BOTH : unresolvable(NO_VOLUME, fault);
  },
  explainFilter: (_pod, node, claims, cluster) => [
    ...claims.bound.map((claim) => {
      const name = claim.spec!.volumeName!;
      const volume = cluster.find('persistentvolumes', undefined, name);
      return { label: claim.metadata.name, expression: `${name} ${volume && isReachable(volume, node) ? '✓' : '✗'}` };
    }),
    ...explainWaiting(claims, node, cluster),
  ],
  preScore: () => ({ isSkipped: true }),
  score: () => 0,
  hints: [
    {
      resource: 'storageclasses.storage.k8s.io',
      actions: ['Add', 'Update'],
      helps: (_pod, { old, next }) =>
        !old ||
        !isDeepEqual((old as Stored<StorageClass>).allowedTopologies, (next as Stored<StorageClass>).allowedTopologies),
    },
    { resource: 'persistentvolumeclaims', actions: ['Add', 'Update'], helps: isOwnClaim },
    { resource: 'persistentvolumes', actions: ['Add', 'Update'] },
    { resource: 'node', actions: ['Add', 'UpdateNodeLabel'] },
    {
      resource: 'csinodes.storage.k8s.io',
      actions: ['Add', 'Update'],
      helps: (_pod, { old, next }) =>
        old?.metadata.annotations?.[MIGRATED_PLUGINS] !== next?.metadata.annotations?.[MIGRATED_PLUGINS] || !old,
    },
  ],
};
