/**
 * Requests between programs: name lookup by the resolver's search list, service choice by the proxy of the client's node,
 * the hop to the pod, and the answer; each step a task, each leg in the trace.
 * Network policies, source address translation and packet loss are left out.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { coreDnsId, INTERNET, kubeProxyId, podId, type Component, type Kernel } from '../kernel/index.ts';
import { lookUpImage, serve, type ProcessTable, type RunningProcess } from '../workloads/index.ts';
import { CoreDns, type DnsAnswer } from './core-dns.ts';
import type { KubeProxy } from './kube-proxy.ts';
import { resolvConfOf, searchPath } from './resolver.ts';
import { isAddress, parseUrl, type Target } from './url.ts';

export const NETWORK = 'network';
export const REQUEST_LIMIT = 10_000;

const HOP_MS = 1;
const DNS_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Requests that programs send by themselves are recorded at most this often. */
const CLIENT_MIN_MS = 500;

export interface NetworkPorts {
  readonly kernel: Kernel;
  readonly processes: ProcessTable;
  readonly clusterDns: string;
  findPod(namespace: string, name: string): Stored<Pod> | undefined;
}

export interface TrafficOrder {
  readonly namespace: string;
  readonly pod: string;
  readonly url: string;
  readonly count: number;
  readonly intervalMs: number;
}

interface Request {
  readonly id: number;
  readonly namespace: string;
  readonly pod: string;
  readonly target: Target;
  readonly began: number;
  readonly names: readonly string[];
  readonly attempt: number;
  readonly isUpkeep: boolean;
}

interface Flow extends TrafficOrder {
  readonly epoch: number;
  readonly sent: number;
  /** A program of the cluster sends these; undefined for a person's. */
  readonly process?: string;
}

export class Network implements Component {
  readonly id = NETWORK;
  private lastRequest = 0;
  private epoch = 0;

  constructor(private readonly ports: NetworkPorts) {
    ports.processes.onChange((process, what) => {
      if (what === 'started' && process.behaviour.client) this.begin(process);
    });
  }

  isSerial(): boolean {
    return false;
  }

  /** Sends once, or `count` times at the given interval. */
  startTraffic(order: TrafficOrder): void {
    this.ports.kernel.schedule(0, this.id, 'flow', {
      ...order,
      count: Math.min(order.count, REQUEST_LIMIT),
      epoch: this.epoch,
      sent: 0,
    });
  }

  /** Ends what a person has started. */
  stopTraffic(): void {
    this.epoch += 1;
  }

  private begin(process: RunningProcess): void {
    const { url, intervalMs } = process.behaviour.client!;
    const { namespace, pod, podUid, container } = process;
    const flow: Flow = {
      namespace,
      pod,
      url,
      count: Number.MAX_SAFE_INTEGER,
      intervalMs: Math.max(CLIENT_MIN_MS, intervalMs),
      epoch: 0,
      sent: 0,
      process: `${podUid}/${container}`,
    };
    this.ports.kernel.schedule(flow.intervalMs, this.id, 'flow', flow, true);
  }

  handle(action: string, payload: unknown): void {
    switch (action) {
      case 'flow':
        return this.flow(payload as Flow);
      case 'resolve':
        return this.resolve(payload as Request);
      case 'connect':
        return this.connect(payload as Request & { address: string });
      case 'arrive':
        return this.arrive(payload as Arrival);
      case 'done':
        return this.done(payload as Outcome);
      default:
        this.ports.kernel.assert(false, `the network has no action ${action}`);
    }
  }

  private flow(flow: Flow): void {
    const { kernel, processes } = this.ports;
    if (flow.process === undefined && flow.epoch !== this.epoch) return;
    if (flow.process !== undefined) {
      const [uid = '', container = ''] = flow.process.split('/');
      if (!processes.get(uid, container)) return;
    }
    const isUpkeep = flow.process !== undefined;
    if (flow.sent + 1 < flow.count)
      kernel.schedule(flow.intervalMs, this.id, 'flow', { ...flow, sent: flow.sent + 1 }, isUpkeep);
    this.send(flow, isUpkeep);
  }

  private send(flow: Flow, isUpkeep: boolean): void {
    const { kernel } = this.ports;
    this.lastRequest += 1;
    const parsed = parseUrl(flow.url);
    const request: Request = {
      id: this.lastRequest,
      namespace: flow.namespace,
      pod: flow.pod,
      began: kernel.turn.cursor,
      names: [],
      attempt: 0,
      isUpkeep,
      target: parsed.ok ? parsed.target : { url: flow.url, host: '', port: 0, path: '' },
    };
    if (!parsed.ok) return this.end(request, 0, { failure: parsed.failure });
    const pod = this.ports.findPod(flow.namespace, flow.pod);
    if (!pod) return this.end(request, 0, { failure: `pods "${flow.pod}" not found` });
    if (!pod.status?.podIP)
      return this.end(request, 0, { failure: `pod ${flow.namespace}/${flow.pod} has no address yet` });
    const { host } = parsed.target;
    if (isAddress(host)) return this.next(0, 'connect', { ...request, address: host });
    const conf = resolvConfOf(pod, this.ports.clusterDns, '168.63.129.16');
    const isMusl = (pod.spec?.containers ?? []).some(
      ({ image }) => lookUpImage(image ?? '')?.behaviour.name === 'shell' && /alpine|busybox/.test(image ?? ''),
    );
    this.next(0, 'resolve', { ...request, names: searchPath(host, conf, isMusl) });
  }

