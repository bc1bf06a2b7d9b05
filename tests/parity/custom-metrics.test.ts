/** The custom metrics API behind prometheus-adapter, and autoscalers that read it. */
import { describe, expect, it } from 'vitest';
import { METRICS_ADAPTER } from '../../src/lessons/gallery/metrics-adapter.ts';
import { replicasForShare, replicasForTotal, replicasForValues } from '../../src/sim/controllers/index.ts';
import type { World } from '../../src/sim/world.ts';
import { advance, apply, bootWorld, deployment, eventsOf, request, service } from '../support/world.ts';
import {
  allReady,
  cellsOf,
  columns,
  conditions,
  events,
  get,
  parity,
  status,
  until,
  wait,
  type Step,
} from './support/parity.ts';

const HORIZONTAL = 'pkg/controller/podautoscaler/horizontal.go';
const CALCULATOR = 'pkg/controller/podautoscaler/replica_calculator.go';
const AVAILABLE = 'staging/src/k8s.io/kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go';
const APIS = '/apis/custom.metrics.k8s.io';
const AUTOSCALERS = 'horizontalpodautoscalers.autoscaling';

const autoscaler = (metric: string, name = 'web', max = 8): string => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: ${name} }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} }
  maxReplicas: ${max}
  metrics: [{ ${metric} }]
