/** Ready manifests of the gallery; each shows something different. Texts are in both languages. */

export interface GalleryEntry {
  readonly id: string;
  readonly title: { readonly ko: string; readonly en: string };
  readonly summary: { readonly ko: string; readonly en: string };
  readonly text: string;
}

const deployment = (
  name: string,
  image: string,
  replicas: number,
  more = '',
  podMore = '',
): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: ${name}
          image: ${image}
${more}${podMore}`;

const port = (number: number): string => `          ports:
            - containerPort: ${number}
`;

const service = (name: string, target: number, type = 'ClusterIP'): string => `---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  type: ${type}
  selector:
    app: ${name}
  ports:
    - port: 80
      targetPort: ${target}
`;

const readiness = (path: string, number: number): string => `          readinessProbe:
            httpGet:
              path: ${path}
              port: ${number}
            periodSeconds: 2
`;

export const START_TEXT = `${deployment('web', 'nginx:1.27', 3, port(80) + readiness('/', 80))}${service('web', 80)}---
${deployment('visitor', 'pilothouse/client:1.0', 1)}`;

export const GALLERY: readonly GalleryEntry[] = [
  {
    id: 'web',
    title: { ko: '웹 서버와 Service', en: 'A web server and its Service' },
    summary: {
      ko: 'Deployment, Service, 요청을 보내는 클라이언트.',
      en: 'A Deployment, a Service, and a client that sends requests.',
    },
    text: START_TEXT,
  },
  {
    id: 'pending',
    title: { ko: '자리가 없는 Pod', en: 'A pod that fits nowhere' },
    summary: {
      ko: '요청한 CPU가 어느 노드보다도 커서 Pending에 머뭅니다.',
      en: 'It requests more CPU than any node has, and stays Pending.',
    },
    text: deployment(
      'greedy',
      'nginx:1.27',
      1,
      '          resources:\n            requests:\n              cpu: "8"\n',
    ),
  },
  {
    id: 'image',
    title: { ko: '없는 이미지 태그', en: 'An image tag that does not exist' },
    summary: { ko: 'ErrImagePull 다음에 ImagePullBackOff가 옵니다.', en: 'ErrImagePull, then ImagePullBackOff.' },
    text: deployment('typo', 'nginx:1.27-alpin3-typo_', 1),
  },
  {
    id: 'crash',
    title: { ko: '계속 죽는 컨테이너', en: 'A container that keeps crashing' },
    summary: {
      ko: '재시작 간격이 10초, 20초, 40초로 늘어납니다.',
      en: 'The wait before each restart grows: 10 s, 20 s, 40 s.',
    },
    text: deployment('crash', 'pilothouse/web:broken', 1),
  },
  {
    id: 'unready',
    title: { ko: '준비되지 않는 Pod', en: 'Running, but never ready' },
    summary: {
      ko: '준비 상태 프로브가 503을 받아 Service에 엔드포인트가 없습니다.',
      en: 'Its readiness probe gets 503, so the Service has no endpoints.',
    },
    text:
      deployment('unready', 'pilothouse/unready:1.0', 2, port(8080) + readiness('/', 8080)) + service('unready', 8080),
  },
  {
    id: 'rollout',
    title: { ko: '롤링 업데이트', en: 'A rolling update' },
    summary: {
      ko: '적용한 뒤 이미지를 1.1로 바꾸어 다시 적용해 보세요.',
      en: 'Apply it, then change the image to 1.1 and apply again.',
    },
    text: deployment('shop', 'pilothouse/web:1.0', 6, port(8080) + readiness('/', 8080)) + service('shop', 8080),
  },
  {
    id: 'affinity',
    title: { ko: '영역 하나만 고르는 Pod', en: 'Pods that want one zone' },
    summary: { ko: 'nodeAffinity가 영역 2의 노드만 남깁니다.', en: 'nodeAffinity leaves only the nodes of zone 2.' },
    text: deployment(
      'zonal',
      'nginx:1.27',
      2,
      '',
      '      nodeSelector:\n        topology.kubernetes.io/zone: koreacentral-2\n',
    ),
  },
  {
    id: 'daemon',
    title: { ko: '노드마다 하나씩', en: 'One on every node' },
    summary: {
      ko: 'DaemonSet은 스케줄러에게 노드를 정해 줍니다.',
      en: 'A DaemonSet tells the scheduler which node each pod is for.',
    },
    text: deployment('agent', 'registry.k8s.io/pause:3.10', 1)
      .replace('kind: Deployment', 'kind: DaemonSet')
      .replace('  replicas: 1\n', ''),
  },
  {
    id: 'loadbalancer',
    title: { ko: '공용 주소를 받는 Service', en: 'A Service with a public address' },
    summary: {
      ko: '클라우드 컨트롤러가 Azure에서 주소를 받아 옵니다.',
      en: 'The cloud controller gets an address from Azure.',
    },
    text:
      deployment('hello', 'mcr.microsoft.com/azuredocs/aks-helloworld:v1', 2, port(80)) +
      service('hello', 80, 'LoadBalancer'),
  },
  {
    id: 'config',
    title: { ko: '없는 ConfigMap', en: 'A ConfigMap that is not there' },
    summary: {
      ko: '컨테이너가 CreateContainerConfigError로 기다립니다.',
      en: 'The container waits with CreateContainerConfigError.',
    },
    text: deployment(
      'settings',
      'nginx:1.27',
      1,
      '          envFrom:\n            - configMapRef:\n                name: settings\n',
    ),
  },
];
