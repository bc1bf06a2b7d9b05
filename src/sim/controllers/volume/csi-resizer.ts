/**
 * A claim that asks for more than it has: the resizer beside the driver grows the volume, and the node that has it mounted
 * grows its file system. Upstream: kubernetes-csi/external-resizer pkg/controller/{expand_and_recover,resize_status}.go,
 * pkg/controller/volume/expand/expand_controller.go, pkg/volume/util/operationexecutor/node_expander.go.
 * The part of the node is done here, in the kubelet's name, since no kubelet watches claims.
 */
import type { PersistentVolumeClaimCondition, PersistentVolumeClaimStatus, Pod } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import { compareQuantities } from '../../api/quantity.ts';
import type { Client, EventRecorder, Informer, Outcome } from '../../client/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { DISK_DRIVER, wantedSizeOf, type Claim, type Volume } from './claims.ts';

export interface ResizerPorts {
  readonly kernel: Kernel;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly volumes: Informer<'persistentvolumes'>;
  readonly pods: Informer<'pods'>;
  isBusy(key: string): boolean;
  /** True once Azure has had its time; the first call starts it. */
  hasTaken(key: string, takesMs: number): boolean;
  again(key: string, delayMs: number): void;
  isInstalled(driver: string | undefined): boolean;
}

const GIB = 2 ** 30;
const RESIZE_MS = 4_000;
/** What Azure makes at most, in GiB: of a disk, and of a share. */
const MOST_GIB = { disk: 32_767, share: 102_400 } as const;
/** A resize that failed is tried again after 1 s, 2 s ... 5 min. */
const RETRY_START_MS = 1_000;
const RETRY_MAX_MS = 300_000;

type ResizeStatus = 'ControllerResizeInProgress' | 'NodeResizePending';
type Condition = Omit<PersistentVolumeClaimCondition, 'lastTransitionTime' | 'lastProbeTime'>;
type WithResources = PersistentVolumeClaimStatus & {
  readonly allocatedResourceStatuses?: Readonly<Record<string, string>>;
};

/** Conditions that tell of a resize; others are left alone. */
const OWN: ReadonlySet<string> = new Set([
  'Resizing',
  'FileSystemResizePending',
  'ControllerResizeError',
  'NodeResizeError',
]);

export class CsiResizer {
  /** How long the next try of a claim waits, by key. */
  private delays = new Map<string, number>();

  constructor(private readonly ports: ResizerPorts) {}

  resize(key: string, claim: Claim): Outcome {
    const volume = this.ports.volumes.get(undefined, claim.spec?.volumeName ?? '');
    const wanted = claim.spec?.resources?.requests?.['storage'];
    const has = claim.status?.capacity?.['storage'];
    if (!volume || !this.ports.isInstalled(volume.spec?.csi?.driver) || !wanted || !has) return undefined;
    if (claim.status?.phase !== 'Bound' || compareQuantities(wanted, has) <= 0) return undefined;
    if (compareQuantities(wanted, volume.spec?.capacity?.['storage'] ?? '0') > 0)
      return this.growVolume(key, claim, volume, wanted);
    return this.growFileSystem(claim, volume);
  }

