/** Pods a second of the scheduler, alone and with the whole control plane around it, on the workloads of scheduler_perf. */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { KubeObject, Stored } from '../../sim/api/object.ts';
import { defaultPool, plainOptions } from '../../sim/azure/index.ts';
import { CLIENT } from '../../sim/kernel/index.ts';
import { attempt, ClusterState, defaultProfile, PodInfo } from '../../sim/scheduler/index.ts';
import { World } from '../../sim/world.ts';
import { makeNode, makePod, NODES, WORKLOADS, type PodKind, type Workload } from './scheduler-workloads.ts';

export interface WorkloadFigures {
  readonly name: string;
  readonly nodes: number;
  /** Pods there before the clock starts: placed, and without a place. */
  readonly initialPods: number;
  readonly hopelessPods: number;
  /** Pods that upstream's workload measures. */
  readonly pods: number;
  /** Pods decided alone: `pods`, or fewer where the time was up. */
  readonly alonePods: number;
  /** Decisions and what they change, without queue, API or binding. */
  readonly alonePodsPerSecond: number;
  /** From the creation of the pods by the API to their binding, with every component running. */
  readonly wholePodsPerSecond?: number;
  readonly upstreamThreshold?: number;
}

const stored = <T extends KubeObject>(object: T, uid: string): Stored<T> =>
  ({ ...object, metadata: { uid, ...object.metadata } }) as Stored<T>;

/** The scheduler's decisions over its own state, as fast as they go. */
class Alone {
  private readonly cluster = new ClusterState();
  private readonly profile = defaultProfile();
  private startIndex = 0;
  private count = 0;

  constructor(zones: readonly string[]) {
    for (let index = 0; index < NODES; index += 1) {
      const node = stored<Node>(makeNode(index, zones), `node-${index}`);
      this.cluster.apply({ kind: 'node', name: node.metadata.name, node });
    }
  }

  schedule(kind: PodKind): void {
    this.count += 1;
    const uid = `pod-${this.count}`;
    const pod = stored<Pod>(makePod(kind, uid), uid);
    let nominatedNode: string | undefined;
    for (let round = 0; round < 2; round += 1) {
      const options = { profile: this.profile, percentageOfNodesToScore: 0, startIndex: this.startIndex };
      const nominated = nominatedNode === undefined ? {} : { nominatedNode };
      const chance = { offset: (nodes: number) => this.count % nodes, tie: (nodes: number) => this.count % nodes };
      const result = attempt(PodInfo.of(pod), this.cluster, { ...options, ...nominated }, chance);
      this.startIndex = result.evaluation.nextStart;
      if (result.node !== undefined) {
        const bound = { ...pod, spec: { ...pod.spec!, nodeName: result.node } };
        this.cluster.apply({ kind: 'pod', uid, pod: bound, node: result.node });
        return;
      }
      for (const victim of result.postFilter?.best?.victims ?? []) this.cluster.apply({ kind: 'pod', uid: victim.uid });
      nominatedNode = result.postFilter?.best?.node;
      if (nominatedNode === undefined) return;
    }
  }
}

/** A decision that costs much is measured on fewer pods, so that a bench ends. */
const ALONE_LIMIT_MS = 10_000;

function aloneRate({ initial, hopeless, measured: [kind, count], zones }: Workload): { pods: number; rate: number } {
  const scheduler = new Alone(zones);
  for (const [other, times] of initial) for (let index = 0; index < times; index += 1) scheduler.schedule(other);
  for (let index = 0; index < hopeless; index += 1) scheduler.schedule('hopeless');
  const begin = performance.now();
  let pods = 0;
  while (pods < count && performance.now() - begin < ALONE_LIMIT_MS) {
    scheduler.schedule(kind);
    pods += 1;
  }
  return { pods, rate: Math.round((pods / (performance.now() - begin)) * 1000) };
}

