/** Nodes that run short, and what they measure. Upstream: pkg/kubelet/eviction, metrics-server. */
import type { Node } from 'kubernetes-types/core/v1';
import { expect } from 'vitest';
import type { Stored } from '../../src/sim/api/object.ts';
import { defaultPool } from '../../src/sim/azure/index.ts';
import { advance, apply, eventsOf, request, statuses } from '../support/world.ts';
import { findPod, scriptPod } from '../support/shell.ts';
import { parity } from './support/parity.ts';

const aks = { preset: 'aks' } as const;

const oneNode = { pools: [{ ...defaultPool('nodepool1', 'System', 1), vmSize: 'Standard_D4s_v5' }] };

const stress = (name: string, bytes: string, resources: string): string =>
  `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  containers:
    - name: main
      image: polinux/stress
      command: [stress]
      args: ['--vm', '1', '--vm-bytes', '${bytes}', '--vm-hang', '1']
      resources: ${resources}
`;

parity('A node that runs out of memory', [
  {
    name: 'gives up the pod that is most above its request, taints itself, and refuses best effort',
    upstream: 'pkg/kubelet/eviction/eviction_manager.go, pkg/kubelet/eviction/helpers.go (rankMemoryPressure)',
    options: { ...aks, ...oneNode },
    steps: [
      (world) => {
        apply(
          world,
          [
            stress('greedy', '9G', '{ requests: { memory: 1Gi } }'),
            stress('modest', '6G', '{ requests: { memory: 7Gi } }'),
          ].join('---\n'),
        );
        advance(world, 25);
        const greedy = findPod(world, 'greedy');
        expect(greedy.status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
        expect(greedy.status?.message).toMatch(
          /^The node was low on resource: memory\. Threshold quantity: 100Mi, available: \d+Ki\. Container main was using \d+Ki, request is 1Gi, has larger consumption of memory\. $/,
        );
        expect(greedy.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
          status: 'True',
          reason: 'TerminationByKubelet',
        });
        expect(statuses([findPod(world, 'modest')])).toEqual(['Running']);
        const [node] = [...world.list('nodes')] as Stored<Node>[];
        expect(node!.status?.conditions?.find(({ type }) => type === 'MemoryPressure')).toMatchObject({
          status: 'True',
          reason: 'KubeletHasInsufficientMemory',
        });
        expect(eventsOf(world, node!)).toEqual(
          expect.arrayContaining([
            'EvictionThresholdMet: Attempting to reclaim memory',
            `NodeHasInsufficientMemory: Node ${node!.metadata.name} status is now: NodeHasInsufficientMemory`,
          ]),
        );
        advance(world, 10);
        const tainted = world.find('nodes', undefined, node!.metadata.name) as Stored<Node>;
        expect(tainted.spec?.taints?.map(({ key }) => key)).toContain('node.kubernetes.io/memory-pressure');
        advance(world, 320);
        const calm = world.find('nodes', undefined, node!.metadata.name) as Stored<Node>;
        expect(calm.status?.conditions?.find(({ type }) => type === 'MemoryPressure')?.status).toBe('False');
      },
    ],
  },
]);

parity('A pod that uses more disk than it may', [
  {
    name: 'is evicted for its emptyDir',
    upstream: 'pkg/kubelet/eviction/eviction_manager.go (localStorageEviction)',
    options: { ...aks, ...oneNode },
    steps: [
      (world) => {
        apply(
          world,
          scriptPod('full', 'dd if=/dev/zero of=/data/x bs=1M count=200; sleep 1000', {
            more: '  volumes: [{ name: data, emptyDir: { sizeLimit: 100Mi } }]\n',
            container: '      volumeMounts: [{ name: data, mountPath: /data }]\n',
          }),
        );
        advance(world, 30);
        expect(findPod(world, 'full').status).toMatchObject({
          phase: 'Failed',
          reason: 'Evicted',
          message: 'Usage of EmptyDir volume "data" exceeds the limit "100Mi". ',
        });
      },
    ],
  },
]);

