/**
 * Making, deleting and mending the pods of a StatefulSet and their claims.
 * Upstream: pkg/controller/statefulset/stateful_pod_control.go.
 */
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import type { OwnerReference } from 'kubernetes-types/meta/v1';
import type { Stored } from '../../api/object.ts';
import type { Status } from '../../api/status.ts';
import type { Client, EventRecorder, Informer, Outcome } from '../../client/index.ts';
import { ownerReferenceTo } from '../owners.ts';
import { claimName, claimsOf, ordinalOf, POD_INDEX_LABEL, POD_NAME_LABEL, startOf } from './identity.ts';

export class StatefulPodControl {
  constructor(
    private readonly client: Client,
    private readonly recorder: EventRecorder,
    private readonly claims: Informer<'persistentvolumeclaims'>,
    private readonly pods: Informer<'pods'>,
  ) {}

  create(set: Stored<StatefulSet>, pod: Pod): Outcome {
    const missing = this.createMissingClaims(set, pod);
    if (missing !== undefined) return missing;
    const made = this.client.create('pods', pod);
    if (!made.ok && made.status.reason === 'AlreadyExists') return undefined;
    this.recordPod('create', set, pod, made.ok ? undefined : made.status);
    if (!made.ok) return made.status.message;
    return this.syncClaimOwners(set, made.object);
  }

  delete(set: Stored<StatefulSet>, pod: Stored<Pod>): Outcome {
    const { namespace, name, uid } = pod.metadata;
    const gone = this.client.delete('pods', namespace, name, { preconditions: { uid } });
    this.recordPod('delete', set, pod, gone.ok ? undefined : gone.status);
    return gone.ok || gone.status.code === 404 ? undefined : gone.status.message;
  }

  /** Puts name label, index and claims of a pod right that somebody changed. */
  update(set: Stored<StatefulSet>, pod: Stored<Pod>): Outcome {
    const failure = this.createMissingClaims(set, pod);
    if (failure !== undefined) return failure;
    const labels = {
      ...pod.metadata.labels,
      [POD_NAME_LABEL]: pod.metadata.name,
      [POD_INDEX_LABEL]: String(ordinalOf(set, pod)),
    };
    const written = this.client.update('pods', { ...pod, metadata: { ...pod.metadata, labels } });
    this.recordPod('update', set, pod, written.ok ? undefined : written.status);
    return written.ok ? undefined : written.status.message;
  }

  /** A claim that is on its way out holds the pod back: the new pod must not get the old data. */
  isClaimStale(set: Stored<StatefulSet>, pod: Pod): boolean {
    const ordinal = ordinalOf(set, pod);
    return claimsOf(set, ordinal).some(({ metadata }) => {
      const found = this.claims.get(set.metadata.namespace, metadata?.name ?? '');
      const owner = found?.metadata.ownerReferences?.find(({ kind }) => kind === 'Pod');
      return owner !== undefined && this.pods.get(set.metadata.namespace, owner.name)?.metadata.uid !== owner.uid;
    });
  }

  createMissingClaims(set: Stored<StatefulSet>, pod: Pod): Outcome {
    for (const claim of claimsOf(set, ordinalOf(set, pod))) {
      const name = claim.metadata?.name ?? '';
      const found = this.claims.get(set.metadata.namespace, name);
      if (found?.metadata.deletionTimestamp) return `pvc ${name} is being deleted`;
      if (found) continue;
      const made = this.client.create('persistentvolumeclaims', claim);
      if (!made.ok && made.status.reason === 'AlreadyExists') continue;
      this.recordClaim(set, pod, name, made.ok ? undefined : made.status);
      if (!made.ok) return made.status.message;
    }
    return undefined;
  }

  /** Owners of the claims, so that the garbage collector deletes them as the retention policy wants. */
  syncClaimOwners(set: Stored<StatefulSet>, pod: Stored<Pod>): Outcome {
    for (const claim of this.claimsToMend(set, pod)) {
      const ownerReferences = wantedOwners(set, pod, claim);
      const written = this.client.update('persistentvolumeclaims', {
        ...claim,
        metadata: { ...claim.metadata, ownerReferences: [...ownerReferences] },
      });
      if (!written.ok && written.status.code !== 404) return written.status.message;
    }
    return undefined;
  }

  claimsToMend(set: Stored<StatefulSet>, pod: Stored<Pod>): readonly Stored<PersistentVolumeClaim>[] {
    const ordinal = ordinalOf(set, pod);
    return (set.spec?.volumeClaimTemplates ?? []).flatMap(({ metadata }) => {
      const claim = this.claims.get(set.metadata.namespace, claimName(metadata?.name ?? '', set, ordinal));
      if (!claim) return [];
      const uids = (references: readonly OwnerReference[]): string => references.map(({ uid }) => uid).join();
      return uids(wantedOwners(set, pod, claim)) === uids(claim.metadata.ownerReferences ?? []) ? [] : [claim];
    });
  }

  private recordPod(verb: 'create' | 'delete' | 'update', set: Stored, pod: Pod, failure: Status | undefined): void {
    const title = `${verb[0]!.toUpperCase()}${verb.slice(1)}`;
    const what = `${title} Pod ${pod.metadata?.name} in StatefulSet ${set.metadata.name}`;
    if (!failure) this.recorder.record('statefulsets.apps', set, 'Normal', `Successful${title}`, `${what} successful`);
    else {
      const text = `${what} failed error: ${failure.message}`;
      this.recorder.record('statefulsets.apps', set, 'Warning', `Failed${title}`, text);
    }
  }

  private recordClaim(set: Stored, pod: Pod, name: string, failure: Status | undefined): void {
    const [of, place] = [`Create Claim ${name}`, `Pod ${pod.metadata?.name} in StatefulSet ${set.metadata.name}`];
    if (!failure)
      this.recorder.record('statefulsets.apps', set, 'Normal', 'SuccessfulCreate', `${of} ${place} success`);
    else {
      const text = `${of} for ${place} failed error: ${failure.message}`;
      this.recorder.record('statefulsets.apps', set, 'Warning', 'FailedCreate', text);
    }
  }
}

/** The set owns a claim that goes with it; the pod owns one that goes when the set shrinks below it. */
function wantedOwners(
  set: Stored<StatefulSet>,
  pod: Stored<Pod>,
  claim: Stored<PersistentVolumeClaim>,
): readonly OwnerReference[] {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const ordinal = ordinalOf(set, pod);
  const start = startOf(set);
  const isCondemned = ordinal < start || ordinal >= start + (set.spec?.replicas ?? 1);
  const others = (claim.metadata.ownerReferences ?? []).filter(
    ({ uid, kind, name }) => uid !== set.metadata.uid && !(kind === 'Pod' && name === pod.metadata.name),
  );
  if (isCondemned && whenScaled === 'Delete') {
    const { controller: _controller, blockOwnerDeletion: _block, ...owner } = ownerReferenceTo(pod);
    return [...others, owner];
  }
  return whenDeleted === 'Delete' ? [...others, ownerReferenceTo(set)] : others;
}
