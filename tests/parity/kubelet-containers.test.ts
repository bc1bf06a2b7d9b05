/** What a container is made from: volumes that follow their objects, users, stop signals, credentials, runtimes. */
import { expect } from 'vitest';
import type { World } from '../../src/sim/world.ts';
import { exec, findPod, log, scriptPod } from '../support/shell.ts';
import { eventsOf, request } from '../support/world.ts';
import { applied, deleted, parity, status, wait, type Step } from './support/parity.ts';

const says =
  (name: string, ...lines: readonly (string | RegExp)[]): Step =>
  (world) => {
    const said = eventsOf(world, findPod(world, name));
    for (const line of lines)
      expect(said).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line));
  };

const waiting =
  (name: string, reason: string, message: (pod: { uid: string }) => string): Step =>
  (world) => {
    const { metadata, status: found } = findPod(world, name);
    expect(found?.containerStatuses?.[0]?.state?.waiting).toEqual({ reason, message: message(metadata) });
    expect(eventsOf(world, findPod(world, name))).toContain(`Failed: Error: ${message(metadata)}`);
  };

const reads =
  (name: string, path: string, text: string): Step =>
  (world) => {
    expect(exec(world, name, 'cat', path).stdout).toBe(text);
  };

const configMap = (level: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app }\ndata: { level: ${level} }\n${more}`;

const MOUNTS = `      env: [{ name: LEVEL, valueFrom: { configMapKeyRef: { name: app, key: level } } }]
      volumeMounts:
        - { name: config, mountPath: /config }
        - { name: config, mountPath: /etc/level, subPath: level }
`;
const VOLUMES = '  volumes: [{ name: config, configMap: { name: app } }]\n';
const reader = scriptPod('app', 'sleep 100000', { container: MOUNTS, more: VOLUMES });

parity('A ConfigMap that changes', [
  {
    name: 'is seen in its volume with the next sync of the pod, but not under a subPath nor in the environment',
    upstream: 'pkg/kubelet/pod_workers.go (completeWork), pkg/volume/configmap/configmap.go, pkg/volume/util/subpath',
    manifests: `${configMap('info')}---\n${reader}`,
    steps: [
      wait(8),
      reads('app', '/config/level', 'info'),
      applied(configMap('debug')),
      wait(10),
      reads('app', '/config/level', 'info'),
      wait(85),
      reads('app', '/config/level', 'debug'),
      reads('app', '/etc/level', 'info'),
      (world) => expect(exec(world, 'app', 'printenv', 'LEVEL').stdout).toBe('info\n'),
    ],
  },
  {
    name: 'stays what it was when it was immutable, even when another of its name has come',
    upstream: 'pkg/kubelet/util/manager/watch_based_manager.go (isImmutable)',
    manifests: `${configMap('info', 'immutable: true\n')}---\n${reader}`,
    steps: [
      wait(8),
      deleted('configmaps', 'app'),
      applied(configMap('debug', 'immutable: true\n')),
      wait(95),
      reads('app', '/config/level', 'info'),
    ],
  },
  {
    name: 'leaves its files behind when it is deleted, and is missed aloud',
    upstream: 'pkg/volume/configmap/configmap.go (SetUpAt)',
    manifests: `${configMap('info')}---\n${reader}`,
    steps: [
      wait(8),
      deleted('configmaps', 'app'),
      wait(95),
      reads('app', '/config/level', 'info'),
      says('app', 'FailedMount: MountVolume.SetUp failed for volume "config" : configmap "app" not found'),
      status('pods', 'app', { phase: 'Running' }),
    ],
  },
  {
    name: 'is told by the name of its missing key, as a Secret is in words of its own',
    upstream: 'pkg/volume/configmap/configmap.go, pkg/volume/secret/secret.go (MakePayload)',
    manifests: `${configMap('info')}---
apiVersion: v1
kind: Secret
metadata: { name: app }
stringData: { token: x }
---
${scriptPod('app', 'sleep 1', {
  more: '  volumes:\n    - { name: a, configMap: { name: app, items: [{ key: nope, path: x }] } }\n    - { name: b, secret: { secretName: app, items: [{ key: nope, path: x }] } }\n',
})}`,
    steps: [
      wait(5),
      says(
        'app',
        'FailedMount: MountVolume.SetUp failed for volume "a" : configmap references non-existent config key: nope',
        'FailedMount: MountVolume.SetUp failed for volume "b" : references non-existent secret key: nope',
      ),
    ],
  },
]);

const secured = (name: string, image: string, context: string, command = '[sleep, "1000"]'): string =>
  `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { containers: [{ name: main, image: '${image}', command: ${command}, securityContext: ${context} }] }
