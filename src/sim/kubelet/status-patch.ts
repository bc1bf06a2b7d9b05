/** What of a pod's status has changed since the API server has heard of it last. Upstream: pkg/kubelet/status/status_manager.go. */
import { isDeepEqual } from '../apiserver/index.ts';

/** Fields that differ; conditions of other reporters (PodScheduled) merge by type and are not sent. */
export function changedFields(next: Record<string, unknown>, old: Record<string, unknown>): Record<string, unknown> {
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
      if (changed.length > 0) patch['conditions'] = changed;
    } else if (!isDeepEqual(value, old[key])) patch[key] = value;
  }
  return patch;
}
