import { describe, expect, it } from 'vitest';
import { limit, replicasFor, stabilize } from '../../src/sim/controllers/index.ts';
import { allReady, columns, conditions, events, get, parity, patched, status, until, wait } from './support/parity.ts';
import { deployment, eventsOf } from '../support/world.ts';

const CALCULATOR = 'pkg/controller/podautoscaler/replica_calculator.go';
const HORIZONTAL = 'pkg/controller/podautoscaler/horizontal.go';

const NO_METRICS =
  'unable to get metrics for resource memory: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
const NO_CUSTOM =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';

const autoscaler = (spec: string): string => `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
${spec}
`;

parity('A HorizontalPodAutoscaler', [
  {
    name: 'says that there are no metrics when no metrics-server runs, and does not scale',
    upstream: HORIZONTAL,
    manifests: deployment('web', 2, 'nginx:1.27') + autoscaler('  maxReplicas: 5'),
    steps: [
      until(allReady('web', 2)),
      wait(20),
      conditions('horizontalpodautoscalers.autoscaling', 'web', [
        "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
        'ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
      ]),
      columns('deployments.apps', 'web', { Ready: '2/2' }),
    ],
  },
  {
    name: 'brings a target back into its bounds without any metric',
    upstream: HORIZONTAL,
    manifests: deployment('web', 1, 'nginx:1.27') + autoscaler('  minReplicas: 3\n  maxReplicas: 5'),
    steps: [
      wait(30),
      events('horizontalpodautoscalers.autoscaling', 'web', [
        'SuccessfulRescale: New size: 3; reason: Current number of replicas below Spec.MinReplicas',
      ]),
      until(allReady('web', 3)),
      patched('deployments.apps', 'web', { spec: { replicas: 9 } }, 'scale'),
      wait(20),
      columns('deployments.apps', 'web', { Ready: '5/5' }),
    ],
  },
  {
    name: 'tells of each metric that has no source, of the first of them twice, and keeps a place for it in its status',
    upstream: HORIZONTAL,
    manifests:
      deployment('web', 2, 'nginx:1.27') +
      autoscaler(`  maxReplicas: 5
  metrics:
  - { type: Resource, resource: { name: memory, target: { type: AverageValue, averageValue: 100Mi } } }
  - { type: Pods, pods: { metric: { name: rps }, target: { type: AverageValue, averageValue: 10 } } }
  - type: Object
    object: { metric: { name: hits }, describedObject: { apiVersion: v1, kind: Service, name: x }, target: { type: Value, value: 5 } }
  - { type: External, external: { metric: { name: queue, selector: { matchLabels: { b: c } } }, target: { type: AverageValue, averageValue: 5 } } }`),
    steps: [
      wait(20),
      events('horizontalpodautoscalers.autoscaling', 'web', [
        `FailedGetResourceMetric: failed to get memory usage: ${NO_METRICS}`,
        `FailedGetPodsMetric: unable to get metric rps: ${NO_CUSTOM}`,
        `FailedGetObjectMetric: unable to get metric hits: Service on default x/${NO_CUSTOM}`,
        'FailedGetExternalMetric: unable to get external metric default/queue/&LabelSelector{MatchLabels:map[string]string{b: c,},MatchExpressions:[]LabelSelectorRequirement{},}: unable to fetch metrics from external metrics API: no external metrics API (external.metrics.k8s.io) registered',
        `FailedComputeMetricsReplicas: invalid metrics (4 invalid out of 4), first error is: failed to get memory resource metric value: failed to get memory usage: ${NO_METRICS}`,
      ]),
      status('horizontalpodautoscalers.autoscaling', 'web', {
        currentReplicas: 2,
        desiredReplicas: 0,
        currentMetrics: [{ type: '' }, { type: '' }, { type: '' }, { type: '' }],
      }),
      columns('horizontalpodautoscalers.autoscaling', 'web', {
        Targets: 'memory: <unknown>/100Mi, <unknown>/10 + 2 more...',
      }),
    ],
  },
  {
    name: 'is disabled while its target has no replicas',
    upstream: HORIZONTAL,
    manifests: deployment('web', 0, 'nginx:1.27') + autoscaler('  maxReplicas: 5'),
    steps: [
      wait(20),
      conditions('horizontalpodautoscalers.autoscaling', 'web', [
        "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
        'ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
      ]),
    ],
  },
  {
    name: 'does nothing when another autoscaler has the same pods',
    upstream: HORIZONTAL,
    options: { preset: 'aks' },
    manifests:
      deployment('web', 2, 'pilothouse/web:1.0') +
      autoscaler('  maxReplicas: 5') +
      autoscaler('  maxReplicas: 9').replace('name: web }', 'name: rival }'),
    steps: [
      until(allReady('web', 2)),
      wait(60),
      conditions('horizontalpodautoscalers.autoscaling', 'web', [
        "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
        'ScalingActive=False AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [default/rival default/web]',
      ]),
      (world) =>
        expect(eventsOf(world, get(world, 'horizontalpodautoscalers.autoscaling', 'rival'))).toEqual(
          expect.arrayContaining([
            'AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [default/rival default/web]',
            'FailedComputeMetricsReplicas: pods by selector app=web are controlled by multiple HPAs: [default/rival default/web]',
          ]),
        ),
    ],
  },
  {
    name: 'says when its target is not there',
    upstream: HORIZONTAL,
    manifests: autoscaler('  maxReplicas: 5').replace('---\n', ''),
    steps: [
      wait(20),
      conditions('horizontalpodautoscalers.autoscaling', 'web', [
        'AbleToScale=False FailedGetScale: the HPA controller was unable to get the target\'s current scale: deployments.apps "web" not found',
      ]),
    ],
  },
]);

