/** Descriptions of Jobs and CronJobs. Upstream: kubectl/pkg/describe/describe.go (describeJob, describeCronJob). */
import type { CronJob, Job } from 'kubernetes-types/batch/v1';
import { humanDuration } from '../../../sim/api/duration.ts';
import type { KubeObject } from '../../../sim/api/object.ts';
import type { Describer } from './describer.ts';
import { eventsAbout, writeEvents } from './events.ts';
import { writeTemplate } from './pod-template.ts';
import { boolText, rfc1123, selectorText, writeHead, writeOwnedHead } from './writer.ts';

export const describeJob: Describer<Job & KubeObject> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writeOwnedHead(writer, metadata, spec?.selector);
  if (spec?.parallelism !== undefined) writer.line(0, `Parallelism:\t${spec.parallelism}`);
  writer.line(0, `Completions:\t${spec?.completions ?? '<unset>'}`);
  if (spec?.completionMode) writer.line(0, `Completion Mode:\t${spec.completionMode}`);
  if (spec?.suspend !== undefined) writer.line(0, `Suspend:\t${spec.suspend}`);
  if (spec?.backoffLimit !== undefined) writer.line(0, `Backoff Limit:\t${spec.backoffLimit}`);
  if (spec?.ttlSecondsAfterFinished !== undefined)
    writer.line(0, `TTL Seconds After Finished:\t${spec.ttlSecondsAfterFinished}`);
  if (status?.startTime) writer.line(0, `Start Time:\t${rfc1123(status.startTime)}`);
  if (status?.completionTime) writer.line(0, `Completed At:\t${rfc1123(status.completionTime)}`);
  if (status?.startTime && status.completionTime)
    writer.line(0, `Duration:\t${humanDuration(Date.parse(status.completionTime) - Date.parse(status.startTime))}`);
  if (spec?.activeDeadlineSeconds !== undefined)
    writer.line(0, `Active Deadline Seconds:\t${spec.activeDeadlineSeconds}s`);
  const { active = 0, succeeded = 0, failed = 0 } = status ?? {};
  const { ready } = (status ?? {}) as { ready?: number };
  writer.line(
    0,
    `Pods Statuses:\t${active} Active${ready === undefined ? '' : ` (${ready} Ready)`} / ${succeeded} Succeeded / ${failed} Failed`,
  );
  if (spec?.completionMode === 'Indexed') writer.line(0, `Completed Indexes:\t${status?.completedIndexes || '<none>'}`);
  writeTemplate(writer, spec?.template);
  writeEvents(writer, eventsAbout(session, object));
};

export const describeCronJob: Describer<CronJob & KubeObject> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writeHead(writer, metadata);
  writer.line(0, `Schedule:\t${spec?.schedule ?? ''}`);
  const { timeZone } = (spec ?? {}) as { timeZone?: string };
  if (timeZone !== undefined) writer.line(0, `Time Zone:\t${timeZone}`);
  writer.line(0, `Concurrency Policy:\t${spec?.concurrencyPolicy ?? ''}`);
  writer.line(0, `Suspend:\t${boolText(spec?.suspend)}`);
  writer.line(0, `Successful Job History Limit:\t${spec?.successfulJobsHistoryLimit ?? '<unset>'}`);
  writer.line(0, `Failed Job History Limit:\t${spec?.failedJobsHistoryLimit ?? '<unset>'}`);
  writer.line(
    0,
    `Starting Deadline Seconds:\t${spec?.startingDeadlineSeconds === undefined ? '<unset>' : `${spec.startingDeadlineSeconds}s`}`,
  );
  const job = spec?.jobTemplate.spec;
  writer.line(0, `Selector:\t${job?.selector ? selectorText(job.selector) : '<unset>'}`);
  writer.line(0, `Parallelism:\t${job?.parallelism ?? '<unset>'}`);
  writer.line(0, `Completions:\t${job?.completions ?? '<unset>'}`);
  if (job?.activeDeadlineSeconds !== undefined)
    writer.line(0, `Active Deadline Seconds:\t${job.activeDeadlineSeconds}s`);
  writeTemplate(writer, job?.template);
  writer.line(0, `Last Schedule Time:\t${status?.lastScheduleTime ? rfc1123(status.lastScheduleTime) : '<unset>'}`);
  const active = status?.active ?? [];
  writer.line(0, `Active Jobs:\t${active.length === 0 ? '<none>' : active.map(({ name }) => name).join(', ')}`);
  writeEvents(writer, eventsAbout(session, object));
};
