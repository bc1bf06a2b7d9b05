/**
 * Attaches volumes to the nodes whose pods mount them, tells the nodes of it, and detaches them once the last such pod is
 * gone and the node no longer has them in use. Upstream: pkg/controller/volume/attachdetach/{attach_detach_controller,
 * reconciler/reconciler,statusupdater/node_status_updater}.go, pkg/volume/csi/csi_attacher.go.
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { VolumeAttachment } from 'kubernetes-types/storage/v1';
import { attachmentName, deviceNameOf } from '../../api/attachment.ts';
import type { Stored } from '../../api/object.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byClaim, claimsOfPod, isEnded, type Volume } from './claims.ts';

/** A node that is not ready keeps what it had in use so long (maxWaitForUnmountDuration). */
const FORCE_DETACH_MS = 360_000;
/** An attachment that failed is looked at again after 0.5 s, 1 s ... 2 min 2 s. Upstream: pkg/util/goroutinemap/exponentialbackoff. */
const RETRY_START_MS = 500;
const RETRY_MAX_MS = 122_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export class AttachDetachController extends ManagedController {
  private readonly pods: Informer<'pods'>;
  private readonly claims: Informer<'persistentvolumeclaims'>;
  private readonly volumes: Informer<'persistentvolumes'>;
  private readonly attachments: Informer<'volumeattachments.storage.k8s.io'>;
  private readonly drivers: Informer<'csidrivers.storage.k8s.io'>;
  private readonly nodes: Informer<'nodes'>;
  /** Volume and node to since when no pod there needs it. */
  private idleSince = new Map<string, number>();
  /** Pods that were told already, by uid and volume. */
  private told = new Map<string, 'attached' | 'multi'>();
  /** When a failure is told of again, and how long that waits, by pod and volume. */
  private failures = new Map<string, { readonly nextAt: number; readonly delayMs: number }>();
  /** Attachments that are given up: the node must not take them for attached any more. */
  private leaving = new Set<string>();
  /** What a node had in use when its object went. */
  private lastInUse = new Map<string, readonly string[]>();

  constructor(manager: Manager) {
    super(manager, 'attachdetach');
    this.pods = this.shared('pods', byClaim);
    this.claims = this.shared('persistentvolumeclaims');
    this.volumes = this.shared('persistentvolumes');
    this.drivers = this.shared('csidrivers.storage.k8s.io');
    this.nodes = this.shared('nodes');
    this.attachments = this.shared('volumeattachments.storage.k8s.io', {
      volume: ({ spec }) => (spec.source.persistentVolumeName ? [spec.source.persistentVolumeName] : []),
      node: ({ spec }) => [spec.nodeName],
    });
    this.pods.onChange((next, old) => {
      const pod = (next ?? old)!;
      if (claimsOfPod(pod).length === 0) return;
      if (!next)
        for (const told of [this.told, this.failures])
          for (const name of [...told.keys()]) if (name.startsWith(pod.metadata.uid)) told.delete(name);
      const isSame = next && old && next.spec?.nodeName === old.spec?.nodeName && isEnded(next) === isEnded(old);
      if (!isSame) for (const name of this.volumesOf(pod)) this.queue.add(name);
    });
    this.claims.onChange((next) => {
      if (next?.spec?.volumeName) this.queue.add(next.spec.volumeName);
    });
    this.attachments.onChange((next, old) => {
      const name = (next ?? old)!.spec.source.persistentVolumeName;
      if (!next) this.leaving.delete(old!.metadata.name);
      if (name) this.queue.add(name);
    });
    this.nodes.onChange((next, old) => this.nodeChanged(next, old));
  }

  private nodeChanged(next: Stored<Node> | undefined, old: Stored<Node> | undefined): void {
    const { name } = (next ?? old)!.metadata;
    if (next) this.lastInUse.delete(name);
    else if (old?.status?.volumesInUse) this.lastInUse.set(name, old.status.volumesInUse);
    const told = (node: Stored<Node> | undefined): unknown =>
      node && [node.status?.volumesInUse, node.status?.volumesAttached, isOutOfService(node), isHealthy(node)];
    if (isDeepEqual(told(next), told(old))) return;
    for (const { spec } of this.attachments.byIndex('node', name))
      if (spec.source.persistentVolumeName) this.queue.add(spec.source.persistentVolumeName);
  }

  private volumesOf(pod: Stored<Pod>): readonly string[] {
    return claimsOfPod(pod).flatMap((name) => {
      const claim = this.claims.get(pod.metadata.namespace, name);
      return claim?.spec?.volumeName ? [claim.spec.volumeName] : [];
    });
  }

  protected reconcile(name: string): Outcome {
    const volume = this.volumes.get(undefined, name);
    const attached = this.attachments.byIndex('volume', name);
    const key = volume?.spec?.claimRef ? `${volume.spec.claimRef.namespace}/${volume.spec.claimRef.name}` : '';
    const pods = this.pods
      .byIndex('claim', key)
      .filter((pod) => pod.spec?.nodeName && !isEnded(pod) && this.volumesOf(pod).includes(name));
    let failure: Outcome;
    for (const item of attached) failure = this.detachIdle(name, volume, item, pods) ?? failure;
    for (const node of new Set(attached.map(({ spec }) => spec.nodeName))) failure = this.tellNode(node) ?? failure;
    if (!volume || !this.needsAttaching(volume)) return failure;
    for (const pod of pods) failure = this.attachFor(volume, pod, attached, pods) ?? failure;
    return failure;
  }

  private needsAttaching({ spec }: Volume): boolean {
    if (!spec?.csi) return false;
    return this.drivers.get(undefined, spec.csi.driver)?.spec.attachRequired ?? true;
  }

  private attachFor(
    volume: Volume,
    pod: Stored<Pod>,
    attached: readonly Stored<VolumeAttachment>[],
    pods: readonly Stored<Pod>[],
  ): Outcome {
    const node = pod.spec!.nodeName!;
    const { name } = volume.metadata;
    const own = attached.find(({ spec }) => spec.nodeName === node);
    if (own) {
      this.report(pod, volume, own);
      return undefined;
    }
    const others = attached.filter(({ spec }) => spec.nodeName !== node);
    const isShared = volume.spec?.accessModes?.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany');
    if (others.length > 0 && !isShared) {
      this.tellMultiAttach(pod, volume, pods, others);
      return undefined;
    }
    const made = this.client.create('volumeattachments.storage.k8s.io', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: attachmentName(volume, node) },
      spec: { attacher: volume.spec!.csi!.driver, nodeName: node, source: { persistentVolumeName: name } },
    });
    return made.ok || made.status.reason === 'AlreadyExists' ? undefined : made.status.message;
  }

  private report(pod: Stored<Pod>, volume: Volume, { status }: Stored<VolumeAttachment>): void {
    const entry = `${pod.metadata.uid}/${volume.metadata.name}`;
    const { name } = volume.metadata;
    if (status?.attached) {
      if (this.told.get(entry) === 'attached') return;
      this.told.set(entry, 'attached');
      this.failures.delete(entry);
      const text = `AttachVolume.Attach succeeded for volume "${name}" `;
      return this.recorder.record('pods', pod, 'Normal', 'SuccessfulAttachVolume', text);
    }
    if (!status?.attachError) return;
    const now = this.kernel.turn.cursor;
    const { nextAt, delayMs } = this.failures.get(entry) ?? { nextAt: now, delayMs: RETRY_START_MS };
    if (now < nextAt) return;
    this.failures.set(entry, { nextAt: now + delayMs, delayMs: Math.min(delayMs * 2, RETRY_MAX_MS) });
    this.queue.addAfter(name, delayMs, true);
    const text = `AttachVolume.Attach failed for volume "${name}" : ${status.attachError.message}`;
    this.recorder.record('pods', pod, 'Warning', 'FailedAttachVolume', text);
  }

  /** Writes what is attached into the status of the node, which mounts nothing else. */
  private tellNode(name: string): Outcome {
    const node = this.nodes.get(undefined, name);
    if (!node) return undefined;
    const devices = this.attachments.byIndex('node', name).flatMap(({ metadata, spec, status }) => {
      if (!status?.attached || metadata.deletionTimestamp || this.leaving.has(metadata.name)) return [];
      const volume = this.volumes.get(undefined, spec.source.persistentVolumeName ?? '');
      return volume ? [deviceNameOf(volume)] : [];
    });
    const volumesAttached = devices.sort().map((device) => ({ name: device, devicePath: '' }));
    if (isDeepEqual(volumesAttached, node.status?.volumesAttached ?? [])) return undefined;
    const status = { volumesAttached: volumesAttached.length > 0 ? volumesAttached : null };
    const patched = this.client.patch('nodes', undefined, name, 'merge', { status }, 'status');
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }

  private tellMultiAttach(
    pod: Stored<Pod>,
    volume: Volume,
    pods: readonly Stored<Pod>[],
    others: readonly Stored<VolumeAttachment>[],
  ): void {
    const entry = `${pod.metadata.uid}/${volume.metadata.name}`;
    if (this.told.get(entry) === 'multi') return;
    this.told.set(entry, 'multi');
    const holders = new Set(others.map(({ spec }) => spec.nodeName));
    const users = pods.filter(({ spec }) => holders.has(spec?.nodeName ?? '')).map(({ metadata }) => metadata.name);
    const why =
      users.length > 0
        ? `Volume is already used by pod(s) ${users.join(', ')}`
        : "Volume is already exclusively attached to one node and can't be attached to another";
    const text = `Multi-Attach error for volume "${volume.metadata.name}" ${why}`;
    this.recorder.record('pods', pod, 'Warning', 'FailedAttachVolume', text);
  }

  private detachIdle(
    name: string,
    volume: Volume | undefined,
    attachment: Stored<VolumeAttachment>,
    pods: readonly Stored<Pod>[],
  ): Outcome {
    const { nodeName } = attachment.spec;
    const entry = `${name}/${nodeName}`;
    if (pods.some(({ spec }) => spec?.nodeName === nodeName)) {
      this.idleSince.delete(entry);
      return undefined;
    }
    if (attachment.metadata.deletionTimestamp) return undefined;
    const since = this.idleSince.get(entry) ?? this.kernel.turn.cursor;
    this.idleSince.set(entry, since);
    if (volume && this.isHeld(volume, nodeName)) {
      const left = since + FORCE_DETACH_MS - this.kernel.turn.cursor;
      const node = this.nodes.get(undefined, nodeName);
      // A node that is well says itself when it has let go.
      if (node && isHealthy(node)) return undefined;
      if (left > 0) {
        this.queue.addAfter(name, left);
        return undefined;
      }
    }
    this.idleSince.delete(entry);
    // The node must not mount it any more before it goes.
    this.leaving.add(attachment.metadata.name);
    const failure = this.tellNode(nodeName);
    if (failure !== undefined) return failure;
    const gone = this.client.delete('volumeattachments.storage.k8s.io', undefined, attachment.metadata.name);
    return gone.ok || gone.status.code === 404 ? undefined : gone.status.message;
  }

  /** The node has it in use, or had when it was last heard of; one that is out of service holds nothing. */
  private isHeld(volume: Volume, nodeName: string): boolean {
    const node = this.nodes.get(undefined, nodeName);
    if (node && isOutOfService(node)) return false;
    const inUse = node ? node.status?.volumesInUse : this.lastInUse.get(nodeName);
    return inUse?.includes(deviceNameOf(volume)) ?? false;
  }

  protected override saveOwn(): unknown {
    const { idleSince, told, failures, leaving, lastInUse } = this;
    return {
      idleSince: new Map(idleSince),
      told: new Map(told),
      failures: new Map(failures),
      leaving: new Set(leaving),
      lastInUse: new Map(lastInUse),
    };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as OwnState;
    this.idleSince = new Map(saved.idleSince);
    this.told = new Map(saved.told);
    this.failures = new Map(saved.failures);
    this.leaving = new Set(saved.leaving);
    this.lastInUse = new Map(saved.lastInUse);
  }
}

interface OwnState {
  readonly idleSince: ReadonlyMap<string, number>;
  readonly told: ReadonlyMap<string, 'attached' | 'multi'>;
  readonly failures: ReadonlyMap<string, { readonly nextAt: number; readonly delayMs: number }>;
  readonly leaving: ReadonlySet<string>;
  readonly lastInUse: ReadonlyMap<string, readonly string[]>;
}

const isOutOfService = ({ spec }: Node): boolean => spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) ?? false;

const isHealthy = ({ status }: Node): boolean =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
