/**
 * The kubelet of one node: registers it, keeps it alive, and runs the pods bound to it.
 * Upstream: pkg/kubelet/{kubelet,kubelet_node_status,pod_workers}.go. Pod workers run in parallel. Left out: device plugins,
 * user namespaces, checkpoints.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../api/object.ts';
import { isDeepEqual, type ApiServerPort } from '../apiserver/index.ts';
import { Controller, type Informer, type Outcome } from '../client/index.ts';
import { FlatMachine, kubeletId, Life, type Kernel, type LifeSave, type ShownLife } from '../kernel/index.ts';
import type { KubeletOptions } from './kubelet-options.ts';
import type { ProcessTable, Usage } from '../workloads/index.ts';
import { refusalOf } from './admission.ts';
import { ContainerRuntime } from './container-runtime.ts';
import { EvictionManager } from './eviction-manager.ts';
import { ImageManager } from './image-manager.ts';
import { kubeletMachine } from './kubelet-machine.ts';
import type { MachineSpec } from './machine-spec.ts';
import { NodeReporter } from './node-reporter.ts';
import { PodAddresses } from './pod-addresses.ts';
import { specFacts } from './spec-facts.ts';
import {
  isRunning,
  isTerminated,
  leafOf,
  livesOf,
  newContainer,
  newRecord,
  podLife,
  type PodRecord,
} from './records.ts';
import { reportStatus } from './status-patch.ts';
import { resizeOf } from './resize.ts';
import { usageOf } from './usage.ts';
import { faultTexts, MOUNT_TIMEOUT_MS, mountVolumes, type VolumeFault } from './volumes.ts';

/** From seeing a pod to having its sandbox: network and volumes. */
const SANDBOX_MS = 350;
/** Changes of a pod's status within this time are reported together. */
const STATUS_MS = 20;
/** Volumes and sandboxes are tried again after 0.5 s, 1 s, 2 s ... 2 min 2 s. Upstream: pkg/util/goroutinemap/exponentialbackoff. */
const RETRY_START_MS = 500;
const RETRY_MAX_MS = 122_000;
/** What runs short is to be free again soon. */
const EVICTION_GRACE_SECONDS = 1;
/** From then on trying again is upkeep: a pod that lacks something for good must not keep a world from settling. */
const SETTLE_WITHIN_MS = 60_000;

interface KubeletState {
  readonly base: unknown;
  readonly pods: ReadonlyMap<string, PodRecord>;
  readonly images: unknown;
  readonly addresses: unknown;
  readonly reporter: unknown;
  readonly eviction: unknown;
  readonly life: LifeSave;
}

const kubeletLife = new FlatMachine(kubeletMachine);

export class Kubelet extends Controller {
  readonly reporter: NodeReporter;
  private readonly bound: Informer<'pods'>;
  private readonly node: Informer<'nodes'>;
  private readonly services: Informer<'services'>;
  private readonly images: ImageManager;
  private readonly addresses = new PodAddresses();
  private readonly runtime: ContainerRuntime;
  private readonly eviction: EvictionManager;
  private pods = new Map<string, PodRecord>();
  private readonly life: Life;

