/**
 * After a node is chosen: volumes are bound, then the pod. Upstream: pkg/scheduler/schedule_one.go (bindingCycle),
 * framework/plugins/volumebinding/binder.go (BindPodVolumes), framework/plugins/defaultbinder.
 */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { Client } from '../client/index.ts';
import type { Change, ClusterState } from './cluster-state.ts';
import { claimsOf } from './hints.ts';
import { PodInfo } from './pod-info.ts';
import { BOUND_BY_CONTROLLER, isFullyBound, SELECTED_NODE } from './plugins/volumes/claims.ts';
import { bindingsOn, volumeBinding, type VolumeBindings } from './plugins/volumes/volume-binding.ts';

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

/** Whether all claims of the pod are bound; a text says why they will never be. */
export function areVolumesBound(pod: Stored<Pod>, cluster: ClusterState): boolean | string {
  for (const { claim: name } of claimsOf(PodInfo.of(pod))) {
    const claim = cluster.find('persistentvolumeclaims', pod.metadata.namespace, name);
    if (!claim) return `persistentvolumeclaim "${name}" not found`;
    if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
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
