/**
 * One attempt to schedule a pod, decided: what came of it and why. Pure, so that it can be done again later on the same
 * cluster. Upstream: pkg/scheduler/schedule_one.go (schedulingCycle).
 */
import { bestNodes, evaluate, type CycleOptions, type Evaluation } from './cycle.ts';
import type { ClusterState } from './cluster-state.ts';
import { fitMessage, NO_NODES } from './messages.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import { runPostFilter, type PostFilterResult } from './post-filter.ts';
import type { Rejection } from './rejections.ts';

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
  /** The nodes that were equally good, among which chance decided. */
  readonly tied: readonly NodeInfo[];
  readonly postFilter?: PostFilterResult;
  readonly message: string;
  /** Plugins whose change of mind would let the pod try again; none where it failed on something else than a plugin. */
  readonly rejectedBy: readonly string[];
}

export function attempt(pod: PodInfo, cluster: ClusterState, options: CycleOptions, chance: Chance): Outcome {
  const evaluation = evaluate(pod, cluster, options);
  if (cluster.nodes.length === 0)
    return { evaluation, outcome: 'unschedulable', tied: [], message: NO_NODES, rejectedBy: [] };
  if (evaluation.fault) return failedIn(evaluation.fault.point, evaluation.fault, evaluation);
  if (evaluation.feasible.length > 0) {
    const tied = bestNodes(evaluation);
    const { name: node } = tied.length === 1 ? tied[0]! : tied[chance.tie(tied.length)]!;
    return {
      evaluation,
      outcome: 'scheduled',
      node,
      tied,
      message: `Successfully assigned ${pod.key} to ${node}`,
      rejectedBy: [],
    };
  }
  const { rejection, failedAt } = evaluation.preFilter;
  if (rejection?.status.code === 'Error') return failedIn(failedAt ?? 'PreFilter', rejection, evaluation);
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

type Point = 'PreFilter' | 'Filter' | 'PreScore' | 'Score';

function failedIn(point: Point, { plugin, status }: Rejection, evaluation: Evaluation): Outcome {
  const reason = status.reasons.join(', ');
  const texts: Readonly<Record<Point, string>> = {
    PreFilter: `running PreFilter plugin "${plugin}": ${reason}`,
    Filter: `running "${plugin}" filter plugin: ${reason}`,
    PreScore: `running PreScore plugin "${plugin}": ${reason}`,
    Score: `running Score plugins: plugin "${plugin}" failed with: ${reason}`,
  };
  return { evaluation, outcome: 'error', tied: [], message: texts[point], rejectedBy: [] };
}

/** Those that turned nodes down, and those that narrowed the nodes, whether or not that left any out. */
function rejectorsOf({ preFilter, rejections }: Evaluation): readonly string[] {
  const names = new Set<string>(preFilter.narrowedBy);
  if (preFilter.rejection) names.add(preFilter.rejection.plugin);
  for (const { plugin } of rejections.tally.keys()) names.add(plugin);
  return [...names].sort();
}
