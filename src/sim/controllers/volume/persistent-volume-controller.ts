/**
 * Binds claims to volumes, and asks provisioners for volumes that are not there.
 * Upstream: pkg/controller/volume/persistentvolume/{pv_controller,index}.go.
 */
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { keyOf } from '../../api/object.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import {
  bestMatch,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  byClaim,
  deletionFault,
  isBoundTo,
  isEnded,
  keyOfClaimRef,
  MIGRATED,
  mismatchOf,
  OLD_PROVISIONER,
  PROVISIONER,
  SELECTED_NODE,
  type Claim,
  type Volume,
} from './claims.ts';
import { claimMachine, volumeMachine } from './machine.ts';
import { VolumeRecycler } from './recycler.ts';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';
const RESYNC_MS = 15_000;

const PHASE_EVENTS = { Available: 'FREE', Bound: 'BIND', Released: 'RELEASE', Failed: 'FAIL' } as const;
type Phase = keyof typeof PHASE_EVENTS;

export class PersistentVolumeController extends ManagedController {
  private readonly claims: Informer<'persistentvolumeclaims'>;
  private readonly volumes: Informer<'persistentvolumes'>;
  private readonly classes: Informer<'storageclasses.storage.k8s.io'>;
  private readonly pods: Informer<'pods'>;
  private readonly claimLives: Lives;
  private readonly recycler: VolumeRecycler;
  private readonly volumeLives: Lives;

  constructor(manager: Manager) {
    super(manager, 'persistent-volume-binder', 'persistentvolume-controller');
    this.claims = this.shared('persistentvolumeclaims');
    this.volumes = this.shared('persistentvolumes');
    this.classes = this.shared('storageclasses.storage.k8s.io');
    this.pods = this.shared('pods', byClaim);
    this.claimLives = this.follow(claimMachine, 'persistentvolumeclaim');
    this.volumeLives = this.follow(volumeMachine, 'persistentvolume');
    this.recycler = new VolumeRecycler({
      client: this.client,
      recorder: this.recorder,
      pods: this.pods,
      again: (name, delayMs) => this.queue.addAfter(`volume|${name}`, delayMs, true),
      setPhase: (volume, to, message) => this.setPhase(volume, to, message),
    });
    this.pods.onChange((next) => {
      const name = next && VolumeRecycler.volumeOf(next);
      if (name !== undefined) this.queue.add(`volume|${name}`);
    });
    this.claims.onChange((next, old) => {
      const claim = (next ?? old)!;
      if (!next) this.claimLives.forget(keyOf(claim));
      this.queue.add(`claim|${keyOf(claim)}`);
      if (!next && claim.spec?.volumeName) this.queue.add(`volume|${claim.spec.volumeName}`);
    });
    this.volumes.onChange((next, old) => {
      const volume = (next ?? old)!;
      if (!next) this.volumeLives.forget(volume.metadata.name);
      this.queue.add(`volume|${volume.metadata.name}`);
      const key = keyOfClaimRef(volume);
      if (key) this.queue.add(`claim|${key}`);
      else if (next && !old) this.lookAtPending();
    });
    this.classes.onChange((next, old) => {
      if (next && !old) this.lookAtPending();
    });
  }

  private lookAtPending(): void {
    for (const claim of this.claims.list()) if (!claim.spec?.volumeName) this.queue.add(`claim|${keyOf(claim)}`);
  }

  protected override start(): void {
    super.start();
    this.kernel.schedule(RESYNC_MS, this.id, 'resync', undefined, true);
  }

  protected override handleOther(action: string): void {
    this.kernel.assert(action === 'resync', `${this.id} has no action ${action}`);
    this.lookAtPending();
    this.kernel.schedule(RESYNC_MS, this.id, 'resync', undefined, true);
  }

  protected reconcile(key: string): Outcome {
    const [kind, path = ''] = key.split('|');
    if (kind === 'volume') {
      const volume = this.volumes.byKey(path);
      return volume ? this.syncVolume(volume) : undefined;
    }
    const claim = this.claims.byKey(path);
    if (!claim) return undefined;
    return claim.metadata.annotations?.[BIND_COMPLETED] ? this.syncBound(claim) : this.syncUnbound(claim);
  }

  private syncUnbound(claim: Claim): Outcome {
    if (claim.metadata.deletionTimestamp) return undefined;
    const { volumeName, storageClassName } = claim.spec ?? {};
    if (volumeName) return this.bindNamed(claim, volumeName);
    const storageClass = storageClassName ? this.classes.get(undefined, storageClassName) : undefined;
    const isLate = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
    const isDelayed = isLate && !claim.metadata.annotations?.[SELECTED_NODE];
    const volume = bestMatch(this.volumes.list(), claim, isLate);
    if (volume) return this.bind(claim, volume);
    if (isDelayed) return this.awaitConsumer(claim);
    if (storageClassName) return this.provision(claim, storageClassName, storageClass);
    const text = 'no persistent volumes available for this claim and no storage class is set';
    this.tell(claim, 'Normal', 'FailedBinding', text);
    this.claimLives.send(keyOf(claim), 'FAIL');
    return undefined;
  }

