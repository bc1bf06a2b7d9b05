import { describe, expect, it } from 'vitest';
import { advance, bootWorld, request } from '../../support/world.ts';

const world = bootWorld({ preset: 'plain' });
const CORE = '/api/v1/namespaces/default';
const POLICY = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';

const pod = (name: string, spec: object = {}, labels: object = { app: name }): object => ({
  metadata: { name, labels },
  spec: { containers: [{ name: 'a', image: 'nginx:1.27' }], ...spec },
});

const create = (body: object): { status: number; body: { message: string; spec: Record<string, unknown> } } =>
  request(world, 'POST', `${CORE}/pods`, body) as never;

const evict = (name: string, body: object = {}): { status: number; body: { message: string } } =>
  request(world, 'POST', `${CORE}/pods/${name}/eviction`, { metadata: { name }, ...body }) as never;

/** A budget as its controller would have counted it. */
function budget(name: string, app: string, status: object): void {
  request(world, 'POST', POLICY, { metadata: { name }, spec: { minAvailable: 1, selector: { matchLabels: { app } } } });
  const patch = { status: { observedGeneration: 1, expectedPods: 2, ...status } };
  request(world, 'PATCH', `${POLICY}/${name}/status`, patch, { 'content-type': 'application/merge-patch+json' });
}

describe('an eviction', () => {
  it('takes one of the disruptions that the budget allows, marks the pod, and is refused when none is left', () => {
    for (const name of ['one', 'two']) create(pod(name, {}, { app: 'guarded' }));
    advance(world, 60);
    budget('guard', 'guarded', { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 });
    expect(evict('one').status).toBe(201);
    expect(request(world, 'GET', `${POLICY}/guard`)).toMatchObject({
      body: { status: { disruptionsAllowed: 0, disruptedPods: { one: expect.any(String) as string } } },
    });
    expect(request(world, 'GET', `${CORE}/pods/one`)).toMatchObject({
      body: {
        metadata: { deletionTimestamp: expect.any(String) as string },
        status: {
          conditions: expect.arrayContaining([
            expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }),
          ]) as unknown,
        },
      },
    });
    expect(evict('two')).toMatchObject({
      status: 429,
      body: {
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        details: {
          causes: [
            {
              reason: 'DisruptionBudget',
              message: 'The disruption budget guard needs 1 healthy pods and has 2 currently',
            },
          ],
        },
      },
    });
  });

  it('waits until the budget has been counted', () => {
    create(pod('early'));
    advance(world, 60);
    request(world, 'POST', POLICY, {
      metadata: { name: 'new' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'early' } } },
    });
    expect(evict('early')).toMatchObject({
      status: 429,
      body: {
        details: {
          retryAfterSeconds: 10,
          causes: [{ message: 'The disruption budget new is still being processed by the server.' }],
        },
      },
    });
  });

  it('heeds the delete options of its body', () => {
    create(pod('options'));
    advance(world, 60);
    const before = world.revision;
    expect(evict('options', { deleteOptions: { dryRun: ['All'] } }).status).toBe(201);
    expect(world.revision).toBe(before);
    expect(evict('options', { deleteOptions: { preconditions: { uid: 'other' } } }).status).toBe(409);
    expect(evict('options', { deleteOptions: { gracePeriodSeconds: 7 } }).status).toBe(201);
    expect(request(world, 'GET', `${CORE}/pods/options`)).toMatchObject({
      body: { metadata: { deletionGracePeriodSeconds: 7 } },
    });
  });
});

