/**
 * Which endpoints a connection may get, by the policies and hints of its Service.
 * Upstream: pkg/proxy/topology.go, pkg/proxy/iptables/proxier.go, pkg/proxy/healthcheck/service_health.go.
 */
import type { Node, Pod, Service } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import type { Stored } from '../../src/sim/api/object.ts';
import type { World } from '../../src/sim/world.ts';
import { advance, apply, bootWorld, podsOf } from '../support/world.ts';
import { send } from './support/parity.ts';

const spread = (replicas: number): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 30
      topologySpreadConstraints:
      - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: web } } }
      containers: [{ name: c, image: "pilothouse/web:1.0", ports: [{ containerPort: 8080 }] }]
`;
const service = (more: string): string => `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }], ${more} }
`;

const nodesOf = (world: World): readonly Stored<Node>[] =>
  ([...world.list('nodes')] as Stored<Node>[]).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

/** A cluster with so many pods over its nodes, and a client on the first node. */
function begin(replicas: number, more: string): World {
  const world = bootWorld({ preset: 'plain' });
  apply(world, spread(replicas));
  apply(world, service(more));
  const [home] = nodesOf(world);
  apply(
    world,
    `apiVersion: v1\nkind: Pod\nmetadata: { name: client }\nspec: { nodeName: ${home!.metadata.name}, containers: [{ name: c, image: "busybox:1.36", command: [sleep, infinity] }] }\n`,
  );
  advance(world, 20);
  return world;
}

interface Chosen {
  readonly verdict: string;
  readonly candidates: readonly string[];
}

/** The nodes of the endpoints that one request from the client could have got, and what became of it. */
function ask(world: World, url: string): { readonly verdict: string; readonly nodes: readonly string[] } {
  const from = world.kernel.trace.length;
  world.startTraffic({ namespace: 'default', pod: 'client', url, count: 1, intervalMs: 1 });
  advance(world, 12);
  const [choice] = world.kernel.trace
    .slice(from)
    .filter(({ type, data }) => type === 'proxy.choose' && (data as { service: string }).service === 'default/web')
    .map(({ data }) => data as unknown as Chosen);
  const nodes = (choice?.candidates ?? []).map((candidate) => {
    const ip = candidate.replace(/:\d+$/, '');
    return podsOf(world, 'web').find(({ status }) => status?.podIP === ip)?.spec?.nodeName ?? '';
  });
  return { verdict: choice?.verdict ?? 'none', nodes: nodes.sort() };
}

const named = (world: World): readonly string[] => nodesOf(world).map(({ metadata }) => metadata.name);
const urlOf = (world: World): string =>
  `http://${(world.find('services', 'default', 'web') as Stored<Service>).spec!.clusterIP}/`;

const onNode = (world: World, node: string): Stored<Pod> =>
  podsOf(world, 'web').find(({ spec, metadata }) => spec?.nodeName === node && !metadata.deletionTimestamp)!;

describe('A connection to a Service', () => {
  it('may get every ready endpoint', () => {
    const world = begin(3, '');
    expect(ask(world, urlOf(world))).toEqual({ verdict: 'dnat', nodes: named(world) });
  });

  it('stays in its zone by PreferClose, and goes anywhere while its zone has none', () => {
    const world = begin(3, 'trafficDistribution: PreferClose');
    const [home, ...others] = named(world);
    expect(ask(world, urlOf(world))).toEqual({ verdict: 'dnat', nodes: [home] });
    send(world, 'patch', 'nodes', home!, { spec: { unschedulable: true } }, { patchType: 'merge' });
    send(world, 'delete', 'pods', onNode(world, home!).metadata.name);
    advance(world, 40);
    expect(ask(world, urlOf(world))).toEqual({ verdict: 'dnat', nodes: others });
  });

  it('stays on its node by PreferSameNode, else in its zone, else goes anywhere', () => {
    const world = begin(2, 'trafficDistribution: PreferSameNode');
    const used = podsOf(world, 'web').map(({ spec }) => spec!.nodeName!);
    const [home] = named(world);
    const expected = used.includes(home!) ? [home] : [...used].sort();
    expect(ask(world, urlOf(world))).toEqual({ verdict: 'dnat', nodes: expected });
  });

  it('is dropped by internalTrafficPolicy Local where the node has no endpoint, and refused where nobody has', () => {
    const world = begin(3, 'internalTrafficPolicy: Local');
    const [home] = named(world);
    expect(ask(world, urlOf(world))).toEqual({ verdict: 'dnat', nodes: [home] });
    send(world, 'patch', 'nodes', home!, { spec: { unschedulable: true } }, { patchType: 'merge' });
    send(world, 'delete', 'pods', onNode(world, home!).metadata.name);
    advance(world, 40);
    expect(ask(world, urlOf(world))).toEqual({ verdict: 'drop', nodes: [] });
    send(world, 'patch', 'deployments.apps', 'web', { spec: { replicas: 0 } }, { patchType: 'merge' });
    advance(world, 40);
    expect(ask(world, urlOf(world))).toEqual({ verdict: 'reject', nodes: [] });
  });

  it('to a node port of another node gets only what is there by externalTrafficPolicy Local', () => {
    const world = begin(3, 'type: NodePort, externalTrafficPolicy: Local');
    const [home, other] = nodesOf(world);
    const port = (world.find('services', 'default', 'web') as Stored<Service>).spec!.ports![0]!.nodePort!;
    const at = (node: Stored<Node>): string =>
      `http://${node.status!.addresses!.find(({ type }) => type === 'InternalIP')!.address}:${port}/`;
    expect(ask(world, at(other!))).toEqual({ verdict: 'dnat', nodes: [other!.metadata.name] });
    // What a pod sends to its own node's port is led as from inside the cluster.
    expect(ask(world, at(home!))).toEqual({ verdict: 'dnat', nodes: named(world) });
  });

  it('is counted for load balancers at the health check port of each node', () => {
    const world = begin(3, 'type: LoadBalancer, externalTrafficPolicy: Local');
    const [home, other] = nodesOf(world);
    const port = (world.find('services', 'default', 'web') as Stored<Service>).spec!.healthCheckNodePort!;
    const health = (): readonly string[] => {
      const from = world.kernel.trace.length;
      const { address } = other!.status!.addresses!.find(({ type }) => type === 'InternalIP')!;
      const url = `http://${address}:${port}/healthz`;
      world.startTraffic({ namespace: 'default', pod: 'client', url, count: 1, intervalMs: 1 });
      advance(world, 3);
      return world.kernel.trace
        .slice(from)
        .filter(({ type }) => type === 'traffic.done')
        .map(({ data }) => JSON.stringify(data));
    };
    expect(health().join()).toContain('"status":200');
    expect(home).toBeDefined();
    send(world, 'patch', 'nodes', other!.metadata.name, { spec: { unschedulable: true } }, { patchType: 'merge' });
    send(world, 'delete', 'pods', onNode(world, other!.metadata.name).metadata.name);
    advance(world, 40);
    expect(health().join()).toContain('"status":503');
  });
});
