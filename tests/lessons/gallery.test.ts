/** Every scenario of the gallery, applied to a fresh cluster, shows what its card promises. */
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { CronJob, Job } from 'kubernetes-types/batch/v1';
import type { Node, PersistentVolumeClaim, Pod, ResourceQuota, Service } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { DaemonSet, Deployment } from 'kubernetes-types/apps/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import { describe, expect, it } from 'vitest';
import { METRICS_ADAPTER } from '../../src/lessons/gallery/metrics-adapter.ts';
import { GALLERY } from '../../src/lessons/index.ts';
import { parseScenario, reached, Run } from '../../src/run/index.ts';
import { checkManifest } from '../../src/manifest/index.ts';
import type { KubeObject, Stored } from '../../src/sim/api/object.ts';
import { advance, apply, bootWorld, eventsOf, podsOf, request, statuses } from '../support/world.ts';

type World = ReturnType<typeof bootWorld>;

const find = <T extends KubeObject>(world: World, resource: string, name: string, namespace = 'default'): Stored<T> =>
  world.find(resource, namespace, name) as Stored<T>;
const ready = (world: World, name: string, namespace?: string): number =>
  find<Deployment>(world, 'deployments.apps', name, namespace).status?.readyReplicas ?? 0;
const readyEndpoints = (world: World, service: string, namespace = 'default'): number =>
  ([...world.list('endpointslices.discovery.k8s.io', namespace)] as Stored<EndpointSlice>[])
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service)
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ conditions }) => conditions?.ready === true).length;
const zoneOf = (world: World, pod: Pod): string | undefined =>
  (world.find('nodes', undefined, pod.spec!.nodeName!) as Stored<Node>).metadata.labels?.[
    'topology.kubernetes.io/zone'
  ];
const restarts = (pod: Pod): number => pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
const onlyPod = (world: World, app: string, namespace?: string): Stored<Pod> => podsOf(world, app, namespace)[0]!;
/** Outcomes of the requests that clients of the cluster have sent since `seq`. */
const outcomes = (world: World, url: string): readonly string[] =>
  world.kernel.trace
    .slice(1)
    .flatMap((event) =>
      event.type === 'traffic.done' && event.data.url === url ? [event.data.failure ?? String(event.data.status)] : [],
    );

