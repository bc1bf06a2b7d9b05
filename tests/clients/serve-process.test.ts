/** `serve` as a process: how it begins and ends, how its time goes, and what of a kept cluster outlives it. */
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client, endServes, scratch, startServe, type Answer, type ServeProcess } from './support/serve-process.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => {
  endServes();
  folder.remove();
});
afterAll(endServes);

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const plain = (...more: string[]): ServeProcess =>
  startServe('--preset', 'plain', '--port', '0', '--kubeconfig', folder.path('kubeconfig'), ...more);

async function connected(serve: ServeProcess): Promise<Client> {
  await serve.ready;
  return new Client(folder.path('kubeconfig'));
}

const created = async (client: Client): Promise<number> => {
  const { body } = await client.ask('GET', '/api/v1/namespaces/default');
  return Date.parse((body.metadata as { creationTimestamp: string }).creationTimestamp);
};

describe('serve', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'names its address and kubeconfig, and ends its watches and itself on %s',
    async (signal) => {
      const serve = plain();
      expect(await serve.ready).toMatch(/^ready: https:\/\/127\.0\.0\.1:\d+ kubeconfig \/\S+\/kubeconfig$/);
      expect(statSync(folder.path('kubeconfig')).mode & 0o777).toBe(0o600);
      const client = await connected(serve);
      expect((await client.ask('GET', '/version')).body).toMatchObject({ major: '1', minor: '35' });
      const watches = [`${CONFIG_MAPS}?watch=1`, '/api/v1/pods?watch=1'].map((path) => client.watch(path));
      await Promise.all(watches.map(({ begun }) => begun));
      serve.kill(signal);
      expect(await Promise.all(watches.map(({ ended }) => ended))).toEqual(['whole', 'whole']);
      client.close();
      const { code, stdout, stderr } = await serve.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.split('\n').filter((line) => line.startsWith('ready:'))).toHaveLength(1);
    },
  );

  it('says of a command line that it does not understand what is wrong, and exits with 2', async () => {
    const { code, stderr, stdout } = await startServe('--port', '0', '--nonsense').ended;
    expect(stderr).toMatch(/^unknown option --nonsense\nusage: npm run serve -- /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('says that a port is in use, and that a kubeconfig cannot be written', async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => resolve((holder.address() as { port: number }).port));
    });
    const [busy, unwritable] = await Promise.all([
      startServe('--preset', 'plain', '--port', String(port), '--kubeconfig', folder.path('kubeconfig')).ended,
      startServe('--preset', 'plain', '--port', '0', '--kubeconfig', folder.path('no/such/folder')).ended,
    ]);
    holder.close();
    expect(busy.code).toBe(1);
    expect(busy.stderr).toContain(`cannot be served on 127.0.0.1:${port}: the port is in use`);
    expect(unwritable.code).toBe(1);
    expect(unwritable.stderr).toContain('The kubeconfig cannot be written to');
  });

  it('serves on IPv6, under its bracketed address', async () => {
    const serve = plain('--host', '::1');
    expect(await serve.ready).toMatch(/^ready: https:\/\/\[::1\]:\d+ /);
    const client = await connected(serve);
    expect((await client.ask('GET', '/version')).status).toBe(200);
    client.close();
    serve.kill('SIGTERM');
    expect((await serve.ended).code).toBe(0);
  });

  it('lets virtual time follow the wall clock times a speed, or run as fast as it can while anything is under way', async () => {
    const job = {
      metadata: { name: 'long' },
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'a', image: 'busybox', command: ['sh', '-c', 'sleep 20'] }],
          },
        },
      },
    };
    const outcomes = await Promise.all(
      [['--speed', '1000'], ['--max']].map(async (pace, index) => {
        const kubeconfig = folder.path(`kubeconfig-${index}`);
        const serve = startServe('--preset', 'plain', '--port', '0', '--kubeconfig', kubeconfig, ...pace);
        await serve.ready;
        const client = new Client(kubeconfig);
        await client.ask('POST', '/apis/batch/v1/namespaces/default/jobs', job);
        let body: Answer['body'];
        do ({ body } = await client.ask('GET', '/apis/batch/v1/namespaces/default/jobs/long'));
        while (!(body['status'] as { completionTime?: string }).completionTime);
        client.close();
        serve.kill('SIGTERM');
        await serve.ended;
        const { startTime, completionTime } = body['status'] as { startTime: string; completionTime: string };
        return Date.parse(completionTime) - Date.parse(startTime);
      }),
    );
    for (const tookMs of outcomes) expect(tookMs).toBeGreaterThanOrEqual(20_000);
  });

  it('begins as a scenario says, with the commands that are past', async () => {
    const file = folder.path('scenario.json');
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-scenario\n';
    const commands = [{ at: 10_000, command: { verb: 'apply', file: 'a.yaml', text } }];
    const options = { preset: 'plain', seed: 'scenario', epochMs: Date.UTC(2026, 0, 1) };
    writeFileSync(file, JSON.stringify({ version: 1, options, files: {}, commands, time: 60_000, speed: 1 }));
    const serve = startServe('--port', '0', '--kubeconfig', folder.path('kubeconfig'), '--scenario', file);
    const client = await connected(serve);
    const { status, body } = await client.ask('GET', `${CONFIG_MAPS}/from-scenario`);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(await created(client)).toBeLessThan(Date.UTC(2026, 0, 1, 0, 1));
    client.close();
    serve.kill('SIGTERM');
    expect((await serve.ended).code).toBe(0);
  });
});

