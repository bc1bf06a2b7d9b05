/** Changes of a running pod: resize in place, ephemeral containers. Upstream: pkg/kubelet/allocation, pkg/registry/core/pod. */
import { expect } from 'vitest';
import type { World } from '../../src/sim/world.ts';
import { advance, apply, request } from '../support/world.ts';
import { findPod, log, scriptPod } from '../support/shell.ts';
import { parity } from './support/parity.ts';

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
