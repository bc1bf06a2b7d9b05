import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from '../../../src/sim/apiserver/patch/json-patch.ts';
import { mergePatch } from '../../../src/sim/apiserver/patch/merge-patch.ts';
import { strategicMerge, threeWayPatch } from '../../../src/sim/apiserver/index.ts';
import type { TraceEventOf } from '../../../src/sim/kernel/index.ts';
import { apply, bootWorld, deployment, request } from '../../support/world.ts';

const world = bootWorld({ preset: 'plain' });
const MAPS = '/api/v1/namespaces/default/configmaps';

describe('a request', () => {
  it('leaves its stages, its write and its deliveries in the trace, each with its cause', () => {
    const from = world.kernel.trace.length;
    request(world, 'POST', MAPS, { metadata: { name: 'traced' }, data: { a: '1' } });
    const events = world.kernel.trace.slice(from + 1);
    const sent = events.find((event): event is TraceEventOf<'api.request'> => event.type === 'api.request')!;
    expect(sent.data.line).toBe('POST /api/v1/namespaces/default/configmaps');
    expect(sent.data.stages.map(({ stage }) => stage)).toEqual([
      'authenticate',
      'authorize',
      'decode',
      'default',
      'mutate',
      'validate',
      'admit',
      'store',
    ]);
    const written = events.find((event) => event.type === 'etcd.write')!;
    expect(written.cause).toBe(sent.seq);
    expect(events.find((event) => event.type === 'watch.deliver')!.cause).toBe(written.seq);
  });

  it('is refused with the Status of a real server', () => {
    expect(request(world, 'GET', `${MAPS}/none`)).toMatchObject({
      status: 404,
      body: {
        message: 'configmaps "none" not found',
        reason: 'NotFound',
        details: { name: 'none', kind: 'configmaps' },
      },
    });
    expect(request(world, 'GET', '/api/v1/unicorns')).toMatchObject({
      status: 404,
      body: { message: 'the server could not find the requested resource' },
    });
    expect(request(world, 'POST', MAPS, { metadata: { name: 'Bad_Name' } })).toMatchObject({
      status: 422,
      body: { reason: 'Invalid', details: { causes: [{ field: 'metadata.name', reason: 'FieldValueInvalid' }] } },
    });
    expect(request(world, 'POST', '/api/v1/namespaces/none/configmaps', { metadata: { name: 'a' } })).toMatchObject({
      status: 404,
      body: { message: 'namespaces "none" not found' },
    });
    request(world, 'POST', MAPS, { metadata: { name: 'twice' } });
    expect(request(world, 'POST', MAPS, { metadata: { name: 'twice' } })).toMatchObject({
      status: 409,
      body: { message: 'configmaps "twice" already exists' },
    });
    expect(
      request(world, 'POST', `${MAPS}?fieldValidation=Strict`, { metadata: { name: 'strict' }, dat: {} }),
    ).toMatchObject({
      status: 400,
      body: {
        message:
          'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dat"',
      },
    });
    expect(request(world, 'DELETE', '/api/v1/namespaces/kube-system')).toMatchObject({
      status: 403,
      body: { message: 'namespaces "kube-system" is forbidden: this namespace may not be deleted' },
    });
  });

  it('with a stale resourceVersion is a conflict, and nothing is written when nothing changes', () => {
    const made = request(world, 'POST', MAPS, { metadata: { name: 'versioned' }, data: { a: '1' } }).body as {
      metadata: { resourceVersion: string };
    };
    const same = request(world, 'PUT', `${MAPS}/versioned`, made).body as typeof made;
    expect(same.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    const next = request(world, 'PUT', `${MAPS}/versioned`, { ...made, data: { a: '2' } }).body as typeof made;
    expect(Number(next.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
    expect(request(world, 'PUT', `${MAPS}/versioned`, { ...made, data: { a: '3' } })).toMatchObject({
      status: 409,
      body: {
        message:
          'Operation cannot be fulfilled on configmaps "versioned": the object has been modified; please apply your changes to the latest version and try again',
      },
    });
  });

  it('lists in pages that show one revision', () => {
    for (let index = 0; index < 5; index += 1)
      request(world, 'POST', MAPS, { metadata: { name: `page-${index}`, labels: { page: 'yes' } } });
    const first = request(world, 'GET', `${MAPS}?limit=4`).body as {
      metadata: { continue: string; resourceVersion: string };
      items: { metadata: { name: string } }[];
    };
    request(world, 'DELETE', `${MAPS}/page-4`);
    const second = request(world, 'GET', `${MAPS}?limit=400&continue=${first.metadata.continue}`).body as typeof first;
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect([...first.items, ...second.items].map(({ metadata }) => metadata.name)).toContain('page-4');
    const selected = request(world, 'GET', `${MAPS}?labelSelector=page%3Dyes`).body as typeof first;
    expect(selected.items).toHaveLength(4);
    expect(request(world, 'GET', `${MAPS}?fieldSelector=spec.x%3Dy`)).toMatchObject({
      status: 400,
      body: { message: '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"' },
    });
  });

  it('applied by two managers conflicts where they disagree, unless forced', () => {
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    const body = (replicas: number): unknown => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shared' },
      data: { replicas: String(replicas) },
    });
    expect(request(world, 'PATCH', `${MAPS}/shared?fieldManager=one`, body(1), headers).status).toBe(201);
    expect(request(world, 'PATCH', `${MAPS}/shared?fieldManager=two`, body(2), headers)).toMatchObject({
      status: 409,
      body: {
        message: 'Apply failed with 1 conflict: conflict with "one": .data.replicas',
        details: { causes: [{ reason: 'FieldManagerConflict', field: '.data.replicas' }] },
      },
    });
    expect(request(world, 'PATCH', `${MAPS}/shared?fieldManager=two&force=true`, body(2), headers)).toMatchObject({
      status: 200,
      body: { data: { replicas: '2' } },
    });
  });

  it('is forbidden to somebody without a role', () => {
    const answer = world.kernel.runTurn('client', 0, () =>
      world.api.handle({
        verb: 'list',
        resource: 'pods',
        namespace: 'default',
        user: { name: 'eve', groups: ['system:authenticated'] },
      }),
    );
    expect(answer).toMatchObject({
      code: 403,
      body: {
        message: 'pods is forbidden: User "eve" cannot list resource "pods" in API group "" in the namespace "default"',
      },
    });
  });

  it('counts a generation for what is wanted, not for status or labels', () => {
    apply(world, deployment('counted', 1, 'nginx:1.27'));
    const path = '/apis/apps/v1/namespaces/default/deployments/counted';
    const patch = (body: unknown): number =>
      (
        request(world, 'PATCH', path, body, { 'content-type': 'application/merge-patch+json' }).body as {
          metadata: { generation: number };
        }
      ).metadata.generation;
    expect(patch({ metadata: { labels: { a: 'b' } } })).toBe(1);
    expect(patch({ status: { replicas: 9 } })).toBe(1);
    expect(patch({ spec: { replicas: 2 } })).toBe(2);
  });

  it('for services gives cluster addresses and node ports once each', () => {
    const path = '/api/v1/namespaces/default/services';
    const spec = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }], clusterIP: '10.0.0.77' };
    expect(request(world, 'POST', path, { metadata: { name: 'one' }, spec }).status).toBe(201);
    expect(request(world, 'POST', path, { metadata: { name: 'two' }, spec })).toMatchObject({
      status: 422,
      body: {
        details: {
          causes: [
            {
              field: 'spec.clusterIPs',
              message:
                'Invalid value: ["10.0.0.77"]: failed to allocate IP 10.0.0.77: provided IP is already allocated',
            },
          ],
        },
      },
    });
    request(world, 'DELETE', `${path}/one`);
    expect(request(world, 'POST', path, { metadata: { name: 'two' }, spec }).status).toBe(201);
  });
});

