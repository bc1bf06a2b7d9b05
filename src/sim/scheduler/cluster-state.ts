/**
 * The cluster as the scheduler knows it: nodes with their pods, nominations, and the objects plugins look up. It changes
 * only by `apply`, so that the same changes always lead to the same state.
 * Upstream: pkg/scheduler/backend/cache/{cache,node_tree,snapshot}.go, backend/queue/nominator.go.
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { KubeObject, ObjectKey, Stored } from '../api/object.ts';
import type { ResourceName, ResourceTypes } from '../api/resource-types.ts';
import type { Labels } from '../api/selectors.ts';
import { NodeInfo } from './node-info.ts';
import { PodInfo } from './pod-info.ts';
import { ChangedSlots } from './slot-tables.ts';

/** Resources that plugins look up besides nodes and pods. */
export const LISTED = [
  'namespaces',
  'services',
  'replicationcontrollers',
  'replicasets.apps',
  'statefulsets.apps',
  'poddisruptionbudgets.policy',
  'persistentvolumes',
  'persistentvolumeclaims',
  'storageclasses.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
] as const satisfies readonly ResourceName[];

export type Listed = (typeof LISTED)[number];

export type Change =
  | { readonly kind: 'node'; readonly name: string; readonly node?: Stored<Node> }
  /** A pod on a node, or gone. */
  | { readonly kind: 'pod'; readonly uid: string; readonly pod?: Stored<Pod>; readonly node?: string }
  /** A pod that waits for room on a node, or does no longer. */
  | { readonly kind: 'nomination'; readonly uid: string; readonly pod?: Stored<Pod>; readonly node?: string }
  | { readonly kind: 'object'; readonly resource: Listed; readonly key: ObjectKey; readonly object?: Stored };

/** A pod that came to a node (1) or went from it (-1): what counts over all pods are brought up to date with. */
export interface Effect {
  readonly pod: PodInfo;
  readonly node: NodeInfo;
  readonly sign: 1 | -1;
}

const EFFECT_LIMIT = 20_000;

export class ClusterState {
  private readonly byName = new Map<string, NodeInfo>();
  /** Zone to its nodes' names, zones and nodes in the order in which they were first seen. */
  private readonly zones = new Map<string, string[]>();
  private order: readonly NodeInfo[] | undefined;
  private readonly placed = new Map<string, { readonly pod: PodInfo; readonly node: string }>();
  private readonly nominated = new Map<string, { readonly pod: PodInfo; readonly node: string }>();
  /** By node, in the order in which they were nominated. */
  private readonly nominatedOn = new Map<string, Map<string, PodInfo>>();
  private readonly listed = new Map<Listed, Map<string, Map<ObjectKey, Stored>>>();
  private readonly claimUses = new Map<string, number>();
  /** Image name to the number of nodes that have it. */
  readonly imageSpread = new Map<string, number>();
  readonly nodesWithAffinity = new Set<NodeInfo>();
  readonly nodesWithRequiredAntiAffinity = new Set<NodeInfo>();
  private effects: Effect[] = [];
  private effectsBefore = 0;
  /** Slots are given once: they grow with every node that comes. */
  slotCount = 0;
  readonly changed = new ChangedSlots();
  private slotOrder: Int32Array | undefined;
  /** Grows when nodes come, go, or change their labels or taints, or when namespaces change. */
  topology = 0;

  /** Nodes with one of each zone in turn, as upstream's node tree lists them. */
  get nodes(): readonly NodeInfo[] {
    return (this.order ??= this.interleaved());
  }

  /** The slots of `nodes`. */
  get slots(): Int32Array {
    return (this.slotOrder ??= Int32Array.from(this.nodes, ({ slot }) => slot));
  }

  node(name: string): NodeInfo | undefined {
    return this.byName.get(name);
  }

  /** A pod on a node, as it was when it last changed for scheduling. */
  placedPod(uid: string): Stored<Pod> | undefined {
    return this.placed.get(uid)?.pod.pod;
  }

  get effectCount(): number {
    return this.effectsBefore + this.effects.length;
  }

  /** What happened since a count of effects; undefined when that is too long ago. */
  effectsSince(count: number): readonly Effect[] | undefined {
    if (count < this.effectsBefore) return undefined;
    return count === this.effectCount ? [] : this.effects.slice(count - this.effectsBefore);
  }

