/**
 * Arguments of plugins: what upstream's defaults fill in, and what its checks refuse.
 * Upstream: pkg/scheduler/apis/config/{v1/defaults.go,validation/validation_pluginargs.go}.
 */
import { parseDuration } from '../api/index.ts';
import { keyFaults } from '../api/names.ts';
import {
  checkFields,
  int32Of,
  invalid,
  isRecord,
  listOf,
  objectOf,
  shown,
  unsupported,
  type Fields,
  type FaultSink,
} from './configuration-faults.ts';
import { checkAddedAffinity } from './added-affinity.ts';

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

export function checkArgs(plugin: string, value: unknown, path: string, apiVersion: string, sink: FaultSink): unknown {
  const given = objectOf(value, path, sink);
  if (!given) return {};
  const { kind, apiVersion: version, ...fields } = given;
  const expected = `${plugin}Args`;
  const group = apiVersion.replace(/\/.*/, '');
  if (kind !== undefined && kind !== expected)
    sink(
      `${path}.kind`,
      `args for plugin ${plugin} were not of type ${expected}.${group}, got ${String(kind)}.${group}`,
    );
  if (version !== undefined && version !== apiVersion) sink(`${path}.apiVersion`, unsupported(version, [apiVersion]));
  checkFields(fields, new Set(ARGUMENT_FIELDS[plugin] ?? []), path, sink);
  return READERS[plugin]?.(fields, path, sink) ?? fields;
}

/** Returns the arguments with what is filled in, where something is. */
type Reader = (fields: Fields, path: string, sink: FaultSink) => Fields | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  DefaultPreemption(fields, path, sink) {
    const [percentagePath, absolutePath] = [`${path}.minCandidateNodesPercentage`, `${path}.minCandidateNodesAbsolute`];
    const percentage = int32Of(fields['minCandidateNodesPercentage'], 10, percentagePath, sink);
    const absolute = int32Of(fields['minCandidateNodesAbsolute'], 100, absolutePath, sink);
    if (percentage < 0 || percentage > 100) sink(percentagePath, invalid(percentage, 'not in valid range [0, 100]'));
    if (absolute < 0) sink(absolutePath, invalid(absolute, 'not in valid range [0, inf)'));
    if (percentage !== 0 || absolute !== 0) return undefined;
    sink(percentagePath, invalid(0, 'cannot be zero at the same time as minCandidateNodesAbsolute'));
    sink(absolutePath, invalid(0, 'cannot be zero at the same time as minCandidateNodesPercentage'));
    return undefined;
  },
  InterPodAffinity(fields, path, sink) {
    const at = `${path}.hardPodAffinityWeight`;
    const weight = int32Of(fields['hardPodAffinityWeight'], 1, at, sink);
    if (weight < 0 || weight > 100) sink(at, invalid(weight, 'not in valid range [0, 100]'));
    return undefined;
  },
  NodeAffinity({ addedAffinity }, path, sink) {
    checkAddedAffinity(addedAffinity, `${path}.addedAffinity`, sink);
    return undefined;
  },
  NodeResourcesBalancedAllocation(fields, path, sink) {
    const resources = resourcesOf(fields['resources'], `${path}.resources`, sink);
    const seen = new Set<string>();
    resources?.forEach(({ name, weight }, index) => {
      const at = `${path}.resources[${index}]`;
      if (seen.has(name)) sink(`${at}.name`, `Duplicate value: ${shown(name)}`);
      seen.add(name);
      if (weight !== 1) sink(`${at}.weight`, invalid(weight, 'must be 1'));
    });
    return withResources(fields, resources);
  },
  NodeResourcesFit(fields, path, sink) {
    checkNames(fields['ignoredResources'], `${path}.ignoredResources`, sink, () => []);
    checkNames(fields['ignoredResourceGroups'], `${path}.ignoredResourceGroups`, sink, (name) =>
      name.includes('/') ? ["resource group name can't contain '/'"] : [],
    );
    const at = `${path}.scoringStrategy`;
    const strategy = objectOf(fields['scoringStrategy'], at, sink);
    return strategy && { ...fields, scoringStrategy: strategyOf(strategy, at, sink) };
  },
  PodTopologySpread(fields, path, sink) {
    const { defaultingType, defaultConstraints } = fields;
    const constraints = listOf(defaultConstraints, `${path}.defaultConstraints`, sink);
    const type = defaultingType === undefined || defaultingType === '' ? 'System' : defaultingType;
    if (type !== 'System' && type !== 'List') sink(`${path}.defaultingType`, unsupported(type, ['System', 'List']));
    if (type === 'System' && constraints.length > 0)
      sink(`${path}.defaultingType`, invalid(type, 'when .defaultConstraints are not empty'));
    const seen = new Set<string>();
    constraints.forEach((item, index) => {
      const at = `${path}.defaultConstraints[${index}]`;
      checkConstraint(isRecord(item) ? item : {}, at, sink);
      const { topologyKey = '', whenUnsatisfiable = '' } = isRecord(item) ? item : {};
      const key = `{${String(topologyKey)}, ${String(whenUnsatisfiable)}}`;
      if (seen.has(key)) sink(at, `Duplicate value: ${shown(key)}`);
      seen.add(key);
    });
    return { ...fields, defaultingType: type };
  },
  VolumeBinding({ bindTimeoutSeconds, shape }, path, sink) {
    const at = `${path}.bindTimeoutSeconds`;
    const seconds = int32Of(bindTimeoutSeconds, 600, at, sink);
    if (seconds < 0) sink(at, invalid(seconds, 'invalid BindTimeoutSeconds, should not be a negative value'));
    // The feature gate StorageCapacityScoring is off by default in every release that is simulated.
    if (shape !== undefined && shape !== null) {
      const reason = 'unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring';
      sink(`${path}.shape`, invalid(shape, reason));
    }
    return undefined;
  },
  DynamicResources({ filterTimeout, bindingTimeout }, path, sink) {
    checkDuration(filterTimeout, `${path}.filterTimeout`, 0, 'must be zero or positive', sink);
    checkDuration(bindingTimeout, `${path}.bindingTimeout`, 1000, 'must be at least 1 second', sink);
    return undefined;
  },
};

