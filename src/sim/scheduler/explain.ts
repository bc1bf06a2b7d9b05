/**
 * A decision written out in full: every plugin's verdict on every node, every number of every score and the arithmetic
 * behind it. Made when somebody looks, from the same evaluation over the same cluster that decided.
 */
import type { Outcome } from './attempt.ts';
import { feasibleNodesToFind, type Evaluation } from './cycle.ts';
import type { ArithmeticLine, DecisionRecord, NodeDecision } from './decision.ts';
import type { Plugin } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PostFilterResult } from './post-filter.ts';
import type { ExtensionPoint } from './profile.ts';
import type { Attempt } from './records.ts';

export function explain(
  { summary, startIndex, because, hintedBy, profile: profileName }: Attempt,
  { evaluation, postFilter, tied }: Pick<Outcome, 'evaluation' | 'postFilter' | 'tied'>,
  percentageOfNodesToScore: number,
): DecisionRecord {
  const { profile, preFilter, scores, skippedScore, evaluated, cluster, pod } = evaluation;
  const { rejection } = preFilter;
  const at = (point: ExtensionPoint): readonly string[] => profile.at(point).map(({ plugin }) => plugin.name);
  const ran = profile
    .at('filter')
    .filter(({ plugin }) => !preFilter.skipped.includes(plugin.name))
    .map(({ plugin }) => plugin);
  const nominatedNode = pod.pod.status?.nominatedNodeName;
  return {
    ...summary,
    profile: profileName,
    ...(nominatedNode ? { nominatedNode } : {}),
    phases: phasesOf(evaluation, summary.outcome === 'scheduled'),
    filterPlugins: at('filter'),
    scorePlugins: profile.at('score').map(({ plugin, weight }) => ({ name: plugin.name, weight })),
    skippedFilter: preFilter.skipped.filter((name) => at('filter').includes(name)),
    skippedScore: scores.length > 0 ? skippedScore : [],
    ...(rejection
      ? { preFilter: { plugin: rejection.plugin, code: rejection.status.code, reasons: rejection.status.reasons } }
      : {}),
    nodes: evaluated.map((node) => explainNode(node, evaluation, ran)),
    nodeCount: cluster.nodes.length,
    evaluatedCount: evaluated.length,
    excluded: { count: evaluation.excluded, by: evaluation.excluded > 0 ? preFilter.narrowedBy : [] },
    startIndex,
    enoughCount: feasibleNodesToFind(cluster.nodes.length - evaluation.excluded, percentageOfNodesToScore),
    percentageOfNodesToScore,
    tied: tied.map(({ name }) => name),
    ...(postFilter ? { postFilter: explainPostFilter(postFilter, evaluation) } : {}),
    because,
    ...(hintedBy === undefined ? {} : { hintedBy }),
  };
}

const TITLES: Readonly<Record<ExtensionPoint, string>> = {
  preEnqueue: 'PreEnqueue',
  queueSort: 'QueueSort',
  preFilter: 'PreFilter',
  filter: 'Filter',
  postFilter: 'PostFilter',
  preScore: 'PreScore',
  score: 'Score',
  reserve: 'Reserve',
  permit: 'Permit',
  preBind: 'PreBind',
  bind: 'Bind',
  postBind: 'PostBind',
};

/** Extension points in the order in which they ran, with the plugins that took part. */
function phasesOf(
  { profile, preFilter, scores, feasible, fault }: Evaluation,
  isScheduled: boolean,
): DecisionRecord['phases'] {
  const phase = (point: ExtensionPoint, skipped: readonly string[] = []): DecisionRecord['phases'][number] => ({
    point: TITLES[point],
    plugins: profile
      .at(point)
      .map(({ plugin }) => plugin.name)
      .filter((name) => !skipped.includes(name)),
  });
  const scored = new Set(scores.map(({ plugin }) => plugin));
  const unscored = profile
    .at('score')
    .map(({ plugin }) => plugin.name)
    .filter((name) => !scored.has(name));
  return [
    phase('preEnqueue'),
    phase('queueSort'),
    phase('preFilter'),
    ...(preFilter.rejection ? [] : [phase('filter', preFilter.skipped)]),
    ...(feasible.length === 0 ? [phase('postFilter')] : []),
    ...(fault ? [phase('preScore')] : []),
    ...(scores.length > 0
      ? [
          phase('preScore'),
          phase('score', unscored),
          {
            point: 'NormalizeScore',
            plugins: profile
              .at('score')
              .filter(({ plugin }) => plugin.normalize && scored.has(plugin.name))
              .map(({ plugin }) => plugin.name),
          },
        ]
      : []),
    ...(isScheduled ? [phase('reserve'), phase('permit'), phase('preBind'), phase('bind'), phase('postBind')] : []),
  ];
}

