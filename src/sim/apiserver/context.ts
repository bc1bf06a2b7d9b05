/** What the stages of one request share. */
import type { KindDefinition, KindRegistry, StrategyContext } from '../api/kind.ts';
import type { KubeObject, Status, Stored } from '../api/object.ts';
import type { Change, Store } from '../etcd/index.ts';
import type { Kernel, RequestStage, RequestStageName } from '../kernel/index.ts';
import type { StandingVerdicts } from './authorization/authorize.ts';
import type { ApiRequest } from './request.ts';

/** A draft under way through the pipeline: the server's own copy, to be changed freely above its shared parts. */
export type Draft = KubeObject & { metadata: NonNullable<KubeObject['metadata']> } & Record<string, unknown>;

/** Ends a request with a Status. Thrown by stages, caught by the server: the one expected way out. */
export class Refusal extends Error {
  constructor(
    readonly status: Status,
    readonly stage: RequestStageName,
  ) {
    super(status.message);
    this.name = 'Refusal';
  }
}

export interface RequestContext extends StrategyContext {
  readonly kernel: Kernel;
  readonly registry: KindRegistry;
  readonly store: Store<Stored>;
  readonly request: ApiRequest;
  /** The version that objects are kept in. */
  readonly kind: KindDefinition;
  /** The version that the request speaks: mostly the same. */
  readonly served: KindDefinition;
  /** `deployments.apps`. */
  readonly resource: string;
  readonly stages: RequestStage[];
  readonly warnings: string[];
  readonly changes: Change<Stored>[];
  readonly isDryRun: boolean;
  /** The subresource through which somebody outside changes the object itself, as `scale` does. */
  readonly writesThrough?: string;
  readonly standing: StandingVerdicts;
}

export function note(
  context: RequestContext,
  stage: RequestStageName,
  verdict: RequestStage['verdict'],
  text?: string,
): void {
  context.stages.push(stageOf(stage, verdict, text));
}

/** Stages say mostly the same, and the trace holds on to them: one object serves for all that do. */
const stages = new Map<string, Map<string, RequestStage>>();
/** What tells of one request alone is not kept for others. */
const KEPT_STAGES: ReadonlySet<RequestStageName> = new Set<RequestStageName>(['authenticate', 'mutate']);
const KEPT_LIMIT = 20_000;

function stageOf(stage: RequestStageName, verdict: RequestStage['verdict'], text = ''): RequestStage {
  if (text && !KEPT_STAGES.has(stage)) return { stage, verdict, note: text };
  const name = verdict === 'ok' ? stage : `${stage} ${verdict}`;
  let known = stages.get(name);
  if (!known || known.size > KEPT_LIMIT) stages.set(name, (known = new Map<string, RequestStage>()));
  let found = known.get(text);
  if (!found) known.set(text, (found = Object.freeze(text ? { stage, verdict, note: text } : { stage, verdict })));
  return found;
}

export function refuse(context: RequestContext, stage: RequestStageName, status: Status): never {
  note(context, stage, 'denied', status.message);
  throw new Refusal(status, stage);
}

/**
 * What a refusal calls an object that may not have its generated name yet.
 * Upstream: apiserver/pkg/admission/errors.go (extractResourceName).
 */
export function nameForMutation({ metadata: { name, generateName } }: Draft): string {
  return name || generateName || 'Unknown';
}

/** The draft with the revision that its write has: from here on it is never changed. */
export function stamped(draft: Draft, revision: number): Stored {
  (draft.metadata as { resourceVersion?: string }).resourceVersion = String(revision);
  return draft as unknown as Stored;
}
