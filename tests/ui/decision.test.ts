import { describe, expect, it } from 'vitest';
import type { DecisionRecord } from '../../src/run/types.ts';
import {
  cellOf,
  changesBetween,
  rejectionsOf,
  rowsOf,
  stepsOf,
  type Step,
} from '../../src/ui/features/decision/decision-model.ts';
import { groupDigits, withUnits } from '../../src/ui/features/decision/formula.ts';
import { advance, apply, bootWorld, deployment } from '../support/world.ts';

const requests = (cpu: string): string => `          resources:\n            requests: { cpu: ${cpu}, memory: 64Mi }\n`;

const world = bootWorld();
apply(world, deployment('web', 3, 'nginx:1.27', requests('100m')));
apply(world, deployment('huge', 1, 'nginx:1.27', requests('1900')));
apply(world, deployment('full', 1, 'nginx:1.27', requests('1700m')));
advance(world, 20);
const recordsOf = (app: string): readonly DecisionRecord[] =>
  world
    .decisions({ namespace: 'default' })
    .filter(({ pod }) => pod.startsWith(`${app}-`))
    .map(({ attempt }) => world.decision(attempt)!);

const scheduled = recordsOf('web')[0]!;
const failed = recordsOf('huge')[0]!;
const step = (point: Step['point'], plugin?: string): Step => ({
  point,
  isSkipped: false,
  ...(plugin ? { plugin } : {}),
});

describe('the steps of an attempt', () => {
  it('go extension point by extension point, plugin by plugin, to the binding', () => {
    const steps = stepsOf(scheduled);
    expect([...new Set(steps.map(({ point }) => point))]).toEqual([
      'PreEnqueue',
      'QueueSort',
      'PreFilter',
      'Filter',
      'PreScore',
      'Score',
      'NormalizeScore',
      'Total',
      'Pick',
      'Reserve',
      'Permit',
      'PreBind',
      'Bind',
      'PostBind',
    ]);
    expect(steps.filter(({ point }) => point === 'Filter').map(({ plugin }) => plugin)).toEqual(
      scheduled.filterPlugins,
    );
  });

  it('end with PostFilter when no node is left', () => {
    expect(stepsOf(failed).at(-1)).toMatchObject({ point: 'PostFilter', plugin: 'DefaultPreemption' });
    expect(stepsOf(failed).some(({ point }) => point === 'Score')).toBe(false);
  });

  it('keep skipped plugins in sight', () => {
    expect(stepsOf(scheduled)).toContainEqual({ point: 'Filter', plugin: 'NodePorts', isSkipped: true });
  });
});

describe('a node at a step', () => {
  it('passes until a plugin turns it down, and is out from then on', () => {
    const [node] = failed.nodes;
    expect(cellOf(failed, node!, step('Filter', 'TaintToleration'))).toEqual({ kind: 'passed' });
    expect(cellOf(failed, node!, step('Filter', 'NodeResourcesFit'))).toMatchObject({
      kind: 'rejected',
      reasons: ['Insufficient cpu'],
    });
    expect(cellOf(failed, node!, step('Score', 'ImageLocality'))).toEqual({ kind: 'out', by: 'NodeResourcesFit' });
  });

  it('has a total that is the sum of its weighted scores, and the chosen one has the highest', () => {
    for (const node of scheduled.nodes) {
      const sum = Object.values(node.scores!).reduce((total, { weighted }) => total + weighted, 0);
      expect(node.total).toBe(sum);
    }
    const [best] = rowsOf(scheduled, step('Total'), {
      order: { by: 'value', isReversed: false },
      filter: 'all',
      text: '',
    });
    expect(scheduled.tied).toContain(best!.node);
    expect(scheduled.tied).toContain(scheduled.node);
  });

  it('can be found by name and by verdict', () => {
    const all = { by: 'node', isReversed: true } as const;
    const rows = rowsOf(failed, step('Total'), { order: all, filter: 'rejected', text: 'VMSS000001' });
    expect(rows.map(({ node }) => node)).toEqual([expect.stringMatching(/vmss000001$/)]);
    expect(rowsOf(failed, step('Total'), { order: all, filter: 'feasible', text: '' })).toEqual([]);
    const names = rowsOf(scheduled, step('Total'), { order: all, filter: 'all', text: '' }).map(({ node }) => node);
    expect(names).toEqual([...names].sort().reverse());
  });
});

describe('two attempts', () => {
  it('differ where nodes came out otherwise, and nowhere else', () => {
    expect(changesBetween(failed, failed)).toEqual([]);
    const changes = changesBetween(failed, scheduled);
    expect(changes).toHaveLength(scheduled.nodes.length);
    expect(changes[0]!.before).toMatchObject({ rejectedBy: 'NodeResourcesFit', reasons: ['Insufficient cpu'] });
    expect(changes[0]!.after).toMatchObject({ total: expect.any(Number) as number });
  });

  it('are explained by the reasons counted', () => {
    expect(rejectionsOf(failed)).toEqual([
      { plugin: 'NodeResourcesFit', reason: 'Insufficient cpu', count: failed.nodes.length },
    ]);
  });
});

describe('the arithmetic', () => {
  it('groups digits and says bytes in the unit that suits them', () => {
    expect(groupDigits('(13743895347 − 209715200) × 100 / 13743895347')).toBe(
      '(13,743,895,347 − 209,715,200) × 100 / 13,743,895,347',
    );
    expect(groupDigits('0.98765 + 12')).toBe('0.98765 + 12');
    expect(withUnits('(13743895347 − 209715200) × 100')).toBe('(12.8 Gi − 200 Mi) × 100');
    expect(withUnits('(1900 − 420) × 100 / 1900')).toBeUndefined();
  });
});
