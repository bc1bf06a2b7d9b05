/**
 * The queue: who is next, and how long whom has to wait.
 * Upstream: pkg/scheduler/backend/queue/{scheduling_queue,backoff_queue,active_queue}_test.go.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { Kernel } from '../../../src/sim/kernel/index.ts';
import { backoffMs, DEFAULT_QUEUE_OPTIONS, SchedulingQueue } from '../../../src/sim/scheduler/index.ts';

let kernel: Kernel;
let queue: SchedulingQueue;

beforeEach(() => {
  kernel = new Kernel({ seed: 'queue', epochMs: 0 });
  queue = new SchedulingQueue(kernel, () => undefined);
});

/** At so many milliseconds. */
function at<R>(time: number, work: () => R): R {
  kernel.advanceTo(time);
  return kernel.runTurn('test', 0, work);
}

const add = (key: string, priority = 0, gate?: string): void =>
  queue.add({ key, uid: key, priority, profile: 'default-scheduler' }, gate, 'the pod was created');
const pop = (): string | undefined => queue.pop()?.key;
/** One attempt that fails: by a plugin, or by an error. */
function fail(key: string, ...rejectedBy: string[]): void {
  const popped = queue.pop()!;
  expect(popped.key).toBe(key);
  queue.giveBack(popped, rejectedBy);
}
const wake = (key: string): void => queue.wake(queue.get(key)!, 'something happened');
const where = (key: string): string | undefined => queue.get(key)?.queue;

describe('who is next', () => {
  it('is the pod of the highest priority, then the one that waits longest', () => {
    at(0, () => add('low-first'));
    at(5, () => add('low-second'));
    at(10, () => add('high', 100));
    expect(at(10, () => [pop(), pop(), pop(), pop()])).toEqual(['high', 'low-first', 'low-second', undefined]);
  });

  it('counts the wait from the last attempt, not from the first, nor from when something woke the pod', () => {
    at(0, () => add('tried'));
    at(5_000, () => add('new'));
    at(10_000, () => fail('tried', 'NodeResourcesFit'));
    at(15_000, () => add('newest'));
    at(20_000, () => wake('tried'));
    expect(at(20_000, () => [pop(), pop(), pop()])).toEqual(['new', 'tried', 'newest']);
  });

  it('is nobody whose back-off is running while others are active', () => {
    at(0, () => add('urgent', 100));
    at(0, () => fail('urgent', 'NodeResourcesFit'));
    at(100, () => wake('urgent'));
    at(100, () => add('low'));
    expect(where('urgent')).toBe('backoff');
    expect(at(100, () => pop())).toBe('low');
  });

  it('is the pod whose back-off ends first when nobody is active', () => {
    at(0, () => add('twice'));
    at(0, () => fail('twice', 'NodeResourcesFit'));
    at(2_500, () => wake('twice'));
    at(2_500, () => fail('twice', 'NodeResourcesFit'));
    at(2_600, () => add('once'));
    at(2_600, () => fail('once', 'NodeResourcesFit'));
    at(2_700, () => {
      for (const key of ['twice', 'once']) wake(key);
    });
    expect([where('twice'), where('once')]).toEqual(['backoff', 'backoff']);
    expect(queue.isReady).toBe(true);
    expect(at(2_700, () => [pop(), pop()])).toEqual(['once', 'twice']);
  });

  it('is decided by priority between back-offs that end in the same second', () => {
    at(0, () => add('low'));
    at(0, () => fail('low', 'NodeResourcesFit'));
    at(10, () => add('high', 10));
    at(10, () => fail('high', 'NodeResourcesFit'));
    at(20, () => {
      for (const key of ['low', 'high']) wake(key);
    });
    expect(at(20, () => [pop(), pop()])).toEqual(['high', 'low']);
  });

  it('is nobody that an error has sent back, before its back-off is over', () => {
    at(0, () => add('failed'));
    at(0, () => fail('failed'));
    expect([where('failed'), queue.isReady, at(0, () => pop())]).toEqual(['backoff', false, undefined]);
    at(1_000, () => queue.flushBackoff());
    expect(where('failed')).toBe('backoff');
    at(2_000, () => queue.flushBackoff());
    expect(at(2_000, () => pop())).toBe('failed');
  });

  it('before 1.33 is nobody whose back-off is running', () => {
    queue.options = { ...DEFAULT_QUEUE_OPTIONS, popsFromBackoff: false };
    at(0, () => add('pod'));
    at(0, () => fail('pod', 'NodeResourcesFit'));
    at(100, () => wake('pod'));
    expect([queue.isReady, at(100, () => pop())]).toEqual([false, undefined]);
  });
});

