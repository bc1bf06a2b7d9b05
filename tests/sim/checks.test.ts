/** Every invariant can fail: each is shown a world in which one thing was falsified, and has to find just that. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Pod, Service } from 'kubernetes-types/core/v1';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvariantMonitor, unsettled, type CheckedWorld, type StoredChange } from '../../src/sim/checks/index.ts';
import type { Stored } from '../../src/sim/api/object.ts';
import type { World } from '../../src/sim/world.ts';
import { advance, apply, bootWorld, deployment, podsOf, request, service } from '../support/world.ts';

let world: World;

beforeAll(() => {
  world = bootWorld();
  apply(world, `${deployment('web', 3, 'nginx:1.27')}---\n${service('web')}`);
  advance(world, 60);
});

/** The world with some objects replaced, as a fault of ours would leave them. */
function falsified(replace: (resource: string, object: Stored) => Stored | undefined, of: World = world): CheckedWorld {
  const seen = (resource: string, objects: Iterable<Stored>): readonly Stored[] =>
    [...objects].flatMap((object) => replace(resource, object) ?? []);
  return {
    now: of.now,
    revision: of.revision,
    kernel: of.kernel,
    processes: of.processes,
    objects: () =>
      [...of.objects()].flatMap(({ resource, object }) =>
        seen(resource, [object]).map((item) => ({ resource, object: item })),
      ),
    list: (resource, namespace) => seen(resource, of.list(resource, namespace)),
    find: (resource, namespace, name) => {
      const found = of.find(resource, namespace, name);
      return found && replace(resource, found);
    },
    changesSince: () => [],
  };
}

const checksOf = (violations: readonly { check: string }[]): readonly string[] => [
  ...new Set(violations.map(({ check }) => check)),
];

/** Shows a monitor a write that no component made. */
function afterWrite(change: StoredChange, of: World = world): readonly string[] {
  let revision = of.revision;
  const monitor = new InvariantMonitor({
    ...falsified((_, object) => object, of),
    get revision() {
      return revision;
    },
    changesSince: () => [change],
  });
  expect(monitor.found).toEqual([]);
  revision += 1;
  return checksOf(monitor.afterStep());
}

const web = (): Stored<Pod> => podsOf(world, 'web')[0]!;
const newer = <T extends Stored>(object: T): T => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(world.revision + 1) },
});

describe('the invariants', () => {
  it('hold in a new AKS cluster with a workload, and desired equals observed', () => {
    expect(new InvariantMonitor(world).found).toEqual([]);
    expect(unsettled(world)).toEqual([]);
  });

  it('see two pods with one address', () => {
    const [first, second] = podsOf(world, 'web');
    const twin = { ...newer(second!), status: { ...second!.status, podIP: first!.status!.podIP } } as Stored<Pod>;
    expect(afterWrite({ resource: 'pods', object: twin, isDeleted: false })).toEqual(['unique-pod-addresses']);
  });

  it('see a pod that moves to another node, or back to Pending', () => {
    const pod = newer(web());
    const moved = { ...pod, spec: { ...pod.spec, nodeName: 'elsewhere' } } as Stored<Pod>;
    const back = { ...pod, status: { ...pod.status, phase: 'Pending' } } as Stored<Pod>;
    expect(afterWrite({ resource: 'pods', object: moved, isDeleted: false })).toContain('assignment-is-final');
    expect(afterWrite({ resource: 'pods', object: back, isDeleted: false })).toEqual(['phase-moves-on']);
  });

  it('see a write that does not move the version on', () => {
    expect(afterWrite({ resource: 'pods', object: web(), isDeleted: false })).toEqual(['versions-grow']);
  });

  it('see a node that is given more than it has', () => {
    const pod = newer(web());
    const [container] = pod.spec!.containers;
    const greedy = {
      ...pod,
      spec: { ...pod.spec, containers: [{ ...container, resources: { requests: { cpu: '64' } } }] },
    } as Stored<Pod>;
    expect(afterWrite({ resource: 'pods', object: greedy, isDeleted: false })).toEqual(['node-room']);
  });

  it('see two services with one cluster address', () => {
    const kubernetes = world.find('services', 'default', 'kubernetes') as Stored<Service>;
    const object = newer(world.find('services', 'default', 'web') as Stored<Service>);
    const twin = { ...object, spec: { ...object.spec, clusterIPs: kubernetes.spec!.clusterIPs } } as Stored<Service>;
    expect(afterWrite({ resource: 'services', object: twin, isDeleted: false })).toEqual(['unique-cluster-addresses']);
  });

  it('see a deletion that is taken back', () => {
    const copy = world.fork();
    request(copy, 'DELETE', `/api/v1/namespaces/default/pods/${web().metadata.name}`);
    expect(copy.find('pods', 'default', web().metadata.name)?.metadata.deletionTimestamp).toBeDefined();
    const object = { ...web(), metadata: { ...web().metadata, resourceVersion: String(copy.revision + 1) } };
    expect(afterWrite({ resource: 'pods', object, isDeleted: false }, copy)).toContain('deletion-is-final');
  });
});

describe('rest', () => {
  it('is not reached while a pod of a set is missing', () => {
    const gone = web().metadata.uid;
    const found = checksOf(unsettled(falsified((_, object) => (object.metadata.uid === gone ? undefined : object))));
    expect(found).toContain('replicas-as-desired');
    expect(found).toContain('endpoints-are-pods');
    expect(found).toContain('processes-have-pods');
    expect(found).toContain('caches-are-current');
  });

  it('is not reached while a status tells of other pods than there are', () => {
    const lie = falsified((resource, object) =>
      resource === 'deployments.apps' && object.metadata.name === 'web'
        ? ({ ...object, status: { ...(object as Stored<Deployment>).status, readyReplicas: 2 } } as Stored)
        : object,
    );
    expect(checksOf(unsettled(lie))).toEqual(['status-is-current']);
  });

  it('is not reached while something outlives its owner', () => {
    const lie = falsified((resource, object) =>
      resource === 'deployments.apps' && object.metadata.name === 'web' ? undefined : object,
    );
    expect(checksOf(unsettled(lie))).toContain('nothing-outlives-owners');
  });
});
