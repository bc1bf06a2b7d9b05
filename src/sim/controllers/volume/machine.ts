/** The life of a claim: from asking for a volume to losing it. */
import { setup } from 'xstate';

export const claimMachine = setup({
  types: { events: {} as { type: 'WAIT_CONSUMER' | 'PROVISION' | 'FAIL' | 'BIND' | 'LOSE' } },
}).createMachine({
  id: 'claim',
  initial: 'pending',
  states: {
    pending: {
      description: 'No volume fits the claim, and none can be made for it.',
      on: { WAIT_CONSUMER: 'waitingForConsumer', PROVISION: 'provisioning', BIND: 'bound' },
    },
    waitingForConsumer: {
      description: 'The class binds late: a pod that mounts the claim has to be scheduled first.',
      on: { PROVISION: 'provisioning', BIND: 'bound', FAIL: 'pending' },
    },
    provisioning: {
      description: 'The provisioner of the class makes a volume.',
      on: { BIND: 'bound', FAIL: 'pending', WAIT_CONSUMER: 'waitingForConsumer' },
    },
    bound: { description: 'A volume belongs to the claim alone.', on: { LOSE: 'lost' } },
    lost: { description: 'The volume is gone, and its data with it.', on: { BIND: 'bound' } },
  },
});

/** The life of a volume: its phases, as the binder writes them. */
export const volumeMachine = setup({
  types: { events: {} as { type: 'FREE' | 'BIND' | 'RELEASE' | 'FAIL' } },
}).createMachine({
  id: 'volume',
  initial: 'pending',
  states: {
    pending: { description: 'The binder has not looked at the volume yet.', on: { FREE: 'available', BIND: 'bound' } },
    available: { description: 'No claim has the volume.', on: { BIND: 'bound' } },
    bound: { description: 'One claim has the volume.', on: { RELEASE: 'released' } },
    released: {
      description: 'The claim is gone: the reclaim policy says whether the volume stays, with its data, or goes.',
      on: { FREE: 'available', BIND: 'bound', FAIL: 'failed' },
    },
    failed: {
      description: 'Its reclaim failed; an administrator has to see to it.',
      on: { FREE: 'available', BIND: 'bound' },
    },
  },
});
