/** Commands that steer the shell itself, or run other commands. Upstream: POSIX.1-2017, 2.14; busybox shell/ash.c. */
import { evaluate } from '../arithmetic.ts';
import { isWait, type CommandIo } from '../command-io.ts';
import { frameOf } from '../compound.ts';
import { closeThread, reap, SIGNALS, spawn, wordsFrame } from '../machine.ts';
import { parseScript } from '../parser.ts';
import type { Thread } from '../state.ts';
import { ShellFault } from '../state.ts';
import { SyntaxFault } from '../syntax.ts';
import { commandName, isKnownCommand, ownCommand, runCommand, type Builtin } from './index.ts';
import { alias, unalias, watch } from './interactive.ts';
import { seconds } from './options.ts';

const DEPTH_LIMIT = 400;

function isLoop({ script, node }: { script: string; node: number }): boolean {
  const kind = node < 0 ? undefined : parseScript(script).nodes[node]?.kind;
  return kind === 'loop' || kind === 'for' || kind === 'count';
}

/** Unwinds the frames of `break` and `continue` up to the loop they speak of. */
function unwind(io: CommandIo, count: number, isBreak: boolean): 'left' {
  const { thread } = io;
  const loops = thread.frames.flatMap((frame, index) => (isLoop(frame) ? [index] : []));
  const target = loops.length === 0 ? undefined : loops.at(-Math.min(Math.max(1, count), loops.length));
  thread.frames.pop();
  thread.status = 0;
  if (target === undefined) return 'left';
  thread.frames.length = isBreak ? target : target + 1;
  return 'left';
}

/** Ends a function or a sourced file. */
function comeBack(io: CommandIo, code: number): 'left' {
  const { thread } = io;
  const caller = thread.frames.findLastIndex(({ kind }) => kind === 'call');
  thread.status = code;
  thread.frames.length = caller < 0 ? 0 : caller + 1;
  return 'left';
}

/** Runs a script's text above the frame once; afterwards gives its status. */
function runText(io: CommandIo, text: string): ReturnType<Builtin> {
  const { thread, frame, memory } = io;
  if (memory['hasRun']) return thread.status;
  if (thread.frames.length > DEPTH_LIMIT) throw new ShellFault('out of stack space');
  memory['hasRun'] = true;
  const script = parseScript(text);
  thread.status = 0;
  thread.frames.push(frameOf(text, script.root, frame.streams, frame.isTested));
  return 'pushed';
}

/** Runs a command line in a thread of its own; gives its exit code once it has ended, or 'running'. */
function runChild(io: CommandIo, words: readonly string[], change?: (child: Thread) => void): ReturnType<Builtin> {
  const { thread, frame, state, memory } = io;
  const id = memory['child'] as number | undefined;
  if (id === undefined) {
    const child = spawn(state, thread, [wordsFrame(words, frame.streams, frame.isTested)], frame.streams);
    change?.(child);
    memory['child'] = child.id;
    return { kind: 'threads', ids: [child.id] };
  }
  const isDone = state.threads.find((other) => other.id === id)?.isDone ?? true;
  return isDone ? reap(state, id) : { kind: 'threads', ids: [id] };
}

/** Whether a script stops in the middle of something, so that more lines belong to it. */
function isUnfinished(text: string): boolean {
  return /(^|[^\\])\\\n$/.test(text) || /unterminated|unexpected end of file/.test(faultIn(text) ?? '');
}

