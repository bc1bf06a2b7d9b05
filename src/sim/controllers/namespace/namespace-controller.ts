/**
 * Namespace: empties a terminating one and lets it go.
 * Upstream: pkg/controller/namespace/deletion/{namespaced_resources_deleter,status_condition_utils}.go.
 */
import type { NamespaceCondition } from 'kubernetes-types/core/v1';
import { resourceName } from '../../api/kind.ts';
import type { ResourceName } from '../../api/resource-types.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';

const GRACE_MS = 5_000;
/** The least time until another look; pods with a longer grace are waited for half of it. */
const RETRY_MS = 1_000;
const DEFAULT_GRACE_SECONDS = 15;

interface Remains {
  /** `pods.` to how many are left. */
  readonly counts: Map<string, number>;
  readonly finalizers: Map<string, number>;
  readonly failures: string[];
  graceSeconds: number;
}

export class NamespaceController extends ManagedController {
  private readonly namespaces: Informer<'namespaces'>;

  constructor(manager: Manager) {
    super(manager, 'namespace');
    this.namespaces = this.shared('namespaces');
    this.namespaces.onChange((next, old) => {
      if (next?.metadata.deletionTimestamp && !old?.metadata.deletionTimestamp)
        this.queue.addAfter(next.metadata.name, GRACE_MS);
    });
  }

  protected reconcile(key: string): Outcome {
    const namespace = this.namespaces.byKey(key);
    if (!namespace?.metadata.deletionTimestamp || (namespace.spec?.finalizers ?? []).length === 0) return undefined;
    const remains: Remains = { counts: new Map(), finalizers: new Map(), failures: [], graceSeconds: 0 };
    for (const kind of this.manager.registry.all()) {
      if (kind.isNamespaced && kind.verbs?.includes('list') !== false)
        this.empty(key, resourceName(kind) as ResourceName, `${kind.plural}.${kind.group}`, remains);
    }
    this.report(key, remains);
    if (remains.counts.size > 0) {
      this.queue.addAfter(key, Math.max(RETRY_MS, (remains.graceSeconds * 1000) / 2 + RETRY_MS));
      return undefined;
    }
    const current = this.client.get('namespaces', undefined, key);
    if (!current.ok) return undefined;
    const spec = { ...current.object.spec, finalizers: [] };
    const done = this.client.update('namespaces', { ...current.object, spec }, 'finalize');
    return done.ok || done.status.code === 404 ? undefined : done.status.message;
  }

  private empty(namespace: string, resource: ResourceName, title: string, remains: Remains): void {
    const left = this.client.list(resource, namespace);
    if (!left.ok || left.object.items.length === 0) return;
    for (const { metadata } of left.object.items) {
      if (metadata.deletionTimestamp) continue;
      const gone = this.client.delete(resource, namespace, metadata.name, { propagationPolicy: 'Background' });
      if (!gone.ok && gone.status.code !== 404) remains.failures.push(gone.status.message ?? '');
    }
    const after = this.client.list(resource, namespace);
    const items = after.ok ? after.object.items : [];
    if (items.length === 0) return;
    remains.counts.set(title, items.length);
    for (const { metadata } of items) {
      for (const finalizer of metadata.finalizers ?? [])
        remains.finalizers.set(finalizer, (remains.finalizers.get(finalizer) ?? 0) + 1);
      const grace = metadata.deletionGracePeriodSeconds ?? (resource === 'pods' ? DEFAULT_GRACE_SECONDS : 0);
      remains.graceSeconds = Math.max(remains.graceSeconds, grace);
    }
  }

  private report(name: string, remains: Remains): void {
    const current = this.client.get('namespaces', undefined, name);
    if (!current.ok) return;
    const before = current.object.status?.conditions ?? [];
    const conditions = wantedConditions(remains).map((wanted): NamespaceCondition => {
      const old = before.find(({ type }) => type === wanted.type);
      const isSame = old?.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message;
      return isSame ? old : { ...wanted, lastTransitionTime: this.kernel.formatTime() };
    });
    if (isDeepEqual(conditions, before)) return;
    this.client.updateStatus('namespaces', { ...current.object, status: { ...current.object.status, conditions } });
  }
}

const listed = (counts: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string =>
  [...counts.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, count]) => text(name, count))
    .join(', ');

function wantedConditions({ counts, finalizers, failures }: Remains): readonly NamespaceCondition[] {
  const condition = (type: string, isTrue: boolean, reason: string, message: string): NamespaceCondition => ({
    type,
    status: isTrue ? 'True' : 'False',
    reason,
    message,
  });
  const remaining = listed(counts, (name, count) => `${name} has ${count} resource instances`);
  const held = listed(finalizers, (name, count) => `${name} in ${count} resource instances`);
  return [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      false,
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    failures.length > 0
      ? condition('NamespaceDeletionContentFailure', true, 'ContentDeletionFailed', [...failures].sort().join(', '))
      : condition(
          'NamespaceDeletionContentFailure',
          false,
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ),
    counts.size > 0
      ? condition(
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${remaining}`,
        )
      : condition('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
    finalizers.size > 0
      ? condition(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held}`,
        )
      : condition(
          'NamespaceFinalizersRemaining',
          false,
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
}
