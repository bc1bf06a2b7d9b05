/** Types and descriptions of a Table's columns, which only who reads the raw answer sees. Upstream: pkg/printers/internalversion. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ApiServer } from '../../sim/apiserver/index.ts';
import { routeOf } from '../../sim/apiserver/http-route.ts';

interface Described {
  readonly type: string;
  readonly description: string;
}

interface Table {
  readonly kind: string;
  readonly columnDefinitions: readonly { readonly name: string }[] | null;
}

const file = resolve(import.meta.dirname, '../../sim/apiserver/generated/table-columns.json');
let columns: Readonly<Record<string, Readonly<Record<string, Described>>>> | undefined;

/** The same body; a Table with its columns described. */
export function described(api: ApiServer, path: string, body: unknown): unknown {
  if (typeof body !== 'object' || body === null || (body as Table).kind !== 'Table') return body;
  const { columnDefinitions } = body as Table;
  if (!columnDefinitions) return body;
  columns ??= JSON.parse(readFileSync(file, 'utf8')) as NonNullable<typeof columns>;
  const own = columns[routeOf(api, path.replace(/\?.*$/, ''))?.kind.kind ?? ''];
  return {
    ...body,
    columnDefinitions: columnDefinitions.map((column) => ({
      ...column,
      ...(own?.[column.name] ?? columns?.['*']?.[column.name]),
    })),
  };
}
