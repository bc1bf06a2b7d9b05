/**
 * EndpointSlices of Services with a selector. Upstream: pkg/controller/endpointslice, staging/src/k8s.io/endpointslice.
 * Left out: IPv6, and the hints of the older annotation service.kubernetes.io/topology-mode.
 */
import type { Pod, Service, ServicePort } from 'kubernetes-types/core/v1';
import type { Endpoint, EndpointPort, EndpointSlice } from 'kubernetes-types/discovery/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byNamespace, ownerReferenceTo } from '../owners.ts';
import { isPodReady } from '../pods.ts';
import { TriggerTimes, withTriggerTime } from './trigger-times.ts';

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGER = 'endpointslice-controller.k8s.io';
const HEADLESS = 'service.kubernetes.io/headless';
export const ENDPOINTS_PER_SLICE = 100;
/** Values of `trafficDistribution` by which endpoints tell where they are best used from. */
const CLOSE: readonly string[] = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

interface Wanted {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export class EndpointSliceController extends ManagedController {
  private readonly services: Informer<'services'>;
  private readonly pods: Informer<'pods'>;
  private readonly slices: Informer<'endpointslices.discovery.k8s.io'>;
  private readonly nodes: Informer<'nodes'>;
  private readonly triggers = new TriggerTimes();

  constructor(manager: Manager) {
    super(manager, 'endpointslice', 'endpoint-slice-controller');
    this.services = this.shared('services', byNamespace);
    this.pods = this.shared('pods', { ...byNamespace, label: labelIndex });
    this.slices = this.shared('endpointslices.discovery.k8s.io', {
      service: ({ metadata }) =>
        metadata.labels?.[MANAGED_BY] === MANAGER ? [`${metadata.namespace}/${metadata.labels[SERVICE_NAME]}`] : [],
    });
    this.nodes = this.shared('nodes');
    this.services.onChange((next, old) => this.queue.add(keyOf((next ?? old)!)));
    this.pods.onChange((next, old) => {
      if (next && old && !changesEndpoint(old, next)) return;
      for (const pod of [next, old]) if (pod) this.servicesOf(pod).forEach((key) => this.queue.add(key));
    });
    this.slices.onChange((next, old) => {
      if (!next && old?.metadata.labels?.[MANAGED_BY] === MANAGER)
        this.queue.add(`${old.metadata.namespace}/${old.metadata.labels[SERVICE_NAME]}`);
    });
  }

  private servicesOf(pod: Stored<Pod>): readonly string[] {
    return this.services
      .byIndex('namespace', pod.metadata.namespace ?? '')
      .filter(({ spec }) => selects(spec?.selector, pod))
      .map(keyOf);
  }

  protected reconcile(key: string): Outcome {
    const service = this.services.byKey(key);
    const existing = this.slices.byIndex('service', key);
    if (!service) {
      // The garbage collector removes the slices of a deleted Service by their owner.
      this.triggers.forget(key);
      return undefined;
    }
    if (
      !service.spec?.selector ||
      Object.keys(service.spec.selector).length === 0 ||
      service.spec.type === 'ExternalName'
    )
      return undefined;
    const pods = this.podsOf(service);
    const time = this.triggers.look(key, service, pods);
    return this.apply(
      service,
      this.wantedOf(service, pods.filter(isIncluded)),
      existing.filter(({ metadata }) => !metadata.deletionTimestamp),
      time,
    );
  }

  private podsOf(service: Stored<Service>): readonly Stored<Pod>[] {
    const { namespace = '' } = service.metadata;
    const [first] = Object.entries(service.spec!.selector!);
    const candidates = this.pods.byIndex('label', `${namespace}/${first![0]}=${first![1]}`);
    return candidates.filter((pod) => selects(service.spec!.selector, pod));
  }

