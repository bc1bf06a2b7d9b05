/**
 * DaemonSet: one pod on every node that fits.
 * Upstream: pkg/controller/daemon/{daemon_controller,update}.go.
 */
import type { DaemonSet, DaemonSetStatus } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import { matchesLabels, selectorOf } from '../../api/selectors.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { Expectations } from '../expectations.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byController, byNamespace, claim, controllerOf } from '../owners.ts';
import {
  createPod,
  deletePod,
  isNamespaceEnding,
  podFromTemplate,
  slowStart,
  type PodControl,
} from '../pod-control.ts';
import { isPodAvailable, isPodReady } from '../pods.ts';
import { claimRevisions, currentRevision, truncateHistory } from '../revisions.ts';
import { affinityTo, daemonTolerations, fitsNode, targetOf } from './daemon-nodes.ts';
import { daemonMachine } from './machine.ts';
import { allowsSurge, daemonLimits, replaceByDeletion, replaceBySurge, type NodePods } from './rolling-update.ts';

const HASH_LABEL = 'controller-revision-hash';
const GENERATION_LABEL = 'pod-template-generation';
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
/** Pods made or deleted in one turn at most (BurstReplicas). */
const BURST = 250;
const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 900_000;

interface Backoff {
  readonly delayMs: number;
  readonly at: number;
}

interface Duties {
  readonly missing: string[];
  readonly surplus: Stored<Pod>[];
}

export class DaemonSetController extends ManagedController {
  private readonly sets: Informer<'daemonsets.apps'>;
  private readonly pods: Informer<'pods'>;
  private readonly nodes: Informer<'nodes'>;
  private readonly revisions: Informer<'controllerrevisions.apps'>;
  private readonly expectations: Expectations;
  private readonly control: PodControl;
  private readonly rollouts: Lives;
  /** Set and node to how long a failed pod there is left before it is deleted. */
  private backoffs = new Map<string, Backoff>();

  constructor(manager: Manager) {
    super(manager, 'daemonset', 'daemonset-controller');
    this.sets = this.shared('daemonsets.apps', byNamespace);
    this.pods = this.shared('pods', byController);
    this.nodes = this.shared('nodes');
    this.revisions = this.shared('controllerrevisions.apps', byController);
    this.expectations = new Expectations(this.kernel);
    this.rollouts = this.follow(daemonMachine, 'daemonset');
    const { kernel, client, recorder } = this;
    this.control = { kernel, client, recorder, resource: 'daemonsets.apps' };
    this.sets.onChange((next, old) => {
      const key = keyOf((next ?? old)!);
      if (!next) {
        this.expectations.forget(key);
        this.rollouts.forget(key);
      }
      this.queue.add(key);
    });
    this.pods.onChange((next, old) => this.podChanged(next, old));
    this.nodes.onChange((next, old) => {
      if (next && old && isDeepEqual(next.spec, old.spec) && isDeepEqual(next.metadata.labels, old.metadata.labels))
        return;
      for (const set of this.sets.list()) this.queue.add(keyOf(set));
    });
  }

  private podChanged(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    const pod = (next ?? old)!;
    const owner = controllerOf(pod);
    const { namespace = '' } = pod.metadata;
    if (owner?.kind === 'DaemonSet') {
      const key = `${namespace}/${owner.name}`;
      if (!old) this.expectations.observeAdd(key);
      if (!next || next.metadata.deletionTimestamp) this.expectations.observeDelete(key, pod.metadata.uid);
      if (!old || !next || matters(old, next)) this.queue.add(key);
    } else if (!owner && next && (!old || old.metadata.labels !== next.metadata.labels)) {
      for (const set of this.sets.byIndex('namespace', namespace)) {
        const selector = selectorOf(set.spec?.selector);
        if (selector && matchesLabels(selector, next.metadata.labels)) this.queue.add(keyOf(set));
      }
    }
  }

  protected reconcile(key: string): Outcome {
    const set = this.sets.byKey(key);
    if (!set || set.metadata.deletionTimestamp) return undefined;
    const known = claimRevisions(this.client, set, 'daemonsets.apps', this.revisions);
    const found = currentRevision(this.client, set, known);
    if (!found.ok) return found.message;
    const hash = found.update.metadata.labels?.[HASH_LABEL] ?? '';
    let failure: Outcome;
    if (this.expectations.areMet(key)) {
      failure = this.manage(key, set, hash);
      const isRolling = set.spec?.updateStrategy?.type !== 'OnDelete';
      if (failure === undefined && isRolling && this.expectations.areMet(key)) failure = this.roll(key, set, hash);
      const pods = this.pods.byIndex('controller', set.metadata.uid);
      truncateHistory(this.client, set, found.all, ({ metadata }) => {
        const label = metadata.labels?.[HASH_LABEL];
        return label === hash || pods.some((pod) => pod.metadata.labels?.[HASH_LABEL] === label);
      });
    }
    // The status is written also when pods could not be made.
    const unwritten = this.writeStatus(key, set, hash, found.collisionCount);
    return failure ?? unwritten;
  }

