/**
 * After a node is chosen: volumes are bound, then the pod. Upstream: pkg/scheduler/schedule_one.go (bindingCycle),
 * framework/plugins/volumebinding/binder.go (BindPodVolumes), framework/plugins/defaultbinder.
 */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import { keyOf, type ObjectKey, type Stored } from '../api/object.ts';
import type { Client } from '../client/index.ts';
import type { Change, ClusterState, Listed } from './cluster-state.ts';
import type { PodInfo } from './pod-info.ts';
import type { QueuedPod } from './queue.ts';
import { BOUND_BY_CONTROLLER, isFullyBound, isReachable, SELECTED_NODE } from './plugins/volumes/claims.ts';
import type { VolumeBindingArgs } from './plugins/registry.ts';
import { bindingsOn, volumeBinding, type VolumeBindings } from './plugins/volumes/volume-binding.ts';

/** How often it is looked whether volumes are bound, and for how long if the profile does not say. */
export const VOLUME_CHECK_MS = 1_000;
const BIND_TIMEOUT_SECONDS = 600;

export const bindTimeoutMs = (args: VolumeBindingArgs | undefined): number =>
  (args?.bindTimeoutSeconds ?? BIND_TIMEOUT_SECONDS) * 1000;

/** A pod that has its node, and perhaps has to wait for its volumes. */
export interface Binding {
  readonly queued: QueuedPod;
  readonly pod: Stored<Pod>;
  readonly node: string;
  readonly message: string;
  readonly since: number;
  readonly volumes?: AwaitedVolumes;
}

/** How the claims of a pod that wait for their first consumer are bound on the chosen node, if there are any. */
export function volumesToBind(pod: PodInfo, node: string, cluster: ClusterState): VolumeBindings | undefined {
  const claims = volumeBinding.preFilter!(pod, cluster)?.state;
  const info = cluster.node(node);
  if (!claims || claims.waiting.length === 0 || !info) return undefined;
  return bindingsOn(claims, info, cluster);
}

/** The objects as they will be: the next cycle must not give the same volume away again. */
export function assumedVolumes({ static: matched, provisioned }: VolumeBindings, node: string): readonly Change[] {
  return [
    ...matched.map(({ claim, volume }): Change => {
      const object = withClaim(volume, claim);
      return { kind: 'object', resource: 'persistentvolumes', key: volume.metadata.name, object };
    }),
    ...provisioned.map((claim): Change => {
      const { namespace, name, annotations } = claim.metadata;
      const metadata = { ...claim.metadata, annotations: { ...annotations, [SELECTED_NODE]: node } };
      return {
        kind: 'object',
        resource: 'persistentvolumeclaims',
        key: `${namespace}/${name}`,
        object: { ...claim, metadata },
      };
    }),
  ];
}

function withClaim(
  volume: Stored<PersistentVolume>,
  { metadata }: Stored<PersistentVolumeClaim>,
): Stored<PersistentVolume> {
  const { namespace, name, uid, resourceVersion } = metadata;
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion } as const;
  const annotations = { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
  return { ...volume, metadata: { ...volume.metadata, annotations }, spec: { ...volume.spec, claimRef } };
}

/** Writes what the volume controller goes on from. Returns the text of a failure. */
export function startBinding(
  client: Client,
  { static: matched, provisioned }: VolumeBindings,
  node: string,
): string | undefined {
  for (const { claim, volume } of matched) {
    const written = client.update('persistentvolumes', withClaim(volume, claim));
    if (!written.ok) return written.status.message ?? '';
  }
  for (const { metadata } of provisioned) {
    const annotations = { [SELECTED_NODE]: node };
    const written = client.patch('persistentvolumeclaims', metadata.namespace, metadata.name, 'merge', {
      metadata: { annotations },
    });
    if (!written.ok) return written.status.message ?? '';
  }
  return undefined;
}

/** What a pod that is being bound waits for, by the keys of the objects. */
export interface AwaitedVolumes {
  readonly static: readonly { readonly claim: ObjectKey; readonly volume: ObjectKey }[];
  readonly provisioned: readonly ObjectKey[];
}

export const awaited = (volumes: VolumeBindings): AwaitedVolumes => ({
  static: volumes.static.map(({ claim, volume }) => ({ claim: keyOf(claim), volume: keyOf(volume) })),
  provisioned: volumes.provisioned.map(keyOf),
});

/** Objects that were taken to be bound already: when binding has failed they count as they are. */
export function heldBy(volumes: AwaitedVolumes): readonly { readonly resource: Listed; readonly key: ObjectKey }[] {
  return [
    ...volumes.static.map(({ volume: key }) => ({ resource: 'persistentvolumes' as const, key })),
    ...volumes.provisioned.map((key) => ({ resource: 'persistentvolumeclaims' as const, key })),
  ];
}

const notFound = (kind: string, key: ObjectKey): string => `could not find v1.${kind} "${key}": object not found`;

/** Whether all volumes are bound; a text says why they will never be. Upstream: binder.go (checkBindings). */
export function areVolumesBound(volumes: AwaitedVolumes, nodeName: string, cluster: ClusterState): boolean | string {
  const node = cluster.node(nodeName);
  if (!node) return `failed to get node "${nodeName}": node "${nodeName}" not found`;
  const claimAt = (key: ObjectKey): Stored<PersistentVolumeClaim> | undefined => {
    const [namespace, name] = key.split('/', 2) as [string, string];
    return cluster.find('persistentvolumeclaims', namespace, name);
  };
  const misplaced = (name: string): string | undefined => {
    const volume = cluster.find('persistentvolumes', undefined, name);
    if (!volume || isReachable(volume, node)) return undefined;
    return `pv "${name}" node affinity doesn't match node "${nodeName}": no matching NodeSelectorTerms`;
  };
  for (const { claim: key, volume: name } of volumes.static) {
    const volume = cluster.find('persistentvolumes', undefined, name);
    const claim = claimAt(key);
    if (!volume) return `failed to check binding: ${notFound('PersistentVolume', name)}`;
    if (!claim) return `failed to check binding: ${notFound('PersistentVolumeClaim', key)}`;
    const fault = misplaced(name);
    if (fault !== undefined) return fault;
    if (!volume.spec?.claimRef?.uid) return `ClaimRef got reset for pv "${name}"`;
    if (!isFullyBound(claim)) return false;
  }
  for (const key of volumes.provisioned) {
    const claim = claimAt(key);
    if (!claim) return `failed to check provisioning pvc: ${notFound('PersistentVolumeClaim', key)}`;
    const { name, annotations } = claim.metadata;
    if (!annotations) return `selectedNode annotation reset for PVC "${name}"`;
    // A provisioner that gives up takes the node off the claim.
    if (annotations[SELECTED_NODE] !== nodeName) return `provisioning failed for PVC "${name}"`;
    const fault = claim.spec?.volumeName ? misplaced(claim.spec.volumeName) : undefined;
    if (fault !== undefined) return fault;
    if (!isFullyBound(claim)) return false;
  }
  return true;
}

/** POST pods/binding. Returns the status of a failure. */
export function bindPod(
  client: Client,
  { metadata }: Stored<Pod>,
  node: string,
): { code: number; message: string } | undefined {
  const { namespace, name, uid } = metadata;
  const bound = client.createSubresource('pods', 'binding', namespace, name, {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace, uid },
    target: { kind: 'Node', name: node },
  });
  if (bound.ok) return undefined;
  return { code: bound.status.code ?? 500, message: bound.status.message ?? '' };
}
