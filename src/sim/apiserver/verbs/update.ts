/** PUT, and what PATCH shares with it. Upstream: apiserver/pkg/registry/rest/update.go, .../generic/registry/store.go. */
import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject, Stored } from '../../api/object.ts';
import { objectWarnings } from '../../api/object-warnings.ts';
import { badRequest, conflict, fieldInvalid, invalid, notFound } from '../../api/status.ts';
import { admit, mutate } from '../admission/index.ts';
import { checkEscalation } from '../authorization/escalation.ts';
import { note, refuse, stamped, type Draft, type RequestContext } from '../context.ts';
import { decodeBody } from '../decode.ts';
import { isDeepEqual } from '../equality.ts';
import { keyFor, prefixOf } from '../keys.ts';
import { trackUpdate } from '../managed-fields.ts';
import { validateMetadataUpdate } from '../metadata.ts';
import type { ApiResponse } from '../request.ts';
import type { ServiceAddresses } from '../service-addresses.ts';
import { takePodPart } from '../pod-parts.ts';
import { checkValid, draftOf, storeNew } from './create.ts';

export function updateObject(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  const { kind, request, store } = context;
  const body = decodeBody(context, request.body);
  const name = request.name ?? body.metadata?.name ?? '';
  if (body.metadata?.name && body.metadata.name !== name) {
    refuse(
      context,
      'decode',
      badRequest(`the name of the object (${body.metadata.name}) does not match the name on the URL (${name})`),
    );
  }
  const found = store.get(prefixOf(kind), keyFor(kind, request.namespace, name));
  if (!found) {
    if (!kind.canCreateOnUpdate || request.subresource) refuse(context, 'store', notFound(context.resource, name));
    return { code: 201, body: storeNew(context, addresses, draftOf(body)) };
  }
  return { code: 200, body: storeNext(context, addresses, found.value, draftOf(body)) };
}

/** Takes the next state of an object from defaulting to the store; the same object comes back when nothing changed. */
export function storeNext(context: RequestContext, addresses: ServiceAddresses, old: Stored, sent: Draft): Stored {
  const { kind, served } = context;
  checkPreconditions(context, old, sent);
  const { subresource } = context.request;
  const draft = subresource === 'status' ? withStatusOf(sent, old) : sent;
  draft.apiVersion = apiVersionOf(kind);
  draft.kind = kind.kind;
  keepSystemMetadata(draft, old);
  if (subresource === 'ephemeralcontainers' || subresource === 'resize') takePodPart(context, draft, old);
  else if (subresource !== 'status') {
    kind.applyDefaults?.(draft);
    if (kind.subresources?.some(({ name }) => name === 'status')) keepStatus(draft, old);
    note(context, 'default', 'ok');
    mutate(context, draft, old);
  }
  kind.prepareForUpdate?.(draft, old, context);
  bumpGeneration(context, draft, old);
  // What cannot be allocated is told alone: upstream allocates before it validates.
  const failures = context.request.subresource ? [] : addresses.allocate(context, draft, old);
  if (failures.length > 0) checkValid(context, draft, failures);
  const errors = context.request.subresource
    ? []
    : [
        ...(kind.validate?.(draft) ?? []),
        ...(kind.validateUpdate?.(draft, old) ?? []),
        ...(served === kind ? [] : (served.validateUpdate?.(draft, old) ?? [])),
      ];
  checkValid(context, draft, [...validateMetadataUpdate(draft.metadata, old.metadata), ...errors]);
  if (!context.request.isTyped && !subresource) context.warnings.push(...objectWarnings(draft, old));
  checkEscalation(context, draft, old);
  admit(context, draft, old, addresses);
  trackUpdate(context, draft, old);
  if (isDeepEqual(draft, old)) {
    note(context, 'store', 'ok', 'unchanged');
    return old;
  }
  if (context.isDryRun) return draft as unknown as Stored;
  return write(context, addresses, old, draft);
}

