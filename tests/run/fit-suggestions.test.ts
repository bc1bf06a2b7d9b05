import { expect, it } from 'vitest';
import { defaultPool, plainOptions } from '../../src/sim/azure/index.ts';
import {
  beginFit,
  decodeScenario,
  finish,
  fitEdit,
  fitSuggestions,
  Run,
  SCENARIO_VERSION,
} from '../../src/run/index.ts';
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

const nodesOf = (cluster: World): readonly string[] => [...cluster.list('nodes')].map(({ metadata }) => metadata.name);

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
  apply(cluster, deployment(`, resources: {requests: {cpu: ${first!.values['to']}}}}]\n`));
  advance(cluster, 30);
  expect(podsOf(cluster, 'web').some(({ spec }) => spec?.nodeName === first!.node)).toBe(true);
});

it('tolerates the taint that keeps the pod away, and leaves out what was tried and does not help', () => {
  const cluster = world([{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }]);
  apply(cluster, deployment('}]\n'));
  expect(suggest(cluster).map(({ kind, values }) => [kind, values])).toEqual([
    ['add-toleration', { toleration: 'dedicated=gpu:NoSchedule' }],
    ['remove-taint', { node: nodesOf(cluster)[0], taint: 'dedicated=gpu:NoSchedule' }],
  ]);
  const picky = world([{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }]);
  apply(picky, deployment('}]\n      nodeSelector: {disk: ssd}\n'));
  expect(suggest(picky)).toEqual([]);
});

it('offers the label that a node lacks and the selector that asks for it, and the label does what it says', () => {
  const cluster = world();
  apply(cluster, deployment('}]\n      nodeSelector: {disk: ssd}\n'));
  const found = suggest(cluster);
  expect(found.map(({ kind }) => kind)).toEqual(['add-node-label', 'remove-node-selector']);
  const [label] = found;
  const [node] = nodesOf(cluster);
  expect(label).toMatchObject({
    values: { node, label: 'disk=ssd' },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
    node,
  });
  apply(cluster, label!.after);
  advance(cluster, 30);
  expect(podsOf(cluster, 'web')[0]!.spec?.nodeName).toBe(node);
});

it('never offers a label that the kubelet or the cloud owns', () => {
  const cluster = world();
  apply(cluster, deployment('}]\n      nodeSelector: {topology.kubernetes.io/zone: mars}\n'));
  expect(suggest(cluster).map(({ kind }) => kind)).toEqual(['remove-node-selector']);
});

it('uncordons a node, by an edit of the Node that works when applied', () => {
  const cluster = world();
  const [node] = nodesOf(cluster);
  apply(cluster, `apiVersion: v1\nkind: Node\nmetadata: {name: ${node}}\nspec: {unschedulable: true}\n`);
  advance(cluster, 5);
  apply(cluster, deployment('}]\n'));
  const found = suggest(cluster);
  expect(found[0]).toMatchObject({ kind: 'uncordon-node', values: { node }, node });
  expect(found.map(({ kind }) => kind)).toContain('scale-pool');
  apply(cluster, found[0]!.after);
  advance(cluster, 30);
  expect(podsOf(cluster, 'web')[0]!.spec?.nodeName).toBe(node);
});

it('adds a node to a pool where one is full, by a command that the log and a link can hold', () => {
  const options = { ...plainOptions('full'), pools: [defaultPool('nodepool1', 'System', 1)] };
  const run = new Run(decodeScenario({ version: SCENARIO_VERSION, options }));
  run.command({ verb: 'apply', file: 'a.yaml', text: deployment(', resources: {requests: {cpu: "3"}}}]\n') }, false);
  run.command(
    {
      verb: 'apply',
      file: 'a.yaml',
      text: deployment(', resources: {requests: {cpu: "3"}}}]\n').replace('name: web', 'name: full'),
    },
    false,
  );
  run.advance(run.now + 5_000);
  const pending = podsOf(run.world, 'web').find(({ spec }) => !spec?.nodeName)!;
  const found = fitSuggestions(run.world, 'default', pending.metadata.name);
  const more = found.find(({ kind }) => kind === 'scale-pool')!;
  expect(more).toMatchObject({
    values: { pool: 'nodepool1', from: '1', to: '2' },
    command: { verb: 'scale-pool', pool: 'nodepool1', count: 2 },
  });
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  run.command(more.command!, false);
  run.advance(run.now + 60_000);
  expect(nodesOf(run.world)).toHaveLength(2);
  expect(run.world.find('pods', 'default', pending.metadata.name)).toMatchObject({ spec: { nodeName: more.node } });
  expect(run.world.fork().hash()).toBe(run.world.hash());
  expect(() => run.command({ verb: 'scale-pool', pool: 'nodepool1', count: 1 }, false)).toThrow('has 2 nodes');
  expect(() => run.command({ verb: 'scale-pool', pool: 'other', count: 1 }, false)).toThrow('no pool other');
  expect(decodeScenario(JSON.parse(JSON.stringify(run.toScenario({ speed: 1 })))).commands.at(-1)!.command).toEqual(
    more.command,
  );
});

