/**
 * KubeSchedulerConfiguration: read, checked and made into profiles. Upstream: pkg/scheduler/apis/config/{v1,validation}.
 * Leader election, parallelism and the addresses of its own endpoints are
 * accepted and change nothing: this world has one scheduler. Extenders are refused.
 */
import type { QueueOptions } from './queue.ts';
import { isPluginName, type PluginArgs } from './plugins/registry.ts';
import {
  DEFAULT_SCHEDULER_NAME,
  EXTENSION_POINTS,
  Profile,
  type ExtensionPoint,
  type PluginSet,
  type ProfileOptions,
} from './profile.ts';
import { ARGUMENT_FIELDS, checkArgs, type ConfigurationFault, type FaultSink } from './plugin-args.ts';

export type { ConfigurationFault } from './plugin-args.ts';

export interface SchedulerConfiguration {
  readonly percentageOfNodesToScore: number;
  /** Requests a second of the scheduler's client, and how many at once. */
  readonly qps: number;
  readonly burst: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  readonly profiles: readonly ProfileOptions[];
}

export const DEFAULT_CONFIGURATION: SchedulerConfiguration = {
  percentageOfNodesToScore: 0,
  qps: 50,
  burst: 100,
  podInitialBackoffSeconds: 1,
  podMaxBackoffSeconds: 10,
  profiles: [{ schedulerName: DEFAULT_SCHEDULER_NAME, args: {} }],
};

export const CONFIGURATION_API_VERSION = 'kubescheduler.config.k8s.io/v1';
export const CONFIGURATION_KIND = 'KubeSchedulerConfiguration';

/** Field names of a configuration and of its profiles, to find the one that was meant. */
export const CONFIGURATION_FIELDS = [
  ...['apiVersion', 'kind', 'percentageOfNodesToScore', 'podInitialBackoffSeconds', 'podMaxBackoffSeconds', 'profiles'],
  ...['schedulerName', 'plugins', 'pluginConfig', 'enabled', 'disabled', 'name', 'weight', 'args', 'multiPoint'],
  ...EXTENSION_POINTS,
  ...Object.values(ARGUMENT_FIELDS).flat(),
] as readonly string[];

const FIELDS = new Set([
  ...['apiVersion', 'kind', 'parallelism', 'leaderElection', 'clientConnection', 'healthzBindAddress'],
  ...['metricsBindAddress', 'enableProfiling', 'enableContentionProfiling', 'percentageOfNodesToScore'],
  ...['podInitialBackoffSeconds', 'podMaxBackoffSeconds', 'profiles', 'extenders', 'delayCacheUntilActive'],
]);

/** Which plugins sort and bind is the same in every release that is simulated. */
const RELEASE = 35;

export type ParsedConfiguration =
  | { readonly ok: true; readonly value: SchedulerConfiguration }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `object` is what the YAML says. */
