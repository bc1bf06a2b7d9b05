/**
 * `kubectl edit`: the live objects as a text, and what has been changed in it as a patch of each. Upstream:
 * kubectl/pkg/cmd/util/editor/editoptions.go. Left out: editing last-applied, objects of files, and `--output-patch`.
 */
import type { PATCH_TYPES } from '../client/changes.ts';
import { patchBetween, sendPatch, strictQuery } from '../client/changes.ts';
import { flagsOf, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { liveObjects, needsSomething, selectionOf, type Found } from '../client/infos.ts';
import { objectsIn } from '../client/manifests.ts';
import { CommandFailure, failure, ServerRefusal, throwAll } from '../failure.ts';
import { changePrinter, withoutManagedFields } from '../printers/output.ts';
import type { Wake } from '../context.ts';
import type { Live, Pause, Session } from '../session.ts';
import { goYaml } from '../text/go-yaml.ts';
import { goJson } from '../../../sim/api/go-json.ts';

export const EDIT_FLAGS = flagsOf(
  `${FILE_FLAGS} ${PRINT_FLAGS} selector/l field-manager validate?strict=strict save-config:bool subresource windows-line-endings:bool`,
);

interface Reason {
  readonly head: string;
  readonly others: readonly string[];
}

interface EditData {
  readonly objects: readonly Found[];
  /** What the editor was given, without its head. */
  readonly given: string;
  /** It was opened again because of what was wrong with it. */
  readonly isAgain: boolean;
}

const HEAD = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

export function edit(session: Session): Pause {
  needsSomething(session);
  if (!session.context.keyboard) throw failure('there was a problem with the editor "vi"');
  const failures: Error[] = [];
  const objects = liveObjects(session, { ...selectionOf(session), selectsAll: true }, failures);
  throwAll(failures);
  if (objects.length === 0) throw failure('edit cancelled, no objects found');
  const shown = objects.map(({ object }) => withoutManagedFields(object));
  const list = { apiVersion: 'v1', items: shown, kind: 'List', metadata: {} };
  return opened(session, { objects, given: goYaml(shown.length === 1 ? shown[0] : list), isAgain: false }, []);
}

/** Only what is typed ends the wait; the time is there because every wait has one. */
const untilSaved = ({ context }: Session): Wake => ({
  atMs: context.nowMs + 168 * 3_600_000,
  paths: [],
  input: 'lines',
});

function opened(session: Session, data: EditData, reasons: readonly Reason[]): Pause {
  const told = reasons.map(
    ({ head, others }) =>
      `# ${head.replaceAll('\n', '\n# ')}${others.length > 0 ? ':' : ''}\n${others.map((text) => `# * ${text}\n`).join('')}#\n`,
  );
  const [first] = data.objects;
  const name = `kubectl-edit-${first!.name.replace(/[^\w.-]/g, '-')}.yaml`;
  return {
    data,
    wake: { ...untilSaved(session), edit: { name, text: HEAD + told.join('') + data.given } },
  };
}

export function resumeEdit(session: Session, data: EditData): Pause {
  const { edited } = session.context;
  if (edited === undefined) return { data, wake: untilSaved(session) };
  const text = withoutComments(edited);
  const isSame = meaningOf(edited) === meaningOf(data.given);
  if (data.isAgain && isSame) throw keeping(session, data, edited, 'Edit cancelled, no valid changes were saved.');
  if (isSame) {
    session.complain('Edit cancelled, no changes made.');
    return undefined;
  }
  if (text.trim() === '') {
    const shown = shownName(data.objects[0]!);
    session.complain(`error: ${shown} is invalid`);
    const others = ['The edited file failed validation: apiVersion not set, kind not set'];
    return opened(session, { ...data, given: '', isAgain: true }, [{ head: `${shown} was not valid`, others }]);
  }
  const changed = read(text);
  if (typeof changed === 'string') {
    const head = `The edited file had a syntax error: ${changed}`;
    return opened(session, { ...data, given: text, isAgain: true }, [{ head, others: [] }]);
  }
  for (const object of changed) checkIdentity(session, data, object, edited);
  const outcome = changed.reduce((found, object) => send(session, data.objects, object, found), NOTHING_WRONG);
  if (outcome.retryable > 0 || outcome.notFound > 0) {
    session.code = 1;
    return undefined;
  }
  return outcome.reasons.length > 0
    ? opened(session, { ...data, given: text, isAgain: true }, outcome.reasons)
    : undefined;
}

/** The objects of the text, or why it cannot be read. */
function read(text: string): readonly Live[] | string {
  try {
    return objectsIn('edited-file', text).map(({ object }) => object as Live);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return error.message.replace(/^error: /, '');
  }
}

interface Outcome {
  readonly reasons: readonly Reason[];
  readonly retryable: number;
  readonly notFound: number;
}

const NOTHING_WRONG: Outcome = { reasons: [], retryable: 0, notFound: 0 };

function send(session: Session, objects: readonly Found[], changed: Live, outcome: Outcome): Outcome {
  const found = objects.find(({ object }) => object.metadata?.uid === changed.metadata.uid)!;
  const tell = changePrinter(session);
  const before = withoutManagedFields(found.object) as Live;
  const patch = patchBetween(before, changed);
  if (!patch) {
    tell('skipped', found.object);
    return outcome;
  }
  const type: keyof typeof PATCH_TYPES = isCustom(found) ? 'merge' : 'strategic';
  try {
    const query = strictQuery(session, 'kubectl-edit');
    tell('edited', sendPatch(session, found, type, patch, query, session.flags.text('subresource')));
    return outcome;
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    return refused(session, found, error, outcome);
  }
}

const isCustom = ({ resource }: Found): boolean => resource.group.includes('.') && !resource.group.endsWith('.k8s.io');

const shownName = ({ resource, name }: Pick<Found, 'resource' | 'name'>): string =>
  `${resource.plural}${resource.group ? `.${resource.group}` : ''} ${JSON.stringify(name)}`;

/** An edit that ends badly leaves what was typed in a file. */
function keeping(session: Session, { objects }: EditData, text: string, why: string): CommandFailure {
  const path = `/tmp/kubectl-edit-${objects[0]!.name.replace(/[^\w.-]/g, '-')}.yaml`;
  session.kept = { path, text };
  session.complain(`A copy of your changes has been stored to ${JSON.stringify(path)}`);
  return failure(why);
}

/** What an object is called cannot be edited. */
function checkIdentity(session: Session, data: EditData, changed: Live, text: string): void {
  const found = data.objects.find(({ object }) => object.metadata?.uid === changed.metadata?.uid);
  if (!found) throw keeping(session, data, text, `no original object found for ${JSON.stringify(changed)}`);
  const { apiVersion, kind, metadata } = found.object;
  if (changed.apiVersion !== apiVersion || changed.kind !== kind || changed.metadata.name !== metadata?.name)
    throw keeping(session, data, text, 'At least one of apiVersion, kind and name was changed');
}

/** What is invalid can be mended at once; anything else ends the edit. */
function refused(
  session: Session,
  { resource, name }: Found,
  { status, message }: ServerRefusal,
  outcome: Outcome,
): Outcome {
  const shown = shownName({ resource, name });
  switch (status.reason) {
    case 'Invalid': {
      session.complain(`error: ${shown} is invalid`);
      const others = (status.details?.causes ?? []).map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`);
      return { ...outcome, reasons: [...outcome.reasons, { head: `${shown} was not valid`, others }] };
    }
    case 'NotFound':
      session.complain(`error: ${shown} could not be found on the server`);
      return { ...outcome, notFound: outcome.notFound + 1 };
    default:
      session.complain(`error: ${shown} could not be patched: ${message}`);
      return { ...outcome, retryable: outcome.retryable + 1 };
  }
}

const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n');

/** What a text says, whatever its layout; a text that cannot be read says its own letters. */
function meaningOf(text: string): string {
  const bare = withoutComments(text);
  if (bare.trim() === '') return '';
  const objects = read(bare);
  return typeof objects === 'string' ? bare : goJson(objects);
}
