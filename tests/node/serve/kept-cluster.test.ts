/** A kept cluster played again: the same objects and versions, whatever clients did to it and to its containers. */
import { mkdtempSync, rmSync, symlinkSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import WebSocket from 'ws';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal, journalHead } from '../../../src/node/serve/journal.ts';
import { defaultOptions } from '../../../src/sim/azure/index.ts';
import { World } from '../../../src/sim/world.ts';
import { hostCluster, until, type Answered, type Hosted } from '../../support/api-host.ts';

const order = vi.hoisted((): string[] => []);
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    writeSync: (...words: Parameters<typeof fs.writeSync>) => {
      order.push('written');
      return fs.writeSync(...words);
    },
    fdatasyncSync: (file: number) => {
      fs.fdatasyncSync(file);
      order.push('on disk');
    },
  };
});

let folder = '';
let hosted: Hosted | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilothouse-kept-'));
});
afterEach(async () => {
  await hosted?.stop();
  hosted = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function bootedWorld(): World {
  const world = new World(defaultOptions('kept'));
  world.boot();
  return world;
}

async function begin(): Promise<Hosted> {
  const journal = Journal.open(folder);
  if (!journal.head) journal.append(journalHead('{}'));
  hosted = await hostCluster({ world: bootedWorld(), journal });
  return hosted;
}

const PODS = '/api/v1/namespaces/default/pods';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const write = ({ ask }: Hosted, method: string, path: string, body: unknown): Promise<Answered> =>
  ask({ method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** Everything the cluster holds. */
const held = ({ world }: Hosted): unknown => ({
  now: world.now,
  revision: world.api.store.revision,
  objects: [...world.objects()].map(({ object }) => object),
});

function exec({ port, token, authority, host }: Hosted, script: string): Promise<string> {
  const query = new URLSearchParams({ stdout: '1', stderr: '1' });
  for (const word of ['sh', '-c', script]) query.append('command', word);
  const client = new WebSocket(`wss://127.0.0.1:${port}${PODS}/web/exec?${query.toString()}`, ['v5.channel.k8s.io'], {
    ca: authority,
    headers: { authorization: `Bearer ${token}` },
  });
  let text = '';
  client.on('message', (data: Buffer) => (text += data.subarray(1).toString()));
  client.on('error', () => undefined);
  const timer = setInterval(() => host.clock.leap(100), 5);
  return new Promise((resolve) => {
    client.on('close', () => {
      clearInterval(timer);
      resolve(text);
    });
  });
}

describe('a kept cluster', () => {
  it('is the same when it is played again, though programs were ended by hand', async () => {
    const first = await begin();
    const script = 'while [ ! -f /tmp/stop ]; do sleep 1; done; exit 3';
    const containers = [{ name: 'web', image: 'busybox:1.36', command: ['sh', '-c', script] }];
    await write(first, 'POST', PODS, { metadata: { name: 'web' }, spec: { containers } });
    first.host.clock.leap(60_000);
    expect(await exec(first, 'echo hello')).toContain('hello');
    await exec(first, 'touch /tmp/stop');
    first.host.clock.leap(60_000);
    const { body } = await first.ask({ path: `${PODS}/web` });
    // The container came back, which the API tells of, and what is written now stands on that version.
    expect(body['status']).toMatchObject({ containerStatuses: [{ restartCount: 1 }] });
    const labelled = { ...body, metadata: { ...body.metadata, labels: { seen: 'yes' } } };
    expect((await write(first, 'PUT', `${PODS}/web`, labelled)).status).toBe(200);
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        write(first, 'POST', CONFIG_MAPS, { metadata: { generateName: 'a-' }, data: { index: String(index) } }),
      ),
    );
    const open = new WebSocket(
      `wss://127.0.0.1:${first.port}${PODS}/web/exec?command=cat&stdin=1&stdout=1`,
      ['v5.channel.k8s.io'],
      { ca: first.authority, headers: { authorization: `Bearer ${first.token}` } },
    );
    open.on('error', () => undefined);
    await until(() => first.host.acts.sessionCount === 1);
    await first.stop();
    const before = held(first);

    const second = await begin();
    expect(held(second)).toEqual(before);
    expect(second.host.acts.sessionCount).toBe(0);
    first.world.kernel.advanceTo(first.world.now + 600_000);
    second.world.kernel.advanceTo(second.world.now + 600_000);
    expect(held(second)).toEqual(held(first));
  });

  it('has each write on disk before it is acknowledged, and refusals that change nothing not at all', async () => {
    const first = await begin();
    order.length = 0;
    const { status } = await write(first, 'POST', CONFIG_MAPS, { metadata: { name: 'synced' } });
    order.push(`answered ${status}`);
    expect(order).toEqual(['written', 'on disk', 'answered 201']);
    order.length = 0;
    await first.ask({ path: CONFIG_MAPS });
    await first.ask({ method: 'POST', path: CONFIG_MAPS, headers: { authorization: 'Bearer none' }, body: '{}' });
    await first.ask({ method: 'POST', path: CONFIG_MAPS, headers: { 'content-type': 'text/plain' }, body: '{}' });
    expect(order).toEqual([]);
  });

  it('that does not come to the same is not served as if it did', async () => {
    const first = await begin();
    await write(first, 'POST', CONFIG_MAPS, { metadata: { name: 'one' } });
    await first.stop();
    const path = join(folder, 'journal.log');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const note = JSON.parse(lines.at(-1)!.slice(9)) as { revision: number };
    const json = JSON.stringify({ ...note, revision: note.revision + 1 });
    const checksum = crc32(json).toString(16).padStart(8, '0');
    writeFileSync(path, `${[...lines.slice(0, -1), `${checksum} ${json}`].join('\n')}\n`);
    await expect(begin()).rejects.toThrow(`does not lead to the same cluster with this release`);
  });

  it.runIf(process.platform === 'linux')(
    'on a disk that is full refuses to write, says why, and goes on reading',
    async () => {
      symlinkSync('/dev/full', join(folder, 'journal.log'));
      const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      hosted = await hostCluster({ world: bootedWorld(), journal: Journal.open(folder) });
      const { status, body } = await write(hosted, 'POST', CONFIG_MAPS, { metadata: { name: 'lost' } });
      expect({ status, reason: body.reason }).toEqual({ status: 500, reason: 'InternalError' });
      expect(body.message).toMatch(/^Internal error occurred: the journal cannot be written: ENOSPC/);
      expect((await hosted.ask({ path: `${CONFIG_MAPS}/lost` })).status).toBe(404);
      await hosted.stop();
      hosted = undefined;
      errors.mockRestore();
    },
  );
});
