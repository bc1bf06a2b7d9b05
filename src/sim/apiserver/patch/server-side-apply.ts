/**
 * Server-side apply: what the manager sends is merged in, what it sent before and no longer sends is taken out unless
 * others own it too, and a value that somebody else owns is a conflict.
 * Upstream: apimachinery/pkg/util/managedfields/internal, kubernetes.io "Server-Side Apply".
 */
import { byCode, isMapping, type Fields } from '../../api/go-json.ts';
import type { ManagedFieldsEntry } from 'kubernetes-types/meta/v1';
import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject, Stored } from '../../api/object.ts';
import { badRequest, failure } from '../../api/status.ts';
import { refuse, type RequestContext } from '../context.ts';
import { goJson } from '../../api/go-json.ts';
import { isDeepEqual } from '../equality.ts';
import {
  entriesOf,
  fieldSetOf,
  itemKey,
  makeEntry,
  managerOf,
  sortedEntries,
  withoutSet,
  type FieldSet,
} from '../managed-fields.ts';
import { inVersion } from '../versions.ts';
import { isAtomicMap, listRuleOf } from './merge-rules.ts';

interface Conflict {
  /** `"alice"`, `"kubectl-edit" with subresource "scale" using apps/v1`. */
  readonly owner: string;
  /** As a person reads it: `.spec.containers[name="a"].image`. */
  readonly field: string;
  /** As `fieldsV1` has it, mark by mark. */
  readonly marks: readonly string[];
}

/** The object as it would be; its managedFields say who owns what now. Refuses with 409 on conflicts without `force`. */
export function applyServerSide(context: RequestContext, applied: KubeObject, current: Stored | undefined): KubeObject {
  const { kind, request } = context;
  const manager = managerOf(context);
  if (applied.metadata?.managedFields) refuse(context, 'decode', badRequest('metadata.managedFields must be nil'));
  const wanted = fieldSetOf(kind.kind, applied);
  const entries = entriesOf(current);
  const isOwn = (entry: { manager?: string; operation?: string }): boolean =>
    entry.manager === manager && entry.operation === 'Apply';
  const before = (entries.find(isOwn)?.fieldsV1 ?? {}) as FieldSet;
  const others = entries.filter((entry) => !isOwn(entry));

  const conflicts = current
    ? conflictsOf(kind.kind, others, applied as Fields, current as unknown as Fields, wanted)
    : [];
  const isForced = request.options?.force || isOwnByLastApplied(kind.kind, manager, conflicts, current);
  if (conflicts.length > 0 && !isForced) refuse(context, 'decode', conflictStatus(conflicts));

  const merged = mergeApplied(kind.kind, (current ?? {}) as Fields, applied as Fields, []);
  const dropped = others.reduce(
    (rest, entry) => withoutSet(rest, (entry.fieldsV1 ?? {}) as FieldSet),
    withoutSet(before, wanted),
  );
  const result = removeFields(kind.kind, merged, dropped, []) as KubeObject;

  const taken = isForced ? setOfConflicts(conflicts) : {};
  const kept = others.flatMap((entry) => {
    const rest = withoutSet((entry.fieldsV1 ?? {}) as FieldSet, taken);
    return Object.keys(rest).length > 0 ? [{ ...entry, fieldsV1: rest }] : [];
  });
  const own = makeEntry(context, manager, 'Apply', applied.apiVersion ?? apiVersionOf(kind), wanted);
  const unchanged = entries.find(isOwn);
  const entry = unchanged && isDeepEqual(unchanged.fieldsV1, wanted) ? unchanged : own;
  const owned = { ...result, metadata: { ...result.metadata, managedFields: [...sortedEntries([...kept, entry])] } };
  return withLastApplied(manager, inVersion(context.served, applied), owned);
}

function mergeApplied(kind: string, current: Fields, applied: Fields, path: readonly string[]): Fields {
  const result: Record<string, unknown> = { ...current };
  for (const [key, value] of Object.entries(applied)) {
    if (value === undefined || value === null) continue;
    if (path.length === 0 && key === 'status') continue;
    result[key] = mergeValue(kind, current[key], value, [...path, key]);
  }
  return result;
}

