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
import { indexOf, type Findings } from './job-pods.ts';
import { isIndexed, TRACKING_FINALIZER, type Condition } from './types.ts';

/** Uids in the status at most (MaxUncountedPods). */
const UNCOUNTED_LIMIT = 500;

type Conditions = NonNullable<JobStatus['conditions']>;

export interface Progress {
  readonly found: Findings;
  readonly active: number;
  readonly startTime: string | undefined;
  readonly conditions: Conditions;
  /** What the Job is about to come to. */
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
    const { found, condition } = progress;
    const held = new Set([...found.lastFailures.values()].map(({ metadata }) => metadata.uid));
    const countable = found.ended
      .filter(({ pod }) => condition || !held.has(pod.metadata.uid))
      .slice(0, UNCOUNTED_LIMIT);
    const conditions = condition ? withCondition(progress.conditions, condition) : progress.conditions;
    const before = job.status?.uncountedTerminatedPods ?? {};
    const [succeeded, failed] = [[...(before.succeeded ?? [])], [...(before.failed ?? [])]];
    for (const { pod, hasSucceeded, verdict } of countable) {
      const { uid } = pod.metadata;
      if (succeeded.includes(uid) || failed.includes(uid)) continue;
      const isWithin = !isIndexed(job) || (indexOf(pod) >= 0 && indexOf(pod) < (job.spec?.completions ?? 0));
      if (!hasSucceeded && verdict?.action !== 'Ignore') failed.push(uid);
      else if (hasSucceeded && isWithin && !isIndexed(job)) succeeded.push(uid);
    }
    const first = this.statusOf(job, progress, conditions, { succeeded, failed });
    const written = this.write(job, first);
    if (typeof written === 'string') return { failure: written, life: undefined, isAgain: false };
    let failure: Outcome;
    this.kernel.parallel(
      countable.map(
        ({ pod }) =>
          () =>
            (failure = this.release(pod) ?? failure),
      ),
    );
    if (failure !== undefined) return { failure, life: undefined, isAgain: false };
    const counted: JobStatus = {
      ...first,
      ...amount('succeeded', isIndexed(job) ? (first.succeeded ?? 0) : (first.succeeded ?? 0) + succeeded.length),
      ...amount('failed', (first.failed ?? 0) + failed.length),
      uncountedTerminatedPods: {},
    };
    const isAgain = countable.length < found.ended.length && condition !== undefined;
    return { ...this.finish(job, written, counted, progress, withCondition), isAgain };
  }

  /** The last condition waits until nothing of the Job is on its way out any more. */
  private finish(
    job: Stored<Job>,
    current: Stored<Job>,
    counted: JobStatus,
    { condition, found, removing }: Progress,
    withCondition: (conditions: Conditions, wanted: Condition) => Conditions,
  ): Omit<Tracked, 'isAgain'> {
    const isOver = condition && removing === 0 && found.terminating === 0 && found.active.length === 0;
    if (!condition || !isOver) {
      const failure = this.outcome(this.write(current, counted));
      const life = condition ? (condition.type === 'FailureTarget' ? 'FAIL' : 'SUCCEED') : undefined;
      return { failure, life };
    }
    const isFailed = condition.type === 'FailureTarget';
    const last: Condition = { ...condition, type: isFailed ? 'Failed' : 'Complete' };
    const conditions = withCondition(counted.conditions ?? [], last);
    const { active: _active, ...rest } = counted;
    const final: JobStatus = {
      ...rest,
      ready: 0,
      conditions,
      ...(isFailed ? {} : { completionTime: this.kernel.formatTime() }),
    };
    const failure = this.outcome(this.write(current, final));
    if (failure !== undefined) return { failure, life: undefined };
    if (isFailed) this.recorder.record('jobs.batch', job, 'Warning', last.reason, last.message);
    else this.recorder.record('jobs.batch', job, 'Normal', 'Completed', 'Job completed');
    return { failure: undefined, life: isFailed ? 'FAILED' : 'COMPLETED' };
  }

  private statusOf(
    job: Stored<Job>,
    { found, active, startTime, removing }: Progress,
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
      ready: Math.min(found.ready, active),
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

const amount = <K extends 'active' | 'succeeded' | 'failed'>(field: K, value: number): Partial<Record<K, number>> =>
  (value > 0 ? { [field]: value } : {}) as Partial<Record<K, number>>;
