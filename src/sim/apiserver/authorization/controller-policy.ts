/**
 * What each controller of kube-controller-manager may do, and the account that it is bound to.
 * Upstream: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go, release 1.35 with its default feature gates.
 */
import type { ClusterRole, ClusterRoleBinding, PolicyRule } from 'kubernetes-types/rbac/v1';
import { account, binding, clusterRole, events, READ, rule } from './policy-parts.ts';

const PREFIX = 'system:controller:';
const WORKLOAD_PODS = rule('core', 'pods', 'create delete list patch watch');
const REVISIONS = rule('apps', 'controllerrevisions', 'create delete get list patch update watch');
const SIGNERS =
  'kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown';

/** By the name of the controller's ServiceAccount in `kube-system`. */
const RULES: Readonly<Record<string, PolicyRule[]>> = {
  'attachdetach-controller': [
    rule('core', 'persistentvolumeclaims persistentvolumes', 'list watch'),
    rule('core', 'nodes', READ),
    rule('core', 'nodes/status', 'patch update'),
    rule('core', 'pods', 'list watch'),
    events,
    rule('storage.k8s.io', 'volumeattachments', 'create delete get list watch'),
    rule('storage.k8s.io', 'csidrivers', READ),
    rule('storage.k8s.io', 'csinodes', READ),
  ],
  'certificate-controller': [
    rule('certificates.k8s.io', 'certificatesigningrequests', 'delete get list watch'),
    rule('certificates.k8s.io', 'certificatesigningrequests/approval certificatesigningrequests/status', 'update'),
    rule('certificates.k8s.io', 'signers', 'approve', 'kubernetes.io/kube-apiserver-client-kubelet'),
    rule('certificates.k8s.io', 'signers', 'sign', SIGNERS),
    rule('authorization.k8s.io', 'subjectaccessreviews', 'create'),
    events,
  ],
  'clusterrole-aggregation-controller': [
    rule('rbac.authorization.k8s.io', 'clusterroles', 'escalate get list patch update watch'),
  ],
  'cronjob-controller': [
    rule('batch', 'cronjobs', 'get list update watch'),
    rule('batch', 'jobs', 'create delete get list patch update watch'),
    rule('batch', 'cronjobs/status', 'update'),
    rule('batch', 'cronjobs/finalizers', 'update'),
    rule('core', 'pods', 'delete list watch'),
    events,
  ],
  'daemon-set-controller': [
    rule('apps extensions', 'daemonsets', READ),
    rule('apps extensions', 'daemonsets/status', 'update'),
    rule('apps extensions', 'daemonsets/finalizers', 'update'),
    rule('core', 'nodes', 'list watch'),
    WORKLOAD_PODS,
    rule('core', 'pods/binding', 'create'),
    REVISIONS,
    events,
  ],
  'deployment-controller': [
    rule('apps extensions', 'deployments', 'get list update watch'),
    rule('apps extensions', 'deployments/status', 'update'),
    rule('apps extensions', 'deployments/finalizers', 'update'),
    rule('apps extensions', 'replicasets', 'create delete get list patch update watch'),
    rule('core', 'pods', 'get list update watch'),
    events,
  ],
  'disruption-controller': [
    rule('apps extensions', 'deployments', READ),
    rule('apps extensions', 'replicasets', READ),
    rule('core', 'replicationcontrollers', READ),
    rule('policy', 'poddisruptionbudgets', READ),
    rule('apps', 'statefulsets', READ),
    rule('policy', 'poddisruptionbudgets/status', 'update'),
    rule('core', 'pods/status', 'patch update'),
    rule('*', '*/scale', 'get'),
    events,
  ],
  'endpoint-controller': [
    rule('core', 'pods services', READ),
    rule('core', 'endpoints', 'create delete get list update watch'),
    rule('core', 'endpoints/restricted', 'create'),
    events,
  ],
  'endpointslice-controller': [
    rule('core', 'nodes pods services', READ),
    rule('core', 'services/finalizers', 'update'),
    rule('discovery.k8s.io', 'endpointslices', 'create delete get list update watch'),
    events,
  ],
  'endpointslicemirroring-controller': [
    rule('core', 'endpoints services', READ),
    rule('core', 'services/finalizers', 'update'),
    rule('core', 'endpoints/finalizers', 'update'),
    rule('discovery.k8s.io', 'endpointslices', 'create delete get list update watch'),
    events,
  ],
  'ephemeral-volume-controller': [
    rule('core', 'pods', READ),
    rule('core', 'pods/finalizers', 'update'),
    rule('core', 'persistentvolumeclaims', 'create get list watch'),
    events,
  ],
  'expand-controller': [
    rule('core', 'persistentvolumes', 'get list patch update watch'),
    rule('core', 'persistentvolumeclaims/status', 'patch update'),
    rule('core', 'persistentvolumeclaims', READ),
    events,
    rule('core', 'services', 'get'),
  ],
  'generic-garbage-collector': [rule('*', '*', 'delete get list patch update watch'), events],
  'horizontal-pod-autoscaler': [
    rule('autoscaling', 'horizontalpodautoscalers', READ),
    rule('autoscaling', 'horizontalpodautoscalers/status', 'update'),
    rule('*', '*/scale', 'get update'),
    rule('core', 'pods', 'list watch'),
    rule('metrics.k8s.io', 'pods', 'list watch'),
    rule('custom.metrics.k8s.io', '*', READ),
    rule('external.metrics.k8s.io', '*', READ),
    events,
  ],
  'job-controller': [
    rule('batch', 'jobs', 'get list patch update watch'),
    rule('batch', 'jobs/status', 'update'),
    rule('batch', 'jobs/finalizers', 'update'),
    WORKLOAD_PODS,
    events,
  ],
  'legacy-service-account-token-cleaner': [
    rule('core', 'configmaps', 'get', 'kube-apiserver-legacy-service-account-token-tracking'),
    rule('core', 'secrets', 'delete patch'),
  ],
  'namespace-controller': [
    rule('core', 'namespaces', 'delete get list watch'),
    rule('core', 'namespaces/finalize namespaces/status', 'update'),
    rule('*', '*', 'delete deletecollection get list watch'),
  ],
  'node-controller': [
    rule('core', 'nodes', 'delete get list patch update watch'),
    rule('core', 'nodes/status', 'patch update'),
    rule('core', 'pods/status', 'patch update'),
    rule('core', 'pods', 'delete get list watch'),
    events,
  ],
  'persistent-volume-binder': [
    rule('core', 'persistentvolumes', 'create delete get list update watch'),
    rule('core', 'persistentvolumes/status', 'update'),
    rule('core', 'persistentvolumeclaims', 'get list update watch'),
    rule('core', 'persistentvolumeclaims/status', 'update'),
    rule('core', 'pods', 'create delete get list watch'),
    rule('storage.k8s.io', 'storageclasses', READ),
    rule('core', 'nodes', 'list watch'),
    events,
    rule('core', 'events', 'watch'),
    rule('core', 'services', 'get'),
  ],
  'pod-garbage-collector': [
    rule('core', 'pods', 'delete list watch'),
    rule('core', 'nodes', READ),
    rule('core', 'pods/status', 'patch'),
  ],
  'pv-protection-controller': [rule('core', 'persistentvolumes', 'get list update watch'), events],
  'pvc-protection-controller': [
    rule('core', 'persistentvolumeclaims', 'get list update watch'),
    rule('core', 'pods', READ),
    events,
  ],
  'replicaset-controller': [
    rule('apps extensions', 'replicasets', 'get list update watch'),
    rule('apps extensions', 'replicasets/status', 'update'),
    rule('apps extensions', 'replicasets/finalizers', 'update'),
    WORKLOAD_PODS,
    events,
  ],
  'replication-controller': [
    rule('core', 'replicationcontrollers', 'get list update watch'),
    rule('core', 'replicationcontrollers/status', 'update'),
    rule('core', 'replicationcontrollers/finalizers', 'update'),
    WORKLOAD_PODS,
    events,
  ],
  'resource-claim-controller': [
    rule('core', 'pods', READ),
    rule('core', 'pods/finalizers', 'update'),
    rule('resource.k8s.io', 'resourceclaims', 'create delete get list watch'),
    rule('resource.k8s.io', 'resourceclaims resourceclaims/status', 'patch update'),
    rule('core', 'pods/status', 'patch update'),
    events,
  ],
  'resourcequota-controller': [rule('*', '*', 'list watch'), rule('core', 'resourcequotas/status', 'update'), events],
  'root-ca-cert-publisher': [rule('core', 'configmaps', 'create update'), events],
  'route-controller': [rule('core', 'nodes', 'list watch'), rule('core', 'nodes/status', 'patch'), events],
  'selinux-warning-controller': [
    events,
    rule('core', 'persistentvolumes', READ),
    rule('core', 'persistentvolumeclaims', READ),
    rule('core', 'pods', READ),
    rule('storage.k8s.io', 'csidrivers', READ),
  ],
  'service-account-controller': [rule('core', 'serviceaccounts', 'create'), events],
  'service-cidrs-controller': [
    rule('networking.k8s.io', 'servicecidrs', 'get list patch update watch'),
    rule('networking.k8s.io', 'servicecidrs/finalizers', 'patch update'),
    rule('networking.k8s.io', 'servicecidrs/status', 'patch update'),
    rule('networking.k8s.io', 'ipaddresses', READ),
    events,
  ],
  'service-controller': [
    rule('core', 'services', READ),
    rule('core', 'services/status', 'patch update'),
    rule('core', 'nodes', 'list watch'),
    events,
  ],
  'statefulset-controller': [
    rule('core', 'pods', 'list watch'),
    rule('apps', 'statefulsets', READ),
    rule('apps', 'statefulsets/status', 'update'),
    rule('apps', 'statefulsets/finalizers', 'update'),
    rule('core', 'pods', 'create delete get patch update'),
    REVISIONS,
    rule('core', 'persistentvolumeclaims', 'create get list watch'),
    rule('core', 'persistentvolumeclaims', 'delete update'),
    rule('core', 'pods/finalizers', 'update'),
    events,
  ],
  'ttl-after-finished-controller': [rule('batch', 'jobs', 'delete get list watch'), events],
  'ttl-controller': [rule('core', 'nodes', 'list patch update watch'), events],
  'validatingadmissionpolicy-status-controller': [
    rule('admissionregistration.k8s.io', 'validatingadmissionpolicies', READ),
    rule('admissionregistration.k8s.io', 'validatingadmissionpolicies/status', 'get patch update'),
    events,
  ],
  'volumeattributesclass-protection-controller': [
    rule('core', 'persistentvolumeclaims', READ),
    rule('core', 'persistentvolumes', READ),
    rule('storage.k8s.io', 'volumeattributesclasses', 'get list update watch'),
    events,
  ],
};

export const controllerRoles = (): readonly ClusterRole[] =>
  Object.entries(RULES).map(([name, rules]) => clusterRole(`${PREFIX}${name}`, rules));

export const controllerBindings = (): readonly ClusterRoleBinding[] =>
  Object.keys(RULES).map((name) => binding(`${PREFIX}${name}`, [account(name)]));
