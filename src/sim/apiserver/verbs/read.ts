/** GET and LIST. Upstream: apiserver/pkg/endpoints/handlers/get.go, apiserver/pkg/storage/continue.go. */
import { jsonFault } from '../../api/json-fault.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { Stored } from '../../api/object.ts';
import { badRequest, failure, notFound, type Status } from '../../api/status.ts';
import type { StoredValue } from '../../etcd/index.ts';
import { note, refuse, type RequestContext } from '../context.ts';
import { keyFor, prefixOf, rangeStart } from '../keys.ts';
import { invalidRevision } from '../revision.ts';
import type { ApiResponse } from '../request.ts';
import { isSelected, isStatus, parseSelection, type Selection } from '../selection.ts';

/** The stored object that the request names; refuses with 404. */
export function currentOf(context: RequestContext): Stored {
  const { kind, request, store } = context;
  const found = store.get(prefixOf(kind), keyFor(kind, request.namespace, request.name ?? ''));
  return found?.value ?? refuse(context, 'store', notFound(context.resource, request.name ?? ''));
}

export function getObject(context: RequestContext): ApiResponse {
  const body = currentOf(context);
  note(context, 'store', 'ok');
  return { code: 200, body };
}

export function selectionOf(context: RequestContext): Selection {
  const { served, request } = context;
  const selection = parseSelection(served, { ...request.options, namespace: request.namespace });
  return isStatus(selection) ? refuse(context, 'decode', selection) : selection;
}

interface Page {
  readonly items: readonly Stored[];
  readonly revision: number;
  readonly next?: string;
  readonly remaining?: number;
}

export function listObjects(context: RequestContext): ApiResponse {
  const { kind } = context;
  const selection = selectionOf(context);
  const page = readPage(context, selection);
  note(context, 'store', 'ok');
  return {
    code: 200,
    body: {
      kind: kind.listKind ?? `${kind.kind}List`,
      apiVersion: apiVersionOf(kind),
      metadata: {
        resourceVersion: String(page.revision),
        ...(page.next ? { continue: page.next } : {}),
        ...(page.remaining ? { remainingItemCount: page.remaining } : {}),
      },
      items: page.items,
    } as unknown as ApiResponse['body'],
  };
}

function readPage(context: RequestContext, selection: Selection): Page {
  const { kind, store, request } = context;
  const options = request.options ?? {};
  const asked = askedRevision(context);
  const token = options.continue ? decodeToken(context, options.continue) : undefined;
  const exact = options.resourceVersionMatch === 'Exact' ? asked : undefined;
  const revision = token && token.rv > 0 ? token.rv : (exact ?? store.revision);
  const start = rangeStart(kind, selection.namespace);
  const isNow = revision === store.revision;
  const isPlain = selection.labels.length === 0 && selection.fields.length === 0;
  const limit = options.limit && options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
  const rest = isNow
    ? store.range(prefixOf(kind), start, token?.after, isPlain ? limit : undefined)
    : pastRange(context, start, revision, token?.after);
  const items: Stored[] = [];
  let taken = 0;
  for (const { value } of rest) {
    if (items.length >= limit) break;
    taken += 1;
    if (isPlain || isSelected(kind, selection, value)) items.push(value);
  }
  const last = rest[taken - 1]?.key ?? '';
  const left = isNow && isPlain && last ? store.countAfter(prefixOf(kind), start, last) : rest.length - taken;
  if (left === 0) return { items, revision };
  const next = encodeToken(revision, last);
  return isPlain ? { items, revision, next, remaining: left } : { items, revision, next };
}

/** The range as it was, after a key; refuses with 410 when it has been compacted away. */
function pastRange(
  context: RequestContext,
  start: string,
  revision: number,
  after: string | undefined,
): readonly StoredValue<Stored>[] {
  const { store, kind } = context;
  const all = store.rangeAt(prefixOf(kind), start, revision);
  if (!all) return refuse(context, 'store', expired(after && encodeToken(INCONSISTENT, after)));
  return after === undefined ? all : all.filter(({ key }) => key > after);
}

/** What `resourceVersion` asks for. Upstream: apiserver/pkg/storage/interfaces.go (ValidateListOptions). */
function askedRevision(context: RequestContext): number | undefined {
  const { resourceVersion, continue: token } = context.request.options ?? {};
  if (resourceVersion === undefined || resourceVersion === '') return undefined;
  if (!/^\d{1,15}$/.test(resourceVersion)) refuse(context, 'decode', invalidRevision(resourceVersion));
  const revision = Number(resourceVersion);
  const { store } = context;
  if (token && revision > 0)
    refuse(context, 'decode', badRequest('specifying resource version is not allowed when using continue'));
  if (revision > store.revision) refuse(context, 'store', tooLarge(resourceVersion, store.revision));
  return revision;
}

const TOKEN_VERSION = 'meta.k8s.io/v1';
/** Goes on at whatever revision is the newest then. */
const INCONSISTENT = -1;

/** base64url of `{"v":"meta.k8s.io/v1","rv":N,"start":"<key>\u0000"}`. */
function encodeToken(rv: number, after: string): string {
  const json = JSON.stringify({ v: TOKEN_VERSION, rv, start: `${after}\u0000` });
  return btoa(json).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function decodeToken(context: RequestContext, token: string): { rv: number; after: string } {
  const fault = (why: string): never =>
    refuse(context, 'decode', badRequest(`invalid continue token: continue key is not valid: ${why}`));
  const illegal = token.search(/[^\w-]/);
  if (illegal >= 0 || token.length % 4 === 1)
    return fault(`illegal base64 data at input byte ${illegal < 0 ? token.length - 1 : illegal}`);
  const text = atob(token.replaceAll('-', '+').replaceAll('_', '/'));
  const { v, rv, start } = parsedToken(text) ?? fault(jsonFault(text) ?? 'unexpected end of JSON input');
  if (v !== TOKEN_VERSION) return fault(`server does not recognize this encoded version ${JSON.stringify(v ?? '')}`);
  if (typeof rv !== 'number' || rv === 0)
    return fault(`incorrect encoded start resourceVersion (version ${TOKEN_VERSION})`);
  if (typeof start !== 'string' || start === '') return fault(`encoded start key empty (version ${TOKEN_VERSION})`);
  return { rv, after: start.replace(/\u0000$/, '') };
}

function parsedToken(text: string): { v?: unknown; rv?: unknown; start?: unknown } | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** With `next`, a token that goes on from the same key at the newest revision. */
function expired(next: string | undefined): Status {
  const status = failure({
    code: 410,
    reason: 'Expired',
    message: next
      ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
      : 'The resourceVersion for the provided list is too old.',
  });
  return next ? { ...status, metadata: { continue: next } } : status;
}

function tooLarge(wanted: string, current: number): ReturnType<typeof failure> {
  return failure({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
