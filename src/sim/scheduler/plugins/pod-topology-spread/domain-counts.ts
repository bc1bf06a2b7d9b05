/** How many kin of a pod each domain holds, by constraint. Upstream: framework/plugins/podtopologyspread/{filtering,scoring}.go. */
import type { ClusterState, Effect } from '../../cluster-state.ts';
import type { NodeInfo } from '../../node-info.ts';
import type { PodInfo } from '../../pod-info.ts';
import { Tallies } from '../../tallies.ts';
import { countKin, hasAllKeys, isCounted, isKin, tallyKey, type SpreadConstraint } from './constraints.ts';

/** For each constraint: value of the topology key to number of pods, for every domain with a counted node. */
export type DomainCounts = readonly Map<string, number>[];

const domainTallies = new Tallies<DomainCounts>();
const nodeTallies = new Tallies<Map<NodeInfo, number>>();

export function domainCounts(
  pod: PodInfo,
  constraints: readonly SpreadConstraint[],
  needsAllKeys: boolean,
  cluster: ClusterState,
): DomainCounts {
  const eachOf = (node: NodeInfo, visit: (index: number, value: string) => void): void => {
    if (needsAllKeys && !hasAllKeys(node.labels, constraints)) return;
    for (const [index, constraint] of constraints.entries()) {
      if (isCounted(pod, node, constraint)) visit(index, node.labels[constraint.topologyKey] ?? '');
    }
  };
  return domainTallies.get(
    cluster,
    tallyKey(pod, constraints, needsAllKeys ? 'all' : 'any'),
    () => {
      const counts = constraints.map(() => new Map<string, number>());
      for (const node of cluster.nodes) {
        eachOf(node, (index, value) => {
          const kin = countKin(constraints[index]!.selector, pod.namespace, node);
          counts[index]!.set(value, (counts[index]!.get(value) ?? 0) + kin);
        });
      }
      return counts;
    },
    (counts, { pod: other, node, sign }) => {
      if (!constraints.some(({ selector }) => isKin(selector, pod.namespace, other))) return;
      eachOf(node, (index, value) => {
        if (!isKin(constraints[index]!.selector, pod.namespace, other)) return;
        counts[index]!.set(value, (counts[index]!.get(value) ?? 0) + sign);
      });
    },
  );
}

/** Kin on each node; a node that is missing has none. */
export function nodeCounts(
  { selector }: SpreadConstraint,
  namespace: string,
  cluster: ClusterState,
): ReadonlyMap<NodeInfo, number> {
  return nodeTallies.get(
    cluster,
    JSON.stringify([namespace, selector]),
    () => {
      const counts = new Map<NodeInfo, number>();
      for (const node of cluster.nodes) {
        const kin = countKin(selector, namespace, node);
        if (kin > 0) counts.set(node, kin);
      }
      return counts;
    },
    (counts, { pod, node, sign }: Effect) => {
      if (isKin(selector, namespace, pod)) counts.set(node, (counts.get(node) ?? 0) + sign);
    },
  );
}
