/** Many writers at once, who are in each other's way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostCluster, type Answered, type Hosted } from '../../support/api-host.ts';

let hosted: Hosted;
beforeAll(async () => {
  hosted = await hostCluster();
});
afterAll(() => hosted.stop());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const JSON_TYPE = { 'content-type': 'application/json' };

const write = (method: string, path: string, body: unknown, type = 'application/json'): Promise<Answered> =>
  hosted.ask({ method, path, headers: { 'content-type': type }, body: JSON.stringify(body) });

describe('writers', () => {
  const counter = `${CONFIG_MAPS}/counter`;
  const read = async (path: string): Promise<Answered['body']> => (await hosted.ask({ path })).body;

  it('who count with optimistic locking lose nothing, and are told of each conflict in upstream’s words', async () => {
    await write('POST', CONFIG_MAPS, { metadata: { name: 'counter' }, data: { count: '0' } });
    const [clients, each] = [12, 15];
    let conflicts = 0;
    const increment = async (): Promise<void> => {
      for (;;) {
        const object = await read(counter);
        const data = { count: String(Number(object.data!['count']) + 1) };
        const { status, body } = await write('PUT', counter, { ...object, data });
        if (status === 200) return;
        conflicts += 1;
        expect(body).toMatchObject({
          kind: 'Status',
          reason: 'Conflict',
          code: 409,
          message:
            'Operation cannot be fulfilled on configmaps "counter": the object has been modified; please apply your changes to the latest version and try again',
          details: { name: 'counter', kind: 'configmaps' },
        });
      }
    };
    await Promise.all(
      Array.from({ length: clients }, async () => {
        for (let count = 0; count < each; count += 1) await increment();
      }),
    );
    expect((await read(counter)).data).toEqual({ count: String(clients * each) });
    expect(conflicts).toBeGreaterThan(0);
  });

  it('who patch without a lock all have their part in the end', async () => {
    await write('POST', CONFIG_MAPS, { metadata: { name: 'patched' } });
    const patches = Array.from({ length: 200 }, (_, index) =>
      write(
        'PATCH',
        `${CONFIG_MAPS}/patched`,
        { data: { [`k${index}`]: String(index) } },
        'application/merge-patch+json',
      ),
    );
    for (const { status } of await Promise.all(patches)) expect(status).toBe(200);
    const { data } = await read(`${CONFIG_MAPS}/patched`);
    expect(data).toEqual(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, String(index)])));
  });

  it('who create one name at once have one winner', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        write('POST', CONFIG_MAPS, { metadata: { name: 'only-one' }, data: { by: String(index) } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { body } of answers.filter(({ status }) => status !== 201))
      expect(body).toMatchObject({
        reason: 'AlreadyExists',
        code: 409,
        message: 'configmaps "only-one" already exists',
      });
  });

  it('who patch on the ground of an old version are refused, whatever the kind of patch', async () => {
    const { metadata } = await read(counter);
    await write('PUT', counter, { metadata: { name: 'counter' }, data: { count: 'other' } });
    const body = { metadata: { resourceVersion: metadata!.resourceVersion }, data: { count: 'mine' } };
    for (const type of ['merge-patch+json', 'strategic-merge-patch+json']) {
      const answer = await write('PATCH', counter, body, `application/${type}`);
      expect(answer.body).toMatchObject({ reason: 'Conflict', code: 409 });
    }
    const tests = [
      { op: 'test', path: '/data/count', value: 'mine' },
      { op: 'replace', path: '/data/count', value: 'x' },
    ];
    expect((await write('PATCH', counter, tests, 'application/json-patch+json')).status).toBe(422);
    expect((await read(counter)).data).toEqual({ count: 'other' });
    const stale = { method: 'DELETE', path: counter, headers: JSON_TYPE };
    const preconditions = { resourceVersion: metadata!.resourceVersion };
    expect((await hosted.ask({ ...stale, body: JSON.stringify({ preconditions }) })).status).toBe(409);
  });
});
