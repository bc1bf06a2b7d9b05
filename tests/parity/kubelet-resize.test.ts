/** Changes of a running pod: resize in place, ephemeral containers. Upstream: pkg/kubelet/allocation, pkg/registry/core/pod. */
import { expect } from 'vitest';
import { defaultPool } from '../../src/sim/azure/index.ts';
import type { World } from '../../src/sim/world.ts';
import { advance, apply, eventsOf, request } from '../support/world.ts';
import { exec, findPod, log, scriptPod } from '../support/shell.ts';
import { deleted, parity, status, wait, type Step } from './support/parity.ts';

const aks = { preset: 'aks' } as const;

const merge = { 'content-type': 'application/strategic-merge-patch+json' };
const patch = (world: World, path: string, spec: object): { status: number; body: never } =>
  request(world, 'PATCH', `/api/v1/namespaces/default/pods/${path}`, { spec }, merge);
const cpu = (amount: string): string =>
  `      resources: { requests: { cpu: ${amount} }, limits: { memory: 100Mi } }\n`;

parity('A resize', [
  {
    name: 'gives a running container other resources without a restart',
    upstream: 'pkg/kubelet/allocation/allocation_manager.go',
    options: aks,
    steps: [
      (world) => {
        apply(world, scriptPod('app', 'sleep 1000', { container: cpu('100m') }));
        advance(world, 6);
        const before = findPod(world, 'app').status!.containerStatuses![0]!;
        expect(before).toMatchObject({ allocatedResources: { cpu: '100m' }, resources: { requests: { cpu: '100m' } } });
        expect(
          patch(world, 'app', { containers: [{ name: 'main', resources: { requests: { cpu: '300m' } } }] }).status,
        ).toBe(422);
        const resized = patch(world, 'app/resize', {
          containers: [{ name: 'main', resources: { requests: { cpu: '300m' } } }],
        });
        expect(resized.status).toBe(200);
        advance(world, 2);
        const after = findPod(world, 'app').status!.containerStatuses![0]!;
        expect(after).toMatchObject({ allocatedResources: { cpu: '300m' }, restartCount: 0 });
        expect(after.containerID).toBe(before.containerID);
      },
    ],
  },

  {
    name: 'that the node can never give is Infeasible, and may not change the QoS class',
    upstream:
      'pkg/kubelet/allocation/allocation_manager.go, pkg/apis/core/validation/validation.go (ValidatePodResize)',
    options: aks,
    steps: [
      (world) => {
        apply(world, scriptPod('app', 'sleep 1000', { container: cpu('100m') }));
        advance(world, 6);
        patch(world, 'app/resize', { containers: [{ name: 'main', resources: { requests: { cpu: '100' } } }] });
        advance(world, 2);
        const { conditions, containerStatuses } = findPod(world, 'app').status!;
        expect(conditions?.find(({ type }) => type === 'PodResizePending')).toMatchObject({
          status: 'True',
          reason: 'Infeasible',
          message: "Node didn't have enough capacity: cpu, requested: 100000, capacity: 3860",
        });
        expect(containerStatuses![0]).toMatchObject({ allocatedResources: { cpu: '100m' } });
        const same = { cpu: '1', memory: '1Gi' };
        const qos = patch(world, 'app/resize', {
          containers: [{ name: 'main', resources: { requests: same, limits: same } }],
        });
        expect(qos.status).toBe(422);
        expect((qos.body as { message: string }).message).toBe(
          'Pod "app" is invalid: spec: Invalid value: "Guaranteed": Pod QOS Class may not change as a result of resizing',
        );
      },
    ],
  },
]);

const ALLOCATION = 'pkg/kubelet/allocation/allocation_manager.go';
const MANAGER = 'pkg/kubelet/kuberuntime/kuberuntime_manager.go';

const resize =
  (name: string, resources: object): Step =>
  (world) => {
    expect(patch(world, `${name}/resize`, { containers: [{ name: 'main', resources }] }).status).toBe(200);
  };

