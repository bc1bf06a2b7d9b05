/** CPU and memory used evenly. Upstream: framework/plugins/noderesources/balanced_allocation.go, release 1.35. */
import type { Plugin } from '../framework.ts';
import { podRequests } from '../node-info.ts';

export function balancedScore(fractions: readonly number[]): number {
  let deviation = 0;
  if (fractions.length === 2) deviation = Math.abs((fractions[0]! - fractions[1]!) / 2);
  else if (fractions.length > 2) {
    const mean = fractions.reduce((sum, fraction) => sum + fraction, 0) / fractions.length;
    deviation = Math.sqrt(fractions.reduce((sum, fraction) => sum + (fraction - mean) ** 2, 0) / fractions.length);
  }
  return Math.trunc((1 - deviation) * 100);
}

const fraction = (requested: number, capacity: number): number => Math.min(1, requested / capacity);

export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  skipsScore(pod) {
    const { requests } = podRequests(pod);
    return !requests['cpu'] && !requests['memory'];
  },
  score(pod, node) {
    const { requests } = podRequests(pod);
    const fractions = ['cpu', 'memory'].flatMap((name) => {
      const capacity = node.allocatable[name] ?? 0;
      return capacity === 0 ? [] : [fraction((node.requested[name] ?? 0) + (requests[name] ?? 0), capacity)];
    });
    return balancedScore(fractions);
  },
  explainScore(pod, node) {
    const { requests } = podRequests(pod);
    const cpu = fraction(node.requestedCpu + (requests['cpu'] ?? 0), node.allocatableCpu);
    const memory = fraction(node.requestedMemory + (requests['memory'] ?? 0), node.allocatableMemory);
    const deviation = Math.abs((cpu - memory) / 2);
    const round = (value: number): number => Math.round(value * 10_000) / 10_000;
    return [
      {
        label: 'cpu',
        expression: `(${node.requestedCpu} + ${requests['cpu'] ?? 0}) / ${node.allocatableCpu}`,
        result: round(cpu),
      },
      {
        label: 'memory',
        expression: `(${node.requestedMemory} + ${requests['memory'] ?? 0}) / ${node.allocatableMemory}`,
        result: round(memory),
      },
      { label: 'deviation', expression: `|${round(cpu)} − ${round(memory)}| / 2`, result: round(deviation) },
      { label: 'score', expression: `(1 − ${round(deviation)}) × 100`, result: balancedScore([cpu, memory]) },
    ];
  },
};
