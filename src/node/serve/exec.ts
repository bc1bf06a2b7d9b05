/**
 * `kubectl exec` and `attach` over a WebSocket: the first byte of each message says which stream it belongs to.
 * Upstream: apimachinery/pkg/util/remotecommand/constants.go, cri/streaming. Left out: SPDY without a WebSocket, and the
 * size of a terminal's window.
 */
import { StringDecoder } from 'node:string_decoder';
import type { WebSocket } from 'ws';
import { runtimeUidOf } from '../../sim/api/mirror-pods.ts';
import type { World } from '../../sim/world.ts';
import type { OutsideActs } from './outside-acts.ts';
import type { PodTarget } from './pod-target.ts';
import { accept, endClients, guarded, onMessage, sendTo, webSocketServer, type Upgrade } from './web-socket.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const CLOSE = 255;
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const LOOK_EVERY_MS = 20;

interface Wishes {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

const SUCCESS = { metadata: {}, status: 'Success' };

export class ExecServer {
  private readonly sockets = webSocketServer((offered) => PROTOCOLS.find((name) => offered.has(name)) ?? false);

  constructor(
    private readonly world: World,
    private readonly acts: OutsideActs,
  ) {}

  stop(): void {
    endClients(this.sockets);
  }

  accept(upgrade: Upgrade, target: PodTarget, what: 'exec' | 'attach'): void {
    accept(this.sockets, upgrade, (client) => this.run(client, target, what));
  }

  private run(client: WebSocket, target: PodTarget, what: 'exec' | 'attach'): void {
    const { world } = this;
    const wishes = wishesOf(target, what);
    const session = this.begin(target, wishes, what);
    if (session === undefined) {
      const message = `unable to upgrade connection: container not found ("${target.container}")`;
      return finish(client, { metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500 });
    }
    const sent = { stdout: 0, stderr: 0 };
    const look = (): void => {
      const found = world.processes.session(session);
      if (!found) return;
      for (const name of ['stdout', 'stderr'] as const) {
        const dropped = found.dropped?.[name] ?? 0;
        const fresh = found[name].slice(Math.max(0, sent[name] - dropped));
        sent[name] = dropped + found[name].length;
        if (wishes[name] || wishes.tty) send(client, name === 'stdout' || wishes.tty ? STDOUT : STDERR, fresh, wishes);
      }
      if (found.exitCode === undefined) return;
      clearInterval(timer);
      this.acts.leave(session);
      // Who looks on does not learn how the program ended; kubectl asks the pod.
      finish(client, what === 'attach' ? SUCCESS : statusOf(found.exitCode));
    };
    const timer = setInterval(() => guarded(client, look), LOOK_EVERY_MS);
    client.on('close', () => {
      clearInterval(timer);
      guarded(client, () => this.acts.leave(session));
    });
    this.listen(client, session, target, wishes, what, look);
    look();
  }

  private begin({ pod, container, query }: PodTarget, wishes: Wishes, what: 'exec' | 'attach'): number | undefined {
    const podUid = runtimeUidOf(pod);
    if (what === 'attach') return this.acts.begin({ act: 'attach', podUid, container });
    const argv = query.getAll('command');
    return this.acts.begin({
      act: 'exec',
      podUid,
      container,
      argv,
      hasInput: wishes.stdin,
      hasTerminal: wishes.tty,
    });
  }

  /** Hands over what is typed: keys for a terminal, text otherwise. */
  private listen(
    client: WebSocket,
    session: number,
    target: PodTarget,
    { stdin, tty }: Wishes,
    what: 'exec' | 'attach',
    look: () => void,
  ): void {
    const typed = new StringDecoder('utf8');
    onMessage(client, (data) => {
      if (!stdin) return;
      if (data[0] === CLOSE && data[1] === STDIN) {
        if (what === 'exec' || isOnce(target)) this.acts.type(session, undefined);
        return;
      }
      if (data[0] !== STDIN) return;
      const text = typed.write(data.subarray(1));
      if (tty) this.acts.press(session, text);
      else this.acts.type(session, text);
      look();
    });
  }
}

function wishesOf({ pod, container, query }: PodTarget, what: 'exec' | 'attach'): Wishes {
  const has = (name: string): boolean => ['true', '1'].includes(query.get(name) ?? '');
  const tty = what === 'attach' ? (containerOf(pod, container)?.tty ?? false) : has('tty');
  return { stdin: has('stdin'), stdout: has('stdout'), stderr: has('stderr'), tty };
}

function containerOf({ spec }: PodTarget['pod'], name: string): { stdinOnce?: boolean; tty?: boolean } | undefined {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec ?? {};
  return [...containers, ...initContainers, ...ephemeralContainers].find((item) => item.name === name);
}

const isOnce = ({ pod, container }: PodTarget): boolean => containerOf(pod, container)?.stdinOnce ?? false;

function send(client: WebSocket, channel: number, text: string, { tty }: Wishes): void {
  const shown = tty ? text.replaceAll('\n', '\r\n') : text;
  if (shown !== '') sendTo(client, Buffer.concat([Buffer.from([channel]), Buffer.from(shown)]));
}

function statusOf(code: number): object {
  if (code === 0) return SUCCESS;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command, exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

function finish(client: WebSocket, status: object): void {
  sendTo(client, Buffer.concat([Buffer.from([ERROR]), Buffer.from(JSON.stringify(status))]));
  client.close(1000);
}
