/** A cluster as conformance files describe it, made into the state the scheduler works on. */
import type { KubeObject, Stored } from '../../sim/api/object.ts';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { ClusterState, PodInfo, type Listed } from '../../sim/scheduler/index.ts';

export interface ClusterDescription {
  readonly namespaces?: readonly { readonly name: string; readonly labels?: Readonly<Record<string, string>> }[];
  readonly nodes: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  readonly services?: readonly KubeObject[];
  readonly replicasets?: readonly KubeObject[];
  readonly pdbs?: readonly KubeObject[];
  readonly pvs?: readonly KubeObject[];
  readonly pvcs?: readonly KubeObject[];
  readonly storageclasses?: readonly KubeObject[];
}

const LISTS: Readonly<Partial<Record<keyof ClusterDescription, Listed>>> = {
  services: 'services',
  replicasets: 'replicasets.apps',
  pdbs: 'poddisruptionbudgets.policy',
  pvs: 'persistentvolumes',
  pvcs: 'persistentvolumeclaims',
  storageclasses: 'storageclasses.storage.k8s.io',
};

const CLUSTER_SCOPED: ReadonlySet<Listed> = new Set(['persistentvolumes', 'storageclasses.storage.k8s.io']);

/** Uids are left out of the files: everything gets one of its own, and a volume's claim reference that of its claim. */
function stored(object: KubeObject, isNamespaced: boolean): Stored {
  const { name = '', namespace = 'default' } = object.metadata ?? {};
  const uid = isNamespaced ? `${namespace}/${name}` : name;
  return { ...object, metadata: { ...(isNamespaced ? { namespace } : {}), uid, ...object.metadata } } as Stored;
}

export function describedPod(pod: KubeObject): PodInfo {
  return PodInfo.of(stored(pod, true) as Stored<Pod>);
}

export function clusterOf(description: ClusterDescription): ClusterState {
  const cluster = new ClusterState();
  for (const { name, labels } of description.namespaces ?? []) {
    const object = stored({ kind: 'Namespace', metadata: { name, labels: labels ?? {} } }, false);
    cluster.apply({ kind: 'object', resource: 'namespaces', key: name, object });
  }
  for (const node of description.nodes)
    cluster.apply({ kind: 'node', name: node.metadata!.name!, node: stored(node, false) as Stored<Node> });
  for (const [list, resource] of Object.entries(LISTS) as [keyof ClusterDescription, Listed][]) {
    for (const item of (description[list] ?? []) as readonly KubeObject[]) {
      const object = stored(item, !CLUSTER_SCOPED.has(resource));
      const { namespace, name } = object.metadata;
      cluster.apply({ kind: 'object', resource, key: namespace ? `${namespace}/${name}` : name, object });
    }
  }
  for (const item of description.pods) {
    const { pod, uid } = describedPod(item);
    cluster.apply({ kind: 'pod', uid, pod, ...(pod.spec?.nodeName ? { node: pod.spec.nodeName } : {}) });
  }
  return cluster;
}
