/**
 * Informers of the scheduler: what they deliver becomes changes of its cluster state, and cluster events for its queue.
 * Upstream: pkg/scheduler/eventhandlers.go.
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../api/object.ts';
import { isDeepEqual } from '../apiserver/index.ts';
import type { Change, ClusterState, Listed } from './cluster-state.ts';
import { nodeActions, podActions, type ClusterEvent } from './hints.ts';
import { PodInfo } from './pod-info.ts';
import { areSameRequests } from './requests.ts';

/** What the scheduler does with it. */
export interface ClusterSink {
  change(change: Change): void;
  happened(event: ClusterEvent, because: string): void;
  /** A pod without a node: new, changed, or gone. */
  waitingPod(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void;
  /** A pod has its node. */
  placed(pod: Stored<Pod>): void;
}

const isSame = (left: unknown, right: unknown): boolean => left === right || isDeepEqual(left, right);

export class ClusterWatch {
  constructor(
    private readonly cluster: () => ClusterState,
    private readonly sink: ClusterSink,
  ) {}

  node(next: Stored<Node> | undefined, old: Stored<Node> | undefined): void {
    const { name } = (next ?? old)!.metadata;
    if (!next) {
      this.sink.change({ kind: 'node', name });
      this.sink.happened({ resource: 'node', action: 'Delete', old: old! }, `node ${name} was deleted`);
      return;
    }
    const actions = old ? nodeActions(old, next) : [];
    if (!old || actions.length > 0 || !isSame(old.status?.images, next.status?.images))
      this.sink.change({ kind: 'node', name, node: next });
    if (!old) this.sink.happened({ resource: 'node', action: 'Add', next }, `node ${name} was added`);
    else
      for (const action of actions)
        this.sink.happened({ resource: 'node', action, old, next }, `node ${name} has changed`);
  }

  pod(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    const wasPlaced = Boolean(old?.spec?.nodeName);
    if (next?.spec?.nodeName) return this.placedPod(next, wasPlaced ? old : undefined);
    if (!wasPlaced) return this.sink.waitingPod(next, old);
    this.sink.change({ kind: 'pod', uid: old!.metadata.uid });
    this.sink.happened({ resource: 'assigned', action: 'Delete', old: old! }, `pod ${keyOf(old!)} was deleted`);
  }

  private placedPod(next: Stored<Pod>, old: Stored<Pod> | undefined): void {
    const { uid } = next.metadata;
    const known = this.cluster().placedPod(uid);
    if (!known || !isSameForScheduling(known, next))
      this.sink.change({ kind: 'pod', uid, pod: next, node: next.spec!.nodeName! });
    if (!old) {
      this.sink.placed(next);
      this.sink.happened({ resource: 'assigned', action: 'Add', next }, `pod ${keyOf(next)} got its node`);
      return;
    }
    for (const action of podActions(old, next))
      this.sink.happened({ resource: 'assigned', action, old, next }, `pod ${keyOf(next)} was changed`);
  }

  object(resource: Listed, next: Stored | undefined, old: Stored | undefined): void {
    const object = (next ?? old)!;
    const key = keyOf(object);
    // What a Deployment's sets and budgets report of themselves says nothing to a plugin, but budgets' allowances do.
    const isStatusOnly =
      next &&
      old &&
      (resource === 'replicasets.apps' || resource === 'statefulsets.apps') &&
      isSame(specOf(old), specOf(next));
    if (isStatusOnly) return;
    this.sink.change({ kind: 'object', resource, key, ...(next ? { object: next } : {}) });
    const action = !next ? 'Delete' : old ? 'Update' : 'Add';
    const verb = { Delete: 'was deleted', Update: 'was changed', Add: 'was created' }[action];
    this.sink.happened(
      { resource, action, ...(old ? { old } : {}), ...(next ? { next } : {}) },
      `${object.kind} ${key} ${verb}`,
    );
  }
}

const specOf = (object: Stored): unknown => (object as { spec?: unknown }).spec;

/** Whether nothing has changed that a plugin or preemption looks at. */
function isSameForScheduling(known: Stored<Pod>, next: Stored<Pod>): boolean {
  const disruption = ({ status }: Pod): unknown =>
    status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status;
  return (
    known.metadata.deletionTimestamp === next.metadata.deletionTimestamp &&
    known.status?.startTime === next.status?.startTime &&
    disruption(known) === disruption(next) &&
    isSame(known.metadata.labels, next.metadata.labels) &&
    isSame(known.spec, next.spec) &&
    areSameRequests(PodInfo.of(known).resources, PodInfo.of(next).resources)
  );
}
