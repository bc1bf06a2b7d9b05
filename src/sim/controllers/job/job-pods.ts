/**
 * What the pods of a Job come to: who is active, who has ended and is not counted yet, which indexes are done.
 * Upstream: pkg/controller/job/{job_controller,indexed_job_utils,backoff_utils}.go.
 */
import type { Job } from 'kubernetes-types/batch/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { conditionOf, isPodActive } from '../pods.ts';
import { INDEX_ANNOTATION, parseIndexes } from './indexes.ts';
import { matchFailurePolicy, type Verdict } from './policies.ts';
import { isIndexed, replacesOnlyFailed, TRACKING_FINALIZER } from './types.ts';

export const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
export const IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';
const BACKOFF_MS = 10_000;
const BACKOFF_MAX_MS = 600_000;

export const isTracked = ({ metadata }: Stored<Pod>): boolean =>
  metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;

/** -1 for a pod that has no index. */
export function indexOf(pod: Pod): number {
  const text = pod.metadata?.annotations?.[INDEX_ANNOTATION];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : -1;
}

/** Failed, or on its way out without success, unless only failed pods count. */
export function countsAsFailed(job: Job, pod: Stored<Pod>): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return !replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

/**
 * When a pod that has ended did so, in milliseconds since 1970: the last end of its containers when all have ended, else
 * since when it is not ready, else when its deletion was asked for, else its creation (getFinishedTime).
 */
export function finishedAt(pod: Stored<Pod>): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.finishedAt);
  if (ends.length > 0 && ends.every((end) => end !== undefined)) return Math.max(...ends.map((end) => Date.parse(end)));
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime) return Date.parse(ready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}

export interface Ended {
  readonly pod: Stored<Pod>;
  readonly hasSucceeded: boolean;
  /** Of a failed pod, what the failure policy says. */
  readonly verdict: Verdict | undefined;
}

export interface Findings {
  readonly active: readonly Stored<Pod>[];
  readonly ready: number;
  readonly terminating: number;
  /** Pods that carry the finalizer, in the order of their indexes where they have one. */
  readonly tracked: readonly Stored<Pod>[];
  /** Indexes of pods on their way out. */
  readonly terminatingIndexes: ReadonlySet<number>;
  /** Of the tracked pods, those that have ended: not counted yet, or counted and not yet let go. */
  readonly ended: readonly Ended[];
  readonly succeeded: number;
  readonly failed: number;
  readonly succeededIndexes: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  /** Of each index that will be tried again, the pod that failed last. */
  readonly lastFailures: ReadonlyMap<number, Stored<Pod>>;
}

