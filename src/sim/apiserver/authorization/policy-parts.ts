/** How the roles and bindings of a new cluster are written down: rules in short, with the labels that all of them have. */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from 'kubernetes-types/rbac/v1';
import type { KubeObject } from '../../api/object.ts';

export const RBAC = 'rbac.authorization.k8s.io';
const API_VERSION = `${RBAC}/v1`;
const ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

const words = (text: string): string[] => text.split(' ');
export const READ = 'get list watch';

/** Groups by name, `core` for the one without; resources, verbs and names are lists of words. */
export function rule(groups: string, resources: string, verbs: string, names?: string): PolicyRule {
  return {
    apiGroups: words(groups).map((group) => (group === 'core' ? '' : group)),
    ...(names ? { resourceNames: words(names) } : {}),
    resources: words(resources),
    verbs: words(verbs),
  };
}

export const urls = (paths: string): PolicyRule => ({ nonResourceURLs: words(paths), verbs: ['get'] });
export const events = rule('core events.k8s.io', 'events', 'create patch update');
export const reviews = [
  rule('authentication.k8s.io', 'tokenreviews', 'create'),
  rule('authorization.k8s.io', 'subjectaccessreviews', 'create'),
];

/** `labels` come beside the one that all roles of a new cluster have. */
export function clusterRole(name: string, rules: PolicyRule[], labels: Record<string, string> = {}): ClusterRole {
  const metadata = { name, labels: { ...LABELS, ...labels }, annotations: ANNOTATIONS };
  return { apiVersion: API_VERSION, kind: 'ClusterRole', metadata, rules };
}

export const group = (name: string): Subject => ({ apiGroup: RBAC, kind: 'Group', name });
export const user = (name: string): Subject => ({ apiGroup: RBAC, kind: 'User', name });

export const account = (name: string, namespace = 'kube-system'): Subject => ({
  kind: 'ServiceAccount',
  name,
  namespace,
});

export function binding(name: string, subjects: Subject[], role = name): ClusterRoleBinding {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: LABELS, annotations: ANNOTATIONS },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    ...(subjects.length > 0 ? { subjects } : {}),
  };
}

/** A role within one namespace. */
export function localRole(namespace: string, name: string, rules: PolicyRule[]): KubeObject {
  const metadata = { name, namespace, labels: LABELS, annotations: ANNOTATIONS };
  const role: Role = { apiVersion: API_VERSION, kind: 'Role', metadata, rules };
  return role as KubeObject;
}

export function localBinding(namespace: string, name: string, subjects: Subject[], role = name): KubeObject {
  const bound: RoleBinding = {
    apiVersion: API_VERSION,
    kind: 'RoleBinding',
    metadata: { name, namespace, labels: LABELS, annotations: ANNOTATIONS },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: role },
    subjects,
  };
  return bound as KubeObject;
}
