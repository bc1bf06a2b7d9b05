/**
 * Goals of lessons and scenarios about decisions, as data: "pod X was rejected on node Y by plugin Z", "pod X preempted pod
 * W". Names may hold `*`, as those of pods that a controller makes are not known beforehand. They hold for pods that are gone
 * as well, and only for what has really happened.
 */
import { hasPreempted, wasRejected } from '../sim/scheduler/index.ts';
import type { World } from '../sim/world.ts';
import type { DecisionGoal } from './types.ts';

export function isMet(world: World, goal: DecisionGoal): boolean {
  switch (goal.kind) {
    case 'rejected':
      return isRejected(world, goal);
    case 'preempted':
      return isPreempted(world, goal);
  }
}

function isRejected(world: World, goal: Extract<DecisionGoal, { kind: 'rejected' }>): boolean {
  const { namespace, plugin } = goal;
  const nodes = [...world.list('nodes')].map(({ metadata }) => metadata.name).filter(matcher(goal.node));
  const isOn = (pod: string) => (node: string) => wasRejected(world, { namespace, pod, node, plugin });
  if (nodes.length === 0) return false;
  return podsTried(world, namespace, goal.pod).some((pod) =>
    goal.onEvery ? nodes.every(isOn(pod)) : nodes.some(isOn(pod)),
  );
}

function isPreempted(world: World, goal: Extract<DecisionGoal, { kind: 'preempted' }>): boolean {
  const { namespace } = goal;
  const isVictim = matcher(`${namespace}/${goal.victim}`);
  const { trace } = world.kernel;
  return podsTried(world, namespace, goal.preemptor).some((pod) => {
    const victims = world
      .decisions({ namespace, pod })
      .flatMap(({ attempt, outcome }) =>
        outcome === 'preempting' ? (world.decision(attempt)?.postFilter?.victims ?? []) : [],
      );
    return victims.filter(isVictim).some((victim) => hasPreempted(trace, { preemptor: `${namespace}/${pod}`, victim }));
  });
}

/** Pods that the scheduler has tried, by name; also those that are gone. */
function podsTried(world: World, namespace: string, pattern: string): readonly string[] {
  const names = new Set(world.decisions({ namespace }).map(({ pod }) => pod));
  return [...names].filter(matcher(pattern));
}

function matcher(pattern: string): (name: string) => boolean {
  const expression = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  const whole = new RegExp(`^${expression}$`);
  return (name) => whole.test(name);
}
