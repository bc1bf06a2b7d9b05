/** Disk, process ids and images of a node that runs short. Thresholds and garbage collection as AKS configures its kubelets. */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { expect } from 'vitest';
import type { Stored } from '../../src/sim/api/object.ts';
import { defaultPool } from '../../src/sim/azure/index.ts';
import type { World } from '../../src/sim/world.ts';
import { findPod, scriptPod } from '../support/shell.ts';
import { eventsOf } from '../support/world.ts';
import { applied, columns, deleted, parity, status, until, wait, type Step } from './support/parity.ts';

const options = { pools: [{ ...defaultPool('nodepool1', 'System', 1), vmSize: 'Standard_D4s_v5' }] };
const MANAGER = 'pkg/kubelet/eviction/eviction_manager.go';
const HELPERS = 'pkg/kubelet/eviction/helpers.go';

/** A pod of an image whose use of its node is declared; `resources` and `more` go into container and spec. */
const using = (name: string, usage: string, { resources = '{}', more = '' } = {}): string =>
  `apiVersion: pilothouse.dev/v1
kind: Workload
metadata: { name: ${name} }
spec: { image: acme/${name}, usage: ${usage} }
---
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
${more}  containers: [{ name: main, image: 'acme/${name}:1', resources: ${resources} }]
`;

const theNode = (world: World): Stored<Node> => [...world.list('nodes')][0]! as Stored<Node>;

const condition =
  (type: string, expected: object): Step =>
  (world) => {
    expect(theNode(world).status?.conditions?.find((item) => item.type === type)).toMatchObject(expected);
  };

const nodeSays =
  (...lines: readonly (string | RegExp)[]): Step =>
  (world) => {
    const said = eventsOf(world, theNode(world));
    for (const line of lines)
      expect(said).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line));
  };

