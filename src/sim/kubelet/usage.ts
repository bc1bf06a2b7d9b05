/** What pods use, by their programs: what cAdvisor would measure. Upstream: pkg/kubelet/stats. */
import type { ProcessTable, Usage } from '../workloads/index.ts';
import type { PodRecord } from './records.ts';

export function usageOf(records: Iterable<PodRecord>, processes: ProcessTable): Usage {
  let [cpuMillis, memoryBytes] = [0, 0];
  for (const { pod, containers } of records) {
    for (const { name } of containers) {
      const process = processes.get(pod.metadata.uid, name);
      if (!process) continue;
      const used = processes.usage(process);
      cpuMillis += used.cpuMillis;
      memoryBytes += used.memoryBytes;
    }
  }
  return { cpuMillis, memoryBytes };
}
