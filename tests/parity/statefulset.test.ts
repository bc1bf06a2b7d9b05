import {
  allReady,
  columns,
  deleted,
  events,
  images,
  parity,
  patched,
  podNames,
  podsBy,
  status,
  until,
  wait,
  type Step,
} from './support/parity.ts';
import { expect } from 'vitest';

const set = (spec: string, pod = ''): string => `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
${spec}
  template:
    metadata: { labels: { app: db } }
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{ name: c, image: "redis:7" ${pod} }]
`;

const FAILING = ', readinessProbe: { exec: { command: ["false"] }, periodSeconds: 2 }';
const CONTROL = 'pkg/controller/statefulset/stateful_set_control.go';
const POD_CONTROL = 'pkg/controller/statefulset/stateful_pod_control.go';
const setImage = (image: string): Step =>
  patched('statefulsets.apps', 'db', { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } });

const claims =
  (expected: readonly string[]): Step =>
  (world) => {
    const found = [...world.list('persistentvolumeclaims', 'default')].filter(
      ({ metadata }) => !metadata.deletionTimestamp,
    );
    expect(found.map(({ metadata }) => metadata.name).sort()).toEqual(expected);
  };

const revisions =
  (expected: readonly number[]): Step =>
  (world) => {
    const found = [...world.list('controllerrevisions.apps', 'default')] as unknown as { revision: number }[];
    expect(found.map(({ revision }) => revision).sort()).toEqual(expected);
  };

const CLAIM = `  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }`;

