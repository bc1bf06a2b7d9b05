/**
 * The kernel: virtual clock, task heap, chance, ids and trace. It knows nothing of Kubernetes. Components are handed
 * their tasks one at a time, each task running to completion (a "turn"); whatever has to wait is a further task.
 */
import { TaskHeap, type Task } from './heap.ts';
import { hashOf, type Plain } from './plain.ts';
import { RandomStreams, type RandomStream, type StreamState } from './random.ts';
import { formatMicroTime, formatTime, parseTime } from './time.ts';
import { Trace } from './trace.ts';
import type { ObjectRef, TracePayloads, TraceType } from './trace-payloads.ts';

export interface Component {
  readonly id: string;
  /**
   * Whether tasks of this action wait while the component is busy, that is until the last answer of such a task's turn
   * has arrived. A controller's worker waits, its informers do not; a kubelet's pod workers run in parallel.
   */
  isSerial(action: string): boolean;
  handle(action: string, payload: unknown): void;
  /** Own state as plain data; stored API objects and payloads are shared, containers are copied. */
  save(): Plain;
  load(state: Plain): void;
}

/** What is running now. Calls to the API depart at `cursor` and move it to the arrival of the answer. */
export interface Turn {
  readonly component: string;
  cursor: number;
  cause: number;
}

export interface KernelOptions {
  readonly seed: string;
  /** Wall-clock milliseconds of virtual time 0. */
  readonly epochMs: number;
}

export interface KernelState {
  readonly now: number;
  readonly seq: number;
  readonly steps: number;
  readonly tasks: readonly Task[];
  readonly streams: ReadonlyMap<string, StreamState>;
  readonly busyUntil: ReadonlyMap<string, number>;
  /** Tasks of frozen components, by component. */
  readonly frozen: ReadonlyMap<string, readonly Task[]>;
  readonly traceLength: number;
  readonly components: ReadonlyMap<string, Plain>;
}

/** A fault of ours, not of a user or the cluster: stops the run with what is needed to replay it. */
export class AssertionFailure extends Error {
  constructor(message: string, seed: string, seq: number, options?: ErrorOptions) {
    super(`${message} (seed ${seed}, event ${seq})`, options);
    this.name = 'AssertionFailure';
  }
}

export const TASK_LIMIT = 5_000_000;

const byKey = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : left > right ? 1 : 0;

export class Kernel {
  readonly trace: Trace;
  private readonly heap = new TaskHeap();
  private readonly streams: RandomStreams;
  private readonly components = new Map<string, Component>();
  private busyUntil = new Map<string, number>();
  private frozen = new Map<string, Task[]>();
  private clock = 0;
  private taskSeq = 0;
  private stepCount = 0;
  private current: Turn | undefined;

  constructor(
    readonly options: KernelOptions,
    trace = new Trace(),
  ) {
    this.trace = trace;
    this.streams = new RandomStreams(options.seed);
  }

  /** Virtual time of the running task, in whole milliseconds. */
  get now(): number {
    return this.clock;
  }

  /** How many tasks have run. With the command log, a number of steps names one exact state. */
  get steps(): number {
    return this.stepCount;
  }

  get pendingTasks(): number {
    return this.heap.size;
  }

  /** No task is waiting but upkeep. */
  get isSettled(): boolean {
    return this.heap.foregroundCount === 0;
  }

  get nextDue(): number | undefined {
    return this.heap.peek()?.due;
  }

  get turn(): Turn {
    return this.assertFound(this.current, 'called outside a turn');
  }

  get hasTurn(): boolean {
    return this.current !== undefined;
  }

  add(component: Component): void {
    this.assert(!this.components.has(component.id), `component ${component.id} exists already`);
    this.components.set(component.id, component);
  }

  /** Removes a component (a node that is gone). Its waiting tasks fall away when they are due. */
  remove(id: string): void {
    this.components.delete(id);
    this.busyUntil.delete(id);
    this.frozen.delete(id);
  }

