/** The JavaScript client of Kubernetes: typed lists, patches, watches, an informer, and writers that race. */
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  Watch,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveCluster, type Served } from './support/served.ts';

let served: Served;
let config: KubeConfig;
let core: CoreV1Api;
const namespace = 'default';

beforeAll(async () => {
  served = await serveCluster('plain');
  config = new KubeConfig();
  config.loadFromFile(served.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
});
afterAll(() => served.stop());

const map = (name: string, data: Record<string, string>): V1ConfigMap => ({ metadata: { name }, data });

describe('@kubernetes/client-node', () => {
  it('lists, creates, patches and deletes', async () => {
    expect((await core.listNode()).items).toHaveLength(3);
    await core.createNamespacedConfigMap({ namespace, body: map('typed', { a: '1' }) });
    const patched = await core.patchNamespacedConfigMap(
      { name: 'typed', namespace, body: { data: { b: '2' } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    expect(patched.data).toEqual({ a: '1', b: '2' });
    await core.deleteNamespacedConfigMap({ name: 'typed', namespace });
    await expect(core.readNamespacedConfigMap({ name: 'typed', namespace })).rejects.toMatchObject({ code: 404 });
    expect((await config.makeApiClient(AppsV1Api).listDeploymentForAllNamespaces()).items).toEqual([]);
  });

  it('watches what happens, in order', async () => {
    const seen: string[] = [];
    await new Promise<void>((resolve, reject) => {
      void new Watch(config)
        .watch(
          `/api/v1/namespaces/${namespace}/configmaps`,
          { fieldSelector: 'metadata.name=seen' },
          (phase) => {
            seen.push(phase);
            if (phase === 'DELETED') resolve();
          },
          (error: unknown) => (seen.includes('DELETED') ? resolve() : reject(error as Error)),
        )
        .then(async (request) => {
          await core.createNamespacedConfigMap({ namespace, body: map('seen', { a: '1' }) });
          await core.replaceNamespacedConfigMap({ name: 'seen', namespace, body: map('seen', { a: '2' }) });
          await core.deleteNamespacedConfigMap({ name: 'seen', namespace });
          setTimeout(() => request.abort(), 5_000);
        });
    });
    expect(seen).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
  });

  it('keeps an informer in step', async () => {
    const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
      core.listNamespacedConfigMap({ namespace }),
    );
    const added = new Promise<string>((resolve) => {
      informer.on('add', (item) => {
        if (item.metadata?.name === 'informed') resolve(item.metadata.name);
      });
    });
    await informer.start();
    await core.createNamespacedConfigMap({ namespace, body: map('informed', {}) });
    expect(await added).toBe('informed');
    await informer.stop();
  });

  it('loses no increment of many writers with optimistic locking', async () => {
    await core.createNamespacedConfigMap({ namespace, body: map('counter', { count: '0' }) });
    const increment = async (): Promise<void> => {
      for (;;) {
        const current = await core.readNamespacedConfigMap({ name: 'counter', namespace });
        const body = { ...current, data: { count: String(Number(current.data?.['count']) + 1) } };
        try {
          await core.replaceNamespacedConfigMap({ name: 'counter', namespace, body });
          return;
        } catch (error) {
          if ((error as { code?: number }).code !== 409) throw error;
        }
      }
    };
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        for (let turn = 0; turn < 4; turn += 1) await increment();
      }),
    );
    expect((await core.readNamespacedConfigMap({ name: 'counter', namespace })).data).toEqual({ count: '20' });
  });
});
