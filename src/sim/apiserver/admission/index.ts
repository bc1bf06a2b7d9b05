/**
 * Admission, in upstream's order: what changes a draft, then what only looks at it.
 * Upstream: pkg/kubeapiserver/options/plugins.go. Webhooks are left out.
 */
import type { Namespace, Pod } from 'kubernetes-types/core/v1';
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import type { PriorityClass } from 'kubernetes-types/scheduling/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import type { Stored } from '../../api/object.ts';
import { forbidden, notFound } from '../../api/status.ts';
import { nameForMutation, note, refuse, type Draft, type RequestContext } from '../context.ts';
import { compareQuantities } from '../../api/quantity.ts';
import type { ServiceAddresses } from '../service-addresses.ts';
import { limitClaim, limitPod } from './limit-ranger.ts';
import { restrictNode } from './node-restriction.ts';
import { checkPodSecurity } from './pod-security.ts';
import { admitPod } from './pod.ts';
import { chargeQuotas } from './quota.ts';

/** Changes the draft. `old` is absent on create. */
export function mutate(context: RequestContext, draft: Draft, old: Stored | undefined): void {
  if (context.request.subresource) return;
  if (old === undefined) checkNamespace(context, draft);
  const done: string[] = [];
  if (old === undefined && draft.kind === 'Pod') done.push(...admitPod(context, draft as unknown as Pod & Draft));
  if (old === undefined && draft.kind === 'PersistentVolumeClaim') {
    done.push(...admitClaim(context, draft as unknown as PersistentVolumeClaim & Draft));
  }
  if (old === undefined && draft.kind === 'PersistentVolume') addFinalizer(draft, 'kubernetes.io/pv-protection');
  if (old === undefined && draft.kind === 'Node') taintNewNode(draft);
  note(context, 'mutate', done.length > 0 ? 'changed' : 'ok', done.join(', ') || undefined);
}

/** Only looks. */
export function admit(
  context: RequestContext,
  draft: Draft,
  old: Stored | undefined,
  addresses: ServiceAddresses,
): void {
  if (!context.request.subresource) checkSizes(context, draft, old);
  if (old === undefined && draft.kind === 'PriorityClass') checkDefaultPriority(context, draft);
  checkPodSecurity(context, draft, old);
  restrictNode(context, draft, old);
  chargeQuotas(context, draft, old, addresses);
  note(context, 'admit', 'ok');
}

/** LimitRanger, which leaves pods alone once they are there, and PersistentVolumeClaimResize. */
function checkSizes(context: RequestContext, draft: Draft, old: Stored | undefined): void {
  if (draft.kind === 'Pod' && !old) limitPod(context, draft as unknown as Pod & Draft);
  if (draft.kind !== 'PersistentVolumeClaim') return;
  limitClaim(context, draft as unknown as PersistentVolumeClaim & Draft);
  if (old) checkResize(context, draft, old);
}

/** Upstream: plugin/pkg/admission/storage/persistentvolume/resize/admission.go. */
function checkResize(context: RequestContext, draft: Draft, old: Stored): void {
  const sizeOf = (claim: PersistentVolumeClaim): string => claim.spec?.resources?.requests?.['storage'] ?? '0';
  const [next, before] = [draft as PersistentVolumeClaim, old as Stored<PersistentVolumeClaim>];
  if (compareQuantities(sizeOf(next), sizeOf(before)) <= 0) return;
  if (before.status?.phase !== 'Bound') {
    const text = 'Only bound persistent volume claims can be expanded';
    refuse(context, 'admit', forbidden(context.resource, old.metadata.name, text));
  }
  const name = before.spec?.storageClassName ?? '';
  const found = context.find('storageclasses.storage.k8s.io', undefined, name) as Stored<StorageClass> | undefined;
  if (!found?.allowVolumeExpansion) {
    const text =
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
    refuse(context, 'admit', forbidden(context.resource, old.metadata.name, text));
  }
}

/** Priority: one class alone may be the default. Upstream: plugin/pkg/admission/priority/admission.go. */
function checkDefaultPriority(context: RequestContext, draft: Draft): void {
  if (!draft['globalDefault']) return;
  for (const { metadata, globalDefault } of context.list('priorityclasses.scheduling.k8s.io') as Iterable<
    Stored<PriorityClass>
  >) {
    if (!globalDefault) continue;
    const text = `PriorityClass ${metadata.name} is already marked as default. Only one default can exist`;
    refuse(context, 'admit', forbidden(context.resource, draft.metadata.name ?? '', text));
  }
}

/** NamespaceLifecycle. Upstream: apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go. */
function checkNamespace(context: RequestContext, draft: Draft): void {
  const { namespace } = draft.metadata;
  if (!context.kind.isNamespaced || !namespace) return;
  const found = context.find('namespaces', undefined, namespace) as Stored<Namespace> | undefined;
  if (!found) refuse(context, 'mutate', notFound('namespaces', namespace));
  if (!found.metadata.deletionTimestamp) return;
  const status = forbidden(
    context.resource,
    nameForMutation(draft),
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  );
  refuse(context, 'mutate', status);
}

/** DefaultStorageClass and StorageObjectInUseProtection. */
function admitClaim(context: RequestContext, claim: PersistentVolumeClaim & Draft): readonly string[] {
  addFinalizer(claim, 'kubernetes.io/pvc-protection');
  if (claim.spec?.storageClassName !== undefined) return ['StorageObjectInUseProtection'];
  const classes = [...(context.list('storageclasses.storage.k8s.io') as Iterable<Stored<StorageClass>>)]
    .filter(({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true')
    .sort((left, right) =>
      left.metadata.creationTimestamp === right.metadata.creationTimestamp
        ? left.metadata.name < right.metadata.name
          ? -1
          : 1
        : left.metadata.creationTimestamp > right.metadata.creationTimestamp
          ? -1
          : 1,
    );
  const [first] = classes;
  if (!first) return ['StorageObjectInUseProtection'];
  claim.spec = { ...claim.spec, storageClassName: first.metadata.name };
  return ['DefaultStorageClass', 'StorageObjectInUseProtection'];
}

function addFinalizer(draft: Draft, finalizer: string): void {
  const metadata = draft.metadata as { finalizers?: readonly string[] };
  if (!metadata.finalizers?.includes(finalizer)) metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
}

/** TaintNodesByCondition. */
function taintNewNode(draft: Draft): void {
  const spec = (draft['spec'] ?? {}) as { taints?: readonly { key: string; effect: string }[] };
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  if (!spec.taints?.some(({ key, effect }) => key === taint.key && effect === taint.effect)) {
    draft['spec'] = { ...spec, taints: [...(spec.taints ?? []), taint] };
  }
}
