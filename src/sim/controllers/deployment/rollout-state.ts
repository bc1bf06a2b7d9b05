/** What a Deployment's controller asks of its ReplicaSets and conditions. Upstream: pkg/controller/deployment/util/deployment_util.go. */
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from 'kubernetes-types/apps/v1';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';

export const HASH_LABEL = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
export const DESIRED = 'deployment.kubernetes.io/desired-replicas';
export const MAX = 'deployment.kubernetes.io/max-replicas';
export const CHANGE_CAUSE = 'kubernetes.io/change-cause';
export const HISTORY = 'deployment.kubernetes.io/revision-history';
/** Annotations that stay on the Deployment and are not copied to its ReplicaSets. */
export const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  DESIRED,
  MAX,
  HISTORY,
]);

export type Sets = readonly Stored<ReplicaSet>[];

export type Wanted = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'> & {
  readonly isRefreshed?: boolean;
};

export const progressing = (reason: string, message: string): Wanted => ({
  type: 'Progressing',
  status: 'True',
  reason,
  message,
});

/** What changes goes to the end; what is the same stays, unless it is to be refreshed. Upstream: SetDeploymentCondition. */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  wanted: Wanted,
  now: string,
  isRefreshed = wanted.isRefreshed ?? false,
): readonly DeploymentCondition[] {
  const { isRefreshed: _flag, ...condition } = wanted;
  const before = conditions.find(({ type }) => type === condition.type);
  if (before?.status === condition.status && before.reason === condition.reason && !isRefreshed) return conditions;
  const next: DeploymentCondition = {
    ...condition,
    lastUpdateTime: now,
    lastTransitionTime: before?.status === condition.status ? (before.lastTransitionTime ?? now) : now,
  };
  return [...conditions.filter((item) => item !== before), next];
}

export const revisionOf = (set: Stored<ReplicaSet>): number => Number(set.metadata.annotations?.[REVISION] ?? 0);

export function byCreation(left: Stored<ReplicaSet>, right: Stored<ReplicaSet>): number {
  const [a, b] = [left.metadata.creationTimestamp, right.metadata.creationTimestamp];
  return a < b ? -1 : a > b ? 1 : left.metadata.name < right.metadata.name ? -1 : 1;
}

export function bareTemplate(template: PodTemplateSpec | undefined): unknown {
  const { [HASH_LABEL]: _hash, ...labels } = template?.metadata?.labels ?? {};
  const { creationTimestamp: _created, ...metadata } = template?.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

export function copiedAnnotations(deployment: Stored<Deployment>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(deployment.metadata.annotations ?? {}).filter(
      ([key]) => !NOT_COPIED.has(key) || key === CHANGE_CAUSE,
    ),
  );
}

/** Annotations of a set that is there already: revisions that a rollback leaves behind are kept as its history. */
export function annotationsFor(
  deployment: Stored<Deployment>,
  set: Stored<ReplicaSet>,
  revision: number,
): Record<string, string> {
  const copied = { ...set.metadata.annotations, ...copiedAnnotations(deployment) };
  const before = copied[REVISION];
  if (Number(before ?? 0) >= revision) return copied;
  const history = [copied[HISTORY], before].filter(Boolean).join(',');
  return { ...copied, [REVISION]: String(revision), ...(history ? { [HISTORY]: history } : {}) };
}

export function isSaturated(deployment: Stored<Deployment>, set: Stored<ReplicaSet>): boolean {
  const { replicas = 1 } = deployment.spec!;
  return (
    set.spec?.replicas === replicas &&
    set.metadata.annotations?.[DESIRED] === String(replicas) &&
    set.status?.availableReplicas === replicas
  );
}

export function isComplete(deployment: Stored<Deployment>, newSet: Stored<ReplicaSet>, old: Sets): boolean {
  const { replicas = 1 } = deployment.spec!;
  return (
    (newSet.status?.replicas ?? 0) === replicas &&
    (newSet.status?.availableReplicas ?? 0) === replicas &&
    old.every(({ status }) => (status?.replicas ?? 0) === 0)
  );
}

export function hasProgressed(next: DeploymentStatus, before: DeploymentStatus | undefined): boolean {
  const oldReplicas = (status: DeploymentStatus | undefined): number =>
    (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    oldReplicas(next) < oldReplicas(before) ||
    (next.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

export function comparable(status: DeploymentStatus | undefined): unknown {
  return status ?? {};
}
