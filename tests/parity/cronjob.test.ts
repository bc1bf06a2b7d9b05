import { describe, expect, it } from 'vitest';
import { nextTime, parseSchedule } from '../../src/sim/controllers/index.ts';
import type { World } from '../../src/sim/world.ts';
import { columns, events, get, masked, parity, patched, until, wait, type Step } from './support/parity.ts';

const cron = (spec: string, script = 'sleep 2'): string => `apiVersion: batch/v1
kind: CronJob
metadata: { name: pulse }
spec:
${spec}
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 1
          containers: [{ name: c, image: "busybox:1.36", command: [sh, -c, "${script}"] }]
`;

const CONTROLLER = 'pkg/controller/cronjob/cronjob_controllerv2.go';
const jobsOf = (world: World): readonly string[] =>
  [...world.list('jobs.batch', 'default')].map(({ metadata }) => metadata.name);
const eventTexts = (world: World): readonly string[] =>
  (world.eventsAbout(get(world, 'cronjobs.batch', 'pulse')) as unknown as { reason: string; message: string }[]).map(
    ({ reason, message }) => masked(`${reason}: ${message}`.replace(/pulse-\d+/g, 'pulse-MINUTE')),
  );
const sees =
  (...expected: readonly string[]): Step =>
  (world) =>
    expect(eventTexts(world)).toEqual(expected);

parity('A CronJob', [
  {
    name: 'makes a Job at each minute of its schedule, named by the minute',
    upstream: CONTROLLER,
    manifests: cron('  schedule: "* * * * *"\n  timeZone: Etc/UTC\n  successfulJobsHistoryLimit: 1'),
    steps: [
      until((world) => eventTexts(world).some((text) => text.startsWith('SawCompletedJob')), 90),
      sees(
        'SuccessfulCreate: Created job pulse-MINUTE',
        'SawCompletedJob: Saw completed job: pulse-MINUTE, condition: Complete',
      ),
      columns('cronjobs.batch', 'pulse', { Schedule: '* * * * *', Timezone: 'Etc/UTC', Suspend: 'False', Active: 0 }),
      (world) => {
        const [name] = jobsOf(world);
        const minute = Number(name!.split('-')[1]);
        expect(minute * 60_000).toBeLessThanOrEqual(world.options.epochMs + world.now);
        expect(minute * 60_000).toBeGreaterThan(world.options.epochMs + world.now - 120_000);
      },
    ],
  },
  {
    name: 'keeps three successful Jobs',
    upstream: CONTROLLER,
    manifests: cron('  schedule: "* * * * *"'),
    steps: [wait(6 * 60 + 30), (world) => expect(jobsOf(world)).toHaveLength(3)],
  },
  {
    name: 'with a history of none deletes a Job as soon as it has ended, and remembers its success',
    upstream: `${CONTROLLER} (cleanupFinishedJobs)`,
    manifests: cron('  schedule: "* * * * *"\n  successfulJobsHistoryLimit: 0'),
    steps: [
      wait(75),
      sees('SuccessfulCreate: Created job pulse-MINUTE', 'SuccessfulDelete: Deleted job pulse-MINUTE'),
      (world) => expect(jobsOf(world)).toEqual([]),
      (world) => {
        const { status } = get(world, 'cronjobs.batch', 'pulse') as { status?: Record<string, unknown> };
        expect(status).not.toHaveProperty('active');
        expect(status).toHaveProperty('lastSuccessfulTime');
      },
    ],
  },
  {
    name: 'with Forbid skips a run while the one before is going',
    upstream: CONTROLLER,
    manifests: cron('  schedule: "* * * * *"\n  concurrencyPolicy: Forbid', 'sleep 90'),
    steps: [
      wait(130),
      (world) => {
        expect(jobsOf(world)).toHaveLength(1);
        expect(eventTexts(world)).toContain(
          'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
        );
      },
    ],
  },
  {
    name: 'with Replace deletes the Job that is still going',
    upstream: CONTROLLER,
    manifests: cron('  schedule: "* * * * *"\n  concurrencyPolicy: Replace', 'sleep 300'),
    steps: [
      until((world) => eventTexts(world).length === 3, 130),
      sees(
        'SuccessfulCreate: Created job pulse-MINUTE',
        'SuccessfulDelete: Deleted job pulse-MINUTE',
        'SuccessfulCreate: Created job pulse-MINUTE',
      ),
    ],
  },
  {
    name: 'with Allow lets runs overlap',
    upstream: CONTROLLER,
    manifests: cron('  schedule: "* * * * *"', 'sleep 300'),
    steps: [wait(150), columns('cronjobs.batch', 'pulse', { Active: 2 })],
  },
  {
    name: 'suspended runs nothing, and resumed runs only the newest missed time',
    upstream: CONTROLLER,
    manifests: cron('  schedule: "* * * * *"\n  suspend: true'),
    steps: [
      wait(300),
      sees(),
      patched('cronjobs.batch', 'pulse', { spec: { suspend: false } }),
      wait(2),
      (world) => expect(jobsOf(world)).toHaveLength(1),
    ],
  },
  {
    name: 'does not start later than startingDeadlineSeconds',
    upstream: CONTROLLER,
    manifests: cron('  schedule: "*/10 * * * *"\n  suspend: true\n  startingDeadlineSeconds: 20'),
    steps: [
      wait(11 * 60),
      patched('cronjobs.batch', 'pulse', { spec: { suspend: false } }),
      wait(2),
      (world) => expect(jobsOf(world)).toEqual([]),
    ],
  },
  {
    name: 'tells of more than a hundred missed times, and runs all the same',
    upstream: 'pkg/controller/cronjob/utils.go',
    manifests: cron('  schedule: "* * * * *"\n  suspend: true'),
    steps: [
      wait(102 * 60),
      patched('cronjobs.batch', 'pulse', { spec: { suspend: false } }),
      wait(2),
      (world) => {
        expect(eventTexts(world)[0]).toBe(
          'TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
        );
        expect(jobsOf(world)).toHaveLength(1);
      },
    ],
  },
  {
    name: 'writes on each Job for when it was, by the clocks of its zone',
    upstream: 'pkg/controller/cronjob/utils.go',
    manifests: cron('  schedule: "* * * * *"\n  timeZone: Asia/Seoul'),
    steps: [
      wait(62),
      (world) => {
        const [job] = [...world.list('jobs.batch', 'default')];
        expect(job!.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']).toBe(
          '2026-01-05T09:01:00+09:00',
        );
      },
    ],
  },
  {
    name: 'given another schedule runs at its next time, and makes up for none before',
    upstream: CONTROLLER,
    manifests: cron('  schedule: "0 0 1 1 *"'),
    steps: [
      wait(150),
      patched('cronjobs.batch', 'pulse', { spec: { schedule: '* * * * *' } }),
      wait(5),
      (world) => expect(jobsOf(world)).toEqual([]),
      wait(55),
      (world) => expect(jobsOf(world)).toHaveLength(1),
    ],
  },
  {
    name: 'says so when its schedule never comes',
    upstream: 'pkg/controller/cronjob/utils.go',
    manifests: cron('  schedule: "59 23 31 2 *"'),
    steps: [
      wait(10),
      sees(
        'InvalidSchedule: invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second',
      ),
    ],
  },
  {
    name: 'goes with its Jobs and their pods',
    upstream: 'pkg/controller/garbagecollector/garbagecollector.go',
    manifests: cron('  schedule: "* * * * *"'),
    steps: [
      wait(90),
      (world) => {
        world.kernel.runTurn('client', 0, () =>
          world.handle({ verb: 'delete', resource: 'cronjobs.batch', namespace: 'default', name: 'pulse' }),
        );
      },
      wait(10),
      (world) => {
        expect(jobsOf(world)).toEqual([]);
        expect([...world.list('pods', 'default')]).toEqual([]);
      },
    ],
  },
  {
    name: 'says nothing for a schedule that has not come yet',
    upstream: CONTROLLER,
    manifests: cron('  schedule: "0 0 1 1 *"'),
    steps: [wait(120), events('cronjobs.batch', 'pulse', [])],
  },
]);

