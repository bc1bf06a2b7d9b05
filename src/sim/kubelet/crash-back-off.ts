/**
 * What becomes of a container that has ended more than once: its restart waits 10 s, 20 s ... 5 min from its end. The sync
 * that has met the end reports it, and says BackOff; only the next one reports CrashLoopBackOff. Upstream:
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff), pkg/kubelet/reason_cache.go, pkg/kubelet/pod_workers.go
 * (completeWork).
 *
 * Left out: the chance by which a pod worker is late. Upstream's next sync comes after 10 to 15 s before 1.35, and with
 * the end of the back-off, made up to half as long again, since; here it comes with the next relist, and the restart with
 * the end of the back-off, so that what is documented of it can be counted in seconds.
 */
import type { ContainerRuntime, Target } from './container-runtime.ts';
import { goDuration } from './container-spec.ts';

const BACKOFF_START_MS = 10_000;
const BACKOFF_MAX_MS = 300_000;
/** The period of the relist. */
const NEXT_SYNC_MS = 1_000;

export class CrashBackOff {
  constructor(private readonly runtime: ContainerRuntime) {}

  begin(uid: string, name: string): void {
    const { runtime } = this;
    const { backOffMs: before } = runtime.container(uid, name)!;
    const { pod } = runtime.ports.find(uid)!;
    const backOffMs = before === 0 ? BACKOFF_START_MS : Math.min(before * 2, BACKOFF_MAX_MS);
    const id = `${pod.metadata.name}_${pod.metadata.namespace}(${uid})`;
    runtime.record(pod, name, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${id}`);
    const message = `back-off ${goDuration(backOffMs)} restarting failed container=${name} pod=${id}`;
    runtime.update(uid, name, { backOffMs, foundWaiting: { reason: 'CrashLoopBackOff', message } });
    // A pod that cannot start is tried for ever: that is upkeep, or no such world would settle.
    runtime.later(uid, name, NEXT_SYNC_MS, 'crash-sync', {}, true);
    runtime.ports.settle(uid);
  }

  sync({ uid, name }: Target): void {
    const { kernel, settle } = this.runtime.ports;
    const { since, backOffMs, foundWaiting } = this.runtime.container(uid, name)!;
    if (foundWaiting) this.runtime.update(uid, name, { waiting: foundWaiting });
    this.runtime.later(uid, name, Math.max(0, since + backOffMs - kernel.turn.cursor), 'retry', {}, true);
    settle(uid);
  }
}
