/** What the server fills in, as a real one of release 1.35 answered to the same manifests. */
import { describe, expect, it } from 'vitest';
import { toObjects } from '../../../src/manifest/index.ts';
import {
  kindOf,
  KINDS,
  resourceName,
  type KindDefinition,
  type KubeObject,
  type Stored,
} from '../../../src/sim/api/index.ts';
import { apply, bootWorld } from '../../support/world.ts';

const world = bootWorld({ preset: 'plain' });

interface Anything {
  spec: Record<string, unknown>;
  metadata: Record<string, unknown>;
  status: Record<string, unknown>;
}

const applied = (text: string): Anything => apply(world, text)[0] as unknown as Anything;

const container = {
  image: 'x:1',
  imagePullPolicy: 'IfNotPresent',
  name: 'c',
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};

const podSpec = (restartPolicy: string): object => ({
  containers: [container],
  dnsPolicy: 'ClusterFirst',
  restartPolicy,
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
});

describe('the server', () => {
  it('fills in a Job, and gives it the labels by which it finds its pods', () => {
    const { spec, metadata } = applied(
      'apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: c, image: "x:1"}]}}}\n',
    );
    const labels = {
      'batch.kubernetes.io/controller-uid': metadata['uid'],
      'batch.kubernetes.io/job-name': 'j',
      'controller-uid': metadata['uid'],
      'job-name': 'j',
    };
    expect(spec).toEqual({
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      completions: 1,
      manualSelector: false,
      parallelism: 1,
      podReplacementPolicy: 'TerminatingOrFailed',
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': metadata['uid'] } },
      suspend: true,
      template: { metadata: { labels }, spec: podSpec('Never') },
    });
    expect(metadata['labels']).toEqual(labels);
  });

  it('fills in a CronJob', () => {
    const { spec } = applied(
      'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: cj}\nspec: {schedule: "0 0 1 1 *", jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: c, image: "x:1"}]}}}}}\n',
    );
    expect(spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: { template: { spec: podSpec('OnFailure') } } },
      successfulJobsHistoryLimit: 3,
      suspend: false,
    });
  });

  it.each([
    [
      '{ports: [{port: 80}]}',
      {
        internalTrafficPolicy: 'Cluster',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        sessionAffinity: 'None',
        type: 'ClusterIP',
      },
    ],
    [
      '{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}',
      { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Cluster' },
    ],
    ['{clusterIP: None, selector: {a: b}}', { clusterIP: 'None', internalTrafficPolicy: 'Cluster', type: 'ClusterIP' }],
    [
      '{sessionAffinity: ClientIP, ports: [{port: 80, targetPort: web}]}',
      {
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
        ports: [{ port: 80, protocol: 'TCP', targetPort: 'web' }],
      },
    ],
  ])('fills in a Service: %s', (spec, expected) => {
    const name = `s${Object.keys(expected).length}${spec.length}`;
    expect(applied(`apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: ${spec}\n`).spec).toMatchObject(
      expected,
    );
  });

  it('leaves an ExternalName Service almost alone', () => {
    const { spec } = applied(
      'apiVersion: v1\nkind: Service\nmetadata: {name: ext}\nspec: {type: ExternalName, externalName: a.example.com}\n',
    );
    expect(spec).toEqual({ externalName: 'a.example.com', sessionAffinity: 'None', type: 'ExternalName' });
  });

  it('keeps quantities in their canonical form, and asks for what is limited', () => {
    const { spec } = applied(
      'apiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec: {containers: [{name: c, image: "nginx:1.27", resources: {limits: {cpu: 0.5, memory: 1024Mi}}}]}\n',
    );
    const resources = (spec['containers'] as { resources: unknown }[])[0]!.resources;
    const amounts = { cpu: '500m', memory: '1Gi' };
    expect(resources).toEqual({ limits: amounts, requests: amounts });
  });

  it('takes the text of a Secret as UTF-8', () => {
    const secret = apply(world, 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: "비밀"}\n')[0];
    expect(secret).toMatchObject({ type: 'Opaque', data: { k: '67mE67CA' } });
    expect(secret).not.toHaveProperty('stringData');
  });

  it('lets the amounts of a LimitRange fall back on each other', () => {
    const { spec } = applied(
      'apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: Container, max: {cpu: 2}, min: {memory: 64Mi}}]}\n',
    );
    expect(spec['limits']).toEqual([
      {
        type: 'Container',
        max: { cpu: '2' },
        min: { memory: '64Mi' },
        default: { cpu: '2' },
        defaultRequest: { cpu: '2', memory: '64Mi' },
      },
    ]);
  });
});

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const item of Object.values(value)) frozen(item);
  return Object.freeze(value);
}

