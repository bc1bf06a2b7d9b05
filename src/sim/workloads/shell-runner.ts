/** Runs the shells of containers and of `exec` in them: wakes them when they have to go on, and hands them the world around. */
import type { Kernel } from '../kernel/index.ts';
import type { Behaviour } from './behaviour.ts';
import { cgroupFiles } from './cgroup.ts';
import { programFor } from './foreground.ts';
import { disciplined } from './line-discipline.ts';
import { DATA_PLANE, rootOf, type ReplyAddress, type RunningProcess } from './process.ts';
import type { NetworkReply, Question, ShellHost } from './shell/host.ts';
import { interruptShell, newShell, OPEN_INPUT, runShell, signalShell, typeInto, wakeTime } from './shell/machine.ts';
import { copyShell, type ShellState } from './shell/state.ts';
import { ContainerFiles, type VolumeStore } from './volumes.ts';

export interface ShellPorts {
  readonly kernel: Kernel;
  readonly volumes: VolumeStore;
  write(process: RunningProcess, stream: 'stdout' | 'stderr', text: string): void;
  ask(process: RunningProcess, question: Question, reply: ReplyAddress): void;
  serve(process: RunningProcess, behaviour: Behaviour): void;
  ended(process: RunningProcess, code: number): void;
  hasListener(process: RunningProcess, port: number): boolean;
}

export interface ExecOptions {
  /** All of the input, or that it comes bit by bit, through `type`. */
  readonly stdin?: string | typeof OPEN_INPUT;
  /** A shell on a terminal says that it waits for a line. */
  readonly hasTerminal?: boolean;
  readonly notify?: Session['notify'];
}

/** How a shell knows that it is on a terminal. */
const TERMINAL = { TERM: 'xterm' };

export interface Session {
  readonly id: number;
  readonly key: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Characters at the start of each that are no longer kept. */
  readonly dropped?: { readonly stdout: number; readonly stderr: number };
  /** Undefined while it runs. */
  readonly exitCode?: number;
  readonly notify?: { readonly component: string; readonly payload: object };
  /** It has no command of its own: it looks on, and types into, what the container runs. */
  readonly isAttached?: boolean;
  /** The container's input ends when this session leaves it. */
  readonly endsInput?: boolean;
  /** On a terminal: the line that is being typed. What is written to the standard error goes the same way as the output. */
  readonly line?: string;
  /** Who gets the task `output` once there is more of it, or its end. */
  readonly listener?: string;
}

interface Running {
  shell: ShellState;
  /** The task that will wake it, if one is on its way. */
  wakeAt?: number;
}

/** Of a session's output that nobody has taken, as much is kept. */
const OUTPUT_LIMIT = 1024 * 1024;
const MAIN = 0;
const SETTLE_WITHIN_MS = 60_000;

export class ShellRunner {
  /** By `<key>#<session>`; session 0 is the container's own program. */
  private running = new Map<string, Running>();
  private sessions = new Map<number, Session>();
  private lastSession = 0;
  private lastQuestion = 0;

  constructor(private readonly ports: ShellPorts) {}

  start(key: string, process: RunningProcess): void {
    const input = process.hasInput ? OPEN_INPUT : undefined;
    const environment = process.hasTerminal ? { ...process.environment, ...TERMINAL } : process.environment;
    const shell = newShell(process.argv!, environment, process.directory, input);
    this.running.set(`${key}#${MAIN}`, { shell });
    this.go(key, MAIN, process);
  }

  stop(key: string): void {
    for (const id of [...this.running.keys()]) if (id.startsWith(`${key}#`)) this.running.delete(id);
    for (const session of this.sessions.values())
      if (session.key === key && session.exitCode === undefined) this.finish(session, session.isAttached ? 0 : 137);
  }

  signal(key: string, signal: string, process: RunningProcess): 'heard' | 'ignored' | 'replaced' {
    const found = this.running.get(`${key}#${MAIN}`);
    if (!found) return 'replaced';
    const outcome = signalShell(found.shell, signal);
    if (outcome === 'heard') this.go(key, MAIN, process);
    return outcome;
  }

  isBusy(key: string): boolean {
    return this.running.get(`${key}#${MAIN}`)?.shell.isBusy ?? false;
  }

  /** Threads of the container's own shell and of those that were started in it. */
  threads(key: string): number {
    let count = 0;
    for (const [id, { shell }] of this.running)
      if (id.startsWith(`${key}#`)) count += shell.threads.filter(({ isDone }) => !isDone).length;
    return count;
  }

