/** The trace as a story: what a person reads first, and what is folded into one line. */
import type { TraceEvent, TraceEventOf } from '../../sim/kernel/index.ts';
import { isProblem } from './narrate.ts';

export const LEVELS = ['story', 'all', 'problems'] as const;

export type Level = (typeof LEVELS)[number];

/** Kubernetes Events that say again what an event of the simulation says beside them. */
const TOLD_ALREADY = new Set([
  'Scheduled',
  'FailedScheduling',
  'SuccessfulCreate',
  'SuccessfulDelete',
  'Pulling',
  'Pulled',
  'Created',
  'Started',
  'Unhealthy',
]);

/** What moves the story on. Reads, watches, bookkeeping and the legs of a journey are left to the other levels. */
export function isStory(event: TraceEvent): boolean {
  switch (event.type) {
    case 'command':
    case 'scheduler.attempt':
    case 'container.start':
    case 'container.exit':
    case 'address.assign':
    case 'node':
    case 'pipeline.step':
    case 'limit':
      return true;
    case 'event':
      return !TOLD_ALREADY.has(event.data.reason);
    case 'traffic.done':
      return !event.data.isProgram;
    case 'image.pull':
      return event.data.outcome !== 'present';
    case 'probe':
      return event.data.result === 'failure';
    case 'api.request':
      return isTelling(event);
    case 'reconcile':
      return event.data.outcome !== undefined;
    default:
      return false;
  }
}

function isTelling({ data }: TraceEventOf<'api.request'>): boolean {
  const { verb, resource, subresource } = data;
  if (data.code >= 400 && data.code !== 404 && data.code !== 409) return true;
  if (['get', 'list', 'watch'].includes(verb)) return false;
  // A binding is told by the attempt, an Event by itself, and a status by what it reports.
  if (resource === 'events' || resource === 'leases.coordination.k8s.io') return false;
  return subresource !== 'status' && subresource !== 'binding';
}

export function isOnLevel(event: TraceEvent, level: Level): boolean {
  if (level === 'all') return true;
  const isTold = event.type === 'event' && TOLD_ALREADY.has(event.data.reason);
  return (level === 'story' && isStory(event)) || (isProblem(event) && !isTold);
}

/** Who an event belongs to when a list is narrowed to one part of the cluster. */
export const PARTS = [
  'client',
  'kube-apiserver',
  'etcd',
  'kube-scheduler',
  'controllers',
  'kubelet',
  'kube-proxy',
  'coredns',
  'network',
  'azure',
] as const;

export type ClusterPart = (typeof PARTS)[number];

export function partOf(event: TraceEvent): ClusterPart {
  const id = event.type === 'api.request' ? event.data.from : event.component;
  if (id === 'client' || id.startsWith('client/')) return 'client';
  if (id === 'etcd') return 'etcd';
  if (id === 'kube-scheduler') return 'kube-scheduler';
  if (id.startsWith('kube-controller-manager')) return 'controllers';
  if (id === 'azure' || id === 'cloud-controller-manager') return 'azure';
  if (id.startsWith('coredns')) return 'coredns';
  if (id.endsWith('/kube-proxy')) return 'kube-proxy';
  if (id.startsWith('node/')) return 'kubelet';
  return id === 'kube-apiserver' ? 'kube-apiserver' : 'network';
}

/** One line of the list: an event, or several that say the same. */
export interface StoryLine {
  readonly event: TraceEvent;
  /** How many events it stands for. */
  readonly count: number;
  /** Sequence numbers that this line stands for: from the event's own to this one. */
  readonly lastSeq: number;
}

function isSameNews(line: StoryLine | undefined, event: TraceEvent): boolean {
  const before = line?.event;
  if (!before || before.object?.name !== event.object?.name) return false;
  if (event.type === 'watch.deliver' && before.type === 'watch.deliver')
    return before.cause === event.cause && before.data.event === event.data.event;
  if (event.type === 'traffic.done' && before.type === 'traffic.done')
    return before.data.url === event.data.url && outcomeOf(before) === outcomeOf(event);
  return false;
}

/** Durations and local ports differ from one refusal to the next; the refusal is the same. */
const outcomeOf = ({ data }: TraceEventOf<'traffic.done'>): string =>
  (data.failure ?? String(data.status)).replace(/\d+ ms/, '');

/** Events in order; deliveries of one change, and answers that repeat, are folded into one line. */
export function storyLines(events: readonly TraceEvent[], keeps: (event: TraceEvent) => boolean): StoryLine[] {
  const lines: StoryLine[] = [];
  for (const event of events) {
    if (!keeps(event)) continue;
    const last = lines.at(-1);
    if (isSameNews(last, event)) lines[lines.length - 1] = { ...last!, count: last!.count + 1, lastSeq: event.seq };
    else lines.push({ event, count: 1, lastSeq: event.seq });
  }
  return lines;
}

/** One step of a chain of causes: what happened, and the legs of its journey that are folded into it. */
export interface CauseStep {
  readonly event: TraceEvent;
  readonly legs: readonly TraceEvent[];
}

/**
 * A chain of causes, oldest first, short enough to read: a request stands for its write and for the watch that carried it
 * on, and for the controller's turn that sent it.
 */
export function foldCauses(chain: readonly TraceEvent[]): CauseStep[] {
  const steps: { event: TraceEvent; legs: TraceEvent[] }[] = [];
  let turns: TraceEvent[] = [];
  for (const event of chain) {
    const last = steps.at(-1);
    const carries = event.type === 'etcd.write' || event.type === 'watch.deliver';
    if (carries && last?.event.type === 'api.request') last.legs.push(event);
    else if (event.type === 'reconcile' && event.data.outcome === undefined) turns.push(event);
    else {
      steps.push({ event, legs: event.type === 'api.request' ? turns : [] });
      if (event.type !== 'api.request') for (const turn of turns) steps.splice(-1, 0, { event: turn, legs: [] });
      turns = [];
    }
  }
  for (const turn of turns) steps.push({ event: turn, legs: [] });
  return steps;
}
