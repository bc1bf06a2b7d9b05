/** Static pods and their mirrors, case by case. Upstream: pkg/kubelet, by the path in each case. */
import type { Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseScenario, Run, terminalOf, typeLine } from '../../src/run/index.ts';
import { kubectlEngine } from '../../src/shell/kubectl-engine.ts';
import type { Stored } from '../../src/sim/api/object.ts';
import { unsettled } from '../../src/sim/checks/index.ts';
import type { StaticPodOptions } from '../../src/sim/options.ts';
import type { World } from '../../src/sim/world.ts';
import { exec, findPod, log, scriptPod } from '../support/shell.ts';
import { advance, apply, eventsOf, request } from '../support/world.ts';
import { parity } from './support/parity.ts';

const NODE = 'aks-nodepool1-12345678-vmss000000';
const MIRROR = `beat-${NODE}`;
const BEAT = 'echo begun; while true; do sleep 1; done';

const fileOf = (manifest: string, more: Partial<StaticPodOptions> = { node: NODE }): StaticPodOptions => ({
  file: 'beat.yaml',
  manifest: parse(manifest) as Record<string, unknown>,
  ...more,
});

const SCENARIO = `options:
  seed: static
  preset: plain
  staticPods:
    - file: beat.yaml
      node: ${NODE}
      manifest:
        apiVersion: v1
        kind: Pod
        metadata: { name: beat }
        spec:
          containers:
            - name: main
              image: busybox:1.36
              command: [sh, -c, "echo begun; sleep 1000"]
`;

const beating = { staticPods: [fileOf(scriptPod('beat', BEAT))] };

/** How many containers of a pod have started since the beginning. */
const starts = (world: World, pod: string): number =>
  world.kernel.trace.slice(0).filter(({ type, object }) => type === 'container.start' && object?.name === pod).length;

const refusals = (world: World): readonly string[] =>
  world.kernel.trace
    .slice(0)
    .flatMap((event) => (event.type === 'static-pod' && event.data.refusal ? [event.data.refusal] : []));

const MERGE = { 'content-type': 'application/merge-patch+json' };

const remove = (world: World, path: string): number => request(world, 'DELETE', path).status;

