import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import { expect } from 'vitest';
import type { Stored } from '../../src/sim/api/object.ts';
import type { World } from '../../src/sim/world.ts';
import { deployment } from '../support/world.ts';
import { allReady, applied, deleted, get, parity, patched, send, until, wait, type Step } from './support/parity.ts';

const MIRRORING = 'pkg/controller/endpointslicemirroring';
const SLICES = 'staging/src/k8s.io/endpointslice/reconciler.go';
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

const service = (name: string, spec: string): string => `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { ${spec} }
`;
const BY_HAND = `${service('db', 'ports: [{ name: sql, port: 5432 }]')}---
apiVersion: v1
kind: Endpoints
metadata: { name: db, labels: { tier: back } }
subsets:
- addresses: [{ ip: 192.0.2.10 }, { ip: nowhere }]
  notReadyAddresses: [{ ip: 192.0.2.12 }]
  ports: [{ name: sql, port: 5432 }]
`;
const slicesOf = (world: World, name: string): readonly Stored<EndpointSlice>[] =>
  ([...world.list('endpointslices.discovery.k8s.io', 'default')] as Stored<EndpointSlice>[]).filter(
    ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name,
  );
const addressesIn = (world: World, name: string): readonly string[] =>
  slicesOf(world, name).flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses));
const only = (world: World, name: string): Stored<EndpointSlice> => {
  const [slice, ...others] = slicesOf(world, name);
  expect(others).toEqual([]);
  return slice!;
};
const seen =
  (look: (world: World) => unknown, expected: unknown): Step =>
  (world) =>
    expect(look(world)).toEqual(expected);

parity('Endpoints that somebody keeps by hand', [
  {
    name: 'are mirrored to a slice of their own, by the labels that they have',
    upstream: `${MIRRORING}/reconciler_helpers.go, ${MIRRORING}/utils.go`,
    manifests: BY_HAND.replace(', { ip: nowhere }', ''),
    steps: [
      wait(2),
      (world) => {
        const { metadata, endpoints, ports, addressType } = only(world, 'db');
        expect(addressType).toBe('IPv4');
        expect(metadata.generateName).toBe('db-');
        expect(metadata.labels).toEqual({
          tier: 'back',
          'kubernetes.io/service-name': 'db',
          'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
        });
        expect(metadata.ownerReferences).toMatchObject([{ kind: 'Endpoints', name: 'db', controller: true }]);
        expect(ports).toEqual([{ name: 'sql', port: 5432, protocol: 'TCP' }]);
        expect(endpoints).toEqual([
          { addresses: ['192.0.2.10'], conditions: { ready: true } },
          { addresses: ['192.0.2.12'], conditions: { ready: false } },
        ]);
      },
      patched('endpoints', 'db', {
        subsets: [{ addresses: [{ ip: '192.0.2.13' }], ports: [{ name: 'sql', port: 5432 }] }],
      }),
      wait(2),
      seen((world) => addressesIn(world, 'db'), ['192.0.2.13']),
      seen((world) => only(world, 'db').metadata.generation, 2),
      deleted('endpoints', 'db'),
      wait(2),
      seen((world) => slicesOf(world, 'db'), []),
    ],
  },
  {
    name: 'are not mirrored where the label says so, nor for a Service that has a selector',
    upstream: `${MIRRORING}/endpointslicemirroring_controller.go`,
    manifests: BY_HAND.replace(', { ip: nowhere }', ''),
    steps: [
      wait(2),
      seen((world) => slicesOf(world, 'db').length, 1),
      patched('endpoints', 'db', { metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } } }),
      wait(2),
      seen((world) => slicesOf(world, 'db'), []),
      patched('endpoints', 'db', { metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': null } } }),
      wait(2),
      seen((world) => slicesOf(world, 'db').length, 1),
      patched('services', 'db', { spec: { selector: { app: 'none' } } }),
      wait(2),
      seen(
        (world) => only(world, 'db').metadata.labels?.['endpointslice.kubernetes.io/managed-by'],
        'endpointslice-controller.k8s.io',
      ),
    ],
  },
]);

