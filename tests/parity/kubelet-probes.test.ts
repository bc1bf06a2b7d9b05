/** Probes, case by case. Upstream: pkg/kubelet/prober, pkg/probe, by the path in each case. */
import { expect } from 'vitest';
import type { World } from '../../src/sim/world.ts';
import { findPod, scriptPod } from '../support/shell.ts';
import { advance, apply, eventsOf } from '../support/world.ts';
import { parity } from './support/parity.ts';

const pod = (name: string, image: string, probe: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec:\n  containers: [{ name: c, image: '${image}', ${probe} }]\n`;

const told = (world: World, name: string): readonly string[] =>
  eventsOf(world, findPod(world, name)).filter((line) => /^(Unhealthy|ProbeWarning|Killing)/.test(line));

const isReady = (world: World, name: string): boolean | undefined =>
  findPod(world, name).status?.containerStatuses?.[0]?.ready;

parity('A probe that cannot be made', [
  {
    name: 'for want of a port of that name says so, and tells nothing of the container',
    upstream: 'pkg/probe/util.go (ResolveContainerPort), pkg/kubelet/prober/{prober,worker}.go',
    steps: [
      (world) => {
        apply(world, pod('ready', 'nginx:1.27', 'readinessProbe: { httpGet: { port: web } }'));
        const often = 'livenessProbe: { tcpSocket: { port: web }, periodSeconds: 1, failureThreshold: 1 }';
        apply(world, pod('live', 'nginx:1.27', often));
        advance(world, 30);
        const why = 'probe errored and resulted in unknown state: strconv.Atoi: parsing "web": invalid syntax';
        expect(told(world, 'ready')).toEqual([`Unhealthy: Readiness ${why}`]);
        expect(isReady(world, 'ready')).toBe(false);
        expect(told(world, 'live')).toEqual([`Unhealthy: Liveness ${why}`]);
        expect(findPod(world, 'live').status!.containerStatuses![0]).toMatchObject({ restartCount: 0, ready: true });
      },
    ],
  },

  {
    name: 'for want of its program says what runc says',
    upstream: 'pkg/probe/exec/exec.go, pkg/kubelet/prober/prober.go (probe)',
    steps: [
      (world) => {
        const probe = (command: string): string => `      readinessProbe: { exec: { command: ${command} } }\n`;
        apply(world, scriptPod('word', 'sleep 1000', { container: probe('[nosuch, -x]') }));
        apply(world, scriptPod('path', 'sleep 1000', { container: probe('[/bin/nosuch]') }));
        apply(world, scriptPod('line', 'sleep 1000', { container: probe('[sh, -c, nosuch]') }));
        advance(world, 20);
        const masked = (name: string): readonly string[] =>
          told(world, name).map((line) => line.replace(/[0-9a-f]{64}/, 'ID'));
        const failed =
          'Unhealthy: Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "ID": OCI runtime exec failed: exec failed: unable to start container process: exec:';
        const [first] = masked('word');
        expect(first).toBe(`${failed} "nosuch": executable file not found in $PATH: unknown`);
        expect(masked('path')[0]).toBe(`${failed} "/bin/nosuch": stat /bin/nosuch: no such file or directory: unknown`);
        expect(masked('line')).toEqual(['Unhealthy: Readiness probe failed: sh: nosuch: not found\n']);
      },
    ],
  },
]);

parity('An HTTP probe', [
  {
    name: 'passes from 200 to 399, and warns of a redirect that it does not follow',
    upstream: 'pkg/probe/http/http.go (DoHTTPProbe)',
    options: { preset: 'aks' },
    steps: [
      (world) => {
        const workload = (status: number): string =>
          `apiVersion: pilothouse.dev/v1\nkind: Workload\nmetadata: { name: s${status} }\nspec:\n  image: acme/s${status}\n  server: { ports: [9000], body: moved, status: ${status} }\n`;
        const statuses = [200, 204, 302, 399, 400, 503];
        for (const status of statuses) {
          apply(world, workload(status));
          const probe = 'readinessProbe: { httpGet: { path: /, port: 9000 }, periodSeconds: 5 }';
          apply(world, pod(`p${status}`, `acme/s${status}:1`, probe));
        }
        advance(world, 60);
        expect(statuses.filter((status) => isReady(world, `p${status}`))).toEqual([200, 204, 302, 399]);
        expect(told(world, 'p302')).toContain(
          'ProbeWarning: Readiness probe warning: Probe terminated redirects, Response body: moved',
        );
        expect(told(world, 'p400')).toContain(
          'Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 400',
        );
      },
    ],
  },

  {
    name: 'of a page that the server does not have fails with 404, and restarts the container where it is a liveness probe',
    upstream: 'pkg/probe/http/http.go (DoHTTPProbe), pkg/kubelet/prober/worker.go (doProbe)',
    steps: [
      (world) => {
        const probe = '{ httpGet: { path: /healthz, port: 80 }, initialDelaySeconds: 2, periodSeconds: 2 }';
        apply(world, pod('web', 'nginx:1.27', `livenessProbe: ${probe}`));
        apply(world, pod('home', 'nginx:1.27', `livenessProbe: ${probe.replace('/healthz', '/')}`));
        advance(world, 20);
        expect([...told(world, 'web')].sort()).toEqual([
          'Killing: Container c failed liveness probe, will be restarted',
          'Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 404',
        ]);
        expect(findPod(world, 'web').status!.containerStatuses![0]!.restartCount).toBeGreaterThan(0);
        expect(told(world, 'home')).toEqual([]);
      },
    ],
  },

  {
    name: 'over TLS to a server that speaks none says who gave what',
    upstream: 'pkg/probe/http/http.go (DoHTTPProbe)',
    steps: [
      (world) => {
        apply(
          world,
          pod('web', 'nginx:1.27', 'readinessProbe: { httpGet: { port: 80, scheme: HTTPS }, periodSeconds: 5 }'),
        );
        advance(world, 30);
        const ip = findPod(world, 'web').status!.podIP!;
        expect(told(world, 'web')).toContain(
          `Unhealthy: Readiness probe failed: Get "https://${ip}:80/": http: server gave HTTP response to HTTPS client`,
        );
        expect(isReady(world, 'web')).toBe(false);
      },
    ],
  },
]);

parity('A gRPC probe', [
  {
    name: 'of a server that speaks HTTP/1 alone never connects',
    upstream: 'pkg/probe/grpc/grpc.go (Probe)',
    steps: [
      (world) => {
        apply(
          world,
          pod(
            'web',
            'nginx:1.27',
            'livenessProbe: { grpc: { port: 80 }, initialDelaySeconds: 5, periodSeconds: 2, failureThreshold: 2 }',
          ),
        );
        advance(world, 16);
        const ip = findPod(world, 'web').status!.podIP!;
        expect([...told(world, 'web')].sort()).toEqual([
          'Killing: Container c failed liveness probe, will be restarted',
          `Unhealthy: Liveness probe failed: timeout: failed to connect service "${ip}:80" within 1s: context deadline exceeded`,
        ]);
      },
    ],
  },
]);

const health = (file: string): string => `{ exec: { command: [sh, -c, 'test -f ${file}'] }`;

parity('Thresholds of a probe', [
  {
    name: 'startup holds back the others, counts its failures, and restarts the container',
    upstream: 'pkg/kubelet/prober/worker.go (doProbe)',
    steps: [
      (world) => {
        advance(world, 8);
        const probes = (file: string): string =>
          `      startupProbe: ${health(file)}, periodSeconds: 2, failureThreshold: 3 }\n      livenessProbe: ${health('/never')}, periodSeconds: 60, failureThreshold: 1 }\n`;
        apply(world, scriptPod('late', 'sleep 3; touch /tmp/up; sleep 1000', { container: probes('/tmp/up') }));
        apply(world, scriptPod('lost', 'trap "exit 0" TERM; sleep 1000 & wait', { container: probes('/tmp/up') }));
        advance(world, 4);
        expect(findPod(world, 'late').status!.containerStatuses![0]).toMatchObject({ started: false, ready: false });
        advance(world, 5);
        expect(told(world, 'late')).toContain('Killing: Container main failed liveness probe, will be restarted');
        expect(told(world, 'lost')).toEqual([
          'Unhealthy: Startup probe failed: ',
          'Killing: Container main failed startup probe, will be restarted',
        ]);
        expect(findPod(world, 'lost').status!.containerStatuses![0]).toMatchObject({ restartCount: 1 });
      },
    ],
  },

  {
    name: 'readiness needs so many successes in a row, and so many failures to lose it again',
    upstream: 'pkg/kubelet/prober/worker.go (doProbe)',
    steps: [
      (world) => {
        advance(world, 8);
        const probe = `      readinessProbe: ${health('/tmp/ok')}, periodSeconds: 1, successThreshold: 3, failureThreshold: 4 }\n`;
        const script = 'touch /tmp/ok; sleep 10; rm /tmp/ok; sleep 1000';
        apply(world, scriptPod('app', script, { container: probe }));
        const seen: string[] = [];
        for (let second = 0; second < 20; second += 1) {
          advance(world, 1);
          const startedAt = findPod(world, 'app').status!.containerStatuses?.[0]?.state?.running?.startedAt;
          if (startedAt) seen.push(isReady(world, 'app') ? 'r' : '-');
        }
        expect(seen.join('')).toMatch(/^-{2,3}r{10,12}-+$/);
      },
    ],
  },

  {
    name: 'its own grace period replaces that of the pod when it ends the container',
    upstream: 'pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer, setTerminationGracePeriod)',
    steps: [
      (world) => {
        advance(world, 8);
        const probe = `      livenessProbe: ${health('/never')}, failureThreshold: 1, terminationGracePeriodSeconds: 3 }\n`;
        apply(
          world,
          scriptPod('app', 'sleep 1000', { container: probe, more: '  terminationGracePeriodSeconds: 60\n' }),
        );
        advance(world, 6);
        expect(findPod(world, 'app').status!.containerStatuses![0]).toMatchObject({
          restartCount: 1,
          lastState: { terminated: { exitCode: 137, reason: 'Error' } },
        });
      },
    ],
  },
]);
