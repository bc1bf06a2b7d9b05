/** One step of a frame: what each kind of node does next. Upstream: busybox shell/ash.c (evaltree). */
import { evaluate } from './arithmetic.ts';
import { absolute, isWait, type CommandIo } from './command-io.ts';
import { runCommand } from './commands/index.ts';
import { expandPattern, expandText, expandWords, matchesPattern, substitutionsOf } from './expand.ts';
import { newPipe, reap, spawn } from './machine.ts';
import { parseScript } from './parser.ts';
import type { Frame, Streams } from './state.ts';
import { ShellFault } from './state.ts';
import type { Redirection, ShellNode, Word } from './syntax.ts';

type Of<K extends ShellNode['kind']> = ShellNode & { readonly kind: K };

export function stepFrame(io: CommandIo): void {
  const { frame } = io;
  if (frame.node < 0) return stepWords(io);
  const node = parseScript(frame.script).nodes[frame.node]!;
  switch (node.kind) {
    case 'list':
      return stepList(io, node);
    case 'and-or':
      return stepAndOr(io, node);
    case 'not':
      if (frame.step++ === 0) return push(io, node.node, true);
      return leave(io, io.thread.status === 0 ? 1 : 0);
    case 'pipeline':
      return stepPipeline(io, node);
    case 'simple':
      return stepSimple(io, node);
    case 'function':
      io.scope.functions[node.name] = { script: frame.script, node: node.body };
      return leave(io, 0);
    default:
      if (frame.step === 0 && !prepare(io, node)) return;
      return stepCompound(io, node);
  }
}

function stepCompound(io: CommandIo, node: ShellNode): void {
  switch (node.kind) {
    case 'if':
      return stepIf(io, node);
    case 'loop':
      return stepLoop(io, node);
    case 'for':
      return stepFor(io, node);
    case 'count':
      return stepCount(io, node);
    case 'case':
      return stepCase(io, node);
    case 'group':
      if (io.frame.step++ === 1) return push(io, node.body);
      return leave(io, io.thread.status);
    case 'subshell':
      return stepSubshell(io, node);
    default:
      throw new ShellFault(`cannot run ${node.kind}`);
  }
}

export function frameOf(script: string, node: number, streams: Streams, isTested = false): Frame {
  return { script, node, step: 0, streams, isTested, substitutions: {}, words: [], memory: {} };
}

function push({ thread, frame }: CommandIo, node: number, isTested = frame.isTested): void {
  thread.frames.push(frameOf(frame.script, node, frame.streams, isTested));
}

/** The frame is done with a status. A failure that decides nothing ends a script with `set -e`. */
export function leave({ thread, frame, state }: CommandIo, status: number, canEnd = false): void {
  thread.frames.pop();
  for (const text of (frame.memory['texts'] as number[] | undefined) ?? []) delete state.texts[text];
  thread.status = status;
  if (canEnd && status !== 0 && !frame.isTested && thread.scope.flags.includes('e')) thread.frames = [];
}

/** Runs the command substitutions of some words, one after the other; true once all have ended. */
function substitute(io: CommandIo, words: readonly Word[]): boolean {
  const { frame, thread, state } = io;
  const running = frame.memory['substituting'] as { node: number; pipe: number; thread: number } | undefined;
  if (running) {
    frame.substitutions[running.node] = state.pipes[running.pipe]!.text.replace(/\n+$/, '');
    thread.status = reap(state, running.thread);
    frame.memory['substituted'] = thread.status;
    delete state.pipes[running.pipe];
    delete frame.memory['substituting'];
  }
  const next = words.flatMap(substitutionsOf).find((node) => !(node in frame.substitutions));
  if (next === undefined) return true;
  const pipe = newPipe(state, true);
  const streams: Streams = { ...frame.streams, output: { kind: 'pipe', pipe } };
  const child = spawn(state, thread, [frameOf(frame.script, next, streams)], streams);
  frame.memory['substituting'] = { node: next, pipe, thread: child.id };
  thread.wait = { kind: 'threads', ids: [child.id] };
  return false;
}

/** First step of a compound command: expands what it is redirected to. */
function prepare(io: CommandIo, node: ShellNode): boolean {
  const { frame } = io;
  const redirections = 'redirections' in node ? node.redirections : [];
  const words = [
    ...redirections.map(({ target }) => target),
    ...(node.kind === 'for' ? (node.words ?? []) : []),
    ...(node.kind === 'case' ? [node.word, ...node.items.flatMap(({ patterns }) => patterns)] : []),
  ];
  if (!substitute(io, words)) return false;
  if (!redirect(io, redirections)) {
    leave(io, 1, true);
    return false;
  }
  frame.step = 1;
  return true;
}

