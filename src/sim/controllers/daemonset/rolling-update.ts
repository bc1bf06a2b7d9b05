/**
 * The arithmetic of a DaemonSet's rolling update: which old pods go, and on which nodes a new pod comes beside the old.
 * Upstream: pkg/controller/daemon/update.go (rollingUpdate, findUpdatedPodsOnNode).
 */
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';

export interface NodePods {
  readonly node: string;
  readonly shouldRun: boolean;
  readonly pods: readonly Stored<Pod>[];
}

export interface Replacement {
  readonly toDelete: readonly Stored<Pod>[];
  readonly toCreateOn: readonly string[];
}

/** Percentages round up. Of surge and unavailability one is 0; both 0 is refused by validation, and taken as 1 unavailable. */
export function daemonLimits(set: DaemonSet, desired: number): { surge: number; unavailable: number } {
  const { maxSurge = 0, maxUnavailable = 1 } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  const scaled = (value: number | string): number =>
    typeof value === 'number' ? value : Math.ceil((Number(value.replace('%', '')) * desired) / 100);
  const [surge, unavailable] = [scaled(maxSurge), scaled(maxUnavailable)];
  if (desired > 0 && surge === 0 && unavailable === 0) return { surge: 0, unavailable: 1 };
  return { surge, unavailable };
}

export const allowsSurge = (set: DaemonSet): boolean => daemonLimits(set, 1).surge > 0;

/** The new and the old pod of a node; undefined when there are more than one of either, which the main loop cleans up. */
function pairOf(
  pods: readonly Stored<Pod>[],
  isUpdated: (pod: Stored<Pod>) => boolean,
): { next: Stored<Pod> | undefined; old: Stored<Pod> | undefined } | undefined {
  const living = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const next = living.filter(isUpdated);
  const old = living.filter((pod) => !isUpdated(pod));
  return next.length > 1 || old.length > 1 ? undefined : { next: next[0], old: old[0] };
}

interface Judges {
  isUpdated(pod: Stored<Pod>): boolean;
  isAvailable(pod: Stored<Pod>): boolean;
}

/** Without surge: old pods that are not available go at once, others as far as unavailability allows. */
export function replaceByDeletion(nodes: readonly NodePods[], maxUnavailable: number, judges: Judges): Replacement {
  let unavailable = 0;
  const allowed: Stored<Pod>[] = [];
  const candidates: Stored<Pod>[] = [];
  for (const { pods } of nodes) {
    if (pods.length === 0) continue;
    const pair = pairOf(pods, judges.isUpdated);
    if (!pair || Boolean(pair.next) === Boolean(pair.old)) unavailable += 1;
    else if (pair.next) unavailable += judges.isAvailable(pair.next) ? 0 : 1;
    else if (!judges.isAvailable(pair.old!)) {
      allowed.push(pair.old!);
      unavailable += 1;
    } else candidates.push(pair.old!);
  }
  const room = Math.max(0, maxUnavailable - unavailable);
  return { toDelete: [...allowed, ...candidates.slice(0, room)], toCreateOn: [] };
}

/** With surge: new pods come beside the old ones, which go once the new ones are available. */
export function replaceBySurge(nodes: readonly NodePods[], maxSurge: number, judges: Judges): Replacement {
  let surging = 0;
  const toDelete: Stored<Pod>[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  for (const { node, shouldRun, pods } of nodes) {
    if (pods.length === 0) continue;
    const pair = pairOf(pods, judges.isUpdated);
    if (!pair) {
      surging += 1;
      continue;
    }
    const { next, old } = pair;
    if (!shouldRun) {
      toDelete.push(...[next, old].filter((pod): pod is Stored<Pod> => pod !== undefined));
    } else if (old && !next) (judges.isAvailable(old) ? candidates : allowed).push(node);
    else if (old && next) {
      if (judges.isAvailable(next)) toDelete.push(old);
      else surging += 1;
    }
  }
  const room = Math.max(0, maxSurge - surging);
  return { toDelete, toCreateOn: [...allowed, ...candidates.slice(0, room)] };
}