  private next(delayMs: number, action: string, payload: Request | Outcome | (Request & { address: string })): void {
    this.ports.kernel.schedule(delayMs, this.id, action, payload, payload.isUpkeep);
  }

  private object(request: Request): { resource: string; kind: string; namespace: string; name: string } {
    return { resource: 'pods', kind: 'Pod', namespace: request.namespace, name: request.pod };
  }

  /** One name of the search list: A and AAAA are asked together. */
  private resolve(request: Request): void {
    const { kernel } = this.ports;
    const [name, ...rest] = request.names;
    const { host } = request.target;
    if (name === undefined) return this.end(request, 0, { failure: `curl: (6) Could not resolve host: ${host}` });
    const server = this.dnsServer(request);
    if (!server) {
      this.query(
        request,
        name,
        'A',
        { rcode: 'SERVFAIL', addresses: [] },
        this.ports.clusterDns,
        DNS_TIMEOUT_MS,
        'TIMEOUT',
      );
      if (request.attempt === 0) return this.next(DNS_TIMEOUT_MS, 'resolve', { ...request, attempt: 1 });
      return this.end(request, DNS_TIMEOUT_MS, { failure: `curl: (6) Could not resolve host: ${host}` });
    }
    const answers = (['A', 'AAAA'] as const).map((type) => {
      const answer = server.dns.answer(name, type);
      this.query(
        request,
        name,
        type,
        answer,
        podId(server.namespace, server.pod),
        answer.isForwarded ? 12 : 2 * HOP_MS,
      );
      return answer;
    });
    const [a] = answers;
    const takes = a!.isForwarded ? 14 : 2 + 2 * HOP_MS;
    if (a!.addresses.length > 0) {
      const address = a!.addresses[kernel.stream('network/addresses').below(a!.addresses.length)]!;
      return this.next(takes, 'connect', { ...request, names: [], address } as Request);
    }
    this.next(takes, 'resolve', { ...request, names: rest, attempt: 0 });
  }

  private query(
    request: Request,
    name: string,
    queryType: 'A' | 'AAAA',
    answer: DnsAnswer,
    to: string,
    takesMs: number,
    code: 'TIMEOUT' | DnsAnswer['rcode'] = answer.rcode,
  ): void {
    const { kernel } = this.ports;
    const departAt = kernel.turn.cursor;
    kernel.emit(
      'dns.query',
      {
        request: request.id,
        name,
        queryType,
        answer: code,
        addresses: answer.addresses,
        from: podId(request.namespace, request.pod),
        to,
        departAt,
        arriveAt: departAt + HOP_MS,
        returnAt: departAt + takesMs,
        ...(answer.note ? { note: answer.note } : {}),
      },
      { object: this.object(request) },
    );
  }

  /** The CoreDNS pod that the node's proxy picks for the DNS Service. */
  private dnsServer(request: Request): { dns: CoreDns; namespace: string; pod: string } | undefined {
    const { kernel, processes } = this.ports;
    const choice = this.proxyOf(request)?.choose(
      this.ports.clusterDns,
      53,
      'UDP',
      request.pod,
      kernel.stream('network/proxy'),
    );
    if (choice?.verdict !== 'dnat') return undefined;
    const process = processes.at(choice.address).find(({ behaviour }) => behaviour.role === 'coredns');
    if (!process) return undefined;
    const dns = kernel.component(coreDnsId(process.namespace, process.pod));
    return dns instanceof CoreDns ? { dns, namespace: process.namespace, pod: process.pod } : undefined;
  }

  private proxyOf(request: Request): KubeProxy | undefined {
    const node = this.ports.findPod(request.namespace, request.pod)?.spec?.nodeName;
    return node ? (this.ports.kernel.component(kubeProxyId(node)) as KubeProxy | undefined) : undefined;
  }

