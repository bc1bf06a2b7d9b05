/** `kubectl rollout undo`, `restart`, `pause` and `resume`. Upstream: kubectl/pkg/polymorphichelpers/{rollback,objectrestarter,objectpauser,objectresumer}.go. */
import { copyOf, each, patchBetween, sendPatch, writeQuery } from '../../client/changes.ts';
import { resourceOf } from '../../client/discovery.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../../client/flags.ts';
import { liveObjects, selectionOf, type Found } from '../../client/infos.ts';
import { templateOf } from '../../client/pod-template.ts';
import { describeTemplate } from '../../describe/pod-template.ts';
import { failure, throwAll } from '../../failure.ts';
import { changePrinter } from '../../printers/output.ts';
import type { Session } from '../../session.ts';
import { goJson } from '../../../../sim/api/go-json.ts';
import { revisionsOf, type Revision } from './revisions.ts';

export const UNDO_FLAGS = flagsOf(`${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} to-revision:int=0 selector/l`);
export const ACTION_FLAGS = flagsOf(`${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} field-manager selector/l`);

function found(session: Session, failures: Error[]): readonly Found[] {
  const { flags } = session;
  if (flags.args.length === 0 && flags.all('filename').length === 0) throw failure('required resource not specified');
  return liveObjects(session, { ...selectionOf(session), selectsAll: true }, failures);
}

export function undo(session: Session): void {
  const failures: Error[] = [];
  const items = found(session, failures);
  each(items, failures, (item) => undoOne(session, item));
  throwAll(failures);
}

const TITLES: Readonly<Record<string, string>> = {
  Deployment: 'deployment',
  DaemonSet: 'daemon set',
  StatefulSet: 'stateful set',
};

function undoOne(session: Session, item: Found): void {
  const tell = changePrinter(session);
  const { kind, group } = item.resource;
  const title = TITLES[kind];
  if (!title)
    throw failure(`no rollbacker has been implemented for ${JSON.stringify(group ? `${kind}.${group}` : kind)}`);
  const wanted = session.flags.int('to-revision');
  if (wanted < 0) throw failure(`unable to find specified revision ${wanted} in history`);
  const isDeployment = kind === 'Deployment';
  const { paused } = (item.object as { spec?: { paused?: boolean } }).spec ?? {};
  if (isDeployment && paused && session.dryRun === 'none')
    throw failure(
      `you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume deployment/${item.name}' and try again`,
    );
  const revision = chosen(session, item, wanted, isDeployment);
  if (session.dryRun === 'client')
    return tell(
      `Pod Template:\n${describeTemplate(revision.template ?? {}, '').replace(/^Pod Template:\n/, '')}`.trimEnd(),
      item.object,
    );
  const isSame = isDeployment
    ? goJson(withoutHash(revision.template)) === goJson(templateOf(item.object))
    : goJson(revision.template) === goJson(templateOf(item.object));
  if (isSame)
    return tell(`skipped rollback (current template already matches revision ${revision.number})`, item.object, '');
  const query = writeQuery(session, 'kubectl-rollout');
  const patched = isDeployment
    ? sendPatch(session, item, 'json', deploymentPatch(item, revision), query)
    : sendPatch(session, item, 'strategic', revision.data, query);
  tell('rolled back', patched);
}

function chosen(session: Session, item: Found, wanted: number, isDeployment: boolean): Revision {
  const revisions = revisionsOf(session, item);
  const title = item.resource.kind === 'Deployment' ? 'deployment' : '';
  if (wanted > 0) {
    const one = revisions.find(({ number }) => number === wanted);
    if (!one) throw failure(`unable to find specified revision ${wanted} in history`);
    return one;
  }
  const previous = revisions.at(-2);
  if (previous) return previous;
  throw failure(
    isDeployment
      ? `no rollout history found for ${title} ${JSON.stringify(item.name)}`
      : 'no last revision to roll back to',
  );
}

function withoutHash(template: Revision['template']): unknown {
  if (!template) return template;
  const { 'pod-template-hash': _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

const KEPT = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

/** The old template, and the annotations that the old ReplicaSet had but for those that tell of itself. */
function deploymentPatch(item: Found, { template, annotations }: Revision): unknown {
  const own = item.object.metadata?.annotations ?? {};
  const next: Record<string, string> = {};
  for (const key of KEPT) if (own[key] !== undefined) next[key] = own[key];
  for (const [key, value] of Object.entries(annotations)) if (!KEPT.includes(key)) next[key] = value;
  return [
    { op: 'replace', path: '/spec/template', value: withoutHash(template) },
    { op: 'replace', path: '/metadata/annotations', value: next },
  ];
}

/** Changes the spec of each by a strategic patch. */
function act(session: Session, told: string, change: (draft: Draft, item: Found) => void): void {
  const failures: Error[] = [];
  const items = found(session, failures);
  if (items.length === 0 && failures.length === 0) {
    session.complain(`No resources found in ${session.namespace} namespace.`);
    return;
  }
  const tell = changePrinter(session);
  each(items, failures, (item) => {
    const draft = copyOf(item.object) as Draft;
    change(draft, item);
    const patch = patchBetween(item.object, draft);
    if (!patch || session.dryRun === 'client') return tell(told, draft);
    tell(told, sendPatch(session, item, 'strategic', patch, writeQuery(session, 'kubectl-rollout')));
  });
  throwAll(failures);
}

interface Draft {
  spec?: { paused?: boolean; template?: { metadata?: { annotations?: Record<string, string> } } };
}

const ROLLED = new Set(['Deployment', 'DaemonSet', 'StatefulSet']);

const shown = ({ resource, name }: Found): string => `${resourceOf(resource)} ${JSON.stringify(name)}`;

export function restart(session: Session): void {
  const now = new Date(session.context.nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  act(session, 'restarted', (draft, item) => {
    if (!ROLLED.has(item.resource.kind)) throw failure(`${shown(item)} restarting is not supported`);
    if (item.resource.kind === 'Deployment' && draft.spec?.paused)
      throw failure(`${shown(item)} can't restart paused deployment (run rollout resume first)`);
    const template = ((draft.spec ??= {}).template ??= {});
    const metadata = (template.metadata ??= {});
    metadata.annotations = { ...metadata.annotations, 'kubectl.kubernetes.io/restartedAt': now };
  });
}

export function pause(session: Session): void {
  act(session, 'paused', (draft, item) => {
    if (item.resource.kind !== 'Deployment') throw failure(`${shown(item)} pausing is not supported`);
    if (draft.spec?.paused) throw failure(`${shown(item)} is already paused`);
    (draft.spec ??= {}).paused = true;
  });
}

export function resume(session: Session): void {
  act(session, 'resumed', (draft, item) => {
    if (item.resource.kind !== 'Deployment') throw failure(`${shown(item)} resuming is not supported`);
    if (!draft.spec?.paused) throw failure(`${shown(item)} is not paused`);
    delete draft.spec.paused;
  });
}
