/**
 * Job: pods that run to their end, so many times, tried again when they fail.
 * Upstream: pkg/controller/job/job_controller.go. Changes of pods are taken together for a second, as upstream does.
 */
import type { Job } from 'kubernetes-types/batch/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import { matchesLabels, selectorOf } from '../../api/selectors.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { Expectations } from '../expectations.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byController, byNamespace, claim, controllerOf } from '../owners.ts';
import type { PodControl } from '../pod-control.ts';
import { Batch } from './batch.ts';
import { judge } from './judge.ts';
import { delayAfter, findingsOf, finishedAt, isTracked, type Ended, type Findings } from './job-pods.ts';
import { jobMachine } from './machine.ts';
import { PodManager } from './pod-manager.ts';
import { JobTracker, type Progress } from './tracker.ts';
import { hasCondition, isFinished, isOurs, type Condition } from './types.ts';

/** Failures since the last success, and when the last of them was. */
interface Backoff {
  readonly failures: number;
  readonly lastAt: number;
  /** Uids of pods that are in it already. */
  readonly seen: readonly string[];
}

const NO_BACKOFF: Backoff = { failures: 0, lastAt: 0, seen: [] };

export class JobController extends ManagedController {
  private readonly jobs: Informer<'jobs.batch'>;
  private readonly pods: Informer<'pods'>;
  private readonly expectations: Expectations;
  private readonly podManager: PodManager;
  private readonly tracker: JobTracker;
  private readonly jobLives: Lives;
  private readonly batch: Batch;
  private backoffs = new Map<string, Backoff>();

  constructor(manager: Manager) {
    super(manager, 'job');
    this.jobs = this.shared('jobs.batch', byNamespace);
    this.pods = this.shared('pods', byController);
    this.expectations = new Expectations(this.kernel);
    this.jobLives = this.follow(jobMachine, 'job');
    this.batch = new Batch(this.queue);
    const { kernel, client, recorder } = this;
    const control: PodControl = { kernel, client, recorder, resource: 'jobs.batch' };
    this.tracker = new JobTracker(kernel, client, recorder);
    this.podManager = new PodManager(control, this.expectations, (pod) => this.tracker.release(pod));
    this.jobs.onChange((next, old) => {
      const key = keyOf((next ?? old)!);
      if (!next) {
        this.expectations.forget(key);
        this.backoffs.delete(key);
        this.jobLives.forget(key);
        this.orphansOf(old!);
      }
      if (next && old && next.metadata.generation === old.metadata.generation) this.batch.add(key);
      else this.queue.add(key);
    });
    this.pods.onChange((next, old) => this.podChanged(next, old));
  }

  private podChanged(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    const pod = (next ?? old)!;
    const owner = controllerOf(pod);
    const { namespace = '' } = pod.metadata;
    if (owner?.kind === 'Job') {
      const key = `${namespace}/${owner.name}`;
      if (!old) this.expectations.observeAdd(key);
      if (!next || next.metadata.deletionTimestamp) this.expectations.observeDelete(key, pod.metadata.uid);
      if (!next || !isTracked(next)) this.tracker.observeRelease(pod.metadata.uid);
      if (next && isTracked(next) && this.isOrphan(next, owner.uid)) this.queue.add(`orphan|${keyOf(next)}`);
      else this.batch.add(key);
    } else if (!owner && next) {
      for (const job of this.jobs.byIndex('namespace', namespace)) {
        const selector = selectorOf(job.spec?.selector);
        if (selector && matchesLabels(selector, next.metadata.labels)) this.batch.add(keyOf(job));
      }
    }
  }

  private isOrphan(pod: Stored<Pod>, uid: string): boolean {
    const owner = controllerOf(pod);
    const job = this.jobs.get(pod.metadata.namespace, owner?.name ?? '');
    return !job || job.metadata.uid !== uid;
  }

  private orphansOf(job: Stored<Job>): void {
    for (const pod of this.pods.byIndex('controller', job.metadata.uid))
      if (isTracked(pod)) this.queue.add(`orphan|${keyOf(pod)}`);
  }

