export { evaluate, feasibleNodesToFind, fitMessage, type Evaluation } from './cycle.ts';
export type * from './decision.ts';
export type { Plugin, Snapshot } from './framework.ts';
export { schedulingMachine } from './machine.ts';
export { NodeInfo, podRequests } from './node-info.ts';
export { DEFAULT_PROFILE, type ProfilePlugin } from './plugins/index.ts';
export { backoffMs, SchedulingQueue, UNSCHEDULABLE_FLUSH_MS } from './queue.ts';
export { Scheduler } from './scheduler.ts';
