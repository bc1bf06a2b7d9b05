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
  };
  readonly exit?: { readonly afterSeconds: number; readonly code?: number };
  readonly stop?: { readonly afterSeconds?: number; readonly code?: number };
  readonly client?: { readonly url: string; readonly everySeconds?: number };
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

const SHAPE: Readonly<Record<string, Rule | Readonly<Record<string, Rule>>>> = {
  image: text,
  server: {
    ports: list(port),
    status: number(100, 599),
    body: anyText,
    latencyMs: latency,
    errorPercent: number(0, 100),
    readyAfterSeconds: seconds,
  },
  usage: { cpu: quantity, memory: quantity, memoryGrowthPerSecond: quantity, cpuPerRequest: quantity },
  exit: { afterSeconds: seconds, code },
  stop: { afterSeconds: seconds, code },
  client: { url: text, everySeconds: number(0.5, DAY_SECONDS) },
  log: list(anyText),
};

function faultsOf(value: object, shape: typeof SHAPE, path: string): readonly FieldError[] {
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
        ...(spec.exit && spec.exit.afterSeconds === undefined ? [fieldRequired('spec.exit.afterSeconds')] : []),
        ...(spec.client && spec.client.url === undefined ? [fieldRequired('spec.client.url')] : []),
      ];
      return [...missing, ...faultsOf(spec, SHAPE, 'spec')];
    },
    columns: [
      nameColumn<Workload>(),
      textColumn<Workload>('Image', ({ spec }) => spec?.image ?? ''),
      ageColumn<Workload>(),
    ],
  },
);
