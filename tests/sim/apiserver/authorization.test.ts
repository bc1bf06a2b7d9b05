import type { ClusterRole, ClusterRoleBinding } from 'kubernetes-types/rbac/v1';
import { describe, expect, it } from 'vitest';
import { plainOptions } from '../../../src/sim/azure/index.ts';
import type { Stored } from '../../../src/sim/api/object.ts';
import type { World } from '../../../src/sim/world.ts';
import { advance, apply, bootWorld, deployment, eventsOf, podsOf, request } from '../../support/world.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const roles = (world: World): readonly Stored<ClusterRole>[] =>
  [...world.list('clusterroles.rbac.authorization.k8s.io')] as Stored<ClusterRole>[];
const bindings = (world: World): readonly Stored<ClusterRoleBinding>[] =>
  [...world.list('clusterrolebindings.rbac.authorization.k8s.io')] as Stored<ClusterRoleBinding>[];

/** What programs of the cluster were told that they may not do. */
const forbidden = (world: World): readonly string[] =>
  world.kernel.trace
    .slice(1)
    .flatMap((event) =>
      event.type === 'api.request' && event.data.code === 403 && !event.data.from.startsWith('client')
        ? [event.data.message ?? ''].filter((message) => message.includes('" cannot '))
        : [],
    );

const asNode = (node: string): Record<string, string> => ({
  'impersonate-user': `system:node:${node}`,
  'impersonate-group': 'system:nodes',
});
const messageOf = (answer: { body: never }): string => (answer.body as { message: string }).message;

describe('a new cluster', () => {
  it('has the roles and bindings of upstream, each marked as kept up to date', () => {
    const world = bootWorld(plainOptions('roles'));
    const names = roles(world).map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(68);
    expect(bindings(world)).toHaveLength(49);
    for (const { metadata } of [...roles(world), ...bindings(world)]) {
      expect(metadata.labels).toMatchObject({ 'kubernetes.io/bootstrapping': 'rbac-defaults' });
      expect(metadata.annotations).toEqual({ 'rbac.authorization.kubernetes.io/autoupdate': 'true' });
    }
    const find = (name: string): Stored<ClusterRole> => roles(world).find(({ metadata }) => metadata.name === name)!;
    expect(find('system:controller:pod-garbage-collector').rules).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['delete', 'list', 'watch'] },
      { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['pods/status'], verbs: ['patch'] },
    ]);
    expect(find('edit').metadata.labels).toMatchObject({ 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' });
    expect(find('edit').aggregationRule?.clusterRoleSelectors).toEqual([
      { matchLabels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' } },
    ]);
    const bound = bindings(world).find(({ metadata }) => metadata.name === 'system:controller:daemon-set-controller');
    expect(bound?.subjects).toEqual([
      { kind: 'ServiceAccount', name: 'daemon-set-controller', namespace: 'kube-system' },
    ]);
    const local = [...world.list('roles.rbac.authorization.k8s.io')].map(
      ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
    );
    expect(local).toEqual([
      'kube-public/system:controller:bootstrap-signer',
      'kube-system/extension-apiserver-authentication-reader',
      'kube-system/system::leader-locking-kube-controller-manager',
      'kube-system/system::leader-locking-kube-scheduler',
      'kube-system/system:controller:bootstrap-signer',
      'kube-system/system:controller:cloud-provider',
      'kube-system/system:controller:token-cleaner',
    ]);
  });
});

const EVERYTHING = `${deployment('web', 3, 'nginx:1.27')}
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: LoadBalancer, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 4
  maxReplicas: 5
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } } }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store }
spec:
  replicas: 2
  serviceName: store
  persistentVolumeClaimRetentionPolicy: { whenDeleted: Delete }
  selector: { matchLabels: { app: store } }
  template:
    metadata: { labels: { app: store } }
    spec: { containers: [{ name: store, image: 'nginx:1.27', volumeMounts: [{ name: data, mountPath: /data }] }] }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec: { containers: [{ name: agent, image: 'nginx:1.27' }] }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: often }
spec:
  schedule: '* * * * *'
  jobTemplate:
    spec:
      ttlSecondsAfterFinished: 20
      template: { spec: { restartPolicy: Never, containers: [{ name: once, image: 'busybox:1.36', command: ['true'] }] } }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: all }
spec: { hard: { pods: '50' } }`;

