/**
 * Job and CronJob. Upstream: pkg/apis/batch/{v1/defaults,validation/validation}.go, pkg/registry/batch/job/strategy.go.
 */
import type { CronJob, Job, JobSpec } from 'kubernetes-types/batch/v1';
import { ageOf, humanDuration } from '../duration.ts';
import type { ColumnContext, KindDefinition } from '../kind.ts';
import { notNegative, oneOf, setDefault } from '../rules.ts';
import { formatSelector } from '../selectors.ts';
import { fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, templateColumns, textColumn } from './columns.ts';
import { scheduleFault, timeZoneFault } from './cron-schedule.ts';
import { validateJob, validateJobSpec, validateJobUpdate } from './job-rules.ts';
import { defaultTemplate } from './pod-template.ts';
import { status, stored } from './stored-kind.ts';

const UID_LABEL = 'batch.kubernetes.io/controller-uid';
const BACKOFF_UNLIMITED = 2_147_483_647;

type JobSpec135 = JobSpec & { backoffLimitPerIndex?: number; managedBy?: string };

/** The labels by which a Job finds its pods, and the selector on them. Upstream: generateSelector. */
function generateSelector(job: Job): void {
  const { spec, metadata } = job;
  if (!spec || spec.manualSelector) return;
  const { name = '', uid = '' } = metadata ?? {};
  const labels = { [UID_LABEL]: uid, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, 'job-name': name };
  const template = {
    ...spec.template,
    metadata: { ...spec.template?.metadata, labels: { ...spec.template?.metadata?.labels, ...labels } },
  };
  job.spec = { ...spec, selector: spec.selector ?? { matchLabels: { [UID_LABEL]: uid } }, template };
  // Defaulting on the way out of the store gives a Job without labels those of its template.
  if (metadata && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = template.metadata.labels;
}

function jobStatus(job: Job): string {
  const has = (type: string): boolean =>
    job.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata?.deletionTimestamp) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (has(type)) return type;
  return 'Running';
}

function jobCompletions({ spec, status: found }: Job): string {
  const done = found?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${done}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobDuration({ status: found }: Job, { nowEpochMs }: ColumnContext): string {
  if (!found?.startTime) return '';
  const end = found.completionTime ? Date.parse(found.completionTime) : nowEpochMs;
  return humanDuration(end - Date.parse(found.startTime));
}

export const jobKind: KindDefinition<Job> = stored<Job>('batch/v1', 'Job', 'jobs', 'namespaced', {
  support: 'simulated',
  categories: ['all'],
  hasGeneration: true,
  defaultPropagation: 'Orphan',
  subresources: status('Job'),
  applyDefaults({ spec }) {
    if (!spec) return;
    const { backoffLimitPerIndex } = spec as JobSpec135;
    if (spec.completions === undefined && spec.parallelism === undefined) setDefault(spec, 'completions', 1);
    setDefault(spec, 'parallelism', 1);
    setDefault(spec, 'backoffLimit', backoffLimitPerIndex === undefined ? 6 : BACKOFF_UNLIMITED);
    setDefault(spec, 'completionMode', 'NonIndexed');
    setDefault(spec, 'suspend', false);
    setDefault(spec, 'manualSelector', false);
    setDefault(spec, 'podReplacementPolicy', spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed');
    defaultTemplate(spec.template);
  },
  prepareForCreate(job) {
    generateSelector(job);
    Object.assign(job, { status: {} });
  },
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  selectableFields: { 'status.successful': ({ status: found }) => String(found?.succeeded ?? 0) },
  columns: [
    nameColumn(),
    textColumn('Status', jobStatus),
    textColumn('Completions', jobCompletions),
    textColumn('Duration', jobDuration),
    ageColumn(),
    ...templateColumns<Job>(({ spec }) => spec?.template),
    textColumn('Selector', ({ spec }) => formatSelector(spec?.selector), 1),
  ],
});

/** Room for the suffix that a Job's name gets: 63 less 11. */
const CRON_NAME_LIMIT = 52;

export const cronJobKind: KindDefinition<CronJob> = stored<CronJob>('batch/v1', 'CronJob', 'cronjobs', 'namespaced', {
  support: 'simulated',
  shortNames: ['cj'],
  categories: ['all'],
  hasGeneration: true,
  subresources: status('CronJob'),
  applyDefaults({ spec }) {
    if (!spec) return;
    setDefault(spec, 'concurrencyPolicy', 'Allow');
    setDefault(spec, 'suspend', false);
    setDefault(spec, 'successfulJobsHistoryLimit', 3);
    setDefault(spec, 'failedJobsHistoryLimit', 1);
    defaultTemplate(spec.jobTemplate?.spec?.template);
  },
  prepareForCreate(job) {
    Object.assign(job, { status: {} });
  },
  validate({ metadata, spec }) {
    const errors: FieldError[] = [];
    const { schedule = '', timeZone, jobTemplate } = spec ?? {};
    if (!schedule) errors.push(fieldRequired('spec.schedule'));
    else {
      const fault = scheduleFault(schedule);
      if (fault) errors.push(fieldInvalid('spec.schedule', schedule, fault));
    }
    if (timeZone !== undefined) {
      const fault = timeZoneFault(timeZone);
      if (fault) errors.push(fieldInvalid('spec.timeZone', timeZone, fault));
    }
    errors.push(
      ...notNegative('spec.startingDeadlineSeconds', spec?.startingDeadlineSeconds),
      ...oneOf('spec.concurrencyPolicy', spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']),
    );
    const path = 'spec.jobTemplate.spec';
    errors.push(...validateJobSpec(jobTemplate?.spec, path));
    if (jobTemplate?.spec?.selector) {
      errors.push(fieldInvalid(`${path}.selector`, jobTemplate.spec.selector, '`selector` will be auto-generated'));
    }
    if (jobTemplate?.spec?.manualSelector) {
      errors.push(fieldNotSupported(`${path}.manualSelector`, 'true', ['nil', 'false']));
    }
    errors.push(
      ...notNegative('spec.successfulJobsHistoryLimit', spec?.successfulJobsHistoryLimit),
      ...notNegative('spec.failedJobsHistoryLimit', spec?.failedJobsHistoryLimit),
    );
    const name = metadata?.name ?? '';
    if (name.length > CRON_NAME_LIMIT) {
      errors.push(fieldInvalid('metadata.name', name, `must be no more than ${CRON_NAME_LIMIT} characters`));
    }
    return errors;
  },
  columns: [
    nameColumn(),
    textColumn('Schedule', ({ spec }) => spec?.schedule ?? ''),
    textColumn('Timezone', ({ spec }) => spec?.timeZone ?? '<none>'),
    textColumn('Suspend', ({ spec }) => (spec?.suspend ? 'True' : 'False')),
    textColumn('Active', ({ status: found }) => found?.active?.length ?? 0),
    textColumn('Last Schedule', ({ status: found }, { nowEpochMs }) =>
      found?.lastScheduleTime ? ageOf(found.lastScheduleTime, nowEpochMs) : '<none>',
    ),
    ageColumn(),
    ...templateColumns<CronJob>(({ spec }) => spec?.jobTemplate?.spec?.template),
    textColumn('Selector', ({ spec }) => formatSelector(spec?.jobTemplate?.spec?.selector), 1),
  ],
});
