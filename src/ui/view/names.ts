/** Ids of the trace as people say them: components, controllers, lives, and objects. */
import type { TFunction } from 'i18next';
import type { ObjectRef } from '../../sim/kernel/index.ts';

/** A text by its key and what fills it; what fills it may itself be a text to translate. */
export interface Sentence {
  readonly key: string;
  readonly values?: Readonly<Record<string, Part>>;
}

export type Part = string | number | Sentence;

export function say(t: TFunction, part: Part): string {
  if (typeof part === 'string') return part;
  if (typeof part === 'number') return String(part);
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(part.values ?? {})) values[name] = say(t, value);
  return t(part.key, values);
}

/** `aks-nodepool1-12345678-vmss000001` is told from its neighbours by its pool and its number. */
export function shortNode(name: string): string {
  return name.replace(/^aks-(.+)-\d{8}-(vmss\w+)$/, '$1-$2');
}

/** Controllers by the kind that they look after, as upstream names the kinds. */
const CONTROLLERS: Readonly<Record<string, string>> = {
  informers: 'Informers',
  'service-account': 'ServiceAccount',
  'serviceaccount-token': 'ServiceAccount token',
  'node-ipam': 'Node IPAM',
  node: 'Node lifecycle',
  'taint-eviction': 'Taint eviction',
  ttl: 'Node TTL',
  deployment: 'Deployment',
  replicaset: 'ReplicaSet',
  replication: 'ReplicationController',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  job: 'Job',
  cronjob: 'CronJob',
  'ttl-after-finished': 'TTL after finished',
  'horizontal-pod-autoscaler': 'HorizontalPodAutoscaler',
  disruption: 'PodDisruptionBudget',
  resourcequota: 'ResourceQuota',
  'clusterrole-aggregation': 'ClusterRole aggregation',
  'persistent-volume-binder': 'PersistentVolume binder',
  attachdetach: 'Attach/detach',
  'pvc-protection': 'PVC protection',
  'csi-azure': 'Azure CSI driver',
  endpoint: 'Endpoints',
  endpointslice: 'EndpointSlice',
  endpointslicemirroring: 'EndpointSlice mirroring',
  'service-cidrs': 'ServiceCIDR',
  'generic-garbage-collector': 'Garbage collector',
  namespace: 'Namespace',
  'pod-garbage-collector': 'Pod garbage collector',
};

const COMPONENTS = new Set([
  'kube-apiserver',
  'etcd',
  'kube-scheduler',
  'kube-controller-manager',
  'cloud-controller-manager',
  'client',
  'client/dashboard',
  'client/pipeline',
  'internet',
  'registry',
]);

export const controllerTitle = (id: string): string => CONTROLLERS[id] ?? id;

/** A component of the trace, as a noun. */
export function componentName(id: string): Part {
  if (COMPONENTS.has(id)) return { key: `component.${id}` };
  const [kind = '', first = '', ...rest] = id.split('/');
  switch (kind) {
    case 'kube-controller-manager': {
      const title = controllerTitle(first);
      return title === 'Garbage collector' || title === 'Pod garbage collector'
        ? { key: 'who.plain', values: { name: title } }
        : { key: 'who.controller', values: { name: title } };
    }
    case 'node':
      return { key: rest[0] === 'kube-proxy' ? 'who.kubeProxy' : 'who.kubelet', values: { node: shortNode(first) } };
    case 'coredns':
      return { key: 'who.coredns', values: { name: rest[0] ?? '' } };
    case 'pod':
      return `Pod ${rest[0] ?? first}`;
    case 'service':
      return `Service ${rest[0] ?? first}`;
    case 'azure':
      return { key: 'who.azure' };
    case 'network':
      return { key: 'who.network' };
    case 'data-plane':
      return { key: 'who.programs' };
    default:
      return id;
  }
}

export function objectName(object: ObjectRef | undefined): string {
  if (!object) return '';
  return `${object.kind} ${object.kind === 'Node' ? shortNode(object.name) : object.name}`;
}

/** Kinds of objects whose lives are told by controllers, by the first part of the instance. */
const LIVING_KINDS: Readonly<Record<string, string>> = {
  replicaset: 'ReplicaSet',
  replicationcontroller: 'ReplicationController',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  job: 'Job',
  cronjob: 'CronJob',
  horizontalpodautoscaler: 'HorizontalPodAutoscaler',
  poddisruptionbudget: 'PodDisruptionBudget',
  persistentvolumeclaim: 'PersistentVolumeClaim',
  persistentvolume: 'PersistentVolume',
  namespace: 'Namespace',
};

/** Whose life moved: `container/default/web-1/app`. */
export function instanceName(instance: string): Part {
  const [kind = '', first = '', second = '', third = ''] = instance.split('/');
  const object = LIVING_KINDS[kind];
  if (object) return `${object} ${second || first}`;
  switch (kind) {
    case 'pod':
      return `Pod ${second}`;
    case 'container':
      return { key: 'who.container', values: { container: third, pod: second } };
    case 'deployment':
      return { key: 'who.rollout', values: { name: second } };
    case 'node-health':
      return `Node ${shortNode(first)}`;
    case 'machine':
      return { key: 'who.machine', values: { name: shortNode(first) } };
    default:
      return componentName(instance);
  }
}

/** Record key of an object of the trace. */
export function keyOfRef(object: ObjectRef): string {
  return `${object.resource}|${object.namespace ? `${object.namespace}/` : ''}${object.name}`;
}

/** What a record key names: `pods|default/web-1`. */
export function partsOfKey(key: string): { resource: string; namespace: string; name: string } | undefined {
  const match = /^([^|]+)\|(?:([^/|]+)\/)?([^/|]+)$/.exec(key);
  if (!match) return undefined;
  return { resource: match[1]!, namespace: match[2] ?? '', name: match[3]! };
}
