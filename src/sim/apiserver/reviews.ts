/**
 * Answers to reviews: whether somebody may do something, what they may do, whose token it is, and who is asking.
 * Upstream: pkg/registry/authorization/*, pkg/registry/authentication/*.
 */
import { apiVersionOf } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import { fieldForbidden, fieldInvalid, fieldRequired, invalid, type FieldError } from '../api/status.ts';
import { ISSUER, readToken } from './authentication/tokens.ts';
import { authorizeUser } from './authorization/authorize.ts';
import { grantsOf, type Attributes } from './authorization/rbac.ts';
import { refuse, type RequestContext } from './context.ts';
import type { ApiResponse, UserInfo } from './request.ts';

interface ResourceAttributes {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
}

interface ReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  readonly namespace?: string;
  readonly token?: string;
  readonly audiences?: readonly string[];
}

export function answerReview(context: RequestContext, body: KubeObject): ApiResponse {
  const { kind } = context;
  const { spec = {} } = body as KubeObject & { spec?: ReviewSpec };
  const status = statusOf(context, spec);
  return {
    code: 201,
    body: {
      kind: kind.kind,
      apiVersion: apiVersionOf(kind),
      metadata: kind.isNamespaced ? { namespace: context.request.namespace } : {},
      ...(kind.kind === 'SelfSubjectReview' ? {} : { spec }),
      status,
    } as KubeObject,
  };
}

function statusOf(context: RequestContext, spec: ReviewSpec): unknown {
  const { kind, request } = context;
  switch (kind.kind) {
    case 'SelfSubjectReview':
      return { userInfo: shownUser(request.user) };
    case 'SelfSubjectRulesReview':
      return rulesFor(context, spec);
    case 'TokenReview':
      return tokenStatus(context, spec);
    case 'SelfSubjectAccessReview':
      return accessStatus(context, spec, request.user);
    default:
      return accessStatus(context, spec, subjectOf(context, spec));
  }
}

function shownUser({ name, groups, uid, extra }: UserInfo): object {
  return { username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) };
}

function fail(context: RequestContext, errors: readonly FieldError[]): never {
  return refuse(context, 'validate', invalid(context.kind.group, context.kind.kind, '', errors));
}

function subjectOf(context: RequestContext, spec: ReviewSpec): UserInfo {
  const { user = '', groups = [], uid, extra } = spec;
  if (user === '' && groups.length === 0) {
    const detail = 'at least one of user or group must be specified';
    fail(context, [fieldInvalid('spec.user', user, detail)]);
  }
  return { name: user, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}

function accessStatus(context: RequestContext, spec: ReviewSpec, user: UserInfo): object {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes && nonResourceAttributes) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    fail(context, [fieldInvalid('spec.nonResourceAttributes', nonResourceAttributes, detail)]);
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    fail(context, [fieldInvalid('spec.resourceAttributes', null, detail)]);
  }
  const { namespace } = context.request;
  if (context.kind.isNamespaced && resourceAttributes?.namespace !== namespace) {
    const detail = `must match metadata.namespace`;
    fail(context, [fieldInvalid('spec.resourceAttributes.namespace', resourceAttributes?.namespace ?? '', detail)]);
  }
  const asked: Attributes = nonResourceAttributes
    ? { verb: nonResourceAttributes.verb ?? '', group: '', resource: '', path: nonResourceAttributes.path ?? '' }
    : {
        verb: resourceAttributes?.verb ?? '',
        group: resourceAttributes?.group ?? '',
        resource: resourceAttributes?.resource ?? '',
        subresource: resourceAttributes?.subresource,
        namespace: resourceAttributes?.namespace,
        name: resourceAttributes?.name,
      };
  const { isAllowed, reason } = authorizeUser(context, user, asked);
  return { allowed: isAllowed, ...(reason ? { reason } : {}) };
}

function rulesFor(context: RequestContext, spec: ReviewSpec): object {
  const { namespace } = spec;
  if (!namespace) fail(context, [fieldRequired('spec.namespace', 'namespace is required')]);
  const rules = [...grantsOf(context, context.request.user, namespace)].flatMap((grant) => grant.rules);
  return {
    resourceRules: rules
      .filter(({ resources }) => (resources?.length ?? 0) > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames ? { resourceNames } : {}),
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => (nonResourceURLs?.length ?? 0) > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}

function tokenStatus(context: RequestContext, { token = '', audiences }: ReviewSpec): object {
  if (token === '') fail(context, [fieldForbidden('spec.token', 'a token is required')]);
  const read = readToken(context, token, audiences ?? [ISSUER]);
  if (!read) return { user: {}, error: 'invalid bearer token' };
  return { authenticated: true, user: shownUser(read.user), audiences: read.audiences };
}