  constructor(
    kernel: Kernel,
    api: ApiServerPort,
    private readonly processes: ProcessTable,
    readonly machine: MachineSpec,
    private readonly options: KubeletOptions,
  ) {
    const { nodeName } = machine;
    super(kernel, api, {
      id: kubeletId(nodeName),
      reporter: 'kubelet',
      host: nodeName,
      user: { name: `system:node:${nodeName}`, groups: ['system:nodes', 'system:authenticated'] },
      qps: 50,
      burst: 100,
    });
    this.life = new Life(kernel, kubeletLife, this.id);
    this.images = new ImageManager(machine, options);
    this.reporter = new NodeReporter(kernel, this.client, this.recorder, machine, this.images);
    this.runtime = new ContainerRuntime({
      kernel,
      client: this.client,
      recorder: this.recorder,
      processes,
      images: this.images,
      component: this.id,
      nodeName,
      runtime: options.runtime,
      spec: specFacts(machine, options, this.client, () => this.services.list()),
      find: (uid) => this.pods.get(uid),
      put: (uid, record) => this.pods.set(uid, record),
      settle: (uid) => this.settle(uid),
      imageArrived: () => this.reporter.imagesChanged(this.id),
    });
    this.eviction = new EvictionManager({
      processes,
      machine,
      images: this.images,
      reporter: this.reporter,
      records: () => this.pods.values(),
      evict: (uid, message) => this.evict(uid, message),
      imagesChanged: () => this.reporter.imagesChanged(this.id),
    });
    this.bound = this.informer('pods', { fieldSelector: `spec.nodeName=${nodeName}` });
    this.node = this.informer('nodes', { fieldSelector: `metadata.name=${nodeName}` });
    this.bound.onChange((next, old) => this.boundChanged(next, old));
    this.services = this.informer('services');
    this.node.onChange((next) => {
      if (next?.spec?.podCIDR) this.addresses.setCidr(next.spec.podCIDR);
      if (next) this.reporter.noticeUnknown(this.id, next);
    });
  }

  private get sandboxMs(): number {
    return this.options.runtime === 'pretended' ? 0 : SANDBOX_MS;
  }

  override isSerial(): boolean {
    return false;
  }

  lives(): readonly ShownLife[] {
    return [this.life.shown, ...livesOf(this.pods.values())];
  }

  /** What runs here uses. */
  usage(): Usage {
    return usageOf(this.pods.values(), this.processes);
  }

  protected override start(): void {
    this.reporter.register();
    this.life.send({ type: 'REGISTERED' });
    super.start();
    this.reporter.begin(this.id);
  }

  protected reconcile(): Outcome {
    return undefined;
  }

  protected override handleOther(action: string, payload: unknown): void {
    switch (action) {
      case 'lease':
        this.reporter.renewLease(this.id);
        return this.relieve();
      case 'node-problems':
        return this.reporter.reportProblems(this.id);
      case 'node-ready':
        this.reporter.becomeReady();
        return this.life.send({ type: 'RUNTIME_READY' });
      case 'node-status':
        return this.reporter.report(this.id);
      case 'node-return':
        return this.reporter.comeBack(this.node.get(undefined, this.machine.nodeName));
      case 'node-images':
        return this.reporter.reportImages();
      case 'deadline':
        return this.deadlinePassed(payload as string);
      case 'sandbox':
        return this.makeSandbox(payload as string);
      case 'status':
        return this.writeStatus(payload as string);
      default:
        return this.runtime.handle(action, payload);
    }
  }

  private boundChanged(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    const { uid } = (next ?? old)!.metadata;
    const record = this.pods.get(uid);
    if (!next) {
      if (record) this.forget(uid, record);
      return;
    }
    if (!record) {
      if (next.status?.phase !== 'Succeeded' && next.status?.phase !== 'Failed') this.accept(next);
      else if (next.metadata.deletionTimestamp) this.finish(next);
      return;
    }
    const known = new Set(record.containers.map(({ name }) => name));
    const added = (next.spec?.ephemeralContainers ?? []).filter(({ name }) => !known.has(name));
    const containers = [...record.containers, ...added.map(({ name }) => newContainer(name, 'ephemeral'))];
    this.pods.set(uid, { ...record, pod: next, containers });
    if (added.length > 0) this.settle(uid);
    if (next.metadata.deletionTimestamp && !record.pod.metadata.deletionTimestamp) this.terminate(uid);
    else if (next.spec !== record.pod.spec && !isDeepEqual(next.spec, record.pod.spec)) {
      this.runtime.specChanged(uid, record.pod, next);
      this.resize(uid);
    }
  }

