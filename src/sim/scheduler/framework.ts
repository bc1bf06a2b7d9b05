/**
 * The scheduling framework: what a plugin may say at each extension point.
 * Upstream: pkg/scheduler/framework/interface.go. One file a plugin under plugins/.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { NodeInfo } from './node-info.ts';
import type { ArithmeticLine, StatusCode } from './decision.ts';

/** What a plugin says when it does not simply agree. */
export interface PluginStatus {
  readonly code: StatusCode;
  readonly reasons: readonly string[];
}

export const unschedulable = (...reasons: string[]): PluginStatus => ({ code: 'Unschedulable', reasons });
export const unresolvable = (...reasons: string[]): PluginStatus => ({ code: 'UnschedulableAndUnresolvable', reasons });

/** The cluster as one cycle sees it. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[];
  /** Image name to the number of nodes that have it. */
  readonly imageSpread: ReadonlyMap<string, number>;
}

export interface PreFilterVerdict {
  /** The plugin has nothing to do for this pod. */
  readonly isSkipped?: boolean;
  readonly status?: PluginStatus;
  /** Only these nodes are worth a look. */
  readonly nodeNames?: ReadonlySet<string>;
}

export interface ScoringFacts {
  /** Raw scores of all scored nodes, in their order. */
  readonly raw: readonly number[];
}

export interface Plugin {
  readonly name: string;
  preEnqueue?(pod: Pod): PluginStatus | undefined;
  preFilter?(pod: Stored<Pod>, snapshot: Snapshot): PreFilterVerdict | undefined;
  filter?(pod: Stored<Pod>, node: NodeInfo): PluginStatus | undefined;
  /** True: the plugin does not score this pod. */
  skipsScore?(pod: Stored<Pod>, nodes: readonly NodeInfo[]): boolean;
  score?(pod: Stored<Pod>, node: NodeInfo, snapshot: Snapshot): number;
  normalize?(raw: readonly number[]): readonly number[];
  /** The arithmetic of a score with its real numbers. */
  explainScore?(pod: Stored<Pod>, node: NodeFacts, facts: ScoringFacts, index: number): readonly ArithmeticLine[];
  explainFilter?(pod: Stored<Pod>, node: NodeFacts): readonly ArithmeticLine[];
}

/** What is kept of a node for the arithmetic, as it was when the pod was looked at. */
export interface NodeFacts {
  readonly name: string;
  readonly allocatableCpu: number;
  readonly allocatableMemory: number;
  readonly requestedCpu: number;
  readonly requestedMemory: number;
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
  readonly pods: number;
  readonly allowedPods: number;
}

/** Upstream: framework/plugins/helper/normalize_score.go. */
export function defaultNormalize(raw: readonly number[], isReversed: boolean): readonly number[] {
  const highest = Math.max(0, ...raw);
  if (highest === 0) return raw.map(() => (isReversed ? 100 : 0));
  return raw.map((score) => {
    const normalized = Math.trunc((100 * score) / highest);
    return isReversed ? 100 - normalized : normalized;
  });
}

export function explainNormalize(
  raw: readonly number[],
  index: number,
  isReversed: boolean,
): readonly ArithmeticLine[] {
  const highest = Math.max(0, ...raw);
  const score = raw[index] ?? 0;
  const result = defaultNormalize(raw, isReversed)[index] ?? 0;
  if (highest === 0) return [{ label: 'normalized', expression: isReversed ? '100' : '0', result }];
  const ratio = `${score} × 100 / ${highest}`;
  return [{ label: 'normalized', expression: isReversed ? `100 − ${ratio}` : ratio, result }];
}
