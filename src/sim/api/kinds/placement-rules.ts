/**
 * Rules of where a pod may be: affinity, tolerations, topology spread. Upstream: pkg/apis/core/validation/validation.go
 * (validateAffinity, ValidateTolerations, validateTopologySpreadConstraints).
 */
import type {
  Affinity,
  NodeSelector,
  NodeSelectorTerm,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from 'kubernetes-types/core/v1';
import { keyFaults, labelValueFaults, nameFaults, validateSelector } from '../names.ts';
import { oneOf } from '../rules.ts';
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  type FieldError,
} from '../status.ts';
import { validateLabelKeys, validateSpreadKeys } from './pod-label-keys.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateAffinity({ nodeAffinity, podAffinity, podAntiAffinity }: Affinity, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const weightErrors = (field: string, weight = 0): FieldError[] =>
    weight >= 1 && weight <= 100 ? [] : [fieldInvalid(`${field}.weight`, weight, 'must be in the range 1-100')];
  if (nodeAffinity?.[REQUIRED]) {
    errors.push(...validateNodeSelector(nodeAffinity[REQUIRED], `${path}.nodeAffinity.${REQUIRED}`));
  }
  (nodeAffinity?.[PREFERRED] ?? []).forEach(({ weight, preference }, index) => {
    const field = `${path}.nodeAffinity.${PREFERRED}[${index}]`;
    errors.push(...weightErrors(field, weight), ...validateTerm(preference, `${field}.preference`, false));
  });
  for (const [name, side] of [
    ['podAffinity', podAffinity],
    ['podAntiAffinity', podAntiAffinity],
  ] as const) {
    (side?.[REQUIRED] ?? []).forEach((term, index) =>
      errors.push(...validatePodTerm(term, `${path}.${name}.${REQUIRED}[${index}]`)),
    );
    (side?.[PREFERRED] ?? []).forEach(({ weight, podAffinityTerm }, index) => {
      const field = `${path}.${name}.${PREFERRED}[${index}]`;
      errors.push(...weightErrors(field, weight), ...validatePodTerm(podAffinityTerm, `${field}.podAffinityTerm`));
    });
  }
  return errors;
}

/** Upstream: ValidateNodeSelector. */
export function validateNodeSelector({ nodeSelectorTerms = [] }: NodeSelector, path: string): readonly FieldError[] {
  const field = `${path}.nodeSelectorTerms`;
  if (nodeSelectorTerms.length === 0) return [fieldRequired(field, 'must have at least one node selector term')];
  return nodeSelectorTerms.flatMap((term, index) => validateTerm(term, `${field}[${index}]`, true));
}

/** Values that no label can have are refused only where they would bind: in what is required. */
function validateTerm(term: NodeSelectorTerm | undefined, path: string, isRequired: boolean): readonly FieldError[] {
  const expressions = (term?.matchExpressions ?? []).flatMap(({ key = '', operator = '', values = [] }, index) => {
    const field = `${path}.matchExpressions[${index}]`;
    return [
      ...operatorErrors(operator, values, field),
      ...keyFaults(key).map((text) => fieldInvalid(`${field}.key`, key, text)),
      ...(isRequired
        ? values.flatMap((value, position) =>
            labelValueFaults(value).map((text) => fieldInvalid(`${field}.values[${position}]`, value, text)),
          )
        : []),
    ];
  });
  return [...expressions, ...fieldTermErrors(term, path)];
}

