/**
 * Node lifecycle: notices nodes that stopped reporting, taints them, and evicts what does not tolerate that.
 * Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go, pkg/controller/tainteviction/taint_eviction.go.
 * NoExecute taints are set at the normal rate of 0.1 nodes a second; per-zone disruption modes are left out.
 */
import type { Node, NodeCondition, Pod, Taint } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { toleratesTaint } from '../../api/node-fit.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { conditionOf } from '../pods.ts';

const MONITOR_MS = 5_000;
export const NODE_MONITOR_GRACE_MS = 50_000;
const EVICTION_INTERVAL_MS = 10_000;
const PREFIX = 'node.kubernetes.io/';

const BY_CONDITION: readonly (readonly [type: string, status: string, taint: string])[] = [
  ['Ready', 'False', 'not-ready'],
  ['Ready', 'Unknown', 'unreachable'],
  ['MemoryPressure', 'True', 'memory-pressure'],
  ['DiskPressure', 'True', 'disk-pressure'],
  ['PIDPressure', 'True', 'pid-pressure'],
  ['NetworkUnavailable', 'True', 'network-unavailable'],
];
const MANAGED = new Set([...BY_CONDITION.map(([, , taint]) => PREFIX + taint), `${PREFIX}unschedulable`]);

export class NodeLifecycleController extends ManagedController {
  private readonly nodes: Informer<'nodes'>;
  private readonly leases: Informer<'leases.coordination.k8s.io'>;
  private readonly pods: Informer<'pods'>;
  /** Node to when a heartbeat was last seen, by this controller's own clock. */
  private seen = new Map<string, { readonly renewed: string; readonly at: number }>();
  private lastEvictionAt = -EVICTION_INTERVAL_MS;