  find<R extends Listed>(
    resource: R,
    namespace: string | undefined,
    name: string,
  ): Stored<ResourceTypes[R]> | undefined {
    const key = namespace ? `${namespace}/${name}` : name;
    return this.listed
      .get(resource)
      ?.get(namespace ?? '')
      ?.get(key) as Stored<ResourceTypes[R]> | undefined;
  }

  /** Objects of one namespace, or of a resource without namespaces. */
  *list<R extends Listed>(resource: R, namespace = ''): IterableIterator<Stored<ResourceTypes[R]>> {
    const found = this.listed.get(resource)?.get(namespace);
    if (found) yield* found.values() as IterableIterator<Stored<ResourceTypes[R]>>;
  }

  *listAll<R extends Listed>(resource: R): IterableIterator<Stored<ResourceTypes[R]>> {
    for (const objects of this.listed.get(resource)?.values() ?? [])
      yield* objects.values() as IterableIterator<Stored<ResourceTypes[R]>>;
  }

  namespaceLabels(name: string): Labels | undefined {
    return this.find('namespaces', undefined, name)?.metadata.labels;
  }

  /** Whether any pod on any node uses the claim. */
  isClaimUsed(namespace: string, claim: string): boolean {
    return this.claimUses.has(`${namespace}/${claim}`);
  }

  nominatedTo(node: string): readonly PodInfo[] {
    return this.byName.get(node)?.nominated ?? [];
  }

  nominationOf(uid: string): string | undefined {
    return this.nominated.get(uid)?.node;
  }

  apply(change: Change): void {
    switch (change.kind) {
      case 'node':
        return change.node ? this.setNode(change.node) : this.removeNode(change.name);
      case 'pod':
        return this.setPod(change.uid, change.pod, change.node);
      case 'nomination':
        return this.setNomination(change.uid, change.pod, change.node);
      case 'object':
        return this.setObject(change.resource, change.key, change.object);
    }
  }

  /** Changes that lead from nothing to this state, as far as decisions can tell. */
  toChanges(): readonly Change[] {
    const changes: Change[] = [];
    for (const names of this.zones.values())
      for (const name of names) changes.push({ kind: 'node', name, node: this.byName.get(name)!.node });
    for (const [uid, { pod, node }] of this.placed) changes.push({ kind: 'pod', uid, pod: pod.pod, node });
    for (const [uid, { pod, node }] of this.nominated) changes.push({ kind: 'nomination', uid, pod: pod.pod, node });
    for (const [resource, namespaces] of this.listed)
      for (const objects of namespaces.values())
        for (const [key, object] of objects) changes.push({ kind: 'object', resource, key, object });
    return changes;
  }

  private setNomination(uid: string, pod: Stored<Pod> | undefined, node: string | undefined): void {
    const before = this.nominated.get(uid);
    if (before) {
      this.nominated.delete(uid);
      const others = this.nominatedOn.get(before.node)!;
      others.delete(uid);
      if (others.size === 0) this.nominatedOn.delete(before.node);
      this.byName.get(before.node)?.setNominated(others.values());
    }
    if (!pod || !node) return;
    const info = PodInfo.of(pod);
    this.nominated.set(uid, { pod: info, node });
    let others = this.nominatedOn.get(node);
    if (!others) this.nominatedOn.set(node, (others = new Map()));
    others.set(uid, info);
    this.byName.get(node)?.setNominated(others.values());
  }

  private setNode(node: Stored<Node>): void {
    const { name } = node.metadata;
    const found = this.byName.get(name);
    if (!found) {
      const info = new NodeInfo(node);
      info.settle(this.slotCount, this.changed);
      this.slotCount += 1;
      this.byName.set(name, info);
      this.addToZone(info);
      this.countImages(info.images, 1);
      info.setNominated(this.nominatedOn.get(name)?.values());
      for (const entry of this.placed.values()) if (entry.node === name) this.place(entry.pod, info);
      this.topology += 1;
      return;
    }
    const { zone, images, labels } = found;
    const { taints, unschedulable } = found.node.spec ?? {};
    found.setNode(node);
    this.countImages(images, -1);
    this.countImages(found.images, 1);
    if (found.zone !== zone) {
      this.removeFromZone(zone, name);
      this.addToZone(found);
    }
    if (labels !== found.labels || taints !== node.spec?.taints || unschedulable !== node.spec?.unschedulable)
      this.topology += 1;
  }

