/** Thousands of watches over HTTPS at once: each gets what it asked for, and nothing of it stays. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostCluster, until, type Answered, type Hosted } from '../support/api-host.ts';

let hosted: Hosted;
beforeAll(async () => {
  hosted = await hostCluster();
});
afterAll(() => hosted.stop());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const write = (method: string, path: string, body: unknown): Promise<Answered> =>
  hosted.ask({ method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

describe('watches', () => {
  it('of two thousand clients all get each event once, in order, and leave nothing behind', async () => {
    const count = 2_000;
    const agent = new Agent({ ca: hosted.authority, maxSockets: Infinity, maxCachedSessions: 1 });
    const texts = Array.from({ length: count }, () => '');
    const asked: ClientRequest[] = [];
    const before = hosted.world.api.watches.size;
    const open = (index: number): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const path = `${CONFIG_MAPS}?watch=1&resourceVersion=0&labelSelector=seen%3D${index % 2 ? 'odd' : 'even'}`;
        const headers = { authorization: `Bearer ${hosted.token}` };
        const question = request({ host: '127.0.0.1', port: hosted.port, path, headers, agent }, (answer) => {
          answer.setEncoding('utf8').on('data', (part: string) => (texts[index] += part));
          answer.on('error', () => undefined);
          resolve(answer);
        });
        asked.push(question.on('error', reject));
        question.end();
      });
    for (let from = 0; from < count; from += 100)
      await Promise.all(Array.from({ length: 100 }, (_, at) => open(from + at)));
    expect(hosted.host.watches.size).toBe(count);
    for (const [name, seen] of [
      ['a', 'even'],
      ['b', 'odd'],
      ['c', 'even'],
      ['d', 'odd'],
    ] as const)
      await write('POST', CONFIG_MAPS, { metadata: { name, labels: { seen } } });
    await write('DELETE', `${CONFIG_MAPS}/a`, {});
    await write('DELETE', `${CONFIG_MAPS}/b`, {});
    hosted.host.clock.leap(1_000);
    await until(() => texts.every((text) => text.split('\n').length === 4));
    for (const [index, text] of texts.entries()) {
      const events = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string; object: { metadata: { name: string } } });
      const names = index % 2 ? ['b', 'd', 'b'] : ['a', 'c', 'a'];
      expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
        `ADDED ${names[0]}`,
        `ADDED ${names[1]}`,
        `DELETED ${names[2]}`,
      ]);
    }
    for (const question of asked) question.destroy();
    await until(() => hosted.host.watches.size === 0);
    expect(hosted.world.api.watches.size).toBe(before);
    agent.destroy();
  });
});
