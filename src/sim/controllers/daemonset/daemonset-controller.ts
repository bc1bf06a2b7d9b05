/**
 * DaemonSet: one pod on every node that fits. Upstream: pkg/controller/daemon/{daemon_controller,update}.go.
 * Left out: maxSurge above 0, rollback by ControllerRevision (revisions are the template hash on the pods).
 */
import type { DaemonSet, DaemonSetStatus } from 'kubernetes-types/apps/v1';
import type { Node, Pod, PodSpec, Toleration } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import { isDeepEqual, type ApiServerPort } from '../../apiserver/index.ts';
import { Controller, type Informer, type Outcome } from '../../client/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { matchesNodeSelector, tolerates } from '../../api/node-fit.ts';
import { controllerOptions } from '../identity.ts';
import { byController, controllerOf, ownerReferenceTo } from '../owners.ts';
import { isPodAvailable, isPodReady } from '../pods.ts';
import { templateHash } from '../template-hash.ts';

const HASH_LABEL = 'controller-revision-hash';
const BURST = 250;

/** Tolerations that every daemon pod gets (AddOrUpdateDaemonPodTolerations). */
function daemonTolerations(spec: PodSpec): Toleration[] {
  const noExecute = ['not-ready', 'unreachable'].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoExecute',
  }));
  const names = [
    'disk-pressure',
    'memory-pressure',
    'pid-pressure',
    'unschedulable',
    ...(spec.hostNetwork ? ['network-unavailable'] : []),
  ];
  const noSchedule = names.map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoSchedule',
  }));
  const present = spec.tolerations ?? [];
  const added = [...noExecute, ...noSchedule].filter(
    (item) =>
      !present.some(
        (other) => other.key === item.key && other.effect === item.effect && other.operator === item.operator,
      ),
  );
  return [...present, ...added] as Toleration[];
}

export class DaemonSetController extends Controller {
  private readonly sets: Informer<'daemonsets.apps'>;
  private readonly pods: Informer<'pods'>;
  private readonly nodes: Informer<'nodes'>;
  /** Nodes for which a pod was asked for and has not been seen yet, by set and node. */
  private expected = new Map<string, number>();

  constructor(kernel: Kernel, api: ApiServerPort) {
    super(kernel, api, controllerOptions('daemonset', 'daemonset-controller'));
    this.sets = this.informer('daemonsets.apps');
    this.pods = this.informer('pods', { indexes: byController });
    this.nodes = this.informer('nodes');
    this.sets.onChange((next, old) => this.queue.add(keyOf((next ?? old)!)));
    this.pods.onChange((next, old) => {
      const pod = (next ?? old)!;
      const owner = controllerOf(pod);
      if (owner?.kind !== 'DaemonSet') return;
      const target = targetOf(pod);
      if (!old && target) this.expected.delete(`${owner.uid}/${target}`);
      if (
        !old ||
        !next ||
        isPodReady(old) !== isPodReady(next) ||
        old.status?.phase !== next.status?.phase ||
        Boolean(old.metadata.deletionTimestamp) !== Boolean(next.metadata.deletionTimestamp)
      ) {
        this.queue.add(`${pod.metadata.namespace}/${owner.name}`);
      }
    });
    this.nodes.onChange((next, old) => {
      if (next && old && isDeepEqual(next.spec, old.spec) && isDeepEqual(next.metadata.labels, old.metadata.labels))
        return;
      for (const set of this.sets.list()) this.queue.add(keyOf(set));
    });
  }

  protected reconcile(key: string): Outcome {
    const set = this.sets.byKey(key);
    if (!set || set.metadata.deletionTimestamp) return undefined;
    const hash = templateHash(set.spec!.template);
    const owned = this.pods.byIndex('controller', set.metadata.uid);
    const byNode = new Map<string, Stored<Pod>[]>();
    for (const pod of owned) {
      const node = targetOf(pod) ?? '';
      byNode.set(node, [...(byNode.get(node) ?? []), pod]);
    }
    const failure = this.manage(set, hash, byNode);
    if (failure) return failure;
    if (set.spec?.updateStrategy?.type !== 'OnDelete') this.update(set, hash, byNode);
    return this.writeStatus(set, hash, byNode);
  }

  private manage(set: Stored<DaemonSet>, hash: string, byNode: ReadonlyMap<string, readonly Stored<Pod>[]>): Outcome {
    const missing: string[] = [];
    const surplus: Stored<Pod>[] = [];
    for (const node of this.nodes.list()) {
      const { shouldRun, shouldContinue } = fitsNode(set, node);
      const pods = (byNode.get(node.metadata.name) ?? []).filter(({ metadata }) => !metadata.deletionTimestamp);
      const failed = pods.filter(({ status }) => status?.phase === 'Failed');
      for (const pod of failed) {
        const text = `Found failed daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${node.metadata.name}, will try to kill it`;
        this.recorder.record('daemonsets.apps', set, 'Warning', 'FailedDaemonPod', text);
      }
      surplus.push(...failed, ...(shouldContinue ? pods.filter((pod) => !failed.includes(pod)).slice(1) : pods));
      const isAwaited = this.expected.has(`${set.metadata.uid}/${node.metadata.name}`);
      const isTerminating = (byNode.get(node.metadata.name) ?? []).some(({ metadata }) => metadata.deletionTimestamp);
      if (shouldRun && pods.length === 0 && !isAwaited && !isTerminating) missing.push(node.metadata.name);
    }
    let failure: Outcome;
    const batch = missing.slice(0, BURST);
    this.kernel.parallel(batch.map((node) => () => (failure = this.createPod(set, node, hash) ?? failure)));
    this.kernel.parallel(
      [...new Set(surplus)].map((pod) => () => {
        const gone = this.client.delete('pods', pod.metadata.namespace, pod.metadata.name, {
          preconditions: { uid: pod.metadata.uid },
        });
        if (gone.ok)
          this.recorder.record(
            'daemonsets.apps',
            set,
            'Normal',
            'SuccessfulDelete',
            `Deleted pod: ${pod.metadata.name}`,
          );
      }),
    );
    if (missing.length > BURST) this.queue.addAfter(keyOf(set), 1000);
    return failure;
  }

