/**
 * The Azure disk and file drivers with their sidecars, as AKS runs them: provisioner, attacher and resizer, and what the
 * driver on each node registers. Upstream: kubernetes-sigs/azuredisk-csi-driver, azurefile-csi-driver, and
 * kubernetes-csi/{external-provisioner,external-attacher,external-resizer}.
 * Left out: snapshots.
 */
import type { NodeSelectorTerm, PersistentVolume } from 'kubernetes-types/core/v1';
import type { StorageClass, VolumeAttachment } from 'kubernetes-types/storage/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { CsiResizer } from './csi-resizer.ts';
import {
  byClaim,
  DISK_DRIVER,
  FILE_DRIVER,
  isBoundTo,
  MIGRATED,
  MIGRATED_PLUGINS,
  PROVISIONED_BY,
  PROVISIONER,
  SELECTED_NODE,
  wantedSizeOf,
  type Claim,
  type Volume,
} from './claims.ts';

const ZONE_KEY = 'topology.disk.csi.azure.com/zone';
const DELETE_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';
const GIB = 2 ** 30;

/** What Azure takes for its part of the work. */
const TAKES_MS = { disk: 2_500, file: 6_000, attach: 8_000, detach: 5_000, remove: 4_000 } as const;

export interface CsiSettings {
  /** Data disks that a VM of this size takes. */
  diskLimitOf(vmSize: string): number;
  readonly resourceGroup: string;
  /** Whether the cluster has roles for it. Where somebody installs it by its CSIDriver alone, it brings its rights along. */
  readonly hasRoles: boolean;
}

export class AzureCsiDriver extends ManagedController {
  private readonly claims: Informer<'persistentvolumeclaims'>;
  private readonly volumes: Informer<'persistentvolumes'>;
  private readonly classes: Informer<'storageclasses.storage.k8s.io'>;
  private readonly attachments: Informer<'volumeattachments.storage.k8s.io'>;
  private readonly nodes: Informer<'nodes'>;
  private readonly csiNodes: Informer<'csinodes.storage.k8s.io'>;
  private readonly pods: Informer<'pods'>;
  private readonly drivers: Informer<'csidrivers.storage.k8s.io'>;
  private readonly resizer: CsiResizer;
  /** Work that Azure is at, by key, until when. */
  private busy = new Map<string, number>();

  constructor(
    manager: Manager,
    private readonly settings: CsiSettings,
  ) {
    const reporter = `${DISK_DRIVER}_csi-azuredisk-controller`;
    super(manager, 'csi-azure', reporter, settings.hasRoles ? [] : ['system:masters']);
    this.claims = this.shared('persistentvolumeclaims');
    this.volumes = this.shared('persistentvolumes');
    this.classes = this.shared('storageclasses.storage.k8s.io');
    this.nodes = this.shared('nodes');
    this.csiNodes = this.shared('csinodes.storage.k8s.io');
    this.pods = this.shared('pods', byClaim);
    this.attachments = this.shared('volumeattachments.storage.k8s.io', {
      node: ({ spec }) => [spec.nodeName],
    });
    this.drivers = this.shared('csidrivers.storage.k8s.io');
    this.resizer = new CsiResizer({
      kernel: this.kernel,
      client: this.client,
      recorder: this.recorder,
      volumes: this.volumes,
      pods: this.pods,
      isBusy: (key) => this.busy.has(key),
      hasTaken: (key, takesMs) => this.hasTaken(key, takesMs),
      again: (key, delayMs) => this.queue.addAfter(key, delayMs, true),
      isInstalled: (driver) => this.isInstalled(driver),
    });
    this.drivers.onChange((next, old) => {
      if (next && !old) this.installed();
    });
    this.claims.onChange((next) => next && this.queue.add(`claim|${keyOf(next)}`));
    this.volumes.onChange((next) => {
      if (next && isOurs(next.spec?.csi?.driver)) this.queue.add(`volume|${keyOf(next)}`);
    });
    this.attachments.onChange((next, old) => {
      if (next && isOurs(next.spec.attacher)) this.queue.add(`attachment|${keyOf(next)}`);
      // A place that becomes free lets others in that were refused.
      if (!next && old)
        for (const other of this.attachments.byIndex('node', old.spec.nodeName))
          this.queue.add(`attachment|${keyOf(other)}`);
    });
    this.nodes.onChange((next, old) => {
      if (next && !old) this.queue.add(`node|${keyOf(next)}`);
    });
    this.pods.onChange((next, old) => {
      if (next?.status?.phase !== 'Running' || old?.status?.phase === 'Running') return;
      for (const { persistentVolumeClaim } of next.spec?.volumes ?? [])
        if (persistentVolumeClaim)
          this.queue.add(`claim|${next.metadata.namespace}/${persistentVolumeClaim.claimName}`);
    });
  }

