/**
 * One simulated cluster behind HTTPS: takes requests off the socket, checks where they come from, and hands them to the
 * API server of the simulation. Upstream: apiserver/pkg/server/{secure_serving,config}.go.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certificate, TLSSocket } from 'node:tls';
import { BODY_LIMIT_BYTES } from '../../sim/apiserver/body-faults.ts';
import { authenticate, UNAUTHORIZED } from '../../sim/apiserver/authentication/authenticate.ts';
import { refusal, serveHttp, type Caller, type HttpAnswer, type HttpQuestion } from '../../sim/apiserver/http.ts';
import { isStatus } from '../../sim/apiserver/selection.ts';
import { HTTP_CLIENTS, HttpWatches } from '../../sim/apiserver/http-watches.ts';
import type { UserInfo } from '../../sim/apiserver/index.ts';
import { badRequest, failure, type Status } from '../../sim/api/status.ts';
import type { World } from '../../sim/world.ts';
import type { Credentials } from './authority.ts';
import { ServeClock, type Pace } from './clock.ts';
import { ExecServer } from './exec.ts';
import { JournalFault, type Journal } from './journal.ts';
import { sendLogs } from './logs.ts';
import { openApiAnswer } from './openapi.ts';
import { OutsideActs } from './outside-acts.ts';
import { podSubresourceOf, podTargetOf } from './pod-target.ts';
import { PortForwardServer } from './port-forward.ts';
import { faultOfHttp, questionOf, reply, replyRaw } from './reply.ts';
import { BodyReader, decodedBody, refused } from './request-body.ts';
import { described } from './table-columns.ts';
import { SLOW_CLIENT_BYTES } from './web-socket.ts';
import { encodeEvent } from './wire.ts';

export interface HostOptions {
  readonly world: World;
  readonly credentials: Credentials;
  readonly pace: Pace;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Holds what may change the cluster, before it is acknowledged. */
  readonly journal?: Journal | undefined;
  readonly patience?: Patience | undefined;
}

/** How long clients may take. */
export interface Patience {
  readonly headersMs: number;
  /** For the whole request. */
  readonly requestMs: number;
  readonly checkEveryMs: number;
}

const PATIENCE: Patience = { headersMs: 20_000, requestMs: 60_000, checkEveryMs: 5_000 };
/** How often the journal is told how far virtual time has come. */
const TIME_NOTE_MS = 1_000;
/** Upstream: Go's net/http (DefaultMaxHeaderBytes), which the API server leaves as it is. */
const HEADERS_LIMIT_BYTES = 1024 * 1024;
const HANDSHAKE_MS = 10_000;
/** How long a connection may wait for its next request. Upstream: apiserver/pkg/server/secure_serving.go (IdleTimeout). */
const IDLE_MS = 90_000;
/** How soon a client that is gone without a word is missed. */
const KEEP_ALIVE_MS = 15_000;
/** What is left of a body that nobody wants is read away up to here, so that the client hears the answer. */
const UNWANTED_LIMIT_BYTES = 16 * 1024 * 1024;
/** How long a stream may take to end when the server does. */
const FAREWELL_MS = 1_000;

export class ApiHost {
  readonly watches: HttpWatches;
  readonly clock: ServeClock;
  /** What is done to containers by clients that are connected. */
  readonly acts: OutsideActs;
  readonly bodies = new BodyReader();
  private readonly server: Server;
  private readonly execs: ExecServer;
  private readonly forwards: PortForwardServer;
  private hosts: ReadonlySet<string> = new Set();
  private timeNotes: NodeJS.Timeout | undefined;
  /** Connections that speak no HTTP any more, of which the server keeps no account. */
  private readonly upgraded = new Set<Duplex>();
  /** Answers that have no end of their own: watches, and logs that are followed. */
  private readonly streams = new Set<ServerResponse>();

