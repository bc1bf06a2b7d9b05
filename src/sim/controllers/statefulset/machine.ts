/** The life of a StatefulSet: in order, growing, shrinking, or going over to a new revision one ordinal at a time. */
import { setup } from 'xstate';

export const statefulMachine = setup({
  types: { events: {} as { type: 'SCALE_UP' | 'SCALE_DOWN' | 'UPDATE' | 'WAIT' | 'SETTLE' } },
}).createMachine({
  id: 'stateful',
  initial: 'scalingUp',
  on: { SCALE_UP: '.scalingUp', SCALE_DOWN: '.scalingDown', UPDATE: '.updating', WAIT: '.waiting', SETTLE: '.settled' },
  states: {
    settled: {
      description: 'Every ordinal runs, is ready, and is of the revision that it should be of.',
    },
    scalingUp: {
      description: 'Ordinals are missing: the lowest of them comes next.',
    },
    scalingDown: {
      description: 'Ordinals are surplus: the highest of them goes next.',
    },
    updating: {
      description: 'Pods of the old revision go, from the highest ordinal down to the partition.',
    },
    waiting: {
      description: 'A pod is not running, not ready or on its way out, and those after it have to wait.',
    },
  },
});
