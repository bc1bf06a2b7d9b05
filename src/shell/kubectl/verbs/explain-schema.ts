/** What `kubectl explain` reads of an OpenAPI v3 document: fields, what they refer to, and how they are described. Upstream: kubectl/pkg/explain/v2, kube-openapi/pkg/util/proto. */

export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly description?: string;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

export type Schemas = Readonly<Record<string, Schema>>;

export interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

export const refOf = ({ $ref, allOf }: Schema): string | undefined =>
  ($ref ?? allOf?.[0]?.$ref)?.replace('#/components/schemas/', '');

export function resolved(schemas: Schemas, schema: Schema): Schema {
  const name = refOf(schema);
  return name === undefined ? schema : (schemas[name] ?? {});
}

/** What the fields of a list or a map are those of. */
export function structureOf(schemas: Schemas, schema: Schema): Schema {
  const inner = schema.items ?? schema.additionalProperties;
  if (inner) return structureOf(schemas, inner);
  const found = resolved(schemas, schema);
  return found === schema ? found : structureOf(schemas, found);
}

/** The field's own words, and those of its type. */
export function descriptionsOf(schemas: Schemas, schema: Schema): readonly string[] {
  const inner = schema.items ?? schema.additionalProperties;
  const own = schema.description ? [schema.description] : [];
  if (inner) return [...own, ...descriptionsOf(schemas, inner)];
  const name = refOf(schema);
  return name === undefined ? own : [...own, ...descriptionsOf(schemas, schemas[name] ?? {})];
}

export function fieldsOf(schemas: Schemas, schema: Schema): readonly Field[] {
  const { properties = {}, required = [] } = structureOf(schemas, schema);
  return Object.keys(properties)
    .sort()
    .map((name) => ({ name, schema: properties[name]!, isRequired: required.includes(name) }));
}

export function innerRef(schema: Schema): string | undefined {
  const inner = schema.items ?? schema.additionalProperties;
  return inner ? innerRef(inner) : refOf(schema);
}
