/** A request to the API server as every caller puts it, and its answer. The REST form is turned into this in `http.ts`. */
import type { KubeObject, Status, Stored } from '../api/object.ts';
import type { Verb } from '../api/kind.ts';

export interface UserInfo {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface RequestOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** Server-side apply: take ownership of conflicting fields. */
  readonly force?: boolean;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  readonly labelSelector?: string;
  /** Of custom metrics: which of an object's values count. */
  readonly metricLabelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface ApiRequest {
  readonly verb: Exclude<Verb, 'watch'>;
  /** `pods`, `deployments.apps`. */
  readonly resource: string;
  /** Which version of the resource is spoken, where it is not the one that objects are kept in. */
  readonly version?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly body?: unknown;
  readonly patchType?: PatchType;
  /** What the text of the body says twice, in the words of whoever read it. */
  readonly duplicates?: readonly string[];
  readonly options?: RequestOptions;
  readonly user: UserInfo;
  /**
   * Typed clients inside the cluster cannot send an unknown field, so their bodies are not checked against the schema;
   * what comes in as text is.
   */
  readonly isTyped?: boolean;
}

export interface ApiResponse {
  /** HTTP status code. */
  readonly code: number;
  /** The object, a list, or a Status. */
  readonly body: Stored | Status | KubeObject;
  readonly warnings?: readonly string[];
}

export interface WatchRequest {
  /** Chosen by the client, unique in its component. */
  readonly watch: string;
  readonly component: string;
  readonly resource: string;
  /** Whose fields are selected by, where it is not the version that objects are kept in: such come, whatever it says. */
  readonly version?: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Events after this revision; undefined: everything there is now comes first, as ADDED. */
  readonly resourceVersion?: string;
  readonly allowBookmarks?: boolean;
  readonly user: UserInfo;
  /** From a program inside the cluster: its right to watch is looked up here. Whoever comes by REST was looked at before. */
  readonly isTyped?: boolean;
}

export interface WatchStart {
  readonly items: readonly Stored[];
  readonly resourceVersion: string;
  /** Nothing is known of what there is; an ERROR follows after a pause. */
  readonly isRefused?: true;
}

/** Payload of the task `watch` that a watcher's component is handed, one an event. */
export interface WatchDelivery {
  readonly watch: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Stored | Status;
}

/** Links of the cluster: how long a message takes. One place, so that the picture's pace can be judged as a whole. */
export const LINK_MS = {
  /** Between programs of the control plane. */
  controlPlane: 1,
  /** Between a node and the API server. */
  node: 2,
  /** A person's machine and the API server. */
  client: 20,
  /** API server to etcd, one way; a write is on disk after `etcdCommit` more. */
  etcd: 1,
  etcdCommit: 2,
  /** Work of the API server for one request. */
  serve: 1,
} as const;

/** The part of the API server that clients inside the simulation speak to. */
export interface ApiServerPort {
  /** Whether a connection to it can be made. */
  readonly isListening: boolean;
  /** Serves at the running turn's cursor, moves the cursor to the arrival of the answer, and leaves it all in the trace. */
  handle(request: ApiRequest): ApiResponse;
  /** Lists and starts a watch. Returns what there is now; later events come as `watch` tasks to the component. */
  watch(request: WatchRequest): WatchStart;
  unwatch(component: string, watch: string): void;
}
