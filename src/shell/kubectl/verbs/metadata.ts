/** `kubectl label` and `kubectl annotate`. Upstream: kubectl/pkg/cmd/{label,annotate}. Left out: `--local`. */
import type { KubeObject } from '../../../sim/api/object.ts';
import { each, sendPatch, writeQuery } from '../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { liveObjects, selectionOf, type Found } from '../client/infos.ts';
import { failure, throwAll } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Session } from '../session.ts';

export const METADATA_FLAGS = flagsOf(`
  ${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} all:bool all-namespaces/A:bool selector/l field-selector overwrite:bool list:bool
  resource-version field-manager local:bool`);

interface Changes {
  readonly set: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
}

/** Arguments from the first `key=value` or `key-` on are changes. */
function split(args: readonly string[]): {
  readonly resources: readonly string[];
  readonly changes: readonly string[];
} {
  const first = args.findIndex((arg) => arg.includes('=') || arg.endsWith('-'));
  if (first < 0) return { resources: args, changes: [] };
  return { resources: args.slice(0, first), changes: args.slice(first) };
}

const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function changesOf(words: readonly string[], what: string): Changes {
  const set: Record<string, string> = {};
  const removed: string[] = [];
  for (const word of words) {
    if (word.includes('=')) {
      const at = word.indexOf('=');
      if (what === 'label' && !LABEL_VALUE.test(word.slice(at + 1)))
        throw failure(`invalid label value: ${JSON.stringify(word)}: ${LABEL_RULE}`);
      const key = word.slice(0, at);
      if (key === '') throw failure(`invalid ${what} spec: ${word}`);
      set[key] = word.slice(at + 1);
    } else if (word.endsWith('-')) removed.push(word.slice(0, -1));
    else throw failure(`unknown ${what} spec: ${word}`);
  }
  const both = removed.find((key) => key in set);
  if (both) throw failure(`can not both modify and remove a ${what} in the same command`);
  return { set, removed };
}

export const label = (session: Session): void => change(session, 'label', 'labels');
export const annotate = (session: Session): void => change(session, 'annotation', 'annotations');

function change(session: Session, what: 'label' | 'annotation', field: 'labels' | 'annotations'): void {
  const { flags } = session;
  const { resources, changes } = split(flags.args);
  const wanted = changesOf(changes, what);
  const isList = flags.bool('list');
  if (resources.length === 0 && flags.all('filename').length === 0)
    throw failure('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  if (changes.length === 0 && !isList) throw failure(`at least one ${what} update is required`);
  if (flags.bool('all') && flags.text('selector')) throw failure('cannot set --all and --selector at the same time');
  const failures: Error[] = [];
  const selection = { ...selectionOf(session, resources), selectsAll: flags.bool('all'), needsName: true };
  const found = liveObjects(session, selection, failures);
  const tell = changePrinter(session);
  each(found, failures, (item) => {
    if (changes.length > 0) changeOne(session, item, what, field, wanted, tell);
    if (isList) list(session, item, what, field, found.length > 1);
  });
  throwAll(failures);
}

function changeOne(
  session: Session,
  item: Found,
  what: 'label' | 'annotation',
  field: 'labels' | 'annotations',
  { set, removed }: Changes,
  tell: (operation: string, object: unknown) => void,
): void {
  const { flags } = session;
  const before = item.object.metadata?.[field] ?? {};
  if (!flags.bool('overwrite')) refuseOverwrite(before, set, what);
  for (const key of removed)
    if (what === 'label' && !(key in before)) session.say(`label ${JSON.stringify(key)} not found.`);
  const patch: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(set)) if (before[key] !== value) patch[key] = value;
  for (const key of removed) if (key in before) patch[key] = null;
  const isChanged = Object.keys(patch).length > 0;
  const verb = what === 'label' ? labelVerb(before, set, removed) : 'annotated';
  if (!isChanged || session.dryRun === 'client') return tell(verb, changed(item.object, field, patch));
  const version = flags.text('resource-version');
  const body = { metadata: { ...(version ? { resourceVersion: version } : {}), [field]: patch } };
  tell(
    verb,
    sendPatch(
      session,
      item,
      'merge',
      body,
      writeQuery(session, what === 'label' ? 'kubectl-label' : 'kubectl-annotate'),
    ),
  );
}

function labelVerb(
  before: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string>>,
  removed: readonly string[],
): string {
  const isLabeled = Object.entries(set).some(([key, value]) => before[key] !== value);
  const isUnlabeled = removed.some((key) => key in before);
  if (isUnlabeled && !isLabeled) return 'unlabeled';
  return isLabeled ? 'labeled' : 'not labeled';
}

function refuseOverwrite(
  before: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string>>,
  what: string,
): void {
  for (const [key, value] of Object.entries(set)) {
    const now = before[key];
    if (now === undefined || (what === 'label' && now === value)) continue;
    if (what === 'label') throw failure(`'${key}' already has a value (${now}), and --overwrite is false`);
    throw failure(
      `--overwrite is false but found the following declared annotation(s): '${key}' already has a value (${now})`,
    );
  }
}

function changed(
  object: KubeObject,
  field: 'labels' | 'annotations',
  patch: Readonly<Record<string, string | null>>,
): KubeObject {
  const next: Record<string, string> = { ...object.metadata?.[field] };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete next[key];
    else next[key] = value;
  }
  return { ...object, metadata: { ...object.metadata, [field]: next } };
}

function list(
  session: Session,
  { object, name, resource }: Found,
  what: string,
  field: 'labels' | 'annotations',
  isMany: boolean,
): void {
  const entries = Object.entries(object.metadata?.[field] ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  const indent = isMany ? ' ' : '';
  if (isMany)
    session.say(
      `Listing ${what}s for ${resource.kind}.${resource.group ? `${resource.group}/` : ''}${resource.version}/${name}:`,
    );
  for (const [key, value] of entries) session.say(`${indent}${key}=${value}`);
}
