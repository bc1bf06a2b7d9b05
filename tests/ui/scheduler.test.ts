import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkSchedulerConfiguration } from '../../src/run/index.ts';
import type { Comparison, LoggedCommand, NodeUse, Placement } from '../../src/run/types.ts';
import { EXTENSION_POINTS } from '../../src/sim/scheduler/profile.ts';
import { ARGUMENT_FIELDS } from '../../src/sim/scheduler/plugin-args.ts';
import { PLUGIN_NAMES } from '../../src/sim/scheduler/index.ts';
import { nodePairs } from '../../src/ui/features/scheduler/comparison-model.ts';
import {
  ARGUMENTS,
  configurationSchema,
  PLUGINS,
  POINTS,
} from '../../src/ui/features/scheduler/configuration-schema.ts';
import { inForce } from '../../src/ui/features/scheduler/in-force.ts';
import { presetOf, PRESETS, presetText } from '../../src/ui/features/scheduler/presets.ts';
import { en } from '../../src/ui/i18n/en.ts';
import { ko } from '../../src/ui/i18n/ko.ts';

const LANGUAGES = ['en', 'ko'] as const;

beforeAll(async () => {
  await i18next.init({
    lng: 'en',
    resources: { en: { translation: en }, ko: { translation: ko } },
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  });
});

describe('the schema of a scheduler configuration', () => {
  it('knows the plugins, extension points and arguments that the scheduler takes', () => {
    expect(PLUGINS).toEqual(PLUGIN_NAMES);
    expect(POINTS).toEqual(['multiPoint', ...EXTENSION_POINTS]);
    const fields = Object.fromEntries(Object.entries(ARGUMENTS).map(([name, own]) => [name, Object.keys(own)]));
    expect(fields).toEqual(ARGUMENT_FIELDS);
  });

  it.each(LANGUAGES)('says of every field what it is for: %s', (language) => {
    const text = JSON.stringify(configurationSchema(i18next.getFixedT(language)));
    expect(text.match(/(scheduler|decision)\.(schema|point|plugin)\.\w+/g) ?? []).toEqual([]);
    expect(/[가-힣]/.test(text)).toBe(language === 'ko');
  });
});

describe('a preset', () => {
  it.each(PRESETS)('%s is a configuration without faults, and is known again', (id) => {
    for (const language of LANGUAGES) {
      const text = presetText(i18next.getFixedT(language), id);
      expect(checkSchedulerConfiguration(text)).toEqual([]);
      expect(presetOf(text)).toBe(id);
    }
  });

  it('is no longer one once a value has changed, and nothing at all is the default', () => {
    const text = presetText(i18next.getFixedT('en'), 'packing');
    expect(presetOf(text.replace('weight: 1', 'weight: 2'))).toBeUndefined();
    expect([presetOf(''), presetOf('# only words\n')]).toEqual(['default', 'default']);
  });
});

it('what is in force is the last configuration before the playhead, or the one of the run', () => {
  const log: readonly LoggedCommand[] = [
    { at: 1, command: { verb: 'configure-scheduler', text: 'a' } },
    { at: 2, command: { verb: 'stop-traffic' } },
    { at: 3, command: { verb: 'configure-scheduler', text: '' } },
  ];
  const options = { schedulerConfiguration: 'own' } as never;
  expect([0, 1, 2, 3].map((done) => inForce(log, done, options))).toEqual([
    { text: 'own', since: undefined },
    { text: 'a', since: 1 },
    { text: 'a', since: 1 },
    { text: '', since: 3 },
  ]);
});

it('nodes stand side by side, those that differ most first, or by name', () => {
  const use = (node: string, cpu: number): NodeUse => ({ node, pods: 1, cpu, memory: 0 });
  const placement = (...nodes: readonly NodeUse[]) => ({ nodes }) as unknown as Placement;
  const comparison = {
    left: placement(use('b', 0.1), use('a', 0.5)),
    right: placement(use('b', 0.9), use('a', 0.5)),
  } as Comparison;
  expect(nodePairs(comparison, 'difference').map(({ node }) => node)).toEqual(['b', 'a']);
  expect(nodePairs(comparison, 'name').map(({ node }) => node)).toEqual(['a', 'b']);
});
