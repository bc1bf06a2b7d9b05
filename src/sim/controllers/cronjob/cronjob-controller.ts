/**
 * CronJob: a Job at every time of a schedule. Upstream: pkg/controller/cronjob/{cronjob_controllerv2,utils}.go.
 * A CronJob without a time zone runs by UTC, the zone of the controller manager.
 */
import type { CronJob, Job } from 'kubernetes-types/batch/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byController, controllerOf, ownerReferenceTo } from '../owners.ts';
import { isNamespaceEnding } from '../pod-control.ts';
import { hasCondition, isFinished } from '../job/types.ts';
import { cronMachine } from './machine.ts';
import { nextTime, parseSchedule, type Schedule } from './schedule.ts';
import { isKnownZone } from './time-zones.ts';

/** Runs begin so much after the minute, so that clocks have surely reached it. */
const DELTA_MS = 100;
const TOO_MANY = 100;

type CronStatus = NonNullable<CronJob['status']>;

export class CronJobController extends ManagedController {
  private readonly cronJobs: Informer<'cronjobs.batch'>;
  private readonly jobs: Informer<'jobs.batch'>;
  /** CronJob to when it is looked at next, so that one timer a CronJob waits. */
  private wakes = new Map<string, number>();
  private readonly schedules: Lives;

  constructor(manager: Manager) {
    super(manager, 'cronjob');
    this.cronJobs = this.shared('cronjobs.batch');
    this.jobs = this.shared('jobs.batch', byController);
    this.schedules = this.follow(cronMachine, 'cronjob');
    this.cronJobs.onChange((next, old) => {
      const key = keyOf((next ?? old)!);
      if (!next) this.schedules.forget(key);
      if (!next || !old || !isDeepEqual(next.spec, old.spec)) {
        this.wakes.delete(key);
        this.queue.add(key);
      }
    });
    this.jobs.onChange((next, old) => {
      const job = (next ?? old)!;
      const owner = controllerOf(job);
      if (owner?.kind === 'CronJob') this.queue.add(`${job.metadata.namespace}/${owner.name}`);
    });
  }

  protected reconcile(key: string): Outcome {
    const cronJob = this.cronJobs.byKey(key);
    if (!cronJob) return undefined;
    const jobs = this.jobs.byIndex('controller', cronJob.metadata.uid);
    this.cleanUp(cronJob, jobs);
    const seen = this.observe(cronJob, jobs);
    const { status, outcome } = cronJob.metadata.deletionTimestamp
      ? { status: seen, outcome: undefined }
      : this.run(key, cronJob, seen);
    this.schedules.send(key, lifeEvent(cronJob, status));
    return outcome ?? this.writeStatus(cronJob, status);
  }

