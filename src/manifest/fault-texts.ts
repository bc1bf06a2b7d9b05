/**
 * All faults of texts, in both languages. A fault carries its code, the values and the English text; `faultText` words it
 * in another language. Texts of the API server (`{{reason}}`) stay as the server has them. No imports: the page reads this
 * file without the parser.
 */

const ENGLISH = {
  'yaml.syntax': 'YAML: {{reason}}',
  'yaml.tab': 'YAML is indented with spaces; replace the tab.',
  'yaml.indent': 'The indentation fits no level above. Line it up with the other keys of its level.',
  'yaml.duplicateKey': 'The key {{key}} is written twice; the last one counts. Remove one.',
  'manifest.limitBytes': 'The text is longer than {{limit}} bytes; split it into several files.',
  'manifest.limitDocuments': 'The text has more than {{limit}} documents; split it into several files.',
  'manifest.limitAliases': 'The document uses aliases more than {{limit}} times; write the values out.',
  'manifest.limitFaults': 'There are more than {{limit}} problems; the rest is not shown. Mend these first.',
  'manifest.notAMapping': 'A manifest is a mapping with apiVersion, kind and metadata.',
  'manifest.noApiVersion': 'apiVersion is missing. Add it, for example "apiVersion: {{suggestion}}".',
  'manifest.noKind': 'kind is missing. Add it, for example "kind: Deployment".',
  'manifest.noName': 'metadata.name is missing. Give the object a name.',
  'manifest.unknownKind': 'no matches for kind "{{kind}}" in version "{{apiVersion}}"',
  'manifest.unknownKindNear':
    'no matches for kind "{{kind}}" in version "{{apiVersion}}"; did you mean {{suggestion}}?',
  'manifest.unknownVersion': 'no matches for kind "{{kind}}" in version "{{apiVersion}}"; did you mean {{suggestion}}?',
  'manifest.unknownField': 'unknown field "{{path}}"',
  'manifest.unknownFieldNear': 'unknown field "{{path}}"; did you mean {{suggestion}}?',
  'manifest.wrongType': '{{reason}}',
  'manifest.needsQuotes': '{{reason}}. YAML reads {{text}} as no text; write it in quotes: "{{text}}".',
  'manifest.rule': '{{field}}: {{reason}}',
  'manifest.server': '{{reason}}',
  'manifest.duplicateObject': '{{kind}} {{name}} stands in the text twice; the later one wins. Rename or remove one.',
  'manifest.storedOnly': '{{kind}} is checked, stored and shown, but nothing acts on it in this version.',
  'manifest.noNamespace': 'There is no namespace {{namespace}}. Add a Namespace to the text, before this object.',
  'manifest.noReference':
    'There is no {{kind}} {{name}}; the containers will wait for it. Add it, or correct the name.',
  'manifest.noKey':
    '{{kind}} {{name}} has no key {{key}}; the containers will wait for it. Add the key, or correct it.',
  'manifest.noAccount': 'There is no ServiceAccount {{name}}; pods will be refused. Add it, or correct the name.',
  'manifest.noClaim':
    'There is no PersistentVolumeClaim {{name}}; the pod will stay Pending. Add it, or correct the name.',
  'manifest.noPriorityClass': 'There is no PriorityClass {{name}}; pods will be refused. Add it, or correct the name.',
  'manifest.selectsNothing':
    'No pod has the labels {{selector}}: the Service will have no endpoints. Compare with the labels of the pod template.',
  'manifest.budgetSelectsNothing': 'No pod has the labels {{selector}}: the budget protects nothing.',
  'manifest.noTargetPort':
    'No container names a port {{port}}; the Service will have no endpoints for it. Known: {{known}}.',
  'manifest.undeclaredTargetPort':
    'No container declares port {{port}}. It works if the program listens there; declared are {{known}}.',
  'manifest.undeclaredProbePort': 'The container names no port {{port}}, so the probe cannot run. Known: {{known}}.',
  'manifest.noTag': 'The image {{image}} has no tag: latest is meant, which changes over time. Name a version.',
  'manifest.latestTag': 'The tag latest of {{image}} changes over time. Name a version.',
  'manifest.tooLarge':
    'No node can give {{requested}} {{resource}} to one pod: the largest has {{largest}} to give. Request less, or use larger nodes.',
  'manifest.noScaleTarget': 'There is no {{kind}} {{name}} to scale. Add it, or correct scaleTargetRef.',
  'manifest.noRequestToScale':
    '{{kind}} {{name}} requests no {{resource}}, so its share of use cannot be worked out. Set resources.requests.{{resource}}.',
  'manifest.noBackend': 'There is no Service {{name}}; the route leads nowhere. Add it, or correct the name.',
  'scheduler.documents': 'One document is expected, and there are {{count}}. Keep one KubeSchedulerConfiguration.',
  'scheduler.unsupported': '{{value}} is not a value of {{field}}. Write one of {{known}}.',
  'scheduler.noPlugin': 'There is no plugin {{name}}. Plugins of this release: {{known}}.',
  'scheduler.noPluginNear': 'There is no plugin {{name}}; did you mean {{suggestion}}?',
  'scheduler.required': '{{field}} is missing. {{reason}}',
  'scheduler.duplicate': '{{value}} stands here twice. Remove one.',
  'scheduler.range': '{{field}} is {{value}}, which is outside {{range}}. Write a number inside.',
  'scheduler.invalid': '{{field}}: {{reason}}',
  'scheduler.noProfile':
    '{{count}} pods name the scheduler {{name}}, and no profile has that name: they will stay Pending. Add a profile "schedulerName: {{name}}".',
} as const;