describe('patches', () => {
  it('merge as RFC 7386 shows', () => {
    const cases: [unknown, object, unknown][] = [
      [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
      [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
      [{ a: 'b' }, { a: null }, {}],
      [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
      [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
      [{ e: null }, { a: 1 }, { e: null, a: 1 }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ];
    for (const [target, patch, expected] of cases) expect(mergePatch(target, patch)).toEqual(expected);
  });

  it('follow RFC 6902', () => {
    expect(applyJsonPatch({ foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }])).toEqual({
      foo: ['bar', 'qux', 'baz'],
    });
    expect(applyJsonPatch({ foo: { bar: 1 }, qux: {} }, [{ op: 'move', from: '/foo/bar', path: '/qux/x' }])).toEqual({
      foo: {},
      qux: { x: 1 },
    });
    expect(
      applyJsonPatch({ 'm~n': 1, 'a/b': 2 }, [
        { op: 'replace', path: '/m~0n', value: 3 },
        { op: 'remove', path: '/a~1b' },
      ]),
    ).toEqual({ 'm~n': 3 });
    expect(() => applyJsonPatch({}, [{ op: 'remove', path: '/none' }])).toThrow(/missing/);
  });

  it('merge containers by name, and make back what they were made from', () => {
    const container = (name: string, image: string): object => ({ name, image });
    const current = { spec: { template: { spec: { containers: [container('a', '1'), container('b', '1')] } } } };
    const merged = strategicMerge('Deployment', current, {
      spec: { template: { spec: { containers: [container('b', '2'), { name: 'a', $patch: 'delete' }] } } },
    });
    expect(merged).toEqual({ spec: { template: { spec: { containers: [container('b', '2')] } } } });
    const modified = { spec: { template: { spec: { containers: [container('a', '3'), container('c', '1')] } } } };
    const patch = threeWayPatch('Deployment', current, modified, current);
    expect(strategicMerge('Deployment', current, patch)).toEqual(modified);
    expect(threeWayPatch('Deployment', modified, modified, modified)).toEqual({});
  });
});
