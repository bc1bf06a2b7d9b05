/** Lines of a run laid onto one axis of time, for plots: each value holds until the next. Pure. */
import type { SeriesLine } from '../../run/types.ts';

export interface Curve {
  /** What tells it from the others. */
  readonly id: string;
  readonly values: readonly (number | null)[];
}

export interface Curves {
  /** Virtual milliseconds, rising; the last one is the playhead. */
  readonly times: readonly number[];
  readonly curves: readonly Curve[];
}

export interface Wanted {
  readonly id: string;
  readonly line: SeriesLine;
  readonly value: string;
}

/** Lays out lines up to `end`. A line has no value before it begins, and none after its object is gone. */
export function curvesOf(wanted: readonly Wanted[], end: number): Curves {
  const all = new Set<number>([end]);
  for (const { line } of wanted) {
    for (const { time } of line.points) if (time <= end) all.add(time);
    if (line.until !== undefined && line.until <= end) all.add(line.until);
  }
  const times = [...all].sort((left, right) => left - right);
  return { times, curves: wanted.map(({ id, line, value }) => ({ id, values: held(line, value, times) })) };
}

function held(line: SeriesLine, name: string, times: readonly number[]): readonly (number | null)[] {
  let index = -1;
  return times.map((time) => {
    while (index + 1 < line.points.length && line.points[index + 1]!.time <= time) index += 1;
    const isOver = line.until !== undefined && time >= line.until;
    return index < 0 || isOver ? null : (line.points[index]!.values[name] ?? null);
  });
}

/** Each curve on top of the ones before it; what has no value takes no room. */
export function stacked(curves: readonly Curve[]): readonly Curve[] {
  const sums: number[] = [];
  return curves.map(({ id, values }) => ({
    id,
    values: values.map((value, index) => (sums[index] = (sums[index] ?? 0) + (value ?? 0))),
  }));
}

/** Where the value of any curve changed, the newest last, at most `limit`: the rows of the table beside a plot. */
export function turningPoints({ times, curves }: Curves, limit: number): readonly number[] {
  const changed = times
    .map((_, index) => index)
    .filter(
      (index) =>
        index === 0 || index === times.length - 1 || curves.some(({ values }) => values[index] !== values[index - 1]),
    );
  return changed.slice(-limit);
}