function explainPostFilter(
  { status, message, best, candidates, tied, search }: PostFilterResult,
  evaluation: Evaluation,
): DecisionRecord['postFilter'] {
  const found = candidates.map(({ node, victims, pdbViolations }) => ({
    node,
    victims: victims.map(({ namespace, name, priority, pod }) => {
      const startTime = pod.status?.startTime;
      return { namespace, name, priority, ...(startTime ? { startTime: String(startTime) } : {}) };
    }),
    pdbViolations,
  }));
  return {
    status,
    message,
    ...(best ? { nominatedNode: best.node, victims: best.victims.map(({ key }) => key) } : {}),
    ...(found.length > 0 ? { candidates: found, tied } : {}),
    ...(search ? explainSearch(search, evaluation) : {}),
  };
}

/** What preemption found on the nodes that are no candidates, and on which it did not look. */
function explainSearch(
  { potential, found }: NonNullable<PostFilterResult['search']>,
  { cluster }: Evaluation,
): Pick<NonNullable<DecisionRecord['postFilter']>, 'hopeless' | 'notHelpful' | 'untriedCount'> {
  const isPotential = new Set(potential);
  return {
    hopeless: found.rejections.map(({ plugin, status: { code, reasons } }, index) => {
      return { node: found.rejectedNodes[index]!.name, plugin, code, reasons };
    }),
    notHelpful: cluster.nodes.filter((node) => !isPotential.has(node)).map(({ name }) => name),
    untriedCount: potential.length - found.rejections.length - found.candidates.length,
  };
}

function explainNode(node: NodeInfo, evaluation: Evaluation, ran: readonly Plugin[]): NodeDecision {
  const { pod, run, cluster } = evaluation;
  const rejection = evaluation.rejections.get(node.name);
  const at = rejection ? ran.findIndex(({ name }) => name === rejection.plugin) : ran.length;
  const arithmetic: Record<string, readonly ArithmeticLine[]> = {};
  for (const plugin of ran.slice(0, at + 1)) {
    const lines = plugin.explainFilter?.(pod, node, run.stateOf(plugin), cluster) ?? [];
    if (lines.length > 0) arithmetic[`${plugin.name}/filter`] = lines;
  }
  const passed = ran.slice(0, at).map(({ name }) => name);
  if (rejection) {
    const { code, reasons } = rejection.status;
    return { node: node.name, passed, rejected: { plugin: rejection.plugin, code, reasons }, arithmetic };
  }
  if (evaluation.scores.length === 0) return { node: node.name, passed, arithmetic };
  return { node: node.name, passed, arithmetic, ...explainScores(node, evaluation, arithmetic) };
}

function explainScores(
  node: NodeInfo,
  { pod, feasible, scores, totals, profile, cluster }: Evaluation,
  arithmetic: Record<string, readonly ArithmeticLine[]>,
): Pick<NodeDecision, 'scores' | 'total'> {
  const index = feasible.indexOf(node);
  const entries = scores.map(({ plugin: name, weight, state, raw, normalized }) => {
    const lines =
      profile.plugin(name)?.explainScore?.(pod, node, state, { raw, normalized, nodes: feasible, index }, cluster) ??
      [];
    if (lines.length > 0) arithmetic[`${name}/score`] = lines;
    return [name, { raw: raw[index]!, normalized: normalized[index]!, weighted: normalized[index]! * weight }] as const;
  });
  return { scores: Object.fromEntries(entries), total: totals[index]! };
}
