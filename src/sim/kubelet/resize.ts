/** In-place resize: what a running pod is given anew, or why not. Upstream: pkg/kubelet/allocation/allocation_manager.go. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { isDeepEqual } from '../apiserver/index.ts';
import { shortage } from './admission.ts';
import type { MachineSpec } from './machine-spec.ts';
import { resourcesOf, type PodRecord } from './records.ts';

interface Resize {
  readonly record: PodRecord;
  /** Containers that have something else than before. */
  readonly changed: readonly string[];
}

/** Undefined where the pod has what its spec asks for. */
export function resizeOf(record: PodRecord, all: readonly Stored<Pod>[], machine: MachineSpec): Resize | undefined {
  const { pod, allocated } = record;
  const wanted = resourcesOf(pod);
  const changed = Object.keys(wanted).filter((name) => !isDeepEqual(wanted[name], allocated[name]));
  const { pendingResize, ...settled } = record;
  if (changed.length === 0) return pendingResize ? { record: settled, changed: [] } : undefined;
  const never = shortage(pod, [], machine);
  const others = all.filter(
    ({ metadata, status }) =>
      metadata.uid !== pod.metadata.uid && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
  );
  const now = never ?? shortage(pod, others, machine);
  if (!now) return { record: { ...settled, allocated: wanted }, changed };
  const message = never
    ? now.message.replace(
        /^Node didn't have enough resource: (\w+), requested: (\d+), used: \d+, capacity: (\d+)$/,
        "Node didn't have enough capacity: $1, requested: $2, capacity: $3",
      )
    : now.message;
  return { record: { ...settled, pendingResize: { reason: never ? 'Infeasible' : 'Deferred', message } }, changed: [] };
}
