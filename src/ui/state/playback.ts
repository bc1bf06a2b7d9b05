/** What a person does to the playhead: the run bar, the keys and the command palette all come here. */
import { ask, clearLink } from './session.ts';
import { simulation } from './simulation.ts';
import { view } from './view.ts';
import type { StepUnit } from '../../worker/messages.ts';

export const STEP_UNITS: readonly StepUnit[] = ['event', 'decision', 'tick'];
export const SPEED_PRESETS = [0.1, 0.5, 1, 2, 5, 10, 60, 300, 1000] as const;
export const SPEED_LOW = 0.1;
export const SPEED_HIGH = 1000;

export async function play(): Promise<void> {
  clearLink();
  await ask('play', {});
}

export async function pause(): Promise<void> {
  await ask('pause', {});
}

export const togglePlay = (): Promise<void> => (simulation.getState().isPlaying ? pause() : play());

export async function step(direction: 1 | -1, unit: StepUnit = view.getState().stepUnit): Promise<void> {
  clearLink();
  await ask('step', { unit, direction });
}

export async function setSpeed(factor: number): Promise<void> {
  await ask('speed', { factor: Math.min(SPEED_HIGH, Math.max(SPEED_LOW, factor)) });
}

/** The next faster or slower preset. */
export async function changeSpeed(direction: 1 | -1): Promise<void> {
  const { speed } = simulation.getState();
  const next =
    direction === 1
      ? SPEED_PRESETS.find((preset) => preset > speed)
      : SPEED_PRESETS.findLast((preset) => preset < speed);
  if (next !== undefined) await setSpeed(next);
}

let wanted: number | undefined;
let seeking: Promise<void> | undefined;

/**
 * Puts the playhead at a time. While it is being dragged only the newest place is gone to. Resolves when the playhead
 * stands where it was last wanted.
 */
export function seek(time: number): Promise<void> {
  wanted = time;
  return (seeking ??= goWhereWanted().finally(() => (seeking = undefined)));
}

async function goWhereWanted(): Promise<void> {
  await pause();
  while (wanted !== undefined) {
    const target = wanted;
    wanted = undefined;
    await ask('seek', { time: target });
  }
}

export const toStart = (): Promise<void> => seek(simulation.getState().startTime);
export const toEnd = (): Promise<void> => seek(simulation.getState().horizon);

/** The nearest mark of the scrubber on one side of the playhead, if there is one. */
export async function toMark(direction: 1 | -1): Promise<void> {
  const { marks, time, startTime } = simulation.getState();
  const times = marks.map((mark) => mark.time).filter((at) => at >= startTime);
  const next = direction === 1 ? times.find((at) => at > time) : times.findLast((at) => at < time);
  if (next !== undefined) await seek(next);
}
