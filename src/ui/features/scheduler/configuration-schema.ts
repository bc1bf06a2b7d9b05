/**
 * The JSON Schema of a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1), for completion and hover. What is wrong in
 * a text is said by the simulation's own checks, which also know what a schema cannot say.
 */
import type { TFunction } from 'i18next';

type Schema = Readonly<Record<string, unknown>>;

/** In the order of the default profile. */
export const PLUGINS = [
  ...['SchedulingGates', 'PrioritySort', 'NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity'],
  ...['NodePorts', 'NodeResourcesFit', 'VolumeRestrictions', 'NodeVolumeLimits', 'VolumeBinding', 'VolumeZone'],
  ...['PodTopologySpread', 'InterPodAffinity', 'DynamicResources', 'DefaultPreemption'],
  ...['NodeResourcesBalancedAllocation', 'ImageLocality', 'DefaultBinder'],
] as const;

export const POINTS = [
  ...['multiPoint', 'preEnqueue', 'queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score'],
  ...['reserve', 'permit', 'preBind', 'bind', 'postBind'],
] as const;

const whole = (minimum: number, maximum?: number): Schema => ({
  type: 'integer',
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});
const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
const list = (items: Schema): Schema => ({ type: 'array', items });
const TEXT: Schema = { type: 'string' };
const SWITCH: Schema = { type: 'boolean' };
const EXPRESSION: Schema = {
  type: 'object',
  required: ['key', 'operator'],
  properties: {
    key: TEXT,
    operator: oneOf('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'),
    values: list(TEXT),
  },
};
const TERM: Schema = {
  type: 'object',
  properties: { matchExpressions: list(EXPRESSION), matchFields: list(EXPRESSION) },
};
const RESOURCES = (weight: Schema): Schema =>
  list({ type: 'object', required: ['name'], properties: { name: TEXT, weight } });
const SHAPE: Schema = list({
  type: 'object',
  required: ['utilization', 'score'],
  properties: { utilization: whole(0, 100), score: whole(0, 10) },
});

/** Fields of each plugin's arguments. */
export const ARGUMENTS: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  DefaultPreemption: { minCandidateNodesPercentage: whole(0, 100), minCandidateNodesAbsolute: whole(0) },
  InterPodAffinity: { hardPodAffinityWeight: whole(0, 100), ignorePreferredTermsOfExistingPods: SWITCH },
  NodeAffinity: {
    addedAffinity: {
      type: 'object',
      properties: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          type: 'object',
          required: ['nodeSelectorTerms'],
          properties: { nodeSelectorTerms: list(TERM) },
        },
        preferredDuringSchedulingIgnoredDuringExecution: list({
          type: 'object',
          required: ['weight', 'preference'],
          properties: { weight: whole(1, 100), preference: TERM },
        }),
      },
    },
  },
  NodeResourcesBalancedAllocation: { resources: RESOURCES({ const: 1 }) },
  NodeResourcesFit: {
    ignoredResources: list(TEXT),
    ignoredResourceGroups: list(TEXT),
    scoringStrategy: {
      type: 'object',
      properties: {
        type: oneOf('LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'),
        resources: RESOURCES(whole(1, 100)),
        requestedToCapacityRatio: { type: 'object', properties: { shape: SHAPE } },
      },
    },
  },
  PodTopologySpread: {
    defaultConstraints: list({
      type: 'object',
      required: ['maxSkew', 'topologyKey', 'whenUnsatisfiable'],
      properties: {
        maxSkew: whole(1),
        topologyKey: TEXT,
        whenUnsatisfiable: oneOf('DoNotSchedule', 'ScheduleAnyway'),
        minDomains: whole(1),
        nodeAffinityPolicy: oneOf('Honor', 'Ignore'),
        nodeTaintsPolicy: oneOf('Honor', 'Ignore'),
      },
    }),
    defaultingType: oneOf('System', 'List'),
  },
  VolumeBinding: { bindTimeoutSeconds: whole(0), shape: SHAPE },
  DynamicResources: { filterTimeout: TEXT, bindingTimeout: TEXT },
};

