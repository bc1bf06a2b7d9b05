/** `kubectl delete`. Upstream: kubectl/pkg/cmd/delete/delete.go, kubectl/pkg/cmd/wait/wait.go. Left out: `--interactive`, `--raw`. */
import { during, each } from '../client/changes.ts';
import { flagsOf, FILE_FLAGS } from '../client/flags.ts';
import {
  foundAt,
  needsSomething,
  selectionOf,
  targetsOf,
  type Found,
  type Selection,
  type Target,
} from '../client/infos.ts';
import { kindNameOf, type Resource } from '../client/discovery.ts';
import { pathOf } from '../client/rest.ts';
import { CommandFailure, failure, ManyFailures, ServerRefusal, throwAll } from '../failure.ts';
import type { Live, Pause, Session } from '../session.ts';
import { isMapping } from '../../../sim/api/go-json.ts';

export const DELETE_FLAGS = flagsOf(`
  ${FILE_FLAGS} all:bool all-namespaces/A:bool selector/l field-selector cascade?background=background force:bool grace-period:int=-1
  ignore-not-found:bool now:bool timeout:duration=0s wait:bool=true output/o dry-run?unchanged=none interactive/i:bool raw`);

/** What is still to go. */
interface Leaving {
  readonly path: string;
  readonly list: string;
  readonly uid: string;
  readonly shown: string;
}

interface DeleteData {
  readonly leaving: readonly Leaving[];
  readonly errors: readonly string[];
}

const FOREVER_MS = 168 * 3_600_000;
const IMMEDIATE =
  'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.';

export function remove(session: Session): Pause {
  const { flags } = session;
  const hasFiles = flags.all('filename').length > 0 || flags.text('kustomize') !== '';
  needsSomething(session);
  const options = deleteOptions(session);
  const isAll = flags.bool('all');
  const selection: Selection = { ...selectionOf(session), selectsAll: isAll, needsName: true };
  if (isAll && selection.selector) throw failure('cannot set --all and --selector at the same time');
  if (options.isImmediate && session.dryRun === 'none') session.complain(IMMEDIATE);
  const failures: Error[] = [];
  const leaving: Leaving[] = [];
  let count = 0;
  each(targetsOf(session, selection), failures, (target) => {
    for (const found of matching(session, selection, target)) {
      count += 1;
      each([found], failures, () => deleteOne(session, found, options, leaving));
    }
  });
  if (failures.length === 0 && count === 0) {
    if (!flags.bool('ignore-not-found') || !hasFiles) session.say('No resources found');
    return undefined;
  }
  const waits = flags.bool('wait') && session.dryRun === 'none' && options.grace !== 0;
  if (!waits) {
    throwAll(failures);
    return undefined;
  }
  return awaitGone(session, { leaving, errors: [] }, session.context.nowMs, failures);
}

function matching(
  session: Session,
  selection: Selection,
  target: Target,
): readonly Pick<Found, 'resource' | 'namespace' | 'name' | 'source'>[] {
  if (target.name !== undefined) return [{ ...target, name: target.name }];
  return foundAt(session, selection, target);
}

interface DeleteOptions {
  readonly body: object;
  readonly grace: number;
  readonly isImmediate: boolean;
}

const POLICIES: Readonly<Record<string, string>> = {
  true: 'Background',
  background: 'Background',
  false: 'Orphan',
  orphan: 'Orphan',
  foreground: 'Foreground',
};

function deleteOptions({ flags }: Session): DeleteOptions {
  const cascade = flags.text('cascade');
  const policy = POLICIES[cascade];
  if (!policy) throw failure(`invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`);
  let grace = flags.int('grace-period');
  const isForced = flags.bool('force');
  if (flags.bool('now')) {
    if (grace >= 0) throw failure('--now and --grace-period cannot be specified together');
    grace = 1;
  }
  if (isForced && grace < 0) grace = 0;
  if (isForced && grace > 0) throw failure('--force and --grace-period greater than 0 cannot be specified together');
  const isSoft = grace === 0 && !isForced;
  const sent = isSoft ? 1 : grace;
  return {
    grace: sent,
    isImmediate: grace === 0 && isForced,
    body: {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      ...(sent >= 0 ? { gracePeriodSeconds: sent } : {}),
      propagationPolicy: policy,
    },
  };
}

