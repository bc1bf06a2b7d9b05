/**
 * What is wrong with a configuration, as upstream says it: the place, and a text as field errors have it.
 * Upstream: apimachinery/pkg/util/validation/field/errors.go.
 */
export interface ConfigurationFault {
  /** `profiles[0].pluginConfig[1].args.scoringStrategy.type`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

export type FaultSink = (path: string, message: string) => void;

export type Fields = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a text shows it; one that is missing is nothing at all. */
export const shown = (value: unknown): string => JSON.stringify(value) ?? 'null';

export const invalid = (value: unknown, reason: string): string => `Invalid value: ${shown(value)}: ${reason}`;

export const unsupported = (value: unknown, known: readonly string[]): string =>
  `Unsupported value: ${shown(value)}: supported values: ${known.map(shown).join(', ')}`;

/** Fields that a strict decoder does not know. */
export function checkFields(value: Fields, known: ReadonlySet<string>, path: string, sink: FaultSink): void {
  for (const name of Object.keys(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    if (!known.has(name)) sink(at, `unknown field "${at}"`);
  }
}

/** The list that a field should be; empty when it is missing. */
export function listOf(value: unknown, path: string, sink: FaultSink): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value as readonly unknown[];
  sink(path, invalid(value, 'a list is expected'));
  return [];
}

/** The object that a field should be; undefined when it is missing. */
export function objectOf(value: unknown, path: string, sink: FaultSink): Fields | undefined {
  if (value === undefined || value === null) return undefined;
  if (isRecord(value)) return value;
  sink(path, invalid(value, 'an object is expected'));
  return undefined;
}

/** The whole number of 32 bits that a field should be, or what stands for one that is missing. */
export function int32Of(value: unknown, fallback: number, path: string, sink: FaultSink): number {
  if (value === undefined || value === null) return fallback;
  if (Number.isInteger(value) && Math.abs(value as number) <= 2 ** 31) return value as number;
  sink(path, invalid(value, 'must be a whole number of 32 bits'));
  return fallback;
}