  private wantedOf(service: Stored<Service>, pods: readonly Stored<Pod>[]): readonly Wanted[] {
    const groups = new Map<string, { ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
    for (const pod of pods) {
      const ports = portsFor(service, pod);
      const name = JSON.stringify(ports);
      const group = groups.get(name) ?? { ports, endpoints: [] };
      group.endpoints.push(this.endpointFor(service, pod));
      groups.set(name, group);
    }
    return [...groups.values()];
  }

  private endpointFor(service: Stored<Service>, pod: Stored<Pod>): Endpoint {
    const serving = isPodReady(pod);
    const terminating = Boolean(pod.metadata.deletionTimestamp);
    const zone = this.nodes.get(undefined, pod.spec?.nodeName ?? '')?.metadata.labels?.['topology.kubernetes.io/zone'];
    const { hostname, subdomain, nodeName } = pod.spec ?? {};
    const ready = service.spec?.publishNotReadyAddresses || (serving && !terminating);
    const hints = ready ? hintsOf(service, zone, nodeName) : undefined;
    return {
      addresses: [pod.status!.podIP!],
      conditions: { ready, serving, terminating },
      ...(hints ? { hints } : {}),
      ...(nodeName ? { nodeName } : {}),
      ...(zone ? { zone } : {}),
      ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
      targetRef: { kind: 'Pod', namespace: pod.metadata.namespace!, name: pod.metadata.name, uid: pod.metadata.uid },
    };
  }

  /**
   * Keeps endpoints where they are as far as it can, then makes new slices: of those that nothing is left in, where there
   * are any. A Service without endpoints has one empty slice.
   */
  private apply(
    service: Stored<Service>,
    groups: readonly Wanted[],
    existing: readonly Stored<EndpointSlice>[],
    time: string | undefined,
  ): Outcome {
    let failure: Outcome;
    const kept = new Set<Stored<EndpointSlice>>();
    const made: Wanted[] = [];
    for (const { ports, endpoints } of groups) {
      const slices = existing.filter((slice) => isDeepEqual(slice.ports ?? [], ports));
      const { kept: full, rest } = pack(slices, endpoints, this.labelsOf(service));
      for (const [slice, within] of full) {
        kept.add(slice);
        failure = this.update(service, slice, { ports, endpoints: within }, time) ?? failure;
      }
      for (const within of rest) made.push({ ports, endpoints: within });
    }
    const idle = existing.filter((slice) => !kept.has(slice));
    if (kept.size === 0 && made.length === 0) {
      const [only, ...others] = idle;
      if (only && others.length === 0 && isEmpty(only) && isDeepEqual(only.metadata.labels, this.labelsOf(service)))
        return failure;
      made.push({ ports: [], endpoints: [] });
    }
    for (const wanted of made.reverse()) {
      const slice = idle.shift();
      failure = (slice ? this.update(service, slice, wanted, time) : this.create(service, wanted, time)) ?? failure;
    }
    for (const { metadata } of idle)
      this.client.delete('endpointslices.discovery.k8s.io', metadata.namespace, metadata.name);
    return failure;
  }

  private labelsOf(service: Stored<Service>): Record<string, string> {
    return {
      ...service.metadata.labels,
      [SERVICE_NAME]: service.metadata.name,
      [MANAGED_BY]: MANAGER,
      ...(service.spec?.clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
    };
  }

  private create(service: Stored<Service>, { ports, endpoints }: Wanted, time: string | undefined): Outcome {
    const annotations = withTriggerTime(undefined, time);
    const made = this.client.create('endpointslices.discovery.k8s.io', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: `${service.metadata.name}-`,
        namespace: service.metadata.namespace!,
        labels: this.labelsOf(service),
        ...(annotations ? { annotations } : {}),
        ownerReferences: [ownerReferenceTo(service)],
      },
      addressType: 'IPv4',
      endpoints: [...endpoints],
      ports: [...ports],
    });
    if (made.ok) return undefined;
    const isEnding = made.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
    return isEnding ? undefined : made.status.message;
  }

