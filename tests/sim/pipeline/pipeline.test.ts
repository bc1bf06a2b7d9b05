/** A CI/CD pipeline as a client of the API: it applies, waits, tests, and puts back what was before. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import { describe, expect, it } from 'vitest';
import { decodeShareLink, encodeShareLink, parseScenario, Run, type Command } from '../../../src/run/index.ts';
import type { Stored } from '../../../src/sim/api/object.ts';
import { deployment, podsOf, service } from '../../support/world.ts';

const GOOD = `${deployment('web', 2, 'nginx:1.27')}---\n${service('web')}`;
const BAD = GOOD.replace('nginx:1.27', 'nginx:no-such-tag');

const begin = (): Run => new Run(parseScenario('seed: pipeline\n'));
const order = (name: string, text: string, more: object = {}): Command => ({
  verb: 'release',
  name,
  file: 'web.yaml',
  text,
  timeoutMs: 60_000,
  rollsBack: true,
  ...more,
});

function released(run: Run, ...commands: readonly Command[]): readonly (readonly [string, string])[] {
  for (const command of commands) {
    run.command(command, false);
    run.advance(run.now + 180_000);
  }
  return run.world.pipeline.view().steps.map(({ step, outcome }) => [step, outcome]);
}

const imageOf = (run: Run): string =>
  (run.world.find('deployments.apps', 'default', 'web') as Stored<Deployment>).spec!.template.spec!.containers[0]!
    .image!;

describe('a release', () => {
  it('is applied and waited for, by requests of its own client', () => {
    const run = begin();
    const steps = released(run, order('v1', GOOD));
    expect(steps).toEqual([
      ['apply', 'succeeded'],
      ['rollout', 'succeeded'],
    ]);
    const { state, steps: told } = run.world.pipeline.view();
    expect(state).toBe('succeeded');
    expect(told.at(-1)!.message).toBe('deployment "web" successfully rolled out');
    const events = run.world.kernel.trace.slice(1);
    const writes = events.filter((event) => event.type === 'api.request' && event.data.verb === 'create');
    expect(writes.some((event) => event.type === 'api.request' && event.data.from === 'client/pipeline')).toBe(true);
    const started = events.find(
      (event) => event.type === 'container.start' && event.object?.name.startsWith('web-') === true,
    )!;
    const root = run.world.kernel.trace.chain(started.seq).at(-1)!;
    expect(root.type === 'command' && root.data.title).toBe('release v1');
  });

  it('that does not roll out in time is rolled back to what was applied before', () => {
    const run = begin();
    const steps = released(run, order('v1', GOOD), order('v2', BAD));
    expect(steps).toEqual([
      ['apply', 'succeeded'],
      ['rollout', 'failed'],
      ['rollback', 'succeeded'],
    ]);
    const { state, steps: told } = run.world.pipeline.view();
    expect(state).toBe('rolledBack');
    expect(told[1]!.message).toBe('timed out after 60s');
    expect(imageOf(run)).toBe('nginx:1.27');
    expect(podsOf(run.world, 'web')).toHaveLength(2);
  });

  it('of a partitioned StatefulSet is done when the pods above the partition are new', () => {
    const run = begin();
    const set = (image: string): string =>
      `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  replicas: 3\n  selector: {matchLabels: {app: db}}\n  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}\n  template:\n    metadata: {labels: {app: db}}\n    spec: {containers: [{name: db, image: "${image}"}]}\n`;
    released(run, order('v1', set('nginx:1.27')));
    const steps = released(run, order('v2', set('nginx:1.28')));
    expect(steps.at(-1)).toEqual(['rollout', 'succeeded']);
    expect(run.world.pipeline.view().steps.at(-1)!.message).toBe(
      'partitioned roll out complete: 1 new pods have been updated...',
    );
  });

  it('of a workload that is updated by hand cannot be waited for, as with kubectl', () => {
    const run = begin();
    const agent = `apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec:\n  updateStrategy: {type: OnDelete}\n  selector: {matchLabels: {app: agent}}\n  template:\n    metadata: {labels: {app: agent}}\n    spec: {containers: [{name: agent, image: "nginx:1.27"}]}\n`;
    released(run, order('v1', agent, { rollsBack: false }));
    expect(run.world.pipeline.view().steps.at(-1)).toMatchObject({
      step: 'rollout',
      outcome: 'failed',
      message: 'rollout status is only available for RollingUpdate strategy type',
    });
  });

  it('writes what it applied as kubectl would, byte for byte', () => {
    const run = begin();
    const text = 'kind: ConfigMap\napiVersion: v1\ndata: {b: "<&>", a: "1"}\nmetadata: {name: signs}\n';
    released(run, order('v1', text));
    const { annotations } = run.world.find('configmaps', 'default', 'signs')!.metadata;
    expect(annotations!['kubectl.kubernetes.io/last-applied-configuration']).toBe(
      `{"apiVersion":"v1","data":{"a":"1","b":"\\u003c\\u0026\\u003e"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"signs","namespace":"default"}}\n`,
    );
  });

  it('that fails where nothing was before is taken away again', () => {
    const run = begin();
    released(run, order('v1', BAD));
    expect(run.world.pipeline.view().state).toBe('rolledBack');
    expect(run.world.find('deployments.apps', 'default', 'web')).toBeUndefined();
    expect(run.world.find('services', 'default', 'web')).toBeUndefined();
  });

  it('stays as it is after a failure where nobody wants it back', () => {
    const run = begin();
    released(run, order('v1', GOOD), order('v2', BAD, { rollsBack: false }));
    expect(run.world.pipeline.view().state).toBe('failed');
    expect(imageOf(run)).toBe('nginx:no-such-tag');
  });

  it('is tested from inside the cluster, and its test pod is gone afterwards', () => {
    const run = begin();
    expect(released(run, order('v1', GOOD, { testUrl: 'http://web' })).at(-1)).toEqual(['test', 'succeeded']);
    expect([...run.world.list('pods', 'default')].map(({ metadata }) => metadata.name).join()).not.toContain(
      'release-',
    );
    const steps = released(run, order('v2', GOOD, { testUrl: 'http://nobody' }));
    expect(steps.slice(-2)).toEqual([
      ['test', 'failed'],
      ['rollback', 'succeeded'],
    ]);
  });

  it('that the API server refuses says so, and a text that cannot be read begins nothing', () => {
    const run = begin();
    released(run, order('v1', GOOD.replace('replicas: 2', 'replicas: -2')));
    expect(run.world.pipeline.view().steps[0]).toMatchObject({ step: 'apply', outcome: 'failed' });
    const { number } = run.world.pipeline.view();
    expect(run.command(order('v2', 'kind: [', {}), false).faults).not.toHaveLength(0);
    expect(run.world.pipeline.view().number).toBe(number);
  });

  it('takes the place of the one under way', () => {
    const run = begin();
    run.command(order('v1', BAD), false);
    run.advance(run.now + 5_000);
    released(run, order('v2', GOOD));
    expect(run.world.pipeline.view()).toMatchObject({ number: 2, name: 'v2', state: 'succeeded' });
  });

  it('rewinds in the middle, and travels in a link', () => {
    const run = begin();
    released(run, order('v1', GOOD), order('v2', BAD));
    const [end, hash] = [run.now, run.world.hash()];
    run.seek(end - 150_000);
    expect(run.world.pipeline.view().state).toBe('waiting');
    run.seek(end);
    expect(run.world.hash()).toBe(hash);
    const other = new Run(decodeShareLink(encodeShareLink(run.toScenario({ speed: 1 }))));
    other.seek(end);
    expect(other.world.hash()).toBe(hash);
  });
});
