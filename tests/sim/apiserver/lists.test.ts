/** Options of lists, and what is said of those that cannot be; who owns fields, and what a patch may not do. */
import { describe, expect, it } from 'vitest';
import { apply, bootWorld, deployment } from '../../support/world.ts';

const world = bootWorld({ preset: 'plain' });
const NODES = '/api/v1/nodes';
const MAPS = '/api/v1/namespaces/default/configmaps';
const WEB = '/apis/apps/v1/namespaces/default/deployments/web';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const ask = (method: string, path: string, type = 'application/json', body: unknown = ''): Answer =>
  world.kernel.runTurn('client', 0, () =>
    world.request({
      method,
      path,
      headers: { accept: 'application/json', 'content-type': type, 'user-agent': 'curl/8' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  ) as unknown as Answer;
const told = ({ status, body }: Answer): string => `${status} ${body['message'] as string}`;

describe('a list', () => {
  it.each([
    ['timeoutSeconds=x', '400 strconv.ParseInt: parsing "x": invalid syntax'],
    [
      'resourceVersionMatch=Exact',
      '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersionMatch=Exact&resourceVersion=0',
      '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'resourceVersionMatch=Foo&resourceVersion=1',
      '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      'sendInitialEvents=true',
      '422 ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    ],
    ['resourceVersion=abc', /^400 invalid resource version: .*parsing "abc": invalid syntax$/],
    ['continue=a*c', '400 invalid continue token: continue key is not valid: illegal base64 data at input byte 1'],
    ['continue=abc', /^400 invalid continue token: continue key is not valid: invalid character 'i' looking/],
    [
      `continue=${btoa('{}').replaceAll('=', '')}`,
      '400 invalid continue token: continue key is not valid: server does not recognize this encoded version ""',
    ],
    ['fieldSelector=metadata.namespace=a', '400 field label not supported: metadata.namespace'],
  ])('with %s is refused', (query, message) => {
    const answer = told(ask('GET', `${NODES}?${query}`));
    if (typeof message === 'string') expect(answer).toBe(message);
    else expect(answer).toMatch(message);
  });

  it.each([
    ['/api/v1/services', 'spec.type=ClusterIP'],
    ['/api/v1/services', 'spec.clusterIP=None'],
    ['/api/v1/replicationcontrollers', 'status.replicas=1'],
    ['/api/v1/pods', 'status.podIPs=1.2.3.4'],
    ['/apis/certificates.k8s.io/v1/certificatesigningrequests', 'spec.signerName=a/b'],
  ])('of %s can be chosen by %s', (path, selector) => {
    expect(ask('GET', `${path}?fieldSelector=${selector}`).status).toBe(200);
  });

  it('says which fields of a kind cannot be selected, each kind in its words', () => {
    expect(told(ask('GET', '/apis/batch/v1/jobs?fieldSelector=a=b'))).toBe(
      '400 field label "a" not supported for batchv1.Job',
    );
    expect(told(ask('GET', `${MAPS}?fieldSelector=a=b`))).toBe(
      '400 "a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
  });
});

describe('a patch', () => {
  apply(world, deployment('web', 1, 'nginx:1.27'));
  const strategic = (body: unknown): string => told(ask('PATCH', WEB, 'application/strategic-merge-patch+json', body));
  const merge = (body: unknown): Answer => ask('PATCH', WEB, 'application/merge-patch+json', body);

  it('that cannot be merged says why', () => {
    expect(strategic({ spec: { template: { spec: { containers: [{ image: 'x' }] } } } })).toBe(
      '500 map: map[image:x] does not contain declared merge key: name',
    );
    expect(strategic({ spec: { $patch: 'foo' } })).toBe('500 unknown patch type: foo in map: map[$patch:foo]');
    expect(strategic([1])).toBe('400 json: cannot unmarshal array into Go value of type map[string]interface {}');
    const order = { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'b', image: 'x' }] };
    expect(strategic({ spec: { template: { spec: order } } })).toBe(
      "500 The order in patch list:\n[map[image:x name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
    );
  });

  it('moves no object', () => {
    expect(told(merge({ metadata: { name: 'other' } }))).toBe(
      '400 the name of the object (other) does not match the name on the URL (web)',
    );
    expect(told(merge({ metadata: { namespace: 'other' } }))).toBe(
      '400 the namespace of the provided object does not match the namespace sent on the request',
    );
    expect(told(merge({ metadata: { uid: '1' } }))).toMatch(
      /^409 .* StorageError: invalid object, Code: 4, Key: \/registry\/deployments\/default\/web, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: 1, UID in object meta: /,
    );
  });

  it('may say itself who owns which fields, and clear them', () => {
    const managers = (): readonly unknown[] =>
      ((ask('GET', WEB).body['metadata'] as { managedFields?: { manager: string; subresource?: string }[] })
        .managedFields ?? []) as readonly unknown[];
    ask('PATCH', `${WEB}/scale`, 'application/merge-patch+json', { spec: { replicas: 2 } });
    expect(managers()).toContainEqual(
      expect.objectContaining({
        manager: 'curl',
        operation: 'Update',
        subresource: 'scale',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      }),
    );
    merge({ metadata: { managedFields: [{}] } });
    expect(managers()).toEqual([]);
    merge({ metadata: { labels: { a: 'b' } } });
    expect(managers()).toEqual([expect.objectContaining({ manager: 'curl' })]);
    const stated = { apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': { 'f:paused': {} } } };
    merge({ metadata: { managedFields: [{ ...stated, manager: 'me', operation: 'Apply' }] } });
    expect(managers()).toEqual([expect.objectContaining({ manager: 'me', operation: 'Apply' })]);
    merge({ metadata: { managedFields: [{ ...stated, manager: 'you', operation: 'Nothing' }] } });
    expect(managers()).toEqual([expect.objectContaining({ manager: 'me' })]);
  });

  it('by apply with a field that no schema has fails, however lenient it is', () => {
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' } };
    const spec = { template: { spec: { containers: [{ name: 'c', nope: 1 }] } } };
    const answer = ask('PATCH', `${WEB}?fieldManager=me&fieldValidation=Ignore`, 'application/apply-patch+yaml', {
      ...body,
      spec,
    });
    expect(told(answer)).toBe(
      '500 failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="c"].nope: field not declared in schema',
    );
  });
});

describe('conditions of a deletion', () => {
  it('name the object by its kind', () => {
    ask('POST', MAPS, 'application/json', { metadata: { name: 'kept' } });
    const remove = (preconditions: object): string =>
      told(ask('DELETE', `${MAPS}/kept`, 'application/json', { preconditions }));
    expect(remove({ uid: 'other' })).toMatch(
      /^409 Operation cannot be fulfilled on ConfigMap "kept": the UID in the precondition \(other\) does not match the UID in record \(.*\)\. The object might have been deleted and then recreated$/,
    );
    expect(remove({ resourceVersion: '1' })).toMatch(
      /^409 Operation cannot be fulfilled on ConfigMap "kept": the ResourceVersion in the precondition \(1\) does not match/,
    );
  });
});

describe('a ReplicaSet without an owner', () => {
  it('is adopted by the Deployment that selects it', () => {
    const [made] = apply(world, deployment('adopter', 1, 'nginx:1.27'));
    world.kernel.advanceTo(world.now + 30_000);
    const sets = (): readonly { metadata: { name: string; ownerReferences?: { uid: string }[] } }[] =>
      ([...world.list('replicasets.apps', 'default')] as never as ReturnType<typeof sets>).filter(({ metadata }) =>
        metadata.name.startsWith('adopter'),
      );
    const [set] = sets();
    ask('DELETE', '/apis/apps/v1/namespaces/default/deployments/adopter?propagationPolicy=Orphan');
    world.kernel.advanceTo(world.now + 30_000);
    expect(sets()).toEqual([
      expect.objectContaining({ metadata: expect.not.objectContaining({ ownerReferences: [] }) }),
    ]);
    const [again] = apply(world, deployment('adopter', 1, 'nginx:1.27'));
    world.kernel.advanceTo(world.now + 30_000);
    expect(again!.metadata.uid).not.toBe(made!.metadata.uid);
    expect(sets().map(({ metadata }) => [metadata.name, metadata.ownerReferences?.[0]?.uid])).toEqual([
      [set!.metadata.name, again!.metadata.uid],
    ]);
  });
});
