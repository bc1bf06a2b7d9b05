import { expect } from 'vitest';
import {
  allReady,
  applied,
  columns,
  conditions,
  deleted,
  events,
  get,
  parity,
  podsBy,
  refused,
  send,
  status,
  until,
  wait,
  type Step,
} from './support/parity.ts';
import { deployment, eventsOf } from '../support/world.ts';

const budget = (spec: string): string => `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: keep }
spec: { ${spec}, selector: { matchLabels: { app: web } } }
`;
const quota = (hard: string, more = ''): string => `apiVersion: v1
kind: ResourceQuota
metadata: { name: tight }
spec: { hard: { ${hard} } ${more} }
`;
const pod = (name: string, resources = '', more = ''): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { ${more} containers: [{ name: c, image: "nginx:1.27" ${resources} }] }
`;

const evict =
  (place: number, code: number, cause?: string): Step =>
  (world) => {
    const { name } = podsBy(world, 'web')[place]!.metadata;
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } };
    const answer = send(world, 'create', 'pods', name, body, { subresource: 'eviction' });
    expect(answer.code).toBe(code);
    if (cause) {
      const { details } = answer.body as { details?: { causes?: { message: string }[] } };
      expect(details?.causes?.[0]?.message).toBe(cause);
    }
  };

const DISRUPTION = 'pkg/controller/disruption/disruption.go';
const QUOTA = 'apiserver/pkg/admission/plugin/resourcequota/controller.go';

parity('A PodDisruptionBudget', [
  {
    name: 'with minAvailable allows what is above it, and then answers an eviction with 429',
    upstream: DISRUPTION,
    manifests: deployment('web', 3, 'nginx:1.27') + budget('minAvailable: 2'),
    steps: [
      until(allReady('web', 3)),
      wait(2),
      status('poddisruptionbudgets.policy', 'keep', {
        disruptionsAllowed: 1,
        currentHealthy: 3,
        desiredHealthy: 2,
        expectedPods: 3,
      }),
      conditions('poddisruptionbudgets.policy', 'keep', ['DisruptionAllowed=True SufficientPods: ']),
      evict(0, 201),
      // The controller has not counted anew: an eviction takes its place in the budget by itself.
      evict(1, 429, 'The disruption budget keep needs 2 healthy pods and has 3 currently'),
      (world) => {
        wait(0.1)(world);
        conditions('poddisruptionbudgets.policy', 'keep', ['DisruptionAllowed=False InsufficientPods: '])(world);
      },
      until(allReady('web', 3)),
      wait(2),
      status('poddisruptionbudgets.policy', 'keep', { disruptionsAllowed: 1 }),
    ],
  },
  {
    name: 'rounds a share of maxUnavailable up: 30% of 4 pods are 2',
    upstream: DISRUPTION,
    manifests: deployment('web', 4, 'nginx:1.27') + budget('maxUnavailable: 30%'),
    steps: [
      until(allReady('web', 4)),
      wait(2),
      status('poddisruptionbudgets.policy', 'keep', { disruptionsAllowed: 2, desiredHealthy: 2, expectedPods: 4 }),
    ],
  },
  {
    name: 'counts by the scale of the Deployment, not by the pods that are there',
    upstream: DISRUPTION,
    manifests: deployment('web', 4, 'nginx:1.27') + budget('minAvailable: 50%'),
    steps: [until(allReady('web', 4)), wait(2), status('poddisruptionbudgets.policy', 'keep', { desiredHealthy: 2 })],
  },
  {
    name: 'says when no pod matches',
    upstream: DISRUPTION,
    manifests: budget('minAvailable: 1').replace('---\n', ''),
    steps: [
      wait(2),
      events('poddisruptionbudgets.policy', 'keep', ['NoPods: No matching pods found']),
      columns('poddisruptionbudgets.policy', 'keep', {
        'Min Available': 1,
        'Max Unavailable': 'N/A',
        'Allowed Disruptions': 0,
      }),
    ],
  },
]);

const DAEMONS = `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: c, image: "nginx:1.27" }] } }
`;

parity('A PodDisruptionBudget over pods whose number nobody can tell', [
  {
    name: 'lets none go, and says that their controller has no scale',
    upstream: `${DISRUPTION} (failSafe), pkg/registry/core/pod/storage/eviction.go`,
    manifests: DAEMONS + budget('maxUnavailable: 1'),
    steps: [
      until(allReady('web', 3)),
      wait(2),
      conditions('poddisruptionbudgets.policy', 'keep', [
        'DisruptionAllowed=False SyncFailed: daemonsets.apps does not implement the scale subresource',
      ]),
      (world) =>
        expect(eventsOf(world, get(world, 'poddisruptionbudgets.policy', 'keep'))).toContain(
          'CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: daemonsets.apps does not implement the scale subresource',
        ),
      evict(
        0,
        429,
        'The disruption budget keep does not allow evicting pods currently because it failed sync: daemonsets.apps does not implement the scale subresource',
      ),
    ],
  },
  {
    name: 'counts them all the same by a whole number of minAvailable',
    upstream: DISRUPTION,
    manifests: DAEMONS + budget('minAvailable: 2'),
    steps: [
      until(allReady('web', 3)),
      wait(2),
      status('poddisruptionbudgets.policy', 'keep', { disruptionsAllowed: 1, expectedPods: 3, desiredHealthy: 2 }),
    ],
  },
]);

parity('A ResourceQuota', [
  {
    name: 'counts what init containers need, and sidecars beside the others',
    upstream: 'pkg/quota/v1/evaluator/core/pods.go (PodUsageFunc)',
    manifests: quota('requests.cpu: 2'),
    steps: [
      wait(2),
      refused(
        pod('a', ', resources: { requests: { cpu: 1 } }', 'initContainers: [{ name: i, image: "busybox:1.36" }],'),
        'pods "a" is forbidden: failed quota: tight: must specify requests.cpu for: i',
      ),
      applied(
        pod(
          'a',
          ', resources: { requests: { cpu: 300m } }',
          'initContainers: [{ name: i, image: "busybox:1.36", resources: { requests: { cpu: 1 } } }],',
        ),
      ),
      columns('resourcequotas', 'tight', { Request: 'requests.cpu: 1/2' }),
      applied(
        pod(
          'b',
          ', resources: { requests: { cpu: 300m } }',
          'initContainers: [{ name: s, image: "nginx:1.27", restartPolicy: Always, resources: { requests: { cpu: 200m } } }],',
        ),
      ),
      columns('resourcequotas', 'tight', { Request: 'requests.cpu: 1500m/2' }),
      wait(310),
      columns('resourcequotas', 'tight', { Request: 'requests.cpu: 1500m/2' }),
    ],
  },
  {
    name: 'has room again as soon as anything that it counts is gone',
    upstream: 'pkg/controller/resourcequota/resource_quota_monitor.go',
    manifests: quota('count/roles.rbac.authorization.k8s.io: 1'),
    steps: [
      wait(2),
      applied('apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: one }\nrules: []\n'),
      columns('resourcequotas', 'tight', { Request: 'count/roles.rbac.authorization.k8s.io: 1/1' }),
      deleted('roles.rbac.authorization.k8s.io', 'one'),
      wait(2),
      columns('resourcequotas', 'tight', { Request: 'count/roles.rbac.authorization.k8s.io: 0/1' }),
    ],
  },
  {
    name: 'refuses a pod that does not say what it wants of a bounded resource',
    upstream: QUOTA,
    manifests: quota('requests.cpu: 500m, limits.memory: 1Gi'),
    steps: [
      wait(2),
      refused(
        pod('a'),
        'pods "a" is forbidden: failed quota: tight: must specify limits.memory for: c; requests.cpu for: c',
      ),
    ],
  },
  {
    name: 'refuses what goes beyond it, with what is used and what is allowed',
    upstream: QUOTA,
    manifests: quota('pods: 2, requests.cpu: 500m, configmaps: 3'),
    steps: [
      wait(2),
      columns('resourcequotas', 'tight', { Request: 'configmaps: 1/3, pods: 0/2, requests.cpu: 0/500m' }),
      applied(pod('b', ', resources: { requests: { cpu: 300m } }')),
      columns('resourcequotas', 'tight', { Request: 'configmaps: 1/3, pods: 1/2, requests.cpu: 300m/500m' }),
      refused(
        pod('c', ', resources: { requests: { cpu: 300m } }'),
        'pods "c" is forbidden: exceeded quota: tight, requested: requests.cpu=300m, used: requests.cpu=300m, limited: requests.cpu=500m',
      ),
      deleted('pods', 'b', { gracePeriodSeconds: 0 }),
      wait(2),
      columns('resourcequotas', 'tight', { Request: 'configmaps: 1/3, pods: 0/2, requests.cpu: 0/500m' }),
    ],
  },
  {
    name: 'holds a Deployment back, which says so in ReplicaFailure',
    upstream: 'pkg/controller/replicaset/replica_set.go',
    manifests: `${quota('pods: 1')}---\n${deployment('web', 2, 'nginx:1.27')}`,
    steps: [
      wait(10),
      columns('deployments.apps', 'web', { Ready: '1/2' }),
      (world) => {
        const found = get(world, 'deployments.apps', 'web') as {
          status?: { conditions?: { type: string; reason?: string; message?: string }[] };
        };
        const failure = found.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
        expect(failure?.reason).toBe('FailedCreate');
        expect(failure?.message).toMatch(
          /^pods "web-\w+-\w{5}" is forbidden: exceeded quota: tight, requested: pods=1, used: pods=1, limited: pods=1$/,
        );
      },
    ],
  },
  {
    name: 'of scope BestEffort counts only pods without requests and limits',
    upstream: 'pkg/quota/v1/evaluator/core/pods.go',
    manifests: quota('pods: 1', ', scopes: [BestEffort]'),
    steps: [
      wait(2),
      applied(pod('one')),
      refused(
        pod('two'),
        'pods "two" is forbidden: exceeded quota: tight, requested: pods=1, used: pods=1, limited: pods=1',
      ),
      applied(pod('three', ', resources: { requests: { cpu: 100m } }')),
    ],
  },
  {
    name: 'counts node ports, and objects by count/',
    upstream: 'pkg/quota/v1/evaluator/core/services.go',
    manifests: quota('services: 5, services.nodeports: 0, count/deployments.apps: 0'),
    steps: [
      wait(2),
      refused(
        'apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec: { type: NodePort, ports: [{ port: 80 }] }\n',
        'services "s" is forbidden: exceeded quota: tight, requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0',
      ),
      refused(
        deployment('web', 1, 'nginx:1.27'),
        'deployments.apps "web" is forbidden: exceeded quota: tight, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
      ),
    ],
  },
]);