  /** A driver that comes late finds all that has waited for it. */
  private installed(): void {
    for (const node of this.nodes.list()) this.queue.add(`node|${keyOf(node)}`);
    for (const claim of this.claims.list()) this.queue.add(`claim|${keyOf(claim)}`);
    for (const volume of this.volumes.list()) this.queue.add(`volume|${keyOf(volume)}`);
    for (const attachment of this.attachments.list()) this.queue.add(`attachment|${keyOf(attachment)}`);
  }

  /** It is one of Azure's, and the cluster has it: a StorageClass alone provisions nothing. */
  private isInstalled(driver: string | undefined): boolean {
    return isOurs(driver) && this.drivers.get(undefined, driver!) !== undefined;
  }

  protected reconcile(key: string): Outcome {
    const [kind, path = ''] = key.split('|');
    switch (kind) {
      case 'claim': {
        const claim = this.claims.byKey(path);
        if (!claim) return undefined;
        return claim.spec?.volumeName ? this.resizer.resize(key, claim) : this.provision(key, claim);
      }
      case 'volume': {
        const volume = this.volumes.byKey(path);
        return volume ? this.reclaim(key, volume) : undefined;
      }
      case 'attachment': {
        const attachment = this.attachments.byKey(path);
        return attachment ? this.attach(key, attachment) : undefined;
      }
      default:
        return this.register(path);
    }
  }

  /** True once Azure has had its time; the first call starts it. */
  private hasTaken(key: string, takesMs: number): boolean {
    const now = this.kernel.turn.cursor;
    const until = this.busy.get(key);
    if (until === undefined) {
      this.busy.set(key, now + takesMs);
      const [reference = ''] = key.split('#');
      this.queue.addAfter(reference, takesMs);
      return false;
    }
    if (now < until) return false;
    this.busy.delete(key);
    return true;
  }

  private provision(key: string, claim: Claim): Outcome {
    const driver = claim.metadata.annotations?.[PROVISIONER];
    const storageClass = this.classes.get(undefined, claim.spec?.storageClassName ?? '');
    if (!this.isInstalled(driver) || !storageClass || claim.metadata.deletionTimestamp) return undefined;
    const isLate = storageClass.volumeBindingMode === 'WaitForFirstConsumer';
    const node = claim.metadata.annotations?.[SELECTED_NODE];
    if (isLate && !node) return undefined;
    const isMade = [...this.volumes.list()].some((volume) => isBoundTo(volume, claim));
    if (isMade) return undefined;
    if (!this.busy.has(`${key}#make`)) {
      const text = `External provisioner is provisioning volume for claim "${keyOf(claim)}"`;
      this.recorder.record('persistentvolumeclaims', claim, 'Normal', 'Provisioning', text);
    }
    if (!this.hasTaken(`${key}#make`, driver === DISK_DRIVER ? TAKES_MS.disk : TAKES_MS.file)) return undefined;
    const volume = this.volumeFor(claim, storageClass, driver!, node);
    const made = this.client.create('persistentvolumes', volume);
    if (!made.ok && made.status.reason !== 'AlreadyExists') return made.status.message;
    const text = `Successfully provisioned volume ${volume.metadata!.name}`;
    this.recorder.record('persistentvolumeclaims', claim, 'Normal', 'ProvisioningSucceeded', text);
    return undefined;
  }

