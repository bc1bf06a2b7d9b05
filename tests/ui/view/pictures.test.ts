import type { Deployment, ReplicaSet, StatefulSet } from 'kubernetes-types/apps/v1';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { Job } from 'kubernetes-types/batch/v1';
import type { Node, Pod, ResourceQuota } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { describe, expect, it } from 'vitest';
import type { ObjectSeries, SeriesLine } from '../../../src/run/types.ts';
import type { KubeObject, Stored } from '../../../src/sim/api/object.ts';
import { autoscalerPicture } from '../../../src/ui/view/autoscaler-picture.ts';
import { disruptionPicture, nodeBars, quotaBars } from '../../../src/ui/view/budget-pictures.ts';
import { curvesOf, stacked, turningPoints } from '../../../src/ui/view/curves.ts';
import { cronRuns, indexesIn, jobPicture } from '../../../src/ui/view/job-picture.ts';
import { rolloutPicture } from '../../../src/ui/view/rollout-picture.ts';
import { statefulPicture } from '../../../src/ui/view/stateful-picture.ts';

const stored = <T extends KubeObject>(object: object): Stored<T> => object as unknown as Stored<T>;
const owner = (uid: string) => [{ uid, controller: true, kind: 'X', name: 'x', apiVersion: 'v1' }];

function pod(name: string, ownerUid: string, more: object = {}, spec: object = {}): [string, Stored<Pod>] {
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  const metadata = { name, namespace: 'default', uid: name, ownerReferences: owner(ownerUid) };
  return [`pods|default/${name}`, stored<Pod>({ kind: 'Pod', metadata, spec, status, ...more })];
}

function replicaSet(name: string, revision: number, replicas: number, available: number): [string, Stored<ReplicaSet>] {
  const annotations = { 'deployment.kubernetes.io/revision': String(revision) };
  const metadata = { name, namespace: 'default', uid: name, ownerReferences: owner('shop'), annotations };
  const template = { spec: { containers: [{ name: 'a', image: `web:${revision}` }] } };
  const status = { replicas, availableReplicas: available };
  return [
    `replicasets.apps|default/${name}`,
    stored<ReplicaSet>({ kind: 'ReplicaSet', metadata, spec: { replicas, template }, status }),
  ];
}

function deployment(status: object, spec: object = {}): Stored<Deployment> {
  const annotations = { 'deployment.kubernetes.io/revision': '2' };
  const metadata = { name: 'shop', namespace: 'default', uid: 'shop', generation: 2, annotations };
  return stored<Deployment>({
    kind: 'Deployment',
    metadata,
    spec: { replicas: 4, progressDeadlineSeconds: 60, ...spec },
    status: { observedGeneration: 2, ...status },
  });
}

const CRASHING = {
  status: {
    phase: 'Running',
    containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } } }],
  },
};

describe('the rollout picture', () => {
  const objects = new Map<string, Stored>([
    replicaSet('old', 1, 3, 3),
    replicaSet('new', 2, 2, 0),
    ...['a', 'b', 'c'].map((name) => pod(`old-${name}`, 'old')),
    pod('old-d', 'old', {
      metadata: {
        name: 'old-d',
        namespace: 'default',
        uid: 'old-d',
        ownerReferences: owner('old'),
        deletionTimestamp: 'now',
      },
    }),
    pod('new-a', 'new', CRASHING),
    pod('new-b', 'new'),
  ]);
  const condition = {
    type: 'Progressing',
    status: 'True',
    reason: 'ReplicaSetUpdated',
    lastUpdateTime: '2026-01-01T00:00:00Z',
  };

  it('has the room that surge and unavailability leave, and counts no pod that is going', () => {
    const found = rolloutPicture(
      deployment({ replicas: 5, updatedReplicas: 2, availableReplicas: 3, conditions: [condition] }),
      objects,
      { surge: 1, unavailable: 1 },
      Date.parse('2026-01-01T00:00:20Z'),
    );
    expect([found.ceiling, found.desired, found.floor, found.total, found.available]).toEqual([5, 4, 3, 5, 3]);
    expect(found.columns.map(({ name, revision, isNew, cells }) => [name, revision, isNew, cells.length])).toEqual([
      ['old', 1, false, 4],
      ['new', 2, true, 2],
    ]);
    expect(found.columns[0]!.cells.at(-1)!.shape).toBe('ending');
    expect([found.standing, found.deadlineMs, found.culprit?.name]).toEqual(['progressing', 40_000, 'new-a']);
    expect(found.history.map(({ revision }) => revision)).toEqual([2, 1]);
  });

  it('says when it is stuck, paused or complete', () => {
    const late = { ...condition, status: 'False', reason: 'ProgressDeadlineExceeded' };
    const standing = (status: object, spec?: object) =>
      rolloutPicture(deployment(status, spec), objects, undefined, 0).standing;
    expect(standing({ replicas: 5, updatedReplicas: 2, conditions: [late] })).toBe('stuck');
    expect(standing({ replicas: 5, updatedReplicas: 2, conditions: [condition] }, { paused: true })).toBe('paused');
    expect(standing({ replicas: 4, updatedReplicas: 4, availableReplicas: 4, conditions: [condition] })).toBe(
      'complete',
    );
    const over = { ...condition, reason: 'NewReplicaSetAvailable' };
    expect(standing({ replicas: 4, updatedReplicas: 4, availableReplicas: 1, conditions: [over] })).toBe('degraded');
    expect(standing({ replicas: 5, updatedReplicas: 1, availableReplicas: 4, conditions: [over] })).toBe('progressing');
    expect(rolloutPicture(deployment({}), objects, undefined, 0).ceiling).toBeUndefined();
  });
});

