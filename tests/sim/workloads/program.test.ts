import type { Container } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import { behaviourOf, imageSize, lookUpImage, parseImage } from '../../../src/sim/workloads/index.ts';

const run = (image: string, more: Partial<Container> = {}, isTask = false): ReturnType<typeof behaviourOf> =>
  behaviourOf({ name: 'main', image, ...more }, isTask);
const script = (text: string): ReturnType<typeof behaviourOf> => run('busybox:1.36', { command: ['sh', '-c', text] });

describe('an image name', () => {
  it.each([
    ['nginx', 'docker.io', 'nginx', 'latest'],
    ['library/nginx:1.27', 'docker.io', 'nginx', '1.27'],
    ['docker.io/library/nginx:1.27', 'docker.io', 'nginx', '1.27'],
    ['localhost:5000/team/app:v1', 'localhost:5000', 'localhost:5000/team/app', 'v1'],
    ['ghcr.io/stefanprodan/podinfo:6.7.0', 'ghcr.io', 'ghcr.io/stefanprodan/podinfo', '6.7.0'],
  ])('%s is read', (image, registry, repository, tag) => {
    expect(parseImage(image)).toMatchObject({ registry, repository, tag });
  });

  it.each(['Nginx:1.27', 'nginx:', 'nginx:a b', ''])('%j is invalid', (image) => {
    expect(parseImage(image)).toBeUndefined();
  });

  it('has the tags that its repository has', () => {
    const tags = lookUpImage('nginx')!.tags!;
    for (const tag of ['latest', '1.14.2', '1.27', '1.27-alpine', '1', 'stable-alpine']) expect(tag).toMatch(tags);
    for (const tag of ['1.161', 'no-such-tag', '9.9']) expect(tag).not.toMatch(tags);
  });
});

describe('a script', () => {
  it.each([
    ['sleep 5', 5_020, 0],
    ['echo hello; sleep 1m; exit 3', 60_020, 3],
    ['false', 20, 1],
    ['true', 20, 0],
    ['until nslookup db; do echo waiting; sleep 2; done', 2_020, 0],
  ])('%s ends by itself', (text, afterMs, code) => {
    expect(script(text).exit).toEqual({ afterMs, code });
  });

  it.each(['sleep infinity', 'while true; do date; sleep 1; done', 'tail -f /dev/null'])('%s runs on', (text) => {
    expect(script(text).exit).toBeUndefined();
  });

  it('that loops around wget or curl is a client', () => {
    expect(script('while true; do wget -q -O- http://web:8080/; sleep 2; done').client).toEqual({
      url: 'http://web:8080/',
      intervalMs: 2_000,
    });
  });

  it('makes and removes files between its sleeps', () => {
    expect(script('touch /tmp/a; sleep 30; rm -f /tmp/a; sleep 600').files).toEqual([
      { path: '/tmp/a', fromMs: 0, untilMs: 30_000 },
    ]);
  });

  it('that starts a server serves', () => {
    expect(script('echo starting && exec node server.js')).toMatchObject({
      name: 'plain-server',
      http: { status: 200 },
    });
    expect(run('python:3.12', { command: ['python', '-m', 'http.server', '8000'] }).ports).toEqual([8000]);
  });

  it('counts also when an unknown image is given a shell by its args', () => {
    expect(run('example.com/tools:1', { args: ['/bin/sh', '-c', 'sleep 2'] }).exit).toEqual({
      afterMs: 2_020,
      code: 0,
    });
  });
});

describe('an image that the catalogue does not know', () => {
  it('serves on its declared ports', () => {
    const found = run('example.com/shop:1', { ports: [{ containerPort: 9000 }] });
    expect(found).toMatchObject({ ports: [9000], http: { status: 200 } });
    expect(found.exit).toBeUndefined();
    expect(imageSize('example.com/shop:1')).toBeGreaterThan(0);
  });

  it('ends well where it is a task, unless it declares a port', () => {
    expect(run('example.com/migrate:1', {}, true).exit).toEqual({ afterMs: 1_000, code: 0 });
    expect(run('example.com/migrate:1', { command: ['/migrate', 'up'] }, true).exit).toEqual({
      afterMs: 1_000,
      code: 0,
    });
    expect(run('example.com/shop:1', { ports: [{ containerPort: 80 }] }, true).exit).toBeUndefined();
  });
});

describe('public samples', () => {
  it('behave as their documentation says', () => {
    const store = run('ghcr.io/azure-samples/aks-store-demo/virtual-customer:2.1.0', {
      env: [{ name: 'ORDER_SERVICE_URL', value: 'http://orders:3000/' }],
    });
    expect(store.client?.url).toBe('http://orders:3000/');
    const hostname = run('registry.k8s.io/e2e-test-images/agnhost:2.53', { args: ['serve-hostname'] });
    expect(hostname).toMatchObject({ ports: [9376], http: { body: '{pod}' } });
    expect(run('pilothouse/web:1.0', { env: [{ name: 'ERROR_PERCENT', value: '40' }] }).http?.errorPercent).toBe(40);
  });
});