const says =
  (name: string, pattern: RegExp, expected: readonly string[]): Step =>
  (world) => {
    expect(eventsOf(world, findPod(world, name)).filter((line) => pattern.test(line))).toEqual(expected);
  };

const resizeCondition =
  (name: string, type: string, expected: object | undefined): Step =>
  (world) => {
    const found = findPod(world, name).status?.conditions?.find((item) => item.type === type);
    if (expected) expect(found).toMatchObject(expected);
    else expect(found).toBeUndefined();
  };

const one = { pools: [{ ...defaultPool('nodepool1', 'System', 1), vmSize: 'Standard_D4s_v5' }] };

parity('Events and conditions of a resize', [
  {
    name: 'tell of its start and of its end a moment later, and the cgroup has the new limits',
    upstream: `${ALLOCATION}, pkg/kubelet/events/resize.go`,
    manifests: scriptPod('app', 'sleep 1000', {
      container: '      resources: { requests: { cpu: 100m }, limits: { cpu: 200m } }\n',
    }),
    steps: [
      wait(6),
      resize('app', { requests: { cpu: '300m' }, limits: { cpu: '500m' } }),
      wait(0.5),
      resizeCondition('app', 'PodResizeInProgress', { status: 'True', observedGeneration: 2 }),
      wait(2),
      resizeCondition('app', 'PodResizeInProgress', undefined),
      says('app', /^Resize/, [
        'ResizeStarted: Pod resize started: {"containers":[{"name":"main","resources":{"limits":{"cpu":"500m"},"requests":{"cpu":"300m"}}}],"generation":2}',
        'ResizeCompleted: Pod resize completed: {"containers":[{"name":"main","resources":{"limits":{"cpu":"500m"},"requests":{"cpu":"300m"}}}],"generation":2}',
      ]),
      (world) => expect(exec(world, 'app', 'cat', '/sys/fs/cgroup/cpu.max').stdout).toBe('50000 100000\n'),
    ],
  },
  {
    name: 'restart the container for the resource whose policy says so, and for no other',
    upstream: `${MANAGER} (computePodResizeAction)`,
    manifests: scriptPod('app', 'trap "exit 143" TERM; sleep 1000 & wait', {
      container:
        '      resizePolicy: [{ resourceName: memory, restartPolicy: RestartContainer }]\n      resources: { requests: { cpu: 100m, memory: 32Mi } }\n',
    }),
    steps: [
      wait(6),
      resize('app', { requests: { cpu: '200m' } }),
      wait(3),
      status('pods', 'app', { containerStatuses: [{ restartCount: 0, allocatedResources: { cpu: '200m' } }] }),
      resize('app', { requests: { memory: '64Mi' } }),
      wait(4),
      status('pods', 'app', {
        containerStatuses: [{ restartCount: 1, resources: { requests: { memory: '64Mi' } } }],
      }),
      says('app', /^Killing/, ['Killing: Container main resize requires restart']),
      says('app', /^ResizeCompleted/, [
        'ResizeCompleted: Pod resize completed: {"containers":[{"name":"main","resources":{"requests":{"cpu":"200m","memory":"32Mi"}}}],"generation":2}',
        'ResizeCompleted: Pod resize completed: {"containers":[{"name":"main","resources":{"requests":{"cpu":"200m","memory":"64Mi"}}}],"generation":3}',
      ]),
    ],
  },
  {
    name: 'put it off while the node has no room, and take it up when another pod goes',
    upstream: `${ALLOCATION} (RetryPendingResizes)`,
    options: one,
    manifests: ['app', 'other']
      .map((name) => scriptPod(name, 'sleep 1000', { container: '      resources: { requests: { cpu: 1500m } }\n' }))
      .join('---\n'),
    steps: [
      wait(6),
      resize('app', { requests: { cpu: '3' } }),
      wait(2),
      resizeCondition('app', 'PodResizePending', {
        status: 'True',
        reason: 'Deferred',
        message: "Node didn't have enough resource: cpu, requested: 3000, used: 1500, capacity: 4000",
      }),
      says('app', /^Resize/, [
        'ResizeDeferred: Pod resize Deferred: {"containers":[{"name":"main","resources":{"requests":{"cpu":"3"}}}],"generation":2,"error":"Node didn\'t have enough resource: cpu, requested: 3000, used: 1500, capacity: 4000"}',
      ]),
      deleted('pods', 'other', { gracePeriodSeconds: 0 }),
      wait(4),
      resizeCondition('app', 'PodResizePending', undefined),
      status('pods', 'app', { containerStatuses: [{ allocatedResources: { cpu: '3' } }] }),
    ],
  },
  {
    name: 'hold back a memory limit below what is in use, and say so',
    upstream: `${MANAGER} (validateMemoryResizeAction)`,
    manifests: `apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - { name: main, image: 'redis:7', resources: { limits: { memory: 100Mi, cpu: 100m } } }
`,
    steps: [
      wait(12),
      resize('app', { requests: { memory: '20Mi' }, limits: { memory: '20Mi' } }),
      wait(3),
      resizeCondition('app', 'PodResizeInProgress', {
        reason: 'Error',
        message: 'attempting to set pod memory limit (20971520) below current usage (33554432)',
      }),
      status('pods', 'app', { containerStatuses: [{ restartCount: 0, resources: { limits: { memory: '100Mi' } } }] }),
      resize('app', { requests: { memory: '80Mi' }, limits: { memory: '80Mi' } }),
      wait(3),
      resizeCondition('app', 'PodResizeInProgress', undefined),
      status('pods', 'app', { containerStatuses: [{ restartCount: 0, resources: { limits: { memory: '80Mi' } } }] }),
    ],
  },
  {
    name: 'move the moment at which growing memory meets its limit',
    upstream: 'pkg/kubelet/cm/cgroup_manager_linux.go',
    manifests: `apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - { name: main, image: 'pilothouse/leak:1.0', resources: { limits: { memory: 60Mi, cpu: 100m } } }
`,
    steps: [
      wait(10),
      resize('app', { requests: { memory: '120Mi' }, limits: { memory: '120Mi' } }),
      wait(25),
      status('pods', 'app', { containerStatuses: [{ restartCount: 0 }] }),
      wait(25),
      status('pods', 'app', { containerStatuses: [{ lastState: { terminated: { reason: 'OOMKilled' } } }] }),
    ],
  },
]);

