/**
 * Cluster addresses and node ports of Services.
 * Upstream: pkg/registry/core/service/{storage,ipallocator,portallocator}. IPv4 only; the allocations are kept in memory
 * beside the store, as bitmaps in etcd are upstream.
 */
import type { Service, ServicePort } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { fieldInvalid, type FieldError } from '../api/status.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Draft, RequestContext } from './context.ts';

export interface ServiceAddressState {
  readonly addresses: ReadonlyMap<string, string>;
  readonly ports: ReadonlyMap<number, string>;
}

const NODE_PORT_LOW = 30_000;
const NODE_PORT_HIGH = 32_767;
/** The lower band is for ports that people choose: min(max(16, size / 32), 128) of 2768. */
const NODE_PORT_BAND = 86;

export class ServiceAddresses {
  /** Address or port to the `namespace/name` that holds it. */
  private addresses = new Map<string, string>();
  private ports = new Map<number, string>();
  private readonly base: number;
  private readonly size: number;
  private readonly band: number;

  constructor(
    private readonly kernel: Kernel,
    private readonly cidr: string,
  ) {
    const [address = '', bits = '16'] = cidr.split('/');
    this.base = toNumber(address);
    this.size = 2 ** (32 - Number(bits));
    this.band = Math.min(Math.max(16, Math.floor(this.size / 16)), 256);
  }

  /** Fills in what the Service leaves open; faults where it asks for what is taken or not in range. */
  allocate(context: RequestContext, draft: Draft, old: Stored | undefined): readonly FieldError[] {
    if (context.kind.kind !== 'Service') return [];
    const service = draft as unknown as Service;
    const owner = `${draft.metadata.namespace}/${draft.metadata.name}`;
    const before = (old as Stored<Service> | undefined)?.spec;
    const { spec } = service;
    if (!spec) return [];
    if (spec.type === 'ExternalName') {
      draft['spec'] = withoutAddresses(spec);
      return [];
    }
    const next = { ...spec };
    const errors = this.allocateAddress(next, before, owner);
    const needsPorts = next.type === 'NodePort' || next.type === 'LoadBalancer';
    if (needsPorts) {
      const own = new Set((next.ports ?? []).map(({ nodePort }) => nodePort));
      next.ports = (next.ports ?? []).map((port, index) => {
        const given = this.allocatePort(port, index, before?.ports, owner, own, errors);
        own.add(given.nodePort);
        return given;
      });
    } else if (next.ports?.some(({ nodePort }) => nodePort) && before && before.type !== next.type) {
      next.ports = next.ports.map(({ nodePort: _nodePort, ...port }) => port);
    }
    this.allocateHealthPort(next, before);
    draft['spec'] = next;
    return errors;
  }

  /** Where a load balancer asks a node whether it has endpoints of its own. */
  private allocateHealthPort(next: NonNullable<Service['spec']>, before: Service['spec']): void {
    if (next.type !== 'LoadBalancer' || next.externalTrafficPolicy !== 'Local') return;
    const own = new Set(next.ports?.map(({ nodePort }) => nodePort));
    next.healthCheckNodePort ||= before?.healthCheckNodePort || this.freePort(own);
  }

  /** Called with what has been stored. */
  keep(context: RequestContext, stored: Stored): void {
    if (context.kind.kind !== 'Service') return;
    const { spec, metadata } = stored as Stored<Service>;
    const owner = `${metadata.namespace}/${metadata.name}`;
    this.drop(owner);
    if (spec?.clusterIP && spec.clusterIP !== 'None') this.addresses.set(spec.clusterIP, owner);
    for (const { nodePort } of spec?.ports ?? []) if (nodePort) this.ports.set(nodePort, owner);
    if (spec?.healthCheckNodePort) this.ports.set(spec.healthCheckNodePort, owner);
  }

  release(context: RequestContext, old: Stored): void {
    if (context.kind.kind === 'Service') this.drop(`${old.metadata.namespace}/${old.metadata.name}`);
  }

  save(): ServiceAddressState {
    return { addresses: new Map(this.addresses), ports: new Map(this.ports) };
  }

