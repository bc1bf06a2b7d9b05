/**
 * What no write may undo, whoever it comes from: checked on every change of every object against the one before. Upstream
 * states these in the API conventions (identity, generation) and in the pod lifecycle (phases, assignment, restarts).
 */
import type { Job } from 'kubernetes-types/batch/v1';
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { CheckName } from './names.ts';
import { isOver, subjectOf, type StoredChange, type Violation } from './check.ts';

type Fault = readonly [check: CheckName, message: string];

/** An object before and after a write; `before` is of the same key, and of the same uid unless it was made anew. */
export function checkWrite({ resource, object, isDeleted }: StoredChange, before: Stored | undefined): Violation[] {
  const faults: Fault[] = [];
  const version = Number(object.metadata.resourceVersion);
  if (before && !isDeleted && version <= Number(before.metadata.resourceVersion)) {
    faults.push(['versions-grow', `resourceVersion ${version} after ${before.metadata.resourceVersion}`]);
  }
  if (before && !isDeleted && before.metadata.uid === object.metadata.uid) {
    faults.push(...checkIdentity(before, object));
    if (resource === 'pods') faults.push(...checkPod(before as Stored<Pod>, object as Stored<Pod>));
    if (resource === 'jobs.batch') faults.push(...checkJob(before as Stored<Job>, object as Stored<Job>));
  }
  return faults.map(([check, message]) => ({ check, subject: subjectOf(resource, object), message }));
}

function* checkIdentity(before: Stored, after: Stored): Generator<Fault> {
  const [old, next] = [before.metadata, after.metadata];
  if (old.creationTimestamp !== next.creationTimestamp) {
    yield ['identity-stays', `creationTimestamp ${next.creationTimestamp} after ${old.creationTimestamp}`];
  }
  if ((next.generation ?? 0) < (old.generation ?? 0)) {
    yield ['generation-grows', `generation ${next.generation} after ${old.generation}`];
  }
  if (old.deletionTimestamp && !next.deletionTimestamp) {
    yield ['deletion-is-final', `deletionTimestamp ${old.deletionTimestamp} was taken back`];
  }
  const observed = (after as { status?: { observedGeneration?: number } }).status?.observedGeneration ?? 0;
  if (observed > (next.generation ?? observed)) {
    yield ['generation-grows', `observedGeneration ${observed} is ahead of generation ${next.generation}`];
  }
  if ((next.ownerReferences ?? []).filter(({ controller }) => controller).length > 1) {
    yield ['one-controller', 'more than one owner reference is the controller'];
  }
}

function* checkPod(before: Stored<Pod>, after: Stored<Pod>): Generator<Fault> {
  const [old, next] = [before.status, after.status];
  if (before.spec?.nodeName && before.spec.nodeName !== after.spec?.nodeName) {
    yield ['assignment-is-final', `spec.nodeName ${after.spec?.nodeName} after ${before.spec.nodeName}`];
  }
  if (isOver(before) && old?.phase !== next?.phase) {
    yield ['phase-moves-on', `phase ${next?.phase} after ${old?.phase}`];
  }
  if (old?.phase === 'Running' && next?.phase === 'Pending') {
    yield ['phase-moves-on', 'phase Pending after Running'];
  }
  const counts = new Map(restarts(next?.containerStatuses).concat(restarts(next?.initContainerStatuses)));
  for (const [name, count] of restarts(old?.containerStatuses).concat(restarts(old?.initContainerStatuses))) {
    const now = counts.get(name);
    if (now !== undefined && now < count) yield ['restarts-grow', `restartCount of ${name} ${now} after ${count}`];
  }
}

function restarts(statuses: readonly ContainerStatus[] | undefined): [string, number][] {
  return (statuses ?? []).map(({ name, restartCount }) => [name, restartCount]);
}

function* checkJob(before: Stored<Job>, after: Stored<Job>): Generator<Fault> {
  const ended = endOf(before);
  const ends = endOf(after);
  if (ended && ended !== ends) yield ['job-ends-once', `condition ${ends ?? 'none'} after ${ended}`];
  if (ends === 'Complete and Failed') yield ['job-ends-once', 'it is both Complete and Failed'];
  for (const field of ['succeeded', 'failed'] as const) {
    const [old, next] = [before.status?.[field] ?? 0, after.status?.[field] ?? 0];
    if (next < old && !after.spec?.suspend) yield ['job-counts-grow', `status.${field} ${next} after ${old}`];
  }
}

function endOf({ status }: Stored<Job>): string | undefined {
  const ends = ['Complete', 'Failed'].filter((type) =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True'),
  );
  return ends.length > 0 ? ends.join(' and ') : undefined;
}
