/**
 * One scheduling cycle over the cluster as it is: PreFilter, Filter, PreScore, Score, NormalizeScore. Pure: it changes
 * nothing. Upstream: pkg/scheduler/schedule_one.go, pkg/scheduler/framework/runtime/framework.go.
 */
import type { ClusterState } from './cluster-state.ts';
import { FilterRun, preFilter, type PreFilterResult } from './filter-run.ts';
import type { Plugin } from './framework.ts';
import { LocalMemory, localKey } from './local-verdicts.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';
import { Rejections, type Rejection } from './rejections.ts';
import { unpreparedScores } from './unprepared.ts';
import { SlotTable } from './slot-tables.ts';

const MIN_FEASIBLE = 100;
const MIN_PERCENT = 5;

/** How many feasible nodes are enough (numFeasibleNodesToFind). `percentage` 0 means the adaptive default. */
export function feasibleNodesToFind(nodes: number, percentage = 0): number {
  if (nodes < MIN_FEASIBLE || percentage >= 100) return nodes;
  const percent = percentage > 0 ? percentage : Math.max(MIN_PERCENT, 50 - Math.trunc(nodes / 125));
  return Math.max(MIN_FEASIBLE, Math.trunc((nodes * percent) / 100));
}

export interface PluginScores {
  readonly plugin: string;
  readonly weight: number;
  readonly state: unknown;
  readonly raw: readonly number[];
  readonly normalized: readonly number[];
}

export interface Evaluation {
  readonly pod: PodInfo;
  readonly profile: Profile;
  readonly cluster: ClusterState;
  readonly preFilter: PreFilterResult;
  readonly run: FilterRun;
  /** In the order in which they were looked at. */
  readonly evaluated: readonly NodeInfo[];
  readonly rejections: Rejections;
  /** Nodes outside what PreFilter left, which were not looked at. */
  readonly excluded: number;
  readonly feasible: readonly NodeInfo[];
  readonly skippedScore: readonly string[];
  readonly scores: readonly PluginScores[];
  /** What a plugin failed on before the nodes were scored, or when they were to be. */
  readonly fault?: Rejection & { readonly point: 'PreScore' | 'Score' };
  /** The weighted scores of each feasible node together; empty where one node alone was feasible. */
  readonly totals: readonly number[];
  readonly nextStart: number;
}

export interface CycleOptions {
  readonly profile: Profile;
  readonly percentageOfNodesToScore: number;
  readonly startIndex: number;
  /** `status.nominatedNodeName`: tried first, and taken if it fits. */
  readonly nominatedNode?: string;
}

export function evaluate(pod: PodInfo, cluster: ClusterState, options: CycleOptions): Evaluation {
  const { profile, startIndex, nominatedNode } = options;
  const prepared = preFilter(pod, cluster, profile);
  const run = FilterRun.of(pod, cluster, profile, prepared);
  const none = { pod, profile, cluster, preFilter: prepared, run, skippedScore: [], scores: [], totals: [] };
  if (prepared.rejection) {
    return { ...none, evaluated: [], rejections: Rejections.NONE, excluded: 0, feasible: [], nextStart: startIndex };
  }
  const nominated = nominatedNode === undefined ? undefined : cluster.node(nominatedNode);
  if (nominated && !run.checkWithNominated(nominated)) {
    const feasible = [nominated];
    return { ...none, evaluated: feasible, rejections: Rejections.NONE, excluded: 0, feasible, nextStart: startIndex };
  }
  const { evaluated, feasible, slots, nextStart, rejections, excluded } = filterNodes(run, prepared, options);
  if (feasible.length <= 1) return { ...none, evaluated, feasible, nextStart, rejections, excluded };
  const { scores, totals, skippedScore, fault } = scoreNodes(pod, cluster, profile, feasible, slots);
  // Written out: this is made for every pod.
  const scored = { pod, profile, cluster, preFilter: prepared, run, evaluated, rejections, excluded, feasible };
  return fault
    ? { ...scored, skippedScore, scores, totals, nextStart, fault }
    : { ...scored, skippedScore, scores, totals, nextStart };
}

/** The slots of the feasible nodes. */
interface Slotted {
  readonly slots: readonly number[];
}

function filterNodes(
  run: FilterRun,
  { nodeNames }: PreFilterResult,
  { profile, percentageOfNodesToScore, startIndex }: CycleOptions,
): Pick<Evaluation, 'evaluated' | 'rejections' | 'excluded' | 'feasible' | 'nextStart'> & Slotted {
  const { nodes } = run.cluster;
  const candidates = nodeNames ? namedNodes(run.cluster, nodeNames) : nodes;
  const count = candidates.length;
  const enough = profile.at('score').length === 0 ? 1 : feasibleNodesToFind(count, percentageOfNodesToScore);
  const rejected: NodeInfo[] = [];
  const rejections: Rejection[] = [];
  /** Where the search has come back to the first node of the list. */
  const wrapAt = count === 0 ? 0 : count - (startIndex % count);
  let wrap = 0;
  /** Every node that was looked at is feasible until one is turned down. */
  let evaluated: NodeInfo[] | undefined;
  const feasible: NodeInfo[] = [];
  /** Those of `candidates` are at hand where they are all of the nodes. */
  const slotOrder = nodeNames ? undefined : run.cluster.slots;
  const together = slotOrder && run.together();
  const ownNode = run.cluster.nominationOf(run.pod.uid);
  /** Where the pod is nominated itself, it does not stand in its own way. */
  const ownSlot = ownNode === undefined ? -1 : (run.cluster.node(ownNode)?.slot ?? -1);
  const slots: number[] = [];
  for (let offset = 0, at = count === 0 ? 0 : startIndex % count; offset < count; offset += 1) {
    if (feasible.length >= enough) break;
    const node = candidates[at]!;
    if (offset === wrapAt) wrap = rejected.length;
    const slot = slotOrder ? slotOrder[at]! : node.slot;
    const isKnown = together?.isKnown[slot] === 1 && slot !== ownSlot;
    const rejection = isKnown ? together!.values[slot] : run.checkWithNominated(node);
    if (together && !isKnown && slot !== ownSlot) {
      together.values[slot] = rejection;
      together.isKnown[slot] = 1;
    }
    if (rejection) {
      evaluated ??= [...feasible];
      rejected.push(node);
      rejections.push(rejection);
    } else {
      feasible.push(node);
      slots.push(slot);
    }
    evaluated?.push(node);
    at = at + 1 === count ? 0 : at + 1;
  }
  evaluated ??= feasible;
  const nextStart = nodes.length === 0 ? 0 : (startIndex + evaluated.length) % nodes.length;
  return {
    evaluated,
    feasible,
    slots,
    nextStart,
    rejections: rejected.length === 0 ? Rejections.NONE : new Rejections(rejected, rejections, wrap),
    excluded: nodes.length - count,
  };
}

