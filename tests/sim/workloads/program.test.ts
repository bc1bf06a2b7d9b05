import type { Container } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import { imageSize, launchOf, lookUpImage, parseImage, type Launch } from '../../../src/sim/workloads/index.ts';

const launch = (image: string, more: Partial<Container> = {}, isTask = false): Launch =>
  launchOf({ name: 'main', image, ...more }, [...(more.command ?? []), ...(more.args ?? [])], isTask);
const run = (image: string, more: Partial<Container> = {}, isTask = false): Launch['behaviour'] =>
  launch(image, more, isTask).behaviour;

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

describe('a command line', () => {
  it.each<[Partial<Container>, string]>([
    [{ command: ['sh', '-c', 'sleep 5'] }, 'busybox:1.36'],
    [{ command: ['sleep', '3600'] }, 'nginx:1.27'],
    [{ args: ['/bin/sh', '-c', 'sleep 2'] }, 'example.com/tools:1'],
    [{ args: ['sleep', '10'] }, 'alpine:3.20'],
  ])('%j is run by the shell', (more, image) => {
    expect(launch(image, more).argv).toEqual(more.command ?? more.args);
  });

  it('of arguments alone is the business of an image that has a program', () => {
    expect(launch('nginx:1.27', { args: ['-g', 'daemon off;'] }).argv).toBeUndefined();
  });

  it('that starts a server serves on the port it names', () => {
    expect(run('python:3.12', { command: ['python', '-m', 'http.server', '8000'] })).toMatchObject({
      name: 'plain-server',
      ports: [8000],
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
