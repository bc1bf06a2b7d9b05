/**
 * One run of a world: the command log, the playhead, keyframes, and what a person can do with them: advance, step, seek,
 * fork. The world at any point is the seed, the options and the commands before it, so going back is restoring the
 * nearest keyframe and replaying. It reads no clock: whoever drives it gives it budgets.
 */
import { World, type WorldState } from '../sim/world.ts';
import type { TraceEvent } from '../sim/kernel/index.ts';
import { clientsOf } from '../shell/clients.ts';
import type { KubectlEngine } from '../shell/terminal/index.ts';
import { beginCommand, carryOut, titleOf, type Carrying } from './commands.ts';
import { RunFault } from './fault.ts';
import { schedulerConfigurationJson } from './scheduler-configuration.ts';
import { SeriesBook } from './series.ts';
import { isShown, markOf } from './significance.ts';
import {
  SCENARIO_VERSION,
  type Command,
  type CommandResult,
  type ForkNotice,
  type LoggedCommand,
  type Scenario,
  type ScenarioView,
  type TimelineMark,
} from './types.ts';

/** Keyframes at most; when there are more, every other one is let go. */
export const KEYFRAME_LIMIT = 48;
/** Tasks between keyframes at first; doubles each time they are thinned out. */
const KEYFRAME_STEPS = 1_500;
/** Marks on the scrubber at most; older warnings give way to newer ones. */
export const MARK_LIMIT = 2_000;

/** Commands that a fork names one by one. */
const TITLES_SHOWN = 5;

interface Keyframe {
  readonly step: number;
  readonly time: number;
  /** Commands of the log that had been carried out. */
  readonly commands: number;
  readonly state: WorldState;
}

export type StepUnit = 'event' | 'decision' | 'tick';

export class Run {
  readonly world: World;
  /** When the boot was over. */
  readonly startTime: number;
  /** Grows whenever the past was entered anew, so that a receiver of frames drops what it holds. */
  epoch = 1;
  files: Readonly<Record<string, string>>;
  title: string | undefined;
  private log: readonly LoggedCommand[];
  private done = 0;
  private keyframes: Keyframe[] = [];
  private keyframeSteps = KEYFRAME_STEPS;
  private furthest: number;
  private shown = 0;
  private readonly marks: TimelineMark[] = [];
  private markedUpTo = 0;
  /** How the numbers of workloads went. */
  readonly series: SeriesBook;

  /** Boots the world of a scenario; its commands wait to be played. Those of a terminal need a kubectl. */
  constructor(
    readonly scenario: Scenario,
    kubectl: () => KubectlEngine | undefined = () => undefined,
  ) {
    const { options } = scenario;
    const schedulerConfiguration = schedulerConfigurationJson(options.schedulerConfiguration);
    const engine = (): KubectlEngine => this.world.kernel.assertFound(kubectl(), 'this run has no kubectl');
    this.world = new World({ ...options, schedulerConfiguration }, undefined, clientsOf(engine));
    this.world.boot();
    this.startTime = this.world.now;
    this.series = new SeriesBook(this.world);
    this.files = scenario.files;
    this.title = scenario.title;
    this.log = scenario.commands.map((entry) => (entry.at < this.startTime ? { ...entry, at: this.startTime } : entry));
    this.furthest = Math.max(this.startTime, scenario.time, this.log.at(-1)?.at ?? 0);
    this.keep();
    this.noteMarks();
    this.shown = this.world.kernel.trace.length;
  }

  get now(): number {
    return this.world.now;
  }

  /** The end of what this run has reached. */
  get horizon(): number {
    return this.furthest;
  }

  get commands(): readonly LoggedCommand[] {
    return this.log;
  }

  /** Commands carried out so far; later ones lie in the future of the playhead. */
  get commandsDone(): number {
    return this.done;
  }

  get keyframeTimes(): readonly number[] {
    return this.keyframes.map(({ time }) => time);
  }

  get timelineMarks(): readonly TimelineMark[] {
    return this.marks;
  }

  /** Sequence number of the event that is shown when stepping: the world stands after the task that left it. */
  get shownSeq(): number {
    return this.shown;
  }

  /** Anything left to happen before the world only keeps itself up. */
  get isSettled(): boolean {
    return this.world.isSettled && this.done === this.log.length;
  }

