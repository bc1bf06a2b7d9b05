export { pipelineMachine } from './machine.ts';
export { Pipeline, RELEASE_LIMIT } from './pipeline.ts';
export type { PipelineStep, PipelineView, ReleaseOrder, StepRecord } from './release.ts';
