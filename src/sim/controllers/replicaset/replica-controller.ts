/**
 * As many pods as wanted: what ReplicaSet and ReplicationController share.
 * Upstream: pkg/controller/replicaset/{replica_set,replica_set_utils}.go, pkg/controller/replication.
 * Expectations keep a turn from acting on a cache that has not yet seen what the turn before did.
 */
import type { ReplicaSetStatus } from 'kubernetes-types/apps/v1';
import type { Pod, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { keyOf, type KubeObject, type Stored } from '../../api/object.ts';
import { matchesLabels, type LabelSelector } from '../../api/selectors.ts';
import type { Status } from '../../api/status.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { Expectations } from '../expectations.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byController, byNamespace, claim, controllerOf } from '../owners.ts';
import { createPod, deletePod, podFromTemplate, slowStart, type PodControl } from '../pod-control.ts';
import { compareForDeletion, isPodActive, isPodAvailable, isPodReady } from '../pods.ts';
import { replicaMachine } from './machine.ts';

/** Pods made or deleted in one turn at most (BurstReplicas). */
const BURST = 500;

export interface Replicated extends KubeObject {
  spec?: { replicas?: number; minReadySeconds?: number; template?: PodTemplateSpec };
  status?: ReplicaSetStatus & { terminatingReplicas?: number };
}

type ReplicaResource = 'replicasets.apps' | 'replicationcontrollers';

export interface ReplicaKind {
  readonly resource: ReplicaResource;
  readonly kind: string;
  readonly name: string;
  readonly reporter: string;
  selectorOf(set: Replicated): LabelSelector | undefined;
}

export class ReplicaController extends ManagedController {
  private readonly sets: Informer<ReplicaResource>;
  private readonly pods: Informer<'pods'>;
  private readonly expectations: Expectations;
  private readonly control: PodControl;
  private readonly setLives: Lives;

  constructor(
    manager: Manager,
    private readonly flavour: ReplicaKind,
  ) {
    super(manager, flavour.name, flavour.reporter);
    const { resource } = flavour;
    this.expectations = new Expectations(this.kernel);
    this.setLives = this.follow(replicaMachine, flavour.kind.toLowerCase());
    this.control = { kernel: this.kernel, client: this.client, recorder: this.recorder, resource };
    this.sets = this.shared(resource, { ...byController, ...byNamespace });
    this.pods = this.shared('pods', byController);
    this.sets.onChange((next, old) => {
      const set = (next ?? old)!;
      if (!next) {
        this.expectations.forget(keyOf(set));
        this.setLives.forget(keyOf(set));
      }
      this.queue.add(keyOf(set));
    });
    this.pods.onChange((next, old) => this.podChanged(next, old));
  }

  private podChanged(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    const pod = (next ?? old)!;
    const owner = controllerOf(pod);
    const before = old && controllerOf(old);
    if (before && before.uid !== owner?.uid && before.kind === this.flavour.kind)
      this.queue.add(`${pod.metadata.namespace}/${before.name}`);
    if (!owner) {
      if (next && (!old || old.metadata.labels !== next.metadata.labels || before)) this.offerOrphan(next);
      return;
    }
    if (owner.kind !== this.flavour.kind) return;
    const key = `${pod.metadata.namespace}/${owner.name}`;
    if (!old) this.expectations.observeAdd(key);
    if (!next || next.metadata.deletionTimestamp) this.expectations.observeDelete(key, pod.metadata.uid);
    if (!old || !next || matters(old, next)) this.queue.add(key);
  }

  private offerOrphan(pod: Stored<Pod>): void {
    for (const set of this.sets.byIndex('namespace', pod.metadata.namespace ?? '')) {
      const selector = this.flavour.selectorOf(set as Replicated);
      if (selector && matchesLabels(selector, pod.metadata.labels)) this.queue.add(keyOf(set));
    }
  }

