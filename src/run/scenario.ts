/**
 * Scenario files and what links hold: untyped data in, a checked `Scenario` out. Every fault says where it is and what
 * was expected. Written by hand, a file may leave out nearly everything; the default cluster stands behind it.
 */
import { parse } from 'yaml';
import { checkOptions, defaultOptions, NODE_LIMIT } from '../sim/azure/index.ts';
import { schedulerConfigurationJson } from './scheduler-configuration.ts';
import type { PoolOptions, StaticPodOptions, WorldOptions } from '../sim/options.ts';
import { LINE_LIMIT, type Language } from '../shell/terminal/index.ts';
import { RunFault } from './fault.ts';
import {
  SCENARIO_VERSION,
  TERMINAL_KEYS,
  type Command,
  type Expectation,
  type LineRange,
  type LoggedCommand,
  type Scenario,
  type ScenarioView,
} from './types.ts';

/** More commands than this in one file are refused: a person does not give so many. */
export const COMMAND_LIMIT = 10_000;
/** A release has so long to roll out where nothing else is said. */
const RELEASE_TIMEOUT_MS = 120_000;
/** Characters of one text. */
export const TEXT_LIMIT = 8 * 1024 * 1024;

/** What a place of a scenario may hold; the page says it in the reader's language. */
const EXPECTED = {
  mapping: () => 'expected a mapping',
  list: () => 'expected a list',
  text: () => 'expected a text',
  size: (limit: string) => `expected at most ${limit} characters`,
  number: (range: string) => `expected a number from ${range}`,
  choice: (allowed: string) => `expected one of ${allowed}`,
  count: (limit: string) => `expected at most ${limit}`,
  order: () => 'expected times in order',
  fileName: () => 'expected a file name without a path',
} as const;

const fault = (where: string, expected: keyof typeof EXPECTED, value = ''): RunFault =>
  new RunFault('scenario.invalid', `${where}: ${EXPECTED[expected](value)}`, { where, expected, value });

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault(where, 'mapping');
  return value as Fields;
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw fault(where, 'list');
  return value;
}

function textOf(value: unknown, where: string, fallback?: string): string {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== 'string') throw fault(where, 'text');
  if (value.length > TEXT_LIMIT) throw fault(where, 'size', String(TEXT_LIMIT));
  return value;
}

function numberOf(value: unknown, where: string, low: number, high: number, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < low || value > high) {
    throw fault(where, 'number', `${low} – ${high}`);
  }
  return value;
}

function textsOf(value: unknown, where: string): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(fieldsOf(value, where));
  return Object.fromEntries(entries.map(([key, item]) => [key, textOf(item, `${where}.${key}`)]));
}

function oneOf<T extends string>(value: unknown, where: string, allowed: readonly T[], fallback?: T): T {
  if (value === undefined && fallback !== undefined) return fallback;
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw fault(where, 'choice', allowed.join(', '));
  return found;
}

function decodePool(value: unknown, where: string, fallback: PoolOptions): PoolOptions {
  const fields = fieldsOf(value, where);
  return {
    name: textOf(fields['name'], `${where}.name`, fallback.name),
    mode: oneOf(fields['mode'], `${where}.mode`, ['System', 'User'], 'User'),
    vmSize: textOf(fields['vmSize'], `${where}.vmSize`, fallback.vmSize),
    count: numberOf(fields['count'], `${where}.count`, 0, 5000, fallback.count),
    zones: listOf(fields['zones'], `${where}.zones`).map((zone, index) =>
      textOf(String(zone), `${where}.zones[${index}]`),
    ),
    maxPods: numberOf(fields['maxPods'], `${where}.maxPods`, 10, 250, fallback.maxPods),
    labels: textsOf(fields['labels'], `${where}.labels`),
    taints: listOf(fields['taints'], `${where}.taints`).map((item, index) => {
      const taint = fieldsOf(item, `${where}.taints[${index}]`);
      return {
        key: textOf(taint['key'], `${where}.taints[${index}].key`),
        ...(taint['value'] === undefined ? {} : { value: textOf(taint['value'], `${where}.taints[${index}].value`) }),
        effect: oneOf(taint['effect'], `${where}.taints[${index}].effect`, [
          'NoSchedule',
          'PreferNoSchedule',
          'NoExecute',
        ]),
      };
    }),
  };
}

