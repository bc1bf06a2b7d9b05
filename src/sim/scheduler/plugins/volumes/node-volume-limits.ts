/**
 * How many volumes of a driver a node can have attached. Upstream: framework/plugins/nodevolumelimits/csi.go. Volumes of
 * the in-tree plugins of Azure count for their CSI drivers, which have taken them over; other clouds' are not counted.
 */
import type { CSIPersistentVolumeSource, PersistentVolume, Volume } from 'kubernetes-types/core/v1';
import type { CSINode, VolumeAttachment } from 'kubernetes-types/storage/v1';
import type { Stored } from '../../../api/object.ts';
import type { ClusterState } from '../../cluster-state.ts';
import { unresolvable, unschedulable, type Plugin, type PluginStatus } from '../../framework.ts';
import { claimsOf, isOwnClaim, podsOfEvent } from '../../hints.ts';
import type { PodInfo } from '../../pod-info.ts';
import { classNameOf } from './claims.ts';

const TOO_MANY = unschedulable('node(s) exceed max volume count');

const DRIVER_OF: Readonly<Record<string, string>> = {
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
};

function sourceOf({ spec }: PersistentVolume): Pick<CSIPersistentVolumeSource, 'driver' | 'volumeHandle'> | undefined {
  if (spec?.csi) return spec.csi;
  if (spec?.azureDisk) return { driver: 'disk.csi.azure.com', volumeHandle: spec.azureDisk.diskURI };
  return undefined;
}

/** Volume (driver and handle) to driver, of all that a pod has or will have attached. */
function attachableOf(pod: PodInfo, cluster: ClusterState): { volumes: Map<string, string>; missing?: string } {
  const volumes = new Map<string, string>();
  let missing: string | undefined;
  for (const { claim: name } of claimsOf(pod)) {
    const claim = cluster.find('persistentvolumeclaims', pod.namespace, name);
    if (!claim) {
      missing ??= `looking up PVC ${pod.namespace}/${name}: persistentvolumeclaim "${name}" not found`;
      continue;
    }
    const volume = claim.spec?.volumeName && cluster.find('persistentvolumes', undefined, claim.spec.volumeName);
    const source = volume ? sourceOf(volume) : provisionedBy(classNameOf(claim), `${pod.namespace}/${name}`, cluster);
    if (source) volumes.set(`${source.driver}/${source.volumeHandle}`, source.driver);
  }
  return missing === undefined ? { volumes } : { volumes, missing };
}

/** A claim without a volume yet counts for the driver of its class. */
function provisionedBy(
  className: string,
  claim: string,
  cluster: ClusterState,
): Pick<CSIPersistentVolumeSource, 'driver' | 'volumeHandle'> | undefined {
  const provisioner = cluster.find('storageclasses.storage.k8s.io', undefined, className)?.provisioner;
  return provisioner ? { driver: DRIVER_OF[provisioner] ?? provisioner, volumeHandle: `pvc/${claim}` } : undefined;
}

/** By driver how many volumes a node takes. */
function countsOf(node: CSINode | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of node?.spec?.drivers ?? [])
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  return limits;
}

/** Claims, and disks of the clouds' in-tree plugins written into the pod. */
function canBeAttached(volume: Volume): boolean {
  const { persistentVolumeClaim, ephemeral, awsElasticBlockStore, gcePersistentDisk, azureDisk, azureFile } = volume;
  const { cinder, vsphereVolume, portworxVolume } = volume;
  return [
    ...[persistentVolumeClaim, ephemeral, awsElasticBlockStore, gcePersistentDisk, azureDisk, azureFile],
    ...[cinder, vsphereVolume, portworxVolume],
  ].some((source) => source !== undefined);
}

/** Of each node what is attached to it, also while the pods that used it are gone already: volume to driver. */
function attachedByNode(cluster: ClusterState): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const nodes = new Map<string, Map<string, string>>();
  for (const { spec } of cluster.listAll('volumeattachments.storage.k8s.io')) {
    const name = spec.source.persistentVolumeName;
    const volume = name ? cluster.find('persistentvolumes', undefined, name) : undefined;
    const source = volume && sourceOf(volume);
    if (!source) continue;
    let found = nodes.get(spec.nodeName);
    if (!found) nodes.set(spec.nodeName, (found = new Map()));
    found.set(`${source.driver}/${source.volumeHandle}`, source.driver);
  }
  return nodes;
}

interface FilterState {
  readonly attached: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly wanted: ReadonlyMap<string, string>;
  readonly fault: PluginStatus | undefined;
}

export const nodeVolumeLimits: Plugin<FilterState> = {
  name: 'NodeVolumeLimits',
  preFilter(pod, cluster) {
    if (!(pod.pod.spec?.volumes ?? []).some(canBeAttached)) return { isSkipped: true };
    const { volumes, missing } = attachableOf(pod, cluster);
    const fault = missing === undefined ? undefined : unresolvable(missing);
    return { state: { wanted: volumes, fault, attached: attachedByNode(cluster) } };
  },
  filter(_pod, node, { wanted, fault, attached: byNode }, cluster) {
    if (fault) return fault;
    if (wanted.size === 0) return undefined;
    const limits = countsOf(cluster.find('csinodes.storage.k8s.io', undefined, node.name));
    if (limits.size === 0) return undefined;
    const attached = new Map<string, string>();
    for (const other of node.pods.values())
      for (const [volume, driver] of attachableOf(other, cluster).volumes) attached.set(volume, driver);
    const count = (volumes: Iterable<readonly [string, string]>): Map<string, number> => {
      const counts = new Map<string, number>();
      for (const [, driver] of volumes) counts.set(driver, (counts.get(driver) ?? 0) + 1);
      return counts;
    };
    const fresh = count([...wanted].filter(([volume]) => !attached.has(volume)));
    for (const [volume, driver] of byNode.get(node.name) ?? []) attached.set(volume, driver);
    const held = count(attached);
    for (const [driver, more] of fresh) {
      const limit = limits.get(driver);
      if (limit !== undefined && (held.get(driver) ?? 0) + more > limit) return TOO_MANY;
    }
    return undefined;
  },
  hints: [
    { resource: 'csinodes.storage.k8s.io', actions: ['Add'] },
    {
      resource: 'csinodes.storage.k8s.io',
      actions: ['Update'],
      helps: (_pod, { old, next }) => {
        const before = countsOf(old as Stored<CSINode>);
        return [...countsOf(next as Stored<CSINode>)].some(([name, count]) => count > (before.get(name) ?? 0));
      },
    },
    {
      resource: 'assigned',
      actions: ['Delete'],
      helps: (_pod, event) => claimsOf(podsOfEvent(event).old!).length > 0,
    },
    { resource: 'persistentvolumeclaims', actions: ['Add'], helps: isOwnClaim },
    {
      resource: 'volumeattachments.storage.k8s.io',
      actions: ['Delete'],
      helps: (pod, { old }, cluster) => {
        const { attacher } = (old as Stored<VolumeAttachment>).spec;
        return [...attachableOf(pod, cluster).volumes.values()].includes(attacher);
      },
    },
  ],
};
