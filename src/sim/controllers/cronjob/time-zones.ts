/**
 * Offsets of time zones by rule, the same on every host: standard offset, and the rule of its summer time as the zone
 * has it today. Source: the rules of the IANA time zone database. Left out: zones not listed here, and what was
 * different in earlier years; a schedule in an unlisted zone is reported as UnknownTimeZone and does not run.
 */
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A change of clocks: the n-th (or last) Sunday of a month, at an hour of UTC or of the local clock before it. */
interface Change {
  readonly month: number;
  /** 1 is the first Sunday, -1 the last. */
  readonly sunday: number;
  readonly hour: number;
  readonly isUtc: boolean;
}

interface Rule {
  readonly start: Change;
  readonly end: Change;
}

const at = (month: number, sunday: number, hour: number, isUtc = false): Change => ({ month, sunday, hour, isUtc });

const RULES: Readonly<Record<string, Rule>> = {
  EU: { start: at(3, -1, 1, true), end: at(10, -1, 1, true) },
  US: { start: at(3, 2, 2), end: at(11, 1, 2) },
  AU: { start: at(10, 1, 2), end: at(4, 1, 3) },
  NZ: { start: at(9, -1, 2), end: at(4, 1, 3) },
};

/** `offset in hours[,rule]: zones`. */
const TABLE: Readonly<Record<string, string>> = {
  '-10': 'Pacific/Honolulu US/Hawaii HST',
  '-9,US': 'America/Anchorage US/Alaska',
  '-8,US': 'America/Los_Angeles America/Vancouver America/Tijuana US/Pacific PST8PDT Canada/Pacific',
  '-7': 'America/Phoenix US/Arizona MST America/Hermosillo',
  '-7,US': 'America/Denver America/Edmonton America/Boise US/Mountain MST7MDT Canada/Mountain',
  '-6': 'America/Mexico_City America/Monterrey America/Costa_Rica America/Guatemala America/Regina America/El_Salvador',
  '-6,US': 'America/Chicago America/Winnipeg US/Central CST6CDT Canada/Central',
  '-5': 'America/Bogota America/Lima America/Panama America/Jamaica America/Cancun America/Guayaquil EST Jamaica',
  '-5,US': 'America/New_York America/Toronto America/Detroit US/Eastern EST5EDT Canada/Eastern America/Montreal',
  '-4': 'America/Caracas America/La_Paz America/Puerto_Rico America/Manaus America/Santo_Domingo',
  '-4,US': 'America/Halifax Atlantic/Bermuda Canada/Atlantic',
  '-3.5,US': 'America/St_Johns Canada/Newfoundland',
  '-3': 'America/Sao_Paulo America/Argentina/Buenos_Aires America/Buenos_Aires America/Montevideo America/Bahia Brazil/East',
  '-2': 'America/Noronha Atlantic/South_Georgia',
  '-1': 'Atlantic/Cape_Verde',
  '0': 'UTC Etc/UTC Etc/GMT GMT Zulu UCT Universal Greenwich Etc/UCT Etc/Universal Etc/Zulu Africa/Abidjan Africa/Accra Africa/Dakar Atlantic/Reykjavik Iceland',
  '0,EU': 'Europe/London Europe/Lisbon Europe/Dublin GB Eire Portugal Atlantic/Canary WET',
  '1': 'Africa/Lagos Africa/Algiers Africa/Tunis Africa/Kinshasa Africa/Luanda',
  '1,EU':
    'Europe/Paris Europe/Berlin Europe/Madrid Europe/Rome Europe/Amsterdam Europe/Brussels Europe/Vienna Europe/Zurich Europe/Stockholm Europe/Oslo Europe/Copenhagen Europe/Warsaw Europe/Prague Europe/Budapest Europe/Belgrade Europe/Luxembourg Europe/Zagreb Europe/Ljubljana Europe/Bratislava CET MET Poland',
  '2': 'Africa/Johannesburg Africa/Maputo Africa/Harare Africa/Tripoli Africa/Khartoum Europe/Kaliningrad Libya',
  '2,EU':
    'Europe/Helsinki Europe/Athens Europe/Kiev Europe/Kyiv Europe/Bucharest Europe/Sofia Europe/Riga Europe/Tallinn Europe/Vilnius EET',
  '3': 'Europe/Moscow Europe/Istanbul Europe/Minsk Africa/Nairobi Africa/Addis_Ababa Asia/Riyadh Asia/Baghdad Asia/Kuwait Asia/Qatar Asia/Amman Asia/Damascus Turkey',
  '3.5': 'Asia/Tehran Iran',
  '4': 'Asia/Dubai Asia/Baku Asia/Tbilisi Asia/Yerevan Asia/Muscat Europe/Samara Indian/Mauritius',
  '4.5': 'Asia/Kabul',
  '5': 'Asia/Karachi Asia/Tashkent Asia/Yekaterinburg Asia/Almaty Indian/Maldives',
  '5.5': 'Asia/Kolkata Asia/Calcutta Asia/Colombo',
  '5.75': 'Asia/Kathmandu Asia/Katmandu',
  '6': 'Asia/Dhaka Asia/Omsk Asia/Thimphu',
  '6.5': 'Asia/Yangon Asia/Rangoon',
  '7': 'Asia/Bangkok Asia/Jakarta Asia/Ho_Chi_Minh Asia/Saigon Asia/Novosibirsk Asia/Krasnoyarsk Asia/Phnom_Penh Asia/Vientiane',
  '8': 'Asia/Shanghai Asia/Singapore Asia/Hong_Kong Asia/Taipei Asia/Manila Asia/Kuala_Lumpur Asia/Macau Asia/Irkutsk Asia/Ulaanbaatar Australia/Perth PRC ROC Hongkong Singapore',
  '9': 'Asia/Seoul Asia/Tokyo Asia/Pyongyang Asia/Yakutsk Japan ROK',
  '9.5': 'Australia/Darwin',
  '9.5,AU': 'Australia/Adelaide Australia/South',
  '10': 'Australia/Brisbane Asia/Vladivostok Pacific/Guam Pacific/Port_Moresby Australia/Queensland',
  '10,AU':
    'Australia/Sydney Australia/Melbourne Australia/Hobart Australia/Canberra Australia/ACT Australia/NSW Australia/Victoria',
  '11': 'Pacific/Guadalcanal Asia/Magadan Pacific/Noumea',
  '12': 'Pacific/Fiji Asia/Kamchatka Pacific/Majuro Pacific/Tarawa',
  '12,NZ': 'Pacific/Auckland Antarctica/McMurdo NZ',
  '13': 'Pacific/Tongatapu Pacific/Apia',
};

