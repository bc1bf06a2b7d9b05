import { describe, expect, it } from 'vitest';
import { ANSWER_POINTS, parseScenario, Run, seriesOf, type ObjectSeries } from '../../src/run/index.ts';
import { METRICS_ADAPTER } from '../../src/lessons/gallery/metrics-adapter.ts';
import { deployment, service } from '../support/world.ts';

const WEB = deployment('web', 4, 'pilothouse/web:1.0');
const KEY = 'deployments.apps|default/web';

function start(): Run {
  return new Run(parseScenario('seed: x\n'));
}

function rolledOut(): Run {
  const run = start();
  run.command({ verb: 'apply', file: 'm.yaml', text: WEB }, false);
  run.advance(run.now + 30_000);
  run.command({ verb: 'apply', file: 'm.yaml', text: WEB.replace('web:1.0', 'web:1.1') }, false);
  run.advance(run.now + 60_000);
  return run;
}

const lastOf = ({ lines }: ObjectSeries, index: number) => lines[index]!.points.at(-1)!.values;

describe('the curves of an object', () => {
  it('tell how a rollout went, ReplicaSet by ReplicaSet', () => {
    const found = seriesOf(rolledOut(), KEY);
    expect(found.lines.map(({ key }) => key.split('|')[0])).toEqual([
      'deployments.apps',
      'replicasets.apps',
      'replicasets.apps',
    ]);
    expect(lastOf(found, 0)).toMatchObject({ desired: 4, updated: 4, available: 4 });
    const [, old, fresh] = found.lines;
    expect(old!.points.map(({ values }) => values['desired'])).toContain(3);
    expect(lastOf(found, 1)).toMatchObject({ desired: 0, replicas: 0 });
    expect(lastOf(found, 2)).toMatchObject({ desired: 4, ready: 4 });
    expect(fresh!.since).toBeGreaterThan(old!.since + 29_000);
    expect(found.rollout).toEqual({ surge: 1, unavailable: 1 });
  });

  it('end at the playhead, and are the same again whenever the run comes back', () => {
    const run = rolledOut();
    const [end, whole] = [run.now, seriesOf(run, KEY)];
    run.seek(run.startTime + 29_000);
    const past = seriesOf(run, KEY);
    expect(past.lines).toHaveLength(2);
    expect(lastOf(past, 1)).toMatchObject({ desired: 4, ready: 4 });
    expect(past.lines[0]!.points).toEqual(whole.lines[0]!.points.slice(0, past.lines[0]!.points.length));
    run.seek(end);
    expect(seriesOf(run, KEY)).toEqual(whole);
  });

  it('do not depend on how the run was driven', () => {
    const run = rolledOut();
    const again = new Run({ ...run.toScenario({ speed: 1 }), time: 0 });
    while (again.now < run.now) again.advance(Math.min(run.now, again.now + 777));
    expect(seriesOf(again, KEY)).toEqual(seriesOf(run, KEY));
  });

  it('of an autoscaler tell metrics of one name apart, and leave out what cannot be read', () => {
    const run = start();
    const metric = (target: string, name = 'http_requests_per_second'): string =>
      `{ type: Object, object: { metric: { name: ${name} }, describedObject: { apiVersion: v1, kind: Service, name: web }, target: { ${target} } } }`;
    const metrics = [
      metric('type: Value, value: 1'),
      metric('type: Value, value: 30'),
      metric('type: AverageValue, averageValue: 5'),
    ];
    const scaler = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 4
  maxReplicas: 4
  metrics: [${metrics[0]!.replace('http_requests_per_second', 'nope')}, ${metrics[1]}, ${metrics[2]}]
`;
    const visitor = `apiVersion: v1
kind: Pod
metadata: { name: visitor }
spec:
  containers:
  - name: visitor
    image: pilothouse/client:1.0
    env: [{ name: TARGET_URL, value: http://web }, { name: REQUESTS_PER_SECOND, value: '20' }]
`;
    const text = [METRICS_ADAPTER, WEB, service('web'), scaler, visitor].join('---\n');
    run.command({ verb: 'apply', file: 'm.yaml', text }, false);
    run.advance(run.now + 180_000);
    const values = lastOf(seriesOf(run, 'horizontalpodautoscalers.autoscaling|default/web'), 0);
    expect([values['value.0'], values['target.0'], values['target.1'], values['target.2']]).toEqual([null, 1, 30, 5]);
    expect(values['value.1']).toBeCloseTo(20, 0);
    expect(values['value.2']).toBeCloseTo(5, 0);
  });

  it('forget what a fork gives up', () => {
    const run = rolledOut();
    run.seek(run.startTime + 29_000);
    run.command({ verb: 'apply', file: 'm.yaml', text: WEB.replace('replicas: 4', 'replicas: 2') }, true);
    run.advance(run.now + 60_000);
    const found = seriesOf(run, KEY);
    expect(found.lines).toHaveLength(2);
    expect(lastOf(found, 0)).toMatchObject({ desired: 2, available: 2 });
    expect(Math.max(...found.lines[0]!.points.map(({ time }) => time))).toBeLessThanOrEqual(run.now);
  });

  it('keep the line of an owned object that is gone, with its end', () => {
    const run = rolledOut();
    const text = WEB.replace('replicas: 4', 'replicas: 4\n  revisionHistoryLimit: 0').replace('web:1.0', 'web:1.2');
    run.command({ verb: 'apply', file: 'm.yaml', text }, false);
    run.advance(run.now + 60_000);
    const { lines } = seriesOf(run, KEY);
    expect(lines.slice(1).map(({ until }) => until !== undefined)).toEqual([true, true, false]);
  });

  it('stay small, however long an object changes', () => {
    const run = start();
    run.command({ verb: 'apply', file: 'm.yaml', text: WEB }, false);
    run.advance(run.now + 20_000);
    for (let round = 0; round < 260; round += 1) {
      const body = JSON.stringify({ spec: { replicas: round % 2 } });
      const headers = { 'content-type': 'application/merge-patch+json' };
      const path = '/apis/apps/v1/namespaces/default/deployments/web';
      run.command({ verb: 'request', method: 'PATCH', path, headers, body }, false);
      run.advance(run.now + 2_000);
    }
    const { points } = seriesOf(run, KEY).lines[0]!;
    expect(points.length).toBeGreaterThan(100);
    expect(points.length).toBeLessThanOrEqual(ANSWER_POINTS);
    expect(points.map(({ time }) => time)).toEqual(points.map(({ time }) => time).sort((a, b) => a - b));
  });

  it('name the next runs of a CronJob by its schedule', () => {
    const run = start();
    const text = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
spec:
  schedule: '*/5 * * * *'
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: busybox:1.36
              command: ['sh', '-c', 'sleep 20']
`;
    run.command({ verb: 'apply', file: 'm.yaml', text }, false);
    run.advance(run.now + 700_000);
    const found = seriesOf(run, 'cronjobs.batch|default/report');
    expect(found.nextRuns).toHaveLength(5);
    expect(found.nextRuns![0]).toBeGreaterThan(run.now);
    expect(found.nextRuns![1]! - found.nextRuns![0]!).toBe(300_000);
    expect(found.lines.slice(1).map(({ key }) => key.split('|')[0])).toEqual(['jobs.batch', 'jobs.batch']);
    expect(lastOf(found, 1)).toMatchObject({ succeeded: 1, active: 0 });
  });

  it('are empty for a kind without numbers and for what is not there', () => {
    const run = start();
    expect(seriesOf(run, 'services|default/kubernetes').lines).toEqual([]);
    expect(seriesOf(run, 'deployments.apps|default/none').lines).toEqual([]);
  });
});
