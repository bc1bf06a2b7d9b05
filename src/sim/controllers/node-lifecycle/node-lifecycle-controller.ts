/**
 * Node lifecycle: notices nodes that stopped reporting, and taints them, zone by zone at a limited rate.
 * Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go.
 */
import type { Node, NodeCondition, Pod, Taint } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { conditionOf } from '../pods.ts';
import { byNode } from '../taint-eviction/taint-eviction-controller.ts';
import { healthMachine } from './machine.ts';
import { intervalOf, isReady, zonesOf } from './zones.ts';

const MONITOR_MS = 5_000;
export const NODE_MONITOR_GRACE_MS = 50_000;
const STARTUP_GRACE_MS = 60_000;
const PREFIX = 'node.kubernetes.io/';

const BY_CONDITION: readonly (readonly [type: string, status: string, taint: string])[] = [
  ['Ready', 'False', 'not-ready'],
  ['Ready', 'Unknown', 'unreachable'],
  ['MemoryPressure', 'True', 'memory-pressure'],
  ['DiskPressure', 'True', 'disk-pressure'],
  ['PIDPressure', 'True', 'pid-pressure'],
  ['NetworkUnavailable', 'True', 'network-unavailable'],
];
/** Upstream: labelReconcileInfo. */
const OLD_LABELS = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const;
const MANAGED = new Set([...BY_CONDITION.map(([, , taint]) => PREFIX + taint), `${PREFIX}unschedulable`]);

export class NodeLifecycleController extends ManagedController {
  private readonly nodes: Informer<'nodes'>;
  private readonly leases: Informer<'leases.coordination.k8s.io'>;
  private readonly pods: Informer<'pods'>;
  /** Node to when a heartbeat was last seen, by this controller's own clock. */
  private seen = new Map<string, { readonly renewed: string; readonly at: number }>();
  /** Zone to when a node of it was last given up. */
  private givenUpAt = new Map<string, number>();
  private wereAllDown = false;
  private readonly health: Lives;

