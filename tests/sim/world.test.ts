import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import type { Stored } from '../../src/sim/api/object.ts';
import type { TraceEventOf } from '../../src/sim/kernel/index.ts';
import {
  advance,
  apply,
  bootWorld,
  deployment,
  eventsOf,
  podsOf,
  request,
  service,
  statuses,
} from '../support/world.ts';

const WEB = `${deployment('web', 3, 'pilothouse/web:1.0')}---\n${service('web')}`;

describe('a new AKS cluster', () => {
  it('comes up with three Ready nodes in three zones and all of kube-system running', () => {
    const world = bootWorld();
    const nodes = [...world.list('nodes')] as Stored<Node>[];
    expect(nodes).toHaveLength(3);
    expect(new Set(nodes.map(({ metadata }) => metadata.labels?.['topology.kubernetes.io/zone']))).toEqual(
      new Set(['koreacentral-1', 'koreacentral-2', 'koreacentral-3']),
    );
    for (const node of nodes) {
      expect(node.metadata.name).toMatch(/^aks-nodepool1-\d{8}-vmss00000[0-2]$/);
      expect(node.status?.allocatable?.['cpu']).toBe('3860m');
      expect(node.status?.allocatable?.['memory']).toBe(`${11823 * 1024}Ki`);
      expect(node.spec?.taints ?? []).toEqual([]);
    }
    const pods = [...world.list('pods', 'kube-system')] as Stored<Pod>[];
    expect(pods.length).toBe(6 * 3 + 2 + 1 + 2 + 1 + 2);
    expect(new Set(statuses(pods))).toEqual(new Set(['Running']));
  });

  it('says of every pod once that it was scheduled, and of none any more that it was not', () => {
    const world = bootWorld();
    for (const pod of [...world.list('pods')] as Stored<Pod>[]) {
      const scheduled = (pod.status?.conditions ?? []).filter(({ type }) => type === 'PodScheduled');
      expect([pod.metadata.name, scheduled.map(({ status, reason }) => [status, reason])]).toEqual([
        pod.metadata.name,
        [['True', undefined]],
      ]);
      expect(pod.status?.conditions?.map(({ type }) => type)).toEqual([
        'PodReadyToStartContainers',
        'Initialized',
        'Ready',
        'ContainersReady',
        'PodScheduled',
      ]);
    }
  });

  it('shows the life of every component, from the etcd member to each kubelet', () => {
    const world = bootWorld();
    const states = new Map(world.lives().map(({ instance, state }) => [instance, state]));
    expect(states.get('etcd')).toBe('leader');
    expect(states.get('kube-apiserver')).toBe('serving');
    expect(states.get('kube-controller-manager/informers')).toBe('running');
    expect(states.get('cloud-controller-manager')).toBe('running');
    for (const node of world.list('nodes')) {
      expect(states.get(`node/${node.metadata.name}/kubelet`)).toBe('ready');
      expect(states.get(`node/${node.metadata.name}/kube-proxy`)).toBe('synced');
    }
  });
});

