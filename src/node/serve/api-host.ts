/**
 * One simulated cluster behind HTTPS: takes requests off the socket, checks where they come from, and hands them to the
 * API server of the simulation. Upstream: apiserver/pkg/server/{secure_serving,config}.go.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { AddressInfo } from 'node:net';
import type { Certificate, TLSSocket } from 'node:tls';
import { stringify } from 'yaml';
import { refusal, serveHttp, type Caller, type HttpAnswer, type HttpQuestion } from '../../sim/apiserver/http.ts';
import { HTTP_CLIENTS, HttpWatches } from '../../sim/apiserver/http-watches.ts';
import type { UserInfo } from '../../sim/apiserver/index.ts';
import { badRequest, failure, type Status } from '../../sim/api/status.ts';
import type { World } from '../../sim/world.ts';
import type { Credentials } from './authority.ts';
import { ServeClock, type Pace } from './clock.ts';
import { ExecServer } from './exec.ts';
import type { Journal } from './journal.ts';
import { sendLogs } from './logs.ts';
import { openApiAnswer } from './openapi.ts';
import { podSubresourceOf, podTargetOf } from './pod-target.ts';
import { PortForwardServer } from './port-forward.ts';
import { jsonBody, readBody } from './request-body.ts';
import { described } from './table-columns.ts';
import { encode, encodeEvent, indented } from './wire.ts';

export interface HostOptions {
  readonly world: World;
  readonly credentials: Credentials;
  readonly pace: Pace;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Holds what may change the cluster, before it is acknowledged. */
  readonly journal?: Journal | undefined;
}

/** Bytes that may wait for a client who does not read; then its watch is cut off, and it may list again. */
const SLOW_CLIENT_BYTES = 4 * 1024 * 1024;
/** How often the journal is told how far virtual time has come. */
const TIME_NOTE_MS = 1_000;
const HEADER_TIMEOUT_MS = 20_000;
const BODY_TIMEOUT_MS = 60_000;

export class ApiHost {
  readonly watches: HttpWatches;
  readonly clock: ServeClock;
  private readonly server: Server;
  private readonly execs: ExecServer;
  private readonly forwards: PortForwardServer;
  private hosts: ReadonlySet<string> = new Set();
  private timeNotes: NodeJS.Timeout | undefined;
  /** Connections that speak no HTTP any more, of which the server keeps no account. */
  private readonly upgraded = new Set<Duplex>();