  exec(
    key: string,
    process: RunningProcess,
    argv: readonly string[],
    { stdin, hasTerminal, notify }: ExecOptions,
  ): number {
    this.lastSession += 1;
    const id = this.lastSession;
    this.sessions.set(id, {
      id,
      key,
      stdout: '',
      stderr: '',
      ...(notify ? { notify } : {}),
      ...(hasTerminal ? { line: '' } : {}),
    });
    const environment = hasTerminal ? { ...process.environment, ...TERMINAL } : process.environment;
    const shell = newShell(argv, environment, process.directory, stdin);
    this.running.set(`${key}#${id}`, { shell });
    this.go(key, id, process);
    return id;
  }

  /** Somebody looks at what the container's own program writes from now on, and may type into it. */
  attach(key: string, { hasTerminal, hasInputOnce }: RunningProcess): number {
    this.lastSession += 1;
    const id = this.lastSession;
    const ways = { ...(hasTerminal ? { line: '' } : {}), ...(hasInputOnce ? { endsInput: true } : {}) };
    this.sessions.set(id, { id, key, stdout: '', stderr: '', isAttached: true, ...ways });
    return id;
  }

  /** Keys for a session on a terminal. */
  press(id: number, keys: string, process: RunningProcess): void {
    const session = this.sessions.get(id);
    if (session?.line === undefined) return;
    const { line, keyed } = disciplined(session.line, keys);
    this.sessions.set(id, { ...session, line });
    for (const item of keyed) {
      if (item.kind === 'echo') this.output(process, session.isAttached ? MAIN : id, 'stdout', item.text);
      else if (item.kind === 'interrupt') this.interrupt(session, process);
      else this.type(id, item.kind === 'line' ? item.text : undefined, process);
    }
  }

  /** Nobody interrupts a container's first process that has not asked for it, as of any process 1. */
  private interrupt(session: Session, process: RunningProcess): void {
    const target = session.isAttached ? MAIN : session.id;
    const found = this.running.get(`${session.key}#${target}`);
    if (!found) return;
    const outcome = interruptShell(found.shell);
    if (outcome === 'heard') return this.go(session.key, target, process);
    if (target === MAIN) return;
    this.running.delete(`${session.key}#${target}`);
    this.finish(this.sessions.get(target)!, 130);
  }

  /** Tells a component, once, when a session has more to show than now. */
  listen(id: number, listener: string): void {
    const session = this.sessions.get(id);
    if (session) this.sessions.set(id, { ...session, listener });
  }

  private tell(session: Session): Session {
    const { listener, ...rest } = session;
    if (listener !== undefined) this.ports.kernel.schedule(0, listener, 'output', { session: session.id });
    return rest;
  }

  /** Input for a session's program; undefined ends it. */
  type(id: number, text: string | undefined, process: RunningProcess): void {
    const session = this.sessions.get(id);
    if (!session) return;
    const target = session.isAttached ? MAIN : id;
    const found = this.running.get(`${session.key}#${target}`);
    if (!found) return;
    typeInto(found.shell, text);
    this.go(session.key, target, process);
  }

  /** What the container's own program writes, for those who look on. */
  mirror(key: string, stream: 'stdout' | 'stderr', text: string): void {
    for (const session of this.sessions.values())
      if (session.isAttached && session.key === key) this.append(session.id, stream, text);
  }

  session(id: number): Session | undefined {
    return this.sessions.get(id);
  }

  close(id: number, process: RunningProcess | undefined): void {
    const session = this.sessions.get(id);
    if (session?.endsInput && process) this.type(id, undefined, process);
    if (session) this.running.delete(`${session.key}#${id}`);
    this.sessions.delete(id);
  }

  wake(key: string, session: number, process: RunningProcess): void {
    const found = this.running.get(`${key}#${session}`);
    if (!found) return;
    delete found.wakeAt;
    this.go(key, session, process);
  }

  reply({ key, session, id }: ReplyAddress, reply: NetworkReply, process: RunningProcess): void {
    const found = this.running.get(`${key}#${session}`);
    if (!found) return;
    found.shell.replies[id] = reply;
    this.go(key, session, process);
  }

