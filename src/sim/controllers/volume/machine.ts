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
