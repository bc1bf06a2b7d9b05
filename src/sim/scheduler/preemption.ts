/**
 * Preemption: which pods would have to go from which node, and which node is the best. Pure: nobody is evicted here.
 * Upstream: pkg/scheduler/framework/preemption/preemption.go, framework/plugins/defaultpreemption/default_preemption.go.
 */
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { matchesLabels, selectorOf } from '../api/selectors.ts';
import type { Stored } from '../api/object.ts';
import type { ClusterState } from './cluster-state.ts';
import type { FilterRun } from './filter-run.ts';
import { LocalMemory, LocalVerdicts, localKey } from './local-verdicts.ts';
import { histogram } from './messages.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { DefaultPreemptionArgs } from './plugins/registry.ts';
import type { Profile } from './profile.ts';
import { reasonCounts, tallyOf, type Rejection } from './rejections.ts';

export interface Candidate {
  readonly node: string;
  /** From the most important. */
  readonly victims: readonly PodInfo[];
  readonly pdbViolations: number;
  /** The priority of the most important victim, and of them all together, each lifted above zero. */
  readonly highestPriority: number;
  readonly prioritySum: number;
  /** When the one started that has run longest among the most important. */
  readonly earliestStart: string;
}

export interface Preemption {
  readonly candidates: readonly Candidate[];
  /** What still stood in the way without the pods of lower priority, for each node where something did. */
  readonly rejections: readonly Rejection[];
  /** The node of each rejection. */
  readonly rejectedNodes: readonly NodeInfo[];
}

const NO_VICTIMS: Rejection = {
  plugin: 'DefaultPreemption',
  status: { code: 'UnschedulableAndUnresolvable', reasons: ['No preemption victims found for incoming pod'] },
};

const startOf = ({ pod }: PodInfo): string => pod.status?.startTime ?? '9999';

/** Higher priority first, then the one that has run longer. The uid settles what upstream leaves to the order of its list. */
export function compareImportance(left: PodInfo, right: PodInfo): number {
  if (left.priority !== right.priority) return right.priority - left.priority;
  const [leftStart, rightStart] = [startOf(left), startOf(right)];
  if (leftStart !== rightStart) return leftStart < rightStart ? -1 : 1;
  return left.uid < right.uid ? -1 : 1;
}

/** Pods that budgets protect, and those that they do not, each in the given order. */
export function splitByBudgets(
  pods: readonly PodInfo[],
  budgets: readonly Stored<PodDisruptionBudget>[],
): { violating: readonly PodInfo[]; others: readonly PodInfo[] } {
  const allowed = budgets.map(({ status }) => status?.disruptionsAllowed ?? 0);
  const [violating, others]: [PodInfo[], PodInfo[]] = [[], []];
  for (const pod of pods) {
    let isViolated = false;
    for (const [index, { metadata, spec, status }] of budgets.entries()) {
      if (!pod.labels || Object.keys(pod.labels).length === 0) break;
      if ((metadata.namespace ?? 'default') !== pod.namespace) continue;
      const selector = selectorOf(spec?.selector);
      if (!selector || selector.length === 0 || !matchesLabels(selector, pod.labels)) continue;
      if (status?.disruptedPods?.[pod.name] !== undefined) continue;
      allowed[index]! -= 1;
      if (allowed[index]! < 0) isViolated = true;
    }
    (isViolated ? violating : others).push(pod);
  }
  return { violating, others };
}

/** The fewest pods of lower priority that have to go from the node: all are taken off, then as many as possible put back. */
function victimsOn(
  base: FilterRun,
  node: NodeInfo,
  budgets: readonly Stored<PodDisruptionBudget>[],
): Candidate | Rejection {
  const potential = [...node.pods.values()].filter(({ priority }) => priority < base.pod.priority);
  if (potential.length === 0) return NO_VICTIMS;
  const { run, copy } = base.fork(node);
  for (const other of potential) run.removePod(copy, other);
  const rejection = run.checkWithNominated(copy);
  if (rejection) return rejection;
  const { violating, others } = splitByBudgets(potential.sort(compareImportance), budgets);
  const victims: PodInfo[] = [];
  const canStay = (other: PodInfo): boolean => {
    run.addPod(copy, other);
    if (!run.checkWithNominated(copy)) return true;
    run.removePod(copy, other);
    victims.push(other);
    return false;
  };
  let pdbViolations = 0;
  for (const other of violating) if (!canStay(other)) pdbViolations += 1;
  for (const other of others) canStay(other);
  victims.sort(compareImportance);
  const highestPriority = victims[0]?.priority ?? 0;
  return {
    node: node.name,
    victims,
    pdbViolations,
    highestPriority,
    prioritySum: victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0),
    earliestStart: earliestOf(victims.filter(({ priority }) => priority === highestPriority).map(startOf)),
  };
}

const earliestOf = (starts: readonly string[]): string =>
  starts.reduce((earliest, start) => (start < earliest ? start : earliest), starts[0] ?? '');

const MIN_PERCENTAGE = 10;
const MIN_CANDIDATES = 100;

export function candidatesToFind(nodes: number, args: DefaultPreemptionArgs): number {
  const percentage = args.minCandidateNodesPercentage ?? MIN_PERCENTAGE;
  const least = args.minCandidateNodesAbsolute ?? MIN_CANDIDATES;
  return Math.min(nodes, Math.max(least, Math.trunc((nodes * percentage) / 100)));
}

