/**
 * What is next for a pod on its node, once something in it has changed: the next init container, the main ones, or its end.
 * Upstream: pkg/kubelet/pod_workers.go, pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions),
 * kuberuntime_termination_order.go.
 */
import type { ContainerRuntime } from './container-runtime.ts';
import { isRunning, isTerminated, leafOf, podLife, type PodRecord } from './records.ts';

export interface WorkerPorts {
  readonly runtime: ContainerRuntime;
  find(uid: string): PodRecord | undefined;
  /** Gives an event to the machine of the pod. */
  move(uid: string, event: string): void;
  report(uid: string): void;
  /** All containers of a pod that is to go have ended. */
  stopped(uid: string): void;
}

export class PodWorker {
  constructor(private readonly ports: WorkerPorts) {}

  /** Decides what is next for a pod: the next init container, the main ones, or its end. */
  settle(uid: string): void {
    const record = this.ports.find(uid);
    if (!record) return;
    const state = podLife.leaves[record.state]!;
    if (state === 'failed' || state === 'succeeded') this.settleEnd(uid, record);
    else if (state === 'initializing') this.settleInit(uid, record);
    else if (state === 'running') this.settleRunning(uid, record);
    else if (state === 'terminating') this.settleTermination(uid, record);
    this.ports.report(uid);
  }

  private settleInit(uid: string, record: PodRecord): void {
    const failed = record.containers.find(
      (item) => item.role === 'init' && isTerminated(item) && item.ended?.exitCode !== 0,
    );
    if (failed) return this.ports.move(uid, 'FAILED');
    for (const container of record.containers) {
      if (container.role === 'main') break;
      if (leafOf(container) === 'waiting.created') return this.ports.runtime.start(uid, container.name);
      const isPast = container.role === 'init' ? isTerminated(container) : leafOf(container) === 'running.started';
      if (!isPast) return;
    }
    this.ports.move(uid, 'INITIALIZED');
    this.startNext(uid);
  }

  /** Containers are started one after the other: the next waits for the image, the start and the hook of the one before. */
  private startNext(uid: string): void {
    for (;;) {
      const mains = (this.ports.find(uid)?.containers ?? []).filter(({ role }) => role === 'main');
      const busy = mains.find((item) => item.isInPostStart || /^waiting\.(pulling|created)$/.test(leafOf(item)));
      if (!busy || leafOf(busy) !== 'waiting.created') return;
      this.ports.runtime.start(uid, busy.name);
    }
  }

  private settleRunning(uid: string, record: PodRecord): void {
    this.startNext(uid);
    for (const { name, role } of record.containers.filter((item) => leafOf(item) === 'waiting.created'))
      if (role === 'ephemeral') this.ports.runtime.start(uid, name);
    const mains = record.containers.filter(({ role }) => role === 'main');
    if (!mains.every(isTerminated)) return;
    const sidecar = record.containers.findLast((item) => item.role === 'sidecar' && isRunning(item));
    if (sidecar) this.ports.runtime.stop(uid, sidecar.name, 'deleted');
    this.ports.move(uid, mains.every(({ ended }) => ended?.exitCode === 0) ? 'ALL_SUCCEEDED' : 'FAILED');
  }

  /** A pod that is over, but for sidecars: they go one by one. */
  private settleEnd(uid: string, record: PodRecord): void {
    if (record.containers.some((item) => item.role !== 'sidecar' && isRunning(item))) return;
    const sidecar = record.containers.findLast((item) => item.role === 'sidecar' && isRunning(item));
    if (sidecar) this.ports.runtime.stop(uid, sidecar.name, 'deleted');
  }

  /** Sidecars go after the main containers; when all have ended, the object is let go. */
  private settleTermination(uid: string, record: PodRecord): void {
    const isOver = (item: PodRecord['containers'][number]): boolean =>
      isTerminated(item) || leafOf(item).startsWith('waiting');
    if (!record.containers.filter(({ role }) => role !== 'sidecar').every(isOver)) return;
    // Sidecars go one by one, the last one first.
    const sidecar = record.containers.findLast((item) => item.role === 'sidecar' && !isOver(item));
    if (sidecar) return this.ports.runtime.stop(uid, sidecar.name, 'deleted');
    if (podLife.leaves[record.state] !== 'terminating') return;
    this.ports.move(uid, 'STOPPED');
    this.ports.stopped(uid);
  }
}
