/** 한국어 문장. 열쇠는 영어와 같다. */
import { explainKo } from './explain-ko.ts';
import { shellKo } from './shell-ko.ts';
import { stageKo } from './stage-ko.ts';
import type { Texts } from './texts.ts';

export const ko: Texts = {
  ...explainKo,
  ...shellKo,
  ...stageKo,
  packet: {
    request: 'API 요청',
    response: '응답',
    watch: 'Watch 전달',
    probe: '프로브',
    dns: 'DNS 질의',
    traffic: 'Service 트래픽',
    pull: '이미지 풀',
  },
  component: {
    'kube-apiserver': 'API 서버',
    etcd: 'etcd',
    'kube-scheduler': '스케줄러',
    'kube-controller-manager': '컨트롤러 관리자',
    'cloud-controller-manager': '클라우드 컨트롤러',
    client: '나',
    internet: '인터넷',
    registry: '레지스트리',
  },
  editor: {
    apply: '적용',
    delete: '삭제',
    diff: '비교',
    loading: '편집기를 불러오는 중',
    problems: '문제 {{count}}개',
    clean: '문제 없음',
    applied: '적용됨: {{list}}',
    nothing: '적용할 것이 없습니다',
    created: '생성됨',
    configured: '변경됨',
    unchanged: '그대로',
    deleted: '삭제됨',
    error: '거절됨',
    hint: 'Ctrl+M을 누르면 Tab으로 편집기를 나갈 수 있습니다.',
    noDiff: '적용해도 바뀌는 것이 없습니다.',
    line: '{{line}}행',
    close: '닫기',
  },
  gallery: { title: '시나리오', open: '열기', intro: '편집기에 열립니다. 거기서 적용을 누르세요.' },
};
