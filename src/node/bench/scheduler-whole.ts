/**
 * The scheduler within a world of 5,000 nodes: API server, etcd and controllers run, and the pods are created by the API
 * and bound. Either nothing runs on the nodes, as in upstream's benchmark, where they are but objects; or kubelets and
 * proxies run there too, and run the pods. Measured from the first creation to the last binding.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { KubeObject } from '../../sim/api/object.ts';
import { defaultPool, plainOptions } from '../../sim/azure/index.ts';
import { CLIENT, controllerId } from '../../sim/kernel/index.ts';
import type { PoolOptions } from '../../sim/options.ts';
import { World } from '../../sim/world.ts';
import { profiled, type Shares } from './cpu-profile.ts';
import { CHURN_MS, makePod, NODES, type PodKind, type Workload } from './scheduler-workloads.ts';

/** Clients as fast as upstream's benchmark makes them. */
const CONFIGURATION = JSON.stringify({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  clientConnection: { qps: 5000, burst: 5000 },
});
const VIRTUAL_LIMIT_MS = 3_600_000;
const NODES_PER_POOL = 1_000;
/** Pods created each millisecond: 5,000 a second, as upstream's clients do. */
const PER_MS = 5;
/** How often it is looked whether all are bound. */
const LOOK_MS = 50;

/** Nodes of 4 CPUs and 32 GiB, as upstream's; a zone to a pool in turn. */
export function poolsOf(nodes: number, zones: readonly string[]): readonly PoolOptions[] {
  // A pool for every zone at least, so that each holds the same.
  const share = Math.min(NODES_PER_POOL, Math.ceil(nodes / zones.length));
  return Array.from({ length: Math.ceil(nodes / share) }, (_, index) => ({
    ...defaultPool(`pool${index}`, 'System', Math.min(share, nodes - index * share)),
    vmSize: 'Standard_E4s_v5',
    zones: [],
    maxPods: 110,
    labels: { 'topology.kubernetes.io/zone': zones[index % zones.length]! },
  }));
}

/** What runs on the nodes. */
export type NodeAgents = 'none' | 'all';

class Whole {
  private readonly world: World;
  private made = 0;
  private nextChurn = 0;
  private lookedTo = 0;
  private bound = 0;

  constructor(
    zones: readonly string[],
    private readonly churn: PodKind | undefined,
    agents: NodeAgents,
  ) {
    const options = { ...plainOptions('bench'), pools: poolsOf(NODES, zones), schedulerConfiguration: CONFIGURATION };
    this.world = new World(options);
    this.world.boot();
    for (const [name, value] of [
      ['high', 10],
      ['low', 0],
    ] as const)
      this.create('priorityclasses.scheduling.k8s.io', {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name },
        value,
      } as KubeObject);
    this.advance(1_000);
    if (agents === 'none') this.stopAgents();
  }

  /** Nodes that fall silent stay as they are, since nobody looks after them. */
  private stopAgents(): void {
    for (const id of this.world.kernel.componentIds())
      if (id.startsWith('node/') || id === controllerId('node')) this.world.kernel.freeze(id);
  }

  get now(): number {
    return this.world.now;
  }

  get events(): number {
    return this.world.kernel.trace.length;
  }

  private create(resource: string, body: KubeObject): void {
    const { namespace } = body.metadata ?? {};
    const answer = this.world.kernel.runParallelTurn(CLIENT, 0, () =>
      this.world.handle({ verb: 'create', resource, ...(namespace ? { namespace } : {}), body }),
    );
    if (answer.code !== 201) throw new Error(JSON.stringify(answer.body));
  }

  private advance(ms: number): void {
    this.world.kernel.advanceTo(this.world.now + ms);
  }

  private createPod(kind: PodKind): void {
    this.made += 1;
    const pod = makePod(kind, `${kind}-${this.made}`);
    const { priority, ...spec } = pod.spec!;
    const classed = priority === undefined ? spec : { ...spec, priorityClassName: 'high' };
    this.create('pods', { ...pod, spec: classed } as Pod);
  }

  /** Lets a moment go by, with the churn that belongs to it. */
  private pass(ms: number, isChurning: boolean): void {
    if (isChurning && this.churn && this.now >= this.nextChurn) {
      this.createPod(this.churn);
      this.nextChurn = this.now + CHURN_MS;
    }
    this.advance(ms);
  }

  /** Creates the pods, and waits until they are bound. */
  run(kind: PodKind, count: number, isMeasured: boolean): void {
    const begin = this.now;
    this.bound = 0;
    for (let index = 0; index < count; index += 1) {
      this.createPod(kind);
      if (index % PER_MS === PER_MS - 1) this.pass(1, isMeasured);
    }
    for (this.look(kind); this.bound < count; this.look(kind)) {
      this.pass(LOOK_MS, isMeasured);
      if (this.now - begin > VIRTUAL_LIMIT_MS) throw new Error(`${kind}: ${count - this.bound} pods are left over`);
    }
  }

  /** Counts the bindings since the last look. */
  private look(kind: PodKind): void {
    const { trace } = this.world.kernel;
    for (const event of trace.slice(this.lookedTo + 1)) {
      if (event.type !== 'api.request' || event.data.subresource !== 'binding' || event.data.code !== 201) continue;
      if (event.object?.name.startsWith(`${kind}-`)) this.bound += 1;
    }
    this.lookedTo = trace.length;
  }
}

export interface WholeFigures {
  readonly podsPerSecond: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly virtualSeconds: number;
  readonly events: number;
  readonly bootCpuSeconds: number;
  readonly memoryMb: number;
  /** Where the time went while it was measured. */
  readonly profile: Shares;
}

const cpuSince = (start: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};
const rounded = (value: number): number => Math.round(value * 100) / 100;

export async function measureWhole(
  { initial, churn, measured: [kind, count], zones }: Workload,
  agents: NodeAgents,
): Promise<WholeFigures> {
  const start = process.cpuUsage();
  const cluster = new Whole(zones, churn, agents);
  const bootCpuSeconds = rounded(cpuSince(start));
  for (const [other, times] of initial) cluster.run(other, times, false);
  const [now, events] = [cluster.now, cluster.events];
  let [cpuSeconds, wallSeconds] = [0, 0];
  // Within the profile, since the profiler itself takes a second to begin and to end.
  const profile = await profiled(() => {
    const [begin, cpu] = [performance.now(), process.cpuUsage()];
    cluster.run(kind, count, true);
    cpuSeconds = cpuSince(cpu);
    wallSeconds = rounded((performance.now() - begin) / 1000);
  });
  return {
    podsPerSecond: Math.round(count / cpuSeconds),
    cpuSeconds: rounded(cpuSeconds),
    wallSeconds,
    virtualSeconds: rounded((cluster.now - now) / 1000),
    events: cluster.events - events,
    bootCpuSeconds,
    memoryMb: Math.round(process.memoryUsage().rss / 1e6),
    profile,
  };
}