  constructor(private readonly options: HostOptions) {
    const { world, credentials, pace } = options;
    this.watches = new HttpWatches(world.kernel, world.api);
    world.kernel.add(this.watches);
    this.clock = new ServeClock(world, pace);
    this.server = createServer(
      {
        cert: credentials.server.certificate,
        key: credentials.server.key,
        ca: credentials.authority,
        requestCert: true,
        rejectUnauthorized: false,
        headersTimeout: HEADER_TIMEOUT_MS,
        requestTimeout: BODY_TIMEOUT_MS,
      },
      (incoming, outgoing) => void this.serve(incoming, outgoing),
    );
    this.server.on('tlsClientError', () => undefined);
    this.server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.upgrade(incoming, socket, head),
    );
    this.execs = new ExecServer(world);
    this.forwards = new PortForwardServer(world);
    if (options.journal) this.recover(options.journal);
  }

  /** Begins to listen, and says where. */
  async start(): Promise<string> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    const address = this.server.address() as AddressInfo;
    const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    this.hosts = new Set(
      ['127.0.0.1', 'localhost', '[::1]', 'kubernetes', shown, host].map((name) => name.toLowerCase()),
    );
    this.clock.start();
    this.timeNotes = setInterval(() => this.noteTime(), TIME_NOTE_MS);
    return `https://${shown}:${address.port}`;
  }

  /** Ends watches and connections. */
  async stop(): Promise<void> {
    this.clock.stop();
    clearInterval(this.timeNotes);
    this.noteTime();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
      for (const socket of this.upgraded) socket.destroy();
    });
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const foreign = this.foreignStatus(incoming);
      if (foreign) return reply(incoming, outgoing, refusal(foreign));
      const bytes = await readBody(incoming);
      const body = jsonBody(bytes, incoming);
      if (!('text' in body)) {
        if (!bytes) outgoing.setHeader('connection', 'close');
        return reply(incoming, outgoing, refusal(body));
      }
      this.answer(incoming, outgoing, body.text);
    } catch (error) {
      // The client has gone away while it was still speaking; anything else is our fault, and must be seen.
      if (incoming.destroyed && !incoming.complete) return;
      const reason = error instanceof Error ? error.message : String(error);
      console.error(error);
      const status = failure({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${reason}` });
      if (!outgoing.headersSent) reply(incoming, outgoing, refusal(status));
    }
  }

  private answer(incoming: IncomingMessage, outgoing: ServerResponse, body: string): void {
    const { world } = this.options;
    const question = questionOf(incoming, body);
    const caller = this.callerOf(incoming);
    if (caller === 'refused') return reply(incoming, outgoing, refusal(UNAUTHORIZED));
    this.clock.arrive();
    if (podSubresourceOf(question.path) === 'log') return this.logs(incoming, outgoing, question, caller);
    if (this.watches.isWatch(question)) return this.stream(incoming, outgoing, question, caller);
    const documents = openApiAnswer(question, (path) => serveHttp(world.api, { ...question, path }, caller));
    if (documents) return reply(incoming, outgoing, documents);
    this.clock.settleNow();
    if (question.method !== 'GET') this.options.journal?.append({ kind: 'request', at: world.now, question, caller });
    reply(incoming, outgoing, this.ask(question, caller));
  }

  private logs(incoming: IncomingMessage, outgoing: ServerResponse, question: HttpQuestion, caller: Caller): void {
    const { world } = this.options;
    const target = podTargetOf(world, question, caller);
    const refused = 'pod' in target ? sendLogs(world, target, outgoing) : target;
    if (refused) reply(incoming, outgoing, refused);
  }

  /** Exec comes as a WebSocket; what cannot be had that way is refused in words. */
  private upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { world } = this.options;
    this.upgraded.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.upgraded.delete(socket));
    const refuse = (answer: HttpAnswer): void => {
      const body = encode(answer.body);
      const reason = STATUS_CODES[answer.status] ?? '';
      socket.end(
        `HTTP/1.1 ${answer.status} ${reason}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    };
    const foreign = this.foreignStatus(incoming);
    if (foreign) return refuse(refusal(foreign));
    const caller = this.callerOf(incoming);
    if (caller === 'refused') return refuse(refusal(UNAUTHORIZED));
    const question = questionOf(incoming, '');
    const subresource = podSubresourceOf(question.path);
    if (!subresource || subresource === 'log') return refuse(refusal(badRequest('no such stream')));
    if (incoming.headers.upgrade?.toLowerCase() !== 'websocket') return refuse(refusal(badRequest(ONLY_WEBSOCKETS)));
    this.clock.arrive();
    this.clock.settleNow();
    const target = podTargetOf(world, question, caller);
    if (!('pod' in target)) return refuse(target);
    if (subresource === 'portforward') this.forwards.accept(incoming, socket, head, target);
    else this.execs.accept(incoming, socket, head, target, subresource);
  }

  private ask(question: HttpQuestion, caller: Caller): HttpAnswer {
    const { world } = this.options;
    const answer = world.kernel.runParallelTurn(HTTP_CLIENTS, 0, () => serveHttp(world.api, question, caller));
    return { ...answer, body: described(world.api, question.path, answer.body) };
  }

  /** Plays again what the journal holds. */
  private recover(journal: Journal): void {
    const { kernel } = this.options.world;
    for (const entry of journal.entries) {
      if (entry.kind === 'cluster') continue;
      kernel.advanceTo(entry.at);
      if (entry.kind === 'request') this.ask(entry.question, entry.caller);
    }
  }

  private noteTime(): void {
    this.options.journal?.note(this.options.world.now);
  }

  private stream(incoming: IncomingMessage, outgoing: ServerResponse, question: HttpQuestion, caller: Caller): void {
    const { world } = this.options;
    const { kernel } = world;
    const stop = (): void => {
      if ('id' in started) kernel.runParallelTurn(HTTP_CLIENTS, 0, () => this.watches.stop(started.id));
    };
    const waiting: string[] = [];
    let isOpen = false;
    const started = kernel.runParallelTurn(HTTP_CLIENTS, 0, () =>
      this.watches.start(question, caller, {
        send: ({ type, object }) => {
          const line = encodeEvent(type, described(world.api, question.path, object));
          if (!isOpen) waiting.push(line);
          else if (outgoing.writableLength > SLOW_CLIENT_BYTES) outgoing.destroy();
          else outgoing.write(line);
        },
        end: () => outgoing.end(),
      }),
    );
    if (!('id' in started)) return reply(incoming, outgoing, started);
    isOpen = true;
    outgoing.on('close', stop);
    outgoing.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    outgoing.flushHeaders();
    for (const line of waiting) outgoing.write(line);
  }

  /** A page of somebody else's must not reach a cluster on this machine, nor a name that was made to point at it. */
  private foreignStatus({ headers }: IncomingMessage): Status | undefined {
    const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
    const refused = (what: string, value: string): Status =>
      failure({
        code: 403,
        reason: 'Forbidden',
        message: `forbidden: ${what} ${JSON.stringify(value)} is not served here`,
      });
    if (!this.hosts.has(host)) return refused('host', headers.host ?? '');
    const { origin } = headers;
    if (origin === undefined || origin === `https://${(headers.host ?? '').toLowerCase()}`) return undefined;
    return refused('origin', origin);
  }

  private callerOf({ socket, headers }: IncomingMessage): Caller | 'refused' {
    const { credentials, world } = this.options;
    const allowsAnonymous = world.options.preset === 'plain';
    if (headers.authorization === `Bearer ${credentials.adminToken}`) {
      const groups = ['system:masters', 'system:authenticated'];
      return { allowsAnonymous, certificate: { name: credentials.adminName, groups } };
    }
    const tls = socket as TLSSocket;
    const peer = tls.getPeerCertificate();
    if (!peer || Object.keys(peer).length === 0) return { allowsAnonymous };
    return tls.authorized ? { allowsAnonymous, certificate: userOf(peer.subject) } : 'refused';
  }
}

