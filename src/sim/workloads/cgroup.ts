/** What a container reads of its own limits, as they are now. Upstream: the cgroup v2 files that runc writes. */
import type { RunningProcess } from './process.ts';

/** The kernel's period: a limit of 500m is 50 ms of each 100 ms. */
const PERIOD_US = 100_000;

export function cgroupFiles({ cpuMillis, memoryBytes }: RunningProcess['limits']): Readonly<Record<string, string>> {
  return {
    '/sys/fs/cgroup/cpu.max': `${cpuMillis === undefined ? 'max' : (cpuMillis * PERIOD_US) / 1000} ${PERIOD_US}\n`,
    '/sys/fs/cgroup/memory.max': `${memoryBytes ?? 'max'}\n`,
  };
}
