/**
 * OpenAPI v2, which kubectl still reads to check lists, and kinds that version 3 does not know. It asks for it as protobuf.
 * Upstream: kube-openapi/pkg/handler, google/gnostic-models/openapiv2/OpenAPIv2.proto. Left out: paths.
 */
import { stringify } from 'yaml';
import protobuf from 'protobufjs';
import { apiVersionOf, type KindDefinition } from '../../sim/api/kind.ts';
import { openApiDocument, type Schemas } from '../../sim/apiserver/openapi.ts';

type Schema = Readonly<Record<string, unknown>>;

const PROTO = `syntax = "proto3";
message Info { string title = 1; string version = 2; }
message Any { string yaml = 2; }
message NamedAny { string name = 1; Any value = 2; }
message TypeItem { repeated string value = 1; }
message ItemsItem { repeated Schema schema = 1; }
message AdditionalPropertiesItem { Schema schema = 1; }
message NamedSchema { string name = 1; Schema value = 2; }
message Properties { repeated NamedSchema additionalProperties = 1; }
message Definitions { repeated NamedSchema additionalProperties = 1; }
message Paths { repeated NamedAny vendorExtension = 1; }
message Schema {
  string ref = 1;
  string format = 2;
  string description = 4;
  repeated string required = 19;
  AdditionalPropertiesItem additionalProperties = 21;
  TypeItem type = 22;
  ItemsItem items = 23;
  Properties properties = 25;
  repeated NamedAny vendorExtension = 31;
}
message Document { string swagger = 1; Info info = 2; Paths paths = 8; Definitions definitions = 9; }`;

export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const INFO = { title: 'Kubernetes', version: 'unversioned' };

/** As JSON has it. */
export function openApiV2(kinds: readonly KindDefinition[], schemas: Schemas): object {
  const versions = new Set(
    kinds.map(apiVersionOf).map((name) => (name.includes('/') ? `apis/${name}` : `api/${name}`)),
  );
  const definitions: Record<string, Schema> = {};
  for (const path of versions) {
    const document = openApiDocument(kinds, schemas, path) as { components: { schemas: Record<string, Schema> } };
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      // A kind says which it is only in the document of its own group.
      if (!definitions[name] || 'x-kubernetes-group-version-kind' in schema) definitions[name] = version2(schema);
    }
  }
  return { swagger: '2.0', info: INFO, paths: {}, definitions };
}

/** A schema of version 3 in the words of version 2. */
function version2(schema: Schema): Schema {
  const { allOf, oneOf, default: _default, $ref: ref, items, properties, additionalProperties, ...rest } = schema;
  const [inner] = (allOf ?? []) as readonly Schema[];
  if (inner) return { ...rest, ...version2(inner) };
  if (ref) return { ...rest, $ref: String(ref).replace('#/components/schemas/', '#/definitions/') };
  return {
    ...rest,
    ...(oneOf ? { type: 'string' } : {}),
    ...(items ? { items: version2(items as Schema) } : {}),
    ...(additionalProperties ? { additionalProperties: version2(additionalProperties as Schema) } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties as Record<string, Schema>).map(([name, item]) => [name, version2(item)]),
          ),
        }
      : {}),
  };
}

function message(schema: Schema): Record<string, unknown> {
  const { $ref: ref, format, description, required, type, items, properties, additionalProperties } = schema;
  const extensions = Object.entries(schema).filter(([name]) => name.startsWith('x-'));
  return {
    ...(ref ? { ref } : {}),
    ...(format ? { format } : {}),
    ...(description ? { description } : {}),
    ...(required ? { required } : {}),
    ...(type ? { type: { value: [type] } } : {}),
    ...(items ? { items: { schema: [message(items as Schema)] } } : {}),
    ...(additionalProperties ? { additionalProperties: { schema: message(additionalProperties as Schema) } } : {}),
    ...(properties ? { properties: { additionalProperties: named(properties as Record<string, Schema>) } } : {}),
    ...(extensions.length > 0
      ? { vendorExtension: extensions.map(([name, value]) => ({ name, value: { yaml: stringify(value) } })) }
      : {}),
  };
}

const named = (schemas: Readonly<Record<string, Schema>>): readonly object[] =>
  Object.entries(schemas).map(([name, schema]) => ({ name, value: message(schema) }));

/** As kubectl reads it. */
export function openApiV2Protobuf(document: object): Uint8Array {
  const { definitions } = document as { definitions: Record<string, Schema> };
  const type = protobuf.parse(PROTO, { keepCase: true }).root.lookupType('Document');
  const body = { swagger: '2.0', info: INFO, paths: {}, definitions: { additionalProperties: named(definitions) } };
  return type.encode(type.create(body)).finish();
}