`;
const RATE = 'metric: { name: http_requests_per_second }';
const ofPods = (target: string): string =>
  `type: Pods, pods: { ${RATE}, target: { type: AverageValue, averageValue: ${target} } }`;
const ofService = (target: string, metric = RATE, name = 'web'): string =>
  `type: Object, object: { ${metric}, describedObject: { apiVersion: v1, kind: Service, name: ${name} }, target: { ${target} } }`;

/** Sends so many requests a second to http://web. */
const visitor = (rate: number): string => `apiVersion: v1
kind: Pod
metadata: { name: visitor }
spec:
  containers:
  - name: visitor
    image: pilothouse/client:1.0
    env: [{ name: TARGET_URL, value: http://web }, { name: REQUESTS_PER_SECOND, value: '${rate}' }]
`;

const WEB = `${deployment('web', 1, 'pilothouse/web:1.0')}---\n${service('web')}`;

const condition = (world: World): string => {
  const { status: found } = get(
    world,
    'apiservices.apiregistration.k8s.io',
    'v1beta1.custom.metrics.k8s.io',
  ) as never as {
    status?: { conditions?: readonly { status: string; reason: string; message: string }[] };
  };
  const [first] = found?.conditions ?? [];
  return first ? `${first.status} ${first.reason}: ${first.message}` : '';
};
const available =
  (expected: string): Step =>
  (world) => {
    expect(condition(world).replace(/10(\.\d+){3}/g, 'IP')).toBe(expected);
  };
const adapterReady = until((world) => condition(world).startsWith('True'), 120);

const answer = (world: World, path: string): string => {
  const { status: code, body } = request(world, 'GET', path);
  return `${code} ${(body as { message?: string }).message ?? ''}`;
};
const answers =
  (path: string, expected: string): Step =>
  (world) => {
    expect(answer(world, path)).toBe(expected);
  };
const items = (world: World, path: string): readonly Record<string, unknown>[] => {
  const { status: code, body } = request(world, 'GET', `${APIS}/${path}`);
  expect(code, JSON.stringify(body)).toBe(200);
  return (body as { items: readonly Record<string, unknown>[] }).items;
};
const patched = (world: World, path: string, body: unknown): void => {
  expect(request(world, 'PATCH', path, body, { 'content-type': 'application/merge-patch+json' }).status).toBe(200);
};

const API_SERVICE = METRICS_ADAPTER.split('---\n').at(-1)!;
const NO_API = 'no custom metrics API (custom.metrics.k8s.io) registered';
const BUSY = 'the server is currently unable to handle the request';

parity('An APIService for custom metrics', [
  {
    name: 'is available only while its adapter is ready behind its Service, and says at once what is missing',
    upstream: AVAILABLE,
    manifests: API_SERVICE,
    steps: [
      wait(1),
      available('False ServiceNotFound: service/prometheus-adapter in "monitoring" is not present'),
      answers(`${APIS}/v1beta1`, `503 ${BUSY}`),
      (world) => {
        apply(world, METRICS_ADAPTER);
      },
      wait(20),
      available(
        'False MissingEndpoints: endpointslices for service/prometheus-adapter in "monitoring" have no addresses with port name "https"',
      ),
      answers(`${APIS}/v1beta1/namespaces/default/pods/*/http_requests_per_second`, `503 ${BUSY}`),
      adapterReady,
      available('True Passed: all checks passed'),
      (world) => {
        patched(world, '/apis/apps/v1/namespaces/monitoring/deployments/prometheus-adapter', { spec: { replicas: 0 } });
      },
      wait(5),
      available(
        'False MissingEndpoints: endpointslices for service/prometheus-adapter in "monitoring" have no addresses with port name "https"',
      ),
      answers(`${APIS}/v1beta1`, `503 ${BUSY}`),
    ],
  },
  {
    name: 'says of a Service without the port, and of programs that are no API server',
    upstream: AVAILABLE,
    manifests: `${WEB}---\n${API_SERVICE.replace('name: prometheus-adapter', 'name: web').replace('namespace: monitoring', 'namespace: default')}`,
    steps: [
      wait(1),
      available('False ServicePortError: service/web in "default" is not listening on port 443'),
      (world) => {
        const path = '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.custom.metrics.k8s.io';
        patched(world, path, { spec: { service: { port: 80 } } });
      },
      wait(10),
      available(
        'False FailedDiscoveryCheck: failing or missing response from https://IP:8080/apis/custom.metrics.k8s.io/v1beta1: Get "https://IP:8080/apis/custom.metrics.k8s.io/v1beta1": dial tcp IP:8080: connect: connection refused',
      ),
    ],
  },
]);

describe('The custom metrics API (kubernetes-sigs/custom-metrics-apiserver pkg/registry/custom_metrics/reststorage.go)', () => {
  const world = bootWorld();
  const NEWER = API_SERVICE.replaceAll('v1beta1.custom', 'v1beta2.custom')
    .replace('version: v1beta1', 'version: v1beta2')
    .replace('versionPriority: 100', 'versionPriority: 200');
  apply(world, `${METRICS_ADAPTER}---\n${NEWER}`);
  apply(world, `${WEB.replace('replicas: 1', 'replicas: 2')}---\n${visitor(30)}`);
  for (const [queue, count] of [
    ['orders', 5],
    ['mails', 2],
  ] as const)
    apply(
      world,
      `apiVersion: v1
kind: Pod
metadata: { name: fill-${queue} }
spec:
  restartPolicy: Never
  containers:
  - name: fill
    image: curlimages/curl:8.10.1
    command: [sh, -c, 'until curl -sf http://queue/healthz; do sleep 1; done; for i in $(seq ${count}); do curl -s -d $i http://queue/${queue}; done; if [ ${queue} = orders ]; then curl -s -X POST http://queue/orders/take; sleep 600; fi']`,
    );
  apply(world, `${deployment('queue', 1, 'pilothouse/queue:1.0')}---\n${service('queue')}`);
  advance(world, 130);

  it('tells in discovery of the metrics there are, by the resources that they describe, the newest version first', () => {
    const { body } = request(world, 'GET', APIS);
    expect((body as { versions: readonly { version: string }[] }).versions.map(({ version }) => version)).toEqual([
      'v1beta2',
      'v1beta1',
    ]);
    const { body: list } = request(world, 'GET', `${APIS}/v1beta1`);
    const { resources } = list as { resources: readonly { name: string; namespaced: boolean }[] };
    expect(resources).toContainEqual({
      name: 'pods/http_requests_per_second',
      singularName: '',
      namespaced: true,
      kind: 'MetricValueList',
      verbs: ['get'],
    });
    expect(resources.map(({ name, namespaced }) => `${name} ${namespaced}`)).toEqual(
      ['namespaces', 'pods', 'services'].flatMap((resource) =>
        ['http_requests_per_second', 'queue_messages_ready', 'queue_messages_unacked'].map(
          (metric) => `${resource}/${metric} ${resource !== 'namespaces'}`,
        ),
      ),
    );
  });

  it('tells of every pod that the labels select, and of a Service the sum over its pods', () => {
    const pods = items(world, 'v1beta1/namespaces/default/pods/*/http_requests_per_second?labelSelector=app%3Dweb');
    expect(pods).toHaveLength(2);
    expect(Object.keys(pods[0]!)).toEqual(['describedObject', 'metricName', 'timestamp', 'value', 'selector']);
    expect(pods[0]).toMatchObject({
      describedObject: { kind: 'Pod', namespace: 'default', name: expect.stringMatching(/^web-/), apiVersion: '/v1' },
      metricName: 'http_requests_per_second',
      selector: null,
    });
    const millis = (item: Record<string, unknown>): number => {
      const text = String(item['value']);
      return text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1000;
    };
    const [sum] = items(world, 'v1beta1/namespaces/default/services/web/http_requests_per_second');
    // Each value is cut to thousandths by itself.
    expect(Math.abs(millis(sum!) - millis(pods[0]!) - millis(pods[1]!))).toBeLessThanOrEqual(1);
    expect(millis(sum!) / 1000).toBeCloseTo(30, 0);
    const [all] = items(world, 'v1beta1/namespaces/default/metrics/http_requests_per_second');
    expect(all!['describedObject']).toEqual({ kind: 'Namespace', name: 'default', apiVersion: '/v1' });
    expect(millis(all!)).toBeGreaterThanOrEqual(millis(sum!));
  });

  it('tells of the depth of queues, of all or of those that the labels of the metric select', () => {
    const path = 'v1beta2/namespaces/default/services/queue';
    const one = (rest: string): Record<string, unknown> => items(world, `${path}/${rest}`)[0]!;
    expect(one('queue_messages_ready')).toMatchObject({ value: '7', metric: { selector: null } });
    expect(one('queue_messages_ready?metricLabelSelector=queue%3Dorders')).toMatchObject({
      value: '5',
      metric: { name: 'queue_messages_ready', selector: { matchLabels: { queue: 'orders' } } },
    });
    // What was taken and not settled has come back after 30 seconds.
    expect(one('queue_messages_unacked')).toMatchObject({ value: '0' });
  });

  it.each([
    ['a metric that there is not', 'pods/*/nope', 'the server could not find the metric nope for pods'],
    [
      'an object that has none',
      'services/nope/http_requests_per_second',
      'the server could not find the metric http_requests_per_second for services nope',
    ],
    [
      'objects that nothing is known of',
      'ingresses.networking.k8s.io/main/http_requests_per_second',
      'the server could not find the metric http_requests_per_second for ingresses.networking.k8s.io',
    ],
    [
      'labels that select nobody',
      'pods/*/http_requests_per_second?labelSelector=app%3Dnobody',
      'the server could not find the metric http_requests_per_second for pods',
    ],
    [
      'labels of a metric that select nothing',
      'services/queue/queue_messages_ready?metricLabelSelector=queue%3Dnope',
      'the server could not find the metric queue_messages_ready for services queue',
    ],
    ['no metric', 'pods', 'the server could not find the requested resource'],
  ])('does not find %s', (_name, path, message) => {
    expect(answer(world, `${APIS}/v1beta1/namespaces/default/${path}`)).toBe(`404 ${message}`);
  });

  it('is an empty list for pods that tell of nothing', () => {
    expect(items(world, 'v1beta1/namespaces/monitoring/pods/*/http_requests_per_second')).toEqual([]);
  });

  it('is only read', () => {
    const path = `${APIS}/v1beta1/namespaces/default/pods/web/http_requests_per_second`;
    expect(request(world, 'PUT', path, {}).status).toBe(405);
  });

  it('lists objects with the rights of the adapter', () => {
    const copy = world.fork();
    const binding = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/prometheus-adapter';
    expect(request(copy, 'DELETE', binding).status).toBe(200);
    const path = `${APIS}/v1beta1/namespaces/default`;
    expect(answer(copy, `${path}/pods/*/http_requests_per_second`)).toBe(
      '500 Internal error occurred: unable to list matching resources',
    );
    expect(answer(copy, `${path}/services/web/http_requests_per_second`)).toBe('200 ');
  });

  it('is saved with the world, and goes on from there', () => {
    const copies = [world.fork(), world.fork()] as const;
    for (const copy of copies) {
      expect(copy.hash()).toBe(world.hash());
      advance(copy, 40);
    }
    expect(copies[0].hash()).toBe(copies[1].hash());
    const path = 'v1beta1/namespaces/default/pods/*/http_requests_per_second?labelSelector=app%3Dweb';
    expect(items(copies[0], path)).toEqual(items(copies[1], path));
    expect(items(copies[0], path)).toHaveLength(2);
  });
});

