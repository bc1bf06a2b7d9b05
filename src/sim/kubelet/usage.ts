/** What pods use, by their scripted programs: what cAdvisor would measure. Upstream: pkg/kubelet/stats. */
import type { ProcessTable } from '../workloads/index.ts';
import type { PodRecord } from './records.ts';

export interface Usage {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

export function usageOf(records: Iterable<PodRecord>, processes: ProcessTable, now: number): Usage {
  let [cpuMillis, memoryBytes] = [0, 0];
  for (const { pod } of records) {
    for (const { name } of [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]) {
      const process = processes.get(pod.metadata.uid, name);
      if (!process) continue;
      const { behaviour, startedAt } = process;
      cpuMillis += behaviour.cpuMillis;
      memoryBytes +=
        behaviour.memoryBytes + Math.round(((behaviour.leakBytesPerSecond ?? 0) * (now - startedAt)) / 1000);
    }
  }
  return { cpuMillis, memoryBytes };
}
