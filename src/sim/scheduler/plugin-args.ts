/** Arguments of plugins, checked as upstream does. Upstream: pkg/scheduler/apis/config/validation/validation_pluginargs.go. */
export interface ConfigurationFault {
  /** `profiles[0].pluginConfig[1].args.scoringStrategy.type`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

export type FaultSink = (path: string, message: string) => void;

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

/** Field names of each plugin's arguments; a plugin that is missing takes none. */
export const ARGUMENT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  DefaultPreemption: ['minCandidateNodesPercentage', 'minCandidateNodesAbsolute'],
  InterPodAffinity: ['hardPodAffinityWeight', 'ignorePreferredTermsOfExistingPods'],
  NodeAffinity: ['addedAffinity'],
  NodeResourcesBalancedAllocation: ['resources'],
  NodeResourcesFit: ['ignoredResources', 'ignoredResourceGroups', 'scoringStrategy'],
  PodTopologySpread: ['defaultConstraints', 'defaultingType'],
  VolumeBinding: ['bindTimeoutSeconds', 'shape'],
  DynamicResources: ['filterTimeout', 'bindingTimeout'],
};

const shown = (value: unknown): string => JSON.stringify(value) ?? 'null';

export function checkArgs(plugin: string, value: unknown, path: string, sink: FaultSink): unknown {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) {
    sink(path, 'Invalid value: an object is expected');
    return {};
  }
  const fields = Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'apiVersion' && name !== 'kind'));
  const { kind } = value;
  if (kind !== undefined && kind !== `${plugin}Args`)
    sink(`${path}.kind`, `Invalid value: ${shown(kind)}: expected "${plugin}Args"`);
  for (const name of Object.keys(fields))
    if (!ARGUMENT_FIELDS[plugin]?.includes(name)) sink(`${path}.${name}`, `unknown field "${name}"`);
  CHECKS[plugin]?.(fields, path, sink);
  return fields;
}

type Check = (fields: Fields, path: string, sink: FaultSink) => void;

const CHECKS: Readonly<Record<string, Check>> = {
  DefaultPreemption({ minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute }, path, sink) {
    if (percentage !== undefined && !isWhole(percentage, 0, 100))
      sink(`${path}.minCandidateNodesPercentage`, `Invalid value: ${shown(percentage)}: not in valid range [0, 100]`);
    if (absolute !== undefined && !isWhole(absolute, 0, 2 ** 31 - 1))
      sink(`${path}.minCandidateNodesAbsolute`, `Invalid value: ${shown(absolute)}: not in valid range [0, inf)`);
    if (percentage === 0 && absolute === 0)
      sink(path, 'Invalid value: both minCandidateNodesPercentage and minCandidateNodesAbsolute cannot be zero');
  },
  InterPodAffinity({ hardPodAffinityWeight: weight }, path, sink) {
    if (weight !== undefined && !isWhole(weight, 0, 100))
      sink(`${path}.hardPodAffinityWeight`, `Invalid value: ${shown(weight)}: not in valid range [0-100]`);
  },
  NodeAffinity({ addedAffinity }, path, sink) {
    const terms = isRecord(addedAffinity) ? addedAffinity['requiredDuringSchedulingIgnoredDuringExecution'] : undefined;
    if (addedAffinity !== undefined && !isRecord(addedAffinity))
      sink(`${path}.addedAffinity`, 'Invalid value: an object is expected');
    if (
      terms !== undefined &&
      !(isRecord(terms) && Array.isArray(terms['nodeSelectorTerms']) && terms['nodeSelectorTerms'].length > 0)
    )
      sink(
        `${path}.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`,
        'Required value: must have at least one node selector term',
      );
  },
  NodeResourcesBalancedAllocation({ resources }, path, sink) {
    checkResources(resources, `${path}.resources`, sink, (weight) => weight === undefined || weight === 1);
  },
  NodeResourcesFit({ scoringStrategy }, path, sink) {
    if (scoringStrategy === undefined) return;
    const at = `${path}.scoringStrategy`;
    if (!isRecord(scoringStrategy)) return sink(at, 'Invalid value: an object is expected');
    const { type, resources, requestedToCapacityRatio } = scoringStrategy;
    const types = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];
    if (type !== undefined && !types.includes(type as string))
      sink(`${at}.type`, `Unsupported value: ${shown(type)}: supported values: ${types.map(shown).join(', ')}`);
    checkResources(resources, `${at}.resources`, sink, (weight) => weight === undefined || isWhole(weight, 1, 100));
    if (type === 'RequestedToCapacityRatio')
      checkShape(
        isRecord(requestedToCapacityRatio) ? requestedToCapacityRatio['shape'] : undefined,
        `${at}.requestedToCapacityRatio.shape`,
        sink,
      );
  },
  PodTopologySpread({ defaultingType, defaultConstraints }, path, sink) {
    if (defaultingType !== undefined && defaultingType !== 'System' && defaultingType !== 'List')
      sink(`${path}.defaultingType`, `Unsupported value: ${shown(defaultingType)}: supported values: "List", "System"`);
    const constraints = defaultConstraints ?? [];
    if (!Array.isArray(constraints)) return sink(`${path}.defaultConstraints`, 'Invalid value: a list is expected');
    if (defaultingType !== 'List' && constraints.length > 0)
      sink(`${path}.defaultingType`, 'Invalid value: "System": when .defaultConstraints are specified, must be "List"');
    constraints.forEach((item: unknown, index) => checkConstraint(item, `${path}.defaultConstraints[${index}]`, sink));
  },
  VolumeBinding({ bindTimeoutSeconds }, path, sink) {
    if (bindTimeoutSeconds !== undefined && !isWhole(bindTimeoutSeconds, 0, 2 ** 31 - 1))
      sink(
        `${path}.bindTimeoutSeconds`,
        `Invalid value: ${shown(bindTimeoutSeconds)}: invalid BindTimeoutSeconds, should not be a negative value`,
      );
  },
};

