/** 터미널과 그 밖의 API 클라이언트의 문장. */
export const clientsKo = {
  terminal: {
    label: '터미널: kubectl이 있는 셸',
    examples: '먼저 입력해 볼 명령',
    loading: '터미널을 불러오는 중입니다…',
    notLoaded: '터미널을 불러오지 못했습니다. 페이지를 새로 고쳐 다시 시도하십시오.',
    past: '(과거를 사본에서 조회했습니다. 실행은 그대로입니다.)',
    paused: '명령이 기다리고 있으나 실행이 멈춰 있습니다.',
    play: '재생',
    written: '기록된 파일',
    open: '{{name}} 파일을 편집기에서 열기',
    leave: 'Esc 키를 누르면 터미널에서 나옵니다.',
  },
};
