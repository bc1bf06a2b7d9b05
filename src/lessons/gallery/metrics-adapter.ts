/**
 * prometheus-adapter as its own manifests install it, with one rule for what applications count and one APIService for
 * custom metrics, as its chart has them. Upstream: kubernetes-sigs/prometheus-adapter deploy/manifests.
 */
import { together } from './manifests.ts';

const LABELS = `app.kubernetes.io/component: metrics-adapter
    app.kubernetes.io/name: prometheus-adapter`;

const binding = (
  kind: string,
  name: string,
  role: string,
  namespace = '',
): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}Binding
metadata:
  name: ${name}
${namespace}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ${kind}
  name: ${role}
subjects:
  - kind: ServiceAccount
    name: prometheus-adapter
    namespace: monitoring
`;

const POLICY = together(
  `apiVersion: v1
kind: ServiceAccount
metadata:
  name: prometheus-adapter
  namespace: monitoring
automountServiceAccountToken: false
`,
  `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: prometheus-adapter
rules:
  - apiGroups: ['']
    resources: [nodes, namespaces, pods, services]
    verbs: [get, list, watch]
`,
  binding('ClusterRole', 'prometheus-adapter', 'prometheus-adapter'),
  binding('ClusterRole', 'resource-metrics:system:auth-delegator', 'system:auth-delegator'),
  binding(
    'Role',
    'resource-metrics-auth-reader',
    'extension-apiserver-authentication-reader',
    '  namespace: kube-system\n',
  ),
);

const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: adapter-config
  namespace: monitoring
data:
  config.yaml: |
    rules:
      - seriesQuery: 'http_requests_total{namespace!="",pod!=""}'
        resources: { template: <<.Resource>> }
        name: { matches: '^(.*)_total$', as: '\${1}_per_second' }
        metricsQuery: 'sum(rate(<<.Series>>{<<.LabelMatchers>>}[1m])) by (<<.GroupBy>>)'
      - seriesQuery: '{__name__=~"^queue_messages_.*",namespace!="",pod!=""}'
        resources: { template: <<.Resource>> }
        metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)'
`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: prometheus-adapter
  namespace: monitoring
  labels:
    ${LABELS}
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: prometheus-adapter
  strategy:
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 1
  template:
    metadata:
      labels:
        app.kubernetes.io/name: prometheus-adapter
    spec:
      automountServiceAccountToken: true
      serviceAccountName: prometheus-adapter
      containers:
        - name: prometheus-adapter
          image: registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0
          args:
            - --cert-dir=/var/run/serving-cert
            - --config=/etc/adapter/config.yaml
            - --metrics-relist-interval=1m
            - --prometheus-url=https://prometheus.monitoring.svc:9090/
            - --secure-port=6443
          ports:
            - name: https
              containerPort: 6443
          livenessProbe:
            httpGet: { path: /livez, port: https, scheme: HTTPS }
            initialDelaySeconds: 30
            periodSeconds: 5
            failureThreshold: 5
          readinessProbe:
            httpGet: { path: /readyz, port: https, scheme: HTTPS }
            initialDelaySeconds: 30
            periodSeconds: 5
            failureThreshold: 5
          resources:
            requests:
              cpu: 102m
              memory: 180Mi
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            - { name: tmpfs, mountPath: /tmp }
            - { name: volume-serving-cert, mountPath: /var/run/serving-cert }
            - { name: config, mountPath: /etc/adapter }
      nodeSelector:
        kubernetes.io/os: linux
      volumes:
        - name: tmpfs
          emptyDir: {}
        - name: volume-serving-cert
          emptyDir: {}
        - name: config
          configMap:
            name: adapter-config
`;

const SERVED = together(
  `apiVersion: v1
kind: Service
metadata:
  name: prometheus-adapter
  namespace: monitoring
  labels:
    ${LABELS}
spec:
  selector:
    app.kubernetes.io/name: prometheus-adapter
  ports:
    - name: https
      port: 443
      targetPort: 6443
`,
  `apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1beta1.custom.metrics.k8s.io
spec:
  group: custom.metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service:
    name: prometheus-adapter
    namespace: monitoring
`,
);

export const METRICS_ADAPTER = together(
  'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: monitoring\n',
  POLICY,
  CONFIG,
  DEPLOYMENT,
  SERVED,
);
