/**
 * Who may do what: the cluster's administrators, its own components, and everybody else by RBAC.
 * Upstream: apiserver/pkg/authorization/union, apiserver/pkg/endpoints/handlers/responsewriters/errors.go.
 */
import { failure, type Status } from '../../api/status.ts';
import { note, refuse, type RequestContext } from '../context.ts';
import type { UserInfo } from '../request.ts';
import { allowedByRbac, type Attributes, type PolicySource, type Verdict } from './rbac.ts';

const MASTERS = 'system:masters';
/** The control plane's own programs, whose bootstrap roles are not written out. */
const COMPONENT_USERS = /^system:(kube-controller-manager|cloud-controller-manager|apiserver)$/;
const CONTROLLER_ACCOUNTS = /^system:serviceaccount:kube-system:[a-z-]+-controller$/;

export function authorizeUser(source: PolicySource, user: UserInfo, asked: Attributes): Verdict {
  if (user.groups.includes(MASTERS)) return { isAllowed: true, reason: '' };
  if (COMPONENT_USERS.test(user.name) || CONTROLLER_ACCOUNTS.test(user.name) || user.groups.includes('system:nodes')) {
    return { isAllowed: true, reason: '' };
  }
  return allowedByRbac(source, user, asked);
}

export function authorize(context: RequestContext): void {
  const { request, kind } = context;
  // Typed clients are the cluster's own programs: their verdict cannot change, and is not worked out a million times.
  if (request.isTyped) {
    note(context, 'authorize', 'ok');
    return;
  }
  const asked = attributesOf(request.verb, kind, request);
  const verdict = authorizeUser(context, request.user, asked);
  if (!verdict.isAllowed) refuse(context, 'authorize', denial(request.user, asked, verdict.reason));
  note(context, 'authorize', 'ok', verdict.reason || undefined);
}

/** What a request asks for. `create` names nothing: its object is not read yet. */
export function attributesOf(
  verb: string,
  kind: { readonly group: string; readonly plural: string },
  request: {
    readonly subresource?: string | undefined;
    readonly namespace?: string | undefined;
    readonly name?: string | undefined;
  },
): Attributes {
  const { subresource, namespace, name } = request;
  return { verb, group: kind.group, resource: kind.plural, subresource, namespace, name };
}

export function denial(user: UserInfo, asked: Attributes, reason: string): Status {
  const { verb, group, resource, subresource, namespace, name = '', path } = asked;
  const why = reason ? `: ${reason}` : '';
  if (path !== undefined) {
    const message = `forbidden: User "${user.name}" cannot ${verb} path "${path}"${why}`;
    return { ...failure({ code: 403, reason: 'Forbidden', message }), details: {} };
  }
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const qualified = group ? `${resource}.${group}` : resource;
  const subject = name ? `${qualified} "${name}"` : qualified;
  return failure({
    code: 403,
    reason: 'Forbidden',
    message: `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}${why}`,
    group,
    kind: resource,
    name,
  });
}
