/** Upstream has no counterpart: a random cluster under random commands and faults must end where its objects say. */
import { describe, expect, it } from 'vitest';
import { Run } from '../../src/run/run.ts';
import { beginAudit, finish, parseScenario, runSwarm, swarmScenario } from '../../src/run/index.ts';

const SEEDS = Array.from({ length: 50 }, (_, index) => String(index + 1));
/** Seeds that once found something. */
const REGRESSIONS = ['66', '78', '106', '129', '136', '153', '216', '225', '266'];

describe('a swarm run', () => {
  it.each([...SEEDS, ...REGRESSIONS])('of seed %s breaks no invariant and settles', (seed) => {
    const { violations, settledAfterMs } = runSwarm(seed);
    expect(violations, `replay: npm run fuzz -- --seed ${seed}`).toEqual([]);
    expect(settledAfterMs).toBeDefined();
  });

  it('is the same scenario for the same seed, and another for another', () => {
    expect(swarmScenario('7')).toEqual(swarmScenario('7'));
    expect(swarmScenario('7').commands).not.toEqual(swarmScenario('8').commands);
  });

  it('can be written to a file and read back', () => {
    const scenario = swarmScenario('7');
    expect(parseScenario(JSON.stringify(scenario))).toEqual(scenario);
  });

  it('plays its commands at their times while components hang, however far it is asked to go at once', () => {
    const scenario = swarmScenario('37');
    const end = scenario.commands.at(-1)!.at;
    const [whole, pieces] = [new Run(scenario), new Run(scenario)];
    whole.advance(end + 600_000);
    for (let time = 0; time <= end + 600_000; time += 1_000) pieces.advance(time);
    pieces.advance(end + 600_000);
    expect(pieces.world.hash()).toBe(whole.world.hash());
  });
});

describe('an audit of a run', () => {
  it('plays it once more to the playhead, and finds every invariant held', () => {
    const scenario = swarmScenario('7');
    const run = new Run(scenario);
    run.advance(scenario.commands.at(-1)!.at + 120_000);
    const audit = finish(beginAudit(run));
    expect(audit).toMatchObject({ steps: run.world.kernel.steps, time: run.now, broken: [], pending: [] });
  });

  it('tells what a cluster has not reached yet', () => {
    const scenario = swarmScenario('7');
    const run = new Run(scenario);
    run.advance(60_100);
    const { pending, atRest } = finish(beginAudit(run));
    expect(pending.length).toBeGreaterThan(0);
    for (const { check } of pending) expect(atRest).toContain(check);
  });
});