describe('the StatefulSet picture', () => {
  it('joins each ordinal to its claims and disk, also one whose pod is gone', () => {
    const metadata = { name: 'db', namespace: 'default', uid: 'db' };
    const set = stored<StatefulSet>({
      kind: 'StatefulSet',
      metadata,
      spec: {
        replicas: 2,
        serviceName: 'db',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
        volumeClaimTemplates: [{ metadata: { name: 'data' } }],
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      },
      status: { currentRevision: 'one', updateRevision: 'two' },
    });
    const claim = (ordinal: number): [string, Stored] => [
      `persistentvolumeclaims|default/data-db-${ordinal}`,
      stored({
        kind: 'PersistentVolumeClaim',
        metadata: { name: `data-db-${ordinal}`, namespace: 'default' },
        spec: { volumeName: `pv-${ordinal}` },
        status: { phase: 'Bound', capacity: { storage: '8Gi' } },
      }),
    ];
    const matchExpressions = [{ key: 'topology.disk.csi.azure.com/zone', operator: 'In', values: ['koreacentral-1'] }];
    const elsewhere = [{ key: 'topology.disk.csi.azure.com/zone', operator: 'In', values: ['koreacentral-2'] }];
    const volume = stored({
      kind: 'PersistentVolume',
      metadata: { name: 'pv-0' },
      spec: {
        csi: { volumeHandle: '/subscriptions/x/disks/disk-0' },
        persistentVolumeReclaimPolicy: 'Delete',
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }, { matchExpressions: elsewhere }] } },
      },
    });
    const found = statefulPicture(
      set,
      new Map<string, Stored>([claim(0), claim(2), ['persistentvolumes|pv-0', volume], pod('db-0', 'db')]),
    );
    expect(
      found.ordinals.map(({ name, pod: own, isBeyond, isHeldBack }) => [name, own?.shape, isBeyond, isHeldBack]),
    ).toEqual([
      ['db-0', 'ready', false, true],
      ['db-1', undefined, false, false],
      ['db-2', undefined, true, false],
    ]);
    expect(found.ordinals[0]!.dns).toBe('db-0.db.default.svc.cluster.local');
    expect(found.ordinals[0]!.claims[0]).toMatchObject({
      disk: 'disk-0',
      zone: 'koreacentral-1, koreacentral-2',
      size: '8Gi',
      reclaim: 'Delete',
    });
    expect([found.whenDeleted, found.whenScaled, found.isUpdating]).toEqual(['Delete', 'Retain', true]);
  });
});

describe('the Job and CronJob pictures', () => {
  it('read compressed indexes, however they are written', () => {
    expect([...indexesIn('0-2,5', 10)]).toEqual([0, 1, 2, 5]);
    expect([...indexesIn(undefined, 10)]).toEqual([]);
    expect(indexesIn('0-999999999', 3).size).toBe(3);
  });

  it('tell of every index whether it is done, failed, at work or to come', () => {
    const running = pod('render-2', 'job');
    Object.assign(running[1].metadata, { annotations: { 'batch.kubernetes.io/job-completion-index': '2' } });
    const job = stored<Job>({
      kind: 'Job',
      metadata: { name: 'render', namespace: 'default', uid: 'job' },
      spec: { completions: 4, completionMode: 'Indexed' },
      status: { completedIndexes: '0', failedIndexes: '1', active: 1 },
    });
    expect(jobPicture(job, new Map([running])).indexes).toEqual(['done', 'failed', 'active', 'waiting']);
  });

  it('keep a run whose Job was cleaned away, and do not take its namesake for it', () => {
    const line = (uid: string, values: Record<string, number>): SeriesLine => ({
      key: 'jobs.batch|default/r-1',
      uid,
      since: 5,
      points: [{ time: 9, values }],
    });
    const series: ObjectSeries = {
      key: 'cronjobs.batch|default/r',
      lines: [line('a', { succeeded: 1, active: 0 }), line('b', { active: 1 })],
    };
    const live = stored({ kind: 'Job', metadata: { name: 'r-1', namespace: 'default', uid: 'b' }, status: {} });
    const runs = cronRuns(series, new Map([['jobs.batch|default/r-1', live]]), 0);
    expect(runs.map(({ outcome, isGone, end }) => [outcome, isGone, end])).toEqual([
      ['complete', true, 9],
      ['running', false, undefined],
    ]);
  });
});

