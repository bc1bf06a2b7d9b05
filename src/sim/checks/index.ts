export type { CheckedWorld, StoredChange, Violation } from './check.ts';
export { InvariantMonitor, unsettled } from './monitor.ts';
export { AT_REST, INVARIANTS, type CheckName } from './names.ts';