describe('a back-off', () => {
  it.each([
    [0, 0],
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 8_000],
    [5, 10_000],
    [60, 10_000],
  ])('after %i failures lasts %i ms', (failures, expected) => {
    expect(backoffMs(failures, DEFAULT_QUEUE_OPTIONS)).toBe(expected);
  });

  it('is that of the configuration', () => {
    const options = { ...DEFAULT_QUEUE_OPTIONS, initialBackoffMs: 3_000, maxBackoffMs: 7_000 };
    expect([1, 2, 3].map((failures) => backoffMs(failures, options))).toEqual([3_000, 6_000, 7_000]);
  });

  it('counts errors and rejections apart, and forgets the errors with the next rejection', () => {
    at(0, () => add('pod'));
    at(0, () => fail('pod', 'NodeResourcesFit'));
    at(10_000, () => wake('pod'));
    at(10_000, () => fail('pod'));
    at(12_000, () => queue.flushBackoff());
    at(12_000, () => fail('pod'));
    expect(queue.get('pod')).toMatchObject({ attempts: 3, unschedulable: 1, errors: 2 });
    at(15_000, () => queue.flushBackoff());
    expect(where('pod')).toBe('active');
    at(15_000, () => fail('pod', 'NodeAffinity'));
    expect(queue.get('pod')).toMatchObject({ attempts: 4, unschedulable: 2, errors: 0 });
  });

  it('ends when the second is over in which it would', () => {
    at(500, () => add('pod'));
    at(500, () => fail('pod', 'NodeResourcesFit'));
    at(1_999, () => wake('pod'));
    expect(where('pod')).toBe('backoff');
    at(1_999, () => queue.flushBackoff());
    expect(where('pod')).toBe('backoff');
    at(2_000, () => queue.flushBackoff());
    expect(where('pod')).toBe('active');
  });

  it('is not waited for by a pod that has waited for it already', () => {
    at(0, () => add('pod'));
    at(0, () => fail('pod', 'NodeResourcesFit'));
    at(5_000, () => wake('pod'));
    expect(where('pod')).toBe('active');
  });
});

describe('a pod that a plugin has turned down', () => {
  it('waits for an event that one of the plugins asks for', () => {
    at(0, () => add('pod'));
    at(0, () => fail('pod', 'NodeAffinity', 'NodeResourcesFit'));
    expect(where('pod')).toBe('unschedulable');
    for (const plugin of ['NodeAffinity', 'NodeResourcesFit'])
      expect([...queue.turnedDownBy(plugin)].map(({ key }) => key)).toEqual(['pod']);
    expect([...queue.turnedDownBy('NodePorts')]).toEqual([]);
    at(5_000, () => wake('pod'));
    expect([...queue.turnedDownBy('NodeAffinity')]).toEqual([]);
  });

  it('is tried again when it has waited for more than five minutes', () => {
    at(0, () => add('pod'));
    at(0, () => fail('pod', 'NodeAffinity'));
    at(300_000, () => queue.flushUnschedulable());
    expect(where('pod')).toBe('unschedulable');
    at(330_000, () => queue.flushUnschedulable());
    expect(where('pod')).toBe('active');
  });
});

describe('a pod with scheduling gates', () => {
  it('is in no queue that is scheduled from, and nothing but the loss of its gates helps it', () => {
    at(0, () => add('gated', 100, 'SchedulingGates'));
    at(0, () => add('pod'));
    expect(at(0, () => [pop(), pop()])).toEqual(['pod', undefined]);
    at(600_000, () => queue.flushUnschedulable());
    expect(where('gated')).toBe('gated');
    expect([...queue.turnedDownBy('SchedulingGates')]).toEqual([]);
  });

  it('has no back-off to wait for when they are gone', () => {
    at(0, () => add('gated', 0, 'SchedulingGates'));
    at(10, () => wake('gated'));
    expect([where('gated'), at(10, () => pop())]).toEqual(['active', 'gated']);
  });
});

it('is the same after it was saved and loaded', () => {
  at(0, () => {
    for (const key of ['a', 'b', 'c', 'd']) add(key, key === 'd' ? 9 : 0, key === 'c' ? 'SchedulingGates' : undefined);
  });
  at(0, () => fail('d', 'NodeAffinity'));
  at(10, () => fail('a'));
  const other = new SchedulingQueue(kernel, () => undefined);
  other.load(queue.save());
  expect(other.counts()).toEqual({ active: 1, backoff: 1, unschedulable: 1, gated: 1 });
  expect([...other.all()]).toEqual([...queue.all()]);
  expect([...other.turnedDownBy('NodeAffinity')].map(({ key }) => key)).toEqual(['d']);
  expect(at(10, () => [other.pop()?.key, other.pop()?.key])).toEqual(['b', undefined]);
});
