/** `kubectl wait`. Upstream: kubectl/pkg/cmd/wait/{wait,condition,create,delete,json}.go. */
import type { KubeObject } from '../../../sim/api/object.ts';
import { kindNameOf } from '../client/discovery.ts';
import { flagsOf, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { foundAt, selectionOf, targetsOf, type Found } from '../client/infos.ts';
import { pathOf } from '../client/rest.ts';
import { failure, ManyFailures, ServerRefusal, type CommandFailure } from '../failure.ts';
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
  const { flags, context } = session;
  const condition = conditionOf(session);
  const selection = { ...selectionOf(session), selectsAll: flags.bool('all'), needsName: true };
  const found = targetsOf(session, selection).flatMap((target) => {
    try {
      return condition.kind === 'create' && target.name !== undefined
        ? [{ ...target, name: target.name, object: {} }]
        : foundAt(session, selection, target);
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
  const printer = outputPrinter(session);
  const left = pending.filter((item) => {
    const answer = rest.raw('GET', item.path);
    const object = answer.status === 404 ? undefined : (JSON.parse(answer.body) as Live);
    if (!isMet(condition, object, item)) return true;
    if (printer && object) session.out(printer.print(object));
    else if (!printer) session.say(`${item.name} ${condition.kind === 'delete' ? deletedText(item) : 'condition met'}`);
    return false;
  });
  if (left.length === 0) return undefined;
  const timeout = flags.duration('timeout');
  const limit = timeout < 0 ? startedMs + 168 * 3_600_000 : startedMs + timeout;
  if (context.nowMs >= limit) {
    const why = timeout === 0 ? 'condition not met for' : 'timed out waiting for the condition on';
    const failures: CommandFailure[] = left.map(({ shown }) => failure(`${why} ${shown}`));
    throw failures.length === 1 ? failures[0]! : new ManyFailures(failures);
  }
  return { data: { pending: left }, wake: { atMs: limit, paths: [...new Set(left.map(({ list }) => list))] } };
}

function deletedText({ path }: Pending): string {
  const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
  return namespace ? `deleted from ${namespace} namespace` : 'deleted';
}

function isMet(condition: Condition, object: Live | undefined, { uid }: Pending): boolean {
  switch (condition.kind) {
    case 'delete':
      return !object || object.metadata.uid !== uid;
    case 'create':
      return object !== undefined;
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
