/** Public samples of AKS and Kubernetes, as their documentation has people apply them. */
import type { GalleryEntry } from './entry.ts';

const part = (cpu: string, memory: string, cpuLimit: string, memoryLimit: string): string => `          resources:
            requests:
              cpu: ${cpu}
              memory: ${memory}
            limits:
              cpu: ${cpuLimit}
              memory: ${memoryLimit}
`;

interface StorePart {
  readonly name: string;
  readonly port: number;
  readonly resources: string;
  readonly env?: string;
  readonly servicePort?: number;
  readonly type?: string;
}

const storePart = ({
  name,
  port,
  resources,
  env = '',
  servicePort = port,
  type = 'ClusterIP',
}: StorePart): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      nodeSelector:
        kubernetes.io/os: linux
      containers:
        - name: ${name}
          image: ghcr.io/azure-samples/aks-store-demo/${name}:latest
          ports:
            - containerPort: ${port}
${env}${resources}---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  type: ${type}
  ports:
    - name: http
      port: ${servicePort}
      targetPort: ${port}
  selector:
    app: ${name}
`;

const env = (values: Readonly<Record<string, string>>): string =>
  `          env:\n${Object.entries(values)
    .map(([name, value]) => `            - name: ${name}\n              value: ${value}\n`)
    .join('')}`;

const rabbitMq = storePart({
  name: 'rabbitmq',
  port: 5672,
  env: env({ RABBITMQ_DEFAULT_USER: 'username', RABBITMQ_DEFAULT_PASS: 'password' }),
  resources: part('10m', '128Mi', '250m', '256Mi'),
}).replace(
  'ghcr.io/azure-samples/aks-store-demo/rabbitmq:latest',
  'mcr.microsoft.com/mirror/docker/library/rabbitmq:3.10-management-alpine',
);

const AKS_STORE = [
  rabbitMq,
  storePart({
    name: 'order-service',
    port: 3000,
    env: env({
      ORDER_QUEUE_HOSTNAME: '"rabbitmq"',
      ORDER_QUEUE_PORT: '"5672"',
      ORDER_QUEUE_USERNAME: '"username"',
      ORDER_QUEUE_PASSWORD: '"password"',
      ORDER_QUEUE_NAME: '"orders"',
      FASTIFY_ADDRESS: '"0.0.0.0"',
    }),
    resources: part('1m', '50Mi', '75m', '128Mi'),
  }),
  storePart({ name: 'product-service', port: 3002, resources: part('1m', '1Mi', '2m', '20Mi') }),
  storePart({
    name: 'store-front',
    port: 8080,
    servicePort: 80,
    type: 'LoadBalancer',
    env: env({
      VUE_APP_ORDER_SERVICE_URL: '"http://order-service:3000/"',
      VUE_APP_PRODUCT_SERVICE_URL: '"http://product-service:3002/"',
    }),
    resources: part('1m', '200Mi', '1000m', '512Mi'),
  }),
].join('---\n');

interface AppPart {
  readonly name: string;
  readonly image: string;
  readonly labels: readonly string[];
  readonly port: number;
  readonly replicas: number;
  /** Lines of the container, indented. */
  readonly more?: string;
  readonly type?: string;
}

/** A Deployment and its Service, which select by all labels. */
const appPart = ({ name, image, labels, port, replicas, more = '', type }: AppPart): string => {
  const at = (columns: number): string => labels.map((label) => `${' '.repeat(columns)}${label}\n`).join('');
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
${at(4)}spec:
  replicas: ${replicas}
  selector:
    matchLabels:
${at(6)}  template:
    metadata:
      labels:
${at(8)}    spec:
      containers:
        - name: ${name}
          image: ${image}
${more}          ports:
            - containerPort: ${port}
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels:
${at(4)}spec:
${type ? `  type: ${type}\n` : ''}  ports:
    - port: ${port}
      targetPort: ${port}
  selector:
${at(4)}`;
};

const small = part('100m', '128Mi', '250m', '256Mi');

const AZURE_VOTE = [
  appPart({
    name: 'azure-vote-back',
    image: 'mcr.microsoft.com/oss/bitnami/redis:6.0.8',
    labels: ['app: azure-vote-back'],
    port: 6379,
    replicas: 1,
    more: env({ ALLOW_EMPTY_PASSWORD: '"yes"' }) + small,
  }),
  appPart({
    name: 'azure-vote-front',
    image: 'mcr.microsoft.com/azuredocs/azure-vote-front:v1',
    labels: ['app: azure-vote-front'],
    port: 80,
    replicas: 1,
    more: env({ REDIS: '"azure-vote-back"' }) + small,
    type: 'LoadBalancer',
  }),
].join('---\n');

const guestbookRequests =
  '          resources:\n            requests:\n              cpu: 100m\n              memory: 100Mi\n';

const GUESTBOOK = [
  appPart({
    name: 'redis-leader',
    image: 'docker.io/redis:6.0.5',
    labels: ['app: redis', 'role: leader', 'tier: backend'],
    port: 6379,
    replicas: 1,
    more: guestbookRequests,
  }),
  appPart({
    name: 'redis-follower',
    image: 'us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower:v2',
    labels: ['app: redis', 'role: follower', 'tier: backend'],
    port: 6379,
    replicas: 2,
    more: guestbookRequests,
  }),
  appPart({
    name: 'frontend',
    image: 'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5',
    labels: ['app: guestbook', 'tier: frontend'],
    port: 80,
    replicas: 3,
    more: env({ GET_HOSTS_FROM: 'dns' }) + guestbookRequests,
  }),
].join('---\n');

export const SAMPLES: readonly GalleryEntry[] = [
  {
    id: 'aks-store',
    topic: 'sample',
    level: 2,
    title: { ko: 'AKS Store 데모', en: 'The AKS Store demo' },
    summary: {
      ko: 'AKS 빠른 시작의 네 서비스가 모두 준비되고, store-front가 공용 주소를 받습니다.',
      en: 'The four services of the AKS quickstart become ready, and store-front gets a public address.',
    },
    watch: {
      ko: '요청 패널에서 http://store-front로 요청을 보내 보세요.',
      en: 'Send a request to http://store-front from the request panel.',
    },
    text: AKS_STORE,
  },
  {
    id: 'azure-vote',
    topic: 'sample',
    level: 1,
    title: { ko: 'Azure Vote', en: 'Azure Vote' },
    summary: {
      ko: 'Redis와 투표 화면 두 개의 Deployment가 뜨고 Azure가 공용 주소를 줍니다.',
      en: 'Two Deployments come up, Redis and the voting page, and Azure gives a public address.',
    },
    watch: {
      ko: 'azure-vote-front Service의 EXTERNAL-IP와 두 Pod의 QoS 등급.',
      en: 'EXTERNAL-IP of the Service azure-vote-front, and the QoS class of both pods.',
    },
    text: AZURE_VOTE,
  },
  {
    id: 'guestbook',
    topic: 'sample',
    level: 2,
    title: { ko: '방명록', en: 'The guestbook' },
    summary: {
      ko: 'Kubernetes 예제의 세 계층이 Pod 여섯 개로 노드에 나뉘어 올라갑니다.',
      en: 'The three tiers of the Kubernetes example come up as six pods, spread over the nodes.',
    },
    watch: {
      ko: '스케줄러가 같은 계층의 Pod를 어떤 점수로 나누는지, 그리고 세 Service의 엔드포인트.',
      en: 'By which scores the scheduler spreads the pods, and the endpoints of the three Services.',
    },
    text: GUESTBOOK,
  },
];
