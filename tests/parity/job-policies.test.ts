/** Jobs whose failures, ends and changes follow a policy. Upstream: pkg/controller/job, pkg/apis/batch/validation. */
import type { Job } from 'kubernetes-types/batch/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { expect } from 'vitest';
import type { Stored } from '../../src/sim/api/object.ts';
import type { World } from '../../src/sim/world.ts';
import {
  columns,
  conditions,
  deleted,
  events,
  get,
  masked,
  parity,
  patched,
  send,
  status,
  until,
  wait,
  type Step,
} from './support/parity.ts';

const CONTROLLER = 'pkg/controller/job/job_controller.go';

const job = (spec: string, script: string, pod = 'restartPolicy: Never'): string => `apiVersion: batch/v1
kind: Job
metadata: { name: task }
spec:
${spec}
  template:
    spec:
      ${pod}
      terminationGracePeriodSeconds: 5
      containers: [{ name: c, image: "busybox:1.36", command: [sh, -c, "${script}"] }]
`;

/** Does not hear SIGTERM, so its pod takes its whole grace. */
const STUBBORN = "trap '' TERM; sleep 300";

const indexed = (spec: string, script: string): string => job(`  completionMode: Indexed\n${spec}`, script);

const task = (world: World): Stored<Job> => get(world, 'jobs.batch', 'task') as Stored<Job>;
const pods = (world: World): readonly Stored<Pod>[] => [...world.list('pods', 'default')] as Stored<Pod>[];
const has =
  (type: string) =>
  (world: World): boolean =>
    task(world).status?.conditions?.some((item) => item.type === type && item.status === 'True') ?? false;
const made = (count: number): string[] => Array<string>(count).fill('SuccessfulCreate: Created pod: task-RAND');
const indexesOf = (world: World): string[] =>
  pods(world)
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index'] ?? '')
    .sort();
const answers =
  (body: unknown, message: string | RegExp): Step =>
  (world) => {
    const answer = send(world, 'patch', 'jobs.batch', 'task', body, { patchType: 'merge' });
    if (typeof message === 'string') expect(answer.body.message ?? '').toBe(message);
    else expect(answer.body.message ?? '').toMatch(message);
  };
const podDeleted: Step = (world) => {
  expect(send(world, 'delete', 'pods', pods(world)[0]!.metadata.name).code).toBe(200);
};

