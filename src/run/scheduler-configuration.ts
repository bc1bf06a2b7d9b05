/** A KubeSchedulerConfiguration as a person writes it, read and checked; the simulation takes it as JSON. */
import type { Pod } from 'kubernetes-types/core/v1';
import {
  makeFault,
  nearest,
  parseManifest,
  type FaultCode,
  type ManifestDocument,
  type Span,
} from '../manifest/index.ts';
import { CONFIGURATION_FIELDS, CONFIGURATION_KIND, parseConfiguration, PLUGIN_NAMES } from '../sim/scheduler/index.ts';
import type { World } from '../sim/world.ts';
import { RunFault } from './fault.ts';
import type { Fault } from './types.ts';

const refuse = (reason: string): RunFault =>
  new RunFault('options.schedulerConfiguration', `The scheduler configuration cannot be applied: ${reason}.`, {
    reason,
  });

/** JSON of a configuration in YAML; empty for an empty text. Throws a `RunFault` that says where and why it is refused. */
export function schedulerConfigurationJson(text: string): string {
  if (isEmpty(text)) return '';
  const { documents, faults } = parseManifest('', text);
  const broken = faults.find(({ severity }) => severity === 'error');
  if (broken) throw refuse(`line ${broken.startLine}: ${broken.message.replace(/\.$/, '')}`);
  if (documents.length !== 1) throw refuse(`one document is expected, and there are ${documents.length}`);
  const parsed = parseConfiguration(documents[0]!.object);
  if (parsed.ok) return JSON.stringify(documents[0]!.object);
  throw refuse(parsed.faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '));
}

/** Comments alone are the default as well. */
const isEmpty = (text: string): boolean => text.replace(/^\s*#.*$/gm, '').trim() === '';

const WHOLE: Span = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 };

/** Everything that is wrong with a text, with its place; and, with a world in view, pods that no profile would take. */
export function checkSchedulerConfiguration(text: string, world?: World): readonly Fault[] {
  if (isEmpty(text)) return world ? checkProfiles(undefined, ['default-scheduler'], world) : [];
  const { documents, faults } = parseManifest(FILE, text);
  if (faults.some(({ severity }) => severity === 'error')) return faults;
  const [document] = documents;
  if (!document || documents.length > 1) {
    return [...faults, makeFault(FILE, WHOLE, 'error', 'scheduler.documents', { count: documents.length })];
  }
  const parsed = parseConfiguration(document.object);
  if (parsed.ok) {
    const names = parsed.value.profiles.map(({ schedulerName }) => schedulerName);
    const warnings = parsed.warnings.map(({ path, message }) => faultAt(document, path, message, 'warning'));
    return [...faults, ...warnings, ...(world ? checkProfiles(document, names, world) : [])];
  }
  return [...faults, ...parsed.faults.map(({ path, message }) => faultAt(document, path, message, 'error'))];
}

const FILE = 'scheduler';

type Found = readonly [code: FaultCode, values: Readonly<Record<string, string | number>>, suggestion?: string];

function faultAt(document: ManifestDocument, path: string, message: string, severity: Fault['severity']): Fault {
  const isKey = message.startsWith('unknown field');
  const span = (isKey ? document.keySpanOf(path) : undefined) ?? document.spanOf(path);
  const [code, values, suggestion] = read(path, message);
  const fix = suggestion === undefined ? undefined : { ...span, text: suggestion };
  return makeFault(FILE, span, severity, code, values, fix);
}

/** Upstream's messages, taken apart so that they can be said in another language and with what mends them. */
function read(path: string, message: string): Found {
  const field = path.replace(/^.*\./, '') || CONFIGURATION_KIND;
  const unknown = /^unknown field "(.*)"$/.exec(message)?.[1];
  if (unknown !== undefined) {
    const name = unknown.replace(/^.*\./, '');
    const suggestion = nearest(name, CONFIGURATION_FIELDS);
    return suggestion
      ? ['manifest.unknownFieldNear', { path: name, suggestion }, suggestion]
      : ['manifest.unknownField', { path: name }];
  }
  const plugin = /^(?:Invalid value: |\w+Plugin )"(.*)"(?:: there is no plugin of this name| does not exist)$/.exec(
    message,
  )?.[1];
  if (plugin !== undefined) {
    const suggestion = nearest(plugin, PLUGIN_NAMES);
    return suggestion
      ? ['scheduler.noPluginNear', { name: plugin, suggestion }, suggestion]
      : ['scheduler.noPlugin', { name: plugin, known: PLUGIN_NAMES.join(', ') }];
  }
  const unsupported = /^Unsupported value: (.*): supported values: (.*)$/.exec(message);
  if (unsupported) {
    const [, value = '', known = ''] = unsupported;
    const names = [...known.matchAll(/"([^"]+)"/g)].map((match) => match[1]!);
    const suggestion = names.length === 1 ? names[0] : nearest(value.replaceAll('"', ''), names);
    return ['scheduler.unsupported', { field, value, known: names.join(', ') }, suggestion];
  }
  const range = /^Invalid value: (.*?): (?:resource weight of .* )?not in valid range (.*)$/.exec(message);
  if (range) return ['scheduler.range', { field, value: range[1]!, range: range[2]! }];
  const twice = /^Duplicate value: "(.*)"$/.exec(message)?.[1];
  if (twice !== undefined) return ['scheduler.duplicate', { value: twice }];
  const required = /^Required value(?:: (.*))?$/.exec(message);
  if (required) return ['scheduler.required', { field, reason: required[1] ?? '' }];
  return ['scheduler.invalid', { field, reason: message }];
}

function checkProfiles(
  document: ManifestDocument | undefined,
  names: readonly string[],
  world: World,
): readonly Fault[] {
  const counts = new Map<string, number>();
  for (const { spec } of world.list('pods') as Iterable<Pod>) {
    const name = spec?.schedulerName ?? '';
    if (!spec?.nodeName && !names.includes(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const span = document?.spanOf('profiles') ?? WHOLE;
  return [...counts].map(([name, count]) => makeFault(FILE, span, 'warning', 'scheduler.noProfile', { name, count }));
}
