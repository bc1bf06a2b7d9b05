/**
 * kube-proxy of one node: keeps the rules by which service addresses become pod addresses.
 * Upstream: pkg/proxy/iptables/proxier.go, pkg/proxy/healthcheck/service_health.go.
 */
import type { Service } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import { keyOf, type Stored } from '../api/object.ts';
import type { ApiServerPort } from '../apiserver/index.ts';
import { Controller, type Informer, type Outcome } from '../client/index.ts';
import { FlatMachine, kubeProxyId, type Kernel, type RandomStream } from '../kernel/index.ts';
import { chainName } from './chain-name.ts';
import { kubeProxyMachine } from './machine.ts';
import { clusterTargets, localTargets, type Place, type Target } from './topology.ts';

const SYNC_MS = 1_000;
const ZONE = 'topology.kubernetes.io/zone';
const life = new FlatMachine(kubeProxyMachine);

export type Choice =
  | {
      readonly verdict: 'dnat';
      readonly service: string;
      readonly chain: string;
      readonly candidates: readonly string[];
      readonly address: string;
      readonly port: number;
    }
  | {
      readonly verdict: 'reject' | 'drop';
      readonly service: string;
      readonly chain: string;
      readonly candidates: readonly string[];
    };

interface Rule {
  readonly service: Stored<Service>;
  readonly portName: string;
  readonly protocol: string;
  readonly chain: string;
}

export class KubeProxy extends Controller {
  private readonly services: Informer<'services'>;
  private readonly slices: Informer<'endpointslices.discovery.k8s.io'>;
  /** The Node that it runs on. */
  private readonly nodes: Informer<'nodes'>;
  /** What the node's rules were made from at the last sync: changes since then do not count yet. */
  private rules = new Map<string, Rule>();
  private endpoints = new Map<string, readonly Stored<EndpointSlice>[]>();
  private zone: string | undefined;
  private affinity = new Map<string, { readonly address: string; readonly at: number }>();
  private lastSyncAt = -SYNC_MS;
  private isDue = false;
  private state = life.start().state;
  private since = 0;

  constructor(
    kernel: Kernel,
    api: ApiServerPort,
    readonly node: string,
    readonly nodeIp: string,
    /** Whether it tells of its start: where no node agent runs for real, neither does it. */
    private readonly isHollow: boolean,
  ) {
    super(kernel, api, {
      id: kubeProxyId(node),
      reporter: 'kube-proxy',
      host: node,
      user: { name: 'system:kube-proxy', groups: ['system:authenticated'] },
    });
    this.services = this.informer('services');
    this.slices = this.informer('endpointslices.discovery.k8s.io', {
      indexes: {
        service: ({ metadata }) => [`${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`],
      },
    });
    this.nodes = this.informer('nodes', { fieldSelector: `metadata.name=${node}` });
    this.services.onChange(() => this.syncSoon());
    this.slices.onChange(() => this.syncSoon());
    this.nodes.onChange((next, old) => {
      if (old && next?.metadata.labels?.[ZONE] !== old.metadata.labels?.[ZONE]) this.syncSoon();
    });
  }

  lives(): readonly { instance: string; machine: string; state: string; since: number }[] {
    return [{ instance: this.id, machine: life.id, state: life.leaves[this.state]!, since: this.since }];
  }