parity('A StatefulSet', [
  {
    name: 'makes its pods in order, each once the one before is ready',
    upstream: CONTROL,
    manifests: set('  replicas: 3'),
    steps: [
      until(allReady('db', 3)),
      podNames('db', ['db-0', 'db-1', 'db-2']),
      columns('statefulsets.apps', 'db', { Ready: '3/3' }),
      events('statefulsets.apps', 'db', [
        'SuccessfulCreate: Create Pod db-0 in StatefulSet db successful',
        'SuccessfulCreate: Create Pod db-1 in StatefulSet db successful',
        'SuccessfulCreate: Create Pod db-2 in StatefulSet db successful',
      ]),
      (world) => {
        const [first] = podsBy(world, 'db');
        expect(first!.spec).toMatchObject({ hostname: 'db-0', subdomain: 'db' });
        expect(first!.metadata.labels).toMatchObject({
          'apps.kubernetes.io/pod-index': '0',
          'statefulset.kubernetes.io/pod-name': 'db-0',
        });
        const times = podsBy(world, 'db').map(({ metadata }) => metadata.creationTimestamp);
        expect([...times].sort()).toEqual(times);
      },
    ],
  },
  {
    name: 'stays at the first ordinal while that is not ready',
    upstream: CONTROL,
    manifests: set('  replicas: 2', FAILING),
    steps: [wait(60), podNames('db', ['db-0']), columns('statefulsets.apps', 'db', { Ready: '0/2' })],
  },
  {
    name: 'with Parallel makes all pods at once, ready or not',
    upstream: CONTROL,
    manifests: set('  replicas: 3\n  podManagementPolicy: Parallel', FAILING),
    steps: [wait(20), podNames('db', ['db-0', 'db-1', 'db-2'])],
  },
  {
    name: 'counts from ordinals.start',
    upstream: 'pkg/controller/statefulset/stateful_set_utils.go',
    manifests: set('  replicas: 2\n  ordinals: { start: 5 }'),
    steps: [until(allReady('db', 2)), podNames('db', ['db-5', 'db-6'])],
  },
  {
    name: 'takes the highest ordinal away first',
    upstream: CONTROL,
    manifests: set('  replicas: 3'),
    steps: [
      until(allReady('db', 3)),
      patched('statefulsets.apps', 'db', { spec: { replicas: 1 } }, 'scale'),
      until(allReady('db', 1)),
      podNames('db', ['db-0']),
      events('statefulsets.apps', 'db', [
        'SuccessfulCreate: Create Pod db-0 in StatefulSet db successful',
        'SuccessfulCreate: Create Pod db-1 in StatefulSet db successful',
        'SuccessfulCreate: Create Pod db-2 in StatefulSet db successful',
        'SuccessfulDelete: Delete Pod db-2 in StatefulSet db successful',
        'SuccessfulDelete: Delete Pod db-1 in StatefulSet db successful',
      ]),
    ],
  },
  {
    name: 'updates from the highest ordinal down and keeps two revisions',
    upstream: CONTROL,
    manifests: set('  replicas: 2'),
    steps: [
      until(allReady('db', 2)),
      setImage('redis:8'),
      wait(60),
      images('db', { 'db-0': 'redis:8', 'db-1': 'redis:8' }),
      revisions([1, 2]),
      status('statefulsets.apps', 'db', { replicas: 2, currentReplicas: 2, updatedReplicas: 2 }),
      (world) => {
        const [first, second] = podsBy(world, 'db');
        expect(second!.metadata.creationTimestamp < first!.metadata.creationTimestamp).toBe(true);
      },
    ],
  },
  {
    name: 'leaves pods below the partition at the old revision, also when they are made again',
    upstream: 'pkg/controller/statefulset/stateful_set_utils.go',
    manifests: set('  replicas: 3\n  updateStrategy: { rollingUpdate: { partition: 2 } }'),
    steps: [
      until(allReady('db', 3)),
      setImage('redis:8'),
      wait(30),
      images('db', { 'db-0': 'redis:7', 'db-1': 'redis:7', 'db-2': 'redis:8' }),
      deleted('pods', 'db-0'),
      wait(30),
      images('db', { 'db-0': 'redis:7', 'db-1': 'redis:7', 'db-2': 'redis:8' }),
    ],
  },
  {
    name: 'updates as many at once as maxUnavailable says',
    upstream: CONTROL,
    manifests: set(
      '  replicas: 4\n  podManagementPolicy: Parallel\n  updateStrategy: { rollingUpdate: { maxUnavailable: 2 } }',
    ),
    steps: [
      until(allReady('db', 4)),
      setImage('redis:8'),
      wait(60),
      (world) => {
        const made = podsBy(world, 'db').map(({ metadata }) => Date.parse(metadata.creationTimestamp));
        expect(made[2]).toBe(made[3]);
        expect(made[0]).toBe(made[1]);
        expect(made[0]).toBeGreaterThan(made[2]!);
      },
    ],
  },
  {
    name: 'with OnDelete updates a pod only when somebody deletes it',
    upstream: CONTROL,
    manifests: set('  replicas: 2\n  updateStrategy: { type: OnDelete }'),
    steps: [
      until(allReady('db', 2)),
      setImage('redis:8'),
      wait(30),
      images('db', { 'db-0': 'redis:7', 'db-1': 'redis:7' }),
      deleted('pods', 'db-1'),
      wait(30),
      images('db', { 'db-0': 'redis:7', 'db-1': 'redis:8' }),
    ],
  },
  {
    name: 'stays stuck with a broken revision until the pod is deleted by hand',
    upstream: CONTROL,
    manifests: set('  replicas: 2'),
    steps: [
      until(allReady('db', 2)),
      setImage('nobody.invalid/redis:9'),
      wait(60),
      images('db', { 'db-0': 'redis:7', 'db-1': 'nobody.invalid/redis:9' }),
      setImage('redis:7'),
      wait(60),
      images('db', { 'db-0': 'redis:7', 'db-1': 'nobody.invalid/redis:9' }),
      deleted('pods', 'db-1'),
      wait(30),
      images('db', { 'db-0': 'redis:7', 'db-1': 'redis:7' }),
      columns('statefulsets.apps', 'db', { Ready: '2/2' }),
    ],
  },
  {
    name: 'makes a claim for each pod before the pod, and keeps it when the set shrinks and goes',
    upstream: POD_CONTROL,
    options: { preset: 'aks' },
    manifests: set(`  replicas: 2\n  podManagementPolicy: Parallel\n${CLAIM}`),
    steps: [
      wait(5),
      claims(['data-db-0', 'data-db-1']),
      (world) => {
        const texts = [...world.list('events', 'default')] as unknown as { message: string }[];
        expect(texts.map(({ message }) => message)).toContain(
          'Create Claim data-db-0 Pod db-0 in StatefulSet db success',
        );
      },
      patched('statefulsets.apps', 'db', { spec: { replicas: 1 } }, 'scale'),
      wait(120),
      claims(['data-db-0', 'data-db-1']),
      deleted('statefulsets.apps', 'db'),
      wait(120),
      podNames('db', []),
      claims(['data-db-0', 'data-db-1']),
    ],
  },
  {
    name: 'deletes claims as the retention policy says',
    upstream: POD_CONTROL,
    options: { preset: 'aks' },
    manifests: set(
      `  replicas: 2\n  podManagementPolicy: Parallel\n  persistentVolumeClaimRetentionPolicy: { whenScaled: Delete, whenDeleted: Delete }\n${CLAIM}`,
    ),
    steps: [
      wait(30),
      claims(['data-db-0', 'data-db-1']),
      patched('statefulsets.apps', 'db', { spec: { replicas: 1 } }, 'scale'),
      wait(120),
      claims(['data-db-0']),
      deleted('statefulsets.apps', 'db'),
      wait(120),
      claims([]),
    ],
  },
  {
    name: 'makes a failed pod again under the same name',
    upstream: CONTROL,
    manifests: set('  replicas: 1'),
    steps: [
      until(allReady('db', 1)),
      patched('pods', 'db-0', { status: { phase: 'Failed' } }, 'status'),
      until(allReady('db', 1)),
      podNames('db', ['db-0']),
    ],
  },
  {
    name: 'goes back to an old revision by numbering it anew',
    upstream: 'pkg/controller/history/controller_history.go',
    manifests: set('  replicas: 1'),
    steps: [
      until(allReady('db', 1)),
      setImage('redis:8'),
      wait(20),
      revisions([1, 2]),
      setImage('redis:7'),
      wait(20),
      revisions([2, 3]),
      images('db', { 'db-0': 'redis:7' }),
    ],
  },
]);