parity('A file of a node', [
  {
    name: 'runs as a pod of the name of file and node, and is shown by a mirror that the node owns',
    upstream: 'pkg/kubelet/config/common.go, pkg/kubelet/pod/mirror_client.go',
    options: beating,
    steps: [
      (world) => {
        advance(world, 20);
        const { metadata, spec, status } = findPod(world, MIRROR);
        const node = world.find('nodes', undefined, NODE)!;
        const hash = metadata.annotations?.['kubernetes.io/config.hash'] ?? '';
        expect(hash).toMatch(/^[0-9a-f]{32}$/);
        expect(metadata.uid).not.toBe(hash);
        expect(metadata.annotations).toMatchObject({
          'kubernetes.io/config.mirror': hash,
          'kubernetes.io/config.source': 'file',
          'kubernetes.io/config.seen': expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        });
        expect(metadata.ownerReferences).toEqual([
          { apiVersion: 'v1', kind: 'Node', name: NODE, uid: node.metadata.uid, controller: true },
        ]);
        expect(spec?.tolerations).toEqual([{ operator: 'Exists', effect: 'NoExecute' }]);
        expect(spec?.nodeName).toBe(NODE);
        expect([spec?.volumes, spec?.serviceAccountName]).toEqual([undefined, undefined]);
        expect(status).toMatchObject({ phase: 'Running', containerStatuses: [{ ready: true, restartCount: 0 }] });
        expect(status?.conditions?.map(({ type, status: value }) => `${type}=${value}`)).toEqual([
          'PodReadyToStartContainers=True',
          'Initialized=True',
          'Ready=True',
          'ContainersReady=True',
          'PodScheduled=True',
        ]);
        expect([...world.list('pods', 'default')]).toHaveLength(1);
        expect(world.decisions({ namespace: 'default' })).toEqual([]);
        expect(unsettled(world)).toEqual([]);
      },
    ],
  },

  {
    name: 'gives a pod to each node of its pool, and each has a hash of its own',
    upstream: 'pkg/kubelet/config/common.go (generatePodName, applyDefaults)',
    options: { staticPods: [fileOf(scriptPod('beat', BEAT), { pool: 'nodepool1' })] },
    steps: [
      (world) => {
        advance(world, 20);
        const pods = [...world.list('pods', 'default')] as Stored<Pod>[];
        expect(pods.map(({ metadata, spec }) => metadata.name === `beat-${spec?.nodeName}`)).toEqual([
          true,
          true,
          true,
        ]);
        expect(new Set(pods.map(({ metadata }) => metadata.annotations?.['kubernetes.io/config.hash'])).size).toBe(3);
      },
    ],
  },

  {
    name: 'answers for its mirror: its log, commands in it, its usage and its events',
    upstream: 'pkg/kubelet/pod/pod_manager.go (TranslatePodUID), pkg/kubelet/kubelet_pods.go',
    options: beating,
    steps: [
      (world) => {
        advance(world, 60);
        expect(log(world, MIRROR)).toEqual(['begun']);
        expect(exec(world, MIRROR, 'hostname').stdout).toBe(`${MIRROR}\n`);
        expect(world.metrics.pod('default', MIRROR)?.containers.map(({ name }) => name)).toEqual(['main']);
        expect(eventsOf(world, findPod(world, MIRROR)).map((text) => text.split(':')[0])).toEqual([
          'NetworkNotReady',
          'Pulling',
          'Pulled',
          'Created',
          'Started',
        ]);
      },
    ],
  },

  {
    name: 'that needs an object of the API is not run at all',
    upstream: 'pkg/kubelet/config/common.go, pkg/api/pod/util.go (HasAPIObjectReference)',
    options: {
      staticPods: [
        ['a', '  serviceAccountName: default\n', ''],
        ['b', '  volumes: [{ name: v, secret: { secretName: s } }]\n', ''],
        ['c', '', '      envFrom: [{ configMapRef: { name: m } }]\n'],
        ['d', '  volumes: [{ name: v, persistentVolumeClaim: { claimName: p } }]\n', ''],
        ['e', '  volumes: [{ name: v, hostPath: { path: /var } }]\n', ''],
      ].map(([name, more, container]) => fileOf(scriptPod(name!, BEAT, { more: more!, container: container! }))),
    },
    steps: [
      (world) => {
        advance(world, 20);
        expect(refusals(world)).toEqual([
          'static pods may not reference serviceaccounts',
          'static pods may not reference secrets',
          'static pods may not reference configmaps',
          'static pods may not reference persistentvolumeclaims',
        ]);
        expect([...world.list('pods', 'default')].map(({ metadata }) => metadata.name)).toEqual([`e-${NODE}`]);
      },
    ],
  },

  {
    name: 'that is no valid pod is not run, and keeps no other file from running',
    upstream: 'pkg/kubelet/config/common.go (tryDecodeSinglePod)',
    options: {
      staticPods: [
        fileOf(`apiVersion: v1\nkind: Service\nmetadata: { name: s }\n`),
        fileOf(`apiVersion: v1\nkind: Pod\nmetadata: {}\nspec: { containers: [{ name: a, image: b }] }\n`),
        fileOf(`apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: [{ name: A, image: b }] }\n`),
        fileOf(scriptPod('beat', BEAT)),
      ],
    },
    steps: [
      (world) => {
        advance(world, 20);
        expect(refusals(world).map((text) => text.slice(0, 60))).toEqual([
          'invalid pod: no Pod of version v1, but Service of v1',
          'invalid pod: name is needed for the pod',
          expect.stringContaining('invalid pod: spec.containers[0].name: Invalid value: "A"') as string,
        ]);
        expect(findPod(world, MIRROR).status?.phase).toBe('Running');
      },
    ],
  },
]);

