import { expect } from 'vitest';
import { kubeletId } from '../../src/sim/kernel/index.ts';
import { applied, conditions, events, get, parity, patched, send, wait, type Step } from './support/parity.ts';

const pod = (name: string, node: string, tolerations = ''): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 1
  ${tolerations}
  containers: [{ name: c, image: "nginx:1.27" }]
`;
const held = `apiVersion: v1
kind: Namespace
metadata: { name: held }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: held, namespace: held, finalizers: [example.com/hold] }
data: { a: b }
`;
const taintFirst =
  (taints: unknown): Step =>
  (world) =>
    patched('nodes', [...world.list('nodes')][0]!.metadata.name, { spec: { taints } })(world);
const fire = [{ key: 'fire', value: 'now', effect: 'NoExecute' }];
const onFirst =
  (name: string, tolerations?: string): Step =>
  (world) => {
    applied(pod(name, [...world.list('nodes')][0]!.metadata.name, tolerations))(world);
    wait(5)(world);
  };
const isGone =
  (name: string, gone: boolean): Step =>
  (world) =>
    expect(world.find('pods', 'default', name) === undefined).toBe(gone);

const ending = `apiVersion: v1
kind: Namespace
metadata: { name: held }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: held, namespace: held }
`;
const slow = `apiVersion: v1
kind: Pod
metadata: { name: slow, namespace: held }
spec:
  terminationGracePeriodSeconds: 20
  containers: [{ name: c, image: "busybox:1.36", command: [sh, -c, "trap '' TERM; while true; do sleep 1; done"] }]
`;

parity('A namespace that is deleted', [
  {
    name: 'lets go of its pods first, and of what they may need only when they are gone',
    upstream: 'pkg/controller/namespace/deletion/namespaced_resources_deleter.go (deleteAllContent)',
    manifests: ending,
    steps: [
      wait(1),
      applied(slow),
      wait(6),
      (world) => expect(send(world, 'delete', 'namespaces', 'held').code).toBe(200),
      wait(15),
      (world) => {
        expect(world.find('pods', 'held', 'slow')?.metadata.deletionTimestamp).toBeDefined();
        expect(world.find('configmaps', 'held', 'held')?.metadata.deletionTimestamp).toBeUndefined();
      },
      conditions('namespaces', 'held', [
        'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered',
        'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed',
        'NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization',
        'NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: pods. has 1 resource instances',
        'NamespaceFinalizersRemaining=False ContentHasNoFinalizers: All content-preserving finalizers finished',
      ]),
      wait(30),
      (world) => expect(world.find('namespaces', undefined, 'held')).toBeUndefined(),
    ],
  },
  {
    name: 'tells what keeps it, and goes when that is let go',
    upstream: 'pkg/controller/namespace/deletion/status_condition_utils.go',
    manifests: held,
    steps: [
      (world) => expect(send(world, 'delete', 'namespaces', 'held').code).toBe(200),
      wait(10),
      conditions('namespaces', 'held', [
        'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered',
        'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed',
        'NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization',
        'NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances',
        'NamespaceFinalizersRemaining=True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
      ]),
      (world) => {
        const body = { metadata: { finalizers: null } };
        const more = { patchType: 'merge', namespace: 'held' };
        expect(send(world, 'patch', 'configmaps', 'held', body, more).code).toBe(200);
      },
      wait(30),
      (world) => expect(world.find('namespaces', undefined, 'held')).toBeUndefined(),
    ],
  },
]);

parity('A NoExecute taint', [
  {
    name: 'drives out a pod that does not tolerate it',
    upstream: 'pkg/controller/tainteviction/taint_eviction.go',
    steps: [
      onFirst('stay'),
      taintFirst(fire),
      wait(0.1),
      (world) => {
        const texts = (world.eventsAbout(get(world, 'pods', 'stay')) as unknown as { reason: string }[]).map(
          ({ reason }) => reason,
        );
        expect(texts).toContain('TaintManagerEviction');
      },
      wait(10),
      isGone('stay', true),
    ],
  },
  {
    name: 'lets a pod stay for its tolerationSeconds, and for ever when it goes before',
    upstream: 'pkg/controller/tainteviction/taint_eviction.go',
    steps: [
      onFirst('a', 'tolerations: [{ key: fire, operator: Exists, effect: NoExecute, tolerationSeconds: 30 }]'),
      taintFirst(fire),
      wait(20),
      isGone('a', false),
      taintFirst(null),
      wait(1),
      (world) => {
        const found = world.eventsAbout(get(world, 'pods', 'a')) as unknown as { message: string }[];
        expect(found.map(({ message }) => message)).toContain('Cancelling deletion of Pod default/a');
      },
      wait(60),
      isGone('a', false),
      taintFirst(fire),
      wait(40),
      isGone('a', true),
    ],
  },
  {
    name: 'is nothing to a pod that tolerates it without a limit',
    upstream: 'pkg/controller/tainteviction/taint_eviction.go',
    steps: [onFirst('b', 'tolerations: [{ operator: Exists }]'), taintFirst(fire), wait(600), isGone('b', false)],
  },
]);

parity('A node', [
  {
    name: 'is told how long its kubelet may keep Secrets and ConfigMaps',
    upstream: 'pkg/controller/ttl/ttl_controller.go',
    steps: [
      (world) => {
        for (const { metadata } of world.list('nodes'))
          expect(metadata.annotations?.['node.alpha.kubernetes.io/ttl']).toBe('0');
      },
      events('namespaces', 'default', []),
    ],
  },
]);

const LIFECYCLE = 'pkg/controller/nodelifecycle/node_lifecycle_controller.go';
const SETTERS = 'pkg/kubelet/nodestatus/setters.go';
const kubelet =
  (what: 'freeze' | 'thaw'): Step =>
  (world) =>
    world.kernel[what](kubeletId([...world.list('nodes')][0]!.metadata.name));
const nodeConditions =
  (expected: readonly string[]): Step =>
  (world) => {
    const { name } = [...world.list('nodes')][0]!.metadata;
    const { status } = get(world, 'nodes', name) as { status?: { conditions?: { type: string; status: string }[] } };
    expect(status?.conditions?.map((item) => `${item.type}=${item.status}`)).toEqual(expected);
  };

parity('A node whose kubelet falls silent', [
  {
    name: 'keeps its conditions in their places, and is Ready again within 10 s of its return',
    upstream: `${LIFECYCLE}, ${SETTERS}`,
    steps: [
      wait(20),
      kubelet('freeze'),
      wait(70),
      nodeConditions(['MemoryPressure=Unknown', 'DiskPressure=Unknown', 'PIDPressure=Unknown', 'Ready=Unknown']),
      kubelet('thaw'),
      wait(11),
      nodeConditions(['MemoryPressure=False', 'DiskPressure=False', 'PIDPressure=False', 'Ready=True']),
    ],
  },
]);