  private update(
    service: Stored<Service>,
    slice: Stored<EndpointSlice>,
    { ports, endpoints }: Wanted,
    time: string | undefined,
  ): Outcome {
    const labels = this.labelsOf(service);
    const isSame =
      isDeepEqual(slice.endpoints ?? [], endpoints) &&
      isDeepEqual(slice.ports ?? [], ports) &&
      isDeepEqual(slice.metadata.labels, labels);
    if (isSame) return undefined;
    const { annotations: before, ...metadata } = slice.metadata;
    const annotations = withTriggerTime(before, time);
    const written = this.client.update('endpointslices.discovery.k8s.io', {
      ...slice,
      metadata: { ...metadata, labels, ...(annotations ? { annotations } : {}) },
      endpoints: [...endpoints],
      ports: [...ports],
    });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  protected override saveOwn(): unknown {
    return this.triggers.save();
  }

  protected override loadOwn(own: unknown): void {
    this.triggers.load(own);
  }
}

const isEmpty = ({ endpoints, ports }: EndpointSlice): boolean =>
  (endpoints?.length ?? 0) === 0 && (ports?.length ?? 0) === 0;

interface Packed {
  /** Slices that stay, and what will be in them. */
  readonly kept: ReadonlyMap<Stored<EndpointSlice>, readonly Endpoint[]>;
  /** What new slices will hold. */
  readonly rest: readonly (readonly Endpoint[])[];
}

/**
 * Few writes go before full slices: slices that change anyway are filled, the fullest first; what is left goes to one slice
 * that would not have changed, if it has room for all of it, and else to new ones. Upstream: reconcileByPortMapping.
 */
function pack(
  slices: readonly Stored<EndpointSlice>[],
  endpoints: readonly Endpoint[],
  labels: Readonly<Record<string, string>>,
): Packed {
  const byAddress = new Map(endpoints.map((endpoint) => [endpoint.addresses[0]!, endpoint]));
  const staying = slices.map((slice) => [slice, takeFrom(byAddress, slice)] as const);
  const kept = new Map(staying.filter(([, within]) => within.length > 0));
  const left = [...byAddress.values()];
  const isSame = ([slice, within]: readonly [Stored<EndpointSlice>, readonly Endpoint[]]): boolean =>
    isDeepEqual(slice.endpoints ?? [], within) && isDeepEqual(slice.metadata.labels, labels);
  const changing = [...kept].filter((item) => !isSame(item)).sort(([, one], [, other]) => other.length - one.length);
  for (const [, within] of changing) within.push(...left.splice(0, ENDPOINTS_PER_SLICE - within.length));
  const quiet = [...kept].filter(isSame);
  const rest: Endpoint[][] = [];
  while (left.length > 0) {
    const [place] = left.length < ENDPOINTS_PER_SLICE ? placesFor(left.length, quiet) : [];
    if (place) place[1].push(...left.splice(0));
    else rest.push(left.splice(0, ENDPOINTS_PER_SLICE));
  }
  return { kept, rest };
}

/** Slices with room for so many more, that with the least room to spare first (getSliceToFill). */
const placesFor = <T extends readonly [Stored<EndpointSlice>, readonly Endpoint[]]>(
  count: number,
  slices: readonly T[],
): readonly T[] =>
  slices
    .filter(([, within]) => within.length + count <= ENDPOINTS_PER_SLICE)
    .sort(([, one], [, other]) => other.length - one.length);

/** The endpoints that stay in the slice, in its order; they are taken from those that are to be placed. */
function takeFrom(byAddress: Map<string, Endpoint>, slice: EndpointSlice): Endpoint[] {
  return (slice.endpoints ?? []).flatMap(({ addresses }) => {
    const endpoint = byAddress.get(addresses[0]!);
    byAddress.delete(addresses[0]!);
    return endpoint ?? [];
  });
}

/** Upstream: staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go. */
function hintsOf({ spec }: Service, zone: string | undefined, node: string | undefined): Endpoint['hints'] {
  const { trafficDistribution = '' } = spec ?? {};
  if (!CLOSE.includes(trafficDistribution)) return undefined;
  const isForNode = trafficDistribution === 'PreferSameNode' && node !== undefined;
  if (zone === undefined && !isForNode) return undefined;
  return {
    ...(zone === undefined ? {} : { forZones: [{ name: zone }] }),
    ...(isForNode ? { forNodes: [{ name: node }] } : {}),
  };
}

function labelIndex({ metadata }: Stored<Pod>): readonly string[] {
  return Object.entries(metadata.labels ?? {}).map(([key, value]) => `${metadata.namespace}/${key}=${value}`);
}

function selects(selector: Readonly<Record<string, string>> | undefined, pod: Stored<Pod>): boolean {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([key, value]) => pod.metadata.labels?.[key] === value);
}

function isIncluded(pod: Stored<Pod>): boolean {
  const phase = pod.status?.phase;
  return Boolean(pod.status?.podIP) && phase !== 'Succeeded' && phase !== 'Failed';
}

function changesEndpoint(old: Stored<Pod>, next: Stored<Pod>): boolean {
  return (
    old.status?.podIP !== next.status?.podIP ||
    isPodReady(old) !== isPodReady(next) ||
    Boolean(old.metadata.deletionTimestamp) !== Boolean(next.metadata.deletionTimestamp) ||
    isIncluded(old) !== isIncluded(next) ||
    !isDeepEqual(old.metadata.labels, next.metadata.labels)
  );
}

function portsFor(service: Stored<Service>, pod: Stored<Pod>): readonly EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((port): EndpointPort[] => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    const { appProtocol } = port;
    return [
      {
        name: port.name ?? '',
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(appProtocol ? { appProtocol } : {}),
      },
    ];
  });
}

/** A named target port is looked up in the pod's containers (FindPort). */
export function targetPort(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const { ports } of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const found = ports?.find(
      ({ name, protocol }) => name === target && (protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (found) return found.containerPort;
  }
  return undefined;
}
