/**
 * Who may do what: the cluster's administrators, nodes by what belongs to them, and everybody by RBAC.
 * Upstream: apiserver/pkg/authorization/union, apiserver/pkg/authorization/authorizerfactory (system:masters), apiserver/pkg/endpoints/handlers/responsewriters/errors.go.
 */
import type { KindDefinition } from '../../api/kind.ts';
import { failure, type Status } from '../../api/status.ts';
import { note, refuse, type RequestContext } from '../context.ts';
import type { UserInfo } from '../request.ts';
import { authorizeNode, isNodeWork, nodeOf } from './node.ts';
import { allowedByRbac, type Attributes, type PolicySource, type Verdict } from './rbac.ts';

const MASTERS = 'system:masters';
const ALLOWED: Verdict = { isAllowed: true, reason: '' };

/** In the order of `--authorization-mode=Node,RBAC`; what each says of a refusal is told line by line. */
export function authorizeUser(source: PolicySource, user: UserInfo, asked: Attributes): Verdict {
  if (user.groups.includes(MASTERS)) return ALLOWED;
  const node = nodeOf(user);
  const byNode = node === undefined ? undefined : authorizeNode(source, node, asked);
  if (byNode?.isAllowed) return byNode;
  const byRbac = allowedByRbac(source, user, asked);
  if (byRbac.isAllowed || !byNode?.reason) return byRbac;
  return { isAllowed: false, reason: [byNode.reason, byRbac.reason].filter(Boolean).join('\n') };
}

/**
 * What the cluster's own programs may do with every object of a resource, kept until a role or a binding changes: they
 * ask the same a million times. It follows from what is stored, so it is no state of the world.
 */
export class StandingVerdicts {
  private byUser = new WeakMap<UserInfo, Map<string, boolean>>();

  forget(): void {
    this.byUser = new WeakMap();
  }

  /** False where only some objects are allowed, or none. */
  allows(source: PolicySource, user: UserInfo, asked: Attributes): boolean {
    let known = this.byUser.get(user);
    if (!known) this.byUser.set(user, (known = new Map<string, boolean>()));
    const { verb, group, resource, subresource = '' } = asked;
    const key = `${verb} ${resource}.${group}/${subresource}`;
    let isAllowed = known.get(key);
    if (isAllowed === undefined) known.set(key, (isAllowed = this.decide(source, user, asked)));
    return isAllowed;
  }

  private decide(source: PolicySource, user: UserInfo, asked: Attributes): boolean {
    // A kubelet asks for what its own pods use; others who call themselves a node are looked at object by object.
    if (nodeOf(user) !== undefined && isNodeWork(asked)) return true;
    const anywhere: Attributes = { ...asked, namespace: undefined, name: undefined };
    return user.groups.includes(MASTERS) || allowedByRbac(source, user, anywhere).isAllowed;
  }
}

export function authorize(context: RequestContext): void {
  const { request, served } = context;
  const asked = attributesOf(request.verb, served, request);
  if (request.isTyped && context.standing.allows(context, request.user, asked)) {
    note(context, 'authorize', 'ok');
    return;
  }
  const verdict = authorizeUser(context, request.user, asked);
  if (!verdict.isAllowed) refuse(context, 'authorize', denial(request.user, asked, verdict.reason));
  note(context, 'authorize', 'ok', verdict.reason || undefined);
}

/** Why a program of the cluster may not list and watch; undefined where it may. */
export function watchDenial(
  source: PolicySource,
  standing: StandingVerdicts,
  kind: KindDefinition,
  { user, namespace }: { readonly user: UserInfo; readonly namespace?: string },
): Status | undefined {
  for (const verb of ['list', 'watch']) {
    const asked = attributesOf(verb, kind, { namespace });
    if (standing.allows(source, user, asked)) continue;
    const verdict = authorizeUser(source, user, asked);
    if (!verdict.isAllowed) return denial(user, asked, verdict.reason);
  }
  return undefined;
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