  constructor(manager: Manager) {
    super(manager, 'node', 'node-controller');
    this.nodes = this.shared('nodes');
    this.leases = this.shared('leases.coordination.k8s.io');
    this.pods = this.shared('pods', byNode);
    this.health = this.follow(healthMachine, 'node-health');
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
        this.health.forget(old.metadata.name);
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
          next.spec !== old.spec ||
          next.metadata.labels !== old.metadata.labels)
      ) {
        this.queue.add(next.metadata.name);
      }
    });
  }

  protected override start(): void {
    super.start();
    this.kernel.schedule(MONITOR_MS, this.id, 'monitor', undefined, true);
  }

  protected override handleOther(action: string): void {
    this.kernel.assert(action === 'monitor', `${this.id} has no action ${action}`);
    this.monitor();
    this.kernel.schedule(MONITOR_MS, this.id, 'monitor', undefined, true);
  }

  /**
   * A controller manager that reaches no API server loses its lease within 10 s and ends; the one after it knows of no
   * heartbeat before its own time, so nobody is given up for what could not be heard.
   */
  private monitor(): void {
    if (!this.client.api.isListening) {
      this.seen.clear();
      return;
    }
    const now = this.kernel.now;
    for (const node of this.nodes.list()) {
      const { name } = node.metadata;
      const lease = this.leases.get('kube-node-lease', name)?.spec?.renewTime ?? '';
      const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
      const renewed = `${lease}/${ready?.lastHeartbeatTime ?? ''}`;
      const before = this.seen.get(name);
      if (before?.renewed !== renewed) this.seen.set(name, { renewed, at: now });
      else if (now - before.at > (ready ? NODE_MONITOR_GRACE_MS : STARTUP_GRACE_MS) && ready?.status !== 'Unknown')
        this.markUnknown(node);
    }
    this.taintZones();
  }

  private markUnknown(node: Stored<Node>): void {
    const now = this.kernel.formatTime();
    const types = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];
    const conditions = types.map((type): NodeCondition => {
      const before = node.status?.conditions?.find((condition) => condition.type === type);
      if (before?.status === 'Unknown') return before;
      return {
        type,
        status: 'Unknown',
        reason: before ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
        message: before ? 'Kubelet stopped posting node status.' : 'Kubelet never posted node status.',
        lastHeartbeatTime: before ? before.lastHeartbeatTime! : node.metadata.creationTimestamp,
        lastTransitionTime: now,
      };
    });
    const before = node.status?.conditions ?? [];
    // Those that are there change in their places.
    const kept = before.map((old) => conditions.find(({ type }) => type === old.type) ?? old);
    const added = conditions.filter(({ type }) => !before.some((old) => old.type === type));
    const written = this.client.updateStatus('nodes', {
      ...node,
      status: { ...node.status, conditions: [...kept, ...added] },
    });
    // Of a node that was not Ready before nothing new is told.
    if (!written.ok || !isReady(node)) return;
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

  protected reconcile(name: string): Outcome {
    const node = this.nodes.get(undefined, name);
    if (!node) return undefined;
    this.health.send(name, lifeEvent(node));
    return this.labelAsOfOld(node) ?? this.taintByConditions(node);
  }

  /** Nodes carry the beta names of two labels beside the present ones. */
  private labelAsOfOld(node: Stored<Node>): Outcome {
    const { labels = {}, name } = node.metadata;
    const missing = OLD_LABELS.filter(([now, old]) => labels[now] !== undefined && labels[old] !== labels[now]);
    if (missing.length === 0) return undefined;
    const body = { metadata: { labels: Object.fromEntries(missing.map(([now, old]) => [old, labels[now]])) } };
    const patched = this.client.patch('nodes', undefined, name, 'strategic', body);
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }

  /** NoSchedule taints follow the conditions at once. */
  private taintByConditions(node: Stored<Node>): Outcome {
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
    return next.length === taints.length && added.length === 0 ? undefined : this.writeTaints(node, next);
  }

  /** NoExecute taints come at a rate for each zone; when every zone is down, it is the network: all are taken back. */
  private taintZones(): void {
    const zones = zonesOf(this.nodes.list());
    const judged = zones.filter(({ size }) => size > 0);
    const areAllDown = judged.length > 0 && judged.every(({ state }) => state === 'FullDisruption');
    // Whoever was cut off from all of them has to listen anew, before giving anyone up.
    if (this.wereAllDown && !areAllDown) this.listenAnew();
    this.wereAllDown = areAllDown;
    for (const zone of zones) {
      const interval = intervalOf(zone);
      for (const node of zone.nodes) {
        if (areAllDown) this.takeBack(node);
        else if (!isReady(node) && interval !== undefined) this.giveUp(node, zone.name, interval);
      }
    }
  }

  private listenAnew(): void {
    for (const [name, { renewed }] of this.seen) this.seen.set(name, { renewed, at: this.kernel.now });
  }

  private takeBack(node: Stored<Node>): void {
    const taints = node.spec?.taints ?? [];
    const kept = taints.filter(({ key, effect }) => effect !== 'NoExecute' || !MANAGED.has(key));
    if (kept.length < taints.length) this.writeTaints(node, kept);
  }

  private giveUp(node: Stored<Node>, zone: string, intervalMs: number): void {
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
    if (!ready) return;
    const key = PREFIX + (ready.status === 'Unknown' ? 'unreachable' : 'not-ready');
    const taints = node.spec?.taints ?? [];
    if (taints.some((taint) => taint.key === key && taint.effect === 'NoExecute')) return;
    const others = taints.filter((taint) => taint.effect !== 'NoExecute' || !MANAGED.has(taint.key));
    const isSwap = others.length < taints.length;
    if (!isSwap && this.kernel.now - (this.givenUpAt.get(zone) ?? Number.NEGATIVE_INFINITY) < intervalMs) return;
    if (!isSwap) this.givenUpAt.set(zone, this.kernel.now);
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

  protected override saveOwn(): unknown {
    return { seen: new Map(this.seen), givenUpAt: new Map(this.givenUpAt), wereAllDown: this.wereAllDown };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as {
      seen: ReadonlyMap<string, { renewed: string; at: number }>;
      givenUpAt: ReadonlyMap<string, number>;
      wereAllDown: boolean;
    };
    this.seen = new Map(saved.seen);
    this.givenUpAt = new Map(saved.givenUpAt);
    this.wereAllDown = saved.wereAllDown;
  }
}

/** What the Ready condition and the taints say of a node's life. */
function lifeEvent(node: Stored<Node>): string {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  if (ready === 'True') return 'READY';
  if (node.spec?.taints?.some(({ key, effect }) => effect === 'NoExecute' && MANAGED.has(key))) return 'GIVE_UP';
  return ready === 'Unknown' ? 'SILENCE' : 'NOT_READY';
}

const bare = ({ type, status }: NodeCondition): string => `${type}=${status}`;
