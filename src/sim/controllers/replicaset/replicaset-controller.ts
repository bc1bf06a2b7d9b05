/**
 * ReplicaSet: as many pods as wanted. Upstream: pkg/controller/replicaset/replica_set.go.
 * Expectations keep a turn from acting on a cache that has not yet seen what the turn before did.
 * Left out: adoption of orphans that match (a pod without an owner stays on its own).
 */
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import type { ApiServerPort } from '../../apiserver/request.ts';
import { Controller, type Informer, type Outcome } from '../../client/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { controllerOptions } from '../identity.ts';
import { byController, controllerOf, ownerReferenceTo } from '../owners.ts';
import { compareForDeletion, isPodActive, isPodAvailable, isPodReady } from '../pods.ts';

/** Pods made or deleted in one turn at most (BurstReplicas). */
const BURST = 500;
const EXPECTATION_TTL_MS = 300_000;

interface Expectations {
  readonly adds: number;
  /** Uids of pods whose deletion has been asked for. */
  readonly deletes: readonly string[];
  readonly since: number;
}

export class ReplicaSetController extends Controller {
  private readonly sets: Informer<'replicasets.apps'>;
  private readonly pods: Informer<'pods'>;
  private expectations = new Map<string, Expectations>();

  constructor(kernel: Kernel, api: ApiServerPort) {
    super(kernel, api, controllerOptions('replicaset'));
    this.sets = this.informer('replicasets.apps', { indexes: { uid: ({ metadata }) => [metadata.uid] } });
    this.pods = this.informer('pods', { indexes: byController });
    this.sets.onChange((next, old) => {
      const set = next ?? old!;
      if (!next) this.expectations.delete(keyOf(set));
      this.queue.add(keyOf(set));
    });
    this.pods.onChange((next, old) => this.podChanged(next, old));
  }

  private podChanged(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    const pod = next ?? old!;
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet') return;
    const key = `${pod.metadata.namespace}/${owner.name}`;
    if (!old) this.observeAdd(key);
    if (!next || next.metadata.deletionTimestamp) this.observeDelete(key, pod.metadata.uid);
    if (!old || !next || matters(old, next)) this.queue.add(key);
  }

  private observeAdd(key: string): void {
    const expected = this.expectations.get(key);
    if (expected && expected.adds > 0) this.expectations.set(key, { ...expected, adds: expected.adds - 1 });
  }

  private observeDelete(key: string, uid: string): void {
    const expected = this.expectations.get(key);
    if (!expected?.deletes.includes(uid)) return;
    this.expectations.set(key, { ...expected, deletes: expected.deletes.filter((item) => item !== uid) });
  }

  private areMet(key: string): boolean {
    const expected = this.expectations.get(key);
    if (!expected) return true;
    if (expected.adds <= 0 && expected.deletes.length === 0) return true;
    return this.kernel.turn.cursor - expected.since > EXPECTATION_TTL_MS;
  }

  protected reconcile(key: string): Outcome {
    const set = this.sets.byKey(key);
    if (!set) return undefined;
    const owned = this.pods.byIndex('controller', set.metadata.uid);
    const active = owned.filter(isPodActive);
    let failure: string | undefined;
    if (this.areMet(key) && !set.metadata.deletionTimestamp) failure = this.manage(key, set, active);
    const status = this.statusOf(set, owned, active, failure);
    const outcome = this.writeStatus(set, status);
    const minReady = set.spec?.minReadySeconds ?? 0;
    if (
      minReady > 0 &&
      (status.readyReplicas ?? 0) === set.spec?.replicas &&
      status.availableReplicas !== status.readyReplicas
    ) {
      this.queue.addAfter(key, minReady * 1000);
    }
    return failure ?? outcome;
  }

  private manage(key: string, set: Stored<ReplicaSet>, active: readonly Stored<Pod>[]): string | undefined {
    const diff = active.length - (set.spec?.replicas ?? 1);
    if (diff < 0) return this.createPods(key, set, Math.min(-diff, BURST));
    if (diff > 0) this.deletePods(key, set, active, Math.min(diff, BURST));
    return undefined;
  }

  /** Slow start: 1, 2, 4, 8 ... at once, until one batch has an error. */
  private createPods(key: string, set: Stored<ReplicaSet>, count: number): string | undefined {
    this.expectations.set(key, { adds: count, deletes: [], since: this.kernel.turn.cursor });
    let failure: string | undefined;
    let done = 0;
    for (let batch = 1; done < count && failure === undefined; batch *= 2) {
      const size = Math.min(batch, count - done);
      this.kernel.parallel(Array.from({ length: size }, () => () => (failure = this.createPod(set) ?? failure)));
      done += size;
    }
    const skipped = count - done;
    const expected = this.expectations.get(key)!;
    if (failure !== undefined)
      this.expectations.set(key, { ...expected, adds: Math.max(0, expected.adds - skipped - 1) });
    return failure;
  }