describe('the programs of the cluster', () => {
  it('act under their own names, and within what their roles allow', () => {
    const world = bootWorld();
    apply(world, EVERYTHING);
    advance(world, 150);
    for (const [group, plural, name] of [
      ['apps/v1', 'deployments', 'web'],
      ['apps/v1', 'statefulsets', 'store'],
      ['apps/v1', 'daemonsets', 'agent'],
      ['batch/v1', 'cronjobs', 'often'],
    ])
      request(world, 'DELETE', `/apis/${group}/namespaces/default/${plural}/${name}`);
    advance(world, 120);
    expect([...world.list('persistentvolumeclaims', 'default')]).toEqual([]);
    expect(forbidden(world)).toEqual([]);
    const users = new Set(
      world.kernel.trace.slice(1).flatMap((event) => (event.type === 'api.request' ? [event.data.user] : [])),
    );
    for (const account of [
      'attachdetach-controller',
      'cloud-controller-manager',
      'coredns',
      'cronjob-controller',
      'csi-azuredisk-controller-sa',
      'daemon-set-controller',
      'deployment-controller',
      'disruption-controller',
      'endpoint-controller',
      'endpointslice-controller',
      'generic-garbage-collector',
      'horizontal-pod-autoscaler',
      'job-controller',
      'node-controller',
      'persistent-volume-binder',
      'pvc-protection-controller',
      'replicaset-controller',
      'resourcequota-controller',
      'root-ca-cert-publisher',
      'service-account-controller',
      'statefulset-controller',
      'ttl-after-finished-controller',
    ])
      expect([...users]).toContain(`system:serviceaccount:kube-system:${account}`);
    expect([...users]).toEqual(
      expect.arrayContaining(['system:kube-controller-manager', 'system:kube-scheduler', 'system:kube-proxy']),
    );
  });

  it('fail without their binding as upstream, and go on when it is back', () => {
    const world = bootWorld();
    const path = `${RBAC}/clusterrolebindings/system:controller:replicaset-controller`;
    const { body } = request(world, 'GET', path);
    request(world, 'DELETE', path);
    apply(world, deployment('web', 1, 'nginx:1.27'));
    advance(world, 5);
    expect(podsOf(world, 'web')).toEqual([]);
    const [set] = [...world.list('replicasets.apps', 'default')];
    expect(eventsOf(world, set!)).toEqual([]);
    expect(forbidden(world)).toContain(
      'pods is forbidden: User "system:serviceaccount:kube-system:replicaset-controller" cannot create resource "pods" in API group "" in the namespace "default"',
    );
    const { metadata, ...rest } = body as unknown as ClusterRoleBinding;
    request(world, 'POST', `${RBAC}/clusterrolebindings`, { ...rest, metadata: { name: metadata!.name } });
    advance(world, 120);
    expect(podsOf(world, 'web')).toHaveLength(1);
  });

  it('lose at once what a role no longer allows', () => {
    const world = bootWorld();
    request(world, 'DELETE', `${RBAC}/clusterrolebindings/system:kube-scheduler`);
    apply(world, deployment('web', 1, 'nginx:1.27'));
    advance(world, 5);
    const [pod] = podsOf(world, 'web');
    expect(pod?.spec?.nodeName).toBeUndefined();
    expect(forbidden(world)).toContain(
      `pods "${pod!.metadata.name}" is forbidden: User "system:kube-scheduler" cannot create resource "pods/binding" in API group "" in the namespace "default"`,
    );
  });
});