  protected reconcile(key: string): Outcome {
    const set = this.sets.byKey(key) as Stored<Replicated> | undefined;
    if (!set) return undefined;
    const owned = claim<Pod>({
      client: this.client,
      ownerResource: this.flavour.resource,
      owner: set,
      selector: this.flavour.selectorOf(set),
      resource: 'pods',
      owned: this.pods.byIndex('controller', set.metadata.uid),
      orphans: this.pods.byIndex('orphan', set.metadata.namespace ?? ''),
    });
    const active = owned.filter(isPodActive);
    let failure: Status | undefined;
    if (this.expectations.areMet(key) && !set.metadata.deletionTimestamp) failure = this.manage(key, set, active);
    const status = this.statusOf(set, owned, active, failure);
    this.setLives.send(key, lifeEvent(set.spec?.replicas ?? 1, status));
    const outcome = this.writeStatus(set, status);
    this.awaitAvailable(key, set, active, status);
    return failure?.message ?? outcome;
  }

  /** A pod becomes available without a change of its own: the set is looked at again when the next one does. */
  private awaitAvailable(
    key: string,
    set: Stored<Replicated>,
    active: readonly Stored<Pod>[],
    status: ReplicaSetStatus,
  ): void {
    const minReady = set.spec?.minReadySeconds ?? 0;
    if (minReady === 0 || status.readyReplicas === status.availableReplicas) return;
    const waits = active.flatMap((pod) => {
      const ready = pod.status?.conditions?.find(({ type, status: value }) => type === 'Ready' && value === 'True');
      const left = ready ? this.leftOf(ready.lastTransitionTime, minReady * 1000) : 0;
      return left > 0 ? [left] : [];
    });
    if (waits.length > 0) this.queue.addAfter(key, Math.min(...waits));
  }

  private manage(key: string, set: Stored<Replicated>, active: readonly Stored<Pod>[]): Status | undefined {
    const diff = active.length - (set.spec?.replicas ?? 1);
    if (diff < 0) return this.createPods(key, set, Math.min(-diff, BURST));
    if (diff > 0) return this.deletePods(key, set, active, Math.min(diff, BURST));
    return undefined;
  }

  private createPods(key: string, set: Stored<Replicated>, count: number): Status | undefined {
    this.expectations.expect(key, count);
    const pod = podFromTemplate(set.spec?.template, set);
    const { done, failure } = slowStart(
      this.kernel,
      Array.from({ length: count }, () => () => createPod(this.control, set, pod)),
    );
    if (done < count) this.expectations.observeAdd(key, count - done);
    return failure?.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ? undefined : failure;
  }

  private deletePods(
    key: string,
    set: Stored<Replicated>,
    active: readonly Stored<Pod>[],
    count: number,
  ): Status | undefined {
    const perNode = this.relatedPerNode(set);
    const order = compareForDeletion(this.nowEpochMs, ({ spec }) => perNode.get(spec?.nodeName ?? '') ?? 0);
    const victims = count < active.length ? [...active].sort(order).slice(0, count) : active;
    this.expectations.expect(
      key,
      0,
      victims.map(({ metadata }) => metadata.uid),
    );
    let failure: Status | undefined;
    this.kernel.parallel(
      victims.map((pod) => () => {
        const status = deletePod(this.control, set, pod);
        if (!status) return;
        this.expectations.observeDelete(key, pod.metadata.uid);
        if (status.code !== 404) failure ??= status;
      }),
    );
    return failure;
  }

  /** Active pods by node, of this set and of all that share its controller (getPodsRankedByRelatedPodsOnSameNode). */
  private relatedPerNode(set: Stored<Replicated>): ReadonlyMap<string, number> {
    const owner = controllerOf(set);
    const related = owner ? this.sets.byIndex('controller', owner.uid) : [set];
    const perNode = new Map<string, number>();
    for (const { metadata } of related) {
      for (const pod of this.pods.byIndex('controller', metadata.uid)) {
        const node = pod.spec?.nodeName ?? '';
        if (isPodActive(pod)) perNode.set(node, (perNode.get(node) ?? 0) + 1);
      }
    }
    return perNode;
  }

