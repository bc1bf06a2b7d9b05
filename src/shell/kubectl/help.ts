/** What kubectl says of itself: which commands there are, and which flags a command takes. */
import { COMMANDS, type Command } from './commands.ts';

export function rootHelp(): string {
  const lines = COMMANDS.map(({ name }) => `  ${name}`).join('\n');
  return `kubectl controls the Kubernetes cluster manager.\n\nAvailable Commands:\n${lines}\n\nUse "kubectl <command> --help" for more information about a given command.\n`;
}

export function helpOf({ flags, parts }: Command, path: string): string {
  const commands = parts?.length ? `Available Commands:\n${parts.map(({ name }) => `  ${name}`).join('\n')}\n\n` : '';
  const options = flags.map(
    (flag) =>
      `    ${flag.short ? `-${flag.short}, ` : ''}--${flag.name}${flag.value === undefined ? '' : `=${flag.value}`}`,
  );
  return `${commands}${options.length > 0 ? `Options:\n${options.join('\n')}\n\n` : ''}Usage:\n  ${path}${parts?.length ? ' SUBCOMMAND' : ''} [options]\n`;
}
