/** Commands about time and the machine: sleep, date, hostname, id, ps, df, free. Upstream: busybox; GNU coreutils. */
import { sha256 } from '../../../kernel/index.ts';
import { decodeBase64, encodeBase64 } from '../../../api/encoding.ts';
import { isWait, type Command, type CommandIo } from '../command-io.ts';
import { checksum, human } from './files.ts';
import { parseOptions, seconds } from './options.ts';

const sleep: Command = (io, [, ...words]) => {
  if (words.length === 0) return io.fail('sleep', 'missing operand');
  const amounts = words.map(seconds);
  const wrong = words[amounts.findIndex(Number.isNaN)];
  if (wrong !== undefined) return io.fail('sleep', `invalid number '${wrong}'`);
  const total = amounts.reduce((sum, value) => sum + value, 0);
  if (total === Infinity) return { kind: 'forever' };
  return io.pause(Math.round(total * 1000)) ?? 0;
};

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const two = (value: number): string => String(value).padStart(2, '0');

/** Time of day in UTC, which is the time zone of containers. */
export function formatDate(format: string, epochMs: number): string {
  const time = new Date(epochMs);
  const [day, month, hours] = [time.getUTCDay(), time.getUTCMonth(), time.getUTCHours()];
  const clock = time.toISOString();
  const values: Readonly<Record<string, string>> = {
    Y: String(time.getUTCFullYear()),
    y: two(time.getUTCFullYear() % 100),
    m: two(month + 1),
    d: two(time.getUTCDate()),
    e: String(time.getUTCDate()).padStart(2),
    H: two(hours),
    I: two(hours % 12 || 12),
    M: two(time.getUTCMinutes()),
    S: two(time.getUTCSeconds()),
    N: String(epochMs % 1000)
      .padStart(3, '0')
      .padEnd(9, '0'),
    s: String(Math.floor(epochMs / 1000)),
    F: clock.slice(0, 10),
    T: clock.slice(11, 19),
    R: clock.slice(11, 16),
    p: hours < 12 ? 'AM' : 'PM',
    Z: 'UTC',
    z: '+0000',
    a: DAYS[day]!.slice(0, 3),
    A: DAYS[day]!,
    b: MONTHS[month]!.slice(0, 3),
    B: MONTHS[month]!,
    u: String(day || 7),
    w: String(day),
    n: '\n',
    t: '\t',
    '%': '%',
  };
  return format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => values[letter] ?? whole);
}

const date: Command = (io, [, ...words]) => {
  const now = io.host.epochMs + io.host.nowMs;
  const format = words.find((word) => word.startsWith('+'))?.slice(1);
  const at = words.findIndex((word) => word === '-d' || word === '--date');
  const given = at < 0 ? undefined : /^@(\d+)$/.exec(words[at + 1] ?? '')?.[1];
  const time = given === undefined ? now : Number(given) * 1000;
  const iso = words.some((word) => /^-I(s|seconds)$|^--iso-8601=s/.test(word))
    ? '%FT%T+00:00'
    : words.some((word) => /^-I|^--iso/.test(word))
      ? '%F'
      : undefined;
  io.out(`${formatDate(format ?? iso ?? '%a %b %e %T UTC %Y', time)}\n`);
  return 0;
};

const say =
  (text: (io: CommandIo, words: readonly string[]) => string): Command =>
  (io, [, ...words]) => {
    io.out(`${text(io, words)}\n`);
    return 0;
  };

const uname: Command = say((io, words) => {
  const release = '5.15.0-1102-azure';
  if (words.includes('-a')) return `Linux ${io.host.hostname} ${release} #111-Ubuntu SMP x86_64 GNU/Linux`;
  if (words.includes('-n')) return io.host.hostname;
  if (words.includes('-r')) return release;
  return words.includes('-m') ? 'x86_64' : 'Linux';
});

const ps: Command = (io) => {
  io.out('PID   USER     TIME  COMMAND\n');
  for (const { id, frames, isDone } of io.state.threads) {
    const words = frames.findLast((frame) => frame.words.length > 0)?.words ?? ['sh'];
    if (!isDone) io.out(`${String(id).padStart(5)} root      0:00 ${words.join(' ')}\n`);
  }
  return 0;
};

const base64: Command = (io, [, ...words]) => {
  const { flags, operands } = parseOptions(words, ['w']);
  const file = operands[0] === undefined ? undefined : io.files.read(io.path(operands[0]));
  const text = file?.text ?? io.readAll();
  if (isWait(text)) return text;
  io.out(flags.has('d') || flags.has('decode') ? decodeBase64(text) : `${encodeBase64(text)}\n`);
  return 0;
};

const hex = (text: string): string => [...sha256(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const free: Command = (io) => {
  const kib = Math.floor(io.host.memoryLimitBytes / 1024);
  io.out(
    `              total        used        free\nMem:     ${String(kib).padStart(10)}  ${String(Math.floor(kib / 4)).padStart(10)}  ${String(Math.ceil((kib * 3) / 4)).padStart(10)}\n`,
  );
  return 0;
};

export const SYSTEM_COMMANDS: Readonly<Record<string, Command>> = {
  sleep,
  usleep: (io, [, amount = '0']) => io.pause(Math.round(Number(amount) / 1000)) ?? 0,
  date,
  hostname: say((io, words) =>
    words.includes('-i') || words.includes('-I')
      ? io.host.podIp
      : words.includes('-f')
        ? io.host.hostname
        : io.host.hostname,
  ),
  whoami: say(() => 'root'),
  id: say((_, words) =>
    words.includes('-u') || words.includes('-g') ? '0' : 'uid=0(root) gid=0(root) groups=0(root)',
  ),
  uname,
  arch: say(() => 'x86_64'),
  nproc: say(() => '4'),
  pwd: say((io) => io.scope.directory),
  basename: say((_, [path = '', suffix = '']) => {
    const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
    return suffix && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name;
  }),
  dirname: say((_, [path = '']) => (path.includes('/') ? path.replace(/\/+[^/]*\/*$/, '') || '/' : '.')),
  readlink: say((io, words) => io.path(words.at(-1) ?? '')),
  realpath: say((io, words) => io.path(words.at(-1) ?? '')),
  printenv: (io, [, name]) => {
    const names = name === undefined ? io.scope.exported : [name];
    const values = names.flatMap((item) => {
      const value = io.scope.variables[item];
      return value === undefined ? [] : [name === undefined ? `${item}=${value}\n` : `${value}\n`];
    });
    io.out(values.join(''));
    return values.length > 0 ? 0 : 1;
  },
  ps,
  uptime: say(
    (io) =>
      ` ${formatDate('%T', io.host.epochMs + io.host.nowMs)} up ${Math.floor(io.host.nowMs / 60_000)} min,  load average: 0.00, 0.00, 0.00`,
  ),
  free,
  df: say(
    (_, words) => `Filesystem           ${words.includes('-h') ? human(133_003_395_072) : '129886128'} Mounted on /`,
  ),
  base64,
  sha256sum: checksum('sha256sum', hex),
  clear: () => 0,
  stty: () => 0,
};