function decodeStaticPod(value: unknown, where: string): StaticPodOptions {
  const fields = fieldsOf(value, where);
  const named = (['pool', 'node'] as const).flatMap((key) =>
    fields[key] === undefined ? [] : [[key, textOf(fields[key], `${where}.${key}`)] as const],
  );
  return {
    file: textOf(fields['file'], `${where}.file`),
    ...Object.fromEntries(named),
    manifest: fieldsOf(fields['manifest'], `${where}.manifest`),
  };
}

export function decodeOptions(value: unknown, where = 'options'): WorldOptions {
  const fields = value === undefined || value === null ? {} : fieldsOf(value, where);
  const seed = fields['seed'] === undefined ? undefined : textOf(String(fields['seed']), `${where}.seed`);
  const base = defaultOptions(seed);
  const options: WorldOptions = {
    seed: base.seed,
    preset: oneOf(fields['preset'], `${where}.preset`, ['aks', 'plain'], base.preset),
    clusterName: textOf(fields['clusterName'], `${where}.clusterName`, base.clusterName),
    resourceGroup: textOf(fields['resourceGroup'], `${where}.resourceGroup`, base.resourceGroup),
    region: textOf(fields['region'], `${where}.region`, base.region),
    kubernetesVersion: textOf(fields['kubernetesVersion'], `${where}.kubernetesVersion`, base.kubernetesVersion),
    epochMs: numberOf(fields['epochMs'], `${where}.epochMs`, 0, 4e12, base.epochMs),
    pools:
      fields['pools'] === undefined
        ? base.pools
        : listOf(fields['pools'], `${where}.pools`).map((pool, index) =>
            decodePool(pool, `${where}.pools[${index}]`, base.pools[0]!),
          ),
    schedulerConfiguration: textOf(fields['schedulerConfiguration'], `${where}.schedulerConfiguration`, ''),
    privateRegistries: listOf(fields['privateRegistries'], `${where}.privateRegistries`).map((item, index) =>
      textOf(item, `${where}.privateRegistries[${index}]`),
    ),
    runtime: oneOf(fields['runtime'], `${where}.runtime`, ['scripted', 'pretended'], base.runtime),
    ...(fields['staticPods'] === undefined
      ? {}
      : {
          staticPods: listOf(fields['staticPods'], `${where}.staticPods`).map((item, index) =>
            decodeStaticPod(item, `${where}.staticPods[${index}]`),
          ),
        }),
  };
  schedulerConfigurationJson(options.schedulerConfiguration);
  const [first] = checkOptions(options);
  if (first) throw new RunFault(first.code, `${where}: ${first.message}`, first.values);
  return options;
}

function decodeLines(value: unknown, where: string): LineRange {
  const fields = fieldsOf(value, where);
  const from = numberOf(fields['from'], `${where}.from`, 1, 1e9);
  return { from, to: numberOf(fields['to'], `${where}.to`, from, 1e9) };
}

function decodeRelease(fields: Fields, where: string): Command {
  const file = textOf(fields['file'], `${where}.file`, 'manifest.yaml');
  return {
    verb: 'release',
    name: textOf(fields['name'], `${where}.name`, file),
    file,
    text: textOf(fields['text'], `${where}.text`),
    timeoutMs: numberOf(fields['timeoutMs'], `${where}.timeoutMs`, 1_000, 3_600_000, RELEASE_TIMEOUT_MS),
    rollsBack: fields['rollsBack'] !== false,
    ...(fields['testUrl'] === undefined ? {} : { testUrl: textOf(fields['testUrl'], `${where}.testUrl`) }),
  };
}