parity('A slice of a Service with a selector', [
  {
    name: 'says of each ready endpoint where it is best used from, as trafficDistribution asks',
    upstream: 'staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go',
    manifests: `${deployment('web', 1, 'nginx:1.27')}---\n${service('web', 'selector: { app: web }, ports: [{ port: 80 }], trafficDistribution: PreferSameZone')}`,
    steps: [
      until(allReady('web', 1)),
      wait(2),
      (world) => {
        const [endpoint] = only(world, 'web').endpoints!;
        expect(endpoint!.zone).toMatch(/-[123]$/);
        expect(endpoint!.hints).toEqual({ forZones: [{ name: endpoint!.zone }] });
      },
      patched('services', 'web', { spec: { trafficDistribution: 'PreferSameNode' } }),
      wait(2),
      (world) => {
        const [endpoint] = only(world, 'web').endpoints!;
        const { zone, nodeName } = endpoint!;
        expect(endpoint!.hints).toEqual({ forZones: [{ name: zone }], forNodes: [{ name: nodeName }] });
      },
      patched('services', 'web', { spec: { trafficDistribution: null } }),
      wait(2),
      seen((world) => only(world, 'web').endpoints![0]!.hints, undefined),
    ],
  },
  {
    name: 'holds at most 100 endpoints, and each pod is in one of them',
    upstream: `${SLICES} (reconcileByPortMapping)`,
    options: { runtime: 'pretended' },
    manifests: `${deployment('web', 230, 'nginx:1.27')}---\n${service('web', 'selector: { app: web }, ports: [{ port: 80 }]')}`,
    steps: [
      until(allReady('web', 230)),
      wait(2),
      (world) => {
        const sizes = slicesOf(world, 'web').map(({ endpoints }) => endpoints!.length);
        expect(sizes.sort((left, right) => right - left)).toEqual([100, 100, 30]);
        expect(new Set(addressesIn(world, 'web')).size).toBe(230);
      },
      patched('deployments.apps', 'web', { spec: { replicas: 40 } }),
      until(allReady('web', 40)),
      wait(2),
      (world) => {
        expect(new Set(addressesIn(world, 'web')).size).toBe(40);
        // Nothing is moved from one slice to another: those that still have something stay.
        expect(slicesOf(world, 'web').every(({ endpoints }) => endpoints!.length > 0)).toBe(true);
      },
    ],
  },
  {
    name: 'tells of a pod that is not ready, and of one on its way out that still serves',
    upstream: 'staging/src/k8s.io/endpointslice/utils.go (podToEndpoint)',
    manifests: `${deployment('web', 1, 'busybox:1.36', `          command: [sh, -c, "trap '' TERM; sleep 300"]\n          readinessProbe: { exec: { command: [sh, -c, "test -e /tmp/ready"] }, periodSeconds: 1 }\n`)}---\n${service('web', 'selector: { app: web }, ports: [{ port: 80 }]')}---\n${service('all', 'clusterIP: None, publishNotReadyAddresses: true, selector: { app: web }, ports: [{ port: 80 }]')}`,
    steps: [
      wait(6),
      seen((world) => only(world, 'web').endpoints![0]!.conditions, {
        ready: false,
        serving: false,
        terminating: false,
      }),
      seen((world) => only(world, 'all').endpoints![0]!.conditions, {
        ready: true,
        serving: false,
        terminating: false,
      }),
      (world) => {
        const pod = only(world, 'web').endpoints![0]!.targetRef!.name!;
        patched('deployments.apps', 'web', { spec: { replicas: 0 } })(world);
        wait(3)(world);
        expect(only(world, 'web').endpoints![0]!.targetRef!.name).toBe(pod);
      },
      seen((world) => only(world, 'web').endpoints![0]!.conditions, {
        ready: false,
        serving: false,
        terminating: true,
      }),
      wait(40),
      seen((world) => only(world, 'web').endpoints ?? [], []),
    ],
  },
  {
    name: 'tells when the change began that it shows, and goes on under its name when its endpoints go',
    upstream: `staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go, ${SLICES}`,
    manifests: service('web', 'selector: { app: web }, ports: [{ port: 80 }]'),
    steps: [
      wait(2),
      (world) => {
        const { metadata, endpoints, ports } = only(world, 'web');
        expect([endpoints, ports]).toEqual([[], []].map(() => expect.toSatisfy((list) => (list ?? []).length === 0)));
        expect(metadata.annotations?.[TRIGGER_TIME]).toBe(get(world, 'services', 'web').metadata.creationTimestamp);
      },
      applied(deployment('web', 2, 'nginx:1.27')),
      until(allReady('web', 2)),
      wait(2),
      (world) => {
        const { name, uid, generation } = only(world, 'web').metadata;
        expect(addressesIn(world, 'web').length).toBe(2);
        patched('deployments.apps', 'web', { spec: { replicas: 0 } }, 'scale')(world);
        wait(60)(world);
        const after = only(world, 'web');
        expect(after.metadata).toMatchObject({ name, uid });
        expect(after.metadata.generation).toBeGreaterThan(generation!);
        expect(after.metadata.annotations?.[TRIGGER_TIME]).toBeUndefined();
        expect(addressesIn(world, 'web')).toEqual([]);
      },
    ],
  },
]);

const addressObjects = (world: World): readonly string[] =>
  [...world.list('ipaddresses.networking.k8s.io')].map(({ metadata }) => metadata.name);
const CIDR = 'pkg/controller/servicecidrs/servicecidrs_controller.go';

parity('A cluster address', [
  {
    name: 'is an IPAddress for as long as its Service is there',
    upstream: 'pkg/registry/core/service/ipallocator/ipallocator.go',
    manifests: service('web', 'clusterIP: 10.0.0.77, ports: [{ port: 80 }]'),
    steps: [
      seen(addressObjects, ['10.0.0.1', '10.0.0.77']),
      (world) => {
        expect(world.find('ipaddresses.networking.k8s.io', undefined, '10.0.0.77')).toMatchObject({
          metadata: {
            labels: {
              'ipaddress.kubernetes.io/ip-family': 'IPv4',
              'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
            },
          },
          spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
        });
      },
      deleted('services', 'web'),
      seen(addressObjects, ['10.0.0.1']),
      applied(service('bare', 'clusterIP: None, ports: [{ port: 80 }]')),
      seen(addressObjects, ['10.0.0.1']),
    ],
  },
  {
    name: 'holds the range that it is of',
    upstream: CIDR,
    steps: [
      (world) => {
        const range = (): unknown => world.find('servicecidrs.networking.k8s.io', undefined, 'kubernetes');
        expect(range()).toMatchObject({
          metadata: { finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
          spec: { cidrs: ['10.0.0.0/16'] },
          status: {
            conditions: [{ type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' }],
          },
        });
        expect(send(world, 'delete', 'servicecidrs.networking.k8s.io', 'kubernetes').code).toBe(200);
        wait(30)(world);
        expect(range()).toMatchObject({ status: { conditions: [{ status: 'False', reason: 'Terminating' }] } });
      },
    ],
  },
]);
