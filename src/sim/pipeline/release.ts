/** A release as data: what is put out, and what has become of it so far. */
import type { KubeObject, Stored } from '../api/object.ts';
import type { SourceSpan } from '../kernel/index.ts';

export interface ReleaseOrder {
  /** What the release is called: the file's name, or a version. */
  readonly name: string;
  readonly documents: readonly { readonly object: KubeObject; readonly source: SourceSpan }[];
  /** How long the workloads have to roll out. */
  readonly timeoutMs: number;
  /** Whether a failure puts back what was there before. */
  readonly rollsBack: boolean;
  /** A URL of the cluster that has to answer before the release counts as done. */
  readonly testUrl?: string;
}

export type PipelineStep = 'apply' | 'rollout' | 'test' | 'rollback';

export interface StepRecord {
  readonly step: PipelineStep;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly outcome: 'running' | 'succeeded' | 'failed';
  /** In upstream's words: what was applied, what is waited for, what went wrong. */
  readonly message: string;
}

export interface Target {
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
  /** As it was before the release; null where there was none. */
  readonly before: Stored | null;
  /** As the watch told last. */
  readonly seen?: Stored;
}

export interface Release extends ReleaseOrder {
  readonly number: number;
  readonly startedAt: number;
  readonly steps: readonly StepRecord[];
  readonly targets: readonly Target[];
}

export interface PipelineView {
  readonly state: string;
  readonly number: number;
  readonly name: string;
  readonly startedAt: number;
  readonly timeoutMs: number;
  readonly rollsBack: boolean;
  readonly testUrl?: string;
  readonly steps: readonly StepRecord[];
}
