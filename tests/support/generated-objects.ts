/** Objects from seeds: valid ones of many kinds, decorated at random, and anything else by the shape of a kind. */
import generated from '../../src/sim/api/generated/schema.json' with { type: 'json' };
import { apiVersionOf, KINDS, type KindDefinition } from '../../src/sim/api/index.ts';
import type { Shape } from '../../src/sim/api/schema.ts';

const { kinds: roots, definitions } = generated as unknown as {
  kinds: Readonly<Record<string, string>>;
  definitions: Readonly<Record<string, Shape>>;
};

/** Draws that a seed decides. */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  below(bound: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  often(percent: number): boolean {
    return this.below(100) < percent;
  }
}

const CONTAINER = { name: 'a', image: 'nginx:1.27', ports: [{ containerPort: 80, name: 'http' }] };
const TEMPLATE = { metadata: { labels: { app: 'a' } }, spec: { containers: [CONTAINER] } };
const SELECTOR = { matchLabels: { app: 'a' } };
const JOB = { template: { spec: { restartPolicy: 'Never', containers: [CONTAINER] } } };
const RULES = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const ROLE = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
const SUBJECTS = [{ kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' }];

/** What makes an object of a kind valid, besides its name. */
const VALID: Readonly<Record<string, object>> = {
  ConfigMap: { data: { a: '1', 'b.txt': 'two\nlines\n', unicode: 'ä€😀' }, binaryData: { bin: 'AAECAw==' } },
  Secret: { data: { a: 'AAECAw==' }, type: 'Opaque' },
  Namespace: {},
  ServiceAccount: {},
  Pod: {
    spec: {
      containers: [
        {
          ...CONTAINER,
          env: [
            { name: 'A', value: 'b' },
            { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
          livenessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 7 },
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
        },
      ],
      volumes: [{ name: 'v', emptyDir: {} }],
      tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 }],
    },
  },
  Service: {
    spec: {
      selector: { app: 'a' },
      ports: [
        { name: 'http', port: 80, targetPort: 'http' },
        { name: 'n', port: 81, targetPort: 8081 },
      ],
    },
  },
  PersistentVolumeClaim: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  LimitRange: { spec: { limits: [{ type: 'Pod', max: { cpu: '4' } }] } },
  Deployment: {
    spec: {
      replicas: 2,
      selector: SELECTOR,
      template: TEMPLATE,
      strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
    },
  },
  ReplicaSet: { spec: { selector: SELECTOR, template: TEMPLATE } },
  DaemonSet: { spec: { selector: SELECTOR, template: TEMPLATE } },
  StatefulSet: { spec: { serviceName: 'a', selector: SELECTOR, template: TEMPLATE } },
  Job: { spec: { ...JOB, backoffLimit: 2 } },
  CronJob: { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: JOB } } },
  HorizontalPodAutoscaler: {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' }, minReplicas: 1, maxReplicas: 3 },
  },
  PodDisruptionBudget: { spec: { selector: SELECTOR, minAvailable: '50%' } },
  PriorityClass: { value: 7, preemptionPolicy: 'Never' },
  Role: { rules: RULES },
  ClusterRole: { rules: RULES },
  RoleBinding: { roleRef: ROLE, subjects: SUBJECTS },
  ClusterRoleBinding: { roleRef: ROLE, subjects: SUBJECTS },
  NetworkPolicy: { spec: { podSelector: SELECTOR, ingress: [{ ports: [{ port: 80, protocol: 'TCP' }] }] } },
  Ingress: {
    spec: {
      rules: [
        {
          host: 'a.example',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } } }],
          },
        },
      ],
    },
  },
  StorageClass: { provisioner: 'disk.csi.azure.com', allowVolumeExpansion: true },
  Lease: { spec: { holderIdentity: 'a', leaseDurationSeconds: 15 } },
};

export interface Generated {
  readonly kind: KindDefinition;
  readonly object: { readonly apiVersion: string; readonly kind: string } & Readonly<Record<string, unknown>>;
}

export const VALID_KINDS: readonly KindDefinition[] = KINDS.filter(({ kind, isReview }) => VALID[kind] && !isReview);

