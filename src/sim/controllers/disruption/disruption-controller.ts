/**
 * PodDisruptionBudgets: how many pods may go voluntarily now. Upstream: pkg/controller/disruption/disruption.go.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from 'kubernetes-types/policy/v1';
import type { OwnerReference } from 'kubernetes-types/meta/v1';
import { resourceName } from '../../api/kind.ts';
import { keyOf, type KubeObject, type Stored } from '../../api/object.ts';
import { goLabelSelector, matchesLabels, selectorOf } from '../../api/selectors.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byNamespace, controllerOf } from '../owners.ts';
import { isPodReady } from '../pods.ts';
import { budgetMachine } from './machine.ts';

/** So long an eviction that was allowed counts as on its way; then the pod counts as staying. */
const DISRUPTION_TIMEOUT_MS = 120_000;

const NO_COUNTS = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };

interface Scaled extends KubeObject {
  readonly spec?: { readonly replicas?: number };
}

export class DisruptionController extends ManagedController {
  private readonly budgets: Informer<'poddisruptionbudgets.policy'>;
  private readonly pods: Informer<'pods'>;
  private readonly allowances: Lives;
  private readonly scaled: Readonly<Record<string, Informer<'replicasets.apps'>>>;

  constructor(manager: Manager) {
    super(manager, 'disruption', 'controllermanager');
    this.budgets = this.shared('poddisruptionbudgets.policy', byNamespace);
    this.pods = this.shared('pods', byNamespace);
    const informer = (resource: string): Informer<'replicasets.apps'> =>
      this.shared(resource as 'replicasets.apps') as Informer<'replicasets.apps'>;
    this.scaled = {
      ReplicaSet: informer('replicasets.apps'),
      Deployment: informer('deployments.apps'),
      StatefulSet: informer('statefulsets.apps'),
      ReplicationController: informer('replicationcontrollers'),
    };
    this.allowances = this.follow(budgetMachine, 'poddisruptionbudget');
    this.budgets.onChange((next, old) => {
      if (next) this.queue.add(keyOf(next));
      else this.allowances.forget(keyOf(old!));
    });
    this.pods.onChange((next, old) => {
      if (next && old && !matters(old, next)) return;
      for (const pod of [next, old]) if (pod) this.podChanged(pod);
    });
    for (const kind of Object.values(this.scaled)) {
      kind.onChange((next, old) => {
        if (!next || next.spec?.replicas === old?.spec?.replicas) return;
        for (const budget of this.budgets.byIndex('namespace', next.metadata.namespace ?? ''))
          this.queue.add(keyOf(budget));
      });
    }
  }

  private podChanged(pod: Stored<Pod>): void {
    for (const budget of this.budgets.byIndex('namespace', pod.metadata.namespace ?? '')) {
      const selector = selectorOf(budget.spec?.selector);
      if (selector && matchesLabels(selector, pod.metadata.labels)) this.queue.add(keyOf(budget));
    }
  }

  protected reconcile(key: string): Outcome {
    const budget = this.budgets.byKey(key);
    if (!budget) return undefined;
    const selector = selectorOf(budget.spec?.selector);
    const pods = selector
      ? this.pods
          .byIndex('namespace', budget.metadata.namespace ?? '')
          .filter(({ metadata }) => matchesLabels(selector, metadata.labels))
      : [];
    if (pods.length === 0) this.tell(budget, 'Normal', 'NoPods', 'No matching pods found');
    const found = this.expectedOf(budget, pods);
    if (typeof found === 'string') return this.failSafe(key, budget, found);
    const { expected, desired } = found;
    const disrupted = this.disruptedOf(key, budget, pods);
    const healthy = pods.filter(
      (pod) => !pod.metadata.deletionTimestamp && disrupted[pod.metadata.name] === undefined && isPodReady(pod),
    ).length;
    const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
    this.allowances.send(key, pods.length === 0 ? 'MISS' : allowed > 0 ? 'ALLOW' : 'BLOCK');
    return this.writeStatus(budget, {
      ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      observedGeneration: budget.metadata.generation ?? 0,
    });
  }

  /** A number of pods as it is; a share, and maxUnavailable, of the scale of the pods' controllers, rounded up. */
  private expectedOf(
    budget: Stored<PodDisruptionBudget>,
    pods: readonly Stored<Pod>[],
  ): { expected: number; desired: number } | string {
    const { maxUnavailable, minAvailable } = budget.spec ?? {};
    const scaled = (value: string | number, total: number): number =>
      typeof value === 'number' ? value : Math.ceil((Number(value.replace('%', '')) * total) / 100);
    if (maxUnavailable !== undefined) {
      const expected = this.scaleOf(budget, pods);
      if (typeof expected === 'string') return expected;
      return { expected, desired: Math.max(0, expected - scaled(maxUnavailable, expected)) };
    }
    if (minAvailable === undefined) return { expected: 0, desired: 0 };
    if (typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable };
    const expected = this.scaleOf(budget, pods);
    return typeof expected === 'string' ? expected : { expected, desired: scaled(minAvailable, expected) };
  }

