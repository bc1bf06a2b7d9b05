export { TERMINAL_COMMANDS } from './commands.ts';
export type { Completion } from './completion.ts';
export { DISK_FILE_CHARACTERS, type FileChanges } from './disk.ts';
export type { KubectlEngine } from './engine.ts';
export { isIncomplete } from './incomplete.ts';
export { SCREEN_LIMIT } from './screen.ts';
export { LINE_LIMIT, Terminal, type TerminalView, type TypedLine } from './terminal.ts';
export type { Language } from './texts.ts';
