/** The score of pod affinity: preferred terms of the pod and of existing pods. Upstream: framework/plugins/interpodaffinity/scoring.go. */
import type { Labels } from '../../../api/selectors.ts';
import type { ClusterState } from '../../cluster-state.ts';
import type { ArithmeticLine } from '../../decision.ts';
import type { PreScoreVerdict, Scored } from '../../framework.ts';
import type { NodeInfo } from '../../node-info.ts';
import { isTermAbout, type AffinityTerm, type PodInfo } from '../../pod-info.ts';
import { Tallies } from '../../tallies.ts';
import { affinityKey, withNamespaces } from './terms.ts';

interface ScoreOptions {
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

/** Topology key, then value, to the weights found there; how many terms have added to it tells 0 from nothing. */
type PairWeights = Map<string, Map<string, { weight: number; terms: number }>>;

export interface ScoreState {
  readonly weights: PairWeights;
}

interface OwnTerms {
  readonly affinity: readonly AffinityTerm[];
  readonly antiAffinity: readonly AffinityTerm[];
  readonly namespaceLabels: Labels | undefined;
  readonly hardWeight: number;
}

function addWeight(weights: PairWeights, { labels }: NodeInfo, key: string, weight: number, sign: 1 | -1): void {
  const value = labels[key];
  if (value === undefined) return;
  let values = weights.get(key);
  if (!values) weights.set(key, (values = new Map()));
  const found = values.get(value);
  if (!found) values.set(value, { weight: weight * sign, terms: sign });
  else {
    found.weight += weight * sign;
    found.terms += sign;
    if (found.terms === 0) values.delete(value);
  }
  if (values.size === 0) weights.delete(key);
}

function process(
  weights: PairWeights,
  own: OwnTerms,
  pod: PodInfo,
  other: PodInfo,
  node: NodeInfo,
  sign: 1 | -1,
): void {
  const add = (term: AffinityTerm, weight: number, about: PodInfo, labels: Labels | undefined): void => {
    if (isTermAbout(term, about, labels)) addWeight(weights, node, term.topologyKey, weight, sign);
  };
  for (const term of own.affinity) add(term, term.weight, other, undefined);
  for (const term of own.antiAffinity) add(term, -term.weight, other, undefined);
  if (!other.hasAffinity) return;
  if (own.hardWeight > 0)
    for (const term of other.requiredAffinity) add(term, own.hardWeight, pod, own.namespaceLabels);
  for (const term of other.preferredAffinity) add(term, term.weight, pod, own.namespaceLabels);
  for (const term of other.preferredAntiAffinity) add(term, -term.weight, pod, own.namespaceLabels);
}

const tallies = new Tallies<PairWeights>();

export function prepareScore(options: ScoreOptions, pod: PodInfo, cluster: ClusterState): PreScoreVerdict<ScoreState> {
  const hasOwn = pod.preferredAffinity.length > 0 || pod.preferredAntiAffinity.length > 0;
  if (!hasOwn && (options.ignorePreferredTermsOfExistingPods || cluster.nodesWithAffinity.size === 0))
    return { isSkipped: true };
  const own: OwnTerms = {
    affinity: withNamespaces(pod.preferredAffinity, cluster),
    antiAffinity: withNamespaces(pod.preferredAntiAffinity, cluster),
    namespaceLabels: cluster.namespaceLabels(pod.namespace),
    hardWeight: options.hardPodAffinityWeight,
  };
  const weights = tallies.get(
    cluster,
    `${own.hardWeight} ${affinityKey(pod, own.affinity, own.antiAffinity)}`,
    () => {
      const table: PairWeights = new Map();
      for (const node of hasOwn ? cluster.nodes : cluster.nodesWithAffinity) {
        const others = hasOwn ? node.pods : node.podsWithAffinity;
        for (const other of others.values()) process(table, own, pod, other, node, 1);
      }
      return table;
    },
    (table, effect) => process(table, own, pod, effect.pod, effect.node, effect.sign),
  );
  return weights.size === 0 ? { isSkipped: true } : { state: { weights } };
}

export function scoreOf({ labels }: NodeInfo, { weights }: ScoreState): number {
  let score = 0;
  for (const [key, values] of weights) {
    const value = labels[key];
    if (value !== undefined) score += values.get(value)?.weight ?? 0;
  }
  return score;
}

function boundsOf(raw: readonly number[]): [number, number] {
  let [lowest, highest] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  for (const score of raw) {
    if (score < lowest) lowest = score;
    if (score > highest) highest = score;
  }
  return [lowest, highest];
}

export function normalize(raw: readonly number[]): readonly number[] {
  const [lowest, highest] = boundsOf(raw);
  const width = highest - lowest;
  return raw.map((score) => (width > 0 ? Math.trunc(100 * ((score - lowest) / width)) : 0));
}

export function explainScore(
  _pod: PodInfo,
  { labels }: NodeInfo,
  { weights }: ScoreState,
  { raw, normalized, index }: Scored,
): readonly ArithmeticLine[] {
  const found = [...weights.keys()].sort().flatMap((key): readonly ArithmeticLine[] => {
    const value = labels[key];
    const entry = value === undefined ? undefined : weights.get(key)!.get(value);
    if (!entry) return [];
    const { terms, weight } = entry;
    return [{ label: `${key}=${value}`, expression: terms === 1 ? 'w' : `Σ wᵢ, i = 1…${terms}`, result: weight }];
  });
  const [lowest, highest] = boundsOf(raw);
  const sum = found.map(({ result }) => result).join(' + ') || '0';
  return [
    ...found,
    { label: 'sum', expression: sum, result: raw[index] ?? 0 },
    {
      label: 'normalized',
      expression: highest === lowest ? '0' : `100 × (${raw[index]} − ${lowest}) / (${highest} − ${lowest})`,
      result: normalized[index] ?? 0,
    },
  ];
}
