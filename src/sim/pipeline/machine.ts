/** The life of a CI/CD pipeline: one release after the other. Upstream: none; what such pipelines do with kubectl. */
import { setup } from 'xstate';

export type PipelineEvent =
  | { readonly type: 'STARTED' }
  | { readonly type: 'APPLIED' }
  | { readonly type: 'ROLLED_OUT' }
  | { readonly type: 'TESTING' }
  | { readonly type: 'SUCCEEDED' }
  | { readonly type: 'FAILED' }
  | { readonly type: 'ROLLING_BACK' }
  | { readonly type: 'ROLLED_BACK' };

export const pipelineMachine = setup({
  types: { events: {} as PipelineEvent },
}).createMachine({
  id: 'pipeline',
  initial: 'idle',
  states: {
    idle: { description: 'Nothing has been released yet.', on: { STARTED: 'applying' } },
    applying: {
      description: 'The documents are applied, one after the other.',
      on: { APPLIED: 'waiting', FAILED: 'failed', ROLLING_BACK: 'rollingBack', STARTED: 'applying' },
    },
    waiting: {
      description: 'It watches the workloads until they have rolled out, or the time is up.',
      on: {
        TESTING: 'testing',
        SUCCEEDED: 'succeeded',
        FAILED: 'failed',
        ROLLING_BACK: 'rollingBack',
        STARTED: 'applying',
      },
    },
    testing: {
      description: 'A pod in the cluster asks the new version, as a user would.',
      on: { SUCCEEDED: 'succeeded', FAILED: 'failed', ROLLING_BACK: 'rollingBack', STARTED: 'applying' },
    },
    rollingBack: {
      description: 'What was applied is put back as it was, and has to roll out once more.',
      on: { ROLLED_BACK: 'rolledBack', FAILED: 'failed', STARTED: 'applying' },
    },
    succeeded: { description: 'The release is out.', on: { STARTED: 'applying' } },
    rolledBack: {
      description: 'The release failed, and the version before it runs again.',
      on: { STARTED: 'applying' },
    },
    failed: { description: 'The release failed, and the cluster is as it left it.', on: { STARTED: 'applying' } },
  },
});
