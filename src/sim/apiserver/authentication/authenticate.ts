/**
 * Who is asking: the certificate of the connection, then a bearer token, then nobody; and for whom they speak.
 * Upstream: apiserver/pkg/authentication, apiserver/pkg/endpoints/filters/{authentication,impersonation}.go.
 */
import { failure, type Status } from '../../api/status.ts';
import { authorizeUser, denial } from '../authorization/authorize.ts';
import type { Attributes, PolicySource } from '../authorization/rbac.ts';
import type { UserInfo } from '../request.ts';
import { readToken, serviceAccountGroups, type TokenWorld } from './tokens.ts';

export const UNAUTHORIZED = failure({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const AUTHENTICATED = 'system:authenticated';

export interface Credentials {
  /** From a certificate that the cluster's authority has signed: common name and organizations. */
  readonly certificate?: UserInfo | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether somebody without credentials is `system:anonymous`, or refused. */
  readonly allowsAnonymous: boolean;
}

export type Identity = { readonly ok: true; readonly user: UserInfo } | { readonly ok: false; readonly status: Status };

export function authenticate(world: TokenWorld & PolicySource, credentials: Credentials): Identity {
  const user = whoIs(world, credentials);
  if (!user) return { ok: false, status: UNAUTHORIZED };
  return impersonated(world, user, credentials.headers);
}

function whoIs(world: TokenWorld, { certificate, headers, allowsAnonymous }: Credentials): UserInfo | undefined {
  if (certificate) return certificate;
  const bearer = /^bearer\s+(\S+)\s*$/i.exec(headers['authorization'] ?? '')?.[1];
  if (bearer) return readToken(world, bearer)?.user;
  return allowsAnonymous ? ANONYMOUS : undefined;
}

/** `--as` and its like. Values of a repeated header come joined by `, `, as HTTP lets them. */
function impersonated(source: PolicySource, user: UserInfo, headers: Readonly<Record<string, string>>): Identity {
  const name = headers['impersonate-user'];
  const groups = listOf(headers['impersonate-group']);
  const uid = headers['impersonate-uid'];
  const extra = extraOf(headers);
  if (!name) {
    const isPartial = groups.length > 0 || uid !== undefined || Object.keys(extra).length > 0;
    if (!isPartial) return { ok: true, user };
    const message = 'Internal error occurred: requested impersonation without impersonating a user';
    return { ok: false, status: failure({ code: 500, reason: 'InternalError', message }) };
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  const asked: Attributes[] = [
    account
      ? { verb: 'impersonate', group: '', resource: 'serviceaccounts', namespace: account[1], name: account[2] }
      : { verb: 'impersonate', group: '', resource: 'users', name },
    ...groups.map((item) => ({ verb: 'impersonate', group: '', resource: 'groups', name: item })),
    ...(uid === undefined
      ? []
      : [{ verb: 'impersonate', group: 'authentication.k8s.io', resource: 'uids', name: uid }]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ({
        verb: 'impersonate',
        group: 'authentication.k8s.io',
        resource: 'userextras',
        subresource: key,
        name: value,
      })),
    ),
  ];
  for (const attributes of asked) {
    const verdict = authorizeUser(source, user, attributes);
    if (!verdict.isAllowed) return { ok: false, status: denial(user, attributes, verdict.reason) };
  }
  return { ok: true, user: speaksAs(name, groups, account?.[1], uid, extra) };
}

function speaksAs(
  name: string,
  groups: readonly string[],
  namespace: string | undefined,
  uid: string | undefined,
  extra: UserInfo['extra'] & object,
): UserInfo {
  const own = groups.length === 0 && namespace ? serviceAccountGroups(namespace) : groups;
  const isAnonymous = name === ANONYMOUS.name;
  const implied = isAnonymous ? 'system:unauthenticated' : AUTHENTICATED;
  return {
    name,
    groups: own.includes(implied) ? own : [...own, implied],
    ...(uid === undefined ? {} : { uid }),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

const listOf = (header: string | undefined): readonly string[] =>
  (header ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

function extraOf(headers: Readonly<Record<string, string>>): Record<string, readonly string[]> {
  const prefix = 'impersonate-extra-';
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [unescaped(key.slice(prefix.length)), listOf(value)]),
  );
}

/** A key that is not well encoded is taken as it is. Upstream: unescapeExtraKey. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch (error) {
    if (error instanceof URIError) return key;
    throw error;
  }
}
