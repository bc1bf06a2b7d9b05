/**
 * Who set which field: `metadata.managedFields`. Kept for what people send (applies, edits of text); the cluster's own
 * typed clients write status and such without being tracked, which keeps their writes cheap.
 * Upstream: apimachinery/pkg/util/managedfields, sigs.k8s.io/structured-merge-diff.
 */
import { isMapping, type Fields } from '../api/go-json.ts';
import type { ManagedFieldsEntry } from 'kubernetes-types/meta/v1';
import type { KubeObject, Stored } from '../api/object.ts';
import type { Draft, RequestContext } from './context.ts';
import { isDeepEqual } from './equality.ts';
import { isAtomicMap, listRuleOf } from './patch/merge-rules.ts';

/** `fieldsV1`: `f:name` for fields, `k:{...}` for list items by key, `v:...` for set members, `.` for the item itself. */
export interface FieldSet {
  [path: string]: FieldSet;
}

/** Fields that belong to the server, whoever sends them. */
const UNOWNED = new Set(['apiVersion', 'kind', 'status']);
const UNOWNED_METADATA = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
  'managedFields',
  'generateName',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]);

/** All fields that an object sets. */
export function fieldSetOf(kind: string, object: KubeObject): FieldSet {
  const set: FieldSet = {};
  for (const [key, value] of Object.entries(object as Fields)) {
    if (UNOWNED.has(key) || value === undefined) continue;
    if (key === 'metadata') {
      const inner: FieldSet = {};
      for (const [field, item] of Object.entries(value as Fields)) {
        if (!UNOWNED_METADATA.has(field) && item !== undefined)
          inner[`f:${field}`] = valueSet(kind, item, ['metadata', field]);
      }
      if (Object.keys(inner).length > 0) set['f:metadata'] = inner;
      continue;
    }
    set[`f:${key}`] = valueSet(kind, value, [key]);
  }
  return set;
}

function valueSet(kind: string, value: unknown, path: readonly string[]): FieldSet {
  if (isMapping(value) && !isAtomicMap(path)) {
    const set: FieldSet = {};
    for (const [key, item] of Object.entries(value))
      if (item !== undefined) set[`f:${key}`] = valueSet(kind, item, [...path, key]);
    return set;
  }
  const rule = Array.isArray(value) ? listRuleOf(kind, path) : undefined;
  if (!rule || !Array.isArray(value)) return {};
  const set: FieldSet = {};
  for (const item of value as readonly unknown[]) {
    if (!isMapping(item)) set[`v:${JSON.stringify(item)}`] = {};
    else set[itemKey(rule.keys, item)] = { '.': {}, ...valueSet(kind, item, path) };
  }
  return set;
}

export function itemKey(keys: readonly string[], item: Fields): string {
  const defaults: Fields = { protocol: 'TCP' };
  const named = Object.fromEntries(keys.map((key) => [key, item[key] ?? defaults[key]]));
  return `k:${JSON.stringify(named)}`;
}

export function unionOf(left: FieldSet, right: FieldSet): FieldSet {
  const result: FieldSet = { ...left };
  for (const [key, inner] of Object.entries(right)) result[key] = result[key] ? unionOf(result[key], inner) : inner;
  return result;
}

/** `left` without what `right` has: leaves only, so that a mapping goes when all of it is gone. */
export function withoutSet(left: FieldSet, right: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const [key, inner] of Object.entries(left)) {
    const other = right[key];
    if (!other) {
      result[key] = inner;
      continue;
    }
    if (Object.keys(inner).length === 0) continue;
    const rest = withoutSet(inner, other);
    if (Object.keys(rest).length > 0) result[key] = rest;
  }
  return result;
}

export function managerOf(context: RequestContext): string {
  return context.request.options?.fieldManager ?? 'unknown';
}

export function entriesOf(object: KubeObject | undefined): readonly ManagedFieldsEntry[] {
  return object?.metadata?.managedFields ?? [];
}

export function makeEntry(
  context: RequestContext,
  manager: string,
  operation: 'Apply' | 'Update',
  apiVersion: string,
  fields: FieldSet,
): ManagedFieldsEntry {
  const subresource = context.writesThrough ?? context.request.subresource;
  return {
    manager,
    operation,
    apiVersion,
    time: context.formatTime(),
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    ...(subresource ? { subresource } : {}),
  };
}

