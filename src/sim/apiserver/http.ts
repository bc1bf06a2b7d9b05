/**
 * The REST face: paths, methods and headers to requests and back. Discovery and health are in `discovery.ts`, streams of
 * events in `http-watches.ts`; bodies are JSON here: whoever owns the socket turns protobuf and YAML into it.
 */
import { duplicateFields } from '../api/json-duplicates.ts';
import { jsonFault } from '../api/json-fault.ts';
import { resourceName } from '../api/kind.ts';
import type { KubeObject, Status } from '../api/object.ts';
import { badRequest, connectionRefused, failure, methodNotAllowed } from '../api/status.ts';
import { BODY_LIMIT_BYTES, notAcceptable, summarized, TOO_LARGE, typeMetaFault, unrecognized } from './body-faults.ts';
import { authenticate, type Identity } from './authentication/authenticate.ts';
import { attributesOf, authorizeUser, denial } from './authorization/authorize.ts';
import { serveDiscovery } from './discovery.ts';
import { deleteOptionsOf, faultOf, optionsOf } from './http-options.ts';
import { routeOf, verbOf, type Route } from './http-route.ts';
import { isOn } from './list-options.ts';
import type { ApiRequest, PatchType, UserInfo } from './request.ts';
import { isStatus } from './selection.ts';
import type { ApiServer } from './server.ts';
import { shown, wantedShape, type IncludeObject, type Shape } from './table.ts';

export interface HttpQuestion {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or nothing. */
  readonly body: string;
  /** Why the bytes that came could not be made JSON, for who may ask at all. */
  readonly bodyFault?: BodyFault;
  /** What was said twice in a body that came in another form than JSON. */
  readonly duplicates?: readonly string[];
}

/** An answer as it is, or what a decoder said and how the bytes begin. */
export type BodyFault = { readonly status: Status } | { readonly reason: string; readonly summary: string };

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What is known of who asks before a header is read. */
export interface Caller {
  /** From a client certificate that the cluster's authority has signed. */
  readonly certificate?: UserInfo | undefined;
  readonly allowsAnonymous: boolean;
}

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

export const answer = (status: number, body: unknown, more: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status,
  headers: { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...more },
  body,
});

/** A Status that says when to come again says it in a header too. */
export function refusal(status: Status): HttpAnswer {
  const seconds = status.details?.retryAfterSeconds;
  return answer(status.code ?? 500, status, seconds ? { 'retry-after': String(seconds) } : {});
}

const NOT_FOUND = failure({
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
});

/** Answers are JSON; who owns the socket may write them as YAML. */
const NOT_ACCEPTABLE = notAcceptable('application/json, application/yaml');

const WATCH_ELSEWHERE = badRequest('watches are streams, which this way of asking does not have; list again instead');

/** A question with its path apart, its header names in lower case, and its asker known. */
export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly identity: Identity;
}

