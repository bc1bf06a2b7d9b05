/** The life of a HorizontalPodAutoscaler: what each look, 15 seconds after the one before, came to. */
import { setup } from 'xstate';

export const autoscalerMachine = setup({
  types: { events: {} as { type: 'KEEP' | 'RAISE' | 'LOWER' | 'HOLD' | 'LIMIT' | 'FAIL' | 'DISABLE' } },
}).createMachine({
  id: 'autoscaler',
  initial: 'waiting',
  on: {
    KEEP: '.steady',
    RAISE: '.scalingUp',
    LOWER: '.scalingDown',
    HOLD: '.stabilising',
    LIMIT: '.limited',
    FAIL: '.blind',
    DISABLE: '.disabled',
  },
  states: {
    waiting: { description: 'The first look is still to come.' },
    steady: { description: 'The metrics are within the tolerance: as many replicas as there are.' },
    scalingUp: { description: 'A metric is above its target: the replicas have been raised.' },
    scalingDown: { description: 'All metrics are below their targets: the replicas have been lowered.' },
    stabilising: {
      description: 'Another count is wanted, and the stabilisation window still remembers a better reason to wait.',
    },
    limited: { description: 'Another count is wanted than minReplicas, maxReplicas or a policy allow.' },
    blind: { description: 'A metric or the scale of the target cannot be read, or not be written.' },
    disabled: { description: 'The target has no replicas: whoever set it to 0 wants it off.' },
  },
});
