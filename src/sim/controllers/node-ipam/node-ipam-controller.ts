/** Each node's share of the pod addresses: a /24 of the cluster's range. Upstream: pkg/controller/nodeipam/ipam/range_allocator.go. */
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';

export class NodeIpamController extends ManagedController {
  private readonly nodes: Informer<'nodes'>;
  private taken = new Map<string, number>();
  /** The blocks above, to look them up; none below `firstFree` is free. */
  private used = new Set<number>();
  private firstFree = 0;

  constructor(
    manager: Manager,
    /** `10.244.0.0/16`. */
    private readonly podCidr: string,
  ) {
    super(manager, 'node-ipam');
    this.nodes = this.shared('nodes');
    this.nodes.onChange((next, old) => {
      if (!next && old) this.release(old.metadata.name);
      else if (next && !next.spec?.podCIDR) this.queue.add(next.metadata.name);
    });
  }

  protected reconcile(name: string): Outcome {
    const node = this.nodes.get(undefined, name);
    if (!node || node.spec?.podCIDR) return undefined;
    const cidr = this.blockOf(name);
    if (cidr === undefined) {
      this.recorder.record('nodes', node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`);
      return 'CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range';
    }
    const patched = this.client.patch('nodes', undefined, name, 'merge', { spec: { podCIDR: cidr, podCIDRs: [cidr] } });
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }

  private blockOf(name: string): string | undefined {
    const [base = '', bits = '16'] = this.podCidr.split('/');
    const [first = 0, second = 0] = base.split('.').map(Number);
    const limit = 2 ** (24 - Number(bits));
    for (let block = this.firstFree; block < limit; block += 1) {
      if (this.used.has(block)) continue;
      this.taken.set(name, block);
      this.used.add(block);
      this.firstFree = block + 1;
      return `${first}.${second + (block >> 8)}.${block & 255}.0/24`;
    }
    return undefined;
  }

  private release(name: string): void {
    const block = this.taken.get(name);
    if (block === undefined) return;
    this.taken.delete(name);
    this.used.delete(block);
    this.firstFree = Math.min(this.firstFree, block);
  }

  protected override saveOwn(): unknown {
    return new Map(this.taken);
  }

  protected override loadOwn(own: unknown): void {
    this.taken = new Map(own as Map<string, number>);
    this.used = new Set(this.taken.values());
    this.firstFree = 0;
  }
}
