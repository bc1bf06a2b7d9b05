/**
 * Force-deletes pods that nobody else will: finished ones above a threshold, those of nodes that are gone or out of service,
 * and terminating ones that no node has. Whatever has not finished is marked Failed first.
 * Upstream: pkg/controller/podgc/gc_controller.go.
 */
import type { Pod, PodCondition } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { isReady } from '../node-lifecycle/zones.ts';

const GC_MS = 20_000;
const QUARANTINE_MS = 40_000;
/** `--terminated-pod-gc-threshold` */
const FINISHED_KEPT = 12_500;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export class PodGcController extends ManagedController {
  private readonly pods: Informer<'pods'>;
  private readonly nodes: Informer<'nodes'>;
  private missingSince = new Map<string, number>();

  constructor(manager: Manager) {
    super(manager, 'pod-garbage-collector', 'pod-garbage-collector');
    this.pods = this.shared('pods');
    this.nodes = this.shared('nodes');
  }

  protected override start(): void {
    super.start();
    this.kernel.schedule(GC_MS, this.id, 'collect', undefined, true);
  }

  protected reconcile(): Outcome {
    return undefined;
  }

  protected override handleOther(action: string): void {
    this.kernel.assert(action === 'collect', `${this.id} has no action ${action}`);
    const missing = new Map<string, number>();
    const finished: Stored<Pod>[] = [];
    for (const pod of this.pods.list()) {
      if (isFinished(pod)) finished.push(pod);
      const { deletionTimestamp } = pod.metadata;
      const name = pod.spec?.nodeName;
      const node = name ? this.nodes.get(undefined, name) : undefined;
      if (!name) {
        if (deletionTimestamp) this.collect(pod);
      } else if (node) {
        const isOut = !isReady(node) && node.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE);
        if (deletionTimestamp && isOut) this.collect(pod);
      } else {
        const since = this.missingSince.get(name) ?? this.kernel.now;
        missing.set(name, since);
        if (this.kernel.now - since >= QUARANTINE_MS) this.collect(pod, this.orphaned(pod));
      }
    }
    this.missingSince = missing;
    const surplus = finished.length - FINISHED_KEPT;
    if (surplus > 0) for (const pod of finished.sort(byEvictionAndAge).slice(0, surplus)) this.collect(pod);
    this.kernel.schedule(GC_MS, this.id, 'collect', undefined, true);
  }

  private orphaned({ metadata }: Stored<Pod>): PodCondition {
    const condition = {
      type: 'DisruptionTarget',
      observedGeneration: metadata.generation ?? 1,
      status: 'True',
      reason: 'DeletionByPodGC',
      message: 'PodGC: node no longer exists',
      lastTransitionTime: this.kernel.formatTime(),
    };
    return condition as PodCondition;
  }

  private collect(pod: Stored<Pod>, condition?: PodCondition): void {
    const { namespace, name } = pod.metadata;
    if (!isFinished(pod)) {
      const status = { phase: 'Failed', ...(condition ? { conditions: [condition] } : {}) };
      const marked = this.client.patch('pods', namespace, name, 'strategic', { status }, 'status');
      if (!marked.ok) return;
    }
    this.client.delete('pods', namespace, name, { gracePeriodSeconds: 0 });
  }

  protected override saveOwn(): unknown {
    return new Map(this.missingSince);
  }

  protected override loadOwn(own: unknown): void {
    this.missingSince = new Map(own as Map<string, number>);
  }
}

const isFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Evicted pods go first, then the oldest. */
function byEvictionAndAge(left: Stored<Pod>, right: Stored<Pod>): number {
  const rank = ({ metadata, status }: Stored<Pod>): string =>
    `${status?.reason === 'Evicted' ? 0 : 1}/${metadata.creationTimestamp}/${metadata.name}`;
  const [a, b] = [rank(left), rank(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}
