/**
 * DELETE: grace, finalizers and propagation.
 * Upstream: apiserver/pkg/registry/rest/delete.go, apiserver/pkg/registry/generic/registry/store.go.
 */
import { apiVersionOf } from '../../api/kind.ts';
import type { Stored } from '../../api/object.ts';
import { restrictNode } from '../admission/node-restriction.ts';
import { note, refuse, type Draft, type RequestContext } from '../context.ts';
import { forbidden } from '../../api/status.ts';
import { keyFor, prefixOf, rangeStart } from '../keys.ts';
import type { ApiResponse } from '../request.ts';
import { isSelected } from '../selection.ts';
import type { ServiceAddresses } from '../service-addresses.ts';
import { currentOf, selectionOf } from './read.ts';
import { preconditionFailed, write } from './update.ts';

const PROTECTED_NAMESPACES = new Set(['default', 'kube-system', 'kube-public']);

export function deleteObject(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  return removeOne(context, addresses, currentOf(context));
}

export function deleteCollection(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  const { kind, request, store } = context;
  const selection = selectionOf(context);
  const items = store
    .range(prefixOf(kind), rangeStart(kind, request.namespace))
    .map(({ value }) => value)
    .filter((object) => isSelected(kind, selection, object));
  for (const item of items) removeOne(context, addresses, item);
  return {
    code: 200,
    body: {
      kind: kind.listKind ?? `${kind.kind}List`,
      apiVersion: apiVersionOf(kind),
      metadata: { resourceVersion: String(store.revision) },
      items,
    } as unknown as ApiResponse['body'],
  };
}

function removeOne(context: RequestContext, addresses: ServiceAddresses, old: Stored): ApiResponse {
  const { kind, request, store } = context;
  const { name, namespace } = old.metadata;
  const options = request.options ?? {};
  if (kind.kind === 'Namespace' && PROTECTED_NAMESPACES.has(name)) {
    refuse(context, 'admit', forbidden(context.resource, name, 'this namespace may not be deleted'));
  }
  restrictNode(context, undefined, old);
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid && uid !== old.metadata.uid) {
    preconditionFailed(
      context,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${old.metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) {
    preconditionFailed(
      context,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${old.metadata.resourceVersion}). The object might have been modified`,
    );
  }
  const graceSeconds = graceOf(context, old);
  const finalizers = finalizersOf(context, old);
  const isHeld = finalizers.length > 0 || graceSeconds > 0 || isNamespaceHeld(old);
  if (isHeld) {
    const next = context.isDryRun ? old : terminate(context, addresses, old, finalizers, graceSeconds);
    return { code: 200, body: next };
  }
  if (!context.isDryRun) {
    const key = keyFor(kind, namespace, name);
    const before = store.get(prefixOf(kind), key)!;
    store.delete(prefixOf(kind), key, before.modRevision);
    note(context, 'store', 'changed', 'deleted');
    context.changes.push({ revision: store.revision, key, previous: before });
    addresses.release(context, old);
  }
  const { group, plural } = context.served;
  // Pods come back as they were; other kinds as a Status of success.
  if (kind.kind === 'Pod') return { code: 200, body: old };
  return {
    code: 200,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name, ...(group ? { group } : {}), kind: plural, uid: old.metadata.uid },
    },
  };
}

function isNamespaceHeld(old: Stored): boolean {
  const held = (old as { spec?: { finalizers?: readonly string[] } }).spec?.finalizers;
  return old.kind === 'Namespace' && (held?.length ?? 0) > 0;
}

/** Seconds of grace that are left to give. A repeated deletion may only shorten it. */
function graceOf(context: RequestContext, old: Stored): number {
  const { kind, request } = context;
  if (!kind.gracePeriodSeconds) return 0;
  const asked = request.options?.gracePeriodSeconds;
  const wanted = kind.gracePeriodSeconds(old, asked);
  if (!old.metadata.deletionTimestamp) return wanted;
  const now = old.metadata.deletionGracePeriodSeconds ?? 0;
  return asked === undefined ? now : Math.min(now, wanted);
}

function finalizersOf(context: RequestContext, old: Stored): readonly string[] {
  const { kind, request } = context;
  const present = old.metadata.finalizers ?? [];
  const wanted = request.options?.propagationPolicy;
  const inherited = present.includes('orphan')
    ? 'Orphan'
    : present.includes('foregroundDeletion')
      ? 'Foreground'
      : undefined;
  const policy = wanted ?? inherited ?? kind.defaultPropagation ?? 'Background';
  const others = present.filter((item) => item !== 'orphan' && item !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...others, 'orphan'];
  if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
  return others;
}

function terminate(
  context: RequestContext,
  addresses: ServiceAddresses,
  old: Stored,
  finalizers: readonly string[],
  graceSeconds: number,
): Stored {
  const { kernel } = context;
  const isFirst = !old.metadata.deletionTimestamp;
  const shortened = !isFirst && graceSeconds < (old.metadata.deletionGracePeriodSeconds ?? 0);
  const { finalizers: _old, ...metadata } = old.metadata;
  const draft: Draft = {
    ...old,
    metadata: {
      ...metadata,
      ...(finalizers.length > 0 ? { finalizers: [...finalizers] } : {}),
      ...(isFirst || shortened
        ? {
            deletionTimestamp: kernel.formatTime(kernel.turn.cursor + graceSeconds * 1000),
            deletionGracePeriodSeconds: graceSeconds,
          }
        : {}),
      ...(isFirst && old.metadata.generation ? { generation: old.metadata.generation + 1 } : {}),
    },
  } as Draft;
  if (old.kind === 'Namespace') {
    draft['status'] = { ...(old as { status?: object }).status, phase: 'Terminating' };
  }
  const isSame = !isFirst && !shortened && finalizers.join() === (old.metadata.finalizers ?? []).join();
  return isSame ? old : write(context, addresses, old, draft);
}
