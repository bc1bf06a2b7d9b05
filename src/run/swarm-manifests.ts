/** Manifests that a swarm run draws: every kind of workload with what belongs to it, sound and unsound ones. */
import type { KubeObject } from '../sim/api/object.ts';
import type { RandomStream } from '../sim/kernel/index.ts';

export interface Drawn {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: KubeObject;
}

const IMAGES = ['nginx:1.27', 'nginx:1.28', 'pilothouse/web:1', 'redis:7', 'registry.k8s.io/pause:3.10'];
/** An image that no registry has. */
const MISSING = 'pilothouse.example/missing:1';

export function pick<T>(stream: RandomStream, items: readonly T[]): T {
  return items[stream.below(items.length)]!;
}

const some = <T extends object>(stream: RandomStream, times: number, value: T): T | Record<string, never> =>
  stream.chance(1, times) ? value : {};

function container(stream: RandomStream): Record<string, unknown> {
  const image = stream.chance(1, 15) ? MISSING : pick(stream, IMAGES);
  return {
    name: 'app',
    image,
    ports: [{ containerPort: 80 }],
    resources: {
      requests: { cpu: `${pick(stream, [10, 50, 100, 250, 1000])}m`, memory: `${pick(stream, [16, 64, 256])}Mi` },
    },
    ...some(stream, 6, { command: ['sh', '-c', `sleep ${stream.between(2, 40)}; exit ${stream.below(2)}`] }),
    ...some(stream, 5, {
      readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: stream.between(1, 10), initialDelaySeconds: 1 },
    }),
  };
}

function template(stream: RandomStream, app: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    metadata: { labels: { app } },
    spec: {
      terminationGracePeriodSeconds: pick(stream, [0, 5, 30]),
      containers: [container(stream)],
      ...some(stream, 8, {
        initContainers: [{ name: 'first', image: 'busybox:1.36', command: ['sh', '-c', 'sleep 2'] }],
      }),
      ...some(stream, 6, {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: pick(stream, ['DoNotSchedule', 'ScheduleAnyway']),
            labelSelector: { matchLabels: { app } },
          },
        ],
      }),
      ...some(stream, 8, { priorityClassName: 'swarm-high' }),
      ...more,
    },
  };
}

const meta = (name: string, namespace: string): Record<string, unknown> => ({
  name,
  namespace,
  labels: { swarm: 'yes' },
});

const selector = (app: string): Record<string, unknown> => ({ matchLabels: { app } });

export function drawDeployment(stream: RandomStream, namespace: string, name: string): Drawn {
  const strategy = stream.chance(1, 5)
    ? { type: 'Recreate' }
    : {
        type: 'RollingUpdate',
        rollingUpdate: {
          maxSurge: pick(stream, [1, 2, '25%', '50%', '100%']),
          maxUnavailable: pick(stream, [0, 1, '25%', '50%']),
        },
      };
  return drawn('deployments.apps', namespace, name, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta(name, namespace),
    spec: {
      replicas: stream.between(0, 8),
      progressDeadlineSeconds: pick(stream, [30, 120, 600]),
      minReadySeconds: pick(stream, [0, 0, 5]),
      revisionHistoryLimit: pick(stream, [0, 2, 10]),
      strategy,
      selector: selector(name),
      template: template(stream, name),
    },
  });
}

export function drawStatefulSet(stream: RandomStream, namespace: string, name: string): Drawn {
  return drawn('statefulsets.apps', namespace, name, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: meta(name, namespace),
    spec: {
      serviceName: name,
      replicas: stream.between(0, 4),
      podManagementPolicy: pick(stream, ['OrderedReady', 'Parallel']),
      updateStrategy: pick(stream, [
        { type: 'RollingUpdate' },
        { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
        { type: 'OnDelete' },
      ]),
      selector: selector(name),
      template: template(stream, name),
      ...some(stream, 2, {
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              storageClassName: 'managed-csi',
              resources: { requests: { storage: '1Gi' } },
            },
          },
        ],
        persistentVolumeClaimRetentionPolicy: {
          whenDeleted: pick(stream, ['Retain', 'Delete']),
          whenScaled: pick(stream, ['Retain', 'Delete']),
        },
      }),
    },
  });
}

