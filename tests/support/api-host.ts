/** A cluster behind its own HTTPS socket within the test's process, and clients of all manners. */
import { Agent, request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { ApiHost, type HostOptions } from '../../src/node/serve/api-host.ts';
import { makeCredentials } from '../../src/node/serve/authority.ts';
import { plainOptions } from '../../src/sim/azure/index.ts';
import { World } from '../../src/sim/world.ts';

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The text read as JSON. */
  readonly body: { readonly [key: string]: unknown } & {
    readonly metadata?: {
      readonly name?: string;
      readonly resourceVersion?: string;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly data?: Readonly<Record<string, string>>;
    readonly message?: string;
    readonly reason?: string;
  };
}

export interface Question {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Hosted {
  readonly world: World;
  readonly host: ApiHost;
  readonly address: string;
  readonly port: number;
  readonly token: string;
  readonly authority: string;
  /** As the administrator, unless the headers say otherwise. */
  ask(question: Question): Promise<Answered>;
  /** A connection on which a test says what it likes; `authorized` begins a request as the administrator. */
  raw(): Promise<RawSocket>;
  stop(): Promise<void>;
}

export interface RawSocket {
  readonly socket: TLSSocket;
  /** All that has come so far. */
  text(): string;
  readonly closed: Promise<string>;
}

/** Virtual time stands still unless a test moves it. */
export async function hostCluster(more: Partial<HostOptions> = {}): Promise<Hosted> {
  const world = more.world ?? new World(plainOptions('hosted'));
  if (!more.world) world.boot();
  const credentials = await makeCredentials([], 'admin');
  const host = new ApiHost({ credentials, pace: { kind: 'held' }, host: '127.0.0.1', port: 0, ...more, world });
  const address = await host.start();
  const { hostname, port: portText } = new URL(address);
  const [name, port] = [hostname.replace(/^\[(.*)\]$/, '$1'), Number(portText)];
  const { authority, adminToken: token } = credentials;
  const agent = new Agent({ ca: authority, keepAlive: true, maxSockets: 32 });
  return {
    world,
    host,
    address,
    port,
    token,
    authority,
    ask: ({ method = 'GET', path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        // Node tells the length by itself only for methods that usually have a body.
        const isChunked = headers['transfer-encoding'] !== undefined;
        const length = body === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
        const given = { authorization: `Bearer ${token}`, ...length, ...headers };
        const question = request(
          { host: name, port, method, path, headers: given, agent, servername: 'localhost' },
          (answer) => {
            const parts: Buffer[] = [];
            answer.on('data', (part: Buffer) => parts.push(part));
            answer.on('error', reject);
            answer.on('end', () => {
              const text = Buffer.concat(parts).toString();
              const isJson = /json/.test(answer.headers['content-type'] ?? '');
              const read = isJson ? (JSON.parse(text) as Answered['body']) : {};
              resolve({ status: answer.statusCode!, headers: answer.headers, text, body: read });
            });
          },
        );
        question.on('error', reject);
        question.end(body);
      }),
    raw: () =>
      new Promise((resolve, reject) => {
        let text = '';
        const socket = connect({ host: name, port, ca: authority, servername: 'localhost' }, () =>
          resolve({ socket, text: () => text, closed }),
        );
        socket.on('data', (part: Buffer) => (text += part.toString('latin1')));
        socket.on('error', reject);
        const closed = new Promise<string>((done) => socket.on('close', () => done(text)));
      }),
    stop: async () => {
      agent.destroy();
      await host.stop();
    },
  };
}

/** Lets what has been sent arrive, until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