/** False where a file cannot be opened, which has been said then. */
function redirect(io: CommandIo, redirections: readonly Redirection[]): boolean {
  const { frame, files } = io;
  for (const { descriptor, operator, target } of redirections) {
    const text = expandText(target, io);
    const path = absolute(text, io.scope.directory);
    const { streams } = frame;
    const key = descriptor === 2 ? 'error' : 'output';
    switch (operator) {
      case '<<<': {
        const isDocument = target.at(-1)?.kind === 'text' && !target.at(-1)!.isQuoted && target.length > 1;
        readFrom(io, isDocument ? text : `${text}\n`);
        break;
      }
      case '<': {
        const file = files.read(path);
        if (!file && path !== '/dev/null') {
          io.err(`${io.scope.name}: can't open ${text}: no such file\n`);
          return false;
        }
        readFrom(io, file?.text ?? '');
        break;
      }
      case '>&':
      case '<&':
        if (text === '-') frame.streams = { ...streams, [key]: { kind: 'null' } };
        else if (text === '1' || text === '2')
          frame.streams = { ...streams, [key]: text === '1' ? streams.output : streams.error };
        break;
      default: {
        const special = SPECIAL[path];
        const fault = special ? undefined : files.write(path, '', { isAppend: operator === '>>' });
        if (fault) {
          io.err(`${io.scope.name}: can't create ${text}: ${fault}\n`);
          return false;
        }
        frame.streams = { ...streams, [key]: special ?? { kind: 'file', path } };
      }
    }
  }
  return true;
}

function readFrom({ frame, state }: CommandIo, text: string): void {
  const id = state.nextId;
  state.nextId += 1;
  state.texts[id] = text;
  frame.memory['texts'] = [...((frame.memory['texts'] as number[] | undefined) ?? []), id];
  frame.streams = { ...frame.streams, input: { kind: 'text', text: id } };
}

/** Files that are no files. Process 1's output is the container's log, however it is reached. */
const SPECIAL: Readonly<Record<string, Streams['output']>> = {
  '/dev/null': { kind: 'null' },
  '/dev/stdout': { kind: 'output', stream: 'stdout' },
  '/dev/stderr': { kind: 'output', stream: 'stderr' },
  '/dev/termination-log': { kind: 'file', path: '/dev/termination-log' },
  '/proc/1/fd/1': { kind: 'output', stream: 'stdout' },
  '/proc/1/fd/2': { kind: 'output', stream: 'stderr' },
  '/proc/self/fd/1': { kind: 'output', stream: 'stdout' },
};

function stepList(io: CommandIo, { items }: Of<'list'>): void {
  const { frame, thread, state } = io;
  const item = items[frame.step];
  if (!item) return leave(io, items.length === 0 ? 0 : thread.status);
  frame.step += 1;
  if (!item.isBackground) return push(io, item.node);
  const streams: Streams = { ...frame.streams, input: { kind: 'null' } };
  const job = spawn(state, thread, [frameOf(frame.script, item.node, streams)], streams);
  thread.lastJob = job.id;
  thread.jobs.push(job.id);
  thread.status = 0;
}

function stepAndOr(io: CommandIo, { left, operator, right }: Of<'and-or'>): void {
  const { frame, thread } = io;
  frame.step += 1;
  if (frame.step === 1) return push(io, left, true);
  const goesOn = (thread.status === 0) === (operator === '&&');
  if (frame.step === 2 && goesOn) return push(io, right);
  return leave(io, thread.status);
}

function stepPipeline(io: CommandIo, { nodes }: Of<'pipeline'>): void {
  const { frame, thread, state } = io;
  if (frame.step === 0) {
    frame.step = 1;
    let { input } = frame.streams;
    const pipes: number[] = [];
    const ids = nodes.map((node, index) => {
      const pipe = index < nodes.length - 1 ? newPipe(state) : undefined;
      const output: Streams['output'] = pipe === undefined ? frame.streams.output : { kind: 'pipe', pipe };
      const streams: Streams = { ...frame.streams, input, output };
      if (pipe !== undefined) {
        input = { kind: 'pipe', pipe };
        pipes.push(pipe);
      }
      return spawn(state, thread, [frameOf(frame.script, node, streams, frame.isTested)], streams).id;
    });
    frame.memory['ids'] = ids;
    frame.memory['pipes'] = pipes;
    thread.wait = { kind: 'threads', ids };
    return;
  }
  const codes = (frame.memory['ids'] as number[]).map((id) => reap(state, id));
  for (const pipe of frame.memory['pipes'] as number[]) delete state.pipes[pipe];
  const failed = io.scope.flags.includes('p') ? codes.findLast((code) => code !== 0) : undefined;
  return leave(io, failed ?? codes.at(-1)!, true);
}

function stepSimple(io: CommandIo, node: Of<'simple'>): void {
  const { frame, scope } = io;
  if (frame.step === 0) {
    const { assignments, words, redirections } = node;
    const all = [...words, ...assignments.map(({ value }) => value), ...redirections.map(({ target }) => target)];
    if (!substitute(io, all)) return;
    frame.words = isCondition(words) ? conditionWords(words, io) : expandWords(words, io);
    if (!redirect(io, redirections)) return leave(io, 1, true);
    const isOwn = frame.words.length > 0;
    for (const { name, value, isAppend } of assignments) {
      const before = scope.variables[name];
      const text = (isAppend ? (before ?? '') : '') + expandText(value, io);
      if (isOwn) {
        frame.hidden = { ...frame.hidden, [name]: before ?? null };
        if (!scope.exported.includes(name)) scope.exported.push(name);
      }
      scope.variables[name] = text;
    }
    frame.step = 1;
    if (scope.flags.includes('x') && isOwn) io.err(`+ ${frame.words.join(' ')}\n`);
    // The status of an assignment is that of its last substitution.
    if (!isOwn) return leave(io, (frame.memory['substituted'] as number | undefined) ?? 0, true);
  }
  stepWords(io);
}

