/** `kubectl get`. Upstream: kubectl/pkg/cmd/get/get.go. Left out: raw requests, server-side printing turned off, `--watch-only` of files. */
import { humanDuration } from '../../../sim/api/duration.ts';
import type { KubeObject } from '../../../sim/api/object.ts';
import { flagsOf, PRINT_FLAGS } from '../client/flags.ts';
import { asked, foundAt, selectionOf, targetsOf, type Found, type Selection, type Target } from '../client/infos.ts';
import { kindNameOf } from '../client/discovery.ts';
import { pathOf, TABLE_ACCEPT } from '../client/rest.ts';
import { CommandFailure, failure, ServerRefusal, throwAll } from '../failure.ts';
import { outputPrinter, type ObjectPrinter } from '../printers/output.ts';
import { MissingSortField, sortedBy } from '../printers/sorting.ts';
import { isTable, tableLines, tableText, type Table, type TableForm, type TableRow } from '../printers/table.ts';
import type { Pause, Session } from '../session.ts';
import { startWatch } from './get-watch.ts';

export const GET_FLAGS = flagsOf(`
  ${PRINT_FLAGS} no-headers:bool show-labels:bool label-columns/L:list show-kind:bool sort-by selector/l field-selector
  all-namespaces/A:bool ignore-not-found:bool watch/w:bool watch-only:bool output-watch-events:bool chunk-size:int=500
  server-print:bool=true filename/f:list kustomize/k recursive/R:bool raw subresource`);

export function get(session: Session): Pause | void {
  const { flags } = session;
  if (flags.text('raw')) return raw(session);
  const hasFiles = flags.all('filename').length > 0 || flags.text('kustomize') !== '';
  if (flags.args.length === 0 && !hasFiles) throw missingType(session);
  const selection: Selection = { ...selectionOf(session), selectsAll: true };
  const printer = outputPrinter(session, true);
  const isWatch = flags.bool('watch') || flags.bool('watch-only');
  if (flags.bool('output-watch-events') && !isWatch)
    throw failure('--output-watch-events option can only be used with --watch or --watch-only');
  if (isWatch) return startWatch(session, selection, printer);
  if (printer) return printObjects(session, selection, printer);
  printTables(session, selection);
}

function raw(session: Session): void {
  const { flags, rest } = session;
  if (flags.args.length > 0) throw failure('arguments may not be passed when --raw is specified');
  const answer = rest.raw('GET', flags.text('raw'));
  if (answer.status >= 400) rest.json('GET', flags.text('raw'));
  session.out(answer.body.endsWith('\n') ? answer.body : `${answer.body}\n`);
}

function missingType({ command }: Session): CommandFailure {
  return new CommandFailure(
    `You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee '${command} -h' for help and examples`,
  );
}

export function formOf({ flags }: Session): Omit<TableForm, 'hasNamespace' | 'kindPrefix'> {
  return {
    isWide: flags.text('output') === 'wide',
    hasHeaders: !flags.bool('no-headers'),
    labelColumns: flags.all('label-columns'),
    showsLabels: flags.bool('show-labels'),
  };
}

interface Page {
  readonly target: Target;
  readonly table: Table;
}

/** Tables of each target; refusals are gathered. */
function tablesOf(session: Session, selection: Selection, failures: Error[]): readonly Page[] {
  const ignores = session.flags.bool('ignore-not-found');
  return targetsOf(session, selection).flatMap((target) => {
    try {
      return [{ target, table: tableOf(session, selection, target) }];
    } catch (error) {
      if (!(error instanceof ServerRefusal)) throw error;
      if (!(ignores && error.isNotFound)) failures.push(error);
      return [];
    }
  });
}

export function tableOf(session: Session, selection: Selection, { resource, namespace, name }: Target): Table {
  const { flags, rest } = session;
  const path = pathOf(resource, namespace, name, flags.text('subresource'));
  const includeObject = flags.text('sort-by') ? 'Object' : undefined;
  if (name !== undefined)
    return tabled(rest.json('GET', path, { accept: TABLE_ACCEPT, query: { includeObject } }), session.context.nowMs);
  const limit = flags.int('chunk-size') || undefined;
  const base = { labelSelector: selection.selector, fieldSelector: selection.fieldSelector, limit, includeObject };
  const rows: TableRow[] = [];
  let first: Table | undefined;
  let next: string | undefined;
  do {
    const query = { ...base, ...(next ? { continue: next } : {}) };
    const page = asked(resource, selection, () => rest.json('GET', path, { accept: TABLE_ACCEPT, query })) as Table;
    first ??= page;
    rows.push(...page.rows);
    next = page.metadata?.continue;
  } while (next);
  return { ...first, rows };
}

