/**
 * KubeSchedulerConfiguration: read, checked and made into profiles. Upstream: pkg/scheduler/apis/config/{v1,validation}.
 * Leader election and parallelism are checked and change nothing: this world has one scheduler. Extenders are refused.
 */
import { checkElection, DEFAULT_RATES, ratesOf, type ClientRates } from './component-options.ts';
import {
  checkFields,
  int32Of,
  invalid,
  isRecord,
  listOf,
  objectOf,
  shown,
  unsupported,
  type ConfigurationFault,
  type FaultSink,
} from './configuration-faults.ts';
import { ARGUMENT_FIELDS, checkArgs } from './plugin-args.ts';
import { checkQueueSort, pluginsOf, unknownPlugin } from './plugin-sets.ts';
import { isPluginName, type PluginArgs } from './plugins/registry.ts';
import { DEFAULT_SCHEDULER_NAME, EXTENSION_POINTS, Profile, type ProfileOptions } from './profile.ts';
import type { QueueOptions } from './queue.ts';

export type { ConfigurationFault } from './configuration-faults.ts';

export interface SchedulerConfiguration extends ClientRates {
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  readonly profiles: readonly ProfileOptions[];
}

export const DEFAULT_CONFIGURATION: SchedulerConfiguration = {
  percentageOfNodesToScore: 0,
  ...DEFAULT_RATES,
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
  ...['apiVersion', 'kind', 'parallelism', 'leaderElection', 'clientConnection', 'enableProfiling'],
  ...['enableContentionProfiling', 'percentageOfNodesToScore', 'podInitialBackoffSeconds', 'podMaxBackoffSeconds'],
  ...['profiles', 'extenders', 'delayCacheUntilActive'],
]);
const PROFILE_FIELDS = new Set(['schedulerName', 'percentageOfNodesToScore', 'plugins', 'pluginConfig']);

/** Which plugins sort and bind is the same in every release that is simulated. */
const RELEASE = 35;

/** `warnings` are names of plugins that do not exist where upstream lets them pass. */
export type ParsedConfiguration =
  | { readonly ok: true; readonly value: SchedulerConfiguration; readonly warnings: readonly ConfigurationFault[] }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

/** `object` is what the YAML says. */
export function parseConfiguration(object: unknown): ParsedConfiguration {
  const [faults, warnings]: [ConfigurationFault[], ConfigurationFault[]] = [[], []];
  const sink: FaultSink = (path, message) => void faults.push({ path, message });
  const warn: FaultSink = (path, message) => void warnings.push({ path, message });
  if (!isRecord(object)) return { ok: false, faults: [{ path: '', message: 'Required value: an object is expected' }] };
  const { apiVersion, kind } = object;
  if (apiVersion !== CONFIGURATION_API_VERSION)
    sink('apiVersion', unsupported(apiVersion ?? '', [CONFIGURATION_API_VERSION]));
  if (kind !== CONFIGURATION_KIND) sink('kind', unsupported(kind ?? '', [CONFIGURATION_KIND]));
  checkFields(object, FIELDS, '', sink);
  const rates = ratesOf(object['clientConnection'], sink);
  checkElection(object['leaderElection'], sink);
  const parallelism = int32Of(object['parallelism'], 16, 'parallelism', sink);
  if (parallelism <= 0) sink('parallelism', invalid(parallelism, 'should be an integer value greater than zero'));
  const profiles = profilesOf(object['profiles'], sink, warn);
  const percentageOfNodesToScore = percentageOf(object['percentageOfNodesToScore'], 'percentageOfNodesToScore', sink);
  const podInitialBackoffSeconds = int32Of(object['podInitialBackoffSeconds'], 1, 'podInitialBackoffSeconds', sink);
  const podMaxBackoffSeconds = int32Of(object['podMaxBackoffSeconds'], 10, 'podMaxBackoffSeconds', sink);
  if (podInitialBackoffSeconds <= 0)
    sink('podInitialBackoffSeconds', invalid(podInitialBackoffSeconds, 'must be greater than 0'));
  if (podMaxBackoffSeconds < podInitialBackoffSeconds) {
    const reason = 'must be greater than or equal to PodInitialBackoffSeconds';
    sink('podMaxBackoffSeconds', invalid(podMaxBackoffSeconds, reason));
  }
  if (listOf(object['extenders'], 'extenders', sink).length > 0)
    sink('extenders', 'Forbidden: extenders are called over the network, which this simulation cannot do');
  if (faults.length === 0) profiles.forEach((options, index) => checkProfile(options, `profiles[${index}]`, sink));
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    value: {
      percentageOfNodesToScore: percentageOfNodesToScore ?? 0,
      ...rates,
      podInitialBackoffSeconds,
      podMaxBackoffSeconds,
      profiles,
    },
    warnings,
  };
}

