/**
 * The REST face: paths, methods and headers to requests and back. Discovery and health are in `discovery.ts`; OpenAPI and
 * protobuf bodies are left out for now.
 */
import { resourceName, type Column, type KindDefinition } from '../api/kind.ts';
import type { KubeObject, Status, Stored } from '../api/object.ts';
import { badRequest, failure, fieldNotSupported, invalid, methodNotAllowed } from '../api/status.ts';
import { serveDiscovery } from './discovery.ts';
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

/** A Status that says when to come again says it in a header too. */
function refusal(status: Status): HttpAnswer {
  const seconds = status.details?.retryAfterSeconds;
  return answer(status.code ?? 500, status, seconds ? { 'retry-after': String(seconds) } : {});
}

const NOT_FOUND = failure({
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
});

const NOT_ACCEPTABLE = failure({
  code: 406,
  reason: 'NotAcceptable',
  message: 'only the following media types are accepted: application/json',
});

function isAcceptable(accept: string): boolean {
  const types = accept.split(',').map((type) => type.split(';')[0]!.trim());
  return accept === '' || types.some((type) => ['application/json', 'application/*', '*/*'].includes(type));
}

export function serveHttp(api: ApiServer, question: HttpQuestion, user: UserInfo): HttpAnswer {
  const [path = '', search = ''] = question.path.split('?', 2);
  const query = new URLSearchParams(search);
  const method = question.method.toUpperCase();
  const accept = headerOf(question, 'accept');
  const said = serveDiscovery(api, path, accept);
  if (said && method !== 'GET') return refusal(methodNotAllowed(''));
  if (said) return answer(200, said.body, said.contentType ? { 'content-type': said.contentType } : {});
  const route = routeOf(api, path);
  if (!route) return refusal(NOT_FOUND);
  if (!isAcceptable(accept)) return refusal(NOT_ACCEPTABLE);
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
  const options = { ...optionsOf(query), ...(isDelete ? deleteOptionsOf(body) : {}) };
  const fault = faultOf(query, options);
  if (fault) return refusal(fault);
  const request: ApiRequest = {
    verb,
    resource: resourceName(route.kind),
    ...(route.subresource ? { subresource: route.subresource } : {}),
    ...(route.namespace ? { namespace: route.namespace } : {}),
    ...(route.name ? { name: route.name } : {}),
    ...(body === undefined || isDelete ? {} : { body }),
    ...(patchType ? { patchType } : {}),
    options,
    user,
  };
  const response = api.handle(request);
  const warnings: Readonly<Record<string, string>> = response.warnings?.length
    ? { warning: response.warnings.map((text) => `299 - "${text}"`).join(', ') }
    : {};
  if (response.code >= 400) {
    const refused = refusal(response.body as Status);
    return { ...refused, headers: { ...refused.headers, ...warnings } };
  }
  const wantsTable = accept.includes('as=Table') && !route.subresource && (verb === 'list' || verb === 'get');
  const shown = wantsTable
    ? tableOf(api, route.kind, response.body as KubeObject, query.get('includeObject'))
    : response.body;
  return answer(response.code, shown, warnings);
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
  // An object is served where it lives, and only a list goes over all namespaces.
  if (kind.isNamespaced ? name && !namespace : namespace) return undefined;
  return {
    kind,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(subresource ? { subresource } : {}),
  };
}

function verbOf(method: string, route: Route): ApiRequest['verb'] | undefined {
  const isWhole = !route.kind.isNamespaced || route.namespace !== undefined;
  switch (method) {
    case 'GET':
      return route.name ? 'get' : 'list';
    case 'POST':
      return route.name ? (route.subresource ? 'create' : undefined) : isWhole ? 'create' : undefined;
    case 'PUT':
      return route.name ? 'update' : undefined;
    case 'PATCH':
      return route.name ? 'patch' : undefined;
    case 'DELETE':
      return route.name ? 'delete' : isWhole ? 'deletecollection' : undefined;
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

const POLICIES = ['Foreground', 'Background', 'Orphan'];
const STRICTNESS = ['Ignore', 'Warn', 'Strict'];

/** What is wrong with the options of a request. Upstream: apimachinery/pkg/apis/meta/v1/validation. */
function faultOf(query: URLSearchParams, options: RequestOptions): Status | undefined {
  const limit = query.get('limit') ?? '0';
  if (!/^-?\d{1,15}$/.test(limit)) {
    return badRequest(`strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`);
  }
  const { gracePeriodSeconds, propagationPolicy, fieldValidation, preconditions } = options;
  if (gracePeriodSeconds !== undefined && !Number.isSafeInteger(gracePeriodSeconds)) {
    return badRequest('gracePeriodSeconds must be a whole number');
  }
  if (preconditions !== undefined && typeof preconditions !== 'object') {
    return badRequest('preconditions must be an object');
  }
  if (propagationPolicy && !POLICIES.includes(propagationPolicy)) {
    const fault = fieldNotSupported('propagationPolicy', propagationPolicy, [...POLICIES, 'nil']);
    return invalid('meta.k8s.io', 'DeleteOptions', '', [fault]);
  }
  if (fieldValidation && !STRICTNESS.includes(fieldValidation)) {
    const fault = fieldNotSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']);
    return invalid('meta.k8s.io', 'CreateOptions', '', [fault]);
  }
  return undefined;
}

function deleteOptionsOf(body: unknown): RequestOptions {
  const { propagationPolicy, gracePeriodSeconds, preconditions, dryRun } = (body ?? {}) as Record<string, never>;
  return {
    ...(propagationPolicy ? { propagationPolicy } : {}),
    ...(gracePeriodSeconds === undefined || gracePeriodSeconds === null ? {} : { gracePeriodSeconds }),
    ...(preconditions ? { preconditions } : {}),
    ...(dryRun ? { dryRun: true } : {}),
  } as RequestOptions;
}

/** Upstream: apiserver/pkg/endpoints/handlers/response.go; `include` is `None`, `Metadata` (the default) or `Object`. */
function tableOf(api: ApiServer, kind: KindDefinition, body: KubeObject, include: string | null): unknown {
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
      ...(include === 'None' ? {} : { object: include === 'Object' ? object : partOf(object) }),
    })),
  };
}

const partOf = ({ metadata }: Stored): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});
