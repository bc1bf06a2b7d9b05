/** Pods spread over domains. Upstream: framework/plugins/podtopologyspread/{plugin,filtering,scoring}.go. */
import type { Labels } from '../../../api/selectors.ts';
import { isDeepEqual } from '../../../apiserver/index.ts';
import type { ClusterState } from '../../cluster-state.ts';
import type { ArithmeticLine } from '../../decision.ts';
import { unresolvable, unschedulable, type Plugin, type Scored } from '../../framework.ts';
import { nodesOf, podsOfEvent, type HintOf } from '../../hints.ts';
import type { NodeInfo } from '../../node-info.ts';
import type { PodInfo } from '../../pod-info.ts';
import {
  ConstraintSource,
  hasAllKeys,
  HOSTNAME,
  isCounted,
  matchesSelector,
  type PodTopologySpreadArgs,
  type SpreadConstraint,
} from './constraints.ts';
import { CriticalPaths } from './critical-paths.ts';
import { domainCounts, nodeCounts, type DomainCounts } from './domain-counts.ts';

export type { PodTopologySpreadArgs } from './constraints.ts';

interface FilterState {
  readonly constraints: readonly SpreadConstraint[];
  readonly counts: readonly Map<string, number>[];
  readonly paths: readonly CriticalPaths[];
  /** 1 where the pod matches the constraint's own selector. */
  readonly self: readonly number[];
}

interface ScoreState {
  readonly constraints: readonly SpreadConstraint[];
  readonly ignored: ReadonlySet<NodeInfo>;
  /** By constraint: how many kin the node's domain has. */
  readonly countOn: readonly ((node: NodeInfo, value: string) => number)[];
  readonly weights: readonly number[];
  readonly sizes: readonly number[];
}

const SKEWED = unschedulable("node(s) didn't match pod topology spread constraints");
const NO_LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");

function minimumOf({ counts, paths, constraints }: FilterState, index: number): number {
  return counts[index]!.size < constraints[index]!.minDomains ? 0 : paths[index]!.minimum;
}

function update(state: FilterState, pod: PodInfo, other: PodInfo, node: NodeInfo, delta: 1 | -1): void {
  if (other.namespace !== pod.namespace || !hasAllKeys(node.labels, state.constraints)) return;
  for (const [index, constraint] of state.constraints.entries()) {
    if (!matchesSelector(constraint.selector, other.labels) || !isCounted(pod, node, constraint)) continue;
    const value = node.labels[constraint.topologyKey]!;
    const count = (state.counts[index]!.get(value) ?? 0) + delta;
    state.counts[index]!.set(value, count);
    state.paths[index]!.update(value, count);
  }
}

export function makePodTopologySpread(args: PodTopologySpreadArgs): Plugin<FilterState, ScoreState> {
  const source = new ConstraintSource(args);
  return {
    name: 'PodTopologySpread',
    preFilter(pod, cluster) {
      const constraints = source.of(pod, cluster, 'DoNotSchedule');
      if (constraints.length === 0) return { isSkipped: true };
      const counts = domainCounts(pod, constraints, true, cluster) as readonly Map<string, number>[];
      const paths = counts.map((domains) => CriticalPaths.of(domains));
      const self = constraints.map(({ selector }) => (matchesSelector(selector, pod.labels) ? 1 : 0));
      return { state: { constraints, counts, paths, self } };
    },
    filter(_pod, { labels }, state) {
      for (let index = 0; index < state.constraints.length; index += 1) {
        const { topologyKey, maxSkew } = state.constraints[index]!;
        const value = labels[topologyKey];
        if (value === undefined) return NO_LABEL;
        const count = state.counts[index]!.get(value) ?? 0;
        if (count + state.self[index]! - minimumOf(state, index) > maxSkew) return SKEWED;
      }
      return undefined;
    },
    addPod: (state, pod, other, node) => update(state, pod, other, node, 1),
    removePod: (state, pod, other, node) => update(state, pod, other, node, -1),
    cloneState: (state) => ({
      ...state,
      counts: state.counts.map((domains) => new Map(domains)),
      paths: state.paths.map((paths) => paths.copy()),
    }),
    preScore: (pod, nodes, cluster) => prepareScore(source, pod, nodes, cluster),
    score: (_pod, node, state) => scoreOf(node, state),
    normalize,
    hints: hintsOf(source),
    explainFilter: explainFilter,
    explainScore: explainScore,
  };
}