/** Where objects of a kind are created. */
export function pathOf(kind: KindDefinition): string {
  const root = kind.group ? `/apis/${apiVersionOf(kind)}` : `/api/${kind.version}`;
  return `${root}${kind.isNamespaced ? '/namespaces/default' : ''}/${kind.plural}`;
}

export function validObject(dice: Dice, kind: KindDefinition, name: string): Generated {
  const texts = [
    '',
    'x',
    'a b',
    'ä€😀',
    '"quoted"',
    'yes',
    '1e3',
    '0x10',
    ' lead',
    'trail ',
    '- dash',
    '# no comment',
    'two\nlines',
    '~',
    'a: b',
  ];
  const annotations = Object.fromEntries(
    Array.from({ length: dice.below(4) }, (_, at) => [`example.com/a${at}`, dice.pick(texts)]),
  );
  const labels = Object.fromEntries(
    Array.from({ length: dice.below(4) }, (_, at) => [`l${at}`, dice.pick(['', 'x', 'true', '1', 'a.b_c-d'])]),
  );
  const metadata = {
    name,
    ...(dice.often(70) ? { labels } : {}),
    ...(dice.often(70) ? { annotations } : {}),
    ...(dice.often(20) ? { finalizers: ['example.com/hold'] } : {}),
  };
  return { kind, object: { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, ...VALID[kind.kind] } };
}

/** Whatever fits the shape of a kind, more or less. */
export function shapedObject(dice: Dice, kind: KindDefinition): Generated {
  const apiVersion = apiVersionOf(kind);
  const root = roots[`${apiVersion}/${kind.kind}`];
  const value = (root === undefined ? {} : shaped(dice, `@${root}`, 0)) as { metadata?: object } | null;
  const name = dice.pick(['a', 'a-b', 'Not A Name', 'x'.repeat(300)]);
  const metadata = { ...(value?.metadata ?? {}), name };
  const { generateName: _generated, ...named } = metadata as { generateName?: string };
  return { kind, object: { ...value, apiVersion, kind: kind.kind, metadata: named } };
}

const TEXTS = [
  '',
  'a',
  'x-y',
  'None',
  'Always',
  'TCP',
  '10.0.0.1',
  '100%',
  '1Gi',
  '2026-01-01T00:00:00Z',
  'AA==',
  'not a name!',
  'http',
  'y'.repeat(70),
];
const NUMBERS = [0, 1, -1, 2, 80, 65_536, 1.5, 2 ** 31, 1e300];

function shaped(dice: Dice, shape: Shape, depth: number): unknown {
  // One in many is of another type than it should be.
  if (dice.often(2)) return dice.pick<unknown>([null, 0, 'x', [], {}, true, [null], { a: {} }]);
  if (typeof shape === 'string') return simple(dice, shape, depth);
  if ('o' in shape) {
    const names = Object.keys(shape.o).filter(
      (name) => depth < 7 && (dice.often(35) || name === 'spec' || name === 'containers'),
    );
    return Object.fromEntries(names.map((name) => [name, shaped(dice, shape.o[name]!, depth + 1)]));
  }
  const count = depth < 7 ? dice.below(3) : 0;
  if ('m' in shape)
    return Object.fromEntries(
      Array.from({ length: count }, () => [dice.pick(['a', 'b/c', 'cpu', '']), shaped(dice, shape.m, depth + 1)]),
    );
  if ('a' in shape) return Array.from({ length: count }, () => shaped(dice, shape.a, depth + 1));
  return shaped(dice, dice.pick(shape as readonly Shape[]), depth);
}

function simple(dice: Dice, shape: string, depth: number): unknown {
  if (shape.startsWith('@')) return shaped(dice, definitions[shape.slice(1)] ?? 'x', depth);
  if (shape === 's') return dice.pick(TEXTS);
  if (shape === 'q') return dice.pick<unknown>(['1', '100m', '1Gi', '-1', 'x', 3]);
  if (shape === 'b') return dice.often(50);
  if (shape === 'i' || shape === 'n') return dice.pick(NUMBERS);
  return shape === 'z' ? null : { any: dice.pick(TEXTS) };
}
