/** How a scripted workload behaves: data, so that it can be written beside a manifest and travel in a link. */

export interface Behaviour {
  /** Catalogue name: `web-server`, `batch`, `crash-loop`, `plain-server`. */
  readonly name: string;
  /** What the program is to the cluster itself, where it is a part of it. */
  readonly role?: 'coredns' | 'kube-proxy' | 'metrics-server' | 'prometheus-adapter';
  /** Virtual milliseconds from start until it listens on its ports. */
  readonly listenAfterMs: number;
  /** Its default ports when the container declares none. */
  readonly ports: readonly number[];
  /** What it answers over HTTP; absent: accepts a connection and says nothing. */
  readonly http?: HttpBehaviour;
  /** Ends by itself after a while; absent: runs until it is stopped. */
  readonly exit?: { readonly afterMs: number; readonly code: number; readonly reason?: string };
  /** Virtual milliseconds it takes to end after SIGTERM; more than the grace period means it is killed. */
  readonly stopAfterMs: number;
  /** Its exit code then; absent: 0. */
  readonly stopCode?: number;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Its memory grows by so much a second: it is killed when that reaches the container's limit. */
  readonly leakBytesPerSecond?: number;
  /** Where its growth ends. */
  readonly memoryBytesAtMost?: number;
  /** What it has written into its own layer at its start, and writes a second. */
  readonly storageBytes?: number;
  readonly storageBytesPerSecond?: number;
  /** Threads and processes, 1 by default. */
  readonly processes?: number;
  /** Processor time of a request: 1 is a thousandth of a core for a second. */
  readonly cpuMillisPerRequest?: number;
  /** Lines it logs at start. */
  readonly log: readonly string[];
  /** Sends requests of its own, at a rate. */
  readonly client?: {
    readonly url: string;
    readonly intervalMs: number;
    /** Sent at each interval; 1 by default. */
    readonly requests?: number;
    readonly method?: string;
    readonly body?: string;
  };
  /** A program for the shell that runs beside what it serves; the container ends with it. */
  readonly script?: string;
  /** Ends when something is wrong or happens. */
  readonly crash?: CrashCondition;
  /** Stands for election: the Lease that replicas take turns in, and the file that says who leads. */
  readonly election?: { readonly lease: string };
}

export interface CrashCondition {
  readonly code: number;
  /** Time from start to the end, for what is wrong from the start on. */
  readonly afterMs: number;
  /** The last line of its log. */
  readonly log?: string;
  /** A variable that has to be set. */
  readonly variableMissing?: string;
  /** A file that has to be there. */
  readonly fileMissing?: string;
  /** It ends with this many answered requests. */
  readonly requests?: number;
  /** It ends with a request for this path. */
  readonly path?: string;
}

export interface HttpBehaviour {
  /** It keeps what it is sent, in files of a directory: messages of queues, or values under keys. */
  readonly keeps?: { readonly what: 'queue' | 'values'; readonly directory: string };
  readonly status: number;
  /** `{pod}`, `{node}`, `{ip}`, `{path}`, `{image}` stand for the facts of the process. */
  readonly body: string;
  readonly latencyMs: readonly [number, number];
  /** The directory that it serves, once something is mounted or written there. */
  readonly root?: string;
  /** Answers 500 in this many of 100 requests. */
  readonly errorPercent: number;
  /** Paths that answer otherwise, longest prefix first, e.g. `/healthz` only after a while. */
  readonly paths?: readonly {
    readonly prefix: string;
    readonly status: number;
    readonly body?: string;
    readonly fromMs?: number;
    readonly untilMs?: number;
  }[];
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly port: number;
  readonly body?: string;
}

export type Reply =
  | { readonly kind: 'http'; readonly status: number; readonly body: string; readonly latencyMs: number }
  /** TCP connected, and no HTTP answer. */
  | { readonly kind: 'connected'; readonly latencyMs: number };