  private accept(pod: Stored<Pod>): void {
    const { uid } = pod.metadata;
    const record = newRecord(pod, this.kernel.turn.cursor, this.kernel.formatTime());
    this.pods.set(uid, record);
    if (pod.metadata.deletionTimestamp) return this.terminate(uid);
    const others = [...this.pods.values()].map((item) => item.pod);
    const known = this.node.get(undefined, this.machine.nodeName);
    const refusal = this.eviction.refusalOf(pod) ?? refusalOf(pod, others, this.machine, known);
    if (refusal) {
      this.recorder.record('pods', pod, 'Warning', refusal.reason, refusal.message);
      this.pods.set(uid, { ...record, rejection: { ...refusal, message: `Pod was rejected: ${refusal.message}` } });
      this.movePod(uid, 'REJECTED');
      return this.reportSoon(uid);
    }
    this.movePod(uid, 'ADMITTED');
    this.kernel.schedule(this.sandboxMs, this.id, 'sandbox', uid);
    const deadline = pod.spec?.activeDeadlineSeconds;
    if (deadline !== undefined) this.kernel.schedule(deadline * 1000, this.id, 'deadline', uid, true);
    this.reportSoon(uid);
  }

  private makeSandbox(uid: string): void {
    const record = this.pods.get(uid);
    if (!record || podLife.leaves[record.state] !== 'sandbox') return;
    const faults = this.mount(record);
    if (faults.length > 0) return this.waitForVolumes(uid, record, faults);
    const podIp = record.pod.spec?.hostNetwork ? this.machine.internalIp : this.addresses.allocate(uid);
    if (podIp === undefined) {
      const text =
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: no addresses are available on this node';
      this.recorder.record('pods', record.pod, 'Warning', 'FailedCreatePodSandBox', text);
      return this.retrySandbox(uid, record);
    }
    this.pods.set(uid, { ...record, podIp, hasSandbox: true });
    if (!record.pod.spec?.hostNetwork) {
      const { namespace, name } = record.pod.metadata;
      this.kernel.emit(
        'address.assign',
        { address: podIp, what: 'pod' },
        { object: { resource: 'pods', kind: 'Pod', namespace: namespace!, name } },
      );
    }
    this.movePod(uid, 'SANDBOX_READY');
    this.settle(uid);
  }

  private mount(record: PodRecord): readonly VolumeFault[] {
    const { client, machine, processes } = this;
    return mountVolumes(record.pod, {
      isPretended: this.options.runtime === 'pretended',
      client,
      store: processes.volumes,
      node: machine.nodeName,
      nowMs: this.kernel.turn.cursor,
      podIp: record.podIp,
      hostIp: machine.internalIp,
      allocatable: machine.allocatable,
    });
  }

  /** Each try says what fails; after two minutes and three seconds of waiting, that as well. */
  private waitForVolumes(uid: string, record: PodRecord, faults: readonly VolumeFault[]): void {
    const waitedMs = this.kernel.turn.cursor - (record.waitsSince ?? record.since);
    for (const message of faultTexts(faults, waitedMs))
      this.recorder.record('pods', record.pod, 'Warning', 'FailedMount', message);
    if (waitedMs >= MOUNT_TIMEOUT_MS) this.pods.set(uid, { ...record, waitsSince: this.kernel.turn.cursor });
    this.retrySandbox(uid, record);
  }

  /** The next wait is as long as all before it: it doubles. */
  private retrySandbox(uid: string, record: PodRecord): void {
    const waitedMs = this.kernel.turn.cursor - record.since - this.sandboxMs;
    const delayMs = Math.min(RETRY_START_MS + waitedMs, RETRY_MAX_MS);
    this.kernel.schedule(delayMs, this.id, 'sandbox', uid, waitedMs > SETTLE_WITHIN_MS);
  }

  /** Upstream: pkg/kubelet/active_deadline.go. */
  private deadlinePassed(uid: string): void {
    const record = this.pods.get(uid);
    if (!record || record.pod.metadata.deletionTimestamp || !podLife.next(record.state, { type: 'FAILED' }).isChanged)
      return;
    const rejection = {
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    };
    this.pods.set(uid, { ...record, rejection });
    this.movePod(uid, 'FAILED');
    for (const container of record.containers)
      if (container.role !== 'sidecar') this.runtime.stop(uid, container.name, 'deleted');
    this.recorder.record('pods', record.pod, 'Normal', rejection.reason, rejection.message);
    this.settle(uid);
  }

