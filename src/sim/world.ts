/**
 * The composition root: options in; a cluster that can be advanced, saved, restored, forked and hashed. Rooms meet here
 * and nowhere else.
 */
import type { AnyStateMachine } from 'xstate';
import { KIND_REGISTRY, resourceName, type KubeObject, type Stored } from './api/index.ts';
import type { Pod } from 'kubernetes-types/core/v1';
import {
  ApiServer,
  apiServerMachine,
  bootstrapPolicy,
  type ApiRequest,
  type ApiResponse,
  type UserInfo,
  type WatchRequest,
} from './apiserver/index.ts';
import { serveHttp, type HttpAnswer, type HttpQuestion } from './apiserver/http.ts';
import {
  addonPolicy,
  addons,
  CLUSTER_DNS,
  CloudController,
  foundation,
  machineMachine,
  ScaleSets,
  vmSize,
} from './azure/index.ts';
import { clientApply, managerMachine, type PersonPort } from './client/index.ts';
import { etcdMemberMachine } from './etcd/index.ts';
import { CONTROLLER_MACHINES, makeControllers } from './controllers/index.ts';
import {
  API_SERVER,
  CLIENT,
  describeMachine,
  hashOf,
  Kernel,
  PIPELINE,
  Trace,
  type ChartDescription,
  type Component,
  type KernelState,
  controllerId,
  type ShownLife,
} from './kernel/index.ts';
import { containerMachine, Kubelet, kubeletMachine, podMachine, type MachineSpec } from './kubelet/index.ts';
import { CoreDns, coreDnsMachine, KubeProxy, kubeProxyMachine, Network, type TrafficOrder } from './network/index.ts';
import { connectionRefused, isConnectionRefused } from './api/status.ts';
import type { WorldOptions } from './options.ts';
import { Pipeline, pipelineMachine } from './pipeline/index.ts';
import { Scheduler, schedulingMachine, type DecisionRecord, type DecisionSummary } from './scheduler/index.ts';
import type { Workload } from './api/kinds/workload.ts';
import { customMetricsServers } from './custom-metrics-api.ts';
import { MetricsAdapter } from './custom-metrics.ts';
import { MetricsServer } from './metrics-api.ts';
import { ResourceMetrics } from './metrics.ts';
import { ContainerStreams } from './streams.ts';
import { declaredFor, electionMachine, Elector, ProcessTable, type RunningProcess } from './workloads/index.ts';

/** Room for 1,024 nodes with 256 addresses each; a larger cluster is planned with the range for carriers, which holds 16,384. */
const POD_CIDR = '10.244.0.0/14';
const LARGE_POD_CIDR = '100.64.0.0/10';
const POD_CIDR_NODES = 1_024;
/** Data disks of a VM of a size that nobody knows here. */
const DEFAULT_DISK_LIMIT = 8;
const SERVICE_CIDR = '10.0.0.0/16';
/** A new cluster has to come up within this virtual time, or something is wrong with it. */
const BOOT_LIMIT_MS = 600_000;
/** Every node joins at the rates of the controllers' clients, and on AKS brings pods of its own. */
const BOOT_LIMIT_MS_PER_NODE = 600;

const ADMIN: UserInfo = { name: 'clusterAdmin', groups: ['system:masters', 'system:authenticated'] };
const BOOTSTRAP: UserInfo = { name: 'system:apiserver', groups: ['system:masters'] };

/** Clients of the API that stand outside the cluster and act in virtual time: a terminal, a pipeline. */
export type Clients = (world: World) => readonly Component[];

/** A program that is part of the cluster, while its container runs. */
type Program = KubeProxy | CoreDns | Elector | MetricsAdapter;

export interface WorldState {
  readonly kernel: KernelState;
}

/** Every definition that runs. */
export const MACHINES: readonly AnyStateMachine[] = [
  apiServerMachine,
  etcdMemberMachine,
  schedulingMachine,
  managerMachine,
  ...CONTROLLER_MACHINES,
  kubeletMachine,
  podMachine,
  containerMachine,
  kubeProxyMachine,
  coreDnsMachine,
  electionMachine,
  machineMachine,
  pipelineMachine,
];

