import { describe, expect, it } from 'vitest';
import { CLIENT } from '../../src/sim/kernel/index.ts';
import type { World } from '../../src/sim/world.ts';
import { advance, apply, bootWorld, deployment, podsOf, service } from '../support/world.ts';

function busy(world: World): void {
  apply(
    world,
    `${deployment('web', 6, 'pilothouse/web:1.0')}---\n${service('web')}---\n${deployment('crash', 1, 'pilothouse/web:broken')}`,
  );
}

function disturb(world: World): void {
  apply(world, deployment('web', 9, 'pilothouse/web:1.1'));
  const [pod] = podsOf(world, 'web');
  if (pod)
    world.kernel.runTurn(CLIENT, 0, () =>
      world.startTraffic({
        namespace: 'default',
        pod: pod.metadata.name,
        url: 'http://web',
        count: 20,
        intervalMs: 300,
      }),
    );
}

describe('a busy run', () => {
  it('has the same hash at every time for the same seed, options and commands', () => {
    const [one, two] = [bootWorld(), bootWorld()];
    for (const world of [one, two]) busy(world);
    for (const seconds of [0.05, 1, 3, 7]) {
      for (const world of [one, two]) advance(world, seconds);
      expect(two.hash()).toBe(one.hash());
    }
    for (const world of [one, two]) disturb(world);
    for (const seconds of [0.5, 4, 20]) {
      for (const world of [one, two]) advance(world, seconds);
      expect(two.hash()).toBe(one.hash());
    }
  });

  it('is another run for another seed', () => {
    expect(bootWorld({ seed: 'a' }).hash()).not.toBe(bootWorld({ seed: 'b' }).hash());
  });

  it('replays from a restored state exactly as it went', () => {
    const world = bootWorld();
    busy(world);
    advance(world, 2);
    const saved = world.save();
    const before = world.hash();
    disturb(world);
    advance(world, 15);
    const straight = world.hash();
    world.load(saved);
    expect(world.hash()).toBe(before);
    disturb(world);
    advance(world, 15);
    expect(world.hash()).toBe(straight);
  });

  it('is left untouched by whoever only looks', () => {
    const world = bootWorld();
    const before = world.hash();
    expect([...world.list('jobs.batch', 'default'), ...world.list('cronjobs.batch')]).toEqual([]);
    expect(world.find('ingresses.networking.k8s.io', 'default', 'none')).toBeUndefined();
    expect([...world.objects()].length).toBeGreaterThan(50);
    world.lives();
    expect(world.hash()).toBe(before);
  });

  it('is left untouched by a fork', () => {
    const world = bootWorld();
    busy(world);
    advance(world, 2);
    const before = world.hash();
    const events = world.kernel.trace.length;
    const fork = world.fork();
    expect(fork.hash()).toBe(before);
    disturb(fork);
    advance(fork, 10);
    expect(fork.hash()).not.toBe(before);
    expect(world.hash()).toBe(before);
    expect(world.kernel.trace.length).toBe(events);
  });
});