const EXAMPLES = toObjects(
  [
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x, resources: {limits: {cpu: 1}}, livenessProbe: {httpGet: {port: 1}}}], volumes: [{name: v, configMap: {name: x}}]}}}',
    'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec: {serviceName: a, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}, volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1024Mi}}}}]}',
    'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}}',
    'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {schedule: "@daily", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}}}',
    'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, behavior: {scaleUp: {}}}',
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}, egress: [{ports: [{port: 1}]}]}',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\nroleRef: {kind: Role, name: r}\nsubjects: [{kind: User, name: u}]',
    'apiVersion: v1\nkind: LimitRange\nmetadata: {name: a}\nspec: {limits: [{type: Container, max: {cpu: 1}}]}',
    'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: a}\nspec: {hard: {pods: 3}}',
    'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec: {capacity: {storage: 0.5Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /x}}',
    'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 1}]}',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: b}',
  ].join('\n---\n'),
);

describe('defaulting', () => {
  it.each(EXAMPLES.map((object) => [object.kind, object] as const))(
    'of a %s writes nothing into what has its defaults already',
    (_kind, object) => {
      const definition = kindOf(object.apiVersion!, object.kind!)!;
      definition.applyDefaults?.(object);
      const before = JSON.stringify(object);
      const draft = frozen({ ...object, metadata: { ...object.metadata } });
      definition.applyDefaults?.({ ...draft } as KubeObject);
      expect(JSON.stringify(draft)).toBe(before);
    },
  );

  it('of a Pod leaves the template that it was made from untouched', () => {
    const definition = kindOf('v1', 'Pod')!;
    const template = kindOf('apps/v1', 'Deployment')!;
    const deployment = EXAMPLES[0] as KubeObject & { spec: { template: { spec: object } } };
    template.applyDefaults?.(deployment);
    const { spec } = frozen(deployment).spec.template;
    const pod = { metadata: { name: 'p' }, spec } as KubeObject & { spec: { containers: { resources: object }[] } };
    definition.applyDefaults?.(pod);
    expect(pod.spec.containers[0]!.resources).toEqual({ limits: { cpu: '1' }, requests: { cpu: '1' } });
  });
});

describe('the registry', () => {
  it('has each resource and each kind once, with a name, a scope and columns', () => {
    expect(new Set(KINDS.map(resourceName)).size).toBe(KINDS.length);
    for (const kind of KINDS) {
      const columns = (kind.columns ?? []).map(({ name }) => name);
      expect([kind.kind, columns.includes('Name')]).toEqual([kind.kind, true]);
      expect(kind.singular).toBe(kind.kind.toLowerCase());
    }
  });

  it('prints a cell in every column of an object that has nothing but a name', () => {
    const context = { nowEpochMs: 0 };
    const bare: readonly string[] = KINDS.filter(({ kind }) => !NEEDS_MORE.has(kind)).flatMap(
      (kind: KindDefinition) => {
        const object = { metadata: { name: 'x', creationTimestamp: '1970-01-01T00:00:00Z' } } as Stored;
        return (kind.columns ?? [])
          .filter((column) => ['undefined', 'object'].includes(typeof column.cell(object, context)))
          .map((column) => `${kind.kind} ${column.name}`);
      },
    );
    expect(bare).toEqual([]);
  });
});

/** Kinds whose types require what these columns print; the schema sees to it. */
const NEEDS_MORE = new Set([
  'Event',
  'EndpointSlice',
  'StorageClass',
  'CSIDriver',
  'CSINode',
  'VolumeAttachment',
  'PriorityClass',
  'RuntimeClass',
  'RoleBinding',
  'ClusterRoleBinding',
  'CertificateSigningRequest',
  'ControllerRevision',
]);
