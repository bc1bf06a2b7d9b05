/**
 * ControllerRevisions: the templates that a StatefulSet or DaemonSet has had, numbered.
 * Upstream: pkg/controller/history/controller_history.go.
 */
import type { ControllerRevision } from 'kubernetes-types/apps/v1';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import type { KubeObject, Stored } from '../api/object.ts';
import { selectorOf } from '../api/selectors.ts';
import { isDeepEqual } from '../apiserver/index.ts';
import type { Client, Informer } from '../client/index.ts';
import { claim, ownerReferenceTo } from './owners.ts';
import { templateHash } from './template-hash.ts';

const HASH_LABEL = 'controller.kubernetes.io/hash';
const SYSTEM_LABEL = 'controller-revision-hash';
const TRIES = 8;

export interface Revised extends KubeObject {
  spec?: { template: PodTemplateSpec; selector?: LabelSelector; revisionHistoryLimit?: number };
  status?: { collisionCount?: number };
}

type Data = { readonly spec: { readonly template: PodTemplateSpec & { $patch: 'replace' } } };

export type StoredRevision = Stored<ControllerRevision>;

/** The patch that puts an object back to a template: what the revision keeps, and `kubectl rollout undo` sends. */
export function revisionData(template: PodTemplateSpec): Data {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { $patch: _patch, ...template } = (revision.data as unknown as Data).spec.template;
  return template;
}

const byRevision = (left: StoredRevision, right: StoredRevision): number =>
  left.revision - right.revision ||
  (left.metadata.creationTimestamp < right.metadata.creationTimestamp
    ? -1
    : left.metadata.creationTimestamp > right.metadata.creationTimestamp
      ? 1
      : left.metadata.name < right.metadata.name
        ? -1
        : 1);

/**
 * The revisions of an owner by number, those taken over that were left behind by one before it.
 * Upstream: pkg/controller/controller_ref_manager.go (ClaimControllerRevisions), stateful_set.go (adoptOrphanRevisions).
 */
export function claimRevisions(
  client: Client,
  owner: Stored<Revised>,
  ownerResource: 'daemonsets.apps' | 'statefulsets.apps',
  revisions: Informer<'controllerrevisions.apps'>,
): readonly StoredRevision[] {
  const claimed = claim<ControllerRevision>({
    client,
    ownerResource,
    owner,
    selector: selectorOf(owner.spec?.selector),
    resource: 'controllerrevisions.apps',
    owned: revisions.byIndex('controller', owner.metadata.uid),
    orphans: revisions.byIndex('orphan', owner.metadata.namespace ?? ''),
  });
  return [...claimed].sort(byRevision);
}

export type Revisions =
  | {
      readonly ok: true;
      readonly update: StoredRevision;
      readonly all: readonly StoredRevision[];
      readonly collisionCount: number;
    }
  | { readonly ok: false; readonly message: string };

/** Finds, renumbers or makes the revision of the present template. `known` is sorted by revision. */
export function currentRevision(client: Client, owner: Stored<Revised>, known: readonly StoredRevision[]): Revisions {
  const { template } = owner.spec!;
  const data = revisionData(template);
  const equal = known.filter((item) => isDeepEqual(item.data, data));
  const [newest, found] = [known.at(-1), equal.at(-1)];
  const collisionCount = owner.status?.collisionCount ?? 0;
  if (found && newest && found.metadata.uid === newest.metadata.uid)
    return { ok: true, update: found, all: known, collisionCount };
  const number = (newest?.revision ?? 0) + 1;
  if (found) {
    // A rollback: the old revision is the newest again.
    const written = client.update('controllerrevisions.apps', { ...found, revision: number });
    if (!written.ok) return { ok: false, message: written.status.message ?? '' };
    const all = known.map((item) => (item === found ? written.object : item));
    return { ok: true, update: written.object, all: [...all].sort(byRevision), collisionCount };
  }
  return create(client, owner, known, number, data, collisionCount);
}

function create(
  client: Client,
  owner: Stored<Revised>,
  known: readonly StoredRevision[],
  number: number,
  data: Data,
  collisions: number,
): Revisions {
  let collisionCount = collisions;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const hash = templateHash(owner.spec!.template, collisionCount);
    const name = `${owner.metadata.name.slice(0, 223)}-${hash}`;
    const made = client.create('controllerrevisions.apps', {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        namespace: owner.metadata.namespace!,
        labels: labelsFor(owner, hash),
        ...(owner.metadata.annotations ? { annotations: owner.metadata.annotations } : {}),
        ownerReferences: [ownerReferenceTo(owner)],
      },
      data: data as never,
      revision: number,
    });
    if (made.ok) return { ok: true, update: made.object, all: [...known, made.object], collisionCount };
    if (made.status.reason !== 'AlreadyExists') return { ok: false, message: made.status.message ?? '' };
    const other = client.get('controllerrevisions.apps', owner.metadata.namespace, name);
    if (other.ok && isDeepEqual(other.object.data, data))
      return { ok: true, update: other.object, all: [...known, other.object].sort(byRevision), collisionCount };
    collisionCount += 1;
  }
  return { ok: false, message: `no free name for a revision of ${owner.metadata.name}` };
}

/** A DaemonSet names its revisions by the label of its pods, a StatefulSet by one of its own. */
function labelsFor(owner: Stored<Revised>, hash: string): Record<string, string> {
  const { labels } = owner.spec!.template.metadata ?? {};
  return owner.kind === 'DaemonSet' ? { ...labels, [SYSTEM_LABEL]: hash } : { ...labels, [HASH_LABEL]: hash };
}

/** Deletes the oldest revisions beyond the limit that no pod is of. */
export function truncateHistory(
  client: Client,
  owner: Stored<Revised>,
  known: readonly StoredRevision[],
  isLive: (revision: StoredRevision) => boolean,
): void {
  const limit = owner.spec?.revisionHistoryLimit ?? 10;
  const idle = known.filter((revision) => !isLive(revision));
  for (const { metadata } of idle.slice(0, Math.max(0, idle.length - limit)))
    client.delete('controllerrevisions.apps', metadata.namespace, metadata.name);
}
