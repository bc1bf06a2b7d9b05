/** Flags as pflag reads them: long and short, joined or apart, between the arguments. Upstream: github.com/spf13/pflag/flag.go. */
import { parseDuration } from '../../../sim/api/index.ts';
import { failure, type CommandFailure } from '../failure.ts';

export type FlagType = 'string' | 'bool' | 'int' | 'duration' | 'list' | 'array';

export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly type: FlagType;
  /** The value when the flag stands alone; then a value can only be joined with `=`. */
  readonly alone?: string;
  readonly value?: string;
}

/** `name/short:type=value`, so that a command's flags fit a few lines: `output/o`, `all:bool`, `tail:int=-1`. */
export function flagsOf(text: string): readonly Flag[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((item) => {
      const found = /^([\w-]+)(?:\/(\w))?(?::(\w+))?(?:\?([^=]*))?(?:=(.*))?$/.exec(item);
      const [, name = '', short, type = 'string', alone, value] = found ?? [];
      return {
        name,
        type: type as FlagType,
        ...(short ? { short } : {}),
        ...(alone === undefined ? (type === 'bool' ? { alone: 'true' } : {}) : { alone }),
        ...(value === undefined ? {} : { value }),
      };
    });
}

const GLOBAL_FLAGS = flagsOf(`
  as as-group:array as-uid as-user-extra:array cache-dir certificate-authority client-certificate client-key cluster context disable-compression:bool
  insecure-skip-tls-verify:bool kubeconfig kuberc log-flush-frequency:duration match-server-version:bool namespace/n
  password profile profile-output request-timeout server/s tls-server-name token user username v/v:int vmodule
  warnings-as-errors:bool help/h:bool`);

export class FlagValues {
  private readonly given = new Map<string, string[]>();

  constructor(
    private readonly known: readonly Flag[],
    readonly args: readonly string[],
    /** How many arguments stand before `--`; undefined without one. */
    readonly dash: number | undefined,
  ) {}

  set(name: string, value: string): void {
    const before = this.given.get(name);
    const isMany = ['list', 'array'].includes(this.known.find((flag) => flag.name === name)?.type ?? '');
    this.given.set(name, isMany && before ? [...before, value] : [value]);
  }

  has(name: string): boolean {
    return this.given.has(name);
  }

  text(name: string): string {
    return this.given.get(name)?.at(-1) ?? this.known.find((flag) => flag.name === name)?.value ?? '';
  }

  optional(name: string): string | undefined {
    return this.given.get(name)?.at(-1);
  }

  bool(name: string): boolean {
    return this.text(name) === 'true';
  }

  int(name: string): number {
    return Number(this.text(name) || 0);
  }

  /** Milliseconds. */
  duration(name: string): number {
    return parseDuration(this.text(name)) ?? 0;
  }

  /** Of a list, split at commas; of an array, as given. */
  all(name: string): readonly string[] {
    const values = this.given.get(name) ?? [];
    const type = this.known.find((flag) => flag.name === name)?.type;
    return type === 'list' ? values.flatMap((value) => (value === '' ? [] : value.split(','))) : values;
  }

  isBefore(index: number): boolean {
    return this.dash === undefined || index < this.dash;
  }
}

const usage = (command: string, message: string): CommandFailure =>
  failure(`${message}\nSee '${command} --help' for usage.`);

function valueFault(flag: Flag, value: string): string | undefined {
  const shown = JSON.stringify(value);
  switch (flag.type) {
    case 'bool':
      if (/^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value)) return undefined;
      return `strconv.ParseBool: parsing ${shown}: invalid syntax`;
    case 'int':
      return /^[-+]?\d+$/.test(value) ? undefined : `strconv.ParseInt: parsing ${shown}: invalid syntax`;
    case 'duration':
      if (parseDuration(value) !== undefined) return undefined;
      if (/^[-+]?\d+\.?\d*$/.test(value)) return `time: missing unit in duration ${shown}`;
      return `time: invalid duration ${shown}`;
    default:
      return undefined;
  }
}

const normal = (type: FlagType, value: string): string =>
  type === 'bool' ? String(/^(1|t|true)$/i.test(value)) : value;

/** Reads the words behind a command; throws what kubectl says of a flag that it does not know. */
export function parseFlags(command: string, own: readonly Flag[], words: readonly string[]): FlagValues {
  const known = [...own, ...GLOBAL_FLAGS.filter((flag) => !own.some(({ name }) => name === flag.name))];
  const args: string[] = [];
  const set: [string, string][] = [];
  let dash: number | undefined;
  const take = (flag: Flag, value: string, shown: string): void => {
    const fault = valueFault(flag, value);
    if (fault) throw usage(command, `invalid argument ${JSON.stringify(value)} for "${shown}" flag: ${fault}`);
    set.push([flag.name, normal(flag.type, value)]);
  };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (word === '--') {
      dash = args.length;
      args.push(...words.slice(at + 1));
      break;
    }
    if (word.startsWith('--')) {
      const [name = '', ...rest] = word.slice(2).split('=');
      const flag = known.find((item) => item.name === name);
      if (!flag) throw usage(command, `unknown flag: --${name}`);
      const shown = flag.short ? `-${flag.short}, --${flag.name}` : `--${flag.name}`;
      if (word.includes('=')) take(flag, rest.join('='), shown);
      else if (flag.alone !== undefined) take(flag, flag.alone, shown);
      else if (at + 1 < words.length) take(flag, words[(at += 1)]!, shown);
      else throw usage(command, `flag needs an argument: --${name}`);
      continue;
    }
    if (!word.startsWith('-') || word === '-') {
      args.push(word);
      continue;
    }
    at = shortFlags(command, known, words, at, take);
  }
  const values = new FlagValues(known, args, dash);
  for (const [name, value] of set) values.set(name, value);
  return values;
}

/** `-it`, `-ojson`, `-o=json`, `-o json`. Gives the index of the last word read. */
function shortFlags(
  command: string,
  known: readonly Flag[],
  words: readonly string[],
  at: number,
  take: (flag: Flag, value: string, shown: string) => void,
): number {
  const word = words[at]!;
  for (let index = 1; index < word.length; index += 1) {
    const letter = word[index]!;
    const flag = known.find((item) => item.short === letter);
    if (!flag) throw usage(command, `unknown shorthand flag: '${letter}' in -${word.slice(index)}`);
    const shown = `-${letter}, --${flag.name}`;
    const rest = word.slice(index + 1);
    if (rest.startsWith('=')) {
      take(flag, rest.slice(1), shown);
      return at;
    }
    if (flag.alone !== undefined) {
      take(flag, flag.alone, shown);
      continue;
    }
    if (rest !== '') {
      take(flag, rest, shown);
      return at;
    }
    if (at + 1 >= words.length) throw usage(command, `flag needs an argument: '${letter}' in -${letter}`);
    take(flag, words[at + 1]!, shown);
    return at + 1;
  }
  return at;
}

/** Flags that many commands share. */
export const PRINT_FLAGS = 'output/o template allow-missing-template-keys:bool=true show-managed-fields:bool';
export const FILE_FLAGS = 'filename/f:list kustomize/k recursive/R:bool';
export const DRY_RUN_FLAG = 'dry-run?unchanged=none';
