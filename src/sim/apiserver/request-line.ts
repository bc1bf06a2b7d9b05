/** A request as a line of HTTP, as the trace tells of it. */
import { apiVersionOf, type KindDefinition } from '../api/kind.ts';
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
  const root = kind.group ? `/apis/${apiVersionOf(kind)}` : `/api/${kind.version}`;
  const namespace = kind.isNamespaced && request.namespace ? `/namespaces/${request.namespace}` : '';
  const hasName = request.name && (request.verb !== 'create' || request.subresource);
  const name = hasName ? `/${request.name}` : '';
  const subresource = request.subresource ? `/${request.subresource}` : '';
  return `${METHOD[request.verb]} ${root}${namespace}/${kind.plural}${name}${subresource}`;
}
