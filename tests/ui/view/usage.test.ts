/** What a program is declared to use, all the way: through metrics to `kubectl top`, to an autoscaler, and to the bars of the picture. */
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import { describe, expect, it } from 'vitest';
import { parseScenario, Run, terminalOf, typeLine } from '../../../src/run/index.ts';
import { kubectlEngine } from '../../../src/shell/kubectl-engine.ts';
import type { Stored } from '../../../src/sim/api/object.ts';
import { StageBuilder } from '../../../src/ui/view/stage.ts';
import { eventsOf, podsOf } from '../../support/world.ts';

const manifest = (cpu: string): string => `apiVersion: pilothouse.dev/v1
kind: Workload
metadata: { name: shop }
spec: { image: acme/shop, usage: { cpu: ${cpu}, memory: 64Mi } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers:
        - { name: shop, image: 'acme/shop:1', resources: { requests: { cpu: 200m, memory: 64Mi } } }
`;

const AUTOSCALER = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: shop }
  minReplicas: 2
  maxReplicas: 10
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } } }]
`;

const begin = (cpu: string): Run => {
  const run = new Run(parseScenario('seed: usage\n'), () => kubectlEngine);
  run.command({ verb: 'apply', file: 'shop.yaml', text: manifest(cpu) }, false);
  return run;
};

const pass = (run: Run, ms: number): boolean => run.advance(run.now + ms);

function screen(run: Run, line: string): string {
  const before = terminalOf(run.world).view().text;
  const outcome = typeLine(run, { line }, {}, false);
  if (outcome.kind === 'looked') return outcome.text;
  return terminalOf(run.world).view().text.slice(before.length);
}

/** Used processor time of all nodes' bars, in thousandths of a core. */
function barsOf(run: Run): number {
  const records = new Map(
    [...run.world.objects()].map(({ resource, object }): [string, Stored] => [
      `${resource}|${object.metadata.namespace ? `${object.metadata.namespace}/` : ''}${object.metadata.name}`,
      object,
    ]),
  );
  const stage = new StageBuilder('wide').build(records, run.world.nodeUsage(), { namespace: '', text: '' });
  return [...stage.nodes.values()].reduce((sum, { cpu }) => sum + cpu.used, 0);
}

describe('declared usage', () => {
  it('reaches kubectl top, an autoscaler that takes a step by it, and the bars', () => {
    const run = begin('300m');
    const idle = barsOf(run);
    pass(run, 70_000);
    expect(screen(run, 'kubectl top pods -l app=shop --no-headers')).toMatch(/shop-\S+ +300m +64Mi/);
    run.command({ verb: 'apply', file: 'hpa.yaml', text: AUTOSCALER }, false);
    pass(run, 60_000);
    const hpa = run.world.find(
      'horizontalpodautoscalers.autoscaling',
      'default',
      'shop',
    ) as Stored<HorizontalPodAutoscaler>;
    pass(run, 300_000);
    // 150 % of what is requested, against 50 %: at most doubled at once; then pods without a measurement count as idle.
    const steps = eventsOf(run.world, hpa).filter((line) => line.startsWith('SuccessfulRescale'));
    expect(steps).toEqual(
      [4, 6, 10].map(
        (size) =>
          `SuccessfulRescale: New size: ${size}; reason: cpu resource utilization (percentage of request) above target`,
      ),
    );
    expect(podsOf(run.world, 'shop')).toHaveLength(10);
    expect(screen(run, 'kubectl get hpa shop --no-headers')).toMatch(/cpu: 150%\/50% +2 +10 +10/);
    expect(barsOf(run) - idle).toBeGreaterThanOrEqual(3_000);
  });

  it('that meets the target leaves the autoscaler and the bars where they are', () => {
    const run = begin('100m');
    pass(run, 70_000);
    run.command({ verb: 'apply', file: 'hpa.yaml', text: AUTOSCALER }, false);
    pass(run, 180_000);
    expect(podsOf(run.world, 'shop')).toHaveLength(2);
    expect(screen(run, 'kubectl get hpa shop --no-headers')).toMatch(/cpu: 50%\/50% +2 +10 +2/);
  });
});