/** Clients as fast as upstream's benchmark makes them. */
const CONFIGURATION = JSON.stringify({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  clientConnection: { qps: 5000, burst: 5000 },
});
const VIRTUAL_LIMIT_MS = 3_600_000;
/** Pods created before the others run, as upstream's clients do with their parallel workers. */
const BATCH = 500;

class Whole {
  private readonly world: World;
  private made = 0;

  constructor(zones: readonly string[]) {
    const pools = [defaultPool('nodepool1', 'System', 1)];
    this.world = new World({ ...plainOptions('bench'), pools, schedulerConfiguration: CONFIGURATION });
    this.world.boot();
    const [own] = [...this.world.list('nodes')];
    for (let index = 0; index < NODES; index += 1) this.create('nodes', makeNode(index, zones));
    // The one node with a kubelet takes no part.
    this.world.kernel.runTurn(CLIENT, 0, () => {
      const body = { spec: { unschedulable: true } };
      this.world.handle({ verb: 'patch', resource: 'nodes', name: own!.metadata.name, patchType: 'merge', body });
    });
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
  }

  private create(resource: string, body: KubeObject): void {
    const { namespace } = body.metadata ?? {};
    const answer = this.world.kernel.runTurn(CLIENT, 0, () =>
      this.world.handle({ verb: 'create', resource, ...(namespace ? { namespace } : {}), body }),
    );
    if (answer.code !== 201) throw new Error(JSON.stringify(answer.body));
  }

  private advance(ms: number): void {
    this.world.kernel.advanceTo(this.world.now + ms);
  }

  /** Creates the pods, and waits until so many more are bound. */
  run(kind: PodKind, count: number, isBound = true): void {
    const start = this.bound(kind);
    const begin = this.world.now;
    for (let index = 0; index < count; index += 1) {
      this.made += 1;
      const pod = makePod(kind, `${kind}-${this.made}`);
      const { priority, ...spec } = pod.spec!;
      this.create('pods', {
        ...pod,
        spec: priority === undefined ? spec : { ...spec, priorityClassName: 'high' },
      } as Pod);
      if (index % BATCH === BATCH - 1) this.advance(1);
    }
    do this.advance(200);
    while (isBound && this.bound(kind) - start < count && this.world.now - begin < VIRTUAL_LIMIT_MS);
    if (isBound && this.bound(kind) - start < count) throw new Error(`${kind}: pods are left over`);
  }

  private bound(kind: PodKind): number {
    let count = 0;
    for (const pod of this.world.list('pods', 'default') as Iterable<Stored<Pod>>)
      if (pod.spec?.nodeName && pod.metadata.name.startsWith(`${kind}-`)) count += 1;
    return count;
  }
}

function wholeRate({ initial, hopeless, measured: [kind, count], zones }: Workload): number {
  const cluster = new Whole(zones);
  for (const [other, times] of initial) cluster.run(other, times);
  if (hopeless > 0) cluster.run('hopeless', hopeless, false);
  const begin = performance.now();
  cluster.run(kind, count);
  return Math.round((count / (performance.now() - begin)) * 1000);
}

/** `isWhole` adds the run with the whole control plane, which takes minutes. */
export function measureWorkload(name: string, isWhole: boolean): WorkloadFigures {
  const workload = WORKLOADS.find((candidate) => candidate.name === name);
  if (!workload) throw new Error(`There is no workload ${name}.`);
  const { initial, hopeless, measured, upstream } = workload;
  const alone = aloneRate(workload);
  return {
    name,
    nodes: NODES,
    initialPods: initial.reduce((sum, [, count]) => sum + count, 0),
    hopelessPods: hopeless,
    pods: measured[1],
    alonePods: alone.pods,
    alonePodsPerSecond: alone.rate,
    ...(isWhole ? { wholePodsPerSecond: wholeRate(workload) } : {}),
    ...(upstream === undefined ? {} : { upstreamThreshold: upstream }),
  };
}
