/** The life of a rollout: what the Progressing and Available conditions of a Deployment tell. */
import { setup } from 'xstate';

export const rolloutMachine = setup({
  types: {
    events: {} as {
      type: 'TEMPLATE_CHANGED' | 'PROGRESSED' | 'COMPLETED' | 'DEADLINE_EXCEEDED' | 'PAUSED' | 'RESUMED';
    },
  },
}).createMachine({
  id: 'rollout',
  initial: 'progressing',
  states: {
    progressing: {
      description: 'Pods of the new template come, pods of the old ones go.',
      on: { COMPLETED: 'complete', DEADLINE_EXCEEDED: 'stuck', PAUSED: 'paused' },
    },
    complete: {
      description: 'All replicas are of the new template and available.',
      on: { TEMPLATE_CHANGED: 'progressing', PROGRESSED: 'progressing', PAUSED: 'paused' },
    },
    stuck: {
      description: 'No progress within progressDeadlineSeconds.',
      on: { PROGRESSED: 'progressing', TEMPLATE_CHANGED: 'progressing', COMPLETED: 'complete', PAUSED: 'paused' },
    },
    paused: { description: 'Template changes wait; scaling still works.', on: { RESUMED: 'progressing' } },
  },
});