  /** Stops a component where it stands: what is due for it waits until it is thawed. */
  freeze(id: string): void {
    if (!this.frozen.has(id)) this.frozen.set(id, []);
  }

  thaw(id: string): void {
    const waiting = this.frozen.get(id) ?? [];
    this.frozen.delete(id);
    for (const task of waiting) this.heap.push({ ...task, due: Math.max(this.clock, task.due) });
  }

  isFrozen(id: string): boolean {
    return this.frozen.has(id);
  }

  component(id: string): Component | undefined {
    return this.components.get(id);
  }

  componentIds(): readonly string[] {
    return [...this.components.keys()];
  }

  /** Puts a task on the heap, `delayMs` after the turn's cursor (outside a turn: after now). */
  schedule(delayMs: number, component: string, action: string, payload?: Plain, upkeep = false): void {
    this.scheduleAt((this.current?.cursor ?? this.clock) + delayMs, component, action, payload, upkeep);
  }

  scheduleAt(due: number, component: string, action: string, payload?: Plain, upkeep = false, cause?: number): void {
    this.assert(this.heap.size < TASK_LIMIT, `more than ${TASK_LIMIT} tasks are waiting`);
    this.taskSeq += 1;
    this.heap.push({
      due: Math.max(this.clock, Math.round(due)),
      seq: this.taskSeq,
      component,
      action,
      payload,
      cause: cause ?? this.current?.cause ?? 0,
      isUpkeep: upkeep,
    });
  }

  stream(name: string): RandomStream {
    return this.streams.stream(name);
  }

  /** Appends to the trace; the cause is the running turn's unless given. Returns the sequence number. */
  emit<T extends TraceType>(
    type: T,
    data: TracePayloads[T],
    more?: { component?: string; object?: ObjectRef | undefined; cause?: number; time?: number },
  ): number {
    const { current } = this;
    const time = more?.time ?? current?.cursor ?? this.clock;
    const component = more?.component ?? current?.component ?? '';
    const cause = more?.cause ?? current?.cause ?? 0;
    return this.trace.append(type, time, this.stepCount, component, more?.object, cause, data);
  }

  /** Emits and makes the event the cause of all that follows in this turn. */
  emitCause<T extends TraceType>(type: T, data: TracePayloads[T], more?: { object?: ObjectRef | undefined }): number {
    const seq = this.emit(type, data, more);
    if (this.current) this.current.cause = seq;
    return seq;
  }

  /**
   * Runs `work` as a turn of `component` now (for acts from outside, such as a person's command). Acts of one component
   * follow each other: the next departs when the last answer of the one before has arrived.
   */
  runTurn<R>(component: string, cause: number, work: (turn: Turn) => R): R {
    return this.runAct(component, cause, this.busyUntil.get(component) ?? 0, work);
  }

  /** As `runTurn`, for a component that stands for many clients: none of them waits for another. */
  runParallelTurn<R>(component: string, cause: number, work: (turn: Turn) => R): R {
    return this.runAct(component, cause, undefined, work);
  }

  private runAct<R>(component: string, cause: number, free: number | undefined, work: (turn: Turn) => R): R {
    const outer = this.current;
    const turn: Turn = { component, cursor: outer?.cursor ?? Math.max(this.clock, free ?? 0), cause };
    this.current = turn;
    try {
      return work(turn);
    } finally {
      this.current = outer;
      if (!outer && free !== undefined) this.busyUntil.set(component, turn.cursor);
    }
  }

  /** Calls made inside depart together; the cursor ends at the last arrival. */
  parallel(calls: ReadonlyArray<() => void>): void {
    const { turn } = this;
    const start = turn.cursor;
    let last = start;
    for (const call of calls) {
      turn.cursor = start;
      call();
      last = Math.max(last, turn.cursor);
    }
    turn.cursor = last;
  }