interface Zone {
  readonly offsetMs: number;
  readonly rule: Rule | undefined;
}

const ZONES: ReadonlyMap<string, Zone> = new Map(
  Object.entries(TABLE).flatMap(([key, names]) => {
    const [hours = '0', rule = ''] = key.split(',');
    return names
      .split(' ')
      .map((name): [string, Zone] => [name, { offsetMs: Number(hours) * HOUR_MS, rule: RULES[rule] }]);
  }),
);

export const isKnownZone = (zone: string): boolean => ZONES.has(zone) || fixedOffset(zone) !== undefined;

/** `Etc/GMT+9` lies nine hours behind: its sign is that of POSIX. */
function fixedOffset(zone: string): number | undefined {
  const match = /^Etc\/GMT([+-]\d{1,2})$/.exec(zone);
  return match && Math.abs(Number(match[1])) <= 14 ? -Number(match[1]) * HOUR_MS : undefined;
}

/** When a change happens in a year, in milliseconds of UTC. `offsetMs` is what the clocks show before it. */
function instantOf({ month, sunday, hour, isUtc }: Change, year: number, offsetMs: number): number {
  const first = sunday > 0 ? Date.UTC(year, month - 1, 1) : Date.UTC(year, month, 0);
  const weekday = new Date(first).getUTCDay();
  const day = sunday > 0 ? first + (((7 - weekday) % 7) + (sunday - 1) * 7) * DAY_MS : first - weekday * DAY_MS;
  return day + hour * HOUR_MS - (isUtc ? 0 : offsetMs);
}

/** What has to be added to UTC to get the local clock. */
export function offsetAt(zone: string, utcMs: number): number {
  const fixed = fixedOffset(zone);
  const { offsetMs, rule } = ZONES.get(zone) ?? { offsetMs: fixed ?? 0, rule: undefined };
  if (!rule) return offsetMs;
  const year = new Date(utcMs + offsetMs).getUTCFullYear();
  const start = instantOf(rule.start, year, offsetMs);
  const end = instantOf(rule.end, year, offsetMs + HOUR_MS);
  const isSummer = start < end ? utcMs >= start && utcMs < end : utcMs >= start || utcMs < end;
  return isSummer ? offsetMs + HOUR_MS : offsetMs;
}
