/** Keys of records: unique over all kinds. */
import type { KubeObject } from '../sim/api/object.ts';
import type { RecordKey } from './types.ts';

export function recordKey(resource: string, object: KubeObject): RecordKey {
  const { namespace, name = '' } = object.metadata ?? {};
  return `${resource}|${namespace ? `${namespace}/` : ''}${name}`;
}

export function splitRecordKey(key: RecordKey): { resource: string; namespace?: string; name: string } | undefined {
  const match = /^([^|]+)\|(?:([^/|]+)\/)?([^/|]+)$/.exec(key);
  if (!match) return undefined;
  const [, resource = '', namespace, name = ''] = match;
  return namespace ? { resource, namespace, name } : { resource, name };
}
