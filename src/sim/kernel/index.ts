export * from './component-ids.ts';
export { TaskHeap, type Task } from './heap.ts';
export {
  AssertionFailure,
  Kernel,
  TASK_LIMIT,
  type Component,
  type KernelOptions,
  type KernelState,
  type Turn,
} from './kernel.ts';
export { Life, type LifeSave, type ShownLife } from './life.ts';
export { deepFreeze, hashOf, hashText, type Plain } from './plain.ts';
export { mintSuffix, mintUid, RandomStream, RandomStreams, type StreamState } from './random.ts';
export {
  describeMachine,
  FlatMachine,
  leafPath,
  Statechart,
  type ChartDescription,
  type ChartState,
  type Delayed,
  type LifeEvent,
  type Moved,
} from './statechart.ts';
export { DEFAULT_EPOCH_MS, formatMicroTime, formatTime, parseTime } from './time.ts';
export { Trace, TRACE_LIMIT } from './trace.ts';
export type {
  Hop,
  ObjectRef,
  RequestStage,
  RequestStageName,
  SourceSpan,
  TraceEvent,
  TraceEventOf,
  TracePayloads,
  TraceType,
} from './trace-payloads.ts';
export { hmacSha256, sha256 } from './sha256.ts';