parity('An ephemeral container', [
  {
    name: 'joins a running pod, is not restarted, and stays',
    upstream:
      'pkg/kubelet/kuberuntime/kuberuntime_manager.go, pkg/apis/core/validation/validation.go (ValidatePodEphemeralContainersUpdate)',
    options: aks,
    steps: [
      (world) => {
        apply(world, scriptPod('app', 'sleep 1000'));
        advance(world, 6);
        const debug = { name: 'debug', image: 'busybox:1.36', command: ['sh', '-c', 'echo looking; sleep 2; exit 3'] };
        expect(patch(world, 'app/ephemeralcontainers', { ephemeralContainers: [debug] }).status).toBe(200);
        advance(world, 6);
        expect(log(world, 'app', 'debug')).toEqual(['looking']);
        const { status } = findPod(world, 'app');
        expect(status?.ephemeralContainerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 3 });
        expect(status?.phase).toBe('Running');
        const removed = request(world, 'PUT', '/api/v1/namespaces/default/pods/app/ephemeralcontainers', {
          ...findPod(world, 'app'),
          spec: { ...findPod(world, 'app').spec, ephemeralContainers: [] },
        });
        expect((removed.body as { message: string }).message).toMatch(
          /existing ephemeral containers "debug" may not be removed/,
        );
      },
    ],
  },
]);
