/**
 * Counts ended pods exactly once: first their uids go into the status, then their finalizers come off, then the counters
 * take them in. Upstream: pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers).
 */
import type { Job, JobStatus } from 'kubernetes-types/batch/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Client, EventRecorder, Outcome } from '../../client/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { formatIndexes } from './indexes.ts';
import { countsAsFailed, indexOf, type Findings } from './job-pods.ts';
import { isFailure } from './judge.ts';
import { matchFailurePolicy } from './policies.ts';
import { isIndexed, TRACKING_FINALIZER, type Condition } from './types.ts';

/** Uids in the status at most (MaxUncountedPods). */
const UNCOUNTED_LIMIT = 500;

type Conditions = NonNullable<JobStatus['conditions']>;

export interface Progress {
  readonly found: Findings;
  readonly active: number;
  readonly ready: number;
  readonly startTime: string | undefined;
  readonly conditions: Conditions;
  /** What the Job comes to, once nothing of it is left to wait for. */
  readonly condition: Condition | undefined;
  /** Pods whose deletion this turn asked for. */
  readonly removing: number;
}

export interface Tracked {
  readonly failure: Outcome;
  readonly life: string | undefined;
  /** Pods are left for another turn. */
  readonly isAgain: boolean;
}

export class JobTracker {
  /** Uids of pods whose finalizer was taken off and whose change has not been seen. */
  private awaited = new Set<string>();

  constructor(
    private readonly kernel: Kernel,
    private readonly client: Client,
    private readonly recorder: EventRecorder,
  ) {}

  isAwaited(uid: string): boolean {
    return this.awaited.has(uid);
  }

  observeRelease(uid: string): void {
    this.awaited.delete(uid);
  }

  track(
    job: Stored<Job>,
    progress: Progress,
    withCondition: (conditions: Conditions, wanted: Condition) => Conditions,
  ): Tracked {
    const { condition } = progress;
    const conditions = condition ? withCondition(progress.conditions, condition) : progress.conditions;
    const { letGo, uncounted, isFull } = countedOf(job, progress);
    const { succeeded, failed } = uncounted;
    const first = this.statusOf(job, progress, conditions, uncounted);
    const written = this.write(job, first);
    if (typeof written === 'string') return { failure: written, life: undefined, isAgain: false };
    let failure: Outcome;
    this.kernel.parallel(
      letGo.map((pod) => () => {
        failure = this.release(pod) ?? failure;
      }),
    );
    if (failure !== undefined) return { failure, life: undefined, isAgain: false };
    const counted: JobStatus = {
      ...first,
      ...amount('succeeded', isIndexed(job) ? (first.succeeded ?? 0) : (first.succeeded ?? 0) + succeeded.length),
      ...amount('failed', (first.failed ?? 0) + failed.length),
      uncountedTerminatedPods: {},
    };
    if (isFull) return { failure: this.outcome(this.write(written, counted)), life: lifeOf(condition), isAgain: true };
    return { ...this.finish(job, written, counted, progress, withCondition), isAgain: false };
  }

  /** The last condition waits until nothing of the Job is on its way out any more. */
  private finish(
    job: Stored<Job>,
    current: Stored<Job>,
    counted: JobStatus,
    { condition, found, removing }: Progress,
    withCondition: (conditions: Conditions, wanted: Condition) => Conditions,
  ): Omit<Tracked, 'isAgain'> {
    if (!condition || removing + found.terminating > 0) {
      return { failure: this.outcome(this.write(current, counted)), life: lifeOf(condition) };
    }
    const isFailed = isFailure(condition);
    const last: Condition = { ...condition, type: isFailed ? 'Failed' : 'Complete' };
    const final: JobStatus = {
      ...counted,
      conditions: withCondition(counted.conditions ?? [], last),
      ...(isFailed ? {} : { completionTime: this.kernel.formatTime() }),
    };
    const failure = this.outcome(this.write(current, final));
    if (failure !== undefined) return { failure, life: undefined };
    if (isFailed) this.recorder.record('jobs.batch', job, 'Warning', last.reason, last.message);
    else this.recordSuccess(job, final);
    return { failure: undefined, life: isFailed ? 'FAILED' : 'COMPLETED' };
  }

  private recordSuccess(job: Stored<Job>, { succeeded = 0 }: JobStatus): void {
    if (succeeded > (job.spec?.completions ?? Infinity)) {
      const text = 'Too many succeeded pods running after completion count reached';
      this.recorder.record('jobs.batch', job, 'Warning', 'TooManySucceededPods', text);
    }
    this.recorder.record('jobs.batch', job, 'Normal', 'Completed', 'Job completed');
  }

