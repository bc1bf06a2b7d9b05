/** Gated pods stay out of the queue. Upstream: framework/plugins/schedulinggates/scheduling_gates.go. */
import { unresolvable, type Plugin } from '../framework.ts';

export const schedulingGates: Plugin = {
  name: 'SchedulingGates',
  preEnqueue(pod) {
    const gates = (pod.spec?.schedulingGates ?? []).map(({ name }) => name);
    return gates.length === 0 ? undefined : unresolvable(`waiting for scheduling gates: [${gates.join(' ')}]`);
  },
  hints: [{ resource: 'waiting', actions: ['UpdatePodSchedulingGatesEliminated'] }],
};
