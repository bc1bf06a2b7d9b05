/** What a table sends for an action on a row: the requests that a dashboard would send. */
import { describe, expect, it } from 'vitest';
import { parseScenario, Run } from '../../src/run/index.ts';
import { actionsFor, requestOf, type RowAction } from '../../src/ui/features/table/row-actions.ts';
import { deployment } from '../support/world.ts';

const WEB = 'deployments.apps|default/web';

function begin(): Run {
  const run = new Run(parseScenario('seed: table\n'));
  run.command({ verb: 'apply', file: 'web.yaml', text: deployment('web', 2, 'nginx:1.27') }, false);
  run.advance(run.now + 20_000);
  return run;
}

describe('the tables', () => {
  it.each([
    [WEB, ['scale', 'restart', 'delete']],
    ['nodes|n1', ['cordon', 'delete']],
    ['pods|default/web-1', ['delete']],
    ['events|default/e', []],
  ])('offer for %s what can be done to it', (key, actions) => {
    expect(actionsFor(key, undefined)).toEqual(actions);
  });

  it.each([
    ['scale', { replicas: 4 }, 'spec.replicas', 4],
    [
      'restart',
      { at: '2026-01-01T00:00:00Z' },
      'spec.template.metadata.annotations',
      { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' },
    ],
  ] as const)('send %s, which the API server takes', (action: RowAction, input, path, value) => {
    const run = begin();
    const result = run.command(requestOf(WEB, 'apps/v1', action, input), false);
    expect(result.response?.status).toBe(200);
    const found = run.world.find('deployments.apps', 'default', 'web');
    expect(path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], found)).toEqual(value);
    const sent = run.world.kernel.trace
      .slice(1)
      .filter((event) => event.type === 'api.request' && event.data.from === 'client/dashboard');
    expect(sent).not.toHaveLength(0);
  });

  it('delete what they are asked to, and cordon and uncordon nodes', () => {
    const run = begin();
    expect(run.command(requestOf(WEB, 'apps/v1', 'delete'), false).response?.status).toBe(200);
    run.advance(run.now + 5_000);
    expect(run.world.find('deployments.apps', 'default', 'web')).toBeUndefined();
    const [node] = run.world.list('nodes');
    const key = `nodes|${node!.metadata.name}`;
    run.command(requestOf(key, 'v1', 'cordon'), false);
    const cordoned = run.world.find('nodes', undefined, node!.metadata.name);
    expect(actionsFor(key, cordoned)).toEqual(['uncordon', 'delete']);
    run.command(requestOf(key, 'v1', 'uncordon'), false);
    expect(actionsFor(key, run.world.find('nodes', undefined, node!.metadata.name))).toEqual(['cordon', 'delete']);
  });
});