export type FaultCode = keyof typeof ENGLISH;

const KOREAN: Readonly<Record<FaultCode, string>> = {
  'yaml.syntax': 'YAML 문법 오류: {{reason}}',
  'yaml.tab': 'YAML은 공백으로 들여씁니다. 탭을 공백으로 바꾸세요.',
  'yaml.indent': '들여쓰기가 위의 어느 단계와도 맞지 않습니다. 같은 단계의 키와 줄을 맞추세요.',
  'yaml.duplicateKey': '{{key}} 키가 두 번 있습니다. 마지막 값만 쓰이니 하나를 지우세요.',
  'manifest.limitBytes': '텍스트가 {{limit}}바이트를 넘습니다. 여러 파일로 나누세요.',
  'manifest.limitDocuments': '문서가 {{limit}}개를 넘습니다. 여러 파일로 나누세요.',
  'manifest.limitAliases': '별칭이 {{limit}}번 넘게 쓰였습니다. 값을 직접 적으세요.',
  'manifest.limitFaults': '문제가 {{limit}}개를 넘어 나머지는 보이지 않습니다. 먼저 이것부터 고치세요.',
  'manifest.notAMapping': '매니페스트는 apiVersion, kind, metadata가 있는 매핑이어야 합니다.',
  'manifest.noApiVersion': 'apiVersion이 없습니다. 예를 들어 "apiVersion: {{suggestion}}"을 추가하세요.',
  'manifest.noKind': 'kind가 없습니다. 예를 들어 "kind: Deployment"를 추가하세요.',
  'manifest.noName': 'metadata.name이 없습니다. 오브젝트에 이름을 지어 주세요.',
  'manifest.unknownKind': '버전 "{{apiVersion}}"에는 "{{kind}}"라는 kind가 없습니다.',
  'manifest.unknownKindNear': '버전 "{{apiVersion}}"에는 "{{kind}}"라는 kind가 없습니다. {{suggestion}} 아닌가요?',
  'manifest.unknownVersion': '버전 "{{apiVersion}}"에는 "{{kind}}"가 없습니다. {{suggestion}} 아닌가요?',
  'manifest.unknownField': '알 수 없는 필드 "{{path}}"',
  'manifest.unknownFieldNear': '알 수 없는 필드 "{{path}}". {{suggestion}} 아닌가요?',
  'manifest.wrongType': '{{reason}}',
  'manifest.needsQuotes': '{{reason}}. YAML은 {{text}}을(를) 문자열로 읽지 않습니다. 따옴표로 감싸세요: "{{text}}"',
  'manifest.rule': '{{field}}: {{reason}}',
  'manifest.server': '{{reason}}',
  'manifest.duplicateObject':
    '{{kind}} {{name}}이(가) 텍스트에 두 번 있습니다. 뒤의 것이 적용되니 이름을 바꾸거나 하나를 지우세요.',
  'manifest.storedOnly':
    '{{kind}}은(는) 검사하고 저장해 보여 주지만, 이 버전에서는 아무것도 이에 따라 움직이지 않습니다.',
  'manifest.noNamespace': '네임스페이스 {{namespace}}이(가) 없습니다. 이 오브젝트 앞에 Namespace를 추가하세요.',
  'manifest.noReference': '{{kind}} {{name}}이(가) 없어 컨테이너가 기다리게 됩니다. 추가하거나 이름을 고치세요.',
  'manifest.noKey': '{{kind}} {{name}}에 {{key}} 키가 없어 컨테이너가 기다리게 됩니다. 키를 추가하거나 고치세요.',
  'manifest.noAccount': 'ServiceAccount {{name}}이(가) 없어 Pod가 거절됩니다. 추가하거나 이름을 고치세요.',
  'manifest.noClaim': 'PersistentVolumeClaim {{name}}이(가) 없어 Pod가 Pending에 머뭅니다. 추가하거나 이름을 고치세요.',
  'manifest.noPriorityClass': 'PriorityClass {{name}}이(가) 없어 Pod가 거절됩니다. 추가하거나 이름을 고치세요.',
  'manifest.selectsNothing':
    '레이블 {{selector}}을(를) 가진 Pod가 없어 Service에 엔드포인트가 없게 됩니다. Pod 템플릿의 레이블과 비교하세요.',
  'manifest.budgetSelectsNothing': '레이블 {{selector}}을(를) 가진 Pod가 없어 이 예산은 아무것도 지키지 않습니다.',
  'manifest.noTargetPort':
    '{{port}}라는 포트를 가진 컨테이너가 없어 Service의 엔드포인트가 없게 됩니다. 있는 이름: {{known}}.',
  'manifest.undeclaredTargetPort':
    '포트 {{port}}을(를) 선언한 컨테이너가 없습니다. 프로그램이 그 포트에서 기다린다면 동작합니다. 선언된 포트: {{known}}.',
  'manifest.undeclaredProbePort':
    '컨테이너에 {{port}}라는 포트가 없어 프로브를 실행할 수 없습니다. 있는 이름: {{known}}.',
  'manifest.noTag': '이미지 {{image}}에 태그가 없습니다. latest로 읽히며 시간이 지나면 바뀝니다. 버전을 적으세요.',
  'manifest.latestTag': '{{image}}의 latest 태그는 시간이 지나면 바뀝니다. 버전을 적으세요.',
  'manifest.tooLarge':
    '어느 노드도 Pod 하나에 {{resource}} {{requested}}을(를) 줄 수 없습니다. 가장 큰 노드도 {{largest}}까지입니다. 요청을 줄이거나 더 큰 노드를 쓰세요.',
  'manifest.noScaleTarget': '스케일할 {{kind}} {{name}}이(가) 없습니다. 추가하거나 scaleTargetRef를 고치세요.',
  'manifest.noRequestToScale':
    '{{kind}} {{name}}이(가) {{resource}}을(를) 요청하지 않아 사용률을 계산할 수 없습니다. resources.requests.{{resource}}를 정하세요.',
  'manifest.noBackend': 'Service {{name}}이(가) 없어 이 경로는 갈 곳이 없습니다. 추가하거나 이름을 고치세요.',
  'scheduler.documents': '문서는 하나여야 하는데 {{count}}개입니다. KubeSchedulerConfiguration 하나만 남기세요.',
  'scheduler.unsupported': '{{field}}에는 {{value}}을(를) 쓸 수 없습니다. {{known}} 중 하나를 쓰세요.',
  'scheduler.noPlugin': '{{name}} 플러그인은 없습니다. 이 릴리스의 플러그인: {{known}}.',
  'scheduler.noPluginNear': '{{name}} 플러그인은 없습니다. {{suggestion}} 아닌가요?',
  'scheduler.required': '{{field}}이(가) 빠졌습니다. {{reason}}',
  'scheduler.duplicate': '{{value}}이(가) 두 번 있습니다. 하나를 지우세요.',
  'scheduler.range': '{{field}}의 {{value}}은(는) 범위 {{range}}를 벗어납니다. 범위 안의 수를 쓰세요.',
  'scheduler.invalid': '{{field}}: {{reason}}',
  'scheduler.noProfile':
    'Pod {{count}}개가 스케줄러 {{name}}을(를) 지정했지만 그 이름의 프로필이 없어 Pending에 머뭅니다. "schedulerName: {{name}}" 프로필을 추가하세요.',
};

export type FaultLanguage = 'en' | 'ko';

export type FaultValues = Readonly<Record<string, string | number>>;

const TEXTS: Readonly<Record<FaultLanguage, Readonly<Record<FaultCode, string>>>> = { en: ENGLISH, ko: KOREAN };

export const FAULT_CODES = Object.keys(ENGLISH) as readonly FaultCode[];

/** The names of a code's values, as its English text uses them. */
export function valuesOf(code: FaultCode, language: FaultLanguage = 'en'): readonly string[] {
  return [...new Set([...TEXTS[language][code].matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!))];
}

export function wordFault(code: FaultCode, values: FaultValues, language: FaultLanguage = 'en'): string {
  return TEXTS[language][code].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** A fault in a language; its own message where the code is not one of these. */
export function faultText(
  fault: { readonly code: string; readonly message: string; readonly values?: FaultValues },
  language: FaultLanguage,
): string {
  return Object.hasOwn(ENGLISH, fault.code)
    ? wordFault(fault.code as FaultCode, fault.values ?? {}, language)
    : fault.message;
}
