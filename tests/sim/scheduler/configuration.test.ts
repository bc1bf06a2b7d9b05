import { describe, expect, it } from 'vitest';
import { parseConfiguration, Profile } from '../../../src/sim/scheduler/index.ts';
import { defaultPool } from '../../../src/sim/azure/index.ts';
import { CLIENT } from '../../../src/sim/kernel/index.ts';
import { advance, apply, bootWorld, podsOf } from '../../support/world.ts';

const head = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
const faultsOf = (object: unknown): readonly string[] => {
  const parsed = parseConfiguration(object);
  return parsed.ok ? [] : parsed.faults.map(({ path, message }) => `${path}: ${message}`);
};
const names = (profile: Profile, point: 'score' | 'filter'): readonly string[] =>
  profile.at(point).map(({ plugin, weight }) => `${plugin.name}*${weight}`);

describe('a profile', () => {
  it('has the plugins of the default one in upstream’s order with upstream’s weights', () => {
    const profile = new Profile({ schedulerName: 'default-scheduler', args: {} }, 35);
    expect(names(profile, 'score')).toEqual([
      ...['TaintToleration*3', 'NodeAffinity*2', 'NodeResourcesFit*1', 'VolumeBinding*1', 'PodTopologySpread*2'],
      ...['InterPodAffinity*2', 'DynamicResources*2', 'NodeResourcesBalancedAllocation*1', 'ImageLocality*1'],
    ]);
  });

  it('puts what is enabled for one extension point first, and leaves out what is disabled', () => {
    const plugins = {
      score: { enabled: [{ name: 'ImageLocality', weight: 5 }], disabled: [{ name: 'NodeAffinity' }] },
      filter: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeName' }] },
    };
    const profile = new Profile({ schedulerName: 'x', plugins, args: {} }, 35);
    expect(names(profile, 'score')[0]).toBe('ImageLocality*5');
    expect(names(profile, 'score')).toHaveLength(8);
    expect(names(profile, 'filter')).toEqual(['NodeName*1']);
  });

  it('has no DynamicResources before 1.34', () => {
    const profile = new Profile({ schedulerName: 'x', args: {} }, 33);
    expect(names(profile, 'filter')).not.toContain('DynamicResources*1');
    expect(profile.at('postFilter').map(({ plugin }) => plugin.name)).toEqual(['DefaultPreemption']);
  });
});

describe('a KubeSchedulerConfiguration', () => {
  it('says where and why it is refused', () => {
    const pluginConfig = [
      { name: 'InterPodAffinity', args: { hardPodAffinityWeight: 101 } },
      { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'Most' } } },
    ];
    const plugins = { score: { enabled: [{ name: 'Nothing' }] } };
    const faults = faultsOf({ ...head, percentageOfNodesToScore: 200, profiles: [{ plugins, pluginConfig }, {}] });
    expect(faults).toEqual([
      'percentageOfNodesToScore: Invalid value: 200: not in valid range [0-100]',
      'profiles[0].plugins.score.enabled[0].name: Invalid value: "Nothing": there is no plugin of this name',
      'profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0-100]',
      'profiles[0].pluginConfig[1].args.scoringStrategy.type: Unsupported value: "Most": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
      'profiles[1].schedulerName: Duplicate value: "default-scheduler"',
    ]);
    expect(faultsOf({ kind: 'Pod' })).toHaveLength(2);
    expect(faultsOf(head)).toEqual([]);
  });

  it('applied live packs pods where the default one spreads them', () => {
    const spread = (isPacking: boolean): number => {
      const world = bootWorld({ preset: 'plain', pools: [defaultPool('nodepool1', 'System', 4)] });
      const args = {
        scoringStrategy: {
          type: 'MostAllocated',
          resources: [
            { name: 'cpu', weight: 1 },
            { name: 'memory', weight: 1 },
          ],
        },
      };
      const plugins = {
        score: { disabled: [{ name: 'PodTopologySpread' }, { name: 'NodeResourcesBalancedAllocation' }] },
      };
      const profiles = [{ plugins, pluginConfig: [{ name: 'NodeResourcesFit', args }] }];
      if (isPacking)
        world.kernel.runTurn(CLIENT, 0, () => world.configureScheduler(JSON.stringify({ ...head, profiles })));
      for (let index = 0; index < 4; index += 1) {
        apply(
          world,
          `apiVersion: v1
kind: Pod
metadata: {name: web-${index}, labels: {app: web}}
spec: {containers: [{name: main, image: nginx, resources: {requests: {cpu: 200m, memory: 200Mi}}}]}`,
        );
        advance(world, 3);
      }
      return new Set(podsOf(world, 'web').map(({ spec }) => spec?.nodeName)).size;
    };
    expect(spread(false)).toBe(4);
    expect(spread(true)).toBe(1);
  });

  it('gives pods that name another profile to that one', () => {
    const world = bootWorld({
      preset: 'plain',
      schedulerConfiguration: JSON.stringify({ ...head, profiles: [{}, { schedulerName: 'second' }] }),
    });
    for (const name of ['second', 'nobody'])
      apply(
        world,
        `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec: {schedulerName: ${name}, containers: [{name: main, image: nginx}]}`,
      );
    advance(world, 5);
    const [attempt] = world.decisions({ pod: 'second' });
    expect(world.decision(attempt!.attempt)?.profile).toBe('second');
    expect(world.decisions({ pod: 'nobody' })).toEqual([]);
  });
});
