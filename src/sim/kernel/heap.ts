/** The task heap: a binary heap over data tasks, ordered by due time, then by sequence number. */

/** Something to be done later. Data only, so that a world can be copied, hashed, saved and rewound. */
export interface Task {
  /** Virtual time in whole milliseconds. */
  readonly due: number;
  readonly seq: number;
  readonly component: string;
  readonly action: string;
  readonly payload: unknown;
  /** Sequence number of the trace event that led to this task; 0 for none. */
  readonly cause: number;
  /** Upkeep that recurs for ever (heartbeats, probes, resyncs): a world with only such tasks left is settled. */
  readonly isUpkeep: boolean;
}

function precedes(left: Task, right: Task): boolean {
  return left.due < right.due || (left.due === right.due && left.seq < right.seq);
}

export class TaskHeap {
  private items: Task[] = [];
  private upkeepCount = 0;

  get size(): number {
    return this.items.length;
  }

  /** Tasks that are not upkeep. */
  get foregroundCount(): number {
    return this.items.length - this.upkeepCount;
  }

  peek(): Task | undefined {
    return this.items[0];
  }

  push(task: Task): void {
    if (task.isUpkeep) this.upkeepCount += 1;
    const items = this.items;
    let index = items.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!precedes(task, items[parent]!)) break;
      items[index] = items[parent]!;
      index = parent;
    }
    items[index] = task;
  }

  pop(): Task | undefined {
    const items = this.items;
    const first = items[0];
    if (!first) return undefined;
    if (first.isUpkeep) this.upkeepCount -= 1;
    const last = items.pop()!;
    if (items.length > 0) this.sink(last);
    return first;
  }

  private sink(task: Task): void {
    const items = this.items;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && precedes(items[child + 1]!, items[child]!)) child += 1;
      if (!precedes(items[child]!, task)) break;
      items[index] = items[child]!;
      index = child;
    }
    items[index] = task;
  }

  /** All tasks in the order in which they will run. */
  save(): readonly Task[] {
    return [...this.items].sort((left, right) => (precedes(left, right) ? -1 : 1));
  }

  /** A sorted array is a valid heap. */
  load(tasks: readonly Task[]): void {
    this.items = [...tasks];
    this.upkeepCount = tasks.reduce((count, task) => count + (task.isUpkeep ? 1 : 0), 0);
  }
}
