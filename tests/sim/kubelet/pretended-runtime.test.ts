import type { Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import type { Stored } from '../../../src/sim/api/object.ts';
import type { World } from '../../../src/sim/world.ts';
import { advance, apply, bootWorld, eventsOf, request, statuses } from '../../support/world.ts';

const plain = (): World => bootWorld({ preset: 'plain', runtime: 'pretended' });
const find = (world: World, name: string): Stored<Pod> => world.find('pods', 'default', name) as Stored<Pod>;
const pod = (name: string, container: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n${more}  containers:\n    - { name: c, ${container} }\n`;

describe('a pretended runtime', () => {
  it('has every image and starts at once', () => {
    const world = plain();
    apply(world, pod('web', "image: 'example.com/anything:9'"));
    advance(world, 0.5);
    expect(statuses([find(world, 'web')])).toEqual(['Running']);
    expect(eventsOf(world, find(world, 'web')).slice(1)).toEqual([
      'Pulled: Container image "example.com/anything:9" already present on machine and can be accessed by the pod',
      'Created: Container created',
      'Started: Container started',
    ]);
  });

  it('pulls for 0.2 s what is always to be pulled, and finds no registry for what is missing', () => {
    const world = plain();
    apply(world, `${pod('always', 'image: nginx')}---\n${pod('lost', "image: 'nginx:missing'")}`);
    advance(world, 2);
    expect(eventsOf(world, find(world, 'always')).find((line) => line.startsWith('Pulled'))).toMatch(
      /^Pulled: Successfully pulled image "nginx" in 200ms \(200ms including waiting\)\./,
    );
    expect(statuses([find(world, 'lost')])).toEqual(['ErrImagePull']);
    expect(eventsOf(world, find(world, 'lost'))).toContain(
      'Failed: Failed to pull image "nginx:missing": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:missing": failed to resolve reference "docker.io/library/nginx:missing": docker.io/library/nginx:missing: not found',
    );
  });

  it('waits for Secrets and ConfigMaps that a pod mounts, as the real kubelet over it does', () => {
    const world = plain();
    apply(world, `${pod('vault', 'image: nginx:1.27')}  volumes: [{ name: keys, secret: { secretName: keys } }]\n`);
    advance(world, 2);
    expect(statuses([find(world, 'vault')])).toEqual(['ContainerCreating']);
    expect(eventsOf(world, find(world, 'vault'))).toContain(
      'FailedMount: MountVolume.SetUp failed for volume "keys" : secret "keys" not found',
    );
    apply(world, 'apiVersion: v1\nkind: Secret\nmetadata: { name: keys }\n');
    advance(world, 10);
    expect(statuses([find(world, 'vault')])).toEqual(['Running']);
  });

  it('runs the commands of hooks by the rules of its programs: one that fails after the start restarts the container', () => {
    const world = plain();
    const hook = 'image: nginx:1.27, lifecycle: { postStart: { exec: { command: ["false"] } } }';
    apply(world, pod('hooked', hook));
    advance(world, 3);
    expect(eventsOf(world, find(world, 'hooked'))).toEqual(
      expect.arrayContaining(['FailedPostStartHook: PostStartHook failed', 'Killing: FailedPostStartHook']),
    );
  });

  it.each([
    ['sleep 1; sleep 2; exit 7', 3, 7],
    ['sleep 1', 1, 0],
    ['sleep 1 && false', 1, 1],
  ])('runs `%s` for %d s and ends it with %d', (script, seconds, exitCode) => {
    const world = plain();
    apply(world, pod('once', `image: busybox, command: [sh, -c, '${script}']`, '  restartPolicy: Never\n'));
    advance(world, 5);
    const ended = find(world, 'once').status?.containerStatuses?.[0]?.state?.terminated;
    expect(ended?.exitCode).toBe(exitCode);
    expect((Date.parse(ended!.finishedAt!) - Date.parse(ended!.startedAt!)) / 1000).toBe(seconds);
  });

  it('probes by commands under the same rules', () => {
    const world = plain();
    const probe = (command: string): string => `image: nginx, readinessProbe: { exec: { command: ${command} } }`;
    apply(world, `${pod('yes', probe('["true"]'))}---\n${pod('no', probe('[sh, -c, "exit 1"]'))}`);
    advance(world, 2);
    const isReady = (name: string): boolean | undefined => find(world, name).status?.containerStatuses?.[0]?.ready;
    expect([isReady('yes'), isReady('no')]).toEqual([true, false]);
    expect(eventsOf(world, find(world, 'no')).at(-1)).toBe('Unhealthy: Readiness probe failed: ');
  });

  it('stops at once', () => {
    const world = plain();
    apply(world, pod('deaf', "image: busybox, command: [sh, -c, 'sleep infinity']"));
    advance(world, 1);
    request(world, 'DELETE', '/api/v1/namespaces/default/pods/deaf');
    advance(world, 0.5);
    expect(world.find('pods', 'default', 'deaf')).toBeUndefined();
  });
});
