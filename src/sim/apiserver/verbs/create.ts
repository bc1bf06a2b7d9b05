/** POST. Upstream: apiserver/pkg/endpoints/handlers/create.go, apiserver/pkg/registry/rest/create.go. */
import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject, Stored } from '../../api/object.ts';
import { objectWarnings } from '../../api/object-warnings.ts';
import { alreadyExists, badRequest, failure, invalid, type FieldError } from '../../api/status.ts';
import { mintSuffix, mintUid } from '../../kernel/index.ts';
import { admit, mutate } from '../admission/index.ts';
import { checkEscalation } from '../authorization/escalation.ts';
import { note, refuse, stamped, type Draft, type RequestContext } from '../context.ts';
import { decodeBody } from '../decode.ts';
import { keyFor, prefixOf } from '../keys.ts';
import { trackCreate } from '../managed-fields.ts';
import { validateMetadata } from '../metadata.ts';
import type { ApiResponse } from '../request.ts';
import type { ServiceAddresses } from '../service-addresses.ts';

const NAME_TRIES = 8;
const GENERATED_BASE_LENGTH = 58;

/**
 * A decoded body as a draft of the server's own. A typed client's may share parts with stored objects, so what defaulting
 * writes to is copied. The spec of a Pod stays the one that was sent (many Pods have that of one template): its defaults
 * are written into another, which they share as well.
 */
export function draftOf(body: KubeObject): Draft {
  const draft = { ...body, metadata: { ...body.metadata } } as Draft;
  const { spec } = draft;
  if (typeof spec === 'object' && spec !== null && !('containers' in spec)) draft['spec'] = { ...spec };
  return draft;
}

export function createObject(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  const body = decodeBody(context, context.request.body);
  const created = storeNew(context, addresses, draftOf(body));
  return { code: 201, body: created };
}

/** Takes a draft from defaulting to the store. Also used by updates and applies that create. */
export function storeNew(context: RequestContext, addresses: ServiceAddresses, draft: Draft): Stored {
  const { kind, served, request } = context;
  draft.apiVersion = apiVersionOf(kind);
  draft.kind = kind.kind;
  place(context, draft);
  kind.applyDefaults?.(draft);
  note(context, 'default', 'ok');
  // What admission adds belongs to nobody: upstream's handler tracks the sender's fields before it.
  trackCreate(context, draft);
  mutate(context, draft, undefined);
  prepare(context, draft);
  kind.prepareForCreate?.(draft, context);
  // What cannot be allocated is told alone: upstream allocates before it validates.
  const failures: readonly FieldError[] = addresses.allocate(context, draft, undefined);
  if (failures.length > 0) checkValid(context, draft, failures);
  checkValid(context, draft, [
    ...validateMetadata(kind, draft.metadata),
    ...(kind.validate?.(draft) ?? []),
    ...(kind.validateCreate?.(draft) ?? []),
    ...(served === kind ? [] : (served.validateCreate?.(draft) ?? [])),
  ]);
  if (!request.isTyped) context.warnings.push(...objectWarnings(draft));
  checkEscalation(context, draft, undefined);
  admit(context, draft, undefined, addresses);
  if (context.isDryRun) return draft as unknown as Stored;
  const stored = put(context, draft, request.name);
  addresses.keep(context, stored);
  return stored;
}

/** 422 when there is any fault. */
export function checkValid(context: RequestContext, draft: Draft, errors: readonly FieldError[]): void {
  const { kind } = context;
  if (errors.length > 0) {
    refuse(context, 'validate', invalid(kind.group, kind.kind, draft.metadata.name ?? '', errors));
  }
  note(context, 'validate', 'ok');
}

function place(context: RequestContext, draft: Draft): void {
  const { kind, request } = context;
  const metadata = draft.metadata as { namespace?: string };
  if (!kind.isNamespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace && request.namespace && metadata.namespace !== request.namespace) {
    refuse(
      context,
      'decode',
      badRequest(`the namespace of the provided object does not match the namespace sent on the request`),
    );
  }
  metadata.namespace = metadata.namespace || request.namespace || 'default';
}

function prepare(context: RequestContext, draft: Draft): void {
  const { kernel, kind } = context;
  const metadata = draft.metadata as Record<string, unknown>;
  for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'resourceVersion']) {
    delete metadata[field];
  }
  if (!metadata['name'] && metadata['generateName'])
    metadata['name'] = generateName(context, String(metadata['generateName']));
  metadata['uid'] = mintUid(kernel.stream('kube-apiserver/uid'));
  metadata['creationTimestamp'] = kernel.formatTime();
  if (kind.hasGeneration) metadata['generation'] = 1;
  else delete metadata['generation'];
}

function generateName(context: RequestContext, base: string): string {
  const { kernel, kind, store, request } = context;
  const stream = kernel.stream('kube-apiserver/names');
  const start = base.slice(0, GENERATED_BASE_LENGTH);
  for (let tries = 0; tries < NAME_TRIES; tries += 1) {
    const name = start + mintSuffix(stream);
    if (!store.get(prefixOf(kind), keyFor(kind, request.namespace, name))) return name;
  }
  return refuse(
    context,
    'store',
    failure({
      code: 409,
      reason: 'AlreadyExists',
      message: `${context.resource} "${start}" already exists, the server was not able to generate a unique name for the object`,
    }),
  );
}

function put(context: RequestContext, draft: Draft, wanted: string | undefined): Stored {
  const { kind, store } = context;
  const { namespace, name = wanted ?? '' } = draft.metadata;
  const key = keyFor(kind, namespace, name);
  const swap = store.put(prefixOf(kind), key, 0, (revision) => stamped(draft, revision));
  if (!swap.ok) {
    const isTerminating = swap.current?.value.metadata.deletionTimestamp !== undefined;
    return refuse(context, 'store', alreadyExists(context.resource, name, isTerminating));
  }
  note(context, 'store', 'changed', `revision ${swap.stored.modRevision}`);
  context.changes.push({ revision: swap.stored.modRevision, key, next: swap.stored });
  return swap.stored.value;
}
