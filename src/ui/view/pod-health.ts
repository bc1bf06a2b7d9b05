/** How a pod is doing, in one word and one shape. */
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1';

export type HealthShape = 'ready' | 'starting' | 'waiting' | 'failed' | 'ending' | 'done';

export interface PodHealth {
  readonly shape: HealthShape;
  /** The STATUS of `kubectl get pods`, as near as the page needs it. */
  readonly word: string;
  /** What the cluster says about it, where it says anything. */
  readonly reason: string | undefined;
}

const IS_FAULT = /BackOff|Err|Error|Invalid|OOM|CannotRun/;

function messageOf(pod: Pod, statuses: readonly ContainerStatus[]): string | undefined {
  const waiting = statuses.find(({ state }) => state?.waiting?.message)?.state?.waiting?.message;
  const unplaced = pod.spec?.nodeName
    ? undefined
    : pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return waiting ?? unplaced?.message ?? pod.status?.message;
}

function initWord(pod: Pod): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const index = statuses.findIndex(({ state, started }) => !started && state?.terminated?.exitCode !== 0);
  if (index < 0) return undefined;
  const { waiting, terminated } = statuses[index]!.state ?? {};
  if (terminated) return `Init:${terminated.reason ?? 'Error'}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${index}/${statuses.length}`;
}

export function podHealth(pod: Pod): PodHealth {
  const { status, metadata } = pod;
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const health = (shape: HealthShape, word: string): PodHealth => ({ shape, word, reason: messageOf(pod, statuses) });
  if (metadata?.deletionTimestamp) return health('ending', 'Terminating');
  if (status?.phase === 'Succeeded') return health('done', 'Completed');
  if (status?.phase === 'Failed') return health('failed', status.reason ?? 'Error');
  const init = status?.phase === 'Pending' ? initWord(pod) : undefined;
  if (init) return health(IS_FAULT.test(init) ? 'failed' : 'starting', init);
  const waiting = statuses.find(({ state }) => state?.waiting?.reason)?.state?.waiting?.reason;
  if (waiting && IS_FAULT.test(waiting)) return health('failed', waiting);
  const crashed = status?.containerStatuses?.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  if (crashed) return health('failed', crashed.state?.terminated?.reason ?? 'Error');
  if (status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'))
    return health('ready', 'Running');
  if (status?.phase === 'Running') return health('waiting', 'Running');
  return health('starting', waiting ?? 'Pending');
}