function checkPreconditions(context: RequestContext, old: Stored, draft: Draft): void {
  const { kind } = context;
  const { uid, resourceVersion } = draft.metadata;
  const { name } = old.metadata;
  if (uid && uid !== old.metadata.uid) {
    refuse(
      context,
      'store',
      conflict(
        context.resource,
        name,
        `StorageError: invalid object, Code: 4, Key: ${keyFor(kind, old.metadata.namespace, name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
      ),
    );
  }
  if (resourceVersion && resourceVersion !== '0') {
    if (resourceVersion !== old.metadata.resourceVersion) refuse(context, 'store', conflict(context.resource, name));
  } else if (kind.needsResourceVersion && context.request.verb === 'update') {
    const fault = fieldInvalid('metadata.resourceVersion', 0, 'must be specified for an update');
    refuse(context, 'validate', invalid(kind.group, kind.kind, name, [fault]));
  }
}

function keepSystemMetadata(draft: Draft, old: Stored): void {
  const metadata = draft.metadata as Record<string, unknown>;
  for (const field of [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
  ] as const) {
    // An object from which a field was deleted is slow for ever after.
    if (old.metadata[field] !== undefined) metadata[field] = old.metadata[field];
    else if (field in metadata) delete metadata[field];
  }
  metadata['name'] ??= old.metadata.name;
  if (old.metadata.namespace) metadata['namespace'] ??= old.metadata.namespace;
  metadata['resourceVersion'] = old.metadata.resourceVersion;
}

/** The status path takes the status, and of the metadata what a reporter may set; the rest stays. */
function withStatusOf(sent: Draft, old: Stored): Draft {
  const { status } = sent as { status?: unknown };
  const { annotations, labels, finalizers } = sent.metadata;
  const metadata = { ...old.metadata };
  if (annotations) metadata.annotations = annotations;
  if (old.kind === 'Node' && labels) metadata.labels = labels;
  if (finalizers) metadata.finalizers = finalizers;
  const draft = { ...old, metadata } as unknown as Draft;
  if (status !== undefined) draft['status'] = status;
  return draft;
}

function keepStatus(draft: Draft, old: Stored): void {
  const { status } = old as { status?: unknown };
  if (status === undefined) delete draft['status'];
  else draft['status'] = status;
}

/** +1 when what a person wants has changed. Upstream: the strategies' PrepareForUpdate. */
function bumpGeneration(context: RequestContext, draft: Draft, old: Stored): void {
  const { subresource } = context.request;
  if (!context.kind.hasGeneration || subresource === 'status') return;
  const wantedOf = (object: KubeObject): unknown => {
    const { apiVersion: _version, kind: _kind, metadata: _metadata, status: _status, ...rest } = object as Draft;
    return rest;
  };
  const isChanged =
    !isDeepEqual(wantedOf(draft), wantedOf(old)) ||
    (old.kind === 'Deployment' && !isDeepEqual(draft.metadata.annotations, old.metadata.annotations)) ||
    (old.kind === 'EndpointSlice' && !isDeepEqual(draft.metadata.labels, old.metadata.labels));
  if (isChanged) (draft.metadata as { generation?: number }).generation = (old.metadata.generation ?? 0) + 1;
}

/** Stores the draft; a terminating object whose last finalizer goes away is deleted instead. */
export function write(context: RequestContext, addresses: ServiceAddresses, old: Stored, draft: Draft): Stored {
  const { kind, store } = context;
  const { namespace, name } = old.metadata;
  const key = keyFor(kind, namespace, name);
  const expected = Number(old.metadata.resourceVersion);
  const before = store.get(prefixOf(kind), key)!;
  if (isReleased(draft)) {
    const gone = store.delete(prefixOf(kind), key, expected);
    if (!gone.ok) return refuse(context, 'store', conflict(context.resource, name));
    note(context, 'store', 'changed', 'deleted: no finalizer is left');
    context.changes.push({ revision: store.revision, key, previous: before });
    addresses.release(context, old);
    return draft as unknown as Stored;
  }
  const swap = store.put(prefixOf(kind), key, expected, (revision) => stamped(draft, revision));
  if (!swap.ok) return refuse(context, 'store', conflict(context.resource, name));
  note(context, 'store', 'changed', `revision ${swap.stored.modRevision}`);
  context.changes.push({ revision: swap.stored.modRevision, key, next: swap.stored, previous: before });
  addresses.keep(context, swap.stored.value);
  return swap.stored.value;
}

/** Deletion was asked for, nothing holds the object, and no grace is left. */
export function isReleased(draft: Draft): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = draft.metadata;
  if (!deletionTimestamp || (finalizers?.length ?? 0) > 0 || (deletionGracePeriodSeconds ?? 0) > 0) return false;
  const held = (draft as { spec?: { finalizers?: readonly string[] } }).spec?.finalizers;
  return draft.kind !== 'Namespace' || (held?.length ?? 0) === 0;
}

/** Refuses a deletion; the object is named by its kind here. Upstream: apiserver/pkg/registry/rest/delete.go (BeforeDelete). */
export function preconditionFailed(context: RequestContext, name: string, what: string): never {
  const { kind, group } = context.kind;
  return refuse(context, 'store', conflict(group ? `${kind}.${group}` : kind, name, what));
}
