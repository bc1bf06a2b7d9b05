/**
 * `kubectl exec` over a WebSocket: the first byte of each message says which stream it belongs to.
 * Upstream: apimachinery/pkg/util/remotecommand/constants.go, cri/streaming. Left out: SPDY, and a terminal that is typed
 * into while its program runs: the input is handed over once it ends.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { HTTP_CLIENTS } from '../../sim/apiserver/http-watches.ts';
import type { World } from '../../sim/world.ts';
import type { PodTarget } from './pod-target.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const CLOSE = 255;
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const LOOK_EVERY_MS = 20;
const INPUT_LIMIT = 1024 * 1024;

export class ExecServer {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => PROTOCOLS.find((name) => offered.has(name)) ?? false,
  });

  constructor(private readonly world: World) {}

  accept(incoming: IncomingMessage, socket: Duplex, head: Buffer, target: PodTarget): void {
    this.sockets.handleUpgrade(incoming, socket, head, (client) => this.serve(client, target));
  }

  private serve(client: WebSocket, target: PodTarget): void {
    const wantsInput = ['true', '1'].includes(target.query.get('stdin') ?? '');
    if (!wantsInput) return this.run(client, target, undefined);
    const parts: Buffer[] = [];
    let hasBegun = false;
    const begin = (): void => {
      if (hasBegun) return;
      hasBegun = true;
      this.run(client, target, Buffer.concat(parts).toString('utf8'));
    };
    client.on('message', (data: Buffer) => {
      if (data[0] === STDIN && parts.length < INPUT_LIMIT) parts.push(data.subarray(1));
      else if (data[0] === CLOSE && data[1] === STDIN) begin();
    });
    // Whoever keeps the input open without a word wants the output all the same.
    const isTerminal = ['true', '1'].includes(target.query.get('tty') ?? '');
    if (isTerminal) setTimeout(begin, 0);
  }

  private run(client: WebSocket, { pod, container, query }: PodTarget, stdin: string | undefined): void {
    const { world } = this;
    const argv = query.getAll('command');
    const { kernel, processes } = world;
    const session = kernel.runParallelTurn(HTTP_CLIENTS, 0, () =>
      processes.exec(pod.metadata.uid, container, argv, stdin === undefined ? {} : { stdin }),
    );
    if (session === undefined) {
      const message = `unable to upgrade connection: container not found ("${container}")`;
      return finish(client, { metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500 });
    }
    const isTerminal = ['true', '1'].includes(query.get('tty') ?? '');
    const sent = { stdout: 0, stderr: 0 };
    const look = (): void => {
      const found = processes.session(session);
      if (!found) return;
      for (const name of ['stdout', 'stderr'] as const) {
        const fresh = found[name].slice(sent[name]);
        sent[name] = found[name].length;
        const text = isTerminal ? fresh.replaceAll('\n', '\r\n') : fresh;
        const channel = name === 'stdout' || isTerminal ? STDOUT : STDERR;
        if (text !== '') client.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
      }
      if (found.exitCode === undefined) return;
      clearInterval(timer);
      processes.closeSession(session);
      finish(client, statusOf(found.exitCode));
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    client.on('close', () => {
      clearInterval(timer);
      processes.closeSession(session);
    });
    look();
  }
}

function statusOf(code: number): object {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command, exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

function finish(client: WebSocket, status: object): void {
  client.send(Buffer.concat([Buffer.from([ERROR]), Buffer.from(JSON.stringify(status))]));
  client.close(1000);
}
