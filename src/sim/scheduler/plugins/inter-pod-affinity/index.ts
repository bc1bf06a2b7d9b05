/** Pods near or away from other pods. Upstream: framework/plugins/interpodaffinity/{plugin,filtering,scoring}.go. */
import type { Labels } from '../../../api/selectors.ts';
import type { ClusterState } from '../../cluster-state.ts';
import type { ArithmeticLine } from '../../decision.ts';
import { unresolvable, unschedulable, type Plugin } from '../../framework.ts';
import { nodesOf, podsOfEvent, type HintOf } from '../../hints.ts';
import type { NodeInfo } from '../../node-info.ts';
import { isTermAbout, type AffinityTerm, type PodInfo } from '../../pod-info.ts';
import { Tallies } from '../../tallies.ts';
import { explainScore, normalize, prepareScore, scoreOf, type ScoreState } from './score.ts';
import { addPair, affinityKey, areAllAbout, copyPairs, countOf, withNamespaces, type PairCounts } from './terms.ts';

export interface InterPodAffinityArgs {
  readonly hardPodAffinityWeight?: number;
  readonly ignorePreferredTermsOfExistingPods?: boolean;
}

interface Counts {
  /** Of existing pods whose required anti-affinity is about the pod. */
  readonly existingAnti: PairCounts;
  /** Of existing pods that the pod's required affinity and anti-affinity are about. */
  readonly affinity: PairCounts;
  readonly antiAffinity: PairCounts;
}

interface FilterState extends Counts {
  readonly affinityTerms: readonly AffinityTerm[];
  readonly antiAffinityTerms: readonly AffinityTerm[];
  readonly namespaceLabels: Labels | undefined;
}

const NOT_NEAR = unresolvable("node(s) didn't match pod affinity rules");
const TOO_NEAR = unschedulable("node(s) didn't match pod anti-affinity rules");
const NOT_WANTED = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

type Terms = Pick<FilterState, 'affinityTerms' | 'antiAffinityTerms' | 'namespaceLabels'>;

function update(counts: Counts, terms: Terms, pod: PodInfo, other: PodInfo, node: NodeInfo, delta: 1 | -1): void {
  for (const term of other.requiredAntiAffinity)
    if (isTermAbout(term, pod, terms.namespaceLabels)) addPair(counts.existingAnti, node, term.topologyKey, delta);
  if (areAllAbout(terms.affinityTerms, other))
    for (const { topologyKey } of terms.affinityTerms) addPair(counts.affinity, node, topologyKey, delta);
  for (const term of terms.antiAffinityTerms)
    if (isTermAbout(term, other, undefined)) addPair(counts.antiAffinity, node, term.topologyKey, delta);
}

const filterTallies = new Tallies<Counts>();

function countAll(pod: PodInfo, terms: Terms, cluster: ClusterState): Counts {
  const counts: Counts = { existingAnti: new Map(), affinity: new Map(), antiAffinity: new Map() };
  const needsAll = terms.affinityTerms.length > 0 || terms.antiAffinityTerms.length > 0;
  for (const node of needsAll ? cluster.nodes : cluster.nodesWithRequiredAntiAffinity) {
    const others = needsAll ? node.pods : node.podsWithRequiredAntiAffinity;
    for (const other of others.values()) update(counts, terms, pod, other, node, 1);
  }
  return counts;
}

/** Every required term finds a pod in the node's domain; or it is the first of a group that only has itself. */
function isNear(pod: PodInfo, { labels }: NodeInfo, state: FilterState): boolean {
  let areThere = true;
  for (const { topologyKey } of state.affinityTerms) {
    const value = labels[topologyKey];
    if (value === undefined) return false;
    if (countOf(state.affinity, topologyKey, value) <= 0) areThere = false;
  }
  return areThere || (state.affinity.size === 0 && areAllAbout(state.affinityTerms, pod));
}

function isAway({ labels }: NodeInfo, { antiAffinity, antiAffinityTerms }: FilterState): boolean {
  if (antiAffinity.size === 0) return true;
  for (const { topologyKey } of antiAffinityTerms) {
    const value = labels[topologyKey];
    if (value !== undefined && countOf(antiAffinity, topologyKey, value) > 0) return false;
  }
  return true;
}

function isWanted({ labels }: NodeInfo, { existingAnti }: FilterState): boolean {
  for (const [key, values] of existingAnti) {
    const value = labels[key];
    if (value !== undefined && (values.get(value) ?? 0) > 0) return false;
  }
  return true;
}

