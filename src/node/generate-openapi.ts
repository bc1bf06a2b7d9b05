/**
 * Generates the schemas of `/openapi/v3` from two packages of models (descriptions, values, what is required),
 * the message tables of release 1.35 (names of types, fields) and the merge keys (list and map types, patch strategies).
 * They are what `kubectl explain`, client-side apply and server-side validation ask for.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { modelOf } from './openapi-models.ts';
import mergeKeys from './serve/data/merge-keys.json' with { type: 'json' };
import fields from './serve/data/protobuf-fields.json' with { type: 'json' };

type Field = readonly [number: number, type: string, rule?: string];
type Messages = Readonly<Record<string, Readonly<Record<string, Field>>>>;
type MergeKeys = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
type Schema = Record<string, unknown>;

const root = resolve(import.meta.dirname, '../..');
const target = join(root, 'src/sim/apiserver/generated/openapi.json');

const MESSAGES = fields as unknown as Messages;
const MERGE = mergeKeys as unknown as MergeKeys;
const INLINE = new Set(
  'volumeSource handler ephemeralContainerCommon localObjectReference persistentVolumeSource ingressRuleValue'.split(
    ' ',
  ),
);

/** `k8s.io.api.apps.v1.Deployment` is `io.k8s.api.apps.v1.Deployment` in OpenAPI. */
const openApiName = (message: string): string => message.replace(/^k8s\.io\./, 'io.k8s.');

function qualified(owner: string, type: string): string {
  return type.includes('.') ? type : `${owner.slice(0, owner.lastIndexOf('.'))}.${type}`;
}

const SCALARS: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  bytes: { type: 'string', format: 'byte' },
};

/** Types that are plain values in JSON. */
const SPECIAL: Readonly<Record<string, Schema>> = {
  'k8s.io.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': {
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  },
  'k8s.io.apimachinery.pkg.apis.meta.v1.Time': { type: 'string', format: 'date-time' },
  'k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime': { type: 'string', format: 'date-time' },
  'k8s.io.apimachinery.pkg.apis.meta.v1.Duration': { type: 'string' },
  'k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1': { type: 'object' },
  'k8s.io.apimachinery.pkg.runtime.RawExtension': { type: 'object' },
};

function typeSchema(owner: string, type: string, isItem: boolean): Schema {
  const scalar = SCALARS[type];
  if (scalar) return isItem && type === 'string' ? { ...scalar, default: '' } : scalar;
  const ref = { $ref: `#/components/schemas/${openApiName(qualified(owner, type))}` };
  return isItem ? { allOf: [ref], default: {} } : { allOf: [ref] };
}

function fieldSchema(owner: string, [, type, rule]: Field): Schema {
  const map = /^map<string,(.+)>$/.exec(type)?.[1];
  if (map?.endsWith('ExtraValue'))
    return { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } };
  if (map) return { type: 'object', additionalProperties: typeSchema(owner, map, true) };
  return rule === 'repeated' ? { type: 'array', items: typeSchema(owner, type, true) } : typeSchema(owner, type, false);
}

function allFields(message: string): Readonly<Record<string, readonly [owner: string, field: Field]>> {
  const result: Record<string, readonly [string, Field]> = {};
  for (const [name, field] of Object.entries(MESSAGES[message] ?? {})) {
    if (INLINE.has(name)) Object.assign(result, allFields(qualified(message, field[1])));
    else result[name] = [message, field];
  }
  return result;
}

const extensionsOf = (keys: Readonly<Record<string, unknown>> | undefined): Schema =>
  Object.fromEntries(Object.entries(keys ?? {}).map(([key, value]) => [`x-kubernetes-${key}`, value]));

const TYPE_FIELDS: Readonly<Record<string, string>> = {
  apiVersion:
    'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
  kind: 'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
};

function schemaOf(message: string): Schema {
  const special = SPECIAL[message];
  const model = modelOf(message);
  if (special) return special;
  const name = openApiName(message);
  const merge = MERGE[name];
  const found = allFields(message);
  const metadata = found['metadata']?.[1][1] ?? '';
  const properties: Record<string, Schema> = {};
  // Objects and lists say what they are; nothing else with a field named metadata does but templates.
  if (/(ObjectMeta|ListMeta)$/.test(metadata) && model?.fields['apiVersion']) {
    for (const [key, description] of Object.entries(TYPE_FIELDS)) properties[key] = { description, type: 'string' };
  }
  for (const [key, [owner, field]] of Object.entries(found)) {
    const { description, values = [] } = model?.fields[key] ?? {};
    properties[key] = {
      ...(description ? { description } : {}),
      ...withValues(fieldSchema(owner, field), values),
      ...extensionsOf(merge?.[key]),
    };
  }
  const required = Object.keys(properties)
    .filter((key) => model?.fields[key]?.isRequired)
    .sort();
  return {
    ...(model?.description ? { description: model.description } : {}),
    type: 'object',
    ...(required.length > 0 ? { required } : {}),
    properties,
    ...extensionsOf(merge?.['(self)']),
  };
}

/** The values that a text, or each of a list of texts, may have. */
function withValues(schema: Schema, values: readonly string[]): Schema {
  if (values.length === 0) return schema;
  if (schema['type'] === 'string') return { ...schema, enum: [...values].sort() };
  const { items } = schema as { items?: Schema };
  return items?.['type'] === 'string' ? { ...schema, items: { ...items, enum: [...values].sort() } } : schema;
}

/** Writes the schemas of every message, by the name that OpenAPI gives them. */
export function generateOpenApi(): number {
  const names = Object.keys(MESSAGES);
  const schemas = Object.fromEntries(names.map((name) => [openApiName(name), schemaOf(name)]));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${JSON.stringify(schemas)}\n`);
  return names.length;
}
