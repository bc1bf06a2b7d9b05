/**
 * The scheduling framework: what a plugin may say at each extension point.
 * Upstream: pkg/scheduler/framework/interface.go. One file or folder a plugin under plugins/.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { ClusterState } from './cluster-state.ts';
import type { ArithmeticLine, StatusCode } from './decision.ts';
import type { HintOf } from './hints.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** What a plugin says when it does not simply agree. */
export interface PluginStatus {
  readonly code: StatusCode;
  readonly reasons: readonly string[];
}

export const unschedulable = (...reasons: string[]): PluginStatus => ({ code: 'Unschedulable', reasons });
export const unresolvable = (...reasons: string[]): PluginStatus => ({ code: 'UnschedulableAndUnresolvable', reasons });
export const failed = (...reasons: string[]): PluginStatus => ({ code: 'Error', reasons });

export interface PreFilterVerdict<State> {
  /** The plugin has nothing to do for this pod. */
  readonly isSkipped?: boolean;
  readonly status?: PluginStatus;
  /** Only these nodes are worth a look. */
  readonly nodeNames?: ReadonlySet<string>;
  /** What Filter works with. */
  readonly state?: State;
}

export interface PreScoreVerdict<State> {
  readonly isSkipped?: boolean;
  /** An error: the pod is not scheduled. */
  readonly status?: PluginStatus;
  readonly state?: State;
}

/** The scores of one plugin over all scored nodes, and which of them is explained. */
export interface Scored {
  readonly raw: readonly number[];
  readonly normalized: readonly number[];
  /** The nodes of the scores, and which of them is explained. */
  readonly nodes: readonly NodeInfo[];
  readonly index: number;
}

/**
 * A plugin with its arguments. Only what it implements is there. Its state lives for one cycle: `FilterState` from
 * PreFilter on, `ScoreState` from PreScore on.
 */
export interface Plugin<FilterState = unknown, ScoreState = unknown> {
  readonly name: string;
  readonly isQueueSort?: boolean;
  readonly isPostFilter?: boolean;
  readonly isBinder?: boolean;
  /**
   * Its Filter and Score read nothing but the node, and of the pod its nodeName, selector, node affinity, tolerations, host
   * ports and requests; so what they say holds for all such pods until the node changes.
   */
  readonly isNodeLocal?: boolean;
  preEnqueue?(pod: Pod): PluginStatus | undefined;
  preFilter?(pod: PodInfo, cluster: ClusterState): PreFilterVerdict<FilterState> | undefined;
  filter?(pod: PodInfo, node: NodeInfo, state: FilterState, cluster: ClusterState): PluginStatus | undefined;
  /** PreFilterExtensions: what the state would be with another pod on a node, or without it. */
  addPod?(state: FilterState, pod: PodInfo, other: PodInfo, node: NodeInfo): void;
  removePod?(state: FilterState, pod: PodInfo, other: PodInfo, node: NodeInfo): void;
  /** Needed where `addPod` changes the state. */
  cloneState?(state: FilterState): FilterState;
  preScore?(pod: PodInfo, nodes: readonly NodeInfo[], cluster: ClusterState): PreScoreVerdict<ScoreState> | undefined;
  score?(pod: PodInfo, node: NodeInfo, state: ScoreState, cluster: ClusterState): number;
  normalize?(raw: readonly number[], state: ScoreState, nodes: readonly NodeInfo[]): readonly number[];
  /** Which changes of the cluster may make a pod fit that this plugin has turned down. */
  readonly hints?: readonly HintOf[];
  explainFilter?(pod: PodInfo, node: NodeInfo, state: FilterState, cluster: ClusterState): readonly ArithmeticLine[];
  /** The arithmetic of a score with its real numbers. */
  explainScore?(
    pod: PodInfo,
    node: NodeInfo,
    state: ScoreState,
    scored: Scored,
    cluster: ClusterState,
  ): readonly ArithmeticLine[];
}

/** Upstream: framework/plugins/helper/normalize_score.go. */
export function defaultNormalize(raw: readonly number[], isReversed: boolean): readonly number[] {
  let highest = 0;
  for (const score of raw) if (score > highest) highest = score;
  if (highest === 0) return raw.map(() => (isReversed ? 100 : 0));
  return raw.map((score) => {
    const normalized = Math.trunc((100 * score) / highest);
    return isReversed ? 100 - normalized : normalized;
  });
}

export function explainNormalize({ raw, index }: Scored, isReversed: boolean): readonly ArithmeticLine[] {
  const highest = raw.reduce((most, score) => Math.max(most, score), 0);
  const score = raw[index] ?? 0;
  const result = defaultNormalize(raw, isReversed)[index] ?? 0;
  if (highest === 0) return [{ label: 'normalized', expression: isReversed ? '100' : '0', result }];
  const ratio = `${score} × 100 / ${highest}`;
  return [{ label: 'normalized', expression: isReversed ? `100 − ${ratio}` : ratio, result }];
}
