/**
 * How an image behaves, written beside the manifests that use it: Pilothouse's own kind, as a cluster would have it by a
 * CustomResourceDefinition. What a container does is known from its start on; a change counts from its next start.
 */
import type { KindDefinition } from '../kind.ts';
import type { KubeObject } from '../object.ts';
import { parseQuantity } from '../quantity.ts';
import { fieldForbidden, fieldInvalid, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';
import { stored } from './stored-kind.ts';

export interface WorkloadSpec {
  /** `ghcr.io/acme/shop`, or with a tag for that one alone. */
  readonly image: string;
  readonly server?: {
    readonly ports?: readonly number[];
    readonly status?: number;
    readonly body?: string;
    readonly latencyMs?: number | readonly [number, number];
    readonly errorPercent?: number;
    readonly readyAfterSeconds?: number;
  };
  readonly usage?: {
    readonly cpu?: string;
    readonly memory?: string;
    readonly memoryGrowthPerSecond?: string;
    readonly cpuPerRequest?: string;
    /** Of the container's own layer. */
    readonly storage?: string;
    readonly storageGrowthPerSecond?: string;
    readonly processes?: number;
  };
  readonly exit?: {
    readonly afterSeconds?: number;
    readonly code?: number;
    readonly log?: string;
    readonly when?: {
      readonly variableMissing?: string;
      readonly fileMissing?: string;
      readonly unreachable?: string;
      readonly requests?: number;
      readonly path?: string;
    };
  };
  readonly stop?: { readonly afterSeconds?: number; readonly code?: number };
  readonly client?: {
    readonly url: string;
    readonly everySeconds?: number;
    readonly requestsPerSecond?: number;
    readonly method?: string;
    readonly body?: string;
  };
  /** Queues, to be asked over HTTP. */
  readonly queue?: { readonly directory?: string };
  /** Takes messages from a queue. */
  readonly consumer?: { readonly url: string; readonly secondsPerMessage?: number; readonly failPercent?: number };
  /** Values with one leader: the replica with ordinal 0, or the holder of a Lease. */
  readonly store?: {
    readonly peers: string;
    readonly lease?: string;
    readonly directory?: string;
    readonly copyEverySeconds?: number;
  };
  /** A program for the shell. */
  readonly script?: string;
  readonly log?: readonly string[];
}

export type Workload = KubeObject & { readonly spec?: WorkloadSpec };

type Rule = (value: unknown) => string | undefined;

const number =
  (low: number, high: number): Rule =>
  (value) =>
    typeof value === 'number' && value >= low && value <= high ? undefined : `must be a number from ${low} to ${high}`;
const text: Rule = (value) => (typeof value === 'string' && value !== '' ? undefined : 'must be a text');
const anyText: Rule = (value) => (typeof value === 'string' ? undefined : 'must be a text');
const path: Rule = (value) =>
  typeof value === 'string' && /^\/[\w./-]*$/.test(value) ? undefined : 'must be an absolute path';
const name: Rule = (value) =>
  typeof value === 'string' && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(value)
    ? undefined
    : 'must be a name of an object';
const oneOf =
  (...values: readonly string[]): Rule =>
  (value) =>
    values.includes(value as string) ? undefined : `must be one of ${values.join(', ')}`;
const quantity: Rule = (value) =>
  (typeof value === 'string' || typeof value === 'number') && (parseQuantity(value) ?? -1) >= 0
    ? undefined
    : 'must be a quantity such as 50m or 64Mi';
const list =
  (rule: Rule): Rule =>
  (value) =>
    Array.isArray(value) && value.every((item) => rule(item) === undefined)
      ? undefined
      : `must be a list, each of which ${rule(undefined) ?? ''}`;
const latency: Rule = (value) =>
  number(0, 600_000)(value) === undefined ||
  (Array.isArray(value) && value.length === 2 && list(number(0, 600_000))(value) === undefined && value[0] <= value[1])
    ? undefined
    : 'must be milliseconds, or the least and the most of them';

const DAY_SECONDS = 86_400;
const port = number(1, 65_535);
const code = number(0, 255);
const seconds = number(0, DAY_SECONDS);

type Shape = { readonly [name: string]: Rule | Shape };

const SHAPE: Shape = {
  image: text,
  server: {
    ports: list(port),
    status: number(100, 599),
    body: anyText,
    latencyMs: latency,
    errorPercent: number(0, 100),
    readyAfterSeconds: seconds,
  },
  usage: {
    cpu: quantity,
    memory: quantity,
    memoryGrowthPerSecond: quantity,
    cpuPerRequest: quantity,
    storage: quantity,
    storageGrowthPerSecond: quantity,
    processes: number(1, 4_194_304),
  },
  exit: {
    afterSeconds: seconds,
    code,
    log: anyText,
    when: { variableMissing: text, fileMissing: path, unreachable: text, requests: number(1, 1_000_000), path },
  },
  stop: { afterSeconds: seconds, code },
  client: {
    url: text,
    everySeconds: number(0.5, DAY_SECONDS),
    requestsPerSecond: number(0.01, 100_000),
    method: oneOf('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH'),
    body: anyText,
  },
  queue: { directory: path },
  consumer: { url: text, secondsPerMessage: seconds, failPercent: number(0, 100) },
  store: { peers: text, lease: name, directory: path, copyEverySeconds: number(1, DAY_SECONDS) },
  script: text,
  log: list(anyText),
};

function faultsOf(value: object, shape: Shape, path: string): readonly FieldError[] {
  return Object.entries(value).flatMap(([name, item]: [string, unknown]) => {
    const field = `${path}.${name}`;
    const rule = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (rule === undefined) return [fieldForbidden(field, `unknown field; known are ${Object.keys(shape).join(', ')}`)];
    if (typeof rule === 'function') {
      const fault = rule(item);
      return fault === undefined ? [] : [fieldInvalid(field, item, fault)];
    }
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      return [fieldInvalid(field, item, 'must be a mapping')];
    return faultsOf(item, rule, field);
  });
}

/** One container runs one program, and answers in one way. */
function conflictsOf(spec: WorkloadSpec): readonly FieldError[] {
  const several = (names: readonly string[], what: string): readonly FieldError[] => {
    const [, second] = names;
    return second === undefined ? [] : [fieldForbidden(second, `${names[0]} ${what} already`)];
  };
  const programs = [
    ...(spec.consumer ? ['spec.consumer'] : []),
    ...(spec.store ? ['spec.store'] : []),
    ...(spec.script === undefined ? [] : ['spec.script']),
    ...(spec.exit?.when?.unreachable === undefined ? [] : ['spec.exit.when.unreachable']),
  ];
  const servers = [...(spec.queue ? ['spec.queue'] : []), ...(spec.store ? ['spec.store'] : [])];
  return [...several(programs, 'is its program'), ...several(servers, 'says what it answers')];
}

export const workloadKind: KindDefinition<Workload> = stored<Workload>(
  'pilothouse.dev/v1',
  'Workload',
  'workloads',
  'cluster',
  {
    support: 'simulated',
    hasGeneration: true,
    validate({ spec }) {
      if (!spec) return [fieldRequired('spec')];
      const missing = [
        ...(spec.image === undefined ? [fieldRequired('spec.image')] : []),
        ...(spec.exit && spec.exit.afterSeconds === undefined && spec.exit.when === undefined
          ? [fieldRequired('spec.exit.afterSeconds')]
          : []),
        ...(spec.client && spec.client.url === undefined ? [fieldRequired('spec.client.url')] : []),
        ...(spec.consumer && spec.consumer.url === undefined ? [fieldRequired('spec.consumer.url')] : []),
        ...(spec.store && spec.store.peers === undefined ? [fieldRequired('spec.store.peers')] : []),
      ];
      return [...missing, ...faultsOf(spec, SHAPE, 'spec'), ...conflictsOf(spec)];
    },
    columns: [
      nameColumn<Workload>(),
      textColumn<Workload>('Image', ({ spec }) => spec?.image ?? ''),
      ageColumn<Workload>(),
    ],
  },
);
