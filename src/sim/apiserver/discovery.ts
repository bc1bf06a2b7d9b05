/**
 * What the server says of itself: health, version, and discovery in the legacy and the aggregated form.
 * Upstream: apiserver/pkg/endpoints/discovery/{legacy,root,aggregated}, api/apidiscovery/v2/types.go.
 * Left out: OpenAPI documents.
 */
import { apiVersionOf, type KindDefinition, type Subresource, type Verb } from '../api/kind.ts';
import type { Status } from '../api/object.ts';
import { UNAVAILABLE, type GroupVersion } from './aggregation.ts';
import { healthText, HEALTH_PATHS } from './health.ts';
import type { ApiServer } from './server.ts';

export interface Said {
  readonly body: unknown;
  /** Where it is not the usual one for the body. */
  readonly contentType?: string;
}

const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Answers the paths that are about no object; undefined for all others. */
export function serveDiscovery(
  api: ApiServer,
  path: string,
  accept: string,
  query: URLSearchParams,
): Said | Status | undefined {
  const health = healthText(path, query);
  if (health !== undefined) return { body: health, contentType: 'text/plain; charset=utf-8' };
  const { aggregator } = api;
  const served = aggregator.groupVersions();
  switch (path) {
    case '/':
      return { body: { paths: pathsOf(served) } };
    case '/version':
    case '/version/':
      return { body: versionOf(api.options.kubernetesVersion) };
    case '/api':
      if (wantsAggregated(accept)) return { body: aggregated(api, served, ['']), contentType: AGGREGATED };
      return { body: { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] } };
    case '/apis':
      if (wantsAggregated(accept)) return { body: aggregated(api, served, groupsOf(served)), contentType: AGGREGATED };
      return { body: groupList(served) };
    default: {
      const groupVersion = /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))$/.exec(path)?.slice(1).find(Boolean);
      const group = /^\/apis\/([^/]+)$/.exec(path)?.[1];
      if (group !== undefined && versionsOf(served, group).length > 0)
        return { body: { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(served, group) } };
      const asked = served.find((item) => apiVersionOf(item) === groupVersion);
      if (!asked) return undefined;
      // The list of another server is its own answer, not what was last heard of it.
      if (!aggregator.isCurrent(asked)) return UNAVAILABLE;
      const found = aggregator.kinds().filter((kind) => apiVersionOf(kind) === groupVersion);
      return {
        body: { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: found.flatMap(resourcesOf) },
      };
    }
  }
}

/** `as=APIGroupDiscoveryList` in version 2, as kubectl asks before it asks for the legacy form. */
function wantsAggregated(accept: string): boolean {
  return accept.split(',').some((type) => {
    const parts = type.split(';').map((part) => part.trim());
    return parts.includes('as=APIGroupDiscoveryList') && parts.includes('v=v2');
  });
}

function versionOf(version: string): unknown {
  const [major = '1', minor = ''] = version.split('.');
  const { gitCommit = '', buildDate = '', goVersion = '' } = BUILDS[version] ?? {};
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: `v${version}`,
    gitCommit,
    gitTreeState: 'clean',
    buildDate,
    goVersion,
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

interface Build {
  readonly gitCommit: string;
  readonly buildDate: string;
  readonly goVersion: string;
}

/** From what the releases were built, as `kubectl version --client` of the same release tells. */
const BUILDS: Readonly<Record<string, Build>> = {
  '1.35.2': {
    gitCommit: 'fdc9d74cbf2da6754ebf81d56f80ae2948cd6425',
    buildDate: '2026-02-26T20:05:34Z',
    goVersion: 'go1.25.7',
  },
};

/** Everything that can be asked for, in order. Upstream: apiserver/pkg/server/routes/index.go. */
function pathsOf(served: readonly GroupVersion[]): readonly string[] {
  const groups = groupsOf(served).flatMap((group) => [
    `/apis/${group}`,
    ...versionsOf(served, group).map((version) => `/apis/${group}/${version}`),
  ]);
  const documents = ['/openapi/v2', '/openapi/v3', ...['/api/v1', ...groups].map((path) => `/openapi/v3${path}`)];
  return ['/api', '/api/v1', '/apis', '/apis/', ...groups, ...HEALTH_PATHS, ...documents, '/version'].sort();
}

const groupsOf = (served: readonly GroupVersion[]): readonly string[] => [
  ...new Set(served.map(({ group }) => group).filter(Boolean)),
];

const versionsOf = (served: readonly GroupVersion[], group: string): readonly string[] =>
  served.filter((item) => item.group === group).map(({ version }) => version);

function groupList(served: readonly GroupVersion[]): unknown {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(served).map((name) => groupOf(served, name)) };
}

function groupOf(served: readonly GroupVersion[], name: string): object {
  const versions = versionsOf(served, name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

const someOf = (kind: KindDefinition): object => ({
  ...(kind.shortNames ? { shortNames: kind.shortNames } : {}),
  ...(kind.categories ? { categories: kind.categories } : {}),
});

function resourcesOf(kind: KindDefinition): readonly unknown[] {
  const { plural, singular, isNamespaced: namespaced, verbs = ALL_VERBS } = kind;
  const own = { name: plural, singularName: singular, namespaced, kind: kind.kind, verbs, ...someOf(kind) };
  return [
    ...(kind.servesOnlySubresources ? [] : [own]),
    ...(kind.subresources ?? []).map((item) => ({
      name: `${plural}/${item.name}`,
      singularName: '',
      namespaced,
      // Said only where it is not that of the resource: Scale and Eviction.
      ...(item.group === undefined ? {} : { group: item.group, version: item.version }),
      kind: item.kind,
      verbs: item.verbs,
    })),
  ];
}

/** Of a server that does not answer, the last that it said is told as stale. */
function aggregated({ aggregator }: ApiServer, served: readonly GroupVersion[], groups: readonly string[]): unknown {
  const kinds = aggregator.kinds();
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group ? { name: group } : {},
      versions: versionsOf(served, group).map((version) => ({
        version,
        freshness: aggregator.isCurrent({ group, version }) ? 'Current' : 'Stale',
        resources: kinds.filter((kind) => kind.group === group && kind.version === version).map(discoveryOf),
      })),
    })),
  };
}

function discoveryOf(kind: KindDefinition): unknown {
  const { group, version, plural, singular, isNamespaced, verbs = ALL_VERBS, subresources = [] } = kind;
  const subresourceOf = (item: Subresource): object => ({
    subresource: item.name,
    responseKind: { group: item.group ?? group, version: item.version ?? version, kind: item.kind },
    verbs: item.verbs,
  });
  return {
    resource: plural,
    // Clients pass over a resource whose kind is empty, and take its subresources.
    responseKind: kind.servesOnlySubresources
      ? { group: '', version: '', kind: '' }
      : { group, version, kind: kind.kind },
    scope: isNamespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: kind.servesOnlySubresources ? null : verbs,
    ...someOf(kind),
    ...(subresources.length > 0 ? { subresources: subresources.map(subresourceOf) } : {}),
  };
}
