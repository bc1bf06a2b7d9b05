/**
 * Rules of requests and limits, and of names of resources. Upstream: pkg/apis/core/validation/validation.go
 * (validateResourceRequirements, validateResourceName), pkg/apis/core/helper/helpers.go.
 */
import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import { keyFaults } from '../names.ts';
import { addQuantities, compareQuantities, parseQuantity } from '../quantity.ts';
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotFound,
  fieldNotSupported,
  fieldRequired,
  type FieldError,
} from '../status.ts';

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
/** Resources that are counted, not measured. */
export const COUNTED =
  'pods resourcequotas services replicationcontrollers secrets persistentvolumeclaims configmaps services.nodeports services.loadbalancers'.split(
    ' ',
  );
const STANDARD: ReadonlySet<string> = new Set([
  ...COMPUTE,
  'storage',
  ...[...COMPUTE, 'storage'].map((name) => `requests.${name}`),
  ...COMPUTE.map((name) => `limits.${name}`),
  ...COUNTED,
]);

const isHuge = (name: string): boolean => name.startsWith('hugepages-');
export const isNativeResource = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
const isExtended = (name: string): boolean => !isNativeResource(name) && !name.startsWith('requests.');
/** What may be promised more than once: of the rest, requests are as the limits. */
const canOvercommit = (name: string): boolean => isNativeResource(name) && !isHuge(name);

/** A name that stands for a resource at all. Upstream: validateResourceName. */
export function resourceNameErrors(name: string, field: string): readonly FieldError[] {
  const faults = keyFaults(name);
  if (faults.length > 0) return faults.map((text) => fieldInvalid(field, name, text));
  if (name.includes('/') || STANDARD.has(name) || isHuge(name)) return [];
  return [fieldInvalid(field, name, 'must be a standard resource type or fully qualified')];
}

/** A name of what a container can have. Upstream: validateContainerResourceName. */
export function containerResourceErrors(name: string, field: string): readonly FieldError[] {
  const errors = resourceNameErrors(name, field);
  if (!name.includes('/')) {
    if (COMPUTE.includes(name) || isHuge(name)) return errors;
    return [...errors, fieldInvalid(field, name, 'must be a standard resource for containers')];
  }
  if (isNativeResource(name) || isExtended(name)) return errors;
  return [...errors, fieldInvalid(field, name, "doesn't follow extended resource name standard")];
}

/** Upstream: validatePodResourceName. */
function podResourceErrors(name: string, field: string): readonly FieldError[] {
  const errors = resourceNameErrors(name, field);
  if (errors.length > 0 || name === 'cpu' || name === 'memory' || isHuge(name)) return errors;
  return [fieldNotSupported(field, name, ['cpu', 'memory'])];
}

/** Upstream: ValidateResourceQuantityValue. */
export function amountErrors(name: string, value: string | number, field: string): readonly FieldError[] {
  const amount = parseQuantity(value) ?? 0;
  const isWhole = COUNTED.includes(name) || isExtended(name);
  return [
    ...(amount < 0 ? [fieldInvalid(field, String(value), 'must be greater than or equal to 0')] : []),
    ...(isWhole && !Number.isInteger(amount) ? [fieldInvalid(field, String(value), 'must be an integer')] : []),
  ];
}

type Quantities = Readonly<Record<string, string | number>>;

interface Requirements {
  readonly limits?: Quantities;
  readonly requests?: Quantities;
  readonly claims?: readonly { readonly name?: string; readonly request?: string }[];
}

