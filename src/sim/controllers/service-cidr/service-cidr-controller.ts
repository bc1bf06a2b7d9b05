/**
 * Holds ServiceCIDRs that addresses are of, and says when they are ready.
 * Upstream: pkg/controller/servicecidrs/servicecidrs_controller.go. Left out: ranges that lie within others.
 */
import type { Stored } from '../../api/object.ts';
import type { ServiceCidr } from '../../api/resource-types.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';

const CIDRS = 'servicecidrs.networking.k8s.io';
const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
/** So long a deletion is let be seen, so that nothing more is allocated. */
const DELETION_GRACE_MS = 10_000;
const READY = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const HELD = {
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

export class ServiceCidrController extends ManagedController {
  private readonly ranges: Informer<typeof CIDRS>;
  private readonly addresses: Informer<'ipaddresses.networking.k8s.io'>;

  constructor(manager: Manager) {
    super(manager, 'service-cidrs', 'service-cidr-controller');
    this.ranges = this.shared(CIDRS);
    this.addresses = this.shared('ipaddresses.networking.k8s.io');
    this.ranges.onChange((next, old) => this.queue.add((next ?? old)!.metadata.name));
    this.addresses.onChange((next) => {
      if (next) return;
      for (const { metadata } of this.ranges.list()) if (metadata.deletionTimestamp) this.queue.add(metadata.name);
    });
  }

  protected reconcile(name: string): Outcome {
    const range = this.ranges.get(undefined, name);
    if (!range) return undefined;
    const { deletionTimestamp, finalizers = [] } = range.metadata;
    if (!deletionTimestamp) {
      if (finalizers.includes(FINALIZER)) return this.say(range, READY);
      return this.patch(name, { metadata: { finalizers: [...finalizers, FINALIZER] } });
    }
    if (this.isHeld(range)) return this.say(range, HELD);
    const left = this.leftOf(deletionTimestamp, DELETION_GRACE_MS);
    if (left > 0) {
      this.queue.addAfter(name, left);
      return undefined;
    }
    if (!finalizers.includes(FINALIZER)) return undefined;
    const rest = finalizers.filter((item) => item !== FINALIZER);
    return this.patch(name, { metadata: { finalizers: rest.length > 0 ? rest : null } });
  }

  /** Addresses that no other range has would be orphans. */
  private isHeld(range: Stored<ServiceCidr>): boolean {
    const others = [...this.ranges.list()].filter(({ metadata }) => metadata.uid !== range.metadata.uid);
    return [...this.addresses.list()].some(
      ({ metadata }) => isIn(range, metadata.name) && !others.some((other) => isIn(other, metadata.name)),
    );
  }

  private say(range: Stored<ServiceCidr>, wanted: typeof READY): Outcome {
    const [before] = range.status?.conditions ?? [];
    const { status, reason, message } = wanted;
    if (before?.status === status && before.reason === reason && before.message === message) return undefined;
    const condition = { type: 'Ready', ...wanted, lastTransitionTime: this.kernel.formatTime() };
    const written = this.client.updateStatus(CIDRS, { ...range, status: { conditions: [condition] } });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  private patch(name: string, body: unknown): Outcome {
    const patched = this.client.patch(CIDRS, undefined, name, 'merge', body);
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }
}

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

function isIn({ spec }: ServiceCidr, address: string): boolean {
  return (spec?.cidrs ?? []).some((cidr) => {
    const [base = '', bits = '32'] = cidr.split('/');
    const size = 2 ** (32 - Number(bits));
    const offset = numberOf(address) - numberOf(base);
    return offset >= 0 && offset < size;
  });
}
