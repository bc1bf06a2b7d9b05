/** Node pools for scenarios that bring a cluster of their own; the same machines as the default cluster's. */
import type { PoolOptions } from '../../sim/options.ts';

export function defaultPoolOptions(name: string, mode: PoolOptions['mode']): PoolOptions {
  return {
    name,
    mode,
    vmSize: 'Standard_D4s_v5',
    count: 3,
    zones: ['1', '2', '3'],
    maxPods: 250,
    labels: {},
    taints: [],
  };
}
