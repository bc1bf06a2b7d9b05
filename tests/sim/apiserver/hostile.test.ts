import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, bootWorld, deployment, request } from '../../support/world.ts';

/** Everything that is stored is frozen: whoever changes a stored object throws. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}

const world = bootWorld({ preset: 'plain' });
for (const { object } of world.objects()) freeze(object);
const put = world.api.store.put.bind(world.api.store);
world.api.store.put = (prefix, key, expected, make) => {
  const swap = put(prefix, key, expected, make);
  if (swap.ok) freeze(swap.stored);
  return swap;
};

apply(world, deployment('target', 1, 'nginx:1.27'));
const CONTAINER = { name: 'a', image: 'nginx:1.27', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: 'b' }] };
const POD = {
  metadata: { name: 'alone', labels: { app: 'a' } },
  spec: { containers: [CONTAINER], volumes: [{ name: 'v', emptyDir: {} }] },
};
const TEMPLATE = { metadata: { labels: { app: 'target' } }, spec: { containers: [CONTAINER] } };
const WORKLOAD = {
  metadata: { name: 'target' },
  spec: { replicas: 1, selector: { matchLabels: { app: 'target' } }, template: TEMPLATE },
};
const SERVICE = {
  metadata: { name: 'web' },
  spec: {
    type: 'NodePort',
    selector: { app: 'a' },
    ports: [{ name: 'http', port: 80, targetPort: 80, nodePort: 30_100 }],
  },
};
const META = {
  name: 'mutant',
  labels: { a: 'b' },
  annotations: { c: 'd' },
  finalizers: ['example.com/hold'],
  ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'alone', uid: '1' }],
};
const LIMITS = {
  metadata: { name: 'limits' },
  spec: {
    limits: [
      {
        type: 'Container',
        default: { cpu: '1' },
        defaultRequest: { cpu: '100m' },
        max: { cpu: '2' },
        min: { cpu: '1m' },
      },
    ],
  },
};
const BUDGET = { metadata: { name: 'alone' }, spec: { selector: { matchLabels: { app: 'a' } }, minAvailable: 1 } };
const CORE = '/api/v1/namespaces/default';
const APPS = '/apis/apps/v1/namespaces/default';
request(world, 'POST', `${CORE}/pods`, POD);
request(world, 'POST', `${CORE}/services`, SERVICE);
request(world, 'POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', BUDGET);

const JSON_PATCH = [
  { op: 'replace', path: '/spec/replicas', value: 2 },
  { op: 'test', path: '/spec/replicas', value: 2 },
  { op: 'move', from: '/metadata/labels', path: '/metadata/annotations' },
];
const LIST_PATCH = {
  spec: {
    template: {
      spec: {
        $setElementOrder: [{ name: 'a' }],
        containers: [
          { name: 'a', image: 'x:1', $patch: 'merge' },
          { name: 'b', $patch: 'delete' },
        ],
      },
      metadata: { $retainKeys: ['labels'] },
    },
  },
};

interface Seed {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: unknown;
}
const SEEDS: readonly Seed[] = [
  { method: 'POST', path: `${CORE}/pods`, body: { ...POD, metadata: { generateName: 'p-' } } },
  { method: 'PUT', path: `${CORE}/pods/alone`, body: POD },
  {
    method: 'PUT',
    path: `${CORE}/pods/alone/status`,
    body: {
      ...POD,
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], podIPs: [{ ip: '10.0.0.1' }] },
    },
  },
  {
    method: 'POST',
    path: `${CORE}/pods/alone/binding`,
    body: { metadata: { name: 'alone' }, target: { kind: 'Node', name: 'x' } },
  },
  {
    method: 'POST',
    path: `${CORE}/pods/alone/eviction`,
    body: { metadata: { name: 'alone' }, deleteOptions: { gracePeriodSeconds: 3, preconditions: { uid: 'x' } } },
  },
  { method: 'POST', path: `${CORE}/services`, body: { ...SERVICE, metadata: { name: 'other' } } },
  { method: 'PUT', path: `${CORE}/services/web`, body: SERVICE },
  { method: 'PATCH', path: `${CORE}/services/web`, type: 'strategic-merge-patch+json', body: SERVICE },
  { method: 'PUT', path: `${CORE}/limitranges/limits`, body: LIMITS },
  { method: 'POST', path: `${CORE}/configmaps`, body: { metadata: META, data: { a: '1' }, binaryData: { b: 'AA==' } } },
  {
    method: 'PATCH',
    path: `${CORE}/configmaps/mutant?fieldManager=m&force=true`,
    type: 'apply-patch+yaml',
    body: { metadata: META, data: { a: '1' } },
  },
  {
    method: 'POST',
    path: `${CORE}/secrets`,
    body: { metadata: { name: 's' }, stringData: { a: 'b' }, type: 'Opaque' },
  },
  {
    method: 'POST',
    path: `${CORE}/persistentvolumeclaims`,
    body: {
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  },
  {
    method: 'POST',
    path: '/api/v1/nodes',
    body: {
      metadata: { name: 'n' },
      spec: { taints: [{ key: 'a', effect: 'NoSchedule' }], podCIDRs: ['10.0.0.0/24'] },
    },
  },
  {
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: 'made' }, spec: { finalizers: ['kubernetes'] } },
  },
  {
    method: 'PUT',
    path: '/api/v1/namespaces/made/finalize',
    body: { metadata: { name: 'made' }, spec: { finalizers: ['kubernetes'] } },
  },
  ...['deployments', 'replicasets', 'daemonsets', 'statefulsets'].map((plural): Seed => ({
    method: 'POST',
    path: `${APPS}/${plural}`,
    body: WORKLOAD,
  })),
  { method: 'PUT', path: `${APPS}/deployments/target`, body: WORKLOAD },
  {
    method: 'PATCH',
    path: `${APPS}/deployments/target?fieldManager=m&force=true`,
    type: 'apply-patch+yaml',
    body: WORKLOAD,
  },
  { method: 'PATCH', path: `${APPS}/deployments/target`, type: 'json-patch+json', body: JSON_PATCH },
  { method: 'PATCH', path: `${APPS}/deployments/target`, type: 'strategic-merge-patch+json', body: LIST_PATCH },
  { method: 'PATCH', path: `${APPS}/deployments/target`, type: 'merge-patch+json', body: WORKLOAD },
  ...['json-patch+json', 'merge-patch+json'].map((type): Seed => ({
    method: 'PATCH',
    path: `${APPS}/deployments/target/scale`,
    type,
    body: type === 'merge-patch+json' ? { spec: { replicas: 2 } } : JSON_PATCH,
  })),
  {
    method: 'PUT',
    path: `${APPS}/deployments/target/scale`,
    body: { metadata: { name: 'target' }, spec: { replicas: 2 } },
  },
  {
    method: 'POST',
    path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    body: {
      metadata: { name: 'b' },
      subjects: [{ kind: 'User', name: 'u' }],
      roleRef: { kind: 'ClusterRole', name: 'r' },
    },
  },
  {
    method: 'POST',
    path: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
    body: {
      metadata: { name: 'e' },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }],
      ports: [{ port: 80 }],
    },
  },
  {
    method: 'POST',
    path: `${CORE}/events`,
    body: { metadata: { name: 'ev' }, involvedObject: { kind: 'Pod', name: 'alone' }, reason: 'R', message: 'm' },
  },
  {
    method: 'DELETE',
    path: `${CORE}/pods/alone`,
    body: {
      propagationPolicy: 'Foreground',
      gracePeriodSeconds: 1,
      preconditions: { uid: 'x', resourceVersion: '1' },
      dryRun: ['All'],
    },
  },
  { method: 'DELETE', path: `${CORE}/configmaps`, body: { propagationPolicy: 'Orphan' } },
  ...[
    '',
    '?limit=2',
    '?limit=x',
    '?limit=-1',
    '?continue=abc',
    '?continue=e30',
    '?labelSelector=a%20in',
    '?labelSelector=a%20in%20(b)',
    '?fieldSelector=x',
    '?resourceVersion=-4',
    '?resourceVersion=zz',
    '?resourceVersionMatch=Exact',
    '?resourceVersionMatch=Exact&resourceVersion=99999999',
    '?watch=1',
  ].map((query): Seed => ({ method: 'GET', path: `${CORE}/pods${query}` })),
  ...[
    '/%E0%A4%A',
    '/api/v1/namespaces/%/pods',
    '/apis/apps',
    '/api/v1',
    '/apis',
    '/api',
    '/version',
    '/readyz',
    '',
    '/apis/nothing/v1',
    '/api/v1/namespaces/default/pods/alone/nothing',
  ].map((path): Seed => ({ method: 'GET', path })),
];

type Mutation = {
  readonly at: readonly number[];
  readonly how: 'replace' | 'remove' | 'add';
  readonly key: string;
  readonly value: unknown;
};

/** Walks down by the numbers in `at`, and there replaces, removes or adds a value. */
function mutate(value: unknown, { at, how, key, value: next }: Mutation): unknown {
  const [first, ...rest] = at;
  if (typeof value !== 'object' || value === null || first === undefined) return next;
  const keys = Object.keys(value);
  const chosen = keys.length > 0 ? keys[first % keys.length]! : key;
  const edit = (item: unknown): unknown =>
    rest.length > 0 && typeof item === 'object' && item !== null
      ? mutate(item, { at: rest, how, key, value: next })
      : next;
  if (Array.isArray(value))
    return how === 'remove'
      ? value.filter((_, index) => String(index) !== chosen)
      : value.map((item, index) => (String(index) === chosen ? edit(item) : (item as unknown)));
  const entries = Object.entries(value);
  if (how === 'add')
    return JSON.parse(
      `{${[...entries, [key, next] as const].map(([name, item]) => `${JSON.stringify(name)}:${JSON.stringify(item)}`).join(',')}}`,
    ) as unknown;
  return Object.fromEntries(
    entries.flatMap(([name, item]) =>
      name !== chosen ? [[name, item]] : how === 'remove' && rest.length === 0 ? [] : [[name, edit(item)]],
    ),
  );
}

