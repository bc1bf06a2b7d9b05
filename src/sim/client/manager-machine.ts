/**
 * The life of a process that runs controllers: its informers list before any controller works.
 * Upstream: cmd/kube-controller-manager/app/controllermanager.go (WaitForCacheSync), cloud-provider app/controllermanager.go.
 */
import { setup } from 'xstate';

export const managerMachine = setup({
  types: { events: {} as { type: 'STARTED' | 'LISTED' } },
}).createMachine({
  id: 'controller-manager',
  initial: 'stopped',
  states: {
    stopped: { description: 'The process has not started.', on: { STARTED: 'listing' } },
    listing: {
      description: 'Its informers list; no controller works before the caches are full.',
      on: { LISTED: 'running' },
    },
    running: { description: 'Controllers take keys from their queues, one turn a key.' },
  },
});
