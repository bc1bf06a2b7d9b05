/** Who has to leave a node now, by what programs use of it. Upstream: pkg/kubelet/eviction/eviction_manager.go (synchronize). */
import { wholeValue } from '../api/quantity.ts';
import { rootOf, type ProcessTable } from '../workloads/index.ts';
import { localStorageMessage, memoryMessage, MEMORY_THRESHOLD_BYTES, rank, SYSTEM_MEMORY_BYTES } from './eviction.ts';
import type { MachineSpec } from './machine-spec.ts';
import { isRunning, podLife, type PodRecord } from './records.ts';

interface Victims {
  readonly victims: readonly { readonly uid: string; readonly message: string }[];
  readonly isShort: boolean;
}

/** All whose own disk use is over its limit; one for the node's memory, if that is short. */
export function findVictims(records: readonly PodRecord[], processes: ProcessTable, machine: MachineSpec): Victims {
  const active = records.filter(({ state }) => /^(initializing|running)$/.test(podLife.leaves[state]!));
  const usedOf = (uid: string, name: string): number => {
    const process = processes.get(uid, name);
    return process ? processes.usage(process).memoryBytes : 0;
  };
  const greedy = active.flatMap(({ pod }) => {
    const { uid } = pod.metadata;
    const own = (name: string): number => {
      const process = processes.get(uid, name);
      return process ? processes.volumes.bytes(rootOf(process)) : 0;
    };
    const message = localStorageMessage(pod, (key) => processes.volumes.bytes(key), own);
    return message ? [{ uid, message }] : [];
  });
  const candidates = active.map(({ pod, containers }) => ({
    pod,
    containers: containers.filter(isRunning).map(({ name }) => ({ name, memoryBytes: usedOf(pod.metadata.uid, name) })),
  }));
  const used = candidates.reduce(
    (sum, { containers }) => sum + containers.reduce((all, item) => all + item.memoryBytes, 0),
    0,
  );
  const available = wholeValue(machine.capacity['memory']) - SYSTEM_MEMORY_BYTES - used;
  const isShort = available < MEMORY_THRESHOLD_BYTES;
  const [first] = isShort ? rank(candidates) : [];
  if (!first) return { victims: greedy, isShort };
  return { victims: [...greedy, { uid: first.pod.metadata.uid, message: memoryMessage(first, available) }], isShort };
}
