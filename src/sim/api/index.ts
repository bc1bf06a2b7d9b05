import { apiVersionOf, resourceName } from './kind.ts';
import { KINDS } from './kinds/index.ts';

export { ageOf, humanDuration, parseDuration } from './duration.ts';
export { apiVersionOf, resourceName, type Column, type KindDefinition, type KindRegistry, type Verb } from './kind.ts';
export { KIND_REGISTRY, KINDS, kindOf } from './kinds/index.ts';
export { KIND_VERSIONS } from './kinds/versions.ts';
export { qosClassOf, summarizePod } from './kinds/pod.ts';
export { nameFaults, validateMetadata } from './names.ts';
export * from './object.ts';
export {
  addQuantities,
  canonicalAmounts,
  canonicalQuantity,
  compareQuantities,
  formatBytes,
  formatMillis,
  milliValue,
  parseQuantity,
  wholeValue,
} from './quantity.ts';
export type { ResourceName, ResourceTypes } from './resource-types.ts';
export { fieldsAt, SCHEMA_KINDS, validateSchema, type SchemaFault, type SchemaVerdict } from './schema.ts';
export * from './selectors.ts';
export * from './status.ts';

export interface SupportRow {
  readonly resource: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly support: 'simulated' | 'stored';
  readonly verbs: readonly string[];
}

/** Every kind and whether something acts on it. */
export function supportTable(): readonly SupportRow[] {
  return KINDS.map((kind) => ({
    resource: resourceName(kind),
    kind: kind.kind,
    apiVersion: apiVersionOf(kind),
    support: kind.support,
    verbs: kind.verbs ?? ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  }));
}
export { parseLabelSelector } from './label-selector-text.ts';