  private removeNode(name: string): void {
    const found = this.byName.get(name);
    if (!found) return;
    this.byName.delete(name);
    this.removeFromZone(found.zone, name);
    this.countImages(found.images, -1);
    this.nodesWithAffinity.delete(found);
    this.nodesWithRequiredAntiAffinity.delete(found);
    this.topology += 1;
  }

  private setPod(uid: string, pod: Stored<Pod> | undefined, node: string | undefined): void {
    const before = this.placed.get(uid);
    if (before) {
      this.placed.delete(uid);
      this.countClaims(before.pod, -1);
      const info = this.byName.get(before.node);
      if (info?.pods.has(uid)) this.displace(before.pod, info);
    }
    if (!pod || !node) return;
    const info = PodInfo.of(pod);
    this.placed.set(uid, { pod: info, node });
    this.countClaims(info, 1);
    const on = this.byName.get(node);
    if (on) this.place(info, on);
  }

  private place(pod: PodInfo, node: NodeInfo): void {
    node.addPod(pod);
    this.noteAffinity(node);
    this.leave({ pod, node, sign: 1 });
  }

  private displace(pod: PodInfo, node: NodeInfo): void {
    node.removePod(pod.uid);
    this.noteAffinity(node);
    this.leave({ pod, node, sign: -1 });
  }

  private leave(effect: Effect): void {
    this.effects.push(effect);
    if (this.effects.length < EFFECT_LIMIT) return;
    this.effectsBefore += this.effects.length >> 1;
    this.effects = this.effects.slice(this.effects.length >> 1);
  }

  private noteAffinity(node: NodeInfo): void {
    if (node.podsWithAffinity.size > 0) this.nodesWithAffinity.add(node);
    else this.nodesWithAffinity.delete(node);
    if (node.podsWithRequiredAntiAffinity.size > 0) this.nodesWithRequiredAntiAffinity.add(node);
    else this.nodesWithRequiredAntiAffinity.delete(node);
  }

  private countClaims({ namespace, name, pod }: PodInfo, sign: 1 | -1): void {
    for (const volume of pod.spec?.volumes ?? []) {
      const claim =
        volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${name}-${volume.name}` : undefined);
      if (claim === undefined) continue;
      const key = `${namespace}/${claim}`;
      const uses = (this.claimUses.get(key) ?? 0) + sign;
      if (uses > 0) this.claimUses.set(key, uses);
      else this.claimUses.delete(key);
    }
  }

  private setObject(resource: Listed, key: ObjectKey, object: KubeObject | undefined): void {
    if (resource === 'namespaces') this.topology += 1;
    let namespaces = this.listed.get(resource);
    if (!namespaces) this.listed.set(resource, (namespaces = new Map()));
    const slash = key.indexOf('/');
    const namespace = slash < 0 ? '' : key.slice(0, slash);
    let objects = namespaces.get(namespace);
    if (!objects) namespaces.set(namespace, (objects = new Map()));
    if (object) objects.set(key, object as Stored);
    else objects.delete(key);
  }

  private countImages(images: ReadonlyMap<string, number>, sign: 1 | -1): void {
    for (const name of images.keys()) this.imageSpread.set(name, (this.imageSpread.get(name) ?? 0) + sign);
  }

  private interleaved(): readonly NodeInfo[] {
    const lists = [...this.zones.values()];
    const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
    const order: NodeInfo[] = [];
    for (let index = 0; index < longest; index += 1) {
      for (const names of lists) {
        const name = names[index];
        if (name !== undefined) order.push(this.byName.get(name)!);
      }
    }
    return order;
  }

  private addToZone(info: NodeInfo): void {
    const names = this.zones.get(info.zone);
    if (names) names.push(info.name);
    else this.zones.set(info.zone, [info.name]);
    this.order = undefined;
    this.slotOrder = undefined;
  }

  private removeFromZone(zone: string, name: string): void {
    const rest = (this.zones.get(zone) ?? []).filter((other) => other !== name);
    if (rest.length > 0) this.zones.set(zone, rest);
    else this.zones.delete(zone);
    this.order = undefined;
    this.slotOrder = undefined;
  }
}
