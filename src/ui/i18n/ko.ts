/** 한국어 문장. 열쇠는 영어와 같다. */
import type { Texts } from './texts.ts';

export const ko: Texts = {
  app: { title: 'Pilothouse', skip: '무대로 건너뛰기', language: 'English', theme: '어둡게 또는 밝게', share: '공유', booting: '클러스터를 시작하는 중', narration: '일어난 일' },
  tabs: { editor: '편집기', scenarios: '시나리오', cluster: '클러스터', inspector: '살펴보기', decision: '결정', request: '요청', why: '왜?', stage: '무대' },
  run: {
    label: '실행 조작', play: '재생', pause: '일시 정지', stepEvent: '이벤트', stepDecision: '결정', stepTick: '틱', back: '뒤로', forward: '앞으로', unit: '단계 단위',
    speed: '속도', clock: '가상 시각', position: '실행 위치', past: '과거에 있습니다. 여기서 바꾸면 뒤의 명령 {{commands}}개가 버려집니다.', settled: '안정됨',
  },
  stage: {
    azure: 'Azure가 운영', yours: '요금을 내는 부분', client: '나', services: 'Service', nodes: '노드', pods: 'Pod {{count}}개', ready: '준비됨', notReady: '준비 안 됨', empty: '아직 합류한 노드가 없습니다. 가상 머신이 부팅 중입니다.',
    legend: '범례', search: '이름, 레이블, 상태로 거르기', namespace: '네임스페이스', all: '전체', requested: '요청', used: '사용', noMatch: '조건에 맞는 것이 없습니다.', clear: '거르기 해제', waiting: '노드를 기다리는 Pod {{count}}개', noneWaiting: '노드를 기다리는 Pod 없음', errorsOnly: '문제만',
  },
  packet: { request: 'API 요청', response: '응답', watch: 'Watch 전달', probe: '프로브', dns: 'DNS 질의', traffic: 'Service 트래픽', pull: '이미지 풀' },
  component: {
    'kube-apiserver': 'API 서버', etcd: 'etcd', 'kube-scheduler': '스케줄러', 'kube-controller-manager': '컨트롤러 관리자', 'cloud-controller-manager': '클라우드 컨트롤러', client: '나', internet: '인터넷', registry: '레지스트리',
  },
  editor: {
    apply: '적용', delete: '삭제', diff: '비교', loading: '편집기를 불러오는 중', problems: '문제 {{count}}개', clean: '문제 없음', applied: '적용됨: {{list}}', nothing: '적용할 것이 없습니다',
    created: '생성됨', configured: '변경됨', unchanged: '그대로', deleted: '삭제됨', error: '거절됨', hint: 'Ctrl+M을 누르면 Tab으로 편집기를 나갈 수 있습니다.', noDiff: '적용해도 바뀌는 것이 없습니다.', line: '{{line}}행', close: '닫기',
  },
  gallery: { title: '시나리오', open: '열기', intro: '편집기에 열립니다. 거기서 적용을 누르세요.' },
  cluster: { title: '클러스터', intro: '바꾸면 처음부터 새로 실행합니다.', seed: '시드', pool: '노드 풀', count: '노드 수', size: 'VM 크기', zones: '가용성 영역', version: 'Kubernetes 버전', maxPods: '노드당 Pod', start: '새로 실행', addPool: '노드 풀 추가', removePool: '제거', confirm: '명령 {{commands}}개의 지금 실행이 끝납니다. 새로 시작할까요?', cancel: '취소' },
  inspector: { empty: '무대에서 무엇이든 고르면 그것이 무엇이고, 어떻게 살아가며, 왜 그런지 보입니다.', conditions: '조건', events: '이벤트', life: '생애', yaml: 'YAML', related: '관련', none: '없음', since: '{{time}}부터', why: '왜?', loading: '찾는 중' },
  decision: {
    empty: 'Pod나 아래 시도를 고르면 노드를 어떻게 찾았는지 보입니다.', attempts: '시도', nodes: '노드', total: '합계', verdict: '판정', passes: '통과', chosen: '선택됨', step: '플러그인 {{index}}/{{count}}: {{name}}', previous: '이전 플러그인', next: '다음 플러그인', all: '모든 플러그인',
    arithmetic: '계산', raw: '원점수', normalized: '정규화', weighted: '가중', weight: '가중치 {{weight}}', pick: '칸을 고르면 계산이 보입니다.', notScored: '맞는 노드가 하나라 점수를 매기지 않았습니다.', tied: '합계가 같은 노드가 {{count}}개라 시드가 하나를 뽑았습니다.', node: '노드',
  },
  request: { title: '요청 보내기', source: '보내는 Pod', url: '주소', once: '한 번 보내기', rate: '1초마다', stop: '중지', empty: '실행 중인 Pod가 없습니다. 먼저 시나리오를 적용하세요.', results: '요청', none: '아직 보낸 것이 없습니다.', chosen: '규칙 {{chain}}: {{count}}개 가운데 {{address}}', rejected: '엔드포인트 없음: 거절', dropped: '로컬 엔드포인트 없음: 버림' },
  events: { title: '이벤트', table: '표', filter: '이벤트 거르기', errorsOnly: '문제만', empty: '아직 일어난 일이 없습니다. 재생을 누르세요.', kind: '종류', name: '이름', status: '상태', age: '나이', omitted: '이 속도에서 이벤트 {{count}}개는 싣지 않았습니다.' },
  why: { title: '왜?', empty: '이벤트나 개체를 고르면 원인을 거슬러 올라갑니다.', root: '여기서 시작되었습니다.' },
  share: { title: '이 실행 공유', link: '링크', copy: '복사', copied: '복사됨', long: '긴 링크입니다. 1,800자가 넘으면 줄이는 프로그램이 있습니다.', tooLong: '링크로 보내기에는 너무 깁니다. 파일로 저장하세요.', file: '파일로 저장', contains: '시드, 옵션, 텍스트 {{files}}개, 명령 {{commands}}개가 들어 있습니다.', opened: '공유된 실행', openedText: '노드 {{nodes}}개에 명령 {{commands}}개가 있고, 재생을 누르면 시작합니다.', play: '재생', close: '닫기', embed: 'Pilothouse에서 열기' },
  fault: { title: '문제가 생겼습니다', restart: '마지막 상태에서 다시 시작', dismiss: '닫기', storage: '브라우저가 이 페이지의 데이터를 저장하지 않습니다. 새로 고치면 실행을 잃으니 파일로 저장하세요.', fork: '미래를 버릴까요?', forkText: '여기서 바꾸면 뒤의 명령 {{commands}}개가 버려집니다.', forkConfirm: '버리고 계속', cancel: '취소' },
  narrate: {
    command: '나: {{title}}', document: '텍스트의 문서 {{index}}', request: '{{from}}: {{line}} → {{code}}', write: 'etcd가 리비전 {{revision}}에 {{key}} 기록', watch: 'API 서버가 {{to}}에 알림: {{event}} {{name}}', reconcile: '{{component}}: {{key}} 확인', event: '{{reason}}: {{message}}', transition: '{{instance}}: {{from}} → {{to}}', scheduled: '스케줄러가 {{name}}에 {{node}} 선택', unschedulable: '스케줄러가 {{name}}의 노드를 찾지 못함: {{message}}', queue: '{{name}} → {{queue}} 큐: {{because}}', pull: '{{node}}: {{image}} 풀 {{outcome}}', start: '{{name}}의 컨테이너 {{container}} 시작', exit: '{{name}}의 컨테이너 {{container}} 종료 코드 {{code}}', probe: '{{name}}의 {{probe}} 프로브: {{result}}', log: '{{name}}: {{line}}', proxy: '{{component}}: 규칙 {{services}}개 기록', dns: 'CoreDNS가 아는 Service {{names}}개', address: '{{name}} 주소 {{address}}', query: '{{name}}의 질의 {{question}} {{type}}: {{answer}}', choose: '{{node}}의 프록시: {{service}} → {{chosen}}', hop: '{{from}} → {{to}}', done: '{{url}}: {{outcome}}', node: '{{name}}: {{what}}', limit: '한도 도달: {{what}} ({{limit}})', compact: 'etcd가 리비전 {{revision}}까지 정리',
  },
};
