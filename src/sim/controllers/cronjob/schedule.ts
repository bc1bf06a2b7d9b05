/**
 * Cron schedules: when the next run is. Upstream: github.com/robfig/cron/v3 (parser.go, spec.go, constantdelay.go).
 * The text has passed validation, so that it is known to parse.
 */
import { offsetAt } from './time-zones.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Beyond this many years nothing matches, such as 30 February. */
const YEARS = 5;

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const UNITS: Readonly<Record<string, number>> = { h: HOUR_MS, m: MINUTE_MS, s: 1000, ms: 1, us: 0.001, ns: 0.000001 };
const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  readonly values: ReadonlySet<number>;
  /** Written as `*` or `?`: of day and weekday such a one does not widen the other. */
  readonly isStar: boolean;
}

interface Fields {
  readonly minutes: Field;
  readonly hours: Field;
  readonly days: Field;
  readonly months: Field;
  readonly weekdays: Field;
}

export type Schedule =
  | { readonly kind: 'every'; readonly everyMs: number }
  | { readonly kind: 'fields'; readonly fields: Fields; readonly zone: string };

function fieldOf(text: string, min: number, max: number, names: readonly string[] = []): Field {
  const numberOf = (part: string): number => {
    const named = names.indexOf(part.toLowerCase());
    return part !== '' && named >= 0 ? named : Number(part);
  };
  const values = new Set<number>();
  let isStar = false;
  for (const item of text.split(',')) {
    const [range = '', step] = item.split('/');
    const [low = '', high] = range.split('-');
    const isAny = low === '*' || low === '?';
    // A star with a step counts as one only when the step is 1.
    if (isAny && (step === undefined || Number(step) === 1)) isStar = true;
    const start = isAny ? min : numberOf(low);
    const end = isAny ? max : high !== undefined ? numberOf(high) : step !== undefined ? max : start;
    for (let value = start; value <= end; value += step === undefined ? 1 : Number(step)) values.add(value);
  }
  return { values, isStar };
}

export function parseSchedule(text: string, zone: string): Schedule {
  const every = /^@every (.*)$/.exec(text)?.[1];
  if (every !== undefined) {
    let total = 0;
    for (const [, amount, unit] of every.matchAll(/([\d.]+)(ns|us|ms|s|m|h)/g)) total += Number(amount) * UNITS[unit!]!;
    return { kind: 'every', everyMs: Math.max(1000, Math.floor(total / 1000) * 1000) };
  }
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = (DESCRIPTORS[text] ?? text).trim().split(/\s+/);
  const fields = {
    minutes: fieldOf(minute, 0, 59),
    hours: fieldOf(hour, 0, 23),
    days: fieldOf(day, 1, 31),
    months: fieldOf(month, 1, 12, MONTHS),
    weekdays: fieldOf(weekday, 0, 6, DAYS),
  };
  return { kind: 'fields', fields, zone };
}

function isDay({ days, weekdays }: Fields, local: Date): boolean {
  const matchesDay = days.values.has(local.getUTCDate());
  const matchesWeekday = weekdays.values.has(local.getUTCDay());
  return days.isStar || weekdays.isStar ? matchesDay && matchesWeekday : matchesDay || matchesWeekday;
}

/** The first time after `afterMs` (milliseconds since 1970); undefined when there is none within five years. */
export function nextTime(schedule: Schedule, afterMs: number): number | undefined {
  if (schedule.kind === 'every') return Math.floor(afterMs / 1000) * 1000 + schedule.everyMs;
  const { fields, zone } = schedule;
  const limit = afterMs + YEARS * 366 * 24 * HOUR_MS;
  let at = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  while (at <= limit) {
    const local = new Date(at + offsetAt(zone, at));
    const [year, month, date] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
    if (!fields.months.values.has(month + 1)) at = utcOf(zone, Date.UTC(year, month + 1, 1), at);
    else if (!isDay(fields, local)) at = utcOf(zone, Date.UTC(year, month, date + 1), at);
    else if (!fields.hours.values.has(local.getUTCHours())) at += (60 - local.getUTCMinutes()) * MINUTE_MS;
    else if (!fields.minutes.values.has(local.getUTCMinutes())) at += MINUTE_MS;
    else return at;
  }
  return undefined;
}

export interface Recent {
  readonly earliest: number;
  /** The newest time that has come; undefined when none has. */
  readonly recent: number | undefined;
  /** How many times have come, reckoned by the time between the first two. */
  readonly missed: number;
}

/**
 * The newest time of a schedule between two moments, in milliseconds since 1970; undefined for a schedule that never comes.
 * It is found near the end, by the time between the first two, so that a year of minutes is no work.
 * Upstream: pkg/controller/cronjob/utils.go (mostRecentScheduleTime).
 */
export function recentOf(schedule: Schedule, earliest: number, now: number): Recent | undefined {
  const first = nextTime(schedule, earliest);
  const second = first === undefined ? undefined : nextTime(schedule, first);
  if (first !== undefined && now < first) return { earliest, recent: undefined, missed: 0 };
  if (first === undefined || second === undefined || second - first < 1000) return undefined;
  if (now < second) return { earliest, recent: first, missed: 0 };
  const between = Math.round((second - first) / 1000) * 1000;
  const missed = Math.floor((now - first) / between) + 1;
  let recent: number | undefined;
  let at = nextTime(schedule, first + (missed - 2) * between);
  while (at !== undefined && at <= now) {
    recent = at;
    at = nextTime(schedule, at);
  }
  return { earliest, recent, missed };
}

/** The instant at which local clocks show a time; always later than `after`, also where clocks are changed. */
function utcOf(zone: string, localMs: number, after: number): number {
  const guess = localMs - offsetAt(zone, localMs);
  const exact = localMs - offsetAt(zone, guess);
  return Math.max(exact, after + MINUTE_MS);
}
