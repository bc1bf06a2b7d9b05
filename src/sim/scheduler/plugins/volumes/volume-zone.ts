/** Volumes that say by labels which zone they are in. Upstream: framework/plugins/volumezone/volume_zone.go. */
import type { PersistentVolume } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import type { Stored } from '../../../api/object.ts';
import type { Labels } from '../../../api/selectors.ts';
import type { ClusterState } from '../../cluster-state.ts';
import { unresolvable, type Plugin, type PluginStatus } from '../../framework.ts';
import { isOwnClaim } from '../../hints.ts';
import type { PodInfo } from '../../pod-info.ts';
import { classNameOf, defaultedBindingMode } from './claims.ts';

const OTHER_ZONE = unresolvable('node(s) had no available volume zone');

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
/** Older labels, and those that a node may have instead. */
const NEWER: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': ZONE,
  'failure-domain.beta.kubernetes.io/region': REGION,
};
const KEYS = [...Object.keys(NEWER), ZONE, REGION];

interface VolumeTopology {
  readonly key: string;
  readonly values: ReadonlySet<string>;
}

/** Several zones stand in one label with `__` between them; a label with an empty one among them is not read. */
const topologiesOf = (labels: Labels = {}): readonly VolumeTopology[] =>
  KEYS.flatMap((key) => {
    const values = labels[key]?.split('__').map((zone) => zone.trim()) ?? [''];
    return values.includes('') ? [] : [{ key, values: new Set(values) }];
  });

const haveSameTopologies = (before: Labels | undefined, after: Labels | undefined): boolean => {
  const [old, next] = [topologiesOf(before), topologiesOf(after)];
  return (
    old.length === next.length &&
    old.every(({ key, values }, index) => {
      const other = next[index]!;
      return (
        key === other.key && values.size === other.values.size && [...values].every((zone) => other.values.has(zone))
      );
    })
  );
};

function volumeOf(
  pod: PodInfo,
  claimName: string,
  cluster: ClusterState,
): { status?: PluginStatus; volume?: PersistentVolume } {
  if (claimName === '') return { status: unresolvable('PersistentVolumeClaim had no name') };
  const claim = cluster.find('persistentvolumeclaims', pod.namespace, claimName);
  if (!claim) return { status: unresolvable(`persistentvolumeclaim "${claimName}" not found`) };
  const name = claim.spec?.volumeName;
  if (name) {
    const volume = cluster.find('persistentvolumes', undefined, name);
    return volume ? { volume } : { status: unresolvable(`persistentvolume "${name}" not found`) };
  }
  const className = classNameOf(claim);
  if (className === '') return { status: unresolvable('PersistentVolumeClaim had no pv name and storageClass name') };
  const storageClass = cluster.find('storageclasses.storage.k8s.io', undefined, className);
  if (!storageClass) return { status: unresolvable(`storageclass.storage.k8s.io "${className}" not found`) };
  if (defaultedBindingMode(storageClass) === 'WaitForFirstConsumer') return {};
  return { status: unresolvable('PersistentVolume had no name') };
}

export const volumeZone: Plugin<readonly VolumeTopology[]> = {
  name: 'VolumeZone',
  preFilter(pod, cluster) {
    const topologies: VolumeTopology[] = [];
    for (const { persistentVolumeClaim } of pod.pod.spec?.volumes ?? []) {
      if (!persistentVolumeClaim) continue;
      const { status, volume } = volumeOf(pod, persistentVolumeClaim.claimName, cluster);
      if (status) return { status };
      topologies.push(...topologiesOf(volume?.metadata?.labels));
    }
    return topologies.length === 0 ? { isSkipped: true } : { state: topologies };
  },
  filter(_pod, { labels }, topologies) {
    if (!KEYS.some((key) => labels[key] !== undefined)) return undefined;
    for (const { key, values } of topologies) {
      const value = labels[key] ?? labels[NEWER[key] ?? key];
      if (value === undefined || !values.has(value)) return OTHER_ZONE;
    }
    return undefined;
  },
  hints: [
    { resource: 'node', actions: ['Add', 'UpdateNodeLabel'] },
    { resource: 'persistentvolumeclaims', actions: ['Add', 'Update'], helps: isOwnClaim },
    {
      resource: 'persistentvolumes',
      actions: ['Add', 'Update'],
      helps: (_pod, { old, next }) => !old || !haveSameTopologies(old.metadata.labels, next?.metadata.labels),
    },
    {
      resource: 'storageclasses.storage.k8s.io',
      actions: ['Add'],
      helps: (_pod, { next }) => defaultedBindingMode(next as Stored<StorageClass>) === 'WaitForFirstConsumer',
    },
  ],
  explainFilter: (_pod, { labels }, topologies) =>
    topologies.map(({ key, values }) => {
      const value = labels[key] ?? labels[NEWER[key] ?? key];
      const isIn = value !== undefined && values.has(value);
      const shown = [...values].sort().join(', ');
      return { label: key, expression: `${value ?? '∅'} ${isIn ? '∈' : '∉'} {${shown}}` };
    }),
};
