/** What the server serves, as kubectl finds it: by plural, singular, short name or kind. Upstream: client-go/{discovery,restmapper}. */
import { failure } from '../failure.ts';
import type { Rest } from './rest.ts';

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
}

const ACCEPT =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

interface Described {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly {
    readonly version: string;
    readonly resources?: readonly {
      readonly resource: string;
      readonly singularResource?: string;
      readonly responseKind?: { readonly kind?: string };
      readonly scope?: string;
      readonly verbs?: readonly string[];
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
      readonly subresources?: readonly { readonly subresource: string }[];
    }[];
  }[];
}

export class Discovery {
  /** In each version that it is served in, the preferred one of a group first. */
  readonly resources: readonly Resource[];
  /** Every group and version, `apps/v1`, of which there may be no resource at the moment. */
  readonly apiVersions: readonly string[];

  constructor(rest: Rest) {
    const groups = ['/api', '/apis'].flatMap((path) => {
      const { items = [] } = rest.json('GET', path, { accept: ACCEPT }) as { items?: readonly Described[] };
      return items;
    });
    this.resources = groups.flatMap(resourcesOf);
    this.apiVersions = groups.flatMap(({ metadata, versions = [] }) =>
      versions.map(({ version }) => apiVersionOf({ group: metadata?.name ?? '', version })),
    );
  }

  /** `po`, `pods`, `Pod`, `deployments.apps`, `deployments.v1.apps`. */
  find(name: string): Resource | undefined {
    const wanted = name.toLowerCase();
    const [plural = '', ...rest] = wanted.split('.');
    const isNamed = (item: Resource): boolean => item.plural === plural || item.singular === plural;
    const exact = this.resources.find((item) => isNamed(item) && isGroup(item, rest));
    if (exact) return exact;
    return this.resources.find((item) => item.shortNames.includes(plural) && isGroup(item, rest));
  }

  named(name: string): Resource {
    const found = this.find(name);
    if (!found) throw failure(`the server doesn't have a resource type ${JSON.stringify(name)}`);
    return found;
  }

  byKind(apiVersion: string, kind: string): Resource | undefined {
    return this.resources.find((item) => item.kind === kind && apiVersionOf(item) === apiVersion);
  }

  inCategory(category: string): readonly Resource[] {
    return this.preferred.filter(({ categories }) => categories.includes(category));
  }

  /** Each resource once, in its preferred version. */
  get preferred(): readonly Resource[] {
    const found = new Map<string, Resource>();
    for (const item of this.resources) if (!found.has(resourceOf(item))) found.set(resourceOf(item), item);
    return [...found.values()];
  }
}

export const apiVersionOf = ({ group, version }: Pick<Resource, 'group' | 'version'>): string =>
  group ? `${group}/${version}` : version;

/** `deployments.apps`. */
export const resourceOf = ({ plural, group }: Pick<Resource, 'plural' | 'group'>): string =>
  group ? `${plural}.${group}` : plural;

/** `deployment.apps`, the way results are named. */
export const kindNameOf = ({ kind, group }: Pick<Resource, 'kind' | 'group'>): string =>
  group ? `${kind.toLowerCase()}.${group}` : kind.toLowerCase();

function isGroup({ group, version }: Resource, rest: readonly string[]): boolean {
  if (rest.length === 0) return true;
  const wanted = rest.join('.');
  if (group === wanted || (wanted !== '' && group.startsWith(wanted))) return true;
  return rest[0] === version && (rest.length === 1 ? group === '' : group === rest.slice(1).join('.'));
}

/** Of a resource without a kind there are only subresources. Upstream: client-go/discovery/aggregated_discovery.go. */
function resourcesOf({ metadata, versions = [] }: Described): readonly Resource[] {
  return versions.flatMap(({ version, resources = [] }) =>
    resources
      .filter(({ responseKind }) => responseKind?.kind)
      .map((item) => ({
        group: metadata?.name ?? '',
        version,
        plural: item.resource,
        singular: item.singularResource || (item.responseKind?.kind ?? '').toLowerCase(),
        kind: item.responseKind?.kind ?? '',
        isNamespaced: item.scope === 'Namespaced',
        verbs: item.verbs ?? [],
        shortNames: item.shortNames ?? [],
        categories: item.categories ?? [],
        subresources: (item.subresources ?? []).map(({ subresource }) => subresource),
      })),
  );
}
