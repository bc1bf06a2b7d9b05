/**
 * Deployment: rolls pod templates out through ReplicaSets.
 * Upstream: pkg/controller/deployment/{deployment_controller,sync,rolling,recreate,progress}.go.
 */
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from 'kubernetes-types/apps/v1';
import { keyOf, type Status, type Stored } from '../../api/object.ts';
import { matchesLabels, selectorOf } from '../../api/selectors.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { isNamespaceEnding } from '../pod-control.ts';
import { byController, byNamespace, controllerOf, ownerReferenceTo } from '../owners.ts';
import { templateHash } from '../template-hash.ts';
import { claimedSets } from './claimed-sets.ts';
import { rolloutMachine } from './machine.ts';
import {
  bareTemplate,
  comparable,
  copiedAnnotations,
  DESIRED,
  HASH_LABEL,
  hasProgressed,
  isComplete,
  isSaturated,
  MAX,
  progressing,
  REVISION,
  annotationsFor,
  revisionOf,
  type Sets,
  withCondition,
  type Wanted,
} from './rollout-state.ts';
import { fenceposts, newSetReplicas, proportionalSizes, scaleDownOldSets } from './rollout-math.ts';

/** A progressDeadlineSeconds that is none. Upstream: HasProgressDeadline. */
const FOREVER = 2_147_483_647;

export class DeploymentController extends ManagedController {
  private readonly deployments: Informer<'deployments.apps'>;
  private readonly sets: Informer<'replicasets.apps'>;
  private readonly pods: Informer<'pods'>;
  private readonly rollouts: Lives;

  constructor(manager: Manager) {
    super(manager, 'deployment');
    this.rollouts = this.follow(rolloutMachine, 'deployment');
    this.deployments = this.shared('deployments.apps', byNamespace);
    this.sets = this.shared('replicasets.apps', byController);
    this.pods = this.shared('pods', byController);
    this.deployments.onChange((next, old) => {
      if (!next) this.rollouts.forget(keyOf(old!));
      this.queue.add(keyOf((next ?? old)!));
    });
    this.sets.onChange((next, old) => {
      const set = (next ?? old)!;
      const owner = controllerOf(set);
      if (owner?.kind === 'Deployment') this.queue.add(`${set.metadata.namespace}/${owner.name}`);
      else if (next && !owner) this.offerOrphan(next);
    });
    this.pods.onChange((next, old) => {
      // Recreate waits for the last old pod to be gone.
      if (next || !old) return;
      const set = this.setNamed(old.metadata.namespace, controllerOf(old)?.name);
      const owner = set && controllerOf(set);
      if (owner?.kind === 'Deployment') this.queue.add(`${old.metadata.namespace}/${owner.name}`);
    });
  }

  /** A set that lost its owner goes to whichever Deployment selects it. */
  private offerOrphan(set: Stored<ReplicaSet>): void {
    for (const deployment of this.deployments.byIndex('namespace', set.metadata.namespace ?? '')) {
      const selector = selectorOf(deployment.spec?.selector);
      if (selector && matchesLabels(selector, set.metadata.labels)) this.queue.add(keyOf(deployment));
    }
  }

  private setNamed(namespace: string | undefined, name: string | undefined): Stored<ReplicaSet> | undefined {
    return name ? this.sets.get(namespace, name) : undefined;
  }

  protected reconcile(key: string): Outcome {
    const deployment = this.deployments.byKey(key);
    if (!deployment) return undefined;
    const sets = claimedSets(this.client, this.sets, deployment);
    if (deployment.metadata.deletionTimestamp)
      return this.syncStatus(deployment, sets, this.newSetOf(deployment, sets));
    this.rollouts.begin(key);
    if (deployment.spec?.paused || this.isScalingEvent(deployment, sets)) return this.syncScale(deployment, sets);
    return deployment.spec?.strategy?.type === 'Recreate'
      ? this.recreate(deployment, sets)
      : this.roll(deployment, sets);
  }

  private newSetOf(deployment: Stored<Deployment>, sets: Sets): Stored<ReplicaSet> | undefined {
    const wanted = bareTemplate(deployment.spec!.template);
    return sets.find(({ spec }) => isDeepEqual(bareTemplate(spec?.template), wanted));
  }

  private oldSetsOf(sets: Sets, newSet: Stored<ReplicaSet> | undefined): Sets {
    return sets.filter(({ metadata }) => metadata.uid !== newSet?.metadata.uid);
  }

