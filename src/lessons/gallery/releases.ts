/** A CI/CD pipeline at work: what it does when a release does not come up. */
import type { Command } from '../../run/types.ts';
import type { GalleryEntry } from './entry.ts';
import { deployment, lines, ports, readiness, service, together, visitor } from './manifests.ts';

const shop = (image: string, probedPort: number): string =>
  together(
    deployment('shop', image, {
      replicas: 3,
      spec: 'progressDeadlineSeconds: 45',
      container: lines(ports(80), readiness(probedPort)),
    }),
    service('shop', 80),
  );

const GOOD = shop('nginx:1.27', 80);
const BAD = `# Version 2 is probed at a port on which its server does not listen: no new pod becomes ready.\n${shop('nginx:1.28', 8080)}`;
const VISITOR = visitor('http://shop');

const release = (name: string, text: string): Command => ({
  verb: 'release',
  name,
  file: 'release.yaml',
  text,
  timeoutMs: 120_000,
  rollsBack: true,
  testUrl: 'http://shop',
});

export const RELEASES: readonly GalleryEntry[] = [
  {
    id: 'release',
    topic: 'rollout',
    level: 2,
    title: { ko: '실패해서 되돌린 배포', en: 'A release that fails and is rolled back' },
    summary: {
      ko: 'CI/CD 파이프라인이 버전 2를 내보내지만 새 Pod가 준비되지 않습니다. 진행 기한이 지나면 파이프라인이 버전 1로 되돌리고, 그것이 다시 도는지 확인합니다.',
      en: 'A CI/CD pipeline puts version 2 out, but its pods never become ready. When the progress deadline has passed, the pipeline puts version 1 back and waits until it runs again.',
    },
    watch: {
      ko: '파이프라인 탭의 단계와 파이프라인에서 API 서버로 가는 요청. 옛 Pod가 남아 있어 방문자의 요청은 하나도 실패하지 않습니다.',
      en: "The steps in the pipeline's tab and its requests to the API server. Old pods stay, so not one request of the visitor fails.",
    },
    text: BAD,
    story: {
      commands: [
        { at: 0, command: { verb: 'apply', file: 'visitor.yaml', text: VISITOR } },
        { at: 1_000, command: release('v1', GOOD) },
        { at: 60_000, command: release('v2', BAD) },
      ],
      time: 60_000,
      view: { selected: 'client/pipeline', right: 'inspector', drawer: 'pipeline', left: 'editor' },
    },
    goals: [
      {
        asks: { kind: 'released', release: 'v2', step: 'apply', outcome: 'succeeded' },
        text: { ko: '파이프라인이 버전 2를 적용합니다.', en: 'The pipeline applies version 2.' },
      },
      {
        asks: { kind: 'released', release: 'v2', step: 'rollout', outcome: 'failed' },
        text: {
          ko: '롤아웃이 진행 기한을 넘겨 실패합니다.',
          en: 'The rollout exceeds its progress deadline and fails.',
        },
      },
      {
        asks: { kind: 'released', release: 'v2', step: 'rollback', outcome: 'succeeded' },
        text: {
          ko: '버전 1이 되돌아와 다시 모두 준비됩니다.',
          en: 'Version 1 is put back, and all of it is ready again.',
        },
      },
    ],
  },
];