/** Lines are short, and the files beside them are those of the editor: names without a path. */
function decodeTyped(fields: Fields, where: string): Command {
  const line = textOf(fields['line'], `${where}.line`);
  if (line.length > LINE_LIMIT) throw fault(`${where}.line`, 'size', String(LINE_LIMIT));
  const sizes = (['columns', 'rows'] as const).flatMap((key) =>
    fields[key] === undefined ? [] : [[key, Math.floor(numberOf(fields[key], `${where}.${key}`, 2, 1000))] as const],
  );
  return {
    verb: 'terminal',
    line,
    ...(fields['files'] === undefined ? {} : { files: decodeChanges(fields['files'], `${where}.files`) }),
    ...Object.fromEntries(sizes),
    ...(fields['language'] === undefined
      ? {}
      : { language: oneOf<Language>(fields['language'], `${where}.language`, ['en', 'ko']) }),
  };
}

function decodeChanges(value: unknown, where: string): Readonly<Record<string, string | null>> {
  const entries = Object.entries(fieldsOf(value, where)).map(([name, text]) => {
    if (name === '' || name.includes('/') || name.length > 255) throw fault(`${where}.${name}`, 'fileName');
    return [name, text === null ? null : textOf(text, `${where}.${name}`)] as const;
  });
  return Object.fromEntries(entries);
}

function decodeCommand(value: unknown, where: string): Command {
  const fields = fieldsOf(value, where);
  const verb = oneOf(fields['verb'], `${where}.verb`, [
    ...([
      'apply',
      'delete',
      'request',
      'traffic',
      'stop-traffic',
      'configure-scheduler',
      'scale-pool',
      'fault',
    ] as const),
    ...(['release', 'terminal', 'terminal-key'] as const),
  ]);
  switch (verb) {
    case 'apply':
    case 'delete':
      return {
        verb,
        file: textOf(fields['file'], `${where}.file`, 'manifest.yaml'),
        text: textOf(fields['text'], `${where}.text`),
        ...(fields['lines'] === undefined ? {} : { lines: decodeLines(fields['lines'], `${where}.lines`) }),
      };
    case 'request':
      return {
        verb,
        method: textOf(fields['method'], `${where}.method`, 'GET'),
        path: textOf(fields['path'], `${where}.path`),
        headers: textsOf(fields['headers'], `${where}.headers`),
        body: textOf(fields['body'], `${where}.body`, ''),
        ...(fields['client'] === undefined
          ? {}
          : { client: oneOf(fields['client'], `${where}.client`, ['dashboard'] as const) }),
      };
    case 'traffic':
      return {
        verb,
        namespace: textOf(fields['namespace'], `${where}.namespace`, 'default'),
        pod: textOf(fields['pod'], `${where}.pod`),
        url: textOf(fields['url'], `${where}.url`),
        count: numberOf(fields['count'], `${where}.count`, 1, 100_000, 1),
        intervalMs: numberOf(fields['intervalMs'], `${where}.intervalMs`, 1, 3_600_000, 1000),
      };
    case 'stop-traffic':
      return { verb };
    case 'release':
      return decodeRelease(fields, where);
    case 'terminal':
      return decodeTyped(fields, where);
    case 'terminal-key':
      return { verb, key: oneOf(fields['key'], `${where}.key`, TERMINAL_KEYS) };
    case 'configure-scheduler':
      return { verb, text: textOf(fields['text'], `${where}.text`, '') };
    case 'scale-pool':
      return {
        verb,
        pool: textOf(fields['pool'], `${where}.pool`),
        count: numberOf(fields['count'], `${where}.count`, 0, NODE_LIMIT),
      };
    case 'fault':
      return {
        verb,
        component: textOf(fields['component'], `${where}.component`),
        action: oneOf(fields['action'], `${where}.action`, ['stop', 'start']),
      };
  }
}

function decodeLogged(value: unknown, where: string): LoggedCommand {
  const fields = fieldsOf(value, where);
  const at = numberOf(fields['at'], `${where}.at`, 0, 1e12);
  const command = decodeCommand(fields['command'], `${where}.command`);
  return fields['step'] === undefined
    ? { at, command }
    : { at, step: numberOf(fields['step'], `${where}.step`, 0, 1e12), command };
}

