export type { Behaviour, HttpBehaviour, HttpRequest, Reply } from './behaviour.ts';
export { CATALOGUE, type CataloguedImage } from './catalogue/images.ts';
export { OWN_IMAGES } from './catalogue/own.ts';
export { imageUser, stopSignalOf } from './catalogue/users.ts';
export type { ContainerLogs, LogLine, LogOptions } from './logs.ts';
export {
  DATA_PLANE,
  ProcessTable,
  rootOf,
  type ProcessListener,
  type ReplyAddress,
  type RunningProcess,
} from './process.ts';
export { declaredFor } from './declared.ts';
export { electionMachine } from './election-machine.ts';
export { Elector } from './elector.ts';
export {
  imageSize,
  isShellImage,
  launchOf,
  leaking,
  lookUpImage,
  ownProgram,
  parseImage,
  type ImageName,
  type Launch,
} from './program.ts';
export { serve, type ServeContext } from './serve.ts';
export type { ExecOptions, Session } from './shell-runner.ts';
export { TAKEN_FOR_DONE } from './foreground.ts';
export { missingProgram } from './missing-program.ts';
export { isWait, type Command as ShellCommand, type CommandIo } from './shell/command-io.ts';
export { COMMAND_NAMES } from './shell/commands/index.ts';
export type { FileEntry, Files, NetworkReply, Question, ShellHost } from './shell/host.ts';
export { newShell, OPEN_INPUT, runShell, typeInto, wakeTime } from './shell/machine.ts';
export { parseScript } from './shell/parser.ts';
export { copyScope, copyShell, type Scope, type ShellState } from './shell/state.ts';
export { SyntaxFault } from './shell/syntax.ts';
export type { Footprint, Usage } from './usage.ts';
export { VolumeStore, type Mount } from './volumes.ts';
