/** The life of a CronJob, from one time of its schedule to the next. */
import { setup } from 'xstate';

export const cronMachine = setup({
  types: { events: {} as { type: 'WAIT' | 'RUN' | 'SUSPEND' | 'FAIL' } },
}).createMachine({
  id: 'cron-job',
  initial: 'waiting',
  on: { WAIT: '.waiting', RUN: '.running', SUSPEND: '.suspended', FAIL: '.failing' },
  states: {
    waiting: { description: 'The next time of the schedule is still to come.' },
    running: { description: 'A Job of it runs; concurrencyPolicy says what happens when the next is due.' },
    suspended: { description: 'spec.suspend is set: times of the schedule pass without a Job.' },
    failing: { description: 'The time zone is not known here: nothing can be scheduled.' },
  },
});