  /** Sum of the scales of the pods' controllers; a text when one of them has none (getExpectedScale). */
  private scaleOf(budget: Stored<PodDisruptionBudget>, pods: readonly Stored<Pod>[]): number | string {
    const scales = new Map<string, number>();
    let hasUnmanaged = false;
    for (const pod of pods) {
      const reference = controllerOf(pod);
      if (!reference) {
        hasUnmanaged = true;
        continue;
      }
      const owner = this.controllerWithScale(pod);
      if (!owner) return this.whyNoScale(pod, reference);
      scales.set(owner.metadata.uid, owner.spec?.replicas ?? 1);
    }
    if (hasUnmanaged) {
      const text = `Pods selected by this PodDisruptionBudget (selector: ${goLabelSelector(budget.spec?.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
      this.tell(budget, 'Warning', 'UnmanagedPods', text);
    }
    return [...scales.values()].reduce((sum, count) => sum + count, 0);
  }

  private whyNoScale(pod: Stored<Pod>, { apiVersion, kind }: OwnerReference): string {
    const definition = this.manager.registry.byGvk(apiVersion, kind);
    return definition && !this.scaled[kind]
      ? `${resourceName(definition)} does not implement the scale subresource`
      : `found no controllers for pod ${JSON.stringify(pod.metadata.name)}`;
  }

  /** While it cannot be told how many pods there should be, none may go. */
  private failSafe(key: string, budget: Stored<PodDisruptionBudget>, why: string): Outcome {
    const text = `Failed to calculate the number of expected pods: ${why}`;
    this.tell(budget, 'Warning', 'CalculateExpectedPodCountFailed', text);
    this.allowances.send(key, 'BLOCK');
    const { conditions: _conditions, ...counts } = budget.status ?? { ...NO_COUNTS };
    return this.writeStatus(budget, { ...counts, disruptionsAllowed: 0 }, why);
  }

  private controllerWithScale(pod: Stored<Pod>): Stored<Scaled> | undefined {
    const { namespace } = pod.metadata;
    const reference = controllerOf(pod);
    const found = reference && this.scaled[reference.kind]?.get(namespace, reference.name);
    if (!found || found.metadata.uid !== reference.uid) return undefined;
    const parent = controllerOf(found);
    if (parent?.kind !== 'Deployment') return found as Stored<Scaled>;
    return (this.scaled['Deployment']?.get(namespace, parent.name) ?? found) as Stored<Scaled>;
  }

  /** Evictions that were allowed and whose pods have not gone yet. */
  private disruptedOf(
    key: string,
    budget: Stored<PodDisruptionBudget>,
    pods: readonly Stored<Pod>[],
  ): Readonly<Record<string, string>> {
    const kept: Record<string, string> = {};
    for (const [name, at] of Object.entries(budget.status?.disruptedPods ?? {})) {
      const pod = pods.find(({ metadata }) => metadata.name === name);
      if (!pod || pod.metadata.deletionTimestamp) continue;
      const left = this.leftOf(at, DISRUPTION_TIMEOUT_MS);
      if (left > 0) {
        kept[name] = at;
        this.queue.addAfter(key, left);
      } else this.tellPod(pod);
    }
    return kept;
  }

  private tellPod(pod: Stored<Pod>): void {
    const text = "Pod was expected by PDB to be deleted but it wasn't";
    this.recorder.record('pods', pod, 'Warning', 'NotDeleted', text);
  }

  private writeStatus(
    budget: Stored<PodDisruptionBudget>,
    counts: Omit<PodDisruptionBudgetStatus, 'conditions'>,
    syncFailure?: string,
  ): Outcome {
    const hasRoom = (counts.disruptionsAllowed ?? 0) > 0;
    const before = budget.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
    const wanted = hasRoom ? 'True' : 'False';
    const observed = counts.observedGeneration ?? 0;
    const condition = {
      type: 'DisruptionAllowed',
      status: wanted,
      observedGeneration: observed,
      lastTransitionTime: before?.status === wanted ? before.lastTransitionTime : this.kernel.formatTime(),
      reason: syncFailure === undefined ? (hasRoom ? 'SufficientPods' : 'InsufficientPods') : 'SyncFailed',
      message: syncFailure ?? '',
    };
    const status = { ...counts, conditions: [condition] };
    if (isDeepEqual(status, budget.status)) return undefined;
    const written = this.client.updateStatus('poddisruptionbudgets.policy', { ...budget, status });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  private tell(budget: Stored, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.recorder.record('poddisruptionbudgets.policy', budget, type, reason, message);
  }
}

function matters(old: Stored<Pod>, next: Stored<Pod>): boolean {
  return (
    isPodReady(old) !== isPodReady(next) ||
    old.metadata.labels !== next.metadata.labels ||
    Boolean(old.metadata.deletionTimestamp) !== Boolean(next.metadata.deletionTimestamp)
  );
}
