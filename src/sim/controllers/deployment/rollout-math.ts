/**
 * The arithmetic of a rolling update. Upstream: pkg/controller/deployment/util/deployment_util.go (ResolveFenceposts,
 * NewRSNewReplicas), pkg/controller/deployment/rolling.go.
 */
import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1';

export interface Fenceposts {
  readonly surge: number;
  readonly unavailable: number;
}

function resolve(value: number | string | undefined, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = Number((value ?? '0%').replace('%', ''));
  return round((percent * total) / 100);
}

/** maxSurge rounds up, maxUnavailable down; both 0 would stand still, so one may be unavailable. */
export function fenceposts(deployment: Deployment): Fenceposts {
  const { replicas = 1, strategy } = deployment.spec ?? {};
  if (strategy?.type === 'Recreate') return { surge: 0, unavailable: 0 };
  const surge = resolve(strategy?.rollingUpdate?.maxSurge ?? '25%', replicas, Math.ceil);
  const unavailable = resolve(strategy?.rollingUpdate?.maxUnavailable ?? '25%', replicas, Math.floor);
  if (surge === 0 && unavailable === 0) return { surge, unavailable: 1 };
  return { surge, unavailable: Math.min(unavailable, replicas) };
}

/** How many replicas the new ReplicaSet may have now. */
export function newSetReplicas(deployment: Deployment, total: number, current: number): number {
  const { replicas = 1, strategy } = deployment.spec ?? {};
  if (strategy?.type === 'Recreate') return replicas;
  const room = replicas + fenceposts(deployment).surge - total;
  return room <= 0 ? current : current + Math.min(room, replicas - current);
}

export interface OldSet {
  readonly name: string;
  readonly replicas: number;
  readonly available: number;
}

/** The old sets' new sizes, oldest first: unhealthy replicas go first, then as many as availability allows. */
export function scaleDownOldSets(
  deployment: Deployment,
  newSet: { readonly replicas: number; readonly available: number },
  oldSets: readonly OldSet[],
): ReadonlyMap<string, number> {
  const { replicas = 1 } = deployment.spec ?? {};
  const sizes = new Map(oldSets.map(({ name, replicas: size }) => [name, size]));
  const oldTotal = oldSets.reduce((sum, set) => sum + set.replicas, 0);
  if (oldTotal === 0) return sizes;
  const minAvailable = replicas - fenceposts(deployment).unavailable;
  const newUnavailable = newSet.replicas - newSet.available;
  const room = oldTotal + newSet.replicas - minAvailable - newUnavailable;
  if (room <= 0) return sizes;

  let cleaned = 0;
  for (const set of oldSets) {
    if (cleaned >= room) break;
    const unhealthy = Math.min(room - cleaned, set.replicas - set.available);
    if (unhealthy <= 0) continue;
    sizes.set(set.name, set.replicas - unhealthy);
    cleaned += unhealthy;
  }

  let spare = newSet.available + oldSets.reduce((sum, set) => sum + set.available, 0) - minAvailable;
  for (const set of oldSets) {
    if (spare <= 0) break;
    const size = sizes.get(set.name)!;
    const count = Math.min(size, spare);
    sizes.set(set.name, size - count);
    spare -= count;
  }
  return sizes;
}

/** Shares a change of size over all sets, oldest first, while a rollout is under way. Upstream: sync.go (scale). */
export function proportionalSizes(
  sets: readonly Pick<ReplicaSet, 'metadata' | 'spec'>[],
  allowed: number,
  maxReplicasOf: (set: Pick<ReplicaSet, 'metadata' | 'spec'>) => number,
): ReadonlyMap<string, number> {
  const sizeOf = (set: Pick<ReplicaSet, 'spec'>): number => set.spec?.replicas ?? 0;
  const nameOf = (set: Pick<ReplicaSet, 'metadata'>): string => set.metadata?.name ?? '';
  const total = sets.reduce((sum, set) => sum + sizeOf(set), 0);
  let toAdd = allowed - total;
  const isUp = toAdd > 0;
  // Bigger first; among equals the newer on the way up, the older on the way down.
  const byAge = isUp ? [...sets].reverse() : [...sets];
  const ordered = byAge.sort((left, right) => sizeOf(right) - sizeOf(left));
  const sizes = new Map<string, number>();
  for (const set of ordered) {
    const size = sizeOf(set);
    const annotated = maxReplicasOf(set) || total;
    const share = Math.round((size * allowed) / annotated) - size;
    const change = isUp ? Math.min(Math.max(share, 0), toAdd) : Math.max(Math.min(share, 0), toAdd);
    sizes.set(nameOf(set), size + change);
    toAdd -= change;
  }
  const [first] = ordered;
  if (first && toAdd !== 0) sizes.set(nameOf(first), Math.max(0, sizes.get(nameOf(first))! + toAdd));
  return sizes;
}
