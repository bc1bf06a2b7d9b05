export { beginAudit } from './audit.ts';
export { checkCluster, clusterChoices } from './cluster.ts';
export { carryOut, query, titleOf, type Carrying } from './commands.ts';
export { beginComparison, compareConfigurations, priceOfNode } from './configuration-comparison.ts';
export { diffText } from './diff.ts';
export { RunFault } from './fault.ts';
export { fitEdit } from './fit-edit.ts';
export { beginFit, fitSuggestions, type Fit, type FitSuggestion } from './fit-suggestions.ts';
export { reached } from './goals.ts';
export { inspect, whyOf } from './inspect.ts';
export { recordKey, splitRecordKey } from './record-key.ts';
export { KEYFRAME_LIMIT, MARK_LIMIT, Run, type StepUnit } from './run.ts';
export { COMMAND_LIMIT, decodeOptions, decodeScenario, parseScenario, TEXT_LIMIT } from './scenario.ts';
export { checkSchedulerConfiguration } from './scheduler-configuration.ts';
export { ANSWER_POINTS, seriesOf } from './series.ts';
export {
  decodeShareLink,
  encodeShareLink,
  LINK_CHARACTER_LIMIT,
  LINK_CHARACTER_WARNING,
  PAYLOAD_BYTE_LIMIT,
} from './share-link.ts';
export { isHeartbeat, isShown, markOf } from './significance.ts';
export { finish, type Study } from './study.ts';
export { runSwarm, SETTLE_BOUND_MS, swarmScenario, type SwarmResult } from './swarm.ts';
export { completeLine, terminalOf, typeLine } from './terminal.ts';
export { tableOf } from './table.ts';
export * from './types.ts';
