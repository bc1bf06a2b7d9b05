/**
 * The scheduler's own view of nodes and pods, with the pods it assumes to be bound before the watch says so.
 * Upstream: pkg/scheduler/backend/cache/{cache,node_tree}.go.
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { Snapshot } from './framework.ts';
import { NodeInfo } from './node-info.ts';

export class NodeCache {
  private readonly nodes = new Map<string, NodeInfo>();
  /** Zone to its nodes' names, zones and nodes in the order in which they were first seen. */
  private zones = new Map<string, string[]>();
  private order: readonly NodeInfo[] | undefined;
  private spread: ReadonlyMap<string, number> | undefined;
  /** Uid of a pod to the node it was counted on. */
  private readonly placed = new Map<string, string>();
  private readonly assumed = new Map<string, Stored<Pod>>();

  setNode(node: Stored<Node>): void {
    const { name } = node.metadata;
    const found = this.nodes.get(name);
    if (!found) {
      const info = new NodeInfo(node);
      this.nodes.set(name, info);
      this.addToZone(info);
      this.spread = undefined;
      return;
    }
    const before = found.zone;
    const hadImages = found.node.status?.images;
    found.setNode(node);
    if (hadImages !== node.status?.images) this.spread = undefined;
    if (found.zone !== before) {
      this.removeFromZone(before, name);
      this.addToZone(found);
    }
  }

  removeNode(node: Stored<Node>): void {
    const found = this.nodes.get(node.metadata.name);
    if (!found) return;
    this.nodes.delete(node.metadata.name);
    this.removeFromZone(found.zone, node.metadata.name);
    this.spread = undefined;
  }

  /** A pod that the API says is bound. */
  addPod(pod: Stored<Pod>): void {
    const { uid } = pod.metadata;
    const node = pod.spec!.nodeName!;
    this.assumed.delete(uid);
    const before = this.placed.get(uid);
    if (before === node && this.nodes.get(node)?.pods.get(uid)?.spec === pod.spec) return;
    if (before !== undefined) this.nodes.get(before)?.removePod(pod);
    this.placed.set(uid, node);
    this.nodes.get(node)?.addPod(pod);
  }

  removePod(pod: Stored<Pod>): void {
    const node = this.placed.get(pod.metadata.uid);
    this.assumed.delete(pod.metadata.uid);
    if (node === undefined) return;
    this.placed.delete(pod.metadata.uid);
    this.nodes.get(node)?.removePod(pod);
  }

  assume(pod: Stored<Pod>, node: string): void {
    const assumed = { ...pod, spec: { ...pod.spec!, nodeName: node } };
    this.assumed.set(pod.metadata.uid, assumed);
    this.placed.set(pod.metadata.uid, node);
    this.nodes.get(node)?.addPod(assumed);
  }

  forget(pod: Stored<Pod>): void {
    this.removePod(pod);
  }

  isAssumed(uid: string): boolean {
    return this.assumed.has(uid);
  }

  /** Nodes with one of each zone in turn, as upstream's node tree lists them. */
  snapshot(): Snapshot {
    return { nodes: (this.order ??= this.interleaved()), imageSpread: (this.spread ??= this.countImages()) };
  }

  private interleaved(): readonly NodeInfo[] {
    const lists = [...this.zones.values()];
    const longest = Math.max(0, ...lists.map(({ length }) => length));
    const order: NodeInfo[] = [];
    for (let index = 0; index < longest; index += 1) {
      for (const names of lists) {
        const name = names[index];
        if (name !== undefined) order.push(this.nodes.get(name)!);
      }
    }
    return order;
  }

  private countImages(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { images } of this.nodes.values())
      for (const name of images.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  }

  private addToZone(info: NodeInfo): void {
    const names = this.zones.get(info.zone) ?? [];
    this.zones.set(info.zone, [...names, info.name]);
    this.order = undefined;
  }

  private removeFromZone(zone: string, name: string): void {
    const rest = (this.zones.get(zone) ?? []).filter((other) => other !== name);
    if (rest.length > 0) this.zones.set(zone, rest);
    else this.zones.delete(zone);
    this.order = undefined;
  }

  saveAssumed(): unknown {
    return [...this.assumed.values()];
  }

  saveOrder(): unknown {
    return {
      zones: new Map([...this.zones].map(([zone, names]) => [zone, [...names]])),
      nodes: [...this.nodes.keys()],
    };
  }

  /** Counts everything anew from what the informers hold. */
  rebuild(order: unknown, nodes: Iterable<Stored<Node>>, pods: Iterable<Stored<Pod>>, assumed: unknown): void {
    const saved = order as { zones: ReadonlyMap<string, readonly string[]>; nodes: readonly string[] };
    this.nodes.clear();
    this.placed.clear();
    this.assumed.clear();
    const byName = new Map([...nodes].map((node) => [node.metadata.name, node]));
    for (const name of saved.nodes) {
      const node = byName.get(name);
      if (node) this.nodes.set(name, new NodeInfo(node));
    }
    this.zones = new Map([...saved.zones].map(([zone, names]) => [zone, [...names]]));
    this.order = undefined;
    this.spread = undefined;
    for (const pod of pods) if (pod.spec?.nodeName) this.addPod(pod);
    for (const pod of assumed as readonly Stored<Pod>[]) this.assume(pod, pod.spec!.nodeName!);
  }
}
