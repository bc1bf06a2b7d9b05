/**
 * Requests against what is left, and the LeastAllocated score. Upstream: framework/plugins/noderesources/{fit,
 * least_allocated}.go. A request larger than the whole node cannot be helped by preemption (since 1.34).
 */
import type { ArithmeticLine } from '../decision.ts';
import type { Plugin } from '../framework.ts';
import { podRequests } from '../node-info.ts';

const ORDER = ['cpu', 'memory', 'ephemeral-storage'];

export function leastRequestedScore(requested: number, capacity: number): number {
  if (capacity === 0 || requested > capacity) return 0;
  return Math.trunc(((capacity - requested) * 100) / capacity);
}

export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  filter(pod, node) {
    const reasons: string[] = [];
    let isUnresolvable = false;
    const { requests } = podRequests(pod);
    if (node.pods.size + 1 > (node.allocatable['pods'] ?? 0)) reasons.push('Too many pods');
    const others = Object.keys(requests)
      .filter((name) => !ORDER.includes(name))
      .sort();
    for (const name of [...ORDER, ...others]) {
      const wanted = requests[name] ?? 0;
      const allocatable = node.allocatable[name] ?? 0;
      if (wanted === 0 || wanted <= allocatable - (node.requested[name] ?? 0)) continue;
      reasons.push(`Insufficient ${name}`);
      if (wanted > allocatable) isUnresolvable = true;
    }
    if (reasons.length === 0) return undefined;
    return { code: isUnresolvable ? 'UnschedulableAndUnresolvable' : 'Unschedulable', reasons };
  },
  score(pod, node) {
    const { nonZeroCpu, nonZeroMemory } = podRequests(pod);
    const parts = [
      [node.nonZeroCpu + nonZeroCpu, node.allocatable['cpu'] ?? 0],
      [node.nonZeroMemory + nonZeroMemory, node.allocatable['memory'] ?? 0],
    ].filter(([, capacity]) => capacity !== 0);
    if (parts.length === 0) return 0;
    const sum = parts.reduce((total, [requested, capacity]) => total + leastRequestedScore(requested!, capacity!), 0);
    return Math.trunc(sum / parts.length);
  },
  explainScore(pod, node) {
    const { nonZeroCpu, nonZeroMemory } = podRequests(pod);
    const line = (label: string, used: number, wanted: number, capacity: number): ArithmeticLine => ({
      label,
      expression: `(${capacity} − ${used + wanted}) × 100 / ${capacity}`,
      result: leastRequestedScore(used + wanted, capacity),
    });
    const cpu = line('cpu (m)', node.nonZeroCpu, nonZeroCpu, node.allocatableCpu);
    const memory = line('memory (bytes)', node.nonZeroMemory, nonZeroMemory, node.allocatableMemory);
    return [
      cpu,
      memory,
      {
        label: 'score',
        expression: `(${cpu.result} + ${memory.result}) / 2`,
        result: Math.trunc((cpu.result + memory.result) / 2),
      },
    ];
  },
  explainFilter(pod, node) {
    const { requests } = podRequests(pod);
    const line = (label: string, wanted: number, used: number, allocatable: number): ArithmeticLine => ({
      label,
      expression: `${wanted} ${wanted > allocatable - used ? '>' : '≤'} ${allocatable} − ${used}`,
      result: allocatable - used,
    });
    return [
      line('cpu (m)', requests['cpu'] ?? 0, node.requestedCpu, node.allocatableCpu),
      line('memory (bytes)', requests['memory'] ?? 0, node.requestedMemory, node.allocatableMemory),
      line('pods', 1, node.pods, node.allowedPods),
    ];
  },
};
