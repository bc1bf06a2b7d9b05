import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1';
import { expect } from 'vitest';
import type { World } from '../../src/sim/world.ts';
import { advance } from '../support/world.ts';
import {
  allReady,
  applied,
  conditions,
  deleted,
  get,
  parity,
  patched,
  podsBy,
  until,
  wait,
  type ParityCase,
  type Step,
} from './support/parity.ts';

const ROLLING =
  'pkg/controller/deployment/rolling.go, pkg/controller/deployment/util/deployment_util.go (ResolveFenceposts)';
const RANKS = 'pkg/controller/controller_utils.go (ActivePodsWithRanks)';
const HOLLOW = { runtime: 'pretended' } as const;

const template = (more = ''): string =>
  `{ metadata: { labels: { app: web } }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: c, image: "nginx:1.27" ${more} }] } }`;
const rolling = (replicas: number, surge: string, unavailable: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  minReadySeconds: 2
  strategy: { rollingUpdate: { maxSurge: ${surge}, maxUnavailable: ${unavailable} } }
  selector: { matchLabels: { app: web } }
  template: ${template()}
`;
const replicaSet = (replicas: number): string => `apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template: ${template()}
`;

/** Most pods that are asked for at once, and fewest that are available, from now until the rollout is over. */
function extremes(world: World, replicas: number): { readonly most: number; readonly fewest: number } {
  let [most, fewest] = [0, Number.POSITIVE_INFINITY];
  for (let tenth = 0; tenth < 1200; tenth += 1) {
    const sets = [...world.list('replicasets.apps', 'default')] as unknown as readonly ReplicaSet[];
    most = Math.max(
      most,
      sets.reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0),
    );
    fewest = Math.min(
      fewest,
      sets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0),
    );
    const { status } = get(world, 'deployments.apps', 'web') as Deployment;
    if (tenth > 0 && status?.updatedReplicas === replicas && status.availableReplicas === replicas && sets.length > 1)
      if (status.replicas === replicas) break;
    advance(world, 0.1);
  }
  return { most, fewest };
}

const pair = (replicas: number, surge: string, unavailable: string, most: number, fewest: number): ParityCase => ({
  name: `of ${replicas} pods with maxSurge ${surge} and maxUnavailable ${unavailable} has at most ${most}, and at least ${fewest} available`,
  upstream: ROLLING,
  options: HOLLOW,
  manifests: rolling(replicas, surge, unavailable),
  steps: [
    until((world) => (get(world, 'deployments.apps', 'web') as Deployment).status?.availableReplicas === replicas, 60),
    patched('deployments.apps', 'web', {
      spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:1.28' }] } } },
    }),
    (world) => expect(extremes(world, replicas)).toEqual({ most, fewest }),
    (world) => expect(podsBy(world, 'web').every(({ spec }) => spec!.containers[0]!.image === 'nginx:1.28')).toBe(true),
  ],
});

parity('A rollout', [
  pair(10, '25%', '25%', 13, 8),
  pair(3, '25%', '25%', 4, 3),
  pair(4, '25%', '25%', 5, 3),
  pair(1, '25%', '25%', 2, 1),
  pair(10, '1', '0', 11, 10),
  pair(10, '0', '1', 10, 9),
  pair(10, '100%', '0', 20, 10),
  pair(10, '0', '100%', 10, 0),
  pair(5, '50%', '50%', 8, 3),
  pair(7, '30%', '30%', 10, 5),
  pair(6, '2', '2', 8, 4),
  // A share that comes to nothing, and no surge: one pod may be missing after all, or nothing would move.
  pair(3, '0', '30%', 3, 2),
]);

const scaled = (replicas: number): Step => patched('replicasets.apps', 'web', { spec: { replicas } });
/** Scales by one, and says which of the pods that are there goes. */
const loses =
  (replicas: number, which: (world: World) => string): Step =>
  (world) => {
    const before = podsBy(world, 'web').map(({ metadata }) => metadata.name);
    const victim = which(world);
    scaled(replicas)(world);
    wait(5)(world);
    const after = podsBy(world, 'web').map(({ metadata }) => metadata.name);
    expect(before.filter((name) => !after.includes(name))).toEqual([victim]);
  };
const newest = (world: World): string =>
  podsBy(world, 'web').reduce((last, next) =>
    next.metadata.creationTimestamp > last.metadata.creationTimestamp ? next : last,
  ).metadata.name;
const cordonAll: Step = (world) => {
  for (const { metadata } of [...world.list('nodes')])
    patched('nodes', metadata.name, { spec: { unschedulable: true } })(world);
};

parity('A ReplicaSet that has too many pods', [
  {
    name: 'deletes one without a node before any other',
    upstream: RANKS,
    options: HOLLOW,
    manifests: replicaSet(2),
    steps: [
      until(allReady('web', 2)),
      cordonAll,
      scaled(3),
      wait(2),
      loses(2, (world) => podsBy(world, 'web').find(({ spec }) => !spec?.nodeName)!.metadata.name),
    ],
  },
  {
    name: 'deletes the one of the lowest deletion cost, though others are newer',
    upstream: RANKS,
    options: HOLLOW,
    manifests: replicaSet(2),
    steps: [
      until(allReady('web', 2)),
      (world) =>
        patched('pods', podsBy(world, 'web')[0]!.metadata.name, {
          metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-10' } },
        })(world),
      wait(200),
      scaled(3),
      wait(5),
      loses(
        2,
        (world) => podsBy(world, 'web').find(({ metadata }) => metadata.annotations !== undefined)!.metadata.name,
      ),
    ],
  },
  {
    name: 'deletes the one that has been ready for the shortest time where all else is equal',
    upstream: RANKS,
    options: HOLLOW,
    manifests: replicaSet(2),
    steps: [until(allReady('web', 2)), wait(200), scaled(3), wait(5), loses(2, newest)],
  },
]);

parity('A container that ends again and again', [
  {
    name: 'is started at once, then after 10, 20, 40, 80, 160 and 300 s, and says so',
    upstream: 'pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff), pkg/kubelet/pod_workers.go (completeWork)',
    manifests:
      'apiVersion: v1\nkind: Pod\nmetadata: { name: crash }\nspec: { containers: [{ name: c, image: "busybox:1.36", command: [sh, -c, "exit 1"] }] }\n',
    steps: [
      wait(1000),
      (world) => {
        const starts = world.kernel.trace
          .slice(0)
          .filter(({ type, object }) => type === 'container.start' && object?.name === 'crash')
          .map(({ time }) => time / 1000);
        const gaps = starts.slice(1).map((at, index) => Math.round(at - starts[index]!));
        expect(gaps).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
        const { containerStatuses } = (get(world, 'pods', 'crash') as { status?: { containerStatuses?: unknown[] } })
          .status!;
        expect(containerStatuses![0]).toMatchObject({
          restartCount: 8,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
        });
        expect(JSON.stringify(containerStatuses![0])).toContain('back-off 5m0s restarting failed container=c');
      },
    ],
  },
]);

const SYNC = 'pkg/controller/deployment/sync.go (getNewReplicaSet)';
const noSets = `apiVersion: v1
kind: ResourceQuota
metadata: { name: no-sets }
spec: { hard: { count/replicasets.apps: "0" } }
`;
const setNames = (world: World): readonly string[] =>
  [...world.list('replicasets.apps', 'default')].map(({ metadata }) => metadata.name);
const statusOf = (world: World): Deployment['status'] => (get(world, 'deployments.apps', 'web') as Deployment).status;

parity('A ReplicaSet that a Deployment cannot create', [
  {
    name: 'is told of on the Deployment, and is made when nothing forbids it any more',
    upstream: SYNC,
    options: HOLLOW,
    manifests: noSets,
    steps: [
      wait(2),
      applied(rolling(1, '1', '0')),
      wait(1),
      (world) => {
        const found = statusOf(world)?.conditions?.find(({ type }) => type === 'Progressing');
        expect(found).toMatchObject({ status: 'False', reason: 'ReplicaSetCreateError' });
        expect(found?.message).toMatch(
          /^Failed to create new replica set "web-\w+": replicasets\.apps "web-\w+" is forbidden: exceeded quota: no-sets, requested: count\/replicasets\.apps=1, used: count\/replicasets\.apps=0, limited: count\/replicasets\.apps=0$/,
        );
        const told = world.eventsAbout(get(world, 'deployments.apps', 'web')) as unknown as Record<string, string>[];
        expect(told.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Warning ReplicaSetCreateError']);
      },
      deleted('resourcequotas', 'no-sets'),
      until(allReady('web', 1), 60),
      wait(3),
      conditions('deployments.apps', 'web', [
        'Available=True MinimumReplicasAvailable: Deployment has minimum availability.',
        'Progressing=True NewReplicaSetAvailable: ReplicaSet "web-HASH" has successfully progressed.',
      ]),
    ],
  },
  {
    name: 'gets another name when somebody else has taken its own',
    upstream: `${SYNC}, pkg/controller/controller_utils.go (ComputeHash)`,
    options: HOLLOW,
    manifests: rolling(1, '1', '0'),
    steps: [
      until(allReady('web', 1), 30),
      (world) => {
        const [taken] = setNames(world);
        deleted('deployments.apps', 'web')(world);
        wait(10)(world);
        expect(setNames(world)).toEqual([]);
        const other = { app: 'other' };
        const spec = { replicas: 0, selector: { matchLabels: other }, template: { metadata: { labels: other } } };
        const containers = [{ name: 'c', image: 'nginx:1.27' }];
        const body = { ...spec, template: { ...spec.template, spec: { containers } } };
        applied(JSON.stringify({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: taken }, spec: body }))(
          world,
        );
        applied(rolling(1, '1', '0'))(world);
        until(allReady('web', 1), 30)(world);
        expect(statusOf(world)?.collisionCount).toBe(1);
        expect(setNames(world)).toHaveLength(2);
        expect(podsBy(world, 'web')[0]!.metadata.name.startsWith(`${taken}-`)).toBe(false);
      },
    ],
  },
]);