export function trackCreate(context: RequestContext, draft: Draft): void {
  if (context.request.isTyped || context.request.patchType === 'apply') return;
  const entry = makeEntry(
    context,
    managerOf(context),
    'Update',
    draft.apiVersion ?? '',
    newFields(context.kind.kind, draft),
  );
  (draft.metadata as { managedFields?: readonly ManagedFieldsEntry[] }).managedFields = [entry];
}

/** What the sender of a Pod's spec owns of it, by the spec with its defaults, which many Pods share. */
const podSpecFields = new WeakMap<object, FieldSet>();

/** All that a new object sets. */
function newFields(kind: string, draft: Draft): FieldSet {
  const set: FieldSet = {};
  for (const [key, value] of Object.entries(draft)) {
    if (UNOWNED.has(key) || value === undefined) continue;
    const inner = key === 'spec' && kind === 'Pod' ? specFields(value as Fields) : ownFields(kind, key, value);
    if (inner) set[`f:${key}`] = inner;
  }
  return set;
}

const ownFields = (kind: string, key: string, value: unknown): FieldSet | undefined =>
  changedValue(kind, undefined, value, [key]);

function specFields(spec: Fields): FieldSet | undefined {
  let fields = podSpecFields.get(spec);
  if (!fields) {
    fields = ownFields('Pod', 'spec', spec);
    if (fields) podSpecFields.set(spec, fields);
  }
  return fields;
}

/**
 * The sender of an update owns what it changed; owners by apply lose what somebody else has changed since. An update
 * may say itself who owns what, as the migration of `kubectl apply` to the server's side does.
 */
export function trackUpdate(context: RequestContext, draft: Draft, old: Stored): void {
  const { isTyped, patchType, subresource } = context.request;
  const through = context.writesThrough ?? subresource;
  if ((isTyped && !context.writesThrough) || patchType === 'apply') return;
  const metadata = draft.metadata as { managedFields?: readonly ManagedFieldsEntry[] };
  const before = through ? entriesOf(old) : statedEntries(metadata.managedFields, entriesOf(old));
  keepEntries(metadata, before);
  const changed = through === 'status' ? changedStatus(context, draft, old) : changedFields(context, draft, old);
  if (Object.keys(changed).length === 0) return;
  const manager = managerOf(context);
  const isOwn = (entry: ManagedFieldsEntry): boolean =>
    entry.manager === manager && entry.operation === 'Update' && (entry.subresource ?? '') === (through ?? '');
  const own = before.find(isOwn);
  const others = before
    .filter((entry) => !isOwn(entry))
    .flatMap((entry) => {
      const rest = withoutSet((entry.fieldsV1 ?? {}) as FieldSet, changed);
      return Object.keys(rest).length > 0 ? [{ ...entry, fieldsV1: rest }] : [];
    });
  const fields = unionOf((own?.fieldsV1 ?? {}) as FieldSet, changed);
  const entry = makeEntry(context, manager, 'Update', draft.apiVersion ?? '', fields);
  keepEntries(metadata, sortedEntries([...others, entry]));
}

const changedFields = ({ kind }: RequestContext, draft: Draft, old: Stored): FieldSet =>
  changedSet(kind.kind, old as unknown as Fields, draft, []);

function changedStatus({ kind }: RequestContext, draft: Draft, old: Stored): FieldSet {
  const [before, after] = [(old as unknown as Fields)['status'], draft['status']];
  if (after === undefined || isDeepEqual(before, after)) return {};
  const inner = changedValue(kind.kind, before, after, ['status']);
  return inner ? { 'f:status': inner } : {};
}

function keepEntries(
  metadata: { managedFields?: readonly ManagedFieldsEntry[] },
  entries: readonly ManagedFieldsEntry[],
): void {
  if (entries.length > 0) metadata.managedFields = entries;
  else delete metadata.managedFields;
}

/**
 * What an update states, as far as it can be read; one empty entry clears them all. Clients who know nothing of managed
 * fields send none, and change none by that. Upstream: managedfields/internal/fieldmanager.go (decodeLiveOrNew).
 */
function statedEntries(
  stated: readonly ManagedFieldsEntry[] | undefined,
  held: readonly ManagedFieldsEntry[],
): readonly ManagedFieldsEntry[] {
  if (!stated || stated.length === 0 || stated === held) return held;
  if (stated.every((entry) => Object.keys(entry).length === 0)) return [];
  return stated.every(isReadable) ? sortedEntries(stated) : held;
}

