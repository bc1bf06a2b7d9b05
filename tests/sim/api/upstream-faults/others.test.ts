/** What is wrong with objects of many kinds, in upstream's words and order. Upstream: pkg/apis/*\/validation/validation.go. */
import { describe, expect, it } from 'vitest';
import { bootWorld } from '../../../support/world.ts';
import { change, post } from './post.ts';

const world = bootWorld({ preset: 'plain' });
type Row = readonly [string, readonly string[]];

const object = (apiVersion: string, kind: string, rest: string, name = 'x'): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}}\n${rest}\n`;
const TEMPLATE = 'template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}';

describe('a StatefulSet', () => {
  const set = (fields: string): string =>
    object('apps/v1', 'StatefulSet', `spec: {selector: {matchLabels: {a: b}}, ${TEMPLATE}, ${fields}}`);

  it.each<Row>([
    [
      'podManagementPolicy: Any',
      ["spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'"],
    ],
    [
      'updateStrategy: {type: Recreate}',
      [
        'spec.updateStrategy: Invalid value: {"Type":"Recreate","RollingUpdate":null}: must be \'RollingUpdate\' or \'OnDelete\'',
      ],
    ],
    [
      'persistentVolumeClaimRetentionPolicy: {whenDeleted: Keep}',
      [
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": supported values: "Retain", "Delete"',
      ],
    ],
    ['ordinals: {start: -1}', ['spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0']],
    [
      'volumeClaimTemplates: [{metadata: {name: d}, spec: {}}]',
      [
        'spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required',
        'spec.volumeClaimTemplates[0].spec.resources[storage]: Required value',
      ],
    ],
  ])('%s', (fields, faults) => {
    expect(post(world, set(fields))).toMatchObject({ status: 422, faults });
  });

  it('may mount what its claims give', () => {
    const spec =
      '{selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, volumeMounts: [{name: d, mountPath: /d}]}]}}, volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}';
    expect(post(world, object('apps/v1', 'StatefulSet', `spec: ${spec}`)).status).toBe(201);
  });
});

describe('a DaemonSet', () => {
  it.each<Row>([
    [
      'updateStrategy: {type: Recreate}',
      [
        'spec.updateStrategy: Unsupported value: {"Type":"Recreate","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
      ],
    ],
    [
      'updateStrategy: {rollingUpdate: {maxUnavailable: 0}}',
      ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
    ],
  ])('%s', (fields, faults) => {
    const spec = `spec: {selector: {matchLabels: {a: b}}, ${TEMPLATE}, ${fields}}`;
    expect(post(world, object('apps/v1', 'DaemonSet', spec))).toMatchObject({ status: 422, faults });
  });
});

describe('a selector that is wrong', () => {
  it('leaves the template of a Deployment unread', () => {
    const spec = `spec: {selector: {matchExpressions: [{key: a, operator: Is, values: [b]}]}, template: {}}`;
    expect(post(world, object('apps/v1', 'Deployment', spec)).faults).toEqual([
      'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
      'spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"Is","values":["b"]}]}: invalid label selector',
    ]);
  });
});

describe('a Job', () => {
  const job = (fields: string): string =>
    object(
      'batch/v1',
      'Job',
      `spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}, ${fields}}`,
    );

  it.each<Row>([
    ['completionMode: Indexed, parallelism: 2', ['spec.completions: Required value: when completion mode is Indexed']],
    [
      'completionMode: Random',
      ['spec.completionMode: Unsupported value: "Random": supported values: "NonIndexed", "Indexed"'],
    ],
    ['backoffLimitPerIndex: 1', ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode']],
    [
      'podFailurePolicy: {rules: [{action: FailJob}]}',
      [
        'spec.podFailurePolicy.rules[0]: Invalid value: "": specifying one of OnExitCodes and OnPodConditions is required',
      ],
    ],
    [
      'podFailurePolicy: {rules: [{action: Stop, onExitCodes: {operator: In, values: [0, 3, 2]}}]}',
      [
        'spec.podFailurePolicy.rules[0].action: Unsupported value: "Stop": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator',
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [0,3,2]: must be ordered',
      ],
    ],
  ])('%s', (fields, faults) => {
    expect(post(world, job(fields))).toMatchObject({ status: 422, faults });
  });

  it('keeps its completions unless it grows with its parallelism', () => {
    const { faults } = change(world, job('completions: 3, completionMode: Indexed, suspend: true'), {
      spec: { completions: 5 },
    });
    expect(faults).toEqual([
      'spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism',
    ]);
  });
});

describe('storage', () => {
  it.each<Row>([
    [
      object('v1', 'PersistentVolumeClaim', 'spec: {accessModes: [Any]}'),
      [
        'spec.accessModes: Unsupported value: "Any": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.resources[storage]: Required value',
      ],
    ],
    [
      object('v1', 'PersistentVolume', 'spec: {hostPath: {path: /d}}'),
      [
        'spec.accessModes: Required value',
        'spec.capacity: Required value',
        'spec.capacity: Unsupported value: {}: supported values: "storage"',
      ],
    ],
    [
      object(
        'v1',
        'PersistentVolume',
        'spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, local: {path: /d}}',
      ),
      ['spec.nodeAffinity: Required value: Local volume requires node affinity'],
    ],
    [
      object('v1', 'PersistentVolume', 'spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}}'),
      ['spec: Required value: must specify a volume type'],
    ],
    [object('storage.k8s.io/v1', 'StorageClass', 'parameters: {}'), ['provisioner: Required value']],
  ])('%s', (manifest, faults) => {
    expect(post(world, manifest)).toMatchObject({ status: 422, faults });
  });
});

describe('networking', () => {
  const ingress = (rest: string): string => object('networking.k8s.io/v1', 'Ingress', `spec: ${rest}`);
  const policy = (rest: string): string => object('networking.k8s.io/v1', 'NetworkPolicy', `spec: ${rest}`);

  it.each<Row>([
    [
      ingress('{defaultBackend: {}}'),
      ['spec.defaultBackend: Invalid value: "": resource or service backend is required'],
    ],
    [
      ingress('{rules: [{http: {paths: [{path: web, pathType: Prefix, backend: {service: {name: s}}}]}}]}'),
      [
        'spec.rules[0].http.paths[0].path: Invalid value: "web": must be an absolute path',
        'spec.rules[0].http.paths[0].backend: Required value: port name or number is required',
      ],
    ],
    [
      policy('{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}]}'),
      ['spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`'],
    ],
    [
      policy('{ingress: [{ports: [{port: 80, endPort: 70}]}]}'),
      ['spec.ingress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to `port`'],
    ],
    [
      policy('{ingress: [{ports: [{port: web, endPort: 70}]}]}'),
      ['spec.ingress[0].ports[0].endPort: Invalid value: 70: may not be specified when `port` is non-numeric'],
    ],
    [
      object('networking.k8s.io/v1', 'IngressClass', 'spec: {controller: mine}'),
      ['spec.controller: Invalid value: "mine": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
  ])('%s', (manifest, faults) => {
    expect(post(world, manifest)).toMatchObject({ status: 422, faults });
  });
});

