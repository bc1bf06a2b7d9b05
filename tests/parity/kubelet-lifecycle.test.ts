/** Lives of pods on a node, case by case. Upstream: pkg/kubelet, by the path in each block. */
import { expect } from 'vitest';
import { advance, apply, eventsOf, request, statuses } from '../support/world.ts';
import type { World } from '../../src/sim/world.ts';
import { exec, findPod, log, scriptPod } from '../support/shell.ts';
import { parity } from './support/parity.ts';

const aks = { preset: 'aks' } as const;

const happened = (world: World, from: number, pod: string): readonly string[] =>
  world.kernel.trace
    .slice(from + 1)
    .filter(({ object }) => object?.name === pod)
    .flatMap((event) =>
      event.type === 'container.start' || event.type === 'container.exit'
        ? [`${event.data.container} ${event.type.slice(10)} ${Math.round((event.time - world.now) / 1000)}`]
        : [],
    );

const order = (world: World, from: number, pod: string): readonly string[] =>
  happened(world, from, pod).map((line) => line.replace(/ -?\d+$/, ''));

parity('Hooks', [
  {
    name: 'after the start hold back readiness, and a failing one restarts the container',
    upstream: 'pkg/kubelet/lifecycle/handlers.go, pkg/kubelet/kuberuntime/kuberuntime_container.go',
    options: aks,
    steps: [
      (world) => {
        const hook = (command: string): string =>
          `      lifecycle: { postStart: { exec: { command: [sh, -c, '${command}'] } } }\n`;
        apply(world, scriptPod('slow', 'sleep 1000', { container: hook('sleep 4; touch /tmp/done') }));
        apply(world, scriptPod('bad', 'sleep 1000', { container: hook('exit 1') }));
        advance(world, 4);
        expect(findPod(world, 'slow').status?.containerStatuses?.[0]).toMatchObject({ ready: false, started: false });
        advance(world, 6);
        expect(findPod(world, 'slow').status?.containerStatuses?.[0]).toMatchObject({ ready: true, started: true });
        expect(exec(world, 'slow', 'ls', '/tmp').stdout).toBe('done\n');
        expect(eventsOf(world, findPod(world, 'bad'))).toEqual(
          expect.arrayContaining(['FailedPostStartHook: PostStartHook failed', 'Killing: FailedPostStartHook']),
        );
      },
    ],
  },

  {
    name: 'before the stop come before SIGTERM, and their time counts against the grace period',
    upstream: 'pkg/kubelet/lifecycle/handlers.go, pkg/kubelet/kuberuntime/kuberuntime_container.go',
    options: aks,
    steps: [
      (world) => {
        const grace = '  terminationGracePeriodSeconds: 20\n';
        const script = 'trap "echo term; exit 0" TERM; while true; do sleep 1; done';
        const sleeping = '      lifecycle: { preStop: { sleep: { seconds: 5 } } }\n';
        const endless = '      lifecycle: { preStop: { exec: { command: [sleep, "600"] } } }\n';
        apply(world, scriptPod('polite', script, { more: grace, container: sleeping }));
        apply(world, scriptPod('stuck', script, { more: grace, container: endless }));
        advance(world, 6);
        for (const name of ['polite', 'stuck']) request(world, 'DELETE', `/api/v1/namespaces/default/pods/${name}`);
        advance(world, 4);
        expect(log(world, 'polite')).toEqual([]);
        expect(statuses([findPod(world, 'polite')])).toEqual(['Terminating']);
        advance(world, 3);
        expect(world.find('pods', 'default', 'polite')).toBeUndefined();
        advance(world, 12);
        expect(statuses([findPod(world, 'stuck')])).toEqual(['Terminating']);
        advance(world, 5);
        expect(world.find('pods', 'default', 'stuck')).toBeUndefined();
      },
    ],
  },

  {
    name: 'that fail before the stop are said, and the stop goes on',
    upstream: 'pkg/kubelet/lifecycle/handlers.go, pkg/kubelet/kuberuntime/kuberuntime_container.go',
    options: aks,
    steps: [
      (world) => {
        const hook = '      lifecycle: { preStop: { exec: { command: [sh, -c, "exit 3"] } } }\n';
        apply(world, scriptPod('app', 'trap "exit 0" TERM; sleep 1000 & wait', { container: hook }));
        advance(world, 6);
        const found = findPod(world, 'app');
        request(world, 'DELETE', '/api/v1/namespaces/default/pods/app');
        advance(world, 2);
        expect(eventsOf(world, found)).toContain('FailedPreStopHook: PreStopHook failed');
        expect(world.find('pods', 'default', 'app')).toBeUndefined();
      },
    ],
  },
]);

