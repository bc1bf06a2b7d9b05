/**
 * The REST face: paths, methods and headers to requests and back. Discovery in the legacy form, Tables, and the health
 * end points. OpenAPI and protobuf bodies are left out for now.
 */
import { apiVersionOf, resourceName, type Column, type KindDefinition } from '../api/kind.ts';
import type { KubeObject, Status, Stored } from '../api/object.ts';
import { badRequest, failure, methodNotAllowed } from '../api/status.ts';
import type { ApiRequest, PatchType, RequestOptions, UserInfo } from './request.ts';
import type { ApiServer } from './server.ts';

export interface HttpQuestion {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Upstream: apiserver/pkg/server/options (MaxRequestBodyBytes). */
export const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

const answer = (status: number, body: unknown, more: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status,
  headers: { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...more },
  body,
});

const refusal = (status: Status): HttpAnswer => answer(status.code ?? 500, status);

const NOT_FOUND = failure({
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
});

export function serveHttp(api: ApiServer, question: HttpQuestion, user: UserInfo): HttpAnswer {
  const [path = '', search = ''] = question.path.split('?', 2);
  const query = new URLSearchParams(search);
  const method = question.method.toUpperCase();
  const fixed = serveFixed(api, path);
  if (fixed) return method === 'GET' ? fixed : refusal(methodNotAllowed(''));
  const route = routeOf(api, path);
  if (!route) return refusal(NOT_FOUND);
  if (query.get('watch') === 'true' || query.get('watch') === '1') {
    return refusal(badRequest('watches are streams, which this way of asking does not have; list again instead'));
  }
  const verb = verbOf(method, route);
  if (!verb) return refusal(methodNotAllowed(resourceName(route.kind)));
  if (question.body.length > BODY_LIMIT_BYTES) {
    return refusal(
      failure({
        code: 413,
        reason: 'RequestEntityTooLarge',
        message: `Request entity too large: limit is ${BODY_LIMIT_BYTES}`,
      }),
    );
  }
  const body = parseBody(question.body);
  if (body instanceof SyntaxError) return refusal(badRequest(`the body of the request is not JSON: ${body.message}`));
  const patchType =
    verb === 'patch' ? PATCH_TYPES[headerOf(question, 'content-type').split(';')[0]!.trim()] : undefined;
  if (verb === 'patch' && !patchType) {
    const message = `the body of the request was in an unknown format - accepted media types include: ${Object.keys(PATCH_TYPES).join(', ')}`;
    return refusal(failure({ code: 415, reason: 'UnsupportedMediaType', message }));
  }
  const isDelete = verb === 'delete' || verb === 'deletecollection';
  const request: ApiRequest = {
    verb,
    resource: resourceName(route.kind),
    ...(route.subresource ? { subresource: route.subresource } : {}),
    ...(route.namespace ? { namespace: route.namespace } : {}),
    ...(route.name ? { name: route.name } : {}),
    ...(body === undefined || isDelete ? {} : { body }),
    ...(patchType ? { patchType } : {}),
    options: { ...optionsOf(query), ...(isDelete ? deleteOptionsOf(body) : {}) },
    user,
  };
  const response = api.handle(request);
  const warnings: Readonly<Record<string, string>> = response.warnings?.length
    ? { warning: response.warnings.map((text) => `299 - "${text}"`).join(', ') }
    : {};
  const wantsTable =
    headerOf(question, 'accept').includes('as=Table') && response.code < 300 && (verb === 'list' || verb === 'get');
  return answer(
    response.code,
    wantsTable ? tableOf(api, route.kind, response.body as KubeObject) : response.body,
    warnings,
  );
}

function headerOf(question: HttpQuestion, name: string): string {
  const found = Object.entries(question.headers).find(([key]) => key.toLowerCase() === name);
  return found?.[1] ?? '';
}

function parseBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

interface Route {
  readonly kind: KindDefinition;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Parts of a path; none when it is not well encoded, so that it leads nowhere. */
function decodedParts(path: string): readonly string[] {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError) return [];
    throw error;
  }
}

function routeOf(api: ApiServer, path: string): Route | undefined {
  const parts = decodedParts(path);
  const isCore = parts[0] === 'api';
  if (!isCore && parts[0] !== 'apis') return undefined;
  const group = isCore ? '' : (parts[1] ?? '');
  const version = isCore ? parts[1] : parts[2];
  const rest = parts.slice(isCore ? 2 : 3);
  const isScoped = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'finalize' && rest[2] !== 'status';
  const namespace = isScoped ? rest[1] : undefined;
  const [plural, name, subresource] = isScoped ? rest.slice(2) : rest;
  const kind = plural ? api.registry.byResource(group ? `${plural}.${group}` : plural) : undefined;
  if (!kind || kind.version !== version) return undefined;
  return {
    kind,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(subresource ? { subresource } : {}),
  };
}