describe('what bounds', () => {
  const limits = (item: string): string => object('v1', 'LimitRange', `spec: {limits: [${item}]}`);

  it.each<Row>([
    [
      limits('{type: Container, min: {cpu: "2"}, max: {cpu: "1"}}'),
      [
        'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
        'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
        'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
      ],
    ],
    [
      limits('{type: Pod, default: {cpu: "2"}}'),
      ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
    ],
    [
      limits('{type: Box}'),
      ['spec.limits[0].type: Invalid value: "Box": must be a standard limit type or fully qualified'],
    ],
    [
      limits('{type: PersistentVolumeClaim}'),
      [
        'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
      ],
    ],
    [
      object('scheduling.k8s.io/v1', 'PriorityClass', 'value: 5', 'system-mine'),
      [
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
      ],
    ],
    [
      object('v1', 'Node', 'spec: {taints: [{key: a}, {key: b, effect: Never}]}'),
      [
        'metadata.taints[0].effect: Required value',
        'metadata.taints[1].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      ],
    ],
    [
      object(
        'autoscaling/v2',
        'HorizontalPodAutoscaler',
        'spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}, behavior: {scaleDown: {stabilizationWindowSeconds: 4000}}}',
      ),
      ['spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600'],
    ],
  ])('%s', (manifest, faults) => {
    expect(post(world, manifest)).toMatchObject({ status: 422, faults });
  });
});
