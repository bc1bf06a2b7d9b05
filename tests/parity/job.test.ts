import { expect } from 'vitest';
import type { World } from '../../src/sim/world.ts';
import { columns, conditions, events, get, parity, patched, status, until, wait, type Step } from './support/parity.ts';

const job = (spec: string, script = 'sleep 2', pod = ''): string => `apiVersion: batch/v1
kind: Job
metadata: { name: task }
spec:
${spec}
  template:
    spec:
      ${pod || 'restartPolicy: Never'}
      terminationGracePeriodSeconds: 1
      containers: [{ name: c, image: "busybox:1.36", command: [sh, -c, "${script}"] }]
`;

const CONTROLLER = 'pkg/controller/job/job_controller.go';
const done =
  (type: string) =>
  (world: World): boolean =>
    (
      get(world, 'jobs.batch', 'task') as { status?: { conditions?: { type: string; status: string }[] } }
    ).status?.conditions?.some((item) => item.type === type && item.status === 'True') ?? false;
const finished = until(done('Complete'));
const failed = until(done('Failed'));
const made = 'SuccessfulCreate: Created pod: task-RAND';

/** Seconds between the creation of one pod and the next, by order of creation. */
const gaps =
  (expected: readonly number[]): Step =>
  (world) => {
    const events = (
      world.eventsAbout(get(world, 'jobs.batch', 'task')) as unknown as { reason: string; firstTimestamp: string }[]
    )
      .filter(({ reason }) => reason === 'SuccessfulCreate')
      .map(({ firstTimestamp }) => Date.parse(firstTimestamp) / 1000);
    expect(events.slice(1).map((at, index) => at - events[index]!)).toEqual(expected);
  };

const COMPLETE = [
  'SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods',
  'Complete=True CompletionsReached: Reached expected number of succeeded pods',
];