describe('a Deployment and its Service', () => {
  it('go from the request to ready endpoints, with the events of a real cluster in order', () => {
    const world = bootWorld();
    apply(world, WEB);
    advance(world, 30);
    const pods = podsOf(world, 'web');
    expect(statuses(pods)).toEqual(['Running', 'Running', 'Running']);
    expect(eventsOf(world, pods[0]!).map((line) => line.split(':')[0])).toEqual([
      'Scheduled',
      'Pulling',
      'Pulled',
      'Created',
      'Started',
    ]);
    const found = world.find('deployments.apps', 'default', 'web') as Stored<Deployment>;
    expect(found.status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      updatedReplicas: 3,
      observedGeneration: 1,
    });
    expect(eventsOf(world, found)[0]).toMatch(/^ScalingReplicaSet: Scaled up replica set web-[a-z0-9]+ from 0 to 3$/);
    const ready = found.status?.conditions?.find(({ type }) => type === 'Progressing');
    expect(ready).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
    const slices = [...world.list('endpointslices.discovery.k8s.io', 'default')].filter(
      ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web',
    );
    expect((slices[0] as unknown as { endpoints: unknown[] }).endpoints).toHaveLength(3);
    const conditions = pods[0]!.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(conditions).toMatchObject({ status: 'True' });
    expect(conditions).not.toHaveProperty('reason');
  });

  it('never have fewer available or more pods than a rolling update allows', () => {
    const world = bootWorld();
    apply(world, deployment('web', 4, 'pilothouse/web:1.0'));
    advance(world, 30);
    apply(world, deployment('web', 4, 'pilothouse/web:1.1'));
    for (let tick = 0; tick < 600; tick += 1) {
      advance(world, 0.1);
      const pods = podsOf(world, 'web').filter(({ metadata }) => !metadata.deletionTimestamp);
      const ready = pods.filter(({ status }) =>
        status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
      );
      expect(pods.length).toBeLessThanOrEqual(5);
      expect(ready.length).toBeGreaterThanOrEqual(3);
    }
    const images = podsOf(world, 'web').map(({ spec }) => spec?.containers[0]?.image);
    expect(images).toEqual(['pilothouse/web:1.1', 'pilothouse/web:1.1', 'pilothouse/web:1.1', 'pilothouse/web:1.1']);
    const sets = [...world.list('replicasets.apps', 'default')];
    expect(sets.map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision']).sort()).toEqual([
      '1',
      '2',
    ]);
  });

  it('take back an older template as the newest revision', () => {
    const world = bootWorld();
    for (const version of ['1.0', '1.1', '1.0']) {
      apply(world, deployment('web', 2, `pilothouse/web:${version}`));
      advance(world, 40);
    }
    const sets = [...world.list('replicasets.apps', 'default')] as (Stored & { spec: { replicas: number } })[];
    expect(sets).toHaveLength(2);
    const active = sets.find(({ spec }) => spec.replicas === 2);
    expect(active?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  it('leave nothing behind when deleted', () => {
    const world = bootWorld();
    apply(world, WEB);
    advance(world, 30);
    request(world, 'DELETE', '/apis/apps/v1/namespaces/default/deployments/web');
    advance(world, 60);
    expect(podsOf(world, 'web')).toEqual([]);
    expect([...world.list('replicasets.apps', 'default')]).toEqual([]);
  });
});

describe('a request', () => {
  it('walks the search list, is sent to one endpoint, and comes back', () => {
    const world = bootWorld();
    apply(world, `${WEB}---\n${deployment('client', 1, 'nginx:1.27')}`);
    advance(world, 30);
    const from = world.kernel.trace.length;
    world.kernel.runTurn('client', 0, () =>
      world.startTraffic({
        namespace: 'default',
        pod: podsOf(world, 'client')[0]!.metadata.name,
        url: 'http://web.default',
        count: 1,
        intervalMs: 1000,
      }),
    );
    advance(world, 5);
    const events = world.kernel.trace.slice(from + 1);
    const asked = events.filter(
      (event): event is TraceEventOf<'dns.query'> => event.type === 'dns.query' && event.data.queryType === 'A',
    );
    expect(asked.map(({ data }) => [data.name, data.answer])).toEqual([
      ['web.default.default.svc.cluster.local', 'NXDOMAIN'],
      ['web.default.svc.cluster.local', 'NOERROR'],
    ]);
    const choice = events.find(
      (event): event is TraceEventOf<'proxy.choose'> =>
        event.type === 'proxy.choose' && event.data.service === 'default/web',
    );
    expect(choice?.data.candidates).toHaveLength(3);
    expect(choice?.data.chain).toMatch(/^KUBE-SVC-[A-Z2-7]{16}$/);
    const done = events.find((event): event is TraceEventOf<'traffic.done'> => event.type === 'traffic.done');
    expect(done?.data).toMatchObject({ status: 200 });
    expect(done?.data.body).toMatch(/^web pilothouse\/web:1\.0 on web-/);
  });

  it('reaches a NodePort at the address of every node, whichever node asks', () => {
    const world = bootWorld();
    apply(
      world,
      `${WEB}---\napiVersion: v1\nkind: Service\nmetadata: { name: outer }\nspec:\n  type: NodePort\n  selector: { app: web }\n  ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }]\n---\n${deployment('client', 1, 'nginx:1.27')}`,
    );
    advance(world, 30);
    const nodes = [...world.list('nodes')] as Stored<Node>[];
    const met = nodes.map(({ status }) => {
      const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
      const from = world.kernel.trace.length;
      world.kernel.runTurn('client', 0, () =>
        world.startTraffic({
          namespace: 'default',
          pod: podsOf(world, 'client')[0]!.metadata.name,
          url: `http://${address}:30080`,
          count: 1,
          intervalMs: 1000,
        }),
      );
      advance(world, 30);
      const events = world.kernel.trace.slice(from + 1);
      const choice = events.find((event): event is TraceEventOf<'proxy.choose'> => event.type === 'proxy.choose');
      const done = events.find((event): event is TraceEventOf<'traffic.done'> => event.type === 'traffic.done');
      return [choice?.data.node, done?.data.status];
    });
    expect(met).toEqual(nodes.map(({ metadata }) => [metadata.name, 200]));
  });

  it('fails as curl says when there is no name, no endpoint, or nobody listening', () => {
    const world = bootWorld();
    apply(world, `${service('empty')}---\n${deployment('client', 1, 'nginx:1.27')}`);
    advance(world, 30);
    const outcome = (url: string): string | undefined => {
      const from = world.kernel.trace.length;
      world.kernel.runTurn('client', 0, () =>
        world.startTraffic({
          namespace: 'default',
          pod: podsOf(world, 'client')[0]!.metadata.name,
          url,
          count: 1,
          intervalMs: 1000,
        }),
      );
      advance(world, 30);
      return world.kernel.trace
        .slice(from + 1)
        .find((event): event is TraceEventOf<'traffic.done'> => event.type === 'traffic.done')?.data.failure;
    };
    expect(outcome('http://nowhere')).toBe('curl: (6) Could not resolve host: nowhere');
    expect(outcome('http://empty')).toMatch(
      /^curl: \(7\) Failed to connect to empty port 80 after \d+ ms: Could not connect to server$/,
    );
    expect(outcome('ftp://empty')).toBe('curl: (1) Protocol "ftp" not supported');
  });
});

describe('what goes wrong', () => {
  it('a pod that fits nowhere says why in the words of the scheduler', () => {
    const world = bootWorld();
    apply(
      world,
      deployment('greedy', 1, 'nginx:1.27', '          resources:\n            requests:\n              cpu: "8"\n'),
    );
    advance(world, 10);
    const [pod] = podsOf(world, 'greedy');
    expect(pod!.status?.conditions?.find(({ type }) => type === 'PodScheduled')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message:
        '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    });
  });

  it('a crashing container restarts at once, then after 10, 20 and 40 seconds', () => {
    const world = bootWorld();
    apply(world, deployment('crash', 1, 'pilothouse/web:broken'));
    const from = world.kernel.trace.length;
    advance(world, 120);
    const events = world.kernel.trace.slice(from + 1);
    const starts = events.filter(({ type }) => type === 'container.start').map(({ time }) => time);
    const exits = events.filter(({ type }) => type === 'container.exit').map(({ time }) => time);
    const waits = starts.slice(1).map((time, index) => Math.floor((time - exits[index]!) / 1000));
    expect(waits.slice(0, 4)).toEqual([0, 10, 20, 40]);
    expect(statuses(podsOf(world, 'crash'))[0]).toBe('CrashLoopBackOff');
  });

  it('an unknown tag and an invalid host end in ImagePullBackOff', () => {
    const world = bootWorld();
    apply(
      world,
      `${deployment('typo', 1, 'nginx:no-such-tag_')}---\n${deployment('lost', 1, 'registry.invalid/app:1')}`,
    );
    advance(world, 5);
    expect(statuses([...podsOf(world, 'typo'), ...podsOf(world, 'lost')])).toEqual(['ErrImagePull', 'ErrImagePull']);
    advance(world, 14);
    expect(statuses([...podsOf(world, 'typo'), ...podsOf(world, 'lost')])).toEqual([
      'ImagePullBackOff',
      'ImagePullBackOff',
    ]);
    const lines = eventsOf(world, podsOf(world, 'lost')[0]!);
    expect(lines.some((line) => /Failed to pull image "registry\.invalid\/app:1": .*no such host/.test(line))).toBe(
      true,
    );
    expect(lines).toContain('Failed: Error: ErrImagePull');
  });

  it('a node that falls silent is Unknown after 50 s, tainted, and loses its pods after 300 s more', () => {
    const world = bootWorld();
    apply(world, deployment('web', 3, 'pilothouse/web:1.0'));
    advance(world, 30);
    const node = podsOf(world, 'web')[0]!.spec!.nodeName!;
    world.kernel.freeze(`node/${node}/kubelet`);
    const ready = (): string | undefined =>
      (world.find('nodes', undefined, node) as Stored<Node>).status?.conditions?.find(({ type }) => type === 'Ready')
        ?.status;
    advance(world, 45);
    expect(ready()).toBe('True');
    advance(world, 25);
    expect(ready()).toBe('Unknown');
    advance(world, 20);
    expect(
      (world.find('nodes', undefined, node) as Stored<Node>).spec?.taints?.map(({ key, effect }) => `${key}:${effect}`),
    ).toEqual(
      expect.arrayContaining(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']),
    );
    advance(world, 330);
    const elsewhere = podsOf(world, 'web').filter(
      ({ spec, metadata }) => spec?.nodeName !== node && !metadata.deletionTimestamp,
    );
    expect(elsewhere).toHaveLength(3);
  });
});

describe('a namespace', () => {
  it('is emptied before it goes, and takes nothing new meanwhile', () => {
    const world = bootWorld();
    apply(world, 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n');
    advance(world, 5);
    apply(world, deployment('web', 1, 'nginx:1.27').replace('name: web\nspec', 'name: web\n  namespace: shop\nspec'));
    advance(world, 20);
    request(world, 'DELETE', '/api/v1/namespaces/shop');
    const refused = request(world, 'POST', '/api/v1/namespaces/shop/configmaps', { metadata: { name: 'late' } });
    expect(refused).toMatchObject({
      status: 403,
      body: {
        message:
          'configmaps "late" is forbidden: unable to create new content in namespace shop because it is being terminated',
      },
    });
    advance(world, 90);
    expect(world.find('namespaces', undefined, 'shop')).toBeUndefined();
    expect([...world.list('pods', 'shop')]).toEqual([]);
  });
});
