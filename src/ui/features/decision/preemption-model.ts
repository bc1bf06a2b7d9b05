/**
 * How preemption chose among its candidates: five criteria in order, each among those that the one before has left.
 * Upstream: pkg/scheduler/framework/preemption/preemption.go (pickOneNodeForPreemption).
 */
import type { DecisionRecord } from '../../../run/types.ts';

export const CRITERIA = ['pdbViolations', 'highestPriority', 'prioritySum', 'victimCount', 'latestStart'] as const;

export type Criterion = (typeof CRITERIA)[number];

type PostFilter = NonNullable<DecisionRecord['postFilter']>;
type Candidate = NonNullable<PostFilter['candidates']>[number];

export interface CandidateRow {
  readonly node: string;
  readonly victims: Candidate['victims'];
  /** Numbers as they are; of the last one the time at which the first of its most important victims started. */
  readonly values: Readonly<Record<Criterion, number | string>>;
  /** The criterion at which it fell behind; undefined for those that are equal to the best. */
  readonly lostAt: Criterion | undefined;
  readonly isChosen: boolean;
}

/** Priorities may be negative: each counts from the lowest there is, so that more victims are always a larger sum. */
const FLOOR = 2 ** 31;

function valuesOf({ victims, pdbViolations }: Candidate): CandidateRow['values'] {
  const priorities = victims.map(({ priority }) => priority);
  const highest = Math.max(...priorities);
  const starts = victims.flatMap(({ priority, startTime }) => (priority === highest && startTime ? [startTime] : []));
  return {
    pdbViolations,
    highestPriority: highest,
    prioritySum: priorities.reduce((sum, priority) => sum + priority + FLOOR, 0),
    victimCount: victims.length,
    latestStart: [...starts].sort()[0] ?? '',
  };
}

/** Less is better, but for the start, where later is better; a pod that has not started counts as the latest. */
function isBetter(criterion: Criterion, left: number | string, right: number | string): boolean {
  return criterion === 'latestStart' ? (left || '~') > (right || '~') : left < right;
}

export function candidateRows({ candidates = [], nominatedNode }: PostFilter): readonly CandidateRow[] {
  const rows = candidates.map((candidate) => ({ ...candidate, values: valuesOf(candidate) }));
  const lostAt = new Map<string, Criterion>();
  let left = rows;
  for (const criterion of CRITERIA) {
    const best = left.reduce<number | string | undefined>(
      (most, { values }) =>
        most === undefined || isBetter(criterion, values[criterion], most) ? values[criterion] : most,
      undefined,
    );
    const kept = left.filter(({ values }) => values[criterion] === best);
    for (const row of left) if (!kept.includes(row)) lostAt.set(row.node, criterion);
    left = kept;
  }
  const rank = (node: string): number =>
    node === nominatedNode ? -1 : lostAt.has(node) ? CRITERIA.length - CRITERIA.indexOf(lostAt.get(node)!) : 0;
  return rows
    .map(({ node, victims, values }) => ({
      node,
      victims,
      values,
      lostAt: lostAt.get(node),
      isChosen: node === nominatedNode,
    }))
    .sort((a, b) => rank(a.node) - rank(b.node));
}

/** Nodes that preemption cannot free, by what stands in the way, the most first; without a reason it is not helpful there. */
export function obstacles({ hopeless = [], notHelpful = [] }: PostFilter): readonly {
  readonly reason: string | undefined;
  readonly nodes: readonly string[];
}[] {
  const byReason = new Map<string, string[]>();
  for (const { node, reasons } of hopeless) {
    const reason = reasons.join(', ');
    byReason.set(reason, [...(byReason.get(reason) ?? []), node]);
  }
  const found = [...byReason].map(([reason, nodes]) => ({ reason: reason as string | undefined, nodes }));
  if (notHelpful.length > 0) found.push({ reason: undefined, nodes: [...notHelpful] });
  return found.sort((left, right) => right.nodes.length - left.nodes.length);
}

/** The criterion that left only what was chosen among; undefined when there was one candidate, or all were equal. */
export function decidingCriterion(rows: readonly CandidateRow[]): Criterion | undefined {
  const lost = rows.flatMap(({ lostAt }) => (lostAt ? [CRITERIA.indexOf(lostAt)] : []));
  return lost.length > 0 ? CRITERIA[Math.max(...lost)] : undefined;
}
