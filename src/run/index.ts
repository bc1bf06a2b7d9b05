export { checkCluster, clusterChoices } from './cluster.ts';
export { carryOut, query, titleOf, type Carrying } from './commands.ts';
export { compareConfigurations, type Comparison, type NodeUse, type Placement } from './configuration-comparison.ts';
export { diffText } from './diff.ts';
export { RunFault } from './fault.ts';
export type { ChangeKind } from './fit-candidates.ts';
export { fitSuggestions, type FitSuggestion } from './fit-suggestions.ts';
export { inspect, whyOf } from './inspect.ts';
export { recordKey, splitRecordKey } from './record-key.ts';
export { KEYFRAME_LIMIT, MARK_LIMIT, Run, type StepUnit } from './run.ts';
export { COMMAND_LIMIT, decodeOptions, decodeScenario, parseScenario, TEXT_LIMIT } from './scenario.ts';
export {
  decodeShareLink,
  encodeShareLink,
  LINK_CHARACTER_LIMIT,
  LINK_CHARACTER_WARNING,
  PAYLOAD_BYTE_LIMIT,
} from './share-link.ts';
export { isHeartbeat, isShown, markOf } from './significance.ts';
export { tableOf } from './table.ts';
export * from './types.ts';
