/**
 * What becomes of a container that has ended more than once: its restart waits 10 s, 20 s ... 5 min from its end. The sync
 * that has met the end reports it, and says BackOff; only the next one reports CrashLoopBackOff. Upstream:
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff), pkg/kubelet/reason_cache.go, pkg/kubelet/pod_workers.go
 * (completeWork).
 */
import type { ContainerRuntime, Target } from './container-runtime.ts';
import { goDuration } from './container-spec.ts';
import { specOf } from './records.ts';

const BACKOFF_START_MS = 10_000;
const BACKOFF_MAX_MS = 300_000;
/** From 1.35 on the next sync comes with the end of the back-off, but within a minute; before, always after 10 s. */
const SYNC_WITHIN_MS = 60_000;
const SYNC_MS = 10_000;
const FIRST_EXACT_MINOR = 35;
/** A sync that failed comes later by up to half of its delay. */
const JITTER = 0.5;
/** From the status that the sync begins with to the start: creating it, and half a relist, as nothing is seen before. */
const START_MS = 500;

export class CrashBackOff {
  constructor(private readonly runtime: ContainerRuntime) {}

  begin(uid: string, name: string): void {
    const { backOffMs } = this.runtime.container(uid, name)!;
    const next = backOffMs === 0 ? BACKOFF_START_MS : Math.min(backOffMs * 2, BACKOFF_MAX_MS);
    this.runtime.update(uid, name, { backOffMs: next });
    this.holdBack(uid, name);
    this.runtime.ports.settle(uid);
  }

  sync({ uid, name }: Target): void {
    const { kernel, settle } = this.runtime.ports;
    const { since, backOffMs, foundWaiting } = this.runtime.container(uid, name)!;
    if (foundWaiting) this.runtime.update(uid, name, { waiting: foundWaiting });
    if (kernel.turn.cursor - since < backOffMs) this.holdBack(uid, name);
    // A pod that cannot start is tried for ever: that is upkeep, or no such world would settle.
    else this.runtime.later(uid, name, START_MS, 'retry', {}, true);
    settle(uid);
  }

  private holdBack(uid: string, name: string): void {
    const { runtime } = this;
    const { pod } = runtime.ports.find(uid)!;
    const { backOffMs } = runtime.container(uid, name)!;
    const id = `${pod.metadata.name}_${pod.metadata.namespace}(${uid})`;
    runtime.record(pod, name, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${id}`);
    const message = `back-off ${goDuration(backOffMs)} restarting failed container=${name} pod=${id}`;
    runtime.update(uid, name, { foundWaiting: { reason: 'CrashLoopBackOff', message } });
    runtime.later(uid, name, this.nextSyncMs(uid, name), 'crash-sync', {}, true);
  }

  private nextSyncMs(uid: string, name: string): number {
    const { kernel, component, minorRelease } = this.runtime.ports;
    const { since, backOffMs, waiting } = this.runtime.container(uid, name)!;
    const left = since + backOffMs - kernel.turn.cursor;
    const delay = minorRelease < FIRST_EXACT_MINOR ? SYNC_MS : Math.min(left, SYNC_WITHIN_MS);
    const stream = kernel.stream(`${component}/sync`);
    const next = delay + stream.below(Math.max(1, Math.floor(delay * JITTER)));
    // A probe that finds the container gone syncs the pod as well.
    const periodMs = waiting ? Infinity : this.probePeriodMs(uid, name);
    return periodMs < next ? Math.max(1, stream.below(periodMs)) : next;
  }

  private probePeriodMs(uid: string, name: string): number {
    const { livenessProbe, readinessProbe } = specOf(this.runtime.ports.find(uid)!.pod, name);
    const periods = [livenessProbe, readinessProbe].flatMap((probe) =>
      probe ? [(probe.periodSeconds ?? 10) * 1000] : [],
    );
    return Math.min(...periods);
  }
}