export function drawDaemonSet(stream: RandomStream, namespace: string, name: string): Drawn {
  return drawn('daemonsets.apps', namespace, name, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: meta(name, namespace),
    spec: {
      selector: selector(name),
      updateStrategy: pick(stream, [{ type: 'RollingUpdate' }, { type: 'OnDelete' }]),
      template: template(stream, name, {
        ...some(stream, 3, { tolerations: [{ operator: 'Exists' }] }),
        ...some(stream, 4, { nodeSelector: { swarm: 'picked' } }),
      }),
    },
  });
}

function jobSpec(stream: RandomStream, app: string): Record<string, unknown> {
  const completions = stream.between(1, 6);
  const exit = pick(stream, ['exit 0', 'exit 0', 'exit 0', 'exit 1']);
  return {
    completions,
    parallelism: stream.between(1, 4),
    backoffLimit: stream.between(0, 3),
    ...some(stream, 3, { completionMode: 'Indexed' }),
    ...some(stream, 5, { activeDeadlineSeconds: 30 }),
    ...some(stream, 4, { ttlSecondsAfterFinished: 20 }),
    template: {
      metadata: { labels: { app } },
      spec: {
        restartPolicy: pick(stream, ['Never', 'OnFailure']),
        terminationGracePeriodSeconds: 5,
        containers: [
          { name: 'work', image: 'busybox:1.36', command: ['sh', '-c', `sleep ${stream.between(1, 20)}; ${exit}`] },
        ],
      },
    },
  };
}

export function drawJob(stream: RandomStream, namespace: string, name: string): Drawn {
  return drawn('jobs.batch', namespace, name, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: meta(name, namespace),
    spec: { ...jobSpec(stream, name), ...some(stream, 6, { suspend: true }) },
  });
}

export function drawCronJob(stream: RandomStream, namespace: string, name: string): Drawn {
  return drawn('cronjobs.batch', namespace, name, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: meta(name, namespace),
    spec: {
      schedule: pick(stream, ['* * * * *', '*/2 * * * *']),
      concurrencyPolicy: pick(stream, ['Allow', 'Forbid', 'Replace']),
      jobTemplate: { spec: jobSpec(stream, name) },
    },
  });
}

/** What stands beside a workload: its service, its budget, its autoscaler. */
export function drawBeside(stream: RandomStream, workload: Drawn): readonly Drawn[] {
  const { namespace, name, resource } = workload;
  const found: Drawn[] = [];
  if (stream.chance(2, 3)) {
    found.push(
      drawn('services', namespace, name, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: meta(name, namespace),
        spec: {
          type: pick(stream, ['ClusterIP', 'NodePort', 'LoadBalancer']),
          selector: { app: name },
          ports: [{ port: 80, targetPort: 80 }],
          ...some(stream, 5, { publishNotReadyAddresses: true }),
        },
      }),
    );
  }
  if (stream.chance(1, 3)) {
    found.push(
      drawn('poddisruptionbudgets.policy', namespace, name, {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: meta(name, namespace),
        spec: {
          selector: selector(name),
          ...pick(stream, [{ minAvailable: 1 }, { maxUnavailable: 1 }, { minAvailable: '50%' }]),
        },
      }),
    );
  }
  if (resource === 'deployments.apps' && stream.chance(1, 5)) {
    found.push(
      drawn('horizontalpodautoscalers.autoscaling', namespace, name, {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: meta(name, namespace),
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
          minReplicas: 1,
          maxReplicas: stream.between(2, 6),
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
          ],
        },
      }),
    );
  }
  return found;
}

/** What is there before anything else: a namespace, a priority, and now and then a quota and a range of limits. */
export function drawFoundation(stream: RandomStream, namespace: string): readonly KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'swarm-high' },
      value: 1000,
    } as KubeObject,
    ...(stream.chance(1, 3)
      ? [
          {
            apiVersion: 'v1',
            kind: 'ResourceQuota',
            metadata: { name: 'limits', namespace },
            spec: { hard: { pods: '12', services: '3', 'count/deployments.apps': '3' } },
          } as KubeObject,
        ]
      : []),
    ...(stream.chance(1, 3)
      ? [
          {
            apiVersion: 'v1',
            kind: 'LimitRange',
            metadata: { name: 'range', namespace },
            spec: { limits: [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' } }] },
          } as KubeObject,
        ]
      : []),
  ];
}

function drawn(resource: string, namespace: string, name: string, object: Record<string, unknown>): Drawn {
  return { resource, namespace, name, object: object as KubeObject };
}