  private bindNamed(claim: Claim, name: string): Outcome {
    const volume = this.volumes.get(undefined, name);
    if (!volume) return undefined;
    if (!volume.spec?.claimRef) {
      const fault = mismatchOf(volume, claim);
      if (fault === undefined) return this.bind(claim, volume);
      const text = `Cannot bind to requested volume ${JSON.stringify(name)}: ${fault}`;
      this.tell(claim, 'Warning', 'VolumeMismatch', text);
      return undefined;
    }
    if (isBoundTo(volume, claim)) return this.bind(claim, volume);
    if (!claim.metadata.annotations?.[BOUND_BY_CONTROLLER]) {
      const text = `volume ${JSON.stringify(name)} already bound to a different claim.`;
      this.tell(claim, 'Warning', 'FailedBinding', text);
    }
    return undefined;
  }

  private awaitConsumer(claim: Claim): Outcome {
    this.claimLives.send(keyOf(claim), 'WAIT_CONSUMER');
    const waiting = this.pods
      .byIndex('claim', keyOf(claim))
      .filter((pod) => !pod.spec?.nodeName && !isEnded(pod) && !pod.metadata.deletionTimestamp)
      .map(({ metadata }) => metadata.name);
    if (waiting.length === 0) {
      const text = 'waiting for first consumer to be created before binding';
      this.tell(claim, 'Normal', 'WaitForFirstConsumer', text);
    } else {
      const text = waiting.length === 1 ? `pod ${waiting[0]}` : `pods ${waiting.join(',')}`;
      this.tell(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${text} to be scheduled`);
    }
    return undefined;
  }

  private provision(claim: Claim, className: string, storageClass: StorageClass | undefined): Outcome {
    const key = keyOf(claim);
    if (!storageClass) {
      this.tell(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`);
      this.claimLives.send(key, 'FAIL');
      return undefined;
    }
    const provisioner = MIGRATED[storageClass.provisioner] ?? storageClass.provisioner;
    if (provisioner === NO_PROVISIONER || provisioner.startsWith('kubernetes.io/')) {
      this.tell(claim, 'Warning', 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`);
      this.claimLives.send(key, 'FAIL');
      return undefined;
    }
    this.claimLives.send(key, 'PROVISION');
    if (claim.metadata.annotations?.[PROVISIONER] !== provisioner) {
      const marks = { [PROVISIONER]: provisioner, [OLD_PROVISIONER]: provisioner };
      const written = this.client.update('persistentvolumeclaims', {
        ...claim,
        metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, ...marks } },
      });
      if (!written.ok) return written.status.code === 404 ? undefined : written.status.message;
    }
    const text = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
    this.tell(claim, 'Normal', 'ExternalProvisioning', text);
    return undefined;
  }

  private bind(claim: Claim, volume: Volume): Outcome {
    const held = this.holdVolume(claim, volume);
    if (typeof held === 'string') return held;
    const marks = {
      [BIND_COMPLETED]: 'yes',
      ...(claim.spec?.volumeName ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }),
    };
    const { annotations, ...metadata } = claim.metadata;
    const written = this.client.update('persistentvolumeclaims', {
      ...claim,
      metadata: { ...metadata, annotations: { ...annotations, ...marks } },
      spec: { ...claim.spec, volumeName: volume.metadata.name },
    });
    if (!written.ok) return written.status.code === 404 ? undefined : written.status.message;
    this.claimLives.send(keyOf(claim), 'BIND');
    return this.claimIsBound(written.object, held);
  }

  /** The volume names its claim, and is Bound. */
  private holdVolume(claim: Claim, volume: Volume): Volume | string {
    let held = volume;
    if (volume.spec?.claimRef?.uid !== claim.metadata.uid) {
      const { namespace = '', name, uid, resourceVersion } = claim.metadata;
      const isKept = volume.spec?.claimRef !== undefined;
      const annotations = { ...volume.metadata.annotations, ...(isKept ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }) };
      const claimRef = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
      const written = this.client.update('persistentvolumes', {
        ...volume,
        metadata: { ...volume.metadata, annotations },
        spec: { ...volume.spec!, claimRef },
      });
      if (!written.ok) return written.status.message ?? '';
      held = written.object;
    }
    return this.setPhase(held, 'Bound');
  }

  private setPhase(volume: Volume, phase: Phase, message?: string): Volume | string {
    this.volumeLives.send(volume.metadata.name, PHASE_EVENTS[phase]);
    if (volume.status?.phase === phase) return volume;
    const lastPhaseTransitionTime = this.kernel.formatTime();
    const { message: _message, ...rest } = volume.status ?? {};
    const status = { ...rest, phase, lastPhaseTransitionTime, ...(message === undefined ? {} : { message }) };
    const written = this.client.updateStatus('persistentvolumes', { ...volume, status });
    if (written.ok) return written.object;
    return written.status.code === 404 ? volume : (written.status.message ?? '');
  }

  private claimIsBound(claim: Claim, volume: Volume): Outcome {
    const { accessModes, capacity } = volume.spec ?? {};
    // A volume that has grown is told of by the resizer, once the file system has grown too.
    const size = claim.status?.phase === 'Bound' ? (claim.status.capacity ?? capacity) : capacity;
    const status = {
      ...claim.status,
      phase: 'Bound',
      ...(accessModes ? { accessModes } : {}),
      ...(size ? { capacity: size } : {}),
    };
    if (isDeepEqual(status, claim.status)) return undefined;
    const written = this.client.updateStatus('persistentvolumeclaims', { ...claim, status });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  private syncBound(claim: Claim): Outcome {
    const name = claim.spec?.volumeName ?? '';
    const volume = name ? this.volumes.get(undefined, name) : undefined;
    if (!volume) {
      const text = name
        ? 'Bound claim has lost its PersistentVolume. Data on the volume is lost!'
        : 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!';
      return this.lose(claim, text);
    }
    if (!isBoundTo(volume, claim) && volume.spec?.claimRef)
      return this.lose(claim, 'Two claims are bound to the same volume, this one is bound incorrectly');
    const held = this.holdVolume(claim, volume);
    if (typeof held === 'string') return held;
    this.claimLives.send(keyOf(claim), 'BIND');
    return this.claimIsBound(claim, held);
  }

  private lose(claim: Claim, text: string): Outcome {
    if (claim.status?.phase === 'Lost') return undefined;
    const { capacity: _capacity, accessModes: _modes, ...rest } = claim.status ?? {};
    const written = this.client.updateStatus('persistentvolumeclaims', {
      ...claim,
      status: { ...rest, phase: 'Lost' },
    });
    if (!written.ok) return written.status.code === 404 ? undefined : written.status.message;
    this.tell(claim, 'Warning', 'ClaimLost', text);
    this.claimLives.send(keyOf(claim), 'LOSE');
    return undefined;
  }

  private syncVolume(volume: Volume): Outcome {
    const asOutcome = (written: Volume | string): Outcome => (typeof written === 'string' ? written : undefined);
    if (!volume.spec?.claimRef?.uid) return asOutcome(this.setPhase(volume, 'Available'));
    const claim = this.claims.byKey(keyOfClaimRef(volume) ?? '');
    if (claim && claim.metadata.uid === volume.spec.claimRef.uid) {
      if (claim.spec?.volumeName === volume.metadata.name) return asOutcome(this.setPhase(volume, 'Bound'));
      if (!claim.spec?.volumeName) this.queue.add(`claim|${keyOf(claim)}`);
      return undefined;
    }
    // The cache may not have the claim yet: only what the server says is gone is gone.
    const { namespace, name = '', uid } = volume.spec.claimRef;
    const live = this.client.get('persistentvolumeclaims', namespace, name);
    if (live.ok && live.object.metadata.uid === uid) return undefined;
    if (volume.status?.phase === 'Failed') return undefined;
    const released = this.setPhase(volume, 'Released');
    return typeof released === 'string' ? released : this.reclaim(released);
  }

  /** What becomes of a volume whose claim is gone, where no external provisioner sees to it. */
  private reclaim(volume: Volume): Outcome {
    if (volume.spec?.persistentVolumeReclaimPolicy === 'Recycle' && !volume.metadata.deletionTimestamp)
      return this.recycler.recycle(volume);
    const fault = deletionFault(volume);
    if (fault === undefined || volume.metadata.deletionTimestamp) return undefined;
    if (fault === '') {
      const gone = this.client.delete('persistentvolumes', undefined, volume.metadata.name);
      return gone.ok || gone.status.code === 404 ? undefined : gone.status.message;
    }
    const failed = this.setPhase(volume, 'Failed', fault);
    if (typeof failed === 'string') return failed;
    this.recorder.record('persistentvolumes', failed, 'Warning', 'VolumeFailedDelete', fault);
    return undefined;
  }

  private tell(claim: Claim, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.recorder.record('persistentvolumeclaims', claim, type, reason, message);
  }
}
