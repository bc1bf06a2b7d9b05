/** What a Job says of itself. Upstream: staging/src/k8s.io/api/batch/v1/types.go. */
import type { Job, JobCondition } from 'kubernetes-types/batch/v1';

export type Condition = Required<Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>>;

export const JOB_CONTROLLER = 'kubernetes.io/job-controller';
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

export function hasCondition(job: Job, type: string): boolean {
  return job.status?.conditions?.some((item) => item.type === type && item.status === 'True') ?? false;
}

export const isFinished = (job: Job): boolean => hasCondition(job, 'Complete') || hasCondition(job, 'Failed');

/** Whether pods are replaced only once they have failed, not as soon as they are on their way out. */
export const replacesOnlyFailed = ({ spec }: Job): boolean =>
  spec?.podReplacementPolicy === 'Failed' || spec?.podFailurePolicy !== undefined;

export const isIndexed = ({ spec }: Job): boolean => spec?.completionMode === 'Indexed';

/** A Job of another controller is left alone. */
export function isOurs({ spec }: Job): boolean {
  const { managedBy } = (spec ?? {}) as { managedBy?: string };
  return managedBy === undefined || managedBy === JOB_CONTROLLER;
}
