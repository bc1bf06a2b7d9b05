export type { CheckedWorld, StoredChange, Violation } from './check.ts';
export { InvariantMonitor, unsettled } from './monitor.ts';