describe('a kept cluster', () => {
  const keep = (): string[] => ['--data-dir', folder.path('data')];
  const journal = (): string => folder.path('data/journal.log');

  /** Writes until the process is killed in the midst of it; what was acknowledged, by name. */
  async function writeUntilKilled(
    serve: ServeProcess,
    client: Client,
    round: number,
  ): Promise<Map<string, Answer['body']>> {
    const acknowledged = new Map<string, Answer['body']>();
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let count = 0; ; count += 1) {
        const name = `kept-${round}-${writer}-${count}`;
        const { status, body } = await client.ask('POST', CONFIG_MAPS, {
          metadata: { name },
          data: { count: String(count) },
        });
        expect(status).toBe(201);
        acknowledged.set(name, body);
        if (acknowledged.size === 60) serve.kill('SIGKILL');
      }
    });
    await Promise.allSettled(writers);
    client.close();
    expect((await serve.ended).signal).toBe('SIGKILL');
    return acknowledged;
  }

  it('has every acknowledged write after each kill, with the same versions, and goes on in virtual time', async () => {
    const all = new Map<string, Answer['body']>();
    let before = 0;
    for (let round = 0; round < 2; round += 1) {
      const serve = plain(...keep(), '--speed', '20');
      const client = await connected(serve);
      const { body } = await client.ask('GET', CONFIG_MAPS);
      const found = new Map((body.items ?? []).map((item) => [item.metadata?.name, item]));
      for (const [name, { data, metadata }] of all) expect(found.get(name)).toEqual({ data, metadata });
      const lease = await client.ask('POST', CONFIG_MAPS, { metadata: { name: `round-${round}` } });
      const at = Date.parse((lease.body.metadata as { creationTimestamp: string }).creationTimestamp);
      expect(at).toBeGreaterThanOrEqual(before);
      before = at;
      all.set(`round-${round}`, lease.body);
      for (const [name, kept] of await writeUntilKilled(serve, client, round)) all.set(name, kept);
      // The machine that fails may leave half a line behind.
      if (round === 0) writeFileSync(journal(), '1234abcd {"kind":"reque', { flag: 'a' });
    }
    const serve = plain(...keep());
    const client = await connected(serve);
    const { body } = await client.ask('GET', CONFIG_MAPS);
    const names = new Set((body.items ?? []).map((item) => item.metadata?.name));
    expect([...all.keys()].filter((name) => !names.has(name))).toEqual([]);
    expect(all.size).toBeGreaterThan(120);
    client.close();
    serve.kill('SIGTERM');
    expect((await serve.ended).code).toBe(0);
  });

  it('belongs to one process at a time, and says so; who is killed leaves it free', async () => {
    const first = plain(...keep());
    await first.ready;
    const second = startServe('--port', '0', '--kubeconfig', folder.path('other'), ...keep());
    const { code, stderr } = await second.ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`data is in use by process ${first.pid}`);
    const client = await connected(first);
    expect((await client.ask('POST', CONFIG_MAPS, { metadata: { name: 'still' } })).status).toBe(201);
    client.close();
    first.kill('SIGKILL');
    await first.ended;

    // A byte that has flipped in the middle is told, with where it is and what can be done.
    const bytes = readFileSync(journal());
    const middle = bytes.indexOf('still');
    writeFileSync(journal(), Buffer.concat([bytes.subarray(0, middle), Buffer.from('!'), bytes.subarray(middle + 1)]));
    const damaged = await plain(...keep()).ended;
    expect(damaged.code).toBe(1);
    const { start } = /journal\.log is damaged in line \d+, which begins at byte (?<start>\d+)/.exec(
      damaged.stderr,
    )!.groups!;
    expect(damaged.stderr).toContain(`truncate -s ${start} `);
    // What it proposes helps.
    truncateSync(journal(), Number(start));
    const mended = plain(...keep());
    const again = await connected(mended);
    expect((await again.ask('GET', `${CONFIG_MAPS}/still`)).status).toBe(404);
    again.close();
    mended.kill('SIGINT');
    expect((await mended.ended).code).toBe(0);
  });
});