export function parseConfiguration(object: unknown): ParsedConfiguration {
  const faults: ConfigurationFault[] = [];
  const sink: FaultSink = (path, message) => void faults.push({ path, message });
  if (!isRecord(object)) return { ok: false, faults: [{ path: '', message: 'Required value: an object is expected' }] };
  const { apiVersion, kind } = object;
  if (apiVersion !== CONFIGURATION_API_VERSION)
    sink(
      'apiVersion',
      `Unsupported value: ${JSON.stringify(apiVersion ?? '')}: supported values: "${CONFIGURATION_API_VERSION}"`,
    );
  if (kind !== CONFIGURATION_KIND)
    sink('kind', `Unsupported value: ${JSON.stringify(kind ?? '')}: supported values: "${CONFIGURATION_KIND}"`);
  for (const name of Object.keys(object)) if (!FIELDS.has(name)) sink(name, `unknown field "${name}"`);
  if (Array.isArray(object['extenders']) && object['extenders'].length > 0)
    sink('extenders', 'Forbidden: extenders are called over the network, which this simulation cannot do');
  const percentageOfNodesToScore = percentageOf(object['percentageOfNodesToScore'], 'percentageOfNodesToScore', sink);
  const podInitialBackoffSeconds = integerOf(object['podInitialBackoffSeconds'], 1);
  const podMaxBackoffSeconds = integerOf(object['podMaxBackoffSeconds'], 10);
  if (!(podInitialBackoffSeconds > 0))
    sink(
      'podInitialBackoffSeconds',
      `Invalid value: ${JSON.stringify(object['podInitialBackoffSeconds'])}: must be greater than 0`,
    );
  if (!(podMaxBackoffSeconds >= podInitialBackoffSeconds))
    sink(
      'podMaxBackoffSeconds',
      `Invalid value: ${JSON.stringify(object['podMaxBackoffSeconds'])}: must be greater than or equal to PodInitialBackoffSeconds`,
    );
  const { qps, burst } = clientOf(object['clientConnection'], sink);
  const profiles = profilesOf(object['profiles'], sink);
  if (faults.length === 0) profiles.forEach((options, index) => checkProfile(options, `profiles[${index}]`, sink));
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    value: {
      percentageOfNodesToScore: percentageOfNodesToScore ?? 0,
      qps,
      burst,
      podInitialBackoffSeconds,
      podMaxBackoffSeconds,
      profiles,
    },
  };
}

function clientOf(value: unknown, sink: FaultSink): { qps: number; burst: number } {
  const { qps = 50, burst = 100 } = (isRecord(value) ? value : {}) as { qps?: unknown; burst?: unknown };
  const isRate = (rate: unknown): rate is number => typeof rate === 'number' && rate > 0;
  if (!isRate(qps)) sink('clientConnection.qps', `Invalid value: ${JSON.stringify(qps)}: must be greater than 0`);
  if (!isRate(burst)) sink('clientConnection.burst', `Invalid value: ${JSON.stringify(burst)}: must be greater than 0`);
  return { qps: Number(qps), burst: Number(burst) };
}

const integerOf = (value: unknown, fallback: number): number =>
  value === undefined ? fallback : Number.isInteger(value) ? (value as number) : Number.NaN;

function percentageOf(value: unknown, path: string, sink: FaultSink): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100) return value as number;
  sink(path, `Invalid value: ${JSON.stringify(value)}: not in valid range [0-100]`);
  return undefined;
}

function profilesOf(value: unknown, sink: FaultSink): readonly ProfileOptions[] {
  if (value === undefined) return DEFAULT_CONFIGURATION.profiles;
  if (!Array.isArray(value) || value.length === 0) {
    sink('profiles', 'Required value');
    return [];
  }
  const names = new Set<string>();
  return value.map((item: unknown, index) => {
    const profile = profileOf(item, `profiles[${index}]`, sink);
    if (names.has(profile.schedulerName))
      sink(`profiles[${index}].schedulerName`, `Duplicate value: "${profile.schedulerName}"`);
    names.add(profile.schedulerName);
    return profile;
  });
}

/** What upstream refuses when it makes a profile: it has to sort its queue in one way, and to bind. */
function checkProfile(options: ProfileOptions, path: string, sink: FaultSink): void {
  const profile = new Profile(options, RELEASE);
  const of = `profile with scheduler name ${JSON.stringify(options.schedulerName)}`;
  const sorts = profile.at('queueSort').length;
  if (sorts !== 1)
    sink(`${path}.plugins`, `Invalid value: only one queue sort plugin required for ${of}, but got ${sorts}`);
  if (profile.at('bind').length === 0)
    sink(`${path}.plugins`, `Required value: at least one bind plugin is needed for ${of}`);
}

