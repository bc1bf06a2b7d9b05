/**
 * StatefulSet: pods with a name, a place and claims of their own, made, updated and taken away in order.
 * Upstream: pkg/controller/statefulset/{stateful_set,stateful_set_control}.go. As of 1.35 maxUnavailable counts.
 */
import type { StatefulSet, StatefulSetStatus } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import { matchesLabels, selectorOf } from '../../api/selectors.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byController, byNamespace, claim, controllerOf } from '../owners.ts';
import { claimRevisions, currentRevision, truncateHistory, type StoredRevision } from '../revisions.ts';
import {
  identityMatches,
  isCreated,
  isHealthy,
  isRunningAndReady,
  isTerminating,
  ordinalOf,
  revisionOfPod,
  startOf,
  untilAvailable,
  versionedPod,
} from './identity.ts';
import { isPodAvailable } from '../pods.ts';
import { statefulMachine } from './machine.ts';
import { StatefulPodControl } from './pod-control.ts';

interface Plan {
  readonly set: Stored<StatefulSet>;
  readonly current: StoredRevision;
  readonly update: StoredRevision;
  /** By place, a pod that is there or the draft of one that is not. */
  readonly replicas: Pod[];
  /** Highest ordinal first. */
  readonly condemned: readonly Stored<Pod>[];
  readonly isMonotonic: boolean;
}

/** What a step over one pod says: go on, stop here, or stop with a failure. */
type Step = 'next' | 'stop' | { readonly failure: string };

export class StatefulSetController extends ManagedController {
  private readonly sets: Informer<'statefulsets.apps'>;
  private readonly pods: Informer<'pods'>;
  private readonly revisions: Informer<'controllerrevisions.apps'>;
  private readonly control: StatefulPodControl;
  private readonly rollouts: Lives;

  constructor(manager: Manager) {
    super(manager, 'statefulset');
    this.sets = this.shared('statefulsets.apps', byNamespace);
    this.pods = this.shared('pods', byController);
    this.revisions = this.shared('controllerrevisions.apps', byController);
    const claims = this.shared('persistentvolumeclaims');
    this.control = new StatefulPodControl(this.client, this.recorder, claims, this.pods);
    this.rollouts = this.follow(statefulMachine, 'statefulset');
    this.sets.onChange((next, old) => {
      if (!next && old) this.rollouts.forget(keyOf(old));
      this.queue.add(keyOf((next ?? old)!));
    });
    this.pods.onChange((next, old) => this.podChanged(next, old));
  }

  private podChanged(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    const pod = (next ?? old)!;
    const owner = controllerOf(pod);
    for (const found of [owner, old && controllerOf(old)]) {
      if (found?.kind === 'StatefulSet') this.queue.add(`${pod.metadata.namespace}/${found.name}`);
    }
    if (owner || !next) return;
    for (const set of this.sets.byIndex('namespace', pod.metadata.namespace ?? '')) {
      const selector = selectorOf(set.spec?.selector);
      if (selector && matchesLabels(selector, pod.metadata.labels)) this.queue.add(keyOf(set));
    }
  }

  protected reconcile(key: string): Outcome {
    const set = this.sets.byKey(key);
    if (!set) return undefined;
    const pods = claim<Pod>({
      client: this.client,
      ownerResource: 'statefulsets.apps',
      owner: set,
      selector: selectorOf(set.spec?.selector),
      resource: 'pods',
      owned: this.pods.byIndex('controller', set.metadata.uid),
      orphans: this.pods.byIndex('orphan', set.metadata.namespace ?? ''),
      mayAdopt: (pod) => ordinalOf(set, pod) >= 0,
    });
    const known = claimRevisions(this.client, set, 'statefulsets.apps', this.revisions);
    const found = currentRevision(this.client, set, known);
    if (!found.ok) return found.message;
    const { update, all, collisionCount } = found;
    const current = all.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    const plan = planOf(set, pods, current, update);
    const { step, deletedOld } = this.carryOut(plan);
    const status = this.statusOf(plan, collisionCount, deletedOld);
    const outcome = this.writeStatus(set, status);
    if (!set.metadata.deletionTimestamp) this.tellLife(key, plan, step);
    truncateHistory(this.client, set, all, ({ metadata: { name } }) => {
      const isNamed = name === current.metadata.name || name === update.metadata.name;
      return isNamed || pods.some((pod) => revisionOfPod(pod) === name);
    });
    this.awaitAvailable(key, set, pods);
    return typeof step === 'object' ? step.failure : outcome;
  }