  private connect(request: Request & { address: string }): void {
    const { kernel } = this.ports;
    const { target, address } = request;
    const proxy = this.proxyOf(request);
    const choice = proxy?.choose(address, target.port, 'TCP', request.pod, kernel.stream('network/proxy'));
    if (choice && proxy) {
      kernel.emitCause(
        'proxy.choose',
        {
          request: request.id,
          node: proxy.node,
          service: choice.service,
          chain: choice.chain,
          candidates: choice.candidates,
          verdict: choice.verdict,
          ...(choice.verdict === 'dnat' ? { chosen: `${choice.address}:${choice.port}` } : {}),
        },
        { object: this.object(request) },
      );
      if (choice.verdict === 'reject') return this.refused(request, 1);
      if (choice.verdict === 'drop') return this.timedOut(request);
    }
    const [ip, port] = choice?.verdict === 'dnat' ? [choice.address, choice.port] : [address, target.port];
    const process = this.ports.processes.listener(ip, port);
    const owner = process ?? this.ports.processes.at(ip)[0];
    if (!owner && ip.startsWith('203.0.113.')) return this.outside(request, ip);
    if (!owner) return this.timedOut(request);
    this.hop(
      request,
      'request',
      podId(request.namespace, request.pod),
      podId(owner.namespace, owner.pod),
      `${ip}:${port}`,
      HOP_MS,
    );
    this.next(HOP_MS, 'arrive', { ...request, ip, port } as Arrival);
  }

  private hop(
    request: Request,
    direction: 'request' | 'reply',
    from: string,
    to: string,
    address: string,
    takesMs: number,
  ): void {
    const { kernel } = this.ports;
    const departAt = kernel.turn.cursor;
    kernel.emitCause(
      'traffic.hop',
      { request: request.id, direction, from, to, departAt, arriveAt: departAt + takesMs, address },
      { object: this.object(request) },
    );
  }

  private outside(request: Request, ip: string): void {
    this.hop(request, 'request', podId(request.namespace, request.pod), INTERNET, `${ip}:${request.target.port}`, 20);
    this.next(40, 'done', {
      request,
      status: 200,
      body: `${request.target.host} answers from outside the cluster`,
      isUpkeep: request.isUpkeep,
    } as Outcome);
  }

  private arrive(arrival: Arrival): void {
    const { kernel, processes } = this.ports;
    const { ip, port, target } = arrival;
    const process = processes.listener(ip, port);
    if (!process) return this.refused(arrival, HOP_MS);
    const draw = (bound: number): number => kernel.stream('network/replies').below(bound);
    const reply = serve(
      process,
      { method: 'GET', path: target.path, host: target.host, port },
      { nowMs: kernel.turn.cursor, draw },
    );
    kernel.turn.cursor += reply.latencyMs;
    this.hop(
      arrival,
      'reply',
      podId(process.namespace, process.pod),
      podId(arrival.namespace, arrival.pod),
      `${ip}:${port}`,
      HOP_MS,
    );
    const outcome =
      reply.kind === 'http'
        ? { status: reply.status, body: reply.body }
        : { failure: 'curl: (52) Empty reply from server' };
    this.next(HOP_MS, 'done', { request: arrival, ...outcome, isUpkeep: arrival.isUpkeep });
  }

  private refused(request: Request, afterMs: number): void {
    const { host, port } = request.target;
    const elapsed = this.ports.kernel.turn.cursor + afterMs - request.began;
    this.end(request, afterMs, {
      failure: `curl: (7) Failed to connect to ${host} port ${port} after ${elapsed} ms: Could not connect to server`,
    });
  }

  private timedOut(request: Request): void {
    this.end(request, CONNECT_TIMEOUT_MS, {
      failure: `curl: (28) Failed to connect to ${request.target.host} port ${request.target.port} after ${CONNECT_TIMEOUT_MS} ms: Timeout was reached`,
    });
  }

  private end(request: Request, afterMs: number, outcome: { failure: string }): void {
    this.next(afterMs, 'done', { request, ...outcome, isUpkeep: request.isUpkeep });
  }

  private done({ request, status, body, failure }: Outcome): void {
    const { kernel } = this.ports;
    kernel.emit(
      'traffic.done',
      {
        request: request.id,
        url: request.target.url,
        elapsedMs: kernel.turn.cursor - request.began,
        ...(status === undefined ? {} : { status }),
        ...(body === undefined ? {} : { body }),
        ...(failure === undefined ? {} : { failure }),
        ...(request.isUpkeep ? { isProgram: true } : {}),
      },
      { object: this.object(request) },
    );
  }

  save(): unknown {
    return { lastRequest: this.lastRequest, epoch: this.epoch };
  }

  load(state: unknown): void {
    const saved = state as { lastRequest: number; epoch: number };
    this.lastRequest = saved.lastRequest;
    this.epoch = saved.epoch;
  }
}

interface Arrival extends Request {
  readonly ip: string;
  readonly port: number;
}

interface Outcome {
  readonly request: Request;
  readonly status?: number;
  readonly body?: string;
  readonly failure?: string;
  readonly isUpkeep: boolean;
}