/** What must hold 90 seconds after the scenario was applied; some go on from there. */
const PROMISES: Readonly<Record<string, (world: World, text: string) => void>> = {
  web(world) {
    expect(ready(world, 'web')).toBe(3);
    expect(outcomes(world, 'http://web').at(-1)).toMatch(/200/);
  },
  rollout(world, text) {
    expect(ready(world, 'shop')).toBe(6);
    apply(world, text.replace('web:1.0', 'web:1.1'));
    for (let second = 0; second < 60; second += 1) {
      advance(world, 1);
      expect(ready(world, 'shop')).toBeGreaterThanOrEqual(5);
    }
    expect(podsOf(world, 'shop').map(({ spec }) => spec!.containers[0]!.image)).toEqual(
      Array(6).fill('pilothouse/web:1.1'),
    );
  },
  recreate(world, text) {
    expect(ready(world, 'ledger')).toBe(3);
    apply(world, text.replace('web:1.0', 'web:1.1'));
    let least = 3;
    for (let second = 0; second < 60; second += 1) {
      advance(world, 1);
      least = Math.min(least, readyEndpoints(world, 'ledger'));
    }
    expect([least, ready(world, 'ledger')]).toEqual([0, 3]);
  },
  daemon(world) {
    const { status } = find<DaemonSet>(world, 'daemonsets.apps', 'agent');
    expect([status!.desiredNumberScheduled, status!.numberReady]).toEqual([3, 3]);
    expect(new Set(podsOf(world, 'agent').map(({ spec }) => spec!.nodeName)).size).toBe(3);
  },
  release(world, text) {
    // Applied by hand it hangs: nobody puts the version before it back.
    apply(world, text);
    advance(world, 60);
    expect(ready(world, 'shop')).toBe(0);
  },
  stateful(world) {
    const claims = [...world.list('persistentvolumeclaims', 'default')] as Stored<PersistentVolumeClaim>[];
    expect(podsOf(world, 'db').map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1', 'db-2']);
    expect(claims.map(({ metadata, status }) => [metadata.name, status?.phase])).toEqual([
      ['data-db-0', 'Bound'],
      ['data-db-1', 'Bound'],
      ['data-db-2', 'Bound'],
    ]);
    const { uid } = podsOf(world, 'db')[1]!.metadata;
    request(world, 'DELETE', '/api/v1/namespaces/default/pods/db-1');
    advance(world, 60);
    const again = podsOf(world, 'db')[1]!;
    expect([again.metadata.name, again.metadata.uid === uid, statuses([again])[0]]).toEqual(['db-1', false, 'Running']);
    expect(again.spec!.volumes!.find(({ name }) => name === 'data')!.persistentVolumeClaim!.claimName).toBe(
      'data-db-1',
    );
  },
  'indexed-job'(world) {
    advance(world, 120);
    const { status } = find<Job>(world, 'jobs.batch', 'render');
    expect([status?.succeeded, status?.completedIndexes]).toEqual([12, '0-11']);
    expect(status!.failed ?? 0).toBeLessThanOrEqual(4);
  },
  cron(world) {
    advance(world, 240);
    const jobs = [...world.list('jobs.batch', 'default')] as Stored<Job>[];
    expect(jobs.filter(({ status }) => status?.succeeded === 1).length).toBe(2);
    expect(eventsOf(world, find<CronJob>(world, 'cronjobs.batch', 'report')).join()).toMatch(/SawCompletedJob/);
  },
  autoscale(world) {
    advance(world, 120);
    expect(ready(world, 'php-apache')).toBeGreaterThanOrEqual(3);
    const patch = { spec: { replicas: 0 } };
    const path = '/apis/apps/v1/namespaces/default/deployments/visitor';
    request(world, 'PATCH', path, patch, { 'content-type': 'application/merge-patch+json' });
    advance(world, 240);
    expect(ready(world, 'php-apache')).toBe(1);
  },
  'queue-scale'(world) {
    const scaler = (): Stored<HorizontalPodAutoscaler> =>
      find(world, 'horizontalpodautoscalers.autoscaling', 'consumer');
    expect(eventsOf(world, scaler()).join()).toMatch(/no custom metrics API \(custom.metrics.k8s.io\) registered/);
    expect(ready(world, 'consumer')).toBe(1);
    apply(world, METRICS_ADAPTER);
    advance(world, 240);
    const { status } = scaler();
    expect(status!.conditions!.find(({ type }) => type === 'ScalingActive')!.status).toBe('True');
    expect(status!.currentMetrics![0]!.object!.describedObject.name).toBe('queue');
    const grown = ready(world, 'consumer');
    expect(grown).toBeGreaterThanOrEqual(6);
    const path = '/apis/apps/v1/namespaces/default/deployments/producer';
    const patch = { spec: { replicas: 0 } };
    request(world, 'PATCH', path, patch, { 'content-type': 'application/merge-patch+json' });
    advance(world, 360);
    expect(scaler().status!.currentMetrics![0]!.object!.current.averageValue).toBe('0');
    expect(ready(world, 'consumer')).toBe(1);
  },
  budget(world, text) {
    const { status } = find<PodDisruptionBudget>(world, 'poddisruptionbudgets.policy', 'shop');
    expect([status?.disruptionsAllowed, status?.currentHealthy, status?.desiredHealthy]).toEqual([1, 4, 3]);
    expect(find<ResourceQuota>(world, 'resourcequotas', 'team').status?.used?.['requests.cpu']).toBe('800m');
    apply(world, text.replace('replicas: 4', 'replicas: 6'));
    advance(world, 30);
    expect(podsOf(world, 'shop')).toHaveLength(5);
  },
  pending(world) {
    const pod = onlyPod(world, 'greedy');
    expect(statuses([pod])).toEqual(['Pending']);
    expect(eventsOf(world, pod).join()).toMatch(/FailedScheduling: 0\/3 nodes are available: 3 Insufficient cpu/);
  },
  full(world) {
    const all = statuses(podsOf(world, 'crowd'));
    expect(all.filter((status) => status === 'Pending').length).toBeGreaterThan(0);
    expect(all.filter((status) => status === 'Running').length).toBeGreaterThan(3);
  },
  taints(world) {
    expect(onlyPod(world, 'tolerant').spec!.nodeName).toMatch(/gpu/);
    expect(eventsOf(world, onlyPod(world, 'intolerant')).join()).toMatch(/untolerated taint/);
  },
  preemption(world) {
    expect(onlyPod(world, 'urgent').spec!.nodeName).toBeDefined();
    const events = podsOf(world, 'batch').flatMap((pod) => eventsOf(world, pod));
    expect(statuses(podsOf(world, 'batch'))).toContain('Pending');
    expect(events.join()).toMatch(/FailedScheduling/);
  },
  affinity(world) {
    expect(podsOf(world, 'zonal').map((pod) => zoneOf(world, pod))).toEqual(['koreacentral-2', 'koreacentral-2']);
  },
  image(world) {
    expect(statuses(podsOf(world, 'typo'))[0]).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    expect(eventsOf(world, onlyPod(world, 'typo')).join()).toMatch(/not found/);
  },
  registry(world) {
    expect(statuses(podsOf(world, 'lost'))[0]).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    expect(eventsOf(world, onlyPod(world, 'lost')).join()).toMatch(/no such host/);
  },
  private(world) {
    expect(statuses(podsOf(world, 'allowed'))).toEqual(['Running']);
    expect(statuses(podsOf(world, 'refused'))[0]).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
  },
  crash(world) {
    expect(restarts(onlyPod(world, 'crash'))).toBeGreaterThanOrEqual(3);
    expect(eventsOf(world, onlyPod(world, 'crash')).join()).toMatch(/BackOff: Back-off restarting failed container/);
  },
  unready(world) {
    expect(statuses(podsOf(world, 'unready'))).toEqual(['Running', 'Running']);
    expect([ready(world, 'unready'), readyEndpoints(world, 'unready')]).toEqual([0, 0]);
    expect(eventsOf(world, onlyPod(world, 'unready')).join()).toMatch(/Readiness probe failed.*503/);
  },
  liveness(world) {
    const pod = onlyPod(world, 'nervous');
    expect(restarts(pod)).toBeGreaterThanOrEqual(2);
    expect(eventsOf(world, pod).join()).toMatch(/Killing: Container nervous failed liveness probe, will be restarted/);
  },
  startup(world) {
    expect([ready(world, 'slow'), restarts(onlyPod(world, 'slow'))]).toEqual([1, 0]);
    expect(eventsOf(world, onlyPod(world, 'slow')).join()).toMatch(/Startup probe failed/);
  },
  config(world) {
    expect(statuses(podsOf(world, 'settings'))).toEqual(['CreateContainerConfigError']);
    apply(world, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: "1"\n');
    advance(world, 90);
    expect(statuses(podsOf(world, 'settings'))).toEqual(['Running']);
  },
  limits(world) {
    const modest = onlyPod(world, 'modest', 'bounded');
    expect(modest.spec!.containers[0]!.resources).toMatchObject({ requests: { cpu: '100m' }, limits: { cpu: '200m' } });
    expect(podsOf(world, 'excessive', 'bounded')).toEqual([]);
    const [set] = [...world.list('replicasets.apps', 'bounded')].filter(({ metadata }) =>
      metadata.name.startsWith('excessive'),
    );
    expect(eventsOf(world, set!).join()).toMatch(/FailedCreate: .*maximum cpu usage per Container is 500m/);
  },
  selector(world) {
    expect([ready(world, 'shop'), readyEndpoints(world, 'shop')]).toEqual([2, 0]);
    expect(outcomes(world, 'http://shop').at(-1)).toMatch(/Failed to connect|refused/);
  },
  dns(world) {
    expect(outcomes(world, 'http://shop.back').at(-1)).toMatch(/200/);
    world.startTraffic({
      namespace: 'front',
      pod: onlyPod(world, 'visitor', 'front').metadata.name,
      url: 'http://shop',
      count: 1,
      intervalMs: 1,
    });
    advance(world, 10);
    expect(outcomes(world, 'http://shop').at(-1)).toMatch(/Could not resolve host/);
  },
  headless(world) {
    expect(find<Service>(world, 'services', 'peers').spec!.clusterIP).toBe('None');
    expect(readyEndpoints(world, 'peers')).toBe(3);
    expect(outcomes(world, 'http://peers:8080').at(-1)).toMatch(/200/);
  },
  nodeport(world) {
    const pod = podsOf(world, 'shop')[0]!;
    const node = world.find('nodes', undefined, pod.spec!.nodeName!) as Stored<Node>;
    const address = node.status!.addresses!.find(({ type }) => type === 'InternalIP')!.address;
    const url = `http://${address}:30080`;
    world.startTraffic({ namespace: 'default', pod: pod.metadata.name, url, count: 1, intervalMs: 1 });
    advance(world, 5);
    expect(outcomes(world, url).at(-1)).toMatch(/200/);
  },
  loadbalancer(world) {
    const hello = find<Service>(world, 'services', 'hello');
    expect(hello.status?.loadBalancer?.ingress?.[0]?.ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(eventsOf(world, hello).join()).toMatch(/EnsuredLoadBalancer/);
  },
  'aks-store'(world) {
    const names = ['rabbitmq', 'order-service', 'product-service', 'store-front'];
    expect(names.map((name) => ready(world, name))).toEqual([1, 1, 1, 1]);
    expect(find<Service>(world, 'services', 'store-front').status?.loadBalancer?.ingress?.[0]?.ip).toBeDefined();
  },
  'azure-vote'(world) {
    expect(['azure-vote-back', 'azure-vote-front'].map((name) => ready(world, name))).toEqual([1, 1]);
    expect(onlyPod(world, 'azure-vote-front').status!.qosClass).toBe('Burstable');
  },
  guestbook(world) {
    expect(['redis-leader', 'redis-follower', 'frontend'].map((name) => ready(world, name))).toEqual([1, 2, 3]);
    expect(readyEndpoints(world, 'redis-follower')).toBe(2);
  },
};

describe('the gallery', () => {
  it('has a promise under test for every scenario', () => {
    expect(GALLERY.map(({ id }) => id)).toEqual(Object.keys(PROMISES));
    expect(GALLERY.length).toBe(33);
  });

  it('says everything in both languages', () => {
    for (const { id, title, summary, watch, goals = [] } of GALLERY) {
      for (const { ko, en } of [title, summary, watch, ...goals.map(({ text }) => text)]) {
        expect([id, /[가-힣]/.test(ko) || ko === 'Azure Vote', en.length > 0]).toEqual([id, true, true]);
      }
    }
  });

  it.each(GALLERY)('$id has no fault that the editor would call an error', ({ text }) => {
    expect(checkManifest('m.yaml', text).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it.each(GALLERY)('$id shows what it promises', ({ id, text, options = {} }) => {
    const world = bootWorld(options);
    apply(world, text);
    advance(world, 90);
    PROMISES[id]!(world, text);
  });

  it.each(GALLERY.filter(({ goals, story }) => goals && !story))(
    '$id meets its goals about decisions by being applied, and not before',
    ({ text, options = {}, goals = [] }) => {
      const world = bootWorld(options);
      expect(goals.map(({ asks }) => reached(world, asks))).toEqual(goals.map(() => undefined));
      const began = world.now;
      apply(world, text);
      advance(world, 90);
      for (const { asks } of goals) {
        if (asks.kind === 'released') throw new Error('a release is told by a story');
        const { time, attempt } = reached(world, asks)!;
        expect(time).toBeGreaterThanOrEqual(began);
        const decision = world.decision(attempt!)!;
        expect(decision.time).toBe(time);
        expect(decision.pod.startsWith((asks.kind === 'rejected' ? asks.pod : asks.preemptor).replace('*', ''))).toBe(
          true,
        );
        const other = asks.kind === 'rejected' ? { ...asks, plugin: 'NodePorts' } : { ...asks, victim: 'other-*' };
        expect(reached(world, other)).toBeUndefined();
      }
    },
  );

  it('tells of a release that fails, is rolled back, and is not noticed by who uses it', () => {
    const { story, goals = [] } = GALLERY.find(({ id }) => id === 'release')!;
    const run = new Run(parseScenario(JSON.stringify({ seed: 'release', commands: story!.commands })));
    run.seek(story!.time);
    expect(run.isInThePast).toBe(false);
    const steps = (): readonly string[] =>
      run.world.pipeline.view().steps.map(({ step, outcome, message }) => `${step} ${outcome}: ${message}`);
    expect(run.world.pipeline.view()).toMatchObject({ name: 'v2', state: 'applying' });
    expect(goals.map(({ asks }) => reached(run.world, asks) !== undefined)).toEqual([false, false, false]);
    run.advance(story!.time + 30_000);
    expect(goals.map(({ asks }) => reached(run.world, asks) !== undefined)).toEqual([true, false, false]);
    expect(steps()).toEqual([
      'apply succeeded: 2 documents applied',
      'rollout running: Waiting for deployment "shop" rollout to finish: 1 out of 3 new replicas have been updated...',
    ]);
    run.advance(story!.time + 120_000);
    expect(steps()).toEqual([
      'apply succeeded: 2 documents applied',
      'rollout failed: deployment "shop" exceeded its progress deadline',
      'rollback succeeded: deployment "shop" successfully rolled out',
    ]);
    expect(goals.map(({ asks }) => reached(run.world, asks) !== undefined)).toEqual(goals.map(() => true));
    const answers = outcomes(run.world, 'http://shop').slice(-60);
    expect(answers.length).toBe(60);
    expect(answers.every((answer) => answer === '200')).toBe(true);
    const sent = run.world.kernel.trace
      .slice(1)
      .flatMap((event) =>
        event.type === 'api.request' && event.data.from === 'client/pipeline' ? [String(event.data.verb)] : [],
      );
    expect(new Set(sent)).toEqual(new Set(['get', 'create', 'list', 'patch', 'delete']));
  });

  it('tells of consumers on a cluster whose adapter is ready before they come', () => {
    const { story } = GALLERY.find(({ id }) => id === 'queue-scale')!;
    const run = new Run(parseScenario(JSON.stringify({ seed: 'queue', commands: story!.commands })));
    run.seek(story!.time);
    expect(run.isInThePast).toBe(false);
    const served = run.world.find('apiservices.apiregistration.k8s.io', undefined, 'v1beta1.custom.metrics.k8s.io');
    expect(served).toMatchObject({ status: { conditions: [{ status: 'True', reason: 'Passed' }] } });
    run.advance(story!.time + 90_000);
    const scaler = find<HorizontalPodAutoscaler>(run.world, 'horizontalpodautoscalers.autoscaling', 'consumer');
    const told = eventsOf(run.world, scaler);
    expect(told.every((text) => text.startsWith('SuccessfulRescale') || /queue_messages_ready for/.test(text))).toBe(
      true,
    );
    expect(told.at(-1)).toMatch(
      /^SuccessfulRescale: New size: \d+; reason: external metric queue_messages_ready\(.*\) above target$/,
    );
  });

  it('asks of decisions in five scenarios, of both kinds', () => {
    const goals = GALLERY.filter(({ story }) => !story).flatMap(({ id, goals: own }) =>
      (own ?? []).map(({ asks }) => [id, asks.kind]),
    );
    expect(goals).toEqual([
      ['pending', 'rejected'],
      ['full', 'rejected'],
      ['full', 'rejected'],
      ['taints', 'rejected'],
      ['taints', 'rejected'],
      ['preemption', 'rejected'],
      ['preemption', 'preempted'],
      ['affinity', 'rejected'],
    ]);
  });
});
