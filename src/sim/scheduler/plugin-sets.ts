/**
 * Which plugins a profile enables and disables, checked as upstream checks it when it makes the profile.
 * Upstream: pkg/scheduler/framework/runtime/framework.go (NewFramework, updatePluginList, expandMultiPointPlugins),
 * pkg/scheduler/apis/config/validation/validation.go (validateCommonQueueSort).
 */
import { isDeepEqual } from '../apiserver/index.ts';
import { checkFields, int32Of, invalid, listOf, objectOf, shown, type FaultSink } from './configuration-faults.ts';
import { isPluginName, type PluginName } from './plugins/registry.ts';
import {
  EXTENSION_POINTS,
  type ExtensionPoint,
  type PluginRef,
  type PluginSet,
  type ProfileOptions,
} from './profile.ts';

type Point = ExtensionPoint | 'multiPoint';
type Plugins = NonNullable<ProfileOptions['plugins']>;

const CONSTRAINTS = ['NodeUnschedulable', 'NodeName', 'TaintToleration'] as const;
const PREPARED = [
  ...(['NodeAffinity', 'NodePorts', 'NodeResourcesFit', 'VolumeRestrictions', 'NodeVolumeLimits'] as const),
  ...(['VolumeBinding', 'VolumeZone', 'PodTopologySpread', 'InterPodAffinity', 'DynamicResources'] as const),
] as const;
const WEIGHED = [
  ...(['TaintToleration', 'NodeAffinity', 'NodeResourcesFit', 'VolumeBinding'] as const),
  ...(['PodTopologySpread', 'InterPodAffinity', 'NodeResourcesBalancedAllocation'] as const),
] as const;

/** Which plugins implement the interface of each extension point. */
const IMPLEMENTATIONS: Readonly<Record<ExtensionPoint, readonly PluginName[]>> = {
  preEnqueue: ['SchedulingGates', 'DefaultPreemption', 'DynamicResources'],
  queueSort: ['PrioritySort'],
  preFilter: PREPARED,
  filter: [...CONSTRAINTS, ...PREPARED],
  postFilter: ['DynamicResources', 'DefaultPreemption'],
  preScore: WEIGHED,
  score: [...WEIGHED, 'ImageLocality', 'DynamicResources'],
  reserve: ['VolumeBinding', 'DynamicResources'],
  permit: [],
  preBind: ['VolumeBinding', 'DynamicResources'],
  bind: ['DefaultBinder'],
  postBind: [],
};

/** `PreFilterPlugin`. What is enabled everywhere is looked for at PreFilter first. */
const interfaceOf = (point: Point): string =>
  point === 'multiPoint' ? 'PreFilterPlugin' : `${point[0]!.toUpperCase()}${point.slice(1)}Plugin`;

/** In the order in which upstream goes through them. */
const EXPANDED: readonly ExtensionPoint[] = [
  ...(['preFilter', 'filter', 'postFilter', 'reserve', 'preScore', 'score', 'preBind', 'bind', 'postBind'] as const),
  ...(['permit', 'preEnqueue', 'queueSort'] as const),
];

const POINTS: ReadonlySet<string> = new Set(['multiPoint', ...EXTENSION_POINTS]);
const SET_FIELDS = new Set(['enabled', 'disabled']);
const REF_FIELDS = new Set(['name', 'weight']);

/** `warn` hears of names that are disabled and that no plugin has: upstream lets them pass. */
export function pluginsOf(value: unknown, path: string, sink: FaultSink, warn: FaultSink): Plugins {
  const given = objectOf(value, path, sink) ?? {};
  checkFields(given, POINTS, path, sink);
  const sets: Partial<Record<Point, PluginSet>> = {};
  for (const [point, item] of Object.entries(given)) {
    if (!POINTS.has(point)) continue;
    const at = `${path}.${point}`;
    const set = objectOf(item, at, sink) ?? {};
    checkFields(set, SET_FIELDS, at, sink);
    const enabled = refsOf(set['enabled'], `${at}.enabled`, sink);
    const disabled = refsOf(set['disabled'], `${at}.disabled`, sink);
    checkEnabled(point as Point, enabled, `${at}.enabled`, sink);
    disabled.forEach(({ name }, index) => {
      if (name !== '*' && !isPluginName(name)) warn(`${at}.disabled[${index}].name`, unknownPlugin(name));
    });
    sets[point as Point] = { enabled, disabled };
  }
  return sets;
}

export const unknownPlugin = (name: unknown): string => invalid(name ?? '', 'there is no plugin of this name');

function refsOf(value: unknown, path: string, sink: FaultSink): readonly PluginRef[] {
  return listOf(value, path, sink).map((item, index) => {
    const at = `${path}[${index}]`;
    const fields = objectOf(item, at, sink) ?? {};
    checkFields(fields, REF_FIELDS, at, sink);
    const { name = '', weight } = fields;
    if (typeof name !== 'string') sink(`${at}.name`, invalid(name, 'a text is expected'));
    const has = weight !== undefined && weight !== null;
    return { name: String(name), ...(has ? { weight: int32Of(weight, 0, `${at}.weight`, sink) } : {}) };
  });
}

function checkEnabled(point: Point, refs: readonly PluginRef[], path: string, sink: FaultSink): void {
  const seen = new Set<string>();
  refs.forEach(({ name }, index) => {
    const at = `${path}[${index}].name`;
    if (!isPluginName(name)) sink(at, `${interfaceOf(point)} ${shown(name)} does not exist`);
    else if (point !== 'multiPoint' && !IMPLEMENTATIONS[point].includes(name))
      sink(at, `plugin ${shown(name)} does not extend ${interfaceOf(point)} plugin`);
    else if (seen.has(name)) {
      const first = point === 'multiPoint' ? EXPANDED.find((item) => IMPLEMENTATIONS[item].includes(name))! : point;
      sink(at, `plugin ${shown(name)} already registered as ${shown(interfaceOf(first))}`);
    }
    seen.add(name);
  });
}

const printed = (refs: readonly PluginRef[] = []): string =>
  refs.length === 0
    ? '[]config.Plugin(nil)'
    : `[]config.Plugin{${refs.map(({ name, weight = 0 }) => `config.Plugin{Name:${shown(name)}, Weight:${weight}}`).join(', ')}}`;

/** One queue has one order: every profile has to sort it alike. */
export function checkQueueSort(profiles: readonly ProfileOptions[], sink: FaultSink): void {
  const setOf = ({ plugins }: ProfileOptions): Required<PluginSet> => {
    const { enabled = [], disabled = [] } = plugins?.queueSort ?? {};
    return { enabled, disabled };
  };
  const [first, ...others] = profiles;
  if (!first) return;
  const { enabled } = setOf(first);
  if (enabled.length > 1)
    sink('profiles[0].plugins.queueSort.Enabled', invalid(enabled.length, 'only one queue sort plugin can be enabled'));
  others.forEach((profile, index) => {
    const set = setOf(profile);
    if (isDeepEqual(set, setOf(first))) return;
    const value = `config.PluginSet{Enabled:${printed(set.enabled)}, Disabled:${printed(set.disabled)}}`;
    const message = `Invalid value: ${value}: queueSort must be the same for all profiles`;
    sink(`profiles[${index + 1}].plugins.queueSort`, message);
  });
}
