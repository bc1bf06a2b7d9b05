/**
 * What the programs that Azure adds to a cluster may do: CoreDNS, the cloud controller, and the controllers of the disk
 * driver. Upstream: cluster/addons/dns/coredns, cloud-provider-azure helm/cloud-provider-azure/templates,
 * azuredisk-csi-driver deploy/rbac-csi-azuredisk-controller.yaml.
 */
import type { PolicyRule } from 'kubernetes-types/rbac/v1';
import type { KubeObject } from '../api/index.ts';
import { account, events, READ, rule } from '../apiserver/authorization/policy-parts.ts';

const RBAC = 'rbac.authorization.k8s.io';
const MANAGED = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };

/** A role of the cluster, bound to an account in `kube-system`. */
function granted(name: string, to: string, rules: PolicyRule[], labels: Record<string, string>): readonly KubeObject[] {
  const metadata = { name, labels };
  const role = { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules };
  const bound = {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
    subjects: [account(to)],
  };
  return [role, bound] as readonly KubeObject[];
}

export function addonPolicy(): readonly KubeObject[] {
  return [
    ...granted(
      'system:coredns',
      'coredns',
      [
        rule('core', 'endpoints services pods namespaces', 'list watch'),
        rule('core', 'nodes', 'get'),
        rule('discovery.k8s.io', 'endpointslices', 'list watch'),
      ],
      { ...MANAGED, 'kubernetes.io/bootstrapping': 'rbac-defaults' },
    ),
    ...granted(
      'system:cloud-controller-manager',
      'cloud-controller-manager',
      [
        rule('core', 'events', 'create patch update'),
        rule('core', 'nodes', '*'),
        rule('core', 'nodes/status', 'patch'),
        rule('core', 'services', 'list patch update watch'),
        rule('core', 'services/status', 'list patch update watch'),
        rule('core', 'serviceaccounts', 'create get list watch update'),
        rule('core', 'persistentvolumes', 'get list update watch'),
        rule('core', 'endpoints', 'create get list watch update'),
        rule('core', 'secrets', READ),
        rule('coordination.k8s.io', 'leases', 'get create update'),
      ],
      { ...MANAGED, 'k8s-app': 'cloud-controller-manager' },
    ),
    ...granted(
      'azuredisk-external-provisioner-role',
      'csi-azuredisk-controller-sa',
      [
        rule('core', 'persistentvolumes', 'get list watch create patch delete'),
        rule('core', 'persistentvolumeclaims', 'get list watch update'),
        rule('storage.k8s.io', 'storageclasses', READ),
        events,
        rule('storage.k8s.io', 'csinodes', 'get list watch create update'),
        rule('core', 'nodes', READ),
        rule('storage.k8s.io', 'volumeattachments', READ),
      ],
      MANAGED,
    ),
    ...granted(
      'azuredisk-external-attacher-role',
      'csi-azuredisk-controller-sa',
      [
        rule('core', 'persistentvolumes', 'get list watch update patch'),
        rule('core', 'nodes', READ),
        rule('storage.k8s.io', 'csinodes', READ),
        rule('storage.k8s.io', 'volumeattachments', 'get list watch update patch'),
        rule('storage.k8s.io', 'volumeattachments/status', 'get list watch update patch'),
      ],
      MANAGED,
    ),
    ...granted(
      'azuredisk-external-resizer-role',
      'csi-azuredisk-controller-sa',
      [
        rule('core', 'persistentvolumes', 'get list watch update patch'),
        rule('core', 'persistentvolumeclaims', READ),
        rule('core', 'persistentvolumeclaims/status', 'update patch'),
        rule('core', 'pods', READ),
        events,
      ],
      MANAGED,
    ),
  ];
}