  /** What became of the Jobs since. */
  private observe(cronJob: Stored<CronJob>, jobs: readonly Stored<Job>[]): CronStatus {
    let active = [...(cronJob.status?.active ?? [])];
    let { lastSuccessfulTime } = cronJob.status ?? {};
    for (const job of jobs) {
      const { name, uid } = job.metadata;
      const isListed = active.some((item) => item.uid === uid);
      if (!isListed && !isFinished(job)) {
        const text = `Saw a job that the controller did not create or forgot: ${name}`;
        this.tell(cronJob, 'Warning', 'UnexpectedJob', text);
      } else if (isListed && isFinished(job)) {
        active = active.filter((item) => item.uid !== uid);
        const condition = hasCondition(job, 'Complete') ? 'Complete' : 'Failed';
        this.tell(cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${condition}`);
      }
      const { completionTime } = job.status ?? {};
      if (completionTime && hasCondition(job, 'Complete') && (lastSuccessfulTime ?? '') < completionTime)
        lastSuccessfulTime = completionTime;
    }
    for (const reference of active) {
      if (jobs.some(({ metadata }) => metadata.uid === reference.uid)) continue;
      const live = this.client.get('jobs.batch', cronJob.metadata.namespace, reference.name ?? '');
      if (live.ok && live.object.metadata.uid === reference.uid) continue;
      this.tell(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${reference.name}`);
      active = active.filter((item) => item !== reference);
    }
    const { active: _active, ...rest } = cronJob.status ?? {};
    return {
      ...rest,
      ...(active.length > 0 ? { active } : {}),
      ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}),
    };
  }

  private run(key: string, cronJob: Stored<CronJob>, status: CronStatus): { status: CronStatus; outcome: Outcome } {
    const { schedule: text, timeZone = 'UTC', suspend, startingDeadlineSeconds: deadline } = cronJob.spec!;
    const unchanged = { status, outcome: undefined };
    if (!isKnownZone(timeZone)) {
      const message = `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`;
      this.tell(cronJob, 'Warning', 'UnknownTimeZone', message);
      return unchanged;
    }
    if (suspend) return unchanged;
    const schedule = parseSchedule(text, timeZone);
    const due = this.mostRecent(cronJob, status, schedule);
    if (due === undefined) {
      this.wakeForNext(key, cronJob, status, schedule);
      return unchanged;
    }
    if (deadline !== undefined && due + deadline * 1000 < this.nowEpochMs) {
      const message = `Missed scheduled time to start a job: ${rfc1123(due)}`;
      this.tell(cronJob, 'Warning', 'MissSchedule', message);
      this.wakeForNext(key, cronJob, status, schedule);
      return unchanged;
    }
    const started = this.startJob(cronJob, status, due);
    this.wakeForNext(key, cronJob, started.status, schedule);
    return started;
  }

  private startJob(
    cronJob: Stored<CronJob>,
    before: CronStatus,
    due: number,
  ): { status: CronStatus; outcome: Outcome } {
    const { concurrencyPolicy } = cronJob.spec!;
    const { namespace = '' } = cronJob.metadata;
    let status = before;
    const name = `${cronJob.metadata.name.slice(0, 52)}-${Math.floor(due / 60_000)}`;
    if (status.active?.some((item) => item.name === name)) return { status, outcome: undefined };
    if (concurrencyPolicy === 'Forbid' && (status.active?.length ?? 0) > 0) {
      const text = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.tell(cronJob, 'Normal', 'JobAlreadyActive', text);
      return { status, outcome: undefined };
    }
    if (concurrencyPolicy === 'Replace') {
      for (const { name: old = '' } of status.active ?? []) this.deleteJob(cronJob, old);
      const { active: _active, ...rest } = status;
      status = rest;
    }
    const made = this.client.create('jobs.batch', this.jobFor(cronJob, name, due));
    if (!made.ok && made.status.reason !== 'AlreadyExists') {
      if (isNamespaceEnding(made.status)) return { status, outcome: undefined };
      this.tell(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${made.status.message}`);
      return { status, outcome: made.status.message };
    }
    const job = made.ok ? made.object : this.jobs.get(namespace, name);
    if (!job || controllerOf(job)?.uid !== cronJob.metadata.uid) return { status, outcome: undefined };
    if (made.ok) this.tell(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
    const { uid, resourceVersion } = job.metadata;
    const reference = { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
    const lastScheduleTime = new Date(due).toISOString().replace('.000Z', 'Z');
    return {
      status: { ...status, active: [...(status.active ?? []), reference], lastScheduleTime },
      outcome: undefined,
    };
  }

  private jobFor(cronJob: Stored<CronJob>, name: string, due: number): Job {
    const { metadata, spec } = cronJob.spec!.jobTemplate;
    const annotations = {
      ...metadata?.annotations,
      'batch.kubernetes.io/cronjob-scheduled-timestamp': new Date(due).toISOString().replace('.000Z', 'Z'),
    };
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name,
        namespace: cronJob.metadata.namespace!,
        labels: metadata?.labels ?? {},
        annotations,
        ownerReferences: [ownerReferenceTo(cronJob)],
      },
      spec: spec!,
    };
  }

  /** The newest time that is due and was not run; undefined when there is none. */
  private mostRecent(cronJob: Stored<CronJob>, status: CronStatus, schedule: Schedule): number | undefined {
    const now = this.nowEpochMs;
    const deadline = cronJob.spec?.startingDeadlineSeconds;
    const begin = Date.parse(status.lastScheduleTime ?? cronJob.metadata.creationTimestamp);
    const earliest = deadline === undefined ? begin : Math.max(begin, now - deadline * 1000);
    let missed = 0;
    let last: number | undefined;
    for (let at = nextTime(schedule, earliest); at !== undefined && at <= now; at = nextTime(schedule, at)) {
      last = at;
      missed += 1;
    }
    if (missed > TOO_MANY) {
      const text = `too many missed start times: ${missed}. Set or decrease .spec.startingDeadlineSeconds or check clock skew`;
      this.tell(cronJob, 'Warning', 'TooManyMissedTimes', text);
    }
    return last;
  }

  private wakeForNext(key: string, cronJob: Stored<CronJob>, status: CronStatus, schedule: Schedule): void {
    const now = this.nowEpochMs;
    const begin = Date.parse(status.lastScheduleTime ?? cronJob.metadata.creationTimestamp);
    const next = nextTime(schedule, Math.max(begin, now));
    if (next === undefined) return;
    const at = next + DELTA_MS;
    if (this.wakes.get(key) === at) return;
    this.wakes.set(key, at);
    this.queue.addAfter(key, at - now, true);
  }

  /** Keeps as many finished Jobs as the history limits say, and deletes the oldest beyond. */
  private cleanUp(cronJob: Stored<CronJob>, jobs: readonly Stored<Job>[]): void {
    const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec!;
    const drop = (type: string, limit: number): void => {
      const done = jobs.filter((job) => hasCondition(job, type) && !job.metadata.deletionTimestamp);
      const begin = (job: Stored<Job>): string => job.status?.startTime ?? job.metadata.creationTimestamp;
      const ordered = [...done].sort((left, right) =>
        begin(left) < begin(right)
          ? -1
          : begin(left) > begin(right)
            ? 1
            : left.metadata.name < right.metadata.name
              ? -1
              : 1,
      );
      for (const { metadata } of ordered.slice(0, Math.max(0, done.length - limit)))
        this.deleteJob(cronJob, metadata.name);
    };
    drop('Complete', successfulJobsHistoryLimit);
    drop('Failed', failedJobsHistoryLimit);
  }

  private deleteJob(cronJob: Stored<CronJob>, name: string): void {
    const { namespace } = cronJob.metadata;
    const gone = this.client.delete('jobs.batch', namespace, name, { propagationPolicy: 'Background' });
    if (gone.ok) this.tell(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    else if (gone.status.code !== 404)
      this.tell(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${gone.status.message}`);
  }

  private writeStatus(cronJob: Stored<CronJob>, status: CronStatus): Outcome {
    if (isDeepEqual(status, cronJob.status ?? {})) return undefined;
    const written = this.client.updateStatus('cronjobs.batch', { ...cronJob, status });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  private tell(cronJob: Stored<CronJob>, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.recorder.record('cronjobs.batch', cronJob, type, reason, message);
  }

  protected override saveOwn(): unknown {
    return new Map(this.wakes);
  }

  protected override loadOwn(own: unknown): void {
    this.wakes = new Map(own as ReadonlyMap<string, number>);
  }
}

/** What a look says of the CronJob's life. */
function lifeEvent({ spec }: CronJob, { active = [] }: CronStatus): string {
  if (active.length > 0) return 'RUN';
  if (spec?.suspend) return 'SUSPEND';
  return isKnownZone(spec?.timeZone ?? 'UTC') ? 'WAIT' : 'FAIL';
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Mon, 05 Jan 2026 00:01:00 +0000`. */
function rfc1123(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  const day = `${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return `${WEEKDAYS[date.getUTCDay()]}, ${day} ${time} +0000`;
}
