/**
 * The node as its kubelet reports it: registration, lease, status, pressure.
 * Upstream: pkg/kubelet/{kubelet_node_status,nodestatus/setters}.go, component-helpers/apimachinery/lease/controller.go.
 */
import type { Node, NodeCondition } from 'kubernetes-types/core/v1';
import type { Status } from '../api/status.ts';
import { isDeepEqual } from '../apiserver/index.ts';
import type { Client, EventRecorder } from '../client/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { ImageManager } from './image-manager.ts';
import { STARVABLE, type Starvable } from './eviction.ts';
import type { MachineSpec } from './machine-spec.ts';
import { PROBLEM_CONDITIONS } from './problem-detector.ts';

const LEASE_MS = 10_000;
const LEASE_SECONDS = 40;
const STATUS_MS = 300_000;
/** The status is worked out so often, and written at once when it differs. */
const CHECK_MS = 10_000;
/** A node counts as short of a resource until nothing has been wrong for so long. */
const PRESSURE_MS = 300_000;
interface Pressure {
  readonly type: 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';
  /** Reasons of the events and of the condition, and its message: without and with a shortage. */
  readonly events: readonly [eased: string, short: string];
  readonly reasons: readonly [eased: string, short: string];
  readonly messages: readonly [eased: string, short: string];
}

const PRESSURES: Readonly<Record<Starvable, Pressure>> = {
  memory: {
    type: 'MemoryPressure',
    events: ['NodeHasSufficientMemory', 'NodeHasInsufficientMemory'],
    reasons: ['KubeletHasSufficientMemory', 'KubeletHasInsufficientMemory'],
    messages: ['kubelet has sufficient memory available', 'kubelet has insufficient memory available'],
  },
  'ephemeral-storage': {
    type: 'DiskPressure',
    events: ['NodeHasNoDiskPressure', 'NodeHasDiskPressure'],
    reasons: ['KubeletHasNoDiskPressure', 'KubeletHasDiskPressure'],
    messages: ['kubelet has no disk pressure', 'kubelet has disk pressure'],
  },
  pids: {
    type: 'PIDPressure',
    events: ['NodeHasSufficientPID', 'NodeHasInsufficientPID'],
    reasons: ['KubeletHasSufficientPID', 'KubeletHasInsufficientPID'],
    messages: ['kubelet has sufficient PID available', 'kubelet has insufficient PID available'],
  },
};
const CHANGE_MS = 10_000;
const LEASES = 'kube-node-lease';
const PROBLEMS_AFTER_MS = 5_000;
/** What the container runtime says before its network plugin has come up. */
export const NETWORK_NOT_READY =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';

export class NodeReporter {
  private isReady = false;
  /** Until when the node counts as short of a resource. */
  private pressureUntil: Partial<Record<Starvable, number>> = {};
  private since: Record<string, string> = {};
  private isReturnDue = false;
  private leaseVersion = '';
  private isImageReportDue = false;
  private isDeviceReportDue = false;
  /** `volumesInUse` as it was written last. */
  private reportedDevices: readonly string[] = [];

  constructor(
    private readonly kernel: Kernel,
    private readonly client: Client,
    private readonly recorder: EventRecorder,
    private readonly machine: MachineSpec,
    private readonly images: ImageManager,
    /** Devices that pods of this node need, by name. */
    private readonly devices: () => readonly string[],
  ) {}

  get isNodeReady(): boolean {
    return this.isReady;
  }

  /** Types of the conditions that say that something is short. */
  get shortages(): readonly string[] {
    return STARVABLE.filter((resource) => this.isShort(resource)).map((resource) => PRESSURES[resource].type);
  }

  private isShort(resource: Starvable): boolean {
    return this.pressureUntil[resource] !== undefined;
  }

  /** Takes note of what is short now; a condition outlasts its cause by five minutes. */
  observePressure(short: readonly Starvable[]): void {
    const now = this.kernel.turn.cursor;
    let hasChanged = false;
    for (const resource of STARVABLE) {
      const wasShort = this.isShort(resource);
      if (short.includes(resource)) this.pressureUntil[resource] = now + PRESSURE_MS;
      else if (wasShort && now >= this.pressureUntil[resource]!) delete this.pressureUntil[resource];
      if (wasShort === this.isShort(resource)) continue;
      hasChanged = true;
      const state = PRESSURES[resource].events[wasShort ? 0 : 1];
      this.say('Normal', state, `Node ${this.machine.nodeName} status is now: ${state}`);
    }
    if (hasChanged) this.patchStatus();
  }

  say(type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (!this.machine.isHollow) this.recorder.record('nodes', this.reference, type, reason, message);
  }

