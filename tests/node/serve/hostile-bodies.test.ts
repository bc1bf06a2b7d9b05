/** Bodies, headers and paths as nobody should send them: the right refusal for each, as a Status, over the socket. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostCluster, until, type Answered, type Hosted } from '../../support/api-host.ts';

let hosted: Hosted;
beforeAll(async () => {
  hosted = await hostCluster({ patience: { headersMs: 400, requestMs: 800, checkEveryMs: 50 } });
});
afterAll(() => hosted.stop());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const LIMIT = 3 * 1024 * 1024;

const post = (body: string | Buffer, type?: string, more: Record<string, string> = {}): Promise<Answered> =>
  hosted.ask({
    method: 'POST',
    path: CONFIG_MAPS,
    headers: { ...(type === undefined ? {} : { 'content-type': type }), ...more },
    body,
  });

const configMap = (name: string, more: object = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more });

/** A well-formed refusal, in upstream's shape. */
function expectStatus({ status, body }: Answered, code: number, reason: string, message: string | RegExp): void {
  expect(body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code });
  expect(status).toBe(code);
  if (typeof message === 'string') expect(body.message).toBe(message);
  else expect(body.message).toMatch(message);
}

const UNRECOGNIZED = 'the object provided is unrecognized (must be of type ConfigMap)';
const JSON_ERROR = `${UNRECOGNIZED}: couldn't get version/kind; json parse error`;

