/**
 * What is wrong with a cron schedule or a time zone, in the words of upstream's parser.
 * Upstream: github.com/robfig/cron/v3 parser.go (ParseStandard), pkg/apis/batch/validation/validation.go.
 * Left out: the list of zones within an area, which is data of the host; areas are checked.
 */

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: ['', ...MONTHS] },
  { min: 0, max: 6, names: DAYS },
];

const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** The parser's text, or undefined for a schedule that it takes. */
export function scheduleFault(schedule: string): string | undefined {
  if (/TZ=/.test(schedule)) return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  if (schedule.startsWith('@')) {
    if (DESCRIPTORS.includes(schedule)) return undefined;
    const every = /^@every (.*)$/.exec(schedule)?.[1];
    if (every === undefined) return `unrecognized descriptor: ${schedule}`;
    return /^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(every)
      ? undefined
      : `failed to parse duration ${schedule}: time: invalid duration ${JSON.stringify(every)}`;
  }
  const parts = schedule.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${parts.length}: [${parts.join(' ')}]`;
  }
  for (const [index, part] of parts.entries()) {
    for (const range of part.split(',')) {
      const fault = rangeFault(range, FIELDS[index]!);
      if (fault) return fault;
    }
  }
  return undefined;
}

/** A part such as `1-5/2`, `mon`, `*`. */
function rangeFault(text: string, bounds: Bounds): string | undefined {
  const [range = '', step, ...tooMany] = text.split('/');
  const [low = '', high, ...tooManyToo] = range.split('-');
  if (tooManyToo.length > 0) return `too many hyphens: ${text}`;
  let start: number;
  let end: number;
  if (low === '*' || low === '?') {
    [start, end] = [bounds.min, bounds.max];
  } else {
    const from = numberOf(low, bounds);
    if (typeof from === 'string') return from;
    const to = high === undefined ? from : numberOf(high, bounds);
    if (typeof to === 'string') return to;
    [start, end] = [from, high === undefined && step !== undefined ? bounds.max : to];
  }
  if (tooMany.length > 0) return `too many slashes: ${text}`;
  if (step !== undefined) {
    const width = numberOf(step, { min: 0, max: 0 });
    if (typeof width === 'string') return width;
    if (width === 0) return `step of range should be a positive number: ${text}`;
  }
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${text}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${text}`;
  return start > end ? `beginning of range (${start}) beyond end of range (${end}): ${text}` : undefined;
}

/** The number, or the text of why it is none. */
function numberOf(text: string, { names }: Bounds): number | string {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (text !== '' && named >= 0) return named;
  if (!/^[+-]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  return Number(text) < 0 ? `negative number (${Number(text)}) not allowed: ${text}` : Number(text);
}

const AREAS = [
  'Africa',
  'America',
  'Antarctica',
  'Arctic',
  'Asia',
  'Atlantic',
  'Australia',
  'Brazil',
  'Canada',
  'Chile',
  'Etc',
  'Europe',
  'Indian',
  'Mexico',
  'Pacific',
  'US',
];
const SINGLE = [
  'UTC',
  'GMT',
  'CET',
  'CST6CDT',
  'EET',
  'EST',
  'EST5EDT',
  'HST',
  'MET',
  'MST',
  'MST7MDT',
  'PST8PDT',
  'WET',
  'Zulu',
  'UCT',
  'Universal',
  'Greenwich',
  'Cuba',
  'Egypt',
  'Eire',
  'GB',
  'Hongkong',
  'Iceland',
  'Iran',
  'Israel',
  'Jamaica',
  'Japan',
  'Kwajalein',
  'Libya',
  'NZ',
  'Navajo',
  'PRC',
  'Poland',
  'Portugal',
  'ROC',
  'ROK',
  'Singapore',
  'Turkey',
];

/** Upstream's text, or undefined for a zone that may exist. */
export function timeZoneFault(zone: string): string | undefined {
  if (zone === '') return 'timeZone must be nil or non-empty string';
  if (zone.toLowerCase() === 'local') {
    return 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
  }
  const isKnown =
    SINGLE.includes(zone) || AREAS.some((area) => zone.startsWith(`${area}/`) && zone.length > area.length + 1);
  return isKnown ? undefined : `unknown time zone ${zone}`;
}
