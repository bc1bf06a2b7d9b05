/** Affinity terms ready for a cycle, and counts by topology pair. Upstream: framework/plugins/interpodaffinity/{plugin,filtering}.go. */
import { matchesLabels } from '../../../api/selectors.ts';
import type { ClusterState } from '../../cluster-state.ts';
import type { NodeInfo } from '../../node-info.ts';
import { isTermAbout, type AffinityTerm, type PodInfo } from '../../pod-info.ts';

/**
 * Namespaces that a selector finds are named. The selector stays, and upstream matches it against no labels at all where
 * other pods are concerned: so `NotIn` and `DoesNotExist` find pods of every namespace there.
 */
export function withNamespaces(terms: readonly AffinityTerm[], cluster: ClusterState): readonly AffinityTerm[] {
  if (!terms.some(({ namespaceSelector }) => namespaceSelector && namespaceSelector.length > 0)) return terms;
  return terms.map((term) => {
    const { namespaceSelector } = term;
    if (!namespaceSelector || namespaceSelector.length === 0) return term;
    const namespaces = new Set(term.namespaces);
    for (const { metadata } of cluster.listAll('namespaces'))
      if (matchesLabels(namespaceSelector, metadata.labels)) namespaces.add(metadata.name);
    return { ...term, namespaces };
  });
}

/** Topology key, then value, to a number of pods. */
export type PairCounts = Map<string, Map<string, number>>;

export function addPair(counts: PairCounts, { labels }: NodeInfo, key: string, delta: number): void {
  const value = labels[key];
  if (value === undefined) return;
  let values = counts.get(key);
  if (!values) counts.set(key, (values = new Map()));
  const count = (values.get(value) ?? 0) + delta;
  if (count === 0) values.delete(value);
  else values.set(value, count);
  if (values.size === 0) counts.delete(key);
}

export const countOf = (counts: PairCounts, key: string, value: string): number => counts.get(key)?.get(value) ?? 0;

export const copyPairs = (counts: PairCounts): PairCounts =>
  new Map([...counts].map(([key, values]) => [key, new Map(values)]));

/** Whether all terms are about the pod; not where there are none. */
export function areAllAbout(terms: readonly AffinityTerm[], pod: PodInfo): boolean {
  return terms.length > 0 && terms.every((term) => isTermAbout(term, pod, undefined));
}

/** A pod's terms and labels: what counts over other pods depend on. */
export function affinityKey(pod: PodInfo, ...terms: readonly (readonly AffinityTerm[])[]): string {
  const plain = terms.map((list) =>
    list.map((term) => [[...term.namespaces], term.selector, term.namespaceSelector, term.topologyKey, term.weight]),
  );
  return JSON.stringify([pod.namespace, pod.labels, plain]);
}
