/** What `kubectl get` shows, column for column. */
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import { toObjects } from '../../../src/manifest/index.ts';
import { ageOf, humanDuration, kindOf, summarizePod, supportTable, type Stored } from '../../../src/sim/api/index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `Header=cell` of an object five minutes old; those of `-o wide` too when asked. */
function printed(text: string, isWide = false): readonly string[] {
  const object = toObjects(text)[0] as Stored;
  object.metadata.creationTimestamp = '1970-01-01T00:00:00Z';
  const columns = kindOf(object.apiVersion, object.kind)!.columns ?? [];
  return columns
    .filter(({ priority }) => isWide || priority === 0)
    .map((column) => `${column.name}=${column.cell(object, { nowEpochMs: 5 * MINUTE })}`);
}

describe('an age', () => {
  it.each([
    [-2000, '<invalid>'],
    [-500, '0s'],
    [119_999, '119s'],
    [2 * MINUTE, '2m'],
    [9 * MINUTE + 5000, '9m5s'],
    [10 * MINUTE + 5000, '10m'],
    [179 * MINUTE, '179m'],
    [3 * HOUR, '3h'],
    [7 * HOUR + 30 * MINUTE, '7h30m'],
    [47 * HOUR, '47h'],
    [2 * DAY + 5 * HOUR, '2d5h'],
    [8 * DAY + 5 * HOUR, '8d'],
    [729 * DAY, '729d'],
    [800 * DAY, '2y70d'],
    [3000 * DAY, '8y'],
  ])('of %i ms is %s', (milliseconds, text) => {
    expect(humanDuration(milliseconds)).toBe(text);
  });

  it('without a timestamp is unknown', () => {
    expect(ageOf(undefined, 0)).toBe('<unknown>');
  });
});

const running = (name: string, more: Partial<ContainerStatus> = {}): ContainerStatus =>
  ({ name, ready: true, started: true, restartCount: 0, state: { running: {} }, ...more }) as ContainerStatus;
const ended = (name: string, exitCode: number, reason: string): ContainerStatus =>
  ({ name, ready: false, restartCount: 0, state: { terminated: { exitCode, reason } } }) as ContainerStatus;
const waiting = (name: string, reason: string): ContainerStatus =>
  ({ name, ready: false, restartCount: 0, state: { waiting: { reason } } }) as ContainerStatus;

function status(pod: Pick<Pod, 'status'> & { spec?: object; metadata?: object }): string {
  const names = (pod.status?.containerStatuses ?? []).map(({ name }) => ({ name, image: 'x' }));
  return summarizePod({ ...pod, spec: { containers: names, ...pod.spec } } as Pod).status;
}

describe('the STATUS of a pod', () => {
  it('is its phase, or its reason', () => {
    expect(status({ status: { phase: 'Pending' } })).toBe('Pending');
    expect(status({ status: { phase: 'Failed', reason: 'Evicted' } })).toBe('Evicted');
    const gated = { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' };
    expect(status({ status: { phase: 'Pending', conditions: [gated] } })).toBe('SchedulingGated');
  });

  it('follows the init containers until one is not done', () => {
    const spec = { initContainers: [{ name: 'a' }, { name: 'b' }] };
    const of = (...initContainerStatuses: ContainerStatus[]): string =>
      status({ spec, status: { phase: 'Pending', initContainerStatuses } });
    expect(of(waiting('a', 'PodInitializing'))).toBe('Init:0/2');
    expect(of(ended('a', 0, 'Completed'), running('b'))).toBe('Init:1/2');
    expect(of(ended('a', 0, 'Completed'), waiting('b', 'CrashLoopBackOff'))).toBe('Init:CrashLoopBackOff');
    expect(of(ended('a', 3, ''))).toBe('Init:ExitCode:3');
    expect(of(ended('a', 1, 'Error'))).toBe('Init:Error');
  });

  it('is that of its first container that has one', () => {
    const of = (...containerStatuses: ContainerStatus[]): string =>
      status({ status: { phase: 'Running', containerStatuses } });
    expect(of(running('a'), running('b'))).toBe('Running');
    expect(of(waiting('a', 'ImagePullBackOff'), ended('b', 1, 'Error'))).toBe('ImagePullBackOff');
    expect(of(ended('a', 137, 'OOMKilled'), waiting('b', 'CrashLoopBackOff'))).toBe('OOMKilled');
    expect(of(ended('a', 0, 'Completed'), running('b'))).toBe('NotReady');
  });

  it('does not call done what has failed beside it', () => {
    const containerStatuses = [ended('a', 0, 'Completed'), ended('b', 1, 'Error')];
    expect(status({ status: { phase: 'Failed', containerStatuses } })).toBe('Error');
  });

  it('is Terminating for what goes and has not ended', () => {
    const metadata = { deletionTimestamp: '1970-01-01T00:00:00Z' };
    expect(status({ metadata, status: { phase: 'Running' } })).toBe('Terminating');
    expect(status({ metadata, status: { phase: 'Succeeded' } })).toBe('Succeeded');
    expect(status({ metadata, status: { phase: 'Running', reason: 'NodeLost' } })).toBe('Unknown');
  });

  it('comes with what is ready, sidecars counted, and with restarts', () => {
    const initContainers = [{ name: 's', image: 'x', restartPolicy: 'Always' }];
    const restarted = {
      restartCount: 3,
      lastState: { terminated: { exitCode: 1, finishedAt: '1970-01-01T00:00:10Z' } },
    };
    const pod = {
      spec: { containers: [{ name: 'a', image: 'x' }], initContainers },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Initialized', status: 'True' }],
        initContainerStatuses: [running('s', { restartCount: 1 })],
        containerStatuses: [running('a', restarted as Partial<ContainerStatus>)],
      },
    } as Pod;
    expect(summarizePod(pod)).toMatchObject({ ready: 2, total: 2, restarts: 4, restartedAt: '1970-01-01T00:00:10Z' });
  });
});