parity('Sidecars', [
  {
    name: 'go after the main containers, the last one first, each before the next',
    upstream: 'pkg/kubelet/kuberuntime/kuberuntime_termination_order.go',
    options: aks,
    steps: [
      (world) => {
        const from = world.kernel.trace.length;
        const sidecar = (name: string): string =>
          `    - { name: ${name}, image: 'busybox:1.36', restartPolicy: Always, command: [sh, -c, 'trap "sleep 2; exit 0" TERM; sleep 9999 & wait'] }\n`;
        const inits = `  initContainers:\n${sidecar('first')}${sidecar('second')}`;
        apply(world, scriptPod('app', 'trap "exit 0" TERM; sleep 9999 & wait', { more: inits }));
        advance(world, 6);
        request(world, 'DELETE', '/api/v1/namespaces/default/pods/app');
        advance(world, 10);
        expect(order(world, from, 'app')).toEqual([
          'first start',
          'second start',
          'main start',
          'main exit',
          'second exit',
          'first exit',
        ]);
        expect(world.find('pods', 'default', 'app')).toBeUndefined();
      },
    ],
  },
]);

parity('Restart rules of a container', [
  {
    name: 'restart it for the exit codes they name, whatever the policy of its pod',
    upstream: 'pkg/kubelet/container/helpers.go (ShouldContainerBeRestarted)',
    options: aks,
    steps: [
      (world) => {
        const rules = (codes: string): string =>
          `      restartPolicy: Never\n      restartPolicyRules:\n        - { action: Restart, exitCodes: { operator: In, values: ${codes} } }\n`;
        apply(
          world,
          scriptPod('again', 'sleep 1; exit 42', { more: '  restartPolicy: Never\n', container: rules('[42]') }),
        );
        apply(
          world,
          scriptPod('once', 'sleep 1; exit 1', { more: '  restartPolicy: Never\n', container: rules('[42]') }),
        );
        advance(world, 8);
        expect(findPod(world, 'again').status?.containerStatuses?.[0]?.restartCount).toBe(1);
        expect(findPod(world, 'once').status).toMatchObject({ phase: 'Failed' });
      },
    ],
  },
]);

parity('Containers of a pod', [
  {
    name: 'start one after the other: an image that is long in coming holds back the next',
    upstream: 'pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions)',
    options: aks,
    steps: [
      (world) => {
        const from = world.kernel.trace.length;
        const spec =
          "spec:\n  containers:\n    - { name: big, image: 'mongo:7' }\n    - { name: small, image: 'busybox:1.36', command: [sleep, '1000'] }\n";
        apply(world, `apiVersion: v1\nkind: Pod\nmetadata: { name: pair }\n${spec}`);
        advance(world, 20);
        expect(order(world, from, 'pair')).toEqual(['big start', 'small start']);
        const pulls = eventsOf(world, findPod(world, 'pair')).filter((line) => /^(Pulling|Started)/.test(line));
        expect(pulls).toEqual([
          'Pulling: Pulling image "mongo:7"',
          'Started: Container started',
          'Pulling: Pulling image "busybox:1.36"',
          'Started: Container started',
        ]);
      },
    ],
  },
]);