const taints =
  (...keys: readonly string[]): Step =>
  (world) => {
    expect((theNode(world).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`)).toEqual(keys);
  };

const evicted =
  (name: string, message: RegExp): Step =>
  (world) => {
    const found = findPod(world, name);
    expect(found.status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    expect(found.status?.message).toMatch(message);
    expect(eventsOf(world, found)).toContain(`Evicted: ${found.status?.message}`);
  };

const phase = (name: string, expected: string): Step => status('pods', name, { phase: expected });

const nodeImages = (world: World): readonly string[] =>
  (theNode(world).status?.images ?? []).flatMap(({ names = [] }) => names);

parity('A node whose disk is nearly full', [
  {
    name: 'frees images first, then gives up the pod that is most above its request, and says so of itself',
    upstream: `${MANAGER} (synchronize, reclaimNodeLevelResources), ${HELPERS} (rankDiskPressureFunc)`,
    options,
    steps: [
      applied(using('modest', '{ storage: 40Gi }', { resources: "{ requests: { ephemeral-storage: '50Gi' } }" })),
      applied(using('greedy', '{ storage: 64Gi }', { resources: "{ requests: { ephemeral-storage: '1Gi' } }" })),
      wait(25),
      evicted(
        'greedy',
        /^The node was low on resource: ephemeral-storage\. Threshold quantity: \d+, available: \d+Ki\. Container main was using 67108864Ki, request is 1Gi, has larger consumption of ephemeral-storage\. $/,
      ),
      phase('modest', 'Running'),
      condition('DiskPressure', {
        status: 'True',
        reason: 'KubeletHasDiskPressure',
        message: 'kubelet has disk pressure',
      }),
      (world) => {
        const { name } = theNode(world).metadata;
        nodeSays(
          'EvictionThresholdMet: Attempting to reclaim ephemeral-storage',
          `NodeHasDiskPressure: Node ${name} status is now: NodeHasDiskPressure`,
        )(world);
      },
      wait(10),
      taints('node.kubernetes.io/disk-pressure:NoSchedule'),
      wait(310),
      condition('DiskPressure', { status: 'False', reason: 'KubeletHasNoDiskPressure' }),
      taints(),
    ],
  },
  {
    name: 'takes in no pod that is not critical, whatever it asks for',
    upstream: `${MANAGER} (Admit)`,
    options,
    manifests: using('greedy', '{ storage: 105Gi }'),
    steps: [
      until((world) => findPod(world, 'greedy').status?.reason === 'Evicted', 40),
      (world) => {
        const node = `  nodeName: ${theNode(world).metadata.name}\n`;
        const resources = '{ requests: { cpu: 10m }, limits: { cpu: 10m } }';
        applied(using('late', '{}', { resources, more: node }))(world);
      },
      wait(3),
      status('pods', 'late', {
        phase: 'Failed',
        reason: 'Evicted',
        message: 'Pod was rejected: The node had condition: [DiskPressure]. ',
      }),
      columns('pods', 'late', { Status: 'Evicted' }),
    ],
  },
  {
    name: 'never gives up a pod of a system class',
    upstream: 'pkg/kubelet/types/pod_update.go (IsCriticalPod)',
    options,
    manifests: using('critical', '{ storage: 105Gi }', { more: '  priorityClassName: system-cluster-critical\n' }),
    steps: [wait(40), condition('DiskPressure', { status: 'True' }), phase('critical', 'Running')],
  },
]);

parity('A pod that takes more of the disk than it may', [
  {
    name: 'goes when all it has written is above the sum of its limits',
    upstream: `${MANAGER} (podEphemeralStorageLimitEviction)`,
    options,
    manifests: using('full', '{ storageGrowthPerSecond: 20Mi }', {
      resources: "{ limits: { ephemeral-storage: '300Mi' } }",
    }),
    steps: [
      wait(10),
      phase('full', 'Running'),
      wait(20),
      evicted('full', /^Pod ephemeral local storage usage exceeds the total limit of containers 300Mi\. $/),
    ],
  },
  {
    name: 'goes when one container is above its own limit, though the pod is not',
    upstream: `${MANAGER} (containerEphemeralStorageLimitEviction)`,
    options,
    manifests: `apiVersion: v1
kind: Pod
metadata: { name: pair }
spec:
  containers:
    - name: writer
      image: busybox:1.36
      command: [sh, -c, 'dd if=/dev/zero of=/tmp/x bs=1M count=50; sleep 1000']
      resources: { limits: { ephemeral-storage: 20Mi } }
    - name: idle
      image: busybox:1.36
      command: [sleep, '1000']
      resources: { limits: { ephemeral-storage: 100Mi } }
`,
    steps: [wait(30), evicted('pair', /^Container writer exceeded its local ephemeral storage limit "20Mi"\. $/)],
  },
  {
    name: 'counts its logs as well',
    upstream: `${MANAGER} (diskUsage), ${HELPERS} (containerUsage)`,
    options,
    manifests: scriptPod(
      'talker',
      'while true; do yes 0123456789012345678901234567890123456789 | head -n 2000; sleep 1; done',
      {
        container: "      resources: { limits: { ephemeral-storage: '1Mi' } }\n",
      },
    ),
    steps: [wait(40), evicted('talker', /total limit of containers 1Mi\. $/)],
  },
]);

parity('A node that runs out of process ids', [
  {
    name: 'gives up the pod with the lowest priority and then the most processes',
    upstream: `${HELPERS} (rankPIDPressure, makeSignalObservations)`,
    options,
    steps: [
      applied(using('few', '{ processes: 20 }')),
      applied(using('many', '{ processes: 130000 }')),
      wait(25),
      evicted('many', /^The node was low on resource: pids\. Threshold quantity: 2000, available: -?\d+\. $/),
      phase('few', 'Running'),
      condition('PIDPressure', {
        status: 'True',
        reason: 'KubeletHasInsufficientPID',
        message: 'kubelet has insufficient PID available',
      }),
      nodeSays('EvictionThresholdMet: Attempting to reclaim pids'),
      wait(10),
      taints('node.kubernetes.io/pid-pressure:NoSchedule'),
    ],
  },
]);

const image = (name: string, repository: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec: { containers: [{ name: main, image: '${repository}' }] }\n`;

parity('Images of a node', [
  {
    name: 'are removed from 85 % of the disk on when nobody uses them, and pulled again when somebody does',
    upstream: 'pkg/kubelet/images/image_gc_manager.go (GarbageCollect, freeSpace)',
    options,
    steps: [
      applied(`${image('db', 'mongo:7')}---\n${image('cache', 'redis:7')}---\n${using('filler', '{ storage: 95Gi }')}`),
      until((world) => findPod(world, 'db').status?.phase === 'Running'),
      deleted('pods', 'db'),
      wait(12),
      (world) => {
        expect(nodeImages(world)).toEqual(expect.arrayContaining(['mongo:7', 'redis:7']));
      },
      wait(330),
      (world) => {
        expect(nodeImages(world)).not.toContain('mongo:7');
        expect(nodeImages(world)).toContain('redis:7');
      },
      nodeSays(
        /^FreeDiskSpaceFailed: Failed to garbage collect required amount of images\. Attempted to free \d+ bytes, but only found \d+ bytes eligible to free\.$/,
      ),
      wait(300),
      nodeSays(/^ImageGCFailed: Failed to garbage collect required amount of images\./),
      condition('DiskPressure', { status: 'False' }),
      applied(image('again', 'mongo:7')),
      wait(5),
      (world) => {
        expect(eventsOf(world, findPod(world, 'again') as Stored<Pod>)).toContain('Pulling: Pulling image "mongo:7"');
      },
    ],
  },
]);
