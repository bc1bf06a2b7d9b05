/**
 * Records of attempts: kept compactly as they happen, written out in full when somebody looks.
 * Beyond the limits the oldest lose their detail first, then go; stepping back to their time brings them back.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { Evaluation } from './cycle.ts';
import type { ArithmeticLine, DecisionRecord, DecisionSummary, NodeDecision } from './decision.ts';
import type { NodeFacts, Plugin } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import { DEFAULT_PROFILE } from './plugins/index.ts';

export const SUMMARY_LIMIT = 100_000;
/** Nodes over all attempts that keep their detail. */
export const DETAIL_NODE_LIMIT = 400_000;

interface Detail {
  readonly pod: Stored<Pod>;
  readonly names: readonly string[];
  /** Eight numbers a node, in the order of `NodeFacts` after the name. */
  readonly facts: Float64Array;
  readonly rejections: Evaluation['rejections'];
  readonly feasible: readonly string[];
  readonly scores: Evaluation['scores'];
  readonly totals: readonly number[];
  readonly skippedFilter: readonly number[];
  readonly skippedScore: readonly number[];
  readonly preFilter?: Evaluation['preFilter'];
  readonly nodeCount: number;
  readonly startIndex: number;
  readonly tied: readonly string[];
  readonly because: string;
}

interface Kept {
  readonly summary: DecisionSummary;
  readonly detail?: Detail;
}

export interface AttemptContext {
  readonly pod: Stored<Pod>;
  readonly evaluation: Evaluation;
  readonly nodeCount: number;
  readonly startIndex: number;
  readonly tied: readonly string[];
  readonly because: string;
}

export class DecisionRecords {
  private kept: Kept[] = [];
  private firstAttempt = 1;
  private detailNodes = 0;
  private firstDetail = 0;

  /** The number that the next attempt will have. */
  get next(): number {
    return this.firstAttempt + this.kept.length;
  }

  add(summary: DecisionSummary, context: AttemptContext): void {
    const { evaluation } = context;
    const { evaluated } = evaluation;
    this.kept.push({ summary, detail: detailOf(context) });
    this.detailNodes += evaluated.length;
    while (this.detailNodes > DETAIL_NODE_LIMIT && this.firstDetail < this.kept.length - 1) {
      const old = this.kept[this.firstDetail]!;
      this.detailNodes -= old.detail?.names.length ?? 0;
      this.kept[this.firstDetail] = { summary: old.summary };
      this.firstDetail += 1;
    }
    if (this.kept.length > SUMMARY_LIMIT) {
      const dropped = SUMMARY_LIMIT >> 1;
      this.kept = this.kept.slice(dropped);
      this.firstAttempt += dropped;
      this.firstDetail = Math.max(0, this.firstDetail - dropped);
    }
  }

  list(filter: { namespace?: string; pod?: string }): readonly DecisionSummary[] {
    return this.kept
      .map(({ summary }) => summary)
      .filter(
        ({ namespace, pod }) =>
          (!filter.namespace || filter.namespace === namespace) && (!filter.pod || filter.pod === pod),
      );
  }

  find(attempt: number): DecisionRecord | undefined {
    const kept = this.kept[attempt - this.firstAttempt];
    return kept?.detail ? expand(kept.summary, kept.detail) : undefined;
  }

  save(): unknown {
    return {
      kept: this.kept.slice(),
      firstAttempt: this.firstAttempt,
      detailNodes: this.detailNodes,
      firstDetail: this.firstDetail,
    };
  }

  load(state: unknown): void {
    const saved = state as { kept: readonly Kept[]; firstAttempt: number; detailNodes: number; firstDetail: number };
    this.kept = saved.kept.slice();
    this.firstAttempt = saved.firstAttempt;
    this.detailNodes = saved.detailNodes;
    this.firstDetail = saved.firstDetail;
  }
}

const FACTS = 8;

function detailOf(context: AttemptContext): Detail {
  const { pod, evaluation, nodeCount, startIndex, tied, because } = context;
  const facts = new Float64Array(evaluation.evaluated.length * FACTS);
  evaluation.evaluated.forEach((node, index) => writeFacts(facts, index * FACTS, node));
  return {
    pod,
    names: evaluation.evaluated.map(({ name }) => name),
    facts,
    rejections: evaluation.rejections,
    feasible: evaluation.feasible.map(({ name }) => name),
    scores: evaluation.scores,
    totals: evaluation.totals,
    skippedFilter: evaluation.skippedFilter,
    skippedScore: evaluation.skippedScore,
    ...(evaluation.preFilter ? { preFilter: evaluation.preFilter } : {}),
    nodeCount,
    startIndex,
    tied,
    because,
  };
}

