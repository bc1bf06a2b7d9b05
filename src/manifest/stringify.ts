/** Objects as tidy YAML, in the order in which `kubectl get -o yaml` prints: keys sorted, managed fields left out. */
import { stringify as toYaml } from 'yaml';
import type { KubeObject } from '../sim/api/object.ts';

export function stringify(object: KubeObject): string {
  const { managedFields: _fields, ...metadata } = object.metadata ?? {};
  return toYaml({ ...object, metadata }, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
}
