/** The support page as Markdown, in one language: plain tables, to be laid out by the formatter. */
import type { Bilingual, SupportedCommand, SupportedKind, SupportPage } from '../../run/support-page.ts';

export type Language = keyof Bilingual;

const TEXTS = {
  en: {
    title: 'What is served',
    lead: 'Release 1.35 of Kubernetes. This page is written by `npm run generate` from the registries of the program; the page of the app shows the same under **Support**.',
    other: '한국어: [support.ko.md](support.ko.md)',
    kinds: 'Kinds',
    kindsLead:
      'Every kind is validated, defaulted, stored, listed, watched and patched as upstream does it. Of a simulated kind something reads the objects and acts on them; of a stored kind nothing does.',
    kind: 'kind',
    version: 'apiVersion',
    verbs: 'verbs',
    subresources: 'subresources',
    behaviour: 'behaviour',
    actors: 'acted on by',
    limits: 'limits',
    simulated: 'simulated',
    stored: 'stored',
    all: 'all',
    allVerbs:
      '`all` is create, delete, deletecollection, get, list, patch, update and watch. A patch is JSON, merge, strategic merge or apply.',
    kubectl: 'kubectl in the terminal of the page',
    kubectlLead:
      'A stock kubectl or helm against `npm run serve` has all of its own commands. That of the page has these, and prints the same:',
    command: 'command',
    parts: 'commands beneath it',
    refused: 'Refused, with what is said instead:',
    reason: 'what it says',
    terminal: 'The terminal has besides:',
    shell: 'Commands in containers',
    shellLead: '`sh -c`, `command`, `args` and `kubectl exec` run in a small shell, with these commands:',
    pretended: 'Taken to have done their work, which the log of the container says:',
    deviations: 'Deliberate deviations',
    subject: 'what',
    here: 'here',
    why: 'why',
  },
  ko: {
    title: '지원 범위',
    lead: 'Kubernetes 1.35 릴리스를 기준으로 합니다. 이 문서는 `npm run generate`가 프로그램의 레지스트리에서 생성하며, 앱의 **지원 범위** 화면도 같은 내용을 보여 줍니다.',
    other: 'English: [support.md](support.md)',
    kinds: '종류',
    kindsLead:
      '모든 종류는 업스트림과 같이 검증, 기본값 적용, 저장, 목록 조회, 감시, 패치됩니다. 동작하는 종류는 오브젝트를 읽고 행동하는 구성 요소가 있으며, 저장만 되는 종류는 없습니다.',
    kind: '종류',
    version: 'apiVersion',
    verbs: '동사',
    subresources: '하위 리소스',
    behaviour: '동작',
    actors: '동작 주체',
    limits: '한계',
    simulated: '동작',
    stored: '저장',
    all: '전체',
    allVerbs:
      '`전체`는 create, delete, deletecollection, get, list, patch, update, watch입니다. 패치는 JSON, merge, strategic merge, apply를 지원합니다.',
    kubectl: '화면 터미널의 kubectl',
    kubectlLead:
      '`npm run serve`에 연결한 실제 kubectl과 helm은 자신의 모든 명령을 사용합니다. 화면의 kubectl에는 다음 명령이 있으며 출력도 같습니다.',
    command: '명령',
    parts: '하위 명령',
    refused: '거부하는 명령과 그 메시지:',
    reason: '메시지',
    terminal: '터미널에만 있는 명령:',
    shell: '컨테이너 안의 명령',
    shellLead: '`sh -c`, `command`, `args`, `kubectl exec`는 작은 셸에서 실행되며 다음 명령이 있습니다.',
    pretended: '할 일을 마친 것으로 치며 컨테이너 로그에 남기는 명령:',
    deviations: '의도한 차이',
    subject: '대상',
    here: '여기서는',
    why: '이유',
  },
} as const;

const cell = (text: string): string => text.replaceAll('|', '\\|');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' ');

export function markdownOf(page: SupportPage, language: Language): string {
  const text = TEXTS[language];
  const rowOf = ({ kind, apiVersion, verbs, subresources, support, actors, limits }: SupportedKind): string[] => [
    kind,
    apiVersion,
    verbs.length === 8 ? text.all : verbs.join(', '),
    subresources.join(', '),
    text[support],
    actors.join(', '),
    limits?.[language] ?? '',
  ];
  const served = page.kubectl.filter(({ refusal }) => refusal === undefined);
  const refused = page.kubectl.filter(({ refusal }) => refusal !== undefined);
  const namesOf = ({ name, parts }: SupportedCommand): string[] => [`\`${name}\``, codes(parts)];
  return `${[
    `# ${text.title}`,
    text.lead,
    text.other,
    `## ${text.kinds}`,
    text.kindsLead,
    table(
      [text.kind, text.version, text.verbs, text.subresources, text.behaviour, text.actors, text.limits],
      page.kinds.map(rowOf),
    ),
    text.allVerbs,
    `## ${text.kubectl}`,
    text.kubectlLead,
    table([text.command, text.parts], served.map(namesOf)),
    ...(refused.length > 0
      ? [
          text.refused,
          table(
            [text.command, text.reason],
            refused.map(({ name, refusal = '' }) => [`\`${name}\``, refusal]),
          ),
        ]
      : []),
    text.terminal,
    codes(page.terminal),
    `## ${text.shell}`,
    text.shellLead,
    codes(page.shell),
    text.pretended,
    codes(page.pretended),
    `## ${text.deviations}`,
    table(
      [text.subject, text.here, text.why],
      page.deviations.map(({ subject, here, why }) => [subject[language], here[language], why[language]]),
    ),
  ].join('\n\n')}\n`;
}
