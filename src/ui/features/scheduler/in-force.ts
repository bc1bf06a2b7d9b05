/** Which scheduler configuration is in force at the playhead: the last one that was applied before it, or the run's own. */
import type { LoggedCommand } from '../../../run/types.ts';
import type { WorldOptions } from '../../../sim/options.ts';

export interface InForce {
  /** Empty for the default. */
  readonly text: string;
  /** Virtual time since which; undefined when it has been so from the beginning. */
  readonly since: number | undefined;
}

export function inForce(
  log: readonly LoggedCommand[],
  commandsDone: number,
  options: WorldOptions | undefined,
): InForce {
  for (let index = Math.min(commandsDone, log.length) - 1; index >= 0; index -= 1) {
    const { at, command } = log[index]!;
    if (command.verb === 'configure-scheduler') return { text: command.text, since: at };
  }
  return { text: options?.schedulerConfiguration ?? '', since: undefined };
}
