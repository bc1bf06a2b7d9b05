/** Commands over files: ls, touch, rm, mkdir, cp, mv, dd and their kin. Upstream: POSIX.1-2017; busybox coreutils. */
import { isWait, type Command, type CommandIo } from '../command-io.ts';
import { matchesPattern } from '../expand.ts';
import { parseOptions } from './options.ts';

const exists = (io: CommandIo, path: string): boolean =>
  io.files.isDirectory(path) || io.files.read(path) !== undefined;
const MISSING = 'No such file or directory';

/** Does something for each operand; the exit code is 1 when it has failed for one. */
const each =
  (
    name: string,
    act: (io: CommandIo, path: string, operand: string, flags: ReadonlySet<string>) => string | undefined,
  ): Command =>
  (io, [, ...words]) => {
    const { flags, operands } = parseOptions(words, ['m', 't']);
    let code = 0;
    for (const operand of operands) {
      const fault = act(io, io.path(operand), operand, flags);
      if (fault !== undefined) code = io.fail(name, fault);
    }
    return code;
  };

const touch = each('touch', (io, path, operand) => {
  const fault = io.files.isDirectory(path) ? undefined : io.files.write(path, '', { isAppend: true });
  return fault && `${operand}: ${fault}`;
});

const rm = each('rm', (io, path, operand, flags) => {
  const isForced = flags.has('f') || flags.has('force');
  if (io.files.isDirectory(path)) {
    if (!flags.has('r') && !flags.has('R') && !flags.has('recursive')) return `'${operand}' is a directory`;
    for (const inner of walk(io, path)) io.files.remove(inner);
  } else if (io.files.read(path) === undefined) return isForced ? undefined : `can't remove '${operand}': ${MISSING}`;
  const fault = io.files.remove(path);
  return fault && `can't remove '${operand}': ${fault}`;
});

const mkdir = each('mkdir', (io, path, operand, flags) => {
  const parents = flags.has('p') || flags.has('parents');
  if (exists(io, path)) return parents ? undefined : `can't create directory '${operand}': File exists`;
  const steps = path.split('/').filter(Boolean);
  for (let length = 1; length <= steps.length; length += 1) {
    const step = `/${steps.slice(0, length).join('/')}`;
    if (io.files.isDirectory(step)) continue;
    if (!parents && length < steps.length) return `can't create directory '${operand}': ${MISSING}`;
    const fault = io.files.makeDirectory(step);
    if (fault) return `can't create directory '${operand}': ${fault}`;
  }
  return undefined;
});

/** Everything below a directory, deepest first. */
function walk(io: CommandIo, folder: string): readonly string[] {
  return io.files.list(folder).flatMap((name) => {
    const path = `${folder === '/' ? '' : folder}/${name}`;
    return io.files.isDirectory(path) ? [...walk(io, path), path] : [path];
  });
}

/** Copies or moves; into a directory under its own name. */
const transfer =
  (name: string, isMove: boolean): Command =>
  (io, [, ...words]) => {
    const { operands } = parseOptions(words);
    const sources = operands.slice(0, -1);
    const target = io.path(operands.at(-1) ?? '');
    let code = 0;
    for (const operand of sources) {
      const source = io.path(operand);
      const into = io.files.isDirectory(target) ? `${target}/${source.split('/').at(-1)}` : target;
      const files = io.files.isDirectory(source) ? [...walk(io, source)].reverse() : [source];
      if (!exists(io, source)) code = io.fail(name, `can't stat '${operand}': ${MISSING}`);
      if (io.files.isDirectory(source)) io.files.makeDirectory(into);
      for (const path of files) {
        const place = into + path.slice(source.length);
        const file = io.files.read(path);
        const fault = file ? io.files.write(place, file.text, { bytes: file.bytes }) : io.files.makeDirectory(place);
        if (file && fault) code = io.fail(name, `can't create '${place}': ${fault}`);
        if (isMove && !fault) io.files.remove(path);
      }
      if (isMove && io.files.isDirectory(source)) io.files.remove(source);
    }
    return code;
  };

