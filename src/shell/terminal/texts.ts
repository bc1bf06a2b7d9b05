/** What the terminal says in words of its own, in the reader's language. What upstream says stays upstream's. */
export type Language = 'en' | 'ko';

/** What people type into a shell and can do here, by purpose. */
const HELP: Readonly<Record<Language, string>> = {
  en: `This is a shell on a machine outside the cluster. Every line is a command of the run: it can be rewound and shared.

  kubectl, k          the cluster: get, describe, apply, scale, rollout, logs, exec, explain, ...
  kubectl help        all commands of kubectl; kubectl VERB -h for one of them
  kubectl exec -it POD -- sh   a shell inside a container; exit or Ctrl+D leaves it
  | grep head tail wc sort uniq cut awk sed tr xargs
  watch [-n 2] CMD    runs a command again and again; Ctrl+C ends it
  ls, cat FILE        the files of the editor; > FILE writes one, which can be opened there
  alias k=kubectl     short names; history, clear, help

Time in the cluster goes on only while the run plays: what waits (-w, rollout status, logs -f) waits with it.
Names and addresses of the cluster mean something only inside it:
  kubectl run test --rm -i --image=busybox:1.36 --restart=Never -- wget -qO- http://web

First steps:  kubectl get nodes    kubectl get pods -A    kubectl explain pod.spec
`,
  ko: `클러스터 밖의 컴퓨터에서 도는 셸입니다. 입력한 줄은 모두 실행 기록의 명령이 되어, 되감고 공유할 수 있습니다.

  kubectl, k          클러스터: get, describe, apply, scale, rollout, logs, exec, explain 등
  kubectl help        kubectl의 모든 명령. 명령 하나는 kubectl 동사 -h
  kubectl exec -it 파드 -- sh   컨테이너 안의 셸. exit 또는 Ctrl+D로 나옵니다
  | grep head tail wc sort uniq cut awk sed tr xargs
  watch [-n 2] 명령   명령을 되풀이해 실행합니다. Ctrl+C로 끝냅니다
  ls, cat 파일        편집기의 파일. > 파일 로 쓴 파일은 편집기에서 열 수 있습니다
  alias k=kubectl     짧은 이름. history, clear, help

클러스터의 시간은 실행이 재생되는 동안에만 흐릅니다. 기다리는 명령(-w, rollout status, logs -f)도 그때 나아갑니다.
클러스터의 이름과 주소는 클러스터 안에서만 통합니다.
  kubectl run test --rm -i --image=busybox:1.36 --restart=Never -- wget -qO- http://web

첫걸음:  kubectl get nodes    kubectl get pods -A    kubectl explain pod.spec
`,
};

export const helpText = (language: Language): string => HELP[language];

/** Why a tool of the network does not reach the cluster from here, and what does. */
export function outsideText(language: Language, name: string, words: readonly string[]): string {
  const target = words.filter((word) => !word.startsWith('-')).at(-1) ?? 'http://web';
  const inside =
    name === 'curl' || name === 'wget'
      ? `wget -qO- ${target}`
      : `${['nslookup', 'dig', 'host'].includes(name) ? 'nslookup' : name} ${target}`;
  const command = `kubectl run test --rm -i --image=busybox:1.36 --restart=Never -- ${inside}`;
  return language === 'ko'
    ? `${name}: 이 셸은 클러스터 밖에 있어 클러스터의 이름과 주소에 닿지 않습니다. 클러스터 안에서 물어보십시오:\n  ${command}\n`
    : `${name}: this shell is outside the cluster, so names and addresses of the cluster do not reach. Ask from inside:\n  ${command}\n`;
}

export function unknownText(language: Language, word: string, near: string | undefined): string {
  const meant =
    near === undefined ? '' : language === 'ko' ? ` '${near}'을(를) 뜻하셨습니까?` : ` Did you mean '${near}'?`;
  const help =
    language === 'ko' ? " 'help'를 입력하면 여기 있는 명령을 볼 수 있습니다." : " 'help' lists what there is.";
  return `${word}: command not found.${meant}${help}\n`;
}