  private growVolume(key: string, claim: Claim, volume: Volume, wanted: string): Outcome {
    const { client, isBusy, hasTaken } = this.ports;
    const work = `${key}#resize`;
    if (!isBusy(work)) {
      const failure = this.begin(claim, volume, wanted);
      if (failure !== undefined) return failure;
    }
    if (!hasTaken(work, RESIZE_MS)) return undefined;
    // Another size is wanted by now: that is another piece of work.
    if (claim.status?.allocatedResources?.['storage'] !== wanted) return this.growVolume(key, claim, volume, wanted);
    const isDisk = volume.spec?.csi?.driver === DISK_DRIVER;
    const sizeGib = Math.ceil(wantedSizeOf(claim) / GIB);
    const mostGib = isDisk ? MOST_GIB.disk : MOST_GIB.share;
    if (sizeGib > mostGib) return this.fail(key, claim, volume, sizeGib, mostGib);
    this.delays.delete(key);
    const storage = `${sizeGib}Gi`;
    const body = { spec: { capacity: { storage } } };
    const grown = client.patch('persistentvolumes', undefined, volume.metadata.name, 'merge', body);
    if (!grown.ok) return grown.status.message;
    if (!isDisk)
      return this.finish(claim, storage, () =>
        this.tell(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded'),
      );
    const message = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';
    const failure = this.write(claim, 'NodeResizePending', [
      { type: 'FileSystemResizePending', status: 'True', message },
    ]);
    if (failure !== undefined) return failure;
    this.tell(claim, 'Normal', 'FileSystemResizeRequired', 'Require file system resize of volume on node');
    return undefined;
  }

  private begin(claim: Claim, volume: Volume, wanted: string): Outcome {
    const before = claim.status as WithResources;
    const isAgain = before.allocatedResources?.['storage'] === wanted;
    if (!isAgain) {
      const text = 'waiting for an external controller to expand this PVC';
      this.tell(claim, 'Normal', 'ExternalExpanding', text, 'volume_expand');
    }
    const resizing: Condition = { type: 'Resizing', status: 'True' };
    const failed = (before.conditions ?? []).find(({ type }) => type === 'ControllerResizeError');
    const kept = isAgain && failed ? [{ type: failed.type, status: failed.status, message: failed.message! }] : [];
    const failure = this.write(claim, 'ControllerResizeInProgress', [resizing, ...kept], wanted);
    if (failure !== undefined) return failure;
    this.tell(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`);
    return undefined;
  }

  private fail(key: string, claim: Claim, volume: Volume, sizeGib: number, mostGib: number): Outcome {
    const { driver = '', volumeHandle = '' } = volume.spec?.csi ?? {};
    const range = `The value '${sizeGib}' of parameter 'disk.diskSizeGB' is out of range. The value must be between '1' and '${mostGib}', inclusive.`;
    const error = `rpc error: code = Internal desc = failed to resize disk(${volumeHandle}) with error(${range})`;
    const conditions: readonly Condition[] = [
      { type: 'Resizing', status: 'True' },
      { type: 'ControllerResizeError', status: 'True', message: error },
    ];
    const failure = this.write(claim, 'ControllerResizeInProgress', conditions);
    if (failure !== undefined) return failure;
    const text = `resize volume "${volume.metadata.name}" by resizer "${driver}" failed: ${error}`;
    this.tell(claim, 'Warning', 'VolumeResizeFailed', text);
    const delayMs = this.delays.get(key) ?? RETRY_START_MS;
    this.delays.set(key, Math.min(delayMs * 2, RETRY_MAX_MS));
    this.ports.again(key, delayMs);
    return undefined;
  }

  /** The node with the volume grows what is on it; where no pod has it mounted, that waits for one. */
  private growFileSystem(claim: Claim, volume: Volume): Outcome {
    const isRunning = ({ status }: Pod): boolean => status?.phase === 'Running';
    const pod = this.ports.pods.byIndex('claim', keyOf(claim)).find(isRunning);
    if (!pod) return undefined;
    return this.finish(claim, volume.spec?.capacity?.['storage'] ?? '', () => this.tellMounted(claim, volume, pod));
  }

  private tellMounted(claim: Claim, volume: Volume, pod: Stored<Pod>): void {
    const text = `MountVolume.NodeExpandVolume succeeded for volume "${volume.metadata.name}" ${pod.spec!.nodeName}`;
    const { recorder } = this.ports;
    recorder.record('pods', pod, 'Normal', 'FileSystemResizeSuccessful', text, undefined, 'kubelet');
    this.tell(claim, 'Normal', 'FileSystemResizeSuccessful', text, 'kubelet');
  }

  private finish(claim: Claim, storage: string, tell: () => void): Outcome {
    const conditions = this.conditionsWith(claim, []);
    const failure = this.patch(claim, { capacity: { storage }, conditions, allocatedResourceStatuses: null });
    if (failure !== undefined) return failure;
    tell();
    return undefined;
  }

  private write(claim: Claim, status: ResizeStatus, conditions: readonly Condition[], allocated?: string): Outcome {
    return this.patch(claim, {
      conditions: this.conditionsWith(claim, conditions),
      allocatedResourceStatuses: { storage: status },
      ...(allocated === undefined ? {} : { allocatedResources: { storage: allocated } }),
    });
  }

  /** A condition that stays keeps its time. */
  private conditionsWith(claim: Claim, wanted: readonly Condition[]): readonly unknown[] | null {
    const before = claim.status?.conditions ?? [];
    const own = wanted.map((condition) => {
      const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
      const lastTransitionTime = same?.lastTransitionTime ?? this.ports.kernel.formatTime();
      return { ...condition, lastProbeTime: null, lastTransitionTime };
    });
    const all = [...before.filter(({ type }) => !OWN.has(type)), ...own];
    return all.length > 0 ? all : null;
  }

  private patch(claim: Claim, status: object): Outcome {
    const { namespace, name } = claim.metadata;
    const patched = this.ports.client.patch('persistentvolumeclaims', namespace, name, 'merge', { status }, 'status');
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }

  private tell(
    claim: Claim,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    reporter = `external-resizer ${claim.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'] ?? ''}`,
  ): void {
    this.ports.recorder.record('persistentvolumeclaims', claim, type, reason, message, undefined, reporter);
  }

  save(): unknown {
    return new Map(this.delays);
  }

  load(saved: unknown): void {
    this.delays = new Map(saved as ReadonlyMap<string, number>);
  }
}