function prepareScore(
  source: ConstraintSource,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  cluster: ClusterState,
): { isSkipped?: boolean; state?: ScoreState } {
  const constraints = source.of(pod, cluster, 'ScheduleAnyway');
  if (constraints.length === 0) return { isSkipped: true };
  // With the system's default constraints a node may lack a key: it is scored by the others.
  const needsAllKeys = (pod.pod.spec?.topologySpreadConstraints?.length ?? 0) > 0 || !source.isSystemDefaulted;
  const ignored = new Set<NodeInfo>();
  const domains = constraints.map(() => new Set<string>());
  for (const node of nodes) {
    if (needsAllKeys && !hasAllKeys(node.labels, constraints)) {
      ignored.add(node);
      continue;
    }
    for (let index = 0; index < constraints.length; index += 1) {
      const { topologyKey } = constraints[index]!;
      if (topologyKey !== HOSTNAME) domains[index]!.add(node.labels[topologyKey] ?? '');
    }
  }
  const needsDomains = constraints.some(({ topologyKey }) => topologyKey !== HOSTNAME);
  const counts: DomainCounts | undefined = needsDomains
    ? domainCounts(pod, constraints, needsAllKeys, cluster)
    : undefined;
  const sizes = constraints.map(({ topologyKey }, index) =>
    topologyKey === HOSTNAME ? nodes.length - ignored.size : domains[index]!.size,
  );
  return {
    state: {
      constraints,
      ignored,
      countOn: constraints.map((constraint, index) => {
        if (constraint.topologyKey !== HOSTNAME) return (_node, value) => counts?.[index]!.get(value) ?? 0;
        const kin = nodeCounts(constraint, pod.namespace, cluster);
        return (node) => kin.get(node) ?? 0;
      }),
      weights: sizes.map((size) => Math.log(size + 2)),
      sizes,
    },
  };
}

function scoreOf(node: NodeInfo, { constraints, ignored, countOn, weights }: ScoreState): number {
  if (ignored.has(node)) return 0;
  let score = 0;
  for (let index = 0; index < constraints.length; index += 1) {
    const { topologyKey, maxSkew } = constraints[index]!;
    const value = node.labels[topologyKey];
    if (value !== undefined) score += countOn[index]!(node, value) * weights[index]! + (maxSkew - 1);
  }
  return Math.round(score);
}

function boundsOf(raw: readonly number[], { ignored }: ScoreState, nodes: readonly NodeInfo[]): [number, number] {
  let [lowest, highest] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  for (const [index, score] of raw.entries()) {
    if (ignored.has(nodes[index]!)) continue;
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  }
  return [lowest, highest];
}

function normalize(raw: readonly number[], state: ScoreState, nodes: readonly NodeInfo[]): readonly number[] {
  const [lowest, highest] = boundsOf(raw, state, nodes);
  return raw.map((score, index) => {
    if (state.ignored.has(nodes[index]!)) return 0;
    return highest === 0 ? 100 : Math.trunc((100 * (highest + lowest - score)) / highest);
  });
}