  /** Advances to `time`, or as far as `hasBudget` lets it, and says whether it got there. */
  advance(time: number, hasBudget: () => boolean = () => true): boolean {
    for (let count = 0; ; count += 1) {
      // Asking for the time costs more than most tasks, so it is asked once in a while.
      if ((count & 15) === 15 && !hasBudget()) {
        this.note();
        return false;
      }
      if (!this.advanceOne(time)) break;
    }
    this.world.kernel.advanceTo(time);
    this.note();
    this.shown = this.world.kernel.trace.length;
    return true;
  }

  /** Moves on or back by one event, scheduling decision or tick. Returns where it stands; the same place at an end. */
  step(unit: StepUnit, direction: 1 | -1): { seq: number; time: number } {
    return direction === 1 ? this.stepForward(unit) : this.stepBack(unit);
  }

  /** Puts the playhead at a virtual time, before or after where it is. */
  seek(time: number): void {
    const wanted = Math.max(0, time);
    if (wanted < this.world.now) this.restore((frame) => frame.time <= wanted);
    this.epoch += 1;
    this.advance(wanted);
  }

  /**
   * Puts the playhead just after the task that left an event, also one ahead that the run had reached before. Throws when
   * there is no such event.
   */
  seekEvent(seq: number): void {
    const { trace } = this.world.kernel;
    while (trace.length < seq && this.now <= this.furthest && this.advanceOne(this.furthest));
    const event = this.world.kernel.trace.at(seq);
    if (!event) throw new RunFault('seek.unknownEvent', `There is no event ${seq} before the playhead.`, { seq });
    this.restoreToStep(event.step, seq);
    this.epoch += 1;
    this.shown = seq;
  }

  /** What a command given now would discard. */
  forkNotice(): ForkNotice {
    return {
      discardedCommands: this.log.length - this.done,
      discardedMs: Math.max(0, this.furthest - this.now),
      titles: this.log.slice(this.done, this.done + TITLES_SHOWN).map(({ command }) => titleOf(command)),
    };
  }

  get isInThePast(): boolean {
    return this.log.length > this.done;
  }

  /**
   * Carries out a command at the playhead and appends it to the log. In the past this forks: later commands and the rest
   * of what was reached are given up, which `confirmFork` must say is wanted.
   */
  command(command: Command, confirmFork: boolean): CommandResult {
    const carrying = this.begin(command, confirmFork);
    while (carrying.next());
    return carrying.end();
  }

  /**
   * The same in parts: a text of thousands of documents takes a while. Until `end` is called nothing else may move the
   * run. Ended early, the log holds what has been carried out.
   */
  begin(command: Command, confirmFork: boolean): Carrying {
    if (this.isInThePast && !confirmFork) {
      const notice = this.forkNotice();
      throw new RunFault('fork.notConfirmed', `This would discard ${notice.discardedCommands} later commands.`, {
        commands: notice.discardedCommands,
        seconds: Math.round(notice.discardedMs / 1000),
      });
    }
    this.cutFuture();
    const { now, log } = this;
    const step = this.world.kernel.steps;
    const carrying = beginCommand(this.world, command, log.length);
    return {
      ...carrying,
      end: () => {
        const done = carrying.end();
        this.log = [...log, { at: now, step, command: done.command }];
        this.done = this.log.length;
        this.series.observe();
        this.note();
        this.keep();
        return done;
      },
    };
  }

  toScenario(more: { speed: number; view?: ScenarioView }): Scenario {
    return {
      version: SCENARIO_VERSION,
      ...(this.title ? { title: this.title } : {}),
      options: this.scenario.options,
      files: this.files,
      commands: this.log,
      time: this.now,
      speed: more.speed,
      ...(more.view ? { view: more.view } : {}),
    };
  }

  private cutFuture(): void {
    this.log = this.log.slice(0, this.done);
    this.furthest = this.now;
    const { length } = this.world.kernel.trace;
    const kept = this.marks.filter((mark) => mark.seq <= length);
    this.marks.splice(0, this.marks.length, ...kept);
    this.markedUpTo = Math.min(this.markedUpTo, length);
    this.keyframes = this.keyframes.filter((frame) => frame.step <= this.world.kernel.steps);
    this.series.cut();
  }

