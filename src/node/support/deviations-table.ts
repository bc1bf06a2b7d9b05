/** Where the simulation does deliberately other than an upstream cluster with its default flags, and why. */
import type { Deviation } from '../../run/support-page.ts';

export const DEVIATIONS: readonly Deviation[] = [
  {
    id: 'anonymous',
    subject: { en: 'Requests without credentials', ko: '자격 증명 없는 요청' },
    here: {
      en: 'Refused with 401. The plain preset takes them as system:anonymous, as upstream does by default.',
      ko: '401로 거부합니다. plain 프리셋은 업스트림의 기본값대로 system:anonymous로 처리합니다.',
    },
    why: { en: 'AKS turns anonymous authentication off.', ko: 'AKS는 익명 인증을 끕니다.' },
  },
  {
    id: 'addons',
    subject: { en: 'What a new cluster holds', ko: '새 클러스터에 있는 것' },
    here: {
      en: 'Azure storage classes and drivers, the cloud controller, metrics-server and the agents of Azure in kube-system. The plain preset has none of them.',
      ko: 'Azure 스토리지 클래스와 드라이버, 클라우드 컨트롤러, metrics-server, kube-system의 Azure 에이전트가 있습니다. plain 프리셋에는 없습니다.',
    },
    why: { en: 'So does AKS.', ko: 'AKS도 같습니다.' },
  },
  {
    id: 'programs',
    subject: { en: 'Programs in containers', ko: '컨테이너의 프로그램' },
    here: {
      en: 'Images are not pulled from anywhere: their programs are scripted, and a shell of our own runs commands in virtual time.',
      ko: '이미지를 실제로 가져오지 않습니다. 프로그램은 각본대로 동작하고, 명령은 자체 셸이 가상 시간에 실행합니다.',
    },
    why: {
      en: 'A run must be the same every time, and nothing foreign runs in your browser.',
      ko: '실행할 때마다 결과가 같아야 하고, 브라우저에서 외부 코드가 실행되지 않아야 합니다.',
    },
  },
  {
    id: 'time',
    subject: { en: 'Time and chance', ko: '시간과 우연' },
    here: {
      en: 'Time is virtual, in whole milliseconds; uids, name suffixes and delays come from the seed.',
      ko: '시간은 밀리초 단위의 가상 시간이며, uid, 이름 접미사, 지연은 시드에서 나옵니다.',
    },
    why: {
      en: 'So that a run can be rewound, forked and shared.',
      ko: '실행을 되감고, 갈라 보고, 공유하기 위해서입니다.',
    },
  },
  {
    id: 'control-plane',
    subject: { en: 'Control plane', ko: '컨트롤 플레인' },
    here: {
      en: 'One API server and one member of etcd; the scheduler and the managers run once, without electing a leader.',
      ko: 'API 서버와 etcd 멤버가 하나씩이며, 스케줄러와 매니저도 리더 선출 없이 하나씩 실행됩니다.',
    },
    why: {
      en: 'Azure runs the control plane and keeps its replicas out of sight.',
      ko: '컨트롤 플레인은 Azure가 운영하며 복제본은 보이지 않습니다.',
    },
  },
  {
    id: 'tokens',
    subject: { en: 'Tokens of service accounts', ko: '서비스 어카운트 토큰' },
    here: {
      en: 'Real JWTs with upstream’s claims, expiry and binding, but signed with a key that follows from the seed (HS256).',
      ko: '클레임, 만료, 바인딩은 업스트림과 같은 실제 JWT이지만, 시드에서 나온 키로 서명합니다(HS256).',
    },
    why: { en: 'The same run must give the same token.', ko: '같은 실행은 같은 토큰을 내야 합니다.' },
  },
  {
    id: 'admission',
    subject: { en: 'Admission', ko: '어드미션' },
    here: {
      en: 'The built-in plugins for limits, quotas, priorities, service accounts, tolerations, runtime classes, storage, Pod Security and what nodes may write run. Webhooks and policies do not.',
      ko: '한도, 쿼터, 우선순위, 서비스 어카운트, 톨러레이션, 런타임 클래스, 스토리지, Pod Security, 노드의 쓰기 제한을 다루는 내장 플러그인이 동작합니다. 웹훅과 정책은 동작하지 않습니다.',
    },
    why: {
      en: 'They call programs or evaluate expressions that have no place in the simulation yet.',
      ko: '아직 시뮬레이션에 없는 프로그램 호출과 식 평가가 필요합니다.',
    },
  },
  {
    id: 'rates',
    subject: { en: 'Rate limits of controllers', ko: '컨트롤러의 요청 제한' },
    here: {
      en: 'Each controller has the limit of its manager for itself. Upstream shares one among all.',
      ko: '컨트롤러마다 매니저의 한도를 따로 가집니다. 업스트림은 하나를 나눠 씁니다.',
    },
    why: {
      en: 'So that what one controller does never moves another’s times by chance.',
      ko: '한 컨트롤러의 일이 다른 컨트롤러의 시각을 우연히 바꾸지 않게 하기 위해서입니다.',
    },
  },
  {
    id: 'addresses',
    subject: { en: 'Addresses', ko: '주소' },
    here: { en: 'IPv4 only.', ko: 'IPv4만 사용합니다.' },
    why: {
      en: 'A cluster of AKS is single-stack IPv4 unless asked otherwise.',
      ko: 'AKS 클러스터는 따로 지정하지 않으면 IPv4 단일 스택입니다.',
    },
  },
  {
    id: 'eviction',
    subject: { en: 'Eviction by the kubelet', ko: 'kubelet의 축출' },
    here: {
      en: 'By memory, disk space and process ids, at the hard thresholds of AKS. Not by inodes, and not at soft thresholds.',
      ko: '메모리, 디스크 공간, 프로세스 수를 AKS의 하드 임계값으로 판단합니다. inode와 소프트 임계값은 다루지 않습니다.',
    },
    why: {
      en: 'AKS sets no soft thresholds, and scripted programs use no inodes.',
      ko: 'AKS는 소프트 임계값을 설정하지 않으며, 각본 프로그램은 inode를 쓰지 않습니다.',
    },
  },
  {
    id: 'crash-loop',
    subject: { en: 'The wait of a container that keeps crashing', ko: '계속 중단되는 컨테이너의 대기' },
    here: {
      en: 'CrashLoopBackOff shows one second after the end, and the restart comes exactly when its 10, 20, 40 ... 300 seconds are over.',
      ko: '종료 1초 뒤에 CrashLoopBackOff가 표시되고, 10, 20, 40 ... 300초가 지나면 정확히 그때 다시 시작합니다.',
    },
    why: {
      en: 'A kubelet looks again later by chance, by up to half of the wait, and shows Error until then: that hides the rule that is to be seen.',
      ko: '실제 kubelet은 대기 시간의 절반까지 무작위로 늦게 다시 확인하고 그때까지 Error를 표시합니다. 그러면 보여 주려는 규칙이 가려집니다.',
    },
  },
  {
    id: 'custom-metrics',
    subject: { en: 'Custom metrics', ko: '사용자 지정 메트릭' },
    here: {
      en: 'prometheus-adapter scrapes every 15 seconds whatever answers over HTTP, without a Prometheus, and has the same rules whatever its ConfigMap says: http_requests_per_second, queue_messages_ready and queue_messages_unacked of pods, Services and namespaces.',
      ko: 'prometheus-adapter는 Prometheus 없이 HTTP로 응답하는 모든 프로그램을 15초마다 수집하며, ConfigMap의 내용과 관계없이 규칙이 같습니다. Pod, Service, 네임스페이스의 http_requests_per_second, queue_messages_ready, queue_messages_unacked를 제공합니다.',
    },
    why: {
      en: 'Scripted programs count nothing else, and a database of series would tell nothing more.',
      ko: '각본 프로그램이 세는 것은 이것뿐이고, 시계열 데이터베이스가 있어도 더 알 수 있는 것이 없습니다.',
    },
  },
];
