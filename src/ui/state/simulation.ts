/** What the page knows of the run: fed by frames, read by hooks. One store, replaced piece by piece. */
import { createStore } from 'zustand/vanilla';
import type { CallFault } from '../../worker/messages.ts';
import type {
  ControlPlaneState,
  Frame,
  LifeState,
  LoggedCommand,
  TerminalPatch,
  TimelineMark,
} from '../../run/types.ts';
import type { Stored } from '../../sim/api/object.ts';
import type { TraceEvent } from '../../sim/kernel/index.ts';
import type { PipelineView } from '../../sim/pipeline/index.ts';
import type { WorldOptions } from '../../sim/options.ts';

/** Events that the page holds; older ones are asked for. */
export const EVENT_LIMIT = 5_000;

/** The run's terminal, its text put together from what frames brought. */
export type TerminalText = Omit<TerminalPatch, 'isContinued'>;

const NO_TERMINAL: TerminalText = { generation: 0, from: 0, text: '', isBusy: false, directory: '', written: [] };

export interface SimulationState {
  readonly isBooted: boolean;
  readonly epoch: number;
  readonly time: number;
  readonly epochMs: number;
  readonly startTime: number;
  readonly horizon: number;
  readonly seq: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  readonly isSettled: boolean;
  readonly objects: ReadonlyMap<string, Stored>;
  readonly events: readonly TraceEvent[];
  readonly eventsOmitted: number;
  /** Events that were seen and now lie after the playhead: a replay brings the very same ones back. */
  readonly ahead: readonly TraceEvent[];
  readonly lives: ReadonlyMap<string, LifeState>;
  readonly log: readonly LoggedCommand[];
  readonly commandsDone: number;
  readonly marks: readonly TimelineMark[];
  readonly options: WorldOptions | undefined;
  /** What the run is called; empty when it has no name. */
  readonly title: string;
  /** Times to which going back is quick. */
  readonly keyframes: readonly number[];
  readonly terminal: TerminalText;
  readonly pipeline: PipelineView | undefined;
  readonly usage: NonNullable<Frame['nodeUsage']>;
  readonly controlPlane: ControlPlaneState | undefined;
  readonly crash: CallFault | undefined;
  /** Steady-clock time at which the last frame came: the ticker goes on from there. */
  readonly receivedAt: number;
}

const INITIAL: SimulationState = {
  isBooted: false,
  epoch: 0,
  time: 0,
  epochMs: 0,
  startTime: 0,
  horizon: 0,
  seq: 0,
  isPlaying: false,
  speed: 1,
  isSettled: true,
  objects: new Map(),
  events: [],
  eventsOmitted: 0,
  ahead: [],
  lives: new Map(),
  log: [],
  commandsDone: 0,
  marks: [],
  options: undefined,
  title: '',
  keyframes: [],
  terminal: NO_TERMINAL,
  pipeline: undefined,
  usage: {},
  controlPlane: undefined,
  crash: undefined,
  receivedAt: 0,
};

export const simulation = createStore<SimulationState>(() => INITIAL);

/** Takes a frame in: only what it names is replaced. */
export function reduceFrame(state: SimulationState, frame: Frame, nowMs: number): SimulationState {
  const { isWhole } = frame;
  let { objects, lives } = state;
  if (isWhole || frame.changed.length > 0 || frame.removed.length > 0) {
    const next = new Map(isWhole ? undefined : objects);
    for (const { key, object } of frame.changed) next.set(key, object);
    for (const key of frame.removed) next.delete(key);
    objects = next;
  }
  if (isWhole || frame.lives.length > 0 || frame.livesRemoved.length > 0) {
    const next = new Map(isWhole ? undefined : lives);
    for (const life of frame.lives) next.set(life.instance, life);
    for (const instance of frame.livesRemoved) next.delete(instance);
    lives = next;
  }
  const events = isWhole
    ? frame.events
    : frame.events.length > 0
      ? [...state.events, ...frame.events].slice(-EVENT_LIMIT)
      : state.events;
  return {
    isBooted: true,
    epoch: frame.epoch,
    time: frame.time,
    epochMs: frame.epochMs,
    startTime: frame.startTime,
    horizon: frame.horizon,
    seq: frame.traceLength,
    isPlaying: frame.isPlaying,
    speed: frame.speed,
    isSettled: frame.isSettled,
    objects,
    events,
    ahead: eventsAhead(state, frame),
    eventsOmitted: isWhole ? 0 : state.eventsOmitted + frame.eventsOmitted,
    lives,
    log: frame.log ?? state.log,
    commandsDone: frame.commandsDone,
    marks: frame.marks ?? state.marks,
    options: frame.options ?? state.options,
    title: frame.title ?? state.title,
    keyframes: frame.keyframes ?? state.keyframes,
    pipeline: frame.pipeline ?? state.pipeline,
    terminal: frame.terminal ? patched(state.terminal, frame.terminal) : state.terminal,
    usage: frame.nodeUsage ?? state.usage,
    controlPlane: frame.controlPlane ?? state.controlPlane,
    crash: undefined,
    receivedAt: nowMs,
  };
}

function patched(before: TerminalText, { isContinued, ...patch }: TerminalPatch): TerminalText {
  return isContinued ? { ...patch, from: before.from, text: before.text + patch.text } : patch;
}

function eventsAhead(state: SimulationState, frame: Frame): readonly TraceEvent[] {
  const isSameRun = !frame.options || frame.options.seed === state.options?.seed;
  if (!isSameRun || (frame.log && !isSameLog(state.log, frame.log))) return [];
  const isAhead = ({ seq }: TraceEvent): boolean => seq > frame.traceLength;
  const known = state.ahead.filter(isAhead);
  const left = frame.isWhole ? state.events.filter(isAhead) : [];
  return left.length > 0 ? [...left, ...known].slice(0, EVENT_LIMIT) : known.length > 0 ? known : NOTHING;
}

const NOTHING: readonly TraceEvent[] = [];

/** A command given in the past makes another future. */
function isSameLog(before: readonly LoggedCommand[], after: readonly LoggedCommand[]): boolean {
  return (
    before.length === after.length &&
    before.every(({ at, step }, index) => at === after[index]!.at && step === after[index]!.step)
  );
}

/** Virtual time to show now: the last frame's, moved on at the speed of play. */
export function shownTime(state: SimulationState, nowMs: number): number {
  if (!state.isPlaying) return state.time;
  // Beyond a fifth of a second without a frame, the picture waits for the simulation.
  return state.time + Math.min(nowMs - state.receivedAt, 200) * state.speed;
}
