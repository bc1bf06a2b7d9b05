/**
 * One scheduling cycle over a snapshot: PreFilter, Filter, PreScore, Score, NormalizeScore. Pure: it changes nothing.
 * Upstream: pkg/scheduler/schedule_one.go, pkg/scheduler/framework/runtime/framework.go.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { FilterVerdict } from './decision.ts';
import type { PluginStatus, Snapshot } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { ProfilePlugin } from './plugins/index.ts';

const MIN_FEASIBLE = 100;
const MIN_PERCENT = 5;

/** How many feasible nodes are enough (numFeasibleNodesToFind). `percentage` 0 means the adaptive default. */
export function feasibleNodesToFind(nodes: number, percentage = 0): number {
  if (nodes < MIN_FEASIBLE || percentage >= 100) return nodes;
  const percent = percentage > 0 ? percentage : Math.max(MIN_PERCENT, 50 - Math.trunc(nodes / 125));
  return Math.max(MIN_FEASIBLE, Math.trunc((nodes * percent) / 100));
}

export interface Rejection {
  readonly plugin: number;
  readonly status: PluginStatus;
}

export interface PluginScores {
  readonly plugin: number;
  readonly raw: readonly number[];
  readonly normalized: readonly number[];
}

export interface Evaluation {
  /** Indexes of plugins of the profile whose PreFilter or PreScore said Skip. */
  readonly skippedFilter: readonly number[];
  readonly skippedScore: readonly number[];
  readonly preFilter?: FilterVerdict;
  /** In the order in which they were looked at. */
  readonly evaluated: readonly NodeInfo[];
  readonly rejections: ReadonlyMap<string, Rejection>;
  /** Nodes outside what PreFilter left, which were not looked at. */
  readonly excluded: number;
  readonly excludedBy: readonly string[];
  readonly feasible: readonly NodeInfo[];
  readonly scores: readonly PluginScores[];
  readonly totals: readonly number[];
  readonly nextStart: number;
}

export interface CycleOptions {
  readonly profile: readonly ProfilePlugin[];
  readonly percentageOfNodesToScore: number;
  readonly startIndex: number;
}

export function evaluate(pod: Stored<Pod>, snapshot: Snapshot, options: CycleOptions): Evaluation {
  const { profile, startIndex } = options;
  const skippedFilter: number[] = [];
  const excludedBy: string[] = [];
  let allowed: ReadonlySet<string> | undefined;
  const empty = {
    evaluated: [],
    rejections: new Map<string, Rejection>(),
    excluded: 0,
    excludedBy,
    feasible: [],
    scores: [],
    totals: [],
    skippedScore: [],
  };
  for (const [index, { plugin }] of profile.entries()) {
    const verdict = plugin.preFilter?.(pod, snapshot);
    if (!verdict) continue;
    if (verdict.isSkipped) skippedFilter.push(index);
    if (verdict.status) {
      const { code, reasons } = verdict.status;
      return { ...empty, skippedFilter, preFilter: { plugin: plugin.name, code, reasons }, nextStart: startIndex };
    }
    if (verdict.nodeNames) {
      allowed = allowed ? new Set([...allowed].filter((name) => verdict.nodeNames!.has(name))) : verdict.nodeNames;
      excludedBy.push(plugin.name);
    }
  }
  const found = filterNodes(pod, snapshot, options, skippedFilter, allowed);
  const { feasible } = found;
  if (feasible.length <= 1) return { ...empty, ...found, excludedBy, skippedFilter };
  return { ...found, ...scoreNodes(pod, snapshot, profile, feasible), excludedBy, skippedFilter };
}

function filterNodes(
  pod: Stored<Pod>,
  { nodes }: Snapshot,
  { profile, percentageOfNodesToScore, startIndex }: CycleOptions,
  skipped: readonly number[],
  allowed: ReadonlySet<string> | undefined,
): Pick<Evaluation, 'evaluated' | 'rejections' | 'excluded' | 'feasible' | 'nextStart'> {
  const filters = profile.flatMap(({ plugin }, index) =>
    plugin.filter && !skipped.includes(index) ? [{ plugin, index }] : [],
  );
  const candidates = allowed ? nodes.filter(({ name }) => allowed.has(name)) : nodes;
  const enough = feasibleNodesToFind(candidates.length, percentageOfNodesToScore);
  const rejections = new Map<string, Rejection>();
  const evaluated: NodeInfo[] = [];
  const feasible: NodeInfo[] = [];
  // A narrowed set starts at its beginning; the rotating start is for the whole list.
  const start = allowed ? 0 : startIndex % Math.max(1, candidates.length);
  for (let offset = 0; offset < candidates.length && feasible.length < enough; offset += 1) {
    const node = candidates[(start + offset) % candidates.length]!;
    evaluated.push(node);
    let rejection: Rejection | undefined;
    for (const { plugin, index } of filters) {
      const status = plugin.filter!(pod, node);
      if (!status) continue;
      rejection = { plugin: index, status };
      break;
    }
    if (rejection) rejections.set(node.name, rejection);
    else feasible.push(node);
  }
  const nextStart = allowed || candidates.length === 0 ? startIndex : (start + evaluated.length) % candidates.length;
  return { evaluated, rejections, excluded: nodes.length - candidates.length, feasible, nextStart };
}

function scoreNodes(
  pod: Stored<Pod>,
  snapshot: Snapshot,
  profile: readonly ProfilePlugin[],
  feasible: readonly NodeInfo[],
): Pick<Evaluation, 'scores' | 'totals' | 'skippedScore'> {
  const skippedScore: number[] = [];
  const scores: PluginScores[] = [];
  const totals = feasible.map(() => 0);
  for (const [index, { plugin, weight }] of profile.entries()) {
    if (!plugin.score) continue;
    if (plugin.skipsScore?.(pod, feasible)) {
      skippedScore.push(index);
      continue;
    }
    const raw = feasible.map((node) => plugin.score!(pod, node, snapshot));
    const normalized = plugin.normalize ? plugin.normalize(raw) : raw;
    scores.push({ plugin: index, raw, normalized });
    for (const [at, score] of normalized.entries()) totals[at]! += score * weight;
  }
  return { scores, totals, skippedScore };
}

/** `0/5 nodes are available: 2 Insufficient cpu, 3 ...`; without the full stop. Upstream: framework/types.go (FitError). */
export function fitMessage(evaluation: Evaluation, nodeCount: number): string {
  if (nodeCount === 0) return 'no nodes available to schedule pods';
  const head = `0/${nodeCount} nodes are available:`;
  if (evaluation.preFilter) return `${head} ${evaluation.preFilter.reasons.join(', ')}`;
  const counts = new Map<string, number>();
  for (const { status } of evaluation.rejections.values()) {
    for (const reason of status.reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  if (evaluation.excluded > 0) {
    counts.set(`node(s) didn't satisfy plugin(s) [${evaluation.excludedBy.join(' ')}]`, evaluation.excluded);
  }
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `${head} ${parts.join(', ')}`;
}
