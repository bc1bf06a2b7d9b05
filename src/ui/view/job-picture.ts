/** A Job as what is done, under way and lost, and a CronJob as its runs. Pure. */
import type { Job, JobCondition } from 'kubernetes-types/batch/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import type { ObjectSeries } from '../../run/types.ts';
import type { Stored } from '../../sim/api/object.ts';
import { cellOf, podsByOwner, type PodCell } from './rollout-picture.ts';

export type IndexState = 'done' | 'failed' | 'active' | 'waiting';

export interface RunSpan {
  readonly cell: PodCell;
  /** Milliseconds since 1970; undefined while it has not started or not ended. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly index: string | undefined;
}

export interface JobPicture {
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly ready: number;
  /** Undefined for a work queue, which is done when one of its pods succeeds. */
  readonly completions: number | undefined;
  readonly parallelism: number;
  readonly backoffLimit: number;
  readonly perIndexLimit: number | undefined;
  /** One for each index of an indexed Job, at most `INDEX_LIMIT`. */
  readonly indexes: readonly IndexState[];
  readonly spans: readonly RunSpan[];
  readonly isSuspended: boolean;
  readonly condition: JobCondition | undefined;
}

export const INDEX_LIMIT = 1_000;
const INDEX = 'batch.kubernetes.io/job-completion-index';

export function jobPicture(job: Stored<Job>, objects: ReadonlyMap<string, Stored>): JobPicture {
  const { spec, status, metadata } = job;
  const pods = podsByOwner(objects).get(metadata.uid) ?? [];
  const isIndexed = spec?.completionMode === 'Indexed';
  const perIndexLimit = (spec as { backoffLimitPerIndex?: number } | undefined)?.backoffLimitPerIndex;
  return {
    succeeded: status?.succeeded ?? 0,
    failed: status?.failed ?? 0,
    active: status?.active ?? 0,
    ready: status?.ready ?? 0,
    completions: spec?.completions,
    parallelism: spec?.parallelism ?? 1,
    backoffLimit: spec?.backoffLimit ?? 6,
    perIndexLimit,
    indexes: isIndexed ? indexesOf(job, pods) : [],
    spans: pods.map(spanOf).sort((left, right) => (left.start ?? Infinity) - (right.start ?? Infinity)),
    isSuspended: spec?.suspend === true,
    condition: (status?.conditions ?? []).findLast(({ status: value }) => value === 'True'),
  };
}

/** `0-2,5` as numbers, below a limit. */
export function indexesIn(text: string | undefined, limit: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (const part of (text ?? '').split(',').filter(Boolean)) {
    const [from = '', to = from] = part.split('-');
    for (let index = Number(from); index <= Number(to) && index < limit; index += 1) found.add(index);
  }
  return found;
}

function indexesOf({ spec, status }: Stored<Job>, pods: readonly Stored<Pod>[]): readonly IndexState[] {
  const count = Math.min(spec?.completions ?? 0, INDEX_LIMIT);
  const done = indexesIn(status?.completedIndexes, count);
  const failed = indexesIn((status as { failedIndexes?: string } | undefined)?.failedIndexes, count);
  const active = new Set(
    pods
      .filter(({ status: own }) => own?.phase !== 'Succeeded' && own?.phase !== 'Failed')
      .map(({ metadata }) => Number(metadata.annotations?.[INDEX])),
  );
  return Array.from({ length: count }, (_, index) =>
    done.has(index) ? 'done' : failed.has(index) ? 'failed' : active.has(index) ? 'active' : 'waiting',
  );
}

function spanOf(pod: Stored<Pod>): RunSpan {
  const { startTime, containerStatuses = [], phase } = pod.status ?? {};
  const ends = containerStatuses.map(({ state }) => Date.parse(String(state?.terminated?.finishedAt)));
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  const end = isOver ? Math.max(...ends.filter((time) => !Number.isNaN(time))) : undefined;
  const start = Date.parse(String(startTime));
  return {
    cell: cellOf(pod),
    start: Number.isNaN(start) ? undefined : start,
    end: end !== undefined && Number.isFinite(end) ? end : undefined,
    index: pod.metadata.annotations?.[INDEX],
  };
}

export interface CronRun {
  readonly key: string;
  readonly name: string;
  /** Virtual milliseconds. */
  readonly start: number;
  readonly end: number | undefined;
  readonly outcome: 'running' | 'complete' | 'failed' | 'unknown';
  /** Its Job has been cleaned away. */
  readonly isGone: boolean;
}

/** Runs of a CronJob, oldest first: also those whose Jobs are gone by now. */
export function cronRuns(
  series: ObjectSeries,
  objects: ReadonlyMap<string, Stored>,
  epochMs: number,
): readonly CronRun[] {
  return series.lines
    .filter(({ key }) => key.startsWith('jobs.batch|'))
    .map((line): CronRun => {
      const job = objects.get(line.key) as Stored<Job> | undefined;
      const isSame = job?.metadata.uid === line.uid;
      const last = line.points.at(-1);
      const over = isSame ? (job.status?.conditions ?? []).find(isFinal) : undefined;
      const [succeeded, active] = [last?.values['succeeded'] ?? 0, last?.values['active'] ?? 0];
      const outcome = over
        ? over.type === 'Complete'
          ? 'complete'
          : 'failed'
        : isSame
          ? 'running'
          : succeeded > 0 && active === 0
            ? 'complete'
            : (last?.values['failed'] ?? 0) > 0
              ? 'failed'
              : 'unknown';
      const ended = over ? Date.parse(String(over.lastTransitionTime)) - epochMs : undefined;
      return {
        key: line.key,
        name: line.key.split('/').at(-1)!,
        start: line.since,
        end: ended ?? (isSame ? undefined : last?.time),
        outcome,
        isGone: !isSame,
      };
    });
}

const isFinal = ({ type, status }: JobCondition): boolean =>
  status === 'True' && (type === 'Complete' || type === 'Failed');
