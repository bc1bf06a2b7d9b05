import { expect } from 'vitest';
import type { World } from '../../src/sim/world.ts';
import { advance, apply, deployment, eventsOf, podsOf } from '../support/world.ts';
import { deleted, get, parity, patched, send, wait, type Step } from './support/parity.ts';

const COLLECTOR = 'pkg/controller/garbagecollector/garbagecollector.go';
const GRAPH = 'pkg/controller/garbagecollector/graph_builder.go';

const map = (name: string, namespace = 'default'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: ${namespace} }\n`;
const role = (name: string): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: ${name}, namespace: default }\nrules: []\n`;
const secret = (name: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name}, namespace: default }\n`;
const clusterRole = (name: string): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: ${name} }\nrules: []\n`;

const owned =
  (
    resource: string,
    name: string,
    apiVersion: string,
    kind: string,
    owner: string,
    uidOf: (world: World) => string,
  ): Step =>
  (world) =>
    patched(resource, name, {
      metadata: { ownerReferences: [{ apiVersion, kind, name: owner, uid: uidOf(world) }] },
    })(world);

const uid =
  (resource: string, name: string) =>
  (world: World): string =>
    get(world, resource, name).metadata.uid;

const gone =
  (resource: string, name: string): Step =>
  (world) =>
    expect(world.find(resource, 'default', name), `${resource} ${name}`).toBeUndefined();

const RBAC = 'rbac.authorization.k8s.io/v1';

parity('What is owned', [
  {
    name: 'goes with its owner through a chain of any kinds',
    upstream: COLLECTOR,
    manifests: [map('top'), role('middle'), secret('leaf')].join('---\n'),
    steps: [
      owned('roles.rbac.authorization.k8s.io', 'middle', 'v1', 'ConfigMap', 'top', uid('configmaps', 'top')),
      owned('secrets', 'leaf', RBAC, 'Role', 'middle', uid('roles.rbac.authorization.k8s.io', 'middle')),
      wait(1),
      deleted('configmaps', 'top'),
      wait(2),
      gone('roles.rbac.authorization.k8s.io', 'middle'),
      gone('secrets', 'leaf'),
    ],
  },
  {
    name: 'goes with an owner of the whole cluster',
    upstream: COLLECTOR,
    manifests: [clusterRole('wide'), map('part')].join('---\n'),
    steps: [
      owned('configmaps', 'part', RBAC, 'ClusterRole', 'wide', uid('clusterroles.rbac.authorization.k8s.io', 'wide')),
      deleted('clusterroles.rbac.authorization.k8s.io', 'wide'),
      wait(2),
      gone('configmaps', 'part'),
    ],
  },
  {
    name: 'by something in another namespace is owned by nothing: it is told so, and goes',
    upstream: GRAPH,
    steps: [
      (world) => {
        apply(world, 'apiVersion: v1\nkind: Namespace\nmetadata: { name: far }\n');
        apply(world, `${map('owner', 'far')}---\n${map('stray')}`);
        const owner = world.find('configmaps', 'far', 'owner')!.metadata.uid;
        const stray = get(world, 'configmaps', 'stray');
        owned('configmaps', 'stray', 'v1', 'ConfigMap', 'owner', () => owner)(world);
        wait(2)(world);
        gone('configmaps', 'stray')(world);
        expect(eventsOf(world, stray)).toContain(
          `OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: ${owner}] does not exist in namespace "default"`,
        );
      },
    ],
  },
  {
    name: 'outlives an owner that is deleted with orphan',
    upstream: COLLECTOR,
    manifests: [map('top'), secret('leaf')].join('---\n'),
    steps: [
      owned('secrets', 'leaf', 'v1', 'ConfigMap', 'top', uid('configmaps', 'top')),
      wait(1),
      (world) => {
        expect(
          send(world, 'delete', 'configmaps', 'top', undefined, { options: { propagationPolicy: 'Orphan' } }).code,
        ).toBe(200);
      },
      wait(2),
      gone('configmaps', 'top'),
      (world) => expect(get(world, 'secrets', 'leaf').metadata.ownerReferences).toBeUndefined(),
    ],
  },
]);

parity('Deletion in the foreground', [
  {
    name: 'goes level by level, and only what has dependents waits for them',
    upstream: `${COLLECTOR} (attemptToDeleteItem, processDeletingDependentsItem)`,
    manifests: deployment('web', 2, 'busybox:1.36', `          command: [sh, -c, "trap '' TERM; sleep 300"]\n`),
    steps: [
      wait(10),
      deleted('deployments.apps', 'web', { propagationPolicy: 'Foreground' }),
      (world) => {
        advance(world, 2);
        const [set] = [...world.list('replicasets.apps', 'default')];
        expect(get(world, 'deployments.apps', 'web').metadata.finalizers).toEqual(['foregroundDeletion']);
        expect(set!.metadata.finalizers).toEqual(['foregroundDeletion']);
        for (const { metadata } of podsOf(world, 'web')) {
          expect(metadata.deletionTimestamp).toBeDefined();
          expect(metadata.finalizers).toBeUndefined();
        }
      },
      wait(40),
      gone('deployments.apps', 'web'),
      (world) => {
        expect([...world.list('replicasets.apps', 'default')]).toEqual([]);
        expect(podsOf(world, 'web')).toEqual([]);
      },
    ],
  },
  {
    name: 'leaves what has another owner, and takes only its own reference out',
    upstream: `${COLLECTOR} (classifyReferences)`,
    manifests: [map('top'), map('other'), secret('leaf')].join('---\n'),
    steps: [
      (world) =>
        patched('secrets', 'leaf', {
          metadata: {
            ownerReferences: ['top', 'other'].map((name) => ({
              apiVersion: 'v1',
              kind: 'ConfigMap',
              name,
              uid: get(world, 'configmaps', name).metadata.uid,
              blockOwnerDeletion: true,
            })),
          },
        })(world),
      wait(1),
      deleted('configmaps', 'top', { propagationPolicy: 'Foreground' }),
      wait(2),
      gone('configmaps', 'top'),
      (world) =>
        expect(get(world, 'secrets', 'leaf').metadata.ownerReferences?.map(({ name }) => name)).toEqual(['other']),
    ],
  },
]);

parity('An object that is going', [
  {
    name: 'takes no new finalizers',
    upstream: 'staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go (ValidateObjectMetaAccessorUpdate)',
    manifests: map('held'),
    steps: [
      patched('configmaps', 'held', { metadata: { finalizers: ['example.com/x'] } }),
      deleted('configmaps', 'held'),
      (world) => {
        const answer = send(
          world,
          'patch',
          'configmaps',
          'held',
          { metadata: { finalizers: ['example.com/x', 'example.com/y'] } },
          { patchType: 'merge' },
        );
        expect(answer.body.message).toBe(
          'ConfigMap "held" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/y"}',
        );
      },
    ],
  },
]);
