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
import { compareActive, isPodReady } from '../pods.ts';
import { INDEX_ANNOTATION } from './indexes.ts';
import {
  absoluteFailureCountOf,
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

export interface Removed {
  /** Pods whose deletion was taken, or that were gone already. */
  readonly done: number;
  /** Of those asked for, the pods that were ready. */
  readonly ready: number;
  readonly failure: Outcome;
}

export interface Managed {
  readonly active: number;
  /** Ready pods among those deleted. */
  readonly removedReady: number;
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
  deleteAll(key: string, job: Stored<Job>, pods: readonly Stored<Pod>[], isCounted: boolean): Removed {
    if (pods.length === 0) return { done: 0, ready: 0, failure: undefined };
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
        if (status) this.expectations.observeDelete(key, pod.metadata.uid);
        if (!status || status.code === 404) done += 1;
        else failure ??= status.message;
      }),
    );
    return { done, ready: pods.filter(isPodReady).length, failure };
  }

  manage(key: string, job: Stored<Job>, found: Findings, backoffLeftMs: number, nowEpochMs: number): Managed {
    const { active } = found;
    const { parallelism = 1, completions, suspend } = job.spec!;
    if (suspend) {
      const { done, ready, failure } = this.deleteAll(key, job, active, false);
      return { active: active.length - done, removedReady: ready, failure };
    }
    const open =
      completions === undefined
        ? found.succeeded > 0
          ? active.length
          : parallelism
        : Math.max(0, Math.min(parallelism, completions - found.succeeded - found.failedIndexes.size));
    const surplus = surplusOf(job, active, Math.max(0, active.length - open)).slice(0, BURST);
    if (surplus.length > 0) {
      const { done, ready, failure } = this.deleteAll(key, job, surplus, false);
      return { active: active.length - done, removedReady: ready, failure };
    }
    const ending = replacesOnlyFailed(job) ? found.terminating : 0;
    const missing = Math.min(BURST, open - active.length - ending);
    const unchanged: Managed = { active: active.length, removedReady: 0, failure: undefined };
    if (missing <= 0) return unchanged;
    const hasOwnLimits = job.spec?.backoffLimitPerIndex !== undefined;
    if (!hasOwnLimits && backoffLeftMs > 0) return { ...unchanged, retryAfterMs: backoffLeftMs };
    if (!isIndexed(job)) return this.create(key, job, found, Array<number>(missing).fill(-1));
    const pending = pendingIndexes(job, found, missing);
    const waits = pending.map((index) => waitOf(found.lastFailures.get(index), nowEpochMs));
    const due = pending.filter((_index, place) => waits[place]! <= 0);
    if (due.length > 0) return this.create(key, job, found, due);
    return waits.length > 0 ? { ...unchanged, retryAfterMs: Math.min(...waits) } : unchanged;
  }

  private create(key: string, job: Stored<Job>, found: Findings, indexes: readonly number[]): Managed {
    this.expectations.expect(key, indexes.length);
    const { done, failure } = slowStart(
      this.control.kernel,
      indexes.map((index) => () => createPod(this.control, job, podFor(job, index, found.lastFailures.get(index)))),
    );
    if (done < indexes.length) this.expectations.observeAdd(key, indexes.length - done);
    const isRefused = failure !== undefined && !isNamespaceEnding(failure);
    return { active: found.active.length + done, removedReady: 0, failure: isRefused ? failure.message : undefined };
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
  return { ...pod, spec: { ...withIndex(template), hostname: `${job.metadata.name}-${index}` } };
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

/** The lowest indexes that neither run nor are done; nor are on their way out, where only failed pods are replaced. */
function pendingIndexes(job: Job, found: Findings, count: number): readonly number[] {
  const completions = job.spec?.completions ?? 0;
  const taken = new Set([...found.active.map(indexOf), ...(replacesOnlyFailed(job) ? found.terminatingIndexes : [])]);
  const pending: number[] = [];
  for (let index = 0; index < completions && pending.length < count; index += 1) {
    if (!taken.has(index) && !found.succeededIndexes.has(index) && !found.failedIndexes.has(index)) pending.push(index);
  }
  return pending;
}

function waitOf(failed: Stored<Pod> | undefined, nowEpochMs: number): number {
  return failed ? finishedAt(failed) + delayAfter(absoluteFailureCountOf(failed) + 1) - nowEpochMs : 0;
}

/** Pods of indexes that there are no more, or twice; then as many more as have to go. */
function surplusOf(job: Stored<Job>, active: readonly Stored<Pod>[], atLeast: number): readonly Stored<Pod>[] {
  const chosen: Stored<Pod>[] = [];
  if (isIndexed(job)) {
    const seen = new Set<number>();
    for (const pod of [...active].sort((left, right) => -compareActive(left, right))) {
      const index = indexOf(pod);
      if (index < 0 || index >= (job.spec?.completions ?? 0) || seen.has(index)) chosen.push(pod);
      else seen.add(index);
    }
  }
  const rest = active.filter((pod) => !chosen.includes(pod)).sort(compareActive);
  return [...chosen, ...rest.slice(0, Math.max(0, atLeast - chosen.length))];
}
