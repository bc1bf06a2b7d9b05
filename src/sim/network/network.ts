/**
 * Requests between programs: name lookup by the resolver's search list, service choice by the proxy of the client's node,
 * the hop to the pod, and the answer; each step a task, each leg in the trace.
 * Network policies, source address translation and packet loss are left out.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { coreDnsId, INTERNET, kubeProxyId, podId, type Component, type Kernel } from '../kernel/index.ts';
import {
  DATA_PLANE,
  serve,
  type ProcessTable,
  type Question,
  type ReplyAddress,
  type RunningProcess,
} from '../workloads/index.ts';
import { CoreDns, type DnsAnswer } from './core-dns.ts';
import type { KubeProxy } from './kube-proxy.ts';
import { healthAnswer, rulingOn } from './node-rules.ts';
import { resolvConfOf, searchPath } from './resolver.ts';
import {
  isMuslImage,
  orderOf,
  replyOf,
  targetOf,
  type Arrival,
  type Asked,
  type Outcome,
  type Reason,
  type Request,
  type TrafficOrder,
} from './requests.ts';
import { isAddress, parseUrl, type Target } from './url.ts';

export const NETWORK = 'network';
export const REQUEST_LIMIT = 10_000;

const HOP_MS = 1;
const DNS_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** A client without a limit of its own waits so long for an answer. */
const CLIENT_PATIENCE_MS = 300_000;
const DNS_PATIENCE_MS = 60_000;
/** Azure's resolver, which nodes ask. */
const HOST_DNS = '168.63.129.16';

export interface NetworkPorts {
  readonly kernel: Kernel;
  readonly processes: ProcessTable;
  readonly clusterDns: string;
  findPod(namespace: string, name: string): Stored<Pod> | undefined;
}

interface Flow extends TrafficOrder {
  readonly epoch: number;
  readonly sent: number;
  /** A program of the cluster sends these; undefined for a person's. */
  readonly process?: Pick<RunningProcess, 'podUid' | 'container' | 'containerId'>;
}

export class Network implements Component {
  readonly id = NETWORK;
  private lastRequest = 0;
  private epoch = 0;