describe('a node', () => {
  const world = bootWorld();
  apply(
    world,
    `apiVersion: v1
kind: Secret
metadata: { name: mine }
---
apiVersion: v1
kind: Secret
metadata: { name: foreign }
---
apiVersion: v1
kind: Pod
metadata: { name: reader, labels: { app: reader } }
spec: { containers: [{ name: c, image: 'nginx:1.27', envFrom: [{ secretRef: { name: mine } }] }] }`,
  );
  advance(world, 20);
  const node = podsOf(world, 'reader')[0]!.spec!.nodeName!;
  const other = [...world.list('nodes')].map(({ metadata }) => metadata.name).find((name) => name !== node)!;
  const ask = (path: string, who = node): { status: number; body: never } =>
    request(world, 'GET', path, undefined, asNode(who));

  it('reads the secrets of its own pods, and no others', () => {
    expect(ask('/api/v1/namespaces/default/secrets/mine').status).toBe(200);
    const foreign = ask('/api/v1/namespaces/default/secrets/foreign');
    expect(foreign.status).toBe(403);
    expect(messageOf(foreign)).toBe(
      `secrets "foreign" is forbidden: User "system:node:${node}" cannot get resource "secrets" in API group "" in the namespace "default": no relationship found between node '${node}' and this object`,
    );
    expect(messageOf(ask('/api/v1/namespaces/default/secrets/mine', other))).toContain(
      `no relationship found between node '${other}' and this object`,
    );
    expect(messageOf(ask('/api/v1/secrets'))).toContain('can only read namespaced object of this type');
  });

  it('sees its own Node and its own lease alone', () => {
    expect(ask(`/api/v1/nodes/${node}`).status).toBe(200);
    expect(messageOf(ask(`/api/v1/nodes/${other}`))).toBe(
      `nodes "${other}" is forbidden: User "system:node:${node}" cannot get resource "nodes" in API group "" at the cluster scope: node '${node}' cannot read '${other}', only its own Node object`,
    );
    const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
    expect(ask(`${leases}/${node}`).status).toBe(200);
    expect(messageOf(ask(`${leases}/${other}`))).toContain(
      'can only access node lease with the same name as the requesting node',
    );
  });

  it('writes its own Node and pods alone, and no labels that are not a kubelet’s to set', () => {
    const send = (method: string, path: string, body?: unknown): { status: number; body: never } =>
      request(world, method, path, body, { ...asNode(node), 'content-type': 'application/merge-patch+json' });
    const label = (key: string): object => ({ metadata: { labels: { [key]: 'x' } } });
    expect(messageOf(send('PATCH', `/api/v1/nodes/${other}`, label('team')))).toBe(
      `nodes "${other}" is forbidden: node "${node}" is not allowed to modify node "${other}"`,
    );
    expect(send('PATCH', `/api/v1/nodes/${node}`, label('team')).status).toBe(200);
    expect(messageOf(send('PATCH', `/api/v1/nodes/${node}`, label('node-restriction.kubernetes.io/tier')))).toBe(
      `nodes "${node}" is forbidden: node "${node}" is not allowed to modify labels: node-restriction.kubernetes.io/tier`,
    );
    const pods = '/api/v1/namespaces/default/pods';
    const body = { metadata: { name: 'rogue' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
    expect(messageOf(send('POST', pods, body))).toBe(
      `pods "rogue" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "${node}" can only create mirror pods`,
    );
    const away = [...world.list('pods', 'kube-system')].find((pod) => (pod as never)['spec']['nodeName'] !== node)!;
    expect(messageOf(send('DELETE', `/api/v1/namespaces/kube-system/pods/${away.metadata.name}`))).toBe(
      `pods "${away.metadata.name}" is forbidden: node "${node}" can only delete pods with spec.nodeName set to itself`,
    );
  });

  it('may not change what its rules do not name', () => {
    const answer = request(world, 'DELETE', '/api/v1/namespaces/default', undefined, asNode(node));
    expect(messageOf(answer)).toBe(
      `namespaces "default" is forbidden: User "system:node:${node}" cannot delete resource "namespaces" in API group "" at the cluster scope`,
    );
  });
});
