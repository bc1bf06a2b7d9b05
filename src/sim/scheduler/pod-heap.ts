/** A binary heap of queued pods. Upstream: pkg/scheduler/backend/heap/heap.go. */
import type { QueuedPod } from './queue.ts';

export class PodHeap {
  private readonly items: QueuedPod[] = [];

  constructor(private readonly isBefore: (left: QueuedPod, right: QueuedPod) => boolean) {}

  peek(): QueuedPod | undefined {
    return this.items[0];
  }

  push(pod: QueuedPod): void {
    const { items } = this;
    let at = items.push(pod) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(pod, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = pod;
  }

  pop(): QueuedPod | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (!first || !last || items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.isBefore(items[child + 1]!, items[child]!)) child += 1;
      if (!this.isBefore(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return first;
  }
}
