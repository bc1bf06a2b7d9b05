/**
 * The roles and bindings that every cluster has from its first second.
 * Upstream: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/{policy,namespace_policy}.go, release 1.35 with its default
 * feature gates. Those of the controllers stand in controller-policy.ts.
 */
import type { ClusterRole, ClusterRoleBinding, PolicyRule } from 'kubernetes-types/rbac/v1';
import type { KubeObject } from '../../api/object.ts';
import { controllerBindings, controllerRoles } from './controller-policy.ts';
import {
  account,
  binding,
  clusterRole,
  events,
  group,
  localBinding,
  localRole,
  RBAC,
  READ,
  reviews,
  rule,
  urls,
  user,
} from './policy-parts.ts';

const WRITE = 'create delete deletecollection patch update';
const ALL = 'create delete deletecollection get list patch update watch';

/** What a node may do; the Node authorizer narrows it to what belongs to the node. Upstream: NodeRules. */
export function nodeRules(): PolicyRule[] {
  return [
    rule('authentication.k8s.io', 'tokenreviews', 'create'),
    rule('authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews', 'create'),
    rule('core', 'services', READ),
    rule('core', 'nodes', 'create get list watch'),
    rule('core', 'nodes/status', 'patch update'),
    rule('core', 'nodes', 'patch update'),
    rule('core', 'events', 'create patch update'),
    rule('core', 'pods', READ),
    rule('core', 'pods', 'create delete'),
    rule('core', 'pods/status', 'patch update'),
    rule('core', 'pods/eviction', 'create'),
    rule('core', 'configmaps secrets', READ),
    rule('core', 'persistentvolumeclaims persistentvolumes', 'get'),
    rule('core', 'endpoints', 'get'),
    rule('certificates.k8s.io', 'certificatesigningrequests', 'create get list watch'),
    rule('coordination.k8s.io', 'leases', 'create delete get patch update'),
    rule('storage.k8s.io', 'volumeattachments', 'get'),
    rule('core', 'serviceaccounts/token', 'create'),
    rule('core', 'persistentvolumeclaims/status', 'get patch update'),
    rule('storage.k8s.io', 'csidrivers', READ),
    rule('storage.k8s.io', 'csinodes', 'create delete get patch update'),
    rule('node.k8s.io', 'runtimeclasses', READ),
    rule('resource.k8s.io', 'resourceclaims', 'get'),
    rule('resource.k8s.io', 'resourceslices', 'create delete deletecollection get list patch update watch'),
  ];
}

type AggregateTo = 'admin' | 'edit' | 'view';

const aggregateLabel = (to: AggregateTo): Record<string, string> => ({ [`${RBAC}/aggregate-to-${to}`]: 'true' });

const csr = (name: string, resources: string, verb: string, names?: string): ClusterRole =>
  clusterRole(`system:certificates.k8s.io:${name}`, [rule('certificates.k8s.io', resources, verb, names)]);

