/** The life of a kubelet, as its node shows it. Upstream: pkg/kubelet/kubelet.go (Run, syncLoop), kubelet_node_status.go. */
import { setup } from 'xstate';

export const kubeletMachine = setup({
  types: {
    events: {} as { type: 'REGISTERED' | 'RUNTIME_READY' | 'NODE_SHORT' | 'NODE_EASED' },
  },
}).createMachine({
  id: 'kubelet',
  initial: 'starting',
  states: {
    starting: {
      description: 'Reads its configuration and creates its Node.',
      on: { REGISTERED: 'notReady' },
    },
    notReady: {
      description: 'Renews its lease and reports NotReady until the runtime and its network are up.',
      on: { RUNTIME_READY: 'ready' },
    },
    ready: {
      description: 'Renews its lease every 10 s, runs the pods bound to its node, and reports them.',
      on: { NODE_SHORT: 'underPressure' },
    },
    underPressure: {
      description: 'Memory, disk or process ids are below their threshold: one pod a round is evicted.',
      on: { NODE_EASED: 'ready' },
    },
  },
});
