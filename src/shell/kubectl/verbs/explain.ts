/** `kubectl explain`, from the OpenAPI v3 document of the kind's group and version. Upstream: kubectl/pkg/explain/v2. */
import { apiVersionOf, type Resource } from '../client/discovery.ts';
import { flagsOf } from '../client/flags.ts';
import { CommandFailure, failure } from '../failure.ts';
import type { Session } from '../session.ts';
import {
  descriptionsOf,
  fieldsOf,
  innerRef,
  refOf,
  structureOf,
  type Field,
  type Schema,
  type Schemas,
} from './explain-schema.ts';
import { explainV2 } from './explain-v2.ts';

export const EXPLAIN_FLAGS = flagsOf('recursive:bool api-version output=plaintext');

const WIDTH = 76;
const V2 = 'plaintext-openapiv2';

export function explain(session: Session): void {
  const { flags } = session;
  if (flags.args.length === 0)
    throw failure(
      'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  if (flags.args.length > 1) throw failure('We accept only this format: explain RESOURCE');
  const output = flags.text('output');
  if (output !== 'plaintext' && output !== V2) throw failure(`unrecognized format: ${output}`);
  const { resource, path } = wanted(session, flags.args[0]!);
  const schemas = documentOf(session, resource);
  const root = Object.values(schemas).find((schema) =>
    schema['x-kubernetes-group-version-kind']?.some(
      ({ group, version, kind }) => group === resource.group && version === resource.version && kind === resource.kind,
    ),
  );
  if (!root) throw failure(`GVK (${apiVersionOf(resource)}, Kind=${resource.kind}) not found in OpenAPI schema`);
  if (output === V2) return explainV2(session, schemas, resource, root, path);
  if (resource.group) session.say(`GROUP:      ${resource.group}`);
  session.say(`KIND:       ${resource.kind}\nVERSION:    ${resource.version}\n`);
  tell(session, schemas, root, path);
}

/** `pods.spec`, `deployments.apps.spec` is not understood upstream either: the group comes by `--api-version`. */
function wanted(session: Session, text: string): { readonly resource: Resource; readonly path: readonly string[] } {
  const [name = '', ...path] = text.split('.');
  const found = session.discovery.find(name);
  if (!found) throw new CommandFailure(`the server doesn't have a resource type ${JSON.stringify(name)}`);
  const version = session.flags.text('api-version');
  if (!version) return { resource: found, path: path.filter(Boolean) };
  const other = session.discovery.byKind(version, found.kind);
  if (!other) throw failure(`couldn't find resource for "${version}, Resource=${found.plural}"`);
  return { resource: other, path: path.filter(Boolean) };
}

function documentOf({ rest }: Session, resource: Resource): Schemas {
  const { paths = {} } = rest.json('GET', '/openapi/v3') as {
    paths?: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
  };
  const path = resource.group ? `apis/${apiVersionOf(resource)}` : `api/${resource.version}`;
  const address = paths[path]?.serverRelativeURL;
  if (!address) throw failure(`couldn't find resource for "${apiVersionOf(resource)}, Resource=${resource.plural}"`);
  return (rest.json('GET', address) as { components?: { schemas?: Schemas } }).components?.schemas ?? {};
}

function tell(session: Session, schemas: Schemas, root: Schema, path: readonly string[]): void {
  let current: Field = { name: '', schema: root, isRequired: false };
  for (const name of path) {
    const holder = structureOf(schemas, current.schema);
    const schema = holder.properties?.[name];
    if (!schema) throw failure(`field ${JSON.stringify(name)} does not exist`);
    current = { name, schema, isRequired: holder.required?.includes(name) ?? false };
  }
  if (path.length > 0) {
    session.say(`FIELD: ${current.name} <${typeOf(schemas, current.schema)}>`);
    const values = current.schema.enum ?? [];
    session.out(values.length > 0 ? `ENUM:\n${values.map((value) => `    ${value}\n`).join('')}\n` : '\n\n');
  }
  session.say('DESCRIPTION:');
  const texts = descriptionsOf(schemas, current.schema);
  for (const text of texts.length > 0 ? texts : ['<empty>']) session.out(indented(text, '    '));
  session.say('    ');
  const fields = fieldsOf(schemas, current.schema);
  if (fields.length > 0) {
    session.say('FIELDS:');
    if (session.flags.bool('recursive')) session.out(treeText(schemas, fields, '  ', []));
    else for (const field of fields) session.out(fieldText(schemas, field));
  }
  session.out('\n');
}

function typeOf(schemas: Schemas, schema: Schema): string {
  if (schema.items) return `[]${typeOf(schemas, schema.items)}`;
  if (schema.additionalProperties) return `map[string]${typeOf(schemas, schema.additionalProperties)}`;
  const name = refOf(schema);
  if (name === undefined) return schema.type ?? 'Object';
  const { type } = schemas[name] ?? {};
  return type && type !== 'object' ? type : (name.split('.').at(-1) ?? name);
}

const headText = (schemas: Schemas, { name, schema, isRequired }: Field, indent: string): string =>
  `${indent}${name}\t<${typeOf(schemas, schema)}>${isRequired ? ' -required-' : ''}\n`;

function fieldText(schemas: Schemas, field: Field): string {
  const text = field.schema.description ?? '<no description>';
  return `${headText(schemas, field, '  ')}${enumText(field.schema, '  ')}${indented(text, '    ')}\n`;
}

/** The first four, and that there are more. */
function enumText(schema: Schema, indent: string): string {
  const values = (schema.enum ?? []).map((value) => (value === '' ? '""' : value));
  if (values.length === 0) return '';
  return `${indent}enum: ${values.slice(0, 4).join(', ')}${values.length > 4 ? ', ....' : ''}\n`;
}

/** A type inside itself is not unfolded again. */
function treeText(schemas: Schemas, fields: readonly Field[], indent: string, inside: readonly string[]): string {
  return fields
    .map((field) => {
      const name = innerRef(field.schema);
      const inner = name !== undefined && inside.includes(name) ? [] : fieldsOf(schemas, field.schema);
      const nested = treeText(schemas, inner, `${indent}  `, name === undefined ? inside : [...inside, name]);
      return `${headText(schemas, field, indent)}${enumText(field.schema, indent)}${nested}`;
    })
    .join('');
}

function indented(text: string, indent: string): string {
  return text
    .split('\n')
    .flatMap(wrapped)
    .map((line) => `${indent}${line}\n`)
    .join('');
}

/** Words of a line, as many as fit. Upstream: mitchellh/go-wordwrap. */
function wrapped(line: string): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const part of line.match(/\s*\S+/g) ?? []) {
    if (current !== '' && current.length + part.length > WIDTH) {
      lines.push(current);
      current = part.trimStart();
    } else current += part;
  }
  return [...lines, current];
}
