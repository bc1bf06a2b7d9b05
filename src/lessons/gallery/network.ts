/** Services of every type, names, and what happens when a selector is wrong. */
import type { GalleryEntry } from './entry.ts';
import { deployment, lines, namespace, ports, readiness, service, together, visitor } from './manifests.ts';

const shop = (inNamespace?: string): string =>
  deployment('shop', 'pilothouse/web:1.0', {
    replicas: 2,
    ...(inNamespace ? { namespace: inNamespace } : {}),
    container: lines(ports(8080), readiness(8080)),
  });

export const NETWORK: readonly GalleryEntry[] = [
  {
    id: 'selector',
    topic: 'network',
    level: 1,
    title: { ko: '빗나간 selector', en: 'A selector that misses' },
    summary: {
      ko: 'Service의 selector가 Pod의 레이블과 달라 엔드포인트가 없고, 요청이 거절됩니다.',
      en: "The Service's selector differs from the pods' labels: no endpoints, and requests are refused.",
    },
    watch: {
      ko: '편집기의 경고와 고침 단추, 그리고 방문자의 요청이 끝나는 자리.',
      en: "The editor's warning and its mend, and where the visitor's requests end.",
    },
    text: together(shop(), service('shop', 8080, { selector: 'shoop' }), visitor('http://shop')),
  },
  {
    id: 'dns',
    topic: 'network',
    level: 2,
    title: { ko: '네임스페이스를 넘는 이름', en: 'Names across namespaces' },
    summary: {
      ko: 'front의 방문자는 http://shop으로는 닿지 못하고 http://shop.back으로는 닿습니다.',
      en: 'From front, http://shop leads nowhere, while http://shop.back does.',
    },
    watch: {
      ko: '요청 패널에서 두 주소를 보내고 검색 경로의 DNS 질의를 견주어 보세요.',
      en: 'Send both addresses from the request panel and compare the DNS queries of the search path.',
    },
    text: together(
      namespace('back'),
      namespace('front'),
      shop('back'),
      service('shop', 8080, { namespace: 'back' }),
      visitor('http://shop.back', 'front'),
    ),
  },
  {
    id: 'headless',
    topic: 'network',
    level: 2,
    title: { ko: '헤드리스 Service', en: 'A headless Service' },
    summary: {
      ko: '이름 하나가 가상 주소가 아니라 준비된 Pod들의 주소로 풀립니다.',
      en: 'One name resolves to the addresses of the ready pods instead of a virtual one.',
    },
    watch: {
      ko: '방문자의 DNS 답: 주소가 여럿이고 kube-proxy 규칙을 거치지 않습니다.',
      en: 'The DNS answers to the visitor: several addresses, and no rule of kube-proxy on the way.',
    },
    text: together(
      deployment('peers', 'pilothouse/web:1.0', { replicas: 3, container: lines(ports(8080), readiness(8080)) }),
      service('peers', 8080, { port: 8080, spec: 'clusterIP: None' }),
      visitor('http://peers:8080'),
    ),
  },
  {
    id: 'nodeport',
    topic: 'network',
    level: 2,
    title: { ko: '노드 포트로 들어오기', en: 'In through a node port' },
    summary: {
      ko: '노드의 주소와 같은 포트 하나로 Service의 Pod에 닿습니다.',
      en: 'An address of a node and one port lead to a pod of the Service.',
    },
    watch: {
      ko: 'Service의 nodePort와 각 노드의 kube-proxy 규칙.',
      en: "The Service's nodePort and the rules of kube-proxy on each node.",
    },
    text: together(
      shop(),
      service('shop', 8080, { spec: 'type: NodePort' }).replace(
        'targetPort: 8080\n',
        'targetPort: 8080\n      nodePort: 30080\n',
      ),
    ),
  },
  {
    id: 'loadbalancer',
    topic: 'network',
    level: 1,
    title: { ko: '공용 주소를 받는 Service', en: 'A Service with a public address' },
    summary: {
      ko: '클라우드 컨트롤러가 Azure에서 공용 주소를 받아 와 Service에 적습니다.',
      en: 'The cloud controller gets a public address from Azure and writes it into the Service.',
    },
    watch: {
      ko: 'pending이던 EXTERNAL-IP가 주소로 바뀌는 순간과 EnsuredLoadBalancer 이벤트.',
      en: 'The moment EXTERNAL-IP turns from pending to an address, and the event EnsuredLoadBalancer.',
    },
    text: together(
      deployment('hello', 'mcr.microsoft.com/azuredocs/aks-helloworld:v1', { replicas: 2, container: ports(80) }),
      service('hello', 80, { spec: 'type: LoadBalancer' }),
    ),
  },
];
