/** 무엇을 지원하는지에 관한 한국어 문장. */
export const supportKo = {
  support: {
    title: '지원 범위',
    search: '종류, 명령, 차이 검색',
    section: '구분',
    sections: { kinds: '종류', kubectl: 'kubectl', shell: '셸', deviations: '차이' },
    behaviourOf: '동작 여부',
    behaviour: { all: '전체', simulated: '동작함', stored: '저장만' },
    verb: '동사',
    anyVerb: '전체',
    allVerbs: '모든 동사',
    actors: '동작 주체',
    verbs: '동사',
    refused: '거부',
    terminal: '터미널 전용',
    container: '컨테이너와 터미널',
    pretended: '할 일을 마친 것으로 치는 명령',
    why: '이유',
    none: '일치하는 항목이 없습니다.',
    clear: '모두 보기',
    count: '표시: {{count}}',
  },
};
