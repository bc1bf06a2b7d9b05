/** WebSockets, tunnels and watches of clients that misbehave: each ends alone, and nothing of it stays. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { hostCluster, until, type Hosted, type RawSocket } from '../../support/api-host.ts';

let hosted: Hosted;
beforeAll(async () => {
  hosted = await hostCluster();
  const pod = {
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] },
  };
  await hosted.ask({
    method: 'POST',
    path: PODS,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(pod),
  });
  hosted.host.clock.leap(60_000);
});
afterAll(() => hosted.stop());

const PODS = '/api/v1/namespaces/default/pods';
const EXEC = `${PODS}/web/exec?command=cat&stdin=1&stdout=1`;
const FORWARD = `${PODS}/web/portforward`;
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';

const serves = async (): Promise<void> => {
  expect((await hosted.ask({ path: '/readyz' })).text).toBe('ok');
};

function open(path: string, protocols: string[]): WebSocket {
  const headers = { authorization: `Bearer ${hosted.token}` };
  return new WebSocket(`wss://127.0.0.1:${hosted.port}${path}`, protocols, { ca: hosted.authority, headers });
}

/** How a connection ends. */
const closeOf = (client: WebSocket): Promise<number> =>
  new Promise((resolve) => {
    client.on('error', () => undefined);
    client.on('close', resolve);
  });

const opened = (client: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => client.on('open', resolve).on('error', reject));

/** A handshake by hand, for frames that no library would send. `SPDY/3.1` has a slash, which the library refuses too. */
async function handshake(path: string, protocol: string, more: readonly string[] = []): Promise<RawSocket> {
  const raw = await hosted.raw();
  raw.socket.write(
    [
      `GET ${path} HTTP/1.1`,
      'host: localhost',
      `authorization: Bearer ${hosted.token}`,
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
      `sec-websocket-protocol: ${protocol}`,
      ...more,
      '\r\n',
    ].join('\r\n'),
  );
  await until(() => raw.text().includes('\r\n\r\n'));
  return raw;
}