function checkDuration(value: unknown, path: string, leastMs: number, reason: string, sink: FaultSink): void {
  if (value === undefined || value === null) return;
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms === undefined) sink(path, invalid(value, 'a duration is expected'));
  else if (ms < leastMs) sink(path, `Invalid value: ${String(value)}: ${reason}`);
}

function checkNames(
  value: unknown,
  path: string,
  sink: FaultSink,
  faultsOf: (name: string) => readonly string[],
): void {
  listOf(value, path, sink).forEach((item, index) => {
    const name = String(item);
    for (const fault of [...faultsOf(name), ...keyFaults(name)]) sink(`${path}[${index}]`, invalid(name, fault));
  });
}

function checkConstraint(item: Fields, path: string, sink: FaultSink): void {
  const { topologyKey = '', whenUnsatisfiable = '', labelSelector } = item;
  const maxSkew = int32Of(item['maxSkew'], 0, `${path}.maxSkew`, sink);
  if (maxSkew <= 0) sink(`${path}.maxSkew`, invalid(maxSkew, 'not in valid range (0, inf)'));
  if (topologyKey === '') sink(`${path}.topologyKey`, 'Required value: can not be empty');
  else for (const fault of keyFaults(String(topologyKey))) sink(`${path}.topologyKey`, invalid(topologyKey, fault));
  const actions = ['DoNotSchedule', 'ScheduleAnyway'];
  if (whenUnsatisfiable === '') sink(`${path}.whenUnsatisfiable`, 'Required value: can not be empty');
  else if (!actions.includes(String(whenUnsatisfiable)))
    sink(`${path}.whenUnsatisfiable`, unsupported(whenUnsatisfiable, actions));
  if (labelSelector !== undefined && labelSelector !== null)
    sink(`${path}.labelSelector`, 'Forbidden: constraint must not define a selector, as they deduced for each pod');
}

interface Resource {
  readonly name: string;
  readonly weight: number;
}

/** Without a weight, or with none, a resource counts once; an empty list is the default one. */
function resourcesOf(value: unknown, path: string, sink: FaultSink): readonly Resource[] | undefined {
  const found = listOf(value, path, sink);
  if (found.length === 0) return undefined;
  return found.map((item, index) => {
    const { name, weight } = isRecord(item) ? item : {};
    const at = `${path}[${index}]`;
    if (typeof name !== 'string' || name === '') sink(`${at}.name`, 'Required value');
    return { name: String(name), weight: int32Of(weight, 1, `${at}.weight`, sink) || 1 };
  });
}

function withResources({ resources: _given, ...others }: Fields, resources: readonly Resource[] | undefined): Fields {
  return resources ? { ...others, resources } : others;
}

function strategyOf(strategy: Fields, path: string, sink: FaultSink): Fields {
  checkFields(strategy, new Set(['type', 'resources', 'requestedToCapacityRatio']), path, sink);
  const { type = '', requestedToCapacityRatio } = strategy;
  const types = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];
  if (!types.includes(String(type))) sink(`${path}.type`, unsupported(type, types));
  const resources = resourcesOf(strategy['resources'], `${path}.resources`, sink);
  resources?.forEach(({ name, weight }, index) => {
    const reason = `resource weight of ${name} not in valid range (0, 100]`;
    if (weight <= 0 || weight > 100) sink(`${path}.resources[${index}].weight`, invalid(weight, reason));
  });
  const ratio = objectOf(requestedToCapacityRatio, `${path}.requestedToCapacityRatio`, sink);
  // Upstream does not ask for the shape here, and fails when it looks for it.
  if (ratio || type === 'RequestedToCapacityRatio')
    checkShape(ratio?.['shape'], `${path}.requestedToCapacityRatio.shape`, sink);
  return withResources(strategy, resources);
}

function checkShape(value: unknown, path: string, sink: FaultSink): void {
  const points = listOf(value, path, sink).map((item, index) => {
    const { utilization, score } = isRecord(item) ? item : {};
    return {
      utilization: int32Of(utilization, 0, `${path}[${index}].utilization`, sink),
      score: int32Of(score, 0, `${path}[${index}].score`, sink),
    };
  });
  if (points.length === 0) return sink(path, 'Required value: at least one point must be specified');
  const unsorted = points.findIndex((point, index) => index > 0 && points[index - 1]!.utilization >= point.utilization);
  if (unsorted > 0)
    sink(
      `${path}[${unsorted}].utilization`,
      invalid(points[unsorted]!.utilization, 'values must be sorted in increasing order'),
    );
  points.forEach(({ utilization, score }, index) => {
    if (utilization < 0 || utilization > 100)
      sink(`${path}[${index}].utilization`, invalid(utilization, 'not in valid range [0, 100]'));
    if (score < 0 || score > 10) sink(`${path}[${index}].score`, invalid(score, 'not in valid range [0, 10]'));
  });
}
