import { expect, it } from 'vitest';
import { defaultOptions } from '../../src/sim/azure/index.ts';
import { faultText } from '../../src/manifest/index.ts';
import { checkSchedulerConfiguration, decodeScenario, Run, SCENARIO_VERSION } from '../../src/run/index.ts';

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

const runWith = (schedulerConfiguration: string): Run =>
  new Run(
    decodeScenario({
      version: SCENARIO_VERSION,
      options: { ...defaultOptions(), preset: 'plain', schedulerConfiguration },
    }),
  );

it('a scheduler configuration in YAML is part of a scenario, and travels with it', () => {
  const text = `${head}profiles:\n  - schedulerName: default-scheduler\n  - schedulerName: second # with a comment\n`;
  expect(runWith(text).toScenario({ speed: 1 }).options.schedulerConfiguration).toBe(text);
});

it('one that is refused says where and why, and changes nothing', () => {
  expect(() => runWith(`${head}profiles:\n  - plugins: {filter: {enabled: [{name: Nothing}]}}\n`)).toThrow(
    'profiles[0].plugins.filter.enabled[0].name: FilterPlugin "Nothing" does not exist',
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

it('what is wrong in a text is said with its place and with what mends it, in both languages', () => {
  const faultsOf = (text: string): readonly (readonly [number, number, string, string, string | undefined])[] =>
    checkSchedulerConfiguration(text).map((fault) => [
      fault.startLine,
      fault.startColumn,
      faultText(fault, 'en'),
      faultText(fault, 'ko'),
      fault.fix?.text,
    ]);
  expect(faultsOf(`${head}profiles:\n  - plugin:\n      score: {}\n`)).toEqual([
    [4, 5, 'unknown field "plugin"; did you mean plugins?', '알 수 없는 필드 "plugin". plugins 아닌가요?', 'plugins'],
  ]);
  expect(faultsOf(`${head}profiles:\n  - plugins:\n      score:\n        enabled: [{name: ImageLocalty}]\n`)).toEqual([
    [
      6,
      26,
      'There is no plugin ImageLocalty; did you mean ImageLocality?',
      'ImageLocalty 플러그인은 없습니다. ImageLocality 아닌가요?',
      'ImageLocality',
    ],
  ]);
  expect(faultsOf(`${head}percentageOfNodesToScore: 200\n`).map(([line, , text]) => [line, text])).toEqual([
    [3, 'percentageOfNodesToScore is 200, which is outside [0-100]. Write a number inside.'],
  ]);
  // Upstream lets these pass, and so does the simulation; the editor warns of what has no effect.
  const idle = `${head}profiles:\n  - plugins: {score: {disabled: [{name: ImageLocalty}]}}\n    pluginConfig: [{name: NodeAfinity}]\n`;
  expect(runWith(idle).world.kernel.trace.length).toBeGreaterThan(0);
  const warned = checkSchedulerConfiguration(idle);
  expect(warned.map((fault) => [fault.severity, fault.startLine, fault.fix?.text])).toEqual([
    ['warning', 4, 'ImageLocality'],
    ['warning', 5, 'NodeAffinity'],
  ]);
  const strategy = (type: string): string =>
    `${head}profiles:\n  - pluginConfig:\n      - name: NodeResourcesFit\n        args:\n          scoringStrategy:\n            type: ${type}\n`;
  expect(faultsOf(strategy('MostAlocated')).map(([line, , , , fix]) => [line, fix])).toEqual([[8, 'MostAllocated']]);
  expect(faultsOf(strategy('MostAllocated'))).toEqual([]);
  expect(faultsOf('profiles: [').map(([line]) => line)).toEqual([1]);
  expect(faultsOf('# nothing\n')).toEqual([]);
});

it('a profile that could not bind or would not know whom to take first is refused, as upstream refuses it', () => {
  const without = (point: string): string =>
    checkSchedulerConfiguration(`${head}profiles:\n  - plugins:\n      ${point}: {disabled: [{name: "*"}]}\n`)
      .map((fault) => faultText(fault, 'en'))
      .join();
  expect(without('bind')).toContain(
    'at least one bind plugin is needed for profile with scheduler name "default-scheduler"',
  );
  expect(without('queueSort')).toContain('only one queue sort plugin required');
});

it('pods that no profile would take are counted before the configuration is applied', () => {
  const run = runWith('');
  const pod = (name: string, scheduler: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {schedulerName: ${scheduler}, containers: [{name: a, image: nginx}]}\n`;
  run.command({ verb: 'apply', file: 'p.yaml', text: `${pod('a', 'mine')}---\n${pod('b', 'mine')}` }, false);
  const check = (text: string): readonly string[] =>
    checkSchedulerConfiguration(text, run.world).map((fault) => faultText(fault, 'en'));
  expect(check('')).toEqual([expect.stringContaining('2 pods name the scheduler mine')]);
  expect(check(`${head}profiles:\n  - schedulerName: default-scheduler\n  - schedulerName: mine\n`)).toEqual([]);
});

it('a text that cannot be read is refused with its line, and does not pass for the default', () => {
  const run = runWith('');
  expect(() => run.command({ verb: 'configure-scheduler', text: `${head}profiles: [\n` }, false)).toThrow('line ');
});