function decodeExpectation(value: unknown, where: string): Expectation {
  const fields = fieldsOf(value, where);
  return {
    at: numberOf(fields['at'], `${where}.at`, 0, 1e12),
    path: textOf(fields['path'], `${where}.path`),
    ...(fields['field'] === undefined ? {} : { field: textOf(fields['field'], `${where}.field`) }),
    ...(fields['equals'] === undefined ? {} : { equals: fields['equals'] }),
    ...(fields['matches'] === undefined ? {} : { matches: textOf(fields['matches'], `${where}.matches`) }),
  };
}

/** A stored view is small; anything longer did not come from the page. */
const VIEW_TEXT_LIMIT = 500;

function decodeView(value: unknown, where: string): ScenarioView {
  const fields = fieldsOf(value, where);
  const texts = (['selected', 'namespace', 'filter', 'left', 'right', 'drawer', 'lesson'] as const).flatMap((key) => {
    if (fields[key] === undefined) return [];
    const text = textOf(fields[key], `${where}.${key}`);
    if (text.length > VIEW_TEXT_LIMIT) throw fault(`${where}.${key}`, 'size', String(VIEW_TEXT_LIMIT));
    return [[key, text] as const];
  });
  const camera = fields['camera'] === undefined ? undefined : fieldsOf(fields['camera'], `${where}.camera`);
  return {
    ...Object.fromEntries(texts),
    ...(camera
      ? {
          camera: {
            x: numberOf(camera['x'], `${where}.camera.x`, -1e6, 1e6),
            y: numberOf(camera['y'], `${where}.camera.y`, -1e6, 1e6),
            zoom: numberOf(camera['zoom'], `${where}.camera.zoom`, 0.01, 100),
          },
        }
      : {}),
  };
}

/** Throws a `RunFault` for anything that is not a scenario of a version that this build reads. */
export function decodeScenario(value: unknown): Scenario {
  const fields = fieldsOf(value, 'scenario');
  const version = numberOf(fields['version'], 'version', 1, 1e6, SCENARIO_VERSION);
  if (version > SCENARIO_VERSION) {
    throw new RunFault(
      'link.futureVersion',
      `This scenario is of version ${version}; this build reads up to ${SCENARIO_VERSION}.`,
      {
        version,
      },
    );
  }
  const commands = listOf(fields['commands'], 'commands');
  if (commands.length > COMMAND_LIMIT) throw fault('commands', 'count', String(COMMAND_LIMIT));
  const logged = commands.map((item, index) => decodeLogged(item, `commands[${index}]`));
  logged.forEach((item, index) => {
    if (index > 0 && item.at < logged[index - 1]!.at) throw fault(`commands[${index}].at`, 'order');
  });
  return {
    version: SCENARIO_VERSION,
    ...(fields['title'] === undefined ? {} : { title: textOf(fields['title'], 'title') }),
    options: decodeOptions(fields['options']),
    files: textsOf(fields['files'], 'files'),
    commands: logged,
    time: numberOf(fields['time'], 'time', 0, 1e12, 0),
    speed: numberOf(fields['speed'], 'speed', 0.1, 1000, 1),
    ...(fields['view'] === undefined ? {} : { view: decodeView(fields['view'], 'view') }),
    ...(fields['expectations'] === undefined
      ? {}
      : {
          expectations: listOf(fields['expectations'], 'expectations').map((item, index) =>
            decodeExpectation(item, `expectations[${index}]`),
          ),
        }),
  };
}

/** Reads a scenario file, YAML or JSON. */
export function parseScenario(text: string): Scenario {
  if (text.length > 2 * TEXT_LIMIT) throw fault('scenario', 'size', String(2 * TEXT_LIMIT));
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RunFault('scenario.notYaml', `The file is neither YAML nor JSON: ${reason}`, { reason }, error);
  }
  return decodeScenario(value);
}