const isCondition = ([first]: readonly Word[]): boolean => {
  const [part, ...more] = first ?? [];
  return part?.kind === 'text' && part.text === '[[' && more.length === 0;
};

/** Within `[[ ]]` nothing is split, and a pattern stands to the right of `==` and `!=`. */
function conditionWords(words: readonly Word[], io: CommandIo): string[] {
  let before = '';
  return words.map((word) => {
    const text = /^[=!]?=$/.test(before) ? expandPattern(word, io) : expandText(word, io);
    before = text;
    return text;
  });
}

/** The command itself, called until it gives an exit code. */
function stepWords(io: CommandIo): void {
  const { frame, thread, scope } = io;
  if (frame.words.length === 0) return leave(io, 0);
  frame.memory['isRunning'] = true;
  const depth = thread.frames.length;
  const outcome = runCommand(io, frame.words);
  if (outcome === 'left') return;
  if (isWait(outcome)) {
    thread.wait = outcome;
    // A trap may run while it waits in `wait`.
    if (frame.words[0] === 'wait') frame.memory['isRunning'] = false;
    return;
  }
  if (outcome === 'pushed') {
    frame.memory['isRunning'] = false;
    return;
  }
  for (const [name, value] of Object.entries(frame.hidden ?? {})) {
    if (value === null) delete scope.variables[name];
    else scope.variables[name] = value;
  }
  if (thread.frames.length === depth) leave(io, frame.memory['isBroken'] ? 141 : outcome, true);
}

function stepIf(io: CommandIo, { branches, otherwise }: Of<'if'>): void {
  const { frame, thread } = io;
  // Steps: 1 first condition, 2 its verdict, 3 second condition, ... ; 1000 done.
  if (frame.step >= 1_000) return leave(io, thread.status);
  const index = Math.floor((frame.step - 1) / 2);
  const branch = branches[index];
  if (frame.step % 2 === 1) {
    frame.step += 1;
    if (branch) return push(io, branch.condition, true);
    frame.step = 1_000;
    if (otherwise !== undefined) return push(io, otherwise);
    return leave(io, 0);
  }
  if (thread.status !== 0) {
    frame.step += 1;
    return;
  }
  frame.step = 1_000;
  return push(io, branch!.body);
}

function stepLoop(io: CommandIo, { isUntil, condition, body }: Of<'loop'>): void {
  const { frame, thread } = io;
  if (frame.step === 1) {
    frame.step = 2;
    return push(io, condition, true);
  }
  if (frame.step === 2) {
    if ((thread.status === 0) === isUntil) return leave(io, (frame.memory['status'] as number | undefined) ?? 0);
    frame.step = 3;
    return push(io, body);
  }
  frame.memory['status'] = thread.status;
  frame.step = 1;
}

function stepFor(io: CommandIo, { name, words, body }: Of<'for'>): void {
  const { frame, thread, scope } = io;
  if (frame.step === 1) frame.words = words ? expandWords(words, io) : [...scope.arguments];
  const value = frame.words[frame.step - 1];
  if (value === undefined) return leave(io, frame.step === 1 ? 0 : thread.status);
  frame.step += 1;
  scope.variables[name] = value;
  return push(io, body);
}

function stepCount(io: CommandIo, { start, condition, step, body }: Of<'count'>): void {
  const { frame, thread } = io;
  if (frame.step === 1) evaluate(expandText(start, io), io);
  else evaluate(expandText(step, io), io);
  frame.step = 2;
  const text = expandText(condition, io);
  if (text.trim() !== '' && evaluate(text, io) === 0) return leave(io, thread.status);
  return push(io, body);
}

function stepCase(io: CommandIo, { word, items }: Of<'case'>): void {
  const { frame, thread } = io;
  if (frame.step === 2) return leave(io, thread.status);
  frame.step = 2;
  const text = expandText(word, io);
  const item = items.find(({ patterns }) =>
    patterns.some((pattern) => matchesPattern(text, expandPattern(pattern, io))),
  );
  if (!item) return leave(io, 0);
  return push(io, item.body);
}

function stepSubshell(io: CommandIo, { body }: Of<'subshell'>): void {
  const { frame, thread, state } = io;
  if (frame.step === 1) {
    frame.step = 2;
    const child = spawn(state, thread, [frameOf(frame.script, body, frame.streams, frame.isTested)], frame.streams);
    frame.memory['child'] = child.id;
    thread.wait = { kind: 'threads', ids: [child.id] };
    return;
  }
  return leave(io, reap(state, frame.memory['child'] as number), true);
}
