/** `kubectl wait`. Upstream: kubectl/pkg/cmd/wait/{wait,condition,create,delete,json}.go. */
import type { KubeObject } from '../../../sim/api/object.ts';
import { kindNameOf } from '../client/discovery.ts';
import { flagsOf, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { foundAt, liveObjects, selectionOf, targetsOf, type Found, type Selection } from '../client/infos.ts';
import { pathOf } from '../client/rest.ts';
import { failure, ManyFailures, ServerRefusal, throwAll, type CommandFailure } from '../failure.ts';
import { outputPrinter } from '../printers/output.ts';
import type { Live, Pause, Session } from '../session.ts';
import { evaluateJsonPath, JsonPathFault, parseJsonPath, relaxedPath, shownValue } from '../text/json-path.ts';

export const WAIT_FLAGS = flagsOf(
  `${FILE_FLAGS} ${PRINT_FLAGS} for:array all:bool all-namespaces/A:bool selector/l field-selector timeout:duration=30s local:bool`,
);

interface Pending {
  readonly path: string;
  readonly list: string;
  readonly uid: string;
  readonly shown: string;
  readonly name: string;
}

interface WaitData {
  readonly pending: readonly Pending[];
}

/** What is said of a deletion that was not asked for any more before the time was over. */
const TOO_LATE = 'client rate limiter Wait returned an error: context deadline exceeded';

type Condition =
  | { readonly kind: 'delete' }
  | { readonly kind: 'create' }
  | { readonly kind: 'condition'; readonly type: string; readonly status: string }
  | { readonly kind: 'jsonpath'; readonly path: string; readonly value: string | undefined };

function conditionOf({ flags }: Session): Condition {
  const text = flags.text('for');
  if (text.toLowerCase() === 'delete') return { kind: 'delete' };
  if (text.toLowerCase() === 'create') return { kind: 'create' };
  if (text.startsWith('condition=')) {
    const [type = '', status = 'true'] = text.slice('condition='.length).split('=');
    return { kind: 'condition', type, status };
  }
  if (text.startsWith('jsonpath=')) {
    const found = /^(\{[\s\S]*\}|[^=]+)(?:=([\s\S]*))?$/.exec(text.slice('jsonpath='.length));
    const path = relaxedPath(found?.[1] ?? '');
    if (!found || path === undefined)
      throw failure(
        "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
      );
    if (found[2] === '') throw failure('jsonpath wait has to have a value after equal sign');
    return { kind: 'jsonpath', path, value: found[2] };
  }
  throw failure(`unrecognized condition: ${JSON.stringify(text)}`);
}

export function wait(session: Session): Pause {
  const { context } = session;
  const condition = conditionOf(session);
  if (condition.kind === 'create') return awaitCreation(session, context.nowMs);
  const selection = waitedFor(session);
  const found = targetsOf(session, selection).flatMap((target) => {
    try {
      return foundAt(session, selection, target);
    } catch (error) {
      const isGone = condition.kind === 'delete' && error instanceof ServerRefusal && error.isNotFound;
      if (isGone) return [];
      throw error;
    }
  });
  if (found.length === 0) {
    if (condition.kind === 'delete') return undefined;
    throw failure('no matching resources found');
  }
  return look(session, { pending: found.map(pendingOf) }, context.nowMs);
}

const waitedFor = (session: Session): Selection => ({
  ...selectionOf(session),
  selectsAll: session.flags.bool('all'),
  needsName: true,
});

/** Until when, in milliseconds of the clock: without a limit for a week. */
function limitOf({ flags }: Session, startedMs: number): number {
  const timeout = flags.duration('timeout');
  return timeout < 0 ? startedMs + 168 * 3_600_000 : startedMs + timeout;
}

/** All must be there at once before any is told; several that are missing are refused at once. */
function awaitCreation(session: Session, startedMs: number): Pause {
  const failures: Error[] = [];
  const selection = waitedFor(session);
  const found = liveObjects(session, selection, failures);
  const [only] = failures;
  const isMissing =
    failures.length === 1 ? only instanceof ServerRefusal && only.isNotFound : failures.length + found.length === 0;
  if (!isMissing) {
    throwAll(failures);
    const printer = outputPrinter(session);
    for (const item of found) {
      if (printer) session.out(printer.print(item.object));
      else session.say(`${pendingOf(item).name} condition met`);
    }
    return undefined;
  }
  const limit = limitOf(session, startedMs);
  if (session.context.nowMs >= limit) throw failure('timed out waiting for the condition');
  const paths = targetsOf(session, selection).map(({ resource, namespace }) => pathOf(resource, namespace));
  return { data: { pending: [] }, wake: { atMs: limit, paths: [...new Set(paths)] } };
}

const pendingOf = ({ resource, namespace, name, object }: Found): Pending => ({
  path: pathOf(resource, namespace, name),
  list: pathOf(resource, namespace),
  uid: object.metadata?.uid ?? '',
  shown: `${resource.plural}/${name}`,
  name: `${kindNameOf(resource)}/${name}`,
});

export const resumeWait = (session: Session, data: WaitData, startedMs: number): Pause =>
  look(session, data, startedMs);

function look(session: Session, { pending }: WaitData, startedMs: number): Pause {
  const { rest, context, flags } = session;
  const condition = conditionOf(session);
  if (condition.kind === 'create') return awaitCreation(session, startedMs);
  const printer = outputPrinter(session);
  const isDone = (item: Pending): boolean => {
    const answer = rest.raw('GET', item.path);
    const object = answer.status === 404 ? undefined : (JSON.parse(answer.body) as Live);
    if (!isMet(condition, object, item)) return false;
    if (printer && object) session.out(printer.print(object));
    else if (!printer) session.say(`${item.name} ${condition.kind === 'delete' ? deletedText(item) : 'condition met'}`);
    return true;
  };
  const timeout = flags.duration('timeout');
  const limit = limitOf(session, startedMs);
  const left = timeout === 0 ? pending.filter((item) => !isDone(item)) : remaining(pending, isDone);
  if (left.length === 0) return undefined;
  if (context.nowMs >= limit) {
    const why = timeout === 0 ? 'condition not met for' : 'timed out waiting for the condition on';
    const isLate = condition.kind === 'delete' && timeout !== 0;
    const failures: CommandFailure[] = left.map(({ shown }, index) =>
      failure(isLate && index > 0 ? TOO_LATE : `${why} ${shown}`),
    );
    throw failures.length === 1 ? failures[0]! : new ManyFailures(failures);
  }
  return { data: { pending: left }, wake: { atMs: limit, paths: [left[0]!.list] } };
}

/** One is waited for after the other: when the time is over, those behind the one that is missing are not looked at any more. */
function remaining(pending: readonly Pending[], isDone: (item: Pending) => boolean): readonly Pending[] {
  const at = pending.findIndex((item) => !isDone(item));
  return at < 0 ? [] : pending.slice(at);
}

function deletedText({ path }: Pending): string {
  const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
  return namespace ? `deleted from ${namespace} namespace` : 'deleted';
}

function isMet(
  condition: Exclude<Condition, { readonly kind: 'create' }>,
  object: Live | undefined,
  { uid }: Pending,
): boolean {
  switch (condition.kind) {
    case 'delete':
      return !object || object.metadata.uid !== uid;
    case 'condition':
      return object !== undefined && hasCondition(object, condition.type, condition.status);
    case 'jsonpath':
      return object !== undefined && hasValue(object, condition.path, condition.value);
  }
}

function hasCondition(object: KubeObject, wanted: string, status: string): boolean {
  const { conditions = [] } =
    (object as { status?: { conditions?: readonly { type: string; status: string; observedGeneration?: number }[] } })
      .status ?? {};
  const found = conditions.find(({ type }) => type.toLowerCase() === wanted.toLowerCase());
  if (!found) return false;
  const { generation } = (object.metadata ?? {}) as { generation?: number };
  if (found.observedGeneration !== undefined && generation !== undefined && found.observedGeneration < generation)
    return false;
  return found.status.toLowerCase() === status.toLowerCase();
}

function hasValue(object: KubeObject, path: string, wanted: string | undefined): boolean {
  try {
    const [found] = evaluateJsonPath(parseJsonPath(path), object, true);
    const values = Array.isArray(found) ? (found as readonly unknown[]) : [];
    if (values.length === 0) return false;
    if (wanted === undefined) return true;
    if (values.length > 1) throw failure('given jsonpath expression matches more than one value');
    if (typeof values[0] === 'object')
      throw failure('jsonpath leads to a nested object or list which is not supported');
    return shownValue(values[0]).trim() === wanted.trim();
  } catch (error) {
    if (error instanceof JsonPathFault) throw failure(error.message);
    throw error;
  }
}