const memory = new LocalMemory(() => new LocalVerdicts<Candidate | Rejection>());

/** How the victims on a node are found; where only the node matters, what was found is kept until it changes. */
function searchOf(
  run: FilterRun,
  profile: Profile,
  budgets: readonly Stored<PodDisruptionBudget>[],
): (node: NodeInfo) => Candidate | Rejection {
  const { cluster, pod } = run;
  if (!run.isLocal || budgets.length > 0) return (node) => victimsOn(run, node, budgets);
  const known = memory.of(cluster, profile, `${pod.priority} ${localKey(pod)}`);
  return (node) => {
    if (node.nominated.some(({ uid }) => uid === pod.uid)) return victimsOn(run, node, budgets);
    return known.has(node) ? known.get(node)! : known.set(node, victimsOn(run, node, budgets))!;
  };
}

/** Tries the nodes from an offset on until there are candidates enough; those that violate no budget come first. */
export function dryRun(
  run: FilterRun,
  profile: Profile,
  nodes: readonly NodeInfo[],
  offset: number,
  wanted: number,
): Preemption {
  const budgets = [...run.cluster.listAll('poddisruptionbudgets.policy')];
  const search = searchOf(run, profile, budgets);
  const [harmless, violating]: [Candidate[], Candidate[]] = [[], []];
  const rejections: Rejection[] = [];
  const rejectedNodes: NodeInfo[] = [];
  const reject = (node: NodeInfo, rejection: Rejection): void => {
    rejections.push(rejection);
    rejectedNodes.push(node);
  };
  for (let index = 0; index < nodes.length; index += 1) {
    if (harmless.length > 0 && harmless.length + violating.length >= wanted) break;
    const node = nodes[(offset + index) % nodes.length]!;
    const found = search(node);
    if ('plugin' in found) reject(node, found);
    else if (found.victims.length === 0) reject(node, nobodyOn(node.name));
    else if (found.pdbViolations === 0) harmless.push(found);
    // Of those that violate budgets no more are kept than are wanted, however long the search goes on.
    else if (violating.length < wanted) violating.push(found);
  }
  return { candidates: [...harmless, ...violating], rejections, rejectedNodes };
}

const nobodyOn = (node: string): Rejection => ({
  plugin: 'DefaultPreemption',
  status: { code: 'Error', reasons: [`expected at least one victim pod on node "${node}"`] },
});

/** Each criterion decides among what the one before has left. */
const CRITERIA: readonly ((candidate: Candidate) => number | string)[] = [
  ({ pdbViolations }) => -pdbViolations,
  ({ highestPriority }) => -highestPriority,
  ({ prioritySum }) => -prioritySum,
  ({ victims }) => -victims.length,
  ({ earliestStart }) => earliestStart,
];

/** The best candidates, equal in all respects; the first of them is taken. */
export function bestCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  let left = candidates;
  for (const valueOf of CRITERIA) {
    if (left.length <= 1) return left;
    const values = left.map(valueOf);
    const best = values.reduce((most, value) => (value > most ? value : most));
    left = left.filter((_, index) => values[index] === best);
  }
  return left;
}

/** Why a pod may not preempt others, if it may not. `nominatedStatus` is what the filters said of its nominated node. */
export function whyNotEligible(
  pod: PodInfo,
  nominatedNode: string | undefined,
  nominatedStatus: Rejection | 'unresolvable' | undefined,
  cluster: ClusterState,
): string | undefined {
  if (pod.pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  if (!nominatedNode) return undefined;
  const code = nominatedStatus === 'unresolvable' ? 'UnschedulableAndUnresolvable' : nominatedStatus?.status.code;
  if (code === 'UnschedulableAndUnresolvable') return undefined;
  for (const other of cluster.node(nominatedNode)?.pods.values() ?? []) {
    if (other.priority < pod.priority && isTerminatingByPreemption(other))
      return 'not eligible due to a terminating pod on the nominated node.';
  }
  return undefined;
}

function isTerminatingByPreemption({ isTerminating, pod }: PodInfo): boolean {
  const condition = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  return isTerminating && condition?.status === 'True' && condition.reason === 'PreemptionByScheduler';
}

export const NOT_HELPFUL = 'Preemption is not helpful for scheduling';

/** What went wrong in the search, which then gives no candidates; each text once. */
export function searchFault(rejections: readonly Rejection[]): string | undefined {
  const texts = new Set(rejections.flatMap(({ status }) => (status.code === 'Error' ? status.reasons : [])));
  if (texts.size === 0) return undefined;
  return texts.size === 1 ? [...texts][0] : `[${[...texts].join(', ')}]`;
}

/** What stands in the way on each node, when preemption helps nowhere. */
export function noCandidateMessage(rejections: readonly Rejection[], nodeCount: number): string {
  const counts = reasonCounts(tallyOf(rejections));
  const absent = nodeCount - rejections.length;
  if (absent > 0) counts.set(NOT_HELPFUL, (counts.get(NOT_HELPFUL) ?? 0) + absent);
  return `0/${nodeCount} nodes are available:${histogram(counts)}`;
}
