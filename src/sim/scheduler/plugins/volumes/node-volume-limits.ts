/**
 * How many volumes of a driver a node can have attached. Upstream: framework/plugins/nodevolumelimits/{csi,utils}.go. Volumes
 * of in-tree plugins count for the CSI drivers that have taken them over, on nodes that say so.
 */
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from 'kubernetes-types/core/v1';
import type { CSINode, VolumeAttachment } from 'kubernetes-types/storage/v1';
import type { Stored } from '../../../api/object.ts';
import type { ClusterState } from '../../cluster-state.ts';
import { failed, unresolvable, unschedulable, type Plugin, type PluginStatus } from '../../framework.ts';
import { claimsOf, isOwnClaim } from '../../hints.ts';
import type { NodeInfo } from '../../node-info.ts';
import type { PodInfo } from '../../pod-info.ts';
import { classNameOf, isOwnedBy } from './claims.ts';
import { driverOfPlugin, isMigrated, MIGRATED_PLUGINS, migratedSource, type AttachedSource } from './migration.ts';

const TOO_MANY = unschedulable('node(s) exceed max volume count');

interface Attachable {
  /** Volume (driver and handle) to driver, of all that a pod has or will have attached. */
  readonly volumes: Map<string, string>;
  readonly fault?: PluginStatus;
}

/** What a pod has attached on a node, or will have; a claim that is missing is a fault of a new pod alone. */
function attachableOf(pod: PodInfo, node: CSINode | undefined, cluster: ClusterState): Attachable {
  const volumes = new Map<string, string>();
  let fault: PluginStatus | undefined;
  const add = (source: AttachedSource | undefined): void => {
    if (source) volumes.set(`${source.driver}/${source.volumeHandle}`, source.driver);
  };
  for (const volume of pod.pod.spec?.volumes ?? []) {
    if (!volume.persistentVolumeClaim && !volume.ephemeral) add(migratedOn(node, migratedSource(volume)));
  }
  for (const { claim: name, isEphemeral } of claimsOf(pod)) {
    const claim = cluster.find('persistentvolumeclaims', pod.namespace, name);
    const key = `${pod.namespace}/${name}`;
    if (!claim) fault ??= unresolvable(`looking up PVC ${key}: persistentvolumeclaim "${name}" not found`);
    else if (isEphemeral && !isOwnedBy(claim, pod.uid))
      fault ??= failed(`PVC ${key} was not created for pod ${pod.key} (pod is not owner)`);
    else add(sourceOf(claim, node, cluster));
  }
  return fault ? { volumes, fault } : { volumes };
}

const migratedOn = (node: CSINode | undefined, found: ReturnType<typeof migratedSource>): AttachedSource | undefined =>
  found && isMigrated(node, found.plugin) ? found : undefined;

/** Where a claim's data is or will be: a claim without a volume yet counts for the driver of its class. */
function sourceOf(
  claim: Stored<PersistentVolumeClaim>,
  node: CSINode | undefined,
  cluster: ClusterState,
): AttachedSource | undefined {
  const volume = claim.spec?.volumeName && cluster.find('persistentvolumes', undefined, claim.spec.volumeName);
  if (volume) return volume.spec?.csi ?? migratedOn(node, migratedSource(volume.spec ?? {}));
  const className = classNameOf(claim);
  const provisioner = cluster.find('storageclasses.storage.k8s.io', undefined, className)?.provisioner;
  if (!provisioner) return undefined;
  const volumeHandle = `pvc/${claim.metadata.namespace}/${claim.metadata.name}`;
  const driver = driverOfPlugin(provisioner);
  if (driver === undefined) return { driver: provisioner, volumeHandle };
  return isMigrated(node, provisioner) ? { driver, volumeHandle } : undefined;
}

/** By driver how many volumes a node takes. */
function countsOf(node: CSINode | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of node?.spec?.drivers ?? [])
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  return limits;
}

/** Claims, and volumes of in-tree plugins that CSI drivers have taken over, written into the pod. */
const canBeAttached = (volume: Volume): boolean =>
  volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined || migratedSource(volume) !== undefined;

