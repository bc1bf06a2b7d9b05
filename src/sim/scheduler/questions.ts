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

/** The first attempt in which the plugin turned the pod down on the node; undefined when there was none. */
export function rejectionOf(
  source: DecisionSource,
  { namespace, pod, node, plugin }: RejectionQuestion,
): DecisionSummary | undefined {
  return source.decisions({ namespace, pod }).find(({ attempt }) => {
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

/** The attempt in which a pod preempted another; undefined when it did not. */
export function preemptionOf(
  source: DecisionSource & { readonly kernel: { readonly trace: Trace } },
  { preemptor, victim }: PreemptionQuestion,
): DecisionSummary | undefined {
  const [namespace = '', pod = ''] = preemptor.split('/', 2);
  const { trace } = source.kernel;
  return source.decisions({ namespace, pod }).find(({ outcome, seq }) => {
    const event = outcome === 'preempting' ? trace.at(seq) : undefined;
    return event?.type === 'scheduler.attempt' && (event.data.victims?.includes(victim) ?? false);
  });
}