const values = fc.constantFrom<unknown>(
  null,
  0,
  -1,
  1.5,
  1e300,
  65_536,
  true,
  '',
  'x',
  'None',
  '0',
  '-1',
  '100%',
  '1Gi',
  'not a name!',
  'y'.repeat(300),
  [],
  {},
  [null],
  [{}],
  [[]],
  { a: null },
  { name: null },
  { a: { b: { c: [] } } },
  JSON.parse('{"__proto__":{"a":1}}'),
  { constructor: { a: 1 } },
  ['a', 1],
  [{ name: 'a' }, { name: 'a' }],
);
const mutations = fc.array(
  fc.record({
    at: fc.array(fc.nat(9), { minLength: 1, maxLength: 7 }),
    how: fc.constantFrom('replace' as const, 'remove' as const, 'add' as const),
    key: fc.constantFrom(
      'status',
      'spec',
      'labels',
      'constructor',
      '__proto__',
      'toString',
      '$patch',
      '$retainKeys',
      '$setElementOrder/containers',
      '$deleteFromPrimitiveList/finalizers',
      'managedFields',
      'deletionTimestamp',
      'resourceVersion',
      'uid',
      'type',
      'clusterIP',
      'strategy',
    ),
    value: values,
  }),
  { maxLength: 3 },
);

