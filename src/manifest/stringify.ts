/** Objects as tidy YAML, in the order in which `kubectl get -o yaml` prints: keys sorted, managed fields left out. */
import { stringify as toYaml } from 'yaml';
import type { KubeObject } from '../sim/api/object.ts';
import { PRINT_OPTIONS } from './kubectl-yaml.ts';

export interface StringifyOptions {
  /** Prints `metadata.managedFields` too, as `--show-managed-fields` does. */
  readonly hasManagedFields?: boolean;
}

export function stringify(object: KubeObject, { hasManagedFields = false }: StringifyOptions = {}): string {
  if (hasManagedFields || !object.metadata) return toYaml(object, PRINT_OPTIONS);
  const { managedFields: _fields, ...metadata } = object.metadata;
  return toYaml({ ...object, metadata }, PRINT_OPTIONS);
}
