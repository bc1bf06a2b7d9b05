/**
 * What goals of lessons ask about decisions: who turned a pod down where, and who had to go for whom. Answered from the
 * trace and the records of attempts, so they hold for pods that are gone, too.
 */
import type { Trace } from '../kernel/index.ts';
import type { DecisionRecord, DecisionSummary } from './decision.ts';

export interface DecisionSource {
  decisions(filter: { namespace?: string; pod?: string }): readonly DecisionSummary[];
  decision(attempt: number): DecisionRecord | undefined;
}

export interface RejectionQuestion {
  readonly namespace: string;
  readonly pod: string;
  readonly node: string;
  readonly plugin: string;
}

/** Whether the plugin has turned the pod down on the node, in any attempt. */
export function wasRejected(source: DecisionSource, { namespace, pod, node, plugin }: RejectionQuestion): boolean {
  return source.decisions({ namespace, pod }).some(({ attempt }) => {
    const record = source.decision(attempt);
    if (record?.preFilter?.plugin === plugin) return true;
    return record?.nodes.some((item) => item.node === node && item.rejected?.plugin === plugin) ?? false;
  });
}

export interface PreemptionQuestion {
  /** `namespace/name` of the pod that needed room, and of the one that had to go. */
  readonly preemptor: string;
  readonly victim: string;
}

/** Whether a pod has preempted another. */
export function hasPreempted(trace: Trace, { preemptor, victim }: PreemptionQuestion): boolean {
  for (let seq = trace.length; seq >= trace.start; seq -= 1) {
    const event = trace.at(seq)!;
    if (event.type !== 'scheduler.attempt' || !event.data.victims?.includes(victim)) continue;
    if (`${event.object?.namespace}/${event.object?.name}` === preemptor) return true;
  }
  return false;
}
