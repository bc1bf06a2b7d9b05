/** Clients of the REST bench, in a thread of their own: so many connections that ask again as soon as they are answered. */
import { Agent, request, type RequestOptions } from 'node:https';
import { parentPort, workerData } from 'node:worker_threads';

export interface Load {
  readonly address: string;
  readonly authority: string;
  readonly token: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** `{n}` stands for the number of the request. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly requests: number;
  readonly connections: number;
  /** Watches of this path that hear of every request; a request counts as done when all of them have heard of it. */
  readonly watchers?: { readonly path: string; readonly count: number };
}

export interface LoadFigures {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the bodies of all answers, and of what watches heard. */
  readonly bytes: number;
}

interface Watches {
  /** Resolves when every watch has heard of one event more. */
  next(): Promise<void>;
  readonly bytes: () => number;
  close(): void;
}

export async function put(load: Load): Promise<LoadFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections, ca: load.authority });
  const watches = load.watchers ? await openWatches(load, load.watchers) : undefined;
  const times: number[] = [];
  let [sent, bytes] = [0, 0];
  const begin = performance.now();
  const connection = async (): Promise<void> => {
    while (sent < load.requests) {
      sent += 1;
      const number = sent;
      const start = performance.now();
      const heard = watches?.next();
      const size = await ask(load, number, agent);
      bytes += size;
      await heard;
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: load.connections }, connection));
  const seconds = (performance.now() - begin) / 1000;
  agent.destroy();
  watches?.close();
  times.sort((left, right) => left - right);
  const at = (part: number): number => rounded(times[Math.min(times.length - 1, Math.floor(part * times.length))] ?? 0);
  return {
    requests: load.requests,
    perSecond: rounded(load.requests / seconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    bytes: bytes + (watches?.bytes() ?? 0),
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

function optionsOf(load: Load, method: string, path: string, agent: Agent): [string, RequestOptions] {
  const headers = {
    authorization: `Bearer ${load.token}`,
    accept: 'application/json',
    'user-agent': 'bench',
    ...(method === 'GET' ? {} : { 'content-type': load.contentType ?? 'application/json' }),
  };
  return [`${load.address}${path}`, { method, agent, headers, ca: load.authority }];
}

/** Bytes of the answer's body. */
function ask(load: Load, number: number, agent: Agent): Promise<number> {
  const named = (text: string): string => text.replaceAll('{n}', String(number));
  return new Promise((resolve, reject) => {
    const [url, options] = optionsOf(load, load.method, named(load.path), agent);
    const asking = request(url, options, (answer) => {
      let bytes = 0;
      answer.on('data', (part: Buffer) => (bytes += part.length));
      answer.on('error', reject);
      answer.on('end', () => {
        if ((answer.statusCode ?? 500) < 300) resolve(bytes);
        else reject(new Error(`${load.method} ${named(load.path)} was answered with ${answer.statusCode}`));
      });
    });
    asking.on('error', reject);
    asking.end(load.body === undefined ? undefined : named(load.body));
  });
}

async function openWatches(load: Load, { path, count }: NonNullable<Load['watchers']>): Promise<Watches> {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  let [bytes, heard] = [0, 0];
  let waiting: { readonly until: number; readonly resolve: () => void } | undefined;
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const [url, options] = optionsOf(load, 'GET', path, agent);
      const asking = request(url, options, (answer) => {
        resolve();
        answer.on('data', (part: Buffer) => {
          bytes += part.length;
          for (const byte of part) if (byte === 10) heard += 1;
          if (waiting && heard >= waiting.until) waiting.resolve();
        });
        answer.on('error', () => undefined);
      });
      asking.on('error', reject);
      asking.end();
    });
  await Promise.all(Array.from({ length: count }, open));
  // What was there at the start comes first.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    next: () => new Promise((resolve) => (waiting = { until: heard + count, resolve })),
    bytes: () => bytes,
    close: () => agent.destroy(),
  };
}

if (parentPort) {
  const port = parentPort;
  void put(workerData as Load).then((figures) => port.postMessage(figures));
}