function deleteOne(
  session: Session,
  found: Pick<Found, 'resource' | 'namespace' | 'name' | 'source'>,
  options: DeleteOptions,
  leaving: Leaving[],
): void {
  const { resource, namespace, name, source } = found;
  const { flags } = session;
  const path = pathOf(resource, namespace, name);
  try {
    const answer = withSource(source, () =>
      session.dryRun === 'client'
        ? session.rest.json('GET', path)
        : session.rest.json('DELETE', path, {
            body: options.body,
            query: session.dryRun === 'server' ? { dryRun: 'All' } : {},
          }),
    );
    tellDeleted(session, found, options);
    leaving.push({ path, list: pathOf(resource, namespace), uid: uidOf(answer), shown: `${resource.plural}/${name}` });
  } catch (error) {
    if (error instanceof ServerRefusal && error.isNotFound && flags.bool('ignore-not-found')) return;
    throw error;
  }
}

const withSource = <T>(source: string | undefined, act: () => T): T =>
  source === undefined ? act() : during(`error when deleting ${JSON.stringify(source)}`, act);

function uidOf(answer: unknown): string {
  if (!isMapping(answer)) return '';
  const { details } = answer as { details?: { uid?: string } };
  return details?.uid ?? (answer as { metadata?: { uid?: string } }).metadata?.uid ?? '';
}

function tellDeleted(
  session: Session,
  { resource, namespace, name }: { resource: Resource; namespace: string; name: string },
  { isImmediate }: DeleteOptions,
): void {
  const output = session.flags.text('output');
  if (output === 'name') return session.say(`${kindNameOf(resource)}/${name}`);
  if (output !== '') throw failure(`unexpected -o output mode: ${output}. We only support '-o name'`);
  const what = isImmediate ? 'force deleted' : 'deleted';
  const from = resource.isNamespaced ? ` from ${namespace} namespace` : '';
  session.say(`${kindNameOf(resource)} ${JSON.stringify(name)} ${what}${from}${session.dryRunNote}`);
}

/** Goes on until the last of them is gone, or another has taken its name. */
function awaitGone(session: Session, data: DeleteData, startedMs: number, failures: readonly Error[] = []): Pause {
  const { rest, context, flags } = session;
  const left = data.leaving.filter(({ path, uid }) => {
    const answer = rest.raw('GET', path);
    if (answer.status === 404) return false;
    return answer.status >= 400 || uid === '' || (JSON.parse(answer.body) as Live).metadata.uid === uid;
  });
  const errors = [...data.errors, ...failures.map(textOf)];
  if (left.length === 0) {
    finish(errors, failures);
    return undefined;
  }
  const limit = startedMs + (flags.duration('timeout') || FOREVER_MS);
  if (context.nowMs >= limit) throw failure(`timed out waiting for the condition on ${left[0]!.shown}`);
  return {
    data: { leaving: left, errors },
    wake: { atMs: Math.min(limit, context.nowMs + 3_600_000), paths: [...new Set(left.map(({ list }) => list))] },
  };
}

const textOf = (error: Error): string =>
  error instanceof ServerRefusal ? `Error from server (${error.status.reason}): ${error.message}` : error.message;

function finish(errors: readonly string[], failures: readonly Error[]): void {
  if (failures.length > 0) throw new ManyFailures(failures);
  if (errors.length > 0) throw new CommandFailure(errors.join('\n'));
}

export const resumeDelete = (session: Session, data: DeleteData, startedMs: number): Pause =>
  awaitGone(session, data, startedMs);
