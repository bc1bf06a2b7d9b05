import { describe, expect, it } from 'vitest';
import type { DecisionRecord } from '../../src/run/types.ts';
import { defaultPool } from '../../src/sim/azure/index.ts';
import { cellOf } from '../../src/ui/features/decision/decision-model.ts';
import {
  candidateRows,
  CRITERIA,
  decidingCriterion,
  obstacles,
} from '../../src/ui/features/decision/preemption-model.ts';
import { advance, apply, bootWorld } from '../support/world.ts';

const pod = (name: string, priorityClass: string, cpu: string, node?: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  priorityClassName: ${priorityClass}
${node ? `  nodeSelector: {kubernetes.io/hostname: ${node}}\n` : ''}  containers:
    - name: main
      image: nginx
      resources: {requests: {cpu: ${cpu}}}
`;
const classes = [1, 2, 3]
  .map(
    (value) =>
      `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: p${value}}\nvalue: ${value * 100}\n`,
  )
  .join('---\n');

/** Two nodes, each filled with pods of the given priorities; then a pod that needs a node for itself. */
function preempting(first: readonly string[], second: readonly string[]): DecisionRecord {
  const world = bootWorld({ preset: 'plain', pools: [defaultPool('nodepool1', 'System', 2)] });
  const nodes = [...world.list('nodes')].map(({ metadata }) => metadata.name);
  apply(world, classes);
  for (const [index, priorities] of [first, second].entries()) {
    const cpu = `${Math.floor(3800 / priorities.length)}m`;
    apply(world, priorities.map((name, at) => pod(`n${index}-${at}`, name, cpu, nodes[index])).join('---\n'));
  }
  advance(world, 10);
  apply(world, pod('urgent', 'p3', '3500m'));
  advance(world, 5);
  const [attempt] = world.decisions({ namespace: 'default', pod: 'urgent' });
  expect(attempt!.outcome).toBe('preempting');
  return world.decision(attempt!.attempt)!;
}

describe('the candidates of a preemption', () => {
  it.each([
    ['highestPriority', ['p2'], ['p1', 'p1']],
    ['prioritySum', ['p1'], ['p1', 'p1']],
  ] as const)('are told apart by the criterion that the scheduler went by: %s', (criterion, first, second) => {
    const record = preempting(first, second);
    const rows = candidateRows(record.postFilter!);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ isChosen: true, node: record.postFilter!.nominatedNode, lostAt: undefined });
    expect(rows[1]!.lostAt).toBe(criterion);
    expect(decidingCriterion(rows)).toBe(criterion);
  });

  it('name every victim with its priority, and agree with the pods that the scheduler sent away', () => {
    const { postFilter } = preempting(['p2'], ['p1', 'p1']);
    const [chosen] = candidateRows(postFilter!);
    expect(chosen!.victims.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(postFilter!.victims);
    expect(chosen!.values).toMatchObject({ pdbViolations: 0, highestPriority: 100, victimCount: 2 });
  });

  it('stand beside the nodes that cannot be freed, by what stands in the way there', () => {
    const postFilter = {
      status: 'Unschedulable',
      message: '',
      hopeless: ['a', 'b'].map((node) => ({
        node,
        plugin: 'NodeResourcesFit',
        code: 'Unschedulable' as const,
        reasons: ['Insufficient cpu'],
      })),
      notHelpful: ['c', 'd', 'e'],
    };
    expect(obstacles(postFilter)).toEqual([
      { reason: undefined, nodes: ['c', 'd', 'e'] },
      { reason: 'Insufficient cpu', nodes: ['a', 'b'] },
    ]);
    const record = preempting(['p2'], ['p1', 'p1']);
    expect(obstacles(record.postFilter!)).toEqual([]);
    const step = { point: 'PostFilter', plugin: 'DefaultPreemption', isSkipped: false } as const;
    const cells = record.nodes.map((node) =>
      cellOf({ ...record, postFilter: { ...record.postFilter!, ...postFilter, notHelpful: [node.node] } }, node, step),
    );
    expect(cells).toEqual([
      { kind: 'candidate', victims: 1, isNominated: false },
      { kind: 'candidate', victims: 2, isNominated: true },
    ]);
    const none = { ...postFilter, notHelpful: record.nodes.map(({ node }) => node) };
    expect(record.nodes.map((node) => cellOf({ ...record, postFilter: none }, node, step).kind)).toEqual([
      'notHelpful',
      'notHelpful',
    ]);
  });

  it('fall behind one criterion after the other, and those that are equal are tied', () => {
    const victim = (name: string, priority: number, startTime: string) => ({
      namespace: 'default',
      name,
      priority,
      startTime,
    });
    const candidate = (node: string, pdbViolations: number, ...victims: readonly ReturnType<typeof victim>[]) => ({
      node,
      pdbViolations,
      victims,
    });
    const rows = candidateRows({
      status: 'Success',
      message: '',
      nominatedNode: 'late',
      candidates: [
        candidate('protected', 1, victim('a', 0, '2026-01-01T00:00:09Z')),
        candidate('early', 0, victim('b', 5, '2026-01-01T00:00:01Z')),
        candidate('late', 0, victim('c', 5, '2026-01-01T00:00:08Z')),
        candidate('equal', 0, victim('d', 5, '2026-01-01T00:00:08Z')),
      ],
    });
    expect(rows.map(({ node, lostAt }) => [node, lostAt])).toEqual([
      ['late', undefined],
      ['equal', undefined],
      ['early', 'latestStart'],
      ['protected', 'pdbViolations'],
    ]);
    expect(CRITERIA).toHaveLength(5);
  });
});
