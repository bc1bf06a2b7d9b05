/** Which events a person steps through and sees in lists, and which leave a mark on the scrubber. */
import type { TraceEvent } from '../sim/kernel/index.ts';
import type { TimelineMark } from './types.ts';

/**
 * Heartbeats are true and endless: they are in the trace, but nobody steps through them. The same goes for probes that
 * succeed, which repeat every few seconds for every container.
 */
export function isHeartbeat(event: TraceEvent): boolean {
  switch (event.type) {
    case 'api.request':
      return event.data.resource === 'leases.coordination.k8s.io';
    case 'etcd.write':
      return event.data.key.startsWith('/registry/leases/');
    case 'watch.deliver':
      return event.data.resource === 'leases.coordination.k8s.io' || event.data.event === 'BOOKMARK';
    case 'probe':
      return event.data.result === 'success';
    case 'reconcile':
      return event.component.endsWith('/node-lifecycle');
    case 'etcd.compact':
      return true;
    default:
      return false;
  }
}

/** Whether stepping by `unit` stops here. */
export function isShown(event: TraceEvent, unit: 'event' | 'decision'): boolean {
  return unit === 'decision' ? event.type === 'scheduler.attempt' : !isHeartbeat(event);
}

export function markOf(event: TraceEvent): TimelineMark | undefined {
  const { seq, time } = event;
  if (event.type === 'command') return { seq, time, kind: 'command', title: event.data.title };
  if (event.type === 'scheduler.attempt' && event.data.outcome !== 'scheduled') {
    return { seq, time, kind: 'decision-failed', title: event.data.message };
  }
  if (event.type === 'event' && event.data.type === 'Warning') {
    return { seq, time, kind: 'warning', title: `${event.data.reason}: ${event.data.message}` };
  }
  return undefined;
}