const ls: Command = (io, [, ...words]) => {
  const { flags, operands } = parseOptions(words);
  let code = 0;
  const targets = operands.length > 0 ? operands : ['.'];
  for (const operand of targets) {
    const path = io.path(operand);
    if (!exists(io, path)) {
      code = io.fail('ls', `${operand}: ${MISSING}`);
      continue;
    }
    if (targets.length > 1 && io.files.isDirectory(path)) io.out(`${operand}:\n`);
    const names = io.files.isDirectory(path) && !flags.has('d') ? io.files.list(path) : [operand];
    const shown = names.filter((name) => flags.has('a') || flags.has('A') || !name.startsWith('.'));
    for (const name of shown) {
      const full = names[0] === operand ? path : `${path === '/' ? '' : path}/${name}`;
      io.out(flags.has('l') ? `${longLine(io, full)} ${name}\n` : `${name}\n`);
    }
  }
  return code;
};

function longLine(io: CommandIo, path: string): string {
  const file = io.files.read(path);
  const time = new Date(io.host.epochMs + (file?.modifiedAt ?? 0));
  const month = time.toUTCString().slice(8, 11);
  const clock = time.toISOString().slice(11, 16);
  const mode = file ? (file.isExecutable ? '-rwxr-xr-x' : '-rw-r--r--') : 'drwxr-xr-x';
  const bytes = String(file?.bytes ?? 4096).padStart(9);
  return `${mode}    1 root     root     ${bytes} ${month} ${String(time.getUTCDate()).padStart(2)} ${clock}`;
}

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  c: 1,
  k: 1024,
  K: 1024,
  kB: 1000,
  M: 1024 ** 2,
  MB: 1e6,
  G: 1024 ** 3,
  GB: 1e9,
};

export function byteCount(text: string): number {
  const [, amount = '0', suffix = ''] = /^(\d+)([a-zA-Z]*)$/.exec(text) ?? [];
  return (
    Number(amount) * (SUFFIXES[suffix.replace(/i?B$/, (end) => (end === 'B' ? 'B' : ''))] ?? SUFFIXES[suffix] ?? 1)
  );
}

/** Writes data that is no text: only its size counts. Disks take 200 MB a second. */
const WRITE_BYTES_PER_MS = 200_000;

function fill(io: CommandIo, name: string, path: string, bytes: number): ReturnType<Command> {
  const wait = io.pause(Math.round(bytes / WRITE_BYTES_PER_MS));
  if (wait) return wait;
  const fault = io.files.write(path, '', { bytes });
  return fault ? io.fail(name, `can't open '${path}': ${fault}`) : 0;
}

const dd: Command = (io, [, ...words]) => {
  const values = Object.fromEntries(words.map((word) => word.split(/=(.*)/s).slice(0, 2) as [string, string]));
  const count = Number(values['count'] ?? 1);
  const bytes = byteCount(values['bs'] ?? '512') * count;
  const target = values['of'];
  if (target === undefined || target === '/dev/null') return 0;
  const source = values['if'] === undefined ? undefined : io.files.read(io.path(values['if']));
  if (source) {
    const fault = io.files.write(io.path(target), source.text, { bytes: source.bytes });
    return fault ? io.fail('dd', `can't open '${target}': ${fault}`) : 0;
  }
  const outcome = fill(io, 'dd', io.path(target), bytes);
  if (outcome === 0) io.err(`${count}+0 records in\n${count}+0 records out\n`);
  return outcome;
};

const fallocate: Command = (io, [, ...words]) => {
  const { values, operands } = parseOptions(words, ['l', 's']);
  return fill(io, 'fallocate', io.path(operands[0] ?? ''), byteCount(values['l'] ?? values['s'] ?? '0'));
};

