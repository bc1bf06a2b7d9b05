/**
 * Checks objects against the generated structure of their kind: unknown fields and wrong types, with the texts of Go's
 * decoder. Upstream: apimachinery/pkg/runtime/serializer/json (strict decoding).
 */
import type { KindDefinition } from './kind.ts';
import { apiVersionOf } from './kind.ts';
import type { KubeObject } from './object.ts';
import { base64Fault } from './encoding.ts';
import { parseQuantity, QUANTITY_TEXT } from './quantity.ts';
import generated from './generated/schema.json' with { type: 'json' };

/** `q` quantity (text or number), `s` text, `n` number, `i` integer, `b` boolean, `z` null, `x` anything, `@Name`, `{o}` fields, `{m}` map, `{a}` list, `[...]` one of. */
export type Shape =
  | string
  | readonly Shape[]
  | { readonly o: Readonly<Record<string, Shape>> }
  | { readonly m: Shape }
  | { readonly a: Shape };

const { kinds, definitions } = generated as unknown as {
  kinds: Readonly<Record<string, string>>;
  definitions: Readonly<Record<string, Shape>>;
};

export interface SchemaFault {
  /** `spec.template.spec.containers[0].image`. */
  readonly path: string;
  readonly message: string;
}

export interface SchemaVerdict {
  /** Paths of fields that the kind does not have. */
  readonly unknown: readonly string[];
  readonly errors: readonly SchemaFault[];
}

/** Kinds of the schema, as `apps/v1/Deployment`. */
export const SCHEMA_KINDS: readonly string[] = Object.keys(kinds);

export function validateSchema(
  kind: Pick<KindDefinition, 'group' | 'version' | 'kind'>,
  object: KubeObject,
): SchemaVerdict {
  const name = kinds[`${apiVersionOf(kind)}/${kind.kind}`];
  const verdict = { unknown: [] as string[], errors: [] as SchemaFault[] };
  if (name) check(`@${name}`, object, { path: '', owner: kind.kind, field: '' }, verdict);
  return verdict;
}

/** The shape of a kind (`apps/v1/Deployment`), or of a definition (`@PodSpec`). */
export function shapeOf(name: string): Shape | undefined {
  if (name.startsWith('@')) return definitions[name.slice(1)];
  const kind = kinds[name];
  return kind === undefined ? undefined : `@${kind}`;
}

/** Names of the fields that the struct at a path has; none where the path leads to no struct. */
export function fieldsAt(kind: Pick<KindDefinition, 'group' | 'version' | 'kind'>, path: string): readonly string[] {
  const name = kinds[`${apiVersionOf(kind)}/${kind.kind}`];
  let shape: Shape | undefined = name ? resolved(`@${name}`) : undefined;
  for (const part of path
    .replace(/\[[^\]]*\]/g, '.[]')
    .split('.')
    .filter(Boolean)) {
    if (typeof shape !== 'object' || Array.isArray(shape)) return [];
    if ('o' in shape) shape = resolved(shape.o[part]);
    else if ('m' in shape) shape = resolved(shape.m);
    else shape = part === '[]' && 'a' in shape ? resolved(shape.a) : undefined;
  }
  return typeof shape === 'object' && 'o' in shape ? Object.keys(shape.o) : [];
}

function resolved(shape: Shape | undefined): Shape | undefined {
  let found = shape;
  while (typeof found === 'string' && found.startsWith('@')) found = definitions[found.slice(1)];
  return found;
}

interface Walk {
  readonly unknown: string[];
  readonly errors: SchemaFault[];
}

/** Where a value stands: its path, the Go struct whose field it is under, and that field as Go names it. */
interface Place {
  readonly path: string;
  readonly owner: string;
  /** Without indexes and keys of maps: `spec.containers.image`. */
  readonly field: string;
}

/** Numbers that Go holds in 64 bits; the others are int32. */
const LONG = new Set(
  (
    'activeDeadlineSeconds deletionGracePeriodSeconds expirationSeconds fsGroup generation gid gracePeriodSeconds ' +
    'maxItems maxLength maxProperties minItems minLength minProperties nodeAllocatableUpdatePeriodSeconds ' +
    'observedGeneration remainingItemCount revision runAsGroup runAsUser sizeBytes startingDeadlineSeconds ' +
    'supplementalGroups terminationGracePeriodSeconds tolerationSeconds'
  ).split(' '),
);
const FLOAT = new Set(['maximum', 'minimum', 'multipleOf']);
/** Maps of bytes, which JSON holds as base64. */
const BYTES = new Set(['Secret.data', 'ConfigMap.binaryData']);

