/**
 * A profile: which plugins run at which extension point, in which order, with which weights and arguments.
 * Upstream: pkg/scheduler/apis/config/v1/default_plugins.go, pkg/scheduler/framework/runtime/framework.go (expandMultiPointPlugins).
 */
import type { Plugin } from './framework.ts';
import type { ClusterEvent } from './hints.ts';
import { isPluginName, makePlugin, PLUGIN_NAMES, type PluginArgs, type PluginName } from './plugins/registry.ts';

export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

export interface PluginRef {
  readonly name: string;
  readonly weight?: number;
}

export interface PluginSet {
  readonly enabled?: readonly PluginRef[];
  readonly disabled?: readonly PluginRef[];
}

export interface ProfileOptions {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: Readonly<Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>>>;
  readonly args: PluginArgs;
}

const DEFAULT_WEIGHTS: Readonly<Partial<Record<PluginName, number>>> = {
  TaintToleration: 3,
  NodeAffinity: 2,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
  DynamicResources: 2,
  NodeResourcesFit: 1,
  NodeResourcesBalancedAllocation: 1,
  ImageLocality: 1,
};

/** DynamicResources came into the default profile with 1.34. */
export function defaultPlugins(minorRelease: number): readonly PluginRef[] {
  return PLUGIN_NAMES.filter((name) => name !== 'DynamicResources' || minorRelease >= 34).map((name) => {
    const weight = DEFAULT_WEIGHTS[name];
    return weight === undefined ? { name } : { name, weight };
  });
}

/** Upstream's plugins of volumes reserve and bind; here the binder does it for VolumeBinding. */
function takesPart(plugin: Plugin, point: ExtensionPoint): boolean {
  switch (point) {
    case 'queueSort':
      return plugin.isQueueSort ?? false;
    case 'postFilter':
      return plugin.isPostFilter ?? false;
    case 'bind':
      return plugin.isBinder ?? false;
    case 'reserve':
    case 'preBind':
      return plugin.name === 'VolumeBinding' || plugin.name === 'DynamicResources';
    case 'permit':
    case 'postBind':
      return false;
    default:
      return plugin[point] !== undefined;
  }
}

/** The user's set over the default one: `*` disables all, and a default one that is listed again is replaced where it stands. */
function mergeSets(defaults: readonly PluginRef[], custom: PluginSet | undefined): readonly PluginRef[] {
  const disabled = new Set((custom?.disabled ?? []).map(({ name }) => name));
  const enabled = custom?.enabled ?? [];
  const byName = new Map(enabled.map((ref) => [ref.name, ref]));
  const kept = disabled.has('*') ? [] : defaults.filter(({ name }) => !disabled.has(name));
  const replaced = new Set<string>();
  const merged = kept.map((ref) => {
    const own = byName.get(ref.name);
    if (own) replaced.add(ref.name);
    return own ?? ref;
  });
  return [...merged, ...enabled.filter(({ name }) => !replaced.has(name))];
}

export interface WeightedPlugin {
  readonly plugin: Plugin;
  readonly weight: number;
}

export class Profile {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore: number | undefined;
  readonly args: PluginArgs;
  private readonly plugins = new Map<PluginName, Plugin>();
  private readonly hints = new Map<string, readonly Plugin[]>();
  private readonly points = new Map<ExtensionPoint, readonly WeightedPlugin[]>();

  constructor(options: ProfileOptions, minorRelease: number) {
    this.schedulerName = options.schedulerName;
    this.percentageOfNodesToScore = options.percentageOfNodesToScore;
    this.args = options.args;
    const everywhere = mergeSets(defaultPlugins(minorRelease), options.plugins?.multiPoint);
    for (const point of EXTENSION_POINTS)
      this.points.set(point, this.expand(point, everywhere, options.plugins?.[point]));
  }

  at(point: ExtensionPoint): readonly WeightedPlugin[] {
    return this.points.get(point)!;
  }

  plugin(name: string): Plugin | undefined {
    return isPluginName(name) ? this.plugins.get(name) : undefined;
  }

  /** Plugins that want to hear of such an event. */
  hinting({ resource, action }: ClusterEvent): readonly Plugin[] {
    const key = `${resource}/${action}`;
    let found = this.hints.get(key);
    if (!found) {
      found = [...this.plugins.values()].filter(({ hints }) =>
        hints?.some((hint) => hint.resource === resource && hint.actions.includes(action)),
      );
      this.hints.set(key, found);
    }
    return found;
  }

  /** Names of all plugins that take part somewhere, in the order in which they were met. */
  get pluginNames(): readonly string[] {
    return [...this.plugins.keys()];
  }

  /** What is enabled for one point comes first where multiPoint has it too, then the rest of multiPoint, then the others. */
  private expand(
    point: ExtensionPoint,
    everywhere: readonly PluginRef[],
    own: PluginSet | undefined,
  ): WeightedPlugin[] {
    const disabled = new Set((own?.disabled ?? []).map(({ name }) => name));
    const explicit = own?.enabled ?? [];
    const explicitNames = new Set(explicit.map(({ name }) => name));
    const isHere = ({ name }: PluginRef): boolean => {
      const plugin = this.make(name);
      return plugin !== undefined && takesPart(plugin, point);
    };
    const fromEverywhere = disabled.has('*') ? [] : everywhere.filter(isHere);
    const general = fromEverywhere.filter(({ name }) => !disabled.has(name) && !explicitNames.has(name));
    const generalNames = new Set(fromEverywhere.map(({ name }) => name));
    const overriding = explicit.filter(({ name }) => generalNames.has(name) && !disabled.has(name));
    const others = explicit.filter((ref) => !overriding.includes(ref) && isHere(ref));
    return [...overriding, ...general, ...others].map(({ name, weight }) => ({
      plugin: this.make(name)!,
      weight: weight || 1,
    }));
  }

  private make(name: string): Plugin | undefined {
    if (!isPluginName(name)) return undefined;
    let plugin = this.plugins.get(name);
    if (!plugin) this.plugins.set(name, (plugin = makePlugin(name, this.args)));
    return plugin;
  }
}

export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';

export const defaultProfile = (minorRelease = 35): Profile =>
  new Profile({ schedulerName: DEFAULT_SCHEDULER_NAME, args: {} }, minorRelease);
