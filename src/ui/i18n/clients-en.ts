/** What the terminal and the other clients of the API say. */
export const clientsEn = {
  terminal: {
    label: 'Terminal: a shell with kubectl',
    examples: 'Try',
    loading: 'Loading the terminal…',
    notLoaded: 'The terminal could not be loaded. Reload the page to try again.',
    past: '(Looked up in the past, on a copy: the run stays as it is.)',
    paused: 'The command waits, and the run stands still.',
    play: 'Play',
    written: 'Written files',
    open: 'Open {{name}} in the editor',
    leave: 'Escape leaves the terminal.',
  },
};