  /** Decides what is next for a pod: the next init container, the main ones, or its end. */
  private settle(uid: string): void {
    const record = this.pods.get(uid);
    if (!record) return;
    const state = podLife.leaves[record.state]!;
    if (state === 'failed' || state === 'succeeded') this.settleEnd(uid, record);
    else if (state === 'initializing') this.settleInit(uid, record);
    else if (state === 'running') this.settleRunning(uid, record);
    else if (state === 'terminating') this.settleTermination(uid, record);
    this.reportSoon(uid);
  }

  private settleInit(uid: string, record: PodRecord): void {
    const failed = record.containers.find(
      (item) => item.role === 'init' && isTerminated(item) && item.ended?.exitCode !== 0,
    );
    if (failed) return this.movePod(uid, 'FAILED');
    for (const container of record.containers) {
      if (container.role === 'main') break;
      if (leafOf(container) === 'waiting.created') return this.runtime.start(uid, container.name);
      const isPast = container.role === 'init' ? isTerminated(container) : leafOf(container) === 'running.started';
      if (!isPast) return;
    }
    this.movePod(uid, 'INITIALIZED');
    this.startNext(uid);
  }

  /** Containers are started one after the other: the next waits for the image and the start of the one before. */
  private startNext(uid: string): void {
    for (;;) {
      const mains = (this.pods.get(uid)?.containers ?? []).filter(({ role }) => role === 'main');
      const busy = mains.find((item) => leafOf(item) === 'waiting.pulling' || leafOf(item) === 'waiting.created');
      if (!busy || leafOf(busy) !== 'waiting.created') return;
      this.runtime.start(uid, busy.name);
    }
  }

  private settleRunning(uid: string, record: PodRecord): void {
    this.startNext(uid);
    for (const { name, role } of record.containers.filter((item) => leafOf(item) === 'waiting.created'))
      if (role === 'ephemeral') this.runtime.start(uid, name);
    const mains = record.containers.filter(({ role }) => role === 'main');
    if (!mains.every(isTerminated)) return;
    const sidecar = record.containers.findLast((item) => item.role === 'sidecar' && isRunning(item));
    if (sidecar) this.runtime.stop(uid, sidecar.name, 'deleted');
    this.movePod(uid, mains.every(({ ended }) => ended?.exitCode === 0) ? 'ALL_SUCCEEDED' : 'FAILED');
  }

  /** A pod that is over, but for sidecars: they go one by one. */
  private settleEnd(uid: string, record: PodRecord): void {
    if (record.containers.some((item) => item.role !== 'sidecar' && isRunning(item))) return;
    const sidecar = record.containers.findLast((item) => item.role === 'sidecar' && isRunning(item));
    if (sidecar) this.runtime.stop(uid, sidecar.name, 'deleted');
  }

  private terminate(uid: string): void {
    this.movePod(uid, 'DELETED');
    const record = this.pods.get(uid)!;
    for (const container of record.containers)
      if (container.role !== 'sidecar') this.runtime.stop(uid, container.name, 'deleted');
    this.settle(uid);
  }

  /** Sidecars go after the main containers; when all have ended, the object is let go. */
  private settleTermination(uid: string, record: PodRecord): void {
    const isOver = (item: PodRecord['containers'][number]): boolean =>
      isTerminated(item) || leafOf(item).startsWith('waiting');
    if (!record.containers.filter(({ role }) => role !== 'sidecar').every(isOver)) return;
    // Sidecars go one by one, the last one first.
    const sidecar = record.containers.findLast((item) => item.role === 'sidecar' && !isOver(item));
    if (sidecar) return this.runtime.stop(uid, sidecar.name, 'deleted');
    if (podLife.leaves[record.state] !== 'terminating') return;
    this.movePod(uid, 'STOPPED');
    this.writeStatus(uid);
    this.finish(this.pods.get(uid)?.pod ?? record.pod);
  }

