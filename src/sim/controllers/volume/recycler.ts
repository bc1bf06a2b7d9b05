/**
 * Volumes of the policy Recycle, which is deprecated: a pod empties the volume, and it is there for the next claim.
 * Upstream: pkg/controller/volume/persistentvolume/pv_controller.go (recycleVolumeOperation, unbindVolume),
 * pkg/volume/util/recyclerclient, pkg/volume/plugins.go (NewPersistentVolumeRecyclerPodTemplate).
 * Left out: the events of the recycler pod are not repeated on the volume.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import type { Client, EventRecorder, Informer, Outcome } from '../../client/index.ts';
import { BOUND_BY_CONTROLLER, isEnded, keyOfClaimRef, sizeOf, type Volume } from './claims.ts';

const NAMESPACE = 'default';
const PREFIX = 'recycler-for-';
const GIB = 2 ** 30;
const LEAST_SECONDS = 60;
const SECONDS_PER_GIB = 30;
/** Kept while a pod still uses it, a volume is looked at again. */
const RETRY_MS = 15_000;

export interface RecyclerPorts {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly pods: Informer<'pods'>;
  again(volume: string, delayMs: number): void;
  /** Writes the phase; the text of the failure where it cannot. */
  setPhase(volume: Volume, phase: 'Available' | 'Failed', message?: string): Volume | string;
}

export class VolumeRecycler {
  constructor(private readonly ports: RecyclerPorts) {}

  /** The volume that a recycler pod works for. */
  static volumeOf({ metadata }: Stored<Pod>): string | undefined {
    const isRecycler = metadata.namespace === NAMESPACE && metadata.name.startsWith(PREFIX);
    return isRecycler ? metadata.name.slice(PREFIX.length) : undefined;
  }

  recycle(volume: Volume): Outcome {
    const { client, pods, recorder, again } = this.ports;
    const { name } = volume.metadata;
    const { hostPath, nfs } = volume.spec ?? {};
    if (!hostPath && !nfs) return this.fail(volume, 'No recycler plugin found for the volume!');
    const users = pods.byIndex('claim', keyOfClaimRef(volume) ?? '').filter((pod) => !isEnded(pod));
    if (users.length > 0) {
      const names = users.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
      const text = `Volume is used by pods: ${names.join(',')}`;
      recorder.record('persistentvolumes', volume, 'Normal', 'VolumeFailedRecycle', text);
      again(name, RETRY_MS);
      return undefined;
    }
    const pod = pods.get(NAMESPACE, `${PREFIX}${name}`);
    if (!pod) {
      const made = client.create('pods', recyclerPod(volume));
      return made.ok || made.status.reason === 'AlreadyExists' ? undefined : made.status.message;
    }
    if (!isEnded(pod) || pod.metadata.deletionTimestamp) return undefined;
    const gone = client.delete('pods', NAMESPACE, pod.metadata.name);
    if (!gone.ok && gone.status.code !== 404) return gone.status.message;
    if (pod.status?.phase === 'Failed')
      return this.fail(volume, `Recycle failed: ${pod.status.message ?? 'pod failed, pod.Status.Message unknown'}`);
    recorder.record('persistentvolumes', volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
    return this.unbind(volume);
  }

  /** One that was meant for a claim from the start is kept for it. */
  private unbind(volume: Volume): Outcome {
    const { [BOUND_BY_CONTROLLER]: isOurs, ...annotations } = volume.metadata.annotations ?? {};
    const { claimRef, ...spec } = volume.spec!;
    const { uid: _uid, ...kept } = claimRef ?? {};
    const written = this.ports.client.update('persistentvolumes', {
      ...volume,
      metadata: { ...volume.metadata, annotations },
      spec: isOurs ? spec : { ...spec, claimRef: kept },
    });
    if (!written.ok) return written.status.code === 404 ? undefined : written.status.message;
    const available = this.ports.setPhase(written.object, 'Available');
    return typeof available === 'string' ? available : undefined;
  }

  private fail(volume: Volume, text: string): Outcome {
    const failed = this.ports.setPhase(volume, 'Failed', text);
    if (typeof failed === 'string') return failed;
    this.ports.recorder.record('persistentvolumes', failed, 'Warning', 'VolumeFailedRecycle', text);
    return undefined;
  }
}

function recyclerPod(volume: Volume): Pod {
  const { hostPath, nfs } = volume.spec ?? {};
  const source = hostPath ? { hostPath: { path: hostPath.path } } : { nfs: nfs! };
  const script = 'test -e /scrub && find /scrub -mindepth 1 -delete && test -z "$(ls -A /scrub)" || exit 1';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${PREFIX}${volume.metadata.name}`, namespace: NAMESPACE },
    spec: {
      activeDeadlineSeconds: Math.max(LEAST_SECONDS, Math.floor((sizeOf(volume) * SECONDS_PER_GIB) / GIB)),
      restartPolicy: 'Never',
      volumes: [{ name: 'vol', ...source }],
      containers: [
        {
          name: 'pv-recycler',
          image: 'registry.k8s.io/build-image/debian-base:bookworm-v1.0.2',
          command: ['/bin/sh'],
          args: ['-c', script],
          volumeMounts: [{ name: 'vol', mountPath: '/scrub' }],
        },
      ],
    },
  };
}
