/** `POST serviceaccounts/<name>/token`. Upstream: pkg/registry/core/serviceaccount/storage/token.go, pkg/apis/authentication/validation. */
import type { KubeObject, Stored } from '../api/object.ts';
import { conflict, failure, fieldInvalid, invalid, notFound } from '../api/status.ts';
import { mintUid } from '../kernel/index.ts';
import { ISSUER, mintToken, type TokenWish } from './authentication/tokens.ts';
import { refuse, type RequestContext } from './context.ts';
import type { ApiResponse } from './request.ts';
import { currentOf } from './verbs/read.ts';

const SHORTEST_SECONDS = 600;
const LONGEST_SECONDS = 2 ** 32;
const DEFAULT_SECONDS = 3_600;

interface TokenRequest extends KubeObject {
  readonly spec?: {
    readonly audiences?: readonly string[];
    readonly expirationSeconds?: number;
    readonly boundObjectRef?: {
      readonly kind?: string;
      readonly apiVersion?: string;
      readonly name?: string;
      readonly uid?: string;
    };
  };
}

export function requestToken(context: RequestContext, body: TokenRequest): ApiResponse {
  const { kernel, nowEpochMs } = context;
  const account = currentOf(context);
  const { audiences = [], expirationSeconds = DEFAULT_SECONDS, boundObjectRef } = body.spec ?? {};
  checkDuration(context, expirationSeconds);
  const issuedAt = Math.floor(nowEpochMs / 1000);
  const bound = boundOf(context, account, boundObjectRef);
  const wished = audiences.length > 0 ? audiences : [ISSUER];
  const token = mintToken(kernel, {
    account,
    audiences: wished,
    issuedAt,
    expiresAt: issuedAt + expirationSeconds,
    id: mintUid(kernel.stream('kube-apiserver/tokens')),
    ...(bound ? { bound } : {}),
  });
  const { name, namespace } = account.metadata;
  return {
    code: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: context.formatTime() },
      spec: { audiences: wished, expirationSeconds, boundObjectRef: boundObjectRef ?? null },
      status: { token, expirationTimestamp: kernel.formatTime(kernel.turn.cursor + expirationSeconds * 1000) },
    } as KubeObject,
  };
}

function checkDuration(context: RequestContext, seconds: number): void {
  const why =
    seconds < SHORTEST_SECONDS
      ? 'may not specify a duration less than 10 minutes'
      : seconds > LONGEST_SECONDS
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (!why) return;
  const fault = fieldInvalid('spec.expirationSeconds', seconds, why);
  refuse(context, 'validate', invalid('authentication.k8s.io', 'TokenRequest', '', [fault]));
}

function boundOf(
  context: RequestContext,
  account: Stored,
  reference: NonNullable<TokenRequest['spec']>['boundObjectRef'],
): TokenWish['bound'] {
  if (!reference) return undefined;
  const { kind = '', name = '', uid } = reference;
  const kinds: Readonly<Record<string, 'pod' | 'secret' | 'node'>> = { Pod: 'pod', Secret: 'secret', Node: 'node' };
  const found = kinds[kind];
  if (!found) {
    const message = `cannot bind token for serviceaccount "${account.metadata.name}" to object of type ${reference.apiVersion ?? ''}, Kind=${kind}`;
    return refuse(context, 'validate', failure({ code: 400, reason: 'BadRequest', message }));
  }
  const object = context.find(`${found}s`, found === 'node' ? undefined : account.metadata.namespace, name);
  if (!object) return refuse(context, 'store', notFound(`${found}s`, name));
  if (uid && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    return refuse(context, 'store', conflict(`${found}s`, name, why));
  }
  return { kind: found, to: { name, uid: object.metadata.uid } };
}