  private get reference(): Node {
    const { nodeName } = this.machine;
    return { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } };
  }

  register(): void {
    const { machine } = this;
    const { nodeName } = machine;
    const say = (reason: string, message: string): void => this.say('Normal', reason, message);
    say('Starting', 'Starting kubelet.');
    this.client.create('nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: nodeName, labels: { ...machine.labels }, annotations: { ...machine.annotations } },
      spec: { providerID: machine.providerId, ...(machine.taints.length > 0 ? { taints: [...machine.taints] } : {}) },
      status: this.status(),
    });
    this.kernel.emit('node', { what: 'registered' }, { object: { resource: 'nodes', kind: 'Node', name: nodeName } });
    for (const state of ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID'])
      say(state, `Node ${nodeName} status is now: ${state}`);
    say('NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods');
  }

  /** Heartbeats from now on; Ready once the container runtime and its network are up. */
  begin(component: string): void {
    this.renewLease(component);
    if (this.machine.hasProblemDetector) this.kernel.schedule(PROBLEMS_AFTER_MS, component, 'node-problems');
    if (!this.isReady) this.kernel.schedule(this.machine.readyAfterMs, component, 'node-ready');
    this.kernel.schedule(STATUS_MS, component, 'node-status', undefined, true);
  }

  becomeReady(): void {
    const { nodeName } = this.machine;
    this.isReady = true;
    this.patchStatus();
    this.say('Normal', 'NodeReady', `Node ${nodeName} status is now: NodeReady`);
  }

  /** A program of its own on AKS nodes tells these, over the same road. */
  reportProblems(component: string): void {
    const now = this.kernel.formatTime();
    this.since['problems'] ??= now;
    const conditions = PROBLEM_CONDITIONS.map(([type, reason, message]) => ({
      type,
      status: 'False',
      lastHeartbeatTime: now,
      lastTransitionTime: this.since['problems']!,
      reason,
      message,
    }));
    this.client.patch('nodes', undefined, this.machine.nodeName, 'strategic', { status: { conditions } }, 'status');
    this.kernel.schedule(STATUS_MS, component, 'node-problems', undefined, true);
  }

  report(component: string): void {
    this.patchStatus();
    this.kernel.schedule(STATUS_MS, component, 'node-status', undefined, true);
  }

  /** The node controller has called the node unknown: the next time its status is worked out, that is a change. */
  noticeUnknown(component: string, known: Node): void {
    const isUnknown = known.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'Unknown');
    if (!isUnknown || this.isReturnDue) return;
    this.isReturnDue = true;
    this.kernel.schedule(CHECK_MS - (this.kernel.turn.cursor % CHECK_MS), component, 'node-return');
  }

  comeBack(known: Node | undefined): void {
    this.isReturnDue = false;
    const { nodeName } = this.machine;
    const again = (type: string, value: string, reason: string): void => {
      const condition = known?.status?.conditions?.find((item) => item.type === type);
      if (condition?.status !== 'Unknown') return;
      delete this.since[`${type}=${value}`];
      this.say('Normal', reason, `Node ${nodeName} status is now: ${reason}`);
    };
    // In the order of nodestatus/setters.go.
    for (const resource of STARVABLE) {
      const { type, events } = PRESSURES[resource];
      again(type, this.isShort(resource) ? 'True' : 'False', events[this.isShort(resource) ? 1 : 0]);
    }
    if (this.isReady) again('Ready', 'True', 'NodeReady');
    this.patchStatus();
  }

  /** The status is worked out every 10 s, and written when it has changed: here, when the node has got an image. */
  imagesChanged(component: string): void {
    if (this.isImageReportDue) return;
    this.isImageReportDue = true;
    this.kernel.schedule(CHANGE_MS, component, 'node-images', undefined, true);
  }

  reportImages(): void {
    this.isImageReportDue = false;
    this.client.patch(
      'nodes',
      undefined,
      this.machine.nodeName,
      'strategic',
      { status: { images: this.imageList() } },
      'status',
    );
  }

  /** A device may be mounted once the node has reported it as in use, and has been told that it is attached. */
  isAttached(device: string, known: Node | undefined): boolean {
    if (!this.reportedDevices.includes(device)) return false;
    return known?.status?.volumesAttached?.some(({ name }) => name === device) ?? false;
  }

  /** The next time its status is worked out, the node tells which devices it needs. Upstream: nodestatus/setters.go (VolumesInUse). */
  devicesChanged(component: string): void {
    if (this.isDeviceReportDue || isDeepEqual(this.devices(), this.reportedDevices)) return;
    this.isDeviceReportDue = true;
    this.kernel.schedule(CHECK_MS - (this.kernel.turn.cursor % CHECK_MS), component, 'node-devices');
  }

  reportDevices(): void {
    this.isDeviceReportDue = false;
    if (!isDeepEqual(this.devices(), this.reportedDevices)) this.patchStatus();
  }

  private imageList(): { names: string[]; sizeBytes: number }[] {
    return this.images.list().map(({ names, sizeBytes }) => ({ names: [...names], sizeBytes }));
  }

  renewLease(component: string): void {
    const { nodeName } = this.machine;
    const renewTime = this.kernel.formatMicroTime();
    const body = { spec: { holderIdentity: nodeName, leaseDurationSeconds: LEASE_SECONDS, renewTime } };
    const metadata = {
      name: nodeName,
      namespace: LEASES,
      ...(this.leaseVersion ? { resourceVersion: this.leaseVersion } : {}),
    };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, ...body } as const;
    const written = this.leaseVersion
      ? this.client.update('leases.coordination.k8s.io', lease)
      : this.client.create('leases.coordination.k8s.io', lease);
    this.leaseVersion = written.ok ? written.object.metadata.resourceVersion : this.knownLease(written.status);
    this.kernel.schedule(LEASE_MS, component, 'lease', undefined, true);
  }

  /** A lease that is there already, or that somebody else has written, is read before it is written again. */
  private knownLease({ code }: Status): string {
    if (code !== 409) return this.leaseVersion;
    const found = this.client.get('leases.coordination.k8s.io', LEASES, this.machine.nodeName);
    return found.ok ? found.object.metadata.resourceVersion : '';
  }

  private patchStatus(): void {
    const { conditions, images, addresses, nodeInfo, capacity, allocatable } = this.status()!;
    const devices = this.devices();
    const isNews = devices.length > 0 || this.reportedDevices.length > 0;
    const volumesInUse = isNews ? { volumesInUse: devices.length > 0 ? devices : null } : {};
    const status = { conditions, images, addresses, nodeInfo, capacity, allocatable, ...volumesInUse };
    const { nodeName } = this.machine;
    const patched = this.client.patch('nodes', undefined, nodeName, 'strategic', { status }, 'status');
    if (patched.ok) this.reportedDevices = devices;
  }

  private status(): Node['status'] {
    const { machine } = this;
    return {
      capacity: { ...machine.capacity },
      allocatable: { ...machine.allocatable },
      conditions: this.conditions(),
      addresses: [
        { type: 'InternalIP', address: machine.internalIp },
        { type: 'Hostname', address: machine.nodeName },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: { ...machine.nodeInfo, kubeProxyVersion: '' },
      images: this.imageList(),
    } as unknown as Node['status'];
  }

  private conditions(): NodeCondition[] {
    const now = this.kernel.formatTime();
    const make = (type: string, status: string, reason: string, message: string): NodeCondition => {
      const key = `${type}=${status}`;
      const before = this.since[key];
      if (before === undefined) {
        for (const other of Object.keys(this.since)) if (other.startsWith(`${type}=`)) delete this.since[other];
        this.since[key] = now;
      }
      return { type, status, lastHeartbeatTime: now, lastTransitionTime: before ?? now, reason, message };
    };
    return [
      ...STARVABLE.map((resource) => {
        const { type, reasons, messages } = PRESSURES[resource];
        const at = this.isShort(resource) ? 1 : 0;
        return make(type, at === 1 ? 'True' : 'False', reasons[at], messages[at]);
      }),
      this.isReady
        ? make('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
        : make('Ready', 'False', 'KubeletNotReady', NETWORK_NOT_READY),
    ];
  }

  save(): unknown {
    return {
      isReady: this.isReady,
      pressureUntil: { ...this.pressureUntil },
      since: { ...this.since },
      leaseVersion: this.leaseVersion,
      isImageReportDue: this.isImageReportDue,
      isDeviceReportDue: this.isDeviceReportDue,
      reportedDevices: this.reportedDevices,
      isReturnDue: this.isReturnDue,
    };
  }

  load(state: unknown): void {
    const saved = state as {
      isReady: boolean;
      pressureUntil: Partial<Record<Starvable, number>>;
      since: Record<string, string>;
      leaseVersion: string;
      isImageReportDue: boolean;
      isDeviceReportDue: boolean;
      reportedDevices: readonly string[];
      isReturnDue: boolean;
    };
    this.isReady = saved.isReady;
    this.pressureUntil = { ...saved.pressureUntil };
    this.since = { ...saved.since };
    this.leaseVersion = saved.leaseVersion;
    this.isImageReportDue = saved.isImageReportDue;
    this.isDeviceReportDue = saved.isDeviceReportDue;
    this.reportedDevices = saved.reportedDevices;
    this.isReturnDue = saved.isReturnDue;
  }
}
