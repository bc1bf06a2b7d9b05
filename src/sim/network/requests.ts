/** A request on its way, as the tasks of the network carry it: plain data. */
import {
  lookUpImage,
  type NetworkReply,
  type Question,
  type ReplyAddress,
  type RunningProcess,
} from '../workloads/index.ts';
import { parseUrl, type Target } from './url.ts';

export interface TrafficOrder {
  readonly namespace: string;
  readonly pod: string;
  readonly url: string;
  readonly count: number;
  readonly intervalMs: number;
  /** GET, unless a program says otherwise. */
  readonly method?: string;
  readonly content?: string;
  /** How many requests each stands for, in the usage of who answers. */
  readonly weight?: number;
}

export interface Request {
  readonly id: number;
  readonly namespace: string;
  readonly pod: string;
  readonly target: Target;
  readonly began: number;
  readonly names: readonly string[];
  readonly attempt: number;
  readonly isUpkeep: boolean;
  /** What is wanted; a person's request and a program's own are HTTP. */
  readonly kind: 'http' | 'tcp' | 'dns';
  readonly method: string;
  readonly content?: string;
  /** When the client gives up. */
  readonly deadline: number;
  readonly weight?: number;
  /** A program waits for the answer. */
  readonly reply?: ReplyAddress;
}

export type Reason = (NetworkReply & { kind: 'failed' })['reason'];

export interface Asked {
  readonly namespace: string;
  readonly pod: string;
  readonly image: string;
  readonly question: Question;
  readonly reply: ReplyAddress;
}

export interface Arrival extends Request {
  readonly ip: string;
  readonly port: number;
  /** The address that the client knows. */
  readonly asked: string;
}

export interface Outcome {
  readonly request: Request;
  readonly status?: number;
  readonly body?: string;
  readonly failure?: string;
  readonly reason?: Reason;
  readonly address?: string;
  readonly names?: { readonly name: string; readonly addresses: readonly string[]; readonly canonicalName?: string };
  readonly isUpkeep: boolean;
}

/** Requests that programs send by themselves are recorded at most this often. */
const CLIENT_MIN_MS = 500;

/** What a program of the cluster sends: a busy client is shown as a few requests that stand for many. */
export function orderOf({ namespace, pod, behaviour }: RunningProcess): TrafficOrder {
  const { url, intervalMs, requests = 1, method, body } = behaviour.client!;
  const shownMs = Math.max(CLIENT_MIN_MS, intervalMs);
  const weight = (requests * shownMs) / intervalMs;
  return {
    namespace,
    pod,
    url,
    count: Number.MAX_SAFE_INTEGER,
    intervalMs: shownMs,
    ...(method ? { method } : {}),
    ...(body === undefined ? {} : { content: body.replaceAll('{pod}', pod) }),
    ...(weight === 1 ? {} : { weight }),
  };
}

/** Alpine's C library resolves names its own way; busybox images are built with it here. */
export const isMuslImage = (image: string): boolean =>
  lookUpImage(image)?.behaviour.name === 'shell' && /alpine|busybox|curl/.test(image);

/** The answer as the program that asked gets it. */
export function replyOf(outcome: Outcome, server: string): NetworkReply {
  const { request, status, body = '', names, reason, address = '' } = outcome;
  if (names) return { kind: 'names', server, ...names };
  if (reason) return { kind: 'failed', reason, server, ...(address ? { address } : {}) };
  if (request.kind === 'tcp') return { kind: 'connected', address };
  return { kind: 'http', status: status ?? 200, body, address };
}

type Aimed =
  | { readonly ok: true; readonly target: Target }
  | { readonly ok: false; readonly failure: string; readonly empty: Target };

/** Where a program's question goes. */
export function targetOf(question: Question): Aimed {
  switch (question.kind) {
    case 'dns':
      return { ok: true, target: { url: `dns://${question.name}`, host: question.name, port: 53, path: '' } };
    case 'tcp': {
      const { host, port } = question;
      return { ok: true, target: { url: `tcp://${host}:${port}`, host, port, path: '' } };
    }
    default: {
      const { url } = question;
      const parsed = parseUrl(url);
      return parsed.ok ? parsed : { ...parsed, empty: { url, host: '', port: 0, path: '' } };
    }
  }
}
