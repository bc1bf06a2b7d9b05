/** Images that do not come, containers that end, probes that fail, settings that are not there. */
import type { GalleryEntry } from './entry.ts';
import { deployment, lines, ports, readiness, service, together } from './manifests.ts';

export const HEALTH: readonly GalleryEntry[] = [
  {
    id: 'image',
    topic: 'images',
    level: 1,
    title: { ko: '없는 이미지 태그', en: 'An image tag that does not exist' },
    summary: {
      ko: 'ErrImagePull 다음에 ImagePullBackOff가 오고, 다시 받는 간격이 점점 길어집니다.',
      en: 'ErrImagePull, then ImagePullBackOff, with longer and longer waits between attempts.',
    },
    watch: {
      ko: 'Pod의 이벤트: not found라는 레지스트리의 답.',
      en: "The pod's events: the registry answers not found.",
    },
    text: deployment('typo', 'nginx:1.27-alpin3-typo_'),
  },
  {
    id: 'registry',
    topic: 'images',
    level: 1,
    title: { ko: '닿지 않는 레지스트리', en: 'A registry that cannot be reached' },
    summary: {
      ko: '레지스트리 이름을 찾지 못해 ImagePullBackOff에 머뭅니다.',
      en: "The registry's name cannot be resolved, and the pod stays in ImagePullBackOff.",
    },
    watch: { ko: 'Pod의 이벤트: no such host.', en: "The pod's events: no such host." },
    text: deployment('lost', 'registry.contoso.invalid/shop/web:1.0'),
  },
  {
    id: 'private',
    topic: 'images',
    level: 2,
    title: { ko: '비공개 레지스트리', en: 'A private registry' },
    summary: {
      ko: 'pull secret이 없는 Pod는 이미지를 받지 못하고, 있는 Pod는 받습니다.',
      en: 'The pod without a pull secret gets no image; the one with it does.',
    },
    watch: {
      ko: '두 Pod의 이벤트를 견주어 보세요. 이 시나리오는 contoso.azurecr.io를 비공개로 둡니다.',
      en: 'Compare the events of both pods. In this scenario contoso.azurecr.io is private.',
    },
    options: { privateRegistries: ['contoso.azurecr.io'] },
    text: together(
      `apiVersion: v1
kind: Secret
metadata:
  name: contoso
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: '{"auths":{"contoso.azurecr.io":{"username":"shop","password":"example"}}}'
`,
      deployment('allowed', 'contoso.azurecr.io/shop/web:1.0', { pod: 'imagePullSecrets:\n  - name: contoso' }),
      deployment('refused', 'contoso.azurecr.io/shop/api:1.0'),
    ),
  },
  {
    id: 'crash',
    topic: 'health',
    level: 1,
    title: { ko: '계속 죽는 컨테이너', en: 'A container that keeps crashing' },
    summary: {
      ko: 'CrashLoopBackOff: 재시작 간격이 10초, 20초, 40초로 늘어납니다.',
      en: 'CrashLoopBackOff: the wait before each restart grows from 10 s to 20 s to 40 s.',
    },
    watch: {
      ko: '재시작 횟수와 이벤트 사이의 시간. 배속을 올리면 잘 보입니다.',
      en: 'The restarts and the time between the events. Raise the speed to see it well.',
    },
    text: deployment('crash', 'pilothouse/web:broken'),
  },
  {
    id: 'unready',
    topic: 'health',
    level: 1,
    title: { ko: '준비되지 않는 Pod', en: 'Running, but never ready' },
    summary: {
      ko: '준비 상태 프로브가 503을 받아, Pod는 Running이지만 Service에 엔드포인트가 없습니다.',
      en: 'Its readiness probe gets 503: the pod is Running, yet the Service has no endpoints.',
    },
    watch: {
      ko: 'Unhealthy 이벤트와 EndpointSlice의 ready: false.',
      en: 'The events Unhealthy, and ready: false in the EndpointSlice.',
    },
    text: together(
      deployment('unready', 'pilothouse/unready:1.0', { replicas: 2, container: lines(ports(8080), readiness(8080)) }),
      service('unready', 8080),
    ),
  },
  {
    id: 'liveness',
    topic: 'health',
    level: 2,
    title: { ko: '잘못된 liveness 프로브', en: 'A liveness probe at the wrong port' },
    summary: {
      ko: '멀쩡한 컨테이너를 kubelet이 거듭 죽이고 다시 시작합니다.',
      en: 'The kubelet kills and restarts a container that is perfectly well.',
    },
    watch: {
      ko: 'Unhealthy와 Killing 이벤트, 늘어나는 재시작 횟수.',
      en: 'The events Unhealthy and Killing, and the restarts that add up.',
    },
    text: deployment('nervous', 'nginx:1.27', {
      container: lines(
        ports(80),
        'livenessProbe:\n  tcpSocket:\n    port: 81\n  periodSeconds: 3\n  failureThreshold: 2',
      ),
    }),
  },
  {
    id: 'startup',
    topic: 'health',
    level: 2,
    title: { ko: '천천히 시작하는 프로그램', en: 'A program that starts slowly' },
    summary: {
      ko: 'startup 프로브가 20초를 기다려 주어, liveness 프로브가 죽이지 않고 Ready가 됩니다.',
      en: 'The startup probe waits for 20 seconds, so the liveness probe does not kill it and it becomes Ready.',
    },
    watch: {
      ko: '프로브 패킷: startup이 성공한 뒤에야 liveness가 시작됩니다.',
      en: 'The probe packets: liveness begins only when startup has succeeded.',
    },
    text: deployment('slow', 'pilothouse/slow-start:1.0', {
      container: lines(
        ports(8080),
        'startupProbe:\n  httpGet:\n    path: /\n    port: 8080\n  periodSeconds: 2\n  failureThreshold: 30',
        'livenessProbe:\n  httpGet:\n    path: /\n    port: 8080\n  periodSeconds: 2\n  failureThreshold: 1',
      ),
    }),
  },
  {
    id: 'config',
    topic: 'config',
    level: 1,
    title: { ko: '없는 ConfigMap', en: 'A ConfigMap that is not there' },
    summary: {
      ko: 'CreateContainerConfigError로 기다리다가, ConfigMap을 만들면 저절로 시작합니다.',
      en: 'It waits with CreateContainerConfigError, and starts by itself once you add the ConfigMap.',
    },
    watch: {
      ko: '편집기의 경고와 Pod의 이벤트가 같은 이름을 말합니다.',
      en: "The editor's warning and the pod's events name the same thing.",
    },
    text: deployment('settings', 'nginx:1.27', { container: 'envFrom:\n  - configMapRef:\n      name: settings' }),
  },
  {
    id: 'limits',
    topic: 'config',
    level: 2,
    title: { ko: 'LimitRange가 있는 네임스페이스', en: 'A namespace with a LimitRange' },
    summary: {
      ko: '요청을 적지 않은 Pod는 기본값을 받고, 상한을 넘는 Pod는 만들어지지 않습니다.',
      en: 'A pod without requests is given defaults; one above the maximum is not created at all.',
    },
    watch: {
      ko: 'ReplicaSet의 FailedCreate 이벤트와, 만들어진 Pod의 resources.',
      en: 'The event FailedCreate of the ReplicaSet, and the resources of the pod that was created.',
    },
    text: together(
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: bounded\n',
      `apiVersion: v1
kind: LimitRange
metadata:
  name: bounds
  namespace: bounded
spec:
  limits:
    - type: Container
      defaultRequest:
        cpu: 100m
      default:
        cpu: 200m
      max:
        cpu: 500m
`,
      deployment('modest', 'nginx:1.27', { namespace: 'bounded' }),
      deployment('excessive', 'nginx:1.27', {
        namespace: 'bounded',
        container: 'resources:\n  limits:\n    cpu: "1"',
      }),
    ),
  },
];
