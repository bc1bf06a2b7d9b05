/**
 * How the numbers of objects went: read off each write of a run as it passes, once, so that every visit to a moment of
 * the run finds the same curve up to it. A fork cuts what it gives up.
 */
import { KIND_REGISTRY, resourceName } from '../sim/api/index.ts';
import type { Stored } from '../sim/api/object.ts';
import { fenceposts, nextTime, parseSchedule } from '../sim/controllers/index.ts';
import type { World } from '../sim/world.ts';
import type { CronJob } from 'kubernetes-types/batch/v1';
import type { Deployment } from 'kubernetes-types/apps/v1';
import { recordKey, splitRecordKey } from './record-key.ts';
import type { Run } from './run.ts';
import { SERIES_RESOURCES, seriesValues, type SeriesValues } from './series-values.ts';
import type { ObjectSeries, RecordKey, SeriesLine } from './types.ts';

/** Points kept of one object; when there are more, every other one of the older half is let go. */
export const POINT_LIMIT = 4_000;
/** Objects of whom points are kept; those that were deleted first give way. */
export const LINE_LIMIT = 4_000;
/** Points of one line in an answer: finer than a screen shows. */
export const ANSWER_POINTS = 400;
/** Lines of owned objects in an answer, the newest. */
export const ANSWER_LINES = 60;
const NEXT_RUNS = 5;

interface Point {
  readonly time: number;
  readonly revision: number;
  readonly values: SeriesValues;
}

interface Track {
  readonly key: RecordKey;
  readonly uid: string;
  readonly ownerUid: string | undefined;
  readonly since: Omit<Point, 'values'>;
  points: Point[];
  /** Its deletion. */
  end: Omit<Point, 'values'> | undefined;
}

export class SeriesBook {
  private readonly tracks = new Map<string, Track>();
  private seen: number;

  constructor(private readonly world: World) {
    this.seen = world.revision;
    this.takeEverything();
  }

  /** Takes in what was written since the last look. Writes of a replay have been seen before. */
  observe(): void {
    const { world } = this;
    if (world.revision <= this.seen) return;
    const changes = world.changesSince(this.seen);
    this.seen = world.revision;
    // Longer ago than etcd keeps history: the present has to do.
    if (!changes) return this.takeEverything();
    for (const { resource, object, isDeleted } of changes) {
      if (isDeleted) this.close(object);
      else this.take(resource, object);
    }
  }

  /** Forgets what lies after the playhead: another future begins. */
  cut(): void {
    const { revision } = this.world;
    for (const [uid, track] of this.tracks) {
      if (track.since.revision > revision) this.tracks.delete(uid);
      else {
        track.points = track.points.filter((point) => point.revision <= revision);
        if (track.end && track.end.revision > revision) track.end = undefined;
      }
    }
    this.seen = Math.min(this.seen, revision);
  }

  /** The line of an object, and of those that it owns, as far as the playhead. */
  linesOf(key: RecordKey): readonly SeriesLine[] {
    const { revision } = this.world;
    const known = [...this.tracks.values()].filter(({ since }) => since.revision <= revision);
    const own = known.findLast((track) => track.key === key);
    if (!own) return [];
    const owned = known.filter(({ ownerUid }) => ownerUid === own.uid).slice(-ANSWER_LINES);
    return [own, ...owned].map((track) => lineOf(track, revision));
  }

  private takeEverything(): void {
    for (const resource of SERIES_RESOURCES)
      for (const object of this.world.list(resource)) this.take(resource, object);
  }

  private take(resource: string, object: Stored): void {
    const values = seriesValues(resource, object);
    if (!values) return;
    const { uid, ownerReferences } = object.metadata;
    const place = { time: this.world.now, revision: Number(object.metadata.resourceVersion) };
    let track = this.tracks.get(uid);
    if (!track) {
      const ownerUid = ownerReferences?.find(({ controller }) => controller)?.uid;
      track = { key: recordKey(resource, object), uid, ownerUid, since: place, points: [], end: undefined };
      this.tracks.set(uid, track);
      this.makeRoom();
    }
    const last = track.points.at(-1);
    if (last && last.revision >= place.revision) return;
    if (last && isSame(last.values, values)) return;
    track.points.push({ ...place, values });
    if (track.points.length > POINT_LIMIT) track.points = thinned(track.points);
  }

  private close(object: Stored): void {
    const track = this.tracks.get(object.metadata.uid);
    if (track) track.end = { time: this.world.now, revision: this.seen };
  }

  private makeRoom(): void {
    if (this.tracks.size <= LINE_LIMIT) return;
    const gone = [...this.tracks.values()].find(({ end }) => end !== undefined) ?? [...this.tracks.values()][0]!;
    this.tracks.delete(gone.uid);
  }
}

const isSame = (left: SeriesValues, right: SeriesValues): boolean =>
  left.length === right.length && left.every(([, value], index) => value === right[index]![1]);

function thinned(points: readonly Point[]): Point[] {
  const half = points.length >> 1;
  return points.filter((_, index) => index >= half || index % 2 === 0);
}

function lineOf(track: Track, revision: number): SeriesLine {
  const points = track.points.filter((point) => point.revision <= revision);
  const isOver = track.end !== undefined && track.end.revision <= revision;
  return {
    key: track.key,
    uid: track.uid,
    since: track.since.time,
    ...(isOver ? { until: track.end!.time } : {}),
    points: sampled(points).map(({ time, values }) => ({ time, values: Object.fromEntries(values) })),
  };
}

/** The first and the last point of each stretch of time: steep climbs keep both their ends. */
function sampled(points: readonly Point[]): readonly Point[] {
  if (points.length <= ANSWER_POINTS) return points;
  const begin = points[0]!.time;
  const stretch = (points.at(-1)!.time - begin) / (ANSWER_POINTS / 2) || 1;
  const stretchOf = (point: Point | undefined): number => (point ? Math.floor((point.time - begin) / stretch) : -1);
  return points.filter((point, index) => {
    const own = stretchOf(point);
    return stretchOf(points[index - 1]) !== own || stretchOf(points[index + 1]) !== own;
  });
}

/** The curves of an object up to the playhead, and what upstream's arithmetic makes of its spec there. */
export function seriesOf(run: Run, key: RecordKey): ObjectSeries {
  const lines = run.series.linesOf(key);
  const parts = splitRecordKey(key);
  const object = parts ? run.world.find(parts.resource, parts.namespace, parts.name) : undefined;
  return { key, lines, ...(object ? rulesOf(run, object) : {}) };
}

function rulesOf(run: Run, object: Stored): Pick<ObjectSeries, 'rollout' | 'nextRuns'> {
  const resource = resourceName(KIND_REGISTRY.byGvk(object.apiVersion, object.kind)!);
  if (resource === 'deployments.apps') {
    const { spec } = object as Stored<Deployment>;
    const isRolling = spec?.strategy?.type !== 'Recreate';
    return isRolling ? { rollout: fenceposts(object as Stored<Deployment>) } : {};
  }
  if (resource !== 'cronjobs.batch') return {};
  const { schedule, timeZone, suspend } = (object as Stored<CronJob>).spec!;
  if (suspend) return { nextRuns: [] };
  const { epochMs } = run.scenario.options;
  const plan = parseSchedule(schedule, timeZone ?? 'UTC');
  const nextRuns: number[] = [];
  for (let at = nextTime(plan, epochMs + run.now); at !== undefined && nextRuns.length < NEXT_RUNS;) {
    nextRuns.push(at - epochMs);
    at = nextTime(plan, at);
  }
  return { nextRuns };
}