const ROLES: readonly ClusterRole[] = [
  clusterRole('cluster-admin', [rule('*', '*', '*'), { nonResourceURLs: ['*'], verbs: ['*'] }]),
  clusterRole(
    'system:aggregate-to-admin',
    [rule('authorization.k8s.io', 'localsubjectaccessreviews', 'create'), rule(RBAC, 'rolebindings roles', ALL)],
    aggregateLabel('admin'),
  ),
  clusterRole(
    'system:aggregate-to-edit',
    [
      rule('core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy', READ),
      rule('core', 'serviceaccounts', 'impersonate'),
      rule('core', 'pods pods/attach pods/exec pods/portforward pods/proxy', WRITE),
      rule('core', 'pods/eviction', 'create'),
      rule(
        'core',
        'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
        WRITE,
      ),
      rule('core', 'serviceaccounts/token', 'create'),
      rule(
        'apps',
        'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
        WRITE,
      ),
      rule('autoscaling', 'horizontalpodautoscalers', WRITE),
      rule('batch', 'cronjobs jobs', WRITE),
      rule(
        'extensions',
        'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale',
        WRITE,
      ),
      rule('policy', 'poddisruptionbudgets', WRITE),
      rule('networking.k8s.io', 'ingresses networkpolicies', WRITE),
      rule('coordination.k8s.io', 'leases', ALL),
    ],
    aggregateLabel('edit'),
  ),
  clusterRole(
    'system:aggregate-to-view',
    [
      rule(
        'core',
        'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
        READ,
      ),
      rule(
        'core',
        'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
        READ,
      ),
      rule('core', 'namespaces', READ),
      rule('discovery.k8s.io', 'endpointslices', READ),
      rule(
        'apps',
        'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
        READ,
      ),
      rule('autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status', READ),
      rule('batch', 'cronjobs cronjobs/status jobs jobs/status', READ),
      rule(
        'extensions',
        'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
        READ,
      ),
      rule('policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ),
      rule('networking.k8s.io', 'ingresses ingresses/status networkpolicies', READ),
    ],
    aggregateLabel('view'),
  ),
  clusterRole('system:auth-delegator', reviews),
  clusterRole('system:basic-user', [
    rule('authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews', 'create'),
    rule('authentication.k8s.io', 'selfsubjectreviews', 'create'),
  ]),
  csr('certificatesigningrequests:nodeclient', 'certificatesigningrequests/nodeclient', 'create'),
  csr('certificatesigningrequests:selfnodeclient', 'certificatesigningrequests/selfnodeclient', 'create'),
  csr('kube-apiserver-client-approver', 'signers', 'approve', 'kubernetes.io/kube-apiserver-client'),
  csr('kube-apiserver-client-kubelet-approver', 'signers', 'approve', 'kubernetes.io/kube-apiserver-client-kubelet'),
  csr('kubelet-serving-approver', 'signers', 'approve', 'kubernetes.io/kubelet-serving'),
  csr('legacy-unknown-approver', 'signers', 'approve', 'kubernetes.io/legacy-unknown'),
  clusterRole('system:discovery', [
    urls('/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/'),
  ]),
  clusterRole('system:heapster', [
    rule('core', 'events namespaces nodes pods', READ),
    rule('extensions', 'deployments', READ),
  ]),
  clusterRole('system:kube-aggregator', [rule('core', 'endpoints services', READ)]),
  clusterRole('system:kube-controller-manager', [
    events,
    rule('coordination.k8s.io', 'leases', 'create'),
    rule('coordination.k8s.io', 'leases', 'get update', 'kube-controller-manager'),
    rule('core', 'secrets serviceaccounts', 'create'),
    rule('core', 'secrets', 'delete'),
    rule('core', 'configmaps namespaces secrets serviceaccounts', 'get'),
    rule('core', 'secrets serviceaccounts', 'update'),
    ...reviews,
    rule('*', '*', 'list watch'),
    rule('core', 'serviceaccounts/token', 'create'),
  ]),
  clusterRole('system:kube-dns', [rule('core', 'endpoints services', 'list watch')]),
  clusterRole('system:kube-scheduler', [
    events,
    rule('coordination.k8s.io', 'leases', 'create'),
    rule('coordination.k8s.io', 'leases', 'get update', 'kube-scheduler'),
    rule('core', 'nodes', READ),
    rule('core', 'pods', 'delete get list watch'),
    rule('core', 'bindings pods/binding', 'create'),
    rule('core', 'pods/status', 'patch update'),
    rule('core', 'replicationcontrollers services', READ),
    rule('apps extensions', 'replicasets', READ),
    rule('apps', 'statefulsets', READ),
    rule('policy', 'poddisruptionbudgets', READ),
    rule('core', 'persistentvolumeclaims persistentvolumes', READ),
    ...reviews,
    rule('storage.k8s.io', 'csinodes', READ),
    rule('core', 'namespaces', READ),
    rule('storage.k8s.io', 'csidrivers', READ),
    rule('storage.k8s.io', 'csistoragecapacities', READ),
    rule('storage.k8s.io', 'volumeattachments', READ),
    rule('resource.k8s.io', 'deviceclasses', READ),
    rule('resource.k8s.io', 'resourceclaims', 'get list patch update watch'),
    rule('resource.k8s.io', 'resourceclaims/status', 'get list patch update watch'),
    rule('core', 'pods/finalizers', 'get list patch update watch'),
    rule('resource.k8s.io', 'resourceslices', READ),
  ]),
  clusterRole('system:kubelet-api-admin', [
    rule('core', 'nodes', READ),
    rule('core', 'nodes', 'proxy'),
    rule('core', 'nodes/log nodes/metrics nodes/proxy nodes/stats', '*'),
  ]),
  clusterRole('system:monitoring', [
    urls('/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*'),
  ]),
  clusterRole('system:node', nodeRules()),
  clusterRole('system:node-bootstrapper', [
    rule('certificates.k8s.io', 'certificatesigningrequests', 'create get list watch'),
  ]),
  clusterRole('system:node-problem-detector', [
    rule('core', 'nodes', 'get'),
    rule('core', 'nodes/status', 'patch'),
    events,
  ]),
  clusterRole('system:node-proxier', [
    rule('core', 'endpoints services', 'list watch'),
    rule('core', 'nodes', READ),
    events,
    rule('discovery.k8s.io', 'endpointslices', 'list watch'),
  ]),
  clusterRole('system:persistent-volume-provisioner', [
    rule('core', 'persistentvolumes', 'create delete get list watch'),
    rule('core', 'persistentvolumeclaims', 'get list update watch'),
    rule('storage.k8s.io', 'storageclasses', READ),
    rule('core', 'events', 'watch'),
    events,
  ]),
  clusterRole('system:public-info-viewer', [urls('/healthz /livez /readyz /version /version/')]),
  clusterRole('system:service-account-issuer-discovery', [urls('/.well-known/openid-configuration /openid/v1/jwks')]),
  clusterRole('system:volume-scheduler', [
    rule('core', 'persistentvolumes', 'get list patch update watch'),
    rule('storage.k8s.io', 'storageclasses', READ),
    rule('core', 'persistentvolumeclaims', 'get list patch update watch'),
  ]),
];

/** `admin`, `edit` and `view` have the rules of all roles with their label, in the order of the roles' names. */
function aggregated(name: AggregateTo, among: readonly ClusterRole[], aggregateTo?: AggregateTo): ClusterRole {
  const [label = ''] = Object.keys(aggregateLabel(name));
  const parts = among
    .filter(({ metadata }) => metadata?.labels?.[label] === 'true')
    .sort((left, right) => ((left.metadata?.name ?? '') < (right.metadata?.name ?? '') ? -1 : 1));
  const seen = new Set<string>();
  const rules = parts
    .flatMap((part) => part.rules ?? [])
    .filter((item) => {
      const text = JSON.stringify(item);
      if (seen.has(text)) return false;
      seen.add(text);
      return true;
    });
  return {
    ...clusterRole(name, rules, aggregateTo && aggregateLabel(aggregateTo)),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregateLabel(name) }] },
  };
}

