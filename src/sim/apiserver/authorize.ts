/**
 * Who may do what: the cluster's administrators, its own components, and everybody else by RBAC.
 * Upstream: plugin/pkg/auth/authorizer/rbac/rbac.go, apiserver/pkg/endpoints/handlers/responsewriters/errors.go.
 */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from 'kubernetes-types/rbac/v1';
import { failure } from '../api/status.ts';
import { note, refuse, type RequestContext } from './context.ts';
import type { UserInfo } from './request.ts';

const MASTERS = 'system:masters';
/** The control plane's own programs: their bootstrap roles allow what they do. */
const COMPONENT_USERS = /^system:(kube-scheduler|kube-controller-manager|cloud-controller-manager|apiserver)$/;
const CONTROLLER_ACCOUNTS = /^system:serviceaccount:kube-system:/;

export function authorize(context: RequestContext): void {
  const { request } = context;
  const { user } = request;
  if (
    user.groups.includes(MASTERS) ||
    COMPONENT_USERS.test(user.name) ||
    CONTROLLER_ACCOUNTS.test(user.name) ||
    user.groups.includes('system:nodes')
  ) {
    note(context, 'authorize', 'ok');
    return;
  }
  if (isAllowedByRole(context, user)) {
    note(context, 'authorize', 'ok', 'RBAC');
    return;
  }
  refuse(context, 'authorize', denied(context));
}

function denied(context: RequestContext): ReturnType<typeof failure> {
  const { request, kind, resource } = context;
  const { plural, group } = kind;
  const what = request.subresource ? `${plural}/${request.subresource}` : plural;
  const where = request.namespace ? `in the namespace "${request.namespace}"` : 'at the cluster scope';
  const name = request.verb === 'create' ? '' : (request.name ?? '');
  const subject = name ? `${resource} "${name}"` : resource;
  return failure({
    code: 403,
    reason: 'Forbidden',
    message: `${subject} is forbidden: User "${request.user.name}" cannot ${request.verb} resource "${what}" in API group "${group}" ${where}`,
    group,
    kind: plural,
    name,
  });
}

function isAllowedByRole(context: RequestContext, user: UserInfo): boolean {
  const rbac = 'rbac.authorization.k8s.io';
  for (const binding of context.list(`clusterrolebindings.${rbac}`) as Iterable<ClusterRoleBinding>) {
    if (!isSubject(binding.subjects, user)) continue;
    const role = context.find(`clusterroles.${rbac}`, undefined, binding.roleRef.name) as ClusterRole | undefined;
    if (role && allows(context, role.rules ?? [])) return true;
  }
  const { namespace } = context.request;
  if (!namespace) return false;
  for (const binding of context.list(`rolebindings.${rbac}`, namespace) as Iterable<RoleBinding>) {
    if (!isSubject(binding.subjects, user)) continue;
    const { kind, name } = binding.roleRef;
    const role = (
      kind === 'ClusterRole'
        ? context.find(`clusterroles.${rbac}`, undefined, name)
        : context.find(`roles.${rbac}`, namespace, name)
    ) as Role | undefined;
    if (role && allows(context, role.rules ?? [])) return true;
  }
  return false;
}

function isSubject(subjects: readonly Subject[] | undefined, user: UserInfo): boolean {
  return (subjects ?? []).some(({ kind, name, namespace }) => {
    if (kind === 'User') return name === user.name;
    if (kind === 'Group') return user.groups.includes(name);
    return user.name === `system:serviceaccount:${namespace}:${name}`;
  });
}

function allows(context: RequestContext, rules: readonly PolicyRule[]): boolean {
  const { request, kind } = context;
  const resource = request.subresource ? `${kind.plural}/${request.subresource}` : kind.plural;
  const has = (list: readonly string[] | undefined, value: string): boolean =>
    list?.includes('*') || list?.includes(value) || false;
  return rules.some(
    (rule) =>
      has(rule.verbs, request.verb) &&
      has(rule.apiGroups, kind.group) &&
      (has(rule.resources, resource) ||
        (request.subresource !== undefined && has(rule.resources, `*/${request.subresource}`))) &&
      ((rule.resourceNames?.length ?? 0) === 0 || rule.resourceNames!.includes(request.name ?? '')),
  );
}
