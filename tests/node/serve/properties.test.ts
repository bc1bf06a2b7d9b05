/** Objects and requests from seeds, over the socket: what is said of one in any form, and that nothing breaks the server. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { KINDS, resourceName, type KindDefinition } from '../../../src/sim/api/index.ts';
import { hostCluster, type Answered, type Hosted } from '../../support/api-host.ts';
import {
  Dice,
  pathOf,
  shapedObject,
  VALID_KINDS,
  validObject,
  type Generated,
} from '../../support/generated-objects.ts';
import { encodeProtobuf, messageOf } from '../../support/protobuf.ts';

let hosted: Hosted;
beforeAll(async () => {
  hosted = await hostCluster();
});
afterAll(() => hosted.stop());

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const STORED = KINDS.filter(({ isReview, verbs }) => !isReview && (!verbs || verbs.includes('create')));

const STORED_NAMES = STORED.map((kind) => resourceName(kind));
const storedBy = (name: string): KindDefinition => STORED.find((kind) => resourceName(kind) === name)!;

const send = (path: string, type: string, body: string | Buffer, method = 'POST'): Promise<Answered> =>
  hosted.ask({ method, path, headers: { 'content-type': type }, body });

/** What is drawn or dealt out anew for each object is not the same twice. */
const DRAWN = new Set(['uid', 'clusterIP', 'clusterIPs', 'nodePort', 'healthCheckNodePort', 'resourceVersion']);
const DRAWN_TEXTS = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{21}|kube-api-access-[a-z0-9]{5}/g;
const shown = ({ status, body }: Answered): unknown => ({
  status,
  body: JSON.parse(
    JSON.stringify(body, (key, value: unknown) => (DRAWN.has(key) ? undefined : value)).replace(DRAWN_TEXTS, 'drawn'),
  ) as unknown,
});

function expectWellFormed({ status, headers, text, body }: Answered, why: string): void {
  expect(status, why).toBeGreaterThanOrEqual(200);
  expect(status, `${why}\n${text}`).toBeLessThan(500);
  if (status < 400) return;
  expect(headers['content-type'], why).toBe('application/json');
  expect(body, why).toMatchObject({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: status });
  expect(typeof body.message, why).toBe('string');
  expect(body.reason, why).toMatch(/^[A-Z][A-Za-z]+$/);
}

describe('an object', () => {
  it('of any kind is answered alike in JSON and in YAML, whether it is taken or refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...STORED_NAMES), fc.nat(), async (name, seed) => {
        const kind = storedBy(name);
        const { object } = shapedObject(new Dice(seed), kind);
        const path = `${pathOf(kind)}?dryRun=All`;
        const json = await send(path, 'application/json', JSON.stringify(object));
        const yaml = await send(path, 'application/yaml', stringify(object));
        expectWellFormed(json, `${kind.kind} of seed ${seed}: ${JSON.stringify(object)}`);
        expect(shown(yaml), `${kind.kind} of seed ${seed}`).toEqual(shown(json));
      }),
      { seed: 5, numRuns: 250 },
    );
  });

  it.each(VALID_KINDS.map((kind) => [kind.kind, kind] as const))(
    '%s is read as it was created, says the same in JSON, YAML and protobuf, and is not changed by an empty patch',
    async (_, kind) => {
      for (let seed = 1; seed <= 4; seed += 1) {
        const make = (name: string): Generated => validObject(new Dice(seed), kind, name);
        const { object } = make(`made-${seed}`);
        const path = pathOf(kind);
        const dry = `${path}?dryRun=All`;
        const inJson = await send(dry, 'application/json', JSON.stringify(object));
        expect(inJson.status, inJson.text).toBe(201);
        expect(shown(await send(dry, 'application/yaml', stringify(object)))).toEqual(shown(inJson));
        if (messageOf(object.apiVersion, object.kind))
          expect(shown(await send(dry, PROTOBUF, encodeProtobuf(object)))).toEqual(shown(inJson));

        const created = await send(path, 'application/json', JSON.stringify(object));
        expect(shown(created)).toEqual(shown(inJson));
        const read = await hosted.ask({ path: `${path}/made-${seed}` });
        expect(read.body).toEqual(created.body);
        const patched = await send(`${path}/made-${seed}`, 'application/merge-patch+json', '{}', 'PATCH');
        expect(patched.body).toEqual(created.body);
        const put = await send(`${path}/made-${seed}`, 'application/json', JSON.stringify(read.body), 'PUT');
        expect(put.body).toEqual(created.body);
      }
    },
  );
});

