/** The life of a Job: what its conditions tell. */
import { setup } from 'xstate';

export const jobMachine = setup({
  types: {
    events: {} as { type: 'RUN' | 'SUSPEND' | 'BACK_OFF' | 'SUCCEED' | 'FAIL' | 'COMPLETED' | 'FAILED' },
  },
}).createMachine({
  id: 'job',
  initial: 'running',
  states: {
    running: {
      description: 'Pods run until as many as wanted have succeeded.',
      on: {
        SUSPEND: 'suspended',
        BACK_OFF: 'backingOff',
        SUCCEED: 'succeeding',
        FAIL: 'failing',
        COMPLETED: 'complete',
        FAILED: 'failed',
      },
    },
    backingOff: {
      description: 'A pod failed: the next one waits 10 s, 20 s, 40 s ... up to 10 minutes.',
      on: {
        RUN: 'running',
        SUSPEND: 'suspended',
        SUCCEED: 'succeeding',
        FAIL: 'failing',
        COMPLETED: 'complete',
        FAILED: 'failed',
      },
    },
    suspended: {
      description: 'spec.suspend is set: no pod runs, and the start time is forgotten.',
      on: { RUN: 'running', BACK_OFF: 'backingOff', FAIL: 'failing', FAILED: 'failed' },
    },
    succeeding: {
      description: 'The success criteria are met; what still runs is stopped and counted.',
      on: { COMPLETED: 'complete' },
    },
    failing: {
      description: 'The Job is going to fail; what still runs is stopped and counted.',
      on: { FAILED: 'failed' },
    },
    complete: { type: 'final', description: 'Condition Complete: nothing happens any more, until the TTL is over.' },
    failed: { type: 'final', description: 'Condition Failed: nothing happens any more, until the TTL is over.' },
  },
});