  private awaitAvailable(key: string, set: Stored<StatefulSet>, pods: readonly Stored<Pod>[]): void {
    const minReady = set.spec?.minReadySeconds ?? 0;
    const waits = pods.flatMap((pod) => untilAvailable(pod, minReady, this.nowEpochMs) ?? []);
    if (waits.length > 0) this.queue.addAfter(key, Math.min(...waits));
  }

  private carryOut(plan: Plan): { readonly step: Step; readonly deletedOld: number } {
    const { set, condemned, replicas } = plan;
    if (set.metadata.deletionTimestamp) return { step: 'stop', deletedOld: 0 };
    const minReady = set.spec?.minReadySeconds ?? 0;
    const isUnhealthy = (pod: Pod): boolean => !isHealthy(pod, minReady, this.nowEpochMs);
    const firstUnhealthy = replicas.find(isUnhealthy) ?? [...condemned].reverse().find(isUnhealthy);
    const first = this.forAll(plan, replicas.length, (index) => this.processReplica(plan, index));
    if (first !== 'next') return { step: first, deletedOld: 0 };
    for (const pod of condemned) {
      const failure = this.control.syncClaimOwners(set, pod);
      if (failure !== undefined) return { step: { failure }, deletedOld: 0 };
    }
    const second = this.forAll(plan, condemned.length, (index) =>
      this.processCondemned(plan, condemned[index]!, firstUnhealthy),
    );
    if (second !== 'next' || set.spec?.updateStrategy?.type === 'OnDelete') return { step: second, deletedOld: 0 };
    return this.rollUpdate(plan);
  }

  /** In order, stopping at the first that says so; all of them when pods may burst (slow start upstream). */
  private forAll(plan: Plan, count: number, process: (index: number) => Step): Step {
    if (plan.isMonotonic) {
      for (let index = 0; index < count; index += 1) {
        const step = process(index);
        if (step !== 'next') return step;
      }
      return 'next';
    }
    let failed: Step | undefined;
    let begun = 0;
    for (let batch = 1; begun < count && !failed; batch *= 2) {
      const size = Math.min(batch, count - begun);
      const start = begun;
      this.kernel.parallel(
        Array.from({ length: size }, (_, offset) => () => {
          const step = process(start + offset);
          if (typeof step === 'object') failed ??= step;
        }),
      );
      begun += size;
    }
    return failed ?? 'next';
  }

