/** Resources of a node used evenly. Upstream: framework/plugins/noderesources/balanced_allocation.go, release 1.35. */
import type { Plugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { isScalar } from '../requests.ts';
import { amountAsked, amountOn, type WeightedResource } from './resource-amounts.ts';

export interface BalancedAllocationArgs {
  readonly resources?: readonly WeightedResource[];
}

export function balancedScore(fractions: readonly number[]): number {
  return Math.trunc((1 - deviationOf(fractions)) * 100);
}

function deviationOf(fractions: readonly number[]): number {
  if (fractions.length === 2) return Math.abs((fractions[0]! - fractions[1]!) / 2);
  if (fractions.length < 2) return 0;
  const mean = fractions.reduce((sum, fraction) => sum + fraction, 0) / fractions.length;
  return Math.sqrt(fractions.reduce((sum, fraction) => sum + (fraction - mean) ** 2, 0) / fractions.length);
}

export const DEFAULT_BALANCED: readonly WeightedResource[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

const round = (value: number): number => Math.round(value * 10_000) / 10_000;

interface Share {
  readonly name: string;
  readonly used: number;
  readonly asked: number;
  readonly capacity: number;
  readonly fraction: number;
}

function sharesOf(names: readonly string[], pod: PodInfo, node: NodeInfo): readonly Share[] {
  const shares: Share[] = [];
  for (const name of names) {
    const asked = amountAsked(pod, name, true);
    const { capacity, used } = amountOn(node, name, true);
    if (capacity === 0 || (asked === 0 && isScalar(name))) continue;
    shares.push({ name, used, asked, capacity, fraction: Math.min(1, (used + asked) / capacity) });
  }
  return shares;
}

export function makeBalancedAllocation({ resources: listed = [] }: BalancedAllocationArgs): Plugin {
  const resources = listed.length > 0 ? listed : DEFAULT_BALANCED;
  const names = resources.map(({ name }) => name);
  const isPlain = names.length === 2 && names[0] === 'cpu' && names[1] === 'memory';
  return {
    name: 'NodeResourcesBalancedAllocation',
    isNodeLocal: true,
    preScore: (pod) => (names.every((name) => amountAsked(pod, name, true) === 0) ? { isSkipped: true } : undefined),
    score(pod, node) {
      const { cpu, memory } = node.allocatable;
      if (!isPlain || cpu === 0 || memory === 0)
        return balancedScore(sharesOf(names, pod, node).map(({ fraction }) => fraction));
      const { requests } = pod.resources;
      const cpuShare = Math.min(1, (node.requestedCpu + requests.cpu) / cpu);
      const memoryShare = Math.min(1, (node.requestedMemory + requests.memory) / memory);
      return Math.trunc((1 - Math.abs((cpuShare - memoryShare) / 2)) * 100);
    },
    explainScore(pod, node) {
      const shares = sharesOf(names, pod, node);
      const fractions = shares.map(({ fraction }) => fraction);
      const deviation = deviationOf(fractions);
      const shown =
        fractions.length === 2
          ? `|${round(fractions[0]!)} − ${round(fractions[1]!)}| / 2`
          : `σ(${fractions.map(round).join('; ')})`;
      return [
        ...shares.map(({ name, used, asked, capacity, fraction }) => ({
          label: name,
          expression: `(${used} + ${asked}) / ${capacity}`,
          result: round(fraction),
        })),
        { label: 'deviation', expression: shown, result: round(deviation) },
        { label: 'score', expression: `(1 − ${round(deviation)}) × 100`, result: balancedScore(fractions) },
      ];
    },
  };
}
