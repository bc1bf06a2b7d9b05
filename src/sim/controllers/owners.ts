/**
 * Owner references, and who belongs to whom: a controller takes matching orphans, and lets go of what its selector no
 * longer matches. Upstream: apimachinery/pkg/apis/meta/v1/controller_ref.go, pkg/controller/controller_ref_manager.go.
 */
import type { OwnerReference } from 'kubernetes-types/meta/v1';
import type { KubeObject, Stored } from '../api/object.ts';
import type { ResourceName } from '../api/resource-types.ts';
import { matchesLabels, type LabelSelector } from '../api/selectors.ts';
import type { Client } from '../client/index.ts';

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find(({ controller }) => controller);
}

export function ownerReferenceTo(owner: Stored): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Indexes of an informer: objects by the uid of their controller, and those of a namespace that have none. */
export const byController = {
  controller: (object: KubeObject): readonly string[] => {
    const owner = controllerOf(object);
    return owner ? [owner.uid] : [];
  },
  orphan: (object: KubeObject): readonly string[] => (controllerOf(object) ? [] : [object.metadata?.namespace ?? '']),
};

export const byNamespace = {
  namespace: (object: KubeObject): readonly string[] => [object.metadata?.namespace ?? ''],
};

export interface Claim<T extends KubeObject> {
  readonly client: Client;
  readonly ownerResource: ResourceName;
  readonly owner: Stored;
  readonly selector: LabelSelector | undefined;
  readonly resource: ResourceName;
  readonly owned: readonly Stored<T>[];
  readonly orphans: readonly Stored<T>[];
  /** Further condition on orphans: a StatefulSet takes only pods of its own name. */
  mayAdopt?(object: Stored<T>): boolean;
}

/** What belongs to the owner now. */
export function claim<T extends KubeObject>(request: Claim<T>): readonly Stored<T>[] {
  const { client, owner, selector, owned, orphans, resource } = request;
  if (!selector) return owned;
  const kept = owned.filter((item) => {
    if (matchesLabels(selector, item.metadata.labels)) return true;
    if (!owner.metadata.deletionTimestamp) release(client, resource, item, owner);
    return false;
  });
  const wanted = orphans.filter(
    (item) =>
      !item.metadata.deletionTimestamp &&
      matchesLabels(selector, item.metadata.labels) &&
      (request.mayAdopt?.(item) ?? true),
  );
  if (wanted.length === 0 || owner.metadata.deletionTimestamp) return kept;
  // The cache may be behind: an owner that is being deleted, or another of the same name, must not adopt.
  const live = client.get(request.ownerResource, owner.metadata.namespace, owner.metadata.name);
  if (!live.ok || live.object.metadata.uid !== owner.metadata.uid || live.object.metadata.deletionTimestamp)
    return kept;
  return [...kept, ...wanted.flatMap((item) => adopt(client, resource, item, owner))];
}

function adopt<T extends KubeObject>(
  client: Client,
  resource: ResourceName,
  item: Stored<T>,
  owner: Stored,
): readonly Stored<T>[] {
  const { namespace, name, uid } = item.metadata;
  const body = { metadata: { uid, ownerReferences: [ownerReferenceTo(owner)] } };
  const patched = client.patch(resource, namespace, name, 'strategic', body);
  return patched.ok ? [patched.object as unknown as Stored<T>] : [];
}

function release(client: Client, resource: ResourceName, item: Stored, owner: Stored): void {
  const { namespace, name, uid } = item.metadata;
  const body = { metadata: { uid, ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }] } };
  client.patch(resource, namespace, name, 'strategic', body);
}
