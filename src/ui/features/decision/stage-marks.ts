/** What the stage shows of a step: the numbers or the verdicts on its nodes, and whom a preemption sends away. */
import type { DecisionRecord } from '../../../run/types.ts';
import type { ViewState } from '../../state/view.ts';
import type { Step } from './decision-model.ts';

/** Who has to go, and for which node. */
export function marksOf({ postFilter }: DecisionRecord): ViewState['marks'] {
  if (!postFilter?.nominatedNode) return undefined;
  return { nominated: postFilter.nominatedNode, victims: (postFilter.victims ?? []).map((key) => `pods|${key}`) };
}

/** Undefined at steps that say nothing of single nodes. */
export function heatOf(record: DecisionRecord, { point, plugin, isSkipped }: Step): ViewState['heat'] {
  if (isSkipped) return undefined;
  switch (point) {
    case 'Filter': {
      const rejected = record.nodes.flatMap(({ node, rejected: by }) => (by?.plugin === plugin ? [node] : []));
      return rejected.length > 0 ? { kind: 'filter', title: plugin!, scores: {}, rejected } : undefined;
    }
    case 'Score':
    case 'NormalizeScore':
      return scoresOf(record, plugin!, ({ scores }) => scores?.[plugin!]?.normalized);
    case 'Total':
    case 'Pick': {
      const highest = Math.max(1, ...record.nodes.map(({ total }) => total ?? 0));
      return scoresOf(record, 'Total', ({ total }) =>
        total === undefined ? undefined : Math.round((total * 100) / highest),
      );
    }
    default:
      return undefined;
  }
}

function scoresOf(
  { nodes }: DecisionRecord,
  title: string,
  scoreOf: (node: DecisionRecord['nodes'][number]) => number | undefined,
): ViewState['heat'] {
  const scores: Record<string, number> = {};
  for (const node of nodes) {
    const score = scoreOf(node);
    if (score !== undefined) scores[node.node] = score;
  }
  if (Object.keys(scores).length === 0) return undefined;
  return { kind: 'score', title, scores, rejected: nodes.flatMap(({ node, rejected }) => (rejected ? [node] : [])) };
}