  /** Calls made inside do not keep the component waiting (events, asynchronous binding). */
  background<R>(call: () => R): R {
    const { turn } = this;
    const { cursor, cause } = turn;
    const result = call();
    turn.cursor = cursor;
    turn.cause = cause;
    return result;
  }

  /** Runs the next task. False when none is left or the next is due after `until`. */
  step(until = Number.POSITIVE_INFINITY): boolean {
    for (;;) {
      const next = this.heap.peek();
      if (!next || next.due > until) return false;
      const task = this.heap.pop()!;
      const component = this.components.get(task.component);
      if (!component) continue;
      const held = this.frozen.get(task.component);
      if (held) {
        held.push(task);
        continue;
      }
      const free = component.isSerial(task.action) ? (this.busyUntil.get(task.component) ?? 0) : 0;
      if (free > task.due) {
        // Keeps its sequence number, so tasks that wait for the same component keep their order.
        this.heap.push({ ...task, due: free });
        continue;
      }
      this.run(task, component);
      return true;
    }
  }

  private run(task: Task, component: Component): void {
    this.clock = task.due;
    this.stepCount += 1;
    const turn: Turn = { component: component.id, cursor: task.due, cause: task.cause };
    this.current = turn;
    try {
      component.handle(task.action, task.payload);
    } catch (error) {
      if (error instanceof AssertionFailure) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new AssertionFailure(
        `${component.id} failed in ${task.action}: ${reason}`,
        this.options.seed,
        this.trace.length,
        { cause: error },
      );
    } finally {
      this.current = undefined;
    }
    if (turn.cursor > task.due && component.isSerial(task.action)) this.busyUntil.set(component.id, turn.cursor);
  }

  /** Runs all tasks due up to and including `time`, then sets the clock to it. */
  advanceTo(time: number): void {
    while (this.step(time));
    this.clock = Math.max(this.clock, time);
  }

  formatTime(virtualMs = this.current?.cursor ?? this.clock): string {
    return formatTime(this.options.epochMs, virtualMs);
  }

  formatMicroTime(virtualMs = this.current?.cursor ?? this.clock): string {
    return formatMicroTime(this.options.epochMs, virtualMs);
  }

  parseTime(timestamp: string): number {
    return parseTime(this.options.epochMs, timestamp);
  }

  save(): KernelState {
    return {
      now: this.clock,
      seq: this.taskSeq,
      steps: this.stepCount,
      tasks: this.heap.save(),
      streams: this.streams.save(),
      busyUntil: new Map([...this.busyUntil].sort(byKey)),
      frozen: new Map([...this.frozen].sort(byKey).map(([id, tasks]) => [id, [...tasks]])),
      traceLength: this.trace.length,
      components: new Map([...this.components].sort(byKey).map(([id, component]) => [id, component.save()])),
    };
  }

  /**
   * Puts everything back but the components that exist only in one of the two states: those are made or removed by the
   * owner before this is called (see `world.ts`).
   */
  load(state: KernelState): void {
    this.clock = state.now;
    this.taskSeq = state.seq;
    this.stepCount = state.steps;
    this.heap.load(state.tasks);
    this.streams.load(state.streams);
    this.busyUntil = new Map(state.busyUntil);
    this.frozen = new Map([...state.frozen].map(([id, tasks]) => [id, [...tasks]]));
    this.trace.cut(state.traceLength);
    for (const [id, saved] of state.components) {
      this.assertFound(this.components.get(id), `no component ${id} to put state back into`).load(saved);
    }
  }

  /** 16 hexadecimal digits over the whole state, the trace's length included. */
  hash(): string {
    return hashOf(this.save());
  }

  assert(condition: boolean, message: string): asserts condition {
    if (!condition) throw new AssertionFailure(message, this.options.seed, this.trace.length);
  }

  assertFound<T>(value: T | undefined | null, message: string): T {
    if (value === undefined || value === null) {
      throw new AssertionFailure(message, this.options.seed, this.trace.length);
    }
    return value;
  }
}
