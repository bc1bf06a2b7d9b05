/** Groups that another server serves, and ClusterRoles that gather the rules of others. */
import { describe, expect, it } from 'vitest';
import { advance, apply, bootWorld, request } from '../../support/world.ts';

const METRICS = '/apis/metrics.k8s.io/v1beta1';

describe('the metrics API', () => {
  it('is a group of an AKS cluster, and none of a plain one', () => {
    const groups = (preset: 'aks' | 'plain'): readonly string[] => {
      const { body } = request(bootWorld({ preset }), 'GET', '/apis');
      return (body as { groups: readonly { name: string }[] }).groups.map(({ name }) => name);
    };
    expect(groups('aks')).toContain('metrics.k8s.io');
    expect(groups('plain')).not.toContain('metrics.k8s.io');
  });

  it('gives usage in nanocores and kibibytes, chosen by labels', () => {
    const world = bootWorld();
    advance(world, 60);
    const { body } = request(world, 'GET', `${METRICS}/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns`);
    const { items } = body as { items: readonly { containers: readonly { name: string; usage: object }[] }[] };
    expect(items).toHaveLength(2);
    for (const { containers } of items) {
      expect(containers.map(({ name }) => name)).toEqual(['coredns']);
      expect(containers[0]!.usage).toEqual({
        cpu: expect.stringMatching(/^\d+n$/) as string,
        memory: expect.stringMatching(/^\d+Ki$/) as string,
      });
    }
  });

  it('is read only', () => {
    const world = bootWorld();
    expect(request(world, 'DELETE', `${METRICS}/nodes/x`).status).toBe(405);
    expect(request(world, 'GET', `${METRICS}/nodes/x`)).toMatchObject({
      status: 404,
      body: { message: 'nodemetrics.metrics.k8s.io "x" not found' },
    });
  });
});

describe('a ClusterRole with an aggregation rule', () => {
  const rulesOf = (world: ReturnType<typeof bootWorld>, name: string): string =>
    JSON.stringify((world.find('clusterroles.rbac.authorization.k8s.io', undefined, name) as never)['rules']);

  it('gains the rules of roles with its label, and loses them with the label', () => {
    const world = bootWorld();
    const role = (label: string): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: widgets
  labels: {rbac.authorization.k8s.io/aggregate-to-view: '${label}'}
rules:
  - {apiGroups: [example.com], resources: [widgets], verbs: [get]}
`;
    apply(world, role('true'));
    advance(world, 5);
    for (const name of ['view', 'edit', 'admin']) expect(rulesOf(world, name)).toContain('widgets');
    apply(world, role('false'));
    advance(world, 5);
    for (const name of ['view', 'edit', 'admin']) expect(rulesOf(world, name)).not.toContain('widgets');
  });

  it('has the rules of metrics-server on AKS from the start', () => {
    expect(rulesOf(bootWorld(), 'view')).toContain('metrics.k8s.io');
  });
});