  protected reconcile(key: string): Outcome {
    if (key.startsWith('orphan|')) return this.releaseOrphan(key.slice(7));
    this.batch.done(key);
    const job = this.jobs.byKey(key);
    if (!job || !isOurs(job)) return undefined;
    if (isFinished(job)) {
      this.backoffs.delete(key);
      return this.releaseAll(job);
    }
    const pods = claim<Pod>({
      client: this.client,
      ownerResource: 'jobs.batch',
      owner: job,
      selector: selectorOf(job.spec?.selector),
      resource: 'pods',
      owned: this.pods.byIndex('controller', job.metadata.uid),
      orphans: this.pods.byIndex('orphan', job.metadata.namespace ?? ''),
    });
    return this.sync(
      key,
      job,
      findingsOf(job, pods, ({ metadata }) => this.tracker.isAwaited(metadata.uid)),
    );
  }

  private sync(key: string, job: Stored<Job>, found: Findings): Outcome {
    const isSuspended = job.spec?.suspend ?? false;
    const startTime = job.status?.startTime ?? (isSuspended ? undefined : this.kernel.formatTime());
    const backoff = this.backoffOf(key, found);
    const started = { ...job, status: { ...job.status, ...(startTime ? { startTime } : {}) } };
    let condition = judge(started, found, this.nowEpochMs);
    let { active } = { active: found.active.length };
    let failure: Outcome;
    let conditions = job.status?.conditions ?? [];
    let resumedAt = startTime;
    const wasSuspended = hasCondition(job, 'Suspended');
    if (condition) {
      const removed = this.podManager.deleteAll(key, job, found.active, true);
      active -= removed.done;
      failure = removed.failure;
    } else if (!job.metadata.deletionTimestamp && this.expectations.areMet(key)) {
      const left = backoff.failures > 0 ? backoff.lastAt + delayAfter(backoff.failures) - this.nowEpochMs : 0;
      const managed = this.podManager.manage(key, job, found, left, this.nowEpochMs);
      active = managed.active;
      failure = managed.failure;
      if (managed.retryAfterMs !== undefined) {
        this.jobLives.send(key, 'BACK_OFF');
        this.queue.addAfter(key, managed.retryAfterMs);
      } else if (!isSuspended) this.jobLives.send(key, 'RUN');
      condition = completionOf(job, found, active);
    }
    if (!condition && isSuspended && !wasSuspended) {
      conditions = this.withCondition(conditions, suspension('True', 'JobSuspended', 'Job suspended'));
      this.recorder.record('jobs.batch', job, 'Normal', 'Suspended', 'Job suspended');
      resumedAt = undefined;
      this.jobLives.send(key, 'SUSPEND');
    } else if (!condition && !isSuspended && wasSuspended) {
      conditions = this.withCondition(conditions, suspension('False', 'JobResumed', 'Job resumed'));
      this.recorder.record('jobs.batch', job, 'Normal', 'Resumed', 'Job resumed');
      resumedAt = this.kernel.formatTime();
    }
    this.awaitDeadline(key, job, resumedAt, condition);
    const isOver =
      condition !== undefined && (condition.type === 'FailureTarget' || condition.type === 'SuccessCriteriaMet');
    const progress: Progress = {
      found,
      active: isSuspended || isOver ? Math.max(0, active) : active,
      startTime: resumedAt,
      conditions,
      condition,
      removing: active < found.active.length ? found.active.length - active : 0,
    };
    const outcome = this.tracker.track(job, progress, (changes, next) => this.withCondition(changes, next));
    if (outcome.life) this.jobLives.send(key, outcome.life);
    if (outcome.isAgain) this.batch.add(key);
    return failure ?? outcome.failure;
  }

