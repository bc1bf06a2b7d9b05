/** What is wrong with HorizontalPodAutoscalers. Upstream: pkg/apis/autoscaling/validation/validation.go. */
import { expect, it } from 'vitest';
import { bootWorld } from '../../../support/world.ts';
import { post } from './post.ts';

const world = bootWorld({ preset: 'plain' });
const autoscaler = (rest: string, target = '{apiVersion: apps/v1, kind: Deployment, name: web}'): string =>
  `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: {maxReplicas: 3, scaleTargetRef: ${target}, ${rest}}\n`;
const METRIC = 'spec.metrics[0]';

it.each<readonly [string, readonly string[]]>([
  ['{type: Pods}', [`${METRIC}.pods: Required value: must populate information for the given metric source`]],
  [
    '{type: Pods, pods: {metric: {name: a/b}, target: {type: Value, value: "0"}}}',
    [
      `${METRIC}.pods.metric.name: Invalid value: "a/b": may not contain '/'`,
      `${METRIC}.pods.target.value: Invalid value: "0": must be positive`,
      `${METRIC}.pods.target.averageValue: Required value: must specify a positive target averageValue`,
    ],
  ],
  [
    '{type: Object, object: {describedObject: {kind: Service, name: ""}, metric: {name: ""}, target: {type: Mean}}}',
    [
      `${METRIC}.object.describedObject.name: Required value`,
      `${METRIC}.object.metric.name: Required value: must specify a metric name`,
      `${METRIC}.object.target.type: Invalid value: "Mean": must be either Utilization, Value, or AverageValue`,
      `${METRIC}.object.target.averageValue: Required value: must set either a target value or averageValue`,
    ],
  ],
  [
    '{type: External, external: {metric: {name: q}, target: {type: Value, value: "1", averageValue: "2"}}}',
    [`${METRIC}.external.target.value: Forbidden: may not set both a target value for metric and a per-pod target`],
  ],
  [
    '{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 0, averageValue: 1m}}}',
    [
      `${METRIC}.resource.target.averageUtilization: Invalid value: 0: must be greater than 0`,
      `${METRIC}.resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization`,
    ],
  ],
  [
    '{type: ContainerResource, containerResource: {name: "", container: "", target: {type: Utilization}}}',
    [
      `${METRIC}.containerResource.name: Required value: must specify a resource name`,
      `${METRIC}.containerResource.container: Required value: must specify a container`,
      `${METRIC}.containerResource.target.averageUtilization: Required value: must set either a target raw value or a target utilization`,
    ],
  ],
  [
    '{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 5}}, pods: {metric: {name: q}, target: {type: AverageValue, averageValue: "1"}}}',
    [`${METRIC}.pods: Forbidden: must populate the given metric source only`],
  ],
])('the metric %s', (metric, faults) => {
  expect(post(world, autoscaler(`metrics: [${metric}]`))).toMatchObject({ status: 422, faults });
});

it('a metric of no known type is said to be so twice', () => {
  const text = `${METRIC}.type: Unsupported value: "Queue": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"`;
  const { faults, message } = post(world, autoscaler('metrics: [{type: Queue}]'));
  expect(faults).toEqual([text, text]);
  expect(message).toBe(`HorizontalPodAutoscaler.autoscaling "a" is invalid: ${text}`);
});

it('a target by a name that is no part of a path', () => {
  expect(post(world, autoscaler('', '{apiVersion: apps/v1, kind: A%B, name: ..}')).faults).toEqual([
    `spec.scaleTargetRef.kind: Invalid value: "A%B": may not contain '%'`,
    `spec.scaleTargetRef.name: Invalid value: "..": may not be '..'`,
  ]);
});