  constructor(private readonly ports: NetworkPorts) {
    ports.processes.onChange((process, what) => {
      if (what === 'started' && process.behaviour.client) this.beginClient(process);
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

  private beginClient(process: RunningProcess): void {
    const { podUid, container, containerId } = process;
    const flow: Flow = { ...orderOf(process), epoch: 0, sent: 0, process: { podUid, container, containerId } };
    this.ports.kernel.schedule(flow.intervalMs, this.id, 'flow', flow, true);
  }

  handle(action: string, payload: unknown): void {
    switch (action) {
      case 'flow':
        return this.flow(payload as Flow);
      case 'question':
        return this.answer(payload as Asked);
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
      // A container that has come back sends by a flow of its own.
      const { podUid, container, containerId } = flow.process;
      if (processes.get(podUid, container)?.containerId !== containerId) return;
    }
    const isUpkeep = flow.process !== undefined;
    if (flow.sent + 1 < flow.count)
      kernel.schedule(flow.intervalMs, this.id, 'flow', { ...flow, sent: flow.sent + 1 }, isUpkeep);
    this.send(flow, isUpkeep);
  }

  /** A program's question; its answer goes back to it as a task. */
  ask(process: RunningProcess, question: Question, reply: ReplyAddress): void {
    const { namespace, pod, image } = process;
    const asked: Asked = { namespace, pod, image, question, reply };
    this.ports.kernel.schedule(0, this.id, 'question', asked, reply.isUpkeep);
  }

  private answer({ namespace, pod, image, question, reply }: Asked): void {
    const parsed = targetOf(question);
    const request = this.newRequest(namespace, pod, reply.isUpkeep, parsed.ok ? parsed.target : parsed.empty, {
      kind: question.kind,
      method: question.kind === 'http' ? question.method : '',
      ...(question.kind === 'http' && question.body !== undefined ? { content: question.body } : {}),
      timeoutMs: question.kind === 'dns' ? DNS_PATIENCE_MS : question.timeoutMs,
      reply,
    });
    if (!parsed.ok) return this.end(request, 0, { failure: parsed.failure, reason: 'malformed' });
    this.begin(request, isMuslImage(image));
  }

  private newRequest(
    namespace: string,
    pod: string,
    isUpkeep: boolean,
    target: Target,
    { timeoutMs, ...more }: Pick<Request, 'kind' | 'method' | 'content' | 'weight' | 'reply'> & { timeoutMs: number },
  ): Request {
    this.lastRequest += 1;
    const began = this.ports.kernel.turn.cursor;
    return {
      id: this.lastRequest,
      namespace,
      pod,
      target,
      began,
      names: [],
      attempt: 0,
      isUpkeep,
      ...more,
      deadline: began + timeoutMs,
    };
  }

  private send(flow: Flow, isUpkeep: boolean): void {
    const parsed = parseUrl(flow.url);
    const target = parsed.ok ? parsed.target : { url: flow.url, host: '', port: 0, path: '' };
    const { method = 'GET', content, weight } = flow;
    const how = {
      kind: 'http',
      method,
      timeoutMs: CLIENT_PATIENCE_MS,
      ...(content === undefined ? {} : { content }),
      ...(weight === undefined ? {} : { weight }),
    } as const;
    const request = this.newRequest(flow.namespace, flow.pod, isUpkeep, target, how);
    if (!parsed.ok) return this.end(request, 0, { failure: parsed.failure });
    const pod = this.ports.findPod(flow.namespace, flow.pod);
    if (!pod) return this.end(request, 0, { failure: `pods "${flow.pod}" not found` });
    if (!pod.status?.podIP)
      return this.end(request, 0, { failure: `pod ${flow.namespace}/${flow.pod} has no address yet` });
    this.begin(
      request,
      (pod.spec?.containers ?? []).some(({ image }) => isMuslImage(image ?? '')),
    );
  }

  /** Looks the name up first, unless it is an address. */
  private begin(request: Request, isMusl: boolean): void {
    const { host } = request.target;
    if (request.kind === 'dns' && isAddress(host)) return this.reverse(request);
    if (isAddress(host)) return this.next(0, 'connect', { ...request, address: host });
    if (host === 'localhost') {
      const pod = this.ports.findPod(request.namespace, request.pod);
      return this.next(0, 'connect', { ...request, address: pod?.status?.podIP ?? '127.0.0.1' });
    }
    const pod = this.ports.findPod(request.namespace, request.pod);
    const alias = pod?.spec?.hostAliases?.find(({ hostnames }) => hostnames?.includes(host));
    if (alias && request.kind !== 'dns') return this.next(0, 'connect', { ...request, address: alias.ip });
    const conf = resolvConfOf(pod ?? {}, this.ports.clusterDns, HOST_DNS);
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
    const unresolved = { failure: `curl: (6) Could not resolve host: ${host}`, reason: 'unresolved' } as const;
    if (name === undefined) return this.end(request, 0, unresolved);
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
      const reason = request.kind === 'dns' ? 'timeout' : 'unresolved';
      return this.end(request, DNS_TIMEOUT_MS, { ...unresolved, reason });
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
    if (a!.addresses.length > 0 && request.kind === 'dns') {
      const { addresses, canonicalName } = a!;
      const names = { name, addresses, ...(canonicalName ? { canonicalName } : {}) };
      return this.next(takes, 'done', { request, body: addresses.join(' '), names, isUpkeep: request.isUpkeep });
    }
    if (a!.addresses.length > 0) {
      const address = a!.addresses[kernel.stream('network/addresses').below(a!.addresses.length)]!;
      return this.next(takes, 'connect', { ...request, names: [], address } as Request);
    }
    this.next(takes, 'resolve', { ...request, names: rest, attempt: 0 });
  }

  private query(
    request: Request,
    name: string,
    queryType: 'A' | 'AAAA' | 'PTR',
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
      { source: request.pod, isFromHere: true },
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
    const aim = { address, port: target.port, source: request.pod };
    const { proxy, choice } = rulingOn(kernel, this.proxyOf(request), aim) ?? {};
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
      if (choice.verdict === 'reject') return this.refused({ ...request, address: `${address}:${target.port}` }, 1);
      if (choice.verdict === 'drop') return this.timedOut(request);
    }
    const health = choice ? undefined : healthAnswer(kernel, aim);
    if (health) return this.next(2 * HOP_MS, 'done', { request, ...health, address, isUpkeep: request.isUpkeep });
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
    this.next(HOP_MS, 'arrive', { ...request, ip, port, asked: `${address}:${target.port}` } as Arrival);
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
      address: `${ip}:${request.target.port}`,
      isUpkeep: request.isUpkeep,
    } as Outcome);
  }

