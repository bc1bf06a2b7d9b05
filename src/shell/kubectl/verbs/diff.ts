/** `kubectl diff`: what apply would change, as `diff -u -N` shows two folders. Upstream: kubectl/pkg/cmd/diff/diff.go. */
import type { KubeObject } from '../../../sim/api/object.ts';
import { createObject, sendPatch } from '../client/changes.ts';
import { flagsOf, FILE_FLAGS } from '../client/flags.ts';
import { selectionOf, targetsOf, type Target } from '../client/infos.ts';
import { CommandFailure, failure } from '../failure.ts';
import { withoutManagedFields } from '../printers/output.ts';
import type { Live, Session } from '../session.ts';
import { isMapping } from '../../../sim/api/go-json.ts';
import { goYaml } from '../text/go-yaml.ts';
import { unifiedDiff } from '../text/unified-diff.ts';
import { patchFor } from './apply.ts';

export const DIFF_FLAGS = flagsOf(
  `${FILE_FLAGS} server-side:bool force-conflicts:bool field-manager selector/l prune:bool prune-allowlist:array show-managed-fields:bool concurrency:int=1`,
);

export function diff(session: Session): void {
  const { flags } = session;
  if (flags.all('filename').length === 0 && !flags.text('kustomize')) throw failure('must specify one of -f and -k');
  const sections = targetsOf(session, selectionOf(session, [])).map((target) => sectionOf(session, target));
  const texts = sections.sort((left, right) => (left.name < right.name ? -1 : 1)).map(({ text }) => text);
  session.out(texts.join(''));
  if (texts.some((text) => text !== '')) throw new CommandFailure('', 1);
}

function sectionOf(session: Session, target: Target): { readonly name: string; readonly text: string } {
  const { resource, namespace, name = '' } = target;
  const live = session.rest.find<Live>(resource, namespace, name);
  const merged = mergedOf(session, target, live);
  const file = [
    resource.group ? `${resource.group}.${resource.version}` : resource.version,
    resource.kind,
    namespace,
    name,
  ].join('.');
  const shown = (object: KubeObject | undefined): string => (object ? goYaml(masked(session, object)) : '');
  const [before, after] = [shown(live), shown(merged)];
  const [from, to] = ['LIVE', 'MERGED'].map((side) => `/tmp/${side}-${pretendedNumber(session)}/${file}`);
  const body = unifiedDiff(before, after, `${from}\t${stamp(session)}`, `${to}\t${stamp(session)}`);
  return { name: file, text: body === '' ? '' : `diff -u -N ${from} ${to}\n${body}` };
}

/** The name of a temporary folder, which is by chance upstream. */
const pretendedNumber = ({ context }: Session): string => String((context.nowMs * 48_271) % 4_294_967_291);

const stamp = ({ context }: Session): string =>
  `${new Date(context.nowMs).toISOString().replace('T', ' ').replace('Z', '000000')} +0000`;

function mergedOf(session: Session, target: Target, live: Live | undefined): KubeObject {
  const { resource, namespace, name = '', object } = target;
  const { flags } = session;
  if (flags.bool('server-side')) {
    const query = {
      dryRun: 'All',
      fieldManager: flags.text('field-manager') || 'kubectl',
      force: flags.bool('force-conflicts'),
    };
    return sendPatch(session, target as Target & { name: string }, 'apply', object, query);
  }
  const { metadata } = object!;
  const modified = { ...object!, metadata: { ...metadata, annotations: { ...metadata?.annotations } } };
  const query = { dryRun: 'All', fieldManager: flags.text('field-manager') || 'kubectl-client-side-apply' };
  if (!live) return createObject(session, resource, namespace, modified, query);
  const patch = patchFor(target, live, modified);
  return sendPatch(session, { resource, namespace, name }, 'strategic', patch, query);
}

/** Secrets do not show what they hold. */
function masked(session: Session, object: KubeObject): unknown {
  const bare = session.flags.bool('show-managed-fields') ? object : withoutManagedFields(object);
  if (object.kind !== 'Secret' || !isMapping(bare)) return bare;
  const { data } = bare;
  return isMapping(data) ? { ...bare, data: Object.fromEntries(Object.keys(data).map((key) => [key, '***'])) } : bare;
}
