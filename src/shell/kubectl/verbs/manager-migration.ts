/**
 * What `kubectl apply --server-side` does about objects that were applied by the client before: the annotation gets a
 * manager of its own, and the fields of the client's manager go to the server's.
 * Upstream: kubectl/pkg/cmd/apply/apply.go (saveLastApplyAnnotationIfNecessary, migrateToSSAIfNecessary),
 * client-go/util/csaupgrade/upgrade.go.
 */
import type { ManagedFieldsEntry } from 'kubernetes-types/meta/v1';
import { unionOf, type FieldSet } from '../../../sim/apiserver/managed-fields.ts';
import { LAST_APPLIED, lastAppliedOf } from '../../../sim/client/index.ts';
import { sendPatch, strictQuery } from '../client/changes.ts';
import type { Target } from '../client/infos.ts';
import { ServerRefusal } from '../failure.ts';
import type { Live, Session } from '../session.ts';

type Place = Pick<Target, 'resource' | 'namespace'> & { readonly name: string };

const DEFAULT_MANAGER = 'kubectl';

/** The object as it is in the end; `reapply` sends once more what was applied. What fails is a warning, no more. */
export function migrateManagers(session: Session, place: Place, applied: Live, reapply: () => Live): Live {
  let step = 'failed to migrate kubectl.kubernetes.io/last-applied-configuration for Server-Side Apply';
  let live = applied;
  try {
    live = keepLastApplied(session, place, applied);
    step = 'server rejected managed fields migration to Server-Side Apply';
    const migrated = migrate(session, place, live);
    if (!migrated) return live;
    live = migrated;
    step = 'failed to re-apply configuration after performing Server-Side Apply migration';
    return reapply();
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    session.complain(
      `Warning: ${step}. This is non-fatal and will be retried next time you apply. Error: ${error.status.message ?? ''}`,
    );
    return live;
  }
}

/** Does nothing for other managers, whose annotation the server does not keep up. */
function keepLastApplied(session: Session, place: Place, applied: Live): Live {
  const lastApplied = lastAppliedOf(applied);
  const given = session.flags.text('field-manager');
  if (lastApplied === undefined || (given && given !== DEFAULT_MANAGER)) return applied;
  if (entriesOf(applied).some((entry) => entry.operation === 'Apply' && ownsAnnotation(entry))) return applied;
  const { apiVersion, kind } = applied;
  const { namespace, name } = place;
  const metadata = { name, ...(namespace ? { namespace } : {}), annotations: { [LAST_APPLIED]: lastApplied } };
  const query = { ...strictQuery(session, 'kubectl'), fieldManager: 'kubectl-last-applied' };
  return sendPatch(session, place, 'apply', { apiVersion, kind, metadata }, query);
}

const entriesOf = ({ metadata }: Live): readonly ManagedFieldsEntry[] => metadata.managedFields ?? [];

function ownsAnnotation({ fieldsV1 }: ManagedFieldsEntry): boolean {
  const fields = (fieldsV1 ?? {}) as FieldSet;
  return fields['f:metadata']?.['f:annotations']?.[`f:${LAST_APPLIED}`] !== undefined;
}

function migrate(session: Session, place: Place, live: Live): Live | undefined {
  const before = entriesOf(live);
  const clients = new Set(
    before.filter((entry) => entry.operation === 'Update' && ownsAnnotation(entry)).map(({ manager }) => manager ?? ''),
  );
  if (clients.size === 0) return undefined;
  const manager = session.flags.text('field-manager') || DEFAULT_MANAGER;
  const after = [...clients].reduce((entries, client) => upgraded(entries, client, manager), before);
  const patch = [
    { op: 'replace', path: '/metadata/managedFields', value: after },
    { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
  ];
  return sendPatch(session, place, 'json', patch, strictQuery(session, DEFAULT_MANAGER));
}

/** The entries with those of a client's manager in that of the server's. */
function upgraded(
  entries: readonly ManagedFieldsEntry[],
  client: string,
  manager: string,
): readonly ManagedFieldsEntry[] {
  const isOwn = (entry: ManagedFieldsEntry): boolean =>
    entry.manager === manager && entry.operation === 'Apply' && !entry.subresource;
  const isOld = (entry: ManagedFieldsEntry): boolean =>
    entry.manager === client && entry.operation === 'Update' && !entry.subresource;
  const target = entries.find(isOwn) ?? entries.find(isOld);
  if (!target) return entries;
  const source = entries.find((entry) => isOld(entry) && entry.apiVersion === target.apiVersion);
  const fieldsV1 = unionOf((target.fieldsV1 ?? {}) as FieldSet, (source?.fieldsV1 ?? {}) as FieldSet);
  const merged = { ...target, manager, operation: 'Apply', fieldsV1 };
  return entries.flatMap((entry) => (entry === target ? [merged] : isOld(entry) ? [] : [entry]));
}
