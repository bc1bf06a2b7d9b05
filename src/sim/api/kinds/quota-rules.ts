/** What a ResourceQuota may ask for. Upstream: pkg/apis/core/validation/validation.go (ValidateResourceQuotaSpec), pkg/apis/core/helper. */
import type { ResourceQuotaSpec, ScopedResourceSelectorRequirement } from 'kubernetes-types/core/v1';
import { parseQuantity } from '../quantity.ts';
import { fieldInvalid, fieldRequired, type FieldError } from '../status.ts';

const COMPUTE = 'cpu memory ephemeral-storage'.split(' ');
const COUNTED =
  'pods resourcequotas services replicationcontrollers secrets persistentvolumeclaims configmaps services.nodeports services.loadbalancers'.split(
    ' ',
  );
const STANDARD: ReadonlySet<string> = new Set([
  ...COMPUTE,
  ...[...COMPUTE, 'storage'].map((name) => `requests.${name}`),
  ...COMPUTE.map((name) => `limits.${name}`),
  ...COUNTED,
]);
const POD_COMPUTE = 'cpu memory limits.cpu limits.memory requests.cpu requests.memory'.split(' ');
const POD_SCOPED: ReadonlySet<string> = new Set(['pods', ...POD_COMPUTE]);

/** Which of the standard resources each scope can be about. */
const SCOPES: Readonly<Record<string, ReadonlySet<string>>> = {
  Terminating: POD_SCOPED,
  NotTerminating: POD_SCOPED,
  NotBestEffort: POD_SCOPED,
  PriorityClass: POD_SCOPED,
  CrossNamespacePodAffinity: POD_SCOPED,
  BestEffort: new Set(['pods']),
  VolumeAttributesClass: new Set(['persistentvolumeclaims', 'requests.storage']),
};
const EXCLUSIVE = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];
const EXISTING = 'Terminating NotTerminating BestEffort NotBestEffort CrossNamespacePodAffinity'.split(' ');

export function validateQuota({ hard = {}, scopes, scopeSelector }: ResourceQuotaSpec): readonly FieldError[] {
  const names = Object.keys(hard).sort();
  return [
    ...names.flatMap((name) => validateAmount(`spec.hard[${name}]`, name, hard[name] ?? '')),
    ...(scopes ? validateScopes(scopes, names) : []),
    ...(scopeSelector?.matchExpressions ?? []).flatMap((requirement) => validateRequirement(requirement, names)),
  ];
}

function validateAmount(field: string, name: string, value: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!name.includes('/') && !STANDARD.has(name)) {
    errors.push(
      fieldInvalid(field, name, 'must be a standard resource type or fully qualified'),
      fieldInvalid(field, name, 'must be a standard resource for quota'),
    );
  }
  const amount = parseQuantity(value) ?? 0;
  if (amount < 0) errors.push(fieldInvalid(field, value, 'must be greater than or equal to 0'));
  if ((COUNTED.includes(name) || name.startsWith('count/')) && !Number.isInteger(amount))
    errors.push(fieldInvalid(field, value, 'must be an integer'));
  return errors;
}

/** Scopes of a quota, as upstream's message shows the whole list. */
function validateScopes(scopes: readonly string[], names: readonly string[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const fault = (text: string): void => void errors.push(fieldInvalid('spec.scopes', scopes, text));
  for (const scope of scopes) {
    const about = SCOPES[scope];
    if (!about) fault('unsupported scope');
    for (const name of names)
      if (STANDARD.has(name) && about && !about.has(name)) fault('unsupported scope applied to resource');
  }
  for (const pair of EXCLUSIVE) if (pair.every((scope) => scopes.includes(scope))) fault('conflicting scopes');
  return errors;
}

function validateRequirement(
  { operator, scopeName, values = [] }: ScopedResourceSelectorRequirement,
  names: readonly string[],
): readonly FieldError[] {
  const field = 'spec.scopeSelector.matchExpressions';
  const about = SCOPES[scopeName];
  const errors: FieldError[] = [];
  if (!about) errors.push(fieldInvalid(`${field}.scopeName`, scopeName, 'unsupported scope'));
  for (const name of names)
    if (STANDARD.has(name) && about && !about.has(name))
      errors.push(fieldInvalid(field, names, 'unsupported scope applied to resource'));
  if (EXISTING.includes(scopeName) && operator !== 'Exists') {
    const text =
      "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(fieldInvalid(`${field}.operator`, operator, text));
  }
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) return errors;
      return [
        ...errors,
        fieldRequired(
          `${field}.values`,
          "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        ),
      ];
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return errors;
      return [
        ...errors,
        fieldInvalid(
          `${field}.values`,
          values,
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        ),
      ];
    default:
      return [...errors, fieldInvalid(`${field}.operator`, operator, 'not a valid selector operator')];
  }
}