/** Of each node what is attached to it, also while the pods that used it are gone already: volume to driver. */
function attachedByNode(cluster: ClusterState): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const nodes = new Map<string, Map<string, string>>();
  for (const { spec } of cluster.listAll('volumeattachments.storage.k8s.io')) {
    const name = spec.source.persistentVolumeName;
    const volume: PersistentVolume | undefined = name ? cluster.find('persistentvolumes', undefined, name) : undefined;
    const { csi } = volume?.spec ?? {};
    if (!csi || spec.attacher === '') continue;
    let found = nodes.get(spec.nodeName);
    if (!found) nodes.set(spec.nodeName, (found = new Map()));
    found.set(`${spec.attacher}/${csi.volumeHandle}`, spec.attacher);
  }
  return nodes;
}

interface FilterState {
  readonly attached: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** What the pod needs on a node, by the in-tree plugins that CSI drivers have taken over there. */
  readonly wanted: Map<string | undefined, Attachable>;
}

function wantedOn(
  csiNode: Stored<CSINode> | undefined,
  pod: PodInfo,
  { wanted }: FilterState,
  cluster: ClusterState,
): Attachable {
  const migrated = csiNode?.metadata.annotations?.[MIGRATED_PLUGINS];
  let found = wanted.get(migrated);
  if (!found) wanted.set(migrated, (found = attachableOf(pod, csiNode, cluster)));
  return found;
}

interface DriverCount {
  readonly driver: string;
  readonly held: number;
  readonly more: number;
  readonly limit: number;
}

/** Of each driver that the pod needs more of, and that has a limit: what is there, what comes, and what can be. */
function countsOn(
  { volumes: wanted }: Attachable,
  node: NodeInfo,
  csiNode: Stored<CSINode> | undefined,
  { attached: byNode }: FilterState,
  cluster: ClusterState,
): readonly DriverCount[] {
  const limits = countsOf(csiNode);
  if (wanted.size === 0 || limits.size === 0) return [];
  const attached = new Map<string, string>();
  for (const other of node.pods.values())
    for (const [volume, driver] of attachableOf(other, csiNode, cluster).volumes) attached.set(volume, driver);
  const count = (volumes: Iterable<readonly [string, string]>): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const [, driver] of volumes) counts.set(driver, (counts.get(driver) ?? 0) + 1);
    return counts;
  };
  const fresh = count([...wanted].filter(([volume]) => !attached.has(volume)));
  for (const [volume, driver] of byNode.get(node.name) ?? []) attached.set(volume, driver);
  const held = count(attached);
  return [...fresh].flatMap(([driver, more]) => {
    const limit = limits.get(driver);
    return limit === undefined ? [] : [{ driver, held: held.get(driver) ?? 0, more, limit }];
  });
}

export const nodeVolumeLimits: Plugin<FilterState> = {
  name: 'NodeVolumeLimits',
  preFilter(pod, cluster) {
    if (!(pod.pod.spec?.volumes ?? []).some(canBeAttached)) return { isSkipped: true };
    return { state: { attached: attachedByNode(cluster), wanted: new Map() } };
  },
  filter(pod, node, state, cluster) {
    const csiNode = cluster.find('csinodes.storage.k8s.io', undefined, node.name);
    const wanted = wantedOn(csiNode, pod, state, cluster);
    if (wanted.fault) return wanted.fault;
    const isFull = countsOn(wanted, node, csiNode, state, cluster).some(({ held, more, limit }) => held + more > limit);
    return isFull ? TOO_MANY : undefined;
  },
  explainFilter(pod, node, state, cluster) {
    const csiNode = cluster.find('csinodes.storage.k8s.io', undefined, node.name);
    const wanted = wantedOn(csiNode, pod, state, cluster);
    return countsOn(wanted, node, csiNode, state, cluster).map(({ driver, held, more, limit }) => {
      const sum = held + more;
      return { label: driver, expression: `${held} + ${more} = ${sum} ${sum > limit ? '>' : '≤'} ${limit}` };
    });
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
      helps: (_pod, { old }) => ((old as Stored<Pod>).spec?.volumes ?? []).some(canBeAttached),
    },
    { resource: 'persistentvolumeclaims', actions: ['Add'], helps: isOwnClaim },
    {
      resource: 'volumeattachments.storage.k8s.io',
      actions: ['Delete'],
      // Of a claim it is not asked which driver it is of.
      helps: ({ pod }, { old }) => {
        const { attacher } = (old as Stored<VolumeAttachment>).spec;
        return (pod.spec?.volumes ?? []).some(
          (volume) => volume.persistentVolumeClaim !== undefined || migratedSource(volume)?.driver === attacher,
        );
      },
    },
  ],
};
