/** The life of a PodDisruptionBudget: whether an eviction would be allowed now. */
import { setup } from 'xstate';

export const budgetMachine = setup({
  types: { events: {} as { type: 'ALLOW' | 'BLOCK' | 'MISS' } },
}).createMachine({
  id: 'budget',
  initial: 'empty',
  on: { ALLOW: '.allowing', BLOCK: '.blocking', MISS: '.empty' },
  states: {
    empty: { description: 'Its selector finds no pod.' },
    allowing: { description: 'More pods are healthy than have to be: so many may be evicted.' },
    blocking: { description: 'Every healthy pod is needed: evictions are answered with 429.' },
  },
});
