/**
 * `kubectl port-forward`: connections to a port of a pod, answered by the scripted server that listens there. kubectl
 * tunnels SPDY through a WebSocket; other clients use a pair of channels a port.
 * Upstream: apimachinery/pkg/util/portforward/constants.go, apiserver/pkg/util/proxy/translatinghandler.go,
 * cri/streaming/portforward/{httpstream,websocket}.go.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Duplex, type Writable } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { HTTP_CLIENTS } from '../../sim/apiserver/http-watches.ts';
import { askForwarded } from '../../sim/network/index.ts';
import type { World } from '../../sim/world.ts';
import type { PodTarget } from './pod-target.ts';
import { SpdyConnection, SpdyFault, type SpdyStream } from './spdy.ts';

const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
/** Its stand-in while the handshake is read: a slash is none of the characters that the library lets a name have. */
const TUNNEL_TOKEN = 'spdy-tunnel';
const CHANNELS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'portforward.k8s.io'];
/** A pair of streams that has not found its other half by then is given up. */
const PAIRING_MS = 30_000;

export class PortForwardServer {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => {
      if (offered.has(TUNNEL_TOKEN)) return TUNNEL;
      return CHANNELS.find((name) => offered.has(name)) ?? false;
    },
  });
  /** Reads HTTP off the forwarded connections; it listens nowhere itself. */
  private readonly reader: Server;
  private readonly aims = new WeakMap<object, { readonly podIp: string; readonly port: number }>();

  constructor(private readonly world: World) {
    this.reader = createServer((incoming, outgoing) => this.answer(incoming, outgoing));
    this.reader.on('clientError', (_error, socket) => socket.destroy());
  }

  accept(incoming: IncomingMessage, socket: Duplex, head: Buffer, target: PodTarget): void {
    const offered = incoming.headers['sec-websocket-protocol'] ?? '';
    incoming.headers['sec-websocket-protocol'] = offered.replace(TUNNEL, TUNNEL_TOKEN);
    this.sockets.handleUpgrade(incoming, socket, head, (client) => {
      if (client.protocol === TUNNEL) this.tunnel(client, target);
      else this.channels(client, target);
    });
  }

  private tunnel(client: WebSocket, target: PodTarget): void {
    const halves = new Map<string, SpdyStream>();
    const connection = new SpdyConnection({
      send: (bytes) => client.send(bytes),
      opened: (stream) => {
        const { streamtype: type, port = '', requestid: request = '' } = stream.headers;
        if (type === 'error') {
          halves.set(request, stream);
          setTimeout(() => halves.delete(request), PAIRING_MS).unref();
          return;
        }
        const errors = halves.get(request);
        halves.delete(request);
        if (errors) this.connect(target, Number(port), stream, errors);
        else stream.destroy();
      },
    });
    client.on('message', (data: Buffer) => {
      try {
        connection.receive(data);
      } catch (error) {
        if (!(error instanceof SpdyFault) && !(error instanceof RangeError)) throw error;
        client.close(1002, 'not SPDY/3.1');
      }
    });
    client.on('close', () => connection.close());
  }

  /** Data and errors of the port with index i travel on the channels 2i and 2i+1, which begin with its number. */
  private channels(client: WebSocket, target: PodTarget): void {
    const ports = target.query.getAll('ports').flatMap((text) => text.split(',').map(Number));
    const data = ports.map((port, index) => {
      const [pipe, errors] = [index * 2, index * 2 + 1].map((channel) => channelOf(client, channel));
      for (const half of [pipe!, errors!]) half.write(Buffer.from([port & 0xff, port >> 8]));
      this.connect(target, port, pipe!, errors!);
      return pipe!;
    });
    client.on('message', (bytes: Buffer) => {
      const channel = bytes[0] ?? 0;
      if (channel % 2 === 0) data[channel / 2]?.push(Buffer.from(bytes.subarray(1)));
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
    const { kernel, processes } = this.world;
    const reply =
      aim &&
      kernel.runParallelTurn(HTTP_CLIENTS, 0, () =>
        askForwarded({ kernel, processes }, aim.podIp, {
          method,
          path,
          host: headers.host ?? 'localhost',
          port: aim.port,
        }),
      );
    // A server that speaks no HTTP says nothing to it.
    if (reply?.kind !== 'http') return void incoming.socket.destroy();
    const type = /^\s*</.test(reply.body) ? 'text/html' : 'text/plain';
    outgoing.writeHead(reply.status, { 'content-type': type, 'content-length': Buffer.byteLength(reply.body) });
    outgoing.end(method === 'HEAD' ? undefined : reply.body);
  }
}

function channelOf(client: WebSocket, channel: number): Duplex {
  return new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      client.send(Buffer.concat([Buffer.from([channel]), chunk]));
      done();
    },
  });
}
