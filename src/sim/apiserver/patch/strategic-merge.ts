/**
 * Strategic merge patch: merge patch that knows which lists merge by key, and the directives `$patch`, `$retainKeys`,
 * `$deleteFromPrimitiveList` and `$setElementOrder`. Also makes such patches, two-way and three-way, as kubectl does.
 * Upstream: apimachinery/pkg/util/strategicpatch/patch.go.
 */
import { isMapping, type Fields } from '../../api/go-json.ts';
import { isDeepEqual } from '../equality.ts';
import { PatchFailure } from './json-patch.ts';
import { listRuleOf, retainsKeys } from './merge-rules.ts';
import { goText } from './patched-faults.ts';

const DELETE_FROM = '$deleteFromPrimitiveList/';
const ORDER = '$setElementOrder/';

export function strategicMerge(kind: string, target: unknown, patch: unknown): unknown {
  if (!isMapping(patch)) {
    const given = Array.isArray(patch) ? 'array' : typeof patch;
    throw new PatchFailure(`json: cannot unmarshal ${given} into Go value of type map[string]interface {}`);
  }
  return mergeMapping(kind, isMapping(target) ? target : {}, patch, []);
}

function mergeMapping(kind: string, target: Fields, patch: Fields, path: readonly string[]): Fields {
  if (patch['$patch'] === 'replace') {
    const { $patch: _directive, ...rest } = patch;
    return rest;
  }
  if (patch['$patch'] === 'delete') return {};
  if (patch['$patch'] !== undefined && patch['$patch'] !== 'merge') {
    throw new PatchFailure(`unknown patch type: ${goText(patch['$patch'])} in map: ${goText(patch)}`, 500);
  }
  const result: Record<string, unknown> = { ...target };
  const retained = patch['$retainKeys'];
  if (Array.isArray(retained)) for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys' || key.startsWith(ORDER)) continue;
    if (key.startsWith(DELETE_FROM)) {
      const field = key.slice(DELETE_FROM.length);
      if (!Array.isArray(value)) throw new PatchFailure(`${key} must be a list`);
      if (Array.isArray(result[field])) {
        result[field] = (result[field] as unknown[]).filter((item) => !(value as unknown[]).includes(item));
      }
      continue;
    }
    if (value === null) delete result[key];
    else result[key] = mergeValue(kind, result[key], value, patch[`${ORDER}${key}`], [...path, key]);
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ORDER)) continue;
    const field = key.slice(ORDER.length);
    if (patch[field] === undefined && Array.isArray(result[field]) && Array.isArray(order)) {
      const held = result[field] as unknown[];
      result[field] = ordered(kind, held, order, held, [...path, field]);
    }
  }
  return result;
}

function mergeValue(kind: string, target: unknown, value: unknown, order: unknown, path: readonly string[]): unknown {
  if (isMapping(value)) return mergeMapping(kind, isMapping(target) ? target : {}, value, path);
  if (!Array.isArray(value)) return value;
  const rule = listRuleOf(kind, path);
  if (rule?.patchKey === undefined) return value;
  const merged =
    rule.patchKey === ''
      ? [...new Set([...((target as unknown[] | undefined) ?? []), ...value])]
      : mergeList(
          kind,
          (target as readonly Fields[] | undefined) ?? [],
          value as readonly Fields[],
          rule.patchKey,
          path,
        );
  if (!Array.isArray(order)) return merged;
  checkOrder(value, order, rule.patchKey);
  return ordered(kind, merged, order, (target as unknown[] | undefined) ?? [], path);
}

/** What a patch sets stands in the order that it states. Upstream: validatePatchWithSetOrderList. */
function checkOrder(items: readonly unknown[], order: readonly unknown[], key: string): void {
  const identity = (item: unknown): unknown => (key && isMapping(item) ? item[key] : item);
  const set = items.filter((item) => !isMapping(item) || item['$patch'] !== 'delete');
  let at = 0;
  for (const item of order) if (at < set.length && isDeepEqual(identity(set[at]), identity(item))) at += 1;
  if (at === set.length || order.length === 0) return;
  const text = `The order in patch list:\n${goText(set)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`;
  throw new PatchFailure(text, 500);
}

function mergeList(
  kind: string,
  target: readonly Fields[],
  patch: readonly Fields[],
  key: string,
  path: readonly string[],
): readonly unknown[] {
  if (patch.some((item) => isMapping(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => item['$patch'] !== 'replace');
  }
  const result = [...target];
  for (const item of patch) {
    if (!isMapping(item) || item[key] === undefined) {
      throw new PatchFailure(`map: ${goText(item)} does not contain declared merge key: ${key}`, 500);
    }
    const index = result.findIndex((existing) => isDeepEqual(existing[key], item[key]));
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) {
      result[index] = mergeMapping(kind, result[index]!, item, path);
    } else {
      result.push(mergeMapping(kind, {}, item, path));
    }
  }
  return result;
}

/**
 * Items named in `order` in that order; the others stay where they stood in `held` against those.
 * Upstream: mergeSortedSlice.
 */
