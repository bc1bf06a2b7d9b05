/** The life of a node, as the node lifecycle controller judges it. */
import { setup } from 'xstate';

export const healthMachine = setup({
  types: { events: {} as { type: 'READY' | 'NOT_READY' | 'SILENCE' | 'GIVE_UP' } },
}).createMachine({
  id: 'node-health',
  initial: 'notReady',
  on: { READY: '.ready', NOT_READY: '.notReady', SILENCE: '.unreachable', GIVE_UP: '.givenUp' },
  states: {
    notReady: { description: 'The kubelet says that the node is not ready: no new pods (NoSchedule).' },
    ready: { description: 'The kubelet renews its lease and says that the node is ready.' },
    unreachable: { description: 'The kubelet has been silent for 50 s: its conditions are Unknown.' },
    givenUp: {
      description: 'Tainted NoExecute: pods that do not tolerate it go, most of them after 300 s.',
    },
  },
});