  private createPod(set: Stored<DaemonSet>, node: string, hash: string): Outcome {
    const { template } = set.spec!;
    const spec = template.spec!;
    const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const here = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
    const terms = required?.nodeSelectorTerms.map((term) => ({ ...term, matchFields: here.matchFields })) ?? [here];
    this.expected.set(`${set.metadata.uid}/${node}`, this.kernel.turn.cursor);
    const made = this.client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        generateName: `${set.metadata.name}-`,
        namespace: set.metadata.namespace!,
        labels: {
          ...template.metadata?.labels,
          [HASH_LABEL]: hash,
          'pod-template-generation': String(set.metadata.generation ?? 1),
        },
        ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
        ownerReferences: [ownerReferenceTo(set)],
      },
      spec: {
        ...spec,
        affinity: {
          ...spec.affinity,
          nodeAffinity: {
            ...spec.affinity?.nodeAffinity,
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
          },
        },
        tolerations: daemonTolerations(spec),
      },
    });
    if (made.ok) {
      this.recorder.record(
        'daemonsets.apps',
        set,
        'Normal',
        'SuccessfulCreate',
        `Created pod: ${made.object.metadata.name}`,
      );
      return undefined;
    }
    this.expected.delete(`${set.metadata.uid}/${node}`);
    this.recorder.record('daemonsets.apps', set, 'Warning', 'FailedCreate', `Error creating: ${made.status.message}`);
    return made.status.message;
  }

  /** Deletes old pods, as many at once as maxUnavailable allows; their nodes get new ones. */
  private update(set: Stored<DaemonSet>, hash: string, byNode: ReadonlyMap<string, readonly Stored<Pod>[]>): void {
    const nodes = [...this.nodes.list()].filter((node) => fitsNode(set, node).shouldRun);
    const wanted = set.spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
    const allowed =
      typeof wanted === 'number' ? wanted : Math.ceil((Number(wanted.replace('%', '')) * nodes.length) / 100);
    const nowEpochMs = this.kernel.options.epochMs + this.kernel.turn.cursor;
    let unavailable = 0;
    const old: Stored<Pod>[] = [];
    for (const { metadata } of nodes) {
      const pods = (byNode.get(metadata.name) ?? []).filter((pod) => !pod.metadata.deletionTimestamp);
      const pod = pods[0];
      const isUp = pod !== undefined && isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowEpochMs);
      if (!isUp) unavailable += 1;
      if (!pod || pod.metadata.labels?.[HASH_LABEL] === hash) continue;
      if (isUp) old.push(pod);
      else this.deleteOld(set, pod);
    }
    for (const pod of old.slice(0, Math.max(0, allowed - unavailable))) this.deleteOld(set, pod);
  }

  private deleteOld(set: Stored<DaemonSet>, pod: Stored<Pod>): void {
    const gone = this.client.delete('pods', pod.metadata.namespace, pod.metadata.name, {
      preconditions: { uid: pod.metadata.uid },
    });
    if (gone.ok)
      this.recorder.record('daemonsets.apps', set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }

  private writeStatus(
    set: Stored<DaemonSet>,
    hash: string,
    byNode: ReadonlyMap<string, readonly Stored<Pod>[]>,
  ): Outcome {
    const nowEpochMs = this.kernel.options.epochMs + this.kernel.turn.cursor;
    const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
    for (const node of this.nodes.list()) {
      const pod = byNode.get(node.metadata.name)?.find(({ metadata }) => !metadata.deletionTimestamp);
      if (!fitsNode(set, node).shouldRun) {
        if (pod) counts.misscheduled += 1;
        continue;
      }
      counts.desired += 1;
      if (!pod) continue;
      counts.current += 1;
      if (isPodReady(pod)) counts.ready += 1;
      if (isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowEpochMs)) counts.available += 1;
      if (pod.metadata.labels?.[HASH_LABEL] === hash) counts.updated += 1;
    }
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
    };
    if (isDeepEqual(status, set.status)) return undefined;
    const written = this.client.updateStatus('daemonsets.apps', { ...set, status });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  protected override saveOwn(): unknown {
    return new Map(this.expected);
  }

  protected override loadOwn(own: unknown): void {
    this.expected = new Map(own as Map<string, number>);
  }
}

/** The node that a daemon pod is for: where it is, or where its affinity points. */
function targetOf(pod: Stored<Pod>): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.[0]?.values?.[0];
}

/** Whether a pod should be started there, and whether one that runs there may stay (NodeShouldRunDaemonPod). */
function fitsNode(set: Stored<DaemonSet>, node: Stored<Node>): { shouldRun: boolean; shouldContinue: boolean } {
  const spec = set.spec!.template.spec!;
  if (!matchesNodeSelector(spec, node)) return { shouldRun: false, shouldContinue: false };
  const tolerations = daemonTolerations(spec);
  const taints = node.spec?.taints ?? [];
  const blocks = (effect: string): boolean =>
    taints.some((taint) => taint.effect === effect && !tolerates(tolerations, taint));
  return { shouldRun: !blocks('NoSchedule') && !blocks('NoExecute'), shouldContinue: !blocks('NoExecute') };
}