  private statusOf(
    job: Stored<Job>,
    { found, active, ready, startTime, removing }: Progress,
    conditions: Conditions,
    uncounted: { succeeded: readonly string[]; failed: readonly string[] },
  ): JobStatus {
    const { succeeded, failed, completionTime } = job.status ?? {};
    const hasLimits = job.spec?.backoffLimitPerIndex !== undefined;
    return {
      ...(conditions.length > 0 ? { conditions } : {}),
      ...(startTime ? { startTime } : {}),
      ...(completionTime ? { completionTime } : {}),
      ...amount('active', active),
      ...amount('succeeded', isIndexed(job) ? found.succeededIndexes.size : (succeeded ?? 0)),
      ...amount('failed', failed ?? 0),
      ready,
      terminating: found.terminating + removing,
      ...(found.succeededIndexes.size > 0 ? { completedIndexes: formatIndexes(found.succeededIndexes) } : {}),
      ...(hasLimits ? { failedIndexes: formatIndexes(found.failedIndexes) } : {}),
      uncountedTerminatedPods: {
        ...(uncounted.succeeded.length > 0 ? { succeeded: [...uncounted.succeeded] } : {}),
        ...(uncounted.failed.length > 0 ? { failed: [...uncounted.failed] } : {}),
      },
    };
  }

  private write(job: Stored<Job>, status: JobStatus): Stored<Job> | string {
    if (isDeepEqual(status, job.status)) return job;
    const written = this.client.updateStatus('jobs.batch', { ...job, status });
    if (written.ok) return written.object;
    return written.status.code === 404 ? job : (written.status.message ?? '');
  }

  private outcome(written: Stored<Job> | string): Outcome {
    return typeof written === 'string' ? written : undefined;
  }

  release(pod: Stored<Pod>): Outcome {
    const { namespace, name, uid, finalizers = [] } = pod.metadata;
    if (this.awaited.has(uid)) return undefined;
    this.awaited.add(uid);
    const rest = finalizers.filter((item) => item !== TRACKING_FINALIZER);
    const body = { metadata: { uid, finalizers: rest.length > 0 ? rest : null } };
    const patched = this.client.patch('pods', namespace, name, 'merge', body);
    if (patched.ok || patched.status.code === 404) return undefined;
    this.awaited.delete(uid);
    return patched.status.message;
  }

  save(): unknown {
    return [...this.awaited];
  }

  load(saved: unknown): void {
    this.awaited = new Set(saved as readonly string[]);
  }
}

interface Counted {
  /** Pods that lose their finalizer now. */
  readonly letGo: readonly Stored<Pod>[];
  /** Uids that are counted once their finalizer is off. */
  readonly uncounted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] };
  /** There are more pods than one turn takes. */
  readonly isFull: boolean;
}

/**
 * What can be counted now. A pod that failed stays until the pod that tries its index again carries the count on. Once a
 * Job is over or deleted every pod goes, and once it has failed those that still ran count as failed.
 */
function countedOf(job: Stored<Job>, { found, condition }: Progress): Counted {
  const before = job.status?.uncountedTerminatedPods ?? {};
  const [succeeded, failed] = [[...(before.succeeded ?? [])], [...(before.failed ?? [])]];
  const known = new Set([...succeeded, ...failed]);
  const held = new Set([...found.lastFailures.values()].map(({ metadata }) => metadata.uid));
  const isEnding = condition !== undefined || job.metadata.deletionTimestamp !== undefined;
  const completions = job.spec?.completions ?? 0;
  const letGo: Stored<Pod>[] = [];
  let newIndexes = 0;
  for (const pod of found.tracked) {
    const { uid } = pod.metadata;
    const [hasSucceeded, hasFailed] = [pod.status?.phase === 'Succeeded', countsAsFailed(job, pod)];
    if (!isEnding && !hasSucceeded && (!hasFailed || held.has(uid))) continue;
    letGo.push(pod);
    const isWithin = !isIndexed(job) || (indexOf(pod) >= 0 && indexOf(pod) < completions);
    if (hasSucceeded && isIndexed(job)) newIndexes += isWithin ? 1 : 0;
    else if (hasSucceeded && !known.has(uid)) succeeded.push(uid);
    else if (!hasSucceeded && (hasFailed || (condition && isFailure(condition))) && isWithin && !known.has(uid)) {
      if (matchFailurePolicy(job, pod)?.action !== 'Ignore') failed.push(uid);
    }
    if (newIndexes + succeeded.length + failed.length >= UNCOUNTED_LIMIT) {
      return { letGo, uncounted: { succeeded, failed }, isFull: true };
    }
  }
  return { letGo, uncounted: { succeeded, failed }, isFull: false };
}

const lifeOf = (condition: Condition | undefined): string | undefined =>
  condition && (isFailure(condition) ? 'FAIL' : 'SUCCEED');

const amount = <K extends 'active' | 'succeeded' | 'failed'>(field: K, value: number): Partial<Record<K, number>> =>
  (value > 0 ? { [field]: value } : {}) as Partial<Record<K, number>>;
