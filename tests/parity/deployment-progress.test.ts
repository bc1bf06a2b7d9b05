/** How a Deployment tells of its progress. Upstream: pkg/controller/deployment/{progress,sync}.go. */
import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1';
import { expect } from 'vitest';
import type { World } from '../../src/sim/world.ts';
import { advance } from '../support/world.ts';
import { columns, get, masked, parity, patched, until, wait, type Step } from './support/parity.ts';

const PROGRESS = 'pkg/controller/deployment/progress.go';
const SYNC = 'pkg/controller/deployment/sync.go';

const web = (spec: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
${spec}
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { terminationGracePeriodSeconds: 5, containers: [{ name: c, image: "nginx:1.27" }] } }
`;

const deployment = (world: World): Deployment => get(world, 'deployments.apps', 'web') as Deployment;
const progressing = (world: World): NonNullable<NonNullable<Deployment['status']>['conditions']>[number] | undefined =>
  deployment(world).status?.conditions?.find(({ type }) => type === 'Progressing');
const told = (world: World): string => {
  const { status, reason, message } = progressing(world) ?? { status: 'none' };
  return masked(`${status} ${reason}: ${message}`);
};
const sizes = (world: World): readonly number[] =>
  ([...world.list('replicasets.apps', 'default')] as unknown as ReplicaSet[])
    .map(({ spec }) => spec?.replicas ?? 0)
    .sort((left, right) => right - left);
const available =
  (count: number) =>
  (world: World): boolean =>
    deployment(world).status?.availableReplicas === count;
const image = (name: string): Step =>
  patched('deployments.apps', 'web', { spec: { template: { spec: { containers: [{ name: 'c', image: name }] } } } });
const tells =
  (text: string): Step =>
  (world) =>
    expect(told(world)).toBe(text);

const DONE = 'True NewReplicaSetAvailable: ReplicaSet "web-HASH" has successfully progressed.';

parity('A Deployment', [
  {
    name: 'whose rollout is over begins none by being scaled',
    upstream: PROGRESS,
    manifests: web('  replicas: 2'),
    steps: [
      until(available(2)),
      wait(3),
      tells(DONE),
      (world) => {
        const before = progressing(world);
        patched('deployments.apps', 'web', { spec: { replicas: 6 } })(world);
        for (let tenth = 0; tenth < 100; tenth += 1) {
          advance(world, 0.1);
          expect(progressing(world)).toEqual(before);
        }
      },
      columns('deployments.apps', 'web', { Ready: '6/6' }),
    ],
  },
  {
    name: 'goes on telling that it did not get on when it is paused',
    upstream: `${PROGRESS}, ${SYNC} (checkPausedConditions)`,
    manifests: web('  replicas: 1\n  progressDeadlineSeconds: 10'),
    steps: [
      until(available(1)),
      image('nginx:none'),
      wait(30),
      tells('False ProgressDeadlineExceeded: ReplicaSet "web-HASH" has timed out progressing.'),
      patched('deployments.apps', 'web', { spec: { paused: true } }),
      wait(5),
      tells('False ProgressDeadlineExceeded: ReplicaSet "web-HASH" has timed out progressing.'),
    ],
  },
  {
    name: 'is paused and resumed with a condition for either',
    upstream: `${SYNC} (checkPausedConditions)`,
    manifests: web('  replicas: 1'),
    steps: [
      until(available(1)),
      wait(3),
      patched('deployments.apps', 'web', { spec: { paused: true } }),
      wait(2),
      tells('Unknown DeploymentPaused: Deployment is paused'),
      image('nginx:1.28'),
      wait(5),
      (world) => expect(sizes(world)).toEqual([1]),
      patched('deployments.apps', 'web', { spec: { paused: false } }),
      until((world) => told(world) === DONE),
      (world) => expect(sizes(world)).toEqual([1, 0]),
    ],
  },
  {
    name: 'by Recreate has no pod of the new template before the last of the old is gone',
    upstream: 'pkg/controller/deployment/recreate.go',
    manifests: web('  replicas: 3\n  strategy: { type: Recreate }'),
    steps: [
      until(available(3)),
      wait(3),
      image('nginx:1.28'),
      (world) => {
        for (let tenth = 0; tenth < 200; tenth += 1) {
          advance(world, 0.1);
          const images = new Set(
            [...world.list('pods', 'default')].map(
              (pod) => (pod as unknown as { spec: { containers: { image: string }[] } }).spec.containers[0]!.image,
            ),
          );
          expect(images.size).toBeLessThan(2);
        }
      },
      tells(DONE),
      columns('deployments.apps', 'web', { Ready: '3/3', 'Up-to-date': 3 }),
    ],
  },
  {
    name: 'without a deadline tells nothing of its progress',
    upstream: PROGRESS,
    manifests: web('  replicas: 1\n  progressDeadlineSeconds: 2147483647'),
    steps: [until(available(1)), wait(3), (world) => expect(progressing(world)).toBeUndefined()],
  },
  {
    name: 'scaled in the middle of a rollout shares the change by the sizes of its sets',
    upstream: `${SYNC} (scale)`,
    manifests: web('  replicas: 10\n  strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } }'),
    steps: [
      until(available(10)),
      image('nginx:none'),
      wait(20),
      (world) => expect(sizes(world)).toEqual([8, 5]),
      patched('deployments.apps', 'web', { spec: { replicas: 15 } }),
      wait(5),
      (world) => expect(sizes(world)).toEqual([11, 7]),
    ],
  },
]);
