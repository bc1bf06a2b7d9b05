/** How long kubelets may keep Secrets and ConfigMaps, by the size of the cluster. Upstream: pkg/controller/ttl/ttl_controller.go. */
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** From so many nodes, so many seconds; back again only below the smaller number. */
const STEPS: readonly { readonly above: number; readonly below: number; readonly seconds: number }[] = [
  { below: 0, above: 100, seconds: 0 },
  { below: 90, above: 500, seconds: 15 },
  { below: 450, above: 1000, seconds: 30 },
  { below: 900, above: 2000, seconds: 60 },
  { below: 1800, above: Number.POSITIVE_INFINITY, seconds: 300 },
];

export class NodeTtlController extends ManagedController {
  private readonly nodes: Informer<'nodes'>;
  private step = 0;

  constructor(manager: Manager) {
    super(manager, 'ttl');
    this.nodes = this.shared('nodes');
    this.nodes.onChange((next, old) => {
      const count = this.nodes.size;
      if (count > STEPS[this.step]!.above) this.step += 1;
      else if (count < STEPS[this.step]!.below) this.step -= 1;
      if (next && (!old || next.metadata.annotations?.[ANNOTATION] !== old.metadata.annotations?.[ANNOTATION]))
        this.queue.add(next.metadata.name);
    });
  }

  protected reconcile(name: string): Outcome {
    const node = this.nodes.get(undefined, name);
    const wanted = String(STEPS[this.step]!.seconds);
    if (!node || node.metadata.annotations?.[ANNOTATION] === wanted) return undefined;
    const body = { metadata: { annotations: { [ANNOTATION]: wanted } } };
    const patched = this.client.patch('nodes', undefined, name, 'strategic', body);
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }

  protected override saveOwn(): unknown {
    return this.step;
  }

  protected override loadOwn(own: unknown): void {
    this.step = own as number;
  }
}