describe('what was stored', () => {
  it('can be listed as a Table, and does not break who works with it', async () => {
    for (const kind of STORED) {
      for (let seed = 1; seed <= 6; seed += 1) {
        const { object } = shapedObject(new Dice(seed), kind);
        const named = { ...object, metadata: { ...(object['metadata'] as object), name: `shaped-${seed}` } };
        await send(pathOf(kind), 'application/json', JSON.stringify(named));
      }
      // Of a kind whose every field may be left out, nothing else may be there.
      const { apiVersion, kind: name } = shapedObject(new Dice(0), kind).object;
      const bare = { apiVersion, kind: name, metadata: { name: 'bare' } };
      expectWellFormed(await send(pathOf(kind), 'application/json', JSON.stringify(bare)), `a bare ${name}`);
    }
    hosted.host.clock.leap(60_000);
    for (const kind of STORED) {
      const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
      const { status, text } = await hosted.ask({ path: pathOf(kind), headers });
      expect(status, text).toBe(200);
    }
  });

  it('has only numbers that its fields can hold', async () => {
    const set = {
      metadata: { name: 'huge' },
      spec: { replicas: 2 ** 31, serviceName: 'a', selector: { matchLabels: { app: 'a' } } },
    };
    const refused = await send(
      '/apis/apps/v1/namespaces/default/statefulsets',
      'application/json',
      JSON.stringify(set),
    );
    expect(refused.body).toMatchObject({
      code: 400,
      message:
        'StatefulSet in version "v1" cannot be handled as a StatefulSet: json: cannot unmarshal number 2147483648 into Go struct field StatefulSetSpec.spec.replicas of type int32',
    });
    const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'nginx:1.27' }] } };
    const most = { ...set, spec: { ...set.spec, replicas: 2 ** 31 - 1, template } };
    const taken = await send('/apis/apps/v1/namespaces/default/statefulsets', 'application/json', JSON.stringify(most));
    expect(taken.status, taken.text).toBe(201);
    hosted.host.clock.leap(1_000);
    expect((await hosted.ask({ path: '/readyz' })).text).toBe('ok');
    await hosted.ask({ method: 'DELETE', path: '/apis/apps/v1/namespaces/default/statefulsets/huge' });
  });
});

