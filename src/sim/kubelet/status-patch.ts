/** What of a pod's status has changed since the API server has heard of it last. Upstream: pkg/kubelet/status/status_manager.go. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { isDeepEqual } from '../apiserver/index.ts';
import { isConnectionRefused } from '../api/status.ts';
import type { Client } from '../client/index.ts';
import { podStatusOf } from './pod-status.ts';
import type { PodRecord } from './records.ts';

/** PATCH pods/status with what has changed. */
export function reportStatus(
  client: Client,
  record: PodRecord,
  hostIp: string,
  format: (virtualMs?: number) => string,
): { readonly transitions: PodRecord['transitions']; readonly written?: Stored<Pod>; readonly isUnheard?: boolean } {
  const { status, transitions } = podStatusOf(record, hostIp, format);
  // The status of a static pod is told of its mirror, or of nothing while there is none.
  const pod = record.isStatic ? record.mirror : record.pod;
  if (!pod) return { transitions };
  const patch = changedFields(status as Record<string, unknown>, (pod.status ?? {}) as Record<string, unknown>);
  if (Object.keys(patch).length === 0) return { transitions };
  const { namespace, name, uid } = pod.metadata;
  const body = { metadata: { uid }, status: patch };
  const written = client.patch('pods', namespace, name, 'strategic', body, 'status');
  if (written.ok) return { transitions, written: written.object };
  return isConnectionRefused(written.status) ? { transitions, isUnheard: true } : { transitions };
}

/** Conditions of the kubelet's own that go when what they tell of is over. */
const PASSING: ReadonlySet<string> = new Set(['PodResizePending', 'PodResizeInProgress']);

/** Fields that differ; conditions of other reporters (DisruptionTarget) merge by type and are not sent. */
function changedFields(next: Record<string, unknown>, old: Record<string, unknown>): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(next)) {
    if (key === 'conditions') {
      const before = (old['conditions'] ?? []) as readonly { type: string }[];
      const changed = (value as readonly { type: string }[]).flatMap((item) => {
        const old = before.find(({ type }) => type === item.type);
        if (isDeepEqual(item, old)) return [];
        // A reason that no longer holds has to be taken out: what a patch does not name stays.
        const gone = Object.keys(old ?? {}).filter((field) => !(field in item));
        return [{ ...item, ...Object.fromEntries(gone.map((field) => [field, null])) }];
      });
      const own = value as readonly { type: string }[];
      const absent = before.filter(({ type }) => !own.some((item) => item.type === type));
      const over = absent.filter(({ type }) => PASSING.has(type));
      if (changed.length === 0 && over.length === 0) continue;
      patch['conditions'] = [...changed, ...over.map(({ type }) => ({ type, $patch: 'delete' }))];
      // Its own come first, then those of others, as mergePodStatus puts them.
      const others = absent.filter((item) => !over.includes(item));
      patch['$setElementOrder/conditions'] = [...own, ...others].map(({ type }) => ({ type }));
    } else if (!isDeepEqual(value, old[key])) patch[key] = value;
  }
  return patch;
}
