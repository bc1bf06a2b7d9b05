/** The API object that a program belongs to, for the trace. */
import type { ObjectRef } from '../kernel/index.ts';
import type { RunningProcess } from './process.ts';

export const refOf = ({ namespace, pod, podUid }: Pick<RunningProcess, 'namespace' | 'pod' | 'podUid'>): ObjectRef => ({
  resource: 'pods',
  kind: 'Pod',
  namespace,
  name: pod,
  uid: podUid,
});