function profileOf(item: unknown, path: string, sink: FaultSink): ProfileOptions {
  if (!isRecord(item)) {
    sink(path, 'Invalid value: an object is expected');
    return { schedulerName: '', args: {} };
  }
  for (const name of Object.keys(item))
    if (!['schedulerName', 'percentageOfNodesToScore', 'plugins', 'pluginConfig'].includes(name))
      sink(`${path}.${name}`, `unknown field "${name}"`);
  const schedulerName = item['schedulerName'] ?? DEFAULT_SCHEDULER_NAME;
  if (typeof schedulerName !== 'string' || schedulerName === '') sink(`${path}.schedulerName`, 'Required value');
  const percentage = percentageOf(item['percentageOfNodesToScore'], `${path}.percentageOfNodesToScore`, sink);
  return {
    schedulerName: String(schedulerName),
    ...(percentage === undefined ? {} : { percentageOfNodesToScore: percentage }),
    plugins: pluginsOf(item['plugins'], `${path}.plugins`, sink),
    args: argsOf(item['pluginConfig'], `${path}.pluginConfig`, sink),
  };
}

function pluginsOf(value: unknown, path: string, sink: FaultSink): NonNullable<ProfileOptions['plugins']> {
  if (value === undefined) return {};
  if (!isRecord(value)) {
    sink(path, 'Invalid value: an object is expected');
    return {};
  }
  const sets: Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>> = {};
  for (const [point, set] of Object.entries(value)) {
    const isKnown = point === 'multiPoint' || (EXTENSION_POINTS as readonly string[]).includes(point);
    if (!isKnown) sink(`${path}.${point}`, `unknown field "${point}"`);
    else if (isRecord(set)) {
      sets[point as ExtensionPoint] = {
        enabled: refsOf(set['enabled'], `${path}.${point}.enabled`, sink),
        disabled: refsOf(set['disabled'], `${path}.${point}.disabled`, sink),
      };
    }
  }
  return sets;
}

function refsOf(value: unknown, path: string, sink: FaultSink): NonNullable<PluginSet['enabled']> {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    sink(path, 'Invalid value: a list is expected');
    return [];
  }
  const seen = new Set<string>();
  return value.map((item: unknown, index) => {
    const { name, weight } = (isRecord(item) ? item : {}) as { name?: unknown; weight?: unknown };
    const at = `${path}[${index}]`;
    if (typeof name !== 'string' || name === '') sink(`${at}.name`, 'Required value');
    else if (seen.has(name)) sink(`${at}.name`, `Duplicate value: "${name}"`);
    else if (!isPluginName(name) && !(name === '*' && path.endsWith('.disabled')))
      sink(`${at}.name`, `Invalid value: "${name}": there is no plugin of this name`);
    seen.add(String(name));
    if (weight !== undefined && !(Number.isInteger(weight) && (weight as number) >= 0))
      sink(`${at}.weight`, `Invalid value: ${JSON.stringify(weight)}: must be a whole number of 0 or more`);
    return { name: String(name), ...(typeof weight === 'number' ? { weight } : {}) };
  });
}

function argsOf(value: unknown, path: string, sink: FaultSink): PluginArgs {
  if (value === undefined) return {};
  if (!Array.isArray(value)) {
    sink(path, 'Invalid value: a list is expected');
    return {};
  }
  const args: Record<string, unknown> = {};
  value.forEach((item: unknown, index) => {
    const { name, args: own } = (isRecord(item) ? item : {}) as { name?: unknown; args?: unknown };
    const at = `${path}[${index}]`;
    if (typeof name !== 'string' || !isPluginName(name)) {
      sink(`${at}.name`, `Invalid value: ${JSON.stringify(name ?? '')}: there is no plugin of this name`);
      return;
    }
    if (Object.hasOwn(args, name)) sink(at, `Duplicate value: "${name}"`);
    args[name] = checkArgs(name, own, `${at}.args`, sink);
  });
  return args as PluginArgs;
}

export function makeProfiles({ profiles }: SchedulerConfiguration, minorRelease: number): ReadonlyMap<string, Profile> {
  return new Map(profiles.map((options) => [options.schedulerName, new Profile(options, minorRelease)]));
}

export function queueOptionsOf(configuration: SchedulerConfiguration, minorRelease: number): QueueOptions {
  return {
    initialBackoffMs: configuration.podInitialBackoffSeconds * 1000,
    maxBackoffMs: configuration.podMaxBackoffSeconds * 1000,
    popsFromBackoff: minorRelease >= 33,
  };
}
