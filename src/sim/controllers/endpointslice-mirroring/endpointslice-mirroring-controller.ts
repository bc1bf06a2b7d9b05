/**
 * EndpointSlices of Services without a selector whose Endpoints somebody keeps by hand.
 * Upstream: pkg/controller/endpointslicemirroring.
 */
import type { EndpointAddress, Endpoints, EndpointSubset, Service } from 'kubernetes-types/core/v1';
import type { Endpoint, EndpointPort, EndpointSlice } from 'kubernetes-types/discovery/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { ownerReferenceTo } from '../owners.ts';
import { isNamespaceEnding } from '../pod-control.ts';
import { TRIGGER_TIME } from '../endpointslice/trigger-times.ts';

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP_MIRROR = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const SLICES = 'endpointslices.discovery.k8s.io';
/** Addresses of a subset that are mirrored at most (--mirroring-max-endpoints-per-subset). */
const SUBSET_LIMIT = 1000;

interface Wanted {
  readonly addressType: 'IPv4' | 'IPv6';
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Map<string, Endpoint>;
}

export class EndpointSliceMirroringController extends ManagedController {
  private readonly endpoints: Informer<'endpoints'>;
  private readonly services: Informer<'services'>;
  private readonly slices: Informer<'endpointslices.discovery.k8s.io'>;

  constructor(manager: Manager) {
    super(manager, 'endpointslicemirroring', 'endpoint-slice-mirroring-controller');
    this.endpoints = this.shared('endpoints');
    this.services = this.shared('services');
    this.slices = this.shared(SLICES, {
      mirrored: ({ metadata }) =>
        metadata.labels?.[MANAGED_BY] === MANAGER ? [`${metadata.namespace}/${metadata.labels[SERVICE_NAME]}`] : [],
    });
    this.endpoints.onChange((next, old) => this.queue.add(keyOf((next ?? old)!)));
    this.services.onChange((next, old) => {
      const hadSelector = hasSelector(old);
      if (!next || !old || hadSelector !== hasSelector(next)) this.queue.add(keyOf((next ?? old)!));
    });
    this.slices.onChange((next, old) => {
      const { namespace, labels } = (next ?? old)!.metadata;
      if (!next && labels?.[MANAGED_BY] === MANAGER) this.queue.add(`${namespace}/${labels[SERVICE_NAME]}`);
    });
  }

  protected reconcile(key: string): Outcome {
    const found = this.endpoints.byKey(key);
    const service = this.services.byKey(key);
    const existing = this.slices.byIndex('mirrored', key).filter(({ metadata }) => !metadata.deletionTimestamp);
    if (!found || !service || hasSelector(service) || !isMirrored(found)) return this.deleteAll(existing);
    const left = new Set(existing);
    let failure: Outcome;
    for (const wanted of this.wantedOf(found)) {
      const slice = existing.find(
        (item) =>
          left.has(item) && item.addressType === wanted.addressType && isDeepEqual(item.ports ?? [], wanted.ports),
      );
      if (slice) left.delete(slice);
      failure = (slice ? this.update(found, slice, wanted) : this.create(found, wanted)) ?? failure;
    }
    return this.deleteAll([...left]) ?? failure;
  }

  /** What is to be mirrored, by address family and ports. */
  private wantedOf(endpoints: Stored<Endpoints>): readonly Wanted[] {
    const groups = new Map<string, Wanted>();
    let [invalid, skipped] = [0, 0];
    for (const subset of endpoints.subsets ?? []) {
      const ports = portsOf(subset);
      let added = 0;
      for (const { address, isReady } of addressesOf(subset)) {
        const addressType = familyOf(address.ip);
        if (added >= SUBSET_LIMIT || !addressType) {
          if (addressType) skipped += 1;
          else invalid += 1;
          continue;
        }
        added += 1;
        const name = JSON.stringify([addressType, ports]);
        const group: Wanted = groups.get(name) ?? { addressType, ports, endpoints: new Map() };
        group.endpoints.set(address.ip, endpointOf(address, isReady));
        groups.set(name, group);
      }
    }
    if (invalid > 0)
      this.warn(
        endpoints,
        'InvalidIPAddress',
        `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`,
      );
    if (skipped > 0) {
      const text = `A max of ${SUBSET_LIMIT} addresses can be mirrored to EndpointSlices per Endpoints subset. ${invalid + skipped} addresses were skipped`;
      this.warn(endpoints, 'TooManyAddressesToMirror', text);
    }
    return [...groups.values()];
  }

