/** Lives of pods as `kubectl get pods --watch` shows them. Upstream: pkg/kubelet, pkg/printers, by the path in each case. */
import { expect } from 'vitest';
import { findPod, scriptPod } from '../support/shell.ts';
import { advance, apply, deployment, eventsOf, request } from '../support/world.ts';
import { parity } from './support/parity.ts';
import { distinct, watchPods } from './support/watch.ts';

const remove = (name: string): string => `/api/v1/namespaces/default/pods/${name}`;

parity('A pod that is watched', [
  {
    name: 'is created, runs, and shows how its containers have ended before it is gone',
    upstream: 'pkg/kubelet/kubelet.go (SyncTerminatingPod, SyncTerminatedPod), pkg/kubelet/status/status_manager.go',
    steps: [
      (world) => {
        advance(world, 8);
        const lines = watchPods(world);
        apply(world, deployment('web', 1, 'nginx:1.27'));
        advance(world, 10);
        expect(lines).toEqual([
          '0/1 Pending 0',
          '0/1 Pending 0',
          '0/1 ContainerCreating 0',
          '0/1 ContainerCreating 0',
          '1/1 Running 0',
        ]);
        const from = lines.length;
        request(world, 'DELETE', '/apis/apps/v1/namespaces/default/deployments/web');
        advance(world, 10);
        expect(lines.slice(from)).toEqual([
          '1/1 Terminating 0',
          '1/1 Terminating 0',
          '0/1 Completed 0',
          '0/1 Completed 0',
        ]);
      },
    ],
  },

  {
    name: 'ends in Error where its program does not hear the signal',
    upstream: 'pkg/kubelet/kubelet_pods.go (getPhase), pkg/printers/internalversion/printers.go (printPod)',
    steps: [
      (world) => {
        advance(world, 8);
        apply(world, scriptPod('deaf', 'sleep 1000', { more: '  terminationGracePeriodSeconds: 3\n' }));
        advance(world, 5);
        const lines = watchPods(world);
        request(world, 'DELETE', remove('deaf'));
        advance(world, 6);
        expect(distinct(lines)).toEqual(['1/1 Terminating 0', '0/1 Error 0']);
      },
    ],
  },

  {
    name: 'stays ready until its containers have stopped, readiness probe or not',
    upstream: 'pkg/kubelet/prober/prober_manager.go (UpdatePodStatus)',
    steps: [
      (world) => {
        advance(world, 8);
        const hook = '      lifecycle: { preStop: { sleep: { seconds: 5 } } }\n';
        apply(world, scriptPod('app', 'trap "exit 0" TERM; sleep 1000 & wait', { container: hook }));
        advance(world, 5);
        request(world, 'DELETE', remove('app'));
        advance(world, 4);
        const { conditions, containerStatuses } = findPod(world, 'app').status!;
        expect(containerStatuses![0]).toMatchObject({ ready: true, started: true });
        expect(conditions!.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True' });
      },
    ],
  },

  {
    name: 'over its deadline says so once its containers have ended, and not before',
    upstream: 'pkg/kubelet/active_deadline.go, pkg/kubelet/status/status_manager.go (mergePodStatus)',
    steps: [
      (world) => {
        advance(world, 8);
        const more = '  activeDeadlineSeconds: 5\n  terminationGracePeriodSeconds: 4\n';
        apply(world, scriptPod('late', 'sleep 1000', { more }));
        advance(world, 7);
        const before = findPod(world, 'late').status!;
        expect([before.phase, before.reason, before.message]).toEqual(['Running', undefined, undefined]);
        advance(world, 5);
        expect(findPod(world, 'late').status).toMatchObject({
          phase: 'Failed',
          reason: 'DeadlineExceeded',
          message: 'Pod was active on the node longer than the specified deadline',
        });
      },
    ],
  },

  {
    name: 'whose image never came says that nobody knows how its container has ended',
    upstream: 'pkg/kubelet/status/status_manager.go (TerminatePod)',
    steps: [
      (world) => {
        advance(world, 8);
        const inits = "  initContainers: [{ name: init, image: 'busybox:1.36', command: ['true'] }]\n";
        apply(world, scriptPod('app', 'true', { image: 'busybox:none' }));
        apply(world, scriptPod('early', 'true', { more: inits.replace('1.36', 'none') }));
        advance(world, 20);
        const lines = watchPods(world);
        request(world, 'DELETE', remove('app'));
        advance(world, 2);
        expect(distinct(lines)).toEqual(['0/1 Terminating 0', '0/1 ContainerStatusUnknown 0']);
        const from = lines.length;
        request(world, 'DELETE', remove('early'));
        advance(world, 2);
        expect(distinct(lines.slice(from))).toEqual(['0/1 Terminating 0', '0/1 Init:ContainerStatusUnknown 0']);
      },
    ],
  },
]);

const LOOP = 'pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff), pkg/kubelet/pod_workers.go (completeWork)';

parity('A container that ends again and again', [
  {
    name: 'shows how it has ended; the sync after that says CrashLoopBackOff, and starts it when the back-off is over',
    upstream: LOOP,
    steps: [
      (world) => {
        advance(world, 8);
        const lines = watchPods(world);
        apply(world, scriptPod('loop', 'sleep 1; exit 1'));
        advance(world, 60);
        expect(distinct(lines).slice(2)).toEqual([
          '1/1 Running 0',
          '0/1 Error 0',
          '1/1 Running 1',
          '0/1 Error 1',
          '0/1 CrashLoopBackOff 1',
          '1/1 Running 2',
          '0/1 Error 2',
          '0/1 CrashLoopBackOff 2',
          '1/1 Running 3',
          '0/1 Error 3',
          '0/1 CrashLoopBackOff 3',
        ]);
        const { name, uid } = findPod(world, 'loop').metadata;
        const message = `back-off 40s restarting failed container=main pod=${name}_default(${uid})`;
        expect(findPod(world, 'loop').status!.containerStatuses![0]).toMatchObject({
          state: { waiting: { reason: 'CrashLoopBackOff', message } },
          lastState: { terminated: { exitCode: 1, reason: 'Error' } },
        });
        expect(eventsOf(world, findPod(world, 'loop'))).toContain(
          `BackOff: Back-off restarting failed container main in pod ${name}_default(${uid})`,
        );
      },
    ],
  },

  {
    name: 'and is an init container holds back the others, and shows in the status of the pod',
    upstream: LOOP,
    steps: [
      (world) => {
        advance(world, 8);
        const lines = watchPods(world);
        const init = (name: string, script: string): string =>
          `    - { name: ${name}, image: 'busybox:1.36', command: [sh, -c, '${script}'] }\n`;
        const more = `  initContainers:\n${init('bad', 'exit 3')}${init('next', 'exit 0')}`;
        apply(world, scriptPod('app', 'sleep 1000', { more }));
        advance(world, 20);
        expect(distinct(lines).slice(1)).toEqual([
          '0/1 Init:0/2 0',
          '0/1 Init:Error 0',
          '0/1 Init:Error 1',
          '0/1 Init:CrashLoopBackOff 1',
          '0/1 Init:Error 2',
          '0/1 Init:CrashLoopBackOff 2',
        ]);
        expect(findPod(world, 'app').status!.phase).toBe('Pending');
      },
    ],
  },

  {
    name: 'and is an init container of a pod that is never restarted fails the pod',
    upstream: 'pkg/kubelet/kubelet_pods.go (getPhase)',
    steps: [
      (world) => {
        advance(world, 8);
        const more = `  restartPolicy: Never\n  initContainers: [{ name: bad, image: 'busybox:1.36', command: [sh, -c, 'exit 3'] }]\n`;
        apply(world, scriptPod('app', 'sleep 1000', { more }));
        advance(world, 5);
        const { phase, containerStatuses, conditions } = findPod(world, 'app').status!;
        expect(phase).toBe('Failed');
        expect(containerStatuses![0]!.state).toEqual({ waiting: { reason: 'PodInitializing' } });
        expect(conditions!.find(({ type }) => type === 'Initialized')).toMatchObject({
          status: 'False',
          message: 'containers with incomplete status: [bad]',
        });
      },
    ],
  },
]);

parity('A sidecar whose startup probe fails', [
  {
    name: 'has not started while it is being ended, so nothing after it starts',
    upstream: 'pkg/kubelet/prober/prober_manager.go (isContainerStarted)',
    steps: [
      (world) => {
        advance(world, 8);
        const lines = watchPods(world);
        const probe = '{ exec: { command: ["false"] }, periodSeconds: 1, failureThreshold: 2 }';
        const side = `{ name: side, image: 'busybox:1.36', restartPolicy: Always, command: [sleep, '1000'], startupProbe: ${probe} }`;
        const more = `  terminationGracePeriodSeconds: 5\n  initContainers: [${side}]\n`;
        apply(world, scriptPod('app', 'sleep 1000', { more }));
        advance(world, 9);
        expect(distinct(lines).slice(1)).toEqual(['0/2 Init:0/1 0', '0/2 Init:Error 0', '0/2 Init:0/1 1']);
        expect(findPod(world, 'app').status!.initContainerStatuses![0]).toMatchObject({ started: false, ready: false });
      },
    ],
  },
]);

parity('A hook after the start', [
  {
    name: 'keeps the container in ContainerCreating, and the next from starting, until it is over',
    upstream: 'pkg/kubelet/kuberuntime/kuberuntime_container.go (startContainer)',
    steps: [
      (world) => {
        advance(world, 8);
        const hook = '      lifecycle: { postStart: { exec: { command: [sleep, "6"] } } }\n';
        const second = `    - { name: second, image: 'busybox:1.36', command: [sleep, '1000'] }\n`;
        apply(world, scriptPod('app', 'sleep 1000', { container: hook + second }));
        advance(world, 5);
        const waiting = { waiting: { reason: 'ContainerCreating' } };
        expect(findPod(world, 'app').status!.containerStatuses!.map(({ state }) => state)).toEqual([waiting, waiting]);
        expect(findPod(world, 'app').status!.phase).toBe('Pending');
        advance(world, 6);
        expect(findPod(world, 'app').status!.containerStatuses!.map(({ state }) => Object.keys(state!)[0])).toEqual([
          'running',
          'running',
        ]);
      },
    ],
  },

  {
    name: 'that fails is told in the status with what it has said, and in an event without',
    upstream:
      'pkg/kubelet/lifecycle/handlers.go (Run), pkg/kubelet/kuberuntime/kuberuntime_container.go (startContainer)',
    steps: [
      (world) => {
        advance(world, 8);
        const script = 'trap "exit 0" TERM; sleep 1000 & wait';
        const exec = '{ exec: { command: [sh, -c, "echo oh; echo no >&2; exit 4"] } }';
        const get = '{ httpGet: { path: /warm, port: 8080 } }';
        const hooked = (name: string, hook: string): string =>
          scriptPod(name, script, { container: `      lifecycle: { postStart: ${hook} }\n` });
        apply(world, hooked('run', exec));
        apply(world, hooked('get', get));
        advance(world, 1.6);
        const stateOf = (name: string): unknown => findPod(world, name).status!.containerStatuses![0]!.state;
        const title = (kind: string, name: string): string =>
          `for Container "main" in Pod "${name}_default(${findPod(world, name).metadata.uid})" failed - error: ${kind}`;
        const said = 'command \'sh -c echo oh; echo no >&2; exit 4\' exited with 4: no\n, message: "oh\\nno\\n"';
        expect(stateOf('run')).toEqual({
          waiting: {
            reason: 'PostStartHookError',
            message: `Exec lifecycle hook ([sh -c echo oh; echo no >&2; exit 4]) ${title(said, 'run')}`,
          },
        });
        const ip = findPod(world, 'get').status!.podIP!;
        const refused = `Get "http://${ip}:8080/warm": dial tcp ${ip}:8080: connect: connection refused`;
        expect(stateOf('get')).toEqual({
          waiting: { reason: 'PostStartHookError', message: `HTTP lifecycle hook (/warm) ${title(refused, 'get')}` },
        });
        expect(eventsOf(world, findPod(world, 'run'))).toEqual(
          expect.arrayContaining(['FailedPostStartHook: PostStartHook failed', 'Killing: FailedPostStartHook']),
        );
      },
    ],
  },
]);

parity('A container whose program is not there', [
  {
    name: 'is created and not started: RunContainerError with runc its words, then CrashLoopBackOff',
    upstream: 'pkg/kubelet/kuberuntime/kuberuntime_container.go (startContainer), pkg/kubelet/container/sync_result.go',
    steps: [
      (world) => {
        advance(world, 8);
        const lines = watchPods(world);
        const pod = (name: string, command: string, more = ''): string =>
          `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec:\n${more}  containers: [{ name: main, image: 'busybox:1.36', command: ${command} }]\n`;
        apply(world, pod('typo', '[sleeep, "10"]'));
        advance(world, 11.4);
        expect(distinct(lines).slice(2)).toEqual([
          '0/1 RunContainerError 0',
          '0/1 RunContainerError 1',
          '0/1 CrashLoopBackOff 1',
          '0/1 RunContainerError 2',
        ]);
        const why =
          'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec:';
        const message = `${why} "sleeep": executable file not found in $PATH: unknown`;
        const { containerStatuses } = findPod(world, 'typo').status!;
        expect(containerStatuses![0]!.state).toEqual({ waiting: { reason: 'RunContainerError', message } });
        expect(containerStatuses![0]!.lastState!.terminated).toMatchObject({
          exitCode: 128,
          reason: 'StartError',
          message,
          startedAt: '1970-01-01T00:00:00Z',
        });
        const told = eventsOf(world, findPod(world, 'typo'));
        expect(told).toContain(`Failed: Error: ${message}`);
        expect(told.filter((line) => line.startsWith('Started'))).toEqual([]);

        const never = '  restartPolicy: Never\n';
        apply(world, pod('line', '["sleep 10"]', never));
        apply(world, pod('bash', '[/bin/bash, -c, "sleep 10"]', never));
        advance(world, 5);
        const endOf = (name: string): unknown => findPod(world, name).status!.containerStatuses![0]!.state!.terminated;
        expect(endOf('line')).toMatchObject({
          reason: 'StartError',
          message: `${why} "sleep 10": executable file not found in $PATH: unknown`,
        });
        expect(endOf('bash')).toMatchObject({
          exitCode: 128,
          message: `${why} "/bin/bash": stat /bin/bash: no such file or directory: unknown`,
        });
        expect(findPod(world, 'bash').status!.phase).toBe('Failed');
      },
    ],
  },
]);