  constructor(manager: Manager) {
    super(manager, 'node', 'node-controller');
    this.nodes = this.shared('nodes');
    this.leases = this.shared('leases.coordination.k8s.io');
    this.pods = this.shared('pods', { node: ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []) });
    this.nodes.onChange((next, old) => {
      if (next && !old)
        this.recorder.record(
          'nodes',
          next,
          'Normal',
          'RegisteredNode',
          `Node ${next.metadata.name} event: Registered Node ${next.metadata.name} in Controller`,
        );
      if (!next && old) {
        this.seen.delete(old.metadata.name);
        this.recorder.record(
          'nodes',
          old,
          'Normal',
          'RemovingNode',
          `Node ${old.metadata.name} event: Removing Node ${old.metadata.name} from Controller`,
        );
      }
      if (
        next &&
        (!old ||
          !isDeepEqual(next.status?.conditions?.map(bare), old.status?.conditions?.map(bare)) ||
          next.spec !== old.spec)
      ) {
        this.queue.add(next.metadata.name);
      }
    });
    this.pods.onChange((next, old) => {
      if (next?.spec?.nodeName && next.spec.nodeName !== old?.spec?.nodeName) {
        const node = this.nodes.get(undefined, next.spec.nodeName);
        if (node && noExecute(node).length > 0) this.evictFrom(node, [next]);
      }
    });
  }

  protected override start(): void {
    super.start();
    this.kernel.schedule(MONITOR_MS, this.id, 'monitor', undefined, true);
  }

  protected override handleOther(action: string, payload: unknown): void {
    if (action === 'evict')
      return this.evict(payload as { namespace: string; name: string; uid: string; node: string });
    this.kernel.assert(action === 'monitor', `${this.id} has no action ${action}`);
    this.monitor();
    this.kernel.schedule(MONITOR_MS, this.id, 'monitor', undefined, true);
  }

  private monitor(): void {
    const now = this.kernel.now;
    for (const node of this.nodes.list()) {
      const { name } = node.metadata;
      const lease = this.leases.get('kube-node-lease', name)?.spec?.renewTime ?? '';
      const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
      const renewed = `${lease}/${ready?.lastHeartbeatTime ?? ''}`;
      const before = this.seen.get(name);
      if (before?.renewed !== renewed) this.seen.set(name, { renewed, at: now });
      else if (now - before.at > NODE_MONITOR_GRACE_MS && ready?.status !== 'Unknown') this.markUnknown(node);
      if (ready && ready.status !== 'True') this.taintNoExecute(node, ready.status);
    }
  }

  private markUnknown(node: Stored<Node>): void {
    const now = this.kernel.formatTime();
    const types = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];
    const conditions = types.map((type): NodeCondition => {
      const before = node.status?.conditions?.find((condition) => condition.type === type);
      return {
        type,
        status: 'Unknown',
        reason: before ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
        message: before ? 'Kubelet stopped posting node status.' : 'Kubelet never posted node status.',
        ...(before?.lastHeartbeatTime ? { lastHeartbeatTime: before.lastHeartbeatTime } : {}),
        lastTransitionTime: now,
      };
    });
    const others = (node.status?.conditions ?? []).filter(({ type }) => !types.includes(type));
    const written = this.client.updateStatus('nodes', {
      ...node,
      status: { ...node.status, conditions: [...others, ...conditions] },
    });
    if (!written.ok) return;
    const { name } = node.metadata;
    this.recorder.record('nodes', node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
    for (const pod of this.pods.byIndex('node', name)) this.markPodNotReady(pod);
  }

  private markPodNotReady(pod: Stored<Pod>): void {
    const ready = conditionOf(pod, 'Ready');
    if (ready?.status !== 'True') return;
    const { namespace, name } = pod.metadata;
    const condition = { type: 'Ready', status: 'False', lastTransitionTime: this.kernel.formatTime() };
    this.client.patch('pods', namespace, name, 'strategic', { status: { conditions: [condition] } }, 'status');
    this.recorder.record('pods', pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  }

  /** NoSchedule taints follow the conditions at once. */
  protected reconcile(name: string): Outcome {
    const node = this.nodes.get(undefined, name);
    if (!node) return undefined;
    const wanted = BY_CONDITION.filter(([type, status]) =>
      node.status?.conditions?.some((condition) => condition.type === type && condition.status === status),
    ).map(([, , taint]): Taint => ({ key: PREFIX + taint, effect: 'NoSchedule' }));
    if (node.spec?.unschedulable) wanted.push({ key: `${PREFIX}unschedulable`, effect: 'NoSchedule' });
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
    const taints = node.spec?.taints ?? [];
    const kept = taints.filter(({ key, effect }) => {
      if (!MANAGED.has(key)) return true;
      if (effect === 'NoExecute') return ready?.status !== 'True';
      return effect !== 'NoSchedule' || wanted.some((taint) => taint.key === key);
    });
    const added = wanted.filter(
      (taint) => !kept.some(({ key, effect }) => key === taint.key && effect === taint.effect),
    );
    const next = [...kept, ...added.map((taint) => ({ ...taint, timeAdded: this.kernel.formatTime() }))];
    const outcome = next.length === taints.length && added.length === 0 ? undefined : this.writeTaints(node, next);
    if (noExecute(node).length > 0) this.evictFrom(node, this.pods.byIndex('node', name));
    return outcome;
  }

  private taintNoExecute(node: Stored<Node>, status: string): void {
    const key = PREFIX + (status === 'Unknown' ? 'unreachable' : 'not-ready');
    const taints = node.spec?.taints ?? [];
    if (taints.some((taint) => taint.key === key && taint.effect === 'NoExecute')) return;
    if (this.kernel.now - this.lastEvictionAt < EVICTION_INTERVAL_MS) return;
    this.lastEvictionAt = this.kernel.now;
    const others = taints.filter(({ key: other, effect }) => effect !== 'NoExecute' || !MANAGED.has(other));
    this.writeTaints(node, [...others, { key, effect: 'NoExecute', timeAdded: this.kernel.formatTime() }]);
  }

  private writeTaints(node: Stored<Node>, taints: readonly Taint[]): Outcome {
    const body = {
      metadata: { resourceVersion: node.metadata.resourceVersion },
      spec: { taints: taints.length > 0 ? taints : null },
    };
    const patched = this.client.patch('nodes', undefined, node.metadata.name, 'merge', body);
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }

  private evictFrom(node: Stored<Node>, pods: readonly Stored<Pod>[]): void {
    const taints = noExecute(node);
    for (const pod of pods) {
      if (pod.metadata.deletionTimestamp) continue;
      const seconds = toleratedSeconds(pod, taints);
      if (seconds === undefined) continue;
      const { namespace = '', name, uid } = pod.metadata;
      this.kernel.schedule(seconds * 1000, this.id, 'evict', { namespace, name, uid, node: node.metadata.name });
    }
  }

  private evict(target: { namespace: string; name: string; uid: string; node: string }): void {
    const pod = this.pods.get(target.namespace, target.name);
    const node = this.nodes.get(undefined, target.node);
    if (!pod || !node || pod.metadata.uid !== target.uid || pod.metadata.deletionTimestamp) return;
    if (toleratedSeconds(pod, noExecute(node)) === undefined) return;
    this.recorder.record(
      'pods',
      pod,
      'Normal',
      'TaintManagerEviction',
      `Marking for deletion Pod ${target.namespace}/${target.name}`,
    );
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: this.kernel.formatTime(),
    };
    this.client.patch(
      'pods',
      target.namespace,
      target.name,
      'strategic',
      { status: { conditions: [condition] } },
      'status',
    );
    this.client.delete('pods', target.namespace, target.name, { preconditions: { uid: target.uid } });
  }

  protected override saveOwn(): unknown {
    return { seen: new Map(this.seen), lastEvictionAt: this.lastEvictionAt };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as { seen: ReadonlyMap<string, { renewed: string; at: number }>; lastEvictionAt: number };
    this.seen = new Map(saved.seen);
    this.lastEvictionAt = saved.lastEvictionAt;
  }
}

const bare = ({ type, status }: NodeCondition): string => `${type}=${status}`;

const noExecute = (node: Stored<Node>): readonly Taint[] =>
  (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');

/** Seconds until a pod has to go; undefined when it may stay for ever or nothing drives it out. */
function toleratedSeconds(pod: Pod, taints: readonly Taint[]): number | undefined {
  if (taints.length === 0) return undefined;
  let least: number | undefined;
  for (const taint of taints) {
    const matching = (pod.spec?.tolerations ?? []).filter((toleration) => toleratesTaint(toleration, taint));
    if (matching.length === 0) return 0;
    for (const { tolerationSeconds } of matching) {
      if (tolerationSeconds !== undefined)
        least = Math.min(least ?? Number.POSITIVE_INFINITY, Math.max(0, tolerationSeconds));
    }
  }
  return least;
}
