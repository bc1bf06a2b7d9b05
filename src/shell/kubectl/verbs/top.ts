/** `kubectl top`. Upstream: kubectl/pkg/cmd/top, kubectl/pkg/metricsutil/metrics_printer.go. */
import { milliValue, wholeValue } from '../../../sim/api/quantity.ts';
import { flagsOf } from '../client/flags.ts';
import { failure } from '../failure.ts';
import type { Live, Session } from '../session.ts';
import { goSorted } from '../text/go-sort.ts';
import { tabbed, TABLE_TABS } from '../text/tab-writer.ts';

export const TOP_NODE_FLAGS = flagsOf(
  'selector/l sort-by no-headers:bool use-protocol-buffers:bool=true show-capacity:bool show-swap:bool',
);
export const TOP_POD_FLAGS = flagsOf(
  'selector/l field-selector all-namespaces/A:bool containers:bool sort-by no-headers:bool sum:bool use-protocol-buffers:bool=true show-swap:bool',
);

type Amounts = Readonly<Record<string, string>>;

interface Metrics extends Live {
  readonly usage?: Amounts;
  readonly containers?: readonly { readonly name: string; readonly usage: Amounts }[];
}

interface Use {
  readonly cpu: number;
  readonly memory: number;
}

const useOf = (usage: Amounts = {}): Use => ({
  cpu: Number(milliValue(usage['cpu'] ?? '0')),
  memory: Number(wholeValue(usage['memory'] ?? '0')),
});
const MIB = 1024 * 1024;
const cells = ({ cpu, memory }: Use): readonly string[] => [`${cpu}m`, `${Math.floor(memory / MIB)}Mi`];

function needMetrics(session: Session): void {
  const { flags, discovery } = session;
  const by = flags.text('sort-by');
  if (by && by !== 'cpu' && by !== 'memory') throw failure('--sort-by accepts only cpu or memory');
  if (!discovery.resources.some(({ group }) => group === 'metrics.k8s.io')) throw failure('Metrics API not available');
}

function metricsAt(session: Session, path: string, selector = ''): readonly Metrics[] {
  const query = { labelSelector: selector };
  return (session.rest.json('GET', path, { query }) as { items?: readonly Metrics[] }).items ?? [];
}

function inOrder<T>(
  session: Session,
  items: readonly T[],
  useOfItem: (item: T) => Use,
  nameOf: (item: T) => string,
): readonly T[] {
  const by = session.flags.text('sort-by');
  if (by !== 'cpu' && by !== 'memory') return goSorted(items, (left, right) => nameOf(left) < nameOf(right));
  return goSorted(items, (left, right) => useOfItem(left)[by] > useOfItem(right)[by]);
}

const print = (session: Session, header: readonly string[], rows: readonly (readonly string[])[]): void => {
  const lines = session.flags.bool('no-headers') ? rows : [header, ...rows];
  session.out(tabbed(lines.map((row) => `${row.join('\t')}\t\n`).join(''), TABLE_TABS));
};

export function topNode(session: Session): void {
  needMetrics(session);
  const { flags, rest, discovery } = session;
  const [name] = flags.args;
  const base = '/apis/metrics.k8s.io/v1beta1/nodes';
  const metrics =
    name === undefined
      ? metricsAt(session, base, flags.text('selector'))
      : [rest.json('GET', `${base}/${name}`) as Metrics];
  if (metrics.length === 0) throw failure('metrics not available yet');
  const nodes = discovery.named('nodes');
  const all =
    name === undefined
      ? rest.list<Live & { status?: { allocatable?: Amounts; capacity?: Amounts } }>(nodes, '', {
          labelSelector: flags.text('selector'),
        }).items
      : [rest.get<Live & { status?: { allocatable?: Amounts; capacity?: Amounts } }>(nodes, '', name)];
  const limits = new Map(
    all.map(({ metadata, status }) => [
      metadata.name,
      useOf(flags.bool('show-capacity') ? status?.capacity : status?.allocatable),
    ]),
  );
  const rows = inOrder(
    session,
    metrics,
    ({ usage }) => useOf(usage),
    ({ metadata }) => metadata.name,
  ).map(({ metadata, usage }) => {
    const used = useOf(usage);
    const limit = limits.get(metadata.name);
    const [cpu = '', memory = ''] = cells(used);
    const share = (part: number, whole: number | undefined): string =>
      whole ? `${Math.trunc((part / whole) * 100)}%` : '<unknown>';
    return [metadata.name, cpu, share(used.cpu, limit?.cpu), memory, share(used.memory, limit?.memory)];
  });
  const known = new Set(metrics.map(({ metadata }) => metadata.name));
  const unknown = [...limits.keys()]
    .filter((node) => !known.has(node))
    .map((node) => [node, '<unknown>', '<unknown>', '<unknown>', '<unknown>']);
  print(session, ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'], [...rows, ...unknown]);
}

export function topPod(session: Session): void {
  needMetrics(session);
  const { flags, rest } = session;
  const isWide = flags.bool('all-namespaces');
  const [name] = flags.args;
  const base = isWide
    ? '/apis/metrics.k8s.io/v1beta1/pods'
    : `/apis/metrics.k8s.io/v1beta1/namespaces/${session.namespace}/pods`;
  const metrics =
    name === undefined
      ? metricsAt(session, base, flags.text('selector'))
      : [rest.json('GET', `${base}/${name}`) as Metrics];
  if (metrics.length === 0) {
    const pods = rest.list(session.discovery.named('pods'), isWide ? '' : session.namespace, {
      labelSelector: flags.text('selector'),
    }).items;
    if (pods.length > 0) throw failure('metrics not available yet');
    session.complain(isWide ? 'No resources found' : `No resources found in ${session.namespace} namespace.`);
    return;
  }
  const total = ({ containers = [] }: Metrics): Use =>
    containers
      .map(({ usage }) => useOf(usage))
      .reduce((sum, use) => ({ cpu: sum.cpu + use.cpu, memory: sum.memory + use.memory }), { cpu: 0, memory: 0 });
  const ordered = inOrder(session, metrics, total, ({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const isSplit = flags.bool('containers');
  const rows = ordered.flatMap((item) => {
    const place = isWide ? [item.metadata.namespace ?? ''] : [];
    if (!isSplit) return [[...place, item.metadata.name, ...cells(total(item))]];
    const inside = inOrder(
      session,
      item.containers ?? [],
      ({ usage }) => useOf(usage),
      (container) => container.name,
    );
    return inside.map((container) => [...place, item.metadata.name, container.name, ...cells(useOf(container.usage))]);
  });
  const sum = ordered
    .map(total)
    .reduce((left, right) => ({ cpu: left.cpu + right.cpu, memory: left.memory + right.memory }), {
      cpu: 0,
      memory: 0,
    });
  const blanks = Array.from({ length: (isWide ? 1 : 0) + (isSplit ? 1 : 0) + 1 }, () => '');
  const footer = flags.bool('sum')
    ? [
        [...blanks, '________', '________'],
        [...blanks, ...cells(sum)],
      ]
    : [];
  print(
    session,
    [
      ...(isWide ? ['NAMESPACE'] : []),
      isSplit ? 'POD' : 'NAME',
      ...(isSplit ? ['NAME'] : []),
      'CPU(cores)',
      'MEMORY(bytes)',
    ],
    [...rows, ...footer],
  );
}