  private processReplica(plan: Plan, index: number): Step {
    const { set, replicas, isMonotonic } = plan;
    const pod = replicas[index]!;
    const failed = (failure: Outcome): Step | undefined => (failure === undefined ? undefined : { failure });
    if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') {
      if (isTerminating(pod)) return 'stop';
      return failed(this.control.delete(set, pod as Stored<Pod>)) ?? 'stop';
    }
    if (!isCreated(pod)) {
      if (this.control.isClaimStale(set, pod)) return 'stop';
      return failed(this.control.create(set, pod)) ?? (isMonotonic ? 'stop' : 'next');
    }
    if (pod.status?.phase === 'Pending') {
      const failure = failed(this.control.createMissingClaims(set, pod));
      if (failure) return failure;
    }
    const isWaiting = isTerminating(pod) || !isRunningAndReady(pod) || !this.isAvailable(set, pod);
    if (isMonotonic && isWaiting) return 'stop';
    const real = pod as Stored<Pod>;
    const owners = failed(this.control.syncClaimOwners(set, real));
    if (owners) return owners;
    return identityMatches(set, real) ? 'next' : (failed(this.control.update(set, real)) ?? 'next');
  }

  private isAvailable(set: Stored<StatefulSet>, pod: Pod): boolean {
    return pod.status?.phase === 'Running' && isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, this.nowEpochMs);
  }

  private processCondemned(plan: Plan, pod: Stored<Pod>, firstUnhealthy: Pod | undefined): Step {
    const { set, isMonotonic } = plan;
    if (isTerminating(pod)) return isMonotonic ? 'stop' : 'next';
    const isUnready = !isRunningAndReady(pod) || !this.isAvailable(set, pod);
    if (isMonotonic && isUnready && pod !== firstUnhealthy) return 'stop';
    const failure = this.control.delete(set, pod);
    return failure === undefined ? 'stop' : { failure };
  }

  /** From the highest ordinal down to the partition, as many at once as may be unavailable. */
  private rollUpdate({ set, replicas, update }: Plan): { readonly step: Step; readonly deletedOld: number } {
    const { partition = 0, maxUnavailable } = set.spec?.updateStrategy?.rollingUpdate ?? {};
    const minReady = set.spec?.minReadySeconds ?? 0;
    const unavailable = replicas.filter((pod) => !isHealthy(pod, minReady, this.nowEpochMs)).length;
    let room = unavailableLimit(maxUnavailable, set.spec?.replicas ?? 1) - unavailable;
    let deletedOld = 0;
    for (let index = replicas.length - 1; index >= partition && room > 0; index -= 1) {
      const pod = replicas[index] as Stored<Pod>;
      if (revisionOfPod(pod) === update.metadata.name || isTerminating(pod)) continue;
      const failure = this.control.delete(set, pod);
      if (failure !== undefined) return { step: { failure }, deletedOld };
      room -= 1;
      deletedOld += 1;
    }
    return { step: deletedOld > 0 ? 'stop' : 'next', deletedOld };
  }

  private statusOf(plan: Plan, collisionCount: number, deletedOld: number): StatefulSetStatus {
    const { set, current, update, replicas, condemned } = plan;
    const pods = [...replicas, ...condemned].filter(isCreated);
    const living = pods.filter((pod) => !isTerminating(pod));
    const ofRevision = (name: string): number => living.filter((pod) => revisionOfPod(pod) === name).length;
    const { replicas: wanted = 1 } = set.spec!;
    const ready = pods.filter(isRunningAndReady).length;
    const available = pods.filter((pod) => isRunningAndReady(pod) && this.isAvailable(set, pod)).length;
    const updated = ofRevision(update.metadata.name);
    let [currentCount, currentName] = [ofRevision(current.metadata.name) - deletedOld, current.metadata.name];
    const isRolling = set.spec?.updateStrategy?.type === 'RollingUpdate';
    if (isRolling && updated === wanted && ready === wanted && pods.length === wanted) {
      [currentCount, currentName] = [updated, update.metadata.name];
    }
    return {
      observedGeneration: set.metadata.generation ?? 0,
      replicas: pods.length,
      ...(ready ? { readyReplicas: ready } : {}),
      ...(currentCount > 0 ? { currentReplicas: currentCount } : {}),
      ...(updated ? { updatedReplicas: updated } : {}),
      currentRevision: currentName,
      updateRevision: update.metadata.name,
      collisionCount,
      availableReplicas: available,
    };
  }

  private writeStatus(set: Stored<StatefulSet>, status: StatefulSetStatus): Outcome {
    if (isDeepEqual(status, set.status)) return undefined;
    const written = this.client.updateStatus('statefulsets.apps', { ...set, status });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  private tellLife(key: string, plan: Plan, step: Step): void {
    const { replicas, condemned, update, set } = plan;
    const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
    if (replicas.some((pod) => !isCreated(pod))) this.rollouts.send(key, 'SCALE_UP');
    else if (condemned.length > 0) this.rollouts.send(key, 'SCALE_DOWN');
    else if (replicas.slice(partition).some((pod) => revisionOfPod(pod) !== update.metadata.name))
      this.rollouts.send(key, 'UPDATE');
    else this.rollouts.send(key, step === 'next' ? 'SETTLE' : 'WAIT');
  }
}

/**
 * Pods that are still to come are looked at so far ahead: a set may ask for two thousand million of them. One that makes
 * them in order makes the first missing one, whatever comes behind it.
 */
const PLANNED_AHEAD = { inOrder: 1, parallel: 500 };

function planOf(
  set: Stored<StatefulSet>,
  pods: readonly Stored<Pod>[],
  current: StoredRevision,
  update: StoredRevision,
): Plan {
  const { replicas: count = 1, podManagementPolicy } = set.spec!;
  const start = startOf(set);
  const isMonotonic = podManagementPolicy !== 'Parallel';
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]));
  let planned = pods.length + (isMonotonic ? PLANNED_AHEAD.inOrder : PLANNED_AHEAD.parallel);
  for (const ordinal of byOrdinal.keys()) planned = Math.max(planned, ordinal - start + 1);
  const replicas = Array.from(
    { length: Math.min(count, planned) },
    (_, index): Pod => byOrdinal.get(start + index) ?? versionedPod(set, current, update, start + index),
  );
  const condemned = pods
    .filter((pod) => {
      const ordinal = ordinalOf(set, pod);
      return ordinal >= 0 && (ordinal < start || ordinal >= start + count);
    })
    .sort((left, right) => ordinalOf(set, right) - ordinalOf(set, left));
  return { set, current, update, replicas, condemned, isMonotonic };
}

/** Percentages round down, and at least one may be unavailable. */
export function unavailableLimit(value: number | string | undefined, replicas: number): number {
  if (value === undefined) return 1;
  const wanted = typeof value === 'number' ? value : Math.floor((Number(value.replace('%', '')) * replicas) / 100);
  return Math.max(1, wanted);
}
