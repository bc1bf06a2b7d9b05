import { describe, expect, it } from 'vitest';
import type { DecisionRecord } from '../../src/run/types.ts';
import { cellOf, changesBetween, rowsOf, stepsOf, type Step } from '../../src/ui/features/decision/decision-model.ts';
import { groupDigits, labelKey, withUnits } from '../../src/ui/features/decision/formula.ts';
import { heatOf } from '../../src/ui/features/decision/stage-marks.ts';
import { en } from '../../src/ui/i18n/en.ts';
import { ko } from '../../src/ui/i18n/ko.ts';
import { advance, apply, bootWorld, deployment, request } from '../support/world.ts';

const requests = (cpu: string): string => `          resources:\n            requests: { cpu: ${cpu}, memory: 64Mi }\n`;

/** A pod that has every plugin compare or calculate something. */
const PARTICULAR = `apiVersion: v1
kind: Pod
metadata: {name: one, labels: {app: particular}}
spec:
  affinity:
    nodeAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 5
          preference: {matchExpressions: [{key: topology.kubernetes.io/zone, operator: Exists}]}
    podAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 7
          podAffinityTerm:
            topologyKey: topology.kubernetes.io/zone
            labelSelector: {matchLabels: {app: particular}}
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector: {matchLabels: {app: particular}}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: DoNotSchedule
      labelSelector: {matchLabels: {app: particular}}
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: {matchLabels: {app: particular}}
  containers:
    - name: main
      image: nginx:1.27
      ports: [{containerPort: 80, hostPort: 8080}]
      resources: {requests: {cpu: 100m, memory: 64Mi, ephemeral-storage: 1Gi}}
`;

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
});

describe('the stage at a step', () => {
  const totals = Object.fromEntries(scheduled.nodes.map(({ node, total }) => [node, total]));

  it('has numbers where nodes are scored, the best at 100', () => {
    const heat = heatOf(scheduled, step('Total'))!;
    expect(heat.kind).toBe('score');
    expect(Object.keys(heat.scores).sort()).toEqual(Object.keys(totals).sort());
    expect(heat.scores[scheduled.node!]).toBe(100);
    const plugin = heatOf(scheduled, step('Score', 'ImageLocality'))!;
    for (const { node, scores } of scheduled.nodes)
      expect(plugin.scores[node]).toBe(scores!['ImageLocality']!.normalized);
  });

  it('crosses nodes out at the filter that turned them down, and at no other', () => {
    expect(heatOf(failed, step('Filter', 'NodeResourcesFit'))).toEqual({
      kind: 'filter',
      title: 'NodeResourcesFit',
      scores: {},
      rejected: failed.nodes.map(({ node }) => node),
    });
    expect(heatOf(failed, step('Filter', 'TaintToleration'))).toBeUndefined();
  });

  it('says nothing at steps that say nothing of nodes', () => {
    for (const point of ['PreEnqueue', 'QueueSort', 'PreFilter', 'PreScore', 'Reserve', 'Bind'] as const)
      expect([point, heatOf(scheduled, step(point, 'any'))]).toEqual([point, undefined]);
    expect(heatOf(failed, step('PostFilter', 'DefaultPreemption'))).toBeUndefined();
    expect(heatOf(failed, { ...step('Filter', 'NodeResourcesFit'), isSkipped: true })).toBeUndefined();
  });
});

describe('the texts', () => {
  const inBoth = (keys: readonly string[], of: (texts: typeof en | typeof ko) => object): void => {
    for (const texts of [en, ko]) expect(keys.filter((key) => !(key in of(texts)))).toEqual([]);
  };

  it('say of every plugin of the profile what it is for', () => {
    const plugins = [scheduled, failed].flatMap(({ phases }) => phases.flatMap((phase) => phase.plugins));
    expect(new Set(plugins).size).toBeGreaterThan(18);
    inBoth(plugins, ({ decision }) => decision.plugin);
  });

  it('name every line of the arithmetic that is not a pair of a label', () => {
    const particular = bootWorld();
    const taint = { spec: { taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] } };
    const [first] = [...particular.list('nodes')];
    const headers = { 'content-type': 'application/merge-patch+json' };
    request(particular, 'PATCH', `/api/v1/nodes/${first!.metadata.name}`, taint, headers);
    apply(particular, PARTICULAR);
    apply(particular, PARTICULAR.replace('name: one', 'name: two'));
    advance(particular, 20);
    const labels = particular
      .decisions({ namespace: 'default' })
      .flatMap(({ attempt }) => particular.decision(attempt)!.nodes)
      .flatMap(({ arithmetic = {} }) => Object.values(arithmetic).flat())
      .map(({ label }) => label)
      .filter((label) => !/[=/]/.test(label));
    const keys = [...new Set(labels)].map(labelKey);
    expect(keys).toEqual(expect.arrayContaining(['host-ports', 'sum-rounded', 'first-untolerated-taint', 'deviation']));
    inBoth(keys, ({ decision }) => decision.label);
  });
});

describe('the arithmetic', () => {
  it('of a normalised spread holds real numbers, and comes to the score', () => {
    for (const { arithmetic, scores } of scheduled.nodes) {
      const lines = arithmetic!['PodTopologySpread/score']!;
      const { expression, result } = lines.find(({ label }) => label === 'normalized')!;
      expect(result).toBe(scores!['PodTopologySpread']!.normalized);
      const [, high, low, raw, divisor] =
        /^100 × \((\d+) \+ (\d+) − (\d+)\) \/ (\d+)$/.exec(expression)?.map(Number) ?? [];
      if (divisor) expect(Math.trunc((100 * (high! + low! - raw!)) / divisor)).toBe(result);
      else expect(expression).toBe('100');
    }
  });

  it('groups digits and says bytes in the unit that suits them', () => {
    expect(groupDigits('(13743895347 − 209715200) × 100 / 13743895347')).toBe(
      '(13,743,895,347 − 209,715,200) × 100 / 13,743,895,347',
    );
    expect(groupDigits('0.98765 + 12')).toBe('0.98765 + 12');
    expect(withUnits('(13743895347 − 209715200) × 100')).toBe('(12.8 Gi − 200 Mi) × 100');
    expect(withUnits('(1900 − 420) × 100 / 1900')).toBeUndefined();
  });
});
