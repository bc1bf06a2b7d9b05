/**
 * Claims that pods use and volumes that are bound stay until they are free.
 * Upstream: pkg/controller/volume/{pvcprotection,pvprotection}.
 */
import { keyOf, type Stored } from '../../api/object.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { systemAccount } from '../identity.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byClaim, claimsOfPod, isEnded } from './claims.ts';

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';

export class VolumeProtectionController extends ManagedController {
  /** Upstream these are two controllers, each with an account of its own. */
  private readonly volumeClient = this.client.as(systemAccount('pv-protection-controller'));
  private readonly claims: Informer<'persistentvolumeclaims'>;
  private readonly volumes: Informer<'persistentvolumes'>;
  private readonly pods: Informer<'pods'>;

  constructor(manager: Manager) {
    super(manager, 'pvc-protection');
    this.claims = this.shared('persistentvolumeclaims');
    this.volumes = this.shared('persistentvolumes');
    this.pods = this.shared('pods', byClaim);
    this.claims.onChange((next) => {
      if (next?.metadata.deletionTimestamp) this.queue.add(`claim|${keyOf(next)}`);
    });
    this.volumes.onChange((next) => {
      if (next?.metadata.deletionTimestamp) this.queue.add(`volume|${keyOf(next)}`);
    });
    this.pods.onChange((next, old) => {
      const pod = (next ?? old)!;
      if (next && !isEnded(next)) return;
      for (const name of claimsOfPod(pod)) this.queue.add(`claim|${pod.metadata.namespace}/${name}`);
    });
  }

  protected reconcile(key: string): Outcome {
    const [kind, path = ''] = key.split('|');
    if (kind === 'volume') {
      const volume = this.volumes.byKey(path);
      if (!volume?.metadata.deletionTimestamp || volume.status?.phase === 'Bound') return undefined;
      return this.release('persistentvolumes', volume, VOLUME_FINALIZER);
    }
    const claim = this.claims.byKey(path);
    if (!claim?.metadata.deletionTimestamp) return undefined;
    const isUsed = this.pods.byIndex('claim', path).some((pod) => !isEnded(pod) && pod.spec?.nodeName);
    return isUsed ? undefined : this.release('persistentvolumeclaims', claim, CLAIM_FINALIZER);
  }

  private release(
    resource: 'persistentvolumes' | 'persistentvolumeclaims',
    object: Stored,
    finalizer: string,
  ): Outcome {
    const { finalizers = [] } = object.metadata;
    if (!finalizers.includes(finalizer)) return undefined;
    const rest = finalizers.filter((item) => item !== finalizer);
    const client = resource === 'persistentvolumes' ? this.volumeClient : this.client;
    const written = client.update(resource, { ...object, metadata: { ...object.metadata, finalizers: rest } } as never);
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }
}