function mergeValue(kind: string, current: unknown, value: unknown, path: readonly string[]): unknown {
  if (isMapping(value) && isMapping(current) && !isAtomicMap(path)) return mergeApplied(kind, current, value, path);
  const rule = Array.isArray(value) ? listRuleOf(kind, path) : undefined;
  if (!rule || !Array.isArray(value) || !Array.isArray(current)) return value;
  if (rule.keys.length === 0) return [...new Set([...(current as unknown[]), ...(value as unknown[])])];
  const items = value as readonly Fields[];
  const held = current as readonly Fields[];
  const identify = (item: Fields): string => itemKey(rule.keys, item);
  const wanted = new Map(items.map((item) => [identify(item), item]));
  const merged = held.map((item) => {
    const over = wanted.get(identify(item));
    return over ? mergeApplied(kind, item, over, path) : item;
  });
  const known = new Set(held.map(identify));
  return [...merged, ...items.filter((item) => !known.has(identify(item)))];
}

function removeFields(kind: string, object: Fields, dropped: FieldSet, path: readonly string[]): Fields {
  const result: Record<string, unknown> = { ...object };
  for (const [mark, inner] of Object.entries(dropped)) {
    if (!mark.startsWith('f:')) continue;
    const key = mark.slice(2);
    const value = result[key];
    if (Object.keys(inner).length === 0 || value === undefined) delete result[key];
    else if (isMapping(value)) result[key] = removeFields(kind, value, inner, [...path, key]);
    else if (Array.isArray(value)) result[key] = removeItems(kind, value, inner, [...path, key]);
  }
  return result;
}

function removeItems(
  kind: string,
  items: readonly unknown[],
  dropped: FieldSet,
  path: readonly string[],
): readonly unknown[] {
  const keys = listRuleOf(kind, path)?.keys ?? [];
  return items.flatMap((item) => {
    const mark = isMapping(item) ? itemKey(keys, item) : `v:${JSON.stringify(item)}`;
    const inner = dropped[mark];
    if (!inner) return [item];
    if (inner['.'] || Object.keys(inner).length === 0) return [];
    return [removeFields(kind, item as Fields, inner, path)];
  });
}

function conflictsOf(
  kind: string,
  others: ReturnType<typeof entriesOf>,
  applied: Fields,
  current: Fields,
  wanted: FieldSet,
): readonly Conflict[] {
  const byOwner = [...others].sort((left, right) => byCode(identifierOf(left), identifierOf(right)));
  return byOwner.flatMap((entry) => {
    if (entry.subresource === 'status') return [];
    const found = commonLeaves(kind, (entry.fieldsV1 ?? {}) as FieldSet, wanted, applied, current, ROOT);
    return inSetOrder(found).map(({ text, marks }) => ({ owner: ownerText(entry), field: text, marks }));
  });
}

