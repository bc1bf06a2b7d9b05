/**
 * Role-based access: which rules a user holds, where they come from, and whether they allow a request.
 * Upstream: plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go.
 */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from 'kubernetes-types/rbac/v1';
import type { Stored } from '../../api/object.ts';
import type { UserInfo } from '../request.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** What is asked: a verb on a resource, or on a path that is none. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** Plural; empty for a path. */
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly path?: string | undefined;
}

/** What authorization asks of the rest of the server. */
export interface PolicySource {
  find(resource: string, namespace: string | undefined, name: string): Stored | undefined;
  list(resource: string, namespace?: string): Iterable<Stored>;
}

export interface Verdict {
  readonly isAllowed: boolean;
  readonly reason: string;
}

interface Grant {
  /** `ClusterRoleBinding "x" of ClusterRole "y" to User "u"`. */
  readonly source: string;
  readonly rules: readonly PolicyRule[];
  /** Set where the role is missing. */
  readonly fault?: string;
}

/** Every grant that a user holds, cluster-wide first, then in the namespace. */
export function* grantsOf(source: PolicySource, user: UserInfo, namespace: string | undefined): Generator<Grant> {
  for (const binding of inOrder(source.list(`clusterrolebindings.${RBAC}`)) as Iterable<Stored<ClusterRoleBinding>>) {
    const subject = subjectFor(binding.subjects, user, '');
    if (subject) yield grant(source, binding, `ClusterRoleBinding "${binding.metadata.name}"`, subject, undefined);
  }
  if (!namespace) return;
  for (const binding of inOrder(source.list(`rolebindings.${RBAC}`, namespace)) as Iterable<Stored<RoleBinding>>) {
    const subject = subjectFor(binding.subjects, user, namespace);
    const label = `RoleBinding "${binding.metadata.name}/${namespace}"`;
    if (subject) yield grant(source, binding, label, subject, namespace);
  }
}

const inOrder = (items: Iterable<Stored>): readonly Stored[] =>
  [...items].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));

function grant(
  source: PolicySource,
  { roleRef }: Pick<RoleBinding, 'roleRef'>,
  label: string,
  subject: Subject,
  namespace: string | undefined,
): Grant {
  const to =
    subject.kind === 'ServiceAccount'
      ? `ServiceAccount "${subject.name}/${subject.namespace}"`
      : `${subject.kind} "${subject.name}"`;
  const text = `${label} of ${roleRef.kind} "${roleRef.name}" to ${to}`;
  const rules = rulesOf(source, roleRef, namespace);
  if (rules) return { source: text, rules };
  const plural = roleRef.kind === 'ClusterRole' ? 'clusterrole' : 'role';
  return { source: text, rules: [], fault: `${plural}.${RBAC} "${roleRef.name}" not found` };
}

/** Rules of a role by its reference; undefined when there is no such role. */
export function rulesOf(
  source: PolicySource,
  roleRef: { readonly kind: string; readonly name: string },
  namespace: string | undefined,
): readonly PolicyRule[] | undefined {
  const role = (
    roleRef.kind === 'ClusterRole'
      ? source.find(`clusterroles.${RBAC}`, undefined, roleRef.name)
      : source.find(`roles.${RBAC}`, namespace, roleRef.name)
  ) as Stored<ClusterRole> | Stored<Role> | undefined;
  return role && (role.rules ?? []);
}

function subjectFor(subjects: readonly Subject[] | undefined, user: UserInfo, home: string): Subject | undefined {
  return subjects?.find(({ kind, name, namespace }) => {
    if (kind === 'User') return name === user.name;
    if (kind === 'Group') return user.groups.includes(name);
    return user.name === `system:serviceaccount:${namespace || home}:${name}`;
  });
}

export function allowedByRbac(source: PolicySource, user: UserInfo, asked: Attributes): Verdict {
  const faults: string[] = [];
  for (const { source: from, rules, fault } of grantsOf(source, user, asked.namespace)) {
    if (fault) faults.push(fault);
    if (rules.some((rule) => ruleAllows(rule, asked))) return { isAllowed: true, reason: `RBAC: allowed by ${from}` };
  }
  const unique = [...new Set(faults)];
  const text = unique.length === 1 ? unique[0]! : `[${unique.join(', ')}]`;
  return { isAllowed: false, reason: unique.length > 0 ? `RBAC: ${text}` : '' };
}

const holds = (list: readonly string[] | undefined, value: string): boolean =>
  list?.includes('*') === true || list?.includes(value) === true;

export function ruleAllows(rule: PolicyRule, asked: Attributes): boolean {
  if (!holds(rule.verbs, asked.verb)) return false;
  if (asked.path !== undefined) return rule.nonResourceURLs?.some((url) => urlMatches(url, asked.path!)) ?? false;
  const { resource, subresource } = asked;
  const whole = subresource ? `${resource}/${subresource}` : resource;
  return (
    holds(rule.apiGroups, asked.group) &&
    (holds(rule.resources, whole) || (!!subresource && rule.resources?.includes(`*/${subresource}`) === true)) &&
    ((rule.resourceNames?.length ?? 0) === 0 || rule.resourceNames!.includes(asked.name ?? ''))
  );
}

function urlMatches(pattern: string, path: string): boolean {
  return pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
}
