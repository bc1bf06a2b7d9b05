import { expect, it } from 'vitest';
import { defaultOptions } from '../../src/sim/azure/index.ts';
import { decodeScenario, Run, SCENARIO_VERSION } from '../../src/run/index.ts';

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

const runWith = (schedulerConfiguration: string): Run =>
  new Run(
    decodeScenario({
      version: SCENARIO_VERSION,
      options: { ...defaultOptions(), preset: 'plain', schedulerConfiguration },
    }),
  );

it('a scheduler configuration in YAML is part of a scenario, and travels with it', () => {
  const text = `${head}profiles:\n  - {}\n  - schedulerName: second # with a comment\n`;
  expect(runWith(text).toScenario({ speed: 1 }).options.schedulerConfiguration).toBe(text);
});

it('one that is refused says where and why, and changes nothing', () => {
  expect(() => runWith(`${head}profiles:\n  - pluginConfig:\n      - name: Nothing\n`)).toThrow(
    'profiles[0].pluginConfig[0].name: Invalid value: "Nothing": there is no plugin of this name',
  );
  const run = runWith('');
  const command = { verb: 'configure-scheduler', text: `${head}percentageOfNodesToScore: 101\n` } as const;
  expect(() => run.command(command, false)).toThrow('not in valid range [0-100]');
  expect(run.commands).toEqual([]);
});

it('one that is applied is a command of the log, and is in force again when the run is played back', () => {
  const run = runWith('');
  run.advance(run.now + 1000);
  const { now } = run;
  run.command({ verb: 'configure-scheduler', text: `${head}profiles:\n  - schedulerName: second\n` }, false);
  const hash = run.world.hash();
  run.seek(now - 500);
  run.seek(now);
  expect(run.world.hash()).toBe(hash);
  const kinds = run.world.kernel.trace.slice(1).map(({ type }) => type);
  expect(kinds).toContain('scheduler.configured');
});
