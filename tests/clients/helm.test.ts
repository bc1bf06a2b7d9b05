/** A stock helm 4 with the chart that it makes itself, over its whole life. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveCluster, type Served } from './support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serveCluster();
});
afterAll(() => served.stop());

it('helm installs, upgrades, rolls back, tests and uninstalls its default chart', async () => {
  const { run } = served;
  await run('helm create demo');
  await run('helm install shop demo --wait');
  expect((await run('helm list')).stdout).toMatch(/^shop\s+default\s+1\s.*deployed/m);
  expect((await run('helm status shop')).stdout).toContain('STATUS: deployed');
  expect((await run('helm get all shop')).stdout).toContain('kind: Deployment');
  await run('helm upgrade shop demo --set replicaCount=2 --wait');
  await run('helm rollback shop 1 --wait');
  expect((await run('helm history shop')).stdout.match(/^\d+\s/gm)).toHaveLength(3);
  expect((await run('helm test shop')).stdout).toMatch(/Phase: +Succeeded/);
  await run('helm uninstall shop');
  expect((await run('kubectl get deploy')).stderr).toContain('No resources found');
});
