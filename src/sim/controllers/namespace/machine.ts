/** The life of a Namespace: active until it is deleted, and then as long as something is left in it. */
import { setup } from 'xstate';

export const namespaceMachine = setup({
  types: { events: {} as { type: 'EMPTY' | 'HOLD' | 'FAIL' | 'FINALIZE' } },
}).createMachine({
  id: 'namespace',
  initial: 'active',
  on: { EMPTY: '.emptying', HOLD: '.held', FAIL: '.failing', FINALIZE: '.finalizing' },
  states: {
    active: { description: 'Objects can be made in it.' },
    emptying: { description: 'Deleted: its pods go first, then everything else in it.' },
    held: { description: 'Something in it has finalizers, and whoever set them has to take them away.' },
    failing: { description: 'Something in it could not be deleted; the next try waits 5 s, 10 s ... 60 s.' },
    finalizing: { description: 'Nothing is left: its own finalizer is taken away, and it is gone.' },
  },
});