function operatorErrors(operator: string, values: readonly string[], field: string): readonly FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0
        ? []
        : [fieldRequired(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? []
        : [fieldForbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case 'Gt':
    case 'Lt':
      return values.length === 1
        ? []
        : [fieldRequired(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [fieldInvalid(`${field}.operator`, operator, 'not a valid selector operator')];
  }
}

function fieldTermErrors(term: NodeSelectorTerm | undefined, path: string): readonly FieldError[] {
  return (term?.matchFields ?? []).flatMap(({ key = '', operator = '', values = [] }, index) => {
    const field = `${path}.matchFields[${index}]`;
    const errors: FieldError[] = [];
    if (operator !== 'In' && operator !== 'NotIn') {
      errors.push(fieldInvalid(`${field}.operator`, operator, 'not a valid selector operator'));
    } else if (values.length !== 1) {
      const text = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
      errors.push(fieldRequired(`${field}.values`, text));
    }
    if (key !== 'metadata.name') {
      return [...errors, fieldInvalid(`${field}.key`, key, 'not a valid field selector key')];
    }
    const names = values.flatMap((value, position) =>
      nameFaults('subdomain', value).map((text) => fieldInvalid(`${field}.values[${position}]`, value, text)),
    );
    return [...errors, ...names];
  });
}

function validatePodTerm(term: PodAffinityTerm | undefined, path: string): readonly FieldError[] {
  const topologyKey = term?.topologyKey ?? '';
  return [
    ...validateSelector(term?.labelSelector, `${path}.labelSelector`),
    ...validateSelector(term?.namespaceSelector, `${path}.namespaceSelector`),
    ...(term?.namespaces ?? []).flatMap((name) =>
      nameFaults('label', name).map((text) => fieldInvalid(`${path}.namespace`, name, text)),
    ),
    ...(term ? validateLabelKeys(term, path) : []),
    ...(topologyKey ? [] : [fieldRequired(`${path}.topologyKey`, 'can not be empty')]),
    ...keyFaults(topologyKey).map((text) => fieldInvalid(`${path}.topologyKey`, topologyKey, text)),
  ];
}

export function validateToleration(toleration: Toleration, path: string): readonly FieldError[] {
  const { key, operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  const errors: FieldError[] = key ? keyFaults(key).map((text) => fieldInvalid(`${path}.key`, key, text)) : [];
  if (!key && operator !== 'Exists') {
    const text = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(fieldInvalid(`${path}.operator`, operator, text));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    const text = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(fieldInvalid(`${path}.effect`, effect, text));
  }
  if (operator === '' || operator === 'Equal') {
    const faults = labelValueFaults(value);
    if (faults.length > 0) errors.push(fieldInvalid(`${path}.operator`, value, faults.join(';')));
  } else if (operator === 'Exists') {
    if (value) errors.push(fieldInvalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  } else errors.push(fieldNotSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  if (effect) errors.push(...oneOf(`${path}.effect`, effect, TAINT_EFFECTS));
  return errors;
}

export function validateSpread(constraints: readonly TopologySpreadConstraint[], path: string): readonly FieldError[] {
  return constraints.flatMap((constraint, index) => {
    const errors: FieldError[] = [];
    const field = `${path}[${index}]`;
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', minDomains } = constraint;
    if (maxSkew <= 0) errors.push(fieldInvalid(`${field}.maxSkew`, maxSkew, 'must be greater than zero'));
    if (!topologyKey) errors.push(fieldRequired(`${field}.topologyKey`, 'can not be empty'));
    errors.push(...oneOf(`${field}.whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']));
    const isRepeated = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (isRepeated) {
      const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
      errors.push(fieldDuplicate(`${field}.{topologyKey, whenUnsatisfiable}`, pair));
    }
    if (minDomains !== undefined) {
      if (minDomains <= 0) errors.push(fieldInvalid(`${field}.minDomains`, minDomains, 'must be greater than zero'));
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
        errors.push(fieldInvalid(`${field}.minDomains`, minDomains, text));
      }
    }
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      errors.push(...oneOf(`${field}.${policy}`, constraint[policy], ['Honor', 'Ignore']));
    }
    return [
      ...errors,
      ...validateSpreadKeys(constraint, field),
      ...validateSelector(constraint.labelSelector, `${field}.labelSelector`),
    ];
  });
}
