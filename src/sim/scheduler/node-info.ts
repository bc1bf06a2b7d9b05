/**
 * What the scheduler knows of a node: what it can give, what is asked of it, its pods, ports and images.
 * Upstream: pkg/scheduler/framework/types.go (NodeInfo), component-helpers/resource/helpers.go (PodRequests).
 */
import type { Container, Node, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { milliValue, wholeValue } from '../api/quantity.ts';

/** CPU in millicores under `cpu`, everything else in whole units. */
export type Resources = Readonly<Record<string, number>>;

const DEFAULT_CPU_MILLIS = 100;
const DEFAULT_MEMORY_BYTES = 200 * 1024 * 1024;

function resourcesOf(list: Readonly<Record<string, string>> | undefined): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [name, quantity] of Object.entries(list ?? {})) {
    result[name] = name === 'cpu' ? milliValue(quantity) : wholeValue(quantity);
  }
  return result;
}

function add(target: Record<string, number>, more: Resources): void {
  for (const [name, amount] of Object.entries(more)) target[name] = (target[name] ?? 0) + amount;
}

function raise(target: Record<string, number>, other: Resources): void {
  for (const [name, amount] of Object.entries(other)) target[name] = Math.max(target[name] ?? 0, amount);
}

function withDefaults(requests: Record<string, number>): Record<string, number> {
  return {
    ...requests,
    cpu: requests['cpu'] ?? DEFAULT_CPU_MILLIS,
    memory: requests['memory'] ?? DEFAULT_MEMORY_BYTES,
  };
}

export interface PodRequests {
  readonly requests: Resources;
  /** Containers that ask for nothing count 100m and 200 MiB: for scoring only. */
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
}

const known = new WeakMap<object, PodRequests>();

/** Containers and sidecars together, or the peak of the init containers with the sidecars before them; plus overhead. */
export function podRequests(pod: Pod): PodRequests {
  const spec = pod.spec!;
  const found = known.get(spec.containers);
  if (found && !spec.initContainers && !spec.overhead) return found;
  const total = (requestsOf: (container: Container) => Record<string, number>): Record<string, number> => {
    const sum: Record<string, number> = {};
    for (const container of spec.containers) add(sum, requestsOf(container));
    const sidecars: Record<string, number> = {};
    const peak: Record<string, number> = {};
    for (const container of spec.initContainers ?? []) {
      const requests = requestsOf(container);
      if (container.restartPolicy === 'Always') {
        add(sum, requests);
        add(sidecars, requests);
        raise(peak, sidecars);
      } else {
        const together = { ...sidecars };
        add(together, requests);
        raise(peak, together);
      }
    }
    raise(sum, peak);
    add(sum, resourcesOf(spec.overhead));
    const whole = (spec as { resources?: { requests?: Record<string, string> } }).resources?.requests;
    return whole ? { ...sum, ...resourcesOf(whole) } : sum;
  };
  const nonZero = total((container) => withDefaults(resourcesOf(container.resources?.requests)));
  const result: PodRequests = {
    requests: total((container) => resourcesOf(container.resources?.requests)),
    nonZeroCpu: nonZero['cpu'] ?? 0,
    nonZeroMemory: nonZero['memory'] ?? 0,
  };
  if (!spec.initContainers && !spec.overhead) known.set(spec.containers, result);
  return result;
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export function hostPortsOf(pod: Pod): readonly HostPort[] {
  // Sidecars run beside the containers, so their ports count too.
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(pod.spec?.containers ?? []), ...sidecars].flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ hostIP, hostPort, protocol }) =>
      hostPort ? [{ ip: hostIP || '0.0.0.0', protocol: protocol ?? 'TCP', port: hostPort }] : [],
    ),
  );
}

export class NodeInfo {
  node: Stored<Node>;
  allocatable: Resources = {};
  readonly requested: Record<string, number> = {};
  nonZeroCpu = 0;
  nonZeroMemory = 0;
  readonly pods = new Map<string, Stored<Pod>>();
  /** Image name to size in bytes. */
  images: ReadonlyMap<string, number> = new Map();
  ports: readonly HostPort[] = [];

  constructor(node: Stored<Node>) {
    this.node = node;
    this.setNode(node);
  }

  get name(): string {
    return this.node.metadata.name;
  }

  get zone(): string {
    const labels = this.node.metadata.labels ?? {};
    const region = labels['topology.kubernetes.io/region'] ?? '';
    const zone = labels['topology.kubernetes.io/zone'] ?? '';
    return region || zone ? `${region}:\u0000:${zone}` : '';
  }

  setNode(node: Stored<Node>): void {
    this.node = node;
    this.allocatable = resourcesOf(node.status?.allocatable ?? node.status?.capacity);
    this.images = new Map(
      (node.status?.images ?? []).flatMap(({ names, sizeBytes }) =>
        (names ?? []).map((name) => [name, sizeBytes ?? 0] as const),
      ),
    );
  }

  addPod(pod: Stored<Pod>): void {
    if (this.pods.has(pod.metadata.uid)) this.removePod(pod);
    this.pods.set(pod.metadata.uid, pod);
    this.count(pod, 1);
  }

  removePod(pod: Stored<Pod>): void {
    const held = this.pods.get(pod.metadata.uid);
    if (!held) return;
    this.pods.delete(pod.metadata.uid);
    this.count(held, -1);
  }

  private count(pod: Stored<Pod>, sign: 1 | -1): void {
    const { requests, nonZeroCpu, nonZeroMemory } = podRequests(pod);
    for (const [name, amount] of Object.entries(requests))
      this.requested[name] = (this.requested[name] ?? 0) + sign * amount;
    this.nonZeroCpu += sign * nonZeroCpu;
    this.nonZeroMemory += sign * nonZeroMemory;
    const ports = hostPortsOf(pod);
    if (ports.length === 0) return;
    this.ports = sign === 1 ? [...this.ports, ...ports] : [...this.pods.values()].flatMap(hostPortsOf);
  }
}