describe('a request', () => {
  const words = fc.constantFrom(
    'api',
    'apis',
    'v1',
    'apps',
    'batch',
    'namespaces',
    'default',
    'pods',
    'nodes',
    'deployments',
    'made-1',
    'status',
    'scale',
    'log',
    'exec',
    'proxy',
    'watch',
    'openapi',
    'v3',
    'v2',
    'metrics',
    '%2e%2e',
    '..',
    '%00',
    '%',
    '%zz',
    'ä'.normalize(),
    'x'.repeat(300),
    '',
    '-',
    '*',
    '~',
  );
  const ofKinds = fc
    .tuple(
      fc.constantFrom(...KINDS),
      fc.constantFrom('', '/made-1', '/made-1/status', '/made-1/scale', '/made-1/log', '/made-1/eviction', '/none/x/y'),
    )
    .map(([kind, rest]) => `${pathOf(kind)}${rest}`);
  const paths = fc.oneof(
    { weight: 3, arbitrary: ofKinds },
    fc.array(words, { maxLength: 7 }).map((parts) => `/${parts.join('/')}`),
  );
  const queries = fc.array(
    fc.tuple(
      fc.constantFrom(
        'limit',
        'continue',
        'labelSelector',
        'fieldSelector',
        'resourceVersion',
        'resourceVersionMatch',
        'dryRun',
        'force',
        'fieldManager',
        'fieldValidation',
        'propagationPolicy',
        'gracePeriodSeconds',
        'includeObject',
        'tailLines',
        'sinceSeconds',
        'sinceTime',
        'limitBytes',
        'container',
        'pretty',
        'timeoutSeconds',
        'sendInitialEvents',
        'allowWatchBookmarks',
      ),
      fc.constantFrom(
        '',
        '0',
        '-1',
        '1',
        '1e9',
        'x',
        'true',
        'All',
        'Exact',
        'a in (b',
        'a=b',
        '!a',
        'metadata.name=x',
        '99999999999999999999',
        '%',
        '%ff',
        '\u0000',
        'e30',
        'y'.repeat(200),
      ),
    ),
    { maxLength: 3 },
  );
  const accepts = fc.constantFrom(
    'application/json',
    'application/yaml',
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    '*/*',
    '',
    ';;,,',
    'text/html',
    PROTOBUF,
  );
  const types = fc.constantFrom(
    'application/json',
    'application/yaml',
    PROTOBUF,
    'application/merge-patch+json',
    'application/json-patch+json',
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
    'text/plain',
    '',
  );
  const bodies = fc.oneof(
    fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.concat([Buffer.from('k8s\0'), bytes])),
    fc
      .tuple(fc.constantFrom(...STORED_NAMES), fc.nat())
      .map(([name, seed]) => Buffer.from(JSON.stringify(shapedObject(new Dice(seed), storedBy(name)).object))),
    fc
      .tuple(fc.constantFrom(...STORED_NAMES), fc.nat())
      .map(([name, seed]) => Buffer.from(stringify(shapedObject(new Dice(seed), storedBy(name)).object))),
    fc
      .constantFrom(
        '[{"op":"copy","from":"","path":"/a"}]',
        '[{"op":"add","path":"/metadata/labels/__proto__","value":"x"}]',
        '{"__proto__":{"a":1}}',
        '{"metadata":null}',
        '{"spec":null}',
        '[null]',
        '{"metadata":{"annotations":{"constructor":"x"}}}',
      )
      .map((text) => Buffer.from(text)),
  );

  it('of whatever kind is answered with what was asked for or a well-formed Status, and never breaks the server', async () => {
    const question = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'),
      path: paths,
      query: queries,
      accept: accepts,
      type: types,
      body: bodies,
      extra: fc.constantFrom<Record<string, string>>(
        {},
        {},
        {},
        { 'impersonate-user': 'nobody' },
        { 'impersonate-user': 'a', 'impersonate-extra-%zz': 'x' },
        { 'content-encoding': 'gzip' },
        { 'transfer-encoding': 'chunked' },
      ),
    });
    await fc.assert(
      fc.asyncProperty(question, async ({ method, path, query, accept, type, body, extra }) => {
        const search = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
        const headers = { accept, ...(type ? { 'content-type': type } : {}), ...extra };
        const target = `${encodeURI(path).replaceAll('%25', '%')}${search ? `?${search}` : ''}`;
        const answer = await hosted.ask({ method, path: target, headers, ...(method === 'GET' ? {} : { body }) });
        const wantsYaml = accept === 'application/yaml';
        if (!wantsYaml) expectWellFormed(answer, `${method} ${target} ${type} ${body.toString()}`);
        expect(answer.status, `${method} ${target} ${type} ${body.toString()}\n${answer.text}`).toBeLessThan(500);
      }),
      { seed: 3, numRuns: 900 },
    );
    // What was stored by then must not break who works with it later either.
    hosted.host.clock.leap(300_000);
    expect((await hosted.ask({ path: '/readyz' })).text).toBe('ok');
    expect(hosted.host.watches.size).toBe(0);
    expect(hosted.host.bodies.heldBytes).toBe(0);
  });

  it('that is no HTTP at all ends its connection and nothing else', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc
        .uint8Array({ maxLength: 100 })
        .map((more) => Buffer.concat([Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n'), more])),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (rubbish) => {
        const { socket, closed } = await hosted.raw();
        socket.end(rubbish);
        const text = await closed;
        if (text !== '') expect(text).toMatch(/^HTTP\/1\.1 (4\d\d|200) /);
      }),
      { seed: 9, numRuns: 60 },
    );
    expect((await hosted.ask({ path: '/readyz' })).text).toBe('ok');
  });
});
