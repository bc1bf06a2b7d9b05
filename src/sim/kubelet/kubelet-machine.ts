/** The life of a kubelet, as its node shows it. Upstream: pkg/kubelet/kubelet.go (Run, syncLoop), kubelet_node_status.go. */
import { setup } from 'xstate';

export const kubeletMachine = setup({
  types: {
    events: {} as
      | { type: 'REGISTERED' | 'RUNTIME_READY' | 'MEMORY_SHORT' | 'MEMORY_EASED' | 'FROZEN' }
      | { type: 'THAWED'; isReady: boolean },
  },
  guards: {
    isReady: ({ event }) => event.type === 'THAWED' && event.isReady,
  },
}).createMachine({
  id: 'kubelet',
  initial: 'starting',
  states: {
    starting: {
      description: 'Reads its configuration and creates its Node.',
      on: { REGISTERED: 'notReady', FROZEN: 'frozen' },
    },
    notReady: {
      description: 'Renews its lease and reports NotReady until the runtime and its network are up.',
      on: { RUNTIME_READY: 'ready', FROZEN: 'frozen' },
    },
    ready: {
      description: 'Renews its lease every 10 s, runs the pods bound to its node, and reports them.',
      on: { MEMORY_SHORT: 'memoryPressure', FROZEN: 'frozen' },
    },
    memoryPressure: {
      description: 'memory.available is below the threshold: one pod a round is evicted.',
      on: { MEMORY_EASED: 'ready', FROZEN: 'frozen' },
    },
    frozen: {
      description: 'The process does not run: no lease, no status, no probes.',
      on: { THAWED: [{ guard: 'isReady', target: 'ready' }, { target: 'notReady' }] },
    },
  },
});
