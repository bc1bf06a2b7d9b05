/** `kubectl completion`. Upstream: kubectl/pkg/cmd/completion/completion.go. Left out: the scripts, for the terminal of the page completes by itself. */
import { failure, usageFailure } from '../failure.ts';
import type { Session } from '../session.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

export function completion({ flags, command }: Session): void {
  const [shell, ...more] = flags.args;
  if (shell === undefined) throw usageFailure(command, 'Shell not specified.');
  if (more.length > 0) throw usageFailure(command, 'Too many arguments. Expected only the shell type.');
  if (!SHELLS.includes(shell)) throw usageFailure(command, `Unsupported shell type ${JSON.stringify(shell)}.`);
  throw failure(
    `no completion script for ${shell} is needed here: this terminal completes commands, kinds, names and flags with the Tab key`,
  );
}