export function makeInterPodAffinity(args: InterPodAffinityArgs): Plugin<FilterState, ScoreState> {
  const options = {
    hardPodAffinityWeight: args.hardPodAffinityWeight ?? 1,
    ignorePreferredTermsOfExistingPods: args.ignorePreferredTermsOfExistingPods ?? false,
  };
  return {
    name: 'InterPodAffinity',
    preFilter(pod, cluster) {
      const isPlain = pod.requiredAffinity.length === 0 && pod.requiredAntiAffinity.length === 0;
      if (isPlain && cluster.nodesWithRequiredAntiAffinity.size === 0) return { isSkipped: true };
      const terms: Terms = {
        affinityTerms: withNamespaces(pod.requiredAffinity, cluster),
        antiAffinityTerms: withNamespaces(pod.requiredAntiAffinity, cluster),
        namespaceLabels: cluster.namespaceLabels(pod.namespace),
      };
      const counts = filterTallies.get(
        cluster,
        affinityKey(pod, terms.affinityTerms, terms.antiAffinityTerms),
        () => countAll(pod, terms, cluster),
        (table, effect) => update(table, terms, pod, effect.pod, effect.node, effect.sign),
      );
      if (isPlain && counts.existingAnti.size === 0) return { isSkipped: true };
      return { state: { ...terms, ...counts } };
    },
    filter(pod, node, state) {
      if (state.affinityTerms.length > 0 && !isNear(pod, node, state)) return NOT_NEAR;
      if (!isAway(node, state)) return TOO_NEAR;
      return isWanted(node, state) ? undefined : NOT_WANTED;
    },
    addPod: (state, pod, other, node) => update(state, state, pod, other, node, 1),
    removePod: (state, pod, other, node) => update(state, state, pod, other, node, -1),
    cloneState: (state) => ({
      ...state,
      existingAnti: copyPairs(state.existingAnti),
      affinity: copyPairs(state.affinity),
      antiAffinity: copyPairs(state.antiAffinity),
    }),
    preScore: (pod, _nodes, cluster) => prepareScore(options, pod, cluster),
    score: (_pod, node, state) => scoreOf(node, state),
    normalize,
    hints: HINTS,
    explainFilter,
    explainScore,
  };
}

/**
 * Upstream reads the terms as they are written here: namespaces are not looked up by a selector, and a pod has to be meant
 * by all terms of anti-affinity to count, though one is enough to be turned down. Nor is the pod's own label looked at.
 */
const HINTS: readonly HintOf[] = [
  {
    resource: 'assigned',
    actions: ['Add', 'Delete', 'UpdatePodLabel'],
    helps: (pod, event) => {
      const { old, next } = podsOfEvent(event);
      const [near, away] = [pod.requiredAffinity, pod.requiredAntiAffinity];
      if (old && next) {
        if (!areAllAbout(near, old) && areAllAbout(near, next)) return true;
        return areAllAbout(away, old) && !areAllAbout(away, next);
      }
      if (next) return areAllAbout(near, next);
      return areAllAbout(away, old!) || areAllAbout(old!.requiredAntiAffinity, pod);
    },
  },
  {
    resource: 'node',
    actions: ['Add', 'UpdateNodeLabel'],
    helps: (pod, event) => {
      const { old, next } = nodesOf(event);
      const [before, after] = [old?.metadata.labels ?? {}, next.metadata.labels ?? {}];
      // A node without the key takes every pod that stays away from others.
      if (!old && pod.requiredAntiAffinity.length > 0) return true;
      const isNew = ({ topologyKey: key }: AffinityTerm): boolean =>
        after[key] !== undefined && after[key] !== before[key];
      const isLeft = ({ topologyKey: key }: AffinityTerm): boolean =>
        before[key] !== undefined && after[key] !== before[key];
      return pod.requiredAffinity.some(isNew) || pod.requiredAntiAffinity.some(isLeft);
    },
  },
];

function explainFilter(_pod: PodInfo, { labels }: NodeInfo, state: FilterState): readonly ArithmeticLine[] {
  const line = (label: string, counts: PairCounts, key: string): ArithmeticLine => {
    const value = labels[key];
    const count = value === undefined ? 0 : countOf(counts, key, value);
    return { label, expression: value === undefined ? `${key} ∅` : `${key}=${value}: ${count}` };
  };
  return [
    ...state.affinityTerms.map(({ topologyKey }) => line('pods wanted near', state.affinity, topologyKey)),
    ...state.antiAffinityTerms.map(({ topologyKey }) =>
      line('pods to stay away from', state.antiAffinity, topologyKey),
    ),
    ...[...state.existingAnti.keys()].sort().map((key) => line('pods that stay away from it', state.existingAnti, key)),
  ];
}
