/** Commands that a shell of a container knows, by name. What is not here is a program of the image. */
import { frameOf } from '../compound.ts';
import type { Command, CommandIo, Step } from '../command-io.ts';
import { parseScript } from '../parser.ts';
import { CONTROL } from './control.ts';
import { CLIENT_COMMANDS } from './clients.ts';
import { FILE_COMMANDS } from './files.ts';
import { NETWORK_COMMANDS } from './network.ts';
import { perl } from './perl.ts';
import { SYSTEM_COMMANDS } from './system.ts';
import { TEXT_COMMANDS } from './text.ts';
import { TEST_COMMANDS } from './test.ts';

/** `left`: the frame is gone already; `pushed`: what it called runs above it. */
export type Outcome = Step | 'left' | 'pushed';

export type Builtin = (io: CommandIo, argv: readonly string[]) => Outcome;

const COMMANDS: Readonly<Record<string, Command>> = {
  ...TEST_COMMANDS,
  ...TEXT_COMMANDS,
  ...FILE_COMMANDS,
  ...NETWORK_COMMANDS,
  ...SYSTEM_COMMANDS,
  ...CLIENT_COMMANDS,
  perl,
};

/** Names for the support table and for `command -v`. */
export const COMMAND_NAMES: readonly string[] = [...Object.keys(CONTROL), ...Object.keys(COMMANDS)].sort();

export const isKnownCommand = (name: string): boolean => Object.hasOwn(CONTROL, name) || Object.hasOwn(COMMANDS, name);

/** `/bin/sleep` is `sleep`; a path elsewhere is a file or a program of its own. */
export const commandName = (word: string): string => word.replace(/^\/(?:usr\/)?(?:local\/)?s?bin\//, '');

export function runCommand(io: CommandIo, words: readonly string[]): Outcome {
  const [word = '', ...rest] = words;
  const { frame } = io;
  const called = callable(io, word);
  if (called) return callFunction(io, called, rest);
  const name = commandName(word);
  const own = ownCommand(io, name);
  if (!own && Object.hasOwn(CONTROL, name)) return CONTROL[name]!(io, [name, ...rest]);
  const command = own ?? (Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined);
  if (command) {
    const full = io.fullPipe;
    if (full !== undefined) return { kind: 'room', pipe: full };
    return frame.memory['isBroken'] ? 141 : command(io, [name, ...rest]);
  }
  if (word.includes('/') && io.files.read(io.path(word)) && frame.step >= 0) return runFile(io, word, rest);
  return runProgram(io, words);
}

export const ownCommand = ({ host }: CommandIo, name: string): Command | undefined =>
  host.commands && Object.hasOwn(host.commands, name) ? host.commands[name] : undefined;

interface Called {
  readonly script: string;
  readonly node: number;
}

/** A function, or an alias: that is a function which passes its words on. `command` calls past both. */
function callable({ scope, frame }: CommandIo, word: string): Called | undefined {
  if (frame.memory['isDirect'] === true) return undefined;
  if (Object.hasOwn(scope.functions, word)) return scope.functions[word];
  const alias = scope.aliases && Object.hasOwn(scope.aliases, word) ? scope.aliases[word]! : undefined;
  if (alias === undefined) return undefined;
  // An alias of its own name means the command behind it.
  const isOwn = new RegExp(`^\\s*${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?=\\s|$)`).test(alias);
  const script = `${isOwn ? 'command ' : ''}${alias} "$@"`;
  return { script, node: parseScript(script).root };
}

function callFunction(io: CommandIo, called: Called, words: readonly string[]): Outcome {
  const { thread, frame, scope } = io;
  if (frame.kind === 'call') {
    scope.arguments = frame.callerArguments ?? [];
    for (const [name, value] of Object.entries(frame.hidden ?? {})) {
      if (value === null) delete scope.variables[name];
      else scope.variables[name] = value;
    }
    frame.hidden = {};
    return thread.status;
  }
  frame.kind = 'call';
  frame.callerArguments = scope.arguments;
  scope.arguments = [...words];
  thread.frames.push(frameOf(called.script, called.node, frame.streams, frame.isTested));
  return 'pushed';
}

/** A script file: its text is run, whatever its first line says. */
function runFile(io: CommandIo, word: string, rest: readonly string[]): Outcome {
  const file = io.files.read(io.path(word))!;
  if (!file.isExecutable && !/^#!/.test(file.text)) return io.fail(io.scope.name, `${word}: Permission denied`, 126);
  const program = /^#!.*\bbash\b/.test(file.text) ? 'bash' : 'sh';
  return CONTROL['sh']!(io, [program, io.path(word), ...rest]);
}

function runProgram(io: CommandIo, words: readonly string[]): Outcome {
  const { memory, thread, host } = io;
  const word = words[0]!;
  if (memory['endsAt'] !== undefined) {
    const wait = io.pause(0, 'endsAt');
    return wait ?? (memory['code'] as number);
  }
  const program = host.program(words);
  switch (program.kind) {
    case 'server':
      thread.isReplaced ||= thread.frames.length === 1 && thread.id === 1;
      return { kind: 'forever' };
    case 'task':
      io.out(program.output);
      io.err(program.error);
      memory['endsAt'] = host.nowMs + program.afterMs;
      memory['code'] = program.code;
      return { kind: 'until', at: host.nowMs + program.afterMs };
    default:
      return io.fail(io.scope.name, `${word}: not found`, 127);
  }
}