  private createPod(set: Stored<ReplicaSet>): string | undefined {
    const { template } = set.spec!;
    const made = this.client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        generateName: `${set.metadata.name}-`,
        namespace: set.metadata.namespace!,
        labels: template?.metadata?.labels ?? {},
        ...(template?.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
        ...(template?.metadata?.finalizers ? { finalizers: template.metadata.finalizers } : {}),
        ownerReferences: [ownerReferenceTo(set)],
      },
      spec: template!.spec!,
    });
    if (made.ok) {
      this.recorder.record(
        'replicasets.apps',
        set,
        'Normal',
        'SuccessfulCreate',
        `Created pod: ${made.object.metadata.name}`,
      );
      return undefined;
    }
    const message = made.status.message ?? '';
    const isEnding = made.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
    if (!isEnding)
      this.recorder.record('replicasets.apps', set, 'Warning', 'FailedCreate', `Error creating: ${message}`);
    return message;
  }

  private deletePods(key: string, set: Stored<ReplicaSet>, active: readonly Stored<Pod>[], count: number): void {
    const perNode = new Map<string, number>();
    for (const { spec } of active) perNode.set(spec?.nodeName ?? '', (perNode.get(spec?.nodeName ?? '') ?? 0) + 1);
    const nowEpochMs = this.kernel.options.epochMs + this.kernel.turn.cursor;
    const order = compareForDeletion(nowEpochMs, ({ spec }) => perNode.get(spec?.nodeName ?? '') ?? 0);
    const victims = [...active].sort(order).slice(0, count);
    this.expectations.set(key, {
      adds: 0,
      deletes: victims.map(({ metadata }) => metadata.uid),
      since: this.kernel.turn.cursor,
    });
    this.kernel.parallel(
      victims.map((pod) => () => {
        const { namespace, name, uid } = pod.metadata;
        const gone = this.client.delete('pods', namespace, name, { preconditions: { uid } });
        if (gone.ok)
          this.recorder.record('replicasets.apps', set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
        else this.observeDelete(key, uid);
      }),
    );
  }

  private statusOf(
    set: Stored<ReplicaSet>,
    owned: readonly Stored<Pod>[],
    active: readonly Stored<Pod>[],
    failure: string | undefined,
  ): ReplicaSetStatus & { terminatingReplicas?: number } {
    const nowEpochMs = this.kernel.options.epochMs + this.kernel.turn.cursor;
    const minReady = set.spec?.minReadySeconds ?? 0;
    const labels = Object.entries(set.spec?.template?.metadata?.labels ?? {});
    let [ready, available, labelled, terminating] = [0, 0, 0, 0];
    for (const pod of active) {
      if (labels.every(([key, value]) => pod.metadata.labels?.[key] === value)) labelled += 1;
      if (isPodReady(pod)) ready += 1;
      if (isPodAvailable(pod, minReady, nowEpochMs)) available += 1;
    }
    for (const pod of owned) if (pod.metadata.deletionTimestamp) terminating += 1;
    const conditions = this.conditionsOf(set, failure);
    return {
      replicas: active.length,
      ...(labelled > 0 ? { fullyLabeledReplicas: labelled } : {}),
      ...(ready > 0 ? { readyReplicas: ready } : {}),
      ...(available > 0 ? { availableReplicas: available } : {}),
      terminatingReplicas: terminating,
      observedGeneration: set.metadata.generation ?? 0,
      ...(conditions.length > 0 ? { conditions } : {}),
    };
  }

  private conditionsOf(set: Stored<ReplicaSet>, failure: string | undefined): ReplicaSetCondition[] {
    const before = set.status?.conditions ?? [];
    if (failure === undefined) return before.filter(({ type }) => type !== 'ReplicaFailure');
    if (before.some(({ type }) => type === 'ReplicaFailure')) return before;
    return [
      ...before,
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message: failure,
        lastTransitionTime: this.kernel.formatTime(),
      },
    ];
  }

  private writeStatus(set: Stored<ReplicaSet>, status: ReplicaSetStatus): Outcome {
    if (JSON.stringify(normal(status)) === JSON.stringify(normal(set.status))) return undefined;
    const written = this.client.updateStatus('replicasets.apps', { ...set, status });
    if (written.ok || written.status.code === 404) return undefined;
    return written.status.message;
  }

  protected override saveOwn(): unknown {
    return new Map(this.expectations);
  }

  protected override loadOwn(own: unknown): void {
    this.expectations = new Map(own as Map<string, Expectations>);
  }
}

function normal(status: ReplicaSetStatus | undefined): unknown {
  const {
    replicas = 0,
    fullyLabeledReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
    observedGeneration = 0,
    conditions = [],
  } = status ?? { replicas: 0 };
  const { terminatingReplicas } = (status ?? {}) as { terminatingReplicas?: number };
  return [
    replicas,
    fullyLabeledReplicas,
    readyReplicas,
    availableReplicas,
    terminatingReplicas,
    observedGeneration,
    conditions,
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
