/** Makes frames: what has changed in the run since the last one that was sent. */
import { recordKey, isHeartbeat, terminalOf, type Run } from '../run/index.ts';
import type { Frame, LifeState, TerminalPatch } from '../run/types.ts';
import type { TraceEvent } from '../sim/kernel/index.ts';
import type { TerminalView } from '../shell/terminal/index.ts';
import type { PipelineView } from '../sim/pipeline/index.ts';
import type { Stored } from '../sim/api/object.ts';

/** Events of one frame; more are counted and left to the trace. */
export const FRAME_EVENT_LIMIT = 2_000;

/** Kinds that a frame does not carry: they are many, and the page asks for them where it shows them. */
const UNSHOWN = new Set(['events', 'leases.coordination.k8s.io']);

interface Pace {
  readonly isPlaying: boolean;
  readonly speed: number;
}

export class FrameMaker {
  private number = 0;
  private epoch = 0;
  private revision = 0;
  private seq = 0;
  private log: unknown;
  private markCount = -1;
  private keyframes = '';
  private title: string | undefined;
  private terminal: TerminalView | undefined;
  private pipeline: string | undefined;

  constructor(private readonly run: Run) {}

  /** Whether a command has been logged that no frame has told of. */
  get isLogStale(): boolean {
    return this.log !== this.run.commands;
  }

  make(pace: Pace): Frame {
    const { run } = this;
    const { world } = run;
    const isWhole = this.epoch !== run.epoch;
    this.number += 1;
    this.epoch = run.epoch;
    const { changed, removed } = isWhole ? { changed: this.everything(), removed: [] } : this.changes();
    this.revision = world.revision;
    const { events, eventsOmitted, lives } = this.newEvents(isWhole);
    this.seq = run.shownSeq;
    const shownEvent = world.kernel.trace.at(run.shownSeq);
    const isStepped = run.shownSeq < world.kernel.trace.length;
    return {
      number: this.number,
      epoch: run.epoch,
      isWhole,
      time: isStepped && shownEvent ? shownEvent.time : run.now,
      epochMs: run.scenario.options.epochMs,
      step: world.kernel.steps,
      traceLength: run.shownSeq,
      horizon: run.horizon,
      isPlaying: pace.isPlaying,
      speed: pace.speed,
      isSettled: run.isSettled,
      commandsDone: run.commandsDone,
      changed,
      removed,
      events,
      eventsOmitted,
      lives: isWhole ? world.lives() : lives,
      livesRemoved: removed.filter((key) => key.startsWith('pods|')).map((key) => `pod/${key.slice('pods|'.length)}`),
      ...this.terminalChange(isWhole),
      ...this.pipelineChange(isWhole),
      ...this.rarely(isWhole),
    };
  }

  /** The command log, marks and keyframes go only when they changed. */
  private rarely(isWhole: boolean): Pick<Frame, 'startTime'> & Partial<Frame> {
    const { run } = this;
    const more: { startTime: number } & { -readonly [K in keyof Frame]?: Frame[K] } = { startTime: run.startTime };
    if (isWhole || this.log !== run.commands) more.log = run.commands;
    if (isWhole || this.markCount !== run.timelineMarks.length) more.marks = [...run.timelineMarks];
    const keyframes = run.keyframeTimes.join();
    if (isWhole || this.keyframes !== keyframes) more.keyframes = run.keyframeTimes;
    if (isWhole || this.title !== run.title) {
      more.options = run.scenario.options;
      more.title = run.title ?? '';
    }
    this.title = run.title;
    more.nodeUsage = run.world.nodeUsage();
    more.controlPlane = {
      etcdRevision: run.world.revision,
      schedulerQueues: run.world.schedulerQueues(),
      controllers: run.world.controllerNames(),
    };
    this.log = run.commands;
    this.markCount = run.timelineMarks.length;
    this.keyframes = keyframes;
    return more;
  }

  /** Of a text that has grown only the rest is sent. */
  private terminalChange(isWhole: boolean): { readonly terminal?: TerminalPatch } {
    const now = terminalOf(this.run.world).view();
    const before = isWhole ? undefined : this.terminal;
    this.terminal = now;
    if (!before) return { terminal: { ...now, isContinued: false } };
    if (isSameView(before, now)) return {};
    const known = before.from + before.text.length;
    const isContinued = before.generation === now.generation && known >= now.from;
    if (!isContinued) return { terminal: { ...now, isContinued } };
    return { terminal: { ...now, isContinued, from: known, text: now.text.slice(known - now.from) } };
  }

  private pipelineChange(isWhole: boolean): { readonly pipeline?: PipelineView } {
    const now = this.run.world.pipeline.view();
    const text = JSON.stringify(now);
    const isNew = isWhole || text !== this.pipeline;
    this.pipeline = text;
    return isNew ? { pipeline: now } : {};
  }

  private everything(): Frame['changed'] {
    return [...this.run.world.objects()]
      .filter(({ resource }) => !UNSHOWN.has(resource))
      .map(({ resource, object }) => ({ key: recordKey(resource, object), object }));
  }

  private changes(): { changed: Frame['changed']; removed: readonly string[] } {
    const latest = new Map<string, Stored | undefined>();
    const since = this.run.world.changesSince(this.revision);
    // History older than what etcd keeps: the page is told everything again.
    if (!since) return { changed: this.everything(), removed: [] };
    for (const { resource, object, isDeleted } of since) {
      if (!UNSHOWN.has(resource)) latest.set(recordKey(resource, object), isDeleted ? undefined : object);
    }
    const changed: Array<{ key: string; object: Stored }> = [];
    const removed: string[] = [];
    for (const [key, object] of latest) {
      if (object) changed.push({ key, object });
      else removed.push(key);
    }
    return { changed, removed };
  }

  private newEvents(isWhole: boolean): {
    events: readonly TraceEvent[];
    eventsOmitted: number;
    lives: readonly LifeState[];
  } {
    const { trace } = this.run.world.kernel;
    const until = this.run.shownSeq;
    const from = isWhole ? Math.max(trace.start, until - 4 * FRAME_EVENT_LIMIT) : this.seq + 1;
    const fresh = trace.slice(from, until + 1);
    const shown = fresh.filter((event) => !isHeartbeat(event));
    const omitted = Math.max(0, shown.length - FRAME_EVENT_LIMIT);
    return {
      events: omitted > 0 ? shown.slice(omitted) : shown,
      eventsOmitted: isWhole ? 0 : omitted,
      lives: livesOf(fresh),
    };
  }
}

function livesOf(events: readonly TraceEvent[]): readonly LifeState[] {
  const latest = new Map<string, LifeState>();
  for (const event of events) {
    if (event.type !== 'transition') continue;
    const { instance, machine, to } = event.data;
    latest.set(instance, { instance, machine, state: to, since: event.time });
  }
  return [...latest.values()];
}

function isSameView(before: TerminalView, now: TerminalView): boolean {
  return (
    before.generation === now.generation &&
    before.from === now.from &&
    before.text.length === now.text.length &&
    before.isBusy === now.isBusy &&
    before.directory === now.directory &&
    before.editing?.round === now.editing?.round &&
    before.written.join('/') === now.written.join('/')
  );
}
