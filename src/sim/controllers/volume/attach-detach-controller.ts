/**
 * Attaches volumes to the nodes whose pods mount them, and detaches them after the last such pod.
 * Upstream: pkg/controller/volume/attachdetach/{attach_detach_controller,reconciler/reconciler}.go, pkg/volume/csi/csi_attacher.go.
 * Left out: node.status.volumesInUse; a volume is taken to be unmounted when its pod is gone from a node that is ready.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { VolumeAttachment } from 'kubernetes-types/storage/v1';
import { attachmentName } from '../../api/attachment.ts';
import type { Stored } from '../../api/object.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byClaim, claimsOfPod, isEnded, type Volume } from './claims.ts';

/** A node that is not ready keeps its volumes so long, since nobody knows whether they are unmounted. */
const FORCE_DETACH_MS = 360_000;
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
  private told = new Map<string, 'attached' | 'failed' | 'multi'>();

  constructor(manager: Manager) {
    super(manager, 'attachdetach');
    this.pods = this.shared('pods', byClaim);
    this.claims = this.shared('persistentvolumeclaims');
    this.volumes = this.shared('persistentvolumes');
    this.drivers = this.shared('csidrivers.storage.k8s.io');
    this.nodes = this.shared('nodes');
    this.attachments = this.shared('volumeattachments.storage.k8s.io', {
      volume: ({ spec }) => (spec.source.persistentVolumeName ? [spec.source.persistentVolumeName] : []),
    });
    this.pods.onChange((next, old) => {
      const pod = (next ?? old)!;
      if (claimsOfPod(pod).length === 0) return;
      if (!next)
        for (const name of [...this.told.keys()]) if (name.startsWith(pod.metadata.uid)) this.told.delete(name);
      const isSame = next && old && next.spec?.nodeName === old.spec?.nodeName && isEnded(next) === isEnded(old);
      if (!isSame) for (const name of this.volumesOf(pod)) this.queue.add(name);
    });
    this.claims.onChange((next) => {
      if (next?.spec?.volumeName) this.queue.add(next.spec.volumeName);
    });
    this.attachments.onChange((next, old) => {
      const name = (next ?? old)!.spec.source.persistentVolumeName;
      if (name) this.queue.add(name);
    });
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
    for (const item of attached) failure = this.detachIdle(name, item, pods) ?? failure;
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
    if (status?.attached && this.told.get(entry) !== 'attached') {
      this.told.set(entry, 'attached');
      const text = `AttachVolume.Attach succeeded for volume "${name}" `;
      this.recorder.record('pods', pod, 'Normal', 'SuccessfulAttachVolume', text);
    } else if (!status?.attached && status?.attachError && this.told.get(entry) !== 'failed') {
      this.told.set(entry, 'failed');
      const text = `AttachVolume.Attach failed for volume "${name}" : ${status.attachError.message}`;
      this.recorder.record('pods', pod, 'Warning', 'FailedAttachVolume', text);
    }
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

  private detachIdle(name: string, attachment: Stored<VolumeAttachment>, pods: readonly Stored<Pod>[]): Outcome {
    const { nodeName } = attachment.spec;
    const entry = `${name}/${nodeName}`;
    if (pods.some(({ spec }) => spec?.nodeName === nodeName)) {
      this.idleSince.delete(entry);
      return undefined;
    }
    if (attachment.metadata.deletionTimestamp) return undefined;
    const since = this.idleSince.get(entry) ?? this.kernel.turn.cursor;
    this.idleSince.set(entry, since);
    const left = since + FORCE_DETACH_MS - this.kernel.turn.cursor;
    if (!this.isUnmounted(nodeName) && left > 0) {
      this.queue.addAfter(name, left);
      return undefined;
    }
    this.idleSince.delete(entry);
    const gone = this.client.delete('volumeattachments.storage.k8s.io', undefined, attachment.metadata.name);
    return gone.ok || gone.status.code === 404 ? undefined : gone.status.message;
  }

  private isUnmounted(name: string): boolean {
    const node = this.nodes.get(undefined, name);
    if (!node || node.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE)) return true;
    return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  }

  protected override saveOwn(): unknown {
    return { idleSince: new Map(this.idleSince), told: new Map(this.told) };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as { idleSince: Map<string, number>; told: Map<string, 'attached' | 'failed' | 'multi'> };
    this.idleSince = new Map(saved.idleSince);
    this.told = new Map(saved.told);
  }
}
