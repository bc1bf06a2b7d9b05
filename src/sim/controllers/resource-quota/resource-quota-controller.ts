/**
 * Counts anew what each ResourceQuota bounds: when the quota changes, when something that it counts goes or ends, and
 * every five minutes. Upstream: pkg/controller/resourcequota/resource_quota_controller.go.
 */
import { keyOf, type Stored } from '../../api/object.ts';
import { addQuantities } from '../../api/quantity.ts';
import { boundBy, isWatchedBy, usageOf, type StoredQuota } from '../../api/quota.ts';
import { resourceName } from '../../api/kind.ts';
import type { ResourceName } from '../../api/resource-types.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byNamespace } from '../owners.ts';

const RESYNC_MS = 300_000;
/** Events are many, and nobody's to count. */
const UNCOUNTED: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io']);

export class ResourceQuotaController extends ManagedController {
  private readonly quotas: Informer<'resourcequotas'>;

  constructor(manager: Manager) {
    super(manager, 'resourcequota');
    this.quotas = this.shared('resourcequotas', byNamespace);
    this.quotas.onChange((next, old) => {
      if (next && (!old || !isDeepEqual(next.spec, old.spec))) this.queue.add(keyOf(next));
    });
    // Whatever goes makes room at once; other changes are counted by the API server as they come.
    for (const kind of manager.registry.all()) {
      const resource = resourceName(kind) as ResourceName;
      if (!kind.isNamespaced || UNCOUNTED.has(resource) || kind.verbs?.includes('watch') === false) continue;
      const informer = this.shared(resource) as unknown as Informer<ResourceName>;
      informer.onChange((next, old) => {
        const object = (old ?? next) as Stored;
        const isGone = !next || (resource === 'pods' && hasEnded(next) && !(old && hasEnded(old)));
        if (isGone) for (const quota of this.quotasOf(object)) this.queue.add(keyOf(quota));
      });
    }
  }

  private quotasOf(object: Stored): readonly StoredQuota[] {
    return this.quotas.byIndex('namespace', object.metadata.namespace ?? '');
  }

  protected override start(): void {
    super.start();
    this.kernel.schedule(RESYNC_MS, this.id, 'resync', undefined, true);
  }

  protected override handleOther(action: string): void {
    this.kernel.assert(action === 'resync', `${this.id} has no action ${action}`);
    for (const quota of this.quotas.list()) this.queue.add(keyOf(quota));
    this.kernel.schedule(RESYNC_MS, this.id, 'resync', undefined, true);
  }

  protected reconcile(key: string): Outcome {
    const quota = this.quotas.byKey(key);
    if (!quota) return undefined;
    const hard = quota.spec?.hard ?? {};
    const used: Record<string, string> = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
    for (const kind of this.manager.registry.all()) {
      const resource = resourceName(kind);
      if (!kind.isNamespaced || Object.keys(boundBy(hard, probe(resource, hard))).length === 0) continue;
      const found = this.client.list(resource as ResourceName, quota.metadata.namespace);
      if (!found.ok) return found.status.message;
      for (const object of found.object.items) {
        if (!isWatchedBy(quota, resource, object)) continue;
        for (const [name, value] of Object.entries(boundBy(hard, usageOf(resource, object))))
          used[name] = addQuantities(used[name] ?? '0', value);
      }
    }
    const status = { hard, used };
    if (isDeepEqual(status, quota.status)) return undefined;
    const written = this.client.updateStatus('resourcequotas', { ...quota, status });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }
}

const hasEnded = (object: unknown): boolean => {
  const { phase } = (object as { status?: { phase?: string } }).status ?? {};
  return phase === 'Succeeded' || phase === 'Failed';
};

/** The names under which objects of a resource could count. */
function probe(resource: string, hard: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const plain = usageOf(resource, {});
  if (resource === 'pods')
    return {
      ...plain,
      ...matching(hard, /^((requests|limits)\.)?(cpu|memory|ephemeral-storage|hugepages-.*)$|^requests\..+\//),
    };
  if (resource === 'services') return { ...plain, ...matching(hard, /^services\./) };
  if (resource === 'persistentvolumeclaims')
    return { ...plain, ...matching(hard, /^requests\.storage$|\.storageclass\.storage\.k8s\.io\//) };
  return plain;
}

const matching = (hard: Readonly<Record<string, string>>, pattern: RegExp): Record<string, string> =>
  Object.fromEntries(Object.entries(hard).filter(([name]) => pattern.test(name)));