parity('A container over its memory limit', [
  {
    name: 'is OOMKilled, as the task of the documentation shows',
    upstream: 'pkg/kubelet/kuberuntime/kuberuntime_container.go',
    options: { ...aks, ...oneNode },
    steps: [
      (world) => {
        apply(world, stress('demo', '250M', '{ requests: { memory: 50Mi }, limits: { memory: 100Mi } }'));
        advance(world, 8);
        const [status] = findPod(world, 'demo').status?.containerStatuses ?? [];
        expect(status?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
      },
    ],
  },
]);

parity('Metrics', [
  {
    name: 'tell of pods once two scrapes have seen them, and of the load that requests make',
    upstream: 'pkg/kubelet/server/stats, kubernetes-sigs/metrics-server pkg/storage/pod.go',
    options: { ...aks, ...oneNode },
    steps: [
      (world) => {
        apply(
          world,
          `apiVersion: v1
kind: Pod
metadata: { name: php, labels: { app: php } }
spec:
  containers:
    - { name: main, image: registry.k8s.io/hpa-example, ports: [{ containerPort: 80 }], resources: { limits: { cpu: 500m } } }
---
apiVersion: v1
kind: Service
metadata: { name: php }
spec: { selector: { app: php }, ports: [{ port: 80 }] }
`,
        );
        advance(world, 10);
        expect(world.metrics.isAvailable).toBe(true);
        expect(world.metrics.pod('default', 'php')).toBeUndefined();
        advance(world, 35);
        expect(world.metrics.pod('default', 'php')?.containers).toEqual([
          { name: 'main', cpuMillis: 1, memoryBytes: 12 * 1024 * 1024 },
        ]);
        const before = world.metrics.nodes()[0]!.cpuMillis;
        apply(world, scriptPod('load', 'while sleep 0.1; do wget -q -O- http://php > /dev/null; done'));
        advance(world, 60);
        // Some nine requests a second ask for more than half a core: it is throttled there.
        expect(world.metrics.pod('default', 'php')?.containers[0]?.cpuMillis).toBe(500);
        expect(world.metrics.nodes()[0]!.cpuMillis).toBeGreaterThan(before + 400);
      },
    ],
  },
]);

parity('A Workload', [
  {
    name: 'says how an image behaves, and is refused where it says nonsense',
    upstream: 'pkg/kubelet/kuberuntime (what a runtime would measure)',
    options: { ...aks, ...oneNode },
    steps: [
      (world) => {
        apply(
          world,
          `apiVersion: pilothouse.dev/v1
kind: Workload
metadata: { name: shop }
spec:
  image: ghcr.io/acme/shop
  server: { ports: [9000], body: 'shop on {pod}', errorPercent: 0, latencyMs: [5, 9] }
  usage: { cpu: 120m, memory: 90Mi }
  log: [shop is open]
---
apiVersion: v1
kind: Pod
metadata: { name: shop }
spec: { containers: [{ name: main, image: 'ghcr.io/acme/shop:2' }] }
`,
        );
        advance(world, 45);
        const read = world.streams.logText({ namespace: 'default', pod: 'shop' });
        expect(read).toEqual({ ok: true, value: 'shop is open\n' });
        expect(world.metrics.pod('default', 'shop')?.containers[0]).toMatchObject({ cpuMillis: 120 });
        const bad = {
          apiVersion: 'pilothouse.dev/v1',
          kind: 'Workload',
          metadata: { name: 'bad' },
          spec: { server: { errorPercent: 300 } },
        };
        const refused = request(world, 'POST', '/apis/pilothouse.dev/v1/workloads', bad);
        expect(refused.status).toBe(422);
        expect((refused.body as { message: string }).message).toBe(
          'Workload.pilothouse.dev "bad" is invalid: [spec.image: Required value, spec.server.errorPercent: Invalid value: 300: must be a number from 0 to 100]',
        );
      },
    ],
  },
]);

parity('Nodes', [
  {
    name: 'of AKS carry the conditions of the problem detector, and their first events in order',
    upstream: 'pkg/kubelet/kubelet_node_status.go, pkg/kubelet/nodestatus/setters.go',
    options: { ...aks, ...oneNode },
    steps: [
      (world) => {
        const [node] = [...world.list('nodes')] as Stored<Node>[];
        const conditions = node!.status!.conditions!.map(({ type, status }) => `${type}=${status}`);
        expect(conditions).toContain('KernelDeadlock=False');
        expect(conditions).toContain('VMEventScheduled=False');
        const reasons = eventsOf(world, node!).map((line) => line.split(':')[0]);
        expect(reasons.slice(0, 6)).toEqual([
          'Starting',
          'NodeHasSufficientMemory',
          'NodeHasNoDiskPressure',
          'NodeHasSufficientPID',
          'NodeAllocatableEnforced',
          'RegisteredNode',
        ]);
        expect(reasons).toContain('NodeReady');
      },
    ],
  },
]);
