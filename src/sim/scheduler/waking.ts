/** Which waiting pods an event may help. Upstream: pkg/scheduler/backend/queue/scheduling_queue.go (isPodWorthRequeuing). */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { ClusterState } from './cluster-state.ts';
import { isWorthRetrying, type ClusterEvent } from './hints.ts';
import { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';
import type { QueuedPod, SchedulingQueue } from './queue.ts';

export interface Woken {
  readonly queued: QueuedPod;
  /** The plugin whose hint said so. */
  readonly plugin: string;
}

/** Those that a plugin of their profile has turned down which now thinks better of it, in the order of the queue. */
export function wokenBy(
  event: ClusterEvent,
  profiles: ReadonlyMap<string, Profile>,
  scheduling: SchedulingQueue,
  cluster: ClusterState,
  /** The pod as it is now; undefined when it is not to be woken. */
  podOf: (queued: QueuedPod) => Stored<Pod> | undefined,
): readonly Woken[] {
  const woken = new Map<string, Woken>();
  for (const [name, profile] of profiles) {
    for (const { name: plugin, hints } of profile.hinting(event)) {
      for (const queued of scheduling.turnedDownBy(plugin)) {
        const pod = queued.profile === name && !woken.has(queued.key) ? podOf(queued) : undefined;
        if (pod && isWorthRetrying(hints, PodInfo.of(pod), event, cluster)) woken.set(queued.key, { queued, plugin });
      }
    }
  }
  return [...woken.values()].sort((left, right) => left.queued.order - right.queued.order);
}
