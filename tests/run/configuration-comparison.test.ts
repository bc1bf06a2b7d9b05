import { expect, it } from 'vitest';
import { compareConfigurations, priceOfNode } from '../../src/run/index.ts';
import { defaultPool } from '../../src/sim/azure/index.ts';
import { advance, apply, bootWorld } from '../support/world.ts';

const PACKING = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - plugins:
      score:
        disabled: [{name: PodTopologySpread}, {name: NodeResourcesBalancedAllocation}]
    pluginConfig:
      - name: NodeResourcesFit
        args:
          scoringStrategy:
            type: MostAllocated
            resources: [{name: cpu, weight: 1}, {name: memory, weight: 1}]
`;

it('two configurations on the same pods differ in placement, balance and cost, and the world stays as it is', () => {
  const world = bootWorld({ preset: 'plain', pools: [defaultPool('nodepool1', 'System', 4)] });
  apply(
    world,
    `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 8
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: nginx, resources: {requests: {cpu: 200m, memory: 200Mi}}}]}`,
  );
  advance(world, 10);
  const hash = world.hash();
  const { left, right, moved } = compareConfigurations(world, ['', PACKING], () => 0.25);
  expect(world.hash()).toBe(hash);
  expect(Object.keys(left.pods)).toHaveLength(8);
  expect([left.unscheduled, right.unscheduled]).toEqual([0, 0]);
  expect([left.usedNodes, right.usedNodes]).toEqual([4, 1]);
  expect([left.hourlyCost, right.hourlyCost]).toEqual([1, 0.25]);
  expect(left.cpuDeviation).toBeLessThan(right.cpuDeviation);
  expect(moved.length).toBeGreaterThanOrEqual(6);
});

it('costs what the machines of the nodes cost in their region, and says whose prices they are', () => {
  const world = bootWorld({ region: 'koreacentral', pools: [defaultPool('nodepool1', 'System', 2)] });
  const { hourlyCostOfAll, prices } = compareConfigurations(world, ['', ''], priceOfNode);
  expect(hourlyCostOfAll).toBeCloseTo(2 * 0.236);
  expect(prices).toEqual({ date: '2026-06-18', regions: ['koreacentral'], hoursAMonth: 730 });
});