  private go(key: string, session: number, process: RunningProcess): void {
    const id = `${key}#${session}`;
    const found = this.running.get(id)!;
    runShell(found.shell, this.host(key, session, process));
    if (this.running.get(id) !== found) return;
    const { exitCode } = found.shell;
    if (exitCode !== undefined) {
      this.running.delete(id);
      if (session === MAIN) return this.ports.ended(process, exitCode);
      return this.finish(this.sessions.get(session)!, exitCode);
    }
    this.wakeLater(found, key, session, process);
  }

  private wakeLater(found: Running, key: string, session: number, process: RunningProcess): void {
    const { kernel } = this.ports;
    const at = wakeTime(found.shell);
    if (at === undefined || found.wakeAt === at) return;
    found.wakeAt = at;
    const { cursor } = kernel.turn;
    const isUpkeep = this.isUpkeep(session, process, at);
    kernel.schedule(at - cursor, DATA_PLANE, 'wake', { key, session, containerId: process.containerId }, isUpkeep);
  }

  /** What is expected to end soon keeps a world from settling; what runs on does not. */
  private isUpkeep(session: number, { isTask, startedAt }: RunningProcess, at: number): boolean {
    if (session !== MAIN) return at - this.ports.kernel.turn.cursor > SETTLE_WITHIN_MS;
    return !isTask || at - startedAt > SETTLE_WITHIN_MS;
  }

  private finish(session: Session, exitCode: number): void {
    const done = this.tell({ ...session, exitCode });
    this.sessions.set(session.id, done);
    if (!done.notify) return;
    const { component, payload } = done.notify;
    this.ports.kernel.schedule(0, component, 'executed', { ...payload, session: session.id });
  }

  private host(key: string, session: number, process: RunningProcess): ShellHost {
    const { kernel, volumes } = this.ports;
    const nowMs = kernel.turn.cursor;
    const { podIp, hostname, image, mounts, isReadOnlyRoot, limits } = process;
    const generatedFiles = { ...process.generatedFiles, ...cgroupFiles(limits) };
    return {
      nowMs,
      epochMs: kernel.options.epochMs,
      hostname,
      podIp,
      memoryLimitBytes: limits.memoryBytes ?? 16 * 1024 ** 3,
      files: new ContainerFiles(volumes, rootOf(process), mounts, image, nowMs, generatedFiles, isReadOnlyRoot),
      output: (stream, text) => this.output(process, session, stream, text),
      ask: (_, question) => {
        this.lastQuestion += 1;
        const { containerId } = process;
        const isUpkeep = this.isUpkeep(session, process, nowMs);
        this.ports.ask(process, question, { key, containerId, session, id: this.lastQuestion, isUpkeep });
        return this.lastQuestion;
      },
      draw: (bound) => kernel.stream('workloads/shell').below(bound),
      program: (argv) => {
        const { program, behaviour } = programFor(argv, process, session === MAIN);
        if (behaviour && session === MAIN) this.ports.serve(process, behaviour);
        return program;
      },
      isListening: (port) => this.ports.hasListener(process, port),
    };
  }

  private output(process: RunningProcess, session: number, stream: 'stdout' | 'stderr', text: string): void {
    if (session === MAIN) return this.ports.write(process, stream, text);
    this.append(session, stream, text);
  }

  private append(session: number, stream: 'stdout' | 'stderr', text: string): void {
    const found = this.sessions.get(session);
    if (!found) return;
    const into = found.line === undefined ? stream : 'stdout';
    const whole = found[into] + text;
    const over = Math.max(0, whole.length - OUTPUT_LIMIT);
    const before = found.dropped ?? { stdout: 0, stderr: 0 };
    const dropped = over > 0 ? { dropped: { ...before, [into]: before[into] + over } } : {};
    this.sessions.set(session, this.tell({ ...found, [into]: whole.slice(over), ...dropped }));
  }

  save(): unknown {
    return {
      running: new Map([...this.running].map(([id, item]) => [id, { ...item, shell: copyShell(item.shell) }])),
      sessions: new Map(this.sessions),
      lastSession: this.lastSession,
      lastQuestion: this.lastQuestion,
    };
  }

  load(state: unknown): void {
    const saved = state as {
      running: ReadonlyMap<string, Running>;
      sessions: ReadonlyMap<number, Session>;
      lastSession: number;
      lastQuestion: number;
    };
    this.running = new Map([...saved.running].map(([id, item]) => [id, { ...item, shell: copyShell(item.shell) }]));
    this.sessions = new Map(saved.sessions);
    this.lastSession = saved.lastSession;
    this.lastQuestion = saved.lastQuestion;
  }
}
