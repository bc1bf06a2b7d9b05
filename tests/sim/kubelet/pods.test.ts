import type { Node, Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import type { Stored } from '../../../src/sim/api/object.ts';
import type { TraceEvent } from '../../../src/sim/kernel/index.ts';
import type { World } from '../../../src/sim/world.ts';
import { advance, apply, bootWorld, deployment, eventsOf, podsOf, request, statuses } from '../../support/world.ts';

const pod = (name: string, spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  labels:\n    app: ${name}\nspec:\n${spec}`;
const container = (image: string, more = ''): string =>
  `  containers:\n    - name: main\n      image: ${image}\n${more}`;
const shell = (script: string): string => `      command: [sh, -c, ${JSON.stringify(script)}]\n`;
const find = (world: World, name: string): Stored<Pod> => world.find('pods', 'default', name) as Stored<Pod>;
const reasons = (world: World, name: string): readonly string[] =>
  eventsOf(world, find(world, name)).map((line) => line.split(':')[0]!);
const condition = (found: Pod, type: string): string | undefined =>
  found.status?.conditions?.find((item) => item.type === type)?.status;

/** Times, in seconds after `start`, of a kind of trace event about a pod. */
function times(
  events: readonly TraceEvent[],
  type: TraceEvent['type'],
  name: string,
  start: number,
): readonly number[] {
  return events
    .filter((event) => event.type === type && event.object?.name === name)
    .map(({ time }) => (time - start) / 1000);
}

describe('images', () => {
  it('are pulled once by a node: pods behind the first pull only ask for the manifest', () => {
    const world = bootWorld();
    apply(world, deployment('db', 9, 'postgres:16'));
    advance(world, 30);
    const pulled = podsOf(world, 'db').map((found) =>
      eventsOf(world, found).find((line) => line.startsWith('Pulled'))!,
    );
    const own = pulled.map((line) => /in (\S+) \(/.exec(line)![1]!);
    expect(own.filter((time) => time === '400ms')).toHaveLength(6);
    expect(own.filter((time) => time !== '400ms')).toHaveLength(3);
    expect(pulled[0]).toMatch(
      /^Pulled: Successfully pulled image "postgres:16" in \d+(\.\d+)?m?s \(\d+(\.\d+)?m?s including waiting\)\. Image size: \d+ bytes\.$/,
    );
  });

  it('that fail show ErrImagePull first, ImagePullBackOff from the next sync on, and are tried again by syncs after 10 and 20 s', () => {
    const world = bootWorld();
    const start = world.now;
    const from = world.kernel.trace.length;
    apply(world, pod('typo', container('nginx:1.161')));
    advance(world, 4);
    expect(statuses([find(world, 'typo')])).toEqual(['ErrImagePull']);
    advance(world, 14);
    expect(statuses([find(world, 'typo')])).toEqual(['ImagePullBackOff']);
    expect(find(world, 'typo').status?.containerStatuses?.[0]?.state?.waiting?.message).toMatch(
      /^Back-off pulling image "nginx:1\.161": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "docker\.io\/library\/nginx:1\.161": failed to resolve reference .*: not found$/,
    );
    advance(world, 40);
    const pulls = times(world.kernel.trace.slice(from + 1), 'image.pull', 'typo', start);
    const [first = 0, second = 0] = pulls.slice(1).map((time, index) => time - pulls[index]!);
    // A pod that failed to start is synced every 10 s to 15 s: it is the first sync after the back-off that pulls again.
    expect(first).toBeGreaterThanOrEqual(11);
    expect(first).toBeLessThanOrEqual(17);
    expect(second).toBeGreaterThanOrEqual(20);
    expect(second).toBeLessThanOrEqual(31);
  });

  it('are listed in the status of the node within 10 s, so that the scheduler can count on them', () => {
    const world = bootWorld();
    apply(world, pod('web', container('nginx:1.27')));
    advance(world, 15);
    const node = world.find('nodes', undefined, find(world, 'web').spec!.nodeName!) as Stored<Node>;
    const listed = node.status?.images?.find(({ names }) => names?.includes('docker.io/library/nginx:1.27'));
    expect(listed?.sizeBytes).toBe(72_351_744);
  });
});

describe('probes', () => {
  it('find the file that a script makes and removes, as in the documentation', () => {
    const world = bootWorld();
    const probe =
      '      livenessProbe:\n        exec: { command: [cat, /tmp/healthy] }\n        initialDelaySeconds: 5\n        periodSeconds: 5\n';
    const start = world.now;
    const from = world.kernel.trace.length;
    apply(
      world,
      pod(
        'live',
        container(
          'registry.k8s.io/busybox:1.27.2',
          shell('touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600') + probe,
        ),
      ),
    );
    advance(world, 90);
    expect(eventsOf(world, find(world, 'live'))).toEqual(
      expect.arrayContaining([
        "Unhealthy: Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory\n",
        'Killing: Container main failed liveness probe, will be restarted',
      ]),
    );
    const events = world.kernel.trace.slice(from + 1);
    const [began = 0, again = 0] = times(events, 'container.start', 'live', start);
    // Fails at 30, 35 and 40 s; the shell takes no notice of SIGTERM, so that it is killed 30 s later.
    expect(Math.round(again - began)).toBe(70);
    expect(find(world, 'live').status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(137);
  });

  it('restart a container of an OnFailure pod even if it ended with 0', () => {
    const world = bootWorld();
    const probe = '      livenessProbe:\n        httpGet: { path: /healthz, port: 8080 }\n        periodSeconds: 3\n';
    apply(
      world,
      pod(
        'live',
        `  restartPolicy: OnFailure\n${container('registry.k8s.io/e2e-test-images/agnhost:2.40', `      args: [liveness]\n      ports: [{ containerPort: 8080 }]\n${probe}`)}`,
      ),
    );
    advance(world, 25);
    const [status] = find(world, 'live').status?.containerStatuses ?? [];
    expect(status).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 0 } } });
  });

  it('take a pod out of ready without restarting it', () => {
    const world = bootWorld();
    const probe = '      readinessProbe:\n        httpGet: { path: /, port: 8080 }\n        periodSeconds: 2\n';
    apply(
      world,
      pod('slow', container('pilothouse/slow-start:1.0', `      ports: [{ containerPort: 8080 }]\n${probe}`)),
    );
    advance(world, 10);
    expect(condition(find(world, 'slow'), 'Ready')).toBe('False');
    expect(eventsOf(world, find(world, 'slow')).at(-1)).toMatch(
      /^Unhealthy: Readiness probe failed: Get "http:\/\/10\.\d+\.\d+\.\d+:8080\/": dial tcp 10\.\d+\.\d+\.\d+:8080: connect: connection refused$/,
    );
    advance(world, 20);
    expect(condition(find(world, 'slow'), 'Ready')).toBe('True');
    expect(find(world, 'slow').status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });
});

describe('a pod', () => {
  it('runs its init containers in order, keeps its sidecar, and is over when the sidecar is', () => {
    const world = bootWorld();
    const inits = `  initContainers:
    - { name: first, image: 'busybox:1.36', command: [sleep, '3'] }
    - { name: helper, image: 'nginx:1.27', restartPolicy: Always }
    - { name: second, image: 'example.com/migrate:1' }
`;
    const from = world.kernel.trace.length;
    apply(world, pod('job', `  restartPolicy: Never\n${inits}${container('busybox:1.36', shell('sleep 5'))}`));
    advance(world, 1);
    expect(statuses([find(world, 'job')])).toEqual(['Init:0/3']);
    advance(world, 30);
    const lives = world.kernel.trace
      .slice(from + 1)
      .flatMap((event) =>
        event.type === 'container.start' || event.type === 'container.exit'
          ? [`${event.data.container} ${event.type.slice(10)}`]
          : [],
      );
    expect(lives).toEqual([
      'first start',
      'first exit',
      'helper start',
      'second start',
      'second exit',
      'main start',
      'main exit',
      'helper exit',
    ]);
    expect(find(world, 'job').status?.phase).toBe('Succeeded');
  });

  it('is Failed with DeadlineExceeded once its active deadline has passed', () => {
    const world = bootWorld();
    apply(world, pod('late', `  activeDeadlineSeconds: 20\n${container('nginx:1.27')}`));
    advance(world, 15);
    expect(find(world, 'late').status?.phase).toBe('Running');
    advance(world, 10);
    expect(find(world, 'late').status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });

  it('that ignores SIGTERM is killed after its grace period, and its object goes then', () => {
    const world = bootWorld();
    apply(
      world,
      pod('deaf', `  terminationGracePeriodSeconds: 7\n${container('busybox:1.36', shell('sleep infinity'))}`),
    );
    advance(world, 10);
    request(world, 'DELETE', '/api/v1/namespaces/default/pods/deaf');
    advance(world, 6.5);
    expect(statuses([find(world, 'deaf')])).toEqual(['Terminating']);
    expect(reasons(world, 'deaf').at(-1)).toBe('Killing');
    advance(world, 1);
    expect(world.find('pods', 'default', 'deaf')).toBeUndefined();
  });

  it('whose memory grows is OOMKilled at its limit', () => {
    const world = bootWorld();
    apply(world, pod('leak', container('pilothouse/leak:1.0', '      resources:\n        limits: { memory: 60Mi }\n')));
    advance(world, 30);
    const [status] = find(world, 'leak').status?.containerStatuses ?? [];
    const ended = status?.lastState?.terminated;
    expect(ended).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    expect(status?.restartCount).toBe(1);
  });
});

describe('a pod that lacks something', () => {
  it('names the key that its ConfigMap does not have, and starts when the key is there', () => {
    const world = bootWorld();
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  other: x\n';
    const env =
      '      env:\n        - name: MODE\n          valueFrom: { configMapKeyRef: { name: settings, key: mode } }\n';
    apply(world, `${map}---\n${pod('app', container('nginx:1.27', env))}`);
    advance(world, 5);
    expect(find(world, 'app').status?.containerStatuses?.[0]?.state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: "couldn't find key mode in ConfigMap default/settings",
    });
    apply(world, map.replace('other: x', 'mode: fast'));
    advance(world, 15);
    expect(statuses([find(world, 'app')])).toEqual(['Running']);
  });

  it('waits ever longer for its volume, and lets the world settle meanwhile', () => {
    const world = bootWorld();
    const from = world.kernel.trace.length;
    apply(world, pod('app', `${container('nginx:1.27')}  volumes:\n    - { name: v, configMap: { name: nope } }\n`));
    advance(world, 70);
    expect(eventsOf(world, find(world, 'app')).at(-1)).toBe(
      'FailedMount: MountVolume.SetUp failed for volume "v" : configmap "nope" not found',
    );
    expect(statuses([find(world, 'app')])).toEqual(['ContainerCreating']);
    const asked = world.kernel.trace
      .slice(from + 1)
      .filter((event) => event.type === 'api.request' && event.data.line.endsWith('/configmaps/nope'));
    // At once, then after 0.5, 1, 2 ... 32 s.
    expect(asked).toHaveLength(8);
    advance(world, 130);
    expect(world.isSettled).toBe(true);
    apply(world, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: nope\n');
    advance(world, 130);
    expect(statuses([find(world, 'app')])).toEqual(['Running']);
  });
});

describe('a kubelet', () => {
  it('that was silent for a while goes on where it stopped', () => {
    const world = bootWorld();
    apply(world, pod('web', container('nginx:1.27')));
    advance(world, 10);
    const kubelet = `node/${find(world, 'web').spec!.nodeName!}/kubelet`;
    world.kernel.freeze(kubelet);
    advance(world, 5);
    request(world, 'DELETE', '/api/v1/namespaces/default/pods/web');
    advance(world, 20);
    expect(statuses([find(world, 'web')])).toEqual(['Terminating']);
    world.kernel.thaw(kubelet);
    advance(world, 5);
    expect(world.find('pods', 'default', 'web')).toBeUndefined();
    const renewals = (): number =>
      Number(
        (world.find('leases.coordination.k8s.io', 'kube-node-lease', kubelet.split('/')[1]!) as Stored).metadata
          .resourceVersion,
      );
    const before = renewals();
    advance(world, 10);
    expect(renewals()).toBeGreaterThan(before);
  });

  it('comes back from a saved state in the midst of pulls, waits and stops', () => {
    const world = bootWorld();
    apply(
      world,
      `${deployment('db', 4, 'postgres:16')}---\n${deployment('crash', 2, 'pilothouse/web:broken')}---\n${pod('typo', container('nginx:1.161'))}`,
    );
    advance(world, 2.6);
    request(world, 'DELETE', '/api/v1/namespaces/default/pods/typo');
    const copy = world.fork();
    advance(world, 40);
    advance(copy, 40);
    expect(copy.hash()).toBe(world.hash());
    const lives = (of: World): readonly string[] =>
      of
        .lives()
        .map((life) => JSON.stringify(life))
        .sort();
    expect(lives(copy)).toEqual(lives(world));
  });
});