`;

parity('A container that must not run as root', [
  {
    name: 'is not created when its image would, when it asks to, or when nobody can tell',
    upstream: 'pkg/kubelet/kuberuntime/security_context.go (verifyRunAsNonRoot)',
    manifests: [
      secured('image', 'busybox:1.36', '{ runAsNonRoot: true }'),
      secured('asked', 'busybox:1.36', '{ runAsNonRoot: true, runAsUser: 0 }'),
      secured('named', 'curlimages/curl:8.5.0', '{ runAsNonRoot: true }'),
      secured('good', 'busybox:1.36', '{ runAsNonRoot: true, runAsUser: 1000 }'),
    ].join('---\n'),
    steps: [
      wait(8),
      waiting(
        'image',
        'CreateContainerConfigError',
        ({ uid }) =>
          `container has runAsNonRoot and image will run as root (pod: "image_default(${uid})", container: main)`,
      ),
      waiting(
        'asked',
        'CreateContainerConfigError',
        ({ uid }) => `container's runAsUser breaks non-root policy (pod: "asked_default(${uid})", container: main)`,
      ),
      waiting(
        'named',
        'CreateContainerConfigError',
        ({ uid }) =>
          `container has runAsNonRoot and image has non-numeric user (curl_user), cannot verify user is non-root (pod: "named_default(${uid})", container: main)`,
      ),
      status('pods', 'good', { phase: 'Running' }),
    ],
  },
]);

parity('A mount below a path of its own', [
  {
    name: 'takes the path from variables, and fails without them',
    upstream: 'pkg/kubelet/container/helpers.go (ExpandContainerVolumeMounts)',
    manifests: [
      scriptPod('logs', 'echo hello > /logs/out; sleep 1000', {
        more: '  volumes: [{ name: logs, emptyDir: {} }]\n',
        container:
          '      env: [{ name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }]\n      volumeMounts:\n        - { name: logs, mountPath: /logs, subPathExpr: $(POD_NAME) }\n        - { name: logs, mountPath: /all }\n',
      }),
      scriptPod('lost', 'sleep 1000', {
        more: '  volumes: [{ name: logs, emptyDir: {} }]\n',
        container: '      volumeMounts: [{ name: logs, mountPath: /logs, subPathExpr: $(NOWHERE) }]\n',
      }),
    ].join('---\n'),
    steps: [
      wait(8),
      reads('logs', '/all/logs/out', 'hello\n'),
      waiting('lost', 'CreateContainerConfigError', () => 'missing value for "NOWHERE"'),
    ],
  },
]);

const stopped =
  (name: string): Step =>
  (world) => {
    request(world, 'DELETE', `/api/v1/namespaces/default/pods/${name}`);
  };

const lastWords =
  (name: string, lines: readonly string[]): Step =>
  (world) => {
    let said: readonly string[] = [];
    const gone = (): boolean => world.find('pods', 'default', name) === undefined;
    const began = world.now;
    while (!gone() && world.now - began < 60_000) {
      said = log(world, name);
      world.kernel.advanceTo(world.now + 100);
    }
    expect(said).toEqual(lines);
    // Long before the grace of 30 s is over.
    expect(world.now - began).toBeLessThan(5_000);
  };

const traps =
  'trap "echo quit; sleep 1; exit 0" QUIT; trap "echo term; sleep 1; exit 0" TERM; while true; do sleep 1; done';