  private isScalingEvent(deployment: Stored<Deployment>, sets: Sets): boolean {
    return sets.some(({ spec, metadata }) => {
      const desired = metadata.annotations?.[DESIRED];
      return (spec?.replicas ?? 0) > 0 && desired !== undefined && Number(desired) !== deployment.spec?.replicas;
    });
  }

  private syncScale(deployment: Stored<Deployment>, sets: Sets): Outcome {
    const newSet = this.newSetOf(deployment, sets);
    const old = this.oldSetsOf(sets, newSet);
    const { replicas = 1 } = deployment.spec!;
    const active = sets.filter(({ spec }) => (spec?.replicas ?? 0) > 0);
    const latest = active.length <= 1 ? (active[0] ?? newSet ?? sets.at(-1)) : undefined;
    let failure: Outcome;
    if (latest) {
      if (latest.spec?.replicas !== replicas || latest.metadata.annotations?.[DESIRED] !== String(replicas)) {
        failure = this.scale(deployment, latest, replicas);
      }
    } else if (newSet && isSaturated(deployment, newSet)) {
      for (const set of old) if ((set.spec?.replicas ?? 0) > 0) failure = this.scale(deployment, set, 0) ?? failure;
    } else if (active.length > 1 && deployment.spec?.strategy?.type !== 'Recreate') {
      const allowed = replicas > 0 ? replicas + fenceposts(deployment).surge : 0;
      const sizes = proportionalSizes(active, allowed, ({ metadata }) => Number(metadata?.annotations?.[MAX] ?? 0));
      for (const set of active) failure = this.scale(deployment, set, sizes.get(set.metadata.name)!) ?? failure;
    }
    if (!failure && deployment.spec?.paused) this.cleanup(deployment, old, newSet);
    return failure ?? this.syncStatus(deployment, sets, newSet);
  }

  private roll(deployment: Stored<Deployment>, known: Sets): Outcome {
    const made = this.ensureNewSet(deployment, known);
    if (typeof made === 'string') return made;
    const { newSet, sets } = made;
    const old = this.oldSetsOf(sets, newSet);
    const total = sets.reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0);
    const current = newSet.spec?.replicas ?? 0;
    const { replicas = 1 } = deployment.spec!;
    const wanted = current > replicas ? replicas : newSetReplicas(deployment, total, current);
    if (wanted !== current) return this.scale(deployment, newSet, wanted) ?? this.syncStatus(deployment, sets, newSet);