const ONLY_WEBSOCKETS =
  'streams are served over WebSockets alone: use a client that speaks them, such as kubectl 1.31 or newer';

const UNAUTHORIZED = failure({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });

/** Common name and organizations of a certificate are the user's name and groups. */
function userOf({ CN = '', O = [] }: Certificate): UserInfo {
  return { name: [CN].flat()[0] ?? '', groups: [...[O].flat(), 'system:authenticated'] };
}

function questionOf({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): HttpQuestion {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  return { method, path: url, headers: Object.fromEntries(entries) as Record<string, string>, body };
}

const YAML = /(^|,)\s*application\/yaml\b/;

function reply(incoming: IncomingMessage, outgoing: ServerResponse, answer: HttpAnswer): void {
  const { accept = '', 'user-agent': agent = '' } = incoming.headers;
  if (answer.body instanceof Uint8Array) {
    outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.byteLength });
    outgoing.end(answer.body);
    return;
  }
  const isText = typeof answer.body === 'string';
  const text = isText ? (answer.body as string) : encode(answer.body);
  const wantsYaml = !isText && YAML.test(accept) && !accept.includes('application/json');
  const isForPeople = /^(curl|Wget|Mozilla\/5\.0)/.test(agent) || /[?&]pretty=(1|true)\b/.test(incoming.url ?? '');
  const shown = isText ? text : wantsYaml ? stringify(JSON.parse(text)) : isForPeople ? indented(text) : `${text}\n`;
  outgoing.writeHead(answer.status, {
    ...answer.headers,
    ...(wantsYaml ? { 'content-type': 'application/yaml' } : {}),
    'cache-control': 'no-cache, private',
    'content-length': Buffer.byteLength(shown),
  });
  outgoing.end(incoming.method === 'HEAD' ? undefined : shown);
}
