import { expect } from 'vitest';
import {
  allReady,
  applied,
  columns,
  deleted,
  events,
  parity,
  patched,
  podsBy,
  until,
  wait,
  type Step,
} from './support/parity.ts';

const set = (spec = '', pod = '', image = 'nginx:1.27'): string => `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
${spec}
  template:
    metadata: { labels: { app: agent } }
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{ name: c, image: "${image}" ${pod} }]
`;

const UPDATE = 'pkg/controller/daemon/update.go';
const CONTROLLER = 'pkg/controller/daemon/daemon_controller.go';
const patch = (spec: unknown): Step => patched('daemonsets.apps', 'agent', { spec });
const withImage = (image: string): unknown => ({ template: { spec: { containers: [{ name: 'c', image }] } } });

/** The most pods of the set that were there, and the fewest that were ready, during so many seconds. */
const during =
  (seconds: number, expected: { most?: number; fewestReady?: number }): Step =>
  (world) => {
    let [most, fewest] = [0, Number.POSITIVE_INFINITY];
    for (let tick = 0; tick < seconds * 10; tick += 1) {
      world.kernel.advanceTo(world.now + 100);
      const living = podsBy(world, 'agent').filter(({ metadata }) => !metadata.deletionTimestamp);
      most = Math.max(most, living.length);
      fewest = Math.min(
        fewest,
        living.filter(({ status }) =>
          status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
        ).length,
      );
    }
    if (expected.most !== undefined) expect(most).toBe(expected.most);
    if (expected.fewestReady !== undefined) expect(fewest).toBe(expected.fewestReady);
  };