  private warn(endpoints: Stored<Endpoints>, reason: string, message: string): void {
    this.recorder.record('endpoints', endpoints, 'Warning', reason, message);
  }

  private create(owner: Stored<Endpoints>, { addressType, ports, endpoints }: Wanted): Outcome {
    const { name, namespace } = owner.metadata;
    const made = this.client.create(SLICES, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: `${name}-`,
        namespace: namespace!,
        ...copiedOf(owner),
        ownerReferences: [ownerReferenceTo(owner)],
      },
      addressType,
      endpoints: [...endpoints.values()],
      ports: [...ports],
    });
    return made.ok || isNamespaceEnding(made.status) ? undefined : made.status.message;
  }

  private update(owner: Stored<Endpoints>, slice: Stored<EndpointSlice>, { endpoints }: Wanted): Outcome {
    // Endpoints that stay keep their places; new ones come after them.
    const before = (slice.endpoints ?? []).flatMap(({ addresses }) => endpoints.get(addresses[0] ?? '') ?? []);
    const next = [...new Set([...before, ...endpoints.values()])];
    const { labels, annotations } = copiedOf(owner);
    const isSame =
      isDeepEqual(slice.endpoints ?? [], next) &&
      isDeepEqual(slice.metadata.labels, labels) &&
      isDeepEqual(slice.metadata.annotations ?? {}, annotations ?? {});
    if (isSame) return undefined;
    const { annotations: _annotations, ...metadata } = slice.metadata;
    const written = this.client.update(SLICES, {
      ...slice,
      metadata: { ...metadata, ...copiedOf(owner) },
      endpoints: next,
    });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  private deleteAll(slices: readonly Stored<EndpointSlice>[]): Outcome {
    let failure: Outcome;
    for (const { metadata } of slices) {
      const gone = this.client.delete(SLICES, metadata.namespace, metadata.name);
      if (!gone.ok && gone.status.code !== 404) failure = gone.status.message;
    }
    return failure;
  }
}

/** A selector that is there, also an empty one, is somebody else's business. */
const hasSelector = (service: Stored<Service> | undefined): boolean => service?.spec?.selector !== undefined;

const isMirrored = ({ metadata }: Stored<Endpoints>): boolean =>
  metadata.labels?.[SKIP_MIRROR] !== 'true' && metadata.annotations?.[LEADER] === undefined;

function copiedOf({ metadata }: Stored<Endpoints>): {
  labels: Record<string, string>;
  annotations?: Record<string, string>;
} {
  const { [TRIGGER_TIME]: _time, [LAST_APPLIED]: _applied, ...annotations } = metadata.annotations ?? {};
  return {
    labels: { ...metadata.labels, [SERVICE_NAME]: metadata.name, [MANAGED_BY]: MANAGER },
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}

const portsOf = ({ ports = [] }: EndpointSubset): readonly EndpointPort[] =>
  ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
    name,
    port,
    protocol,
    ...(appProtocol ? { appProtocol } : {}),
  }));

const addressesOf = ({ addresses = [], notReadyAddresses = [] }: EndpointSubset) => [
  ...addresses.map((address) => ({ address, isReady: true })),
  ...notReadyAddresses.map((address) => ({ address, isReady: false })),
];

function familyOf(ip: string): 'IPv4' | 'IPv6' | undefined {
  const parts = ip.split('.');
  if (parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return 'IPv4';
  return ip.includes(':') ? 'IPv6' : undefined;
}

const endpointOf = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname ? { hostname } : {}),
  ...(nodeName ? { nodeName } : {}),
  ...(targetRef ? { targetRef } : {}),
});
