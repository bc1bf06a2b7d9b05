/** Tables of the server as text. Upstream: cli-runtime/pkg/printers/tableprinter.go, kubectl/pkg/cmd/get/table_printer.go. */
import { isMapping } from '../../../sim/api/go-json.ts';
import { tabbed, TABLE_TABS } from '../text/tab-writer.ts';

export interface TableRow {
  readonly cells: readonly unknown[];
  readonly object: {
    readonly metadata?: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  } | null;
}

export interface Table {
  readonly kind: string;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly columnDefinitions:
    readonly { readonly name: string; readonly type: string; readonly priority?: number }[] | null;
  readonly rows: readonly TableRow[];
}

export interface TableForm {
  readonly isWide: boolean;
  readonly hasHeaders: boolean;
  readonly hasNamespace: boolean;
  readonly labelColumns: readonly string[];
  readonly showsLabels: boolean;
  /** Put before each name: `pod`, `deployment.apps`. */
  readonly kindPrefix?: string | undefined;
  /** A first column that says what a watch has seen. */
  readonly event?: string | undefined;
}

export const isTable = (value: unknown): value is Table => isMapping(value) && value['kind'] === 'Table';

/** Lines with tabs between the cells. */
export function tableLines(
  { columnDefinitions, rows }: Table,
  form: TableForm,
  definitions = columnDefinitions ?? [],
): string {
  const shown = definitions.flatMap(({ priority = 0 }, index) => (form.isWide || priority === 0 ? [index] : []));
  const header = [
    ...(form.event === undefined ? [] : ['EVENT']),
    ...(form.hasNamespace ? ['NAMESPACE'] : []),
    ...shown.map((index) => definitions[index]!.name.toUpperCase()),
    ...form.labelColumns.map((label) => (label.split('/').at(-1) ?? '').toUpperCase()),
    ...(form.showsLabels ? ['LABELS'] : []),
  ];
  const lines = rows.map(({ cells, object }) => {
    const { namespace = '', labels = {} } = object?.metadata ?? {};
    return [
      ...(form.event === undefined ? [] : [form.event]),
      ...(form.hasNamespace ? [namespace] : []),
      ...shown.map((index) => {
        const cell = cellText(cells[index]);
        return form.kindPrefix && definitions[index]!.name === 'Name' ? `${form.kindPrefix}/${cell}` : cell;
      }),
      ...form.labelColumns.map((label) => labels[label] ?? ''),
      ...(form.showsLabels ? [labelText(labels)] : []),
    ];
  });
  const all = form.hasHeaders ? [header, ...lines] : lines;
  return all.map((line) => `${line.join('\t')}\n`).join('');
}

export const tableText = (lines: string, remembered: number[] = []): string => tabbed(lines, TABLE_TABS, remembered);

function cellText(cell: unknown): string {
  if (cell === undefined || cell === null) return '<none>';
  const text = String(cell);
  const end = text.search(/[\f\n\r]/);
  return end < 0 ? text : `${text.slice(0, end)}...`;
}

export function labelText(labels: Readonly<Record<string, string>>, none = '<none>'): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`);
  return pairs.length > 0 ? pairs.join(',') : none;
}