describe('a new pod', () => {
  it('has the pull secrets of its service account, unless it names its own', () => {
    request(world, 'POST', `${CORE}/serviceaccounts`, {
      metadata: { name: 'puller' },
      imagePullSecrets: [{ name: 'registry' }],
    });
    expect(create(pod('pulls', { serviceAccountName: 'puller' })).body.spec['imagePullSecrets']).toEqual([
      { name: 'registry' },
    ]);
    const own = create(pod('own', { serviceAccountName: 'puller', imagePullSecrets: [{ name: 'mine' }] }));
    expect(own.body.spec['imagePullSecrets']).toEqual([{ name: 'mine' }]);
  });

  it('gets no token where its service account wants none', () => {
    request(world, 'POST', `${CORE}/serviceaccounts`, {
      metadata: { name: 'mute' },
      automountServiceAccountToken: false,
    });
    expect(create(pod('mute', { serviceAccountName: 'mute' })).body.spec['volumes']).toBeUndefined();
    expect(
      create(pod('spoken', { serviceAccountName: 'mute', automountServiceAccountToken: true })).body.spec['volumes'],
    ).toHaveLength(1);
  });

  it('may not state a priority of its own', () => {
    expect(create(pod('proud', { priority: 7 }))).toMatchObject({
      status: 403,
      body: {
        message:
          'pods "proud" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
      },
    });
  });

  it('that waits at a gate is not bound', () => {
    create(pod('gated', { schedulingGates: [{ name: 'example.com/wait' }] }));
    const binding = { metadata: { name: 'gated' }, target: { kind: 'Node', name: 'any' } };
    expect(request(world, 'POST', `${CORE}/pods/gated/binding`, binding)).toMatchObject({
      status: 409,
      body: {
        message: 'Operation cannot be fulfilled on pods/binding "gated": pod gated has non-empty .spec.schedulingGates',
      },
    });
  });
});

describe('a service', () => {
  it('cannot use one node port twice, except for two protocols', () => {
    const ports = (...given: object[]): object => ({
      metadata: { name: 'twice' },
      spec: { type: 'NodePort', ports: given.map((port, index) => ({ name: `p${index}`, port: 80 + index, ...port })) },
    });
    const send = (body: object): unknown => request(world, 'POST', `${CORE}/services?dryRun=All`, body);
    expect(send(ports({ nodePort: 30_200 }, { nodePort: 30_200 }))).toMatchObject({
      status: 422,
      body: { details: { causes: [{ field: 'spec.ports[1].nodePort', reason: 'FieldValueInvalid' }] } },
    });
    expect(send(ports({ nodePort: 30_200 }, { nodePort: 30_200, port: 80, protocol: 'UDP' }))).toMatchObject({
      status: 201,
    });
  });
});

describe('the network of the host', () => {
  it('gives its ports to pods, and not to templates', () => {
    const spec = { hostNetwork: true, containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 80 }] }] };
    const body = { metadata: { name: 'host' }, spec };
    expect(request(world, 'POST', `${CORE}/pods?dryRun=All`, body).body).toMatchObject({
      spec: { containers: [{ ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }] }] },
    });
    const template = { metadata: { labels: { a: 'b' } }, spec };
    const deployment = { metadata: { name: 'host' }, spec: { selector: { matchLabels: { a: 'b' } }, template } };
    const path = '/apis/apps/v1/namespaces/default/deployments?dryRun=All';
    const made = request(world, 'POST', path, deployment).body as {
      spec: { template: { spec: { containers: { ports: object[] }[] } } };
    };
    expect(made.spec.template.spec.containers[0]!.ports).toEqual([{ containerPort: 80, protocol: 'TCP' }]);
  });
});

describe('events', () => {
  it('are forgotten an hour after they were last written', () => {
    const write = (name: string): void => {
      const body = {
        metadata: { name },
        involvedObject: { kind: 'Pod', name: 'x' },
        reason: 'R',
        message: 'm',
        type: 'Normal',
      };
      request(world, 'POST', `${CORE}/events`, body);
    };
    const isThere = (name: string): boolean => world.find('events', 'default', name) !== undefined;
    write('old');
    advance(world, 3_000);
    write('young');
    expect(isThere('old')).toBe(true);
    advance(world, 1_000);
    expect([isThere('old'), isThere('young')]).toEqual([false, true]);
  });
});