function percentageOf(value: unknown, path: string, sink: FaultSink): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100) return value as number;
  sink(path, invalid(value, 'not in valid range [0-100]'));
  return undefined;
}

/** No profile is one with nothing in it; and a profile that is alone needs no name. */
function profilesOf(value: unknown, sink: FaultSink, warn: FaultSink): readonly ProfileOptions[] {
  const given = listOf(value, 'profiles', sink);
  const list = given.length === 0 ? [{}] : given;
  const fallback = list.length === 1 ? DEFAULT_SCHEDULER_NAME : '';
  const names = new Set<string>();
  const profiles = list.map((item, index) => {
    const path = `profiles[${index}]`;
    const profile = profileOf(objectOf(item, path, sink) ?? {}, fallback, path, sink, warn);
    const { schedulerName } = profile;
    if (schedulerName === '') sink(`${path}.schedulerName`, 'Required value');
    if (names.has(schedulerName)) sink(`${path}.schedulerName`, `Duplicate value: ${shown(schedulerName)}`);
    names.add(schedulerName);
    return profile;
  });
  checkQueueSort(profiles, sink);
  return profiles;
}

/** What upstream refuses when it makes a profile: it has to sort its queue in one way, and to bind. */
function checkProfile(options: ProfileOptions, path: string, sink: FaultSink): void {
  const profile = new Profile(options, RELEASE);
  const of = `profile with scheduler name ${shown(options.schedulerName)}`;
  const sorts = profile.at('queueSort').length;
  if (sorts !== 1) sink(`${path}.plugins`, `only one queue sort plugin required for ${of}, but got ${sorts}`);
  if (profile.at('bind').length === 0) sink(`${path}.plugins`, `at least one bind plugin is needed for ${of}`);
}

function profileOf(
  item: Readonly<Record<string, unknown>>,
  fallback: string,
  path: string,
  sink: FaultSink,
  warn: FaultSink,
): ProfileOptions {
  checkFields(item, PROFILE_FIELDS, path, sink);
  const schedulerName = item['schedulerName'] ?? fallback;
  if (typeof schedulerName !== 'string') sink(`${path}.schedulerName`, invalid(schedulerName, 'a text is expected'));
  const percentage = percentageOf(item['percentageOfNodesToScore'], `${path}.percentageOfNodesToScore`, sink);
  return {
    schedulerName: String(schedulerName),
    ...(percentage === undefined ? {} : { percentageOfNodesToScore: percentage }),
    plugins: pluginsOf(item['plugins'], `${path}.plugins`, sink, warn),
    args: argsOf(item['pluginConfig'], `${path}.pluginConfig`, sink, warn),
  };
}

const CONFIG_FIELDS = new Set(['name', 'args']);

function argsOf(value: unknown, path: string, sink: FaultSink, warn: FaultSink): PluginArgs {
  const args: Record<string, unknown> = {};
  const seen = new Set<string>();
  listOf(value, path, sink).forEach((item, index) => {
    const at = `${path}[${index}]`;
    const fields = objectOf(item, at, sink) ?? {};
    checkFields(fields, CONFIG_FIELDS, at, sink);
    const name = String(fields['name'] ?? '');
    if (seen.has(name)) sink(at, `Duplicate value: ${shown(name)}`);
    seen.add(name);
    if (!isPluginName(name)) warn(`${at}.name`, unknownPlugin(name));
    // Of a plugin that takes none, or that is not known, they are not read.
    else if (ARGUMENT_FIELDS[name])
      args[name] = checkArgs(name, fields['args'], `${at}.args`, CONFIGURATION_API_VERSION, sink);
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
