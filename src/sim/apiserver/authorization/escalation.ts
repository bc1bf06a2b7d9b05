/**
 * Nobody hands out rights that they do not hold: roles and bindings are compared with what their author may do.
 * Upstream: pkg/registry/rbac/{role,rolebinding,clusterrole,clusterrolebinding}/policybased/storage.go,
 * pkg/registry/rbac/validation/{policy_comparator,policy_compact}.go.
 */
import type { PolicyRule, RoleBinding } from 'kubernetes-types/rbac/v1';
import type { KubeObject, Stored } from '../../api/object.ts';
import { forbidden } from '../../api/status.ts';
import { refuse, type RequestContext } from '../context.ts';
import { isDeepEqual } from '../equality.ts';
import { authorizeUser } from './authorize.ts';
import { grantsOf, rulesOf } from './rbac.ts';

const RBAC = 'rbac.authorization.k8s.io';
const MASTERS = 'system:masters';

export function checkEscalation(context: RequestContext, next: KubeObject, old: Stored | undefined): void {
  const { kind, request } = context;
  if (kind.group !== RBAC || request.isTyped || request.user.groups.includes(MASTERS)) return;
  if (kind.kind === 'Role' || kind.kind === 'ClusterRole') checkRole(context, next as RoleLike, old as RoleLike);
  else checkBinding(context, next as unknown as RoleBinding, old as unknown as RoleBinding | undefined);
}

interface RoleLike extends KubeObject {
  readonly rules?: readonly PolicyRule[];
  readonly aggregationRule?: unknown;
}

function checkRole(context: RequestContext, next: RoleLike, old: RoleLike | undefined): void {
  if (old && isDeepEqual(old.rules, next.rules) && isDeepEqual(old.aggregationRule, next.aggregationRule)) return;
  if (may(context, 'escalate', context.kind.plural, next.metadata?.name)) return;
  const everything: readonly PolicyRule[] = next.aggregationRule
    ? [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]
    : [];
  refuseUncovered(context, next.metadata?.name ?? '', [...(next.rules ?? []), ...everything]);
}

function checkBinding(context: RequestContext, next: RoleBinding, old: RoleBinding | undefined): void {
  if (old && isDeepEqual(old.roleRef, next.roleRef) && isDeepEqual(old.subjects, next.subjects)) return;
  const { roleRef } = next;
  if (may(context, 'bind', roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles', roleRef.name)) return;
  const rules = rulesOf(context, roleRef, next.metadata?.namespace ?? context.request.namespace);
  const name = next.metadata?.name ?? '';
  if (!rules) {
    const plural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    refuse(context, 'admit', forbidden(context.resource, name, `${plural}.${RBAC} "${roleRef.name}" not found`));
  }
  refuseUncovered(context, name, rules);
}

function may(context: RequestContext, verb: string, resource: string, name: string | undefined): boolean {
  const { user, namespace } = context.request;
  return authorizeUser(context, user, { verb, group: RBAC, resource, namespace, name }).isAllowed;
}

function refuseUncovered(context: RequestContext, name: string, wanted: readonly PolicyRule[]): void {
  const { user, namespace } = context.request;
  const held = [...grantsOf(context, user, namespace)].flatMap(({ rules }) => rules);
  const missing = wanted.flatMap(broken).filter((rule) => !held.some((owner) => covers(owner, rule)));
  if (missing.length === 0) return;
  const groups = user.groups.map((group) => JSON.stringify(group)).join(' ');
  const lines = compacted(missing).map(textOf).sort().join('\n');
  const why = `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${lines}`;
  refuse(context, 'admit', forbidden(context.resource, name, why));
}

/** One rule a verb, group, resource and name, so that each can be covered by another rule. */
function broken(rule: PolicyRule): readonly PolicyRule[] {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const simple: PolicyRule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const one = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (resourceNames.length === 0) simple.push(one);
        else for (const name of resourceNames) simple.push({ ...one, resourceNames: [name] });
      }
    }
  }
  for (const url of nonResourceURLs) for (const verb of verbs) simple.push({ nonResourceURLs: [url], verbs: [verb] });
  return simple;
}

const hasAll = (list: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean =>
  list?.includes('*') === true || (wanted ?? []).every((item) => list?.includes(item));

function covers(owner: PolicyRule, wanted: PolicyRule): boolean {
  if (!hasAll(owner.verbs, wanted.verbs)) return false;
  if (wanted.nonResourceURLs) {
    return wanted.nonResourceURLs.every((url) =>
      owner.nonResourceURLs?.some(
        (own) => own === url || own === '*' || (own.endsWith('*') && url.startsWith(own.slice(0, -1))),
      ),
    );
  }
  const [resource = ''] = wanted.resources ?? [];
  const subresource = resource.includes('/') ? `*/${resource.slice(resource.indexOf('/') + 1)}` : undefined;
  const hasResource =
    hasAll(owner.resources, wanted.resources) || (!!subresource && owner.resources?.includes(subresource) === true);
  const isAnyName = (owner.resourceNames?.length ?? 0) === 0;
  const hasName = isAnyName || (wanted.resourceNames?.every((name) => owner.resourceNames!.includes(name)) ?? false);
  return hasAll(owner.apiGroups, wanted.apiGroups) && hasResource && hasName;
}

/** Rules that differ in their verbs alone, as one. */
function compacted(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const found = new Map<string, PolicyRule>();
  const rest: PolicyRule[] = [];
  for (const rule of rules) {
    if (rule.nonResourceURLs) {
      rest.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames]);
    const same = found.get(key);
    found.set(key, same ? { ...same, verbs: [...same.verbs, ...rule.verbs] } : rule);
  }
  return [...found.values(), ...rest];
}

/** As Go prints it: `{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}`. */
function textOf(rule: PolicyRule): string {
  const list = (items: readonly string[]): string => `[${items.map((item) => JSON.stringify(item)).join(' ')}]`;
  const parts = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ] as const;
  const shown = parts.flatMap(([name, items]) => (items && items.length > 0 ? [`${name}:${list(items)}`] : []));
  return `{${shown.join(', ')}}`;
}
