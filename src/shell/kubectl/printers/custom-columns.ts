/** `-o custom-columns=NAME:.metadata.name`. Upstream: kubectl/pkg/cmd/get/{customcolumn,customcolumn_flags}.go. */
import { failure } from '../failure.ts';
import type { Session } from '../session.ts';
import { isMapping } from '../../../sim/api/go-json.ts';
import { goText } from '../text/go-value.ts';
import { evaluateJsonPath, JsonPathFault, parseJsonPath, relaxedPath } from '../text/json-path.ts';
import { tabbed, TABLE_TABS } from '../text/tab-writer.ts';
import type { ObjectPrinter } from './output.ts';

interface Column {
  readonly header: string;
  readonly path: ReturnType<typeof parseJsonPath>;
}

export function customColumns(session: Session, format: string): ObjectPrinter {
  const [kind = '', ...rest] = format.split('=');
  const given = rest.join('=');
  if (given === '') throw failure('custom-columns format specified but no custom columns given');
  const columns = kind === 'custom-columns-file' ? fromFile(session, given) : fromSpec(given);
  const header = session.flags.bool('no-headers') ? '' : `${columns.map((column) => column.header).join('\t')}\n`;
  return {
    print: (object) => {
      const items =
        isMapping(object) && Array.isArray(object['items']) ? (object['items'] as readonly unknown[]) : [object];
      return tabbed(
        header + items.map((item) => `${columns.map((column) => cellOf(column, item)).join('\t')}\n`).join(''),
        TABLE_TABS,
      );
    },
  };
}

function fromSpec(spec: string): readonly Column[] {
  return spec.split(',').map((part) => {
    const at = part.indexOf(':');
    if (at < 0) throw failure(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return columnOf(part.slice(0, at), part.slice(at + 1));
  });
}

function fromFile(session: Session, path: string): readonly Column[] {
  const text = session.context.readFile(path);
  if (text === undefined) throw failure(`error reading template ${path}, open ${path}: no such file or directory`);
  const [headers = '', paths = ''] = text.split('\n');
  const names = headers.trim().split(/\s+/);
  const specs = paths.trim().split(/\s+/);
  if (names.length !== specs.length)
    throw failure(`number of headers (${names.length}) and field specifications (${specs.length}) don't match`);
  return names.map((name, index) => columnOf(name, specs[index]!));
}

function columnOf(header: string, path: string): Column {
  const relaxed = relaxedPath(path);
  if (relaxed === undefined)
    throw failure(
      `unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`,
    );
  try {
    return { header, path: parseJsonPath(relaxed) };
  } catch (error) {
    if (error instanceof JsonPathFault) throw failure(error.message);
    throw error;
  }
}

function cellOf({ path }: Column, object: unknown): string {
  try {
    const found = evaluateJsonPath(path, object, true).flatMap((item) => (typeof item === 'string' ? [] : item));
    return found.length === 0 ? '<none>' : found.map(goText).join(',');
  } catch (error) {
    if (error instanceof JsonPathFault) throw failure(error.message);
    throw error;
  }
}