describe(`The size that a metric wants (${CALCULATOR})`, () => {
  const now = 1_000_000;
  const pods = (count: number, ready = count): never =>
    Array.from({ length: count }, (_, index) => ({
      metadata: { name: `p${index}` },
      spec: { containers: [{ name: 'c', resources: { requests: { cpu: '100m' } } }] },
      status: {
        phase: 'Running',
        startTime: new Date(0).toISOString(),
        conditions: [
          { type: 'Ready', status: index < ready ? 'True' : 'False', lastTransitionTime: new Date(1000).toISOString() },
        ],
      },
    })) as never;
  const ask = (count: number, used: readonly number[], current = count, ready = count): number | string => {
    const metrics = new Map(
      used.map((cpuMillis, index) => [
        `p${index}`,
        { name: `p${index}`, at: now, windowMs: 15_000, containers: [{ name: 'c', cpuMillis, memoryBytes: 0 }] },
      ]),
    );
    const question = { resource: 'cpu', target: { utilization: 50 }, current, tolerance: { up: 0.1, down: 0.1 } };
    const answer = replicasFor(question, pods(count, ready), metrics, 0, now);
    return answer.ok ? answer.replicas : answer.message;
  };

  it.each([
    ['doubles at twice the target', 2, [100, 100], 4],
    ['halves at half the target', 4, [25, 25, 25, 25], 2],
    ['stays within a tenth of the target', 3, [54, 54, 54], 3],
    ['rounds up', 3, [60, 60, 60], 4],
    ['takes a missing pod as idle on the way up', 3, [100, 100], 4],
    ['takes a missing pod as fully used on the way down', 4, [10, 10, 10], 3],
    ['says when nothing was measured', 2, [], 'did not receive metrics for targeted pods (pods might be unready)'],
  ])('%s', (_name, count, used, expected) => {
    expect(ask(count, used)).toBe(expected);
  });

  it('names the container that does not request', () => {
    const [pod] = pods(1) as unknown as { spec: { containers: { resources: object }[] } }[];
    pod!.spec.containers[0]!.resources = {};
    const metrics = new Map([
      ['p0', { name: 'p0', at: now, windowMs: 1, containers: [{ name: 'c', cpuMillis: 1, memoryBytes: 0 }] }],
    ]);
    const question = { resource: 'cpu', target: { utilization: 50 }, current: 1, tolerance: { up: 0.1, down: 0.1 } };
    expect(replicasFor(question, [pod] as never, metrics, 0, now)).toEqual({
      ok: false,
      message: 'missing request for cpu in container c of Pod p0',
    });
  });

  it.each([
    ['counts what sidecars request, but not other init containers', {}, 150],
    ['takes what the pod asks for as a whole before its parts', { resources: { requests: { cpu: '800m' } } }, 800],
    [
      'adds up the parts of what the pod as a whole says nothing of',
      { resources: { requests: { memory: '1Gi' } } },
      150,
    ],
  ])('%s', (_name, whole, requested) => {
    const [pod] = pods(1) as unknown as { spec: object }[];
    const side = { name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '50m' } } };
    const init = { name: 'i', resources: { requests: { cpu: '1' } } };
    pod!.spec = { ...pod!.spec, initContainers: [init, side], ...whole };
    const containers = [{ name: 'c', cpuMillis: requested, memoryBytes: 0 }];
    const metrics = new Map([['p0', { name: 'p0', at: now, windowMs: 1, containers }]]);
    const question = { resource: 'cpu', target: { utilization: 100 }, current: 1, tolerance: { up: 0, down: 0 } };
    expect(replicasFor(question, [pod] as never, metrics, 0, now)).toMatchObject({ ok: true, utilization: 100 });
  });
});

