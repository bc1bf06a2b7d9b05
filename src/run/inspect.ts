/** Everything about one object or component, for the inspector, and the chain of causes behind anything. */
import { stringify } from '../manifest/index.ts';
import { kindOf } from '../sim/api/index.ts';
import type { Stored } from '../sim/api/object.ts';
import type { TraceEvent } from '../sim/kernel/index.ts';
import { charts } from '../sim/world.ts';
import { recordKey, splitRecordKey } from './record-key.ts';
import { relatedTo } from './related.ts';
import type { Run } from './run.ts';
import { isHeartbeat } from './significance.ts';
import type { Inspection, LifeState } from './types.ts';

const TRACE_LIMIT = 200;
const HISTORY_LIMIT = 50;
const LOG_LIMIT = 200;
/** Events that are looked through, newest first, so that a long run does not make looking slow. */
const SCAN_LIMIT = 300_000;

/** `key` is a record key, or the id of a component of the stage. */
export function inspect(run: Run, key: string): Inspection {
  const { world } = run;
  const parts = splitRecordKey(key);
  const object = parts ? world.find(parts.resource, parts.namespace, parts.name) : undefined;
  const lives = world.lives().filter((life) => belongsTo(life, key, object));
  const past = pastOf(
    run,
    key,
    lives.map(({ instance }) => instance),
  );
  const all = charts();
  return {
    key,
    ...(object ? { object, yaml: stringify(object) } : {}),
    isStoredOnly: object !== undefined && kindOf(object.apiVersion ?? '', object.kind ?? '')?.support === 'stored',
    lives: lives.flatMap((life) => {
      const chart = all.find(({ id }) => id === life.machine);
      return chart ? [{ ...life, chart, history: past.histories.get(life.instance) ?? [] }] : [];
    }),
    events: object ? world.eventsAbout(object) : [],
    decisions:
      parts?.resource === 'pods' ? world.decisions({ namespace: parts.namespace ?? 'default', pod: parts.name }) : [],
    trace: past.trace,
    logs: past.logs,
    related: object && parts ? relatedTo(run, parts.resource, object) : [],
  };
}

function belongsTo(life: LifeState, key: string, object: Stored | undefined): boolean {
  if (!object) return life.instance === key || life.instance.startsWith(`${key}/`);
  const { namespace, name } = object.metadata;
  const path = namespace ? `${namespace}/${name}` : name;
  switch (object.kind) {
    case 'Pod':
      return (
        life.instance === `pod/${path}` ||
        life.instance === `coredns/${path}` ||
        life.instance.startsWith(`container/${path}/`)
      );
    case 'Node':
      return (
        life.instance.startsWith(`node/${name}/`) ||
        life.instance === `machine/${name}` ||
        life.instance === `node-health/${name}`
      );
    default:
      return life.instance === `${object.kind.toLowerCase()}/${path}`;
  }
}

interface Past {
  readonly trace: readonly TraceEvent[];
  readonly logs: readonly TraceEvent[];
  readonly histories: ReadonlyMap<string, readonly TraceEvent[]>;
}

/** One look back through the trace: the newest about a key, what its containers printed, and the moves of its lives. */
function pastOf(run: Run, key: string, instances: readonly string[]): Past {
  const { trace } = run.world.kernel;
  const found: TraceEvent[] = [];
  const logs: TraceEvent[] = [];
  const histories = new Map<string, TraceEvent[]>(instances.map((instance) => [instance, []]));
  const end = Math.max(trace.start, run.shownSeq - SCAN_LIMIT);
  for (let seq = run.shownSeq; seq >= end; seq -= 1) {
    const event = trace.at(seq)!;
    if (event.type === 'transition') {
      const history = histories.get(event.data.instance);
      if (history && history.length < HISTORY_LIMIT) history.push(event);
    }
    if (!isAbout(event, key)) continue;
    if (event.type === 'container.log') {
      if (logs.length < LOG_LIMIT) logs.push(event);
    } else if (found.length < TRACE_LIMIT && !isHeartbeat(event)) found.push(event);
  }
  for (const history of histories.values()) history.reverse();
  return { trace: found.reverse(), logs: logs.reverse(), histories };
}

function isAbout(event: TraceEvent, key: string): boolean {
  // A card of the stage may stand for several components: all controllers live in one process.
  if (event.component === key || event.component.startsWith(`${key}/`)) return true;
  return event.object !== undefined && recordKey(event.object.resource, { metadata: event.object }) === key;
}

/** The chain of causes of an event, or of the newest event that says something about an object, itself first. */
export function whyOf(run: Run, target: { seq: number } | { key: string }): readonly TraceEvent[] {
  const { trace } = run.world.kernel;
  if ('seq' in target) return trace.chain(target.seq);
  for (let seq = run.shownSeq; seq >= trace.start; seq -= 1) {
    const event = trace.at(seq)!;
    if (isAbout(event, target.key) && saysSomething(event)) return trace.chain(seq);
  }
  return [];
}

/** Heartbeats, reads and what was passed on change nothing: nobody asks why of them. */
function saysSomething(event: TraceEvent): boolean {
  if (isHeartbeat(event)) return false;
  switch (event.type) {
    case 'watch.deliver':
    case 'container.log':
    case 'proxy.choose':
    case 'traffic.hop':
    case 'dns.query':
      return false;
    case 'api.request':
      return !['get', 'list', 'watch'].includes(event.data.verb);
    default:
      return true;
  }
}
