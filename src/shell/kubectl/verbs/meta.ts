/** Commands that tell of the server: `api-resources`, `api-versions`, `cluster-info`, `version`. Upstream: kubectl/pkg/cmd/{apiresources,clusterinfo,version}. */
import { byCode } from '../../../sim/api/go-json.ts';
import { apiVersionOf, resourceOf, type Resource } from '../client/discovery.ts';
import { flagsOf } from '../client/flags.ts';
import { failure } from '../failure.ts';
import type { Session } from '../session.ts';
import { goYaml } from '../text/go-yaml.ts';
import { tabbed, TABLE_TABS } from '../text/tab-writer.ts';

export const API_RESOURCES_FLAGS = flagsOf(
  'output/o no-headers:bool api-group namespaced:bool=true verbs:list sort-by categories:list cached:bool show-managed-fields:bool',
);
export const VERSION_FLAGS = flagsOf('output/o client:bool');

export function apiResources(session: Session): void {
  const { flags } = session;
  const output = flags.text('output');
  if (!['', 'wide', 'name'].includes(output)) throw failure(`--output ${output} is not available`);
  const chosen = session.discovery.preferred.filter((item) => isWanted(session, item));
  const sorted = chosen
    .map((item, index) => ({ item, index }))
    .sort((left, right) => order(flags.text('sort-by'), left.item, right.item) || left.index - right.index);
  const items = sorted.map(({ item }) => item);
  if (output === 'name') return items.forEach((item) => session.say(resourceOf(item)));
  const isWide = output === 'wide';
  const header = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(isWide ? ['VERBS', 'CATEGORIES'] : [])];
  const rows = items.map((item) => [
    item.plural,
    item.shortNames.join(','),
    apiVersionOf(item),
    String(item.isNamespaced),
    item.kind,
    ...(isWide ? [item.verbs.join(','), item.categories.join(',')] : []),
  ]);
  const lines = flags.bool('no-headers') ? rows : [header, ...rows];
  session.out(tabbed(lines.map((line) => `${line.join('\t')}\n`).join(''), TABLE_TABS));
}

function isWanted({ flags }: Session, item: Resource): boolean {
  if (item.verbs.length === 0) return false;
  if (flags.has('api-group') && item.group !== flags.text('api-group')) return false;
  if (flags.has('namespaced') && item.isNamespaced !== flags.bool('namespaced')) return false;
  if (!flags.all('verbs').every((verb) => item.verbs.includes(verb))) return false;
  return flags.all('categories').every((category) => item.categories.includes(category));
}

function order(sortBy: string, left: Resource, right: Resource): number {
  if (sortBy === 'name') return byCode(left.plural, right.plural);
  if (sortBy === 'kind') return byCode(left.kind, right.kind);
  if (sortBy !== '') throw failure('--sort-by accepts only name or kind');
  return byCode(left.group, right.group) || byCode(left.plural, right.plural);
}

export function apiVersions(session: Session): void {
  for (const version of [...session.discovery.apiVersions].sort(byCode)) session.say(version);
}

/** Colours only where they are wanted: the text alone is kubectl's. */
export function clusterInfo(session: Session): void {
  const { config } = session.context;
  const context = config.contexts.find(({ name }) => name === config.currentContext);
  const server = config.clusters.find(({ name }) => name === context?.cluster)?.server ?? '';
  session.say(`Kubernetes control plane is running at ${server}`);
  const services = session.discovery.named('services');
  const { items } = session.rest.list<Named>(services, 'kube-system', {
    labelSelector: 'kubernetes.io/cluster-service=true',
  });
  for (const { metadata, spec } of items) {
    const name = metadata?.labels?.['kubernetes.io/name'] || metadata?.name || '';
    const [port] = spec?.ports ?? [];
    const scheme = port && (port.name === 'https' || port.port === 443) ? 'https:' : '';
    const suffix = port?.name ? `:${port.name}` : '';
    session.say(
      `${name} is running at ${server}/api/v1/namespaces/${metadata?.namespace}/services/${scheme}${metadata?.name}${suffix}/proxy`,
    );
  }
  session.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
}

interface Named {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly ports?: readonly { readonly name?: string; readonly port: number }[] };
}

const CLIENT = {
  buildDate: '2026-02-26T20:05:34Z',
  compiler: 'gc',
  gitCommit: 'fdc9d74cbf2da6754ebf81d56f80ae2948cd6425',
  gitTreeState: 'clean',
  gitVersion: 'v1.35.2',
  goVersion: 'go1.25.7',
  major: '1',
  minor: '35',
  platform: 'linux/amd64',
};
const KUSTOMIZE = 'v5.7.1';
const NO_VERSION = {
  buildDate: '',
  compiler: '',
  gitCommit: '',
  gitTreeState: '',
  gitVersion: '',
  goVersion: '',
  major: '',
  minor: '',
  platform: '',
};

export function version(session: Session): void {
  const { flags, rest } = session;
  const output = flags.text('output');
  const server = flags.bool('client') ? undefined : (rest.json('GET', '/version') as { gitVersion?: string });
  if (output === '') {
    session.say(`Client Version: ${CLIENT.gitVersion}`);
    session.say(`Kustomize Version: ${KUSTOMIZE}`);
    if (server) session.say(`Server Version: ${server.gitVersion ?? ''}`);
    return;
  }
  const all = {
    clientVersion: CLIENT,
    kustomizeVersion: KUSTOMIZE,
    ...(server ? { serverVersion: { ...NO_VERSION, ...server } } : {}),
  };
  if (output === 'yaml') return session.out(`${goYaml(all)}\n`);
  if (output === 'json') return session.out(`${orderedJson(all)}\n`);
  throw failure("--output must be 'yaml' or 'json'");
}

const FIELDS = [
  'clientVersion',
  'kustomizeVersion',
  'serverVersion',
  'major',
  'minor',
  'emulationMajor',
  'emulationMinor',
  'minCompatibilityMajor',
  'minCompatibilityMinor',
  'gitVersion',
  'gitCommit',
  'gitTreeState',
  'buildDate',
  'goVersion',
  'compiler',
  'platform',
];

/** In the order of the struct's fields. */
function orderedJson(value: Readonly<Record<string, unknown>>): string {
  const ordered = (item: unknown): unknown => {
    if (typeof item !== 'object' || item === null) return item;
    const known = item as Record<string, unknown>;
    return Object.fromEntries(FIELDS.filter((name) => name in known).map((name) => [name, ordered(known[name])]));
  };
  return JSON.stringify(ordered(value), undefined, 2);
}