describe('a row', () => {
  it('of a Service has its addresses and ports', () => {
    expect(
      printed(
        'apiVersion: v1\nkind: Service\nmetadata: {name: outer}\nspec: {type: NodePort, clusterIP: 10.0.0.9, selector: {app: harbor}, ports: [{port: 80, nodePort: 30041, protocol: TCP}]}',
        true,
      ),
    ).toEqual([
      'Name=outer',
      'Type=NodePort',
      'Cluster-IP=10.0.0.9',
      'External-IP=<none>',
      'Port(s)=80:30041/TCP',
      'Age=5m',
      'Selector=app=harbor',
    ]);
    expect(
      printed(
        'apiVersion: v1\nkind: Service\nmetadata: {name: alias}\nspec: {type: ExternalName, externalName: db.example.net}',
      ),
    ).toEqual([
      'Name=alias',
      'Type=ExternalName',
      'Cluster-IP=<none>',
      'External-IP=db.example.net',
      'Port(s)=<none>',
      'Age=5m',
    ]);
  });

  it('of a claim shows size and modes only once it is bound', () => {
    const claim = (more: string): string =>
      `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: lazy}\nspec: {storageClassName: slow, accessModes: [ReadWriteOnce]${more}}\nstatus: {phase: Pending, capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce]}`;
    expect(printed(claim(''))).toEqual([
      'Name=lazy',
      'Status=Pending',
      'Volume=',
      'Capacity=',
      'Access Modes=',
      'StorageClass=slow',
      'VolumeAttributesClass=<unset>',
      'Age=5m',
    ]);
    expect(printed(claim(', volumeName: v')).slice(2, 5)).toEqual(['Volume=v', 'Capacity=1Gi', 'Access Modes=RWO']);
  });

  it('of a class marks the default one', () => {
    const text =
      'apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}\nprovisioner: disk.csi.azure.com\nreclaimPolicy: Delete\nvolumeBindingMode: Immediate\nallowVolumeExpansion: true';
    expect(printed(text)).toEqual([
      'Name=fast (default)',
      'Provisioner=disk.csi.azure.com',
      'ReclaimPolicy=Delete',
      'VolumeBindingMode=Immediate',
      'AllowVolumeExpansion=true',
      'Age=5m',
    ]);
  });

  // Upstream's printers.go gives this kind no age.
  it('of a storage capacity has its class and size alone', () => {
    const capacity = (more: string): readonly string[] =>
      printed(
        `apiVersion: storage.k8s.io/v1\nkind: CSIStorageCapacity\nmetadata: {name: zone-1}\nstorageClassName: fast${more}`,
      );
    expect(capacity('\ncapacity: 1Ti')).toEqual(['Name=zone-1', 'StorageClassName=fast', 'Capacity=1Ti']);
    expect(capacity('').at(-1)).toBe('Capacity=<unset>');
  });

  it('of a quota, a role binding, an autoscaler and a budget says what there is', () => {
    expect(
      printed(
        'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: tight}\nstatus: {hard: {pods: "2", configmaps: "3", requests.cpu: 500m}, used: {pods: "1", configmaps: "3", requests.cpu: 300m}}',
      ),
    ).toEqual(['Name=tight', 'Request=configmaps: 3/3, pods: 1/2, requests.cpu: 300m/500m', 'Limit=', 'Age=5m']);
    expect(
      printed(
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: porter}\nroleRef: {kind: Role, name: reader}\nsubjects: [{kind: ServiceAccount, name: porter, namespace: ns}]',
        true,
      ),
    ).toEqual(['Name=porter', 'Role=Role/reader', 'Age=5m', 'Users=', 'Groups=', 'ServiceAccounts=ns/porter']);
    expect(
      printed(
        'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {minReplicas: 1, maxReplicas: 5, scaleTargetRef: {kind: Deployment, name: web}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]}',
      ),
    ).toEqual([
      'Name=h',
      'Reference=Deployment/web',
      'Targets=cpu: <unknown>/80%',
      'MinPods=1',
      'MaxPods=5',
      'Replicas=0',
      'Age=5m',
    ]);
    expect(
      printed('apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {minAvailable: 50%}'),
    ).toEqual(['Name=b', 'Min Available=50%', 'Max Unavailable=N/A', 'Allowed Disruptions=0', 'Age=5m']);
  });
});

describe('the support table', () => {
  it('says of every kind whether anything acts on it', () => {
    const rows = supportTable();
    const of = (resource: string): string | undefined => rows.find((row) => row.resource === resource)?.support;
    expect([of('pods'), of('deployments.apps'), of('services')]).toEqual(['simulated', 'simulated', 'simulated']);
    expect([
      of('validatingadmissionpolicies.admissionregistration.k8s.io'),
      of('deviceclasses.resource.k8s.io'),
      of('ingresses.networking.k8s.io'),
    ]).toEqual(['stored', 'stored', 'stored']);
    expect(rows.length).toBeGreaterThan(55);
  });
});
