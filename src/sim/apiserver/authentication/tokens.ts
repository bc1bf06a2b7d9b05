/**
 * Tokens of service accounts: made by the `token` subresource, told apart from forgeries by their signature, and void
 * when they have run out or what they are bound to is gone.
 * Upstream: pkg/serviceaccount/{jwt,claims}.go, pkg/registry/core/serviceaccount/storage/token.go.
 * Otherwise than there, the signature is HMAC-SHA256 with a key drawn from the seed: nobody else has to verify it.
 */
import { decodeBase64, encodeBase64 } from '../../api/encoding.ts';
import type { Stored } from '../../api/object.ts';
import { hmacSha256, type Kernel } from '../../kernel/index.ts';
import type { UserInfo } from '../request.ts';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

export interface Reference {
  readonly name: string;
  readonly uid: string;
}

interface Claims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: typeof ISSUER;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly node?: Reference;
    readonly pod?: Reference;
    readonly secret?: Reference;
    readonly serviceaccount: Reference;
  };
  readonly nbf: number;
  readonly sub: string;
}

export interface TokenWish {
  readonly account: Stored;
  readonly audiences: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly id: string;
  readonly bound?: { readonly kind: 'pod' | 'secret' | 'node'; readonly to: Reference };
}

/** What authentication asks of the rest of the server. */
export interface TokenWorld {
  readonly kernel: Kernel;
  find(resource: string, namespace: string | undefined, name: string): Stored | undefined;
}

const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const plain = (urlBase64: string): string => urlBase64.replaceAll('-', '+').replaceAll('_', '/');

function bytesToBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function signature(kernel: Kernel, text: string): string {
  const key = new TextEncoder().encode(`service-account-key ${kernel.options.seed}`);
  return urlSafe(bytesToBase64(hmacSha256(key, new TextEncoder().encode(text))));
}

export function mintToken(kernel: Kernel, wish: TokenWish): string {
  const { name, namespace = '', uid } = wish.account.metadata;
  const claims: Claims = {
    aud: wish.audiences,
    exp: wish.expiresAt,
    iat: wish.issuedAt,
    iss: ISSUER,
    jti: wish.id,
    'kubernetes.io': {
      namespace,
      ...(wish.bound ? { [wish.bound.kind]: wish.bound.to } : {}),
      serviceaccount: { name, uid },
    },
    nbf: wish.issuedAt,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  return signed(kernel, claims);
}

function signed(kernel: Kernel, claims: Claims | SecretClaims): string {
  const header = urlSafe(encodeBase64(JSON.stringify({ alg: 'HS256', kid: 'pilothouse' })));
  const text = `${header}.${urlSafe(encodeBase64(JSON.stringify(claims)))}`;
  return `${text}.${signature(kernel, text)}`;
}

/** The first issuer of all, whose tokens live as long as the Secret that holds them. Upstream: pkg/serviceaccount/legacy.go. */
const SECRET_ISSUER = 'kubernetes/serviceaccount';

interface SecretClaims {
  readonly iss: typeof SECRET_ISSUER;
  readonly 'kubernetes.io/serviceaccount/namespace': string;
  readonly 'kubernetes.io/serviceaccount/secret.name': string;
  readonly 'kubernetes.io/serviceaccount/service-account.name': string;
  readonly 'kubernetes.io/serviceaccount/service-account.uid': string;
  readonly sub: string;
}

/** The token of a Secret of the type `kubernetes.io/service-account-token`: it does not run out. */
export function mintSecretToken(kernel: Kernel, account: Stored, secret: Stored): string {
  const { name, namespace = '', uid } = account.metadata;
  const claims: SecretClaims = {
    iss: SECRET_ISSUER,
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': secret.metadata.name,
    'kubernetes.io/serviceaccount/service-account.name': name,
    'kubernetes.io/serviceaccount/service-account.uid': uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  return signed(kernel, claims);
}

function readSecretToken(world: TokenWorld, token: string, claims: SecretClaims): UserInfo | undefined {
  const namespace = claims['kubernetes.io/serviceaccount/namespace'];
  const name = claims['kubernetes.io/serviceaccount/service-account.name'];
  const uid = claims['kubernetes.io/serviceaccount/service-account.uid'];
  const secret = world.find('secrets', namespace, claims['kubernetes.io/serviceaccount/secret.name']);
  const { data } = (secret ?? {}) as { data?: Readonly<Record<string, string>> };
  if (!secret || secret.metadata.deletionTimestamp || decodeBase64(data?.['token'] ?? '') !== token) return undefined;
  if (world.find('serviceaccounts', namespace, name)?.metadata.uid !== uid) return undefined;
  return { name: claims.sub, uid, groups: [...serviceAccountGroups(namespace), 'system:authenticated'] };
}

/** Whose token it is, and for which of the wanted audiences; undefined when it is not to be believed. */
export function readToken(
  world: TokenWorld,
  token: string,
  audiences: readonly string[] = [ISSUER],
): { readonly user: UserInfo; readonly audiences: readonly string[] } | undefined {
  const claims = verified(world.kernel, token);
  if (!claims) return undefined;
  if (claims.iss === SECRET_ISSUER) {
    const user = readSecretToken(world, token, claims);
    // Such a token names no audience: it is for the API server.
    return user && audiences.includes(ISSUER) ? { user, audiences: [ISSUER] } : undefined;
  }
  const now = Math.floor((world.kernel.options.epochMs + world.kernel.now) / 1000);
  const shared = audiences.filter((audience) => claims.aud.includes(audience));
  if (claims.iss !== ISSUER || claims.exp <= now || shared.length === 0 || !isAlive(world, claims)) return undefined;
  return { user: userOf(claims), audiences: shared };
}

function verified(kernel: Kernel, token: string): Claims | SecretClaims | undefined {
  const [header, payload, sign] = token.split('.');
  if (!header || !payload || !sign || signature(kernel, `${header}.${payload}`) !== sign) return undefined;
  return JSON.parse(decodeBase64(plain(payload))) as Claims | SecretClaims;
}

function isAlive(world: TokenWorld, claims: Claims): boolean {
  const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io'];
  const isThere = (resource: string, place: string | undefined, reference: Reference | undefined): boolean =>
    reference === undefined || world.find(resource, place, reference.name)?.metadata.uid === reference.uid;
  return (
    isThere('serviceaccounts', namespace, serviceaccount) &&
    isThere('pods', namespace, pod) &&
    isThere('secrets', namespace, secret) &&
    isThere('nodes', undefined, node)
  );
}

export function serviceAccountGroups(namespace: string): readonly string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

function userOf(claims: Claims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io'];
  return {
    name: claims.sub,
    uid: serviceaccount.uid,
    groups: [...serviceAccountGroups(namespace), 'system:authenticated'],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
      ...(node
        ? {
            'authentication.kubernetes.io/node-name': [node.name],
            'authentication.kubernetes.io/node-uid': [node.uid],
          }
        : {}),
      ...(pod
        ? {
            'authentication.kubernetes.io/pod-name': [pod.name],
            'authentication.kubernetes.io/pod-uid': [pod.uid],
          }
        : {}),
    },
  };
}
