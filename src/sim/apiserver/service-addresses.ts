/**
 * Cluster addresses and node ports of Services.
 * Upstream: pkg/registry/core/service/{storage,ipallocator,portallocator}. IPv4 only; the allocations are kept in memory
 * beside the store, as bitmaps in etcd are upstream.
 */
import type { Service, ServicePort, ServiceSpec } from 'kubernetes-types/core/v1';
import { validateClusterAddresses } from '../api/kinds/service-rules.ts';
import type { Stored } from '../api/object.ts';
import { isSame } from '../api/rules.ts';
import { fieldInvalid, type FieldError } from '../api/status.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Draft, RequestContext } from './context.ts';
import { dropIpAddress, keepIpAddress } from './ip-address-objects.ts';

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
    const next = before ? withoutLeftovers(spec, before) : { ...spec };
    draft['spec'] = next;
    if (next.type === 'ExternalName') return [];
    const faults = before?.clusterIP ? [] : initFamilies(next);
    if (faults.length > 0) return faults;
    const errors = this.allocateAddress(next, before, owner);
    if (errors.length > 0) return errors;
    if (needsNodePorts(next)) this.allocatePorts(next, before, owner, errors);
    this.allocateHealthPort(next, before);
    // The first fault ends it.
    return errors.slice(0, 1);
  }

  private allocatePorts(spec: ServiceSpec, before: ServiceSpec | undefined, owner: string, errors: FieldError[]): void {
    const own = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort));
    const byPort = new Map<number, number>();
    const taken = new Map<number, number>();
    for (const { port, nodePort } of spec.ports ?? []) if (nodePort && !byPort.has(port)) byPort.set(port, nodePort);
    spec.ports = (spec.ports ?? []).map((port, index) => {
      // Two protocols of one port share a node port.
      const wanted = before ? port : { ...port, nodePort: port.nodePort || byPort.get(port.port) || 0 };
      const given = this.allocatePort(wanted, index, before?.ports, owner, own, errors);
      const nodePort = given.nodePort!;
      if (!before && taken.has(nodePort) && taken.get(nodePort) !== port.port) {
        errors.push(fieldInvalid(`spec.ports[${index}].nodePort`, nodePort, 'provided port is already allocated'));
      }
      taken.set(nodePort, port.port);
      byPort.set(port.port, byPort.get(port.port) ?? nodePort);
      own.add(nodePort);
      return given;
    });
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
    const before = this.drop(owner);
    const address = spec?.clusterIP === 'None' ? undefined : spec?.clusterIP;
    if (address) this.addresses.set(address, owner);
    for (const item of before) if (item !== address) dropIpAddress(context, item);
    if (address && !before.includes(address)) keepIpAddress(context, address, stored);
    for (const { nodePort } of spec?.ports ?? []) if (nodePort) this.ports.set(nodePort, owner);
    if (spec?.healthCheckNodePort) this.ports.set(spec.healthCheckNodePort, owner);
  }

  release(context: RequestContext, old: Stored): void {
    if (context.kind.kind !== 'Service') return;
    for (const address of this.drop(`${old.metadata.namespace}/${old.metadata.name}`)) dropIpAddress(context, address);
  }

  save(): ServiceAddressState {
    return { addresses: new Map(this.addresses), ports: new Map(this.ports) };
  }

  load(state: ServiceAddressState): void {
    this.addresses = new Map(state.addresses);
    this.ports = new Map(state.ports);
  }

  /** Frees what the Service holds; its addresses. */
  private drop(owner: string): readonly string[] {
    const held = [...this.addresses].filter(([, holder]) => holder === owner).map(([address]) => address);
    for (const address of held) this.addresses.delete(address);
    for (const [port, holder] of this.ports) if (holder === owner) this.ports.delete(port);
    return held;
  }

  private allocateAddress(spec: NonNullable<Service['spec']>, before: Service['spec'], owner: string): FieldError[] {
    if (before?.clusterIP && !spec.clusterIP) spec.clusterIP = before.clusterIP;
    spec.ipFamilies ??= before?.ipFamilies ?? ['IPv4'];
    spec.ipFamilyPolicy ??= before?.ipFamilyPolicy ?? 'SingleStack';
    const asked = spec.clusterIP || spec.clusterIPs?.[0];
    // A change of an address that is set is left to validation.
    if (asked && asked !== 'None' && !before?.clusterIP) {
      const fault = this.addressFault(asked, owner);
      if (fault) return [fieldInvalid('spec.clusterIPs', [asked], `failed to allocate IP ${asked}: ${fault}`)];
    }
    spec.clusterIP = asked || this.freeAddress();
    spec.clusterIPs = [spec.clusterIP];
    return [];
  }

  private addressFault(asked: string, owner: string): string | undefined {
    const holder = this.addresses.get(asked);
    if (holder && holder !== owner) return 'provided IP is already allocated';
    const offset = toNumber(asked) - this.base;
    if (offset === 0 || offset === this.size - 1) {
      return `the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${this.cidr}`;
    }
    return offset > 0 && offset < this.size - 1 ? undefined : 'the provided network does not match the current range';
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

const needsNodePorts = ({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);

const hasNodePorts = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer';

const needsExternalPolicy = ({ type, externalIPs = [] }: ServiceSpec): boolean =>
  type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && externalIPs.length > 0);

/** Without what only the old type needed, where it has not been changed. Upstream: dropTypeDependentFields. */
function withoutLeftovers(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const next = { ...spec };
  const drop = (field: keyof ServiceSpec): void => {
    if (isSame(next[field], before[field])) delete next[field];
  };
  if (next.type === 'ExternalName' && before.type !== 'ExternalName') {
    if (isSame(next.clusterIP, before.clusterIP)) {
      drop('clusterIP');
      drop('clusterIPs');
    }
    drop('ipFamilies');
    drop('ipFamilyPolicy');
  }
  if (hasNodePorts(before) && !hasNodePorts(next)) {
    const portsOf = ({ ports = [] }: ServiceSpec): readonly unknown[] => ports.map(({ nodePort = 0 }) => nodePort);
    const isKept = isSame(portsOf(next), portsOf(before));
    if (isKept && next.ports) next.ports = next.ports.map(({ nodePort: _nodePort, ...port }) => port);
  }
  if (before.type === 'ExternalName' && next.type !== 'ExternalName') drop('externalName');
  if (needsExternalPolicy(before) && !needsExternalPolicy(next)) drop('externalTrafficPolicy');
  if (before.type === 'LoadBalancer' && next.type !== 'LoadBalancer') {
    drop('allocateLoadBalancerNodePorts');
    drop('loadBalancerClass');
  }
  const hasHealthPort = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
    type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
  if (hasHealthPort(before) && !hasHealthPort(next)) drop('healthCheckNodePort');
  return next;
}

/** Families of addresses, in a cluster that has IPv4 alone. Upstream: initIPFamilyFields. */
function initFamilies(spec: ServiceSpec): readonly FieldError[] {
  const isHeadless = spec.clusterIP === 'None' || spec.clusterIPs?.[0] === 'None';
  const isLoose = isHeadless && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= isLoose ? 'RequireDualStack' : 'SingleStack';
  const faults = validateClusterAddresses(spec);
  if (faults.length > 0) return faults;
  const policy = spec.ipFamilyPolicy;
  const errors: FieldError[] = [];
  if (policy === 'SingleStack') {
    const text = (what: string): string =>
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
    if (spec.clusterIPs?.length === 2) errors.push(fieldInvalid('spec.ipFamilyPolicy', policy, text('cluster IPs')));
    if (spec.ipFamilies?.length === 2) errors.push(fieldInvalid('spec.ipFamilyPolicy', policy, text('IP families')));
  }
  const addresses = spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : []);
  addresses.forEach((address, index) => {
    if (index < (spec.ipFamilies ?? []).length || !address.includes(':')) return;
    errors.push(fieldInvalid(`spec.clusterIPs[${index}]`, addresses, 'IPv6 is not configured on this cluster'));
  });
  if (errors.length > 0) return errors;
  if (isLoose) {
    const families = spec.ipFamilies?.length ? spec.ipFamilies : ['IPv4'];
    const other = families[0] === 'IPv4' ? 'IPv6' : 'IPv4';
    spec.ipFamilies = families.length < 2 && policy !== 'SingleStack' ? [...families, other] : families;
    return [];
  }
  if (policy === 'RequireDualStack') {
    const text = 'this cluster is not configured for dual-stack services';
    errors.push(fieldInvalid('spec.ipFamilyPolicy', policy, text));
  }
  spec.ipFamilies?.forEach((family, index) => {
    if (family !== 'IPv4') {
      errors.push(fieldInvalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
    }
  });
  if (!spec.ipFamilies?.length) spec.ipFamilies = ['IPv4'];
  return errors;
}

export function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
