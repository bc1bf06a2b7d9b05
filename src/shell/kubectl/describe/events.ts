/** The events about an object, below its description. Upstream: kubectl/pkg/describe/describe.go (DescribeEvents). */
import type { Event } from 'kubernetes-types/core/v1';
import type { KubeObject } from '../../../sim/api/object.ts';
import type { Session } from '../session.ts';
import { goSorted } from '../text/go-sort.ts';
import type { DescribeWriter } from './writer.ts';

type Told = Event & KubeObject & { readonly reportingComponent?: string };

export function eventsAbout(session: Session, object: KubeObject, uid?: string): readonly Told[] {
  const { metadata, kind = '' } = object;
  const namespace = metadata?.namespace ?? '';
  const fieldSelector = [
    `involvedObject.kind=${kind}`,
    `involvedObject.name=${metadata?.name ?? ''}`,
    `involvedObject.namespace=${namespace}`,
    `involvedObject.uid=${uid ?? metadata?.uid ?? ''}`,
  ].join(',');
  return session.rest.list<Told>(session.discovery.named('events'), namespace, { fieldSelector, limit: 500 }).items;
}

export function writeEvents(writer: DescribeWriter, events: readonly Told[]): void {
  if (events.length === 0) return writer.line(0, 'Events:\t<none>');
  writer.flush();
  const timeOf = ({ lastTimestamp }: Told): number => (lastTimestamp ? Date.parse(lastTimestamp) : 0);
  const sorted = goSorted(events, (left, right) => timeOf(left) < timeOf(right));
  writer.write(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage\n');
  writer.line(1, '----\t------\t----\t----\t-------');
  for (const event of sorted) {
    const { type, reason, message = '', source, reportingComponent } = event;
    const from = source?.component || reportingComponent || '';
    const { fieldPath } = event.involvedObject;
    const place = fieldPath ? `${fieldPath}: ` : '';
    writer.line(1, `${type}\t${reason}\t${intervalOf(writer, event)}\t${from}\t${place}${message.trim()}`);
  }
}

/** `3m (x5 over 10m)`. */
export function intervalOf(
  writer: DescribeWriter,
  { eventTime, firstTimestamp, lastTimestamp, series, count = 0 }: Told,
): string {
  const first = writer.since(eventTime ?? firstTimestamp);
  if (series) return `${writer.since(series.lastObservedTime)} (x${series.count} over ${first})`;
  return count > 1 ? `${writer.since(lastTimestamp)} (x${count} over ${first})` : first;
}
