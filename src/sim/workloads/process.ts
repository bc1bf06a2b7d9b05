/**
 * Programs that run in containers: which address and port they listen on, what they answer, write, use, and how they end.
 * The container runtime (kubelet) starts and stops them; probes and the network speak to them. This is the data plane: no
 * API object says it, as in a real cluster. Shells run in virtual time (shell/), everything else by its behaviour.
 */
import { refOf } from './reference.ts';
import type { Component, Kernel } from '../kernel/index.ts';
import type { Behaviour, CrashCondition } from './behaviour.ts';
import { isLastRequest, lacksSomething } from './crash.ts';
import { ContainerLogs } from './logs.ts';
import { depthsOf, type QueueDepth } from './queue-server.ts';
import type { NetworkReply, Question } from './shell/host.ts';
import { ShellRunner, type ExecOptions, type Session } from './shell-runner.ts';
import { ContainerFiles, VolumeStore, type Mount } from './volumes.ts';
import { formatDate } from './shell/commands/system.ts';
import { demandOf, RequestMeter, usageOf, writtenBytes, type Footprint, type Usage } from './usage.ts';

export interface OpenPort {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly name?: string;
}

/** What the container runtime says of a program that it starts. */
export interface RunningProcess {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
  readonly containerId: string;
  /** The component that is told of its end. */
  readonly owner: string;
  readonly node: string;
  readonly podIp: string;
  readonly hostname: string;
  readonly isHostNetwork: boolean;
  readonly image: string;
  readonly behaviour: Behaviour;
  /** The command line that a shell runs; absent: the image's own program. */
  readonly argv?: readonly string[];
  /** Its standard input is kept open for who attaches, and it is on a terminal. */
  readonly hasInput?: boolean;
  readonly hasTerminal?: boolean;
  /** Its standard input ends with the first who was attached to it. */
  readonly hasInputOnce?: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly mounts: readonly Mount[];
  /** Files that the kubelet and the runtime make: /etc/hosts, /etc/hostname, /etc/resolv.conf. */
  readonly generatedFiles: Readonly<Record<string, string>>;
  readonly isReadOnlyRoot: boolean;
  readonly terminationMessagePath: string;
  /** What asks it to stop: `TERM`, `QUIT`. */
  readonly stopSignal: string;
  readonly limits: { readonly cpuMillis?: number; readonly memoryBytes?: number };
  /** It is expected to end by itself: an init container, or one of a pod that is not always restarted. */
  readonly isTask: boolean;
  /** Its pod stands in a file of its node: it runs whether the API knows of it or not. */
  readonly isStatic?: boolean;
  readonly startedAt: number;
  /** Ports it listens on, once `startedAt + behaviour.listenAfterMs` has passed. */
  readonly ports: readonly OpenPort[];
  /** The stop signal was sent at this time; undefined while it runs. */
  readonly stoppingSince?: number;
}

export const DATA_PLANE = 'data-plane';

const OOM_KILLED = 'OOMKilled';

/** A task that has not ended by then is left to itself: it no longer keeps a world from settling. */
const SETTLE_WITHIN_MS = 60_000;

/** Told of every start and stop, within the turn in which it happens. */
export type ProcessListener = (process: RunningProcess, what: 'started' | 'stopped') => void;

/** Puts a program's question to the network; the answer comes as the task `reply` with the given payload. */
export type AskNetwork = (process: RunningProcess, question: Question, reply: ReplyAddress) => void;

export interface ReplyAddress {
  readonly key: string;
  readonly containerId: string;
  readonly session: number;
  readonly id: number;
  readonly isUpkeep: boolean;
}

interface Ending {
  readonly key: string;
  readonly containerId: string;
  readonly code: number;
  readonly reason: string;
}

const keyOf = (podUid: string, container: string): string => `${podUid}/${container}`;

export class ProcessTable implements Component {
  readonly id = DATA_PLANE;
  readonly logs = new ContainerLogs();
  readonly volumes = new VolumeStore();
  readonly requests = new RequestMeter();
  private processes = new Map<string, RunningProcess>();
  private readonly byAddress = new Map<string, Map<string, RunningProcess>>();
  private readonly listeners: ProcessListener[] = [];
  private readonly shells: ShellRunner;
  private askNetwork: AskNetwork = () => undefined;

  constructor(private readonly kernel: Kernel) {
    this.shells = new ShellRunner({
      kernel,
      volumes: this.volumes,
      write: (process, stream, text) => this.write(process, stream, text),
      ask: (process, question, reply) => this.askNetwork(process, question, reply),
      serve: (process, behaviour) => this.serveFrom(process, behaviour),
      ended: (process, code) => this.end(keyOf(process.podUid, process.container), code),
      hasListener: (process, port) => this.listener(process.podIp, port) !== undefined,
    });
  }

