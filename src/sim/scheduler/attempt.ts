/**
 * One attempt to schedule a pod, decided: what came of it and why. Pure, so that it can be done again later on the same
 * cluster. Upstream: pkg/scheduler/schedule_one.go (schedulingCycle).
 */
import { bestNodes, evaluate, type CycleOptions, type Evaluation } from './cycle.ts';
import type { ClusterState } from './cluster-state.ts';
import { fitMessage, NO_NODES } from './messages.ts';
import type { PodInfo } from './pod-info.ts';
import { runPostFilter, type PostFilterResult } from './post-filter.ts';

export interface Chance {
  /** From which of so many nodes preemption starts to look. */
  offset(nodes: number): number;
  /** Which of so many equally good nodes is taken. */
  tie(nodes: number): number;
}

export interface Outcome {
  readonly evaluation: Evaluation;
  readonly outcome: 'scheduled' | 'unschedulable' | 'preempting' | 'error';
  readonly node?: string;
  readonly tied: readonly string[];
  readonly postFilter?: PostFilterResult;
  readonly message: string;
  /** Plugins whose change of mind would let the pod try again. */
  readonly rejectedBy: readonly string[];
}

export function attempt(pod: PodInfo, cluster: ClusterState, options: CycleOptions, chance: Chance): Outcome {
  const evaluation = evaluate(pod, cluster, options);
  if (evaluation.feasible.length > 0) {
    const tied = bestNodes(evaluation).map(({ name }) => name);
    const node = tied.length === 1 ? tied[0]! : tied[chance.tie(tied.length)]!;
    return {
      evaluation,
      outcome: 'scheduled',
      node,
      tied,
      message: `Successfully assigned ${pod.key} to ${node}`,
      rejectedBy: [],
    };
  }
  const { rejection } = evaluation.preFilter;
  if (cluster.nodes.length === 0)
    return { evaluation, outcome: 'unschedulable', tied: [], message: NO_NODES, rejectedBy: ['NodeName'] };
  if (rejection?.status.code === 'Error') {
    const message = `running PreFilter plugin "${rejection.plugin}": ${rejection.status.reasons.join(', ')}`;
    return { evaluation, outcome: 'error', tied: [], message, rejectedBy: [] };
  }
  const postFilter = runPostFilter(evaluation, (nodes) => chance.offset(nodes));
  return {
    evaluation,
    outcome: postFilter.best ? 'preempting' : 'unschedulable',
    tied: [],
    postFilter,
    message: fitMessage(evaluation, postFilter.message),
    rejectedBy: rejectorsOf(evaluation),
  };
}

function rejectorsOf({ preFilter, rejections, excluded }: Evaluation): readonly string[] {
  const names = new Set<string>();
  if (preFilter.rejection) names.add(preFilter.rejection.plugin);
  for (const { plugin } of rejections.tally.keys()) names.add(plugin);
  if (excluded > 0) for (const name of preFilter.narrowedBy) names.add(name);
  return [...names].sort();
}
