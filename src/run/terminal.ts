/** The terminal of a run: what is typed becomes a command of the log, unless it only reads and the playhead is in the past. */
import { isIncomplete, type Completion, type Terminal, type TypedLine } from '../shell/terminal/index.ts';
import { CLIENT } from '../sim/kernel/index.ts';
import type { World } from '../sim/world.ts';
import type { Run } from './run.ts';
import type { TypedOutcome } from './types.ts';

export function terminalOf(world: World): Terminal {
  return world.kernel.assertFound(world.kernel.component(CLIENT), 'no terminal') as Terminal;
}

/**
 * Types a line with the editor's files as they are now. At the end of the run everything is logged, reads as well: their
 * requests fly, take time and stand in links. In the past a line that only reads is answered by a copy of the world; one
 * that writes, or goes on for a while, makes another future and has to be confirmed.
 */
export function typeLine(
  run: Run,
  typed: Omit<TypedLine, 'files'>,
  editor: Readonly<Record<string, string>>,
  confirmFork: boolean,
): TypedOutcome {
  const terminal = terminalOf(run.world);
  if (!terminal.isBusy && isIncomplete(typed.line)) return { kind: 'incomplete' };
  const files = terminal.changesOf(editor);
  const line: TypedLine = { ...typed, ...(Object.keys(files).length > 0 ? { files } : {}) };
  if (run.isInThePast && !confirmFork) {
    const text = lookedUp(run.world, line);
    if (text !== undefined) return { kind: 'looked', text };
  }
  run.command({ verb: 'terminal', ...line }, confirmFork);
  return { kind: 'typed' };
}

/** What a line would print here; undefined when it would do more than read. */
function lookedUp(world: World, line: TypedLine): string | undefined {
  if (terminalOf(world).isBusy) return undefined;
  const copy = world.fork();
  const terminal = terminalOf(copy);
  const before = terminal.view();
  copy.kernel.runTurn(CLIENT, 0, () => terminal.type(line));
  if (terminal.isBusy || copy.revision !== world.revision) return undefined;
  const after = terminal.view();
  const isContinued = after.generation === before.generation && after.from === before.from;
  return isContinued ? after.text.slice(before.text.length) : after.text;
}

/** What Tab offers, looked up on a copy. */
export function completeLine(run: Run, line: string, editor: Readonly<Record<string, string>>): Completion {
  const copy = run.world.fork();
  return copy.kernel.runTurn(CLIENT, 0, () => terminalOf(copy).complete(line, editor));
}