const PATCH_FAULTS =
  /^(map: .* does not contain declared merge key|unknown patch type|The order in patch list|failed to create typed patch object)/;

describe('whatever is sent to the API server', () => {
  it('is answered with a Status or an object, changes no stored object in place, and never breaks the cluster', () => {
    const questions = fc.record({
      seed: fc.constantFrom(...SEEDS),
      mutations,
      query: fc.constantFrom(
        '',
        '',
        '',
        'dryRun=All',
        'gracePeriodSeconds=x',
        'propagationPolicy=Nope',
        'fieldValidation=Strict',
      ),
      text: fc.constantFrom(
        undefined,
        undefined,
        undefined,
        undefined,
        '',
        '{',
        'null',
        '"x"',
        '['.repeat(5_000) + ']'.repeat(5_000),
      ),
    });
    fc.assert(
      fc.property(questions, ({ seed, mutations: edits, query, text }) => {
        const body = seed.body === undefined ? '' : (text ?? JSON.stringify(edits.reduce(mutate, seed.body)) ?? '');
        const path = query ? `${seed.path}${seed.path.includes('?') ? '&' : '?'}${query}` : seed.path;
        const headers = {
          'content-type': `application/${seed.type ?? 'json'}`,
          accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
        };
        const answer = world.kernel.runTurn('client', 0, () =>
          world.request({ method: seed.method, path, headers, body }),
        );
        expect(answer.status).toBeGreaterThanOrEqual(200);
        // Where upstream has no reason for what is wrong with a patch, it answers 500 and says what it is.
        if (answer.status === 500) expect((answer.body as { message: string }).message).toMatch(PATCH_FAULTS);
        if (answer.status >= 400)
          expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', code: answer.status });
      }),
      { numRuns: 2_000, seed: 7 },
    );
    world.kernel.advanceTo(world.now + 60_000);
  });
});
