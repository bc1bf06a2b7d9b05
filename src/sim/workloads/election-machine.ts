/** Whether a replica leads. Upstream: client-go/tools/leaderelection. */
import { setup } from 'xstate';

export const electionMachine = setup({
  types: { events: {} as { type: 'ACQUIRED' | 'LOST' } },
}).createMachine({
  id: 'election',
  initial: 'following',
  states: {
    following: {
      description: 'Somebody else holds the Lease, or nobody: asks for it every 2 s to 4.4 s.',
      on: { ACQUIRED: 'leading' },
    },
    leading: {
      description: 'Holds the Lease and renews it every 2 s; without a renewal for 10 s it steps down.',
      on: { LOST: 'following' },
    },
  },
});
