/**
 * What runs in kube-system of a fresh AKS cluster with CNI overlay, with its requests and limits.
 * Sources: published node descriptions (observed), coredns-autoscale.md. Autoscalers run, but change no replica count.
 */
import type { DaemonSet, Deployment } from 'kubernetes-types/apps/v1';
import type { Container, PodSpec, Service } from 'kubernetes-types/core/v1';
import type { KubeObject } from '../api/object.ts';
import { SYSTEM_IMAGES } from './system-images.ts';

const NAMESPACE = 'kube-system';
const MANAGED = { 'kubernetes.azure.com/managedby': 'aks' };
export const CLUSTER_DNS = '10.0.0.10';

type Amounts = readonly [cpu: string | undefined, memory: string | undefined];

function container(
  name: string,
  image: string,
  requests: Amounts,
  limits: Amounts,
  more: Partial<Container> = {},
): Container {
  const list = ([cpu, memory]: Amounts): Record<string, string> => ({
    ...(cpu ? { cpu } : {}),
    ...(memory ? { memory } : {}),
  });
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    resources: { requests: list(requests), limits: list(limits) },
    ...more,
  };
}

function daemonSet(name: string, containers: Container[]): DaemonSet {
  const labels = { 'k8s-app': name, ...MANAGED };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      selector: { matchLabels: { 'k8s-app': name } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%' } },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          priorityClassName: 'system-node-critical',
          tolerations: [{ operator: 'Exists' }],
          containers,
        },
      },
    },
  };
}

function deployment(
  name: string,
  app: string,
  replicas: number,
  containers: Container[],
  more: Partial<PodSpec> = {},
): Deployment {
  const labels = { 'k8s-app': app, ...MANAGED };
  const prefersSystem = {
    weight: 100,
    preference: { matchExpressions: [{ key: 'kubernetes.azure.com/mode', operator: 'In', values: ['system'] }] },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      replicas,
      selector: { matchLabels: { 'k8s-app': app } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-cluster-critical',
          tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
          affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefersSystem] } },
          containers,
          ...more,
        },
      },
    },
  };
}

function service(
  name: string,
  selector: string,
  ports: NonNullable<Service['spec']>['ports'],
  clusterIP?: string,
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE, labels: { 'k8s-app': selector, ...MANAGED } },
    spec: { selector: { 'k8s-app': selector }, ports, ...(clusterIP ? { clusterIP } : {}) },
  };
}

const http = (path: string, port: number, periodSeconds = 10) => ({ httpGet: { path, port }, periodSeconds });

/** Replicas of CoreDNS by the ladder of its autoscaler. */
export function coreDnsReplicas(nodes: number): number {
  return nodes >= 32 ? 5 : nodes >= 16 ? 4 : nodes >= 8 ? 3 : 2;
}

export function kubeSystemObjects(nodes: number): readonly KubeObject[] {
  const {
    kubeProxy,
    coreDns,
    metricsServer,
    cloudNodeManager,
    azureCns,
    ipMasqAgent,
    azureDisk,
    azureFile,
    proportionalAutoscaler,
    konnectivityAgent,
  } = SYSTEM_IMAGES;
  const dns = container('coredns', coreDns, ['100m', '70Mi'], ['3', '500Mi'], {
    ports: [
      { name: 'dns', containerPort: 53, protocol: 'UDP' },
      { name: 'dns-tcp', containerPort: 53 },
      { name: 'metrics', containerPort: 9153 },
    ],
    readinessProbe: http('/ready', 8181),
    livenessProbe: { ...http('/health', 8080), initialDelaySeconds: 60, failureThreshold: 5 },
  });
  const csi = (name: string, image: string, memoryLimit: string): DaemonSet =>
    daemonSet(name, [
      container('liveness-probe', image, ['10m', '20Mi'], [undefined, '100Mi']),
      container('node-driver-registrar', image, ['10m', '20Mi'], [undefined, '100Mi']),
      container(name.includes('disk') ? 'azuredisk' : 'azurefile', image, ['10m', '20Mi'], [undefined, memoryLimit]),
    ]);
  return [
    ...['coredns', 'konnectivity-agent', 'metrics-server'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: NAMESPACE, labels: MANAGED },
    })),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'coredns', namespace: NAMESPACE, labels: MANAGED },
      data: {
        Corefile:
          '.:53 {\n    errors\n    ready\n    health {\n      lameduck 5s\n    }\n    kubernetes cluster.local in-addr.arpa ip6.arpa {\n      pods insecure\n      fallthrough in-addr.arpa ip6.arpa\n      ttl 30\n    }\n    prometheus :9153\n    forward . /etc/resolv.conf\n    cache 30\n    loop\n    reload\n    loadbalance\n}\n',
      },
    } as KubeObject,
    daemonSet('kube-proxy', [container('kube-proxy', kubeProxy, ['100m', undefined], [undefined, undefined])]),
    daemonSet('azure-cns', [container('cns-container', azureCns, ['40m', '250Mi'], ['40m', '250Mi'])]),
    daemonSet('azure-ip-masq-agent', [
      container('azure-ip-masq-agent', ipMasqAgent, ['100m', '50Mi'], ['500m', '250Mi']),
    ]),
    daemonSet('cloud-node-manager', [
      container('cloud-node-manager', cloudNodeManager, ['50m', '50Mi'], [undefined, '512Mi']),
    ]),
    csi('csi-azuredisk-node', azureDisk, '1000Mi'),
    csi('csi-azurefile-node', azureFile, '600Mi'),
    deployment('coredns', 'kube-dns', coreDnsReplicas(nodes), [dns], {
      serviceAccountName: 'coredns',
      dnsPolicy: 'Default',
    }),
    service(
      'kube-dns',
      'kube-dns',
      [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53 },
        { name: 'metrics', port: 9153 },
      ],
      CLUSTER_DNS,
    ),
    deployment('coredns-autoscaler', 'coredns-autoscaler', 1, [
      container('autoscaler', proportionalAutoscaler, ['20m', '10Mi'], ['200m', '500Mi']),
    ]),
    deployment(
      'konnectivity-agent',
      'konnectivity-agent',
      2,
      [
        container('konnectivity-agent', konnectivityAgent, ['20m', '20Mi'], ['1', '1Gi'], {
          readinessProbe: http('/readyz', 8093),
        }),
      ],
      { serviceAccountName: 'konnectivity-agent' },
    ),
    deployment('konnectivity-agent-autoscaler', 'konnectivity-agent-autoscaler', 1, [
      container('autoscaler', proportionalAutoscaler, ['20m', '10Mi'], ['350m', '512M']),
    ]),
    deployment(
      'metrics-server',
      'metrics-server',
      2,
      [
        container('metrics-server-vpa', proportionalAutoscaler, ['5m', '22Mi'], ['100m', '200Mi']),
        container('metrics-server', metricsServer, ['151m', '112Mi'], ['151m', '204Mi'], {
          readinessProbe: { ...http('/readyz', 10250), initialDelaySeconds: 2 },
        }),
      ],
      { serviceAccountName: 'metrics-server' },
    ),
    service('metrics-server', 'metrics-server', [{ port: 443, targetPort: 10250 }]),
  ];
}