/** In the order of the node list, whatever the order in which the pod names them. */
function namedNodes(cluster: ClusterState, names: ReadonlySet<string>): readonly NodeInfo[] {
  if (names.size === 1) {
    for (const name of names) {
      const node = cluster.node(name);
      return node ? [node] : [];
    }
  }
  return cluster.nodes.filter(({ name }) => names.has(name));
}

export function scoreNodes(
  pod: PodInfo,
  cluster: ClusterState,
  profile: Profile,
  feasible: readonly NodeInfo[],
  slots: readonly number[] = feasible.map(({ slot }) => slot),
): Pick<Evaluation, 'scores' | 'totals' | 'skippedScore' | 'fault'> {
  const states = new Map<string, unknown>();
  const skippedScore: string[] = [];
  for (const { plugin } of profile.at('preScore')) {
    const verdict = plugin.preScore!(pod, feasible, cluster);
    if (verdict?.status) return failedAt('PreScore', { plugin: plugin.name, status: verdict.status }, skippedScore);
    if (verdict?.isSkipped) skippedScore.push(plugin.name);
    else states.set(plugin.name, verdict?.state);
  }
  for (const { plugin, fault } of unpreparedScores(profile)) {
    if (fault) return failedAt('Score', { plugin: plugin.name, status: fault }, skippedScore);
    const verdict = plugin.preScore!(pod, feasible, cluster);
    if (verdict?.isSkipped) skippedScore.push(plugin.name);
    else states.set(plugin.name, verdict?.state);
  }
  const byPlugin = memory.of(cluster, profile, localKey(pod));
  const totals = new Array<number>(feasible.length).fill(0);
  const scores: PluginScores[] = [];
  for (const { plugin, weight } of profile.at('score')) {
    if (skippedScore.includes(plugin.name)) continue;
    const state = states.get(plugin.name);
    const raw = plugin.isNodeLocal
      ? localScores(plugin, pod, cluster, feasible, slots, state, byPlugin)
      : rawScores(plugin, pod, cluster, feasible, state);
    const normalized = plugin.normalize ? plugin.normalize(raw, state, feasible) : raw;
    scores.push({ plugin: plugin.name, weight, state, raw, normalized });
    for (let index = 0; index < totals.length; index += 1) totals[index]! += normalized[index]! * weight;
  }
  return { scores, totals, skippedScore };
}

const failedAt = (
  point: 'PreScore' | 'Score',
  rejection: Rejection,
  skippedScore: readonly string[],
): ReturnType<typeof scoreNodes> => ({ scores: [], totals: [], skippedScore, fault: { ...rejection, point } });

/** What plugins have scored, by their names. */
type Scored = Map<string, SlotTable<number>>;

const memory = new LocalMemory<Scored>(() => new Map());

function rawScores(
  plugin: Plugin,
  pod: PodInfo,
  cluster: ClusterState,
  feasible: readonly NodeInfo[],
  state: unknown,
): readonly number[] {
  const raw = new Array<number>(feasible.length);
  for (let index = 0; index < raw.length; index += 1) raw[index] = plugin.score!(pod, feasible[index]!, state, cluster);
  return raw;
}

function localScores(
  plugin: Plugin,
  pod: PodInfo,
  cluster: ClusterState,
  feasible: readonly NodeInfo[],
  slots: readonly number[],
  state: unknown,
  byPlugin: Scored,
): readonly number[] {
  let table = byPlugin.get(plugin.name);
  if (!table) byPlugin.set(plugin.name, (table = new SlotTable(0)));
  const { isKnown, values } = table.refresh(cluster);
  const raw = new Array<number>(feasible.length);
  for (let index = 0; index < raw.length; index += 1) {
    const slot = slots[index]!;
    if (isKnown[slot] === 0) {
      values[slot] = plugin.score!(pod, feasible[index]!, state, cluster);
      isKnown[slot] = 1;
    }
    raw[index] = values[slot]!;
  }
  return raw;
}

/** The nodes with the highest total, in the order in which they were looked at. */
export function bestNodes({ feasible, totals }: Evaluation): readonly NodeInfo[] {
  if (feasible.length <= 1) return feasible;
  let best = Number.MIN_SAFE_INTEGER;
  for (const total of totals) if (total > best) best = total;
  const found: NodeInfo[] = [];
  for (let index = 0; index < totals.length; index += 1) if (totals[index] === best) found.push(feasible[index]!);
  return found;
}
