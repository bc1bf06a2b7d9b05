export { explain } from './explain.ts';
export { Journal } from './journal.ts';
export type { Attempt } from './records.ts';
export { attempt, type Chance, type Outcome } from './attempt.ts';
export { ClusterState, type Change, type Listed } from './cluster-state.ts';
export { bestNodes, evaluate, feasibleNodesToFind, scoreNodes, type Evaluation } from './cycle.ts';
export type * from './decision.ts';
export { FilterRun, preFilter } from './filter-run.ts';
export { Rejections, type Rejection } from './rejections.ts';
export type { Plugin, PluginStatus } from './framework.ts';
export { schedulingMachine } from './machine.ts';
export { fitMessage, noteOf } from './messages.ts';
export type { NodeInfo } from './node-info.ts';
export { PodInfo } from './pod-info.ts';
export { bestCandidates, dryRun, whyNotEligible, type Candidate } from './preemption.ts';
export { runPostFilter, type PostFilterResult } from './post-filter.ts';
export { isPluginName, makePlugin, PLUGIN_NAMES, type PluginArgs } from './plugins/registry.ts';
export { preemptionOf, rejectionOf, type PreemptionQuestion, type RejectionQuestion } from './questions.ts';
export { defaultProfile, Profile, type ProfileOptions } from './profile.ts';
export { Scheduler, type SchedulerSettings } from './scheduler.ts';
export {
  CONFIGURATION_API_VERSION,
  CONFIGURATION_FIELDS,
  CONFIGURATION_KIND,
  DEFAULT_CONFIGURATION,
  makeProfiles,
  parseConfiguration,
  type ConfigurationFault,
  type ParsedConfiguration,
  type SchedulerConfiguration,
} from './configuration.ts';
export { backoffMs, DEFAULT_QUEUE_OPTIONS, SchedulingQueue, UNSCHEDULABLE_FLUSH_MS } from './queue.ts';
