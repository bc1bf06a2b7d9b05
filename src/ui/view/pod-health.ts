/** How a pod is doing, in one word and one shape. */
import type { Pod } from 'kubernetes-types/core/v1';

export type HealthShape = 'ready' | 'starting' | 'waiting' | 'failed' | 'ending' | 'done';

export interface PodHealth {
  readonly shape: HealthShape;
  /** The STATUS of `kubectl get pods`, as near as the page needs it. */
  readonly word: string;
}

export function podHealth(pod: Pod): PodHealth {
  const { status, metadata } = pod;
  if (metadata?.deletionTimestamp) return { shape: 'ending', word: 'Terminating' };
  if (status?.phase === 'Succeeded') return { shape: 'done', word: 'Completed' };
  if (status?.phase === 'Failed') return { shape: 'failed', word: status.reason ?? 'Failed' };
  const waiting = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    ({ state }) => state?.waiting?.reason,
  )?.state?.waiting?.reason;
  if (waiting && /BackOff|Err|Error|Invalid/.test(waiting)) return { shape: 'failed', word: waiting };
  if (status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'))
    return { shape: 'ready', word: 'Running' };
  if (status?.phase === 'Running') return { shape: 'waiting', word: 'Running' };
  return { shape: 'starting', word: waiting ?? 'Pending' };
}