describe(`The size that is allowed (${HORIZONTAL})`, () => {
  const none = { recommendations: [], ups: [], downs: [] };
  const spec = { maxReplicas: 100, minReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'web' } };
  const policies = [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ];

  it.each([
    ['at most 4 from 1', 1, 50, 4, 'ScaleUpLimit'],
    ['at most twice as many from 10', 10, 50, 20, 'ScaleUpLimit'],
    ['never more than maxReplicas', 80, 200, 100, 'TooManyReplicas'],
    ['never fewer than minReplicas', 3, 0, 1, 'TooFewReplicas'],
    ['what is wanted, within the bounds', 10, 12, 12, 'DesiredWithinRange'],
  ])('without a behaviour is %s', (_name, current, desired, replicas, reason) => {
    const allowed = limit(spec, none, current, desired, 0);
    expect([allowed.replicas, allowed.note.reason]).toEqual([replicas, reason]);
  });

  it.each([
    ['Max', 10, 20],
    ['Min', 10, 14],
    ['Disabled', 10, 10],
  ])('with selectPolicy %s goes from %i to %i', (selectPolicy, current, replicas) => {
    const behaving = { ...spec, behavior: { scaleUp: { selectPolicy, policies } } };
    expect(limit(behaving, none, current, 90, 0).replicas).toBe(replicas);
  });

  it('counts what was added within the period of a policy', () => {
    const scaleUp = { selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] };
    const history = { ...none, ups: [{ at: 30_000, replicas: 3 }] };
    expect(limit({ ...spec, behavior: { scaleUp } }, history, 10, 90, 60_000).replicas).toBe(11);
  });

  it('shrinks by the policies of scaleDown', () => {
    const scaleDown = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] };
    const allowed = limit({ ...spec, behavior: { scaleDown } }, none, 20, 2, 0);
    expect([allowed.replicas, allowed.note.reason]).toEqual([18, 'ScaleDownLimit']);
  });

  it('on the way down is the highest recommendation of the last five minutes', () => {
    const history = { ...none, recommendations: [{ at: 100_000, replicas: 8 }] };
    expect(stabilize(spec, history, 8, 3, 200_000)).toEqual({
      replicas: 8,
      note: {
        status: 'True',
        reason: 'ScaleDownStabilized',
        message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
      },
    });
    expect(stabilize(spec, history, 8, 3, 401_000).replicas).toBe(3);
  });
});