parity('A container that is told to stop', [
  {
    name: 'hears the signal that its image names, and SIGTERM from others',
    upstream: 'pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer), STOPSIGNAL of the image',
    manifests: [scriptPod('nginx', traps, { image: 'nginx:1.27' }), scriptPod('plain', traps)].join('---\n'),
    steps: [wait(12), stopped('nginx'), lastWords('nginx', ['quit']), stopped('plain'), lastWords('plain', ['term'])],
  },
  {
    name: 'is killed with 137 when its grace is over, and leaves 143 where its program says so',
    upstream: 'pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer)',
    manifests: [
      scriptPod('deaf', 'while true; do sleep 1; done', {
        more: '  terminationGracePeriodSeconds: 3\n  restartPolicy: Always\n',
        container:
          '      livenessProbe: { exec: { command: ["false"] }, periodSeconds: 5, failureThreshold: 1, initialDelaySeconds: 3 }\n',
      }),
      scriptPod('polite', 'trap "exit 143" TERM; while true; do sleep 1; done', {
        container:
          '      livenessProbe: { exec: { command: ["false"] }, periodSeconds: 5, failureThreshold: 1, initialDelaySeconds: 3 }\n',
      }),
    ].join('---\n'),
    steps: [
      wait(13),
      status('pods', 'deaf', {
        containerStatuses: [{ lastState: { terminated: { exitCode: 137, reason: 'Error' } } }],
      }),
      status('pods', 'polite', {
        containerStatuses: [{ lastState: { terminated: { exitCode: 143, reason: 'Error' } } }],
      }),
      says('deaf', 'Killing: Container main failed liveness probe, will be restarted'),
    ],
  },
]);

const pulling = (name: string, more: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec:\n${more}  containers: [{ name: main, image: 'acme.azurecr.io/shop:1' }]\n`;
const credentials = (name: string, host: string): string =>
  `apiVersion: v1
kind: Secret
metadata: { name: ${name} }
type: kubernetes.io/dockerconfigjson
stringData: { .dockerconfigjson: '{"auths":{"https://${host}/v1/":{"auth":"eDp5"}}}' }
`;

parity('An image of a private registry', [
  {
    name: 'needs a pull secret that is there and names the registry',
    upstream: 'pkg/kubelet/kubelet_pods.go (getPullSecretsForPod), pkg/credentialprovider',
    options: { privateRegistries: ['acme.azurecr.io'] },
    manifests: [
      credentials('right', 'acme.azurecr.io'),
      credentials('wrong', 'other.azurecr.io'),
      pulling('with', '  imagePullSecrets: [{ name: right }]\n'),
      pulling('other', '  imagePullSecrets: [{ name: wrong }]\n'),
      pulling('gone', '  imagePullSecrets: [{ name: nowhere }]\n'),
    ].join('---\n'),
    steps: [
      wait(20),
      status('pods', 'with', { phase: 'Running' }),
      status('pods', 'other', { phase: 'Pending' }),
      says('other', /^Failed: Failed to pull image .*401 Unauthorized$/),
      says(
        'gone',
        'FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (nowhere); attempting to pull the image may not succeed.',
        /^Failed: Failed to pull image .*401 Unauthorized$/,
      ),
    ],
  },
]);

parity('A runtime class whose handler no node has', [
  {
    name: 'gets no sandbox',
    upstream: 'pkg/kubelet/kuberuntime/kuberuntime_sandbox.go, pkg/kubelet/runtimeclass',
    manifests: `apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: { name: gvisor }
handler: runsc
---
${scriptPod('app', 'sleep 1000', { more: '  runtimeClassName: gvisor\n' })}`,
    steps: [
      wait(8),
      says(
        'app',
        'FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "runsc" is configured',
      ),
      status('pods', 'app', { phase: 'Pending' }),
    ],
  },
]);

const score = (name: string, resources: string): string =>
  scriptPod(name, 'sleep 1000', { container: `      resources: ${resources}\n` });
const adjusted =
  (name: string, expected: string): Step =>
  (world: World) =>
    reads(name, '/proc/1/oom_score_adj', `${expected}\n`)(world);

parity('What the kernel is told of a container', [
  {
    name: 'is whom to kill first, by the quality of service of its pod',
    upstream: 'pkg/kubelet/qos/policy.go (GetContainerOOMScoreAdjust)',
    manifests: [
      score('best', '{}'),
      score('middle', '{ requests: { memory: 4Gi } }'),
      score('sure', '{ limits: { cpu: 100m, memory: 64Mi } }'),
    ].join('---\n'),
    steps: [wait(8), adjusted('best', '1000'), adjusted('middle', '750'), adjusted('sure', '-997')],
  },
]);
