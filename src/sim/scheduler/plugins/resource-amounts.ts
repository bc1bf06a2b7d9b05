/** Amounts of one resource, as the scores of resources read them. Upstream: framework/plugins/noderesources/resource_allocation.go. */
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

export interface WeightedResource {
  readonly name: string;
  readonly weight: number;
}

/** `isExact`: the requests as they are; else containers that ask for nothing count with the defaults. */
export function amountAsked({ resources }: PodInfo, name: string, isExact: boolean): number {
  const { requests } = resources;
  switch (name) {
    case 'cpu':
      return isExact ? requests.cpu : resources.scoredCpu;
    case 'memory':
      return isExact ? requests.memory : resources.scoredMemory;
    case 'ephemeral-storage':
      return requests.storage;
    default:
      return requests.scalars?.get(name) ?? 0;
  }
}

export function amountOn(node: NodeInfo, name: string, isExact: boolean): { capacity: number; used: number } {
  const { allocatable } = node;
  switch (name) {
    case 'cpu':
      return { capacity: allocatable.cpu, used: isExact ? node.requestedCpu : node.nonZeroCpu };
    case 'memory':
      return { capacity: allocatable.memory, used: isExact ? node.requestedMemory : node.nonZeroMemory };
    case 'ephemeral-storage':
      return { capacity: allocatable.storage, used: node.requestedStorage };
    default:
      return { capacity: allocatable.scalars?.get(name) ?? 0, used: node.requestedScalars.get(name) ?? 0 };
  }
}