export function findingsOf(job: Job, pods: readonly Stored<Pod>[], isAwaited: (pod: Stored<Pod>) => boolean): Findings {
  const { status, spec } = job;
  const uncounted = {
    succeeded: status?.uncountedTerminatedPods?.succeeded ?? [],
    failed: status?.uncountedTerminatedPods?.failed ?? [],
  };
  const active = pods.filter(isPodActive);
  const completions = spec?.completions ?? Number.POSITIVE_INFINITY;
  const isWithin = (pod: Pod): boolean => !isIndexed(job) || (indexOf(pod) >= 0 && indexOf(pod) < completions);
  const ended: Ended[] = [];
  const tracked = pods.filter((pod) => isTracked(pod) && !isAwaited(pod));
  if (isIndexed(job)) tracked.sort((left, right) => indexOf(left) - indexOf(right));
  for (const pod of tracked) {
    if (pod.status?.phase === 'Succeeded') ended.push({ pod, hasSucceeded: true, verdict: undefined });
    else if (countsAsFailed(job, pod)) {
      ended.push({ pod, hasSucceeded: false, verdict: matchFailurePolicy(job, pod) });
    }
  }
  const fresh = ended.filter(({ pod, hasSucceeded }) => {
    const known: readonly string[] = hasSucceeded ? uncounted.succeeded : uncounted.failed;
    return !known.includes(pod.metadata.uid);
  });
  const newlyFailed = fresh.filter(
    ({ hasSucceeded, verdict, pod }) => !hasSucceeded && verdict?.action !== 'Ignore' && isWithin(pod),
  );
  const newlySucceeded = fresh.filter(({ hasSucceeded, pod }) => hasSucceeded && isWithin(pod));
  const succeededIndexes = new Set(isIndexed(job) ? parseIndexes(status?.completedIndexes, completions) : []);
  if (isIndexed(job)) {
    for (const { pod, hasSucceeded } of ended) if (hasSucceeded && isWithin(pod)) succeededIndexes.add(indexOf(pod));
  }
  const { failedIndexes, lastFailures } = failuresByIndex(job, ended, active, succeededIndexes);
  const leaving = pods.filter(
    ({ metadata, status: found }) =>
      metadata.deletionTimestamp && found?.phase !== 'Succeeded' && found?.phase !== 'Failed',
  );
  return {
    active,
    ready: active.filter((pod) => conditionOf(pod, 'Ready')?.status === 'True').length,
    terminating: leaving.length,
    terminatingIndexes: new Set(leaving.map(indexOf)),
    tracked,
    ended,
    succeeded: isIndexed(job)
      ? succeededIndexes.size
      : (status?.succeeded ?? 0) + uncounted.succeeded.length + newlySucceeded.length,
    failed: (status?.failed ?? 0) + uncounted.failed.length + newlyFailed.length,
    succeededIndexes,
    failedIndexes,
    lastFailures,
  };
}

export function failureCountOf(pod: Pod): number {
  return Number(pod.metadata?.annotations?.[FAILURE_COUNT] ?? 0);
}

/** Failures of the index before this pod, with those that the failure policy ignores: they too make the next one wait. */
export function absoluteFailureCountOf(pod: Pod): number {
  return failureCountOf(pod) + Number(pod.metadata?.annotations?.[IGNORED_FAILURE_COUNT] ?? 0);
}

/** With limits of their own, indexes fail one by one; the others are tried again. */
function failuresByIndex(
  job: Job,
  ended: readonly Ended[],
  active: readonly Stored<Pod>[],
  succeeded: ReadonlySet<number>,
): { failedIndexes: ReadonlySet<number>; lastFailures: ReadonlyMap<number, Stored<Pod>> } {
  const limit = job.spec?.backoffLimitPerIndex;
  const failedIndexes = new Set<number>();
  const lastFailures = new Map<number, Stored<Pod>>();
  if (limit === undefined || !isIndexed(job)) return { failedIndexes, lastFailures };
  const completions = job.spec?.completions ?? 0;
  for (const index of parseIndexes(job.status?.failedIndexes, completions)) failedIndexes.add(index);
  const running = new Set(active.map(indexOf));
  for (const { pod, hasSucceeded, verdict } of ended) {
    const index = indexOf(pod);
    if (hasSucceeded || index < 0 || index >= completions || succeeded.has(index)) continue;
    const isSpent = verdict?.action !== 'Ignore' && failureCountOf(pod) >= limit;
    if (verdict?.action === 'FailIndex' || isSpent) failedIndexes.add(index);
    else if (!running.has(index)) {
      const other = lastFailures.get(index);
      if (!other || absoluteFailureCountOf(pod) >= absoluteFailureCountOf(other)) lastFailures.set(index, pod);
    }
  }
  for (const index of failedIndexes) lastFailures.delete(index);
  return { failedIndexes, lastFailures };
}

/** 10 s, 20 s, 40 s ... after so many failures without a success between. */
export const delayAfter = (failures: number): number =>
  failures <= 0 ? 0 : Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** Math.min(failures - 1, 30));

/** Container restarts of pods that restart in place, by which backoffLimit counts with OnFailure. */
export function restartsOf(pods: readonly Pod[]): number {
  return pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}
