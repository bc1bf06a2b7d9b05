/** One scheduling attempt from queue to binding. Upstream: pkg/scheduler/schedule_one.go. */
import { setup } from 'xstate';

export const schedulingMachine = setup({
  types: {
    events: {} as {
      type:
        | 'POD_POPPED'
        | 'PREFILTER_DONE'
        | 'REJECTED'
        | 'NO_NODE_FITS'
        | 'ONE_NODE_FITS'
        | 'NODES_FIT'
        | 'SCORED'
        | 'RESERVED'
        | 'PERMITTED'
        | 'BOUND'
        | 'FAILED'
        | 'HANDLED';
    },
  },
}).createMachine({
  id: 'kube-scheduler',
  initial: 'idle',
  states: {
    idle: { description: 'Waits for a pod in the active queue.', on: { POD_POPPED: 'preFilter' } },
    preFilter: {
      description: 'Plugins prepare, narrow the nodes, or turn the pod down as a whole.',
      on: { PREFILTER_DONE: 'filter', REJECTED: 'postFilter' },
    },
    filter: {
      description: 'Every node is asked plugin by plugin; the first no ends it for that node.',
      on: { NO_NODE_FITS: 'postFilter', ONE_NODE_FITS: 'reserve', NODES_FIT: 'score' },
    },
    postFilter: { description: 'Nothing fits: the pod goes back to the queue.', on: { HANDLED: 'idle' } },
    score: {
      description: 'Plugins score the feasible nodes; scores are normalised, weighted and summed.',
      on: { SCORED: 'reserve', FAILED: 'idle' },
    },
    reserve: {
      description: 'The pod is assumed on the node, so that the next pod sees the room taken.',
      on: { RESERVED: 'permit' },
    },
    permit: { description: 'Plugins may hold the pod back.', on: { PERMITTED: 'bind' } },
    bind: { description: 'POST pods/binding, in the background.', on: { BOUND: 'idle', FAILED: 'idle' } },
  },
});
