/**
 * The pods that a Job makes and takes away. Upstream: pkg/controller/job/job_controller.go (manageJob),
 * pkg/controller/job/indexed_job_utils.go.
 */
import type { Job } from 'kubernetes-types/batch/v1';
import type { Container, Pod, PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import type { Outcome } from '../../client/index.ts';
import type { Expectations } from '../expectations.ts';
import {
  createPod,
  deletePod,
  isNamespaceEnding,
  podFromTemplate,
  slowStart,
  type PodControl,
} from '../pod-control.ts';
import { compareForDeletion } from '../pods.ts';
import { INDEX_ANNOTATION } from './indexes.ts';
import {
  delayAfter,
  FAILURE_COUNT,
  failureCountOf,
  finishedAt,
  IGNORED_FAILURE_COUNT,
  indexOf,
  type Findings,
} from './job-pods.ts';
import { matchFailurePolicy } from './policies.ts';
import { isIndexed, replacesOnlyFailed, TRACKING_FINALIZER } from './types.ts';

/** Pods made or deleted in one turn at most (MaxPodCreateDeletePerSync). */
const BURST = 500;

export interface Managed {
  readonly active: number;
  readonly failure: Outcome;
  /** Set when pods are wanted and have to wait for the back-off. */
  readonly retryAfterMs?: number;
}

export class PodManager {
  constructor(
    private readonly control: PodControl,
    private readonly expectations: Expectations,
    /** Takes the tracking finalizer off a pod. */
    private readonly release: (pod: Stored<Pod>) => Outcome,
  ) {}

  /**
   * Pods that the Job no longer wants lose the finalizer before they go, so that they do not count as failed
   * (deleteJobPods). Those of a Job that is over keep it, and count (deleteActivePods).
   */
  deleteAll(
    key: string,
    job: Stored<Job>,
    pods: readonly Stored<Pod>[],
    isCounted: boolean,
  ): { done: number; failure: Outcome } {
    if (pods.length === 0) return { done: 0, failure: undefined };
    this.expectations.expect(
      key,
      0,
      pods.map(({ metadata }) => metadata.uid),
    );
    let [done, failure] = [0, undefined as Outcome];
    this.control.kernel.parallel(
      pods.map((pod) => () => {
        const kept = isCounted ? undefined : this.release(pod);
        if (kept !== undefined) {
          this.expectations.observeDelete(key, pod.metadata.uid);
          failure ??= `removing completion finalizer: ${kept}`;
          return;
        }
        const status = deletePod(this.control, job, pod);
        if (!status) {
          done += 1;
          return;
        }
        this.expectations.observeDelete(key, pod.metadata.uid);
        if (status.code !== 404) failure ??= status.message;
      }),
    );
    return { done, failure };
  }

  manage(key: string, job: Stored<Job>, found: Findings, backoffLeftMs: number, nowEpochMs: number): Managed {
    const { active } = found;
    const { parallelism = 1, completions, suspend } = job.spec!;
    if (suspend) {
      const { done, failure } = this.deleteAll(key, job, active, false);
      return { active: active.length - done, failure };
    }
    const open =
      completions === undefined
        ? found.succeeded > 0
          ? active.length
          : parallelism
        : Math.max(0, Math.min(parallelism, completions - found.succeeded - found.failedIndexes.size));
    const surplus = surplusOf(job, active, Math.max(0, active.length - open), nowEpochMs).slice(0, BURST);
    if (surplus.length > 0) {
      const { done, failure } = this.deleteAll(key, job, surplus, false);
      return { active: active.length - done, failure };
    }
    const ending = replacesOnlyFailed(job) ? found.terminating : 0;
    const missing = Math.min(BURST, open - active.length - ending);
    if (missing <= 0) return { active: active.length, failure: undefined };
    const hasOwnLimits = job.spec?.backoffLimitPerIndex !== undefined;
    if (!hasOwnLimits && backoffLeftMs > 0)
      return { active: active.length, failure: undefined, retryAfterMs: backoffLeftMs };
    if (!isIndexed(job)) return this.create(key, job, found, Array<number>(missing).fill(-1));
    const pending = pendingIndexes(found, missing, completions ?? 0);
    const waits = pending.map((index) => waitOf(found.lastFailures.get(index), nowEpochMs));
    const due = pending.filter((_index, place) => waits[place]! <= 0);
    if (due.length > 0) return this.create(key, job, found, due);
    const retry = waits.length > 0 ? { retryAfterMs: Math.min(...waits) } : {};
    return { active: active.length, failure: undefined, ...retry };
  }

  private create(key: string, job: Stored<Job>, found: Findings, indexes: readonly number[]): Managed {
    this.expectations.expect(key, indexes.length);
    const { done, failure } = slowStart(
      this.control.kernel,
      indexes.map((index) => () => createPod(this.control, job, podFor(job, index, found.lastFailures.get(index)))),
    );
    if (done < indexes.length) this.expectations.observeAdd(key, indexes.length - done);
    const isRefused = failure !== undefined && !isNamespaceEnding(failure);
    return { active: found.active.length + done, failure: isRefused ? failure.message : undefined };
  }
}

function podFor(job: Stored<Job>, index: number, before: Stored<Pod> | undefined): Pod {
  const template = job.spec!.template;
  const finalizers = [...(template.metadata?.finalizers ?? [])];
  if (!finalizers.includes(TRACKING_FINALIZER)) finalizers.push(TRACKING_FINALIZER);
  if (index < 0) return podFromTemplate(template, job, { finalizers });
  const annotations = {
    ...template.metadata?.annotations,
    [INDEX_ANNOTATION]: String(index),
    ...countsFor(job, before),
  };
  const pod = podFromTemplate(template, job, {
    generateName: `${job.metadata.name}-${index}-`,
    finalizers,
    annotations,
    labels: { ...template.metadata?.labels, [INDEX_ANNOTATION]: String(index) },
  });
  return { ...pod, spec: { ...withIndex(template), hostname: pod.spec?.hostname ?? `${job.metadata.name}-${index}` } };
}

/** How often the index has failed so far, on the pod that tries it again. */
function countsFor(job: Job, before: Stored<Pod> | undefined): Record<string, string> {
  if (job.spec?.backoffLimitPerIndex === undefined) return {};
  if (!before) return { [FAILURE_COUNT]: '0' };
  const ignored = Number(before.metadata.annotations?.[IGNORED_FAILURE_COUNT] ?? 0);
  const isIgnored = matchFailurePolicy(job, before)?.action === 'Ignore';
  const count = failureCountOf(before) + (isIgnored ? 0 : 1);
  const total = ignored + (isIgnored ? 1 : 0);
  return { [FAILURE_COUNT]: String(count), ...(total > 0 ? { [IGNORED_FAILURE_COUNT]: String(total) } : {}) };
}

function withIndex(template: PodTemplateSpec): NonNullable<PodTemplateSpec['spec']> {
  const variable = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX_ANNOTATION}']` } },
  };
  const add = (container: Container): Container =>
    container.env?.some(({ name }) => name === variable.name)
      ? container
      : { ...container, env: [...(container.env ?? []), variable] };
  const spec = template.spec!;
  return {
    ...spec,
    containers: spec.containers.map(add),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(add) } : {}),
  };
}