describe('a body', () => {
  it('of more than 3 MiB is refused, whether its length is told before or not, and the connection goes on', async () => {
    const large = configMap('large', { data: { a: 'x'.repeat(LIMIT) } });
    const message = `Request entity too large: limit is ${LIMIT}`;
    expectStatus(await post(large, 'application/json'), 413, 'RequestEntityTooLarge', message);
    const chunked = await post(large, 'application/json', { 'transfer-encoding': 'chunked' });
    expectStatus(chunked, 413, 'RequestEntityTooLarge', message);
    const bomb = gzipSync(Buffer.alloc(LIMIT + 1, 0x20));
    expectStatus(
      await post(bomb, 'application/json', { 'content-encoding': 'gzip' }),
      413,
      'RequestEntityTooLarge',
      message,
    );
    expect((await post(configMap('after-large'), 'application/json')).status).toBe(201);
    expect(hosted.host.bodies.heldBytes).toBe(0);
  });

  it.each<[string, string, string]>([
    ['{', 'unexpected end of JSON input', '{'],
    [
      '{"metadata":{"name":"a"},}',
      `invalid character '}' looking for beginning of object key string`,
      '{"metadata":{"name":"a"},}',
    ],
    ['a: b', `invalid character 'a' looking for beginning of value`, '613a2062'],
    ['\ufeff{}', `invalid character 'ï' looking for beginning of value`, 'efbbbf7b7d'],
    ['{"a":NaN}', `invalid character 'N' looking for beginning of value`, '{"a":NaN}'],
    [
      '{"metadata":{"name":"long-enough-to-be-cut-off"}',
      'unexpected end of JSON input',
      '{"metadata":{"name":"long-enou ...',
    ],
    [
      '"text"',
      'json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
      '227465787422',
    ],
    [
      '[]',
      'json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
      '5b5d',
    ],
    ['{"kind":5}', 'json: cannot unmarshal number into Go struct field .kind of type string', '{"kind":5}'],
    ['', 'unexpected end of JSON input', '<empty>'],
  ])('of JSON that is malformed as %j is refused in Go’s words', async (body, reason, summary) => {
    expectStatus(await post(body, 'application/json'), 400, 'BadRequest', `${JSON_ERROR}: ${reason} (${summary})`);
  });

  it('in UTF-16 is no JSON, and bytes that are no UTF-8 become the sign for that', async () => {
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(configMap('wide'), 'utf16le')]);
    expectStatus(await post(wide, 'application/json'), 400, 'BadRequest', /looking for beginning of value/);
    const text = Buffer.from(configMap('broken', { data: { a: '?' } }));
    text[text.indexOf('?')] = 0xff;
    const answer = await post(text, 'application/json');
    expect(answer.status).toBe(201);
    expect(answer.body.data).toEqual({ a: '\ufffd' });
  });

  it('nested ten thousand levels deep is refused, as JSON and as YAML, and so is a bomb of aliases', async () => {
    const depth = 10_000;
    const json = `{"metadata":{"name":"deep"},"data":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
    expectStatus(await post(json, 'application/json'), 400, 'BadRequest', 'the body is nested deeper than 128 levels');
    const flow = `data: ${'['.repeat(depth)}${']'.repeat(depth)}`;
    const yaml = `${UNRECOGNIZED}: error converting YAML to JSON: yaml:`;
    const summary = Buffer.from(flow).subarray(0, 30).toString('hex');
    expectStatus(
      await post(flow, 'application/yaml'),
      400,
      'BadRequest',
      `${yaml} exceeded max depth of 128 (${summary} ...)`,
    );
    const block = Array.from({ length: 1_500 }, (_, level) => `${' '.repeat(level)}a:`).join('\n');
    expectStatus(await post(block, 'application/yaml'), 400, 'BadRequest', /exceeded max depth/);
    const letters = [...'abcdefghij'];
    const bomb = letters.map((letter, index) => {
      const items = Array.from({ length: 9 }, () => (index === 0 ? 'x' : `*${letters[index - 1]}`));
      return `${letter}: &${letter} [${items.join(', ')}]`;
    });
    const refused = await post(bomb.join('\n'), 'application/yaml');
    expectStatus(refused, 400, 'BadRequest', /yaml: document contains excessive aliasing/);
    expectStatus(await post('a: &a [*a]', 'application/yaml'), 400, 'BadRequest', /anchor value contains itself/);
    const many = `data:\n${Array.from({ length: 60_000 }, (_, key) => ` k${key}: v`).join('\n')}`;
    expectStatus(await post(many, 'application/yaml'), 400, 'BadRequest', /too large to be read as YAML/);
  });

  it('of YAML is taken as its JSON, and told where it is malformed', async () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-yaml}\ndata:\n  a: |\n    [ { [\n';
    expect((await post(text, 'application/yaml')).body.data).toEqual({ a: '[ { [\n' });
    expectStatus(
      await post('a: 1\n\tb: 2', 'application/yaml'),
      400,
      'BadRequest',
      /: error converting YAML to JSON: yaml: line 2: /,
    );
    const shown = await hosted.ask({ path: `${CONFIG_MAPS}/from-yaml`, headers: { accept: 'application/yaml' } });
    expect(shown.status).toBe(200);
    expect(shown.headers['content-type']).toBe('application/yaml');
    expect(shown.text).toContain('  name: from-yaml\n');
  });

  it('of protobuf that is none is refused', async () => {
    const type = 'application/vnd.kubernetes.protobuf';
    const prefix = 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]';
    expectStatus(await post('{}', type), 400, 'BadRequest', `${UNRECOGNIZED}: ${prefix} ({})`);
    expectStatus(
      await post(Buffer.from('k8s\0\xff\xff\xff', 'latin1'), type),
      400,
      'BadRequest',
      /^the object provided is unrecognized/,
    );
    expectStatus(await post(Buffer.from('k8s\0'), type), 400, 'BadRequest', /^the object provided is unrecognized/);
    expectStatus(await post('', type), 400, 'BadRequest', `${UNRECOGNIZED}: empty data (<empty>)`);
  });

  it('may be packed with gzip, and with nothing else', async () => {
    const packed = gzipSync(configMap('packed'));
    expect((await post(packed, 'application/json', { 'content-encoding': 'gzip' })).status).toBe(201);
    const headers = { 'content-encoding': 'gzip' };
    expectStatus(await post('{}', 'application/json', headers), 400, 'BadRequest', /is not gzip/);
    expectStatus(
      await post('{}', 'application/json', { 'content-encoding': 'br' }),
      415,
      'UnsupportedMediaType',
      /encoded as br/,
    );
  });

  it('has to have a type that is served, or none, which stands for JSON', async () => {
    const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
    const message = `the body of the request was in an unknown format - accepted media types include: ${types}`;
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expectStatus(await post(configMap('typed'), type), 415, 'UnsupportedMediaType', message);
    expect((await post(configMap('typed'))).status).toBe(201);
    expect((await post(configMap('charset'), 'application/json; charset=utf-8')).status).toBe(201);
    const patch = { method: 'PATCH', path: `${CONFIG_MAPS}/typed`, body: '{}' };
    const patched = await hosted.ask({ ...patch, headers: { 'content-type': 'application/json' } });
    expectStatus(
      patched,
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
    );
    const read = await hosted.ask({ path: `${CONFIG_MAPS}/typed`, headers: { 'content-type': 'text/plain' } });
    expect(read.status).toBe(200);
  });

  it('that says a field twice is warned of, or refused when asked to be strict', async () => {
    const text = '{"metadata":{"name":"twice","name":"twice-2"},"data":{"a":"1","b":"x","a":"2"}}';
    const warned = await post(text, 'application/json');
    expect(warned.status).toBe(201);
    expect(warned.body).toMatchObject({ metadata: { name: 'twice-2' }, data: { a: '2', b: 'x' } });
    expect(warned.headers['warning']).toBe(
      '299 - "duplicate field \\"metadata.name\\"", 299 - "duplicate field \\"data.a\\""',
    );
    const strict = (body: string, type: string): Promise<Answered> =>
      hosted.ask({
        method: 'POST',
        path: `${CONFIG_MAPS}?fieldValidation=Strict`,
        headers: { 'content-type': type },
        body,
      });
    const start = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ';
    expectStatus(
      await strict(text, 'application/json'),
      400,
      'BadRequest',
      `${start}duplicate field "metadata.name", duplicate field "data.a"`,
    );
    const yaml = 'metadata:\n  name: a\ndata:\n  x: "1"\n  x: "2"\n';
    expectStatus(
      await strict(yaml, 'application/yaml'),
      400,
      'BadRequest',
      `${start}yaml: unmarshal errors:\n  line 5: key "x" already set in map`,
    );
  });

  it('is not read at all from who is nobody, or comes by a foreign name', async () => {
    const headers = { authorization: 'Bearer nonsense', 'content-type': 'application/json' };
    const body = 'x'.repeat(LIMIT * 2);
    const asked = { method: 'POST', path: CONFIG_MAPS, headers, body };
    expectStatus(await hosted.ask(asked), 401, 'Unauthorized', 'Unauthorized');
    const foreign = { ...asked, headers: { host: 'evil.example', 'content-type': 'text/plain' } };
    expectStatus(await hosted.ask(foreign), 403, 'Forbidden', 'forbidden: host "evil.example" is not served here');
    expect((await post(configMap('still-there'), 'application/json')).status).toBe(201);
  });

  it('of somebody who may not write is not told apart', async () => {
    const headers = { 'impersonate-user': 'mallory', 'content-type': 'application/json' };
    const asked = { method: 'POST', path: CONFIG_MAPS, headers };
    const message =
      'configmaps is forbidden: User "mallory" cannot create resource "configmaps" in API group "" in the namespace "default"';
    for (const body of ['{', configMap('mallory')])
      expectStatus(await hosted.ask({ ...asked, body }), 403, 'Forbidden', message);
  });
});

describe('a patch', () => {
  const patch = (body: unknown): Promise<Answered> =>
    hosted.ask({
      method: 'PATCH',
      path: `${CONFIG_MAPS}/patched`,
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify(body),
    });

  it('may have 10000 operations, and may not grow by copies of copies', async () => {
    await post(configMap('patched', { data: { a: 'x'.repeat(1_000) } }), 'application/json');
    const message = 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001';
    const tests = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' }));
    expectStatus(await patch(tests), 413, 'RequestEntityTooLarge', message);
    expect((await patch(tests.slice(1))).status).toBe(200);
    const copies = Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '/data', path: `/data/k${index}` }));
    expectStatus(await patch(copies), 422, 'Invalid', 'the server rejected our request due to an error in our request');
  });
});

describe('a request', () => {
  it('that accepts nothing that is served is refused', async () => {
    const refused = await hosted.ask({ path: CONFIG_MAPS, headers: { accept: 'image/png' } });
    const message = 'only the following media types are accepted: application/json, application/yaml';
    expectStatus(refused, 406, 'NotAcceptable', message);
    const watch = await hosted.ask({ path: `${CONFIG_MAPS}?watch=1`, headers: { accept: 'text/html' } });
    expectStatus(watch, 406, 'NotAcceptable', 'only the following media types are accepted: application/json');
  });

  it.each([
    '/api/v1/namespaces/%/pods',
    '/%E0%A4%A',
    '/api/v1/namespaces/default/pods/%zz',
    '/a%00b',
    '/api/v1/pods/..%2f..%2fsecrets',
  ])('for %s leads nowhere', async (path) => {
    const answer = await hosted.ask({ path });
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', code: answer.status });
  });

  it('may have a path of many kilobytes, but no megabyte of headers', async () => {
    const selector = Array.from({ length: 4_000 }, (_, index) => `k${index}!=v`).join(',');
    expect((await hosted.ask({ path: `${CONFIG_MAPS}?labelSelector=${selector}` })).status).toBe(200);
    const raw = await hosted.raw();
    raw.socket.write(`GET / HTTP/1.1\r\nhost: localhost\r\nx-long: ${'x'.repeat(1_100_000)}\r\n\r\n`);
    const text = await raw.closed;
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({ kind: 'Status', code: 431 });
  });

  it.each([
    ['rubbish', 'rubbish\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a length that is no number', 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n', 400],
    ['a zero in a header', 'GET / HTTP/1.1\r\nhost: localhost\r\na: \0\r\n\r\n', 400],
    ['headers that never end', 'GET / HTTP/1.1\r\nhost: localhost\r\na: b\r\n', 408],
  ])('with %s is answered with a refusal, and ends', async (_, text, code) => {
    const raw = await hosted.raw();
    raw.socket.write(text);
    expect(await raw.closed).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `));
  });

  it('whose body is shorter than it says leaves nothing behind, and one that never ends is given up', async () => {
    const head = `POST ${CONFIG_MAPS} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${hosted.token}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n`;
    const gone = await hosted.raw();
    gone.socket.write(`${head}${configMap('half').slice(0, 20)}`);
    await until(() => hosted.host.bodies.heldBytes === 20);
    gone.socket.destroy();
    await until(() => hosted.host.bodies.heldBytes === 0);
    const slow = await hosted.raw();
    slow.socket.write(`${head}{`);
    expect(await slow.closed).toMatch(/^HTTP\/1\.1 408 /);
    await until(() => hosted.host.bodies.heldBytes === 0);
    expect((await hosted.ask({ path: `${CONFIG_MAPS}/half` })).status).toBe(404);
  });

  it.each([
    [{ host: 'evil.example' }, 403],
    [{ host: 'localhost.evil.example:443' }, 403],
    [{ host: '192.168.1.1' }, 403],
    [{ host: 'localhost:1', origin: 'https://evil.example' }, 403],
    [{ host: 'localhost', origin: 'null' }, 403],
    [{ host: 'localhost', origin: 'http://localhost' }, 403],
    [{ host: 'LOCALHOST:8443', origin: 'https://localhost:8443' }, 200],
    [{ host: 'kubernetes' }, 200],
    [{ host: '[::1]:6443' }, 200],
  ])('that says it is for %j is answered with %d', async (headers, code) => {
    const answer = await hosted.ask({ path: '/version', headers });
    expect(answer.status).toBe(code);
    if (code === 403) expect(answer.body).toMatchObject({ kind: 'Status', reason: 'Forbidden', code });
  });
});