  onChange(listener: ProcessListener): void {
    this.listeners.push(listener);
  }

  useNetwork(ask: AskNetwork): void {
    this.askNetwork = ask;
  }

  start(process: RunningProcess): void {
    const key = keyOf(process.podUid, process.container);
    this.put(process);
    this.logs.begin(key);
    for (const listener of this.listeners) listener(process, 'started');
    const { exit, crash, log, script } = process.behaviour;
    if (!process.argv || script !== undefined) for (const line of log) this.write(process, 'stdout', `${line}\n`);
    if (crash && lacksSomething(crash, process.environment, this.filesOf(process))) return this.crash(process, crash);
    if (exit && (!process.argv || script !== undefined)) this.endLater(process, exit.afterMs, exit.code, exit.reason);
    if (process.argv) this.shells.start(key, process);
  }

  private crash(process: RunningProcess, { code, afterMs, log }: CrashCondition): void {
    if (log !== undefined) this.write(process, 'stderr', `${log}\n`);
    this.endLater(process, afterMs, code);
  }

  private filesOf(process: RunningProcess): ContainerFiles {
    const { mounts, image, generatedFiles } = process;
    return new ContainerFiles(this.volumes, rootOf(process), mounts, image, this.now, generatedFiles, false);
  }

  /** The stop signal, and SIGKILL when the grace is over. The owner hears of the end. */
  terminate(podUid: string, container: string, graceMs: number): void {
    const process = this.get(podUid, container);
    if (!process) return;
    const key = keyOf(podUid, container);
    this.put({ ...process, stoppingSince: this.now });
    const { stopAfterMs, stopCode = 0 } = process.behaviour;
    const heard = process.argv ? this.shells.signal(key, process.stopSignal, process) : 'replaced';
    const isOver = heard === 'replaced' || (heard === 'ignored' && process.behaviour.script !== undefined);
    if (isOver && stopAfterMs <= graceMs) this.endLater(process, stopAfterMs, stopCode);
    this.endLater(process, graceMs, 137);
  }

  /** Other limits for a running program: one whose memory grows meets them at another time. */
  resize(podUid: string, container: string, limits: RunningProcess['limits']): void {
    const process = this.get(podUid, container);
    if (!process) return;
    const resized = { ...process, limits };
    this.put(resized);
    this.endOfGrowth(resized);
  }

  /** A program whose memory grows is killed when it meets its limit. */
  private endOfGrowth(process: RunningProcess): void {
    const { leakBytesPerSecond } = process.behaviour;
    const { memoryBytes: limit } = process.limits;
    if (!leakBytesPerSecond || limit === undefined) return;
    const leftMs = Math.ceil(((limit - this.usage(process).memoryBytes) / leakBytesPerSecond) * 1000);
    this.endLater(process, Math.max(0, leftMs), 137, OOM_KILLED);
  }

  /** The limit that it was to meet has been raised since. */
  private hasRoom(process: RunningProcess): boolean {
    const { leakBytesPerSecond = 0 } = process.behaviour;
    const roundingBytes = leakBytesPerSecond / 100;
    const { memoryBytes: limit = Infinity } = process.limits;
    return leakBytesPerSecond > 0 && this.usage(process).memoryBytes + roundingBytes < limit;
  }

  /** SIGKILL. The owner hears of the end. */
  kill(podUid: string, container: string, reason = 'Error'): void {
    this.end(keyOf(podUid, container), 137, reason);
  }

  /** Takes note of an answered request: it has used processor time, and web servers log it. */
  served(
    process: RunningProcess,
    from: { pod: string; target: { path: string }; method: string; weight?: number },
    reply?: { status: number; body: string },
  ): void {
    const { behaviour, podUid, container } = process;
    const key = keyOf(podUid, container);
    const { crash } = behaviour;
    if (behaviour.http || behaviour.cpuMillisPerRequest || crash?.requests)
      this.requests.add(key, this.now, from.weight);
    if (crash && isLastRequest(crash, from.target.path, this.requests.total(key)))
      this.crash(process, { ...crash, afterMs: 0 });
    if (behaviour.name !== 'web-server' || !reply) return;
    const at = formatDate('%d/%b/%Y:%H:%M:%S +0000', this.kernel.options.epochMs + this.now);
    this.write(
      process,
      'stdout',
      `${from.pod} - - [${at}] "${from.method} ${from.target.path} HTTP/1.1" ${reply.status} ${reply.body.length}\n`,
    );
  }

