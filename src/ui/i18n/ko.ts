/** 한국어 문장. 열쇠는 영어와 같다. */
import { chartsKo } from './charts-ko.ts';
import { checksKo } from './checks-ko.ts';
import { clientsKo } from './clients-ko.ts';
import { editorKo } from './editor-ko.ts';
import { explainKo } from './explain-ko.ts';
import { schedulerKo } from './scheduler-ko.ts';
import { picturesKo } from './pictures-ko.ts';
import { shellKo } from './shell-ko.ts';
import { stageKo } from './stage-ko.ts';
import { supportKo } from './support-ko.ts';
import type { Texts } from './texts.ts';

export const ko: Texts = {
  ...chartsKo,
  ...checksKo,
  ...clientsKo,
  ...editorKo,
  ...explainKo,
  ...schedulerKo,
  ...picturesKo,
  ...shellKo,
  ...stageKo,
  ...supportKo,
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
    client: 'kubectl',
    'client/dashboard': '대시보드',
    'client/pipeline': '파이프라인',
    internet: '인터넷',
    registry: '레지스트리',
  },
};