function ordered(
  kind: string,
  items: readonly unknown[],
  order: readonly unknown[],
  held: readonly unknown[],
  path: readonly string[],
): readonly unknown[] {
  const key = listRuleOf(kind, path)?.patchKey;
  const identity = (item: unknown): unknown => (key && isMapping(item) ? item[key] : item);
  const placesIn = (list: readonly unknown[]): ReadonlyMap<unknown, number> =>
    new Map(list.map((item, index) => [identity(item), index]));
  const [wanted, before] = [placesIn(order), placesIn(held)];
  const named = items.filter((item) => wanted.has(identity(item)));
  named.sort((left, right) => wanted.get(identity(left))! - wanted.get(identity(right))!);
  const rest = items.filter((item) => !wanted.has(identity(item)));
  const result: unknown[] = [];
  for (const item of named) {
    const place = before.get(identity(item)) ?? -1;
    while (rest.length > 0 && (before.get(identity(rest[0])) ?? 0) < place) result.push(rest.shift());
    result.push(item);
  }
  return [...result, ...rest];
}

/** The patch that turns `original` into `modified`; with `ignoreDeletions` or `ignoreAdditions`, a half of it. */
export function strategicDiff(
  kind: string,
  original: Fields,
  modified: Fields,
  only: 'both' | 'additions' | 'deletions' = 'both',
  path: readonly string[] = [],
): Fields {
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(modified)) {
    const before = original[key];
    if (value === undefined || isDeepEqual(before, value)) continue;
    Object.assign(patch, diffField(kind, key, before, value, only, [...path, key]));
  }
  if (only !== 'additions') {
    for (const key of Object.keys(original)) if (modified[key] === undefined) patch[key] = null;
  }
  if (Object.keys(patch).length > 0 && retainsKeys(kind, path)) patch['$retainKeys'] = Object.keys(modified).sort();
  return patch;
}

function diffField(
  kind: string,
  key: string,
  before: unknown,
  after: unknown,
  only: 'both' | 'additions' | 'deletions',
  path: readonly string[],
): Fields {
  if (before === undefined || before === null) return only === 'deletions' ? {} : { [key]: after };
  if (isMapping(before) && isMapping(after)) {
    const inner = strategicDiff(kind, before, after, only, path);
    return Object.keys(inner).length > 0 ? { [key]: inner } : {};
  }
  const patchKey = Array.isArray(before) && Array.isArray(after) ? listRuleOf(kind, path)?.patchKey : undefined;
  if (patchKey === undefined) return only === 'deletions' ? {} : { [key]: after };
  if (patchKey === '') return diffSet(key, before as unknown[], after as unknown[], only);
  return diffList(kind, key, before as Fields[], after as Fields[], patchKey, only, path);
}

function diffSet(key: string, before: readonly unknown[], after: readonly unknown[], only: string): Fields {
  const added = after.filter((item) => !before.includes(item));
  const removed = before.filter((item) => !after.includes(item));
  return {
    ...(added.length > 0 && only !== 'deletions' ? { [key]: added } : {}),
    ...(removed.length > 0 && only !== 'additions' ? { [`${DELETE_FROM}${key}`]: removed } : {}),
    ...(only === 'deletions' ? {} : { [`${ORDER}${key}`]: after }),
  };
}

function diffList(
  kind: string,
  key: string,
  before: readonly Fields[],
  after: readonly Fields[],
  patchKey: string,
  only: 'both' | 'additions' | 'deletions',
  path: readonly string[],
): Fields {
  const items: Fields[] = [];
  for (const item of after) {
    const existing = before.find((other) => isDeepEqual(other[patchKey], item[patchKey]));
    if (!existing) {
      if (only !== 'deletions') items.push(item);
      continue;
    }
    const inner = strategicDiff(kind, existing, item, only, path);
    if (Object.keys(inner).length > 0) items.push({ ...inner, [patchKey]: item[patchKey] });
  }
  if (only !== 'additions') {
    for (const item of before) {
      if (after.some((other) => isDeepEqual(other[patchKey], item[patchKey]))) continue;
      items.push({ $patch: 'delete', [patchKey]: item[patchKey] });
    }
  }
  return {
    ...(items.length > 0 ? { [key]: items } : {}),
    ...(only === 'deletions' ? {} : { [`${ORDER}${key}`]: after.map((item) => ({ [patchKey]: item[patchKey] })) }),
  };
}

/**
 * kubectl's patch for `apply`: deletions are what `modified` no longer has of `original` (the last applied), additions and
 * changes what `current` does not have yet. Empty when nothing is to be done.
 */
export function threeWayPatch(kind: string, original: Fields, modified: Fields, current: Fields): Fields {
  const additions = strategicDiff(kind, current, modified, 'additions');
  const deletions = strategicDiff(kind, original, modified, 'deletions');
  const patch = mergePatches(kind, deletions, additions, []);
  return hasEffect(kind, current, patch) ? patch : {};
}

function hasEffect(kind: string, current: Fields, patch: Fields): boolean {
  return !isDeepEqual(strategicMerge(kind, current, patch), current);
}

function mergePatches(kind: string, base: Fields, over: Fields, path: readonly string[]): Fields {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = result[key];
    if (isMapping(before) && isMapping(value)) result[key] = mergePatches(kind, before, value, [...path, key]);
    else if (Array.isArray(before) && Array.isArray(value) && !key.startsWith('$')) {
      result[key] = mergePatchLists(kind, before as Fields[], value as Fields[], [...path, key]);
    } else result[key] = value;
  }
  return result;
}

function mergePatchLists(
  kind: string,
  base: readonly Fields[],
  over: readonly Fields[],
  path: readonly string[],
): unknown {
  const patchKey = listRuleOf(kind, path)?.patchKey;
  if (!patchKey) return over;
  const result = [...base];
  for (const item of over) {
    const index = result.findIndex((other) => isDeepEqual(other[patchKey], item[patchKey]));
    if (index < 0) result.push(item);
    else result[index] = mergePatches(kind, result[index]!, item, path);
  }
  return result;
}
