/** Plugins of admission and rules of quotas, as their texts tell them. */
import { describe, expect, it } from 'vitest';
import { apply, bootWorld, request } from '../../support/world.ts';

const world = bootWorld({ preset: 'plain' });

const post = (path: string, body: object): { status: number; message: string } => {
  const { status, body: answer } = request(world, 'POST', path, body);
  return { status, message: (answer as { message?: string }).message ?? '' };
};

const pod = (name: string, spec: object): ReturnType<typeof post> =>
  post('/api/v1/namespaces/default/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'x' }], ...spec },
  });

describe('RuntimeClass admission', () => {
  it('rejects a pod of a class that is not there', () => {
    expect(pod('r', { runtimeClassName: 'fancy' })).toEqual({
      status: 403,
      message: 'pods "r" is forbidden: pod rejected: RuntimeClass "fancy" not found',
    });
    expect(pod('r', { overhead: { cpu: '1' } }).message).toBe(
      `pods "r" is forbidden: pod rejected: Pod's Overhead set without corresponding RuntimeClass defined Overhead`,
    );
  });

  it('gives a pod the overhead and the nodes of its class', () => {
    apply(
      world,
      `apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: kata}
handler: kata
overhead: {podFixed: {cpu: 250m, memory: 120Mi}}
scheduling: {nodeSelector: {sandbox: kata}, tolerations: [{key: kata, operator: Exists}]}
`,
    );
    expect(pod('boxed', { runtimeClassName: 'kata' }).status).toBe(201);
    expect((world.find('pods', 'default', 'boxed') as { spec?: object }).spec).toMatchObject({
      overhead: { cpu: '250m', memory: '120Mi' },
      nodeSelector: { sandbox: 'kata' },
      tolerations: expect.arrayContaining([{ key: 'kata', operator: 'Exists' }]) as unknown,
    });
    expect(pod('torn', { runtimeClassName: 'kata', nodeSelector: { sandbox: 'other' } }).message).toContain(
      'conflict: runtimeClass.scheduling.nodeSelector[sandbox] = kata; pod.spec.nodeSelector[sandbox] = other',
    );
  });
});

describe('a ResourceQuota', () => {
  const quota = (spec: object): string =>
    post('/api/v1/namespaces/default/resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec,
    }).message.replace('ResourceQuota "q" is invalid: ', '');

  it.each([
    [{ hard: { pods: '1' }, scopes: ['Nope'] }, 'spec.scopes: Invalid value: ["Nope"]: unsupported scope'],
    [
      { hard: { cpu: '1' }, scopes: ['BestEffort'] },
      'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
    ],
    [
      { hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] },
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
    ],
    [{ hard: { pods: '1500m' } }, 'spec.hard[pods]: Invalid value: "1500m": must be an integer'],
    [
      { hard: { widgets: '1' } },
      '[spec.hard[widgets]: Invalid value: "widgets": must be a standard resource type or fully qualified, spec.hard[widgets]: Invalid value: "widgets": must be a standard resource for quota]',
    ],
    [
      {
        hard: { pods: '1' },
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] },
      },
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    ],
  ])('with %j is refused', (spec, message) => {
    expect(quota(spec)).toBe(message);
  });
});