  private statusOf(
    set: Stored<Replicated>,
    owned: readonly Stored<Pod>[],
    active: readonly Stored<Pod>[],
    failure: Status | undefined,
  ): ReplicaSetStatus {
    const minReady = set.spec?.minReadySeconds ?? 0;
    const labels = Object.entries(set.spec?.template?.metadata?.labels ?? {});
    let [ready, available, labelled, terminating] = [0, 0, 0, 0];
    for (const pod of active) {
      if (labels.every(([key, value]) => pod.metadata.labels?.[key] === value)) labelled += 1;
      if (isPodReady(pod)) ready += 1;
      if (isPodAvailable(pod, minReady, this.nowEpochMs)) available += 1;
    }
    for (const { metadata, status } of owned) {
      const isDone = status?.phase === 'Succeeded' || status?.phase === 'Failed';
      if (metadata.deletionTimestamp && !isDone) terminating += 1;
    }
    const conditions = this.conditionsOf(set, active, failure);
    return {
      replicas: active.length,
      ...(labelled > 0 ? { fullyLabeledReplicas: labelled } : {}),
      ...(ready > 0 ? { readyReplicas: ready } : {}),
      ...(available > 0 ? { availableReplicas: available } : {}),
      ...(this.flavour.kind === 'ReplicaSet' ? { terminatingReplicas: terminating } : {}),
      observedGeneration: set.metadata.generation ?? 0,
      ...(conditions.length > 0 ? { conditions } : {}),
    };
  }

  private conditionsOf(
    set: Stored<Replicated>,
    active: readonly Stored<Pod>[],
    failure: Status | undefined,
  ): NonNullable<ReplicaSetStatus['conditions']> {
    const before = set.status?.conditions ?? [];
    if (!failure) return before.filter(({ type }) => type !== 'ReplicaFailure');
    if (before.some(({ type }) => type === 'ReplicaFailure')) return before;
    const isShort = active.length < (set.spec?.replicas ?? 1);
    const condition = {
      type: 'ReplicaFailure',
      status: 'True',
      lastTransitionTime: this.kernel.formatTime(),
      reason: isShort ? 'FailedCreate' : 'FailedDelete',
      message: failure.message ?? '',
    };
    return [...before, condition];
  }

  private writeStatus(set: Stored<Replicated>, status: ReplicaSetStatus): Outcome {
    if (JSON.stringify(normal(status)) === JSON.stringify(normal(set.status))) return undefined;
    const written = this.client.updateStatus(this.flavour.resource, { ...set, status } as never);
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  protected override saveOwn(): unknown {
    return this.expectations.save();
  }

  protected override loadOwn(own: unknown): void {
    this.expectations.load(own);
  }
}

/** What the counts say of the set's life. */
function lifeEvent(wanted: number, { replicas, readyReplicas = 0, conditions = [] }: ReplicaSetStatus): string {
  if (conditions.some(({ type }) => type === 'ReplicaFailure')) return 'FAIL';
  if (replicas < wanted) return 'CREATE';
  if (replicas > wanted) return 'DELETE';
  return readyReplicas < wanted ? 'WAIT' : 'SETTLE';
}

function normal(status: Replicated['status']): unknown {
  const found: Partial<NonNullable<Replicated['status']>> = status ?? {};
  return [
    found.replicas ?? 0,
    found.fullyLabeledReplicas ?? 0,
    found.readyReplicas ?? 0,
    found.availableReplicas ?? 0,
    found.terminatingReplicas,
    found.observedGeneration ?? 0,
    found.conditions ?? [],
  ];
}

/** Whether a change of a pod can change its set's counts. */
function matters(old: Stored<Pod>, next: Stored<Pod>): boolean {
  return (
    old.status?.phase !== next.status?.phase ||
    isPodReady(old) !== isPodReady(next) ||
    old.metadata.deletionTimestamp !== next.metadata.deletionTimestamp ||
    old.metadata.labels !== next.metadata.labels
  );
}
