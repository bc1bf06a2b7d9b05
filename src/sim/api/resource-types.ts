/** Which type a resource name stands for: `pods` or `deployments.apps`, as upstream prints a GroupResource. */
import type * as apps from 'kubernetes-types/apps/v1';
import type * as autoscaling from 'kubernetes-types/autoscaling/v2';
import type * as batch from 'kubernetes-types/batch/v1';
import type * as coordination from 'kubernetes-types/coordination/v1';
import type * as core from 'kubernetes-types/core/v1';
import type * as discovery from 'kubernetes-types/discovery/v1';
import type * as networking from 'kubernetes-types/networking/v1';
import type * as node from 'kubernetes-types/node/v1';
import type * as policy from 'kubernetes-types/policy/v1';
import type * as rbac from 'kubernetes-types/rbac/v1';
import type * as scheduling from 'kubernetes-types/scheduling/v1';
import type * as storage from 'kubernetes-types/storage/v1';
import type { KubeObject } from './object.ts';

/** Of networking.k8s.io/v1 since 1.33, later than `kubernetes-types`. */
export interface IpAddress extends KubeObject {
  readonly spec?: {
    readonly parentRef?: Readonly<Partial<Record<'group' | 'resource' | 'namespace' | 'name', string>>>;
  };
}

/** Of networking.k8s.io/v1 since 1.33, later than `kubernetes-types`. */
export interface ServiceCidr extends KubeObject {
  readonly spec?: { readonly cidrs?: readonly string[] };
  readonly status?: {
    readonly conditions?: readonly Readonly<
      Record<'type' | 'status' | 'reason' | 'message' | 'lastTransitionTime', string>
    >[];
  };
}

export interface ResourceTypes {
  bindings: core.Binding;
  configmaps: core.ConfigMap;
  endpoints: core.Endpoints;
  events: core.Event;
  limitranges: core.LimitRange;
  namespaces: core.Namespace;
  nodes: core.Node;
  persistentvolumeclaims: core.PersistentVolumeClaim;
  persistentvolumes: core.PersistentVolume;
  pods: core.Pod;
  podtemplates: core.PodTemplate;
  replicationcontrollers: core.ReplicationController;
  resourcequotas: core.ResourceQuota;
  secrets: core.Secret;
  serviceaccounts: core.ServiceAccount;
  services: core.Service;
  'controllerrevisions.apps': apps.ControllerRevision;
  'daemonsets.apps': apps.DaemonSet;
  'deployments.apps': apps.Deployment;
  'replicasets.apps': apps.ReplicaSet;
  'statefulsets.apps': apps.StatefulSet;
  'horizontalpodautoscalers.autoscaling': autoscaling.HorizontalPodAutoscaler;
  'cronjobs.batch': batch.CronJob;
  'jobs.batch': batch.Job;
  'leases.coordination.k8s.io': coordination.Lease;
  'endpointslices.discovery.k8s.io': discovery.EndpointSlice;
  'ipaddresses.networking.k8s.io': IpAddress;
  'servicecidrs.networking.k8s.io': ServiceCidr;
  'ingresses.networking.k8s.io': networking.Ingress;
  'ingressclasses.networking.k8s.io': networking.IngressClass;
  'networkpolicies.networking.k8s.io': networking.NetworkPolicy;
  'poddisruptionbudgets.policy': policy.PodDisruptionBudget;
  'clusterrolebindings.rbac.authorization.k8s.io': rbac.ClusterRoleBinding;
  'clusterroles.rbac.authorization.k8s.io': rbac.ClusterRole;
  'rolebindings.rbac.authorization.k8s.io': rbac.RoleBinding;
  'roles.rbac.authorization.k8s.io': rbac.Role;
  'priorityclasses.scheduling.k8s.io': scheduling.PriorityClass;
  'runtimeclasses.node.k8s.io': node.RuntimeClass;
  'csidrivers.storage.k8s.io': storage.CSIDriver;
  'csinodes.storage.k8s.io': storage.CSINode;
  'storageclasses.storage.k8s.io': storage.StorageClass;
  'volumeattachments.storage.k8s.io': storage.VolumeAttachment;
}

export type ResourceName = keyof ResourceTypes;