let described: readonly ChartDescription[] | undefined;

/** Every statechart that runs, as the inspector draws it. */
export function charts(): readonly ChartDescription[] {
  return (described ??= MACHINES.map(describeMachine));
}

export class World {
  readonly kernel: Kernel;
  readonly api: ApiServer;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly processes: ProcessTable;
  /** Logs of containers, and commands in them. */
  readonly streams: ContainerStreams;
  /** What metrics-server would tell of nodes and pods. */
  readonly metrics: ResourceMetrics;
  /** Requests as the cluster's administrator, from the person's machine. */
  readonly personPort: PersonPort;
  /** A scripted release, as a client of the API. */
  readonly pipeline: Pipeline;
  private readonly scaleSets: ScaleSets;

  constructor(
    readonly options: WorldOptions,
    trace = new Trace(),
    private readonly clients: Clients = () => [],
  ) {
    const nodes = options.pools.reduce((sum, { count }) => sum + count, 0);
    this.kernel = new Kernel({ seed: options.seed, epochMs: options.epochMs }, trace);
    const { kernel } = this;
    this.api = new ApiServer(kernel, KIND_REGISTRY, {
      serviceCidr: SERVICE_CIDR,
      kubernetesVersion: options.kubernetesVersion,
    });
    this.scheduler = new Scheduler(kernel, this.api, {
      configuration: options.schedulerConfiguration,
      minorRelease: Number(options.kubernetesVersion.split('.')[1]),
    });
    this.processes = new ProcessTable(kernel);
    const findPod = (namespace: string, name: string): Stored<Pod> | undefined =>
      this.api.find('pods', namespace, name) as Stored<Pod> | undefined;
    this.metrics = new ResourceMetrics({
      kernel,
      processes: this.processes,
      pods: (namespace) => this.api.list('pods', namespace) as Iterable<Stored<Pod>>,
      nodes: () => this.api.list('nodes'),
    });
    this.api.extend(new MetricsServer(kernel, this.metrics));
    for (const server of customMetricsServers(kernel, this.api, this.processes)) this.api.extend(server);
    this.streams = new ContainerStreams(kernel, this.processes, findPod);
    this.network = new Network({
      kernel,
      processes: this.processes,
      clusterDns: CLUSTER_DNS,
      findPod,
    });
    this.processes.useNetwork((process, question, reply) => this.network.ask(process, question, reply));
    this.personPort = {
      registry: KIND_REGISTRY,
      handle: (request) => {
        const { code, ...answer } = this.api.handle({ ...request, user: ADMIN });
        const isRefused = code >= 400 && isConnectionRefused(answer.body as { reason?: string });
        return { code, ...answer, ...(isRefused ? { body: connectionRefused(this.serverHost) } : {}) };
      },
    };
    this.pipeline = new Pipeline({
      kernel,
      person: this.personPort,
      watch: (request) => this.watch(request),
      unwatch: (watch) => this.api.unwatch(PIPELINE, watch),
    });
    this.processes.onChange((process, what) => this.programChanged(process, what));
    this.scaleSets = new ScaleSets(kernel, options, (machine) => this.bootNode(machine));
    for (const component of [
      this.api,
      this.processes,
      this.network,
      this.scheduler,
      this.pipeline,
      this.scaleSets,
      ...(options.preset === 'aks' ? [new CloudController(kernel, this.api)] : []),
      ...makeControllers(kernel, this.api, {
        registry: KIND_REGISTRY,
        podCidr: nodes > POD_CIDR_NODES ? LARGE_POD_CIDR : POD_CIDR,
        nodes,
        metrics: this.metrics,
        preferredVersion: (group) => this.api.aggregator.preferredVersion(group),
        csi: {
          diskLimitOf: (size) => vmSize(size)?.maxDataDisks ?? DEFAULT_DISK_LIMIT,
          hasRoles: options.preset === 'aks',
          resourceGroup: `MC_${options.resourceGroup}_${options.clusterName}_${options.region}`,
        },
      }),
    ]) {
      kernel.add(component as Component);
    }
    for (const client of clients(this)) kernel.add(client);
  }

