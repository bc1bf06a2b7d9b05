import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AssertionFailure,
  hashOf,
  Kernel,
  mintUid,
  RandomStream,
  TaskHeap,
  type Component,
} from '../../../src/sim/kernel/index.ts';

/** Draws, schedules further tasks and remembers what it saw: enough to show any difference between two runs. */
class Echo implements Component {
  private seen: string[] = [];

  constructor(
    readonly id: string,
    private readonly kernel: Kernel,
  ) {}

  isSerial(action: string): boolean {
    return action === 'slow';
  }

  handle(action: string, payload: unknown): void {
    const stream = this.kernel.stream(this.id);
    this.seen.push(`${this.kernel.now} ${action} ${String(payload)} ${stream.below(1000)}`);
    this.kernel.emitCause('reconcile', { key: `${action}/${String(payload)}` });
    if (action === 'slow') this.kernel.turn.cursor += 7;
    if (typeof payload === 'number' && payload > 0) {
      this.kernel.schedule(stream.below(5), this.id, stream.chance(1, 3) ? 'slow' : 'quick', payload - 1);
    }
  }

  save(): unknown {
    return [...this.seen];
  }

  load(state: unknown): void {
    this.seen = [...(state as string[])];
  }

  get lines(): readonly string[] {
    return this.seen;
  }
}

function makeKernel(seed: string): { kernel: Kernel; echoes: Echo[] } {
  const kernel = new Kernel({ seed, epochMs: 0 });
  const echoes = ['a', 'b', 'c'].map((id) => new Echo(id, kernel));
  echoes.forEach((echo) => kernel.add(echo));
  return { kernel, echoes };
}

function begin(kernel: Kernel): void {
  for (const id of ['a', 'b', 'c']) kernel.schedule(1, id, 'quick', 40);
}

describe('the task heap', () => {
  it('hands tasks out by due time, then by sequence number', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (dues) => {
        const heap = new TaskHeap();
        dues.forEach((due, seq) =>
          heap.push({ due, seq, component: '', action: '', payload: undefined, cause: 0, isUpkeep: seq % 3 === 0 }),
        );
        const order: Array<[number, number]> = [];
        for (let task = heap.pop(); task; task = heap.pop()) order.push([task.due, task.seq]);
        const expected = dues
          .map((due, seq): [number, number] => [due, seq])
          .sort((x, y) => x[0] - y[0] || x[1] - y[1]);
        expect(order).toEqual(expected);
        expect(heap.foregroundCount).toBe(0);
      }),
    );
  });
});

describe('the kernel', () => {
  it('gives the same hash for the same seed and tasks, at every time', () => {
    const [one, two] = [makeKernel('seed'), makeKernel('seed')];
    begin(one.kernel);
    begin(two.kernel);
    for (const time of [5, 20, 60, 200]) {
      one.kernel.advanceTo(time);
      two.kernel.advanceTo(time);
      expect(one.kernel.hash()).toBe(two.kernel.hash());
    }
    expect(one.echoes[0]!.lines).toEqual(two.echoes[0]!.lines);
  });

  it('gives another run for another seed', () => {
    const [one, two] = [makeKernel('seed'), makeKernel('other')];
    begin(one.kernel);
    begin(two.kernel);
    one.kernel.advanceTo(100);
    two.kernel.advanceTo(100);
    expect(one.kernel.hash()).not.toBe(two.kernel.hash());
  });

  it('continues from a restored state as the straight run does', () => {
    const straight = makeKernel('seed');
    begin(straight.kernel);
    straight.kernel.advanceTo(30);
    const saved = straight.kernel.save();
    straight.kernel.advanceTo(150);
    const end = straight.kernel.hash();

    straight.kernel.load(saved);
    expect(straight.kernel.now).toBe(30);
    straight.kernel.advanceTo(150);
    expect(straight.kernel.hash()).toBe(end);

    const other = makeKernel('seed');
    begin(other.kernel);
    other.kernel.advanceTo(30);
    other.kernel.load(saved);
    other.kernel.advanceTo(150);
    expect(other.kernel.hash()).toBe(end);
  });

  it('keeps a busy component waiting until the last answer of its turn', () => {
    const { kernel, echoes } = makeKernel('seed');
    kernel.schedule(0, 'a', 'slow', 0);
    kernel.schedule(1, 'a', 'slow', 0);
    kernel.schedule(1, 'a', 'quick', 0);
    kernel.advanceTo(50);
    expect(echoes[0]!.lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      '0 slow',
      '1 quick',
      '7 slow',
    ]);
  });

  it('lets parallel calls depart together and waits for the slowest', () => {
    const { kernel } = makeKernel('seed');
    const departures: number[] = [];
    const end = kernel.runTurn('a', 0, (turn) => {
      kernel.parallel(
        [3, 9, 5].map((cost) => () => {
          departures.push(turn.cursor);
          turn.cursor += cost;
        }),
      );
      return turn.cursor;
    });
    expect(departures).toEqual([0, 0, 0]);
    expect(end).toBe(9);
  });

  it('stops with seed and event when a component breaks', () => {
    const kernel = new Kernel({ seed: 'unlucky', epochMs: 0 });
    const broken = makeKernel('x').echoes[0]!;
    broken.handle = () => {
      throw new Error('out of order');
    };
    kernel.add(broken);
    kernel.schedule(0, 'a', 'quick');
    expect(() => kernel.step()).toThrow(AssertionFailure);
    kernel.schedule(0, 'a', 'quick');
    expect(() => kernel.step()).toThrow(/a failed in quick: out of order \(seed unlucky, event 0\)/);
  });

  it('follows causes back to the root', () => {
    const { kernel } = makeKernel('seed');
    begin(kernel);
    kernel.advanceTo(200);
    const chain = kernel.trace.chain(kernel.trace.length);
    expect(chain.at(-1)!.cause).toBe(0);
    expect(chain.length).toBeGreaterThan(10);
    chain.slice(1).forEach((event, index) => expect(event.seq).toBe(chain[index]!.cause));
  });

  it('is settled when only upkeep is left', () => {
    const { kernel } = makeKernel('seed');
    kernel.schedule(5, 'a', 'quick', 0);
    kernel.schedule(5, 'b', 'quick', 0, true);
    expect(kernel.isSettled).toBe(false);
    kernel.step();
    expect(kernel.isSettled).toBe(true);
  });
});

describe('chance', () => {
  it('draws of one stream move nothing in another', () => {
    const { kernel } = makeKernel('seed');
    const first = kernel.stream('a').word();
    const { kernel: other } = makeKernel('seed');
    other.stream('b').word();
    expect(other.stream('a').word()).toBe(first);
  });

  it('is uniform enough over small bounds', () => {
    const stream = RandomStream.seeded('seed', 'uniform');
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let draw = 0; draw < 70_000; draw += 1) counts[stream.below(7)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('mints version 4 uids', () => {
    const stream = RandomStream.seeded('seed', 'uid');
    const uids = Array.from({ length: 1000 }, () => mintUid(stream));
    expect(new Set(uids).size).toBe(1000);
    for (const uid of uids)
      expect(uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('hashes', () => {
  it('tell any two different plain values apart, and copies not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        expect(hashOf(structuredClone(left))).toBe(hashOf(left));
        if (JSON.stringify(left) !== JSON.stringify(right)) expect(hashOf(left)).not.toBe(hashOf(right));
      }),
    );
  });
});