const find: Command = (io, [, ...words]) => {
  const at = words.findIndex((word) => word.startsWith('-'));
  const roots = at < 0 ? words : words.slice(0, at);
  const tests = at < 0 ? [] : words.slice(at);
  const valueOf = (test: string): string | undefined =>
    tests.includes(test) ? tests[tests.indexOf(test) + 1] : undefined;
  let code = 0;
  for (const root of roots.length > 0 ? roots : ['.']) {
    const path = io.path(root);
    if (!exists(io, path)) code = io.fail('find', `${root}: ${MISSING}`);
    for (const found of [path, ...[...walk(io, path)].reverse()]) {
      const isDirectory = io.files.isDirectory(found);
      const name = valueOf('-name');
      const type = valueOf('-type');
      if (name !== undefined && !matchesPattern(found.split('/').at(-1)!, name)) continue;
      if (type !== undefined && (type === 'd') !== isDirectory) continue;
      if (tests.includes('-delete')) io.files.remove(found);
      else io.out(`${root}${found.slice(path.length)}\n`);
    }
  }
  return code;
};

const du: Command = (io, [, ...words]) => {
  const { flags, operands } = parseOptions(words);
  for (const operand of operands.length > 0 ? operands : ['.']) {
    const path = io.path(operand);
    const bytes = [path, ...walk(io, path)].reduce((sum, item) => sum + (io.files.read(item)?.bytes ?? 0), 0);
    io.out(`${flags.has('h') ? human(bytes) : Math.ceil(bytes / 1024)}\t${operand}\n`);
  }
  return 0;
};

export function human(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T'];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)}${units[unit]}`;
}

const ln: Command = (io, [, ...words]) => {
  const { operands } = parseOptions(words);
  const [source = '', target = ''] = operands;
  const file = io.files.read(io.path(source));
  if (!file) return io.files.isDirectory(io.path(source)) ? 0 : io.fail('ln', `${source}: ${MISSING}`);
  const fault = io.files.write(io.path(target), file.text, { bytes: file.bytes });
  return fault ? io.fail('ln', `${target}: ${fault}`) : 0;
};

const checksum =
  (name: string, digest: (text: string) => string): Command =>
  (io, [, ...operands]) => {
    if (operands.length > 0) {
      for (const operand of operands) {
        const file = io.files.read(io.path(operand));
        if (!file) return io.fail(name, `can't open '${operand}': ${MISSING}`);
        io.out(`${digest(file.text)}  ${operand}\n`);
      }
      return 0;
    }
    const text = io.readAll();
    if (isWait(text)) return text;
    io.out(`${digest(text)}  -\n`);
    return 0;
  };

export { checksum };

export const FILE_COMMANDS: Readonly<Record<string, Command>> = {
  ls,
  touch,
  rm,
  mkdir,
  rmdir: rm,
  cp: transfer('cp', false),
  mv: transfer('mv', true),
  ln,
  dd,
  fallocate,
  truncate: fallocate,
  find,
  du,
  chmod: each('chmod', (io, path, operand) =>
    /^[0-7+a-z,=-]+$/.test(operand) || exists(io, path) ? undefined : `${operand}: ${MISSING}`,
  ),
  chown: each('chown', () => undefined),
  sync: () => 0,
  stat: each('stat', (io, path, operand) => {
    if (!exists(io, path)) return `can't stat '${operand}': ${MISSING}`;
    io.out(`  File: ${operand}\n  Size: ${io.files.read(path)?.bytes ?? 4096}\n`);
    return undefined;
  }),
  mktemp: (io, [, ...words]) => {
    const isDirectory = words.includes('-d');
    const path = `/tmp/tmp.${io.host
      .draw(2 ** 30)
      .toString(36)
      .padStart(6, '0')}`;
    const fault = isDirectory ? io.files.makeDirectory(path) : io.files.write(path, '');
    if (fault) return io.fail('mktemp', fault);
    io.out(`${path}\n`);
    return 0;
  },
};