function writeFacts(facts: Float64Array, at: number, node: NodeInfo): void {
  facts[at] = node.allocatable['cpu'] ?? 0;
  facts[at + 1] = node.allocatable['memory'] ?? 0;
  facts[at + 2] = node.requested['cpu'] ?? 0;
  facts[at + 3] = node.requested['memory'] ?? 0;
  facts[at + 4] = node.nonZeroCpu;
  facts[at + 5] = node.nonZeroMemory;
  facts[at + 6] = node.pods.size;
  facts[at + 7] = node.allocatable['pods'] ?? 0;
}

function readFacts(name: string, facts: Float64Array, at: number): NodeFacts {
  return {
    name,
    allocatableCpu: facts[at]!,
    allocatableMemory: facts[at + 1]!,
    requestedCpu: facts[at + 2]!,
    requestedMemory: facts[at + 3]!,
    nonZeroCpu: facts[at + 4]!,
    nonZeroMemory: facts[at + 5]!,
    pods: facts[at + 6]!,
    allowedPods: facts[at + 7]!,
  };
}

function expand(summary: DecisionSummary, detail: Detail): DecisionRecord {
  const { skippedFilter, skippedScore, scores } = detail;
  const profile = DEFAULT_PROFILE;
  const nameOf = (index: number): string => profile[index]!.plugin.name;
  const filters = profile.flatMap(({ plugin }, index) => (plugin.filter ? [{ plugin, index }] : []));
  const scorers = profile.flatMap(({ plugin, weight }, index) =>
    plugin.score ? [{ name: plugin.name, weight, index }] : [],
  );
  const ran = filters.filter(({ index }) => !skippedFilter.includes(index)).map(({ plugin }) => plugin);
  const point = (name: string, has: (plugin: Plugin) => unknown): { point: string; plugins: readonly string[] } => ({
    point: name,
    plugins: profile.filter(({ plugin }) => has(plugin)).map(({ plugin }) => plugin.name),
  });
  const wasScored = scores.length > 0;
  return {
    ...summary,
    phases: [
      point('PreFilter', ({ preFilter }) => preFilter),
      { point: 'Filter', plugins: ran.map(({ name }) => name) },
      ...(wasScored
        ? [
            point('PreScore', ({ skipsScore }) => skipsScore),
            { point: 'Score', plugins: scores.map(({ plugin }) => nameOf(plugin)) },
            point('NormalizeScore', ({ normalize }) => normalize),
          ]
        : []),
    ],
    filterPlugins: filters.map(({ plugin }) => plugin.name),
    scorePlugins: scorers.map(({ name, weight }) => ({ name, weight })),
    skippedFilter: skippedFilter.map(nameOf),
    skippedScore: skippedScore.map(nameOf),
    ...(detail.preFilter ? { preFilter: detail.preFilter } : {}),
    nodes: detail.names.map((name, index) =>
      expandNode(name, readFacts(name, detail.facts, index * FACTS), detail, ran),
    ),
    nodeCount: detail.nodeCount,
    evaluatedCount: detail.names.length,
    startIndex: detail.startIndex,
    tied: detail.tied,
    because: detail.because,
  };
}

function expandNode(name: string, facts: NodeFacts, detail: Detail, ran: readonly Plugin[]): NodeDecision {
  const { pod, scores, totals } = detail;
  const profile = DEFAULT_PROFILE;
  const rejection = detail.rejections.get(name);
  const rejecting = rejection && profile[rejection.plugin]!.plugin;
  const passed = rejecting ? ran.slice(0, ran.indexOf(rejecting)) : ran;
  const arithmetic: Record<string, readonly ArithmeticLine[]> = {};
  const looked = rejecting ? [...passed, rejecting] : passed;
  for (const plugin of looked)
    if (plugin.explainFilter) arithmetic[`${plugin.name}/filter`] = plugin.explainFilter(pod, facts);
  const index = detail.feasible.indexOf(name);
  if (rejecting && rejection) {
    const { code, reasons } = rejection.status;
    return {
      node: name,
      passed: passed.map((plugin) => plugin.name),
      rejected: { plugin: rejecting.name, code, reasons },
      arithmetic,
    };
  }
  if (index < 0 || scores.length === 0) return { node: name, passed: passed.map((plugin) => plugin.name), arithmetic };
  const entries = scores.map(({ plugin, raw, normalized }) => {
    const { plugin: found, weight } = profile[plugin]!;
    if (found.explainScore) arithmetic[`${found.name}/score`] = found.explainScore(pod, facts, { raw }, index);
    return [
      found.name,
      { raw: raw[index]!, normalized: normalized[index]!, weighted: normalized[index]! * weight },
    ] as const;
  });
  return {
    node: name,
    passed: passed.map((plugin) => plugin.name),
    scores: Object.fromEntries(entries),
    total: totals[index]!,
    arithmetic,
  };
}