parity('A Job', [
  {
    name: 'runs its completions by its parallelism, and then is Complete',
    upstream: CONTROLLER,
    manifests: job('  completions: 3\n  parallelism: 2', 'sleep 3'),
    steps: [
      wait(2.5),
      columns('jobs.batch', 'task', { Status: 'Running', Completions: '0/3' }),
      status('jobs.batch', 'task', { active: 2 }),
      finished,
      columns('jobs.batch', 'task', { Status: 'Complete', Completions: '3/3' }),
      events('jobs.batch', 'task', [made, made, made, 'Completed: Job completed']),
      conditions('jobs.batch', 'task', COMPLETE),
      status('jobs.batch', 'task', { succeeded: 3, ready: 0, terminating: 0, uncountedTerminatedPods: {} }),
      (world) => {
        const pods = [...world.list('pods', 'default')];
        expect(pods.map(({ metadata }) => metadata.finalizers)).toEqual([undefined, undefined, undefined]);
      },
    ],
  },
  {
    name: 'gives each index a pod, a host name and an environment variable of its own',
    upstream: 'pkg/controller/job/indexed_job_utils.go',
    manifests: job('  completions: 3\n  parallelism: 3\n  completionMode: Indexed'),
    steps: [
      finished,
      status('jobs.batch', 'task', { succeeded: 3, completedIndexes: '0-2' }),
      (world) => {
        const pods = [...world.list('pods', 'default')] as unknown as {
          metadata: { name: string; labels: Record<string, string> };
          spec: { hostname: string; containers: { env: { name: string }[] }[] };
        }[];
        expect(pods.map(({ spec }) => spec.hostname).sort()).toEqual(['task-0', 'task-1', 'task-2']);
        expect(pods[0]!.spec.containers[0]!.env[0]!.name).toBe('JOB_COMPLETION_INDEX');
        for (const { metadata } of pods)
          expect(metadata.name.startsWith(`task-${metadata.labels['batch.kubernetes.io/job-completion-index']}-`)).toBe(
            true,
          );
      },
    ],
  },
  {
    name: 'tries again after 10, 20 and 40 seconds, and fails beyond backoffLimit',
    upstream: 'pkg/controller/job/backoff_utils.go',
    manifests: job('  backoffLimit: 3', 'exit 1'),
    steps: [
      failed,
      gaps([10, 20, 40].map((delay) => expect.closeTo(delay, -0.6) as number)),
      events('jobs.batch', 'task', [
        made,
        made,
        made,
        made,
        'BackoffLimitExceeded: Job has reached the specified backoff limit',
      ]),
      conditions('jobs.batch', 'task', [
        'FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit',
        'Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit',
      ]),
      status('jobs.batch', 'task', { failed: 4 }),
    ],
  },
  {
    name: 'with OnFailure restarts in place and counts the restarts',
    upstream: CONTROLLER,
    manifests: job('  backoffLimit: 2', 'exit 1', 'restartPolicy: OnFailure'),
    steps: [
      failed,
      events('jobs.batch', 'task', [
        made,
        'SuccessfulDelete: Deleted pod: task-RAND',
        'BackoffLimitExceeded: Job has reached the specified backoff limit',
      ]),
    ],
  },
  {
    name: 'fails at activeDeadlineSeconds and deletes what runs',
    upstream: CONTROLLER,
    manifests: job('  activeDeadlineSeconds: 20', 'sleep 300'),
    steps: [
      failed,
      events('jobs.batch', 'task', [
        made,
        'SuccessfulDelete: Deleted pod: task-RAND',
        'DeadlineExceeded: Job was active longer than specified deadline',
      ]),
    ],
  },
  {
    name: 'made suspended starts nothing until it is resumed',
    upstream: CONTROLLER,
    manifests: job('  suspend: true'),
    steps: [
      wait(5),
      columns('jobs.batch', 'task', { Status: 'Suspended', Completions: '0/1' }),
      patched('jobs.batch', 'task', { spec: { suspend: false } }),
      finished,
      events('jobs.batch', 'task', [
        'Suspended: Job suspended',
        made,
        'Resumed: Job resumed',
        'Completed: Job completed',
      ]),
      conditions('jobs.batch', 'task', ['Suspended=False JobResumed: Job resumed', ...COMPLETE]),
    ],
  },
  {
    name: 'suspended while it runs deletes its pods without counting them as failed',
    upstream: CONTROLLER,
    manifests: job('', 'sleep 300'),
    steps: [
      wait(10),
      patched('jobs.batch', 'task', { spec: { suspend: true } }),
      wait(10),
      columns('jobs.batch', 'task', { Status: 'Suspended' }),
      (world) =>
        // MutableSchedulingDirectivesForSuspendedJobs, which forgets the start, is alpha in 1.35.
        expect(
          (get(world, 'jobs.batch', 'task') as { status?: { startTime?: string } }).status?.startTime,
        ).toBeDefined(),
      (world) => expect([...world.list('pods', 'default')]).toEqual([]),
      (world) => expect(get(world, 'jobs.batch', 'task')).not.toHaveProperty('status.failed'),
      // Nothing has failed, so nothing is waited for when it goes on.
      patched('jobs.batch', 'task', { spec: { suspend: false } }),
      wait(5),
      status('jobs.batch', 'task', { active: 1, ready: 1 }),
    ],
  },
  {
    name: 'fails at once on an exit code that podFailurePolicy calls final',
    upstream: 'pkg/controller/job/pod_failure_policy.go',
    manifests: job(
      '  podFailurePolicy: { rules: [{ action: FailJob, onExitCodes: { containerName: c, operator: In, values: [42] } }] }',
      'exit 42',
    ),
    steps: [
      failed,
      conditions('jobs.batch', 'task', [
        'FailureTarget=True PodFailurePolicy: Container c for pod default/task-RAND failed with exit code 42 matching FailJob rule at index 0',
        'Failed=True PodFailurePolicy: Container c for pod default/task-RAND failed with exit code 42 matching FailJob rule at index 0',
      ]),
    ],
  },
  {
    name: 'does not count failures that podFailurePolicy ignores',
    upstream: 'pkg/controller/job/pod_failure_policy.go',
    manifests: job(
      '  backoffLimit: 0\n  podFailurePolicy: { rules: [{ action: Ignore, onExitCodes: { operator: In, values: [7] } }] }',
      'exit 7',
    ),
    steps: [wait(10), columns('jobs.batch', 'task', { Status: 'Running' })],
  },
  {
    name: 'with backoffLimitPerIndex fails index by index',
    upstream: 'pkg/controller/job/indexed_job_utils.go',
    manifests: job(
      '  completions: 2\n  parallelism: 2\n  completionMode: Indexed\n  backoffLimitPerIndex: 1',
      'exit 1',
    ),
    steps: [
      failed,
      status('jobs.batch', 'task', { failedIndexes: '0,1', failed: 4 }),
      conditions('jobs.batch', 'task', [
        'FailureTarget=True FailedIndexes: Job has failed indexes',
        'Failed=True FailedIndexes: Job has failed indexes',
      ]),
    ],
  },
  {
    name: 'stops when more indexes failed than maxFailedIndexes',
    upstream: CONTROLLER,
    manifests: job(
      '  completions: 4\n  parallelism: 4\n  completionMode: Indexed\n  backoffLimitPerIndex: 0\n  maxFailedIndexes: 1',
      'exit 1',
    ),
    steps: [
      failed,
      conditions('jobs.batch', 'task', [
        'FailureTarget=True MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes',
        'Failed=True MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes',
      ]),
    ],
  },
  {
    name: 'is Complete by its successPolicy while other indexes still run',
    upstream: 'pkg/controller/job/success_policy.go',
    manifests: job(
      '  completions: 3\n  parallelism: 3\n  completionMode: Indexed\n  successPolicy: { rules: [{ succeededCount: 1 }] }',
    ),
    steps: [
      finished,
      conditions('jobs.batch', 'task', [
        'SuccessCriteriaMet=True SuccessPolicy: Matched rules at index 0',
        'Complete=True SuccessPolicy: Matched rules at index 0',
      ]),
    ],
  },
  {
    name: 'goes with its pods when its time to live is over',
    upstream: 'pkg/controller/ttlafterfinished/ttlafterfinished_controller.go',
    manifests: job('  ttlSecondsAfterFinished: 10'),
    steps: [
      finished,
      wait(8),
      columns('jobs.batch', 'task', { Status: 'Complete' }),
      wait(6),
      (world) => {
        expect(world.find('jobs.batch', 'default', 'task')).toBeUndefined();
        expect([...world.list('pods', 'default')]).toEqual([]);
      },
    ],
  },
  {
    name: 'of another controller is left alone',
    upstream: CONTROLLER,
    manifests: job('  managedBy: example.com/other'),
    steps: [wait(20), events('jobs.batch', 'task', []), status('jobs.batch', 'task', {})],
  },
  {
    name: 'deleted lets its pods go: the finalizer of a pod without a Job comes off',
    upstream: CONTROLLER,
    manifests: job('', 'sleep 300'),
    steps: [
      wait(10),
      (world) => {
        world.kernel.runTurn('client', 0, () =>
          world.handle({
            verb: 'delete',
            resource: 'jobs.batch',
            namespace: 'default',
            name: 'task',
            options: { propagationPolicy: 'Background' },
          }),
        );
      },
      wait(20),
      (world) => expect([...world.list('pods', 'default')]).toEqual([]),
    ],
  },
]);
