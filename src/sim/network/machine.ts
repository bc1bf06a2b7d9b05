/** Lives of kube-proxy and CoreDNS: whether what they know has become rules and answers. */
import { setup } from 'xstate';

export const kubeProxyMachine = setup({
  types: { events: {} as { type: 'CHANGED' | 'SYNCED' } },
}).createMachine({
  id: 'kube-proxy',
  initial: 'starting',
  states: {
    starting: { description: 'Lists Services and EndpointSlices.', on: { CHANGED: 'pending' } },
    pending: {
      description: 'Something changed; the rules are written at most once a second.',
      on: { SYNCED: 'synced' },
    },
    synced: { description: 'The rules of the node say what the caches say.', on: { CHANGED: 'pending' } },
  },
});

export const coreDnsMachine = setup({
  types: { events: {} as { type: 'LISTED' } },
}).createMachine({
  id: 'coredns',
  initial: 'syncing',
  states: {
    syncing: {
      description: 'The kubernetes plugin has not listed everything: unknown names are SERVFAIL.',
      on: { LISTED: 'serving' },
    },
    serving: { description: 'Answers from its copy of Services and EndpointSlices.' },
  },
});