  constructor(private readonly options: HostOptions) {
    const { world, pace, journal } = options;
    this.watches = new HttpWatches(world.kernel, world.api);
    world.kernel.add(this.watches);
    this.clock = new ServeClock(world, pace);
    this.server = this.makeServer(options.patience ?? PATIENCE);
    this.acts = new OutsideActs(world, (act) => {
      this.clock.settleNow();
      journal?.note({ kind: 'act', at: world.now, act });
    });
    this.execs = new ExecServer(world, this.acts);
    this.forwards = new PortForwardServer(world, this.acts);
    if (journal) this.recover(journal);
  }

  private makeServer({ headersMs, requestMs, checkEveryMs }: Patience): Server {
    const { credentials } = this.options;
    const server = createServer(
      {
        cert: credentials.server.certificate,
        key: credentials.server.key,
        ca: credentials.authority,
        requestCert: true,
        rejectUnauthorized: false,
        headersTimeout: headersMs,
        requestTimeout: requestMs,
        connectionsCheckingInterval: checkEveryMs,
        handshakeTimeout: HANDSHAKE_MS,
        keepAliveTimeout: IDLE_MS,
        maxHeaderSize: HEADERS_LIMIT_BYTES,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_MS,
      },
      (incoming, outgoing) => void this.serve(incoming, outgoing, () => undefined),
    );
    server.on('tlsClientError', () => undefined);
    // A client that asks first is told to send its body only when somebody wants it.
    server.on(
      'checkContinue',
      (incoming: IncomingMessage, outgoing: ServerResponse) =>
        void this.serve(incoming, outgoing, () => outgoing.writeContinue()),
    );
    server.on('clientError', (error: Error, socket: Duplex) => {
      if (socket.writable) replyRaw(socket, faultOfHttp(error));
      else socket.destroy();
    });
    server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.upgrade(incoming, socket, head),
    );
    return server;
  }

  /** Begins to listen, and says where. */
  async start(): Promise<string> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    const address = this.server.address() as AddressInfo;
    const bracketed = (name: string): string => (name.includes(':') ? `[${name}]` : name);
    // Everywhere is no place to connect to.
    const shown = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[address.address] ?? bracketed(address.address);
    this.hosts = new Set(
      ['127.0.0.1', 'localhost', '[::1]', 'kubernetes', shown, bracketed(host)].map((name) => name.toLowerCase()),
    );
    this.clock.start();
    this.timeNotes = setInterval(() => this.noteTime(), TIME_NOTE_MS);
    return `https://${shown}:${address.port}`;
  }

  /** Ends watches, streams and connections, and the journal's account of them. */
  async stop(): Promise<void> {
    this.clock.stop();
    clearInterval(this.timeNotes);
    this.acts.leaveAll();
    this.noteTime();
    this.execs.stop();
    this.forwards.stop();
    for (const stream of this.streams) stream.end();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeIdleConnections();
      const ended = setTimeout(() => {
        this.server.closeAllConnections();
        for (const socket of this.upgraded) socket.destroy();
      }, FAREWELL_MS);
      this.server.once('close', () => clearTimeout(ended));
    });
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse, begin: () => void): Promise<void> {
    try {
      const caller = this.admitted(incoming);
      if (isStatus(caller)) {
        reply(incoming, outgoing, refusal(caller));
        return discardRest(incoming);
      }
      const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
      if (!hasBody) {
        discardRest(incoming);
        return this.answer(incoming, outgoing, questionOf(incoming, { body: '' }), caller);
      }
      if (Number(incoming.headers['content-length'] ?? 0) <= BODY_LIMIT_BYTES) begin();
      const bytes = await this.bodies.read(incoming);
      const body = Buffer.isBuffer(bytes) ? decodedBody(bytes, incoming) : refused(bytes);
      this.answer(incoming, outgoing, questionOf(incoming, body), caller);
      if (!Buffer.isBuffer(bytes)) discardRest(incoming);
    } catch (error) {
      // The client has gone away while it was still speaking; anything else is our fault, and must be seen.
      if (incoming.destroyed && !incoming.complete) return;
      const reason = error instanceof Error ? error.message : String(error);
      console.error(error instanceof JournalFault ? reason : error);
      const status = failure({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${reason}` });
      if (!outgoing.headersSent) reply(incoming, outgoing, refusal(status));
    }
  }

  /** Who asks, or why nobody listens: by a foreign name, or being nobody. No body is read for those. */
  private admitted(incoming: IncomingMessage): Caller | Status {
    const foreign = this.foreignStatus(incoming);
    if (foreign) return foreign;
    const caller = this.callerOf(incoming);
    if (caller === 'refused') return UNAUTHORIZED;
    const { headers } = questionOf(incoming, { body: '' });
    const identity = authenticate(this.options.world.api, { ...caller, headers });
    return identity.ok ? caller : identity.status;
  }

  private answer(incoming: IncomingMessage, outgoing: ServerResponse, question: HttpQuestion, caller: Caller): void {
    const { world, journal } = this.options;
    this.clock.arrive();
    if (podSubresourceOf(question.path) === 'log') return this.logs(incoming, outgoing, question, caller);
    if (this.watches.isWatch(question)) return this.stream(incoming, outgoing, question, caller);
    const documents = openApiAnswer(question, (path) => serveHttp(world.api, { ...question, path }, caller));
    if (documents) return reply(incoming, outgoing, documents);
    this.clock.settleNow();
    const mayChange = !['GET', 'HEAD', 'OPTIONS'].includes(question.method) && !question.bodyFault;
    if (mayChange) journal?.append({ kind: 'request', at: world.now, question, caller });
    reply(incoming, outgoing, this.ask(question, caller));
  }

  private logs(incoming: IncomingMessage, outgoing: ServerResponse, question: HttpQuestion, caller: Caller): void {
    const { world } = this.options;
    const target = podTargetOf(world, question, caller);
    const answer = 'pod' in target ? sendLogs(world, target, outgoing) : target;
    if (answer) return reply(incoming, outgoing, answer);
    this.keepStream(outgoing);
  }

  /** Exec comes as a WebSocket; what cannot be had that way is refused in words. */
  private upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.upgraded.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.upgraded.delete(socket));
    (socket as Socket).setKeepAlive(true, KEEP_ALIVE_MS);
    const refuse = (answer: HttpAnswer): void => replyRaw(socket, answer);
    try {
      this.upgradeAs(incoming, socket, head, refuse);
    } catch (error) {
      console.error(error);
      const reason = error instanceof Error ? error.message : String(error);
      refuse(refusal(failure({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${reason}` })));
    }
  }

  private upgradeAs(
    incoming: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    refuse: (answer: HttpAnswer) => void,
  ): void {
    const caller = this.admitted(incoming);
    if (isStatus(caller)) return refuse(refusal(caller));
    const question = questionOf(incoming, { body: '' });
    const subresource = podSubresourceOf(question.path);
    if (!subresource || subresource === 'log') return refuse(refusal(badRequest('no such stream')));
    this.clock.arrive();
    this.clock.settleNow();
    const target = podTargetOf(this.options.world, question, caller);
    if (!('pod' in target)) return refuse(target);
    // Who may not join the streams is told so, whatever protocol is spoken: kubectl asks again in the older one.
    if (incoming.headers.upgrade?.toLowerCase() !== 'websocket') return refuse(refusal(badRequest(ONLY_WEBSOCKETS)));
    const upgrade = { incoming, socket, head };
    if (subresource !== 'portforward') return this.execs.accept(upgrade, target, subresource);
    const fault = PortForwardServer.faultOf(incoming, target);
    if (fault) return refuse(refusal(fault));
    this.forwards.accept(upgrade, target);
  }

  private ask(question: HttpQuestion, caller: Caller): HttpAnswer {
    const { world } = this.options;
    const answer = world.kernel.runParallelTurn(HTTP_CLIENTS, 0, () => serveHttp(world.api, question, caller));
    return { ...answer, body: described(world.api, question.path, answer.body) };
  }

  /** Plays again what the journal holds. */
  private recover(journal: Journal): void {
    const { kernel, api } = this.options.world;
    for (const entry of journal.entries()) {
      if (entry.kind === 'cluster') continue;
      kernel.advanceTo(entry.at);
      if (entry.kind === 'request') this.repeat(entry.question, entry.caller);
      else if (entry.kind === 'act') this.acts.repeat(entry.act);
      else if (entry.revision !== undefined && entry.revision !== api.store.revision) {
        throw new JournalFault(
          `${journal.path} does not lead to the same cluster with this release: at ${entry.at} ms the store had ` +
            `revision ${entry.revision}, now it has ${api.store.revision}. Use the release that wrote it, or another folder.`,
        );
      }
    }
    this.acts.leaveAll();
  }

  /** A request that broke the server was answered so, and left behind what it had done by then. */
  private repeat(question: HttpQuestion, caller: Caller): void {
    try {
      this.ask(question, caller);
    } catch (error) {
      console.error(error);
    }
  }

  private noteTime(): void {
    const { journal, world } = this.options;
    // What is due now may still be under way; a replay would run all of it.
    this.clock.settleNow();
    try {
      journal?.note({ kind: 'time', at: world.now, revision: world.api.store.revision });
    } catch (error) {
      if (!(error instanceof JournalFault)) throw error;
      console.error(error.message);
    }
  }

  private stream(incoming: IncomingMessage, outgoing: ServerResponse, question: HttpQuestion, caller: Caller): void {
    const { world } = this.options;
    const { kernel } = world;
    const stop = (): void => {
      if ('id' in started) kernel.runParallelTurn(HTTP_CLIENTS, 0, () => this.watches.stop(started.id));
    };
    const waiting: Buffer[] = [];
    let isOpen = false;
    const started = kernel.runParallelTurn(HTTP_CLIENTS, 0, () =>
      this.watches.start(question, caller, {
        send: ({ type, object }) => {
          const line = encodeEvent(type, described(world.api, question.path, object) as object);
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
    this.keepStream(outgoing);
    outgoing.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    outgoing.flushHeaders();
    for (const line of waiting) outgoing.write(line);
  }

  private keepStream(outgoing: ServerResponse): void {
    this.streams.add(outgoing);
    outgoing.on('close', () => this.streams.delete(outgoing));
  }

  /** A page of somebody else's must not reach a cluster on this machine, nor a name that was made to point at it. */
  private foreignStatus({ headers, socket }: IncomingMessage): Status | undefined {
    const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
    // No name can be made to look like the address that the connection came in by.
    const own = (socket.localAddress ?? '').replace(/^::ffff:(?=[\d.]+$)/, '');
    const refused = (what: string, value: string): Status =>
      failure({
        code: 403,
        reason: 'Forbidden',
        message: `forbidden: ${what} ${JSON.stringify(value)} is not served here`,
      });
    if (!this.hosts.has(host) && host !== (own.includes(':') ? `[${own}]` : own))
      return refused('host', headers.host ?? '');
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

/** Common name and organizations of a certificate are the user's name and groups. */
function userOf({ CN = '', O = [] }: Certificate): UserInfo {
  return { name: [CN].flat()[0] ?? '', groups: [...[O].flat(), 'system:authenticated'] };
}

/** Reads away what is left of a body, and hangs up on who does not stop. */
function discardRest(incoming: IncomingMessage): void {
  let size = 0;
  incoming.on('error', () => undefined);
  incoming.on('data', (part: Buffer) => {
    size += part.length;
    if (size > UNWANTED_LIMIT_BYTES) incoming.destroy();
  });
}
