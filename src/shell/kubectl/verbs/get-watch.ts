/**
 * `kubectl get -w`: what there is, and then each change as it comes. Upstream: kubectl/pkg/cmd/get/get.go (watch).
 * The stream is told apart by revisions: an object whose resourceVersion has moved is a change.
 */
import { pathOf } from '../client/rest.ts';
import { targetsOf, foundAt, type Selection, type Target } from '../client/infos.ts';
import { failure } from '../failure.ts';
import type { ObjectPrinter } from '../printers/output.ts';
import { outputPrinter } from '../printers/output.ts';
import { tableLines, tableText, type Table, type TableForm } from '../printers/table.ts';
import type { Pause, Session } from '../session.ts';
import { formOf, tableOf } from './get.ts';

interface WatchData {
  readonly target: Target;
  readonly selection: Selection;
  readonly widths: readonly number[];
  /** Revision and cells of each object seen, by namespace and name. */
  readonly seen: Readonly<Record<string, { readonly revision: string; readonly row: unknown }>>;
  readonly hasHeaders: boolean;
  readonly definitions: Table['columnDefinitions'];
}

/** Ages are not told again: only a write wakes the watch. */
const FAR_MS = 3_600_000;

export function startWatch(session: Session, selection: Selection, printer: ObjectPrinter | undefined): Pause {
  const targets = targetsOf(session, selection);
  if (targets.length !== 1) throw failure('you may only specify a single resource type');
  const [target] = targets;
  const data: WatchData = {
    target: target!,
    selection,
    widths: [],
    seen: {},
    hasHeaders: !session.flags.bool('no-headers'),
    definitions: null,
  };
  const isQuiet = session.flags.bool('watch-only');
  return look(session, data, printer, isQuiet);
}

export function resumeWatch(session: Session, data: WatchData): Pause {
  return look(session, data, outputPrinter(session, true), false);
}

interface Seen {
  readonly key: string;
  readonly revision: string;
  readonly row: unknown;
}

function look(session: Session, data: WatchData, printer: ObjectPrinter | undefined, isQuiet: boolean): Pause {
  const { target, selection } = data;
  const isFirst = Object.keys(data.seen).length === 0 && data.definitions === null;
  const table = printer ? undefined : currentTable(session, selection, target, isFirst);
  const now = printer ? objectsNow(session, selection, target, isFirst) : rowsNow(table!);
  const fresh = now.filter(({ key, revision }) => data.seen[key]?.revision !== revision);
  const current = new Set(now.map(({ key }) => key));
  const gone = Object.keys(data.seen).filter((key) => !current.has(key));
  const events = [
    ...fresh.map((item) => ({
      type: data.seen[item.key] || isFirst ? (isFirst ? 'ADDED' : 'MODIFIED') : 'ADDED',
      row: item.row,
    })),
    ...gone.map((key) => ({ type: 'DELETED', row: data.seen[key]!.row })),
  ];
  const widths = [...data.widths];
  let { hasHeaders } = data;
  const definitions = table?.columnDefinitions ?? data.definitions ?? [];
  if (!isQuiet && printer) for (const { row } of events) session.out(printer.print(row));
  else if (!isQuiet) {
    const form: TableForm = {
      ...formOf(session),
      hasNamespace: Boolean(selection.allNamespaces) && target.resource.isNamespaced,
    };
    const parts = isFirst ? [events] : events.map((event) => [event]);
    for (const part of parts) {
      const lines = part
        .map(({ type, row }, index) =>
          tableLines(
            { kind: 'Table', columnDefinitions: definitions, rows: [row as Table['rows'][number]] },
            {
              ...form,
              hasHeaders: hasHeaders && index === 0,
              ...(session.flags.bool('output-watch-events') ? { event: type } : {}),
            },
          ),
        )
        .join('');
      if (part.length > 0) hasHeaders = false;
      session.out(tableText(lines, widths));
    }
  }
  const seen = Object.fromEntries(now.map(({ key, revision, row }) => [key, { revision, row }]));
  const next: WatchData = { target, selection, widths, seen, hasHeaders, definitions };
  return {
    data: next,
    wake: { atMs: session.context.nowMs + FAR_MS, paths: [pathOf(target.resource, target.namespace)] },
  };
}

/** A watch of one name goes on when the object has gone. */
function currentTable(session: Session, selection: Selection, target: Target, isFirst: boolean): Table {
  if (target.name === undefined || isFirst) return tableOf(session, selection, target);
  const { name, ...all } = target;
  return tableOf(session, { ...selection, fieldSelector: `metadata.name=${name}` }, all);
}

function rowsNow({ rows }: Table): readonly Seen[] {
  return rows.map((row) => {
    const { namespace = '', name = '', resourceVersion = '' } = (row.object?.metadata ?? {}) as Record<string, string>;
    return { key: `${namespace}/${name}`, revision: resourceVersion, row };
  });
}

function objectsNow(session: Session, selection: Selection, target: Target, isFirst: boolean): readonly Seen[] {
  const { name, ...all } = target;
  const found =
    name === undefined || isFirst
      ? foundAt(session, selection, target)
      : foundAt(session, { ...selection, fieldSelector: `metadata.name=${name}` }, all);
  return found.map((item) => ({
    key: `${item.namespace}/${item.name}`,
    revision: item.object.metadata?.resourceVersion ?? '',
    row: item.object,
  }));
}
