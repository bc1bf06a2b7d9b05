/**
 * Goals of lessons and scenarios, as data: "pod X was rejected on node Y by plugin Z", "pod X preempted pod W", "the rollback of
 * release R succeeded". Names may hold `*`, as those of pods that a controller makes are not known beforehand. They hold for pods that are gone
 * as well, and only for what has really happened.
 */
import { preemptionOf, rejectionOf } from '../sim/scheduler/index.ts';
import type { World } from '../sim/world.ts';
import type { DecisionGoal, DecisionSummary, ReachedGoal, RunGoal } from './types.ts';

/** What met the goal first; undefined while it is open. */
export function reached(world: World, goal: RunGoal): ReachedGoal | undefined {
  if (goal.kind === 'released') return stepOf(world, goal);
  const found = goal.kind === 'rejected' ? rejection(world, goal) : preemption(world, goal);
  return found && { time: found.time, attempt: found.attempt };
}

function stepOf({ kernel }: World, goal: Extract<RunGoal, { kind: 'released' }>): ReachedGoal | undefined {
  const found = kernel.trace
    .slice(1)
    .find(
      ({ type, data }) =>
        type === 'pipeline.step' &&
        data.release === goal.release &&
        data.step === goal.step &&
        data.outcome === goal.outcome,
    );
  return found && { time: found.time, seq: found.seq };
}

function rejection(world: World, goal: Extract<DecisionGoal, { kind: 'rejected' }>): DecisionSummary | undefined {
  const { namespace, plugin } = goal;
  const nodes = [...world.list('nodes')].map(({ metadata }) => metadata.name).filter(matcher(goal.node));
  if (nodes.length === 0) return undefined;
  return first(
    podsTried(world, namespace, goal.pod).map((pod) => {
      const found = nodes.map((node) => rejectionOf(world, { namespace, pod, node, plugin }));
      return goal.onEvery ? last(found) : first(found);
    }),
  );
}

function preemption(world: World, goal: Extract<DecisionGoal, { kind: 'preempted' }>): DecisionSummary | undefined {
  const { namespace } = goal;
  const isVictim = matcher(`${namespace}/${goal.victim}`);
  return first(
    podsTried(world, namespace, goal.preemptor).flatMap((pod) => {
      const victims = world
        .decisions({ namespace, pod })
        .flatMap(({ attempt, outcome }) =>
          outcome === 'preempting' ? (world.decision(attempt)?.postFilter?.victims ?? []) : [],
        );
      return victims
        .filter(isVictim)
        .map((victim) => preemptionOf(world, { preemptor: `${namespace}/${pod}`, victim }));
    }),
  );
}

type Found = DecisionSummary | undefined;

const first = (found: readonly Found[]): Found =>
  found.reduce((one, other) => (!one || (other && other.attempt < one.attempt) ? other : one), undefined);

/** The latest, where all are there. */
const last = (found: readonly Found[]): Found =>
  found.every((item) => item !== undefined)
    ? found.reduce((one, other) => (!one || other.attempt > one.attempt ? other : one), undefined as Found)
    : undefined;

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
