/** Objects of a new cluster, in the order in which they are made. */
import type { KubeObject } from '../api/object.ts';
import type { WorldOptions } from '../options.ts';
import { localApiServices, metricsApiService, metricsServerPolicy } from './api-services.ts';
import { kubeSystemObjects } from './kube-system.ts';

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

const priorityClass = (name: string, value: number, description: string): KubeObject =>
  ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, description }) as KubeObject;

function storageClass(
  name: string,
  provisioner: string,
  parameters: Record<string, string>,
  isDefault = false,
): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name,
      labels: { 'addonmanager.kubernetes.io/mode': 'EnsureExists' },
      ...(isDefault ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {}),
    },
    provisioner,
    parameters,
    reclaimPolicy: 'Delete',
    allowVolumeExpansion: true,
    volumeBindingMode: provisioner.startsWith('disk') ? 'WaitForFirstConsumer' : 'Immediate',
  } as KubeObject;
}

const csiDriver = (name: string, attachRequired: boolean): KubeObject =>
  ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name },
    spec: { attachRequired, podInfoOnMount: !attachRequired, fsGroupPolicy: 'File' },
  }) as KubeObject;

/** Where the API server says that it is: behind Azure's tunnel, or in the network of the nodes. */
const AKS_ADDRESS = '172.31.0.1';
const PLAIN_ADDRESS = '10.224.0.250';

/** What the API server makes for itself, before any node is there. */
export function foundation({ preset }: Pick<WorldOptions, 'preset'>, serviceCidr: string): readonly KubeObject[] {
  const address = preset === 'plain' ? PLAIN_ADDRESS : AKS_ADDRESS;
  return [
    ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map(namespace),
    ...localApiServices(),
    priorityClass(
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ),
    priorityClass(
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { component: 'apiserver', provider: 'kubernetes' },
      },
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.0.0.1',
        ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      },
    } as KubeObject,
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'kubernetes' },
      spec: { cidrs: [serviceCidr] },
    } as KubeObject,
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
      },
      subsets: [{ addresses: [{ ip: address }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
    } as KubeObject,
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
    } as KubeObject,
  ];
}

/** What Azure adds to the cluster. */
export function addons(options: WorldOptions): readonly KubeObject[] {
  if (options.preset === 'plain') return [];
  const nodes = options.pools.reduce((sum, { count }) => sum + count, 0);
  // Disks of a cluster over several zones are kept in all of them, as AKS does from 1.29.
  const redundancy = options.pools.some(({ zones }) => zones.length > 1) ? 'ZRS' : 'LRS';
  const disk = (name: string, skuName: string, isDefault = false): KubeObject =>
    storageClass(name, 'disk.csi.azure.com', { skuname: skuName }, isDefault);
  return [
    disk('default', `StandardSSD_${redundancy}`, true),
    disk('managed', `StandardSSD_${redundancy}`),
    disk('managed-csi', `StandardSSD_${redundancy}`),
    disk('managed-csi-premium', `Premium_${redundancy}`),
    disk('managed-premium', `Premium_${redundancy}`),
    storageClass('azurefile', 'file.csi.azure.com', { skuName: 'Standard_LRS' }),
    storageClass('azurefile-csi', 'file.csi.azure.com', { skuName: 'Standard_LRS' }),
    storageClass('azurefile-csi-premium', 'file.csi.azure.com', { skuName: 'Premium_LRS' }),
    storageClass('azurefile-premium', 'file.csi.azure.com', { skuName: 'Premium_LRS' }),
    csiDriver('disk.csi.azure.com', true),
    csiDriver('file.csi.azure.com', false),
    ...kubeSystemObjects(nodes),
    ...metricsServerPolicy(),
    metricsApiService(),
  ];
}
