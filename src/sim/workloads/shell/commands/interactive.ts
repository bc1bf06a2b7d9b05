/** Commands for who sits before the shell: aliases, and `watch`. Upstream: busybox shell/ash.c; procps watch.c. */
import type { CommandIo } from '../command-io.ts';
import { newPipe, reap, spawn, wordsFrame } from '../machine.ts';
import type { Builtin } from './index.ts';
import { seconds } from './options.ts';
import { formatDate } from './system.ts';

/** `alias`, `alias k`, `alias k=kubectl`. */
export const alias: Builtin = (io, [, ...words]) => {
  const aliases = (io.scope.aliases ??= {});
  let code = 0;
  for (const word of words.length > 0 ? words : Object.keys(aliases).sort()) {
    const [name = '', ...value] = word.split('=');
    if (word.includes('=')) aliases[name] = value.join('=');
    else if (Object.hasOwn(aliases, name)) io.out(`${name}='${aliases[name]!.replaceAll("'", `'"'"'`)}'\n`);
    else code = io.fail('alias', `${name} not found`);
  }
  return code;
};

export const unalias: Builtin = (io, [, ...names]) => {
  const { scope } = io;
  if (names[0] === '-a') scope.aliases = {};
  const unknown = names.filter((name) => name !== '-a' && !Object.hasOwn(scope.aliases ?? {}, name));
  for (const name of names) delete scope.aliases?.[name];
  for (const name of unknown) io.fail('unalias', `${name} not found`);
  return unknown.length > 0 ? 1 : 0;
};

/** Takes a screen over, which whoever shows it gives back at the end; clears it and begins at its top. */
const SCREEN = { enter: '\x1b[?1049h', clear: '\x1b[H\x1b[2J' };
const WATCH_SIZE = { columns: 80, rows: 24 };

interface WatchOptions {
  readonly intervalMs: number;
  readonly hasTitle: boolean;
  readonly line: string;
}

function watchOptions(given: readonly string[]): WatchOptions | string {
  const words = [...given];
  let [intervalMs, hasTitle] = [2_000, true];
  while (/^-/.test(words[0] ?? '')) {
    const word = words.shift()!;
    const value = /^(?:-n|--interval=?)(.*)$/.exec(word)?.[1];
    if (value !== undefined) intervalMs = Math.max(100, Math.round(seconds(value || (words.shift() ?? '')) * 1000));
    else if (word === '-t' || word === '--no-title') hasTitle = false;
    else if (!/^(-d|--differences|-c|--color|-w|--no-wrap|-x|--exec)$/.test(word))
      return `invalid option -- '${word.replace(/^-+/, '')}'`;
  }
  if (words.length === 0 || !(intervalMs < Infinity)) return 'usage: watch [-t] [-n <secs>] command';
  return { intervalMs, hasTitle, line: words.join(' ') };
}

/** As much of a text as the screen has room for, under a line that says what is watched and when it was. */
function screenful({ host }: CommandIo, text: string, title: string | undefined): string {
  const { columns, rows } = host.screen ?? WATCH_SIZE;
  const right = `${host.hostname}: ${formatDate('%a %b %e %T %Y', host.epochMs + host.nowMs)}`;
  const room = Math.max(0, columns - right.length);
  const head = title === undefined ? [] : [`${title.slice(0, Math.max(0, room - 1)).padEnd(room)}${right}`, ''];
  const lines = [...head, ...text.replace(/\n$/, '').split('\n')];
  return lines
    .slice(0, rows)
    .map((line) => line.slice(0, columns))
    .join('\n');
}

/** Runs a command line again and again, on a screen of its own. Upstream: procps watch.c. */
export const watch: Builtin = (io, [, ...words]) => {
  const { memory, host, state, thread, frame } = io;
  const options = watchOptions(words);
  if (typeof options === 'string') return io.fail('watch', options);
  const { intervalMs, hasTitle, line } = options;
  const running = memory['child'] as { readonly id: number; readonly pipe: number } | undefined;
  if (!running) {
    const wait = memory['next'] === undefined ? undefined : io.pause(0, 'next');
    if (wait) return wait;
    memory['next'] = host.nowMs + intervalMs;
    const pipe = newPipe(state, true);
    const streams = { ...frame.streams, output: { kind: 'pipe', pipe }, error: { kind: 'pipe', pipe } } as const;
    const child = spawn(state, thread, [wordsFrame(['eval', line], streams)], streams);
    memory['child'] = { id: child.id, pipe };
    return { kind: 'threads', ids: [child.id] };
  }
  reap(state, running.id);
  const text = state.pipes[running.pipe]!.text;
  delete state.pipes[running.pipe];
  delete memory['child'];
  if (memory['isOpen'] === undefined) io.out(SCREEN.enter);
  memory['isOpen'] = true;
  io.out(
    `${SCREEN.clear}${screenful(io, text, hasTitle ? `Every ${(intervalMs / 1000).toFixed(1)}s: ${line}` : undefined)}`,
  );
  return { kind: 'until', at: memory['next'] as number };
};