  /** Host and port by which a person's tools reach the API server. */
  get serverHost(): string {
    const { clusterName, region } = this.options;
    return `${clusterName}-dns.hcp.${region}.azmk8s.io:443`;
  }

  get now(): number {
    return this.kernel.now;
  }

  get revision(): number {
    return this.api.store.revision;
  }

  get isSettled(): boolean {
    return this.kernel.isSettled;
  }

  /** From nothing to a cluster at rest: control plane, nodes, kube-system. */
  boot(): void {
    const kernel: Kernel = this.kernel;
    kernel.runTurn(API_SERVER, 0, (turn) => {
      this.api.start();
      const policy = this.options.preset === 'aks' ? addonPolicy() : [];
      for (const object of [...foundation(this.options, SERVICE_CIDR), ...bootstrapPolicy(), ...policy])
        this.make(object);
      this.api.fillCaches();
      turn.cursor = kernel.now;
      for (const id of kernel.componentIds())
        if (id.includes('controller-manager') || id === this.scheduler.id) kernel.schedule(5, id, 'start');
      this.scaleSets.start();
    });
    kernel.advanceTo(200);
    kernel.runTurn(API_SERVER, 0, (turn) => {
      for (const object of addons(this.options)) this.make(object);
      turn.cursor = kernel.now;
    });
    const limit = BOOT_LIMIT_MS + BOOT_LIMIT_MS_PER_NODE * [...this.scaleSets.nodeNames()].length;
    while (!kernel.isSettled) {
      kernel.assert(kernel.now < limit, 'the cluster does not come to rest');
      if (!kernel.step()) break;
    }
    kernel.advanceTo(Math.ceil(kernel.now / 1_000) * 1_000);
  }

  private make(object: KubeObject): void {
    const definition = this.kernel.assertFound(
      KIND_REGISTRY.byGvk(object.apiVersion ?? '', object.kind ?? ''),
      `no kind ${object.kind}`,
    );
    const { namespace } = object.metadata ?? {};
    const answer = this.api.handle({
      verb: 'create',
      resource: resourceName(definition),
      ...(namespace ? { namespace } : {}),
      // A copy, since the server fills a draft in.
      body: JSON.parse(JSON.stringify(object)) as KubeObject,
      user: BOOTSTRAP,
      isTyped: true,
    });
    this.kernel.assert(
      answer.code === 201,
      `bootstrap of ${object.kind} ${object.metadata?.name}: ${(answer.body as { message?: string }).message}`,
    );
  }

  private bootNode(machine: MachineSpec): void {
    const kubelet = this.makeKubelet(machine);
    this.kernel.schedule(0, kubelet.id, 'start');
    if (this.options.preset === 'plain') this.startProgram(this.makeProxy(machine.nodeName));
  }

  private makeKubelet(machine: MachineSpec): Kubelet {
    const kubelet = new Kubelet(this.kernel, this.api, this.processes, machine, {
      privateRegistries: this.options.privateRegistries,
      runtime: this.options.runtime,
      clusterDns: CLUSTER_DNS,
      staticPods: (this.options.staticPods ?? []).filter(
        ({ pool = machine.poolName, node = machine.nodeName }) =>
          pool === machine.poolName && node === machine.nodeName,
      ),
      declared: (image) => declaredFor(image, this.api.list('workloads.pilothouse.dev') as Iterable<Workload>),
    });
    this.kernel.add(kubelet as unknown as Component);
    return kubelet;
  }

  private makeProxy(node: string): KubeProxy {
    const machine = this.kernel.assertFound(this.scaleSets.machine(node), `no machine ${node}`);
    return new KubeProxy(this.kernel, this.api, node, machine.internalIp, machine.isHollow);
  }

