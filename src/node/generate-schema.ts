/**
 * Generates the JSON schemas of all kinds from the types of `kubernetes-types`, so that nobody keeps a schema by hand:
 *
 * - src/sim/api/generated/schema.json: structure only, for the API server's decoding and the editor's first checks.
 * - src/ui/features/editor/generated/schemas.json: with descriptions, for completion and hover, loaded lazily.
 *
 * - src/sim/apiserver/generated/openapi.json: what `/openapi/v3` serves; see generate-openapi.ts.
 * - src/sim/apiserver/generated/table-columns.json: what columns of Tables are said to be; see generate-table-columns.ts.
 * - src/ui/features/support/generated/support.json: what is served, for the page's dialog; see support/page.ts.
 *
 * `kubernetes-types` describes release 1.30; `schema-overlay.ts` adds what later releases brought and people use.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  SchemaGenerator,
  type CompletedConfig,
} from 'ts-json-schema-generator';
import { generateOpenApi } from './generate-openapi.ts';
import { generateTableColumns } from './generate-table-columns.ts';
import { overlay, type OverlaySchema } from './schema-overlay.ts';

const root = resolve(import.meta.dirname, '../..');
const types = join(root, 'node_modules/kubernetes-types');
const structureFile = join(root, 'src/sim/api/generated/schema.json');
const fullFile = join(root, 'src/ui/features/editor/generated/schemas.json');

type Schema = OverlaySchema;

interface GroupVersion {
  readonly folder: string;
  readonly version: string;
  readonly kinds: readonly { readonly kind: string; readonly apiVersion: string }[];
}

/** Folders of the package that hold no kinds of objects. */
const SKIPPED = new Set(['meta', 'api', 'apiserverinternal', 'storagemigration', 'authentication', 'authorization']);

function groupVersions(): readonly GroupVersion[] {
  return readdirSync(types)
    .filter((folder) => !SKIPPED.has(folder) && existsSync(join(types, folder)) && !folder.includes('.'))
    .flatMap((folder) =>
      readdirSync(join(types, folder))
        .filter((file) => /^v\d+\.d\.ts$/.test(file))
        .map((file) => ({ folder, version: file.replace('.d.ts', ''), kinds: kindsOf(join(types, folder, file)) }))
        .filter(({ kinds }) => kinds.length > 0),
    );
}

/** Interfaces that say their own apiVersion and kind, and are no lists. */
function kindsOf(file: string): GroupVersion['kinds'] {
  const text = readFileSync(file, 'utf8');
  return text
    .split(/^export interface /m)
    .slice(1)
    .flatMap((part) => {
      const name = /^\w+/.exec(part)?.[0] ?? '';
      const apiVersion = /^ {4}apiVersion\??: "([^"]+)"/m.exec(part)?.[1];
      const kind = /^ {4}kind\??: "([^"]+)"/m.exec(part)?.[1];
      const isObject = apiVersion && kind === name && /^ {4}metadata\??: (meta\.)?ObjectMeta/m.test(part);
      return isObject ? [{ kind: name, apiVersion }] : [];
    });
}

function generate(groups: readonly GroupVersion[]): {
  definitions: Record<string, Schema>;
  kinds: Record<string, string>;
} {
  const entry = join(root, '.cache/kinds-entry.ts');
  mkdirSync(dirname(entry), { recursive: true });
  const nameOf = ({ folder, version }: GroupVersion): string => `${folder}_${version}`;
  writeFileSync(
    entry,
    groups
      .map((group) => {
        const imported = `import type * as ${nameOf(group)} from '${join(types, group.folder, `${group.version}.d.ts`)}';\n`;
        const members = group.kinds.map(({ kind }) => `  ${kind}: ${nameOf(group)}.${kind};`).join('\n');
        return `${imported}export interface Kinds_${nameOf(group)} {\n${members}\n}\n`;
      })
      .join('\n'),
  );
  const config: CompletedConfig = {
    ...DEFAULT_CONFIG,
    path: entry,
    tsconfig: join(root, 'tsconfig.json'),
    skipTypeCheck: true,
    topRef: false,
    expose: 'all',
    jsDoc: 'extended',
    type: '*',
  } as CompletedConfig;
  const program = createProgram(config);
  const definitions: Record<string, Schema> = {};
  const kinds: Record<string, string> = {};
  for (const group of groups) {
    const type = `Kinds_${nameOf(group)}`;
    const generator = new SchemaGenerator(
      program,
      createParser(program, { ...config, type }),
      createFormatter(config),
      config,
    );
    const schema = generator.createSchema(type);
    const names = new Map<string, string>();
    const found = (schema.definitions ?? {}) as Record<string, Schema>;
    for (const [name, definition] of Object.entries(found)) {
      if (name.startsWith('Kinds_')) continue;
      // Same name, other shape: two groups both have an EndpointPort, a Subject, an Event.
      const isTaken =
        definitions[name] !== undefined && JSON.stringify(definitions[name]) !== JSON.stringify(definition);
      names.set(name, isTaken ? `${nameOf(group)}.${name}` : name);
    }
    for (const [name, target] of names) definitions[target] = withNames(found[name]!, names);
    for (const { kind, apiVersion } of group.kinds) kinds[`${apiVersion}/${kind}`] = names.get(kind)!;
  }
  rmSync(entry);
  return { definitions, kinds };
}

function withNames(value: Schema, names: ReadonlyMap<string, string>): Schema {
  if (Array.isArray(value)) return value.map((item: Schema) => withNames(item, names)) as unknown as Schema;
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === '$ref') {
      const name = decodeURIComponent(String(item).replace('#/definitions/', ''));
      result[key] = `#/definitions/${names.get(name) ?? name}`;
    } else result[key] = withNames(item as Schema, names);
  }
  return result as Schema;
}

/** A definition without what only people read, in short form: see src/sim/api/schema.ts. */
function structureOf(schema: Schema): unknown {
  if (schema.$ref === '#/definitions/Quantity') return 'q';
  if (schema.$ref) return `@${schema.$ref.replace('#/definitions/', '')}`;
  if (schema.anyOf) return schema.anyOf.map(structureOf);
  if (Array.isArray(schema.type)) return schema.type.map((type) => structureOf({ ...schema, type }));
  if (schema.type === 'array') return { a: structureOf(schema.items ?? {}) };
  if (schema.type === 'object' || schema.properties) {
    const { additionalProperties } = schema;
    if (schema.properties) {
      return {
        o: Object.fromEntries(Object.entries(schema.properties).map(([key, item]) => [key, structureOf(item)])),
      };
    }
    return typeof additionalProperties === 'object' ? { m: structureOf(additionalProperties) } : 'x';
  }
  if (schema.const !== undefined || schema.enum !== undefined) return 's';
  const short: Record<string, string> = { string: 's', number: 'n', integer: 'i', boolean: 'b', null: 'z' };
  return typeof schema.type === 'string' ? (short[schema.type] ?? 'x') : 'x';
}

function write(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value)}\n`);
}

const { definitions, kinds } = generate(groupVersions());
overlay(definitions, kinds);
write(structureFile, {
  kinds,
  definitions: Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, structureOf(schema)])),
});
write(fullFile, { kinds, definitions });
console.log(
  `${Object.keys(kinds).length} kinds, ${Object.keys(definitions).length} definitions, ${generateOpenApi()} schemas of OpenAPI, tables of ${generateTableColumns()} kinds`,
);
// Loaded only now: the registries read what was generated above.
const { supportPage } = await import('./support/page.ts');
write(join(root, 'src/ui/features/support/generated/support.json'), supportPage());