/** An object that comes as it is has a name and an age. */
function tabled(answer: unknown, nowMs: number): Table {
  if (isTable(answer)) return answer;
  const object = answer as KubeObject;
  const { name = '', creationTimestamp } = object.metadata ?? {};
  const age = creationTimestamp ? humanDuration(nowMs - Date.parse(String(creationTimestamp))) : '<unknown>';
  return {
    kind: 'Table',
    columnDefinitions: ['Name', 'Age'].map((column) => ({ name: column, type: 'string' })),
    rows: [{ cells: [name, age], object: object as TableRow['object'] }],
  };
}

function printTables(session: Session, selection: Selection): void {
  const { flags } = session;
  const failures: Error[] = [];
  const pages = tablesOf(session, selection, failures).map((page) => ({
    ...page,
    table: sortedTable(session, page.table),
  }));
  const hasKinds =
    new Set(pages.map(({ target }) => target.resource)).size > 1 || flags.args[0] === 'all' || flags.bool('show-kind');
  let hasWritten = false;
  for (const group of grouped(pages)) {
    const { resource } = group[0]!.target;
    const rows = group.flatMap(({ table }) => table.rows);
    if (rows.length === 0) continue;
    const form: TableForm = {
      ...formOf(session),
      hasNamespace: Boolean(selection.allNamespaces) && resource.isNamespaced,
      ...(hasKinds ? { kindPrefix: kindNameOf(resource) } : {}),
    };
    const table = { ...group[0]!.table, rows };
    const text = tableText(tableLines(table, form));
    session.out(hasWritten && form.hasHeaders ? `\n${text}` : text);
    hasWritten = true;
  }
  throwAll(failures);
  if (!hasWritten && !flags.bool('ignore-not-found')) session.complain(nothingFound(session, selection, pages));
}

function nothingFound({ namespace }: Session, { allNamespaces }: Selection, pages: readonly Page[]): string {
  const isScoped = !allNamespaces && pages.every(({ target }) => target.resource.isNamespaced);
  return isScoped ? `No resources found in ${namespace} namespace.` : 'No resources found';
}

function sortedTable({ flags }: Session, table: Table): Table {
  const path = flags.text('sort-by');
  if (!path) return table;
  try {
    return { ...table, rows: sortedBy(table.rows, path, ({ object }) => object) };
  } catch (error) {
    // Upstream prints nothing of a table that it cannot sort.
    if (error instanceof MissingSortField) return { ...table, rows: [] };
    throw error;
  }
}

/** Targets of the same kind that follow each other share a table. */
function grouped(pages: readonly Page[]): readonly (readonly Page[])[] {
  const groups: Page[][] = [];
  for (const page of pages) {
    const last = groups.at(-1);
    if (last?.[0]?.target.resource === page.target.resource) last.push(page);
    else groups.push([page]);
  }
  return groups;
}

function printObjects(session: Session, selection: Selection, printer: ObjectPrinter): void {
  const { flags } = session;
  const failures: Error[] = [];
  const targets = targetsOf(session, selection);
  const found = targets.flatMap((target) => objectsAt(session, selection, target, failures));
  const isSingle = targets.length === 1 && targets[0]!.name !== undefined;
  const path = flags.text('sort-by');
  const items = path && !isSingle ? sortedObjects(found, path) : found;
  if (isSingle) {
    if (items[0]) session.out(printer.print(items[0].object));
    throwAll(failures);
    return;
  }
  if (targets.every(({ name }) => name !== undefined) && items.length === 0 && failures.length > 0) throwAll(failures);
  if (printer.isEach) for (const { object } of items) session.out(printer.print(object));
  else session.out(printer.print(listOf(items)));
  throwAll(failures);
}

function objectsAt(session: Session, selection: Selection, target: Target, failures: Error[]): readonly Found[] {
  try {
    return foundAt(session, selection, target);
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    if (!(session.flags.bool('ignore-not-found') && error.isNotFound)) failures.push(error);
    return [];
  }
}

function sortedObjects(found: readonly Found[], path: string): readonly Found[] {
  try {
    return sortedBy(found, path, ({ object }) => object);
  } catch (error) {
    if (error instanceof MissingSortField) throw failure(error.message);
    throw error;
  }
}

const listOf = (items: readonly { readonly object: KubeObject }[]): unknown => ({
  apiVersion: 'v1',
  items: items.map(({ object }) => object),
  kind: 'List',
  metadata: { resourceVersion: '' },
});
