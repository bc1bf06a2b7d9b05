/** Which kind, object and verb a path and method are about. Upstream: apiserver/pkg/endpoints/request/requestinfo.go. */
import type { KindDefinition } from '../api/kind.ts';
import type { ApiRequest } from './request.ts';
import type { ApiServer } from './server.ts';

export interface Route {
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

export function routeOf(api: ApiServer, path: string): Route | undefined {
  const parts = decodedParts(path);
  const isCore = parts[0] === 'api';
  if (!isCore && parts[0] !== 'apis') return undefined;
  const group = isCore ? '' : (parts[1] ?? '');
  const version = isCore ? parts[1] : parts[2];
  const rest = parts.slice(isCore ? 2 : 3);
  const isScoped = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'finalize' && rest[2] !== 'status';
  const namespace = isScoped ? rest[1] : undefined;
  const [plural, name, subresource] = isScoped ? rest.slice(2) : rest;
  const kind = plural ? api.aggregator.kindOf(group ? `${plural}.${group}` : plural, version) : undefined;
  if (!kind) return undefined;
  // An object is served where it lives, and only a list goes over all namespaces.
  if (kind.isNamespaced ? name && !namespace : namespace) return undefined;
  return {
    kind,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(subresource ? { subresource } : {}),
  };
}

export function verbOf(method: string, route: Route): ApiRequest['verb'] | undefined {
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
