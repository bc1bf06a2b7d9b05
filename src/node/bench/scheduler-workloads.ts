/**
 * The workloads of upstream's scheduler benchmark, by their names and with their sizes at 5,000 nodes.
 * Upstream: test/integration/scheduler_perf (performance-config.yaml and templates). PreemptionBasic is listed there with
 * these sizes, but without a threshold.
 */
import type { Affinity, Node, Pod, PodSpec } from 'kubernetes-types/core/v1';

export interface Workload {
  readonly name: string;
  /** Pods that are there before the clock starts, by how they look and how many. */
  readonly initial: readonly (readonly [PodKind, number])[];
  /** Pods that fit nowhere and are made every 200 ms beside the measured ones. */
  readonly churn?: PodKind;
  readonly measured: readonly [PodKind, number];
  readonly zones: readonly string[];
  /** Upstream's published threshold in pods a second, where there is one. */
  readonly upstream?: number;
}

export type PodKind =
  | 'default'
  | 'node-affinity'
  | 'spread'
  | 'preferred-spread'
  | 'anti-affinity'
  | 'affinity'
  | 'preferred-affinity'
  | 'preferred-anti-affinity'
  | 'low-priority'
  | 'high-priority'
  | 'hopeless';

export const NODES = 5_000;

const ZONE = 'topology.kubernetes.io/zone';
const HOSTNAME = 'kubernetes.io/hostname';
const ONE_ZONE = ['zone1'];
const THREE_ZONES = ['moon-1', 'moon-2', 'moon-3'];

/** How often a pod of the churn is made. */
export const CHURN_MS = 200;

const plain = { initial: [], zones: ONE_ZONE } as const;

export const WORKLOADS: readonly Workload[] = [
  { ...plain, name: 'SchedulingBasic', initial: [['default', 1_000]], measured: ['default', 10_000], upstream: 680 },
  {
    ...plain,
    name: 'SchedulingNodeAffinity',
    initial: [['node-affinity', 5_000]],
    measured: ['node-affinity', 10_000],
    upstream: 220,
  },
  {
    ...plain,
    name: 'TopologySpreading',
    initial: [['default', 5_000]],
    measured: ['spread', 5_000],
    zones: THREE_ZONES,
    upstream: 460,
  },
  {
    ...plain,
    name: 'PreferredTopologySpreading',
    initial: [['default', 5_000]],
    measured: ['preferred-spread', 5_000],
    zones: THREE_ZONES,
    upstream: 340,
  },
  {
    ...plain,
    name: 'SchedulingPodAntiAffinity',
    initial: [['anti-affinity', 1_000]],
    measured: ['anti-affinity', 2_000],
    upstream: 60,
  },
  {
    ...plain,
    name: 'SchedulingPodAffinity',
    initial: [['affinity', 5_000]],
    measured: ['affinity', 5_000],
    upstream: 35,
  },
  {
    ...plain,
    name: 'SchedulingPreferredPodAffinity',
    initial: [['preferred-affinity', 5_000]],
    measured: ['preferred-affinity', 5_000],
    upstream: 90,
  },
  {
    ...plain,
    name: 'Unschedulable',
    initial: [['default', 100]],
    churn: 'hopeless',
    measured: ['default', 10_000],
    upstream: 590,
  },
  { ...plain, name: 'PreemptionBasic', initial: [['low-priority', 20_000]], measured: ['high-priority', 5_000] },
  {
    ...plain,
    name: 'MixedSchedulingBasePod',
    initial: [
      ['default', 2_000],
      ['affinity', 2_000],
      ['anti-affinity', 2_000],
      ['preferred-affinity', 2_000],
      ['preferred-anti-affinity', 2_000],
    ],
    measured: ['default', 1_000],
  },
];

export function makeNode(index: number, zones: readonly string[]): Node {
  const name = `scheduler-perf-${index}`;
  const resources = { cpu: '4', memory: '32Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [HOSTNAME]: name, [ZONE]: zones[index % zones.length]! } },
    status: { capacity: resources, allocatable: resources, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

const term = (color: string, topologyKey: string): { labelSelector: object; topologyKey: string } => ({
  labelSelector: { matchLabels: { color } },
  topologyKey,
});

const COLORS: Readonly<Partial<Record<PodKind, string>>> = {
  spread: 'blue',
  'preferred-spread': 'blue',
  'anti-affinity': 'green',
  affinity: 'blue',
  'preferred-affinity': 'red',
  'preferred-anti-affinity': 'yellow',
};

function affinityOf(kind: PodKind): Affinity | undefined {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  const weighted = (color: string): readonly object[] => [{ weight: 1, podAffinityTerm: term(color, HOSTNAME) }];
  const affinities: Readonly<Partial<Record<PodKind, object>>> = {
    'node-affinity': {
      nodeAffinity: {
        [required]: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone1', 'zone2'] }] }],
        },
      },
    },
    'anti-affinity': { podAntiAffinity: { [required]: [term('green', HOSTNAME)] } },
    affinity: { podAffinity: { [required]: [term('blue', ZONE)] } },
    'preferred-affinity': { podAffinity: { [preferred]: weighted('red') } },
    'preferred-anti-affinity': { podAntiAffinity: { [preferred]: weighted('yellow') } },
  };
  return affinities[kind];
}

const REQUESTS: Readonly<Partial<Record<PodKind, Readonly<Record<string, string>>>>> = {
  'low-priority': { cpu: '900m', memory: '500Mi' },
  'high-priority': { cpu: '3', memory: '500Mi' },
  hopeless: { cpu: '9', memory: '500Mi' },
};

const HIGH: ReadonlySet<PodKind> = new Set<PodKind>(['high-priority', 'hopeless']);

export function makePod(kind: PodKind, name: string): Pod {
  const color = COLORS[kind];
  const affinity = affinityOf(kind);
  const isSpread = kind === 'spread' || kind === 'preferred-spread';
  const constraint = {
    maxSkew: 5,
    topologyKey: ZONE,
    whenUnsatisfiable: kind === 'spread' ? 'DoNotSchedule' : 'ScheduleAnyway',
    labelSelector: { matchLabels: { color: 'blue' } },
  } as const;
  const spec: PodSpec = {
    containers: [
      {
        name: 'pause',
        image: 'registry.k8s.io/pause:3.10',
        resources: { requests: { ...(REQUESTS[kind] ?? { cpu: '100m', memory: '500Mi' }) } },
      },
    ],
    ...(affinity ? { affinity } : {}),
    ...(isSpread ? { topologySpreadConstraints: [constraint] } : {}),
    ...(HIGH.has(kind) ? { priority: 10 } : {}),
    ...(kind === 'low-priority' || kind === 'high-priority' ? { terminationGracePeriodSeconds: 0 } : {}),
  };
  const labels: Record<string, string> = color ? { color } : {};
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec };
}
