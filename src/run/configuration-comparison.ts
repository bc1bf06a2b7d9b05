/**
 * Two scheduler configurations on the same pods: the world is forked, every pod that a controller or a person made is
 * placed anew by each, and placement, balance, utilisation and cost stand side by side. Pure: the world is left as it is.
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../sim/api/object.ts';
import { hourlyPrice, HOURS_A_MONTH, PRICED_ON } from '../sim/azure/index.ts';
import {
  attempt,
  ClusterState,
  DEFAULT_CONFIGURATION,
  makeProfiles,
  parseConfiguration,
  PodInfo,
  type SchedulerConfiguration,
} from '../sim/scheduler/index.ts';
import { RandomStream } from '../sim/kernel/index.ts';
import type { World } from '../sim/world.ts';
import { schedulerConfigurationJson } from './scheduler-configuration.ts';
import { finish, type Study } from './study.ts';

export interface NodeUse {
  readonly node: string;
  readonly pods: number;
  /** Shares of what the node can give that are asked for, from 0 to 1. */
  readonly cpu: number;
  readonly memory: number;
}

export interface Placement {
  /** `namespace/name` to the node, or to the reason why there is none. */
  readonly pods: Readonly<Record<string, { readonly node?: string; readonly message?: string }>>;
  readonly nodes: readonly NodeUse[];
  readonly unscheduled: number;
  readonly usedNodes: number;
  /** Standard deviation of the nodes' CPU and memory shares: 0 is even. */
  readonly cpuDeviation: number;
  readonly memoryDeviation: number;
  /** Of the nodes that carry at least one of the pods, in US dollars. */
  readonly hourlyCost: number;
}

export interface Comparison {
  readonly left: Placement;
  readonly right: Placement;
  /** Pods that the two put on different nodes. */
  readonly moved: readonly string[];
  /** Of all nodes, whether or not one of the pods is on them. */
  readonly hourlyCostOfAll: number;
  readonly prices: PriceNote;
}

/** Where the prices come from. */
export interface PriceNote {
  /** `2026-06-18`. */
  readonly date: string;
  /** Of the nodes' machines; another one than the cluster's where its prices are not known. */
  readonly regions: readonly string[];
  readonly hoursAMonth: number;
}

type Price = (node: Stored<Node>) => number;

/** By the size and region that the node's labels name; nothing for what is no machine of Azure's. */
export function priceOfNode({ metadata }: Stored<Node>): number {
  const { [INSTANCE_TYPE]: size = '', [REGION]: region = '' } = metadata.labels ?? {};
  return hourlyPrice(size, region)?.usd ?? 0;
}

function noteOf(nodes: readonly Stored<Node>[]): PriceNote {
  const regions = nodes.flatMap(({ metadata }) => {
    const { [INSTANCE_TYPE]: size = '', [REGION]: region = '' } = metadata.labels ?? {};
    return hourlyPrice(size, region)?.region ?? [];
  });
  return { date: PRICED_ON, regions: [...new Set(regions)].sort(), hoursAMonth: HOURS_A_MONTH };
}

const INSTANCE_TYPE = 'node.kubernetes.io/instance-type';
const REGION = 'topology.kubernetes.io/region';

/** `hourlyPriceOf` says what a node costs. The texts are KubeSchedulerConfigurations in YAML; empty for the default. */
export function compareConfigurations(
  world: World,
  texts: readonly [string, string],
  hourlyPriceOf: Price,
): Comparison {
  return finish(beginComparison(world, texts, hourlyPriceOf));
}

/** The same pod by pod. Broken off, the pods that were not reached are on no node of either side, and are left out. */
export function beginComparison(
  world: World,
  texts: readonly [string, string],
  hourlyPriceOf: Price,
): Study<Comparison> {
  const sides = texts.map((text) => new Side(world, text)) as [Side, Side];
  const { free } = sides[0];
  let done = 0;
  return {
    total: free.length,
    get done() {
      return done;
    },
    next() {
      const pod = free[done];
      if (!pod) return false;
      for (const side of sides) side.place(pod);
      done += 1;
      return done < free.length;
    },
    end() {
      const [left, right] = sides.map(({ cluster, pods }) => summarise(cluster, pods, hourlyPriceOf)) as [
        Placement,
        Placement,
      ];
      const moved = Object.keys(left.pods).filter((key) => left.pods[key]?.node !== right.pods[key]?.node);
      const hourlyCostOfAll = sides[0].cluster.nodes.reduce((sum, { node }) => sum + hourlyPriceOf(node), 0);
      const prices = noteOf(sides[0].cluster.nodes.map(({ node }) => node));
      return { left, right, moved, hourlyCostOfAll, prices };
    },
  };
}

