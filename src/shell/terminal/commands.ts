/** Commands that only the terminal has: kubectl, and what a person's own machine offers beside the shell. */
import type { CommandIo, ShellCommand } from '../../sim/workloads/index.ts';
import { helpText, outsideText, type Language } from './texts.ts';

/** What its commands ask of the terminal. */
export interface TerminalPort {
  readonly language: Language;
  readonly history: readonly string[];
  kubectl: ShellCommand;
  forgetHistory(): void;
}

/** Clears the screen and its scrollback, as the page shows them. */
const CLEAR = '\x1b[H\x1b[2J';

/** The person's machine is not in the cluster: its names and addresses mean nothing there. */
const outside =
  ({ language }: TerminalPort, name: string): ShellCommand =>
  (io, [, ...words]) => {
    io.err(outsideText(language, name, words));
    return name === 'nslookup' || name === 'dig' || name === 'host' ? 1 : 6;
  };

const history =
  (port: TerminalPort): ShellCommand =>
  (io: CommandIo, [, ...words]) => {
    if (words[0] === '-c') {
      port.forgetHistory();
      return 0;
    }
    const count = words[0] === undefined ? port.history.length : Number(words[0]);
    if (!Number.isInteger(count) || count < 0) return io.fail('history', `${words[0]}: numeric argument required`, 2);
    const from = Math.max(0, port.history.length - count);
    io.out(
      port.history
        .slice(from)
        .map((line, index) => `${String(from + index + 1).padStart(5)}  ${line}\n`)
        .join(''),
    );
    return 0;
  };

export function terminalCommands(port: TerminalPort): Readonly<Record<string, ShellCommand>> {
  return {
    kubectl: port.kubectl,
    help: (io) => {
      io.out(helpText(port.language));
      return 0;
    },
    history: history(port),
    clear: (io) => {
      io.out(CLEAR);
      return 0;
    },
    whoami: (io) => {
      io.out('user\n');
      return 0;
    },
    ...Object.fromEntries(OUTSIDE.map((name) => [name, outside(port, name)])),
  };
}

const OUTSIDE = ['curl', 'wget', 'nslookup', 'dig', 'host', 'nc', 'ping', 'telnet'] as const;

/** Commands of the terminal beside those of every shell, for `help`, completion and the page of support. */
export const TERMINAL_COMMANDS = ['kubectl', 'help', 'history', 'clear', 'alias', 'unalias', 'watch'] as const;
