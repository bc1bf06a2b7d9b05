/**
 * Checks objects against the generated structure of their kind: unknown fields and wrong types, with the texts of Go's
 * decoder. Upstream: apimachinery/pkg/runtime/serializer/json (strict decoding).
 */
import type { KindDefinition } from './kind.ts';
import { apiVersionOf } from './kind.ts';
import type { KubeObject } from './object.ts';
import generated from './generated/schema.json' with { type: 'json' };

/** `q` quantity (text or number), `s` text, `n` number, `i` integer, `b` boolean, `z` null, `x` anything, `@Name`, `{o}` fields, `{m}` map, `{a}` list, `[...]` one of. */
type Shape =
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
  if (name) check(`@${name}`, object, '', kind.kind, verdict);
  return verdict;
}

interface Mutable {
  unknown: string[];
  errors: SchemaFault[];
}

const GO_TYPE: Readonly<Record<string, string>> = {
  q: 'resource.Quantity',
  s: 'string',
  n: 'float64',
  i: 'int32',
  b: 'bool',
};

function check(shape: Shape, value: unknown, path: string, owner: string, verdict: Mutable): void {
  if (value === null || value === undefined) return;
  if (typeof shape === 'string') return checkSimple(shape, value, path, owner, verdict);
  if (Array.isArray(shape)) {
    const options = shape as readonly Shape[];
    if (!options.some((option) => fits(option, value))) {
      verdict.errors.push(mismatch(path, owner, value, goType(options[0] ?? 'x')));
    }
    return;
  }
  if ('a' in (shape as object)) {
    if (!Array.isArray(value))
      return void verdict.errors.push(mismatch(path, owner, value, `[]${goType((shape as { a: Shape }).a)}`));
    value.forEach((item, index) => check((shape as { a: Shape }).a, item, `${path}[${index}]`, owner, verdict));
    return;
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    return void verdict.errors.push(
      mismatch(path, owner, value, 'm' in (shape as object) ? 'map[string]string' : owner),
    );
  }
  for (const [key, item] of Object.entries(value)) {
    const inner = path ? `${path}.${key}` : key;
    if ('m' in (shape as object)) check((shape as { m: Shape }).m, item, inner, owner, verdict);
    else {
      const field = (shape as { o: Record<string, Shape> }).o[key];
      if (field === undefined) verdict.unknown.push(inner);
      else check(field, item, inner, owner, verdict);
    }
  }
}

function checkSimple(shape: string, value: unknown, path: string, owner: string, verdict: Mutable): void {
  if (shape.startsWith('@')) {
    const name = shape.slice(1);
    const target = definitions[name];
    if (target !== undefined) check(target, value, path, name.replace(/^.*\./, ''), verdict);
    return;
  }
  if (!fits(shape, value)) verdict.errors.push(mismatch(path, owner, value, GO_TYPE[shape] ?? shape));
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

function goType(shape: Shape): string {
  return typeof shape === 'string' ? (GO_TYPE[shape] ?? shape.replace('@', 'v1.')) : 'object';
}

function mismatch(path: string, owner: string, value: unknown, expected: string): SchemaFault {
  const got = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const field = path.replace(/\[\d+\]/g, '');
  return { path, message: `json: cannot unmarshal ${got} into Go struct field ${owner}.${field} of type ${expected}` };
}