  load(state: ServiceAddressState): void {
    this.addresses = new Map(state.addresses);
    this.ports = new Map(state.ports);
  }

  private drop(owner: string): void {
    for (const [address, holder] of this.addresses) if (holder === owner) this.addresses.delete(address);
    for (const [port, holder] of this.ports) if (holder === owner) this.ports.delete(port);
  }

  private allocateAddress(spec: NonNullable<Service['spec']>, before: Service['spec'], owner: string): FieldError[] {
    if (before?.clusterIP && !spec.clusterIP) spec.clusterIP = before.clusterIP;
    const asked = spec.clusterIP || spec.clusterIPs?.[0];
    const errors: FieldError[] = [];
    if (asked && asked !== 'None' && asked !== before?.clusterIP) {
      const holder = this.addresses.get(asked);
      const offset = toNumber(asked) - this.base;
      if (holder && holder !== owner) {
        errors.push(
          fieldInvalid('spec.clusterIPs', [asked], `failed to allocate IP ${asked}: provided IP is already allocated`),
        );
      } else if (!(offset > 0 && offset < this.size - 1)) {
        errors.push(
          fieldInvalid(
            'spec.clusterIPs',
            [asked],
            `failed to allocate IP ${asked}: the provided network does not match the current range. The range of valid IPs is ${this.cidr}`,
          ),
        );
      }
    }
    spec.clusterIP = asked || this.freeAddress();
    spec.clusterIPs = [spec.clusterIP];
    if (spec.clusterIP !== 'None' || spec.selector) {
      spec.ipFamilies ??= ['IPv4'];
      spec.ipFamilyPolicy ??= 'SingleStack';
    }
    return errors;
  }

  private freeAddress(): string {
    const stream = this.kernel.stream('kube-apiserver/service-addresses');
    const upper = this.size - this.band - 2;
    const start = stream.below(upper);
    for (let offset = 0; offset < upper; offset += 1) {
      const address = toText(this.base + this.band + ((start + offset) % upper));
      if (!this.addresses.has(address)) return address;
    }
    for (let offset = 1; offset < this.band; offset += 1) {
      const address = toText(this.base + offset);
      if (!this.addresses.has(address)) return address;
    }
    this.kernel.emit('limit', { what: 'service addresses', limit: this.size });
    return '';
  }

  private allocatePort(
    port: ServicePort,
    index: number,
    before: readonly ServicePort[] | undefined,
    owner: string,
    /** Node ports that the same Service asks for or has been given. */
    own: ReadonlySet<number | undefined>,
    errors: FieldError[],
  ): ServicePort {
    const same = before?.find(
      (item) => item.port === port.port && (item.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    const asked = port.nodePort || same?.nodePort;
    if (!asked) return { ...port, nodePort: this.freePort(own) };
    const holder = this.ports.get(asked);
    const field = `spec.ports[${index}].nodePort`;
    if (asked < NODE_PORT_LOW || asked > NODE_PORT_HIGH) {
      errors.push(
        fieldInvalid(
          field,
          asked,
          `provided port is not in the valid range. The range of valid ports is ${NODE_PORT_LOW}-${NODE_PORT_HIGH}`,
        ),
      );
    } else if (holder && holder !== owner) {
      errors.push(fieldInvalid(field, asked, 'provided port is already allocated'));
    }
    return { ...port, nodePort: asked };
  }

  private freePort(own: ReadonlySet<number | undefined>): number {
    const stream = this.kernel.stream('kube-apiserver/node-ports');
    const low = NODE_PORT_LOW + NODE_PORT_BAND;
    const count = NODE_PORT_HIGH - low + 1;
    const start = stream.below(count);
    for (let offset = 0; offset < count; offset += 1) {
      const port = low + ((start + offset) % count);
      if (!this.ports.has(port) && !own.has(port)) return port;
    }
    this.kernel.emit('limit', { what: 'node ports', limit: count });
    return 0;
  }
}

function withoutAddresses(spec: NonNullable<Service['spec']>): NonNullable<Service['spec']> {
  const { clusterIP: _address, clusterIPs: _addresses, ...rest } = spec;
  return rest;
}

export function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
