/** What the filters said of the nodes that they turned down, in the order in which they were looked at. */
import type { NodeInfo } from './node-info.ts';
import type { PluginStatus } from './framework.ts';

export interface Rejection {
  readonly plugin: string;
  readonly status: PluginStatus;
}

export class Rejections {
  static readonly NONE = new Rejections([], [], 0);
  private byName: ReadonlyMap<string, Rejection> | undefined;

  /** `wrap` is the place in the list of the first node that stands before the node with which the search began. */
  constructor(
    private readonly nodes: readonly NodeInfo[],
    private readonly list: readonly Rejection[],
    private readonly wrap: number,
  ) {}

  get size(): number {
    return this.list.length;
  }

  /** By name of the node; the map is made when somebody asks, for most decisions need none. */
  get(node: string): Rejection | undefined {
    this.byName ??= new Map(this.nodes.map(({ name }, index) => [name, this.list[index]!]));
    return this.byName.get(node);
  }

  /** Each rejection once, with the number of nodes that got it. */
  get tally(): ReadonlyMap<Rejection, number> {
    return tallyOf(this.list);
  }

  /** The nodes that preemption could help on, in the order of the cluster's list. */
  get unschedulable(): readonly NodeInfo[] {
    const found: NodeInfo[] = [];
    const { nodes, list, wrap } = this;
    for (let step = 0; step < list.length; step += 1) {
      const index = (wrap + step) % list.length;
      if (list[index]!.status.code === 'Unschedulable') found.push(nodes[index]!);
    }
    return found;
  }
}

export function tallyOf(list: readonly Rejection[]): ReadonlyMap<Rejection, number> {
  const counts = new Map<Rejection, number>();
  for (let index = 0; index < list.length;) {
    const rejection = list[index]!;
    let end = index + 1;
    // Neighbours are mostly turned down alike.
    while (list[end] === rejection) end += 1;
    counts.set(rejection, (counts.get(rejection) ?? 0) + end - index);
    index = end;
  }
  return counts;
}

/** By reason. */
export function reasonCounts(tally: ReadonlyMap<Rejection, number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [{ status }, times] of tally)
    for (const reason of status.reasons) counts.set(reason, (counts.get(reason) ?? 0) + times);
  return counts;
}