parity('A mirror pod', [
  {
    name: 'that is deleted comes back with another uid, and nothing restarts',
    upstream: 'pkg/kubelet/kubelet.go (tryReconcileMirrorPods)',
    options: beating,
    steps: [
      (world) => {
        advance(world, 20);
        const before = findPod(world, MIRROR);
        expect(remove(world, `/api/v1/namespaces/default/pods/${MIRROR}`)).toBe(200);
        advance(world, 5);
        const after = findPod(world, MIRROR);
        expect(after.metadata.uid).not.toBe(before.metadata.uid);
        expect(after.metadata.deletionTimestamp).toBeUndefined();
        expect(after.status).toMatchObject({ phase: 'Running', startTime: before.status?.startTime });
        expect(after.status?.containerStatuses).toEqual(before.status?.containerStatuses);
        expect(starts(world, MIRROR)).toBe(1);
        request(world, 'DELETE', `/api/v1/namespaces/default/pods/${MIRROR}?gracePeriodSeconds=0`);
        advance(world, 5);
        expect(findPod(world, MIRROR).status?.phase).toBe('Running');
        expect(starts(world, MIRROR)).toBe(1);
        expect(log(world, MIRROR)).toEqual(['begun']);
        expect(unsettled(world)).toEqual([]);
      },
    ],
  },

  {
    name: 'that stands for nothing on its node goes',
    upstream: 'pkg/kubelet/kubelet_pods.go (deleteOrphanedMirrorPods)',
    steps: [
      (world) => {
        apply(
          world,
          `apiVersion: v1
kind: Pod
metadata:
  name: orphan
  annotations: { kubernetes.io/config.mirror: abc }
spec:
  nodeName: ${NODE}
  containers: [{ name: main, image: nginx }]
`,
        );
        advance(world, 5);
        expect(findPod(world, 'orphan')).toBeUndefined();
        expect(starts(world, 'orphan')).toBe(0);
      },
    ],
  },

  {
    name: 'that the API refuses is tried again within a minute; the pod runs all the while',
    upstream: 'pkg/kubelet/kubelet.go (SyncPod)',
    options: { staticPods: [fileOf(scriptPod('beat', BEAT).replace('name: beat', 'name: beat\n  namespace: infra'))] },
    steps: [
      (world) => {
        advance(world, 20);
        expect(starts(world, MIRROR)).toBe(1);
        expect(findPod(world, MIRROR, 'infra')).toBeUndefined();
        apply(world, 'apiVersion: v1\nkind: Namespace\nmetadata: { name: infra }\n');
        advance(world, 65);
        expect(findPod(world, MIRROR, 'infra').status).toMatchObject({ phase: 'Running' });
        expect(starts(world, MIRROR)).toBe(1);
        expect(unsettled(world)).toEqual([]);
      },
    ],
  },

  {
    name: 'is no reason to restart when the API server hangs, and tells of a crash afterwards',
    upstream: 'pkg/kubelet/kubelet.go, pkg/kubelet/status/status_manager.go',
    options: { staticPods: [fileOf(scriptPod('beat', 'sleep 60; exit 3'))] },
    steps: [
      (world) => {
        advance(world, 20);
        world.stopComponent('kube-apiserver');
        advance(world, 120);
        expect(starts(world, MIRROR)).toBeGreaterThan(1);
        world.startComponent('kube-apiserver');
        advance(world, 30);
        expect(findPod(world, MIRROR).status?.containerStatuses?.[0]?.restartCount).toBe(starts(world, MIRROR) - 1);
      },
    ],
  },

  {
    name: 'stays where a taint evicts others, and goes with its node',
    upstream: 'pkg/kubelet/config/common.go, pkg/controller/tainteviction, pkg/controller/garbagecollector',
    options: beating,
    manifests: scriptPod('plain', BEAT, { more: `  nodeName: ${NODE}\n` }),
    steps: [
      (world) => {
        advance(world, 20);
        const taints = [{ key: 'maintenance', effect: 'NoExecute' }];
        request(world, 'PATCH', `/api/v1/nodes/${NODE}`, { spec: { taints } }, MERGE);
        advance(world, 60);
        expect(findPod(world, 'plain')).toBeUndefined();
        expect(findPod(world, MIRROR).status?.phase).toBe('Running');
        remove(world, `/api/v1/nodes/${NODE}`);
        advance(world, 120);
        expect(findPod(world, MIRROR)).toBeUndefined();
        expect(starts(world, MIRROR)).toBe(1);
      },
    ],
  },

  {
    name: 'has the priority of its class, and no pressure takes it',
    upstream: 'plugin/pkg/admission/priority/admission.go, pkg/kubelet/types/pod_update.go (IsCriticalPod)',
    options: { staticPods: [fileOf(scriptPod('beat', BEAT, { more: '  priorityClassName: system-node-critical\n' }))] },
    steps: [
      (world) => {
        advance(world, 20);
        expect(findPod(world, MIRROR).spec).toMatchObject({ priority: 2_000_001_000 });
      },
    ],
  },

  {
    name: 'may reference neither service accounts nor secrets, and a node makes it for itself alone',
    upstream: 'plugin/pkg/admission/{serviceaccount,noderestriction}/admission.go',
    steps: [
      (world) => {
        const { uid } = world.find('nodes', undefined, NODE)!.metadata;
        const owner = { apiVersion: 'v1', kind: 'Node', name: NODE, uid, controller: true };
        const answer = (spec: object, owners: readonly object[], asNode = true): string =>
          (
            request(
              world,
              'POST',
              '/api/v1/namespaces/default/pods',
              {
                metadata: {
                  name: 'm',
                  annotations: { 'kubernetes.io/config.mirror': 'abc' },
                  ownerReferences: owners,
                },
                spec: { nodeName: NODE, containers: [{ name: 'c', image: 'nginx' }], ...spec },
              },
              asNode ? { 'impersonate-user': `system:node:${NODE}`, 'impersonate-group': 'system:nodes' } : {},
            ).body as { message: string }
          ).message;
        const volumes = [{ name: 'v', secret: { secretName: 's' } }];
        const forbidden = 'pods "m" is forbidden: ';
        expect(answer({ serviceAccountName: 'default' }, [], false)).toBe(
          `${forbidden}a mirror pod may not reference service accounts`,
        );
        expect(answer({ volumes }, [], false)).toBe(`${forbidden}a mirror pod may not reference secrets`);
        const only = `${forbidden}node "${NODE}" can only create pods with`;
        expect(answer({ nodeName: 'other' }, [owner])).toBe(`${only} spec.nodeName set to itself`);
        expect(answer({}, [])).toBe(`${only} an owner reference set to itself`);
        expect(answer({}, [{ ...owner, controller: false }])).toBe(
          `${only} a controller owner reference set to itself`,
        );
        expect(answer({}, [{ ...owner, uid: 'x' }])).toBe(
          `${forbidden}node ${NODE} UID mismatch: expected ${uid} got x`,
        );
        const maps = [{ name: 'v', configMap: { name: 'm' } }];
        expect(answer({ volumes: maps }, [owner])).toBe(
          `${forbidden}node "${NODE}" can not create pods that reference configmaps`,
        );
        expect(answer({}, [owner])).toBeUndefined();
      },
    ],
  },

  {
    name: 'takes no debug container, no resize and no other annotation, and needs a node',
    upstream: 'pkg/apis/core/validation/validation.go (ValidatePodSpecificAnnotations, ValidatePodResize)',
    options: beating,
    steps: [
      (world) => {
        advance(world, 20);
        const path = `/api/v1/namespaces/default/pods/${MIRROR}`;
        const answer = (at: string, body: object): string =>
          (request(world, 'PATCH', `${path}${at}`, body, MERGE).body as { message: string }).message;
        const invalid = `Pod "${MIRROR}" is invalid:`;
        const debug = { spec: { ephemeralContainers: [{ name: 'd', image: 'busybox' }] } };
        expect(answer('/ephemeralcontainers', debug)).toBe(
          `${invalid} []: Forbidden: static pods do not support ephemeral containers`,
        );
        const more = { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '1' } } }] } };
        expect(answer('/resize', more)).toBe(`${invalid} []: Forbidden: static pods cannot be resized`);
        const key = 'kubernetes.io/config.mirror';
        expect(answer('', { metadata: { annotations: { [key]: 'other' } } })).toBe(
          `${invalid} metadata.annotations[${key}]: Forbidden: may not remove or update mirror pod annotation`,
        );
        const nowhere = scriptPod('m', BEAT).replace('labels: { app: m }', `annotations: { ${key}: abc }`);
        expect(() => apply(world, nowhere)).toThrow(
          `metadata.annotations[${key}]: Invalid value: "abc": must set spec.nodeName if mirror pod annotation is set`,
        );
      },
    ],
  },
]);

