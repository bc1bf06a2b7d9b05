/**
 * What the REST API takes over HTTPS with connections that are kept alive: requests a second and how long one waits, for
 * reads, lists, writes and watches. The server has the main thread and the clients one of their own, so on two processors
 * neither waits for the other. The cluster runs at the pace of the clock, as `npm run serve` runs it.
 */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { plainOptions } from '../../sim/azure/index.ts';
import { CLIENT } from '../../sim/kernel/index.ts';
import { World } from '../../sim/world.ts';
import { ApiHost } from '../serve/api-host.ts';
import { makeCredentials } from '../serve/authority.ts';
import { profiled, type Shares } from './cpu-profile.ts';
import type { Load, LoadFigures } from './rest-load.ts';

export interface RestFigures extends LoadFigures {
  readonly name: string;
  readonly connections: number;
  /** Where the server's time went, in percent; what is not busy is `idle`. */
  readonly profile: Shares;
}

/** Pods that nobody schedules: what is measured is the API alone. */
function pod(name: string, namespace: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: 'web', tier: 'front' } },
    spec: {
      schedulerName: 'nobody',
      containers: [
        {
          name: 'web',
          image: 'nginx:1.27',
          ports: [{ containerPort: 80 }],
          env: [{ name: 'MODE', value: 'production' }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        },
      ],
    },
  };
}

type Case = Pick<Load, 'method' | 'path' | 'requests' | 'connections'> &
  Partial<Load> & { readonly name: string; readonly pods: number };

const PODS = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
const LABEL = '{"metadata":{"labels":{"turn":"{n}"}}}';
const MERGE = 'application/merge-patch+json';

const CASES: readonly Case[] = [
  { name: 'GET', pods: 1_000, method: 'GET', path: `${PODS('load')}/pod-1`, requests: 8_000, connections: 8 },
  { name: 'LIST 1,000 pods', pods: 1_000, method: 'GET', path: PODS('load'), requests: 200, connections: 2 },
  { name: 'LIST 10,000 pods', pods: 10_000, method: 'GET', path: PODS('load'), requests: 30, connections: 1 },
  {
    name: 'CREATE',
    pods: 0,
    method: 'POST',
    path: PODS('load'),
    body: JSON.stringify(pod('new-{n}', 'load')),
    requests: 3_000,
    connections: 8,
  },
  {
    name: 'PATCH',
    pods: 1_000,
    method: 'PATCH',
    path: `${PODS('load')}/pod-{n}`,
    body: LABEL,
    contentType: MERGE,
    requests: 1_000,
    connections: 8,
  },
  {
    name: 'PATCH heard by 100 watchers',
    pods: 1,
    method: 'PATCH',
    path: `${PODS('load')}/pod-1`,
    body: LABEL,
    contentType: MERGE,
    requests: 100,
    connections: 1,
    watchers: { path: `${PODS('load')}?watch=true`, count: 100 },
  },
];

export const REST_CASES = CASES.map(({ name }) => name);

export async function measureRest(name: string): Promise<RestFigures> {
  const found = CASES.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`There is no REST measurement ${name}.`);
  const { pods, ...asked } = found;
  const world = new World(plainOptions('rest'));
  world.boot();
  world.kernel.runTurn(CLIENT, 0, () => {
    const make = (resource: string, body: object, namespace?: string): void => {
      const { code } = world.handle({ verb: 'create', resource, ...(namespace ? { namespace } : {}), body });
      if (code !== 201) throw new Error(`${resource}: ${code}`);
    };
    make('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'load' } });
    make(
      'serviceaccounts',
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'load' } },
      'load',
    );
    for (let number = 1; number <= pods; number += 1) make('pods', pod(`pod-${number}`, 'load'), 'load');
  });
  world.kernel.advanceTo(world.now + 600_000);
  const credentials = await makeCredentials([], 'admin');
  const host = new ApiHost({
    world,
    credentials,
    pace: { kind: 'speed', factor: 1 },
    host: '127.0.0.1',
    port: 0,
  });
  const address = await host.start();
  const { authority, adminToken: token } = credentials;
  const load: Load = { ...asked, address, authority, token };
  // The first answers are made, and compiled, for the first time.
  await inThread({ address, authority, token, method: 'GET', path: PODS('load'), requests: 3, connections: 1 });
  let figures: LoadFigures | undefined;
  const profile = await profiled(async () => {
    figures = await inThread(load);
  });
  await host.stop();
  return { name, connections: load.connections, ...figures!, profile };
}

function inThread(load: Load): Promise<LoadFigures> {
  return new Promise((resolve, reject) => {
    const file = fileURLToPath(new URL('./rest-load.mjs', import.meta.url));
    const worker = new Worker(file, { workerData: load });
    worker.once('message', (figures: LoadFigures) => {
      resolve(figures);
      void worker.terminate();
    });
    worker.once('error', reject);
  });
}