/** A frame from a client: masked, with a mask of zeros. */
function frame(opcode: number, payload: Buffer, { isMasked = true, length = payload.length } = {}): Buffer {
  const mask = isMasked ? 0x80 : 0;
  const head = length < 126 ? Buffer.from([0x80 | opcode, mask | length]) : Buffer.alloc(4);
  if (length >= 126 && length < 65_536) {
    head.set([0x80 | opcode, mask | 126]);
    head.writeUInt16BE(length, 2);
  }
  const long = Buffer.alloc(10);
  if (length >= 65_536) {
    long.set([0x80 | opcode, mask | 127]);
    long.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([length >= 65_536 ? long : head, Buffer.alloc(isMasked ? 4 : 0), payload]);
}

describe('a WebSocket', () => {
  it.each<[string, Buffer, number]>([
    ['a frame without a mask', frame(2, Buffer.from('\0x'), { isMasked: false }), 1002],
    ['an opcode that does not exist', frame(11, Buffer.from('x')), 1002],
    ['reserved bits', Buffer.from([0xf2, 0x80, 0, 0, 0, 0]), 1002],
    ['a text that is no UTF-8', frame(1, Buffer.from([0, 0xff, 0xff])), 1007],
    ['a message that would be larger than any', frame(2, Buffer.alloc(0), { length: 64 * 1024 * 1024 }), 1009],
    ['a close with half a code', frame(8, Buffer.from([3])), 1002],
  ])('that sends %s is closed with a code that says so', async (_, bytes, code) => {
    const raw = await handshake(EXEC, 'v5.channel.k8s.io');
    expect(raw.text()).toMatch(/^HTTP\/1\.1 101 /);
    await until(() => hosted.host.acts.sessionCount === 1);
    raw.socket.write(bytes);
    const sent = (): string => raw.text().slice(raw.text().indexOf('\r\n\r\n') + 4);
    await until(() => sent().length >= 4);
    expect(Buffer.from(sent(), 'latin1').readUInt16BE(2)).toBe(code);
    raw.socket.destroy();
    await until(() => hosted.host.acts.sessionCount === 0);
    await serves();
  });

  it('whose client vanishes, or that comes with a bad handshake, leaves nothing', async () => {
    const clients = Array.from({ length: 20 }, () => open(EXEC, ['v5.channel.k8s.io']));
    await Promise.all(clients.map(opened));
    expect(hosted.host.acts.sessionCount).toBe(20);
    for (const client of clients) client.terminate();
    await until(() => hosted.host.acts.sessionCount === 0);
    const old = await handshake(EXEC, 'v5.channel.k8s.io', ['sec-websocket-version: 1']);
    expect(old.text()).toMatch(/^HTTP\/1\.1 400 /);
    old.socket.destroy();
    await serves();
  });

  it('may not be opened from a foreign page, by nobody, for nothing, or as another protocol', async () => {
    const asked = async (path: string, headers: Record<string, string>): Promise<string> => {
      const raw = await hosted.raw();
      const all = {
        host: 'localhost',
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        authorization: `Bearer ${hosted.token}`,
        ...headers,
      };
      raw.socket.write(
        `GET ${path} HTTP/1.1\r\n${Object.entries(all)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('')}\r\n`,
      );
      const text = await raw.closed;
      expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({ kind: 'Status', status: 'Failure' });
      return text.slice(9, 12);
    };
    expect(await asked(EXEC, { origin: 'https://evil.example' })).toBe('403');
    expect(await asked(EXEC, { host: 'evil.example' })).toBe('403');
    expect(await asked(EXEC, { authorization: 'Bearer nonsense' })).toBe('401');
    expect(await asked('/api/v1/pods', {})).toBe('400');
    expect(await asked(EXEC, { upgrade: 'SPDY/3.1' })).toBe('400');
    expect(await asked(`${PODS}/nobody/exec?command=cat`, {})).toBe('404');
    expect(await asked(FORWARD, {})).toBe('400');
    expect(await asked(`${FORWARD}?ports=0`, {})).toBe('400');
    expect(await asked(`${FORWARD}?ports=80,http`, {})).toBe('400');
  });

  it('gets all that a program writes over time, however much it is', async () => {
    const script = 'seq 1 90000; sleep 1; seq 1 90000; sleep 1; seq 1 90000; sleep 1; echo end';
    const client = open(`${PODS}/web/exec?command=sh&command=-c&command=${encodeURIComponent(script)}&stdout=1`, [
      'v5.channel.k8s.io',
    ]);
    let text = '';
    client.on('message', (data: Buffer) => {
      if (data[0] === 1) text += data.subarray(1).toString();
    });
    const closed = closeOf(client);
    await opened(client);
    const timer = setInterval(() => hosted.host.clock.leap(100), 5);
    expect(await closed).toBe(1000);
    clearInterval(timer);
    expect(text.length).toBeGreaterThan(1_500_000);
    expect(text.split('\n').filter((item) => item === '90000')).toHaveLength(3);
    expect(text.endsWith('90000\nend\n')).toBe(true);
  });
});

describe('a tunnel of forwarded ports', () => {
  const spdy = (type: number, body: Buffer, flags = 0): Buffer => {
    const head = Buffer.from([0x80, 3, 0, type, flags, 0, 0, 0]);
    head.writeUIntBE(body.length, 5, 3);
    return Buffer.concat([head, body]);
  };
  const number = (value: number): Buffer =>
    Buffer.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]);

  it.each<[string, Buffer]>([
    ['rubbish', Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')],
    ['a frame that is longer than any', Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff])],
    ['a stream without headers', spdy(1, Buffer.alloc(4))],
    [
      'headers that cannot be unpacked',
      spdy(1, Buffer.concat([number(1), Buffer.alloc(6), Buffer.from('no deflate at all')])),
    ],
    ['headers that are cut short', spdy(1, Buffer.concat([number(1), Buffer.alloc(6)]))],
    ['a reset of nothing', spdy(3, Buffer.alloc(2))],
  ])('that carries %s is closed, and only it', async (_, bytes) => {
    const raw = await handshake(FORWARD, TUNNEL);
    expect(raw.text()).toMatch(/^HTTP\/1\.1 101 /);
    raw.socket.write(frame(2, bytes));
    const sent = (): Buffer => Buffer.from(raw.text().slice(raw.text().indexOf('\r\n\r\n') + 4), 'latin1');
    await until(() => sent().length >= 4);
    expect(sent().readUInt16BE(2)).toBe(1002);
    raw.socket.destroy();
    await serves();
  });

  it('over channels ends with its client, in the middle of a request or before it', async () => {
    for (const bytes of ['', 'GET / HT', '\0\0\0 no HTTP', `GET / HTTP/1.1\r\nx: ${'y'.repeat(40_000)}`]) {
      const client = open(`${FORWARD}?ports=80`, ['v4.channel.k8s.io']);
      const closed = closeOf(client);
      await opened(client);
      client.send(Buffer.concat([Buffer.from([0]), Buffer.from(bytes)]));
      client.send(Buffer.from([200, 1]));
      client.send(Buffer.alloc(0));
      client.terminate();
      await closed;
    }
    await serves();
  });
});

describe('a watch', () => {
  const WATCH = '/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=0';
  const line = (path: string): string =>
    `GET ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${hosted.token}\r\n\r\n`;

  it('is forgotten when its client goes away', async () => {
    const { watches, world } = { watches: hosted.host.watches, world: hosted.world };
    const before = world.api.watches.size;
    const raws = await Promise.all(Array.from({ length: 50 }, () => hosted.raw()));
    for (const { socket } of raws) socket.write(line(WATCH));
    await until(() => watches.size === 50);
    expect(world.api.watches.size).toBe(before + 50);
    for (const { socket } of raws) socket.destroy();
    await until(() => watches.size === 0);
    expect(world.api.watches.size).toBe(before);
  });

  it('whose client does not read is cut off before it holds much', async () => {
    const raw = await hosted.raw();
    raw.socket.pause();
    raw.socket.write(line(WATCH));
    await until(() => hosted.host.watches.size === 1);
    const headers = { 'content-type': 'application/json' };
    let sent = 0;
    for (; hosted.host.watches.size > 0 && sent < 100; sent += 1) {
      const body = JSON.stringify({ metadata: { name: `large-${sent}` }, data: { a: 'x'.repeat(500_000) } });
      expect(
        (await hosted.ask({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', headers, body })).status,
      ).toBe(201);
      hosted.host.clock.leap(100);
    }
    // What the system's own buffers hold, then four megabytes of ours.
    expect(sent).toBeLessThan(60);
    raw.socket.destroy();
    await serves();
  });
});
