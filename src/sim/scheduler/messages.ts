/** The texts of events and conditions. Upstream: pkg/scheduler/framework/types.go (FitError), pkg/scheduler/schedule_one.go. */
import type { Evaluation } from './cycle.ts';
import { reasonCounts } from './rejections.ts';

const NOTE_LIMIT = 1024;
const CUT = ' ...';

/** `2 Insufficient cpu, 3 node(s) were unschedulable.`: counted, and sorted as texts with the count in front. */
export function histogram(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return parts.length === 0 ? '' : ` ${parts.join(', ')}.`;
}

export const NO_NODES = 'no nodes available to schedule pods';

/** Why a pod fits nowhere, with what PostFilter had to say. */
export function fitMessage(evaluation: Evaluation, postFilter: string): string {
  const { nodes } = evaluation.cluster;
  const head = `0/${nodes.length} nodes are available:`;
  const tail = postFilter === '' ? '' : ` ${postFilter}`;
  const { rejection, narrowedBy } = evaluation.preFilter;
  if (rejection) return `${head} ${rejection.status.reasons.join(', ')}.${tail}`;
  const counts = reasonCounts(evaluation.rejections.tally);
  if (evaluation.excluded > 0) {
    const reason = `node(s) didn't satisfy plugin(s) [${[...narrowedBy].sort().join(' ')}]`;
    counts.set(reason, (counts.get(reason) ?? 0) + evaluation.excluded);
  }
  return `${head}${histogram(counts)}${tail}`;
}

/** Notes of events are cut; conditions are not. */
export function noteOf(message: string): string {
  return message.length <= NOTE_LIMIT ? message : message.slice(0, NOTE_LIMIT - CUT.length) + CUT;
}