describe('the pictures of budgets', () => {
  it('show which pods may be evicted', () => {
    const status = {
      expectedPods: 4,
      currentHealthy: 3,
      desiredHealthy: 2,
      disruptionsAllowed: 1,
      observedGeneration: 1,
    };
    const found = disruptionPicture(stored<PodDisruptionBudget>({ kind: 'PodDisruptionBudget', metadata: {}, status }));
    expect(found.cells).toEqual(['needed', 'needed', 'spare', 'missing']);
  });

  it('measure a quota in the units of its resource', () => {
    const status = { hard: { 'requests.cpu': '1', pods: '0' }, used: { 'requests.cpu': '250m', pods: '0' } };
    const bars = quotaBars(stored<ResourceQuota>({ kind: 'ResourceQuota', metadata: {}, status }));
    expect(bars.map(({ name, share }) => [name, share])).toEqual([
      ['requests.cpu', 0.25],
      ['pods', 1],
    ]);
  });

  it('count of a node what its pods request, and no pod that is over', () => {
    const requests = (cpu: string) => ({
      containers: [{ name: 'a', resources: { requests: { cpu } } }],
      nodeName: 'n',
    });
    const node = stored<Node>({
      kind: 'Node',
      metadata: { name: 'n' },
      status: { capacity: { cpu: '4' }, allocatable: { cpu: '3860m' } },
    });
    const objects = new Map<string, Stored>([
      pod('a', 'x', {}, requests('500m')),
      pod('b', 'x', { status: { phase: 'Succeeded' } }, requests('2')),
    ]);
    const [cpu, , pods] = nodeBars(node, objects, { cpuMillis: 250, memoryBytes: 1 });
    expect(cpu).toMatchObject({ capacity: 4, allocatable: 3.86, requested: 0.5, used: 0.25 });
    expect(pods!.requested).toBe(1);
  });

  it('read an autoscaler with upstream’s defaults where it says nothing', () => {
    const spec = {
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
      maxReplicas: 5,
      metrics: [
        { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '64Mi' } } },
        {
          type: 'Object',
          object: {
            metric: { name: 'queue_messages_ready' },
            describedObject: { apiVersion: 'v1', kind: 'Service', name: 'queue' },
            target: { type: 'Value', value: '20' },
          },
        },
        {
          type: 'Pods',
          pods: {
            metric: { name: 'http_requests_per_second' },
            target: { type: 'AverageValue', averageValue: '5' },
          },
        },
      ],
      behavior: { scaleUp: { tolerance: '50m' } },
    };
    const found = autoscalerPicture(
      stored<HorizontalPodAutoscaler>({ kind: 'HorizontalPodAutoscaler', metadata: { namespace: 'default' }, spec }),
    );
    expect(found.metrics[0]).toMatchObject({ name: 'memory', unit: 'bytes' });
    expect(found.metrics[1]).toMatchObject({ name: 'queue_messages_ready (Service queue)', unit: 'number' });
    expect(found.metrics[2]!.name).toBe('http_requests_per_second / Pod');
    expect([found.min, found.up.tolerance, found.down.tolerance, found.down.windowSeconds]).toEqual([
      1, 0.05, 0.1, 300,
    ]);
    expect(found.targetKey).toBe('deployments.apps|default/web');
  });
});

describe('curves', () => {
  const line = (values: readonly (readonly [number, number])[], until?: number): SeriesLine => ({
    key: 'x|a',
    uid: 'a',
    since: 0,
    ...(until === undefined ? {} : { until }),
    points: values.map(([time, ready]) => ({ time, values: { ready } })),
  });
  const found = curvesOf(
    [
      {
        id: 'a',
        line: line(
          [
            [0, 1],
            [10, 3],
          ],
          20,
        ),
        value: 'ready',
      },
      { id: 'b', line: line([[5, 2]]), value: 'ready' },
    ],
    30,
  );

  it('hold each value until the next, from the first write to the end of the object', () => {
    expect(found.times).toEqual([0, 5, 10, 20, 30]);
    expect(found.curves.map(({ values }) => values)).toEqual([
      [1, 1, 3, null, null],
      [null, 2, 2, 2, 2],
    ]);
  });

  it('stand on each other in a stack', () => {
    expect(stacked(found.curves)[1]!.values).toEqual([1, 3, 5, 2, 2]);
  });

  it('are told in a table by the moments at which something changed', () => {
    expect(turningPoints(found, 10)).toEqual([0, 1, 2, 3, 4]);
    expect(turningPoints(found, 2)).toEqual([3, 4]);
  });
});