it('raises the priority by an existing class where a host port is taken, and names who has to go', () => {
  const cluster = world();
  const port = ', ports: [{containerPort: 80, hostPort: 80}]}]\n';
  apply(cluster, 'apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: urgent}\nvalue: 100\n');
  apply(cluster, deployment(port).replace('name: web', 'name: first').replaceAll('app: web', 'app: first'));
  advance(cluster, 5);
  apply(cluster, deployment(port));
  const found = suggest(cluster);
  expect(found.map(({ kind }) => kind)).toEqual(['remove-host-port', 'scale-pool', 'raise-priority']);
  const [victim] = podsOf(cluster, 'first');
  expect(found.at(-1)).toMatchObject({
    values: { priorityClass: 'urgent', value: '100' },
    victims: [`default/${victim!.metadata.name}`],
  });
});

it('edits the text that holds the object, or writes one where none does', () => {
  const cluster = world();
  const text = `# Mine\n${deployment(', resources: {requests: {cpu: "6"}}}]\n')}`;
  apply(cluster, text);
  advance(cluster, 5);
  const [fit] = finish(beginFit(cluster, 'default', podsOf(cluster, 'web')[0]!.metadata.name));
  const to = fit!.suggestion.values['to']!;
  expect(fitEdit(fit!, { 'other.yaml': 'kind: Nothing\n', 'mine.yaml': text })).toMatchObject({
    file: 'mine.yaml',
    isNew: false,
    isReplaced: false,
    after: text.replace('"6"', to),
  });
  const fresh = fitEdit(fit!, {})!;
  expect(fresh).toMatchObject({ file: 'deployment-web.yaml', isNew: true });
  expect(fresh.after).toContain(`cpu: ${to}`);
  expect(fresh.after).not.toMatch(/uid:|resourceVersion:|status:/);
  apply(cluster, fresh.after);
  advance(cluster, 30);
  expect(podsOf(cluster, 'web').some(({ spec }) => spec?.nodeName === fit!.suggestion.node)).toBe(true);
});

it('a change of the cluster is a command, with the line that a person would type', () => {
  const run = new Run(
    decodeScenario({
      version: SCENARIO_VERSION,
      options: { ...plainOptions('cordoned'), pools: [defaultPool('nodepool1', 'System', 1)] },
    }),
  );
  const [node] = nodesOf(run.world);
  const cordon = `apiVersion: v1\nkind: Node\nmetadata: {name: ${node}}\nspec: {unschedulable: true}\n`;
  run.command({ verb: 'apply', file: 'n.yaml', text: cordon }, false);
  run.advance(run.now + 5_000);
  run.command({ verb: 'apply', file: 'a.yaml', text: deployment('}]\n') }, false);
  run.advance(run.now + 5_000);
  const [pod] = podsOf(run.world, 'web');
  const [fit] = finish(beginFit(run.world, 'default', pod!.metadata.name));
  expect([fit!.suggestion.line, fitEdit(fit!, {})]).toEqual([`kubectl uncordon ${node}`, undefined]);
  run.command(fit!.suggestion.command!, false);
  run.advance(run.now + 30_000);
  expect(podsOf(run.world, 'web')[0]!.spec?.nodeName).toBe(node);
});
