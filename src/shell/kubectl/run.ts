/** Finds the command that the words name, runs it, and says how it ended. Upstream: kubectl/pkg/cmd/cmd.go, spf13/cobra. */
import { parseFlags, type Flag, type FlagValues } from './client/flags.ts';
import { COMMANDS, type Command } from './commands.ts';
import type { KubectlContext, KubectlStep, WaitingState } from './context.ts';
import { CommandFailure, failure, toldOf, usageFailure } from './failure.ts';
import { helpOf, rootHelp } from './help.ts';
import { Session, stepDone, type Pause } from './session.ts';
import { suggestions } from './suggestions.ts';

interface Chosen {
  readonly command: Command;
  /** `kubectl rollout status`. */
  readonly path: string;
  readonly words: readonly string[];
}

export function startKubectl(argv: readonly string[], context: KubectlContext): KubectlStep {
  return guarded(() => {
    const chosen = choose(argv);
    if (typeof chosen === 'string') return { done: true, written: [{ stream: 'stdout', text: chosen }], code: 0 };
    const flags = parseFlags(chosen.path, chosen.command.flags, chosen.words);
    if (flags.bool('help') || !chosen.command.run) {
      const text = helpOf(chosen.command, chosen.path);
      return { done: true, written: [{ stream: 'stdout', text }], code: flags.bool('help') ? 0 : 1 };
    }
    needRequired(chosen.command, flags);
    const session = new Session(context, flags, chosen.path, argv);
    return carriedOut(session, chosen.command.name, context.nowMs, () => chosen.command.run?.(session));
  });
}

export function resumeKubectl(state: WaitingState, context: KubectlContext): KubectlStep {
  return guarded(() => {
    const chosen = choose(state.argv);
    if (typeof chosen === 'string') throw failure(`nothing waits in ${state.argv.join(' ')}`);
    const { command, path, words } = chosen;
    const session = new Session(context, parseFlags(path, command.flags, words), path, state.argv);
    return carriedOut(session, command.name, state.startedMs, () =>
      command.resume?.(session, state.data as never, state.startedMs),
    );
  });
}

/** What has been written stays written when the command fails later. */
function carriedOut(session: Session, verb: string, startedMs: number, act: () => Pause | void): KubectlStep {
  try {
    const pause = act();
    session.tellWarnings();
    if (!pause) return stepDone(session);
    const { written, argv } = session;
    return { done: false, written, state: { argv, verb, startedMs, data: pause.data }, wake: pause.wake };
  } catch (error) {
    const told = toldOf(error);
    if (!told) throw error;
    session.err(told.text);
    session.code = told.code;
    return stepDone(session);
  }
}

function guarded(act: () => KubectlStep): KubectlStep {
  try {
    return act();
  } catch (error) {
    const told = toldOf(error);
    if (!told) throw error;
    return { done: true, written: [{ stream: 'stderr', text: told.text }], code: told.code };
  }
}

/** The command and the words that are its own; a text when help is all that is asked for. */
export function choose(argv: readonly string[]): Chosen | string {
  const at = commandIndex(argv);
  const name = argv[at];
  if (name === undefined || name === 'help') return rootHelp();
  const command = COMMANDS.find((item) => isNamed(item, name));
  if (!command) throw unknownCommand(name);
  return narrowed(command, `kubectl ${command.name}`, [...argv.slice(0, at), ...argv.slice(at + 1)]);
}

const isNamed = (command: Command, name: string): boolean =>
  command.name === name || (command.aliases?.includes(name) ?? false);

function narrowed(command: Command, path: string, words: readonly string[]): Chosen {
  const at = firstArgument(command, words);
  const part = at < 0 ? undefined : command.parts?.find((item) => isNamed(item, words[at]!));
  if (!part) {
    if (command.parts && at >= 0) throw unknownPart(command, path, words[at]!);
    return { command, path, words };
  }
  return narrowed(part, `${path} ${part.name}`, [...words.slice(0, at), ...words.slice(at + 1)]);
}

/** Where the first word stands that is neither a flag nor a flag's value. */
function firstArgument({ flags }: Command, words: readonly string[]): number {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (word === '--') return -1;
    if (!word.startsWith('-') || word === '-') return at;
    if (takesNext(flags, word)) at += 1;
  }
  return -1;
}

function takesNext(flags: readonly Flag[], word: string): boolean {
  if (word.includes('=')) return false;
  if (WITH_VALUE.has(word)) return true;
  const flag = word.startsWith('--')
    ? flags.find(({ name }) => name === word.slice(2))
    : word.length === 2
      ? flags.find(({ short }) => short === word[1])
      : undefined;
  return flag !== undefined && flag.alone === undefined;
}

function unknownPart(command: Command, path: string, word: string): CommandFailure {
  if (command.run) return usageFailure(path, `Unexpected args: [${word}]`);
  return new CommandFailure(`error: unknown command ${JSON.stringify(word)}\nSee '${path} -h' for help and examples`);
}

function unknownCommand(name: string): CommandFailure {
  const near = suggestions(
    name,
    COMMANDS.map((item) => item.name),
  );
  const hint = near.length > 0 ? `\n\nDid you mean this?\n${near.map((item) => `\t${item}`).join('\n')}` : '';
  return new CommandFailure(`error: unknown command ${JSON.stringify(name)} for "kubectl"${hint}`);
}

const WITH_VALUE = new Set([
  '-n',
  '--namespace',
  '--context',
  '--cluster',
  '--user',
  '--as',
  '-s',
  '--server',
  '-v',
  '--v',
  '--kubeconfig',
  '--request-timeout',
  '--token',
]);

/** Global flags may stand before the command. */
function commandIndex(argv: readonly string[]): number {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (!word.startsWith('-')) return at;
    if (WITH_VALUE.has(word)) at += 1;
  }
  return argv.length;
}

function needRequired(command: Command, flags: FlagValues): void {
  const missing = (command.required ?? []).filter((name) => !flags.has(name));
  if (missing.length > 0)
    throw failure(`required flag(s) ${missing.map((name) => JSON.stringify(name)).join(', ')} not set`);
}