function checkConstraint(item: unknown, path: string, sink: FaultSink): void {
  const { maxSkew, topologyKey, whenUnsatisfiable, labelSelector } = isRecord(item) ? item : ({} as Fields);
  if (!isWhole(maxSkew, 1, 2 ** 31 - 1))
    sink(`${path}.maxSkew`, `Invalid value: ${shown(maxSkew)}: not in valid range (0, inf)`);
  if (typeof topologyKey !== 'string' || topologyKey === '')
    sink(`${path}.topologyKey`, 'Required value: can not be empty');
  if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway')
    sink(
      `${path}.whenUnsatisfiable`,
      `Unsupported value: ${shown(whenUnsatisfiable)}: supported values: "DoNotSchedule", "ScheduleAnyway"`,
    );
  if (labelSelector !== undefined)
    sink(`${path}.labelSelector`, 'Forbidden: constraint must not define a selector, as they deduced for each pod');
}

function checkResources(value: unknown, path: string, sink: FaultSink, isWeight: (weight: unknown) => boolean): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) return sink(path, 'Invalid value: a list is expected');
  value.forEach((item: unknown, index) => {
    const { name, weight } = isRecord(item) ? item : ({} as Fields);
    if (typeof name !== 'string' || name === '') sink(`${path}[${index}].name`, 'Required value');
    if (!isWeight(weight))
      sink(
        `${path}[${index}].weight`,
        `Invalid value: ${shown(weight)}: resource weight of ${String(name)} not in valid range`,
      );
  });
}

function checkShape(value: unknown, path: string, sink: FaultSink): void {
  if (!Array.isArray(value) || value.length === 0)
    return sink(path, 'Required value: at least one point must be specified');
  let before = -1;
  value.forEach((item: unknown, index) => {
    const { utilization, score } = isRecord(item) ? item : ({} as Fields);
    const at = `${path}[${index}]`;
    if (!isWhole(utilization, 0, 100))
      sink(`${at}.utilization`, `Invalid value: ${shown(utilization)}: not in valid range [0, 100]`);
    else if ((utilization as number) <= before)
      sink(
        `${at}.utilization`,
        `Invalid value: ${shown(utilization)}: utilization values must be sorted in increasing order`,
      );
    if (!isWhole(score, 0, 10)) sink(`${at}.score`, `Invalid value: ${shown(score)}: not in valid range [0, 10]`);
    before = Number(utilization);
  });
}