const EVENT = 'failed to get pods metric value: ';

parity('A HorizontalPodAutoscaler with metrics of pods and objects', [
  {
    name: 'says what it lacks, until an adapter tells of the metric',
    upstream: HORIZONTAL,
    manifests: `${WEB}---\n${autoscaler(ofPods('10'))}`,
    steps: [
      until(allReady('web', 1)),
      wait(20),
      (world) => {
        apply(world, API_SERVICE);
      },
      wait(15),
      (world) => {
        apply(world, METRICS_ADAPTER);
      },
      adapterReady,
      wait(15),
      (world) => {
        const failures = eventsOf(world, get(world, AUTOSCALERS, 'web')).filter((text) => text.startsWith('FailedC'));
        expect(failures).toEqual(
          [NO_API, `${BUSY} (get pods.custom.metrics.k8s.io *)`].map(
            (why) =>
              `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: ${EVENT}unable to get metric http_requests_per_second: unable to fetch metrics from custom metrics API: ${why}`,
          ),
        );
      },
      status(AUTOSCALERS, 'web', {
        currentMetrics: [
          { type: 'Pods', pods: { metric: { name: 'http_requests_per_second' }, current: { averageValue: '0' } } },
        ],
      }),
      columns(AUTOSCALERS, 'web', { Targets: '0/10' }),
    ],
  },
  {
    name: 'says of a metric that the adapter does not know, of an object that has none, and of a kind that nobody knows',
    upstream: HORIZONTAL,
    manifests: `${METRICS_ADAPTER}---\n${WEB}`,
    steps: [
      adapterReady,
      (world) => {
        apply(world, autoscaler(`${ofPods('10').replace('http_requests_per_second', 'nope')}`));
        apply(world, autoscaler(ofService('type: AverageValue, averageValue: 5', RATE, 'gone'), 'gone'));
        apply(world, autoscaler(ofService('type: Value, value: 5').replace('kind: Service', 'kind: Gadget'), 'odd'));
        apply(world, `${deployment('gone', 1, 'nginx:1.27')}---\n${deployment('odd', 1, 'nginx:1.27')}`);
      },
      wait(20),
      ...(
        [
          [
            'web',
            'FailedGetPodsMetric: unable to get metric nope',
            'the server could not find the metric nope for pods',
          ],
          [
            'gone',
            'FailedGetObjectMetric: unable to get metric http_requests_per_second: Service on default gone/',
            'the server could not find the metric http_requests_per_second for services gone',
          ],
          [
            'odd',
            'FailedGetObjectMetric: unable to get metric http_requests_per_second: Gadget on default web/',
            'unable to map kind Gadget to resource: no matches for kind "Gadget" in group ""',
          ],
        ] as const
      ).map(([name, start, why]): Step => (world) => {
        const [first] = eventsOf(world, get(world, AUTOSCALERS, name));
        const gap = start.endsWith('/') ? '' : ': ';
        expect(first).toBe(`${start}${gap}unable to fetch metrics from custom metrics API: ${why}`);
      }),
    ],
  },
  {
    name: 'scales by the average over pods',
    upstream: HORIZONTAL,
    options: { preset: 'aks' },
    manifests: `${METRICS_ADAPTER}---\n${WEB}---\n${autoscaler(ofPods('10'))}`,
    steps: [
      adapterReady,
      wait(75),
      (world) => {
        apply(world, visitor(40));
      },
      wait(240),
      (world) => {
        const rescales = eventsOf(world, get(world, AUTOSCALERS, 'web')).filter((text) => text.startsWith('Succ'));
        expect(rescales.at(-1)).toBe(
          'SuccessfulRescale: New size: 4; reason: pods metric http_requests_per_second above target',
        );
      },
      (world) => {
        const { status: found } = get(world, AUTOSCALERS, 'web') as never as {
          status: { conditions: readonly { type: string; message: string }[] };
        };
        expect(found.conditions.find(({ type }) => type === 'ScalingActive')!.message).toBe(
          'the HPA was able to successfully calculate a replica count from pods metric http_requests_per_second',
        );
      },
      columns(AUTOSCALERS, 'web', { Replicas: 4 }),
      columns('deployments.apps', 'web', { Ready: '4/4' }),
    ],
  },
  {
    name: 'scales by the value of an object until there are as many as allowed, and names its kind',
    upstream: HORIZONTAL,
    options: { preset: 'aks' },
    manifests: `${METRICS_ADAPTER}---\n${WEB}---\n${autoscaler(ofService('type: Value, value: 20'), 'web', 3)}`,
    steps: [
      adapterReady,
      wait(75),
      (world) => {
        apply(world, visitor(40));
      },
      wait(200),
      conditions(AUTOSCALERS, 'web', [
        'AbleToScale=True ReadyForNewScale: recommended size matches current size',
        'ScalingActive=True ValidMetricFound: the HPA was able to successfully calculate a replica count from Service metric http_requests_per_second',
        'ScalingLimited=True TooManyReplicas: the desired replica count is more than the maximum replica count',
      ]),
      (world) => {
        expect(eventsOf(world, get(world, AUTOSCALERS, 'web')).at(-1)).toBe(
          'SuccessfulRescale: New size: 3; reason: Service metric http_requests_per_second above target',
        );
      },
      status(AUTOSCALERS, 'web', {
        currentReplicas: 3,
        currentMetrics: [
          {
            type: 'Object',
            object: {
              metric: { name: 'http_requests_per_second' },
              describedObject: { apiVersion: 'v1', kind: 'Service', name: 'web' },
            },
          },
        ],
      }),
    ],
  },
  {
    name: "takes an object's share for each pod, calls it an external metric, and shows the mean",
    upstream: HORIZONTAL,
    options: { preset: 'aks' },
    manifests: `${METRICS_ADAPTER}---
${deployment('queue', 1, 'pilothouse/queue:1.0')}---
${service('queue')}---
${deployment('web', 1, 'pilothouse/consumer:1.0')}---
${autoscaler(ofService('type: AverageValue, averageValue: 4', 'metric: { name: queue_messages_ready, selector: { matchLabels: { queue: orders } } }', 'queue'), 'web', 6)}---
apiVersion: v1
kind: Pod
metadata: { name: fill }
spec:
  restartPolicy: Never
  containers:
  - name: fill
    image: curlimages/curl:8.10.1
    command: [sh, -c, 'until curl -sf http://queue/healthz; do sleep 1; done; sleep 60; for i in $(seq 60); do curl -s -d $i http://queue/orders; done']`,
    steps: [
      until((world) => eventsOf(world, get(world, AUTOSCALERS, 'web')).some((text) => text.startsWith('Succ')), 300),
      (world) => {
        expect(eventsOf(world, get(world, AUTOSCALERS, 'web')).at(-1)).toBe(
          'SuccessfulRescale: New size: 4; reason: external metric queue_messages_ready(&LabelSelector{MatchLabels:map[string]string{queue: orders,},MatchExpressions:[]LabelSelectorRequirement{},}) above target',
        );
        expect(cellsOf(world, AUTOSCALERS, 'web', ['Targets'])['Targets']).toMatch(/^\d+m?\/4 \(avg\)$/);
      },
      wait(60),
      columns(AUTOSCALERS, 'web', { Replicas: 6 }),
      (world) => {
        const { status: found } = get(world, AUTOSCALERS, 'web') as never as {
          status: { currentMetrics: readonly { object?: { metric: unknown; current: object } }[] };
        };
        const { object } = found.currentMetrics[0]!;
        expect(object!.metric).toEqual({
          name: 'queue_messages_ready',
          selector: { matchLabels: { queue: 'orders' } },
        });
        expect(Object.keys(object!.current)).toEqual(['averageValue']);
      },
    ],
  },
  {
    name: 'keeps its size while one metric works and another does not, and grows by the one that works',
    upstream: `${HORIZONTAL} (computeReplicasForMetrics)`,
    options: { preset: 'aks' },
    manifests: `${METRICS_ADAPTER}---\n${WEB}---\n${autoscaler(`${ofPods('10')} }, { ${ofService('type: Value, value: 20', 'metric: { name: nope }')}`)}`,
    steps: [
      adapterReady,
      wait(75),
      columns(AUTOSCALERS, 'web', { Targets: '0/10, <unknown>/20' }),
      events('deployments.apps', 'web', ['ScalingReplicaSet: Scaled up replica set web-HASH from 0 to 1']),
      (world) => {
        apply(world, visitor(40));
      },
      wait(240),
      columns('deployments.apps', 'web', { Ready: '4/4' }),
    ],
  },
]);