describe('A schedule', () => {
  const next = (schedule: string, zone: string, after: string): string =>
    new Date(nextTime(parseSchedule(schedule, zone), Date.parse(after))!).toISOString();

  it.each([
    ['*/15 * * * *', 'UTC', '2026-01-05T00:01:00Z', '2026-01-05T00:15:00.000Z'],
    ['0 9 * * mon-fri', 'Asia/Seoul', '2026-01-09T00:00:00Z', '2026-01-12T00:00:00.000Z'],
    ['30 2 * * *', 'America/New_York', '2026-01-05T00:00:00Z', '2026-01-05T07:30:00.000Z'],
    // The clocks of New York jump from 2:00 to 3:00 on 8 March 2026: there is no 2:30.
    ['30 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', '2026-03-09T06:30:00.000Z'],
    ['0 12 * * *', 'Europe/Berlin', '2026-07-01T12:00:00Z', '2026-07-02T10:00:00.000Z'],
    ['0 12 * * *', 'Australia/Sydney', '2026-01-01T12:00:00Z', '2026-01-02T01:00:00.000Z'],
    // A day of the month or a day of the week, when both are given.
    ['0 0 13 * fri', 'UTC', '2026-01-05T00:00:00Z', '2026-01-09T00:00:00.000Z'],
    ['@monthly', 'UTC', '2026-01-05T00:00:00Z', '2026-02-01T00:00:00.000Z'],
    ['@every 1h30m', 'UTC', '2026-01-05T00:00:10Z', '2026-01-05T01:30:10.000Z'],
    ['0 0 29 2 *', 'UTC', '2026-01-05T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('%s in %s after %s comes at %s', (schedule, zone, after, expected) => {
    expect(next(schedule, zone, after)).toBe(expected);
  });

  it('that never comes has no next time', () => {
    expect(nextTime(parseSchedule('0 0 30 2 *', 'UTC'), 0)).toBeUndefined();
  });
});
