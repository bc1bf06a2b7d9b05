/**
 * Namespace: empties a terminating one and lets it go. Upstream: pkg/controller/namespace/deletion/namespaced_resources_deleter.go.
 */
import type { NamespaceCondition } from 'kubernetes-types/core/v1';
import { resourceName } from '../../api/kind.ts';
import type { ResourceName } from '../../api/resource-types.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';

const GRACE_MS = 5_000;
const RETRY_MS = 5_000;

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
    if (!namespace?.metadata.deletionTimestamp) return undefined;
    const remaining: string[] = [];
    for (const kind of this.manager.registry.all()) {
      if (!kind.isNamespaced) continue;
      const resource = resourceName(kind) as ResourceName;
      const left = this.client.list(resource, key);
      if (!left.ok || left.object.items.length === 0) continue;
      for (const item of left.object.items) {
        if (!item.metadata.deletionTimestamp)
          this.client.delete(resource, key, item.metadata.name, { propagationPolicy: 'Background' });
      }
      const after = this.client.list(resource, key);
      const count = after.ok ? after.object.items.length : 0;
      if (count > 0)
        remaining.push(
          `${resourceName(kind).includes('.') ? resourceName(kind) : `${kind.plural}.`} has ${count} resource instances`,
        );
    }
    this.report(key, remaining);
    if (remaining.length > 0) {
      this.queue.addAfter(key, RETRY_MS);
      return undefined;
    }
    const current = this.client.get('namespaces', undefined, key);
    if (!current.ok) return undefined;
    const done = this.client.update(
      'namespaces',
      { ...current.object, spec: { ...current.object.spec, finalizers: [] } },
      'finalize',
    );
    return done.ok || done.status.code === 404 ? undefined : done.status.message;
  }

  private report(name: string, remaining: readonly string[]): void {
    const current = this.client.get('namespaces', undefined, name);
    if (!current.ok) return;
    const hasContent = remaining.length > 0;
    const condition: NamespaceCondition = {
      type: 'NamespaceContentRemaining',
      status: hasContent ? 'True' : 'False',
      lastTransitionTime: this.kernel.formatTime(),
      reason: hasContent ? 'SomeResourcesRemain' : 'ContentRemoved',
      message: hasContent
        ? `Some resources are remaining: ${remaining.join(', ')}`
        : 'All content successfully removed',
    };
    const before = current.object.status?.conditions?.find(({ type }) => type === condition.type);
    if (before?.status === condition.status && before.message === condition.message) return;
    this.client.updateStatus('namespaces', {
      ...current.object,
      status: {
        ...current.object.status,
        conditions: [
          ...(current.object.status?.conditions ?? []).filter(({ type }) => type !== condition.type),
          condition,
        ],
      },
    });
  }
}
