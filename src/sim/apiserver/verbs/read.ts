/** GET and LIST. Upstream: apiserver/pkg/endpoints/handlers/get.go, apiserver/pkg/storage/continue.go. */
import { apiVersionOf } from '../../api/kind.ts';
import type { Stored } from '../../api/object.ts';
import { badRequest, failure, notFound } from '../../api/status.ts';
import { note, refuse, type RequestContext } from '../context.ts';
import { keyFor, prefixOf, rangeStart } from '../keys.ts';
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
  const { kind, request } = context;
  const selection = parseSelection(kind, { ...request.options, namespace: request.namespace });
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
  const token = options.continue ? decodeToken(context, options.continue) : undefined;
  const exact = options.resourceVersionMatch === 'Exact' ? Number(options.resourceVersion) : undefined;
  const revision = token?.rv ?? exact ?? store.revision;
  const start = rangeStart(kind, selection.namespace);
  const all =
    revision === store.revision
      ? store.range(prefixOf(kind), start)
      : (store.rangeAt(prefixOf(kind), start, revision) ?? refuse(context, 'store', expired(token !== undefined)));
  if (options.resourceVersion && Number(options.resourceVersion) > store.revision) {
    refuse(context, 'store', tooLarge(options.resourceVersion, store.revision));
  }
  const from = token ? all.findIndex(({ key }) => key > token.after) : 0;
  const rest = from < 0 ? [] : all.slice(from);
  const isPlain = selection.labels.length === 0 && selection.fields.length === 0;
  const items: Stored[] = [];
  const limit = options.limit && options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
  let taken = 0;
  for (const { value } of rest) {
    if (items.length >= limit) break;
    taken += 1;
    if (isPlain || isSelected(kind, selection, value)) items.push(value);
  }
  const left = rest.length - taken;
  if (left === 0) return { items, revision };
  const next = encodeToken(revision, rest[taken - 1]!.key);
  return isPlain ? { items, revision, next, remaining: left } : { items, revision, next };
}

/** base64url of `{"v":"meta.k8s.io/v1","rv":N,"start":"<key>\u0000"}`. */
function encodeToken(rv: number, after: string): string {
  const json = JSON.stringify({ v: 'meta.k8s.io/v1', rv, start: `${after}\u0000` });
  return btoa(json).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function decodeToken(context: RequestContext, token: string): { rv: number; after: string } {
  try {
    const value = JSON.parse(atob(token.replaceAll('-', '+').replaceAll('_', '/'))) as {
      rv?: unknown;
      start?: unknown;
    };
    if (typeof value.rv === 'number' && typeof value.start === 'string') {
      return { rv: value.rv, after: value.start.replace(/\u0000$/, '') };
    }
  } catch (error) {
    refuse(context, 'decode', badRequest(`continue key is not valid: ${error instanceof Error ? error.message : ''}`));
  }
  return refuse(context, 'decode', badRequest('continue key is not valid: incorrect encoded start key'));
}

function expired(isContinue: boolean): ReturnType<typeof failure> {
  return failure({
    code: 410,
    reason: 'Expired',
    message: isContinue
      ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
      : 'The resourceVersion for the provided list is too old.',
  });
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
