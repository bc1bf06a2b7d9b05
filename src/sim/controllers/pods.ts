/** What controllers ask of pods. Upstream: pkg/api/v1/pod/util.go, pkg/controller/controller_utils.go. */
import type { Pod, PodCondition } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';

export function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isPodReady(pod: Pod): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

/** Ready for at least `minReadySeconds`. `nowMs` and the condition's time are milliseconds since 1970. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowEpochMs: number): boolean {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status !== 'True') return false;
  if (minReadySeconds === 0) return true;
  return Date.parse(ready.lastTransitionTime ?? '') + minReadySeconds * 1000 <= nowEpochMs;
}

/** Neither finished nor on its way out. */
export function isPodActive(pod: Pod): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed' && !pod.metadata?.deletionTimestamp;
}

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** log2 of an age, so that small differences do not decide. */
const bucket = (timestamp: string | undefined, nowEpochMs: number): number =>
  timestamp ? Math.floor(Math.log2(Math.max(1, nowEpochMs - Date.parse(timestamp)))) : -1;

/** Order of deletion, first to go first (ActivePodsWithRanks). `rank` counts related pods on the pod's node. */
export function compareForDeletion(
  nowEpochMs: number,
  rank: (pod: Pod) => number,
): (left: Stored<Pod>, right: Stored<Pod>) => number {
  const cost = (pod: Pod): number =>
    Number(pod.metadata?.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0) || 0;
  const restarts = (pod: Pod): number =>
    Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
  return (left, right) =>
    Number(Boolean(left.spec?.nodeName)) - Number(Boolean(right.spec?.nodeName)) ||
    (PHASE_RANK[left.status?.phase ?? ''] ?? 0) - (PHASE_RANK[right.status?.phase ?? ''] ?? 0) ||
    Number(isPodReady(left)) - Number(isPodReady(right)) ||
    cost(left) - cost(right) ||
    rank(right) - rank(left) ||
    bucket(conditionOf(left, 'Ready')?.lastTransitionTime, nowEpochMs) -
      bucket(conditionOf(right, 'Ready')?.lastTransitionTime, nowEpochMs) ||
    restarts(right) - restarts(left) ||
    bucket(left.metadata.creationTimestamp, nowEpochMs) - bucket(right.metadata.creationTimestamp, nowEpochMs) ||
    (left.metadata.uid < right.metadata.uid ? -1 : 1);
}
