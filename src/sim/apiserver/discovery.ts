/**
 * What the server says of itself: health, version, and discovery in the legacy and the aggregated form.
 * Upstream: apiserver/pkg/endpoints/discovery/{legacy,root,aggregated}, api/apidiscovery/v2/types.go.
 * Left out: OpenAPI documents.
 */
import { apiVersionOf, type KindDefinition, type Subresource, type Verb } from '../api/kind.ts';
import type { ApiServer } from './server.ts';

export interface Said {
  readonly body: unknown;
  /** Where it is not the usual one for the body. */
  readonly contentType?: string;
}

const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Answers the paths that are about no object; undefined for all others. */
export function serveDiscovery(api: ApiServer, path: string, accept: string): Said | undefined {
  const kinds = api.aggregator.kinds();
  const isCurrent = (kind: KindDefinition): boolean => api.aggregator.isCurrent(kind);
  switch (path) {
    case '/livez':
    case '/readyz':
    case '/healthz':
      return { body: 'ok' };
    case '/version':
      return { body: versionOf(api.options.kubernetesVersion) };
    case '/api':
      if (wantsAggregated(accept)) return { body: aggregated(kinds, [''], isCurrent), contentType: AGGREGATED };
      return { body: { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] } };
    case '/apis':
      if (wantsAggregated(accept))
        return { body: aggregated(kinds, groupsOf(kinds), isCurrent), contentType: AGGREGATED };
      return { body: groupList(kinds) };
    default: {
      const groupVersion = /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))$/.exec(path)?.slice(1).find(Boolean);
      const found = groupVersion ? kinds.filter((kind) => apiVersionOf(kind) === groupVersion) : [];
      if (found.length === 0) return undefined;
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
  return { major, minor, gitVersion: `v${version}`, gitTreeState: 'clean', platform: 'linux/amd64' };
}

const groupsOf = (kinds: readonly KindDefinition[]): readonly string[] => [
  ...new Set(kinds.map(({ group }) => group).filter(Boolean)),
];

const versionsOf = (kinds: readonly KindDefinition[], group: string): readonly string[] => [
  ...new Set(kinds.filter((kind) => kind.group === group).map(({ version }) => version)),
];

function groupList(kinds: readonly KindDefinition[]): unknown {
  const groups = groupsOf(kinds).map((name) => {
    const versions = versionsOf(kinds, name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] };
  });
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

const someOf = (kind: KindDefinition): object => ({
  ...(kind.shortNames ? { shortNames: kind.shortNames } : {}),
  ...(kind.categories ? { categories: kind.categories } : {}),
});

function resourcesOf(kind: KindDefinition): readonly unknown[] {
  const { plural, singular, isNamespaced: namespaced, verbs = ALL_VERBS } = kind;
  return [
    { name: plural, singularName: singular, namespaced, kind: kind.kind, verbs, ...someOf(kind) },
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
function aggregated(
  kinds: readonly KindDefinition[],
  groups: readonly string[],
  isCurrent: (kind: KindDefinition) => boolean,
): unknown {
  const of = (group: string, version: string): readonly KindDefinition[] =>
    kinds.filter((kind) => kind.group === group && kind.version === version);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group ? { name: group } : {},
      versions: versionsOf(kinds, group).map((version) => ({
        version,
        freshness: of(group, version).every(isCurrent) ? 'Current' : 'Stale',
        resources: of(group, version).map(discoveryOf),
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
    responseKind: { group, version, kind: kind.kind },
    scope: isNamespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...someOf(kind),
    ...(subresources.length > 0 ? { subresources: subresources.map(subresourceOf) } : {}),
  };
}
