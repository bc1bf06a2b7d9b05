/**
 * The kubelet of one node: registers it, keeps it alive, and runs the pods bound to it.
 * Upstream: pkg/kubelet/{kubelet,kubelet_node_status,pod_workers}.go. Pod workers run in parallel. Left out: device plugins,
 * user namespaces, checkpoints.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { isMirrorPod } from '../api/mirror-pods.ts';
import { keyOf, type Stored } from '../api/object.ts';
import { isConnectionRefused } from '../api/status.ts';
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
import { NETWORK_NOT_READY, NodeReporter } from './node-reporter.ts';
import { PodAddresses } from './pod-addresses.ts';
import { PodSandboxes } from './pod-sandboxes.ts';
import { PodWorker } from './pod-worker.ts';
import { specFacts } from './spec-facts.ts';
import { devicesOf, livesOf, newContainer, newRecord, podLife, type PodRecord } from './records.ts';
import { StaticPods } from './static-pods.ts';
import { reportStatus } from './status-patch.ts';
import { allocatedPod } from './resize.ts';
import { Resizes } from './resizes.ts';
import { usageOf } from './usage.ts';

/** Changes of a pod's status within this time are reported together. */
const STATUS_MS = 20;
/** How soon what the API server did not hear is told again (syncPeriod of the status manager). */
const STATUS_RETRY_MS = 10_000;
/** What runs short is to be free again soon. */
const EVICTION_GRACE_SECONDS = 1;

interface KubeletState {
  readonly base: unknown;
  readonly pods: ReadonlyMap<string, PodRecord>;
  readonly images: unknown;
  readonly addresses: unknown;
  readonly reporter: unknown;
  readonly eviction: unknown;
  readonly resizes: unknown;
  readonly statics: unknown;
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
  private readonly worker: PodWorker;
  private readonly eviction: EvictionManager;
  private readonly sandboxes: PodSandboxes;
  private readonly resizes: Resizes;
  private readonly statics: StaticPods;
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
    this.reporter = new NodeReporter(kernel, this.client, this.recorder, machine, this.images, () =>
      devicesOf(this.pods.values()),
    );
    this.runtime = new ContainerRuntime({
      kernel,
      client: this.client,
      recorder: this.recorder,
      processes,
      images: this.images,
      component: this.id,
      nodeName,
      runtime: options.runtime,
      spec: specFacts(machine, options, this.client, processes.volumes, () => this.services.list()),
      find: (uid) => this.pods.get(uid),
      put: (uid, record) => this.pods.set(uid, record),
      settle: (uid) => this.worker.settle(uid),
      imageArrived: () => this.reporter.imagesChanged(this.id),
    });
    this.worker = new PodWorker({
      runtime: this.runtime,
      find: (uid) => this.pods.get(uid),
      move: (uid, event) => this.movePod(uid, event),
      report: (uid) => this.reportSoon(uid),
      stopped: (uid) => {
        if (this.writeStatus(uid)) this.finish(this.pods.get(uid)!.pod);
      },
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
    this.sandboxes = new PodSandboxes({
      kernel,
      client: this.client,
      recorder: this.recorder,
      processes,
      machine,
      options,
      addresses: this.addresses,
      component: this.id,
      find: (uid) => this.pods.get(uid),
      put: (uid, record) => this.pods.set(uid, record),
      ready: (uid) => {
        this.movePod(uid, 'SANDBOX_READY');
        this.worker.settle(uid);
      },
      isAttached: (device) => this.reporter.isAttached(device, this.node.get(undefined, nodeName)),
      devicesChanged: () => this.reporter.devicesChanged(this.id),
    });
    this.resizes = new Resizes({
      kernel,
      recorder: this.recorder,
      processes,
      machine,
      component: this.id,
      runtime: this.runtime,
      records: () => this.pods.values(),
      find: (uid) => this.pods.get(uid),
      put: (uid, record) => this.pods.set(uid, record),
      report: (uid) => this.reportSoon(uid),
    });
    this.statics = new StaticPods({
      kernel,
      client: this.client,
      component: this.id,
      nodeName,
      files: options.staticPods,
      records: () => this.pods.values(),
      put: (uid, record) => this.pods.set(uid, record),
      node: () => this.node.get(undefined, nodeName),
      accept: (pod) => this.accept(pod, true),
      report: (uid) => this.reportSoon(uid),
    });
    this.bound = this.informer('pods', { fieldSelector: `spec.nodeName=${nodeName}` });
    this.node = this.informer('nodes', { fieldSelector: `metadata.name=${nodeName}` });
    this.bound.onChange((next, old) => this.boundChanged(next, old));
    this.services = this.informer('services');
    this.node.onChange((next) => {
      if (next?.spec?.podCIDR) this.addresses.setCidr(next.spec.podCIDR);
      if (!next) return;
      this.reporter.noticeUnknown(this.id, next);
      this.statics.nodeSeen();
    });
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
    this.statics.begin();
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
        this.networkReady();
        return this.life.send({ type: 'RUNTIME_READY' });
      case 'node-status':
        return this.reporter.report(this.id);
      case 'node-return':
        return this.reporter.comeBack(this.node.get(undefined, this.machine.nodeName));
      case 'node-images':
        return this.reporter.reportImages();
      case 'node-devices':
        return this.reporter.reportDevices();
      case 'deadline':
        return this.deadlinePassed(payload as string);
      case 'sandbox':
        return this.sandboxes.make(payload as string);
      case 'mirrors':
        return this.statics.retry();
      case 'resize':
        return this.resizes.check(payload as string);
      case 'volumes':
        return this.sandboxes.refresh(payload as string);
      case 'status':
        return this.reportLate(payload as string);
      default:
        return this.runtime.handle(action, payload);
    }
  }

