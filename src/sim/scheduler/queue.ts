/**
 * The scheduling queue: active, backoff, unschedulable and gated pods.
 * Upstream: pkg/scheduler/backend/queue/{scheduling_queue,active_queue,backoff_queue}.go.
 */
import type { Kernel } from '../kernel/index.ts';
import { PodHeap } from './pod-heap.ts';

export type QueueName = 'active' | 'backoff' | 'unschedulable' | 'gated';

export interface QueuedPod {
  readonly key: string;
  readonly uid: string;
  readonly priority: number;
  /** Profile that schedules it. */
  readonly profile: string;
  /** When it entered the queue it is in, and in which order: the tie-breaker among equal priorities. */
  readonly since: number;
  readonly order: number;
  readonly attempts: number;
  /** Attempts that found no node, and errors since the last that did not fail so: each has its own back-off. */
  readonly unschedulable: number;
  readonly errors: number;
  readonly queue: QueueName;
  /** Plugins that turned it down last. */
  readonly rejectedBy: readonly string[];
  readonly because: string;
  /** Plugin whose queueing hint woke it. */
  readonly hintedBy?: string | undefined;
  readonly cause: number;
}

export interface QueueOptions {
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Since 1.33 a pod is taken from its back-off when nothing else is to do. */
  readonly popsFromBackoff: boolean;
}

export const DEFAULT_QUEUE_OPTIONS: QueueOptions = {
  initialBackoffMs: 1_000,
  maxBackoffMs: 10_000,
  popsFromBackoff: true,
};

/** Back-offs end on whole seconds, and are looked at once a second. */
export const BACKOFF_WINDOW_MS = 1_000;
export const UNSCHEDULABLE_CHECK_MS = 30_000;
export const UNSCHEDULABLE_FLUSH_MS = 300_000;

const windowOf = (time: number): number => Math.floor(time / BACKOFF_WINDOW_MS) * BACKOFF_WINDOW_MS;

export function backoffMs(failures: number, { initialBackoffMs, maxBackoffMs }: QueueOptions): number {
  return failures <= 0 ? 0 : Math.min(initialBackoffMs * 2 ** (failures - 1), maxBackoffMs);
}

/** PrioritySort, and the order of arrival where upstream's times are equal. */
function isBefore(left: QueuedPod, right: QueuedPod): boolean {
  if (left.priority !== right.priority) return left.priority > right.priority;
  return left.since === right.since ? left.order < right.order : left.since < right.since;
}

/** A pod that was turned down, and not one that ran into an error. */
const isTakenEarly = ({ rejectedBy }: QueuedPod): boolean => rejectedBy.length > 0;

export class SchedulingQueue {
  private settings: QueueOptions = DEFAULT_QUEUE_OPTIONS;
  private pods = new Map<string, QueuedPod>();
  /** May hold pods that have left: what counts is the map. */
  private active = new PodHeap(isBefore);
  private readonly waiting = new Map<string, QueuedPod>();
  private readonly waitingFor = new Map<string, Map<string, QueuedPod>>();
  private readonly backingOff = new Map<string, QueuedPod>();
  /** Those of them that may be taken early, by the end of their back-off; may hold pods that have left, as `active` may. */
  private early = new PodHeap((left, right) => this.endsBefore(left, right));
  private earlyCount = 0;
  private counted = { active: 0, backoff: 0, unschedulable: 0, gated: 0 };
  private order = 0;

  constructor(
    private readonly kernel: Kernel,
    private readonly onMove: (pod: QueuedPod) => void,
  ) {}

  get options(): QueueOptions {
    return this.settings;
  }

  /** Other options end the back-offs at other times. */
  set options(options: QueueOptions) {
    this.settings = options;
    this.early = new PodHeap((left, right) => this.endsBefore(left, right));
    for (const pod of this.backingOff.values()) if (isTakenEarly(pod)) this.early.push(pod);
  }

  counts(): Readonly<Record<QueueName, number>> {
    return { ...this.counted };
  }

  /** Whether `pop` would give a pod now. */
  get isReady(): boolean {
    return this.counted.active > 0 || (this.settings.popsFromBackoff && this.earlyCount > 0);
  }

  get(key: string): QueuedPod | undefined {
    return this.pods.get(key);
  }

  /** Pods that wait for something to happen and were turned down by the plugin, among others. */
  *turnedDownBy(plugin: string): IterableIterator<QueuedPod> {
    const found = this.waitingFor.get(plugin);
    if (found) yield* found.values();
  }

  /** Every pod in the queue. */
  all(): IterableIterator<QueuedPod> {
    return this.pods.values();
  }

  add(
    pod: Pick<QueuedPod, 'key' | 'uid' | 'priority' | 'profile'>,
    gatedBy: string | undefined,
    because: string,
  ): void {
    this.put({
      ...pod,
      since: this.kernel.turn.cursor,
      order: (this.order += 1),
      attempts: 0,
      unschedulable: 0,
      errors: 0,
      rejectedBy: gatedBy === undefined ? [] : [gatedBy],
      because,
      cause: this.kernel.turn.cause,
      queue: gatedBy === undefined ? 'active' : 'gated',
    });
  }

  remove(key: string): void {
    const pod = this.pods.get(key);
    if (pod) this.take(pod);
  }

