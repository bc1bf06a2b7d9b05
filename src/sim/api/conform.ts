/**
 * An object as Go's types hold it once it is decoded: unknown fields are gone, and so are empty maps and lists, which are
 * not written again; what is no pointer is always there. Upstream: types.go of each group (`omitempty`).
 */
import type { KindDefinition } from './kind.ts';
import { apiVersionOf } from './kind.ts';
import type { KubeObject } from './object.ts';
import { shapeOf, type Shape } from './schema.ts';

type Fields = Record<string, unknown>;

/** Lists that are always written; an empty one as null. */
export const WRITTEN_LISTS: ReadonlySet<string> = new Set([
  'EndpointSlice.endpoints',
  'EndpointSlice.ports',
  'Role.rules',
  'ClusterRole.rules',
  'PodSpec.containers',
]);
/** The same by struct. */
const WRITTEN_OF = new Map<string, readonly string[]>();
for (const path of WRITTEN_LISTS) {
  const [struct = '', field = ''] = path.split('.');
  WRITTEN_OF.set(struct, [...(WRITTEN_OF.get(struct) ?? []), field]);
}
/** Lists whose being empty says something. */
const KEPT_LISTS = new Set(['NetworkPolicySpec.ingress', 'NetworkPolicySpec.egress', ...WRITTEN_LISTS]);
/** Structs that are no pointers, so that they are written even when nothing is in them. */
const PRESENT: Readonly<Record<string, readonly string[]>> = {
  PodTemplateSpec: ['metadata', 'spec'],
  JobTemplateSpec: ['metadata', 'spec'],
  Container: ['resources'],
  EphemeralContainer: ['resources'],
  DeploymentSpec: ['strategy', 'template'],
  DaemonSetSpec: ['updateStrategy', 'template'],
  StatefulSetSpec: ['updateStrategy', 'template'],
  JobSpec: ['template'],
  CronJobSpec: ['jobTemplate'],
  PersistentVolumeClaimSpec: ['resources'],
};

type Wholeness = 'whole' | 'applied';

/** A copy of its own. What a manager applies is but a part of an object: there, nothing is added, and empty is empty. */
export function conformed<T extends KubeObject>(
  kind: Pick<KindDefinition, 'group' | 'version' | 'kind'>,
  object: T,
  wholeness: Wholeness = 'whole',
): T {
  const shape = shapeOf(`${apiVersionOf(kind)}/${kind.kind}`);
  if (!shape) return withoutNulls(object) as T;
  const { apiVersion, kind: name, ...rest } = object;
  const fields = conform(shape, rest, kind.kind, wholeness) as T;
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(name === undefined ? {} : { kind: name }),
    ...fields,
  };
}

function conform(given: Shape, value: unknown, owner: string, wholeness: Wholeness): unknown {
  let [shape, struct] = [given, owner];
  while (typeof shape === 'string' && shape.startsWith('@')) {
    struct = shape.slice(1).replace(/^.*\./, '');
    shape = shapeOf(shape) ?? 'x';
  }
  if (typeof shape === 'string' || Array.isArray(shape)) return withoutNulls(value);
  if ('a' in (shape as object)) {
    const { a: item } = shape as { a: Shape };
    return Array.isArray(value) ? value.map((one) => conform(item, one, struct, wholeness)) : value;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if ('m' in (shape as object)) {
    const { m: item } = shape as { m: Shape };
    const kept = Object.entries(value).filter(([, one]) => one !== null);
    return Object.fromEntries(kept.map(([key, one]) => [key, conform(item, one, struct, wholeness)]));
  }
  return conformStruct((shape as { o: Readonly<Record<string, Shape>> }).o, value as Fields, struct, wholeness);
}

function conformStruct(
  fields: Readonly<Record<string, Shape>>,
  value: Fields,
  struct: string,
  wholeness: Wholeness,
): Fields {
  const result: Fields = {};
  for (const [key, item] of Object.entries(value)) {
    const shape = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (shape === undefined || item === null) continue;
    const made = conform(shape, item, struct, wholeness);
    if (wholeness === 'applied' || !isSilent(shape, made, `${struct}.${key}`)) result[key] = made;
  }
  if (wholeness === 'applied') return result;
  for (const key of PRESENT[struct] ?? []) result[key] ??= {};
  for (const key of WRITTEN_OF.get(struct) ?? []) if (key in fields) result[key] ??= [];
  return result;
}

const isMapShape = (shape: Shape): boolean =>
  typeof shape === 'object' && !Array.isArray(shape) && 'm' in (shape as object);

function isSilent(shape: Shape, value: unknown, path: string): boolean {
  if (Array.isArray(value)) return value.length === 0 && !KEPT_LISTS.has(path);
  return isMapShape(shape) && typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}