  private boundChanged(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    const either = (next ?? old)!;
    if (isMirrorPod(either)) return this.statics.changed(next, old);
    const { uid } = either.metadata;
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
    if (added.length > 0) this.worker.settle(uid);
    if (next.metadata.deletionTimestamp && !record.pod.metadata.deletionTimestamp) this.terminate(uid);
    else if (next.spec !== record.pod.spec && !isDeepEqual(next.spec, record.pod.spec)) {
      this.runtime.specChanged(uid, record.pod, next);
      this.resizes.begin(uid);
    }
  }

  private accept(pod: Stored<Pod>, isStatic = false): void {
    const { uid } = pod.metadata;
    const seen = newRecord(pod, this.kernel.turn.cursor, this.kernel.formatTime());
    const record = isStatic ? { ...seen, isStatic } : seen;
    this.pods.set(uid, record);
    if (pod.metadata.deletionTimestamp) return this.terminate(uid);
    const others = [...this.pods.values()].map(allocatedPod);
    const known = this.node.get(undefined, this.machine.nodeName);
    const refusal = this.eviction.refusalOf(pod) ?? refusalOf(pod, others, this.machine, known);
    if (refusal) {
      this.recorder.record('pods', pod, 'Warning', refusal.reason, refusal.message);
      this.pods.set(uid, { ...record, rejection: { ...refusal, message: `Pod was rejected: ${refusal.message}` } });
      this.movePod(uid, 'REJECTED');
      return this.reportSoon(uid);
    }
    this.movePod(uid, 'ADMITTED');
    if (this.waitsForNetwork(record)) {
      this.recorder.record('pods', pod, 'Warning', 'NetworkNotReady', `network is not ready: ${NETWORK_NOT_READY}`);
    } else this.sandboxes.begin(uid);
    const deadline = pod.spec?.activeDeadlineSeconds;
    if (deadline !== undefined) this.kernel.schedule(deadline * 1000, this.id, 'deadline', uid, true);
    this.reportSoon(uid);
  }

