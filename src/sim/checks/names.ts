/** Every check by name, in the order in which they are shown. */

/** Hold after every step. */
export const INVARIANTS = [
  'time-is-whole',
  'causes-come-first',
  'versions-grow',
  'changes-are-kept',
  'unique-uids',
  'identity-stays',
  'generation-grows',
  'deletion-is-final',
  'one-controller',
  'assignment-is-final',
  'phase-moves-on',
  'restarts-grow',
  'job-ends-once',
  'job-counts-grow',
  'unique-pod-addresses',
  'unique-pod-ranges',
  'unique-cluster-addresses',
  'unique-node-ports',
  'one-claim-a-volume',
  'one-node-a-disk',
  'node-room',
  'slices-are-small',
  'no-fault-of-ours',
] as const;

/** Hold once nothing disturbs a cluster any more. */
export const AT_REST = [
  'nodes-are-ready',
  'pods-have-nodes',
  'pods-are-scheduled',
  'deleted-pods-end',
  'processes-have-pods',
  'replicas-as-desired',
  'rollouts-complete',
  'jobs-stop',
  'status-is-current',
  'endpoints-are-pods',
  'bindings-are-mutual',
  'nothing-outlives-owners',
  'caches-are-current',
] as const;

export type CheckName = (typeof INVARIANTS)[number] | (typeof AT_REST)[number];
