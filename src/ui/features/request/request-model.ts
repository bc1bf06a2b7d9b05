/** A traced request, put together from its events: lookups, the rule, the hops, the outcome, and what a failure means. */
import type { TraceEvent, TraceEventOf } from '../../../sim/kernel/index.ts';

export interface Lookup {
  readonly name: string;
  /** What the search list put behind the name that was typed; undefined when it was asked as it is. */
  readonly suffix: string | undefined;
  readonly queries: readonly TraceEventOf<'dns.query'>[];
  readonly hasAnswer: boolean;
}

export interface TracedRequest {
  readonly id: number;
  readonly first: TraceEvent;
  /** The pod that sent it. */
  readonly source: string;
  readonly url: string;
  readonly host: string;
  readonly lookups: readonly Lookup[];
  readonly choice?: TraceEventOf<'proxy.choose'>;
  readonly hops: readonly TraceEventOf<'traffic.hop'>[];
  readonly done?: TraceEventOf<'traffic.done'>;
  readonly isProgram: boolean;
}

export function requestOf(event: TraceEvent): number | undefined {
  switch (event.type) {
    case 'dns.query':
    case 'proxy.choose':
    case 'traffic.hop':
    case 'traffic.done':
      return event.data.request;
    default:
      return undefined;
  }
}

/** `http://web.shop:8080/a` is about `web.shop`. */
export function hostOf(url: string): string {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/:?#]+)/i.exec(url.trim())?.[1] ?? '';
}

/**
 * Requests in the order in which they began. `expected` is the address of one that has not ended yet; a request whose
 * cause is a command is a person's own.
 */
export function requestsOf(
  events: readonly TraceEvent[],
  expected: string,
  commands: ReadonlySet<number>,
): readonly TracedRequest[] {
  const found = new Map<number, TraceEvent[]>();
  for (const event of events) {
    const id = requestOf(event);
    if (id === undefined) continue;
    const own = found.get(id);
    if (own) own.push(event);
    else found.set(id, [event]);
  }
  return [...found].map(([id, own]) => assembled(id, own, expected, commands));
}

function assembled(
  id: number,
  events: readonly TraceEvent[],
  expected: string,
  commands: ReadonlySet<number>,
): TracedRequest {
  const done = events.find((event): event is TraceEventOf<'traffic.done'> => event.type === 'traffic.done');
  const choice = events.find((event): event is TraceEventOf<'proxy.choose'> => event.type === 'proxy.choose');
  const url = done?.data.url ?? expected;
  const host = hostOf(url);
  const { object } = events[0]!;
  return {
    id,
    first: events[0]!,
    source: object ? `${object.namespace}/${object.name}` : '',
    url,
    host,
    lookups: lookupsOf(events, host),
    ...(choice ? { choice } : {}),
    hops: events.filter((event): event is TraceEventOf<'traffic.hop'> => event.type === 'traffic.hop'),
    ...(done ? { done } : {}),
    isProgram: done ? done.data.isProgram === true : !commands.has(events[0]!.cause),
  };
}

function lookupsOf(events: readonly TraceEvent[], host: string): readonly Lookup[] {
  const byName = new Map<string, TraceEventOf<'dns.query'>[]>();
  for (const event of events) {
    if (event.type !== 'dns.query') continue;
    const queries = byName.get(event.data.name) ?? [];
    queries.push(event);
    byName.set(event.data.name, queries);
  }
  return [...byName].map(([name, queries]) => ({
    name,
    suffix: name.startsWith(`${host}.`) && name.length > host.length + 1 ? name.slice(host.length + 1) : undefined,
    queries,
    hasAnswer: queries.some(({ data }) => data.addresses.length > 0),
  }));
}

/** iptables picks by chance: each rule is taken with what is left of the whole, so that all come out alike. */
export function chancesOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => 1 / (count - index));
}

export type Meaning =
  | 'name'
  | 'noEndpoint'
  | 'noLocalEndpoint'
  | 'refused'
  | 'timeout'
  | 'empty'
  | 'url'
  | 'scheme'
  | 'source'
  | 'client'
  | 'server'
  | 'other';

/** What a failure comes from, by the step that it stopped at. Undefined for a success. */
export function meaningOf({ done, choice }: TracedRequest): Meaning | undefined {
  if (!done) return undefined;
  const { failure, status = 0 } = done.data;
  if (failure === undefined) return status >= 500 ? 'server' : status >= 400 ? 'client' : undefined;
  const code = /^curl: \((\d+)\)/.exec(failure)?.[1];
  switch (code) {
    case '1':
      return 'scheme';
    case '3':
      return 'url';
    case '6':
      return 'name';
    case '7':
      return choice?.data.verdict === 'reject' ? 'noEndpoint' : 'refused';
    case '28':
      return choice?.data.verdict === 'drop' ? 'noLocalEndpoint' : 'timeout';
    case '52':
      return 'empty';
    default:
      return /not found|no address/.test(failure) ? 'source' : 'other';
  }
}

export type UrlFault = 'empty' | 'scheme' | 'host' | 'port';

/** What is wrong with an address before it is sent; undefined when curl would take it. */
export function urlFault(text: string): UrlFault | undefined {
  const url = text.trim();
  if (!url) return 'empty';
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1];
  if (scheme && !/^https?$/i.test(scheme)) return 'scheme';
  const rest = scheme ? url.slice(scheme.length + 3) : url;
  const match = /^([^/:?#\s]*)(?::([^/?#]*))?([/?]\S*)?$/.exec(rest);
  if (!match || !/^[a-z0-9_]([a-z0-9_.-]*)$/i.test(match[1]!)) return 'host';
  const port = match[2];
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) return 'port';
  return undefined;
}

export const RATE = { lowest: 0.1, highest: 50 } as const;

/** Milliseconds between requests at a rate a second; undefined outside of what can be sent. */
export function intervalOf(rate: number): number | undefined {
  return rate >= RATE.lowest && rate <= RATE.highest ? Math.round(1000 / rate) : undefined;
}
