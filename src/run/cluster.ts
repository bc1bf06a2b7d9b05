/** What a cluster can be made of, and whether a choice would do. */
import {
  allocatableMemoryMi,
  checkOptions,
  REGIONS,
  reservedCpuMillis,
  VERSIONS,
  VM_SIZES,
  vmSize,
} from '../sim/azure/index.ts';
import type { WorldOptions } from '../sim/options.ts';
import type { ClusterCheck, ClusterChoices } from './types.ts';

export function clusterChoices(): ClusterChoices {
  return {
    regions: REGIONS,
    sizes: VM_SIZES.map(({ name, cpus, memoryGib }) => ({ name, cpus, memoryGib })),
    versions: VERSIONS,
  };
}

export function checkCluster(options: WorldOptions): ClusterCheck {
  return {
    faults: checkOptions(options),
    allocatable: options.pools.map(({ vmSize: name, maxPods }) => {
      const size = vmSize(name);
      return size
        ? {
            cpuMillis: size.cpus * 1000 - reservedCpuMillis(size.cpus),
            memoryMi: allocatableMemoryMi(size, maxPods),
            pods: maxPods,
          }
        : undefined;
    }),
  };
}