function configurationOf(text: string): SchedulerConfiguration {
  const json = schedulerConfigurationJson(text);
  const parsed = json === '' ? undefined : parseConfiguration(JSON.parse(json) as unknown);
  return parsed?.ok ? parsed.value : DEFAULT_CONFIGURATION;
}

const isDaemon = ({ metadata }: Pod): boolean =>
  metadata?.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') ?? false;

/** Pods that stay where they are (those of DaemonSets and of nodes themselves), and those placed anew, in order of arrival. */
function podsOf(world: World): { fixed: readonly Stored<Pod>[]; free: readonly Stored<Pod>[] } {
  const pods = [...(world.list('pods') as Iterable<Stored<Pod>>)].filter(
    ({ status, metadata }) => !['Succeeded', 'Failed'].includes(status?.phase ?? '') && !metadata.deletionTimestamp,
  );
  const free = pods.filter((pod) => !isDaemon(pod) && pod.metadata.namespace !== 'kube-system');
  return { fixed: pods.filter((pod) => !free.includes(pod) && pod.spec?.nodeName), free };
}

/** The cluster without the pods that are placed anew, filled one by one under a configuration. */
class Side {
  readonly cluster = new ClusterState();
  readonly pods: Record<string, { node?: string; message?: string }> = {};
  /** The most important first, then by arrival. */
  readonly free: readonly Stored<Pod>[];
  private readonly configuration: SchedulerConfiguration;
  private readonly profiles: ReturnType<typeof makeProfiles>;
  private readonly stream: RandomStream;
  private startIndex = 0;

  constructor(world: World, text: string) {
    this.configuration = configurationOf(text);
    this.profiles = makeProfiles(this.configuration, Number(world.options.kubernetesVersion.split('.')[1]));
    for (const change of world.scheduler.lookups()) this.cluster.apply(change);
    const { fixed, free } = podsOf(world);
    for (const pod of fixed) this.put(pod, pod.spec!.nodeName!);
    this.free = [...free].sort((a, b) => (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0));
    this.stream = RandomStream.seeded(world.options.seed, 'configuration-comparison');
  }

  private put(pod: Stored<Pod>, node: string): void {
    this.cluster.apply({ kind: 'pod', uid: pod.metadata.uid, pod, node });
  }

  place(pod: Stored<Pod>): void {
    const { nodeName: _, ...spec } = pod.spec!;
    const { nominatedNodeName: __, ...status } = pod.status ?? {};
    const waiting = PodInfo.of({ ...pod, spec, status });
    const profile = this.profiles.get(spec.schedulerName ?? '');
    if (!profile) {
      this.pods[waiting.key] = { message: `no profile has the name ${spec.schedulerName ?? ''}` };
      return;
    }
    const percentageOfNodesToScore = profile.percentageOfNodesToScore ?? this.configuration.percentageOfNodesToScore;
    const chance = { offset: () => 0, tie: (count: number) => this.stream.below(count) };
    const { startIndex } = this;
    const result = attempt(waiting, this.cluster, { profile, percentageOfNodesToScore, startIndex }, chance);
    this.startIndex = result.evaluation.nextStart;
    const { node } = result;
    this.pods[waiting.key] = node === undefined ? { message: result.message } : { node };
    if (node !== undefined) this.put({ ...pod, spec: { ...spec, nodeName: node } }, node);
  }
}

function deviation(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function summarise(
  cluster: ClusterState,
  pods: Placement['pods'],
  hourlyPriceOf: (node: Stored<Node>) => number,
): Placement {
  const share = (used: number, capacity: number): number => (capacity === 0 ? 0 : used / capacity);
  const nodes = cluster.nodes.map(({ name, pods: on, allocatable, requestedCpu, requestedMemory }) => ({
    node: name,
    pods: on.size,
    cpu: share(requestedCpu, allocatable.cpu),
    memory: share(requestedMemory, allocatable.memory),
  }));
  const used = new Set(Object.values(pods).flatMap(({ node }) => (node === undefined ? [] : [node])));
  return {
    pods,
    nodes,
    unscheduled: Object.values(pods).filter(({ node }) => node === undefined).length,
    usedNodes: used.size,
    cpuDeviation: deviation(nodes.map(({ cpu }) => cpu)),
    memoryDeviation: deviation(nodes.map(({ memory }) => memory)),
    hourlyCost: cluster.nodes.reduce((sum, { name, node }) => sum + (used.has(name) ? hourlyPriceOf(node) : 0), 0),
  };
}