  /** Programs that are part of the cluster run as components while their container runs. */
  private programChanged(process: RunningProcess, what: 'started' | 'stopped'): void {
    const program = this.programOf(process);
    if (!program) return;
    if (what === 'stopped' || this.kernel.component(program.id)) {
      this.api.disconnect(program.id);
      this.kernel.remove(program.id);
    }
    if (what === 'stopped') return;
    if (program instanceof Elector) {
      const pod = this.find('pods', process.namespace, process.pod) as Stored<Pod> | undefined;
      program.begin(process, pod?.spec?.serviceAccountName ?? 'default');
    }
    this.startProgram(program);
  }

  private programOf({ behaviour, node, namespace, pod }: RunningProcess): Program | undefined {
    if (behaviour.election) return this.makeElector(namespace, pod);
    if (behaviour.role === 'kube-proxy') return this.makeProxy(node);
    if (behaviour.role === 'prometheus-adapter') return this.makeAdapter(namespace, pod);
    return behaviour.role === 'coredns' ? new CoreDns(this.kernel, this.api, namespace, pod) : undefined;
  }

  private makeAdapter(namespace: string, pod: string): MetricsAdapter {
    return new MetricsAdapter(this.kernel, this.api, this.processes, { namespace, pod });
  }

  private makeElector(namespace: string, pod: string): Elector {
    return new Elector(this.kernel, this.api, this.processes, { namespace, pod });
  }

  private startProgram(program: Program): void {
    this.kernel.add(program);
    this.kernel.schedule(50, program.id, 'start');
  }

  request(question: HttpQuestion): HttpAnswer {
    return serveHttp(this.api, question, { certificate: ADMIN, allowsAnonymous: false });
  }

  /** A watch as the cluster's administrator. */
  watch(request: Omit<WatchRequest, 'user'>): void {
    this.api.watch({ ...request, user: ADMIN });
  }

  handle(request: Omit<ApiRequest, 'user'>): ApiResponse {
    return this.personPort.handle(request);
  }

  apply(object: KubeObject): ReturnType<typeof clientApply> {
    return this.kernel.runTurn(CLIENT, this.kernel.turn.cause, () => clientApply(this.personPort, object));
  }

  startTraffic(order: TrafficOrder): void {
    this.network.startTraffic(order);
  }

  stopTraffic(): void {
    this.network.stopTraffic();
  }

  find(resource: string, namespace: string | undefined, name: string): Stored | undefined {
    return this.api.find(resource, namespace, name);
  }

  list(resource: string, namespace?: string): Iterable<Stored> {
    return this.api.list(resource, namespace);
  }

  /** Every object there is, kind by kind. */
  *objects(): IterableIterator<{ resource: string; object: Stored }> {
    for (const kind of KIND_REGISTRY.all()) {
      const resource = resourceName(kind);
      for (const object of this.api.list(resource)) yield { resource, object };
    }
  }

  /** Changes after a revision, oldest first; undefined when they have been compacted away. */
  changesSince(revision: number): readonly { resource: string; object: Stored; isDeleted: boolean }[] | undefined {
    return this.api.store.changesAfter(revision)?.flatMap((change) => {
      const object = (change.next ?? change.previous)!.value;
      const kind = KIND_REGISTRY.byGvk(object.apiVersion, object.kind);
      return kind ? [{ resource: resourceName(kind), object, isDeleted: change.next === undefined }] : [];
    });
  }

  eventsAbout(object: Stored): readonly Stored[] {
    const namespace = object.metadata.namespace ?? 'default';
    const isAbout = (event: Stored): boolean => {
      const { involvedObject } = event as Stored & { involvedObject?: { kind?: string; name?: string; uid?: string } };
      return involvedObject?.kind === object.kind && involvedObject.name === object.metadata.name;
    };
    return [...this.api.list('events', namespace)]
      .filter(isAbout)
      .sort((left, right) => Number(left.metadata.resourceVersion) - Number(right.metadata.resourceVersion));
  }

