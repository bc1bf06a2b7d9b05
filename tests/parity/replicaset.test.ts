/** What a ReplicaSet and a ReplicationController take over, let go and tell. Upstream: pkg/controller/{replicaset,replication}. */
import type { ReplicaSet } from 'kubernetes-types/apps/v1';
import { expect } from 'vitest';
import type { World } from '../../src/sim/world.ts';
import { podsOf } from '../support/world.ts';
import {
  allReady,
  applied,
  deleted,
  events,
  get,
  parity,
  patched,
  podsBy,
  until,
  wait,
  type Step,
} from './support/parity.ts';

const REFS = 'pkg/controller/controller_ref_manager.go';
const UTILS = 'pkg/controller/replicaset/replica_set_utils.go';

const set = (apiVersion: string, kind: string, selector: string, more = ''): string => `apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: web }
spec:
  replicas: 2
  selector: ${selector}
  ${more}
  template:
    metadata: { labels: { app: web } }
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: c, image: "nginx:1.27" }] }
`;
const REPLICA_SET = set('apps/v1', 'ReplicaSet', '{ matchLabels: { app: web } }');
const CONTROLLER = set('v1', 'ReplicationController', '{ app: web }');
const BARE = `apiVersion: v1
kind: Pod
metadata: { name: bare, labels: { app: web } }
spec: { containers: [{ name: c, image: "nginx:1.27" }] }
`;
const made = 'SuccessfulCreate: Created pod: web-RAND';

const ownersOf = (world: World, pod: string): unknown =>
  get(world, 'pods', pod).metadata.ownerReferences?.map(({ kind, name, controller, blockOwnerDeletion }) => ({
    kind,
    name,
    controller,
    blockOwnerDeletion,
  }));
const status = (world: World): ReplicaSet['status'] => (get(world, 'replicasets.apps', 'web') as ReplicaSet).status;

const releases =
  (resource: string): Step =>
  (world) => {
    const { name } = podsBy(world, 'web')[0]!.metadata;
    patched('pods', name, { metadata: { labels: { app: 'free' } } })(world);
    wait(3)(world);
    expect(get(world, 'pods', name).metadata).not.toHaveProperty('ownerReferences');
    expect(podsBy(world, 'web')).toHaveLength(2);
    events(resource, 'web', [made, made, made])(world);
    // Given its label back, it is one too many, and goes or another does.
    patched('pods', name, { metadata: { labels: { app: 'web' } } })(world);
    wait(5)(world);
    expect(podsBy(world, 'web')).toHaveLength(2);
    events(resource, 'web', [made, made, made, 'SuccessfulDelete: Deleted pod: web-RAND'])(world);
  };

parity('A set of replicas', [
  {
    name: 'of apps/v1 lets a pod go that its selector no longer matches, and makes another',
    upstream: REFS,
    manifests: REPLICA_SET,
    steps: [until(allReady('web', 2)), releases('replicasets.apps')],
  },
  {
    name: 'of v1 does the same',
    upstream: REFS,
    manifests: CONTROLLER,
    steps: [until(allReady('web', 2)), releases('replicationcontrollers')],
  },
  {
    name: 'takes over a pod that is there already, as its controller',
    upstream: REFS,
    manifests: BARE,
    steps: [
      wait(5),
      applied(REPLICA_SET),
      until(allReady('web', 2)),
      (world) =>
        expect(ownersOf(world, 'bare')).toEqual([
          { kind: 'ReplicaSet', name: 'web', controller: true, blockOwnerDeletion: true },
        ]),
      events('replicasets.apps', 'web', [made]),
    ],
  },
  {
    name: 'leaves its pods behind by orphaning, to whoever comes next under any name',
    upstream: `${REFS}, pkg/controller/garbagecollector/garbagecollector.go (orphanDependents)`,
    manifests: REPLICA_SET,
    steps: [
      until(allReady('web', 2)),
      (world) => {
        const before = podsOf(world, 'web').map(({ metadata }) => metadata.uid);
        deleted('replicasets.apps', 'web', { propagationPolicy: 'Orphan' })(world);
        wait(2)(world);
        for (const { metadata } of podsOf(world, 'web')) expect(metadata).not.toHaveProperty('ownerReferences');
        applied(REPLICA_SET.replace('name: web }', 'name: heir }'))(world);
        wait(3)(world);
        expect(podsOf(world, 'web').map(({ metadata }) => metadata.uid)).toEqual(before);
        for (const { metadata } of podsOf(world, 'web')) expect(metadata.ownerReferences?.[0]?.name).toBe('heir');
      },
    ],
  },
  {
    name: 'counts a pod as available when it has been ready for minReadySeconds, without any change of the pod',
    upstream: UTILS,
    manifests: set('apps/v1', 'ReplicaSet', '{ matchLabels: { app: web } }', 'minReadySeconds: 10'),
    steps: [
      until(allReady('web', 2)),
      wait(3),
      (world) => expect(status(world)).toMatchObject({ replicas: 2, readyReplicas: 2, fullyLabeledReplicas: 2 }),
      (world) => expect(status(world)).not.toHaveProperty('availableReplicas'),
      wait(10),
      (world) => expect(status(world)).toMatchObject({ availableReplicas: 2, terminatingReplicas: 0 }),
    ],
  },
  {
    name: 'tells how many of its pods are on their way out',
    upstream: `${UTILS} (DeploymentReplicaSetTerminatingReplicas, on by default since 1.35)`,
    manifests: REPLICA_SET.replace(
      'containers: [{ name: c, image: "nginx:1.27" }]',
      `containers: [{ name: c, image: "busybox:1.36", command: [sh, -c, "trap '' TERM; sleep 300"] }]`,
    ).replace('terminationGracePeriodSeconds: 1', 'terminationGracePeriodSeconds: 20'),
    steps: [
      until(allReady('web', 2)),
      patched('replicasets.apps', 'web', { spec: { replicas: 1 } }),
      wait(3),
      (world) => expect(status(world)).toMatchObject({ replicas: 1, terminatingReplicas: 1 }),
      wait(25),
      (world) => expect(status(world)).toMatchObject({ replicas: 1, terminatingReplicas: 0 }),
    ],
  },
]);
