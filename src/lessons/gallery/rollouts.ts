/** Deployments and DaemonSets at work. */
import type { GalleryEntry } from './entry.ts';
import { daemonSet, deployment, lines, ports, readiness, service, together } from './manifests.ts';

export const START_TEXT = together(
  deployment('web', 'nginx:1.27', { replicas: 3, container: lines(ports(80), readiness(80)) }),
  service('web', 80),
  deployment('visitor', 'pilothouse/client:1.0'),
);

export const ROLLOUTS: readonly GalleryEntry[] = [
  {
    id: 'web',
    topic: 'rollout',
    level: 1,
    title: { ko: '웹 서버와 Service', en: 'A web server and its Service' },
    summary: {
      ko: '복제본 세 개가 차례로 준비되고, 방문자의 요청이 Service를 거쳐 그중 하나에 닿습니다.',
      en: 'Three replicas become ready one after the other, and a visitor reaches one of them through the Service.',
    },
    watch: {
      ko: 'API 서버에서 노드의 kubelet까지 가는 요청, 그다음 DNS 질의와 서비스 트래픽.',
      en: "The requests from the API server to the nodes' kubelets, then the DNS query and the service traffic.",
    },
    text: START_TEXT,
  },
  {
    id: 'rollout',
    topic: 'rollout',
    level: 1,
    title: { ko: '롤링 업데이트', en: 'A rolling update' },
    summary: {
      ko: '적용한 뒤 이미지를 1.1로 바꾸어 다시 적용하면, 새 Pod가 준비될 때마다 옛 Pod가 하나씩 물러납니다.',
      en: 'Apply, change the image to 1.1, apply again: an old pod leaves whenever a new one is ready.',
    },
    watch: {
      ko: '두 ReplicaSet의 복제본 수와 Deployment의 조건. 준비된 Pod는 다섯 개 아래로 내려가지 않습니다.',
      en: 'The replicas of both ReplicaSets and the conditions of the Deployment. Never are fewer than five pods ready.',
    },
    text: `# Change the tag to 1.1 and apply again.\n${together(
      deployment('shop', 'pilothouse/web:1.0', {
        replicas: 6,
        spec: 'strategy:\n  rollingUpdate:\n    maxSurge: 1\n    maxUnavailable: 1',
        container: lines(ports(8080), readiness(8080)),
      }),
      service('shop', 8080),
    )}`,
    show: 'deployments.apps|default/shop',
  },
  {
    id: 'recreate',
    topic: 'rollout',
    level: 2,
    title: { ko: '한꺼번에 바꾸는 업데이트', en: 'An update that recreates' },
    summary: {
      ko: '적용한 뒤 태그를 1.1로 바꾸어 적용하면 옛 Pod가 모두 끝난 다음에야 새 Pod가 생깁니다.',
      en: 'Apply, change the tag to 1.1, apply again: new pods come only when every old one has ended.',
    },
    watch: {
      ko: 'EndpointSlice가 비는 동안 Service로 보낸 요청이 거절되는 모습.',
      en: 'Requests to the Service are refused while its EndpointSlice is empty.',
    },
    text: `# Change the tag to 1.1 and apply again.\n${together(
      deployment('ledger', 'pilothouse/web:1.0', {
        replicas: 3,
        spec: 'strategy:\n  type: Recreate',
        container: lines(ports(8080), readiness(8080)),
      }),
      service('ledger', 8080),
    )}`,
    show: 'deployments.apps|default/ledger',
  },
  {
    id: 'daemon',
    topic: 'scheduling',
    level: 1,
    title: { ko: '노드마다 하나씩', en: 'One on every node' },
    summary: {
      ko: 'DaemonSet이 노드 수만큼 Pod를 만들고, 각 Pod는 정해진 노드 하나에만 갑니다.',
      en: 'A DaemonSet makes a pod for each node, and each pod can go to that one node only.',
    },
    watch: {
      ko: '결정 패널: NodeAffinity가 이름이 다른 노드를 모두 걸러 냅니다.',
      en: 'The decision panel: NodeAffinity turns down every node of another name.',
    },
    text: daemonSet('agent', 'registry.k8s.io/pause:3.10'),
  },
];