  private volumeFor(
    claim: Claim,
    storageClass: Stored<StorageClass>,
    driver: string,
    node: string | undefined,
  ): PersistentVolume {
    const { namespace = '', name, uid, resourceVersion } = claim.metadata;
    const volumeName = `pvc-${uid}`;
    const { parameters = {}, mountOptions, reclaimPolicy } = storageClass;
    const zones = driver === DISK_DRIVER ? this.zonesFor(storageClass, node) : undefined;
    const isDisk = driver === DISK_DRIVER;
    const group = `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/${this.settings.resourceGroup}`;
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: volumeName,
        annotations: {
          [PROVISIONED_BY]: driver,
          'volume.kubernetes.io/provisioner-deletion-secret-name': '',
          'volume.kubernetes.io/provisioner-deletion-secret-namespace': '',
        },
        finalizers: [DELETE_FINALIZER, 'kubernetes.io/pv-protection'],
      },
      spec: {
        accessModes: claim.spec?.accessModes ?? [],
        capacity: { storage: `${Math.max(1, Math.ceil(wantedSizeOf(claim) / GIB))}Gi` },
        claimRef: { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion },
        csi: {
          driver,
          volumeHandle: isDisk
            ? `${group}/providers/Microsoft.Compute/disks/${volumeName}`
            : `${this.settings.resourceGroup}#f${uid.replaceAll('-', '').slice(0, 22)}#${volumeName}###${namespace}`,
          volumeAttributes: {
            'csi.storage.k8s.io/pv/name': volumeName,
            'csi.storage.k8s.io/pvc/name': name,
            'csi.storage.k8s.io/pvc/namespace': namespace,
            ...parameters,
          },
        },
        persistentVolumeReclaimPolicy: reclaimPolicy ?? 'Delete',
        storageClassName: storageClass.metadata.name,
        volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
        ...(mountOptions ? { mountOptions } : {}),
        ...(zones ? { nodeAffinity: { required: { nodeSelectorTerms: zones } } } : {}),
      },
    };
  }

  /** A locally redundant disk lives in the zone of the node that was chosen; one of ZRS in every zone. */
  private zonesFor(storageClass: Stored<StorageClass>, node: string | undefined): NodeSelectorTerm[] {
    const sku =
      Object.entries(storageClass.parameters ?? {}).find(([name]) => name.toLowerCase() === 'skuname')?.[1] ?? '';
    const zoneOf = (name: string): string => this.nodes.get(undefined, name)?.metadata.labels?.[ZONE_KEY] ?? '';
    const term = (zone: string): NodeSelectorTerm => ({
      matchExpressions: [{ key: ZONE_KEY, operator: 'In', values: [zone] }],
    });
    const all = [...new Set([...this.nodes.list()].map(({ metadata }) => zoneOf(metadata.name)))].sort();
    if (sku.endsWith('_ZRS')) return [...all.filter((zone) => zone !== ''), ''].map(term);
    return [term(node ? zoneOf(node) : (all[0] ?? ''))];
  }

  /** A released volume of policy Delete goes with its disk, once that is detached. */
  private reclaim(key: string, volume: Volume): Outcome {
    const { name, finalizers = [] } = volume.metadata;
    const isWanted = volume.status?.phase === 'Released' && volume.spec?.persistentVolumeReclaimPolicy === 'Delete';
    if (!isWanted || !this.isInstalled(volume.metadata.annotations?.[PROVISIONED_BY])) return undefined;
    const isAttached = [...this.attachments.list()].some(({ spec }) => spec.source.persistentVolumeName === name);
    if (isAttached) {
      this.queue.addAfter(key, 1_000);
      return undefined;
    }
    if (!this.hasTaken(`${key}#remove`, TAKES_MS.remove)) return undefined;
    if (!volume.metadata.deletionTimestamp) {
      const gone = this.client.delete('persistentvolumes', undefined, name, {
        preconditions: { uid: volume.metadata.uid },
      });
      if (!gone.ok && gone.status.code !== 404) return gone.status.message;
    }
    const rest = finalizers.filter((item) => item !== DELETE_FINALIZER);
    return this.patchFinalizers('persistentvolumes', name, rest);
  }

  private patchFinalizers(
    resource: 'persistentvolumes' | 'volumeattachments.storage.k8s.io',
    name: string,
    rest: readonly string[],
  ): Outcome {
    const body = { metadata: { finalizers: rest.length > 0 ? rest : null } };
    const patched = this.client.patch(resource, undefined, name, 'merge', body);
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }

  private attach(key: string, attachment: Stored<VolumeAttachment>): Outcome {
    const { name, finalizers = [], deletionTimestamp } = attachment.metadata;
    if (!this.isInstalled(attachment.spec.attacher)) return undefined;
    const finalizer = `external-attacher/${attachment.spec.attacher.replaceAll('.', '-')}`;
    if (deletionTimestamp) {
      if (!finalizers.includes(finalizer)) return undefined;
      if (!this.hasTaken(`${key}#detach`, TAKES_MS.detach)) return undefined;
      return this.patchFinalizers(
        'volumeattachments.storage.k8s.io',
        name,
        finalizers.filter((item) => item !== finalizer),
      );
    }
    if (attachment.status?.attached) return undefined;
    if (!finalizers.includes(finalizer)) {
      const failure = this.patchFinalizers('volumeattachments.storage.k8s.io', name, [...finalizers, finalizer]);
      if (failure !== undefined) return failure;
    }
    const limit = this.limitOf(attachment.spec.nodeName);
    const there = this.attachments.byIndex('node', attachment.spec.nodeName).filter(({ status }) => status?.attached);
    if (there.length >= limit) return this.refuseAttach(attachment, limit);
    if (!this.hasTaken(`${key}#attach`, TAKES_MS.attach)) return undefined;
    return this.writeAttachment(attachment, { attached: true });
  }

  private refuseAttach(attachment: Stored<VolumeAttachment>, limit: number): Outcome {
    if (attachment.status?.attachError) return undefined;
    const message = `rpc error: code = ResourceExhausted desc = The maximum number of data disks allowed to be attached to a VM of this size is ${limit}.`;
    return this.writeAttachment(attachment, {
      attached: false,
      attachError: { message, time: this.kernel.formatTime() },
    });
  }

  private writeAttachment(
    attachment: Stored<VolumeAttachment>,
    status: NonNullable<VolumeAttachment['status']>,
  ): Outcome {
    const { name } = attachment.metadata;
    const patched = this.client.patch(
      'volumeattachments.storage.k8s.io',
      undefined,
      name,
      'merge',
      { status },
      'status',
    );
    return patched.ok || patched.status.code === 404 ? undefined : patched.status.message;
  }

  private limitOf(node: string): number {
    const size = this.nodes.get(undefined, node)?.metadata.labels?.['node.kubernetes.io/instance-type'] ?? '';
    return this.settings.diskLimitOf(size);
  }

  /** The driver on a new node tells what it is called and how many disks its VM takes. */
  private register(name: string): Outcome {
    const node = this.nodes.get(undefined, name);
    if (!node) return undefined;
    const zones = node.metadata.labels?.[ZONE_KEY] === undefined ? [] : [ZONE_KEY];
    const drivers = [
      { name: DISK_DRIVER, nodeID: name, topologyKeys: zones, allocatable: { count: this.limitOf(name) } },
      { name: FILE_DRIVER, nodeID: name },
    ]
      .filter((driver) => this.isInstalled(driver.name))
      .map(({ topologyKeys = [], ...driver }) => ({ ...driver, topologyKeys }));
    if (drivers.length === 0) return undefined;
    const found = this.csiNodes.get(undefined, name);
    if ((found?.spec.drivers?.length ?? 0) >= drivers.length) return undefined;
    const { uid } = node.metadata;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }];
    const written = found
      ? this.client.update('csinodes.storage.k8s.io', { ...found, spec: { ...found.spec, drivers } })
      : this.client.create('csinodes.storage.k8s.io', {
          apiVersion: 'storage.k8s.io/v1',
          kind: 'CSINode',
          metadata: { name, ownerReferences, annotations: { [MIGRATED_PLUGINS]: Object.keys(MIGRATED).join(',') } },
          spec: { drivers },
        });
    return written.ok || written.status.reason === 'AlreadyExists' ? undefined : written.status.message;
  }

  protected override saveOwn(): unknown {
    return { busy: new Map(this.busy), resizer: this.resizer.save() };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as { busy: ReadonlyMap<string, number>; resizer: unknown };
    this.busy = new Map(saved.busy);
    this.resizer.load(saved.resizer);
  }
}

const isOurs = (driver: string | undefined): boolean => driver === DISK_DRIVER || driver === FILE_DRIVER;