export function askedOf(api: ApiServer, question: HttpQuestion, caller: Caller): Asked {
  const mark = question.path.indexOf('?');
  const path = mark < 0 ? question.path : question.path.slice(0, mark);
  const headers = Object.fromEntries(
    Object.entries(question.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    path,
    query: new URLSearchParams(mark < 0 ? '' : question.path.slice(mark + 1)),
    method: question.method.toUpperCase(),
    headers,
    identity: authenticate(api, { ...caller, headers }),
  };
}

export function serveHttp(api: ApiServer, question: HttpQuestion, caller: Caller): HttpAnswer {
  if (!api.isListening) return refusal(connectionRefused(api.address));
  const asked = askedOf(api, question, caller);
  const { path, method, headers, identity } = asked;
  if (!identity.ok) return refusal(identity.status);
  const accept = headers['accept'] ?? '';
  const route = routeOf(api, path);
  if (!route) return serveOther(api, asked, identity.user, accept);
  const isList = method === 'GET' && !route.name;
  const verb = verbOf(method, route);
  if (!verb) return refusal(methodNotAllowed(resourceName(route.kind)));
  const shape = wantedShape(accept, isList);
  const request = shape ? requestOf(asked, route, verb, question, identity.user) : NOT_ACCEPTABLE;
  if (!shape || isStatus(request)) return refusal(deniedTo(api, identity.user, route, verb) ?? (request as Status));
  const response = api.handle(request);
  const warnings: Readonly<Record<string, string>> = response.warnings?.length
    ? { warning: response.warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ') }
    : {};
  if (response.code >= 400) {
    const refused = refusal(response.body as Status);
    return { ...refused, headers: { ...refused.headers, ...warnings } };
  }
  return shownAnswer(api, asked, route, verb, shape, response.code, response.body as KubeObject, warnings);
}

/** Who may not ask at all is not told what is wrong with the question. */
function deniedTo(api: ApiServer, user: UserInfo, route: Route, verb: ApiRequest['verb']): Status | undefined {
  const attributes = attributesOf(verb, route.kind, route);
  const verdict = authorizeUser(api, user, attributes);
  return verdict.isAllowed ? undefined : denial(user, attributes, verdict.reason);
}

function shownAnswer(
  api: ApiServer,
  { query }: Asked,
  route: Route,
  verb: ApiRequest['verb'],
  shape: Shape,
  code: number,
  body: KubeObject,
  warnings: Readonly<Record<string, string>>,
): HttpAnswer {
  const isWhole =
    (!route.subresource || route.subresource === 'status' || route.subresource === 'scale') &&
    body.kind !== 'Status' &&
    verb !== 'deletecollection';
  if (shape === 'Object' || !isWhole) return answer(code, body, warnings);
  const include = includeOf(query);
  if (typeof include !== 'string') return refusal(include);
  const nowEpochMs = api.kernel.options.epochMs + api.kernel.now;
  return answer(code, shown({ kind: route.kind, shape, include, nowEpochMs }, body), warnings);
}

export const isWatch = (query: URLSearchParams): boolean => isOn(query, 'watch');

export function includeOf(query: URLSearchParams): IncludeObject | Status {
  const wanted = query.get('includeObject') || 'Metadata';
  if (wanted === 'None' || wanted === 'Metadata' || wanted === 'Object') return wanted;
  return badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(wanted)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** Paths that are about no object: allowed by path, then discovery, or nothing. */
function serveOther(api: ApiServer, { path, method, query }: Asked, user: UserInfo, accept: string): HttpAnswer {
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  const asked = { verb, group: '', resource: '', path };
  const verdict = authorizeUser(api, user, asked);
  if (!verdict.isAllowed) return refusal(denial(user, asked, verdict.reason));
  const said = serveDiscovery(api, path, accept, query);
  if (!said) return refusal(NOT_FOUND);
  if (isStatus(said)) return refusal(said);
  if (method !== 'GET' && method !== 'HEAD') return refusal(methodNotAllowed(''));
  return answer(200, said.body, said.contentType ? { 'content-type': said.contentType } : {});
}

function requestOf(
  { query, headers }: Asked,
  route: Route,
  verb: ApiRequest['verb'],
  question: HttpQuestion,
  user: UserInfo,
): ApiRequest | Status {
  const { kind, subresource, namespace, name } = route;
  const isRead = verb === 'get' || verb === 'list';
  if (isRead && isWatch(query)) return WATCH_ELSEWHERE;
  const contentType = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  const patchType = verb === 'patch' ? PATCH_TYPES[contentType] : undefined;
  if (verb === 'patch' && !patchType) {
    const message = `the body of the request was in an unknown format - accepted media types include: ${Object.keys(PATCH_TYPES).join(', ')}`;
    return failure({ code: 415, reason: 'UnsupportedMediaType', message });
  }
  const parsed = parseBody(question, kindOfBody(route), verb);
  if (isStatus(parsed)) return parsed;
  const { body } = parsed;
  const isDelete = verb === 'delete' || verb === 'deletecollection';
  const agent = headers['user-agent'];
  const options = { ...optionsOf(query, agent), ...(isDelete ? deleteOptionsOf(body) : {}) };
  const fault = faultOf(query, verb, patchType, options);
  if (fault) return fault;
  const duplicates = question.duplicates ?? (body === undefined || isDelete ? [] : duplicateFields(question.body));
  return {
    verb,
    resource: resourceName(kind),
    ...(kind.conversion || kind.servesOnlySubresources ? { version: kind.version } : {}),
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(body === undefined || isDelete ? {} : { body }),
    ...(patchType ? { patchType } : {}),
    ...(duplicates.length > 0 ? { duplicates } : {}),
    options,
    user,
  };
}

const kindOfBody = ({ kind, subresource }: Route): string =>
  kind.subresources?.find(({ name }) => name === subresource)?.kind ?? kind.kind;

function parseBody(
  { body: text, bodyFault }: HttpQuestion,
  kind: string,
  verb: ApiRequest['verb'],
): { readonly body: unknown } | Status {
  const isRead = verb === 'get' || verb === 'list';
  if (bodyFault && 'status' in bodyFault) return bodyFault.status;
  const isObject = verb === 'create' || verb === 'update';
  const wrong = (reason: string, summary: string): Status =>
    isObject ? unrecognized(kind, reason, summary) : badRequest(reason);
  if (bodyFault) return wrong(bodyFault.reason, bodyFault.summary);
  if (text === '' || isRead) return { body: undefined };
  if (text.length > BODY_LIMIT_BYTES) return TOO_LARGE;
  const json = (reason: string): Status =>
    wrong(
      isObject ? `couldn't get version/kind; json parse error: ${reason}` : reason,
      summarized(new TextEncoder().encode(text.slice(0, SUMMARY_CHARACTERS))),
    );
  try {
    const body = JSON.parse(text) as unknown;
    const fault = isObject ? typeMetaFault(body) : undefined;
    return fault ? json(fault) : { body: isObject && body === null ? {} : body };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return json(jsonFault(text) ?? error.message);
  }
}

/** More than a summary shows, however many bytes each takes. */
const SUMMARY_CHARACTERS = 64;