function check(shape: Shape, value: unknown, at: Place, walk: Walk): void {
  if (value === null || value === undefined) return;
  if (typeof shape === 'string') return checkSimple(shape, value, at, walk);
  if (Array.isArray(shape)) {
    const options = shape as readonly Shape[];
    if (typeof value === 'number' && options.includes('n') && options.includes('s') && !isWhole(value, 'int32')) {
      // A number or a text reads its number by itself, and so does not name the field.
      const message = `json: cannot unmarshal number ${value} into Go value of type int32`;
      return void walk.errors.push({ path: at.path, message });
    }
    if (options.some((option) => fits(option, value))) return;
    return refuse(walk, at, value, goType(options[0] ?? 'x', at.field));
  }
  if ('a' in (shape as object)) return checkList((shape as { a: Shape }).a, value, at, walk);
  if ('m' in (shape as object)) return checkMap((shape as { m: Shape }).m, value, at, walk);
  if (typeof value !== 'object' || Array.isArray(value)) return refuse(walk, at, value, `v1.${at.owner}`);
  const fields = (shape as { o: Readonly<Record<string, Shape>> }).o;
  for (const [key, item] of Object.entries(value)) {
    const path = at.path ? `${at.path}.${key}` : key;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) walk.unknown.push(path);
    else check(field, item, { path, owner: at.owner, field: at.field ? `${at.field}.${key}` : key }, walk);
  }
}

function checkList(shape: Shape, value: unknown, at: Place, walk: Walk): void {
  if (!Array.isArray(value)) return refuse(walk, at, value, `[]${goType(shape, at.field)}`);
  value.forEach((item, index) => check(shape, item, { ...at, path: `${at.path}[${index}]` }, walk));
}

function checkMap(shape: Shape, value: unknown, at: Place, walk: Walk): void {
  if (typeof value !== 'object' || Array.isArray(value)) {
    return refuse(walk, at, value, `map[string]${goType(shape, at.field)}`);
  }
  const isBytes = BYTES.has(`${at.owner}.${at.field}`);
  for (const [key, item] of Object.entries(value as object)) {
    const path = at.path ? `${at.path}.${key}` : key;
    check(shape, item, { ...at, path }, walk);
    const fault = isBytes && typeof item === 'string' ? base64Fault(item) : undefined;
    if (fault) walk.errors.push({ path, message: fault });
  }
}

function checkSimple(shape: string, value: unknown, at: Place, walk: Walk): void {
  if (shape.startsWith('@')) {
    const name = shape.slice(1);
    const target = definitions[name];
    if (target === undefined) return;
    // The struct is that of the field for what is inside it, and its owner for a value of the wrong kind.
    const isStruct = typeof target === 'object' && 'o' in target;
    if (isStruct && (typeof value !== 'object' || Array.isArray(value))) {
      return refuse(walk, at, value, goType(shape, at.field));
    }
    return check(target, value, isStruct ? { ...at, owner: bare(name) } : at, walk);
  }
  if (!fits(shape, value)) return refuse(walk, at, value, goType(shape, at.field));
  if (shape === 'q' && parseQuantity(value as string | number) === undefined) {
    const message = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/.test(String(value))
      ? "unable to parse quantity's suffix"
      : QUANTITY_TEXT;
    walk.errors.push({ path: at.path, message });
  } else if ((shape === 'n' || shape === 'i') && !isWhole(value as number, goType('n', at.field))) {
    const message = `json: cannot unmarshal number ${String(value)} into Go struct field ${at.owner}.${at.field} of type ${goType('n', at.field)}`;
    walk.errors.push({ path: at.path, message });
  }
}

const LARGEST: Readonly<Record<string, number>> = { int32: 2 ** 31, int64: 2 ** 63 };

/** Whether a Go integer of the type can hold a number; a float holds any. */
function isWhole(value: number, type: string): boolean {
  const largest = LARGEST[type];
  return largest === undefined || (Number.isInteger(value) && value >= -largest && value < largest);
}

function fits(shape: Shape, value: unknown): boolean {
  if (typeof shape !== 'string') return true;
  switch (shape) {
    case 'q':
      return typeof value === 'string' || typeof value === 'number';
    case 's':
      return typeof value === 'string';
    case 'n':
      return typeof value === 'number';
    case 'i':
      return Number.isInteger(value);
    case 'b':
      return typeof value === 'boolean';
    case 'z':
      return value === null;
    default:
      if (!shape.startsWith('@')) return true;
      return fits(definitions[shape.slice(1)] ?? 'x', value);
  }
}

const bare = (name: string): string => name.replace(/^.*\./, '');
const lastOf = (field: string): string => field.slice(field.lastIndexOf('.') + 1);

function goType(shape: Shape, field: string): string {
  if (typeof shape !== 'string') return 'object';
  if (shape === 'n' || shape === 'i') {
    const name = lastOf(field);
    return FLOAT.has(name) ? 'float64' : LONG.has(name) ? 'int64' : 'int32';
  }
  if (shape.startsWith('@')) {
    const target = definitions[shape.slice(1)];
    return typeof target === 'string' && !target.startsWith('@') ? goType(target, field) : `v1.${bare(shape.slice(1))}`;
  }
  return { q: 'resource.Quantity', s: 'string', b: 'bool' }[shape] ?? shape;
}

function refuse(walk: Walk, at: Place, value: unknown, expected: string): void {
  const got = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const message = `json: cannot unmarshal ${got} into Go struct field ${at.owner}.${at.field} of type ${expected}`;
  walk.errors.push({ path: at.path, message });
}