  /** Newly ended pods in the order of their ends: a success forgets what failed before it. */
  private backoffOf(key: string, found: Findings): Backoff {
    let backoff = this.backoffs.get(key) ?? NO_BACKOFF;
    const fresh = found.ended.filter(({ pod }) => !backoff.seen.includes(pod.metadata.uid));
    if (fresh.length === 0) return backoff;
    const byEnd = (left: Ended, right: Ended): number => finishedAt(left.pod) - finishedAt(right.pod);
    for (const { pod, hasSucceeded, verdict } of [...fresh].sort(byEnd)) {
      const counts = !hasSucceeded && verdict?.action !== 'Ignore';
      backoff = {
        failures: hasSucceeded ? 0 : backoff.failures + (counts ? 1 : 0),
        lastAt: hasSucceeded ? 0 : counts ? finishedAt(pod) : backoff.lastAt,
        seen: [...backoff.seen, pod.metadata.uid],
      };
    }
    const tracked = new Set(found.ended.map(({ pod }) => pod.metadata.uid));
    backoff = { ...backoff, seen: backoff.seen.filter((uid) => tracked.has(uid)) };
    this.backoffs.set(key, backoff);
    return backoff;
  }

  private awaitDeadline(
    key: string,
    job: Stored<Job>,
    startTime: string | undefined,
    done: Condition | undefined,
  ): void {
    const deadline = job.spec?.activeDeadlineSeconds;
    if (deadline === undefined || done || !startTime || startTime === job.status?.startTime) return;
    this.queue.addAfter(key, Math.max(0, this.leftOf(startTime, deadline * 1000)), true);
  }

  private withCondition(
    conditions: NonNullable<NonNullable<Job['status']>['conditions']>,
    wanted: Condition,
  ): NonNullable<NonNullable<Job['status']>['conditions']> {
    const now = this.kernel.formatTime();
    const before = conditions.find(({ type }) => type === wanted.type);
    if (before?.status === wanted.status && before.reason === wanted.reason && before.message === wanted.message)
      return conditions;
    const next = { ...wanted, lastProbeTime: now, lastTransitionTime: now };
    return before ? conditions.map((item) => (item === before ? next : item)) : [...conditions, next];
  }

  /** A pod whose Job is gone keeps nobody waiting. */
  private releaseOrphan(path: string): Outcome {
    const pod = this.pods.byKey(path);
    const owner = pod && controllerOf(pod);
    if (!pod || !owner || !isTracked(pod) || !this.isOrphan(pod, owner.uid)) return undefined;
    return this.tracker.release(pod);
  }

  private releaseAll(job: Stored<Job>): Outcome {
    let failure: Outcome;
    for (const pod of this.pods.byIndex('controller', job.metadata.uid)) {
      if (isTracked(pod) && !this.tracker.isAwaited(pod.metadata.uid)) failure = this.tracker.release(pod) ?? failure;
    }
    return failure;
  }

  protected override saveOwn(): unknown {
    return {
      expectations: this.expectations.save(),
      batch: this.batch.save(),
      awaited: this.tracker.save(),
      backoffs: new Map(this.backoffs),
    };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as Record<'expectations' | 'batch' | 'awaited', unknown> & {
      backoffs: ReadonlyMap<string, Backoff>;
    };
    this.expectations.load(saved.expectations);
    this.batch.load(saved.batch);
    this.tracker.load(saved.awaited);
    this.backoffs = new Map(saved.backoffs);
  }
}

const suspension = (status: string, reason: string, message: string): Condition => ({
  type: 'Suspended',
  status,
  reason,
  message,
});

/** Whether the Job has all that it wanted, with what runs now. */
function completionOf(job: Stored<Job>, found: Findings, active: number): Condition | undefined {
  const { completions, suspend } = job.spec!;
  if (suspend) return undefined;
  const isDone = completions === undefined ? found.succeeded > 0 && active === 0 : found.succeeded >= completions;
  if (isDone) {
    const message = 'Reached expected number of succeeded pods';
    return { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached', message };
  }
  const areSpent = found.failedIndexes.size > 0 && found.succeeded + found.failedIndexes.size >= (completions ?? 0);
  if (!areSpent) return undefined;
  return { type: 'FailureTarget', status: 'True', reason: 'FailedIndexes', message: 'Job has failed indexes' };
}