describe(`The size that a metric of pods or of an object wants (${CALCULATOR})`, () => {
  const tolerance = { up: 0.1, down: 0.1 };
  const pods = (count: number, ready = count, pending = 0): never =>
    Array.from({ length: count }, (_, index) => ({
      metadata: { name: `p${index}` },
      status: {
        phase: index >= count - pending ? 'Pending' : 'Running',
        conditions: [{ type: 'Ready', status: index < ready ? 'True' : 'False' }],
      },
    })) as never;
  const values = (...millis: readonly number[]): ReadonlyMap<string, number> =>
    new Map(millis.map((value, index) => [`p${index}`, value]));

  // Figures of replica_calculator_test.go (TestReplicaCalcScaleUpCM and its neighbours).
  it.each([
    ['grows by the average', 3, pods(3), values(20_000, 10_000, 30_000), 15_000, 4],
    ['leaves an idle pod that is pending out', 3, pods(3, 0, 1), values(50_000, 10_000, 30_000), 15_000, 4],
    ['counts pods that are not ready', 3, pods(3, 1), values(50_000, 15_000, 30_000), 15_000, 7],
    ['shrinks', 5, pods(5), values(12_000, 12_000, 12_000, 12_000, 12_000), 20_000, 3],
    ['stays within the tolerance', 3, pods(3), values(20_000, 21_000, 21_000), 20_000, 3],
    ['takes a missing pod for idle on the way up', 3, pods(3), values(30_000, 30_000), 15_000, 4],
    ['takes a missing pod for at the target on the way down', 4, pods(4), values(10_000, 10_000, 10_000), 20_000, 3],
    [
      'says that it has no pods',
      3,
      pods(0),
      values(1),
      1,
      'no pods returned by selector while calculating replica count',
    ],
    [
      'says that nothing was measured',
      2,
      pods(2, 2, 2),
      values(1_000, 1_000),
      1_000,
      'did not receive metrics for targeted pods (pods might be unready)',
    ],
  ] as const)('of pods %s', (_name, current, all, millis, target, expected) => {
    const found = replicasForValues(all, millis, target, { current, tolerance });
    expect(found.ok ? found.replicas : found.message).toBe(expected);
  });

  it.each([
    ['grows by the ready pods', 3, pods(3), 20_000, 15_000, 4],
    ['counts only pods that are ready', 4, pods(4, 3), 30_000, 15_000, 6],
    ['shrinks', 5, pods(5), 12_000, 20_000, 3],
    ['stays within the tolerance', 3, pods(3), 20_666, 20_000, 3],
    ['from zero is the ratio', 0, pods(0), 30_000, 15_000, 2],
    [
      'says that it has no pods',
      2,
      pods(0),
      30_000,
      15_000,
      'unable to calculate ready pods: no pods returned by selector while calculating replica count',
    ],
  ] as const)("of an object's value %s", (_name, current, all, usage, target, expected) => {
    expect(replicasForTotal(all, usage, target, { current, tolerance })).toBe(expected);
  });

  it.each([
    ['grows', 3, 20_000, 5_000, 4, 6_667],
    ['shrinks', 5, 6_000, 2_000, 3, 1_200],
    ['stays within the tolerance', 4, 21_000, 5_000, 4, 5_250],
    ['from zero is the ratio, with no mean', 0, 20_000, 5_000, 4, 0],
  ])("of an object's share %s", (_name, current, usage, target, replicas, average) => {
    expect(replicasForShare(usage, target, { current, tolerance })).toEqual({ replicas, average });
  });
});