parity('A Job by its policies', [
  {
    name: 'counts what still runs at its deadline as failed, and is Failed once that is gone',
    upstream: CONTROLLER,
    manifests: job('  activeDeadlineSeconds: 20\n  parallelism: 2\n  completions: 2', 'sleep 300'),
    steps: [
      until(has('FailureTarget')),
      columns('jobs.batch', 'task', { Status: 'FailureTarget' }),
      status('jobs.batch', 'task', { failed: 2, terminating: 2, ready: 0 }),
      until(has('Failed')),
      status('jobs.batch', 'task', { failed: 2, terminating: 0, ready: 0 }),
      conditions('jobs.batch', 'task', [
        'FailureTarget=True DeadlineExceeded: Job was active longer than specified deadline',
        'Failed=True DeadlineExceeded: Job was active longer than specified deadline',
      ]),
    ],
  },
  {
    name: 'takes a deadline that is set while it runs',
    upstream: CONTROLLER,
    manifests: job('', 'sleep 300'),
    steps: [
      wait(10),
      patched('jobs.batch', 'task', { spec: { activeDeadlineSeconds: 30 } }),
      wait(15),
      columns('jobs.batch', 'task', { Status: 'Running' }),
      until(has('Failed'), 15),
    ],
  },
  {
    name: 'begins its deadline anew when it is resumed, and does not count pods stopped by the suspension',
    upstream: CONTROLLER,
    manifests: job('  activeDeadlineSeconds: 40', 'sleep 300'),
    steps: [
      wait(20),
      patched('jobs.batch', 'task', { spec: { suspend: true } }),
      wait(15),
      columns('jobs.batch', 'task', { Status: 'Suspended' }),
      patched('jobs.batch', 'task', { spec: { suspend: false } }),
      wait(35),
      columns('jobs.batch', 'task', { Status: 'Running' }),
      (world) => expect(task(world).status?.failed).toBeUndefined(),
      until(has('Failed'), 15),
      events('jobs.batch', 'task', [
        ...made(1),
        'SuccessfulDelete: Deleted pod: task-RAND',
        'Suspended: Job suspended',
        ...made(1),
        'Resumed: Job resumed',
        'SuccessfulDelete: Deleted pod: task-RAND',
        'DeadlineExceeded: Job was active longer than specified deadline',
      ]),
    ],
  },
  {
    name: 'resumed after its deadline has passed fails at once: in 1.35 the start of before still stands then',
    upstream: CONTROLLER,
    manifests: job('  activeDeadlineSeconds: 30', 'sleep 300'),
    steps: [
      wait(10),
      patched('jobs.batch', 'task', { spec: { suspend: true } }),
      wait(60),
      columns('jobs.batch', 'task', { Status: 'Suspended' }),
      patched('jobs.batch', 'task', { spec: { suspend: false } }),
      until(has('Failed'), 3),
    ],
  },
  {
    name: 'that its success policy ends does not count the pods it stops as failed',
    upstream: 'pkg/controller/job/success_policy.go',
    manifests: indexed(
      '  completions: 3\n  parallelism: 3\n  successPolicy: { rules: [{ succeededIndexes: "0" }] }',
      'if [ $JOB_COMPLETION_INDEX = 0 ]; then sleep 2; else sleep 300; fi',
    ),
    steps: [
      until(has('SuccessCriteriaMet')),
      columns('jobs.batch', 'task', { Status: 'SuccessCriteriaMet' }),
      until(has('Complete')),
      status('jobs.batch', 'task', { succeeded: 1, completedIndexes: '0' }),
      (world) => expect(task(world).status?.failed).toBeUndefined(),
      wait(10),
      (world) => expect(pods(world).map(({ status: found }) => found?.phase)).toEqual(['Succeeded']),
    ],
  },
  {
    name: 'waits 10 s even after a failure that its failure policy ignores',
    upstream: 'pkg/controller/job/backoff_utils.go',
    manifests: job(
      '  podFailurePolicy: { rules: [{ action: Ignore, onExitCodes: { operator: In, values: [7] } }] }',
      'sleep 1; exit 7',
    ),
    steps: [
      wait(8),
      events('jobs.batch', 'task', made(1)),
      wait(10),
      events('jobs.batch', 'task', made(2)),
      (world) => expect(task(world).status?.failed).toBeUndefined(),
    ],
  },
  {
    name: 'fails one index at once by FailIndex, and names the indexes that are done and not',
    upstream: 'pkg/controller/job/pod_failure_policy.go',
    manifests: indexed(
      '  completions: 4\n  parallelism: 4\n  backoffLimitPerIndex: 3\n' +
        '  podFailurePolicy: { rules: [{ action: FailIndex, onExitCodes: { operator: In, values: [3] } }] }',
      'if [ $JOB_COMPLETION_INDEX = 1 ]; then exit 3; fi',
    ),
    steps: [
      until(has('Failed')),
      status('jobs.batch', 'task', { completedIndexes: '0,2,3', failedIndexes: '1', failed: 1, succeeded: 3 }),
      conditions('jobs.batch', 'task', [
        'FailureTarget=True FailedIndexes: Job has failed indexes',
        'Failed=True FailedIndexes: Job has failed indexes',
      ]),
    ],
  },
  {
    name: 'hands the count of failures of an index on to the pod that tries it again',
    upstream: 'pkg/controller/job/indexed_job_utils.go',
    manifests: indexed('  completions: 1\n  parallelism: 1\n  backoffLimitPerIndex: 2', 'exit 1'),
    steps: [
      wait(60),
      (world) =>
        expect(
          pods(world)
            .map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'])
            .sort(),
        ).toEqual(['0', '1', '2']),
      until(has('Failed')),
      status('jobs.batch', 'task', { failed: 3, failedIndexes: '0' }),
    ],
  },
  {
    name: 'counts a pod as failed as soon as it is on its way out, and replaces it 10 s after',
    upstream: CONTROLLER,
    manifests: job('', STUBBORN).replace('terminationGracePeriodSeconds: 5', 'terminationGracePeriodSeconds: 40'),
    steps: [
      wait(10),
      podDeleted,
      wait(3),
      status('jobs.batch', 'task', { failed: 1, terminating: 1 }),
      wait(10),
      status('jobs.batch', 'task', { failed: 1, active: 1, terminating: 1 }),
    ],
  },
  {
    name: 'with podReplacementPolicy Failed replaces a pod only once it has ended',
    upstream: CONTROLLER,
    manifests: job('  podReplacementPolicy: Failed', STUBBORN),
    steps: [
      wait(10),
      podDeleted,
      wait(3),
      status('jobs.batch', 'task', { terminating: 1 }),
      (world) => expect(task(world).status?.active).toBeUndefined(),
      wait(15),
      status('jobs.batch', 'task', { active: 1, terminating: 0, failed: 1 }),
    ],
  },
  {
    name: 'of indexes shrinks and grows by completions and parallelism together',
    upstream: 'pkg/apis/batch/validation/validation.go',
    manifests: indexed('  completions: 4\n  parallelism: 4', 'sleep 300'),
    steps: [
      wait(10),
      answers(
        { spec: { completions: 2 } },
        'Job.batch "task" is invalid: spec.completions: Invalid value: 2: can only be modified in tandem with spec.parallelism',
      ),
      patched('jobs.batch', 'task', { spec: { completions: 2, parallelism: 2 } }),
      wait(4),
      (world) => expect(indexesOf(world)).toEqual(['0', '1']),
      patched('jobs.batch', 'task', { spec: { completions: 3, parallelism: 3 } }),
      wait(4),
      (world) => expect(indexesOf(world)).toEqual(['0', '1', '2']),
      (world) => expect(task(world).status?.failed).toBeUndefined(),
    ],
  },
  {
    name: 'with parallelism 0 runs nothing, and stops what runs',
    upstream: CONTROLLER,
    manifests: job('  parallelism: 1', 'sleep 300'),
    steps: [
      wait(10),
      patched('jobs.batch', 'task', { spec: { parallelism: 0 } }),
      wait(10),
      (world) => expect(pods(world)).toEqual([]),
      columns('jobs.batch', 'task', { Status: 'Running' }),
      (world) => expect(task(world).status).not.toHaveProperty('active'),
    ],
  },
  {
    name: 'of a work queue is Complete when one pod has succeeded and all have ended',
    upstream: CONTROLLER,
    manifests: job('  parallelism: 3', 'sleep 3'),
    steps: [
      wait(3),
      columns('jobs.batch', 'task', { Completions: '0/1 of 3' }),
      until(has('Complete')),
      events('jobs.batch', 'task', [...made(3), 'Completed: Job completed']),
      columns('jobs.batch', 'task', { Completions: '3/1 of 3' }),
    ],
  },
  {
    name: 'suspended and never begun may be sent elsewhere, but not be given other containers',
    upstream: 'pkg/apis/batch/validation/validation.go',
    manifests: job('  suspend: true', 'sleep 300'),
    steps: [
      wait(3),
      answers({ spec: { template: { spec: { nodeSelector: { disk: 'ssd' } } } } }, ''),
      answers({ spec: { template: { metadata: { labels: { tier: 'batch' } } } } }, ''),
      answers(
        { spec: { template: { spec: { priorityClassName: 'system-node-critical' } } } },
        /^Job\.batch "task" is invalid: spec\.template: Invalid value: .*: field is immutable$/,
      ),
      answers(
        {
          spec: {
            template: {
              spec: { containers: [{ name: 'c', image: 'busybox:1.36', resources: { requests: { cpu: '1' } } }] },
            },
          },
        },
        /spec\.template: Invalid value: .*: field is immutable$/,
      ),
      patched('jobs.batch', 'task', { spec: { suspend: false } }),
      wait(3),
      patched('jobs.batch', 'task', { spec: { suspend: true } }),
      wait(3),
      answers({ spec: { template: { spec: { nodeSelector: { disk: 'hdd' } } } } }, /field is immutable$/),
    ],
  },
  {
    name: 'lets evicted pods go uncounted where a rule on DisruptionTarget says so',
    upstream: 'pkg/controller/job/pod_failure_policy.go',
    manifests: job(
      '  backoffLimit: 0\n  podFailurePolicy: { rules: [{ action: Ignore, onPodConditions: [{ type: DisruptionTarget }] }] }',
      'sleep 300',
    ),
    steps: [
      wait(10),
      (world) => {
        const [pod] = pods(world);
        const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod!.metadata.name } };
        const answer = send(world, 'create', 'pods', pod!.metadata.name, body, { subresource: 'eviction' });
        expect(answer.code).toBe(201);
      },
      wait(30),
      status('jobs.batch', 'task', { active: 1 }),
      columns('jobs.batch', 'task', { Status: 'Running' }),
      (world) => expect(task(world).status?.failed).toBeUndefined(),
    ],
  },
  {
    name: 'fails by a condition of a pod, which it names',
    upstream: 'pkg/controller/job/pod_failure_policy.go',
    manifests: job(
      '  podFailurePolicy: { rules: [{ action: FailJob, onPodConditions: [{ type: DisruptionTarget }] }] }',
      'sleep 300',
    ),
    steps: [
      wait(10),
      (world) => {
        const [pod] = pods(world);
        const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod!.metadata.name } };
        send(world, 'create', 'pods', pod!.metadata.name, body, { subresource: 'eviction' });
      },
      until(has('Failed')),
      (world) =>
        expect(masked(task(world).status?.conditions?.[0]?.message ?? '')).toBe(
          'Pod default/task-RAND has condition DisruptionTarget matching FailJob rule at index 0',
        ),
    ],
  },
  {
    name: 'deleted in the foreground goes after its pods',
    upstream: CONTROLLER,
    manifests: job('', STUBBORN),
    steps: [
      wait(10),
      deleted('jobs.batch', 'task', { propagationPolicy: 'Foreground' }),
      wait(2),
      columns('jobs.batch', 'task', { Status: 'Terminating' }),
      wait(15),
      (world) => {
        expect(world.find('jobs.batch', 'default', 'task')).toBeUndefined();
        expect(pods(world)).toEqual([]);
      },
    ],
  },
]);
