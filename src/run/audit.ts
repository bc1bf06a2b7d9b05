/**
 * An audit of a run: it is played once more on a world of its own, from the boot to the playhead, with every invariant
 * checked after every step; then what should be is held against what is.
 */
import { AT_REST, INVARIANTS, InvariantMonitor, unsettled, type Violation } from '../sim/checks/index.ts';
import { Run } from './run.ts';
import type { Study } from './study.ts';
import type { Audit } from './types.ts';

/** Steps of one piece. */
const PIECE = 200;
/** Broken invariants that are told at most: the first are what matters. */
const TOLD = 50;

export function beginAudit(run: Run): Study<Audit> {
  const scenario = run.toScenario({ speed: 1 });
  const [time, total] = [run.now, run.world.kernel.steps];
  let copy: Run | undefined;
  let monitor: InvariantMonitor | undefined;
  let broken: readonly Violation[] = [];
  let done = 0;
  return {
    total,
    get done() {
      return done;
    },
    next() {
      if (!copy || !monitor) {
        copy = new Run({ ...scenario, commands: scenario.commands.slice(0, run.commandsDone), time: 0 });
        monitor = new InvariantMonitor(copy.world);
        broken = monitor.found;
      }
      for (let left = PIECE; left > 0 && broken.length < TOLD; left -= 1) {
        if (!copy.advanceOne(time)) {
          copy.advance(time);
          done = total;
          return false;
        }
        const found = monitor.afterStep();
        if (found.length > 0) broken = [...broken, ...found].slice(0, TOLD);
      }
      done = Math.min(total, copy.world.kernel.steps);
      return broken.length < TOLD;
    },
    end: () => ({
      steps: copy?.world.kernel.steps ?? 0,
      time: copy?.now ?? 0,
      always: INVARIANTS,
      atRest: AT_REST,
      broken,
      pending: copy ? unsettled(copy.world) : [],
    }),
  };
}
