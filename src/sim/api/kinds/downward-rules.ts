/** References to a pod's own fields and resources. Upstream: validateObjectFieldSelector, validateContainerResourceFieldSelector. */
import type { ObjectFieldSelector, ResourceFieldSelector } from 'kubernetes-types/core/v1';
import { keyFaults } from '../names.ts';
import { canonicalQuantity, parseQuantity } from '../quantity.ts';
import { fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';

/** What a variable can be set to. */
export const VARIABLE_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** What a file can hold. */
export const VOLUME_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
/** All fields that the conversion knows. Upstream: pkg/apis/core/pods/helpers.go (ConvertDownwardAPIFieldLabel). */
const KNOWN_FIELDS = [
  ...VARIABLE_FIELDS,
  ...VOLUME_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'spec.host',
];
const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const MAPS = ['metadata.annotations', 'metadata.labels'];

export function validateFieldRef(
  { apiVersion = 'v1', fieldPath }: ObjectFieldSelector,
  allowed: readonly string[],
  path: string,
): readonly FieldError[] {
  if (!fieldPath) return [fieldRequired(`${path}.fieldPath`)];
  const fault = (why: string): readonly FieldError[] => [
    fieldInvalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`),
  ];
  if (apiVersion !== 'v1') return fault(`unsupported pod version: ${apiVersion}`);
  const subscript = /^([^[]+)\['(.*)'\]$/.exec(fieldPath);
  if (!subscript) {
    if (!KNOWN_FIELDS.includes(fieldPath)) return fault(`field label not supported: ${fieldPath}`);
    return allowed.includes(fieldPath) ? [] : [fieldNotSupported(`${path}.fieldPath`, fieldPath, allowed)];
  }
  const [, map = '', key = ''] = subscript;
  if (!MAPS.includes(map)) return fault(`field label does not support subscript: ${fieldPath}`);
  const name = map === 'metadata.annotations' ? key.toLowerCase() : key;
  return keyFaults(name).map((text) => fieldInvalid(path, name, text));
}

const SIZES = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';

export function validateResourceRef(
  { containerName, resource, divisor }: ResourceFieldSelector,
  path: string,
  isInVolume: boolean,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const isHuge = /^(requests|limits)\.hugepages-/.test(resource ?? '');
  if (isInVolume && !containerName) errors.push(fieldRequired(`${path}.containerName`));
  else if (!resource) errors.push(fieldRequired(`${path}.resource`));
  else if (!RESOURCES.includes(resource) && !isHuge)
    errors.push(fieldNotSupported(`${path}.resource`, resource, RESOURCES));
  if (divisor === undefined || (parseQuantity(divisor) ?? 0) === 0) return errors;
  const fault = (text: string): FieldError => fieldInvalid(`${path}.divisor`, resource, text);
  const given = canonicalQuantity(divisor);
  const isSize = SIZES.split(', ').includes(given);
  switch (resource) {
    case 'limits.cpu':
    case 'requests.cpu':
      if (given !== '1m' && given !== '1')
        errors.push(fault("only divisor's values 1m and 1 are supported with the cpu resource"));
      break;
    case 'limits.memory':
    case 'requests.memory':
      if (!isSize) errors.push(fault(`only divisor's values ${SIZES} are supported with the memory resource`));
      break;
    case 'limits.ephemeral-storage':
    case 'requests.ephemeral-storage':
      if (!isSize)
        errors.push(fault(`only divisor's values ${SIZES} are supported with the local ephemeral storage resource`));
      break;
    default:
      if (isHuge && !isSize)
        errors.push(fault(`only divisor's values ${SIZES} are supported with the hugepages resource`));
  }
  return errors;
}
