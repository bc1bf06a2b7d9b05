import type { Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import { parseConfiguration, Profile } from '../../../src/sim/scheduler/index.ts';
import { defaultPool } from '../../../src/sim/azure/index.ts';
import { CLIENT } from '../../../src/sim/kernel/index.ts';
import { advance, apply, bootWorld, eventsOf, podsOf } from '../../support/world.ts';

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

  // pkg/scheduler/framework/runtime/framework_test.go (TestNewFrameworkMultiPointExpansion).
  it('keeps the place of a default plugin that is enabled everywhere with another weight, and loses weights of its own', () => {
    const everywhere = { enabled: [{ name: 'NodeAffinity', weight: 5 }], disabled: [{ name: 'ImageLocality' }] };
    const plugins = { multiPoint: everywhere, score: { enabled: [{ name: 'PodTopologySpread' }] } };
    const profile = new Profile({ schedulerName: 'x', plugins, args: {} }, 35);
    expect(names(profile, 'score')).toEqual([
      ...['PodTopologySpread*1', 'TaintToleration*3', 'NodeAffinity*5', 'NodeResourcesFit*1', 'VolumeBinding*1'],
      ...['InterPodAffinity*2', 'DynamicResources*2', 'NodeResourcesBalancedAllocation*1'],
    ]);
  });

  it('puts a plugin last that is disabled and enabled at one point', () => {
    const score = { enabled: [{ name: 'TaintToleration', weight: 9 }], disabled: [{ name: 'TaintToleration' }] };
    const profile = new Profile({ schedulerName: 'x', plugins: { score }, args: {} }, 35);
    expect(names(profile, 'score').at(-1)).toBe('TaintToleration*9');
    expect(names(profile, 'score')).toHaveLength(9);
  });

  it('takes no default plugin where all are disabled everywhere, but those that are enabled again', () => {
    const multiPoint = {
      disabled: [{ name: '*' }],
      enabled: [{ name: 'NodeResourcesFit' }, { name: 'DefaultBinder' }],
    };
    const profile = new Profile({ schedulerName: 'x', plugins: { multiPoint }, args: {} }, 35);
    expect(names(profile, 'score')).toEqual(['NodeResourcesFit*1']);
    expect(profile.pluginNames).toEqual(['NodeResourcesFit', 'DefaultBinder']);
  });

  it('has no DynamicResources before 1.34', () => {
    const profile = new Profile({ schedulerName: 'x', args: {} }, 33);
    expect(names(profile, 'filter')).not.toContain('DynamicResources*1');
    expect(profile.at('postFilter').map(({ plugin }) => plugin.name)).toEqual(['DefaultPreemption']);
  });
});

