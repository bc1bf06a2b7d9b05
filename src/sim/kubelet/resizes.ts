/**
 * Resizes in place, from the wish to its end: allocated, carried out with or without a restart, or put off.
 * Upstream: pkg/kubelet/allocation/allocation_manager.go, pkg/kubelet/kuberuntime/kuberuntime_manager.go (doPodResizeAction).
 */
import { wholeValue } from '../api/quantity.ts';
import { isDeepEqual } from '../apiserver/index.ts';
import type { EventRecorder } from '../client/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { ProcessTable } from '../workloads/index.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import { limitsOf } from './container-spec.ts';
import type { MachineSpec } from './machine-spec.ts';
import { isRunning, leafOf, resourcesOf, specOf, type PodRecord } from './records.ts';
import { changedContainers, needsRestart, refusedResize, resizeText } from './resize.ts';

export interface ResizePorts {
  readonly kernel: Kernel;
  readonly recorder: EventRecorder;
  readonly processes: ProcessTable;
  readonly machine: MachineSpec;
  readonly component: string;
  readonly runtime: ContainerRuntime;
  records(): Iterable<PodRecord>;
  find(uid: string): PodRecord | undefined;
  put(uid: string, record: PodRecord): void;
  report(uid: string): void;
}

/** The runtime is asked again for what containers have by now. */
const RELIST_MS = 1_000;
/** What waits for room is tried again when a pod goes, and every so often. */
const RETRY_MS = 180_000;
/** From then on looking again is upkeep. */
const SETTLE_WITHIN_MS = 60_000;

export class Resizes {
  private retriedAt = 0;

  constructor(private readonly ports: ResizePorts) {}

  /** Gives containers what their spec asks for, if the node has it. */
  begin(uid: string): void {
    const record = this.ports.find(uid)!;
    const { pendingResize, ...settled } = record;
    const changed = changedContainers(record);
    if (changed.length === 0) {
      if (pendingResize) this.ports.put(uid, settled);
      return this.ports.report(uid);
    }
    const refused = refusedResize(record, this.ports.records(), this.ports.machine);
    const generation = record.pod.metadata.generation ?? 1;
    if (refused) {
      if (isDeepEqual(pendingResize, { ...refused, generation })) return;
      this.ports.put(uid, { ...record, pendingResize: { ...refused, generation } });
      this.say(uid, 'Warning', `Resize${refused.reason}`, resizeText(refused.reason, record, refused.message));
      return this.ports.report(uid);
    }
    this.ports.put(uid, {
      ...settled,
      allocated: resourcesOf(record.pod),
      resizing: { generation, since: this.ports.kernel.turn.cursor },
    });
    this.say(uid, 'Normal', 'ResizeStarted', resizeText('started', record));
    for (const name of changed) this.carryOut(uid, name, record);
    this.ports.report(uid);
    this.lookAgain(uid);
  }

  private say(uid: string, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.ports.recorder.record('pods', this.ports.find(uid)!.pod, type, reason, message);
  }

  /** At once, or by a restart where the container's policy says so; `before`: with what the container had. */
  private carryOut(uid: string, name: string, before: PodRecord): void {
    const { runtime, processes } = this.ports;
    const record = this.ports.find(uid)!;
    const container = runtime.container(uid, name);
    if (!container || !isRunning(container)) return;
    const spec = specOf(record.pod, name);
    const wanted = record.allocated[name] ?? {};
    if (needsRestart(spec, before.allocated[name] ?? {}, wanted))
      return runtime.fail(uid, name, `Container ${name} resize requires restart`);
    const error = this.memoryFault(record, name);
    if (error !== undefined) {
      if (record.resizing?.error === undefined)
        this.say(uid, 'Warning', 'ResizeError', resizeText('error', record, error));
      return this.ports.put(uid, { ...record, resizing: { ...record.resizing!, error } });
    }
    processes.resize(uid, name, limitsOf({ ...spec, resources: wanted }));
    const { error: _error, ...resizing } = record.resizing!;
    this.ports.put(uid, { ...record, resizing, actuated: { ...record.actuated, [name]: wanted } });
  }

  /** A memory limit does not go below what is in use: the kernel would kill. */
  private memoryFault({ pod, allocated }: PodRecord, name: string): string | undefined {
    const limit = allocated[name]?.limits?.['memory'];
    const process = this.ports.processes.get(pod.metadata.uid, name);
    if (limit === undefined || !process) return undefined;
    const { memoryBytes } = this.ports.processes.usage(process);
    if (memoryBytes < wholeValue(limit)) return undefined;
    const whose = pod.spec?.containers.length === 1 ? 'pod memory limit' : `container "${name}" memory limit`;
    return `attempting to set ${whose} (${wholeValue(limit)}) below current usage (${memoryBytes})`;
  }

  private lookAgain(uid: string): void {
    const { kernel, component } = this.ports;
    const { since } = this.ports.find(uid)!.resizing!;
    kernel.schedule(RELIST_MS, component, 'resize', uid, kernel.turn.cursor - since > SETTLE_WITHIN_MS);
  }

  /** Whether all containers have by now what they were given. */
  check(uid: string): void {
    const record = this.ports.find(uid);
    if (!record?.resizing) return;
    for (const { name } of record.containers)
      if (record.resizing.error !== undefined && !isDeepEqual(record.actuated[name], record.allocated[name]))
        this.carryOut(uid, name, record);
    const now = this.ports.find(uid)!;
    const isOpen = now.containers.some(
      (item) =>
        leafOf(item) === 'stopping' ||
        (isRunning(item) && !isDeepEqual(now.actuated[item.name], now.allocated[item.name])),
    );
    if (isOpen || now.containers.some((item) => /^waiting/.test(leafOf(item)))) return this.lookAgain(uid);
    const { resizing: _resizing, ...settled } = now;
    this.ports.put(uid, settled);
    this.say(uid, 'Normal', 'ResizeCompleted', resizeText('completed', now));
    this.ports.report(uid);
    this.retry();
  }

  /** A pod has gone, or has less: what was put off may fit now. */
  retry(): void {
    this.retriedAt = this.ports.kernel.turn.cursor;
    for (const { pod, pendingResize } of this.ports.records())
      if (pendingResize?.reason === 'Deferred') this.begin(pod.metadata.uid);
  }

  retryInTime(): void {
    if (this.ports.kernel.turn.cursor - this.retriedAt >= RETRY_MS) this.retry();
  }

  save(): unknown {
    return this.retriedAt;
  }

  load(state: unknown): void {
    this.retriedAt = state as number;
  }
}