/** The lowest indexes that neither run nor are done. */
function pendingIndexes(found: Findings, count: number, completions: number): readonly number[] {
  const taken = new Set(found.active.map(indexOf));
  const pending: number[] = [];
  for (let index = 0; index < completions && pending.length < count; index += 1) {
    if (!taken.has(index) && !found.succeededIndexes.has(index) && !found.failedIndexes.has(index)) pending.push(index);
  }
  return pending;
}

function waitOf(failed: Stored<Pod> | undefined, nowEpochMs: number): number {
  return failed ? finishedAt(failed) + delayAfter(failureCountOf(failed) + 1) - nowEpochMs : 0;
}

/** Pods of indexes that there are no more, or twice; then as many more as have to go. */
function surplusOf(
  job: Stored<Job>,
  active: readonly Stored<Pod>[],
  atLeast: number,
  nowEpochMs: number,
): readonly Stored<Pod>[] {
  const order = compareForDeletion(nowEpochMs, () => 0);
  const chosen: Stored<Pod>[] = [];
  if (isIndexed(job)) {
    const seen = new Set<number>();
    for (const pod of [...active].sort((left, right) => -order(left, right))) {
      const index = indexOf(pod);
      if (index < 0 || index >= (job.spec?.completions ?? 0) || seen.has(index)) chosen.push(pod);
      else seen.add(index);
    }
  }
  const rest = active.filter((pod) => !chosen.includes(pod)).sort(order);
  return [...chosen, ...rest.slice(0, Math.max(0, atLeast - chosen.length))];
}