  /** What a container uses now. */
  usage(process: RunningProcess): Usage {
    return usageOf(process, this.demand(process));
  }

  /** What a program that is scraped tells of itself: requests that it has answered since its start, and its queues. */
  exported(process: RunningProcess): { readonly requests: number; readonly queues: readonly QueueDepth[] } {
    const { keeps } = process.behaviour.http ?? {};
    const request = { files: this.filesOf(process), directory: keeps?.directory ?? '', nowMs: this.now };
    return {
      requests: this.requests.total(keyOf(process.podUid, process.container)),
      queues: keeps?.what === 'queue' ? depthsOf(request) : [],
    };
  }

  /** What a container takes of its node's disk and process ids. */
  footprint(process: RunningProcess): Footprint {
    const key = keyOf(process.podUid, process.container);
    return {
      layerBytes: this.volumes.bytes(rootOf(process)) + writtenBytes(process, this.now),
      logBytes: this.logs.bytes(key),
      processes: (process.behaviour.processes ?? 1) + Math.max(0, this.shells.threads(key) - 1),
    };
  }

  private demand(process: RunningProcess): Usage {
    const rate = this.requests.rate(keyOf(process.podUid, process.container), this.now);
    return demandOf(process, this.now, rate, this.isBusy(process));
  }

  /** A throttled program takes longer for everything. */
  slowdown(process: RunningProcess): number {
    const { cpuMillis = Infinity } = process.limits;
    return Math.max(1, this.demand(process).cpuMillis / cpuMillis);
  }

  private endLater(process: RunningProcess, afterMs: number, code: number, reason?: string): void {
    const { kernel } = this;
    const isUpkeep = afterMs > SETTLE_WITHIN_MS;
    const ending: Ending = {
      key: keyOf(process.podUid, process.container),
      containerId: process.containerId,
      code,
      reason: reason ?? (code === 0 ? 'Completed' : 'Error'),
    };
    kernel.schedule(afterMs, this.id, 'end', ending, isUpkeep);
  }

  private end(key: string, code: number, reason = code === 0 ? 'Completed' : 'Error'): void {
    const process = this.processes.get(key);
    if (!process) return;
    const message = this.volumes.get(rootOf(process)).files.get(process.terminationMessagePath)?.text;
    this.stop(process.podUid, process.container);
    const { podUid, container, containerId, owner } = process;
    const exited = { uid: podUid, name: container, containerId, code, reason, ...(message ? { message } : {}) };
    this.kernel.schedule(0, owner, 'exited', exited);
  }

  /** Ends a process without a word to its owner. */
  stop(podUid: string, container: string): void {
    const key = keyOf(podUid, container);
    const process = this.processes.get(key);
    if (!process) return;
    this.processes.delete(key);
    this.shells.stop(key);
    this.requests.forget(key);
    this.logs.end(key, this.now);
    this.volumes.remove(rootOf(process));
    const neighbours = this.byAddress.get(process.podIp);
    neighbours?.delete(key);
    if (neighbours?.size === 0) this.byAddress.delete(process.podIp);
    for (const listener of this.listeners) listener(process, 'stopped');
  }

  /** Nothing of the pod is left on its node: its logs and its own volumes go. */
  forgetPod(podUid: string): void {
    this.logs.remove(podUid);
    this.volumes.removePod(podUid);
  }

  get(podUid: string, container: string): RunningProcess | undefined {
    return this.processes.get(keyOf(podUid, container));
  }

  /** All processes behind an address: of one pod, or of all host-network pods of a node. */
  at(address: string): readonly RunningProcess[] {
    return [...(this.byAddress.get(address)?.values() ?? [])];
  }

  /** Who listens at an address and port right now. */
  listener(address: string, port: number, protocol: 'TCP' | 'UDP' | 'SCTP' = 'TCP'): RunningProcess | undefined {
    const { now } = this;
    return this.at(address).find(
      (process) =>
        now >= process.startedAt + process.behaviour.listenAfterMs &&
        process.ports.some((open) => open.port === port && open.protocol === protocol),
    );
  }

  list(): IterableIterator<RunningProcess> {
    return this.processes.values();
  }

  /** A shell that computes without rest. */
  isBusy(process: RunningProcess): boolean {
    return this.shells.isBusy(keyOf(process.podUid, process.container));
  }

  /**
   * Runs a command in a container, beside its program. Returns a number under which `session` finds it; undefined when
   * the container does not run. `notify` is a component that gets the task `executed` at its end.
   */
  exec(podUid: string, container: string, argv: readonly string[], options: ExecOptions = {}): number | undefined {
    const process = this.get(podUid, container);
    return process ? this.shells.exec(keyOf(podUid, container), process, argv, options) : undefined;
  }

