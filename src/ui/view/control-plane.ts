/**
 * What the cards of the control plane say, folded from the trace: the newest request and how far each stage let it, the
 * pod the scheduler looks at, which controller took its turn last. Nothing here is guessed.
 */
import type { RequestStage, TraceEvent, TraceEventOf } from '../../sim/kernel/index.ts';

export const REQUEST_STAGES = [
  'authenticate',
  'authorize',
  'decode',
  'mutate',
  'default',
  'validate',
  'admit',
  'store',
] as const;

export interface ControlPlaneFacts {
  /** Sequence number of the newest event taken in. */
  readonly seq: number;
  readonly request: TraceEventOf<'api.request'> | undefined;
  readonly attempt: TraceEventOf<'scheduler.attempt'> | undefined;
  readonly write: TraceEventOf<'etcd.write'> | undefined;
  readonly pull: TraceEventOf<'image.pull'> | undefined;
  readonly cloud: TraceEvent | undefined;
  /** Controller name to the newest turn it took. */
  readonly turns: ReadonlyMap<string, TraceEventOf<'reconcile'>>;
}

export const NO_FACTS: ControlPlaneFacts = {
  seq: 0,
  request: undefined,
  attempt: undefined,
  write: undefined,
  pull: undefined,
  cloud: undefined,
  turns: new Map(),
};

const MANAGER = 'kube-controller-manager/';

/** Takes in the events after those already seen. */
export function foldFacts(before: ControlPlaneFacts, events: readonly TraceEvent[], upTo: number): ControlPlaneFacts {
  let facts = before;
  let turns: Map<string, TraceEventOf<'reconcile'>> | undefined;
  let from = events.length;
  while (from > 0 && events[from - 1]!.seq > before.seq) from -= 1;
  for (const event of events.slice(from)) {
    if (event.seq > upTo) break;
    switch (event.type) {
      case 'api.request':
        // What the API server asks of itself at its start passes no line of the stage.
        if (event.data.from !== event.data.to) facts = { ...facts, request: event };
        break;
      case 'scheduler.attempt':
        facts = { ...facts, attempt: event };
        break;
      case 'etcd.write':
        facts = { ...facts, write: event };
        break;
      case 'image.pull':
        facts = { ...facts, pull: event };
        break;
      case 'reconcile':
        if (event.component.startsWith(MANAGER)) {
          turns ??= new Map(before.turns);
          turns.set(event.component.slice(MANAGER.length), event);
        } else facts = { ...facts, cloud: event };
        break;
      default:
        break;
    }
    facts = { ...facts, seq: event.seq };
  }
  return turns ? { ...facts, turns } : facts;
}

export interface StageLight {
  readonly stage: (typeof REQUEST_STAGES)[number];
  readonly verdict: RequestStage['verdict'] | 'unreached';
  readonly note: string | undefined;
}

/** All stages in order, with what each did to a request; a read passes only the first ones. */
export function lightsOf(request: TraceEventOf<'api.request'> | undefined): readonly StageLight[] {
  return REQUEST_STAGES.map((stage) => {
    const passed = request?.data.stages.find((item) => item.stage === stage);
    return { stage, verdict: passed?.verdict ?? 'unreached', note: passed?.note };
  });
}
