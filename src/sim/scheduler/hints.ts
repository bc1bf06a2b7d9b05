/**
 * Cluster events, and which of them may make a pod fit that a plugin has turned down.
 * Upstream: pkg/scheduler/framework/events.go, and EventsToRegister of each plugin.
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { KubeObject, Stored } from '../api/object.ts';
import { isDeepEqual } from '../apiserver/index.ts';
import type { ClusterState, Listed } from './cluster-state.ts';
import { PodInfo } from './pod-info.ts';
import type { Resources } from './requests.ts';

export type EventAction =
  | 'Add'
  | 'Update'
  | 'Delete'
  | 'UpdateNodeAllocatable'
  | 'UpdateNodeLabel'
  | 'UpdateNodeTaint'
  | 'UpdatePodLabel'
  | 'UpdatePodScaleDown'
  | 'UpdatePodToleration'
  | 'UpdatePodSchedulingGatesEliminated';

export interface ClusterEvent {
  /** `assigned` is a pod on a node, `waiting` one that is not: for the latter only its own changes count. */
  readonly resource: 'node' | 'assigned' | 'waiting' | Listed;
  readonly action: EventAction;
  readonly old?: Stored;
  readonly next?: Stored;
}

/** Queueing hint: without `helps` every such event is worth another try. */
export interface HintOf {
  readonly resource: ClusterEvent['resource'];
  readonly actions: readonly EventAction[];
  helps?(pod: PodInfo, event: ClusterEvent, cluster: ClusterState): boolean;
}

export function isWorthRetrying(
  hints: readonly HintOf[] | undefined,
  pod: PodInfo,
  event: ClusterEvent,
  cluster: ClusterState,
): boolean {
  return (hints ?? []).some(
    ({ resource, actions, helps }) =>
      resource === event.resource && actions.includes(event.action) && (helps ? helps(pod, event, cluster) : true),
  );
}

export const nodesOf = ({ old, next }: ClusterEvent): { old: Stored<Node> | undefined; next: Stored<Node> } => ({
  old: old as Stored<Node> | undefined,
  next: next as Stored<Node>,
});

export const podsOfEvent = ({ old, next }: ClusterEvent): { old: PodInfo | undefined; next: PodInfo | undefined } => ({
  old: old && PodInfo.of(old as Stored<Pod>),
  next: next && PodInfo.of(next as Stored<Pod>),
});

/** Names of the claims that a pod uses. Upstream: component-helpers/storage/ephemeral. */
export function claimsOf({ pod, name }: PodInfo): readonly { claim: string; isEphemeral: boolean }[] {
  return (pod.spec?.volumes ?? []).flatMap((volume): readonly { claim: string; isEphemeral: boolean }[] => {
    if (volume.persistentVolumeClaim) return [{ claim: volume.persistentVolumeClaim.claimName, isEphemeral: false }];
    return volume.ephemeral ? [{ claim: `${name}-${volume.name}`, isEphemeral: true }] : [];
  });
}

/** For hints about claims: the changed one is the pod's. */
export function isOwnClaim(pod: PodInfo, { next }: ClusterEvent): boolean {
  if (!next || next.metadata.namespace !== pod.namespace) return false;
  return claimsOf(pod).some(({ claim }) => claim === next.metadata.name);
}

/** What of a node has changed, as far as scheduling is concerned. */
export function nodeActions(old: Stored<Node>, next: Stored<Node>): readonly EventAction[] {
  const actions: EventAction[] = [];
  const differ = (left: unknown, right: unknown): boolean => left !== right && !isDeepEqual(left, right);
  if (differ(old.status?.allocatable, next.status?.allocatable)) actions.push('UpdateNodeAllocatable');
  if (differ(old.metadata.labels, next.metadata.labels)) actions.push('UpdateNodeLabel');
  const isCordonChanged = (old.spec?.unschedulable ?? false) !== (next.spec?.unschedulable ?? false);
  if (isCordonChanged || differ(old.spec?.taints, next.spec?.taints)) actions.push('UpdateNodeTaint');
  return actions;
}

function isLess(left: Resources, right: Resources): boolean {
  if (left.cpu < right.cpu || left.memory < right.memory || left.storage < right.storage) return true;
  for (const [name, amount] of right.scalars ?? []) if ((left.scalars?.get(name) ?? 0) < amount) return true;
  return false;
}

export function podActions(old: Stored<Pod>, next: Stored<Pod>): readonly EventAction[] {
  const actions: EventAction[] = [];
  if (old.metadata.labels !== next.metadata.labels && !isDeepEqual(old.metadata.labels, next.metadata.labels))
    actions.push('UpdatePodLabel');
  if (old.spec !== next.spec || old.status !== next.status) {
    if (isLess(PodInfo.of(next).resources.requests, PodInfo.of(old).resources.requests))
      actions.push('UpdatePodScaleDown');
  }
  if (old.spec === next.spec) return actions;
  const gates = (pod: KubeObject & Pod): number => pod.spec?.schedulingGates?.length ?? 0;
  if (gates(old) > 0 && gates(next) === 0) actions.push('UpdatePodSchedulingGatesEliminated');
  if (!isDeepEqual(old.spec?.tolerations, next.spec?.tolerations)) actions.push('UpdatePodToleration');
  return actions;
}