  /** Every ten seconds, with the lease. */
  private relieve(): void {
    if (this.options.runtime === 'pretended') return;
    this.eviction.synchronize(this.kernel.turn.cursor);
    this.life.send({ type: this.reporter.shortages.length > 0 ? 'NODE_SHORT' : 'NODE_EASED' });
    for (const [uid, { pendingResize }] of this.pods) if (pendingResize?.reason === 'Deferred') this.resize(uid);
  }

  /** Gives containers what their spec asks for, if the node has it. */
  private resize(uid: string): void {
    const record = this.pods.get(uid)!;
    const others = [...this.pods.values()].map(({ pod }) => pod);
    const outcome = resizeOf(record, others, this.machine);
    if (!outcome) return;
    this.pods.set(uid, outcome.record);
    for (const name of outcome.changed) this.runtime.resized(uid, name);
    this.reportSoon(uid);
  }

  private evict(uid: string, message: string): void {
    const record = this.pods.get(uid)!;
    this.recorder.record('pods', record.pod, 'Warning', 'Evicted', message);
    this.pods.set(uid, {
      ...record,
      rejection: { reason: 'Evicted', message, isEviction: true },
      containers: record.containers.map((item) => ({ ...item, graceSeconds: EVICTION_GRACE_SECONDS, isEvicted: true })),
    });
    this.movePod(uid, 'FAILED');
    for (const { name, role } of record.containers) if (role !== 'sidecar') this.runtime.stop(uid, name, 'deleted');
    this.settle(uid);
  }

  private finish(pod: Stored<Pod>): void {
    const { namespace, name, uid } = pod.metadata;
    this.client.delete('pods', namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
  }

  /** The object is gone: whatever still runs is stopped at once. */
  private forget(uid: string, record: PodRecord): void {
    for (const container of record.containers) this.runtime.kill(uid, container.name);
    this.processes.forgetPod(uid);
    this.addresses.release(uid);
    this.pods.delete(uid);
  }

  private movePod(uid: string, event: string): void {
    const record = this.pods.get(uid)!;
    const moved = podLife.next(record.state, { type: event });
    if (!moved.isChanged) return;
    this.pods.set(uid, { ...record, state: moved.state, since: this.kernel.turn.cursor });
    const { from, to } = moved;
    const { namespace, name } = record.pod.metadata;
    this.kernel.emit(
      'transition',
      { machine: podLife.id, instance: `pod/${keyOf(record.pod)}`, from, to, on: event },
      { object: { resource: 'pods', kind: 'Pod', namespace: namespace!, name } },
    );
  }

  private reportSoon(uid: string): void {
    const record = this.pods.get(uid);
    if (!record || record.isStatusDue) return;
    this.pods.set(uid, { ...record, isStatusDue: true });
    this.kernel.schedule(STATUS_MS, this.id, 'status', uid);
  }

  /** PATCH pods/status with what has changed. */
  private writeStatus(uid: string): void {
    const record = this.pods.get(uid);
    if (!record) return;
    const { transitions, written } = reportStatus(this.client, record, this.machine.internalIp, (at) =>
      this.kernel.formatTime(at),
    );
    this.pods.set(uid, { ...record, isStatusDue: false, transitions: { ...record.transitions, ...transitions } });
    const now = this.pods.get(uid);
    // The answer is newer than what the watch has brought so far: of it the status alone is taken, so that a deletion
    // which it tells of is still news when the watch brings it.
    if (now && written?.status) this.pods.set(uid, { ...now, pod: { ...now.pod, status: written.status } });
  }

  override save(): never {
    const state: KubeletState = {
      base: super.save(),
      pods: new Map(this.pods),
      images: this.images.save(),
      addresses: this.addresses.save(),
      reporter: this.reporter.save(),
      eviction: this.eviction.save(),
      life: this.life.save(),
    };
    return state as never;
  }

  override load(saved: never): void {
    const state = saved as KubeletState;
    super.load(state.base as never);
    this.pods = new Map(state.pods);
    this.images.load(state.images);
    this.addresses.load(state.addresses);
    this.reporter.load(state.reporter);
    this.eviction.load(state.eviction);
    this.life.load(state.life);
  }
}
