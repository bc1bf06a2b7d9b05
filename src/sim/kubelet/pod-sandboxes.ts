/**
 * What a pod needs before its first container: volumes, a network and an address; and the files of its volumes as they
 * change. Upstream: pkg/kubelet/volumemanager, pkg/kubelet/kuberuntime/kuberuntime_sandbox.go, pkg/kubelet/configmap,
 * pkg/kubelet/secret. ConfigMaps and Secrets are watched, so that a volume shows a change with the next sync of its pod.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { Client, EventRecorder } from '../client/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { ProcessTable } from '../workloads/index.ts';
import type { KubeletOptions } from './kubelet-options.ts';
import type { MachineSpec } from './machine-spec.ts';
import type { PodAddresses } from './pod-addresses.ts';
import { podLife, type PodRecord } from './records.ts';
import { faultTexts, isRefreshed, mountVolumes, type VolumeFault } from './volumes.ts';

export interface SandboxPorts {
  readonly kernel: Kernel;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly processes: ProcessTable;
  readonly machine: MachineSpec;
  readonly options: KubeletOptions;
  readonly addresses: PodAddresses;
  readonly component: string;
  find(uid: string): PodRecord | undefined;
  put(uid: string, record: PodRecord): void;
  ready(uid: string): void;
  /** Whether this node has reported the device as in use, and been told that it is attached. */
  isAttached(device: string): boolean;
  /** Pods here need other devices than before. */
  devicesChanged(): void;
}

/** From seeing a pod to having its sandbox: network and volumes. */
const SANDBOX_MS = 350;
/** Volumes and sandboxes are tried again after 0.5 s, 1 s, 2 s ... 2 min 2 s. Upstream: pkg/util/goroutinemap/exponentialbackoff. */
const RETRY_START_MS = 500;
const RETRY_MAX_MS = 122_000;
/** From then on trying again is upkeep: a pod that lacks something for good must not keep a world from settling. */
const SETTLE_WITHIN_MS = 60_000;
/** A pod is synced again after 1 min to 1 min 30 s. Upstream: pkg/kubelet/pod_workers.go (completeWork). */
const SYNC_MS = 60_000;
const SYNC_JITTER_MS = 30_000;
/** What the container runtime of a node is configured for. */
const HANDLERS: ReadonlySet<string> = new Set(['', 'runc']);

export class PodSandboxes {
  constructor(private readonly ports: SandboxPorts) {}

  private get sandboxMs(): number {
    return this.ports.options.runtime === 'pretended' ? 0 : SANDBOX_MS;
  }

  begin(uid: string): void {
    const { kernel, component } = this.ports;
    kernel.schedule(this.sandboxMs, component, 'sandbox', uid);
  }

  make(uid: string): void {
    const { kernel, machine, addresses } = this.ports;
    const before = this.ports.find(uid);
    if (!before || podLife.leaves[before.state] !== 'sandbox') return;
    const faults = this.mount(uid, before);
    const record = this.ports.find(uid)!;
    if (faults.length > 0) return this.waitForVolumes(uid, record, faults);
    const unknown = this.unknownHandler(record.pod);
    if (unknown !== undefined)
      return this.fail(uid, record, `failed to get sandbox runtime: no runtime for "${unknown}" is configured`);
    const podIp = record.pod.spec?.hostNetwork ? machine.internalIp : addresses.allocate(uid);
    if (podIp === undefined)
      return this.fail(uid, record, 'failed to setup network for sandbox: no addresses are available on this node');
    this.ports.put(uid, { ...record, podIp, hasSandbox: true });
    const { namespace, name } = record.pod.metadata;
    if (!record.pod.spec?.hostNetwork) {
      const object = { resource: 'pods', kind: 'Pod', namespace: namespace!, name };
      kernel.emit('address.assign', { address: podIp, what: 'pod' }, { object });
    }
    this.syncLater(uid, record.pod);
    this.ports.ready(uid);
  }

  private unknownHandler({ spec }: Stored<Pod>): string | undefined {
    if (!spec?.runtimeClassName || this.ports.options.runtime === 'pretended') return undefined;
    const found = this.ports.client.get('runtimeclasses.node.k8s.io', undefined, spec.runtimeClassName);
    const handler = found.ok ? found.object.handler : '';
    return HANDLERS.has(handler) ? undefined : handler;
  }

  private fail(uid: string, record: PodRecord, why: string): void {
    const message = `Failed to create pod sandbox: rpc error: code = Unknown desc = ${why}`;
    this.ports.recorder.record('pods', record.pod, 'Warning', 'FailedCreatePodSandBox', message);
    this.retry(uid, record);
  }

  private mount(uid: string, record: PodRecord, isAgain = false): readonly VolumeFault[] {
    const { client, machine, processes, options, kernel } = this.ports;
    const devices = new Set(record.devices);
    const faults = mountVolumes(record.pod, {
      isPretended: options.runtime === 'pretended',
      isAgain,
      client,
      store: processes.volumes,
      node: machine.nodeName,
      nowMs: kernel.turn.cursor,
      podIp: record.podIp,
      hostIp: machine.internalIp,
      allocatable: machine.allocatable,
      isAttached: (device) => {
        devices.add(device);
        return this.ports.isAttached(device);
      },
    });
    if (devices.size > (record.devices?.length ?? 0)) {
      this.ports.put(uid, { ...record, devices: [...devices] });
      this.ports.devicesChanged();
    }
    return faults;
  }

  /** Each try says what fails. */
  private waitForVolumes(uid: string, record: PodRecord, faults: readonly VolumeFault[]): void {
    for (const message of faultTexts(faults))
      this.ports.recorder.record('pods', record.pod, 'Warning', 'FailedMount', message);
    this.retry(uid, record);
  }

  /** The next wait is as long as all before it: it doubles. */
  private retry(uid: string, record: PodRecord): void {
    const { kernel, component } = this.ports;
    const waitedMs = kernel.turn.cursor - record.since - this.sandboxMs;
    const delayMs = Math.min(RETRY_START_MS + waitedMs, RETRY_MAX_MS);
    kernel.schedule(delayMs, component, 'sandbox', uid, waitedMs > SETTLE_WITHIN_MS);
  }

  private syncLater(uid: string, { spec }: Stored<Pod>): void {
    const { kernel, component, options } = this.ports;
    if (options.runtime === 'pretended' || !spec?.volumes?.some(isRefreshed)) return;
    const jitterMs = kernel.stream(`${component}/sync`).below(SYNC_JITTER_MS);
    kernel.schedule(SYNC_MS + jitterMs, component, 'volumes', uid, true);
  }

  /** Volumes show what their objects hold by now; what has gone stays as it was, and is missed aloud. */
  refresh(uid: string): void {
    const record = this.ports.find(uid);
    if (!record || !/^(initializing|running)$/.test(podLife.leaves[record.state]!)) return;
    for (const { message } of this.mount(uid, record, true))
      if (message) this.ports.recorder.record('pods', record.pod, 'Warning', 'FailedMount', message);
    this.syncLater(uid, record.pod);
  }
}
