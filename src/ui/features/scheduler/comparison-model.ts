/** Nodes of two placements side by side. Pure, so that it can be tested without a page. */
import type { Comparison, NodeUse } from '../../../run/types.ts';

export interface NodePair {
  readonly node: string;
  readonly left: NodeUse;
  readonly right: NodeUse;
}

/** Where the two differ most, or by name. */
export type NodeOrder = 'difference' | 'name';

const differenceOf = ({ left, right }: NodePair): number =>
  Math.abs(left.cpu - right.cpu) + Math.abs(left.memory - right.memory);

export function nodePairs({ left, right }: Comparison, order: NodeOrder): readonly NodePair[] {
  const others = new Map(right.nodes.map((use) => [use.node, use]));
  const pairs = left.nodes.flatMap((use): NodePair[] => {
    const other = others.get(use.node);
    return other ? [{ node: use.node, left: use, right: other }] : [];
  });
  const byName = (a: NodePair, b: NodePair): number => (a.node < b.node ? -1 : 1);
  return pairs.sort((a, b) => (order === 'name' ? 0 : differenceOf(b) - differenceOf(a)) || byName(a, b));
}