/** A shell whose commands come one by one: each is run before the next is read. On a terminal it asks for them. */
function converse(io: CommandIo, name: string, flags: readonly string[]): ReturnType<Builtin> {
  const { thread, frame, memory, scope } = io;
  if (thread.frames.length > 1) return runChild(io, [name, ...flags]);
  const isOnTerminal = scope.variables['TERM'] !== undefined;
  let text = (memory['text'] as string | undefined) ?? '';
  for (;;) {
    if (isOnTerminal && memory['isAsked'] !== true) {
      io.err(text === '' ? `${scope.directory === scope.variables['HOME'] ? '~' : scope.directory} # ` : '> ');
      memory['isAsked'] = true;
    }
    const line = io.readLine();
    if (isWait(line)) return line;
    memory['isAsked'] = false;
    text += line ?? '';
    if (line === undefined && text === '') return thread.status;
    const isWhole = line === undefined || !isUnfinished(text);
    memory['text'] = isWhole ? '' : text;
    if (!isWhole) continue;
    const ready = text;
    text = '';
    if (ready.trim() === '') continue;
    const fault = faultIn(ready);
    if (fault === undefined) {
      thread.frames.push(frameOf(ready, parseScript(ready).root, frame.streams, false));
      return 'pushed';
    }
    io.err(`sh: syntax error: ${fault}\n`);
    thread.status = 2;
  }
}