describe('matchLabelKeys and mismatchLabelKeys of a new pod', () => {
  const term = (more: object): object => ({
    topologyKey: 'topology.kubernetes.io/zone',
    labelSelector: { matchLabels: { app: 'keyed' } },
    ...more,
  });
  const labels = { app: 'keyed', 'pod-template-hash': 'abc', tenant: 'a' };

  it('are written into the selectors with the values of its own labels, and keys that it lacks are left out', () => {
    const { body } = create(
      pod(
        'keyed',
        {
          affinity: {
            podAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                term({ matchLabelKeys: ['tenant', 'missing'], mismatchLabelKeys: ['pod-template-hash'] }),
              ],
            },
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 1, podAffinityTerm: term({ mismatchLabelKeys: ['tenant'] }) },
              ],
            },
          },
          topologySpreadConstraints: [
            { ...term({ matchLabelKeys: ['pod-template-hash'] }), maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' },
          ],
        },
        labels,
      ),
    );
    const { affinity, topologySpreadConstraints } = body.spec as {
      affinity: Record<string, Record<string, { podAffinityTerm: unknown }[]>>;
      topologySpreadConstraints: unknown[];
    };
    expect(affinity['podAffinity']!['requiredDuringSchedulingIgnoredDuringExecution']![0]).toMatchObject({
      matchLabelKeys: ['tenant', 'missing'],
      labelSelector: {
        matchLabels: { app: 'keyed' },
        matchExpressions: [
          { key: 'tenant', operator: 'In', values: ['a'] },
          { key: 'pod-template-hash', operator: 'NotIn', values: ['abc'] },
        ],
      },
    });
    expect(
      affinity['podAntiAffinity']!['preferredDuringSchedulingIgnoredDuringExecution']![0]!.podAffinityTerm,
    ).toMatchObject({ labelSelector: { matchExpressions: [{ key: 'tenant', operator: 'NotIn', values: ['a'] }] } });
    expect(topologySpreadConstraints[0]).toMatchObject({
      labelSelector: { matchExpressions: [{ key: 'pod-template-hash', operator: 'In', values: ['abc'] }] },
    });
  });

  it('need a selector beside them, and no key may be in both', () => {
    const required = (one: object): object => ({
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [one] } },
    });
    const path = 'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]';
    const refused = (one: object): string => create(pod('refused', required(one), labels)).body.message;
    expect(refused(term({ labelSelector: undefined, matchLabelKeys: ['tenant'] }))).toContain(
      `${path}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
    );
    expect(refused(term({ matchLabelKeys: ['tenant'], mismatchLabelKeys: ['tenant'] }))).toContain(
      `${path}.matchLabelKeys[0]: Invalid value: "tenant": exists in both matchLabelKeys and mismatchLabelKeys`,
    );
  });
});

describe('the fields of a new pod', () => {
  interface Owned {
    readonly body: {
      readonly metadata: { readonly managedFields: readonly { readonly fieldsV1: Record<string, object> }[] };
      readonly spec: Readonly<Record<string, unknown>>;
    };
  }
  const named = (name: string): Owned => request(world, 'GET', `${CORE}/pods/${name}`) as never;

  it('belong to the sender with their defaults, and to nobody where admission has added them', () => {
    create(pod('owned'));
    create(pod('owned-too'));
    for (const name of ['owned', 'owned-too']) {
      const { metadata, spec } = named(name).body;
      expect(Object.keys(metadata.managedFields[0]!.fieldsV1['f:spec']!)).toEqual([
        'f:containers',
        'f:dnsPolicy',
        'f:restartPolicy',
        'f:securityContext',
        'f:terminationGracePeriodSeconds',
        'f:schedulerName',
        'f:enableServiceLinks',
      ]);
      expect(spec).toMatchObject({ serviceAccountName: 'default', priority: 0, tolerations: [{}, {}] });
    }
  });

  it('are those of its own text: a pod of the same spec has its own token volume', () => {
    const [one, other] = ['owned', 'owned-too'].map((name) => named(name).body.spec['volumes'] as { name: string }[]);
    expect(one![0]!.name).not.toBe(other![0]!.name);
  });
});
