import { describe, expect, it } from 'vitest';
import { strategicMerge, threeWayPatch } from '../../../src/sim/apiserver/index.ts';
import { apply, bootWorld, deployment, request } from '../../support/world.ts';

const world = bootWorld({ preset: 'plain' });
const SERVER_SIDE = { 'content-type': 'application/apply-patch+yaml' };

interface Container {
  name: string;
  image: string;
}
interface Deployment {
  metadata: { generation: number; managedFields: { manager: string; fieldsV1: object }[] };
  spec: { strategy: object; template: { spec: { containers: Container[] } } };
}

const workload = (name: string, containers: readonly object[]): unknown => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { 'app.kubernetes.io/name': name } },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers } },
  },
});

describe('apply, client side', () => {
  it('turns a rolling update into Recreate, though the server filled in the rolling figures', () => {
    apply(world, deployment('turned', 1, 'nginx:1.27'));
    const text = deployment('turned', 1, 'nginx:1.27').replace('spec:\n', 'spec:\n  strategy:\n    type: Recreate\n');
    const [applied] = apply(world, text) as unknown as Deployment[];
    expect(applied!.spec.strategy).toEqual({ type: 'Recreate' });
  });

  it('replaces the source of a volume instead of adding a second one', () => {
    const volumes = (source: object): Record<string, unknown> => ({
      spec: { template: { spec: { volumes: [{ name: 'v', ...source }] } } },
    });
    const live = volumes({ emptyDir: {} });
    const wanted = volumes({ configMap: { name: 'c' } });
    // Nothing is known of the last apply: only `$retainKeys` can take the old source away.
    expect(strategicMerge('Deployment', live, threeWayPatch('Deployment', {}, wanted, live))).toEqual(wanted);
  });

  it('leaves a container that somebody else put in where it was', () => {
    const containers = (...names: string[]): Record<string, unknown> => ({
      spec: { template: { spec: { containers: names.map((name) => ({ name })) } } },
    });
    const live = containers('proxy', 'web', 'log');
    const original = containers('web');
    const modified = { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } } } };
    const merged = strategicMerge('Deployment', live, threeWayPatch('Deployment', original, modified, live));
    expect(merged).toEqual({
      spec: {
        template: { spec: { containers: [{ name: 'proxy' }, { name: 'web', image: 'web:2' }, { name: 'log' }] } },
      },
    });
  });
});

describe('apply, server side', () => {
  const path = (name: string, query: string): string => `/apis/apps/v1/namespaces/default/deployments/${name}?${query}`;
  const send = (name: string, query: string, containers: readonly object[]): { status: number; body: Deployment } =>
    request(world, 'PATCH', path(name, query), workload(name, containers), SERVER_SIDE) as never;

  it('with force takes over list items and names with dots, and is alone from then on', () => {
    expect(send('owned', 'fieldManager=one', [{ name: 'web', image: 'web:1' }]).status).toBe(201);
    expect(send('owned', 'fieldManager=two', [{ name: 'web', image: 'web:2' }])).toMatchObject({
      status: 409,
      body: { details: { causes: [{ field: '.spec.template.spec.containers[name="web"].image' }] } },
    });
    const forced = send('owned', 'fieldManager=two&force=true', [{ name: 'web', image: 'web:2' }]);
    expect(forced.body.spec.template.spec.containers[0]!.image).toBe('web:2');
    const one = forced.body.metadata.managedFields.find(({ manager }) => manager === 'one')!;
    expect(JSON.stringify(one.fieldsV1)).toContain('k:{\\"name\\":\\"web\\"}');
    expect(JSON.stringify(one.fieldsV1)).not.toContain('f:image');
    expect(send('owned', 'fieldManager=two', [{ name: 'web', image: 'web:3' }]).status).toBe(200);
  });

  it('takes out what the manager no longer sends, but not what another manager put in', () => {
    send('pruned', 'fieldManager=one', [{ name: 'web', image: 'web:1', args: ['-v'] }]);
    expect(
      send('pruned', 'fieldManager=two', [
        { name: 'web', image: 'web:1' },
        { name: 'log', image: 'log:1' },
      ]).status,
    ).toBe(200);
    const { body } = send('pruned', 'fieldManager=one', [{ name: 'web', image: 'web:1' }]);
    expect(body.spec.template.spec.containers).toMatchObject([{ name: 'web', image: 'web:1' }, { name: 'log' }]);
    expect(body.spec.template.spec.containers[0]).not.toHaveProperty('args');
  });

  it('of the same text changes nothing', () => {
    send('same', 'fieldManager=one', [{ name: 'web', image: 'web:1' }]);
    world.kernel.advanceTo(world.now + 5_000);
    const before = world.find('deployments.apps', 'default', 'same')!.metadata.resourceVersion;
    const again = send('same', 'fieldManager=one', [{ name: 'web', image: 'web:1' }]).body as unknown as {
      metadata: { resourceVersion: string };
    };
    expect(again.metadata.resourceVersion).toBe(before);
  });

  it('refuses managedFields of the sender’s own', () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', managedFields: [] } };
    expect(
      request(world, 'PATCH', '/api/v1/namespaces/default/configmaps/m?fieldManager=one', body, SERVER_SIDE),
    ).toMatchObject({
      status: 400,
      body: { message: 'metadata.managedFields must be nil' },
    });
  });
});
