/**
 * OpenAPI v3, a document a group and version: the schemas of its kinds and of all they refer to, and its paths as far as
 * clients read them (which kind a path is about, which options a write takes).
 * Upstream: apiserver/pkg/endpoints/installer.go, k8s.io/kube-openapi/pkg/handler3.
 * Left out: the parameters of reads, responses, and OpenAPI v2.
 */
import { apiVersionOf, type KindDefinition } from '../api/kind.ts';
import { hashText } from '../kernel/index.ts';

export type Schemas = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const groupPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;

/** `/openapi/v3`: where the document of each group and version is. */
export function openApiIndex(kinds: readonly KindDefinition[]): unknown {
  const versions = [...new Set(kinds.map(apiVersionOf))];
  const paths = versions.map((apiVersion) => {
    const path = groupPath(apiVersion);
    const members = kinds.filter((kind) => apiVersionOf(kind) === apiVersion).map(({ kind }) => kind);
    const hash = hashText(members.join()).toString(16).padStart(8, '0').repeat(4).toUpperCase();
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(paths) as Record<string, unknown> };
}

/** The document of `apis/apps/v1` or `api/v1`; undefined when nothing is served there. */
export function openApiDocument(kinds: readonly KindDefinition[], schemas: Schemas, path: string): unknown {
  const found = kinds.filter((kind) => groupPath(apiVersionOf(kind)) === path);
  if (found.length === 0) return undefined;
  const named = new Map(found.map((kind) => [schemaName(kind), kind]));
  const needed = reachable(schemas, [...named.keys()]);
  const components = [...named.keys(), ...needed.filter((name) => !named.has(name))].map((name) => {
    const kind = named.get(name);
    const schema = schemas[name] ?? OPEN;
    return [name, kind ? { ...schema, 'x-kubernetes-group-version-kind': [gvkOf(kind)] } : schema];
  });
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(found.flatMap((kind) => pathsOf(kind, `/${path}`))) as Record<string, unknown>,
    components: { schemas: Object.fromEntries(components) as Record<string, unknown> },
  };
}

/** A kind whose fields are not written down: anything goes. */
const OPEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const gvkOf = ({ group, version, kind }: KindDefinition): object => ({ group, kind, version });

const FOLDERS: Readonly<Record<string, string>> = {
  '': 'api.core',
  'apiextensions.k8s.io': 'apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'kube-aggregator.pkg.apis.apiregistration',
};

function schemaName({ group, version, kind }: KindDefinition): string {
  return `io.k8s.${FOLDERS[group] ?? `api.${group.split('.')[0]}`}.${version}.${kind}`;
}

function reachable(schemas: Schemas, from: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const waiting = [...from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    waiting.push(...refsOf(schemas[name]));
  }
  return [...seen].sort();
}

function refsOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' ? [String(item).replace('#/components/schemas/', '')] : refsOf(item),
  );
}

const query = (name: string, type = 'string'): object => ({ name, in: 'query', schema: { type, uniqueItems: true } });
const WRITE_OPTIONS = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => query(name));

function pathsOf(definition: KindDefinition, base: string): readonly (readonly [string, unknown])[] {
  const { plural, isNamespaced, verbs } = definition;
  const gvk = { 'x-kubernetes-group-version-kind': gvkOf(definition) };
  const has = (verb: string): boolean => !verbs || verbs.includes(verb as never);
  const act = (action: string, parameters: readonly object[] = []): object => ({
    'x-kubernetes-action': action,
    ...gvk,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: { 200: { description: 'OK' } },
  });
  const place = isNamespaced ? `${base}/namespaces/{namespace}/${plural}` : `${base}/${plural}`;
  const list = {
    ...(has('list') ? { get: act('list') } : {}),
    ...(has('create') ? { post: act('post', WRITE_OPTIONS) } : {}),
    ...(has('deletecollection') ? { delete: act('deletecollection') } : {}),
  };
  const one = {
    ...(has('get') ? { get: act('get') } : {}),
    ...(has('update') ? { put: act('put', WRITE_OPTIONS) } : {}),
    ...(has('patch') ? { patch: act('patch', [...WRITE_OPTIONS, query('force', 'boolean')]) } : {}),
    ...(has('delete') ? { delete: act('delete', [query('dryRun')]) } : {}),
  };
  const everywhere = isNamespaced && has('list') ? [[`${base}/${plural}`, { get: act('list') }] as const] : [];
  return Object.keys(one).length > 0 ? [...everywhere, [place, list], [`${place}/{name}`, one]] : [[place, list]];
}
