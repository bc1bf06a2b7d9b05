/** The life of a DaemonSet: every node that fits has its pod, of the newest template. */
import { setup } from 'xstate';

export const daemonMachine = setup({
  types: { events: {} as { type: 'SPREAD' | 'UPDATE' | 'SETTLE' } },
}).createMachine({
  id: 'daemon',
  initial: 'spreading',
  states: {
    spreading: {
      description: 'Nodes that fit have no available pod yet, or nodes that do not fit still have one.',
      on: { SETTLE: 'settled', UPDATE: 'updating' },
    },
    updating: {
      description: 'Pods of the old template are replaced, a few at a time.',
      on: { SETTLE: 'settled', SPREAD: 'spreading' },
    },
    settled: {
      description: 'Every node that fits has an available pod of the newest template.',
      on: { SPREAD: 'spreading', UPDATE: 'updating' },
    },
  },
});