  /** The pod to schedule next; it leaves the queue and comes back by `giveBack` when it does not fit. */
  pop(): QueuedPod | undefined {
    for (let pod = this.active.pop(); pod; pod = this.active.pop()) {
      if (this.pods.get(pod.key) === pod) return this.take(pod);
    }
    const early = this.settings.popsFromBackoff ? this.earliestBackoff() : undefined;
    return early && this.take(early);
  }

  /** After a failed attempt. Without rejecting plugins it was an error, which is tried again after its back-off. */
  giveBack(pod: QueuedPod, rejectedBy: readonly string[]): void {
    const isError = rejectedBy.length === 0;
    this.put({
      ...pod,
      since: this.kernel.turn.cursor,
      order: (this.order += 1),
      attempts: pod.attempts + 1,
      unschedulable: isError ? pod.unschedulable : pod.unschedulable + 1,
      errors: isError ? pod.errors + 1 : 0,
      rejectedBy,
      queue: isError ? 'backoff' : 'unschedulable',
      because: '',
      hintedBy: undefined,
    });
  }

  /** Something has happened that may make the pod fit, by the hint of a plugin where one was asked. */
  wake(pod: QueuedPod, because: string, hintedBy?: string): void {
    const queue = pod.queue !== 'gated' && this.isBackingOff(pod) ? 'backoff' : 'active';
    this.put({ ...pod, queue, because, hintedBy, cause: this.kernel.turn.cause });
  }

  /** Pods whose back-off is over become active. */
  flushBackoff(): void {
    for (const pod of [...this.backingOff.values()]) {
      if (!this.isBackingOff(pod)) this.put({ ...pod, queue: 'active', because: pod.because || 'its back-off' });
    }
  }

  /** Pods that have waited for five minutes are tried again. */
  flushUnschedulable(): void {
    const now = this.kernel.turn.cursor;
    for (const pod of [...this.waiting.values()])
      if (now - pod.since > UNSCHEDULABLE_FLUSH_MS) this.wake(pod, 'five minutes have passed');
  }

  get hasBackoff(): boolean {
    return this.counted.backoff > 0;
  }

  get hasUnschedulable(): boolean {
    return this.counted.unschedulable > 0;
  }

  private backoffEnd({ since, errors, unschedulable, rejectedBy }: QueuedPod): number {
    return windowOf(since + backoffMs(rejectedBy.length === 0 ? errors : unschedulable, this.settings));
  }

  private isBackingOff(pod: QueuedPod): boolean {
    return this.backoffEnd(pod) >= windowOf(this.kernel.turn.cursor) && pod.attempts > 0;
  }

  /** The pod whose back-off ends first; errors are left to theirs. */
  private earliestBackoff(): QueuedPod | undefined {
    for (let pod = this.early.peek(); pod; pod = this.early.peek()) {
      if (this.pods.get(pod.key) === pod) return pod;
      this.early.pop();
    }
    return undefined;
  }

  private endsBefore(left: QueuedPod, right: QueuedPod): boolean {
    const difference = this.backoffEnd(left) - this.backoffEnd(right);
    return difference < 0 || (difference === 0 && isBefore(left, right));
  }

  private put(pod: QueuedPod): void {
    const before = this.pods.get(pod.key);
    if (before) this.take(before);
    const next = Object.freeze(pod);
    this.keep(next);
    this.onMove(next);
  }

  private keep(pod: QueuedPod): void {
    this.pods.set(pod.key, pod);
    this.counted[pod.queue] += 1;
    if (pod.queue === 'active') this.active.push(pod);
    else if (pod.queue === 'backoff') {
      this.backingOff.set(pod.key, pod);
      if (isTakenEarly(pod)) {
        this.early.push(pod);
        this.earlyCount += 1;
      }
    } else if (pod.queue === 'unschedulable') {
      this.waiting.set(pod.key, pod);
      for (const plugin of pod.rejectedBy) {
        let found = this.waitingFor.get(plugin);
        if (!found) this.waitingFor.set(plugin, (found = new Map()));
        found.set(pod.key, pod);
      }
    }
  }

  private take(pod: QueuedPod): QueuedPod {
    this.pods.delete(pod.key);
    this.counted[pod.queue] -= 1;
    if (pod.queue === 'backoff') {
      this.backingOff.delete(pod.key);
      if (isTakenEarly(pod)) this.earlyCount -= 1;
    } else if (pod.queue === 'unschedulable') {
      this.waiting.delete(pod.key);
      for (const plugin of pod.rejectedBy) this.waitingFor.get(plugin)?.delete(pod.key);
    }
    return pod;
  }

  save(): unknown {
    return { pods: [...this.pods.values()], order: this.order };
  }

  load(state: unknown): void {
    const saved = state as { pods: readonly QueuedPod[]; order: number };
    this.pods = new Map();
    this.active = new PodHeap(isBefore);
    this.waiting.clear();
    this.waitingFor.clear();
    this.backingOff.clear();
    this.early = new PodHeap((left, right) => this.endsBefore(left, right));
    this.earlyCount = 0;
    this.counted = { active: 0, backoff: 0, unschedulable: 0, gated: 0 };
    for (const pod of saved.pods) this.keep(pod);
    this.order = saved.order;
  }
}