describe('a KubeSchedulerConfiguration', () => {
  const ok = 'is accepted';
  const said = (object: object): string => faultsOf({ ...head, ...object }).join('\n') || ok;
  const profile = (item: object): string => said({ profiles: [item] });
  const plugins = (point: string, set: object): string => profile({ plugins: { [point]: set } });
  const args = (name: string, own: object): string =>
    profile({ pluginConfig: [{ name, args: own }] }).replaceAll('profiles[0].pluginConfig[0].args.', '');
  const named = (...names: readonly string[]): object => ({ enabled: names.map((name) => ({ name })) });
  const constraint = { maxSkew: 1, topologyKey: 'node', whenUnsatisfiable: 'DoNotSchedule' };
  const list = (...defaultConstraints: readonly object[]): object => ({ defaultingType: 'List', defaultConstraints });
  const ratio = (...shape: readonly object[]): object => ({
    scoringStrategy: { type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape } },
  });
  const affinity = (required: object, preferred: object = {}): object => ({
    addedAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [required] }] },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: preferred }],
    },
  });
  const added = 'addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]';

  // pkg/scheduler/apis/config/validation/{validation,validation_pluginargs}_test.go, v1/defaults_test.go, and
  // pkg/scheduler/framework/runtime/framework_test.go (TestNewFrameworkErrors, TestNewFrameworkMultiPointExpansion).
  const cases: Readonly<Record<string, readonly [got: string, expected: string]>> = {
    'with nothing in it': [said({}), ok],
    'without profiles': [said({ profiles: [] }), ok],
    'of another version': [
      said({ apiVersion: 'kubescheduler.config.k8s.io/v1beta3' }),
      'apiVersion: Unsupported value: "kubescheduler.config.k8s.io/v1beta3": supported values: "kubescheduler.config.k8s.io/v1"',
    ],
    'with a field of an older version': [
      said({ healthzBindAddress: '0.0.0.0:1' }),
      'healthzBindAddress: unknown field "healthzBindAddress"',
    ],
    'with parallelism 0': [
      said({ parallelism: 0 }),
      'parallelism: Invalid value: 0: should be an integer value greater than zero',
    ],
    'with a negative burst': [
      said({ clientConnection: { burst: -1 } }),
      'clientConnection.burst: Invalid value: -1: must be non-negative',
    ],
    'with no limit of requests': [said({ clientConnection: { qps: -1, burst: 0 } }), ok],
    'with too short a lease': [
      said({ leaderElection: { leaseDuration: '5s' } }),
      'leaderElection.leaseDuration: Invalid value: 10s: LeaseDuration must be greater than RenewDeadline',
    ],
    'with another lock': [
      said({ leaderElection: { resourceLock: 'endpoints' } }),
      'leaderElection.resourceLock: Invalid value: "endpoints": resourceLock value must be "leases"',
    ],
    'with a lock that is not used': [said({ leaderElection: { leaderElect: false, resourceLock: 'endpoints' } }), ok],
    'with 101 % of nodes to score': [
      said({ percentageOfNodesToScore: 101 }),
      'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]',
    ],
    'with a profile that scores 101 % of nodes': [
      profile({ percentageOfNodesToScore: 101 }),
      'profiles[0].percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]',
    ],
    'with no back-off': [
      said({ podInitialBackoffSeconds: 0, podMaxBackoffSeconds: -1 }),
      'podInitialBackoffSeconds: Invalid value: 0: must be greater than 0\n' +
        'podMaxBackoffSeconds: Invalid value: -1: must be greater than or equal to PodInitialBackoffSeconds',
    ],
    'with a profile without a name beside another': [
      said({ profiles: [{ schedulerName: 'other' }, {}] }),
      'profiles[1].schedulerName: Required value',
    ],
    'with two profiles of a name': [
      said({ profiles: [{ schedulerName: 'a' }, { schedulerName: 'a' }] }),
      'profiles[1].schedulerName: Duplicate value: "a"',
    ],
    'with two orders of the queue': [
      said({
        profiles: [
          { schedulerName: 'a' },
          {
            schedulerName: 'b',
            plugins: { queueSort: { enabled: [{ name: 'PrioritySort' }], disabled: [{ name: '*' }] } },
          },
        ],
      }),
      'profiles[1].plugins.queueSort: Invalid value: config.PluginSet{Enabled:[]config.Plugin{config.Plugin{Name:"PrioritySort", Weight:0}}, ' +
        'Disabled:[]config.Plugin{config.Plugin{Name:"*", Weight:0}}}: queueSort must be the same for all profiles',
    ],
    'with a plugin that does not exist': [
      plugins('postFilter', named('Nothing')),
      'profiles[0].plugins.postFilter.enabled[0].name: PostFilterPlugin "Nothing" does not exist',
    ],
    'with one everywhere that does not exist': [
      plugins('multiPoint', named('Nothing')),
      'profiles[0].plugins.multiPoint.enabled[0].name: PreFilterPlugin "Nothing" does not exist',
    ],
    'with a plugin where it does nothing': [
      plugins('score', named('NodeName')),
      'profiles[0].plugins.score.enabled[0].name: plugin "NodeName" does not extend ScorePlugin plugin',
    ],
    'with a plugin twice': [
      plugins('filter', named('NodeName', 'NodeName')),
      'profiles[0].plugins.filter.enabled[1].name: plugin "NodeName" already registered as "FilterPlugin"',
    ],
    'with a plugin twice everywhere': [
      plugins('multiPoint', named('ImageLocality', 'ImageLocality')),
      'profiles[0].plugins.multiPoint.enabled[1].name: plugin "ImageLocality" already registered as "ScorePlugin"',
    ],
    'that disables what does not exist': [plugins('filter', { disabled: [{ name: 'EBSLimits' }, { name: '*' }] }), ok],
    'that enables and disables a plugin': [
      plugins('score', { enabled: [{ name: 'NodeAffinity', weight: 7 }], disabled: [{ name: 'NodeAffinity' }] }),
      ok,
    ],
    'that binds nothing': [
      plugins('bind', { disabled: [{ name: '*' }] }),
      'profiles[0].plugins: at least one bind plugin is needed for profile with scheduler name "default-scheduler"',
    ],
    'that sorts nothing': [
      plugins('queueSort', { disabled: [{ name: 'PrioritySort' }] }),
      'profiles[0].plugins: only one queue sort plugin required for profile with scheduler name "default-scheduler", but got 0',
    ],
    'with arguments twice': [
      profile({ pluginConfig: [{ name: 'VolumeBinding' }, { name: 'VolumeBinding' }] }),
      'profiles[0].pluginConfig[1]: Duplicate value: "VolumeBinding"',
    ],
    'with arguments of another plugin': [
      args('DefaultPreemption', { kind: 'InterPodAffinityArgs' }),
      'kind: args for plugin DefaultPreemption were not of type DefaultPreemptionArgs.kubescheduler.config.k8s.io, got InterPodAffinityArgs.kubescheduler.config.k8s.io',
    ],
    'with an argument that does not exist': [args('InterPodAffinity', { weight: 1 }), 'weight: unknown field "weight"'],
    'DefaultPreemption of 900 %': [
      args('DefaultPreemption', { minCandidateNodesPercentage: 900, minCandidateNodesAbsolute: -1 }),
      'minCandidateNodesPercentage: Invalid value: 900: not in valid range [0, 100]\n' +
        'minCandidateNodesAbsolute: Invalid value: -1: not in valid range [0, inf)',
    ],
    'DefaultPreemption of nothing': [
      args('DefaultPreemption', { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 }),
      'minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute\n' +
        'minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage',
    ],
    'InterPodAffinity of 101': [
      args('InterPodAffinity', { hardPodAffinityWeight: 101 }),
      'hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]',
    ],
    'PodTopologySpread with good constraints': [
      args('PodTopologySpread', list(constraint, { ...constraint, whenUnsatisfiable: 'ScheduleAnyway' })),
      ok,
    ],
    'PodTopologySpread with negative skew': [
      args('PodTopologySpread', list({ ...constraint, maxSkew: -1 })),
      'defaultConstraints[0].maxSkew: Invalid value: -1: not in valid range (0, inf)',
    ],
    'PodTopologySpread without a key or an action': [
      args('PodTopologySpread', list({ maxSkew: 1 })),
      'defaultConstraints[0].topologyKey: Required value: can not be empty\n' +
        'defaultConstraints[0].whenUnsatisfiable: Required value: can not be empty',
    ],
    'PodTopologySpread with an unknown action': [
      args('PodTopologySpread', list({ ...constraint, whenUnsatisfiable: 'unknown action' })),
      'defaultConstraints[0].whenUnsatisfiable: Unsupported value: "unknown action": supported values: "DoNotSchedule", "ScheduleAnyway"',
    ],
    'PodTopologySpread with a constraint twice': [
      args('PodTopologySpread', list(constraint, { ...constraint, maxSkew: 2 })),
      'defaultConstraints[1]: Duplicate value: "{node, DoNotSchedule}"',
    ],
    'PodTopologySpread with a selector': [
      args('PodTopologySpread', list({ ...constraint, labelSelector: { matchLabels: { a: 'b' } } })),
      'defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod',
    ],
    'PodTopologySpread with constraints beside the system’s': [
      args('PodTopologySpread', { defaultConstraints: [constraint] }),
      'defaultingType: Invalid value: "System": when .defaultConstraints are not empty',
    ],
    'PodTopologySpread of an unknown type': [
      args('PodTopologySpread', { defaultingType: 'None' }),
      'defaultingType: Unsupported value: "None": supported values: "System", "List"',
    ],
    'NodeResourcesFit without a type': [
      args('NodeResourcesFit', { scoringStrategy: {} }),
      'scoringStrategy.type: Unsupported value: "": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
    ],
    'NodeResourcesFit with too much weight': [
      args('NodeResourcesFit', {
        scoringStrategy: { type: 'LeastAllocated', resources: [{ name: 'cpu', weight: 101 }] },
      }),
      'scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]',
    ],
    'NodeResourcesFit with weight 0, which is the default': [
      args('NodeResourcesFit', {
        scoringStrategy: { type: 'LeastAllocated', resources: [{ name: 'cpu', weight: 0 }] },
      }),
      ok,
    ],
    'NodeResourcesFit with a group that is a name': [
      args('NodeResourcesFit', { ignoredResourceGroups: ['example.com/foo'] }),
      "ignoredResourceGroups[0]: Invalid value: \"example.com/foo\": resource group name can't contain '/'",
    ],
    'NodeResourcesFit with no shape': [
      args('NodeResourcesFit', ratio()),
      'scoringStrategy.requestedToCapacityRatio.shape: Required value: at least one point must be specified',
    ],
    'NodeResourcesFit with a shape out of order and of range': [
      args(
        'NodeResourcesFit',
        ratio({ utilization: 30, score: 3 }, { utilization: 20, score: 11 }, { utilization: 101, score: -1 }),
      ).replaceAll('scoringStrategy.requestedToCapacityRatio.', ''),
      'shape[1].utilization: Invalid value: 20: values must be sorted in increasing order\n' +
        'shape[1].score: Invalid value: 11: not in valid range [0, 10]\n' +
        'shape[2].utilization: Invalid value: 101: not in valid range [0, 100]\n' +
        'shape[2].score: Invalid value: -1: not in valid range [0, 10]',
    ],
    'NodeResourcesBalancedAllocation with weights and twice': [
      args('NodeResourcesBalancedAllocation', {
        resources: [
          { name: 'cpu', weight: 2 },
          { name: 'cpu', weight: 1 },
        ],
      }),
      'resources[0].weight: Invalid value: 2: must be 1\nresources[1].name: Duplicate value: "cpu"',
    ],
    'NodeAffinity with a good one': [args('NodeAffinity', affinity({ key: 'a', operator: 'In', values: ['b'] })), ok],
    'NodeAffinity with an unknown operator': [
      args('NodeAffinity', affinity({ key: 'a', operator: 'Is' })),
      `${added}.operator: Unsupported value: "Is": supported values: "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"`,
    ],
    'NodeAffinity with values missing': [
      args('NodeAffinity', affinity({ key: 'a', operator: 'In' })),
      `${added}.values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty`,
    ],
    'NodeAffinity with two names of nodes': [
      args(
        'NodeAffinity',
        affinity(
          { key: 'a', operator: 'Exists' },
          { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1', 'node-2'] }] },
        ),
      ),
      'addedAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].matchFields[0].values: Invalid value: ["node-1","node-2"]: must have one element',
    ],
    'VolumeBinding with a negative time': [
      args('VolumeBinding', { bindTimeoutSeconds: -10 }),
      'bindTimeoutSeconds: Invalid value: -10: invalid BindTimeoutSeconds, should not be a negative value',
    ],
    'VolumeBinding with a shape': [
      args('VolumeBinding', { shape: [{ utilization: 1, score: 1 }] }),
      'shape: Invalid value: [{"utilization":1,"score":1}]: unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring',
    ],
    'DynamicResources with a negative time': [
      args('DynamicResources', { filterTimeout: '-1s' }),
      'filterTimeout: Invalid value: -1s: must be zero or positive',
    ],
  };
  for (const [name, [got, expected]] of Object.entries(cases)) it(name, () => expect(got).toBe(expected));

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
      schedulerConfiguration: JSON.stringify({
        ...head,
        profiles: [{ schedulerName: 'default-scheduler' }, { schedulerName: 'second' }],
      }),
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
    const nobody = world.find('pods', 'default', 'nobody')!;
    expect(eventsOf(world, nobody)).toEqual([]);
    expect(nobody).toMatchObject({ status: { phase: 'Pending' } });
    expect((nobody as Pod).status?.conditions).toBeUndefined();
  });

  // What plugins do without their PreFilter or PreScore: pkg/scheduler/framework/plugins, framework/runtime/framework.go.
  it('that leaves out what plugins need first makes every attempt an error, and stops nothing', () => {
    const without = (plugins: object): readonly [outcome: string, message: string] => {
      const profiles = [{ plugins }];
      const world = bootWorld({ preset: 'plain', schedulerConfiguration: JSON.stringify({ ...head, profiles }) });
      apply(
        world,
        `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: main, image: nginx}]}`,
      );
      advance(world, 1);
      const [first] = world.decisions({ pod: 'web' });
      expect(world.decision(first!.attempt)).toMatchObject({ message: first!.message, outcome: first!.outcome });
      return [first!.outcome, first!.message];
    };
    const all = { disabled: [{ name: '*' }] };
    expect(without({ preFilter: all })).toEqual([
      'error',
      'running "NodePorts" filter plugin: reading "PreFilterNodePorts" from cycleState: not found',
    ]);
    expect(without({ preScore: all })).toEqual([
      'error',
      'running Score plugins: plugin "TaintToleration" failed with: failed to read "PreScoreTaintToleration" from cycleState: not found',
    ]);
    const own = { disabled: [{ name: 'NodeAffinity' }, { name: 'NodeVolumeLimits' }, { name: 'VolumeZone' }] };
    expect(without({ preFilter: own, preScore: { disabled: [{ name: 'NodeAffinity' }] } })[0]).toBe('scheduled');
  });
});
