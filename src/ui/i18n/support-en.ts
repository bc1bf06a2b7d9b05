/** English texts about what of Kubernetes is served. */
export const supportEn = {
  support: {
    title: 'What is supported',
    search: 'Search kinds, commands and deviations',
    section: 'Part',
    sections: { kinds: 'Kinds', kubectl: 'kubectl', shell: 'Shell', deviations: 'Deviations' },
    behaviourOf: 'Behaviour',
    behaviour: { all: 'All', simulated: 'Simulated', stored: 'Stored only' },
    verb: 'Verb',
    anyVerb: 'Any',
    allVerbs: 'all verbs',
    actors: 'Acted on by',
    verbs: 'Verbs',
    refused: 'Refused',
    terminal: 'Only in the terminal',
    container: 'In containers and in the terminal',
    pretended: 'Taken to have done their work',
    why: 'Why',
    none: 'Nothing here matches.',
    clear: 'Show everything',
    count: 'Shown: {{count}}',
  },
} as const;