/** Hints: pods that count for a constraint, and nodes whose domains change. */
function hintsOf(source: ConstraintSource): readonly HintOf[] {
  const hardOf = (pod: PodInfo, cluster: ClusterState): readonly SpreadConstraint[] =>
    source.of(pod, cluster, 'DoNotSchedule');
  /** Whether some constraint counts the pod with one set of labels and not with the other. */
  const areToldApart = (pod: PodInfo, cluster: ClusterState, before: PodInfo, after: PodInfo): boolean =>
    hardOf(pod, cluster).some(
      ({ selector }) => matchesSelector(selector, before.labels) !== matchesSelector(selector, after.labels),
    );
  return [
    {
      resource: 'assigned',
      actions: ['Add', 'Delete', 'UpdatePodLabel'],
      helps: (pod, event, cluster) => {
        const { old, next } = podsOfEvent(event);
        if ((next ?? old)!.namespace !== pod.namespace) return false;
        if (old && next) return areToldApart(pod, cluster, old, next);
        const { labels } = (next ?? old)!;
        return hardOf(pod, cluster).some(({ selector }) => matchesSelector(selector, labels));
      },
    },
    {
      resource: 'waiting',
      actions: ['UpdatePodLabel'],
      helps: (pod, event, cluster) => {
        const { old, next } = podsOfEvent(event);
        return next?.uid === pod.uid && areToldApart(pod, cluster, old!, next);
      },
    },
    {
      resource: 'waiting',
      actions: ['UpdatePodToleration'],
      helps: (pod, { next }, cluster) =>
        next?.metadata.uid === pod.uid && hardOf(pod, cluster).some(({ honorsTaints }) => honorsTaints),
    },
    {
      resource: 'node',
      actions: ['Add', 'Delete', 'UpdateNodeLabel', 'UpdateNodeTaint'],
      helps: (pod, event, cluster) => {
        const { old, next } = nodesOf(event);
        const constraints = hardOf(pod, cluster);
        const hasKeys = (labels: Labels | undefined): boolean => hasAllKeys(labels ?? {}, constraints);
        if (!old || !next) return hasKeys((next ?? old)!.metadata.labels);
        const [before, after] = [old.metadata.labels, next.metadata.labels];
        if (hasKeys(before) !== hasKeys(after)) return true;
        if (!hasKeys(after)) return false;
        return (
          constraints.some(({ topologyKey: key }) => before?.[key] !== after?.[key]) ||
          !isDeepEqual(old.spec?.taints ?? [], next.spec?.taints ?? [])
        );
      },
    },
  ];
}

function explainFilter(_pod: PodInfo, { labels }: NodeInfo, state: FilterState): readonly ArithmeticLine[] {
  return state.constraints.map(({ topologyKey, maxSkew }, index) => {
    const value = labels[topologyKey];
    if (value === undefined) return { label: topologyKey, expression: '∅' };
    const [count, self, least] = [state.counts[index]!.get(value) ?? 0, state.self[index]!, minimumOf(state, index)];
    const skew = count + self - least;
    return {
      label: `${topologyKey}=${value}`,
      expression: `${count} + ${self} − ${least} = ${skew} ${skew > maxSkew ? '>' : '≤'} ${maxSkew}`,
    };
  });
}

function explainScore(
  _pod: PodInfo,
  node: NodeInfo,
  state: ScoreState,
  { raw, normalized, index, nodes }: Scored,
): readonly ArithmeticLine[] {
  const lines = state.constraints.flatMap(({ topologyKey, maxSkew }, at): readonly ArithmeticLine[] => {
    const value = node.labels[topologyKey];
    if (value === undefined) return [];
    const count = state.countOn[at]!(node, value);
    const result = Math.round((count * state.weights[at]! + maxSkew - 1) * 1000) / 1000;
    return [
      {
        label: `${topologyKey}=${value}`,
        expression: `${count} × ln(${state.sizes[at]} + 2) + (${maxSkew} − 1)`,
        result,
      },
    ];
  });
  const [lowest, highest] = boundsOf(raw, state, nodes);
  const isIgnored = state.ignored.has(node);
  return [
    ...lines,
    {
      label: 'sum, rounded',
      expression: lines.map(({ result }) => result).join(' + ') || '0',
      result: raw[index] ?? 0,
    },
    {
      label: 'normalized',
      expression: isIgnored
        ? '0'
        : highest === 0
          ? '100'
          : `100 × (${highest} + ${lowest} − ${raw[index]}) / ${highest}`,
      result: normalized[index] ?? 0,
    },
  ];
}