  /** Looks on at what a container's program writes from now on; undefined when it does not run. */
  attach(podUid: string, container: string): number | undefined {
    const process = this.get(podUid, container);
    return process ? this.shells.attach(keyOf(podUid, container), process) : undefined;
  }

  /** Types into the program of a session; without text, its input ends. */
  type(session: number, text: string | undefined): void {
    const process = this.processOf(session);
    if (process) this.shells.type(session, text, process);
  }

  /** Presses keys on the terminal of a session: it echoes them, hands lines over, and interrupts at Ctrl+C. */
  press(session: number, keys: string): void {
    const process = this.processOf(session);
    if (process) this.shells.press(session, keys, process);
  }

  /** Gives a component the task `output`, once, when a session has written more, or has ended. */
  listen(session: number, component: string): void {
    this.shells.listen(session, component);
  }

  private processOf(session: number): RunningProcess | undefined {
    const key = this.shells.session(session)?.key;
    return key === undefined ? undefined : this.processes.get(key);
  }

  session(id: number): Session | undefined {
    return this.shells.session(id);
  }

  closeSession(id: number): void {
    this.shells.close(id, this.processOf(id));
  }

  isSerial(): boolean {
    return false;
  }

  handle(action: string, payload: unknown): void {
    switch (action) {
      case 'end': {
        const { key, containerId, code, reason } = payload as Ending;
        const process = this.processes.get(key);
        if (process?.containerId !== containerId || (reason === OOM_KILLED && this.hasRoom(process))) return;
        return this.end(key, code, reason);
      }
      case 'wake': {
        const { key, session, containerId } = payload as { key: string; session: number; containerId: string };
        const process = this.processes.get(key);
        if (process?.containerId === containerId) this.shells.wake(key, session, process);
        return;
      }
      case 'reply': {
        const { to, reply } = payload as { to: ReplyAddress; reply: NetworkReply };
        const process = this.processes.get(to.key);
        if (process?.containerId === to.containerId) this.shells.reply(to, reply, process);
        return;
      }
      default:
        this.kernel.assert(false, `the data plane has no action ${action}`);
    }
  }

  private get now(): number {
    return this.kernel.hasTurn ? this.kernel.turn.cursor : this.kernel.now;
  }

  write(process: RunningProcess, stream: 'stdout' | 'stderr', text: string): void {
    const key = keyOf(process.podUid, process.container);
    const lines = this.logs.append(key, this.now, stream, text);
    this.shells.mirror(key, stream, text);
    const object = { object: refOf(process) };
    for (const line of lines) this.kernel.emit('container.log', { container: process.container, line }, object);
  }

  /** A file of the container's own, as another part of the program writes it. */
  writeFile(process: RunningProcess, path: string, text: string): void {
    this.filesOf(process).write(path, text);
  }

  /** A shell has started a server in its foreground: it listens from now on. */
  private serveFrom(process: RunningProcess, behaviour: Behaviour): void {
    const current = this.get(process.podUid, process.container);
    if (!current) return;
    const open = behaviour.ports.filter((port) => !current.ports.some((item) => item.port === port));
    const ports = [...current.ports, ...open.map((port) => ({ port, protocol: 'TCP' as const }))];
    this.put({ ...current, behaviour, ports });
  }

  save(): unknown {
    return {
      processes: [...this.processes.values()],
      logs: this.logs.save(),
      volumes: this.volumes.save(),
      shells: this.shells.save(),
      requests: this.requests.save(),
    };
  }

  load(state: unknown): void {
    const saved = state as Record<string, unknown> & { processes: readonly RunningProcess[] };
    this.processes = new Map();
    this.byAddress.clear();
    for (const process of saved.processes) this.put(process);
    this.logs.load(saved['logs']);
    this.volumes.load(saved['volumes']);
    this.shells.load(saved['shells']);
    this.requests.load(saved['requests']);
  }

  private put(process: RunningProcess): void {
    const key = keyOf(process.podUid, process.container);
    this.processes.set(key, process);
    let neighbours = this.byAddress.get(process.podIp);
    if (!neighbours) this.byAddress.set(process.podIp, (neighbours = new Map()));
    neighbours.set(key, process);
  }
}

/** The container's own layer: what it writes outside its mounts. */
export const rootOf = ({ podUid, container, containerId }: RunningProcess): string =>
  `container/${podUid}/${container}/${containerId.slice(-12)}`;
