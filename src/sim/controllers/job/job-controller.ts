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
  /** When each Job is looked at for its deadline, in milliseconds since 1970. */
  private deadlines = new Map<string, number>();

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
        this.deadlines.delete(key);
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
      this.deadlines.delete(key);
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
    const areMet = this.expectations.areMet(key);
    let progress: Progress = {
      found,
      active: found.active.length,
      ready: found.ready,
      startTime,
      conditions: job.status?.conditions ?? [],
      condition: judge(started, found, this.nowEpochMs),
      removing: 0,
    };
    let failure: Outcome;
    if (progress.condition) {
      const removed = this.podManager.deleteAll(key, job, found.active, true);
      failure = removed.failure;
      const isAll = removed.done === found.active.length && areMet;
      progress = {
        ...progress,
        active: found.active.length - removed.done,
        ready: found.ready - removed.ready,
        removing: removed.done,
        // Nothing is said of the end while pods may still be there that are not known or not asked to go.
        condition: isAll ? progress.condition : undefined,
      };
    } else {
      const isManaged = areMet && !job.metadata.deletionTimestamp;
      if (isManaged) [progress, failure] = this.manage(key, job, progress, backoff);
      progress = { ...progress, condition: completionOf(job, found, progress.active) };
      if (isManaged && !progress.condition) progress = this.suspendOrResume(key, job, progress);
      if (!progress.condition) this.awaitDeadline(key, job, progress.startTime);
    }
    const outcome = this.tracker.track(job, progress, (changes, next) => this.withCondition(changes, next));
    if (outcome.life) this.jobLives.send(key, outcome.life);
    if (outcome.isAgain) this.batch.add(key);
    return failure ?? outcome.failure;
  }

  private manage(key: string, job: Stored<Job>, progress: Progress, backoff: Backoff): [Progress, Outcome] {
    const { found } = progress;
    const left = backoff.failures > 0 ? backoff.lastAt + delayAfter(backoff.failures) - this.nowEpochMs : 0;
    const managed = this.podManager.manage(key, job, found, left, this.nowEpochMs);
    if (managed.retryAfterMs !== undefined) {
      this.jobLives.send(key, 'BACK_OFF');
      this.queue.addAfter(key, managed.retryAfterMs);
    } else if (!job.spec?.suspend) this.jobLives.send(key, 'RUN');
    const removing = Math.max(0, found.active.length - managed.active);
    const next = { ...progress, active: managed.active, ready: found.ready - managed.removedReady, removing };
    return [next, managed.failure];
  }

  /** Resuming begins anew: the deadline counts from then. The start time of before stays while the Job is suspended. */
  private suspendOrResume(key: string, job: Stored<Job>, progress: Progress): Progress {
    const isSuspended = job.spec?.suspend ?? false;
    if (isSuspended === hasCondition(job, 'Suspended')) return progress;
    const [reason, text] = isSuspended ? ['Suspended', 'Job suspended'] : ['Resumed', 'Job resumed'];
    const wanted = { type: 'Suspended', status: isSuspended ? 'True' : 'False', reason: `Job${reason}`, message: text };
    this.recorder.record('jobs.batch', job, 'Normal', reason, text);
    if (isSuspended) this.jobLives.send(key, 'SUSPEND');
    const conditions = this.withCondition(progress.conditions, wanted);
    return { ...progress, conditions, ...(isSuspended ? {} : { startTime: this.kernel.formatTime() }) };
  }

  /** Newly ended pods in the order of their ends: a success forgets what failed before it, or with it. */
  private backoffOf(key: string, found: Findings): Backoff {
    let backoff = this.backoffs.get(key) ?? NO_BACKOFF;
    const fresh = found.ended.filter(({ pod }) => !backoff.seen.includes(pod.metadata.uid));
    if (fresh.length === 0) return backoff;
    const byEnd = (left: Ended, right: Ended): number =>
      finishedAt(left.pod) - finishedAt(right.pod) || Number(left.hasSucceeded) - Number(right.hasSucceeded);
    for (const { pod, hasSucceeded } of [...fresh].sort(byEnd)) {
      backoff = {
        failures: hasSucceeded ? 0 : backoff.failures + 1,
        lastAt: hasSucceeded ? 0 : finishedAt(pod),
        seen: [...backoff.seen, pod.metadata.uid],
      };
    }
    const tracked = new Set(found.ended.map(({ pod }) => pod.metadata.uid));
    backoff = { ...backoff, seen: backoff.seen.filter((uid) => tracked.has(uid)) };
    this.backoffs.set(key, backoff);
    return backoff;
  }

  /** One look at the deadline is on its way at a time, and another when the deadline or the start has moved. */
  private awaitDeadline(key: string, { spec }: Stored<Job>, startTime: string | undefined): void {
    if (spec?.activeDeadlineSeconds === undefined || spec.suspend || !startTime) return;
    const dueAt = Date.parse(startTime) + spec.activeDeadlineSeconds * 1000;
    if (this.deadlines.get(key) === dueAt) return;
    this.deadlines.set(key, dueAt);
    this.queue.addAfter(key, Math.max(0, dueAt - this.nowEpochMs), true);
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
      deadlines: new Map(this.deadlines),
    };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as Record<'expectations' | 'batch' | 'awaited', unknown> & {
      backoffs: ReadonlyMap<string, Backoff>;
      deadlines: ReadonlyMap<string, number>;
    };
    this.expectations.load(saved.expectations);
    this.batch.load(saved.batch);
    this.tracker.load(saved.awaited);
    this.backoffs = new Map(saved.backoffs);
    this.deadlines = new Map(saved.deadlines);
  }
}

/** Whether the Job has all that it wanted, with what runs now. */
function completionOf(job: Stored<Job>, found: Findings, active: number): Condition | undefined {
  const { completions } = job.spec!;
  const isDone = active === 0 && found.succeeded >= (completions ?? 1);
  if (!isDone) return undefined;
  const message = 'Reached expected number of succeeded pods';
  return { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached', message };
}
