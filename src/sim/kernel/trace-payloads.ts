/**
 * Everything that can happen, by type. The picture, the narration, "why?" and lesson goals read these and nothing else.
 * Times are virtual milliseconds. `from`, `to` and `component` are component ids (see `component-ids.ts`).
 */

/** An API object, by the names a request uses. `resource` is `pods` or `deployments.apps`. */
export interface ObjectRef {
  readonly resource: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

export type RequestStageName =
  'authenticate' | 'authorize' | 'decode' | 'mutate' | 'default' | 'validate' | 'admit' | 'store';

export interface RequestStage {
  readonly stage: RequestStageName;
  readonly verdict: 'ok' | 'changed' | 'denied';
  /** What the stage did, in upstream's words: the plugin that spoke, the field that was defaulted, the error. */
  readonly note?: string;
}

/** One leg of a journey on the stage: drawn from `from` to `to` between the two times. */
export interface Hop {
  readonly from: string;
  readonly to: string;
  readonly departAt: number;
  readonly arriveAt: number;
}

export interface SourceSpan {
  readonly file: string;
  /** First and last line, counted from 1. */
  readonly startLine: number;
  readonly endLine: number;
}

export interface TracePayloads {
  /** A person's act: the root of causes. `index` is its place in the command log. */
  command: { readonly index: number; readonly verb: string; readonly title: string; readonly source?: SourceSpan };
  /** One document of an applied text, cause of its requests. */
  document: { readonly index: number; readonly source: SourceSpan };

  'api.request': Hop & {
    readonly verb: string;
    /** The request as a client writes it: `POST /api/v1/namespaces/default/pods`. */
    readonly line: string;
    readonly user: string;
    readonly resource: string;
    readonly subresource?: string;
    /** When the server was done, and when the answer is back at `from`. */
    readonly doneAt: number;
    readonly returnAt: number;
    readonly code: number;
    readonly reason?: string;
    readonly message?: string;
    readonly stages: readonly RequestStage[];
  };
  'etcd.write': Hop & {
    readonly key: string;
    readonly operation: 'create' | 'update' | 'delete';
    readonly revision: number;
    readonly version: number;
  };
  'etcd.compact': { readonly revision: number };
  'watch.deliver': Hop & {
    readonly resource: string;
    readonly event: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
    readonly revision: number;
  };

  /** A controller's turn over one key of its queue. */
  reconcile: { readonly key: string; readonly outcome?: string };
  /** A Kubernetes Event as it was recorded (also stored in the API). */
  event: {
    readonly reason: string;
    readonly type: 'Normal' | 'Warning';
    readonly message: string;
    readonly reporter: string;
  };
  /** A statechart moved. `machine` names the definition, `instance` whose life it is. */
  transition: {
    readonly machine: string;
    readonly instance: string;
    readonly from: string;
    readonly to: string;
    readonly on: string;
  };

  /** One scheduling attempt; `attempt` finds its full record (scheduler/decision.ts). */
  'scheduler.attempt': {
    readonly attempt: number;
    readonly outcome: 'scheduled' | 'unschedulable' | 'error' | 'preempting';
    readonly node?: string;
    readonly message: string;
    readonly feasible: number;
    readonly evaluated: number;
    readonly nodes: number;
    /** Where preemption makes room, and who has to go for it: `namespace/name`. */
    readonly nominated?: string;
    readonly victims?: readonly string[];
  };
  'scheduler.configured': { readonly profiles: readonly string[] };
  'scheduler.queue': { readonly queue: 'active' | 'backoff' | 'unschedulable' | 'gated'; readonly because: string };

  'image.pull': Hop & {
    readonly image: string;
    readonly outcome: 'pulled' | 'present' | 'failed';
    readonly message?: string;
  };
  'container.start': { readonly container: string; readonly restart: number };
  'container.exit': { readonly container: string; readonly exitCode: number; readonly reason: string };
  'container.log': { readonly container: string; readonly line: string };
  probe: Hop & {
    readonly container: string;
    readonly probe: 'startup' | 'liveness' | 'readiness';
    readonly result: 'success' | 'failure';
    readonly output?: string;
  };

  'proxy.sync': { readonly services: number; readonly endpoints: number };
  'dns.sync': { readonly names: number };
  'address.assign': { readonly address: string; readonly what: 'pod' | 'service' | 'node' };
  /** One DNS question and its answer. */
  'dns.query': Hop & {
    readonly request: number;
    readonly name: string;
    readonly queryType: 'A' | 'AAAA' | 'SRV' | 'CNAME' | 'PTR';
    readonly answer: 'NOERROR' | 'NXDOMAIN' | 'NODATA' | 'SERVFAIL' | 'REFUSED' | 'TIMEOUT';
    readonly addresses: readonly string[];
    readonly returnAt: number;
    readonly note?: string;
  };
  /** kube-proxy's choice on the client's node. */
  'proxy.choose': {
    readonly request: number;
    readonly node: string;
    readonly service: string;
    readonly chain: string;
    readonly candidates: readonly string[];
    readonly chosen?: string;
    readonly verdict: 'dnat' | 'reject' | 'drop' | 'none';
  };
  'traffic.hop': Hop & {
    readonly request: number;
    readonly direction: 'request' | 'reply';
    readonly address: string;
  };
  /** The end of a traced request. `failure` is what the client program would print. */
  'traffic.done': {
    readonly request: number;
    readonly url: string;
    readonly status?: number;
    readonly body?: string;
    readonly failure?: string;
    readonly elapsedMs: number;
    /** A program in a container sent it by itself, not a person. */
    readonly isProgram?: boolean;
  };

  /** What a CI/CD pipeline does with a release, step by step. */
  'pipeline.step': {
    readonly release: string;
    readonly step: 'apply' | 'rollout' | 'test' | 'rollback';
    readonly outcome: 'started' | 'succeeded' | 'failed';
    readonly message: string;
  };

  node: { readonly what: 'provisioned' | 'booted' | 'registered' | 'removed' };
  /** A kubelet has read a file of a static pod; `refusal` is why it cannot run what stands in it. */
  'static-pod': { readonly file: string; readonly refusal?: string };
  /** A stated limit was reached; nothing is dropped silently. */
  limit: { readonly what: string; readonly limit: number };
}

export type TraceType = keyof TracePayloads;

export interface TraceEventOf<T extends TraceType> {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly time: number;
  /** Ordinal of the task that produced it: a run can be put back to just before or after that task. */
  readonly step: number;
  readonly component: string;
  readonly type: T;
  readonly object?: ObjectRef;
  /** Sequence number of the event that led to this one; 0 for none. */
  readonly cause: number;
  readonly data: TracePayloads[T];
}

export type TraceEvent = { [T in TraceType]: TraceEventOf<T> }[TraceType];
