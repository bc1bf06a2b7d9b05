/**
 * Pods of nodes that are gone. Upstream: pkg/controller/podgc/gc_controller.go. Finished pods above the threshold of 12,500
 * are left to their owners.
 */
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';

const GC_MS = 20_000;
const QUARANTINE_MS = 40_000;

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
    for (const pod of this.pods.list()) {
      const node = pod.spec?.nodeName;
      const { namespace, name, deletionTimestamp } = pod.metadata;
      if (!node) {
        if (deletionTimestamp) this.client.delete('pods', namespace, name, { gracePeriodSeconds: 0 });
        continue;
      }
      if (this.nodes.get(undefined, node)) continue;
      const since = this.missingSince.get(node) ?? this.kernel.now;
      missing.set(node, since);
      if (this.kernel.now - since < QUARANTINE_MS) continue;
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
        lastTransitionTime: this.kernel.formatTime(),
      };
      this.client.patch(
        'pods',
        namespace,
        name,
        'strategic',
        { status: { phase: 'Failed', conditions: [condition] } },
        'status',
      );
      this.client.delete('pods', namespace, name, { gracePeriodSeconds: 0 });
    }
    this.missingSince = missing;
    this.kernel.schedule(GC_MS, this.id, 'collect', undefined, true);
  }

  protected override saveOwn(): unknown {
    return new Map(this.missingSince);
  }

  protected override loadOwn(own: unknown): void {
    this.missingSince = new Map(own as Map<string, number>);
  }
}
