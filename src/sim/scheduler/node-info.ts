/**
 * What the scheduler knows of a node: what it can give, what is asked of it, its pods, ports and images.
 * Upstream: pkg/scheduler/framework/types.go (NodeInfo).
 */
import type { Node } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { HostPort, PodInfo } from './pod-info.ts';
import { amountsOf, resourcesOf, type Resources } from './requests.ts';
import type { ChangedSlots } from './slot-tables.ts';

const NO_LABELS: Readonly<Record<string, string>> = {};
const NOBODY: readonly PodInfo[] = [];

export class NodeInfo {
  node: Stored<Node>;
  name = '';
  labels: Readonly<Record<string, string>> = NO_LABELS;
  allocatable: Resources = { cpu: 0, memory: 0, storage: 0, scalars: undefined };
  allowedPods = 0;
  requestedCpu = 0;
  requestedMemory = 0;
  requestedStorage = 0;
  readonly requestedScalars = new Map<string, number>();
  nonZeroCpu = 0;
  nonZeroMemory = 0;
  readonly pods = new Map<string, PodInfo>();
  readonly podsWithAffinity = new Map<string, PodInfo>();
  readonly podsWithRequiredAntiAffinity = new Map<string, PodInfo>();
  /** Image name to size in bytes. */
  images: ReadonlyMap<string, number> = new Map();
  ports: readonly HostPort[] = [];
  /** Pods that wait for room here, in the order in which they were nominated. */
  nominated: readonly PodInfo[] = NOBODY;
  /** Place in tables by node; -1 for a copy, of which nothing is kept. */
  slot = -1;
  /** Grows with every change. */
  generation = 0;
  /** Where the cluster writes down which of its nodes changed. */
  private changed: ChangedSlots | undefined;

  constructor(node: Stored<Node>) {
    this.node = node;
    this.setNode(node);
  }

  /** Upstream: component-helpers/node/topology/helpers.go (GetZoneKey). */
  /** Gives the node its place in the cluster's tables. */
  settle(slot: number, changed: ChangedSlots): void {
    this.slot = slot;
    this.changed = changed;
    changed.note(slot);
  }

  private touch(): void {
    this.generation += 1;
    this.changed?.note(this.slot);
  }

  get zone(): string {
    const { labels } = this;
    const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? '';
    const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? '';
    return region || zone ? `${region}:\u0000:${zone}` : '';
  }

  setNode(node: Stored<Node>): void {
    this.touch();
    this.node = node;
    this.name = node.metadata.name;
    this.labels = node.metadata.labels ?? NO_LABELS;
    const amounts = amountsOf(node.status?.allocatable);
    this.allocatable = resourcesOf(amounts);
    this.allowedPods = amounts['pods'] ?? 0;
    const images = new Map<string, number>();
    for (const { names, sizeBytes } of node.status?.images ?? [])
      for (const name of names ?? []) images.set(name, sizeBytes ?? 0);
    this.images = images;
  }

  setNominated(pods: Iterable<PodInfo> = NOBODY): void {
    this.touch();
    this.nominated = [...pods];
  }

  addPod(pod: PodInfo): void {
    const held = this.pods.get(pod.uid);
    if (held) this.removePod(held.uid);
    this.pods.set(pod.uid, pod);
    if (pod.hasAffinity) this.podsWithAffinity.set(pod.uid, pod);
    if (pod.requiredAntiAffinity.length > 0) this.podsWithRequiredAntiAffinity.set(pod.uid, pod);
    if (pod.hostPorts.length > 0) this.ports = [...this.ports, ...pod.hostPorts];
    this.count(pod, 1);
  }

  removePod(uid: string): void {
    const pod = this.pods.get(uid);
    if (!pod) return;
    this.pods.delete(uid);
    this.podsWithAffinity.delete(uid);
    this.podsWithRequiredAntiAffinity.delete(uid);
    if (pod.hostPorts.length > 0) this.ports = [...this.pods.values()].flatMap(({ hostPorts }) => hostPorts);
    this.count(pod, -1);
  }

  /** Another view of the node, whose pods may come and go without a trace here. Its pods stand in the same order. */
  copy(): NodeInfo {
    const copy = Object.create(NodeInfo.prototype) as { -readonly [Key in keyof NodeInfo]: NodeInfo[Key] };
    copy.node = this.node;
    copy.name = this.name;
    copy.labels = this.labels;
    copy.allocatable = this.allocatable;
    copy.allowedPods = this.allowedPods;
    copy.requestedCpu = this.requestedCpu;
    copy.requestedMemory = this.requestedMemory;
    copy.requestedStorage = this.requestedStorage;
    copy.requestedScalars = new Map(this.requestedScalars);
    copy.nonZeroCpu = this.nonZeroCpu;
    copy.nonZeroMemory = this.nonZeroMemory;
    copy.pods = new Map(this.pods);
    copy.podsWithAffinity = new Map(this.podsWithAffinity);
    copy.podsWithRequiredAntiAffinity = new Map(this.podsWithRequiredAntiAffinity);
    copy.images = this.images;
    copy.ports = this.ports;
    copy.nominated = this.nominated;
    copy.slot = -1;
    copy.generation = this.generation;
    return copy as NodeInfo;
  }

  private count({ resources }: PodInfo, sign: 1 | -1): void {
    this.touch();
    const { requests } = resources;
    this.requestedCpu += sign * requests.cpu;
    this.requestedMemory += sign * requests.memory;
    this.requestedStorage += sign * requests.storage;
    if (requests.scalars) {
      for (const [name, amount] of requests.scalars) {
        this.requestedScalars.set(name, (this.requestedScalars.get(name) ?? 0) + sign * amount);
      }
    }
    this.nonZeroCpu += sign * resources.nonZeroCpu;
    this.nonZeroMemory += sign * resources.nonZeroMemory;
  }
}