const BINDINGS: readonly ClusterRoleBinding[] = [
  binding('cluster-admin', [group('system:masters')]),
  binding('system:basic-user', [group('system:authenticated')]),
  binding('system:discovery', [group('system:authenticated')]),
  binding('system:kube-controller-manager', [user('system:kube-controller-manager')]),
  binding('system:kube-dns', [account('kube-dns')]),
  binding('system:kube-scheduler', [user('system:kube-scheduler')]),
  binding('system:monitoring', [group('system:monitoring')]),
  binding('system:node', []),
  binding('system:node-proxier', [user('system:kube-proxy')]),
  binding('system:public-info-viewer', [group('system:authenticated'), group('system:unauthenticated')]),
  binding('system:service-account-issuer-discovery', [group('system:serviceaccounts')]),
  binding('system:volume-scheduler', [user('system:kube-scheduler')]),
];

const LEADER_LOCKING = [
  rule('coordination.k8s.io', 'leases', 'create get list update watch'),
  rule('coordination.k8s.io', 'leasecandidates', 'create get list update watch'),
];

/** Within `kube-public` and `kube-system`. Upstream: namespace_policy.go. */
const LOCAL: readonly KubeObject[] = [
  localRole('kube-public', 'system:controller:bootstrap-signer', [
    rule('core', 'configmaps', READ),
    rule('core', 'configmaps', 'update', 'cluster-info'),
    events,
  ]),
  localRole('kube-system', 'extension-apiserver-authentication-reader', [
    rule('core', 'configmaps', READ, 'extension-apiserver-authentication'),
  ]),
  localRole('kube-system', 'system::leader-locking-kube-controller-manager', LEADER_LOCKING),
  localRole('kube-system', 'system::leader-locking-kube-scheduler', LEADER_LOCKING),
  localRole('kube-system', 'system:controller:bootstrap-signer', [rule('core', 'secrets', READ)]),
  localRole('kube-system', 'system:controller:cloud-provider', [rule('core', 'configmaps', 'create get list watch')]),
  localRole('kube-system', 'system:controller:token-cleaner', [
    rule('core', 'secrets', 'delete get list watch'),
    events,
  ]),
  localBinding('kube-public', 'system:controller:bootstrap-signer', [account('bootstrap-signer')]),
  localBinding(
    'kube-system',
    'system::extension-apiserver-authentication-reader',
    [user('system:kube-controller-manager'), user('system:kube-scheduler')],
    'extension-apiserver-authentication-reader',
  ),
  localBinding('kube-system', 'system::leader-locking-kube-controller-manager', [
    user('system:kube-controller-manager'),
    account('kube-controller-manager'),
    account('leader-election-controller'),
  ]),
  localBinding('kube-system', 'system::leader-locking-kube-scheduler', [
    user('system:kube-scheduler'),
    account('kube-scheduler'),
  ]),
  localBinding('kube-system', 'system:controller:bootstrap-signer', [account('bootstrap-signer')]),
  localBinding('kube-system', 'system:controller:cloud-provider', [account('cloud-provider')]),
  localBinding('kube-system', 'system:controller:token-cleaner', [account('token-cleaner')]),
];

/** All of them, in the order in which they are made. */
export function bootstrapPolicy(): readonly KubeObject[] {
  const view = aggregated('view', ROLES, 'edit');
  const edit = aggregated('edit', [...ROLES, view], 'admin');
  const admin = aggregated('admin', [...ROLES, edit]);
  return [
    ...ROLES,
    view,
    edit,
    admin,
    ...controllerRoles(),
    ...BINDINGS,
    ...controllerBindings(),
    ...LOCAL,
  ] as readonly KubeObject[];
}