parity('Probes', [
  {
    name: 'that take too long say so, and count as failed',
    upstream: 'pkg/kubelet/prober/prober.go, pkg/probe',
    options: aks,
    steps: [
      (world) => {
        const probe =
          '      readinessProbe: { exec: { command: [sh, -c, "sleep 5"] }, timeoutSeconds: 2, periodSeconds: 3 }\n';
        apply(world, scriptPod('slow', 'sleep 1000', { container: probe }));
        advance(world, 8);
        expect(eventsOf(world, findPod(world, 'slow'))).toContain(
          'Unhealthy: Readiness probe failed: command timed out: "sh -c sleep 5" timed out after 2s',
        );
      },
    ],
  },

  {
    name: 'over gRPC and TCP speak to what listens',
    upstream: 'pkg/kubelet/prober/prober.go, pkg/probe',
    options: aks,
    steps: [
      (world) => {
        const pod = (name: string, probe: string): string =>
          `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec:\n  containers:\n    - { name: main, image: 'redis:7', readinessProbe: { ${probe} } }\n`;
        apply(world, [pod('grpc', 'grpc: { port: 50051 }'), pod('tcp', 'tcpSocket: { port: 6379 }')].join('---\n'));
        advance(world, 20);
        const ip = findPod(world, 'grpc').status!.podIP!;
        expect(eventsOf(world, findPod(world, 'grpc'))).toContain(
          `Unhealthy: Readiness probe failed: timeout: failed to connect service "${ip}:50051" within 1s: context deadline exceeded`,
        );
        expect(findPod(world, 'tcp').status?.containerStatuses?.[0]?.ready).toBe(true);
      },
    ],
  },
]);

parity('A volume that never comes', [
  {
    name: 'is said again and again; that the wait of two minutes and three seconds is over is not',
    upstream: 'pkg/kubelet/volumemanager/volume_manager.go (WaitForAttachAndMount), pkg/kubelet/kubelet.go (SyncPod)',
    options: aks,
    steps: [
      (world) => {
        const volumes = '  volumes: [{ name: v, secret: { secretName: nope } }]\n';
        apply(world, scriptPod('app', 'sleep 1', { more: volumes }));
        advance(world, 200);
        const texts = eventsOf(world, findPod(world, 'app')).filter((text) => text.startsWith('FailedMount'));
        expect(texts).toEqual(['FailedMount: MountVolume.SetUp failed for volume "v" : secret "nope" not found']);
        expect(statuses([findPod(world, 'app')])).toEqual(['ContainerCreating']);
      },
    ],
  },

  {
    name: 'since its claim is not there or not bound is told of the pod as a whole',
    upstream: 'pkg/kubelet/volumemanager/populator/desired_state_of_world_populator.go (getPVCExtractPV)',
    steps: [
      (world) => {
        advance(world, 8);
        const pod = (name: string, claim: string): string =>
          scriptPod(name, 'sleep 1', {
            more: `  nodeName: ${[...world.list('nodes')][0]!.metadata.name}\n  volumes: [{ name: v, persistentVolumeClaim: { claimName: ${claim} } }]\n`,
          });
        apply(
          world,
          `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: open }\nspec: { accessModes: [ReadWriteOnce], storageClassName: '', resources: { requests: { storage: 1Gi } } }\n`,
        );
        apply(world, `${pod('lost', 'nope')}---\n${pod('early', 'open')}`);
        advance(world, 5);
        const lists = 'unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]';
        expect(eventsOf(world, findPod(world, 'lost'))).toContain(
          `FailedMount: Unable to attach or mount volumes: ${lists}: error processing PVC default/nope: failed to fetch PVC from API server: persistentvolumeclaims "nope" not found`,
        );
        expect(eventsOf(world, findPod(world, 'early'))).toContain(
          `FailedMount: Unable to attach or mount volumes: ${lists}: error processing PVC default/open: PVC is not bound`,
        );
      },
    ],
  },
]);
