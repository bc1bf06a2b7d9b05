/**
 * The scheduling queue: active, backoff and unschedulable pods.
 * Upstream: pkg/scheduler/backend/queue/scheduling_queue.go. Which event may help which rejection follows the plugins'
 * queueing hints, by the kind of event.
 */
import type { Kernel } from '../kernel/index.ts';

export type QueueName = 'active' | 'backoff' | 'unschedulable' | 'gated';

export interface QueuedPod {
  readonly key: string;
  readonly uid: string;
  readonly priority: number;
  /** When it entered, and in which order: the tie-breaker among equal priorities. */
  readonly since: number;
  readonly order: number;
  readonly attempts: number;
  readonly queue: QueueName;
  /** Plugins that turned it down last. */
  readonly rejectedBy: readonly string[];
  readonly backoffUntil: number;
  readonly because: string;
  readonly cause: number;
}

const INITIAL_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 10_000;
export const UNSCHEDULABLE_FLUSH_MS = 300_000;

/** What happened in the cluster that may make a pod fit. */
export type ClusterEvent = 'NodeAdd' | 'NodeUpdate' | 'PodDelete' | 'PodUpdate' | 'Timeout';

const HINTS: Readonly<Record<string, readonly ClusterEvent[]>> = {
  NodeUnschedulable: ['NodeAdd', 'NodeUpdate', 'PodUpdate'],
  NodeName: ['NodeAdd'],
  TaintToleration: ['NodeAdd', 'NodeUpdate', 'PodUpdate'],
  NodeAffinity: ['NodeAdd', 'NodeUpdate'],
  NodePorts: ['NodeAdd', 'PodDelete'],
  NodeResourcesFit: ['NodeAdd', 'NodeUpdate', 'PodDelete', 'PodUpdate'],
};

export function backoffMs(attempts: number): number {
  return attempts <= 0 ? 0 : Math.min(INITIAL_BACKOFF_MS * 2 ** (attempts - 1), MAX_BACKOFF_MS);
}

export class SchedulingQueue {
  private pods = new Map<string, QueuedPod>();
  private active: QueuedPod[] = [];
  private isSorted = true;
  private order = 0;

  constructor(
    private readonly kernel: Kernel,
    private readonly onMove: (pod: QueuedPod) => void,
  ) {}

  get activeCount(): number {
    return this.active.length;
  }

  counts(): Readonly<Record<QueueName, number>> {
    const counts = { active: 0, backoff: 0, unschedulable: 0, gated: 0 };
    for (const { queue } of this.pods.values()) counts[queue] += 1;
    return counts;
  }

  get(key: string): QueuedPod | undefined {
    return this.pods.get(key);
  }

  add(pod: Pick<QueuedPod, 'key' | 'uid' | 'priority'>, isGated: boolean, because: string): void {
    const now = this.kernel.turn.cursor;
    this.order += 1;
    this.put({
      ...pod,
      since: now,
      order: this.order,
      attempts: 0,
      rejectedBy: [],
      backoffUntil: 0,
      because,
      cause: this.kernel.turn.cause,
      queue: isGated ? 'gated' : 'active',
    });
  }

  remove(key: string): void {
    const pod = this.pods.get(key);
    if (!pod) return;
    this.pods.delete(key);
    if (pod.queue === 'active') this.active = this.active.filter((item) => item.key !== key);
  }

  /** The pod to schedule next; it leaves the queue and comes back by `giveBack` when it does not fit. */
  pop(): QueuedPod | undefined {
    if (!this.isSorted) {
      this.active.sort(
        (left, right) => left.priority - right.priority || right.since - left.since || right.order - left.order,
      );
      this.isSorted = true;
    }
    const pod = this.active.pop();
    if (pod) this.pods.delete(pod.key);
    return pod;
  }

  /** After a failed attempt. Backoff counts from now; without rejecting plugins (an error) it is retried after it. */
  giveBack(pod: QueuedPod, rejectedBy: readonly string[]): void {
    const attempts = pod.attempts + 1;
    const backoffUntil = this.kernel.turn.cursor + backoffMs(attempts);
    const next: QueuedPod = {
      ...pod,
      attempts,
      rejectedBy,
      backoffUntil,
      queue: rejectedBy.length > 0 ? 'unschedulable' : 'backoff',
      because: '',
    };
    this.put(next);
  }

  /** Moves what the event may help. Returns whether anything is to be done later, and when. */
  moveFor(event: ClusterEvent, because: string): void {
    for (const pod of [...this.pods.values()]) {
      if (pod.queue !== 'unschedulable') continue;
      if (event !== 'Timeout' && !pod.rejectedBy.some((plugin) => HINTS[plugin]?.includes(event) ?? true)) continue;
      this.wake(pod, because);
    }
  }

  /** Pods whose backoff is over become active; those that waited for five minutes are tried again. */
  flush(): void {
    const now = this.kernel.turn.cursor;
    for (const pod of [...this.pods.values()]) {
      if (pod.queue === 'backoff' && pod.backoffUntil <= now) this.put({ ...pod, queue: 'active' });
      else if (pod.queue === 'unschedulable' && now - pod.backoffUntil >= UNSCHEDULABLE_FLUSH_MS)
        this.wake(pod, 'five minutes have passed');
    }
  }

  /** When `flush` has something to do next, and whether that is the end of a back-off. */
  nextFlush(): { at: number; isBackoff: boolean } | undefined {
    let next: { at: number; isBackoff: boolean } | undefined;
    for (const pod of this.pods.values()) {
      if (pod.queue !== 'backoff' && pod.queue !== 'unschedulable') continue;
      const isBackoff = pod.queue === 'backoff';
      const at = isBackoff ? pod.backoffUntil : pod.backoffUntil + UNSCHEDULABLE_FLUSH_MS;
      if (!next || at < next.at) next = { at, isBackoff };
    }
    return next;
  }

  private wake(pod: QueuedPod, because: string): void {
    const isOver = pod.backoffUntil <= this.kernel.turn.cursor;
    this.put({ ...pod, queue: isOver ? 'active' : 'backoff', because, cause: this.kernel.turn.cause });
  }

  private put(pod: QueuedPod): void {
    const before = this.pods.get(pod.key);
    if (before?.queue === 'active') this.active = this.active.filter(({ key }) => key !== pod.key);
    this.pods.set(pod.key, pod);
    if (pod.queue === 'active') {
      this.active.push(pod);
      this.isSorted = false;
    }
    this.onMove(pod);
  }

  save(): unknown {
    return { pods: [...this.pods.values()], order: this.order };
  }

  load(state: unknown): void {
    const saved = state as { pods: readonly QueuedPod[]; order: number };
    this.pods = new Map(saved.pods.map((pod) => [pod.key, pod]));
    this.active = saved.pods.filter(({ queue }) => queue === 'active');
    this.isSorted = false;
    this.order = saved.order;
  }
}
