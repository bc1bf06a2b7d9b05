import { describe, expect, it } from 'vitest';
import { bootWorld } from '../../support/world.ts';

const world = bootWorld({ preset: 'plain' });

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

const ask = (method: string, path: string, more: { accept?: string; type?: string; body?: unknown } = {}): Answer =>
  world.kernel.runTurn('client', 0, () =>
    world.request({
      method,
      path,
      headers: { Accept: more.accept ?? 'application/json', 'Content-Type': more.type ?? 'application/json' },
      body: more.body === undefined ? '' : JSON.stringify(more.body),
    }),
  ) as unknown as Answer;

// What kubectl 1.32 to 1.36 sends.
const DISCOVERY =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';
const TABLE =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
const POD = { metadata: { name: 'seen' }, spec: { containers: [{ name: 'a', image: 'nginx:1.27' }] } };
const PODS = '/api/v1/namespaces/default/pods';

describe('discovery', () => {
  it('in the aggregated form names every resource with its kind, scope, verbs and subresources', () => {
    const answer = ask('GET', '/apis', { accept: DISCOVERY });
    expect(answer.headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    expect(answer.body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' });
    const items = answer.body['items'] as {
      metadata: { name: string };
      versions: { version: string; resources: { resource: string }[] }[];
    }[];
    const apps = items.find(({ metadata }) => metadata.name === 'apps')!;
    expect(apps.versions[0]!.resources.find(({ resource }) => resource === 'deployments')).toMatchObject({
      responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
      scope: 'Namespaced',
      singularResource: 'deployment',
      shortNames: ['deploy'],
      categories: ['all'],
      subresources: expect.arrayContaining([
        expect.objectContaining({
          subresource: 'scale',
          responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
        }),
      ]) as unknown,
    });
    expect(ask('GET', '/api', { accept: DISCOVERY }).body).toMatchObject({
      items: [{ versions: [{ version: 'v1' }] }],
    });
  });

  it('in the legacy form has what drain looks for', () => {
    expect(ask('GET', '/api').body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const { body } = ask('GET', '/api/v1');
    expect(body['resources']).toContainEqual({
      name: 'pods/eviction',
      singularName: '',
      namespaced: true,
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    });
    expect(ask('GET', '/apis').body).toMatchObject({ kind: 'APIGroupList' });
    expect(ask('POST', '/apis').status).toBe(405);
    expect(ask('GET', '/apis/nothing/v1').status).toBe(404);
  });
});

describe('the REST face', () => {
  it('gives Tables, with as much of each object as was asked for', () => {
    ask('POST', PODS, { body: POD });
    const table = (query = ''): Record<string, unknown> => ask('GET', `${PODS}/seen${query}`, { accept: TABLE }).body;
    const first = (body: Record<string, unknown>): Record<string, unknown> =>
      (body['rows'] as Record<string, unknown>[])[0]!;
    expect(table()).toMatchObject({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      columnDefinitions: [
        { name: 'Name', format: 'name' },
        { name: 'Ready' },
        { name: 'Status' },
        { name: 'Restarts' },
        { name: 'Age' },
        { name: 'IP', priority: 1 },
        {},
        {},
        {},
      ],
    });
    expect(first(table())).toMatchObject({
      cells: expect.arrayContaining(['seen']) as unknown,
      object: { kind: 'PartialObjectMetadata', metadata: { name: 'seen' } },
    });
    expect(first(table('?includeObject=Object'))).toMatchObject({
      object: { kind: 'Pod', spec: { containers: [{ name: 'a' }] } },
    });
    expect(first(table('?includeObject=None'))).toHaveProperty('object', null);
  });

  it('serves objects where they live', () => {
    expect(ask('GET', '/api/v1/pods').body).toMatchObject({ kind: 'PodList' });
    expect(ask('POST', '/api/v1/pods', { body: POD }).status).toBe(405);
    expect(ask('DELETE', '/api/v1/pods').status).toBe(405);
    expect(ask('GET', '/api/v1/pods/seen').status).toBe(404);
    expect(ask('GET', '/api/v1/namespaces/default/nodes').status).toBe(404);
    expect(ask('PUT', PODS, { body: POD }).status).toBe(405);
    expect(ask('GET', '/api/v1/namespaces/default/status').body).toMatchObject({ kind: 'Namespace' });
  });

  it('refuses what it cannot read or write', () => {
    expect(ask('GET', PODS, { accept: 'application/vnd.kubernetes.protobuf' })).toMatchObject({
      status: 406,
      body: {
        reason: 'NotAcceptable',
        message: 'only the following media types are accepted: application/json, application/yaml',
      },
    });
    expect(ask('GET', PODS, { accept: 'application/vnd.kubernetes.protobuf,application/json' }).status).toBe(200);
    expect(ask('PATCH', `${PODS}/seen`, { body: {} })).toMatchObject({
      status: 415,
      body: { reason: 'UnsupportedMediaType' },
    });
    expect(ask('POST', PODS, { body: 'x'.repeat(3 * 1024 * 1024) })).toMatchObject({
      status: 413,
      body: { message: 'Request entity too large: limit is 3145728' },
    });
    expect(ask('GET', `${PODS}?limit=many`)).toMatchObject({
      status: 400,
      body: { message: 'strconv.ParseInt: parsing "many": invalid syntax' },
    });
    expect(ask('DELETE', `${PODS}/seen`, { body: { gracePeriodSeconds: 'soon' } }).status).toBe(400);
    expect(ask('DELETE', `${PODS}/seen?propagationPolicy=Nope`)).toMatchObject({
      status: 422,
      body: {
        message:
          'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Nope": supported values: "Foreground", "Background", "Orphan", "nil"',
      },
    });
  });

  it('says in a header when to come again', () => {
    const future = ask('GET', `${PODS}?resourceVersion=99999999`);
    expect(future).toMatchObject({
      status: 504,
      headers: { 'retry-after': '1' },
      body: { message: `Timeout: Too large resource version: 99999999, current: ${world.revision}` },
    });
  });

  it('continues an expired list with a fresh token', () => {
    for (let index = 0; index < 4; index += 1)
      ask('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: `m${index}` } } });
    const maps = '/api/v1/namespaces/default/configmaps?limit=2';
    const tokenOf = (answer: Answer): string => (answer.body['metadata'] as { continue: string }).continue;
    const namesOf = (answer: Answer): readonly string[] =>
      (answer.body['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
    const token = tokenOf(ask('GET', maps));
    world.kernel.advanceTo(world.now + 1_200_000);
    const expired = ask('GET', `${maps}&continue=${token}`);
    expect(expired).toMatchObject({ status: 410, body: { reason: 'Expired' } });
    expect(namesOf(ask('GET', `${maps}&continue=${tokenOf(expired)}`))).toEqual(['m1', 'm2']);
  });
});
