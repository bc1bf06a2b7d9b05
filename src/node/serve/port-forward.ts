/**
 * `kubectl port-forward`: connections to a port of a pod, answered by the scripted server that listens there. kubectl
 * tunnels SPDY through a WebSocket; other clients use a pair of channels a port.
 * Upstream: apimachinery/pkg/util/portforward/constants.go, apiserver/pkg/util/proxy/translatinghandler.go,
 * cri/streaming/portforward/{httpstream,websocket}.go.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Duplex, type Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { badRequest, type Status } from '../../sim/api/status.ts';
import type { World } from '../../sim/world.ts';
import type { OutsideActs } from './outside-acts.ts';
import type { PodTarget } from './pod-target.ts';
import { SpdyConnection, type SpdyStream } from './spdy.ts';
import { accept, endClients, onMessage, sendTo, webSocketServer, type Upgrade } from './web-socket.ts';

const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
/** Its stand-in while the handshake is read: a slash is none of the characters that the library lets a name have. */
const TUNNEL_TOKEN = 'spdy-tunnel';
const CHANNELS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'portforward.k8s.io'];
/** Two channels a port, and a byte to say which. */
const PORT_LIMIT = 128;
/** Bytes that may wait for the program behind a port. */
const BACKLOG_BYTES = 1024 * 1024;
/** A pair of streams that has not found its other half by then is given up. */
const PAIRING_MS = 30_000;

export class PortForwardServer {
  private readonly sockets = webSocketServer((offered) => {
    if (offered.has(TUNNEL_TOKEN)) return TUNNEL;
    return CHANNELS.find((name) => offered.has(name)) ?? false;
  });
  /** Reads HTTP off the forwarded connections; it listens nowhere itself. */
  private readonly reader: Server;
  private readonly aims = new WeakMap<object, { readonly podIp: string; readonly port: number }>();

  constructor(
    private readonly world: World,
    private readonly acts: OutsideActs,
  ) {
    this.reader = createServer((incoming, outgoing) => this.answer(incoming, outgoing));
    this.reader.on('clientError', (_error, socket) => socket.destroy());
  }

  stop(): void {
    endClients(this.sockets);
  }

  /** What is wrong with the ports that are asked for. A tunnel names them later, stream by stream. */
  static faultOf({ headers }: IncomingMessage, { query }: PodTarget): Status | undefined {
    if ((headers['sec-websocket-protocol'] ?? '').includes(TUNNEL)) return undefined;
    const ports = portsOf(query);
    if (ports.length === 0) return badRequest('query parameter "ports" is required');
    if (ports.length > PORT_LIMIT) return badRequest(`more than ${PORT_LIMIT} ports`);
    const wrong = ports.find((text) => !/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535);
    return wrong === undefined ? undefined : badRequest(`unable to parse ${JSON.stringify(wrong)} as a port`);
  }

  accept(upgrade: Upgrade, target: PodTarget): void {
    const { headers } = upgrade.incoming;
    headers['sec-websocket-protocol'] = (headers['sec-websocket-protocol'] ?? '').replace(TUNNEL, TUNNEL_TOKEN);
    accept(this.sockets, upgrade, (client) => {
      if (client.protocol === TUNNEL) this.tunnel(client, target);
      else this.channels(client, target);
    });
  }

  private tunnel(client: WebSocket, target: PodTarget): void {
    const halves = new Map<string, SpdyStream>();
    const connection = new SpdyConnection({
      send: (bytes) => sendTo(client, bytes),
      opened: (stream) => {
        const { streamtype: type, port = '', requestid: request = '' } = stream.headers;
        if (type === 'error') {
          halves.set(request, stream);
          const timer = setTimeout(() => stream.destroy(), PAIRING_MS).unref();
          stream.on('close', () => {
            clearTimeout(timer);
            if (halves.get(request) === stream) halves.delete(request);
          });
          return;
        }
        const errors = halves.get(request);
        halves.delete(request);
        if (errors) this.connect(target, Number(port), stream, errors);
        else stream.destroy();
      },
    });
    onMessage(client, (data) => connection.receive(data));
    client.on('close', () => connection.close());
  }

  /** Data and errors of the port with index i travel on the channels 2i and 2i+1, which begin with its number. */
  private channels(client: WebSocket, target: PodTarget): void {
    const ports = portsOf(target.query).map(Number);
    const data = ports.map((port, index) => {
      const [pipe, errors] = [index * 2, index * 2 + 1].map((channel) => channelOf(client, channel));
      for (const half of [pipe!, errors!]) half.write(Buffer.from([port & 0xff, port >> 8]));
      this.connect(target, port, pipe!, errors!);
      return pipe!;
    });
    onMessage(client, (bytes) => {
      const channel = bytes[0] ?? 0;
      const pipe = channel % 2 === 0 ? data[channel / 2] : undefined;
      if (!pipe || pipe.destroyed) return;
      if (pipe.readableLength > BACKLOG_BYTES) pipe.destroy();
      else pipe.push(Buffer.from(bytes.subarray(1)));
    });
    client.on('close', () => data.forEach((pipe) => pipe.destroy()));
  }

  private connect({ pod }: PodTarget, port: number, data: Duplex, errors: Writable): void {
    const { processes } = this.world;
    const podIp = pod.status?.podIP ?? '';
    if (!processes.listener(podIp, port)) {
      const { uid, name, namespace } = pod.metadata;
      errors.end(
        `error forwarding port ${port} to pod ${name}_${namespace}, uid : failed to execute portforward in network namespace "/var/run/netns/cni-${uid}": failed to connect to localhost:${port} inside namespace "${uid}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused`,
      );
      data.end();
      return;
    }
    errors.end();
    this.aims.set(data, { podIp, port });
    this.reader.emit('connection', data);
  }

  private answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const aim = this.aims.get(incoming.socket);
    incoming.resume();
    const { method = 'GET', url: path = '/', headers } = incoming;
    const reply = aim && this.acts.forward({ ...aim, method, path, host: headers.host ?? 'localhost' });
    // A server that speaks no HTTP says nothing to it.
    if (reply?.kind !== 'http') return void incoming.socket.destroy();
    const type = /^\s*</.test(reply.body) ? 'text/html' : 'text/plain';
    outgoing.writeHead(reply.status, { 'content-type': type, 'content-length': Buffer.byteLength(reply.body) });
    outgoing.end(method === 'HEAD' ? undefined : reply.body);
  }
}

const portsOf = (query: URLSearchParams): readonly string[] => query.getAll('ports').flatMap((text) => text.split(','));

function channelOf(client: WebSocket, channel: number): Duplex {
  const pipe = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      sendTo(client, Buffer.concat([Buffer.from([channel]), chunk]));
      done();
    },
  });
  return pipe.on('error', () => pipe.destroy());
}