  protected override start(): void {
    super.start();
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: this.node, uid: this.node } };
    if (!this.isHollow) this.recorder.record('nodes', node, 'Normal', 'Starting', '');
    this.syncSoon();
  }

  protected reconcile(): Outcome {
    return undefined;
  }

  protected override handleOther(action: string): void {
    this.kernel.assert(action === 'sync', `${this.id} has no action ${action}`);
    this.isDue = false;
    this.lastSyncAt = this.kernel.now;
    this.sync();
  }

  private syncSoon(): void {
    this.move('CHANGED');
    if (this.isDue) return;
    this.isDue = true;
    const wait = Math.max(0, this.lastSyncAt + SYNC_MS - this.kernel.turn.cursor);
    this.kernel.schedule(wait + 30, this.id, 'sync');
  }

  private sync(): void {
    this.rules = new Map();
    this.zone = this.nodes.get(undefined, this.node)?.metadata.labels?.[ZONE];
    this.endpoints = new Map();
    let count = 0;
    for (const service of this.services.list()) {
      const { spec, status } = service;
      if (!spec || spec.type === 'ExternalName' || !spec.clusterIP || spec.clusterIP === 'None') continue;
      const key = `${service.metadata.namespace}/${service.metadata.name}`;
      const slices = this.slices.byIndex('service', key);
      this.endpoints.set(key, slices);
      count += slices.reduce((sum, { endpoints }) => sum + (endpoints?.length ?? 0), 0);
      for (const port of spec.ports ?? []) {
        const protocol = port.protocol ?? 'TCP';
        const rule: Rule = {
          service,
          portName: port.name ?? '',
          protocol,
          chain: chainName(key, port.name ?? '', protocol),
        };
        this.rules.set(`${spec.clusterIP}:${port.port}/${protocol}`, rule);
        for (const ip of [
          ...(spec.externalIPs ?? []),
          ...(status?.loadBalancer?.ingress ?? []).map((item) => item.ip ?? ''),
        ]) {
          if (ip) this.rules.set(`${ip}:${port.port}/${protocol}`, rule);
        }
        if (port.nodePort) this.rules.set(`node:${port.nodePort}/${protocol}`, rule);
      }
    }
    this.kernel.emit('proxy.sync', { services: this.rules.size, endpoints: count });
    this.move('SYNCED');
  }

  private get place(): Place {
    return { node: this.node, zone: this.zone };
  }

  /** Service and count of ready endpoints on this node behind a `healthCheckNodePort`; undefined: nobody listens there. */
  healthAt(port: number): { readonly namespace: string; readonly name: string; readonly local: number } | undefined {
    for (const rule of this.rules.values()) {
      const { metadata, spec } = rule.service;
      if (spec?.healthCheckNodePort !== port) continue;
      const key = keyOf(rule.service);
      const local = localTargets(this.targets(key, rule), this.place).length;
      return { namespace: metadata.namespace ?? '', name: metadata.name, local };
    }
    return undefined;
  }

  /**
   * What becomes of a connection from `source` to an address; undefined: no rule, it goes there as it is. What a pod of
   * this node (`isFromHere`) sends to an address for the outside is kept in the cluster, and led as from inside.
   */
  choose(
    address: string,
    port: number,
    protocol: string,
    { source, isFromHere }: { readonly source: string; readonly isFromHere: boolean },
    stream: RandomStream,
  ): Choice | undefined {
    const isNodePort = address === this.nodeIp;
    const rule =
      this.rules.get(`${address}:${port}/${protocol}`) ??
      (isNodePort ? this.rules.get(`node:${port}/${protocol}`) : undefined);
    if (!rule) return undefined;
    const { service, chain } = rule;
    const key = `${service.metadata.namespace}/${service.metadata.name}`;
    const name = `${key}${rule.portName ? `:${rule.portName}` : ''}`;
    const isLocalOnly =
      address === service.spec?.clusterIP
        ? service.spec.internalTrafficPolicy === 'Local'
        : service.spec?.externalTrafficPolicy === 'Local' && !isFromHere;
    const targets = this.targets(key, rule);
    const all = clusterTargets(targets, this.place);
    const usable = isLocalOnly ? localTargets(targets, this.place) : all;
    const candidates = usable.map(({ endpoint, port: target }) => `${endpoint.addresses[0]}:${target}`);
    const shared = { service: name, chain, candidates };
    if (usable.length === 0) return { verdict: isLocalOnly && all.length > 0 ? 'drop' : 'reject', ...shared };
    const kept = service.spec?.sessionAffinity === 'ClientIP' ? this.affinity.get(`${chain} ${source}`) : undefined;
    const affinityMs = (service.spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) * 1000;
    const isFresh = kept && this.kernel.turn.cursor - kept.at < affinityMs;
    const known = isFresh ? usable.find(({ endpoint }) => endpoint.addresses[0] === kept.address) : undefined;
    const picked = known ?? usable[stream.below(usable.length)]!;
    const chosen = picked.endpoint.addresses[0]!;
    if (service.spec?.sessionAffinity === 'ClientIP')
      this.affinity.set(`${chain} ${source}`, { address: chosen, at: this.kernel.turn.cursor });
    return { verdict: 'dnat', ...shared, address: chosen, port: picked.port };
  }

  private targets(key: string, rule: Rule): readonly Target[] {
    return (this.endpoints.get(key) ?? []).flatMap(({ endpoints, ports }) => {
      const port = ports?.find(
        (item) => (item.name ?? '') === rule.portName && (item.protocol ?? 'TCP') === rule.protocol,
      )?.port;
      return port === undefined ? [] : (endpoints ?? []).map((endpoint) => ({ endpoint, port }));
    });
  }

  private move(event: string): void {
    const moved = life.next(this.state, { type: event });
    if (!moved.isChanged) return;
    this.state = moved.state;
    this.since = this.kernel.turn.cursor;
    this.kernel.emit('transition', { machine: life.id, instance: this.id, from: moved.from, to: moved.to, on: event });
  }

  protected override saveOwn(): unknown {
    const { rules, endpoints, affinity, lastSyncAt, isDue, state, since, zone } = this;
    return {
      rules: new Map(rules),
      endpoints: new Map(endpoints),
      affinity: new Map(affinity),
      lastSyncAt,
      isDue,
      state,
      since,
      zone,
    };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as Pick<KubeProxy, never> & Record<string, never>;
    this.rules = new Map(saved['rules'] as unknown as Map<string, Rule>);
    this.endpoints = new Map(saved['endpoints'] as unknown as typeof this.endpoints);
    this.affinity = new Map(saved['affinity'] as unknown as typeof this.affinity);
    this.lastSyncAt = saved['lastSyncAt'] as unknown as number;
    this.isDue = saved['isDue'] as unknown as boolean;
    this.state = saved['state'] as unknown as number;
    this.since = saved['since'] as unknown as number;
    this.zone = saved['zone'] as unknown as string | undefined;
  }
}