function isReadable({ operation, apiVersion, fieldsType, fieldsV1 }: ManagedFieldsEntry): boolean {
  const hasOperation = operation === 'Apply' || operation === 'Update';
  return hasOperation && Boolean(apiVersion) && fieldsType === 'FieldsV1' && isMapping(fieldsV1 ?? {});
}

/**
 * What an update sets. A mapping that was not there at all is owned itself too (`.`), except the structs that Go's types
 * always have, and lists that they always write.
 */
function changedSet(kind: string, old: Fields, next: Fields, path: readonly string[]): FieldSet {
  const set: FieldSet = {};
  for (const [key, value] of Object.entries(next)) {
    if (path.length === 0 && UNOWNED.has(key)) continue;
    if (path[0] === 'metadata' && path.length === 1 && UNOWNED_METADATA.has(key)) continue;
    if (value === undefined || isDeepEqual(old[key], value)) continue;
    const inner = changedValue(kind, old[key], value, [...path, key]);
    if (inner) set[`f:${key}`] = inner;
  }
  return set;
}

/** Structs that are no pointers: an object without them has them, empty. */
const ALWAYS_THERE = new Set([
  'metadata',
  'spec',
  'status',
  'template',
  'jobTemplate',
  'strategy',
  'updateStrategy',
  'resources',
  'loadBalancer',
  'involvedObject',
  'source',
  'scaleTargetRef',
]);
const ALWAYS_WRITTEN = new Set(['containers', 'rules']);

function changedValue(kind: string, old: unknown, value: unknown, path: readonly string[]): FieldSet | undefined {
  const field = path.at(-1) ?? '';
  if (isMapping(value) && !isAtomicMap(path)) {
    const isNew = !isMapping(old);
    const inner = changedSet(kind, isNew ? {} : old, value, path);
    const isOwned = isNew && !ALWAYS_THERE.has(field);
    if (Object.keys(inner).length === 0) return isNew && isOwned ? {} : undefined;
    return isOwned ? { '.': {}, ...inner } : inner;
  }
  const rule = Array.isArray(value) ? listRuleOf(kind, path) : undefined;
  if (!rule || !Array.isArray(value)) return {};
  const before = Array.isArray(old) ? (old as readonly unknown[]) : [];
  const set: FieldSet = Array.isArray(old) || ALWAYS_WRITTEN.has(field) ? {} : { '.': {} };
  for (const item of value as readonly unknown[]) {
    if (!isMapping(item)) {
      if (!before.includes(item)) set[`v:${JSON.stringify(item)}`] = {};
      continue;
    }
    const key = itemKey(rule.keys, item);
    const known = (before as readonly Fields[]).find((one) => itemKey(rule.keys, one) === key);
    const inner = newItem(kind, known, item, path);
    if (inner) set[key] = inner;
  }
  return set;
}

/** An item of a list is owned as a whole when it is new, with all that is in it. */
function newItem(kind: string, known: Fields | undefined, item: Fields, path: readonly string[]): FieldSet | undefined {
  if (known) {
    const inner = changedSet(kind, known, item, path);
    return Object.keys(inner).length > 0 ? inner : undefined;
  }
  return { '.': {}, ...wholeSet(kind, item, path) };
}

function wholeSet(kind: string, item: Fields, path: readonly string[]): FieldSet {
  const set: FieldSet = {};
  for (const [key, value] of Object.entries(item)) {
    if (value === undefined) continue;
    const inner = [...path, key];
    if (isMapping(value) && !isAtomicMap(inner)) {
      const within = wholeSet(kind, value, inner);
      set[`f:${key}`] = Object.keys(within).length > 0 ? { '.': {}, ...within } : {};
    } else set[`f:${key}`] = changedValue(kind, undefined, value, inner) ?? {};
  }
  return set;
}

/** Appliers first, then by time, then by name. Upstream: managedfields/internal/managedfields.go (sortEncodedManagers). */
export function sortedEntries(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const rank = (entry: ManagedFieldsEntry): readonly string[] => [
    entry.operation ?? '',
    entry.time ?? '',
    entry.manager ?? '',
    entry.apiVersion ?? '',
    entry.subresource ?? '',
  ];
  return [...entries].sort((left, right) => {
    const [a, b] = [rank(left), rank(right)];
    const index = a.findIndex((part, at) => part !== b[at]);
    return index < 0 ? 0 : a[index]! < b[index]! ? -1 : 1;
  });
}
