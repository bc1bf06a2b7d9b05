import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMachine, initialTransition, transition, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate';
import { FlatMachine, leafPath, type LifeEvent } from '../../../src/sim/kernel/index.ts';
import { MACHINES } from '../../../src/sim/world.ts';

const nested = createMachine({
  id: 'nested',
  initial: 'a',
  states: {
    a: {
      entry: 'enterA',
      exit: 'exitA',
      initial: 'one',
      on: { OUT: 'b', AGAIN: { target: 'a', reenter: true } },
      states: {
        one: { exit: 'exitOne', on: { NEXT: 'two' } },
        two: { entry: 'enterTwo', on: { NEXT: 'one', NOTE: { actions: 'noted' } } },
      },
    },
    b: { entry: ['enterB', 'alsoB'], on: { BACK: { target: 'a.two', actions: 'going' } } },
  },
}).provide({
  actions: {
    enterA: () => undefined,
    exitA: () => undefined,
    exitOne: () => undefined,
    enterTwo: () => undefined,
    noted: () => undefined,
    enterB: () => undefined,
    alsoB: () => undefined,
    going: () => undefined,
  },
});

function expectSame(machine: AnyStateMachine, events: readonly LifeEvent[]): void {
  const flat = new FlatMachine(machine);
  let [snapshot] = initialTransition(machine) as [AnyMachineSnapshot, unknown];
  let { state } = flat.start();
  expect(flat.leaves[state]).toBe(leafPath(snapshot.value));
  for (const event of events) {
    const [next, actions] = transition(machine, snapshot, event) as [AnyMachineSnapshot, { type: string }[]];
    const moved = flat.next(state, event);
    snapshot = next;
    state = moved.state;
    expect(flat.leaves[state]).toBe(leafPath(snapshot.value));
    expect(moved.actions).toEqual(actions.map(({ type }) => type).filter((type) => !type.startsWith('xstate.')));
  }
}

describe('the flat table of a machine', () => {
  it.each([nested as AnyStateMachine, ...MACHINES].map((machine) => [machine.id, machine] as const))(
    'answers as XState does: %s',
    (_id, machine) => {
      const types = new FlatMachine(machine).events;
      const event = fc.record({
        type: fc.constantFrom(...types),
        willRestart: fc.boolean(),
        isFirstRestart: fc.boolean(),
      });
      fc.assert(
        fc.property(fc.array(event, { maxLength: 30 }), (events) => expectSame(machine, events)),
        { numRuns: 200 },
      );
    },
  );
});
