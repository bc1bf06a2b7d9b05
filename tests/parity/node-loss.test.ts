import { expect } from 'vitest';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../src/sim/api/object.ts';
import { kubeletId } from '../../src/sim/kernel/index.ts';
import type { World } from '../../src/sim/world.ts';
import {
  applied,
  conditions,
  deleted,
  events,
  get,
  parity,
  patched,
  podsBy,
  until,
  wait,
  type Step,
} from './support/parity.ts';

const LIFECYCLE = 'pkg/controller/nodelifecycle/node_lifecycle_controller.go';
const POD_GC = 'pkg/controller/podgc/gc_controller.go';
const hand = `apiVersion: v1
kind: Node
metadata: { name: hand, labels: { kubernetes.io/os: linux, kubernetes.io/arch: arm64 } }
`;
const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: "nginx:1.27" }] }
`;
const nodes = (world: World): readonly Stored<Node>[] => [...world.list('nodes')] as Stored<Node>[];
/** The node of the first pod of `web`. */
const lost = (world: World): string => podsBy(world, 'web')[0]?.spec?.nodeName ?? '';
const first = (world: World): Stored<Pod> => podsBy(world, 'web').find(({ spec }) => spec?.nodeName === LOST.name)!;
const LOST = { name: '' };
const loseIt: Step = (world) => {
  LOST.name = lost(world);
  world.kernel.freeze(kubeletId(LOST.name));
};
const taintsOf = (world: World, name: string): readonly string[] =>
  ((get(world, 'nodes', name) as Stored<Node>).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort();
const UNREACHABLE = ['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule'];
const conditionOf = (pod: Stored<Pod>, wanted: string): unknown =>
  pod.status?.conditions?.find(({ type }) => type === wanted);

parity('A node that somebody made without a kubelet', [
  {
    name: 'is given its old labels, is never told to have been Ready, and is given up after a minute',
    upstream: `${LIFECYCLE} (tryUpdateNodeHealth, reconcileNodeLabels)`,
    manifests: hand,
    steps: [
      wait(1),
      (world) => {
        const { metadata, status } = get(world, 'nodes', 'hand') as Stored<Node>;
        expect(metadata.labels).toEqual({
          'beta.kubernetes.io/arch': 'arm64',
          'beta.kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'arm64',
          'kubernetes.io/os': 'linux',
        });
        expect(status?.daemonEndpoints).toEqual({ kubeletEndpoint: { Port: 0 } });
        expect(status?.nodeInfo?.kubeletVersion).toBe('');
      },
      wait(50),
      conditions('nodes', 'hand', []),
      wait(25),
      conditions(
        'nodes',
        'hand',
        ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map(
          (type) => `${type}=Unknown NodeStatusNeverUpdated: Kubelet never posted node status.`,
        ),
      ),
      (world) => {
        const { metadata, status } = get(world, 'nodes', 'hand') as Stored<Node>;
        for (const condition of status!.conditions!)
          expect(condition.lastHeartbeatTime).toBe(metadata.creationTimestamp);
        expect(taintsOf(world, 'hand')).toEqual(UNREACHABLE);
      },
      events('nodes', 'hand', ['RegisteredNode: Node hand event: Registered Node hand in Controller']),
    ],
  },
]);

parity('A node that is lost', [
  {
    name: 'loses its pods after five minutes, and lets go of them when it is deleted',
    upstream: `${LIFECYCLE} (monitorNodeHealth), pkg/controller/tainteviction/taint_eviction.go, ${POD_GC}`,
    manifests: web,
    steps: [
      wait(10),
      loseIt,
      wait(70),
      (world) => {
        expect(taintsOf(world, LOST.name)).toEqual(UNREACHABLE);
        expect(first(world).status?.phase).toBe('Running');
        expect(conditionOf(first(world), 'Ready')).toMatchObject({ status: 'False' });
        expect(conditionOf(first(world), 'ContainersReady')).toMatchObject({ status: 'True' });
        const told = world.eventsAbout(first(world)) as unknown as { reason: string; message: string }[];
        expect(told.at(-1)).toMatchObject({ reason: 'NodeNotReady', message: 'Node is not ready' });
      },
      wait(280),
      (world) => expect(first(world).metadata.deletionTimestamp).toBeUndefined(),
      wait(30),
      (world) => {
        expect(first(world).metadata.deletionTimestamp).toBeDefined();
        expect(conditionOf(first(world), 'DisruptionTarget')).toMatchObject({
          observedGeneration: 1,
          reason: 'DeletionByTaintManager',
          message: 'Taint manager: deleting due to NoExecute taint',
        });
        expect(podsBy(world, 'web')).toHaveLength(2);
      },
      wait(300),
      (world) => expect(podsBy(world, 'web')).toHaveLength(2),
      (world) => deleted('nodes', LOST.name)(world),
      wait(80),
      (world) => expect(podsBy(world, 'web').map(({ spec }) => spec?.nodeName)).not.toContain(LOST.name),
    ],
  },
  {
    name: 'lets go of terminating pods at once when it is said to be out of service',
    upstream: `${POD_GC} (gcTerminating)`,
    manifests: web,
    steps: [
      wait(10),
      loseIt,
      wait(70),
      (world) => {
        const taints = [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }];
        const before = (get(world, 'nodes', LOST.name) as Stored<Node>).spec?.taints ?? [];
        patched('nodes', LOST.name, { spec: { taints: [...before, ...taints] } })(world);
      },
      wait(25),
      (world) => {
        expect(podsBy(world, 'web')).toHaveLength(1);
        expect(podsBy(world, 'web')[0]!.spec?.nodeName).not.toBe(LOST.name);
      },
    ],
  },
]);

parity('All nodes that are lost together', [
  {
    name: 'are not given up, since it must be the network; what comes back first decides',
    upstream: `${LIFECYCLE} (handleDisruption)`,
    steps: [
      wait(20),
      (world) => nodes(world).forEach(({ metadata }) => world.kernel.freeze(kubeletId(metadata.name))),
      wait(120),
      (world) => {
        for (const { metadata } of nodes(world))
          expect(taintsOf(world, metadata.name)).toEqual(['node.kubernetes.io/unreachable:NoSchedule']);
      },
      (world) => world.kernel.thaw(kubeletId(nodes(world)[0]!.metadata.name)),
      wait(30),
      (world) => {
        expect(nodes(world).map(({ metadata }) => taintsOf(world, metadata.name))).toEqual([
          [],
          UNREACHABLE,
          UNREACHABLE,
        ]);
      },
    ],
  },
]);

const PLACE = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];
/** Nodes without kubelets in the zone of the first node: all are lost after a minute. */
const joined =
  (count: number, more: Readonly<Record<string, string>> = {}): Step =>
  (world) => {
    const place = PLACE.map((key) => [key, nodes(world)[0]!.metadata.labels?.[key]]);
    const labels = JSON.stringify({ ...Object.fromEntries(place), ...more });
    for (let index = 0; index < count; index += 1)
      applied(`{ apiVersion: v1, kind: Node, metadata: { name: hand-${index}, labels: ${labels} } }`)(world);
  };
const countGivenUp = (world: World): number =>
  nodes(world).filter(({ metadata }) => taintsOf(world, metadata.name).includes(UNREACHABLE[0]!)).length;
const givenUp =
  (count: number): Step =>
  (world) =>
    expect(countGivenUp(world)).toBe(count);
const oneIsGivenUp = until((world) => countGivenUp(world) > 0, 90);

parity('A zone with one Ready node and others that are lost', [
  {
    name: 'gives up one every ten seconds while few are lost',
    upstream: `${LIFECYCLE} (ComputeZoneState)`,
    steps: [joined(2), oneIsGivenUp, wait(8), givenUp(1), wait(4), givenUp(2)],
  },
  {
    name: 'gives up none when most are lost and it is small',
    upstream: `${LIFECYCLE} (ComputeZoneState, ReducedQPSFunc)`,
    steps: [joined(4), wait(200), givenUp(0)],
  },
  {
    name: 'gives up one every hundred seconds when most are lost and it is large',
    upstream: `${LIFECYCLE} (ReducedQPSFunc)`,
    steps: [joined(51), oneIsGivenUp, wait(90), givenUp(1), wait(20), givenUp(2)],
  },
  {
    name: 'is judged without the nodes that are not to count',
    upstream: `${LIFECYCLE} (isNodeExcludedFromDisruptionChecks)`,
    steps: [joined(4, { 'node.kubernetes.io/exclude-disruption': '' }), wait(120), givenUp(4)],
  },
]);
