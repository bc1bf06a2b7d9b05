/**
 * Garbage collector: deletes what lost all its owners, and carries out orphan and foreground deletion.
 * Upstream: pkg/controller/garbagecollector/{garbagecollector,graph_builder}.go. It watches every kind that can be watched.
 */
import type { OwnerReference } from 'kubernetes-types/meta/v1';
import { resourceName } from '../../api/kind.ts';
import { keyOf, type Stored } from '../../api/object.ts';
import type { ResourceName } from '../../api/resource-types.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';

/** Events are many, and nobody's dependents. */
const IGNORED: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io']);

const byOwner = {
  owner: ({ metadata }: Stored): readonly string[] => (metadata.ownerReferences ?? []).map(({ uid }) => uid),
};

export class GarbageCollector extends ManagedController {
  private readonly graph = new Map<ResourceName, Informer<ResourceName>>();

  constructor(manager: Manager) {
    super(manager, 'generic-garbage-collector', 'garbage-collector-controller');
    for (const kind of manager.registry.all()) {
      const resource = resourceName(kind) as ResourceName;
      if (IGNORED.has(resource) || kind.verbs?.includes('watch') === false) continue;
      const informer = this.shared(resource, byOwner as never) as unknown as Informer<ResourceName>;
      this.graph.set(resource, informer);
      informer.onChange((next, old) => this.changed(resource, next as Stored | undefined, old as Stored | undefined));
    }
  }

  private changed(resource: ResourceName, next: Stored | undefined, old: Stored | undefined): void {
    const object = (next ?? old)!;
    if (!next) {
      for (const { resource: other, object: dependent } of this.dependentsOf(object.metadata.uid)) {
        this.queue.add(`${other}|${keyOf(dependent)}`);
      }
      // A foreground owner may be waiting for this one.
      for (const owner of object.metadata.ownerReferences ?? []) this.queueOwner(object, owner);
      return;
    }
    const isMarked = next.metadata.finalizers?.some((item) => item === 'orphan' || item === 'foregroundDeletion');
    if (next.metadata.deletionTimestamp && isMarked) this.queue.add(`${resource}|${keyOf(next)}`);
    else if (next.metadata.ownerReferences !== old?.metadata.ownerReferences) {
      this.owned(resource, next);
      // An owner that waited for this one may wait no longer.
      for (const owner of old?.metadata.ownerReferences ?? []) this.queueOwner(next, owner);
    }
  }

  /** An object whose owner is not there is looked at; one whose owner is in another namespace is told so. */
  private owned(resource: ResourceName, object: Stored): void {
    const missing = (object.metadata.ownerReferences ?? []).filter((owner) => !this.ownerOf(object, owner));
    if (missing.length === 0) return;
    this.queue.add(`${resource}|${keyOf(object)}`);
    for (const owner of missing) {
      if (!this.isElsewhere(owner)) continue;
      const { namespace = '' } = object.metadata;
      const { apiVersion, kind, name, uid } = owner;
      const identity = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
      const text = `ownerRef ${identity} does not exist in namespace ${JSON.stringify(namespace)}`;
      this.recorder.record(resource, object, 'Warning', 'OwnerRefInvalidNamespace', text);
    }
  }

  private isElsewhere({ apiVersion, kind, uid }: OwnerReference): boolean {
    const definition = this.manager.registry.byGvk(apiVersion, kind);
    const informer = definition && this.graph.get(resourceName(definition) as ResourceName);
    return [...(informer?.list() ?? [])].some((object) => (object as Stored).metadata.uid === uid);
  }

  private queueOwner(dependent: Stored, owner: OwnerReference): void {
    const found = this.ownerOf(dependent, owner);
    if (found?.object.metadata.deletionTimestamp) this.queue.add(`${found.resource}|${keyOf(found.object)}`);
  }

  private ownerOf(dependent: Stored, owner: OwnerReference): { resource: ResourceName; object: Stored } | undefined {
    const kind = this.manager.registry.byGvk(owner.apiVersion, owner.kind);
    if (!kind) return undefined;
    const resource = resourceName(kind) as ResourceName;
    const object = this.graph
      .get(resource)
      ?.get(kind.isNamespaced ? dependent.metadata.namespace : undefined, owner.name) as Stored | undefined;
    return object?.metadata.uid === owner.uid ? { resource, object } : undefined;
  }

  private *dependentsOf(uid: string): IterableIterator<{ resource: ResourceName; object: Stored }> {
    for (const [resource, informer] of this.graph) {
      for (const object of informer.byIndex('owner', uid)) yield { resource, object: object as Stored };
    }
  }

