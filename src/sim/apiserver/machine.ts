/** The life of an API server replica. Upstream: cmd/kube-apiserver/app/server.go, apiserver/pkg/server/genericapiserver.go. */
import { setup } from 'xstate';

export const apiServerMachine = setup({
  types: { events: {} as { type: 'ETCD_REACHED' | 'ETCD_LOST' | 'STOP' | 'START' } },
}).createMachine({
  id: 'kube-apiserver',
  initial: 'starting',
  states: {
    starting: { description: 'Waits for etcd; /readyz fails.', on: { ETCD_REACHED: 'serving' } },
    serving: {
      description: 'Answers requests and feeds watches.',
      on: { ETCD_LOST: 'degraded', STOP: 'stopped' },
    },
    degraded: {
      description: 'etcd has no quorum: writes fail, reads from the cache still answer.',
      on: { ETCD_REACHED: 'serving', STOP: 'stopped' },
    },
    stopped: { description: 'Nobody listens: every connection is refused.', on: { START: 'starting' } },
  },
});
