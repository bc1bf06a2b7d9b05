/**
 * Admission, in upstream's order: what changes a draft, then what only looks at it.
 * Upstream: pkg/kubeapiserver/options/plugins.go. ResourceQuota and webhooks are left out; quotas are stored only.
 */
import type { Namespace, Pod } from 'kubernetes-types/core/v1';
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import type { Stored } from '../../api/object.ts';
import { forbidden, notFound } from '../../api/status.ts';
import { note, refuse, type Draft, type RequestContext } from '../context.ts';
import { admitPod } from './pod.ts';

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
export function admit(context: RequestContext, _draft: Draft, _old: Stored | undefined): void {
  note(context, 'admit', 'ok');
}

/** NamespaceLifecycle. Upstream: apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go. */
function checkNamespace(context: RequestContext, draft: Draft): void {
  const { namespace } = draft.metadata;
  if (!context.kind.isNamespaced || !namespace) return;
  const found = context.find('namespaces', undefined, namespace) as Stored<Namespace> | undefined;
  if (!found) refuse(context, 'mutate', notFound('namespaces', namespace));
  if (!found.metadata.deletionTimestamp) return;
  const name = draft.metadata.name ?? '';
  const status = forbidden(
    context.resource,
    name,
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
