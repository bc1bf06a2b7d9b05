/**
 * The life of an etcd member in its Raft group. Upstream: etcd-io/raft raft.go (becomeFollower, becomeCandidate,
 * becomeLeader). A group of one elects itself at its first election timeout.
 */
import { setup } from 'xstate';

export const etcdMemberMachine = setup({
  types: { events: {} as { type: 'ELECTION_TIMEOUT' | 'WON_ELECTION' | 'HIGHER_TERM' | 'STOP' } },
}).createMachine({
  id: 'etcd-member',
  initial: 'follower',
  states: {
    follower: {
      description: 'Takes entries from the leader; without one it stands for election.',
      on: { ELECTION_TIMEOUT: 'candidate', STOP: 'stopped' },
    },
    candidate: {
      description: 'Asks the members for their votes in a new term.',
      on: { WON_ELECTION: 'leader', HIGHER_TERM: 'follower', STOP: 'stopped' },
    },
    leader: {
      description: 'Commits a write once a majority has it on disk.',
      on: { HIGHER_TERM: 'follower', STOP: 'stopped' },
    },
    stopped: { type: 'final', description: 'The member has left.' },
  },
});
