/** nodeSelector and node affinity, with what the configuration adds. Upstream: framework/plugins/nodeaffinity/node_affinity.go. */
import type { NodeAffinity, PreferredSchedulingTerm } from 'kubernetes-types/core/v1';
import { matchesNodeSelector, matchesTerm, termFaults } from '../../api/node-fit.ts';
import {
  defaultNormalize,
  explainNormalize,
  failed,
  unresolvable,
  type Plugin,
  type PluginStatus,
} from '../framework.ts';
import { nodesOf } from '../hints.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

export interface NodeAffinityArgs {
  readonly addedAffinity?: NodeAffinity;
}

const NOT_MATCHED = unresolvable("node(s) didn't match Pod's node affinity/selector");
const NOT_ENFORCED = unresolvable("node(s) didn't match scheduler-enforced node affinity");
const CONFLICT = unresolvable('pod affinity terms conflict');

const affinityOf = ({ pod }: PodInfo): NodeAffinity | undefined => pod.spec?.affinity?.nodeAffinity;
const requiredOf = (
  affinity: NodeAffinity | undefined,
): NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution'] =>
  affinity?.requiredDuringSchedulingIgnoredDuringExecution;

function weightOf(terms: readonly PreferredSchedulingTerm[], { node }: NodeInfo): number {
  let sum = 0;
  for (const { weight, preference } of terms) if (weight !== 0 && matchesTerm(preference, node)) sum += weight;
  return sum;
}

/** Upstream reads the preferred terms when it scores, and fails on a value that no label can have. */
function faultOf(terms: readonly PreferredSchedulingTerm[]): PluginStatus | undefined {
  const faults = terms.flatMap(({ weight, preference }, index) =>
    weight === 0 ? [] : termFaults(preference, `[${index}]`),
  );
  if (faults.length === 0) return undefined;
  return failed(faults.length === 1 ? faults[0]! : `[${faults.join(', ')}]`);
}

/** The nodes that a pod's terms name, when every term names some. */
function namedNodes(pod: PodInfo): ReadonlySet<string> | undefined {
  const terms = requiredOf(affinityOf(pod))?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields } of terms) {
    let own: ReadonlySet<string> | undefined;
    for (const { key, operator, values } of matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      const listed = new Set(values ?? []);
      own = own ? new Set([...own].filter((name) => listed.has(name))) : listed;
    }
    if (!own) return undefined;
    for (const name of own) names.add(name);
  }
  return names;
}

export function makeNodeAffinity({
  addedAffinity,
}: NodeAffinityArgs): Plugin<undefined, readonly PreferredSchedulingTerm[]> {
  const enforced = requiredOf(addedAffinity);
  const added = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const isEnforced = ({ node }: Pick<NodeInfo, 'node'>): boolean =>
    !enforced || enforced.nodeSelectorTerms.some((term) => matchesTerm(term, node));
  return {
    name: 'NodeAffinity',
    isNodeLocal: true,
    preFilter(pod) {
      const required = requiredOf(affinityOf(pod));
      if (!required && !enforced && !pod.pod.spec?.nodeSelector) return { isSkipped: true };
      const names = namedNodes(pod);
      if (!names) return undefined;
      return names.size === 0 ? { status: CONFLICT } : { nodeNames: names };
    },
    filter({ pod }, node) {
      if (!isEnforced(node)) return NOT_ENFORCED;
      return matchesNodeSelector(pod.spec!, node.node) ? undefined : NOT_MATCHED;
    },
    preScore(pod) {
      const preferred = affinityOf(pod)?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
      if (preferred.length === 0 && added.length === 0) return { isSkipped: true };
      const fault = faultOf(preferred);
      return fault ? { status: fault } : { state: [...added, ...preferred] };
    },
    score: (_pod, node, terms) => weightOf(terms, node),
    normalize: (raw) => defaultNormalize(raw, false),
    hints: [
      {
        resource: 'node',
        actions: ['Add', 'UpdateNodeLabel'],
        helps: ({ pod }, event) => {
          const { old, next } = nodesOf(event);
          if (!isEnforced({ node: next }) || !matchesNodeSelector(pod.spec!, next)) return false;
          return !old || !matchesNodeSelector(pod.spec!, old);
        },
      },
    ],
    explainScore(_pod, { node }, terms, scored) {
      const matching = terms.filter(({ preference }) => matchesTerm(preference, node)).map(({ weight }) => weight);
      return [
        {
          label: 'weights of the matching preferred terms',
          expression: matching.join(' + ') || '0',
          result: scored.raw[scored.index] ?? 0,
        },
        ...explainNormalize(scored, false),
      ];
    },
  };
}
