/**
 * What two packages of models say of a type: `@kubernetes/client-node`, of release 1.34 (descriptions, what is required),
 * and `kubernetes-models`, of a later one (line ends, descriptions of fields that are objects, values that a text may have).
 * Where their wording differs, the older one counts.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const modules = resolve(import.meta.dirname, '../../node_modules');
const clientModels = join(modules, '@kubernetes/client-node/dist/gen/models');
const laterModels = join(modules, 'kubernetes-models');
const laterMachinery = join(modules, '@kubernetes-models/apimachinery/apis/meta');

export interface ModelField {
  readonly description: string;
  readonly isRequired: boolean;
  /** The only values that a text may have. */
  readonly values: readonly string[];
}

export interface Model {
  readonly description: string;
  readonly fields: Readonly<Record<string, ModelField>>;
}

const unquoted = (text: string): string =>
  text
    .replaceAll('\\"', '"')
    .replaceAll("\\'", "'")
    .replaceAll('\\n', '\n')
    .replaceAll('*_/', '*/')
    .replace(/\\([*/])/g, '$1')
    .trim();

/** A model's comments, as the generator of the client wrote them into its declarations. */
function readClientModel(file: string): Model {
  const text = readFileSync(file, 'utf8');
  const head = /\/\*\*\n\* ([\s\S]*?)\n\*\/\nexport declare class/.exec(text)?.[1] ?? '';
  const fields: Record<string, ModelField> = {};
  const pattern = /(?: {4}\/\*\*\n {4}\* ((?:(?!\*\/)[\s\S])*?)\n {4}\*\/\n)? {4}'(\w+)'(\?)?:/g;
  for (const [, description = '', name, optional] of text.matchAll(pattern)) {
    const key = name!.replace(/^_/, '');
    const plain = unquoted(description.replaceAll('\n    * ', '\n'));
    fields[key] = { description: plain, isRequired: !optional, values: [] };
  }
  return { description: unquoted(head), fields };
}

/** A comment's text: without its stars, and without the backslashes that keep markdown from reading it. */
function commented(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, ''));
  return lines
    .join('\n')
    .replace(/\\([*/_`<>[\]#|~])/g, '$1')
    .trim();
}

const HEAD = /(?:\/\*\*\n((?: \*.*\n)*?) \*\/\n)?export interface I\w+(?:<.*>)?(?: extends .*)? \{\n([\s\S]*?)\n\}/;
const FIELD = /(?: {4}\/\*\*\n((?: {5}\*.*\n)*?) {5}\*\/\n)? {4}"([^"]+)"(\?)?: (\{\n[\s\S]*?\n {4}\}|.*);\n/g;

function readLaterModel(file: string): Model {
  const [, comment = '', body = ''] = HEAD.exec(readFileSync(file, 'utf8')) ?? [];
  const fields: Record<string, ModelField> = {};
  for (const [, about = '', name = '', optional, type = ''] of `${body}\n`.matchAll(FIELD)) {
    const values = [...type.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value);
    fields[name] = { description: commented(about), isRequired: !optional, values };
  }
  return { description: commented(comment), fields };
}

const CLIENT_PREFIXES = [
  '',
  'Core',
  'Rbac',
  'Discovery',
  'Events',
  'Storage',
  'Authentication',
  'Resource',
  'Flowcontrol',
];

/** Folders of the groups whose names have a suffix. */
const SUFFIXED: Readonly<Record<string, string>> = {
  admissionregistration: 'admissionregistration.k8s.io',
  apiextensions: 'apiextensions.k8s.io',
  apiregistration: 'apiregistration.k8s.io',
  authentication: 'authentication.k8s.io',
  authorization: 'authorization.k8s.io',
  certificates: 'certificates.k8s.io',
  coordination: 'coordination.k8s.io',
  discovery: 'discovery.k8s.io',
  events: 'events.k8s.io',
  flowcontrol: 'flowcontrol.apiserver.k8s.io',
  networking: 'networking.k8s.io',
  node: 'node.k8s.io',
  rbac: 'rbac.authorization.k8s.io',
  resource: 'resource.k8s.io',
  scheduling: 'scheduling.k8s.io',
  storage: 'storage.k8s.io',
};

function clientModelOf(group: string, version: string, name: string): Model | undefined {
  if (version !== 'v1' && version !== 'v2') return undefined;
  const prefix = version.toUpperCase();
  const own = CLIENT_PREFIXES.find((item) => item.toLowerCase() === group) ?? '';
  const file = [`${own}${prefix}${name}`, `${prefix}${name}`]
    .map((item) => join(clientModels, `${item}.d.ts`))
    .find((path) => existsSync(path));
  return file ? readClientModel(file) : undefined;
}

function laterModelOf(group: string, version: string, name: string): Model | undefined {
  const folder = group === 'core' ? version : `${SUFFIXED[group] ?? group}/${version}`;
  const path = group === 'meta' ? join(laterMachinery, version) : join(laterModels, folder);
  const file = join(path, `${name}.d.ts`);
  return existsSync(file) ? readLaterModel(file) : undefined;
}

const ENUMERATION = /\n\nPossible enum values:\n[\s\S]*$/;
const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The older wording, with the line ends and the values of the later one. */
function worded(older: string, later: string): string {
  const values = ENUMERATION.exec(later)?.[0] ?? '';
  const text = later.slice(0, later.length - values.length);
  if (older === '' || squeezed(older) === squeezed(text)) return later;
  return `${older}${values}`;
}

/** What is known of a message such as `k8s.io.api.apps.v1.Deployment`. */
export function modelOf(message: string): Model | undefined {
  const [group = '', version = '', name = ''] = message.split('.').slice(-3);
  const older = clientModelOf(group, version, name);
  const later = laterModelOf(group, version, name);
  if (!older || !later) return older ?? later;
  const names = [...new Set([...Object.keys(older.fields), ...Object.keys(later.fields)])];
  const fields = names.map((key): [string, ModelField] => {
    const [before, after] = [older.fields[key], later.fields[key]];
    const description = worded(before?.description ?? '', after?.description ?? '');
    const isRequired = (before ?? after)!.isRequired;
    return [key, { description, isRequired, values: after?.values ?? [] }];
  });
  return { description: worded(older.description, later.description), fields: Object.fromEntries(fields) };
}

/** The comment of a field, such as `core.v1.PodSpec.nodeName`, without the values that it may have. */
export function descriptionOf(path: string): string {
  const at = path.lastIndexOf('.');
  return modelOf(path.slice(0, at))?.fields[path.slice(at + 1)]?.description.replace(ENUMERATION, '') ?? '';
}