  private arrive(arrival: Arrival): void {
    const { kernel, processes } = this.ports;
    const { ip, port, target, asked, method } = arrival;
    const process = processes.listener(ip, port);
    if (!process) return this.refused({ ...arrival, address: asked }, HOP_MS);
    const now = kernel.turn.cursor;
    const draw = (bound: number): number => kernel.stream('network/replies').below(bound);
    const body = arrival.content === undefined ? {} : { body: arrival.content };
    const path = { method, path: target.path, host: target.host, port, ...body };
    const reply =
      arrival.kind === 'tcp'
        ? ({ kind: 'connected', latencyMs: 0 } as const)
        : serve(process, path, { nowMs: now, draw, volumes: processes.volumes, slowdown: processes.slowdown(process) });
    if (now + reply.latencyMs > arrival.deadline) return this.timedOut(arrival);
    processes.served(process, arrival, reply.kind === 'http' ? reply : undefined);
    kernel.turn.cursor += reply.latencyMs;
    const [from, to] = [podId(process.namespace, process.pod), podId(arrival.namespace, arrival.pod)];
    this.hop(arrival, 'reply', from, to, `${ip}:${port}`, HOP_MS);
    const outcome =
      reply.kind === 'http'
        ? { status: reply.status, body: reply.body }
        : arrival.kind === 'tcp'
          ? { body: 'open' }
          : ({ failure: 'curl: (52) Empty reply from server', reason: 'reset' } as const);
    this.next(HOP_MS, 'done', { request: arrival, ...outcome, address: asked, isUpkeep: arrival.isUpkeep });
  }

  private refused(request: Request & { address?: string }, afterMs: number): void {
    const { host, port } = request.target;
    const elapsed = this.ports.kernel.turn.cursor + afterMs - request.began;
    this.end(request, afterMs, {
      failure: `curl: (7) Failed to connect to ${host} port ${port} after ${elapsed} ms: Could not connect to server`,
      reason: 'refused',
      ...(request.address ? { address: request.address } : {}),
    });
  }

  private timedOut(request: Request): void {
    const left = Math.max(0, request.deadline - this.ports.kernel.turn.cursor);
    const waitMs = request.reply ? left : Math.min(left, CONNECT_TIMEOUT_MS);
    this.end(request, waitMs, {
      failure: `curl: (28) Failed to connect to ${request.target.host} port ${request.target.port} after ${waitMs} ms: Timeout was reached`,
      reason: 'timeout',
    });
  }

  private end(
    request: Request,
    afterMs: number,
    outcome: { failure: string; reason?: Reason; address?: string },
  ): void {
    this.next(afterMs, 'done', { request, ...outcome, isUpkeep: request.isUpkeep });
  }

  /** The name of an address: CoreDNS knows those of Services and of headless endpoints. */
  private reverse(request: Request): void {
    const server = this.dnsServer(request);
    if (!server) return this.end(request, DNS_TIMEOUT_MS, { failure: 'connection timed out', reason: 'timeout' });
    const { host } = request.target;
    const name = server.dns.nameOf(host);
    const question = `${host.split('.').reverse().join('.')}.in-addr.arpa`;
    const answer: DnsAnswer = { rcode: name ? 'NOERROR' : 'NXDOMAIN', addresses: name ? [name] : [] };
    this.query(request, question, 'PTR', answer, podId(server.namespace, server.pod), 2 * HOP_MS);
    if (!name) return this.end(request, 2 * HOP_MS, { failure: `Host ${host} not found`, reason: 'unresolved' });
    const names = { name: question, addresses: [name] };
    this.next(2 * HOP_MS, 'done', { request, body: name, names, isUpkeep: request.isUpkeep });
  }

  private done(outcome: Outcome): void {
    const { kernel } = this.ports;
    const { request, status, body, failure } = outcome;
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
    if (request.reply)
      kernel.schedule(
        0,
        DATA_PLANE,
        'reply',
        { to: request.reply, reply: replyOf(outcome, this.ports.clusterDns) },
        request.isUpkeep,
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