/** Requests and limits of a container; `claims` are those of its pod. */
export function validateResources(
  resources: Requirements | undefined,
  path: string,
  claims: readonly { readonly name?: string }[] = [],
  nameErrors = containerResourceErrors,
): readonly FieldError[] {
  if (!resources) return [];
  const { limits = {}, requests = {} } = resources;
  const errors: FieldError[] = [];
  for (const [name, value] of Object.entries(limits)) {
    const field = `${path}.limits[${name}]`;
    errors.push(...nameErrors(name, field), ...amountErrors(name, value, field), ...hugeErrors(name, value, field));
  }
  for (const [name, value] of Object.entries(requests)) {
    const field = `${path}.requests[${name}]`;
    errors.push(...nameErrors(name, field), ...amountErrors(name, value, field));
    const limit = limits[name];
    if (limit === undefined) {
      if (!canOvercommit(name))
        errors.push(fieldRequired(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    } else if (compareQuantities(value, limit) !== 0 && !canOvercommit(name)) {
      errors.push(fieldInvalid(`${path}.requests`, String(value), `must be equal to ${name} limit of ${limit}`));
    } else if (compareQuantities(value, limit) > 0) {
      const text = `must be less than or equal to ${name} limit of ${limit}`;
      errors.push(fieldInvalid(`${path}.requests`, String(value), text));
    }
    errors.push(...hugeErrors(name, value, field));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHuge) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    errors.push(fieldForbidden(path, 'HugePages require cpu or memory'));
  }
  return [...errors, ...claimErrors(resources.claims ?? [], claims, `${path}.claims`)];
}

function hugeErrors(name: string, value: string | number, field: string): readonly FieldError[] {
  if (!isHuge(name)) return [];
  const size = parseQuantity(name.slice('hugepages-'.length));
  const amount = parseQuantity(value) ?? 0;
  const isMultiple = size !== undefined && size > 0 && amount > 0 && amount % size === 0;
  return isMultiple ? [] : [fieldInvalid(field, String(value), `${value} is not positive integer multiple of ${name}`)];
}

function claimErrors(
  wanted: NonNullable<Requirements['claims']>,
  known: readonly { readonly name?: string }[],
  path: string,
): readonly FieldError[] {
  const seen = new Set<string>();
  const names = known.flatMap(({ name }) => (name ? [name] : [])).sort();
  return wanted.flatMap(({ name = '', request }, index) => {
    const field = `${path}[${index}]`;
    if (name === '') return [fieldRequired(field)];
    const errors: FieldError[] = [];
    const key = request ? `${name}/${request}` : name;
    if (seen.has(name) || seen.has(key)) errors.push(fieldDuplicate(field, seen.has(name) ? name : key));
    seen.add(key);
    if (!names.includes(name)) {
      const list = names.length === 0 ? ' which is empty' : `: ${names.join(', ')}`;
      errors.push(fieldNotFound(field, name, `must be one of the names in pod.spec.resourceClaims${list}`));
    }
    return errors;
  });
}

/** Resources of the pod as a whole, which bound those of its containers. Upstream: validatePodResources. */
export function validatePodResources(spec: PodSpec, path: string): readonly FieldError[] {
  const { resources } = spec as { resources?: Requirements };
  if (!resources) return [];
  const errors: FieldError[] = [];
  if (resources.claims)
    errors.push(fieldForbidden(`${path}.claims`, 'claims cannot be set for Resources at pod-level'));
  errors.push(...validateResources(resources, path, [], podResourceErrors));
  for (const [name, sum] of Object.entries(sumOfRequests(spec.containers ?? []))) {
    const given = resources.requests?.[name] ?? '0';
    if (compareQuantities(sum, given) <= 0) continue;
    const text = `must be greater than or equal to aggregate container requests of ${sum}`;
    errors.push(fieldInvalid(`${path}.requests[${name}]`, String(given), text));
  }
  (spec.containers ?? []).forEach((container, index) => {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const bound = resources.limits?.[name];
      if (bound === undefined || compareQuantities(limit, bound) <= 0) continue;
      const field = `${path}.containers[${index}][${name}].limits`;
      errors.push(fieldInvalid(field, limit, `must be less than or equal to pod limits of ${bound}`));
    }
  });
  return errors;
}

function sumOfRequests(containers: readonly Container[]): Readonly<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const { resources } of containers)
    for (const [name, value] of Object.entries(resources?.requests ?? {}))
      sums[name] = sums[name] === undefined ? value : addQuantities(sums[name], value);
  return sums;
}
