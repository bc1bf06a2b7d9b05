/**
 * Events do not stay: etcd lets go of them after an hour. Upstream: cmd/kube-apiserver/app/options (`--event-ttl`).
 * etcd's leases end to the minute; here they end with the next compaction.
 */
import type { Event } from 'kubernetes-types/core/v1';
import type { KindDefinition } from '../api/kind.ts';
import type { Stored } from '../api/object.ts';
import type { Change, Store } from '../etcd/index.ts';
import { prefixOf } from './keys.ts';

const EVENT_TTL_MS = 3_600_000;

/** Deletes what is older than an hour, and returns the deletions. Times are virtual milliseconds. */
export function expireEvents(
  store: Store<Stored>,
  kind: KindDefinition,
  nowMs: number,
  parseTime: (time: string) => number,
): readonly Change<Stored>[] {
  const changes: Change<Stored>[] = [];
  for (const previous of [...store.values(prefixOf(kind))]) {
    const { lastTimestamp, series, eventTime, metadata } = previous.value as Stored<Event>;
    const writtenAt = [lastTimestamp, series?.lastObservedTime, eventTime, metadata.creationTimestamp]
      .map((time) => (time ? parseTime(time) : Number.NaN))
      .find(Number.isFinite);
    if (writtenAt === undefined || writtenAt + EVENT_TTL_MS > nowMs) continue;
    store.delete(prefixOf(kind), previous.key, previous.modRevision);
    changes.push({ revision: store.revision, key: previous.key, previous });
  }
  return changes;
}
