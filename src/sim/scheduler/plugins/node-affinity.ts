/** nodeSelector and node affinity. Upstream: framework/plugins/nodeaffinity/node_affinity.go. */
import { matchesNodeSelector, matchesTerm } from '../../api/node-fit.ts';
import { defaultNormalize, explainNormalize, unresolvable, type Plugin } from '../framework.ts';
import type { Pod } from 'kubernetes-types/core/v1';

export const NODE_AFFINITY_REASON = "node(s) didn't match Pod's node affinity/selector";

const preferred = (pod: Pod) => pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  preFilter(pod) {
    const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const hasSelector = Object.keys(pod.spec?.nodeSelector ?? {}).length > 0;
    if (!required && !hasSelector) return { isSkipped: true };
    // Terms are alternatives: the nodes are narrowed only when every term names nodes.
    const names = new Set<string>();
    for (const term of required?.nodeSelectorTerms ?? []) {
      let own: Set<string> | undefined;
      for (const { key, operator, values } of term.matchFields ?? []) {
        if (key !== 'metadata.name' || operator !== 'In') continue;
        const listed: ReadonlySet<string> = new Set(values ?? []);
        own = own ? new Set([...own].filter((name) => listed.has(name))) : new Set(listed);
      }
      if (!own) return undefined;
      for (const name of own) names.add(name);
    }
    if (!required || required.nodeSelectorTerms.length === 0) return undefined;
    if (names.size === 0) return { status: unresolvable('pod affinity terms conflict') };
    return { nodeNames: names };
  },
  filter: (pod, { node }) => (matchesNodeSelector(pod.spec!, node) ? undefined : unresolvable(NODE_AFFINITY_REASON)),
  skipsScore: (pod) => preferred(pod).length === 0,
  score(pod, { node }) {
    return preferred(pod).reduce(
      (sum, { weight, preference }) => sum + (weight > 0 && matchesTerm(preference, node) ? weight : 0),
      0,
    );
  },
  normalize: (raw) => defaultNormalize(raw, false),
  explainScore: (_pod, _node, { raw }, index) => [
    {
      label: 'sum of the weights of matching preferred terms',
      expression: String(raw[index]),
      result: raw[index] ?? 0,
    },
    ...explainNormalize(raw, index, false),
  ],
};
