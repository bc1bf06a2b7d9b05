/**
 * Kinds that are validated by the schema, stored and shown, while nothing acts on them yet. Each says its own name, so
 * that the support table can tell people.
 */
import type { KindDefinition, Subresource } from '../kind.ts';
import { ageColumn, nameColumn } from './columns.ts';

type Scope = 'namespaced' | 'cluster';

function stored(
  apiVersion: string,
  kind: string,
  plural: string,
  scope: Scope,
  more: Partial<KindDefinition> = {},
): KindDefinition {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: slash < 0 ? apiVersion : apiVersion.slice(slash + 1),
    kind,
    plural,
    singular: kind.toLowerCase(),
    isNamespaced: scope === 'namespaced',
    support: 'stored',
    columns: [nameColumn(), ageColumn()],
    ...more,
  };
}

const status = (kind: string): readonly Subresource[] => [{ name: 'status', kind, verbs: ['get', 'patch', 'update'] }];
const WORKLOAD = { categories: ['all'], hasGeneration: true } as const;
const RBAC = 'rbac.authorization.k8s.io/v1';
const STORAGE = 'storage.k8s.io/v1';

export const STORED_KINDS: readonly KindDefinition[] = [
  stored('v1', 'Endpoints', 'endpoints', 'namespaced', {
    shortNames: ['ep'],
    canCreateOnUpdate: true,
    etcdPrefix: 'services/endpoints',
  }),
  stored('v1', 'LimitRange', 'limitranges', 'namespaced', {
    shortNames: ['limits'],
    support: 'simulated',
    canCreateOnUpdate: true,
  }),
  stored('v1', 'ResourceQuota', 'resourcequotas', 'namespaced', {
    shortNames: ['quota'],
    subresources: status('ResourceQuota'),
  }),
  stored('v1', 'PersistentVolume', 'persistentvolumes', 'cluster', {
    shortNames: ['pv'],
    subresources: status('PersistentVolume'),
  }),
  stored('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', 'namespaced', {
    shortNames: ['pvc'],
    subresources: status('PersistentVolumeClaim'),
  }),
  stored('v1', 'PodTemplate', 'podtemplates', 'namespaced'),
  stored('v1', 'ReplicationController', 'replicationcontrollers', 'namespaced', {
    shortNames: ['rc'],
    etcdPrefix: 'controllers',
    ...WORKLOAD,
    subresources: status('ReplicationController'),
  }),
  stored('apps/v1', 'StatefulSet', 'statefulsets', 'namespaced', {
    shortNames: ['sts'],
    ...WORKLOAD,
    subresources: status('StatefulSet'),
  }),
  stored('apps/v1', 'ControllerRevision', 'controllerrevisions', 'namespaced', { support: 'simulated' }),
  stored('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'namespaced', {
    shortNames: ['hpa'],
    categories: ['all'],
    subresources: status('HorizontalPodAutoscaler'),
  }),
  stored('batch/v1', 'Job', 'jobs', 'namespaced', {
    ...WORKLOAD,
    subresources: status('Job'),
    defaultPropagation: 'Orphan',
  }),
  stored('batch/v1', 'CronJob', 'cronjobs', 'namespaced', {
    shortNames: ['cj'],
    ...WORKLOAD,
    subresources: status('CronJob'),
  }),
  stored('networking.k8s.io/v1', 'Ingress', 'ingresses', 'namespaced', {
    shortNames: ['ing'],
    hasGeneration: true,
    etcdPrefix: 'ingress',
    subresources: status('Ingress'),
  }),
  stored('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', 'cluster'),
  stored('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', 'namespaced', {
    shortNames: ['netpol'],
    hasGeneration: true,
  }),
  stored('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', 'namespaced', {
    shortNames: ['pdb'],
    hasGeneration: true,
    needsResourceVersion: true,
    subresources: status('PodDisruptionBudget'),
  }),
  stored(RBAC, 'ClusterRole', 'clusterroles', 'cluster', {
    support: 'simulated',
    nameRule: 'path',
    canCreateOnUpdate: true,
  }),
  stored(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', 'cluster', {
    support: 'simulated',
    nameRule: 'path',
    canCreateOnUpdate: true,
  }),
  stored(RBAC, 'Role', 'roles', 'namespaced', { support: 'simulated', nameRule: 'path', canCreateOnUpdate: true }),
  stored(RBAC, 'RoleBinding', 'rolebindings', 'namespaced', {
    support: 'simulated',
    nameRule: 'path',
    canCreateOnUpdate: true,
  }),
  stored('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', 'cluster', {
    shortNames: ['pc'],
    support: 'simulated',
  }),
  stored(STORAGE, 'StorageClass', 'storageclasses', 'cluster', { shortNames: ['sc'] }),
  stored(STORAGE, 'CSIDriver', 'csidrivers', 'cluster'),
  stored(STORAGE, 'CSINode', 'csinodes', 'cluster'),
  stored(STORAGE, 'CSIStorageCapacity', 'csistoragecapacities', 'namespaced'),
  stored(STORAGE, 'VolumeAttachment', 'volumeattachments', 'cluster', { subresources: status('VolumeAttachment') }),
  stored('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', 'cluster', { canCreateOnUpdate: true }),
  stored(
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
    'cluster',
    { needsResourceVersion: true },
  ),
  stored(
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    'cluster',
    { needsResourceVersion: true },
  ),
  stored('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', 'cluster'),
  stored(
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicyBinding',
    'validatingadmissionpolicybindings',
    'cluster',
  ),
  stored('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', 'cluster', {
    shortNames: ['crd', 'crds'],
  }),
  stored('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests', 'cluster', {
    shortNames: ['csr'],
  }),
  stored('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', 'flowschemas', 'cluster'),
  stored('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', 'prioritylevelconfigurations', 'cluster'),
];
