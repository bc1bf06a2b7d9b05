/**
 * CoreDNS in one pod: answers for the cluster's names from its own copy of Services and EndpointSlices.
 * Upstream: coredns/coredns plugin/kubernetes, kubernetes/dns docs/specification.md. Answers are not cached here, since a
 * cache would only repeat them; names outside go to the internet.
 */
import type { ApiServerPort } from '../apiserver/index.ts';
import { Controller, type Informer, type Outcome } from '../client/index.ts';
import { coreDnsId, FlatMachine, hashText, type Kernel } from '../kernel/index.ts';
import { coreDnsMachine } from './machine.ts';

export const CLUSTER_DOMAIN = 'cluster.local';
const SYNC_MS = 50;
const life = new FlatMachine(coreDnsMachine);

export type Rcode = 'NOERROR' | 'NXDOMAIN' | 'NODATA' | 'SERVFAIL' | 'REFUSED';

export interface DnsAnswer {
  readonly rcode: Rcode;
  readonly addresses: readonly string[];
  readonly canonicalName?: string;
  readonly note?: string;
  /** The name is not of the cluster: it was forwarded. */
  readonly isForwarded?: boolean;
}

const NXDOMAIN: DnsAnswer = { rcode: 'NXDOMAIN', addresses: [] };

export class CoreDns extends Controller {
  private readonly services: Informer<'services'>;
  private readonly slices: Informer<'endpointslices.discovery.k8s.io'>;
  private readonly namespaces: Informer<'namespaces'>;
  private state = life.start().state;
  private since = 0;

  constructor(kernel: Kernel, api: ApiServerPort, namespace: string, pod: string) {
    super(kernel, api, {
      id: coreDnsId(namespace, pod),
      reporter: 'coredns',
      user: {
        name: 'system:serviceaccount:kube-system:coredns',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
      },
    });
    this.services = this.informer('services');
    this.slices = this.informer('endpointslices.discovery.k8s.io', {
      indexes: {
        service: ({ metadata }) => [`${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`],
      },
    });
    this.namespaces = this.informer('namespaces');
  }

  lives(): readonly { instance: string; machine: string; state: string; since: number }[] {
    return [{ instance: this.id, machine: life.id, state: life.leaves[this.state]!, since: this.since }];
  }

  get isSynced(): boolean {
    return life.leaves[this.state] === 'serving';
  }

  protected override start(): void {
    super.start();
    this.kernel.schedule(SYNC_MS, this.id, 'listed');
  }

  protected reconcile(): Outcome {
    return undefined;
  }

  protected override handleOther(action: string): void {
    this.kernel.assert(action === 'listed', `${this.id} has no action ${action}`);
    const moved = life.next(this.state, { type: 'LISTED' });
    this.state = moved.state;
    this.since = this.kernel.turn.cursor;
    this.kernel.emit('transition', {
      machine: life.id,
      instance: this.id,
      from: moved.from,
      to: moved.to,
      on: 'LISTED',
    });
    this.kernel.emit('dns.sync', { names: this.services.size });
  }

  /** `name` is absolute, without the final dot. */
  answer(name: string, type: 'A' | 'AAAA'): DnsAnswer {
    const lower = name.toLowerCase();
    if (lower !== CLUSTER_DOMAIN && !lower.endsWith(`.${CLUSTER_DOMAIN}`)) return outside(lower, type);
    if (!this.isSynced)
      return { rcode: 'SERVFAIL', addresses: [], note: 'plugin/kubernetes: not synced with the API server yet' };
    const labels = lower
      .slice(0, -CLUSTER_DOMAIN.length - 1)
      .split('.')
      .reverse();
    const [zone, namespace, service, endpoint, ...more] = labels;
    if (zone === 'pod' && namespace && service && !endpoint) return this.podAnswer(namespace, service, type);
    if (zone !== 'svc' || !namespace || more.length > 0) return NXDOMAIN;
    if (!this.namespaces.get(undefined, namespace)) return NXDOMAIN;
    if (!service) return { rcode: 'NODATA', addresses: [] };
    return this.serviceAnswer(namespace, service, endpoint, type);
  }

  /** PTR: a Service by its cluster address, an endpoint of a headless Service by its own. */
  nameOf(address: string): string | undefined {
    if (!this.isSynced) return undefined;
    for (const { metadata, spec } of this.services.list())
      if (spec?.clusterIP === address) return `${metadata.name}.${metadata.namespace}.svc.${CLUSTER_DOMAIN}`;
    for (const { metadata, endpoints } of this.slices.list()) {
      const service = metadata.labels?.['kubernetes.io/service-name'] ?? '';
      if (this.services.get(metadata.namespace, service)?.spec?.clusterIP !== 'None') continue;
      const found = endpoints?.find(({ addresses }) => addresses.includes(address));
      const host = found && (found.hostname ?? address.replaceAll('.', '-'));
      if (host) return `${host}.${service}.${metadata.namespace}.svc.${CLUSTER_DOMAIN}`;
    }
    return undefined;
  }

  private podAnswer(namespace: string, dashed: string, type: 'A' | 'AAAA'): DnsAnswer {
    if (!this.namespaces.get(undefined, namespace) || !/^\d+-\d+-\d+-\d+$/.test(dashed)) return NXDOMAIN;
    return type === 'A' ? found([dashed.replaceAll('-', '.')]) : { rcode: 'NODATA', addresses: [] };
  }

  private serviceAnswer(namespace: string, name: string, endpoint: string | undefined, type: 'A' | 'AAAA'): DnsAnswer {
    const service = this.services.get(namespace, name);
    if (!service?.spec) return NXDOMAIN;
    if (service.spec.type === 'ExternalName') {
      const target = service.spec.externalName ?? '';
      return { ...this.answer(target, type), canonicalName: target };
    }
    const isHeadless = service.spec.clusterIP === 'None';
    if (!isHeadless) {
      if (endpoint) return NXDOMAIN;
      return type === 'A' ? found([service.spec.clusterIP ?? '']) : { rcode: 'NODATA', addresses: [] };
    }
    const addresses = this.slices
      .byIndex('service', `${namespace}/${name}`)
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .filter((item) => !endpoint || item.hostname === endpoint || item.addresses[0]?.replaceAll('.', '-') === endpoint)
      .flatMap((item) => item.addresses);
    if (addresses.length === 0) return NXDOMAIN;
    return type === 'A' ? found(addresses) : { rcode: 'NODATA', addresses: [] };
  }

  protected override saveOwn(): unknown {
    return { state: this.state, since: this.since };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as { state: number; since: number };
    this.state = saved.state;
    this.since = saved.since;
  }
}

const found = (addresses: readonly string[]): DnsAnswer => ({ rcode: 'NOERROR', addresses });

/** The world outside: names that look like real ones have an address of the documentation range 203.0.113.0/24. */
function outside(name: string, type: 'A' | 'AAAA'): DnsAnswer {
  const isReal = /^([a-z0-9-]+\.)+[a-z]{2,}$/.test(name) && !/\.(invalid|internal|local|svc)$/.test(name);
  if (!isReal) return { ...NXDOMAIN, isForwarded: true };
  if (type === 'AAAA') return { rcode: 'NODATA', addresses: [], isForwarded: true };
  return { ...found([`203.0.113.${1 + (hashText(name) % 250)}`]), isForwarded: true };
}