describe('Around static pods', () => {
  it('kubectl drain passes mirror pods over without a word (kubectl/pkg/drain/filters.go, mirrorPodFilter)', () => {
    const run = new Run(parseScenario(SCENARIO), () => kubectlEngine);
    run.advance(run.now + 20_000);
    typeLine(run, { line: `kubectl drain ${NODE}` }, {}, false);
    run.advance(run.now + 60_000);
    const { text } = terminalOf(run.world).view();
    expect(text).toContain(`node/${NODE} cordoned\nnode/${NODE} drained\n`);
    expect(findPod(run.world, MIRROR).status?.phase).toBe('Running');
    expect(starts(run.world, MIRROR)).toBe(1);
  });

  it('kubectl describe shows a mirror pod with the events of its static pod (kubectl/pkg/describe/describe.go)', () => {
    const run = new Run(parseScenario(SCENARIO), () => kubectlEngine);
    run.advance(run.now + 20_000);
    typeLine(run, { line: `kubectl describe pod ${MIRROR}` }, {}, false);
    const { text } = terminalOf(run.world).view();
    expect(text).toContain(`Controlled By:  Node/${NODE}`);
    expect(text).toMatch(/Normal +Started +\S+ +kubelet +spec\.containers\{main\}: Container started/);
  });

  it('refuses a scenario whose static pod is for a pool that there is not', () => {
    expect(() => parseScenario(SCENARIO.replace(`node: ${NODE}`, 'pool: other'))).toThrow(
      'beat.yaml: there is no pool other.',
    );
  });
});
