/** `kubectl events`. Upstream: kubectl/pkg/cmd/events/{events,event_printer}.go. */
import type { Event } from 'kubernetes-types/core/v1';
import { intervalOf } from '../describe/events.ts';
import { DescribeWriter } from '../describe/writer.ts';
import { flagsOf, PRINT_FLAGS } from '../client/flags.ts';
import { failure } from '../failure.ts';
import { outputPrinter } from '../printers/output.ts';
import type { Live, Pause, Session } from '../session.ts';
import { goSorted } from '../text/go-sort.ts';
import { tabbed, TABLE_TABS } from '../text/tab-writer.ts';

export const EVENTS_FLAGS = flagsOf(
  `${PRINT_FLAGS} all-namespaces/A:bool for watch/w:bool types:list no-headers:bool chunk-size:int=500`,
);

type Told = Event & Live;

interface EventsData {
  readonly seen: Readonly<Record<string, string>>;
  readonly widths: readonly number[];
}

const keyOf = ({ metadata }: Told): string => `${metadata.namespace}/${metadata.name}`;

export function events(session: Session): Pause | void {
  const { flags } = session;
  const all = current(session);
  const printer = outputPrinter(session);
  if (all.length === 0 && !flags.bool('watch')) {
    const place = flags.bool('all-namespaces')
      ? 'No events found.'
      : `No events found in ${session.namespace} namespace.`;
    session.complain(place);
    return;
  }
  if (printer) {
    const list = {
      apiVersion: 'v1',
      items: all.map((event) => ({ ...event, apiVersion: 'v1', kind: 'Event' })),
      kind: 'EventList',
      metadata: {},
    };
    session.out(printer.print(list));
    return;
  }
  const widths: number[] = [];
  session.out(tabbed(tableText(session, sorted(all), !flags.bool('no-headers')), TABLE_TABS, widths));
  if (!flags.bool('watch')) return;
  return waiting(session, all, widths);
}

export function resumeEvents(session: Session, { seen, widths }: EventsData): Pause {
  const all = current(session);
  const fresh = sorted(all.filter((event) => seen[keyOf(event)] !== event.metadata.resourceVersion));
  const next = [...widths];
  for (const event of fresh) session.out(tabbed(tableText(session, [event], false), TABLE_TABS, next));
  return waiting(session, all, next);
}

function waiting(session: Session, all: readonly Told[], widths: readonly number[]): Pause {
  const seen = Object.fromEntries(all.map((event) => [keyOf(event), event.metadata.resourceVersion ?? '']));
  const path = session.flags.bool('all-namespaces')
    ? '/api/v1/events'
    : `/api/v1/namespaces/${session.namespace}/events`;
  return {
    data: { seen, widths } satisfies EventsData,
    wake: { atMs: session.context.nowMs + 3_600_000, paths: [path] },
  };
}

function current(session: Session): readonly Told[] {
  const { flags, rest, discovery } = session;
  const namespace = flags.bool('all-namespaces') ? '' : session.namespace;
  const types = flags.all('types');
  const wrong = types.find((type) => !['normal', 'warning'].includes(type.toLowerCase()));
  if (wrong) throw failure('valid --types are Normal or Warning');
  const { items } = rest.list<Told>(discovery.named('events'), namespace, {
    ...forQuery(session),
    limit: flags.int('chunk-size'),
  });
  return items.filter(
    ({ type = '' }) => types.length === 0 || types.some((wanted) => wanted.toLowerCase() === type.toLowerCase()),
  );
}

function forQuery({ flags, discovery }: Session): { fieldSelector?: string } {
  const about = flags.text('for');
  if (!about) return {};
  const [type, name] = about.includes('/') ? about.split('/') : ['pod', about];
  if (!type || !name) throw failure('--for must be in resource/name form');
  const { kind } = discovery.named(type);
  return { fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}` };
}

const timeOf = ({ series, lastTimestamp, eventTime }: Told): number => {
  const time = series?.lastObservedTime ?? lastTimestamp ?? eventTime;
  return time ? Date.parse(String(time)) : 0;
};

const sorted = (all: readonly Told[]): readonly Told[] => goSorted(all, (left, right) => timeOf(left) < timeOf(right));

function tableText(session: Session, all: readonly Told[], hasHeaders: boolean): string {
  const isWide = session.flags.bool('all-namespaces');
  const writer = new DescribeWriter(session.context.nowMs);
  const header = [...(isWide ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'];
  const rows = all.map((event) => {
    const { kind, name } = event.involvedObject;
    return [
      ...(isWide ? [event.metadata.namespace ?? ''] : []),
      intervalOf(writer, event),
      event.type ?? '',
      event.reason ?? '',
      `${kind}/${name}`,
      (event.message ?? '').trim(),
    ];
  });
  return (hasHeaders ? [header, ...rows] : rows).map((row) => `${row.join('\t')}\n`).join('');
}
