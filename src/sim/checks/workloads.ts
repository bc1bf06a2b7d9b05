/**
 * Desired equals observed: what controllers of workloads have to reach once nothing disturbs them. A workload whose pods
 * cannot run need not be complete, but then it has to say so. Worked out from specs and pods alone.
 */
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from 'kubernetes-types/apps/v1';
import type { Job } from 'kubernetes-types/batch/v1';
import type { Node, Pod, Taint } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { matchesLabels, selectorOfMap } from '../api/selectors.ts';
import { isOver, isReady, listOf, violation, type CheckedWorld, type Violation } from './check.ts';

interface Counts {
  readonly replicas: number;
  readonly readyReplicas: number;
}

type StatusCounts = Partial<Counts> & { readonly observedGeneration?: number };

/** Pods by the uid of their controller. */
export type PodsByOwner = ReadonlyMap<string, readonly Stored<Pod>[]>;

export function podsByOwner(world: CheckedWorld): PodsByOwner {
  const found = new Map<string, Stored<Pod>[]>();
  for (const pod of listOf(world, 'pods')) {
    const uid = pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
    if (!uid) continue;
    const siblings = found.get(uid);
    if (siblings) siblings.push(pod);
    else found.set(uid, [pod]);
  }
  return found;
}

const isActive = (pod: Stored<Pod>): boolean => !isOver(pod) && !pod.metadata.deletionTimestamp;

function isTrue(object: { status?: { conditions?: readonly { type: string; status: string }[] } }, type: string) {
  return object.status?.conditions?.some((item) => item.type === type && item.status === 'True') ?? false;
}

export function* checkSets(world: CheckedWorld, pods: PodsByOwner): Generator<Violation> {
  for (const resource of ['replicasets.apps', 'replicationcontrollers'] as const) {
    for (const set of listOf(world, resource)) {
      if (set.metadata.deletionTimestamp) continue;
      const active = (pods.get(set.metadata.uid) ?? []).filter(isActive);
      const wanted = set.spec?.replicas ?? 1;
      if (active.length !== wanted && !isTrue(set as Stored<ReplicaSet>, 'ReplicaFailure')) {
        yield violation('replicas-as-desired', resource, set, `${active.length} pods of ${wanted}`);
      }
      yield* checkCounts(resource, set as Stored<ReplicaSet>, active);
    }
  }
}

function* checkCounts(
  resource: string,
  object: Stored & { status?: StatusCounts },
  active: readonly Stored<Pod>[],
): Generator<Violation> {
  const { status = {}, metadata } = object;
  if ((status.observedGeneration ?? 0) !== (metadata.generation ?? 0)) {
    const message = `observedGeneration ${status.observedGeneration} of generation ${metadata.generation}`;
    yield violation('status-is-current', resource, object, message);
    return;
  }
  const counts: Counts = { replicas: active.length, readyReplicas: active.filter(isReady).length };
  for (const [name, count] of Object.entries(counts)) {
    const told = status[name as keyof Counts] ?? 0;
    if (told !== count) {
      yield violation('status-is-current', resource, object, `status.${name} is ${told}, its pods are ${count}`);
    }
  }
}

export function* checkDeployments(world: CheckedWorld, pods: PodsByOwner): Generator<Violation> {
  const sets = listOf(world, 'replicasets.apps');
  for (const deployment of listOf(world, 'deployments.apps')) {
    if (deployment.metadata.deletionTimestamp) continue;
    const own = sets.filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === deployment.metadata.uid),
    );
    const active = own.flatMap((set) => (pods.get(set.metadata.uid) ?? []).filter(isActive));
    yield* checkCounts('deployments.apps', deployment, active);
    if (!deployment.spec?.paused) yield* checkRollout(deployment, active);
  }
}

