/** PATCH in its four forms. Upstream: apiserver/pkg/endpoints/handlers/patch.go. */
import { conformed } from '../../api/conform.ts';
import type { KubeObject, Stored } from '../../api/object.ts';
import { badRequest, failure, notFound, unnamed, type Status } from '../../api/status.ts';
import { tooLarge } from '../body-faults.ts';
import { refuse, type Draft, type RequestContext } from '../context.ts';
import { checkSchema, decodeBody } from '../decode.ts';
import { keyFor, prefixOf } from '../keys.ts';
import { applyServerSide } from '../patch/server-side-apply.ts';
import { applyJsonPatch, PatchFailure } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { undeclaredFields } from '../patch/undeclared-fields.ts';
import { strategicMerge } from '../patch/strategic-merge.ts';
import type { ApiResponse } from '../request.ts';
import type { ServiceAddresses } from '../service-addresses.ts';
import { inVersion, kept } from '../versions.ts';
import { draftOf, storeNew } from './create.ts';
import { storeNext } from './update.ts';

export function patchObject(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  const { kind, request, store } = context;
  const found = store.get(prefixOf(kind), keyFor(kind, request.namespace, request.name ?? ''));
  if (request.patchType === 'apply') return apply(context, addresses, found?.value);
  if (!found) return refuse(context, 'store', notFound(context.resource, request.name ?? ''));
  const current = inVersion(context.served, found.value) as Stored;
  const patched = patchedBody(context, current, kind.kind);
  if (!request.isTyped) checkSchema(context, patched);
  checkName(context, patched, found.value);
  const next = storeNext(context, addresses, found.value, draftFrom(context, patched, found.value));
  return { code: 200, body: next };
}

/** A patch cannot move an object. Upstream: handlers/{patch,rest}.go (EnsureObjectNamespaceMatchesRequestNamespace, checkName). */
function checkName(context: RequestContext, { metadata = {} }: KubeObject, old: Stored): void {
  if (context.request.isTyped) return;
  const { name, namespace } = old.metadata;
  if (metadata.namespace && metadata.namespace !== namespace) {
    const text = 'the namespace of the provided object does not match the namespace sent on the request';
    refuse(context, 'decode', badRequest(text));
  }
  if (metadata.name && metadata.name !== name) {
    const text = `the name of the object (${metadata.name}) does not match the name on the URL (${name})`;
    refuse(context, 'decode', badRequest(text));
  }
}

/** A patch without a resourceVersion of its own is applied to what is there now, so it cannot conflict. */
function draftFrom(context: RequestContext, patched: KubeObject, old: Stored): Draft {
  const { request, served } = context;
  // What was applied is in the kept version already.
  const version = request.patchType === 'apply' ? context.kind : served;
  const whole = request.isTyped ? patched : kept(version, conformed(version, patched));
  const draft = { ...whole, metadata: withoutEmptyLists(whole.metadata) } as Draft;
  const asked = (request.body as KubeObject | undefined)?.metadata?.resourceVersion;
  if (!asked) (draft.metadata as { resourceVersion?: string }).resourceVersion = old.metadata.resourceVersion;
  return draft;
}

/** A patch may take the last owner or finalizer away: then nothing is written of them (`omitempty`). */
function withoutEmptyLists(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  const kept = { ...metadata };
  if (kept.ownerReferences?.length === 0) delete kept.ownerReferences;
  if (kept.finalizers?.length === 0) delete kept.finalizers;
  return kept;
}

/** What a JSON, merge or strategic patch makes of an object; refuses a patch that does not fit it. */
export function patchedBody(context: RequestContext, current: KubeObject, kind: string): KubeObject {
  const { body, patchType } = context.request;
  const patched = (): unknown => {
    if (patchType === 'json') return applyJsonPatch(current, body);
    return patchType === 'merge' ? mergePatch(current, body) : strategicMerge(kind, current, body);
  };
  try {
    const result = patched();
    if (typeof result === 'object' && result !== null && !Array.isArray(result)) return result as KubeObject;
    throw new PatchFailure(`the patch does not leave a ${kind} but a plain value`, 422);
  } catch (error) {
    if (!(error instanceof PatchFailure)) throw error;
    if (error.code === 413) return refuse(context, 'decode', tooLarge(error.message));
    if (error.code === 500) return refuse(context, 'decode', unnamed(error.message));
    return refuse(context, 'decode', error.code === 422 ? UNFIT : badRequest(error.message));
  }
}

/** Of what does not fit, no more is said. */
const UNFIT: Status = {
  ...failure({
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
  }),
  details: {},
};

function apply(context: RequestContext, addresses: ServiceAddresses, current: Stored | undefined): ApiResponse {
  const { request } = context;
  if (!request.options?.fieldManager) {
    refuse(
      context,
      'decode',
      failure({
        code: 422,
        reason: 'Invalid',
        message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      }),
    );
  }
  const undeclared = undeclaredFields(context);
  if (undeclared) refuse(context, 'decode', undeclared);
  const applied = decodeBody(context, request.body);
  const merged = applyServerSide(context, applied, current);
  if (!current) return { code: 201, body: storeNew(context, addresses, draftOf(merged)) };
  return { code: 200, body: storeNext(context, addresses, current, draftFrom(context, merged, current)) };
}
