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
import { nextTime, parseSchedule, recentOf, type Schedule } from './schedule.ts';
import { isKnownZone, offsetAt } from './time-zones.ts';

/** Runs begin so much after the minute, so that clocks have surely reached it. */
const DELTA_MS = 100;
const TOO_MANY = 100;
/** Before the key of a CronJob whose schedule has been changed. */
const MOVED = 'moved|';

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
      if (next && old && isDeepEqual(next.spec, old.spec)) return;
      this.wakes.delete(key);
      const isMoved =
        next && old && (next.spec?.schedule !== old.spec?.schedule || next.spec?.timeZone !== old.spec?.timeZone);
      // What the new schedule would have run before now is not made up for.
      if (isMoved) this.queue.add(`${MOVED}${key}`);
      else this.queue.add(key);
    });
    this.jobs.onChange((next, old) => {
      const job = (next ?? old)!;
      const owner = controllerOf(job);
      if (owner?.kind === 'CronJob') this.queue.add(`${job.metadata.namespace}/${owner.name}`);
    });
  }

  protected reconcile(key: string): Outcome {
    if (key.startsWith(MOVED)) return this.moved(key.slice(MOVED.length));
    const cronJob = this.cronJobs.byKey(key);
    if (!cronJob) return undefined;
    const jobs = this.jobs.byIndex('controller', cronJob.metadata.uid);
    const gone = this.cleanUp(cronJob, jobs);
    const seen = this.observe(cronJob, jobs, gone);
    const { status, outcome } = cronJob.metadata.deletionTimestamp
      ? { status: seen, outcome: undefined }
      : this.run(key, cronJob, seen);
    this.schedules.send(key, lifeEvent(cronJob, status));
    return outcome ?? this.writeStatus(cronJob, status);
  }

  /** Another schedule is looked at only when its next time has come (updateCronJob). */
  private moved(key: string): Outcome {
    const cronJob = this.cronJobs.byKey(key);
    const { schedule = '', timeZone = 'UTC' } = cronJob?.spec ?? {};
    if (!cronJob || !isKnownZone(timeZone)) return undefined;
    this.wakeForNext(key, cronJob, cronJob.status ?? {}, parseSchedule(schedule, timeZone));
    return undefined;
  }

  /** What became of the Jobs since. */
  private observe(cronJob: Stored<CronJob>, jobs: readonly Stored<Job>[], gone: ReadonlySet<string>): CronStatus {
    let active = (cronJob.status?.active ?? []).filter(({ uid = '' }) => !gone.has(uid));
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
    const begin = beginOf(cronJob, status);
    const earliest = deadline === undefined ? begin : Math.max(begin, this.nowEpochMs - deadline * 1000);
    const found = recentOf(schedule, earliest, this.nowEpochMs);
    if (!found) {
      const why = 'time difference between two schedules is less than 1 second';
      this.tell(cronJob, 'Warning', 'InvalidSchedule', `invalid schedule: ${text} : ${why}`);
      return unchanged;
    }
    const due = found.recent;
    if (due !== undefined && found.missed > TOO_MANY) {
      const advice = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      this.tell(cronJob, 'Warning', 'TooManyMissedTimes', `too many missed start times. ${advice}`);
    }
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
      'batch.kubernetes.io/cronjob-scheduled-timestamp': rfc3339(due, cronJob.spec!.timeZone ?? 'UTC'),
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

  /** Looks again at the next time of the schedule, counted from what has been run or missed until now. */
  private wakeForNext(key: string, cronJob: Stored<CronJob>, status: CronStatus, schedule: Schedule): void {
    const now = this.nowEpochMs;
    const found = recentOf(schedule, beginOf(cronJob, status), now);
    const from = found === undefined ? now : (found.recent ?? (found.missed === 0 ? found.earliest : now));
    const next = nextTime(schedule, from);
    if (next === undefined) return;
    const at = next + DELTA_MS;
    if (this.wakes.get(key) === at) return;
    this.wakes.set(key, at);
    this.queue.addAfter(key, at - now, true);
  }

  /** Keeps as many finished Jobs as the history limits say, and deletes the oldest beyond: their uids are returned. */
  private cleanUp(cronJob: Stored<CronJob>, jobs: readonly Stored<Job>[]): ReadonlySet<string> {
    const gone = new Set<string>();
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
        if (this.deleteJob(cronJob, metadata.name)) gone.add(metadata.uid);
    };
    drop('Complete', successfulJobsHistoryLimit);
    drop('Failed', failedJobsHistoryLimit);
    return gone;
  }

  private deleteJob(cronJob: Stored<CronJob>, name: string): boolean {
    const { namespace } = cronJob.metadata;
    const gone = this.client.delete('jobs.batch', namespace, name, { propagationPolicy: 'Background' });
    if (gone.ok) this.tell(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    else if (gone.status.code !== 404)
      this.tell(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${gone.status.message}`);
    return gone.ok;
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

/** When it ran last, or was made: milliseconds since 1970. */
const beginOf = ({ metadata }: Stored<CronJob>, { lastScheduleTime }: CronStatus): number =>
  Date.parse(lastScheduleTime ?? metadata.creationTimestamp);

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-01-05T09:01:00+09:00`, by the clocks of the zone. */
function rfc3339(epochMs: number, zone: string): string {
  const offset = offsetAt(zone, epochMs);
  const local = new Date(epochMs + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** `Mon, 05 Jan 2026 00:01:00 +0000`. */
function rfc1123(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  const day = `${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return `${WEEKDAYS[date.getUTCDay()]}, ${day} ${time} +0000`;
}
