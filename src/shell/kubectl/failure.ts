/** How a command ends badly, and in which words. Upstream: kubectl/pkg/cmd/util/helpers.go (checkErr, StandardErrorMessage). */
import type { Status } from '../../sim/api/object.ts';

/** A command that cannot go on: a message for stderr, and the exit code. */
export class CommandFailure extends Error {
  constructor(
    message: string,
    readonly code = 1,
  ) {
    super(message);
    this.name = 'CommandFailure';
  }
}

/** An answer of the API server that says no. */
export class ServerRefusal extends Error {
  constructor(
    readonly status: Status,
    /** Put before the server's own message: `error when creating "app.yaml": `. */
    readonly during = '',
  ) {
    super(`${during}${status.message ?? ''}`);
    this.name = 'ServerRefusal';
  }

  get isNotFound(): boolean {
    return this.status.reason === 'NotFound';
  }
}

/** Several failures of one command, each told on its own. */
export class ManyFailures extends Error {
  constructor(readonly failures: readonly Error[]) {
    super(failures.map(({ message }) => message).join('\n'));
    this.name = 'ManyFailures';
  }
}

export const usageFailure = (command: string, message: string): CommandFailure =>
  new CommandFailure(`error: ${message}\nSee '${command} -h' for help and examples`);

export const failure = (message: string, code = 1): CommandFailure => new CommandFailure(`error: ${message}`, code);

export function throwAll(failures: readonly Error[]): void {
  if (failures.length > 0) throw new ManyFailures(failures);
}

function serverText({ status, message }: ServerRefusal): string {
  return `Error from server${status.reason ? ` (${status.reason})` : ''}: ${message}`;
}

/** Causes field by field, the same text once. */
function invalidText({ status }: ServerRefusal): string {
  const { kind = '', name = '', causes = [] } = status.details ?? {};
  const head = kind || name ? `The ${kind} "${name}" is invalid` : 'The request is invalid';
  const bare = !kind && !name && causes.length === 0 && status.message;
  if (bare) return `${head}: ${status.message}`;
  const lines = [...new Set(causes.map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`))];
  if (lines.length === 0) return head;
  return lines.length === 1 ? `${head}: ${lines[0]}` : `${head}: \n${lines.map((line) => `* ${line}`).join('\n')}`;
}

/** What kubectl prints, and its exit code; undefined when the error is our own fault. */
export function toldOf(error: unknown): { readonly text: string; readonly code: number } | undefined {
  if (error instanceof CommandFailure) return { text: lineOf(error.message), code: error.code };
  if (error instanceof ServerRefusal) {
    const text = error.status.reason === 'Invalid' ? invalidText(error) : serverText(error);
    return { text: lineOf(text), code: 1 };
  }
  if (!(error instanceof ManyFailures)) return undefined;
  const { failures } = error;
  if (failures.length === 1) return toldOf(failures[0]);
  const lines = failures.map((item) =>
    item instanceof ServerRefusal
      ? serverText(item)
      : item.message.replace(/^error: /, failures.length > 1 ? '' : '$&'),
  );
  return { text: lines.map(lineOf).join(''), code: 1 };
}

const lineOf = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
