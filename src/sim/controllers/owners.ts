/** Owner references. Upstream: apimachinery/pkg/apis/meta/v1/controller_ref.go. */
import type { OwnerReference } from 'kubernetes-types/meta/v1';
import type { KubeObject, Stored } from '../api/object.ts';

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

/** Index of an informer: objects by the uid of their controller. */
export const byController = {
  controller: (object: KubeObject): readonly string[] => {
    const owner = controllerOf(object);
    return owner ? [owner.uid] : [];
  },
};
