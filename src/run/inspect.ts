/** Everything about one object or component, for the inspector, and the chain of causes behind anything. */
import { stringify } from '../manifest/index.ts';
import type { Stored } from '../sim/api/object.ts';
import type { TraceEvent } from '../sim/kernel/index.ts';
import { charts } from '../sim/world.ts';
import { recordKey, splitRecordKey } from './record-key.ts';
import type { Run } from './run.ts';
import { isHeartbeat } from './significance.ts';
import type { Inspection, LifeState } from './types.ts';

const TRACE_LIMIT = 200;
const HISTORY_LIMIT = 50;

/** `key` is a record key, or the id of a component of the stage. */
export function inspect(run: Run, key: string): Inspection {
  const { world } = run;
  const parts = splitRecordKey(key);
  const object = parts ? world.find(parts.resource, parts.namespace, parts.name) : undefined;
  const trace = newestAbout(run, key);
  const lives = world.lives().filter((life) => belongsTo(life, key, object));
  const all = charts();
  return {
    key,
    ...(object ? { object, yaml: stringify(object) } : {}),
    lives: lives.flatMap((life) => {
      const chart = all.find(({ id }) => id === life.machine);
      return chart ? [{ ...life, chart, history: historyOf(run, life.instance) }] : [];
    }),
    events: object ? world.eventsAbout(object) : [],
    decisions:
      parts?.resource === 'pods' ? world.decisions({ namespace: parts.namespace ?? 'default', pod: parts.name }) : [],
    trace,
    related: object && parts ? relatedTo(run, parts.resource, object) : [],
  };
}

function belongsTo(life: LifeState, key: string, object: Stored | undefined): boolean {
  if (!object) return life.instance === key;
  const { namespace, name } = object.metadata;
  const path = namespace ? `${namespace}/${name}` : name;
  switch (object.kind) {
    case 'Pod':
      return life.instance === `pod/${path}` || life.instance.startsWith(`container/${path}/`);
    case 'Deployment':
      return life.instance === `rollout/${path}`;
    case 'Node':
      return life.instance.startsWith(`node/${name}/`) || life.instance === `machine/${name}`;
    default:
      return false;
  }
}

function newestAbout(run: Run, key: string): readonly TraceEvent[] {
  const { trace } = run.world.kernel;
  const found: TraceEvent[] = [];
  for (let seq = run.shownSeq; seq >= trace.start && found.length < TRACE_LIMIT; seq -= 1) {
    const event = trace.at(seq)!;
    if (isAbout(event, key)) found.push(event);
  }
  return found.reverse();
}

function isAbout(event: TraceEvent, key: string): boolean {
  // A card of the stage may stand for several components: all controllers live in one process.
  if (event.component === key || event.component.startsWith(`${key}/`)) return true;
  return event.object !== undefined && recordKey(event.object.resource, { metadata: event.object }) === key;
}

function historyOf(run: Run, instance: string): readonly TraceEvent[] {
  const { trace } = run.world.kernel;
  const found: TraceEvent[] = [];
  for (let seq = run.shownSeq; seq >= trace.start && found.length < HISTORY_LIMIT; seq -= 1) {
    const event = trace.at(seq)!;
    if (event.type === 'transition' && event.data.instance === instance) found.push(event);
  }
  return found.reverse();
}

function relatedTo(run: Run, resource: string, object: Stored): Inspection['related'] {
  const related: Array<Inspection['related'][number]> = [];
  const add = (relation: string, otherResource: string, other: Stored): void => {
    related.push({ key: recordKey(otherResource, other), relation, kind: other.kind, name: other.metadata.name });
  };
  const owners = new Set((object.metadata.ownerReferences ?? []).map(({ uid }) => uid));
  for (const { resource: otherResource, object: other } of run.world.objects()) {
    if (otherResource === 'events') continue;
    if (owners.has(other.metadata.uid)) add('owner', otherResource, other);
    else if ((other.metadata.ownerReferences ?? []).some(({ uid }) => uid === object.metadata.uid)) {
      add('owned', otherResource, other);
    }
  }
  const nodeName = resource === 'pods' ? (object as { spec?: { nodeName?: string } }).spec?.nodeName : undefined;
  const node = nodeName ? run.world.find('nodes', undefined, nodeName) : undefined;
  if (node) add('node', 'nodes', node);
  return related.slice(0, 500);
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