  /** The pods of every node, also of nodes that are none of the set's. */
  private byNode(set: Stored<DaemonSet>): readonly NodePods[] {
    const pods = claim<Pod>({
      client: this.client,
      ownerResource: 'daemonsets.apps',
      owner: set,
      selector: selectorOf(set.spec?.selector),
      resource: 'pods',
      owned: this.pods.byIndex('controller', set.metadata.uid),
      orphans: this.pods.byIndex('orphan', set.metadata.namespace ?? ''),
    });
    const byNode = new Map<string, Stored<Pod>[]>();
    for (const pod of pods) {
      const node = targetOf(pod) ?? '';
      const there = byNode.get(node);
      if (there) there.push(pod);
      else byNode.set(node, [pod]);
    }
    return [...this.nodes.list()].map((node) => ({
      node: node.metadata.name,
      shouldRun: fitsNode(set, node).shouldRun,
      pods: byNode.get(node.metadata.name) ?? [],
    }));
  }

  private manage(key: string, set: Stored<DaemonSet>, hash: string): Outcome {
    const duties: Duties = { missing: [], surplus: [] };
    for (const place of this.byNode(set)) {
      const node = this.nodes.get(undefined, place.node);
      if (node) this.judge(key, set, hash, place, fitsNode(set, node).shouldContinue, duties);
    }
    return this.syncNodes(key, set, hash, duties.surplus, duties.missing);
  }

  private judge(
    key: string,
    set: Stored<DaemonSet>,
    hash: string,
    { node, shouldRun, pods }: NodePods,
    shouldContinue: boolean,
    { missing, surplus }: Duties,
  ): void {
    if (shouldRun && pods.length === 0) {
      missing.push(node);
      return;
    }
    const living = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    if (!shouldContinue) {
      surplus.push(...living);
      return;
    }
    const running = living.filter((pod) => {
      const { phase } = pod.status ?? {};
      if (phase === 'Failed' && this.mayKillFailed(key, set, node)) {
        const text = `Found failed daemon pod ${keyOf(pod)} on node ${node}, will try to kill it`;
        this.recorder.record('daemonsets.apps', set, 'Warning', 'FailedDaemonPod', text);
        surplus.push(pod);
      } else if (phase === 'Succeeded') {
        const text = `Found succeeded daemon pod ${keyOf(pod)} on node ${node}, will try to delete it`;
        this.recorder.record('daemonsets.apps', set, 'Normal', 'SucceededDaemonPod', text);
        surplus.push(pod);
      }
      return phase !== 'Failed' && phase !== 'Succeeded';
    });
    if (running.length > 1) surplus.push(...this.excess(set, hash, running));
  }

  /** All but the oldest; with surge a new pod that is not ready may stand beside an old one that is. */
  private excess(set: Stored<DaemonSet>, hash: string, running: readonly Stored<Pod>[]): readonly Stored<Pod>[] {
    const ordered = [...running].sort(oldestFirst);
    if (!allowsSurge(set)) return ordered.slice(1);
    const isUpdated = (pod: Stored<Pod>): boolean => pod.metadata.labels?.[HASH_LABEL] === hash;
    const next = ordered.find(isUpdated);
    const old = ordered.find((pod) => !isUpdated(pod));
    const kept =
      next && old
        ? this.isAvailable(set, next)
          ? [next]
          : isPodReady(old) || this.isAvailable(set, old)
            ? [next, old]
            : [next]
        : [next ?? old];
    return ordered.filter((pod) => !kept.includes(pod));
  }

  private mayKillFailed(key: string, set: Stored<DaemonSet>, node: string): boolean {
    const entry = `${set.metadata.uid}/${set.metadata.generation ?? 0}/${node}`;
    const before = this.backoffs.get(entry);
    const now = this.kernel.turn.cursor;
    if (before && now - before.at < before.delayMs) {
      this.queue.addAfter(key, before.at + before.delayMs - now);
      return false;
    }
    // Forgotten after twice the longest delay, as upstream's collector does.
    const isFresh = !before || now - before.at > 2 * BACKOFF_MAX_MS;
    const delayMs = isFresh ? BACKOFF_MS : Math.min(before.delayMs * 2, BACKOFF_MAX_MS);
    this.backoffs.set(entry, { delayMs, at: now });
    return true;
  }