  protected reconcile(key: string): Outcome {
    const [resource, path] = key.split('|') as [ResourceName, string];
    const object = this.graph.get(resource)?.byKey(path) as Stored | undefined;
    if (!object) return undefined;
    const { finalizers = [], deletionTimestamp } = object.metadata;
    if (deletionTimestamp && finalizers.includes('orphan')) return this.orphan(resource, object);
    if (deletionTimestamp && finalizers.includes('foregroundDeletion')) return this.foreground(resource, object);
    return deletionTimestamp ? undefined : this.collect(resource, object);
  }

  /**
   * Without an owner that stays: deleted, after its own dependents when an owner waits for those. With one: references to
   * owners that are gone, or wait for their dependents, are taken out (attemptToDeleteItem).
   */
  private collect(resource: ResourceName, object: Stored): Outcome {
    const { namespace, name, uid } = object.metadata;
    const owners = object.metadata.ownerReferences ?? [];
    const alive = owners.filter((owner) => this.isAlive(object, owner));
    const waiting = alive.filter((owner) => this.isWaiting(object, owner));
    const solid = alive.filter((owner) => !waiting.includes(owner));
    if (owners.length === 0 || solid.length === owners.length) return undefined;
    if (solid.length > 0) return this.setOwners(resource, object, solid);
    const dependents = waiting.length > 0 ? [...this.dependentsOf(uid)] : [];
    // Two that wait for each other would wait forever: this one holds its owners up no longer.
    if (dependents.some((dependent) => isDeletingDependents(dependent.object))) {
      const failure = this.setOwners(
        resource,
        object,
        owners.map((owner) => ({ ...owner, blockOwnerDeletion: false })),
      );
      if (failure) return failure;
    }
    const gone = this.client.delete(resource, namespace, name, {
      propagationPolicy: dependents.length > 0 ? 'Foreground' : 'Background',
      preconditions: { uid },
    });
    return gone.ok || gone.status.code === 404 || gone.status.code === 409 ? undefined : gone.status.message;
  }

  private isWaiting(object: Stored, owner: OwnerReference): boolean {
    const found = this.ownerOf(object, owner);
    return found !== undefined && isDeletingDependents(found.object);
  }

  private isAlive(object: Stored, owner: OwnerReference): boolean {
    if (this.ownerOf(object, owner)) return true;
    const kind = this.manager.registry.byGvk(owner.apiVersion, owner.kind);
    // A kind that nobody here knows may well exist: leave its dependents alone.
    if (!kind) return true;
    const live = this.client.get(
      resourceName(kind) as ResourceName,
      kind.isNamespaced ? object.metadata.namespace : undefined,
      owner.name,
    );
    return live.ok && live.object.metadata.uid === owner.uid;
  }

  private orphan(resource: ResourceName, object: Stored): Outcome {
    const { uid } = object.metadata;
    for (const { resource: other, object: dependent } of [...this.dependentsOf(uid)]) {
      const rest = (dependent.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
      const failure = this.setOwners(other, dependent, rest);
      if (failure) return failure;
    }
    return this.removeFinalizer(resource, object, 'orphan');
  }

  /** Dependents are looked at one by one; the owner goes when none is left that holds it up. */
  private foreground(resource: ResourceName, object: Stored): Outcome {
    const { uid } = object.metadata;
    let isBlocked = false;
    for (const { resource: other, object: dependent } of [...this.dependentsOf(uid)]) {
      const owner = dependent.metadata.ownerReferences?.find((item) => item.uid === uid);
      if (owner?.blockOwnerDeletion) isBlocked = true;
      if (!dependent.metadata.deletionTimestamp) this.queue.add(`${other}|${keyOf(dependent)}`);
    }
    return isBlocked ? undefined : this.removeFinalizer(resource, object, 'foregroundDeletion');
  }

  private setOwners(resource: ResourceName, object: Stored, owners: readonly OwnerReference[]): Outcome {
    const { namespace, name } = object.metadata;
    const body = { metadata: { uid: object.metadata.uid, ownerReferences: owners.length > 0 ? owners : null } };
    const patched = this.client.patch(resource, namespace, name, 'merge', body);
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }

  private removeFinalizer(resource: ResourceName, object: Stored, finalizer: string): Outcome {
    const { namespace, name, finalizers = [] } = object.metadata;
    const rest = finalizers.filter((item) => item !== finalizer);
    const patched = this.client.patch(resource, namespace, name, 'merge', { metadata: { finalizers: rest } });
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }
}

const isDeletingDependents = ({ metadata }: Stored): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes('foregroundDeletion') ?? false);