/** Complete, or it says why not. */
function* checkRollout(deployment: Stored<Deployment>, active: readonly Stored<Pod>[]): Generator<Violation> {
  const { spec, status = {} } = deployment;
  const wanted = spec?.replicas ?? 1;
  const isComplete =
    active.length === wanted &&
    active.every(isReady) &&
    (status.updatedReplicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted;
  const isExplained =
    status.conditions?.some(
      ({ type, status: value }) =>
        (type === 'Progressing' && value === 'False') || (type === 'ReplicaFailure' && value === 'True'),
    ) || active.some((pod) => !isReady(pod));
  if (isComplete || isExplained) return;
  const message = `${active.length} pods of ${wanted}, ${status.updatedReplicas ?? 0} of them new, and no reason`;
  yield violation('rollouts-complete', 'deployments.apps', deployment, message);
}

export function* checkStatefulSets(world: CheckedWorld, pods: PodsByOwner): Generator<Violation> {
  for (const set of listOf(world, 'statefulsets.apps')) {
    if (set.metadata.deletionTimestamp) continue;
    const owned = (pods.get(set.metadata.uid) ?? []).filter((pod) => !pod.metadata.deletionTimestamp);
    const isBlocked = owned.some((pod) => !isReady(pod));
    const wanted = ordinalNames(set);
    const names = owned.map(({ metadata }) => metadata.name).sort();
    if (!isBlocked && names.join() !== wanted.join() && !isRefused(world, set)) {
      const message = `pods ${names.join(', ') || 'none'}, where ${wanted.join(', ') || 'none'} are due`;
      yield violation('replicas-as-desired', 'statefulsets.apps', set, message);
    }
    if (!isBlocked && !isRefused(world, set)) yield* checkCounts('statefulsets.apps', set, owned);
  }
}

/** A quota or an admission plugin may keep its pods out: the events say so. */
function isRefused(world: CheckedWorld, { metadata }: Stored): boolean {
  return listOf(world, 'events', metadata.namespace).some(
    ({ reason, involvedObject }) => reason === 'FailedCreate' && involvedObject.uid === metadata.uid,
  );
}

function ordinalNames({ metadata, spec }: Stored<StatefulSet>): readonly string[] {
  const start = (spec as { ordinals?: { start?: number } } | undefined)?.ordinals?.start ?? 0;
  return Array.from({ length: spec?.replicas ?? 1 }, (_, index) => `${metadata.name}-${start + index}`).sort();
}

export function* checkDaemonSets(world: CheckedWorld, pods: PodsByOwner): Generator<Violation> {
  const nodes = listOf(world, 'nodes');
  for (const set of listOf(world, 'daemonsets.apps')) {
    if (set.metadata.deletionTimestamp || set.spec?.template.spec?.affinity) continue;
    const owned = (pods.get(set.metadata.uid) ?? []).filter(isActive);
    const due = nodes.filter((node) => wants(set, node)).map(({ metadata }) => metadata.name);
    const placed = owned.map((pod) => pod.spec?.nodeName ?? targetOf(pod));
    if (placed.toSorted().join() !== due.toSorted().join() && !isRefused(world, set)) {
      const message = `pods on ${placed.toSorted().join(', ') || 'no node'}, due on ${due.toSorted().join(', ') || 'none'}`;
      yield violation('replicas-as-desired', 'daemonsets.apps', set, message);
    }
    const { desiredNumberScheduled, numberReady, observedGeneration } = set.status ?? {};
    if (observedGeneration !== set.metadata.generation || desiredNumberScheduled !== due.length) {
      const message = `desiredNumberScheduled ${desiredNumberScheduled}, due on ${due.length} nodes`;
      yield violation('status-is-current', 'daemonsets.apps', set, message);
    } else if (numberReady !== owned.filter(isReady).length) {
      const message = `numberReady ${numberReady}, its pods are ${owned.filter(isReady).length}`;
      yield violation('status-is-current', 'daemonsets.apps', set, message);
    }
  }
}

/** The node that a pod of a DaemonSet is pinned to while it waits for the scheduler. */
function targetOf({ spec }: Pod): string {
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms[0]?.matchFields?.[0]?.values?.[0] ?? '';
}

/** Taints that every DaemonSet tolerates. Upstream: pkg/controller/daemon/util (AddOrUpdateDaemonPodTolerations). */
const TOLERATED = new Set([
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/pid-pressure',
  'node.kubernetes.io/unschedulable',
]);

function wants({ spec }: Stored<DaemonSet>, node: Stored<Node>): boolean {
  const template = spec?.template.spec;
  if (!matchesLabels(selectorOfMap(template?.nodeSelector), node.metadata.labels)) return false;
  const tolerations = template?.tolerations ?? [];
  const isTolerated = ({ key, value, effect }: Taint): boolean =>
    TOLERATED.has(key) ||
    tolerations.some(
      (item) =>
        (!item.effect || item.effect === effect) &&
        (item.operator === 'Exists' ? !item.key || item.key === key : item.key === key && item.value === value),
    );
  return (node.spec?.taints ?? []).every((taint) => taint.effect === 'PreferNoSchedule' || isTolerated(taint));
}

export function* checkJobs(world: CheckedWorld, pods: PodsByOwner): Generator<Violation> {
  for (const job of listOf(world, 'jobs.batch')) {
    if (job.metadata.deletionTimestamp) continue;
    const active = (pods.get(job.metadata.uid) ?? []).filter(isActive);
    const ended = isTrue(job as Stored<Job>, 'Complete') || isTrue(job as Stored<Job>, 'Failed');
    if ((ended || job.spec?.suspend) && active.length > 0) {
      const message = `${active.length} pods go on, though it is ${ended ? 'over' : 'suspended'}`;
      yield violation('jobs-stop', 'jobs.batch', job, message);
    }
    if ((job.status?.active ?? 0) !== active.length) {
      const message = `status.active is ${job.status?.active ?? 0}, its pods are ${active.length}`;
      yield violation('status-is-current', 'jobs.batch', job, message);
    }
    const limit = Math.min(job.spec?.parallelism ?? 1, job.spec?.completions ?? Number.POSITIVE_INFINITY);
    if (active.length > limit) {
      yield violation('replicas-as-desired', 'jobs.batch', job, `${active.length} pods of ${limit} at most`);
    }
  }
}