  private isAvailable(set: Stored<DaemonSet>, pod: Stored<Pod>): boolean {
    return isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, this.nowEpochMs);
  }

  private roll(key: string, set: Stored<DaemonSet>, hash: string): Outcome {
    const nodes = this.byNode(set);
    const limits = daemonLimits(set, nodes.filter(({ shouldRun }) => shouldRun).length);
    const judges = {
      isUpdated: (pod: Stored<Pod>): boolean => pod.metadata.labels?.[HASH_LABEL] === hash,
      isAvailable: (pod: Stored<Pod>): boolean => this.isAvailable(set, pod),
    };
    const { toDelete, toCreateOn } =
      limits.surge === 0
        ? replaceByDeletion(nodes, limits.unavailable, judges)
        : replaceBySurge(nodes, limits.surge, judges);
    return this.syncNodes(key, set, hash, toDelete, toCreateOn);
  }

  private syncNodes(
    key: string,
    set: Stored<DaemonSet>,
    hash: string,
    surplus: readonly Stored<Pod>[],
    missing: readonly string[],
  ): Outcome {
    const toCreate = missing.slice(0, BURST);
    const toDelete = surplus.slice(0, BURST);
    if (toCreate.length === 0 && toDelete.length === 0) return undefined;
    this.expectations.expect(
      key,
      toCreate.length,
      toDelete.map(({ metadata }) => metadata.uid),
    );
    const { done, failure } = slowStart(
      this.kernel,
      toCreate.map((node) => () => createPod(this.control, set, this.podFor(set, node, hash))),
    );
    if (done < toCreate.length) this.expectations.observeAdd(key, toCreate.length - done);
    let refused: Outcome;
    this.kernel.parallel(
      toDelete.map((pod) => () => {
        const status = deletePod(this.control, set, pod);
        if (!status) return;
        this.expectations.observeDelete(key, pod.metadata.uid);
        if (status.code !== 404) refused ??= status.message;
      }),
    );
    if (failure && !isNamespaceEnding(failure)) return failure.message;
    return refused;
  }

  private podFor(set: Stored<DaemonSet>, node: string, hash: string): Pod {
    const { template } = set.spec!;
    const spec = template.spec!;
    const labels = {
      ...template.metadata?.labels,
      [HASH_LABEL]: hash,
      [GENERATION_LABEL]: set.metadata.annotations?.[TEMPLATE_GENERATION] ?? '1',
    };
    const pod = podFromTemplate(template, set, { labels });
    return { ...pod, spec: { ...spec, affinity: affinityTo(spec, node), tolerations: daemonTolerations(spec) } };
  }

  private writeStatus(key: string, set: Stored<DaemonSet>, hash: string, collisionCount: number): Outcome {
    const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
    for (const { shouldRun, pods } of this.byNode(set)) {
      if (!shouldRun) {
        if (pods.length > 0) counts.misscheduled += 1;
        continue;
      }
      counts.desired += 1;
      const [pod] = [...pods].sort(oldestFirst);
      if (!pod) continue;
      counts.current += 1;
      if (isPodReady(pod)) counts.ready += 1;
      if (this.isAvailable(set, pod)) counts.available += 1;
      if (pod.metadata.labels?.[HASH_LABEL] === hash) counts.updated += 1;
    }
    const isWhole = counts.available === counts.desired && counts.misscheduled === 0;
    this.rollouts.send(key, counts.updated < counts.current ? 'UPDATE' : isWhole ? 'SETTLE' : 'SPREAD');
    const minReady = set.spec?.minReadySeconds ?? 0;
    if (minReady > 0 && counts.ready !== counts.available) this.queue.addAfter(key, minReady * 1000);
    const unavailable = counts.desired - counts.available;
    const status: DaemonSetStatus = {
      currentNumberScheduled: counts.current,
      numberMisscheduled: counts.misscheduled,
      desiredNumberScheduled: counts.desired,
      numberReady: counts.ready,
      observedGeneration: set.metadata.generation ?? 0,
      ...(counts.updated ? { updatedNumberScheduled: counts.updated } : {}),
      ...(counts.available ? { numberAvailable: counts.available } : {}),
      ...(unavailable > 0 ? { numberUnavailable: unavailable } : {}),
      ...(collisionCount > 0 ? { collisionCount } : {}),
    };
    if (isDeepEqual(status, set.status)) return undefined;
    const written = this.client.updateStatus('daemonsets.apps', { ...set, status });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  protected override saveOwn(): unknown {
    return { expectations: this.expectations.save(), backoffs: new Map(this.backoffs) };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as { expectations: unknown; backoffs: ReadonlyMap<string, Backoff> };
    this.expectations.load(saved.expectations);
    this.backoffs = new Map(saved.backoffs);
  }
}

/** Scheduled pods before others, then by age. */
function oldestFirst(left: Stored<Pod>, right: Stored<Pod>): number {
  const [a, b] = [left.metadata.creationTimestamp, right.metadata.creationTimestamp];
  return (
    Number(Boolean(right.spec?.nodeName)) - Number(Boolean(left.spec?.nodeName)) ||
    (a < b ? -1 : a > b ? 1 : left.metadata.name < right.metadata.name ? -1 : 1)
  );
}

function matters(old: Stored<Pod>, next: Stored<Pod>): boolean {
  return (
    isPodReady(old) !== isPodReady(next) ||
    old.status?.phase !== next.status?.phase ||
    old.metadata.labels !== next.metadata.labels ||
    Boolean(old.metadata.deletionTimestamp) !== Boolean(next.metadata.deletionTimestamp)
  );
}
