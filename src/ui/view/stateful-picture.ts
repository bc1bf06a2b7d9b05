/** A StatefulSet as its ordinals: who each one is, what it keeps, and what an update or a deletion does to it. Pure. */
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../sim/api/object.ts';
import { cellOf, podsByOwner, type PodCell } from './rollout-picture.ts';

export interface ClaimLink {
  readonly key: string;
  readonly name: string;
  readonly phase: string;
  readonly size: string;
  /** What it is bound to: the volume, the disk behind it, and the zone that the disk lives in. */
  readonly volumeKey: string | undefined;
  readonly volume: string | undefined;
  readonly disk: string | undefined;
  readonly zone: string | undefined;
  /** What becomes of the disk when the claim is deleted. */
  readonly reclaim: string | undefined;
}

export interface Ordinal {
  readonly ordinal: number;
  readonly name: string;
  /** The name that it keeps, whichever pod and address are behind it. */
  readonly dns: string;
  readonly pod: PodCell | undefined;
  readonly node: string | undefined;
  /** Which template its pod has; undefined without a pod. */
  readonly revision: 'current' | 'update' | undefined;
  /** Below the partition: an update leaves it as it is. */
  readonly isHeldBack: boolean;
  /** Beyond the number of replicas: it has to go, or only its claims are left. */
  readonly isBeyond: boolean;
  readonly claims: readonly ClaimLink[];
}

export interface StatefulPicture {
  readonly ordinals: readonly Ordinal[];
  readonly isParallel: boolean;
  readonly isOnDelete: boolean;
  readonly partition: number;
  readonly isUpdating: boolean;
  readonly whenDeleted: string;
  readonly whenScaled: string;
  readonly hasClaims: boolean;
}

const ZONE = 'topology.disk.csi.azure.com/zone';
const WELL_KNOWN_ZONE = 'topology.kubernetes.io/zone';

export function statefulPicture(set: Stored<StatefulSet>, objects: ReadonlyMap<string, Stored>): StatefulPicture {
  const { spec, status, metadata } = set;
  const { namespace = '', name } = metadata;
  const pods = new Map((podsByOwner(objects).get(metadata.uid) ?? []).map((pod) => [pod.metadata.name, pod]));
  const templates = (spec?.volumeClaimTemplates ?? []).map((template) => template.metadata?.name ?? '');
  const start = spec?.ordinals?.start ?? 0;
  const end = start + (spec?.replicas ?? 1);
  const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  const claims = claimsByOrdinal(objects, namespace, name, templates);
  const all = new Set<number>([...claims.keys()]);
  for (let ordinal = start; ordinal < end; ordinal += 1) all.add(ordinal);
  for (const podName of pods.keys()) all.add(Number(podName.slice(name.length + 1)));
  const isUpdating = status?.updateRevision !== undefined && status.updateRevision !== status.currentRevision;
  const ordinals = [...all]
    .filter((ordinal) => Number.isInteger(ordinal))
    .sort((left, right) => left - right)
    .map((ordinal): Ordinal => {
      const podName = `${name}-${ordinal}`;
      const pod = pods.get(podName);
      return {
        ordinal,
        name: podName,
        dns: `${podName}.${spec?.serviceName ?? ''}.${namespace}.svc.cluster.local`,
        pod: pod && cellOf(pod),
        node: pod?.spec?.nodeName,
        revision: pod && revisionOf(pod, status?.updateRevision),
        isHeldBack: ordinal < partition,
        isBeyond: ordinal < start || ordinal >= end,
        claims: claims.get(ordinal) ?? [],
      };
    });
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = spec?.persistentVolumeClaimRetentionPolicy ?? {};
  return {
    ordinals,
    isParallel: spec?.podManagementPolicy === 'Parallel',
    isOnDelete: spec?.updateStrategy?.type === 'OnDelete',
    partition,
    isUpdating,
    whenDeleted,
    whenScaled,
    hasClaims: templates.length > 0,
  };
}

const revisionOf = (pod: Stored<Pod>, update: string | undefined): 'current' | 'update' =>
  pod.metadata.labels?.['controller-revision-hash'] === update ? 'update' : 'current';

function claimsByOrdinal(
  objects: ReadonlyMap<string, Stored>,
  namespace: string,
  set: string,
  templates: readonly string[],
): ReadonlyMap<number, readonly ClaimLink[]> {
  const found = new Map<number, ClaimLink[]>();
  for (const template of templates) {
    const prefix = `persistentvolumeclaims|${namespace}/${template}-${set}-`;
    for (const [key, object] of objects) {
      if (!key.startsWith(prefix) || !/^\d+$/.test(key.slice(prefix.length))) continue;
      const ordinal = Number(key.slice(prefix.length));
      found.set(ordinal, [
        ...(found.get(ordinal) ?? []),
        claimOf(key, object as Stored<PersistentVolumeClaim>, objects),
      ]);
    }
  }
  return found;
}

function claimOf(
  key: string,
  { metadata, spec, status }: Stored<PersistentVolumeClaim>,
  objects: ReadonlyMap<string, Stored>,
): ClaimLink {
  const volumeKey = spec?.volumeName ? `persistentvolumes|${spec.volumeName}` : undefined;
  const volume = volumeKey ? (objects.get(volumeKey) as Stored<PersistentVolume> | undefined) : undefined;
  const handle = volume?.spec?.csi?.volumeHandle;
  const asked = spec?.resources as { requests?: Readonly<Record<string, string>> } | undefined;
  return {
    key,
    name: metadata.name,
    phase: metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? 'Pending'),
    size: String(status?.capacity?.['storage'] ?? asked?.requests?.['storage'] ?? ''),
    volumeKey: volume && volumeKey,
    volume: volume?.metadata.name,
    disk: handle?.split('/').at(-1),
    zone: volume && zoneOf(volume),
    reclaim: volume?.spec?.persistentVolumeReclaimPolicy,
  };
}

/** Terms are alternatives: a zone-redundant disk can be attached in each of its zones. */
function zoneOf({ spec }: Stored<PersistentVolume>): string | undefined {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const zones = terms
    .flatMap(({ matchExpressions = [] }) => matchExpressions)
    .filter(({ key }) => key === ZONE || key === WELL_KNOWN_ZONE)
    .flatMap(({ values = [] }) => values)
    .filter((value) => value !== '');
  return zones.length > 0 ? [...new Set(zones)].join(', ') : undefined;
}