function verbOf(method: string, route: Route): ApiRequest['verb'] | undefined {
  switch (method) {
    case 'GET':
      return route.name ? 'get' : 'list';
    case 'POST':
      return route.name && !route.subresource ? undefined : 'create';
    case 'PUT':
      return route.name ? 'update' : undefined;
    case 'PATCH':
      return route.name ? 'patch' : undefined;
    case 'DELETE':
      return route.name ? 'delete' : 'deletecollection';
    default:
      return undefined;
  }
}

function optionsOf(query: URLSearchParams): RequestOptions {
  const text = (name: string): Record<string, string> => (query.get(name) ? { [name]: query.get(name)! } : {});
  const limit = Number(query.get('limit') ?? 0);
  return {
    ...text('labelSelector'),
    ...text('fieldSelector'),
    ...text('continue'),
    ...text('resourceVersion'),
    ...text('resourceVersionMatch'),
    ...text('fieldManager'),
    ...text('fieldValidation'),
    ...text('propagationPolicy'),
    ...(limit > 0 ? { limit } : {}),
    ...(query.get('dryRun') === 'All' ? { dryRun: true } : {}),
    ...(query.get('force') === 'true' ? { force: true } : {}),
    ...(query.get('gracePeriodSeconds') ? { gracePeriodSeconds: Number(query.get('gracePeriodSeconds')) } : {}),
  } as RequestOptions;
}

function deleteOptionsOf(body: unknown): RequestOptions {
  const { propagationPolicy, gracePeriodSeconds, preconditions, dryRun } = (body ?? {}) as Record<string, never>;
  return {
    ...(propagationPolicy ? { propagationPolicy } : {}),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(preconditions ? { preconditions } : {}),
    ...(dryRun ? { dryRun: true } : {}),
  } as RequestOptions;
}

function tableOf(api: ApiServer, kind: KindDefinition, body: KubeObject): unknown {
  const items = (body as { items?: readonly Stored[] }).items ?? [body as Stored];
  const columns = (kind.columns ?? []) as readonly Column<KubeObject>[];
  const nowEpochMs = api.kernel.options.epochMs + api.kernel.now;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: body.metadata ?? {},
    columnDefinitions: columns.map(({ name, type, description, priority }) => ({
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description,
      priority,
    })),
    rows: items.map((object) => ({
      cells: columns.map((column) => column.cell(object, { nowEpochMs })),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

function serveFixed(api: ApiServer, path: string): HttpAnswer | undefined {
  const kinds = api.registry.all();
  if (path === '/livez' || path === '/readyz' || path === '/healthz') return answer(200, 'ok');
  if (path === '/version') {
    const [major = '1', minor = ''] = api.options.kubernetesVersion.split('.');
    return answer(200, {
      major,
      minor,
      gitVersion: `v${api.options.kubernetesVersion}`,
      gitTreeState: 'clean',
      platform: 'linux/amd64',
    });
  }
  if (path === '/api') return answer(200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
  if (path === '/apis') {
    const groups = [...new Set(kinds.filter(({ group }) => group).map(({ group }) => group))];
    return answer(200, {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groups.map((name) => {
        const versions = [...new Set(kinds.filter(({ group }) => group === name).map(({ version }) => version))].map(
          (version) => ({ groupVersion: `${name}/${version}`, version }),
        );
        return { name, versions, preferredVersion: versions[0] };
      }),
    });
  }
  const match = /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))$/.exec(path);
  const groupVersion = match?.[1] ?? match?.[2];
  const found = groupVersion ? kinds.filter((kind) => apiVersionOf(kind) === groupVersion) : [];
  return found.length > 0
    ? answer(200, { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: found.flatMap(resourcesOf) })
    : undefined;
}

function resourcesOf(kind: KindDefinition): readonly unknown[] {
  const {
    plural,
    singular,
    isNamespaced,
    shortNames,
    categories,
    verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  } = kind;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced: isNamespaced,
      kind: kind.kind,
      verbs,
      ...(shortNames ? { shortNames } : {}),
      ...(categories ? { categories } : {}),
    },
    ...(kind.subresources ?? []).map((item) => ({
      name: `${plural}/${item.name}`,
      singularName: '',
      namespaced: isNamespaced,
      kind: item.kind,
      verbs: item.verbs,
    })),
  ];
}
