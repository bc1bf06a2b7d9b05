/**
 * Whether a Job is over, before any pod is made: failed by a policy, a limit, its deadline or its indexes, or successful
 * by policy. A policy that the Job has met is not looked at again.
 * Upstream: pkg/controller/job/job_controller.go (syncJob).
 */
import type { Job } from 'kubernetes-types/batch/v1';
import type { Stored } from '../../api/object.ts';
import { restartsOf, type Findings } from './job-pods.ts';
import { matchSuccessPolicy } from './policies.ts';
import type { Condition } from './types.ts';

export const isFailure = ({ type }: Condition): boolean => type === 'FailureTarget';

export function judge(job: Stored<Job>, found: Findings, nowEpochMs: number): Condition | undefined {
  const earlier = job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'FailureTarget' || type === 'SuccessCriteriaMet'),
  );
  if (earlier) {
    return { type: earlier.type, status: 'True', reason: earlier.reason ?? '', message: earlier.message ?? '' };
  }
  const failure = failureOf(job, found, nowEpochMs);
  if (failure) return { type: 'FailureTarget', status: 'True', ...failure };
  const matched = matchSuccessPolicy(job, found.succeededIndexes);
  if (matched === undefined) return undefined;
  return { type: 'SuccessCriteriaMet', status: 'True', reason: 'SuccessPolicy', message: matched };
}

function failureOf(
  job: Stored<Job>,
  found: Findings,
  nowEpochMs: number,
): { reason: string; message: string } | undefined {
  const { spec, status } = job;
  const ended = found.ended.find(({ verdict }) => verdict?.action === 'FailJob');
  if (ended) return { reason: 'PodFailurePolicy', message: ended.verdict!.message };
  const { backoffLimit = 6, activeDeadlineSeconds, maxFailedIndexes, suspend } = spec!;
  const isOnFailure = spec?.template.spec?.restartPolicy === 'OnFailure';
  const restarts = isOnFailure ? restartsOf(found.active) : 0;
  const isPast = isOnFailure && (backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit);
  if (found.failed > backoffLimit || isPast) {
    return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  if (activeDeadlineSeconds !== undefined && !suspend && status?.startTime) {
    if (nowEpochMs - Date.parse(status.startTime) >= activeDeadlineSeconds * 1000) {
      return { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
    }
  }
  if (maxFailedIndexes !== undefined && found.failedIndexes.size > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return { reason: 'MaxFailedIndexesExceeded', message };
  }
  const { size } = found.failedIndexes;
  if (size > 0 && size + found.succeededIndexes.size >= (spec?.completions ?? 0)) {
    return { reason: 'FailedIndexes', message: 'Job has failed indexes' };
  }
  return undefined;
}