  /** Runs the next task or carries out the next command, whichever comes first. False when nothing is due by `until`. */
  advanceOne(until: number): boolean {
    const { kernel } = this.world;
    const next = this.log[this.done];
    if (next && next.at <= until && this.isDue(next)) {
      kernel.advanceTo(Math.max(kernel.now, next.at));
      carryOut(this.world, next.command, this.done);
      this.done += 1;
      this.series.observe();
      return true;
    }
    // Tasks of components that are gone or hang fall away: what runs instead may not lie beyond the command.
    if (!kernel.step(next?.step === undefined ? Math.min(until, next?.at ?? until) : until)) {
      return next !== undefined && next.at <= until && this.advanceOne(until);
    }
    this.series.observe();
    if (kernel.steps - (this.keyframes.at(-1)?.step ?? 0) >= this.keyframeSteps) this.keep();
    return true;
  }

  private isDue(entry: LoggedCommand): boolean {
    const { kernel } = this.world;
    if (entry.step !== undefined) return kernel.steps >= entry.step;
    return (kernel.nextDue ?? Number.POSITIVE_INFINITY) > entry.at;
  }

  private stepForward(unit: StepUnit): { seq: number; time: number } {
    const { kernel } = this.world;
    if (unit === 'tick') {
      const next = Math.min(
        kernel.nextDue ?? Number.POSITIVE_INFINITY,
        this.log[this.done]?.at ?? Number.POSITIVE_INFINITY,
      );
      if (Number.isFinite(next)) this.advance(Math.max(next, kernel.now));
      return { seq: this.shown, time: kernel.now };
    }
    for (let seq = this.shown + 1; ; seq += 1) {
      while (seq > kernel.trace.length) {
        if (!this.advanceOne(Number.POSITIVE_INFINITY)) return { seq: this.shown, time: kernel.now };
      }
      const event = kernel.trace.at(seq)!;
      if (isShown(event, unit)) return this.showEvent(event);
    }
  }

  private stepBack(unit: StepUnit): { seq: number; time: number } {
    const { kernel } = this.world;
    if (unit === 'tick') {
      const before = this.previousTick();
      this.seek(before);
      return { seq: this.shown, time: kernel.now };
    }
    for (let seq = this.shown - 1; seq >= kernel.trace.start; seq -= 1) {
      const event = kernel.trace.at(seq)!;
      if (!isShown(event, unit)) continue;
      if (event.step < kernel.steps) {
        this.restoreToStep(event.step, seq);
        this.epoch += 1;
      }
      return this.showEvent(kernel.trace.at(seq)!);
    }
    return { seq: this.shown, time: kernel.now };
  }

  /** Virtual time of the newest event of an earlier instant, by the tasks that left them. */
  private previousTick(): number {
    const { trace, now } = this.world.kernel;
    for (let seq = trace.length; seq >= trace.start; seq -= 1) {
      const event = trace.at(seq)!;
      if (event.time < now) return event.time;
    }
    return 0;
  }

  private showEvent(event: TraceEvent): { seq: number; time: number } {
    this.shown = event.seq;
    this.note();
    return { seq: event.seq, time: event.time };
  }

  /** The state just after `step` tasks, with the trace at least up to `seq`. */
  private restoreToStep(step: number, seq: number): void {
    this.restore((frame) => frame.step <= step && frame.state.kernel.traceLength <= seq);
    const { kernel } = this.world;
    while (kernel.steps < step || kernel.trace.length < seq) {
      if (!this.advanceOne(Number.POSITIVE_INFINITY)) break;
    }
    this.note();
  }

  private restore(isEarlyEnough: (frame: Keyframe) => boolean): void {
    const frame = this.keyframes.findLast(isEarlyEnough) ?? this.keyframes[0]!;
    this.world.load(frame.state);
    this.done = frame.commands;
  }

  private keep(): void {
    const { kernel } = this.world;
    const last = this.keyframes.at(-1);
    if (last && (last.step > kernel.steps || (last.step === kernel.steps && last.commands >= this.done))) return;
    this.keyframes.push({ step: kernel.steps, time: kernel.now, commands: this.done, state: this.world.save() });
    if (this.keyframes.length > KEYFRAME_LIMIT) {
      this.keyframes = this.keyframes.filter((_, index) => index % 2 === 0 || index === this.keyframes.length - 1);
      this.keyframeSteps *= 2;
    }
  }

  private note(): void {
    this.furthest = Math.max(this.furthest, this.now);
    this.noteMarks();
  }

  private noteMarks(): void {
    const { trace } = this.world.kernel;
    for (let seq = Math.max(this.markedUpTo + 1, trace.start); seq <= trace.length; seq += 1) {
      const mark = markOf(trace.at(seq)!);
      if (mark && this.marks.length < MARK_LIMIT) this.marks.push(mark);
    }
    this.markedUpTo = Math.max(this.markedUpTo, trace.length);
  }
}