/** Upstream: managedfields/internal/managedfields.go (BuildManagerIdentifier). */
function identifierOf({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const version = operation === 'Apply' ? {} : { apiVersion };
  return JSON.stringify({ manager, operation, ...version, subresource });
}

/** A set names what ends at a level before what goes on below it. Upstream: structured-merge-diff/fieldpath/set.go. */
function inSetOrder(places: readonly Place[], depth = 0): readonly Place[] {
  const ending = places.filter(({ marks }) => marks.length === depth + 1);
  const below = places.filter(({ marks }) => marks.length > depth + 1);
  const heads = [...new Set(below.map(({ marks }) => marks[depth]!))].sort(byCode);
  const byMark = (left: Place, right: Place): number => byCode(left.marks[depth]!, right.marks[depth]!);
  return [
    ...[...ending].sort(byMark),
    ...heads.flatMap((head) =>
      inSetOrder(
        below.filter(({ marks }) => marks[depth] === head),
        depth + 1,
      ),
    ),
  ];
}

/** Appliers are known by their name alone. Upstream: managedfields/internal/conflict.go (printManager). */
function ownerText({ manager = '', operation, apiVersion = '', subresource }: ManagedFieldsEntry): string {
  const name = JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Who used `kubectl apply` on the client's side before owns what that set, as long as nobody has changed it since.
 * Upstream: managedfields/internal/lastappliedmanager.go.
 */
function isOwnByLastApplied(
  kind: string,
  manager: string,
  conflicts: readonly Conflict[],
  current: Stored | undefined,
): boolean {
  const text = current?.metadata.annotations?.[LAST_APPLIED];
  if (manager !== 'kubectl' || !text || conflicts.length === 0) return false;
  const applied = parsedObject(text);
  if (!applied) return false;
  return conflicts.every(({ marks }) => {
    const was = valueAt(kind, applied, marks);
    return was !== undefined && isDeepEqual(was, valueAt(kind, current, marks));
  });
}

function parsedObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function valueAt(kind: string, object: unknown, marks: readonly string[]): unknown {
  const fields: string[] = [];
  return marks.reduce((value: unknown, mark) => {
    if (!mark.startsWith('f:')) return itemOf(kind, value, mark, fields);
    fields.push(mark.slice(2));
    return fieldOf(value, mark);
  }, object);
}

/** What an applier by the name of kubectl has in the annotation follows what it applies. */
function withLastApplied(manager: string, applied: KubeObject, result: KubeObject): KubeObject {
  const annotations = result.metadata?.annotations;
  if (manager !== 'kubectl' || annotations?.[LAST_APPLIED] === undefined) return result;
  const { managedFields: _fields, ...metadata } = applied.metadata ?? {};
  const text = `${goJson({ ...applied, metadata })}\n`;
  return { ...result, metadata: { ...result.metadata, annotations: { ...annotations, [LAST_APPLIED]: text } } };
}

/** A place in an object: for people, in `fieldsV1`, and as field names for the rules of lists. */
interface Place {
  readonly text: string;
  readonly marks: readonly string[];
  readonly fields: readonly string[];
}

const ROOT: Place = { text: '', marks: [], fields: [] };

/** Places that both own and that would get another value. */
function commonLeaves(
  kind: string,
  left: FieldSet,
  right: FieldSet,
  applied: unknown,
  current: unknown,
  place: Place,
): readonly Place[] {
  const { fields } = place;
  return Object.entries(left).flatMap(([mark, inner]) => {
    const other = right[mark];
    if (!other || mark === '.' || mark.startsWith('v:')) return [];
    const isField = mark.startsWith('f:');
    const [a, b] = [applied, current].map((value) =>
      isField ? fieldOf(value, mark) : itemOf(kind, value, mark, fields),
    );
    const next: Place = {
      text: isField ? `${place.text}.${mark.slice(2)}` : `${place.text}[${keyText(mark)}]`,
      marks: [...place.marks, mark],
      fields: isField ? [...fields, mark.slice(2)] : fields,
    };
    if (Object.keys(inner).length === 0 || Object.keys(other).length === 0) return isDeepEqual(a, b) ? [] : [next];
    return commonLeaves(kind, inner, other, a, b, next);
  });
}

const fieldOf = (value: unknown, mark: string): unknown => (isMapping(value) ? value[mark.slice(2)] : undefined);

function itemOf(kind: string, value: unknown, mark: string, fields: readonly string[]): unknown {
  if (!Array.isArray(value)) return undefined;
  const keys = listRuleOf(kind, fields)?.keys ?? [];
  return (value as Fields[]).find((item) => itemKey(keys, item) === mark);
}

/** `name="web"`, from the mark of an item. */
export function keyText(mark: string): string {
  const named = JSON.parse(mark.slice(2)) as Record<string, unknown>;
  return Object.entries(named)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',');
}

function conflictStatus(conflicts: readonly Conflict[]): ReturnType<typeof failure> {
  const causes = conflicts.map(({ owner, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${owner}`,
    field,
  }));
  const groups = [...new Set(causes.map(({ message }) => message))];
  const text =
    conflicts.length === 1
      ? `Apply failed with 1 conflict: ${causes[0]!.message}: ${causes[0]!.field}`
      : `Apply failed with ${conflicts.length} conflicts: ${groups
          .map((group) => {
            const fields = causes.filter(({ message }) => message === group).map(({ field }) => `- ${field}`);
            return `${group.replace('conflict with', 'conflicts with')}:\n${fields.join('\n')}`;
          })
          .join('\n')}`;
  return failure({ code: 409, reason: 'Conflict', message: text, causes });
}

function setOfConflicts(conflicts: readonly Conflict[]): FieldSet {
  const set: FieldSet = {};
  for (const { marks } of conflicts) {
    let at = set;
    for (const mark of marks) at = at[mark] ??= {};
  }
  return set;
}
