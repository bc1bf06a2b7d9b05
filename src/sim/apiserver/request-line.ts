/** A request as the trace tells of it: as a line of HTTP, and what it is about. */
import { apiVersionOf, type KindDefinition } from '../api/kind.ts';
import type { ObjectRef, TracePayloads } from '../kernel/index.ts';
import type { ApiRequest } from './request.ts';

const METHOD: Record<ApiRequest['verb'], string> = {
  get: 'GET',
  list: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

export function requestLine(request: ApiRequest, kind: KindDefinition): string {
  const start = lineStart(METHOD[request.verb], kind, (kind.isNamespaced && request.namespace) || '');
  const { name, subresource } = request;
  if (!subresource) return name && request.verb !== 'create' ? `${start}/${name}` : start;
  return name ? `${start}/${name}/${subresource}` : `${start}/${subresource}`;
}

/** By kind, then by method and namespace: the same few begin every line of the trace, which holds on to them. */
const starts = new WeakMap<KindDefinition, Map<string, string>>();
/** Namespaces come and go. */
const START_LIMIT = 1_000;

function lineStart(method: string, kind: KindDefinition, namespace: string): string {
  let known = starts.get(kind);
  if (!known || known.size > START_LIMIT) starts.set(kind, (known = new Map<string, string>()));
  const key = method + namespace;
  let start = known.get(key);
  if (start === undefined) {
    const root = kind.group ? `/apis/${apiVersionOf(kind)}` : `/api/${kind.version}`;
    start = `${method} ${root}${namespace ? `/namespaces/${namespace}` : ''}/${kind.plural}`;
    known.set(key, start);
  }
  return start;
}

export const namedObject = (resource: string, kind: string, namespace: string | undefined, name: string): ObjectRef =>
  namespace ? { resource, kind, namespace, name } : { resource, kind, name };

type Told = TracePayloads['api.request'];

/** What most requests do not have. */
export function withDetails(
  told: Told,
  { subresource, reason, message }: { [K in 'subresource' | 'reason' | 'message']: string | undefined },
): Told {
  const full: { -readonly [K in keyof Told]: Told[K] } = { ...told };
  if (subresource) full.subresource = subresource;
  if (reason) full.reason = reason;
  if (message) full.message = message;
  return full;
}
