/**
 * What makes a pod of a StatefulSet that one pod: name, labels, host name and claims.
 * Upstream: pkg/controller/statefulset/stateful_set_utils.go.
 */
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { podFromTemplate } from '../pod-control.ts';
import { conditionOf, isPodAvailable, isPodReady } from '../pods.ts';
import { templateOf, type StoredRevision } from '../revisions.ts';

export const REVISION_LABEL = 'controller-revision-hash';
export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
export const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

/** -1 for a pod that is of no ordinal of the set. */
export function ordinalOf(set: Stored<StatefulSet>, pod: Pod): number {
  const match = /^(.*)-([0-9]+)$/.exec(pod.metadata?.name ?? '');
  return match && match[1] === set.metadata.name ? Number(match[2]) : -1;
}

export const startOf = (set: StatefulSet): number => set.spec?.ordinals?.start ?? 0;

export const claimName = (template: string, set: Stored<StatefulSet>, ordinal: number): string =>
  `${template}-${set.metadata.name}-${ordinal}`;

/** The claims of an ordinal, as the templates say. */
export function claimsOf(set: Stored<StatefulSet>, ordinal: number): readonly PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: claimName(template.metadata?.name ?? '', set, ordinal),
      namespace: set.metadata.namespace!,
      labels: { ...template.metadata?.labels, ...set.spec?.selector.matchLabels },
    },
    spec: template.spec!,
  }));
}

function podOf(set: Stored<StatefulSet>, revision: StoredRevision, ordinal: number): Pod {
  const template = templateOf(revision);
  const name = `${set.metadata.name}-${ordinal}`;
  const pod = podFromTemplate(template, set, { name });
  const claimed = (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => ({
    name: metadata?.name ?? '',
    persistentVolumeClaim: { claimName: claimName(metadata?.name ?? '', set, ordinal) },
  }));
  const names = new Set(claimed.map((volume) => volume.name));
  const volumes = [...claimed, ...(pod.spec?.volumes ?? []).filter((volume) => !names.has(volume.name))];
  const labels = {
    ...pod.metadata.labels,
    [POD_NAME_LABEL]: name,
    [POD_INDEX_LABEL]: String(ordinal),
    [REVISION_LABEL]: revision.metadata.name,
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: {
      ...pod.spec!,
      hostname: name,
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

/** The pod that belongs at an ordinal: below the partition, or while the old revision still runs, of the old one. */
export function versionedPod(
  set: Stored<StatefulSet>,
  current: StoredRevision,
  update: StoredRevision,
  ordinal: number,
): Pod {
  const { updateStrategy } = set.spec!;
  const { currentReplicas = 0 } = set.status ?? { replicas: 0 };
  const partition = updateStrategy?.rollingUpdate?.partition;
  const isRolling = updateStrategy?.type === 'RollingUpdate';
  const isOld =
    isRolling &&
    (partition === undefined ? ordinal < startOf(set) + currentReplicas : ordinal < startOf(set) + partition);
  return podOf(set, isOld ? current : update, ordinal);
}

export const revisionOfPod = (pod: Pod): string => pod.metadata?.labels?.[REVISION_LABEL] ?? '';

export const isCreated = (pod: Pod): boolean => Boolean(pod.status?.phase);
export const isTerminating = (pod: Pod): boolean => Boolean(pod.metadata?.deletionTimestamp);
export const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod);

export function isHealthy(pod: Pod, minReadySeconds: number, nowEpochMs: number): boolean {
  return pod.status?.phase === 'Running' && !isTerminating(pod) && isPodAvailable(pod, minReadySeconds, nowEpochMs);
}

/** Milliseconds until a ready pod counts as available; undefined when there is nothing to wait for. */
export function untilAvailable(pod: Pod, minReadySeconds: number, nowEpochMs: number): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status !== 'True' || minReadySeconds === 0) return undefined;
  const left = Date.parse(ready.lastTransitionTime ?? '') + minReadySeconds * 1000 - nowEpochMs;
  return left > 0 ? left : undefined;
}

/** Whether the pod has its name label, index and claims as they should be. */
export function identityMatches(set: Stored<StatefulSet>, pod: Stored<Pod>): boolean {
  const ordinal = ordinalOf(set, pod);
  const { labels } = pod.metadata;
  return labels?.[POD_NAME_LABEL] === pod.metadata.name && labels[POD_INDEX_LABEL] === String(ordinal);
}
