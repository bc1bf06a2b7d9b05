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

/** Unassigned before assigned, Pending before Unknown before Running, not ready before ready. */
const compareStages = (left: Pod, right: Pod): number =>
  Number(Boolean(left.spec?.nodeName)) - Number(Boolean(right.spec?.nodeName)) ||
  (PHASE_RANK[left.status?.phase ?? ''] ?? 0) - (PHASE_RANK[right.status?.phase ?? ''] ?? 0) ||
  Number(isPodReady(left)) - Number(isPodReady(right));

/** Since when both are ready, in milliseconds since 1970; nothing when one is not. */
function readyTimesOf(left: Pod, right: Pod): readonly [number, number] | undefined {
  if (!isPodReady(left) || !isPodReady(right)) return undefined;
  const since = (pod: Pod): number => Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '') || 0;
  return [since(left), since(right)];
}

const createdAt = ({ metadata }: Pod): number => Date.parse(metadata?.creationTimestamp ?? '') || 0;

const restartsOf = ({ status }: Pod): number =>
  Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));

/** Which of the active pods of a Job goes first (ActivePods): the later it got ready or was made, the sooner. */
export function compareActive(left: Pod, right: Pod): number {
  const [one, two] = readyTimesOf(left, right) ?? [0, 0];
  return (
    compareStages(left, right) ||
    two - one ||
    restartsOf(right) - restartsOf(left) ||
    createdAt(right) - createdAt(left)
  );
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000;

/** Powers of two of an age in nanoseconds, so that small differences do not decide. */
const magnitude = (since: number, nowEpochMs: number): number =>
  since < nowEpochMs ? Math.floor(Math.log2((nowEpochMs - since) * NANOSECONDS_PER_MILLISECOND)) : -1;

/**
 * Order of deletion, first to go first (ActivePodsWithRanks). `rank` counts related pods on the pod's node. Ages of
 * another second but of the same magnitude leave it to the uids, which is chance.
 */
export function compareForDeletion(
  nowEpochMs: number,
  rank: (pod: Pod) => number,
): (left: Stored<Pod>, right: Stored<Pod>) => number {
  const cost = (pod: Pod): number =>
    Number(pod.metadata?.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0) || 0;
  return (left, right) => {
    const byUid = left.metadata.uid < right.metadata.uid ? -1 : 1;
    const compareAges = (one: number, two: number): number =>
      one === two ? 0 : magnitude(one, nowEpochMs) - magnitude(two, nowEpochMs) || byUid;
    return (
      compareStages(left, right) ||
      cost(left) - cost(right) ||
      rank(right) - rank(left) ||
      compareAges(...(readyTimesOf(left, right) ?? [0, 0])) ||
      restartsOf(right) - restartsOf(left) ||
      compareAges(createdAt(left), createdAt(right)) ||
      byUid
    );
  };
}