    const sizes = scaleDownOldSets(
      deployment,
      { replicas: current, available: newSet.status?.availableReplicas ?? 0 },
      old.map(({ metadata, spec, status }) => ({
        name: metadata.name,
        replicas: spec?.replicas ?? 0,
        available: status?.availableReplicas ?? 0,
      })),
    );
    let failure: Outcome;
    for (const set of old) {
      const size = sizes.get(set.metadata.name)!;
      if (size !== (set.spec?.replicas ?? 0)) failure = this.scale(deployment, set, size) ?? failure;
    }
    if (failure) return failure;
    this.cleanup(deployment, old, newSet);
    return this.syncStatus(deployment, sets, newSet);
  }

  private recreate(deployment: Stored<Deployment>, known: Sets): Outcome {
    const before = this.newSetOf(deployment, known);
    const old = this.oldSetsOf(known, before);
    let failure: Outcome;
    const running = old.filter(({ spec }) => (spec?.replicas ?? 0) > 0);
    for (const set of running) failure = this.scale(deployment, set, 0) ?? failure;
    if (failure || running.length > 0) return failure ?? this.syncStatus(deployment, known, before);
    if (old.some(({ metadata }) => this.hasPods(metadata.uid))) return this.syncStatus(deployment, known, before);
    const made = this.ensureNewSet(deployment, known);
    if (typeof made === 'string') return made;
    const { replicas = 1 } = deployment.spec!;
    if (made.newSet.spec?.replicas !== replicas) failure = this.scale(deployment, made.newSet, replicas);
    if (!failure) this.cleanup(deployment, old, made.newSet);
    return failure ?? this.syncStatus(deployment, made.sets, made.newSet);
  }

  private hasPods(uid: string): boolean {
    return this.pods
      .byIndex('controller', uid)
      .some(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  }

  /** Finds or makes the ReplicaSet of the present template; its revision is one above all others. */
  private ensureNewSet(
    deployment: Stored<Deployment>,
    sets: Sets,
  ): { newSet: Stored<ReplicaSet>; sets: Sets } | string {
    const found = this.newSetOf(deployment, sets);
    const highest = Math.max(0, ...this.oldSetsOf(sets, found).map(revisionOf));
    if (found) {
      const kept = this.bringUpToDate(deployment, found, highest + 1);
      if (typeof kept === 'string') return kept;
      const stale = this.keepRevision(deployment, revisionOf(kept));
      if (stale) return stale;
      return { newSet: kept, sets: sets.map((set) => (set.metadata.uid === kept.metadata.uid ? kept : set)) };
    }
    return this.createSet(deployment, sets, highest + 1);
  }

  /** What the Deployment says of itself goes on to its set; after a rollback that set is the newest revision again. */
  private bringUpToDate(
    deployment: Stored<Deployment>,
    set: Stored<ReplicaSet>,
    revision: number,
  ): Stored<ReplicaSet> | string {
    const annotations = annotationsFor(deployment, set, revision);
    if (isDeepEqual(annotations, set.metadata.annotations)) return set;
    const written = this.client.update('replicasets.apps', { ...set, metadata: { ...set.metadata, annotations } });
    if (revisionOf(set) < revision) this.rollouts.send(keyOf(deployment), 'TEMPLATE_CHANGED');
    if (!written.ok) return written.status.message ?? '';
    if (!deployment.status?.conditions?.some(({ type }) => type === 'Progressing'))
      this.setCondition(deployment, progressing('FoundNewReplicaSet', `Found new replica set "${set.metadata.name}"`));
    return written.object;
  }

  private createSet(
    deployment: Stored<Deployment>,
    sets: Sets,
    revision: number,
  ): { newSet: Stored<ReplicaSet>; sets: Sets } | string {
    const { template, replicas = 1, minReadySeconds } = deployment.spec!;
    const hash = templateHash(template, deployment.status?.collisionCount ?? 0);
    const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
    const total = sets.reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0);
    const size = newSetReplicas(deployment, total, 0);
    const name = `${deployment.metadata.name}-${hash}`;
    const made = this.client.create('replicasets.apps', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name,
        namespace: deployment.metadata.namespace!,
        labels,
        annotations: {
          ...copiedAnnotations(deployment),
          [REVISION]: String(revision),
          [DESIRED]: String(replicas),
          [MAX]: String(replicas + fenceposts(deployment).surge),
        },
        ownerReferences: [ownerReferenceTo(deployment)],
      },
      spec: {
        replicas: size,
        ...(minReadySeconds ? { minReadySeconds } : {}),
        selector: {
          ...deployment.spec!.selector,
          matchLabels: { ...deployment.spec!.selector.matchLabels, [HASH_LABEL]: hash },
        },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    });
    if (!made.ok) return this.notCreated(deployment, name, made.status);
    this.rollouts.send(keyOf(deployment), 'TEMPLATE_CHANGED');
    if (size > 0) this.scalingEvent(deployment, 'up', name, 0, size);
    this.setCondition(deployment, progressing('NewReplicaSetCreated', `Created new replica set "${name}"`));
    const stale = this.keepRevision(deployment, revision);
    if (stale) return stale;
    return { newSet: made.object, sets: [...sets, made.object] };
  }

  private notCreated(deployment: Stored<Deployment>, name: string, failure: Status): string {
    const why = failure.message ?? '';
    if (failure.reason === 'AlreadyExists') {
      // Another template has the same hash: count the collision, so that the next hash differs.
      const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
      if (this.sets.get(deployment.metadata.namespace, name)) this.amend(deployment, { collisionCount });
      return why;
    }
    if (isNamespaceEnding(failure)) return why;
    const reason = 'ReplicaSetCreateError';
    const message = `Failed to create new replica set "${name}": ${why}`;
    if ((deployment.spec?.progressDeadlineSeconds ?? FOREVER) < FOREVER) {
      const failed: Wanted = { type: 'Progressing', status: 'False', reason, message };
      const conditions = withCondition(deployment.status?.conditions ?? [], failed, this.kernel.formatTime());
      this.amend(deployment, { conditions: [...conditions] });
    }
    this.recorder.record('deployments.apps', deployment, 'Warning', reason, message);
    return why;
  }

  private amend(deployment: Stored<Deployment>, part: DeploymentStatus): void {
    this.client.updateStatus('deployments.apps', { ...deployment, status: { ...deployment.status, ...part } });
  }

  private scale(deployment: Stored<Deployment>, set: Stored<ReplicaSet>, size: number): Outcome {
    const { replicas = 1 } = deployment.spec!;
    const before = set.spec?.replicas ?? 0;
    const annotations = {
      ...set.metadata.annotations,
      [DESIRED]: String(replicas),
      [MAX]: String(replicas + fenceposts(deployment).surge),
    };
    const written = this.client.update('replicasets.apps', {
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec!, replicas: size },
    });
    if (!written.ok) return written.status.message;
    if (before !== size) this.scalingEvent(deployment, before < size ? 'up' : 'down', set.metadata.name, before, size);
    return undefined;
  }

  private scalingEvent(
    deployment: Stored<Deployment>,
    direction: 'up' | 'down',
    name: string,
    from: number,
    to: number,
  ): void {
    const message = `Scaled ${direction} replica set ${name} from ${from} to ${to}`;
    this.recorder.record('deployments.apps', deployment, 'Normal', 'ScalingReplicaSet', message);
  }

  private keepRevision(deployment: Stored<Deployment>, revision: number): Outcome {
    if (deployment.metadata.annotations?.[REVISION] === String(revision)) return undefined;
    const annotations = { ...deployment.metadata.annotations, [REVISION]: String(revision) };
    // By way of the status, as upstream does: on the main path an annotation would count as a new generation.
    const written = this.client.updateStatus('deployments.apps', {
      ...deployment,
      metadata: { ...deployment.metadata, annotations },
    });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  /** Old sets beyond the history limit go. */
  private cleanup(deployment: Stored<Deployment>, old: Sets, newSet: Stored<ReplicaSet> | undefined): void {
    if (!deployment.spec?.paused && (!newSet || !isComplete(deployment, newSet, old))) return;
    const limit = deployment.spec?.revisionHistoryLimit ?? 10;
    const idle = old.filter(({ spec, status }) => (spec?.replicas ?? 0) === 0 && (status?.replicas ?? 0) === 0);
    for (const set of [...idle]
      .sort((left, right) => revisionOf(left) - revisionOf(right))
      .slice(0, Math.max(0, idle.length - limit))) {
      this.client.delete('replicasets.apps', set.metadata.namespace, set.metadata.name);
    }
  }

  private syncStatus(deployment: Stored<Deployment>, sets: Sets, newSet: Stored<ReplicaSet> | undefined): Outcome {
    const status = this.statusOf(deployment, sets, newSet);
    if (isDeepEqual(comparable(status), comparable(deployment.status))) return undefined;
    const current = this.client.get('deployments.apps', deployment.metadata.namespace, deployment.metadata.name);
    if (!current.ok) return current.status.code === 404 ? undefined : current.status.message;
    const written = this.client.updateStatus('deployments.apps', { ...current.object, status });
    return written.ok ? undefined : written.status.message;
  }

  private statusOf(
    deployment: Stored<Deployment>,
    sets: Sets,
    newSet: Stored<ReplicaSet> | undefined,
  ): DeploymentStatus {
    const sum = (field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas'): number =>
      sets.reduce((total, { status }) => total + ((status as Record<string, number> | undefined)?.[field] ?? 0), 0);
    const [replicas, ready, available] = [sum('replicas'), sum('readyReplicas'), sum('availableReplicas')];
    const updated = newSet?.status?.replicas ?? 0;
    // Counted by what the ReplicaSets are to have: pods not made yet are unavailable too.
    const wanted = sets.reduce((total, { spec }) => total + (spec?.replicas ?? 0), 0);
    const { collisionCount } = deployment.status ?? {};
    const counts = {
      observedGeneration: deployment.metadata.generation ?? 0,
      ...(replicas ? { replicas } : {}),
      ...(updated ? { updatedReplicas: updated } : {}),
      ...(ready ? { readyReplicas: ready } : {}),
      ...(available ? { availableReplicas: available } : {}),
      ...(sets.length > 0 ? { terminatingReplicas: sum('terminatingReplicas') } : {}),
      ...(wanted > available ? { unavailableReplicas: wanted - available } : {}),
      ...(collisionCount ? { collisionCount } : {}),
    };
    const conditions = this.conditionsFor(deployment, sets, newSet, counts);
    return { ...counts, ...(conditions.length > 0 ? { conditions: [...conditions] } : {}) };
  }

  private conditionsFor(
    deployment: Stored<Deployment>,
    sets: Sets,
    newSet: Stored<ReplicaSet> | undefined,
    counts: DeploymentStatus,
  ): readonly DeploymentCondition[] {
    const { replicas = 1 } = deployment.spec!;
    const now = this.kernel.formatTime();
    const isAvailable = (counts.availableReplicas ?? 0) >= replicas - fenceposts(deployment).unavailable;
    let conditions = this.pendingConditions.get(keyOf(deployment)) ?? deployment.status?.conditions ?? [];
    conditions = withCondition(
      conditions,
      {
        type: 'Available',
        status: isAvailable ? 'True' : 'False',
        reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        message: `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`,
      },
      now,
    );
    const hasDeadline = (deployment.spec?.progressDeadlineSeconds ?? FOREVER) < FOREVER;
    if (!hasDeadline) conditions = conditions.filter(({ type }) => type !== 'Progressing');
    const progress = this.progressOf(deployment, sets, newSet, counts, conditions);
    if (progress && hasDeadline) conditions = withCondition(conditions, progress, now);
    const failure = [newSet, ...sets]
      .flatMap((set) => set?.status?.conditions ?? [])
      .find(({ type }) => type === 'ReplicaFailure');
    conditions = conditions.filter(({ type }) => type !== 'ReplicaFailure');
    if (failure) conditions = withCondition(conditions, { ...failure }, now);
    this.pendingConditions.delete(keyOf(deployment));
    return conditions;
  }

  /** What the turn found out before its status is written. */
  private readonly pendingConditions = new Map<string, readonly DeploymentCondition[]>();

  private setCondition(deployment: Stored<Deployment>, condition: Wanted): void {
    const key = keyOf(deployment);
    const before = this.pendingConditions.get(key) ?? deployment.status?.conditions ?? [];
    this.pendingConditions.set(key, withCondition(before, condition, this.kernel.formatTime(), true));
  }

  private progressOf(
    deployment: Stored<Deployment>,
    sets: Sets,
    newSet: Stored<ReplicaSet> | undefined,
    counts: DeploymentStatus,
    conditions: readonly DeploymentCondition[],
  ): Wanted | undefined {
    const key = keyOf(deployment);
    const deadline = deployment.spec?.progressDeadlineSeconds;
    const current = conditions.find(({ type }) => type === 'Progressing');
    if (deployment.spec?.paused) {
      this.rollouts.send(key, 'PAUSED');
      // That it did not get on is not hidden behind a pause.
      return current?.reason === 'DeploymentPaused' || current?.reason === 'ProgressDeadlineExceeded'
        ? undefined
        : { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' };
    }
    if (current?.reason === 'DeploymentPaused') {
      this.rollouts.send(key, 'RESUMED');
      return { type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' };
    }
    const isOver =
      (counts.replicas ?? 0) === (counts.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
    // A rollout that is over is none again because pods come and go.
    if (isOver) {
      this.rollouts.send(key, newSet && isComplete(deployment, newSet, []) ? 'COMPLETED' : 'PROGRESSED');
      return undefined;
    }
    const what = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
    if (newSet && isComplete(deployment, newSet, this.oldSetsOf(sets, newSet))) {
      this.rollouts.send(key, 'COMPLETED');
      return progressing('NewReplicaSetAvailable', `${what} has successfully progressed.`);
    }
    if (hasProgressed(counts, deployment.status)) {
      this.rollouts.send(key, 'PROGRESSED');
      return { ...progressing('ReplicaSetUpdated', `${what} is progressing.`), isRefreshed: true };
    }
    if (current && deadline !== undefined && deadline < FOREVER) {
      if (current.reason === 'ProgressDeadlineExceeded' || current.reason === 'NewReplicaSetAvailable')
        return undefined;
      const elapsedMs =
        this.kernel.options.epochMs + this.kernel.turn.cursor - Date.parse(current.lastUpdateTime ?? '');
      if (elapsedMs >= deadline * 1000) {
        this.rollouts.send(key, 'DEADLINE_EXCEEDED');
        return {
          type: 'Progressing',
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: `${what} has timed out progressing.`,
        };
      }
      this.queue.addAfter(key, deadline * 1000 - elapsedMs, true);
    }
    return undefined;
  }
}