  /** A static pod is there before the network of its node is; one of the host's network needs no other. */
  private waitsForNetwork({ isStatic, pod }: PodRecord): boolean {
    return isStatic === true && !pod.spec?.hostNetwork && !this.reporter.isNodeReady;
  }

  private networkReady(): void {
    for (const [uid, { isStatic, pod }] of this.pods) if (isStatic && !pod.spec?.hostNetwork) this.sandboxes.begin(uid);
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
    this.worker.settle(uid);
  }

  private terminate(uid: string): void {
    this.movePod(uid, 'DELETED');
    const record = this.pods.get(uid)!;
    for (const container of record.containers)
      if (container.role !== 'sidecar') this.runtime.stop(uid, container.name, 'deleted');
    this.worker.settle(uid);
  }

  /** Every ten seconds, with the lease. */
  private relieve(): void {
    if (this.options.runtime === 'pretended') return;
    this.eviction.synchronize(this.kernel.turn.cursor);
    this.life.send({ type: this.reporter.shortages.length > 0 ? 'NODE_SHORT' : 'NODE_EASED' });
    this.resizes.retryInTime();
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
    this.worker.settle(uid);
  }

  private finish(pod: Stored<Pod>): void {
    const { namespace, name, uid } = pod.metadata;
    const gone = this.client.delete('pods', namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
    if (gone.ok || !isConnectionRefused(gone.status)) return;
    this.kernel.schedule(STATUS_RETRY_MS, this.id, 'status', uid);
  }

  /** What could not be told at the time is told again: the status, and that nothing is left of the pod. */
  private reportLate(uid: string): void {
    const isHeard = this.writeStatus(uid);
    const record = this.pods.get(uid);
    if (isHeard && record && podLife.leaves[record.state] === 'gone') this.finish(record.pod);
  }

  /** The object is gone: whatever still runs is stopped at once. */
  private forget(uid: string, record: PodRecord): void {
    for (const container of record.containers) this.runtime.kill(uid, container.name);
    this.processes.forgetPod(uid);
    this.addresses.release(uid);
    this.pods.delete(uid);
    this.resizes.retry();
  }

  private movePod(uid: string, event: string): void {
    const record = this.pods.get(uid)!;
    const moved = podLife.next(record.state, { type: event });
    if (!moved.isChanged) return;
    this.pods.set(uid, { ...record, state: moved.state, since: this.kernel.turn.cursor });
    const { from, to } = moved;
    const { namespace, name } = record.pod.metadata;
    if (record.devices) this.reporter.devicesChanged(this.id);
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
  /** False when the API server could not be reached: then it is told again later. */
  private writeStatus(uid: string): boolean {
    const record = this.pods.get(uid);
    if (!record) return true;
    const { transitions, written, isUnheard } = reportStatus(this.client, record, this.machine.internalIp, (at) =>
      this.kernel.formatTime(at),
    );
    const isStatusDue = isUnheard === true;
    this.pods.set(uid, { ...record, isStatusDue, transitions: { ...record.transitions, ...transitions } });
    if (isStatusDue) this.kernel.schedule(STATUS_RETRY_MS, this.id, 'status', uid);
    const now = this.pods.get(uid);
    // The answer is newer than what the watch has brought so far: of it the status alone is taken, so that a deletion
    // which it tells of is still news when the watch brings it.
    if (!now || !written?.status) return !isStatusDue;
    const { status } = written;
    const mirror = now.mirror && { mirror: { ...now.mirror, status } };
    this.pods.set(uid, { ...now, pod: { ...now.pod, status }, ...mirror });
    return true;
  }

  override save(): never {
    const state: KubeletState = {
      base: super.save(),
      pods: new Map(this.pods),
      images: this.images.save(),
      addresses: this.addresses.save(),
      reporter: this.reporter.save(),
      eviction: this.eviction.save(),
      resizes: this.resizes.save(),
      statics: this.statics.save(),
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
    this.resizes.load(state.resizes);
    this.statics.load(state.statics);
    this.life.load(state.life);
  }
}
