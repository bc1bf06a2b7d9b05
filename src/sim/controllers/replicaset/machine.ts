/** The life of a ReplicaSet or ReplicationController: how many pods there are, and how many there should be. */
import { setup } from 'xstate';

export const replicaMachine = setup({
  types: { events: {} as { type: 'CREATE' | 'DELETE' | 'WAIT' | 'SETTLE' | 'FAIL' } },
}).createMachine({
  id: 'replica-set',
  initial: 'settled',
  on: { CREATE: '.creating', DELETE: '.deleting', WAIT: '.waiting', SETTLE: '.settled', FAIL: '.failing' },
  states: {
    settled: { description: 'As many pods as wanted, all of them ready.' },
    creating: {
      description: 'Pods are missing: they are made in batches of 1, 2, 4 ... so that a refusal costs little.',
    },
    waiting: { description: 'As many pods as wanted; some are not ready yet.' },
    deleting: {
      description: 'Pods are surplus: those that are not assigned, not ready, cheap or young go first.',
    },
    failing: {
      description: 'The API server refuses a pod (ReplicaFailure); the next try waits longer and longer.',
    },
  },
});
