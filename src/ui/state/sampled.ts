import { useEffect, useState } from 'react';
import { simulation, type SimulationState } from './simulation.ts';

/**
 * A piece of the simulation, looked at no oftener than every `everyMs`: for lists that cost more to work out than a frame
 * has time for. The last change always arrives.
 */
export function useSampled<T>(pick: (state: SimulationState) => T, everyMs: number): T {
  const [value, setValue] = useState(() => pick(simulation.getState()));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      timer = undefined;
      setValue(() => pick(simulation.getState()));
    };
    look();
    const stop = simulation.subscribe(() => {
      timer ??= setTimeout(look, everyMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
    // `pick` is one of a module's own functions: it stays the same.
  }, [pick, everyMs]);
  return value;
}
