/** `kubectl explain --output=plaintext-openapiv2`: the older form. Upstream: kubectl/pkg/explain/{model_printer,fields_printer,recursive_fields_printer,formatter,typename}.go. */
import { apiVersionOf, type Resource } from '../client/discovery.ts';
import { failure } from '../failure.ts';
import type { Session } from '../session.ts';
import {
  descriptionsOf,
  fieldsOf,
  innerRef,
  resolved,
  structureOf,
  type Field,
  type Schema,
  type Schemas,
} from './explain-schema.ts';

const WIDTH = 80;
const FIELD_INDENT = 3;
const TEXT_INDENT = 5;

export function explainV2(
  session: Session,
  schemas: Schemas,
  resource: Resource,
  root: Schema,
  path: readonly string[],
): void {
  let current = root;
  for (const name of path) {
    const found = structureOf(schemas, current).properties?.[name];
    if (!found) throw failure(`field ${JSON.stringify(name)} does not exist`);
    current = found;
  }
  const fields = fieldsOf(schemas, current);
  const isKind = structureOf(schemas, current).properties !== undefined;
  session.out(`KIND:     ${resource.kind}\nVERSION:  ${apiVersionOf(resource)}\n\n`);
  const name = path.at(-1);
  const type = typeOf(schemas, current);
  if (name !== undefined) session.out(isKind ? `RESOURCE: ${name} <${type}>\n\n` : `FIELD:    ${name} <${type}>\n\n`);
  const texts = descriptionsOf(schemas, current);
  const described = texts.length > 0 ? texts : ['<empty>'];
  session.out(`DESCRIPTION:\n${described.map((text) => wrapped(text, TEXT_INDENT)).join('\n')}`);
  if (!isKind) return;
  session.out('\nFIELDS:\n');
  if (session.flags.bool('recursive')) return session.out(treeText(schemas, current, FIELD_INDENT, []));
  for (const field of fields) {
    const head = headText(schemas, field, FIELD_INDENT);
    session.out(
      `${head}${field.isRequired ? ' -required-' : ''}\n${wrapped(field.schema.description ?? '', TEXT_INDENT)}\n`,
    );
  }
}

/** A name and a type; what is required is not told in a tree. */
const headText = (schemas: Schemas, { name, schema }: Field, indent: number): string =>
  `${' '.repeat(indent)}${name}\t<${typeOf(schemas, schema)}>`;

/** A type inside itself is not unfolded again. */
function treeText(schemas: Schemas, schema: Schema, indent: number, inside: readonly string[]): string {
  const name = innerRef(schema);
  if (name !== undefined && inside.includes(name)) return '';
  const next = name === undefined ? inside : [...inside, name];
  return fieldsOf(schemas, schema)
    .map(
      (field) => `${headText(schemas, field, indent)}\n${treeText(schemas, field.schema, indent + FIELD_INDENT, next)}`,
    )
    .join('');
}

/** Structures have no names here: each is an `Object`. */
function typeOf(schemas: Schemas, schema: Schema): string {
  if (schema.items) return `[]${typeOf(schemas, schema.items)}`;
  if (schema.additionalProperties) return `map[string]${typeOf(schemas, schema.additionalProperties)}`;
  const found = resolved(schemas, schema);
  if (found !== schema) return typeOf(schemas, found);
  // Quantities and int-or-strings, which the third version gives as a choice, are strings of a format here.
  if (schema.oneOf) return 'string';
  const { type, properties } = schema;
  if (type === 'object' && !properties) return 'map[string]';
  return type === undefined || type === 'object' ? 'Object' : type;
}

const LIST_ITEM = /^(\d+\.?|-|\*)\s/;

/** Lines of at most 80 characters; lists, code and empty lines keep their own. */
function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  let current = '';
  const flush = (): void => {
    if (current !== '') lines.push(current);
    current = '';
  };
  for (const line of text.split('\n')) {
    const bare = line.trim();
    const isKept = line.startsWith('    ') || (bare === '' && lines.length > 0);
    if (isKept || bare === '' || current.endsWith(':') || LIST_ITEM.test(bare)) flush();
    if (isKept) {
      lines.push(bare === '' ? '' : line);
      continue;
    }
    for (const word of bare.split(/\s+/).filter(Boolean)) {
      if (current !== '' && current.length + 1 + word.length > WIDTH - indent) flush();
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  flush();
  return lines.map((line) => (line === '' ? '\n' : `${' '.repeat(indent)}${line}\n`)).join('');
}
