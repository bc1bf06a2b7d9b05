/**
 * Programs that run in containers, as far as others can notice them: which address and port they listen on, and what
 * they answer. The container runtime (kubelet) starts and stops them; probes and the network speak to them. This is the
 * data plane: no API object says it, as in a real cluster.
 */
import type { Component, Kernel } from '../kernel/index.ts';
import type { Behaviour } from './behaviour.ts';

export interface RunningProcess {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
  readonly node: string;
  readonly podIp: string;
  readonly isHostNetwork: boolean;
  readonly image: string;
  readonly behaviour: Behaviour;
  readonly startedAt: number;
  /** Ports it listens on, once `startedAt + behaviour.listenAfterMs` has passed. */
  readonly ports: readonly {
    readonly port: number;
    readonly protocol: 'TCP' | 'UDP' | 'SCTP';
    readonly name?: string;
  }[];
  /** SIGTERM was sent at this time; undefined while it runs. */
  readonly stoppingSince?: number;
}

export const DATA_PLANE = 'data-plane';

/** Told of every start and stop, within the turn in which it happens. */
export type ProcessListener = (process: RunningProcess, what: 'started' | 'stopped') => void;

export class ProcessTable implements Component {
  readonly id = DATA_PLANE;
  private processes = new Map<string, RunningProcess>();
  private readonly byAddress = new Map<string, Map<string, RunningProcess>>();
  private readonly listeners: ProcessListener[] = [];

  constructor(private readonly kernel: Kernel) {}

  onChange(listener: ProcessListener): void {
    this.listeners.push(listener);
  }

  start(process: RunningProcess): void {
    this.put(process);
    for (const listener of this.listeners) listener(process, 'started');
  }

  /** Replaces what is known of a process, e.g. once it has been told to stop. */
  update(process: RunningProcess): void {
    this.put(process);
  }

  stop(podUid: string, container: string): void {
    const key = `${podUid}/${container}`;
    const process = this.processes.get(key);
    if (!process) return;
    this.processes.delete(key);
    const neighbours = this.byAddress.get(process.podIp);
    neighbours?.delete(key);
    if (neighbours?.size === 0) this.byAddress.delete(process.podIp);
    for (const listener of this.listeners) listener(process, 'stopped');
  }

  get(podUid: string, container: string): RunningProcess | undefined {
    return this.processes.get(`${podUid}/${container}`);
  }

  /** All processes behind an address: of one pod, or of all host-network pods of a node. */
  at(address: string): readonly RunningProcess[] {
    return [...(this.byAddress.get(address)?.values() ?? [])];
  }

  /** Who listens at an address and port right now. */
  listener(address: string, port: number, protocol: 'TCP' | 'UDP' | 'SCTP' = 'TCP'): RunningProcess | undefined {
    const now = this.kernel.hasTurn ? this.kernel.turn.cursor : this.kernel.now;
    return this.at(address).find(
      (process) =>
        now >= process.startedAt + process.behaviour.listenAfterMs &&
        process.ports.some((open) => open.port === port && open.protocol === protocol),
    );
  }

  list(): IterableIterator<RunningProcess> {
    return this.processes.values();
  }

  isSerial(): boolean {
    return false;
  }

  handle(action: string): void {
    this.kernel.assert(false, `the data plane has no action ${action}`);
  }

  save(): unknown {
    return { processes: [...this.processes.values()] };
  }

  load(state: unknown): void {
    this.processes = new Map();
    this.byAddress.clear();
    for (const process of (state as { processes: readonly RunningProcess[] }).processes) this.put(process);
  }

  private put(process: RunningProcess): void {
    const key = `${process.podUid}/${process.container}`;
    this.processes.set(key, process);
    let neighbours = this.byAddress.get(process.podIp);
    if (!neighbours) this.byAddress.set(process.podIp, (neighbours = new Map()));
    neighbours.set(key, process);
  }
}