/** Every field with a sentence of its own, in the reader's language. */
function describe(t: TFunction, properties: Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      { ...describeInside(t, schema), description: schema['description'] ?? t(`scheduler.schema.${name}`) },
    ]),
  );
}

/** Fields that are those of Kubernetes' own API are described where that is. */
const PLAIN = new Set([
  ...['name', 'key', 'operator', 'values', 'matchExpressions', 'matchFields', 'score', 'preference', 'qps', 'burst'],
  ...['requiredDuringSchedulingIgnoredDuringExecution', 'preferredDuringSchedulingIgnoredDuringExecution'],
  ...['nodeSelectorTerms', 'apiVersion', 'kind'],
]);

function describeInside(t: TFunction, schema: Schema): Schema {
  const { properties, items } = schema as { properties?: Record<string, Schema>; items?: Schema };
  return {
    ...schema,
    ...(properties
      ? {
          properties: {
            ...describe(t, Object.fromEntries(Object.entries(properties).filter(([name]) => !PLAIN.has(name)))),
            ...Object.fromEntries(Object.entries(properties).filter(([name]) => PLAIN.has(name))),
          },
        }
      : {}),
    ...(items ? { items: describeInside(t, items) } : {}),
  };
}

export function configurationSchema(t: TFunction): Schema {
  const named = (names: readonly string[]): Schema => ({
    type: 'string',
    anyOf: names.map((name) => ({ const: name, description: t(`decision.plugin.${name}`) })),
  });
  const plugin = (hasWeight: boolean, names: readonly string[]): Schema => ({
    type: 'object',
    required: ['name'],
    additionalProperties: false,
    properties: { name: named(names), ...(hasWeight ? describe(t, { weight: whole(0) }) : {}) },
  });
  const everything = { const: '*', description: t('scheduler.schema.all') };
  const disabled = plugin(false, PLUGINS);
  const set: Schema = {
    type: 'object',
    additionalProperties: false,
    properties: describe(t, {
      enabled: list(plugin(true, PLUGINS)),
      disabled: list({
        ...disabled,
        properties: {
          name: { type: 'string', anyOf: [everything, ...(named(PLUGINS)['anyOf'] as readonly Schema[])] },
        },
      }),
    }),
  };
  const withArguments = Object.keys(ARGUMENTS);
  const pluginConfig = list({
    type: 'object',
    required: ['name', 'args'],
    properties: { name: named(withArguments), args: { type: 'object', description: t('scheduler.schema.args') } },
    allOf: withArguments.map((name) => ({
      if: { required: ['name'], properties: { name: { const: name } } },
      then: { properties: { args: { type: 'object', properties: describe(t, ARGUMENTS[name]!) } } },
    })),
  });
  const profile: Schema = {
    type: 'object',
    additionalProperties: false,
    properties: describe(t, {
      schedulerName: TEXT,
      percentageOfNodesToScore: whole(0, 100),
      plugins: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(
          POINTS.map((point) => [point, { ...set, description: t(`scheduler.point.${point}`) }]),
        ),
      },
      pluginConfig,
    }),
  };
  return {
    title: 'KubeSchedulerConfiguration',
    type: 'object',
    required: ['apiVersion', 'kind'],
    additionalProperties: false,
    properties: {
      apiVersion: { const: 'kubescheduler.config.k8s.io/v1' },
      kind: { const: 'KubeSchedulerConfiguration' },
      ...describe(t, {
        profiles: list(profile),
        percentageOfNodesToScore: whole(0, 100),
        podInitialBackoffSeconds: whole(1),
        podMaxBackoffSeconds: whole(1),
        parallelism: whole(1),
        clientConnection: { type: 'object', properties: { qps: { type: 'number' }, burst: whole(1) } },
        leaderElection: { type: 'object' },
      }),
    },
  };
}