function faultIn(text: string): string | undefined {
  try {
    parseScript(text);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
}

const shell: Builtin = (io, [program = 'sh', ...words]) => {
  const flags = words.filter(
    (word, index) => /^[-+]/.test(word) && index <= words.findIndex((item) => !/^[-+]/.test(item)),
  );
  const rest = words.slice(flags.length);
  const isCommand = flags.some((flag) => /^-[a-z]*c/.test(flag));
  const [first, ...more] = rest;
  if (first === undefined && !isCommand) {
    if (io.frame.streams.input.kind === 'pipe') return converse(io, program, flags);
    const text = io.readAll();
    return isWait(text) ? text : runShellText(io, text, [], program, program, flags);
  }
  if (isCommand) return runShellText(io, first ?? '', more.slice(1), more[0] ?? program, program, flags);
  const file = io.files.read(io.path(first!));
  if (!file) return io.fail('sh', `can't open '${first}': No such file or directory`, 2);
  return runShellText(io, file.text, more, first!, program, flags);
};

function runShellText(
  io: CommandIo,
  text: string,
  words: readonly string[],
  name: string,
  program: string,
  flags: readonly string[],
): ReturnType<Builtin> {
  const { thread, frame, scope } = io;
  if (thread.frames.length === 1) scope.isBash = program === 'bash';
  const settings = flags.map((flag) => flag.replace(/[-c]/g, '')).join('');
  const script = parseScript(text);
  // Process 1, and what `exec` has put in the shell's place, become the new shell.
  if (thread.frames.length === 1) {
    scope.arguments = [...words];
    scope.name = name;
    scope.flags += settings;
    thread.frames = [frameOf(text, script.root, frame.streams, frame.isTested)];
    return 'left';
  }
  const { memory, state } = io;
  if (memory['child'] !== undefined) return reap(state, memory['child'] as number);
  const child = spawn(state, thread, [frameOf(text, script.root, frame.streams, false)], frame.streams);
  child.scope.arguments = [...words];
  child.scope.name = name;
  child.scope.isBash = program === 'bash';
  child.scope.flags = settings;
  memory['child'] = child.id;
  return { kind: 'threads', ids: [child.id] };
}

const set: Builtin = (io, [, ...words]) => {
  const { scope } = io;
  while (words.length > 0 && /^[-+][a-zA-Z]/.test(words[0]!)) {
    const word = words.shift()!;
    const names = word.endsWith('o')
      ? word.slice(1, -1) + ({ pipefail: 'p', errexit: 'e', nounset: 'u', xtrace: 'x' }[words.shift() ?? ''] ?? '')
      : word.slice(1);
    for (const flag of names) {
      scope.flags = scope.flags.replace(flag, '');
      if (word.startsWith('-')) scope.flags += flag;
    }
  }
  if (words[0] === '--') scope.arguments = words.slice(1);
  else if (words.length > 0) scope.arguments = [...words];
  return 0;
};

const exportVariables: Builtin = (io, [, ...words]) => {
  const { scope } = io;
  for (const word of words.filter((item) => !item.startsWith('-'))) {
    const [name = '', ...value] = word.split('=');
    if (word.includes('=')) scope.variables[name] = value.join('=');
    if (!scope.exported.includes(name)) scope.exported.push(name);
  }
  return 0;
};

const local: Builtin = (io, [, ...words]) => {
  const { thread, scope } = io;
  const call = thread.frames.findLast(({ kind }) => kind === 'call');
  for (const word of words.filter((item) => !item.startsWith('-'))) {
    const [name = '', ...value] = word.split('=');
    if (call && !(name in (call.hidden ?? {}))) call.hidden = { ...call.hidden, [name]: scope.variables[name] ?? null };
    scope.variables[name] = value.join('=');
  }
  return 0;
};

const read: Builtin = (io, [, ...words]) => {
  const line = io.readLine();
  if (isWait(line)) return line;
  const names = words.filter((word) => !word.startsWith('-'));
  const isRaw = words.some((word) => /^-\w*r/.test(word));
  const text = (line ?? '').replace(/\n$/, '');
  const separators = io.get('IFS') ?? ' \t\n';
  const trimmed = separators === '' ? text : text.trim();
  const plain = isRaw ? trimmed : trimmed.replace(/\\(.)/g, '$1');
  const pattern = separators.trim() === '' ? /\s+/ : new RegExp(`[${separators.replace(/[\\\]^-]/g, '\\$&')}]`);
  const fields = separators === '' ? [plain] : plain.split(pattern);
  const targets = names.length > 0 ? names : ['REPLY'];
  targets.forEach((name, index) => {
    const isLast = index === targets.length - 1;
    const rest = fields.slice(index).join(separators.trim() === '' ? ' ' : separators[0]);
    io.set(name, targets.length === 1 ? plain : isLast ? rest : (fields[index] ?? ''));
  });
  return line === undefined ? 1 : 0;
};

const trap: Builtin = (io, [, ...words]) => {
  const [action, ...signals] = words.filter((word) => word !== '--');
  const names = Object.fromEntries(Object.entries(SIGNALS).map(([name, number]) => [String(number), name]));
  for (const signal of signals) {
    const name = signal === '0' ? 'EXIT' : (names[signal] ?? signal.replace(/^SIG/, '').toUpperCase());
    if (action === '-') delete io.scope.traps[name];
    else io.scope.traps[name] = action ?? '';
  }
  return 0;
};

/** `getopts ab: name`: one option a call; OPTIND and OPTARG say where it stands and what was given. */
const getopts: Builtin = (io, [, known = '', name = 'option', ...given]) => {
  const words = given.length > 0 ? given : io.arguments;
  const [index = '1', place = '1'] = (io.get('OPTIND') ?? '1').split('.');
  const at = Number(index);
  const word = words[at - 1] ?? '';
  if (!/^-./.test(word) || word === '--') {
    io.set('OPTIND', String(word === '--' ? at + 1 : at));
    io.set(name, '?');
    return 1;
  }
  const letter = word[Number(place)]!;
  const isLast = Number(place) === word.length - 1;
  const found = known.replace(/^:/, '').indexOf(letter);
  const isValued = found >= 0 && known.replace(/^:/, '')[found + 1] === ':';
  io.set(name, found < 0 ? '?' : letter);
  if (found < 0) {
    if (known.startsWith(':')) io.set('OPTARG', letter);
    else io.err(`${io.scope.name}: illegal option -${letter}\n`);
  }
  if (isValued) io.set('OPTARG', isLast ? (words[at] ?? '') : word.slice(Number(place) + 1));
  const next = isValued ? at + (isLast ? 2 : 1) : isLast ? at + 1 : at;
  io.set('OPTIND', isLast || isValued ? String(next) : `${at}.${Number(place) + 1}`);
  return 0;
};

const wait: Builtin = (io, [, ...words]) => {
  const { thread, state } = io;
  const ids = words.length > 0 ? words.map((word) => Number(word.replace('%', ''))) : [...thread.jobs];
  const running = ids.filter((id) => state.threads.some((other) => other.id === id && !other.isDone));
  if (running.length > 0) return { kind: 'threads', ids: running };
  const codes = ids.map((id) => reap(state, id));
  thread.jobs = thread.jobs.filter((id) => !ids.includes(id));
  return words.length > 0 ? (codes.at(-1) ?? 127) : 0;
};

const kill: Builtin = (io, [, ...words]) => {
  const { state, thread } = io;
  const signal = words.find((word) => /^-/.test(word))?.replace(/^-(?:s|SIG)?/, '') ?? 'TERM';
  const number = SIGNALS[signal] ?? (Number(signal) || 0);
  let code = 0;
  for (const word of words.filter((item) => !item.startsWith('-') && item !== signal)) {
    const found = state.threads.find(({ id, isDone }) => !isDone && String(id) === word.replace('%', ''));
    if (!found) code = io.fail('sh', `can't kill pid ${word}: No such process`);
    else if (number === 0) continue;
    else if (found.id === 1) {
      if (thread.scope.traps[signal] !== undefined) thread.signals.push(signal);
    } else {
      found.status = 128 + number;
      closeThread(state, found);
    }
  }
  return code;
};

/** `timeout 5 cmd`, `timeout -t 5 cmd`. */
const timeout: Builtin = (io, [, ...words]) => {
  const { state, memory, host } = io;
  while (/^-/.test(words[0] ?? '')) if (/^-[sk]$/.test(words.shift()!)) words.shift();
  const [length = '0', ...command] = words;
  const outcome = runChild(io, command);
  if (typeof outcome !== 'object') return outcome;
  const until = (memory['until'] ??= host.nowMs + seconds(length) * 1000) as number;
  const child = state.threads.find(({ id }) => id === memory['child']);
  if (child && until <= host.nowMs) {
    closeThread(state, child);
    reap(state, child.id);
    return 124;
  }
  return { kind: 'until', at: Math.min(until, nextLook(io)) };
};

/** `timeout` and `xargs` look after their child often enough to see its end when it comes. */
const LOOK_MS = 100;
const nextLook = ({ host }: CommandIo): number => host.nowMs + LOOK_MS;

/** Puts the rest of the words in its own place. */
const prefix =
  (skip: (words: readonly string[]) => readonly string[]): Builtin =>
  (io, [, ...words]) => {
    const rest = skip(words);
    return rest.length === 0 ? 0 : runCommand(io, rest);
  };

const exec: Builtin = (io, [, ...words]) => {
  const { thread, frame } = io;
  if (words.length === 0) {
    // Redirections of a bare `exec` are those of the shell from now on.
    for (const outer of thread.frames) outer.streams = frame.streams;
    return 0;
  }
  thread.frames = [wordsFrame(words, frame.streams)];
  return 'left';
};

const env: Builtin = (io, [, ...words]) => {
  const { scope } = io;
  const rest = words.filter((word) => !/^-/.test(word));
  const at = rest.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  for (const word of at < 0 ? rest : rest.slice(0, at)) exportVariables(io, ['export', word]);
  if (at >= 0) return runCommand(io, rest.slice(at));
  io.out(scope.exported.map((name) => `${name}=${scope.variables[name] ?? ''}\n`).join(''));
  return 0;
};

const xargs: Builtin = (io, [, ...words]) => {
  const text = io.readAll();
  if (isWait(text)) return text;
  const limit = words.includes('-n') ? Number(words[words.indexOf('-n') + 1]) : Infinity;
  const holder = words.includes('-I') ? words[words.indexOf('-I') + 1] : undefined;
  const at = words.findIndex((word, index) => !word.startsWith('-') && !/^-[nIP]$/.test(words[index - 1] ?? ''));
  const command = at < 0 ? ['echo'] : words.slice(at);
  const items = holder ? text.split('\n').filter(Boolean) : text.split(/\s+/).filter(Boolean);
  const size = holder ? 1 : Math.max(1, Math.min(limit, items.length));
  const batches: string[][] = [];
  for (let from = 0; from < items.length; from += size) batches.push(items.slice(from, from + size));
  io.memory['batch'] ??= 0;
  for (;;) {
    const batch = batches[io.memory['batch'] as number];
    if (!batch) return (io.memory['code'] as number | undefined) ?? 0;
    const line = holder ? command.map((word) => word.replaceAll(holder, batch[0]!)) : [...command, ...batch];
    const outcome = runChild(io, line);
    if (typeof outcome === 'object') return outcome;
    delete io.memory['child'];
    io.memory['batch'] = (io.memory['batch'] as number) + 1;
    if (outcome !== 0) io.memory['code'] = 123;
  }
};

export const CONTROL: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  sh: shell,
  bash: shell,
  ash: shell,
  dash: shell,
  exit: (io, [, code]) => {
    io.thread.status = code === undefined ? io.thread.status : Number(code) & 255;
    io.thread.frames = [];
    return 'left';
  },
  return: (io, [, code]) => comeBack(io, code === undefined ? io.thread.status : Number(code) & 255),
  break: (io, [, count = '1']) => unwind(io, Number(count), true),
  continue: (io, [, count = '1']) => unwind(io, Number(count), false),
  eval: (io, [, ...words]) => runText(io, words.join(' ')),
  '.': (io, [, file = '']) => {
    const found = io.files.read(io.path(file));
    return found ? runText(io, found.text) : io.fail('sh', `.: can't open '${file}'`, 2);
  },
  source: (io, argv) => CONTROL['.']!(io, argv),
  exec,
  set,
  shift: (io, [, count = '1']) => {
    io.scope.arguments = io.scope.arguments.slice(Number(count));
    return 0;
  },
  export: exportVariables,
  readonly: exportVariables,
  local,
  declare: local,
  unset: (io, [, ...names]) => {
    for (const name of names) delete io.scope.variables[name];
    return 0;
  },
  read,
  trap,
  wait,
  kill,
  let: (io, [, ...expressions]) => (expressions.map((text) => evaluate(text, io)).at(-1) === 0 ? 1 : 0),
  cd: (io, [, target]) => {
    const path = io.path(target ?? io.get('HOME') ?? '/');
    if (!io.files.isDirectory(path)) return io.fail('sh', `cd: can't cd to ${target}: No such file or directory`, 2);
    io.scope.directory = path;
    io.set('PWD', path);
    return 0;
  },
  command: (io, [, ...words]) => {
    if (/^-[vV]$/.test(words[0] ?? '')) return which(io, words.slice(1));
    io.memory['isDirect'] = true;
    return runCommand(io, words);
  },
  type: (io, [, ...words]) => which(io, words),
  which: (io, [, ...words]) => which(io, words),
  env,
  timeout,
  xargs,
  alias,
  unalias,
  watch,
  nohup: prefix((words) => words),
  time: prefix((words) => words),
  sudo: prefix((words) => words.filter((word, index) => index > 0 || !word.startsWith('-'))),
  nice: prefix((words) => (words[0] === '-n' ? words.slice(2) : words)),
  busybox: prefix((words) => words),
  tini: prefix((words) => words.slice(words.indexOf('--') + 1)),
  'dumb-init': prefix((words) => words.filter((word) => word !== '--')),
  ulimit: () => 0,
  umask: () => 0,
  jobs: () => 0,
  getopts,
};

function which(io: CommandIo, words: readonly string[]): number {
  const known = words.filter(
    (word) => isKnownCommand(commandName(word)) || ownCommand(io, commandName(word)) || io.scope.functions[word],
  );
  for (const word of known) io.out(`/bin/${commandName(word)}\n`);
  return known.length === words.length ? 0 : 127;
}