  lives(): readonly ShownLife[] {
    return this.kernel.componentIds().flatMap((id) => {
      const component = this.kernel.component(id) as { lives?(): readonly ShownLife[] } | undefined;
      return component?.lives?.() ?? [];
    });
  }

  /** What runs on each node uses, by the scripted workloads. */
  nodeUsage(): Readonly<Record<string, { cpuMillis: number; memoryBytes: number }>> {
    const usage: Record<string, { cpuMillis: number; memoryBytes: number }> = {};
    for (const name of this.scaleSets.nodeNames()) {
      const kubelet = this.kernel.component(`node/${name}/kubelet`);
      if (kubelet) usage[name] = (kubelet as unknown as Kubelet).usage();
    }
    return usage;
  }

  /** Instances of a pool; undefined where there is no such pool. */
  poolCount(pool: string): number | undefined {
    return this.scaleSets.countOf(pool);
  }

  /** Adds instances to a pool until it has so many; each boots and joins as at the start. */
  growPool(pool: string, count: number): void {
    this.scaleSets.grow(pool, count);
  }

  /** Pods in each queue of the scheduler. */
  schedulerQueues(): ReturnType<Scheduler['queueCounts']> {
    return this.scheduler.queueCounts();
  }

  /** Names of the controllers that run in the controller manager. */
  controllerNames(): readonly string[] {
    const prefix = controllerId('');
    return this.kernel
      .componentIds()
      .filter((id) => id.startsWith(prefix))
      .map((id) => id.slice(prefix.length));
  }

  /** A KubeSchedulerConfiguration as JSON, checked before: put in force at once. */
  configureScheduler(configuration: string): void {
    this.scheduler.configure(configuration);
  }

  hasComponent(id: string): boolean {
    return this.partsOf(id).length > 0;
  }

  /** Stops a component with all that is part of it: what is due for it waits. The API server then has no open port. */
  stopComponent(id: string): void {
    for (const part of this.partsOf(id)) this.kernel.freeze(part);
    if (id === API_SERVER) this.api.observeProcess(false);
  }

  startComponent(id: string): void {
    for (const part of this.partsOf(id)) this.kernel.thaw(part);
    if (id === API_SERVER) this.api.observeProcess(true);
  }

  private partsOf(id: string): readonly string[] {
    return this.kernel.componentIds().filter((part) => part === id || part.startsWith(`${id}/`));
  }

  decisions(filter: { namespace?: string; pod?: string }): readonly DecisionSummary[] {
    return this.scheduler.decisions(filter);
  }

  decision(attempt: number): DecisionRecord | undefined {
    return this.scheduler.decision(attempt);
  }

  save(): WorldState {
    return { kernel: this.kernel.save() };
  }

  load(state: WorldState): void {
    const wanted = state.kernel.components;
    // Nodes that are made again below stand on these.
    this.scaleSets.load(wanted.get(this.scaleSets.id));
    for (const id of this.kernel.componentIds()) if (!wanted.has(id)) this.kernel.remove(id);
    for (const id of wanted.keys()) if (!this.kernel.component(id)) this.remake(id);
    this.kernel.load(state.kernel);
  }

  private remake(id: string): void {
    const [kind, first = '', second = ''] = id.split('/');
    if (kind === 'node' && second === 'kubelet') {
      this.makeKubelet(this.kernel.assertFound(this.scaleSets.machine(first), `no machine ${first}`));
    } else if (kind === 'node') this.kernel.add(this.makeProxy(first));
    else if (kind === 'coredns') this.kernel.add(new CoreDns(this.kernel, this.api, first, second));
    else if (kind === 'pod') this.kernel.add(this.makeElector(first, second));
    else if (kind === 'prometheus-adapter') this.kernel.add(this.makeAdapter(first, second));
    else this.kernel.assert(false, `no way to make component ${id} again`);
  }

  /** A world of its own with the same past; what happens in one leaves the other as it was. */
  fork(): World {
    const copy = new World(this.options, this.kernel.trace.copy(), this.clients);
    copy.load(this.save());
    return copy;
  }

  hash(): string {
    return hashOf(this.save().kernel);
  }
}
