/**
 * The lives of a container and a pod on a node. Upstream: pkg/kubelet/pod_workers.go,
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go. The kubelet carries out the named actions.
 */
import { setup } from 'xstate';

const nothing = (): void => undefined;

interface ExitEvent {
  type: 'EXITED';
  willRestart: boolean;
  isFirstRestart: boolean;
}

export const containerMachine = setup({
  types: {
    events: {} as
      | {
          type:
            | 'START'
            | 'IMAGE_READY'
            | 'PULL_FAILED'
            | 'CONFIG_FAILED'
            | 'STARTUP_DONE'
            | 'PROBE_FAILED'
            | 'STOP'
            | 'RETRY';
        }
      | ExitEvent,
  },
  // Declared by name: the kubelet carries them out.
  actions: {
    pullImage: nothing,
    startProcess: nothing,
    stopProcess: nothing,
    waitForPull: nothing,
    waitForConfig: nothing,
    waitForRestart: nothing,
  },
  guards: {
    restartsAtOnce: ({ event }) => (event as ExitEvent).willRestart && (event as ExitEvent).isFirstRestart,
    restarts: ({ event }) => (event as ExitEvent).willRestart,
  },
}).createMachine({
  id: 'container',
  initial: 'waiting',
  states: {
    waiting: {
      initial: 'created',
      on: { STOP: 'terminated' },
      states: {
        created: { description: 'Its turn has not come yet.', on: { START: 'pulling' } },
        pulling: {
          description: 'The image is looked for on the node, and pulled when the policy says so.',
          entry: 'pullImage',
          on: { IMAGE_READY: '#container.running', PULL_FAILED: 'imageBackOff', CONFIG_FAILED: 'configError' },
        },
        imageBackOff: {
          description: 'The pull failed; the next try waits 10 s, 20 s ... 5 min.',
          entry: 'waitForPull',
          on: { RETRY: 'pulling' },
        },
        configError: {
          description: 'Something that its environment refers to is missing.',
          entry: 'waitForConfig',
          on: { RETRY: 'pulling' },
        },
        crashBackOff: {
          description: 'It ended too often; the next start waits 10 s, 20 s ... 5 min.',
          entry: 'waitForRestart',
          on: { RETRY: 'pulling' },
        },
      },
    },
    running: {
      initial: 'starting',
      entry: 'startProcess',
      on: {
        EXITED: [
          { guard: 'restartsAtOnce', target: 'waiting.pulling' },
          { guard: 'restarts', target: 'waiting.crashBackOff' },
          { target: 'terminated' },
        ],
        PROBE_FAILED: 'stopping',
        STOP: 'stopping',
      },
      states: {
        starting: { description: 'Runs; its startup probe has not passed yet.', on: { STARTUP_DONE: 'started' } },
        started: { description: 'Runs; liveness and readiness are probed.' },
      },
    },
    stopping: {
      description: 'Told to stop: SIGTERM, and SIGKILL when the grace is over.',
      entry: 'stopProcess',
      on: {
        EXITED: [
          { guard: 'restartsAtOnce', target: 'waiting.pulling' },
          { guard: 'restarts', target: 'waiting.crashBackOff' },
          { target: 'terminated' },
        ],
      },
    },
    terminated: { description: 'Ended, and not started again.', on: { START: 'waiting.pulling' } },
  },
});

export const podMachine = setup({
  types: {
    events: {} as {
      type:
        'ADMITTED' | 'REJECTED' | 'SANDBOX_READY' | 'INITIALIZED' | 'ALL_SUCCEEDED' | 'FAILED' | 'DELETED' | 'STOPPED';
    },
  },
}).createMachine({
  id: 'pod',
  initial: 'assigned',
  states: {
    assigned: {
      description: 'Bound to the node; the kubelet checks whether it may run here.',
      on: { ADMITTED: 'sandbox', REJECTED: 'failed', DELETED: 'terminating' },
    },
    sandbox: {
      description: 'Network, address and volumes are prepared.',
      on: { SANDBOX_READY: 'initializing', FAILED: 'failed', DELETED: 'terminating' },
    },
    initializing: {
      description: 'Init containers run one after the other.',
      on: { INITIALIZED: 'running', FAILED: 'failed', DELETED: 'terminating' },
    },
    running: {
      description: 'Its containers run.',
      on: { ALL_SUCCEEDED: 'succeeded', FAILED: 'failed', DELETED: 'terminating' },
    },
    succeeded: { description: 'All containers ended with 0 and stay so.', on: { DELETED: 'terminating' } },
    failed: { description: 'A container failed and stays so, or the pod was refused.', on: { DELETED: 'terminating' } },
    terminating: { description: 'Its containers are told to stop, within the grace period.', on: { STOPPED: 'gone' } },
    gone: { type: 'final', description: 'Nothing of it is left on the node.' },
  },
});
