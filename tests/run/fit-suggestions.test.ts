import { expect, it } from 'vitest';
import { defaultPool } from '../../src/sim/azure/index.ts';
import { fitSuggestions } from '../../src/run/index.ts';
import type { World } from '../../src/sim/world.ts';
import { advance, apply, bootWorld, podsOf } from '../support/world.ts';

const world = (taints: ReturnType<typeof defaultPool>['taints'] = []): World =>
  bootWorld({ preset: 'plain', pools: [{ ...defaultPool('nodepool1', 'System', 1), taints }] });

const deployment = (spec: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: main, image: nginx${spec}`;

const suggest = (cluster: World): ReturnType<typeof fitSuggestions> => {
  advance(cluster, 5);
  const before = cluster.hash();
  const found = fitSuggestions(cluster, 'default', podsOf(cluster, 'web')[0]!.metadata.name);
  expect(cluster.hash()).toBe(before);
  return found;
};

it('lowers a request to what the node has left, as an edit of the Deployment that works when applied', () => {
  const cluster = world();
  apply(cluster, deployment(', resources: {requests: {cpu: "6"}}}]\n'));
  const [first] = suggest(cluster);
  expect(first).toMatchObject({
    kind: 'lower-request',
    target: { kind: 'Deployment', namespace: 'default', name: 'web' },
    values: { container: 'main', resource: 'cpu', from: '6' },
  });
  expect(first!.after).toContain(`cpu: ${first!.values['to']}`);
  apply(cluster, deployment(`, resources: {requests: {cpu: ${first!.values['to']}}}}]\n`));
  advance(cluster, 30);
  expect(podsOf(cluster, 'web').some(({ spec }) => spec?.nodeName === first!.node)).toBe(true);
});

it('tolerates the taint that keeps the pod away, and leaves out what was tried and does not help', () => {
  const cluster = world([{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }]);
  apply(cluster, deployment('}]\n'));
  expect(suggest(cluster).map(({ kind, values }) => [kind, values])).toEqual([
    ['add-toleration', { toleration: 'dedicated=gpu:NoSchedule' }],
  ]);
  const picky = world([{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }]);
  apply(picky, deployment('}]\n      nodeSelector: {disk: ssd}\n'));
  expect(suggest(picky)).toEqual([]);
});
