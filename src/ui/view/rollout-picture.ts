/** A Deployment as its ReplicaSets and the room that a rolling update has: what the rollout picture draws. Pure. */
import type { Deployment, DeploymentCondition, ReplicaSet } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../sim/api/object.ts';
import { podHealth, type HealthShape, type PodHealth } from './pod-health.ts';

export interface PodCell extends PodHealth {
  readonly key: string;
  readonly name: string;
}

export interface SetColumn {
  readonly key: string;
  readonly name: string;
  readonly uid: string;
  readonly revision: number;
  readonly isNew: boolean;
  readonly images: string;
  readonly cause: string | undefined;
  readonly desired: number;
  readonly available: number;
  /** Ready ones first, those that are going last. */
  readonly cells: readonly PodCell[];
}

/** Degraded: the rollout is over, but pods that were available are no longer. */
export type RolloutStanding = 'complete' | 'progressing' | 'degraded' | 'stuck' | 'paused';

export interface RolloutPicture {
  readonly desired: number;
  /** The most pods that there may be, and the fewest available ones; undefined when everything is recreated at once. */
  readonly ceiling: number | undefined;
  readonly floor: number | undefined;
  /** Pods that are not going, and the available ones. */
  readonly total: number;
  readonly available: number;
  /** Sets with pods or a size, oldest revision first. */
  readonly columns: readonly SetColumn[];
  /** Every revision, newest first. */
  readonly history: readonly SetColumn[];
  readonly standing: RolloutStanding;
  /** What the Deployment says of it. */
  readonly condition: DeploymentCondition | undefined;
  /** Milliseconds until the progress deadline; undefined when nothing is under way. */
  readonly deadlineMs: number | undefined;
  /** A pod of the new revision that keeps it back. */
  readonly culprit: PodCell | undefined;
}

const ORDER: Readonly<Record<HealthShape, number>> = {
  ready: 0,
  done: 1,
  waiting: 2,
  starting: 3,
  failed: 4,
  ending: 5,
};
const REVISION = 'deployment.kubernetes.io/revision';

/** Pods by the uid of what controls them. */
export function podsByOwner(objects: ReadonlyMap<string, Stored>): ReadonlyMap<string, readonly Stored<Pod>[]> {
  const found = new Map<string, Stored<Pod>[]>();
  for (const [key, object] of objects) {
    if (!key.startsWith('pods|')) continue;
    const uid = object.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
    if (!uid) continue;
    const pods = found.get(uid);
    if (pods) pods.push(object as Stored<Pod>);
    else found.set(uid, [object as Stored<Pod>]);
  }
  return found;
}

export function cellOf(pod: Stored<Pod>): PodCell {
  const { namespace = '', name } = pod.metadata;
  return { key: `pods|${namespace}/${name}`, name, ...podHealth(pod) };
}

export function rolloutPicture(
  deployment: Stored<Deployment>,
  objects: ReadonlyMap<string, Stored>,
  room: { readonly surge: number; readonly unavailable: number } | undefined,
  nowEpochMs: number,
): RolloutPicture {
  const pods = podsByOwner(objects);
  const newest = deployment.metadata.annotations?.[REVISION];
  const sets = [...objects]
    .filter(([key, { metadata }]) => key.startsWith('replicasets.apps|') && isOwned(metadata, deployment))
    .map(([key, set]) => columnOf(key, set as Stored<ReplicaSet>, pods, newest))
    .sort((left, right) => left.revision - right.revision);
  const desired = deployment.spec?.replicas ?? 1;
  const conditions = deployment.status?.conditions ?? [];
  const condition =
    conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True') ??
    conditions.find(({ type }) => type === 'Progressing');
  const fresh = sets.find(({ isNew }) => isNew);
  const standing = standingOf(deployment, condition);
  return {
    desired,
    ceiling: room && desired + room.surge,
    floor: room && Math.max(0, desired - room.unavailable),
    total: sets.reduce((sum, { cells }) => sum + cells.filter(({ shape }) => shape !== 'ending').length, 0),
    available: sets.reduce((sum, { available }) => sum + available, 0),
    columns: sets.filter(({ cells, desired: size, isNew }) => cells.length > 0 || size > 0 || isNew),
    history: [...sets].reverse(),
    standing,
    condition,
    deadlineMs: standing === 'progressing' ? deadlineOf(deployment, condition, nowEpochMs) : undefined,
    culprit: standing === 'complete' ? undefined : fresh?.cells.find(({ shape }) => shape === 'failed'),
  };
}

const isOwned = (metadata: Stored['metadata'], owner: Stored): boolean =>
  (metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);

function columnOf(
  key: string,
  set: Stored<ReplicaSet>,
  pods: ReadonlyMap<string, readonly Stored<Pod>[]>,
  newest: string | undefined,
): SetColumn {
  const { annotations, name, uid } = set.metadata;
  const cells = (pods.get(uid) ?? []).map(cellOf);
  return {
    key,
    name,
    uid,
    revision: Number(annotations?.[REVISION] ?? 0),
    isNew: annotations?.[REVISION] === newest,
    images: (set.spec?.template?.spec?.containers ?? []).map(({ image }) => image).join(', '),
    cause: annotations?.['kubernetes.io/change-cause'],
    desired: set.spec?.replicas ?? 0,
    available: set.status?.availableReplicas ?? 0,
    cells: cells.sort((left, right) => ORDER[left.shape] - ORDER[right.shape] || (left.name < right.name ? -1 : 1)),
  };
}

function standingOf({ spec, status, metadata }: Stored<Deployment>, progressing: DeploymentCondition | undefined) {
  const { replicas = 1 } = spec ?? {};
  const { updatedReplicas = 0, availableReplicas = 0, replicas: total = 0, observedGeneration = 0 } = status ?? {};
  if (spec?.paused) return 'paused';
  const isSeen = observedGeneration >= (metadata.generation ?? 0);
  if (isSeen && updatedReplicas === replicas && total === replicas && availableReplicas === replicas) return 'complete';
  const isBad = progressing?.type === 'ReplicaFailure' || progressing?.status === 'False';
  if (isBad) return 'stuck';
  const isOver = isSeen && progressing?.reason === 'NewReplicaSetAvailable' && updatedReplicas === total;
  return isOver ? 'degraded' : 'progressing';
}

function deadlineOf(
  { spec }: Stored<Deployment>,
  condition: DeploymentCondition | undefined,
  nowEpochMs: number,
): number | undefined {
  const since = Date.parse(String(condition?.lastUpdateTime));
  if (Number.isNaN(since) || condition?.reason === 'NewReplicaSetAvailable') return undefined;
  return Math.max(0, since + (spec?.progressDeadlineSeconds ?? 600) * 1000 - nowEpochMs);
}
