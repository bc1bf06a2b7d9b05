/**
 * APIServices of a new cluster: those of the API server itself, and the one of metrics-server.
 * Upstream: pkg/controlplane/apiserver/aggregator.go (default priorities), kube-aggregator's auto-registration.
 */
import { KIND_VERSIONS, KINDS, type KubeObject } from '../api/index.ts';

/** Group without suffix, with the priority of the group and that of the version. */
const PRIORITIES: Readonly<Record<string, readonly [group: number, version: number]>> = {
  v1: [18_000, 1],
  'apps/v1': [17_800, 15],
  'events.k8s.io/v1': [17_750, 15],
  'authentication.k8s.io/v1': [17_700, 15],
  'authorization.k8s.io/v1': [17_600, 15],
  'autoscaling/v1': [17_500, 15],
  'autoscaling/v2': [17_500, 30],
  'batch/v1': [17_400, 15],
  'certificates.k8s.io/v1': [17_300, 15],
  'networking.k8s.io/v1': [17_200, 15],
  'policy/v1': [17_100, 15],
  'rbac.authorization.k8s.io/v1': [17_000, 15],
  'storage.k8s.io/v1': [16_800, 15],
  'apiextensions.k8s.io/v1': [16_700, 15],
  'admissionregistration.k8s.io/v1': [16_700, 15],
  'scheduling.k8s.io/v1': [16_600, 15],
  'coordination.k8s.io/v1': [16_500, 15],
  'node.k8s.io/v1': [16_300, 15],
  'discovery.k8s.io/v1': [16_200, 15],
  'flowcontrol.apiserver.k8s.io/v1': [16_100, 21],
  'resource.k8s.io/v1': [16_080, 20],
};

interface Registration {
  readonly group: string;
  readonly version: string;
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
  readonly service?: object;
  readonly insecureSkipTLSVerify?: boolean;
}

function apiService(spec: Registration, more: { labels: Record<string, string>; status?: object }): KubeObject {
  const { labels, ...rest } = more;
  const { group, ...other } = spec;
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${spec.version}.${group}`, labels },
    spec: { ...(group ? { group } : {}), ...other },
    ...rest,
  } as KubeObject;
}

/** One for each group and version that the API server serves itself. */
export function localApiServices(): readonly KubeObject[] {
  const served = new Set(
    [...KINDS, ...KIND_VERSIONS].map(({ group, version }) => (group ? `${group}/${version}` : version)),
  );
  return [...served].sort().flatMap((name) => {
    const priority = PRIORITIES[name];
    if (!priority) return [];
    const [group = '', version = ''] = name.includes('/') ? name.split('/') : ['', name];
    const [groupPriorityMinimum, versionPriority] = priority;
    return apiService(
      { group, version, groupPriorityMinimum, versionPriority },
      {
        labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' },
        status: {
          conditions: [
            {
              type: 'Available',
              status: 'True',
              reason: 'Local',
              message: 'Local APIServices are always available',
            },
          ],
        },
      },
    );
  });
}

export function metricsApiService(): KubeObject {
  return apiService(
    {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name: 'metrics-server', namespace: 'kube-system', port: 443 },
    },
    { labels: METRICS_LABELS },
  );
}

const RBAC = 'rbac.authorization.k8s.io';
const METRICS_LABELS = { 'k8s-app': 'metrics-server', 'kubernetes.azure.com/managedby': 'aks' };

/** What metrics-server may read, and who may read it. Upstream: metrics-server manifests/base/rbac.yaml. */
export function metricsServerPolicy(): readonly KubeObject[] {
  const aggregateTo = ['admin', 'edit', 'view'].map((to) => [`${RBAC}/aggregate-to-${to}`, 'true'] as const);
  const role = (name: string, labels: Record<string, string>, rules: readonly object[]): KubeObject =>
    ({ apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name, labels }, rules }) as KubeObject;
  return [
    role('system:aggregated-metrics-reader', { ...METRICS_LABELS, ...Object.fromEntries(aggregateTo) }, [
      { apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ]),
    role('system:metrics-server', METRICS_LABELS, [
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ]),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'system:metrics-server', labels: METRICS_LABELS },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'system:metrics-server' },
      subjects: [{ kind: 'ServiceAccount', name: 'metrics-server', namespace: 'kube-system' }],
    } as KubeObject,
  ];
}