parity('A DaemonSet', [
  {
    name: 'has a pod on every node, bound to it by affinity, with the tolerations of a daemon',
    upstream: 'pkg/controller/daemon/util/daemonset_util.go',
    manifests: set(),
    steps: [
      until(allReady('agent', 3)),
      columns('daemonsets.apps', 'agent', { Desired: 3, Current: 3, Ready: 3, 'Up-to-date': 3, Available: 3 }),
      events('daemonsets.apps', 'agent', Array<string>(3).fill('SuccessfulCreate: Created pod: agent-RAND')),
      (world) => {
        const [pod] = podsBy(world, 'agent');
        expect(pod!.spec?.tolerations?.map(({ key }) => key)).toEqual([
          'node.kubernetes.io/not-ready',
          'node.kubernetes.io/unreachable',
          'node.kubernetes.io/disk-pressure',
          'node.kubernetes.io/memory-pressure',
          'node.kubernetes.io/pid-pressure',
          'node.kubernetes.io/unschedulable',
        ]);
        const required = pod!.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
        expect(required?.nodeSelectorTerms).toEqual([
          { matchFields: [{ key: 'metadata.name', operator: 'In', values: [pod!.spec?.nodeName] }] },
        ]);
        expect(pod!.metadata.labels?.['pod-template-generation']).toBe('1');
      },
    ],
  },
  {
    name: 'leaves nodes that its selector does not match, and comes back when it does',
    upstream: CONTROLLER,
    manifests: set(),
    steps: [
      until(allReady('agent', 3)),
      patch({ template: { spec: { nodeSelector: { disk: 'ssd' } } } }),
      until((world) => podsBy(world, 'agent').length === 0),
      columns('daemonsets.apps', 'agent', { Desired: 0, Current: 0, Ready: 0, 'Node Selector': 'disk=ssd' }),
      (world) => {
        const [node] = [...world.list('nodes')];
        patched('nodes', node!.metadata.name, { metadata: { labels: { disk: 'ssd' } } })(world);
      },
      until(allReady('agent', 1)),
    ],
  },
  {
    name: 'stays on a cordoned node, and comes to it',
    upstream: CONTROLLER,
    manifests: set(),
    steps: [
      until(allReady('agent', 3)),
      (world) => {
        for (const { metadata } of [...world.list('nodes')]) {
          patched('nodes', metadata.name, { spec: { unschedulable: true } })(world);
        }
      },
      wait(10),
      patch(withImage('nginx:1.28')),
      wait(90),
      columns('daemonsets.apps', 'agent', { Desired: 3, 'Up-to-date': 3, Available: 3 }),
    ],
  },
  {
    name: 'leaves a node with an untolerated NoExecute taint, and only stays on one with NoSchedule',
    upstream: CONTROLLER,
    manifests: set(),
    steps: [
      until(allReady('agent', 3)),
      (world) => {
        const [first, second] = [...world.list('nodes')].map(({ metadata }) => metadata.name);
        const taint = (effect: string): unknown => ({ spec: { taints: [{ key: 'team', value: 'red', effect }] } });
        patched('nodes', first!, taint('NoExecute'))(world);
        patched('nodes', second!, taint('NoSchedule'))(world);
      },
      wait(30),
      columns('daemonsets.apps', 'agent', { Desired: 1, Current: 1, Ready: 1 }),
      (world) => expect(podsBy(world, 'agent')).toHaveLength(2),
    ],
  },
  {
    name: 'updates one node at a time, since maxUnavailable is 1',
    upstream: UPDATE,
    manifests: set(),
    steps: [
      until(allReady('agent', 3)),
      patch(withImage('nginx:1.28')),
      during(60, { most: 3, fewestReady: 2 }),
      columns('daemonsets.apps', 'agent', { 'Up-to-date': 3, Available: 3 }),
    ],
  },
  {
    name: 'rounds a percentage of maxUnavailable up: 40% of 3 nodes are 2',
    upstream: UPDATE,
    manifests: set('  updateStrategy: { rollingUpdate: { maxUnavailable: 40% } }'),
    steps: [until(allReady('agent', 3)), patch(withImage('nginx:1.28')), during(60, { most: 3, fewestReady: 1 })],
  },
  {
    name: 'with maxSurge makes the new pod beside the old, which goes when the new one is available',
    upstream: UPDATE,
    manifests: set('  updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }'),
    steps: [
      until(allReady('agent', 3)),
      patch(withImage('nginx:1.28')),
      during(60, { most: 4, fewestReady: 3 }),
      columns('daemonsets.apps', 'agent', { 'Up-to-date': 3, Available: 3 }),
      (world) => {
        expect(podsBy(world, 'agent').map(({ spec }) => spec!.containers[0]!.image)).toEqual([
          'nginx:1.28',
          'nginx:1.28',
          'nginx:1.28',
        ]);
      },
    ],
  },
  {
    name: 'with OnDelete keeps old pods',
    upstream: UPDATE,
    manifests: set('  updateStrategy: { type: OnDelete }'),
    steps: [
      until(allReady('agent', 3)),
      patch(withImage('nginx:1.28')),
      wait(30),
      columns('daemonsets.apps', 'agent', { 'Up-to-date': 0, Available: 3 }),
    ],
  },
  {
    name: 'replaces pods that are not available at once, whatever maxUnavailable says',
    upstream: UPDATE,
    manifests: set('', '', 'nobody.invalid/agent:1'),
    steps: [
      wait(20),
      patch(withImage('nginx:1.28')),
      until(allReady('agent', 3), 30),
      columns('daemonsets.apps', 'agent', { 'Up-to-date': 3, Available: 3 }),
    ],
  },
  {
    name: 'deletes a failed pod, tells of it, and makes another',
    upstream: CONTROLLER,
    manifests: set(),
    steps: [
      until(allReady('agent', 3)),
      (world) => {
        const [pod] = podsBy(world, 'agent');
        patched('pods', pod!.metadata.name, { status: { phase: 'Failed' } }, 'status')(world);
        wait(20)(world);
        const texts = world.eventsAbout(world.find('daemonsets.apps', 'default', 'agent')!) as unknown as {
          reason: string;
          message: string;
        }[];
        const { name, namespace } = pod!.metadata;
        expect(texts.filter(({ reason }) => reason === 'FailedDaemonPod').map(({ message }) => message)).toEqual([
          `Found failed daemon pod ${namespace}/${name} on node ${pod!.spec!.nodeName}, will try to kill it`,
        ]);
      },
      until(allReady('agent', 3)),
    ],
  },
  {
    name: 'takes over the pods and revisions that one before it left behind, and numbers its own after them',
    upstream: 'pkg/controller/controller_ref_manager.go',
    manifests: set('  updateStrategy: { type: OnDelete }'),
    steps: [
      until(allReady('agent', 3)),
      patch(withImage('nginx:1.28')),
      wait(5),
      deleted('daemonsets.apps', 'agent', { propagationPolicy: 'Orphan' }),
      wait(5),
      (world) => expect(world.find('daemonsets.apps', 'default', 'agent')).toBeUndefined(),
      applied(set('  updateStrategy: { type: OnDelete }')),
      wait(5),
      (world) => {
        const revisions = [...world.list('controllerrevisions.apps', 'default')] as unknown as {
          revision: number;
          metadata: { ownerReferences?: readonly { name: string }[] };
        }[];
        expect(revisions.map(({ revision }) => revision).sort()).toEqual([2, 3]);
        expect(revisions.map(({ metadata }) => metadata.ownerReferences?.[0]?.name)).toEqual(['agent', 'agent']);
      },
      columns('daemonsets.apps', 'agent', { Desired: 3, Current: 3, Ready: 3, 'Up-to-date': 3 }),
    ],
  },
]);
