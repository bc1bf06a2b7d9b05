/**
 * `matchLabelKeys` and `mismatchLabelKeys`: keys whose values are taken from the new Pod's own labels and written into the
 * selectors beside them. Upstream: pkg/registry/core/pod/strategy.go (mutatePodAffinity, mutateTopologySpreadConstraints).
 */
import type {
  Affinity,
  PodAffinity,
  PodAffinityTerm,
  PodSpec,
  TopologySpreadConstraint,
} from 'kubernetes-types/core/v1';
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import { keyFaults } from '../names.ts';
import { fieldForbidden, fieldInvalid, type FieldError } from '../status.ts';

type Labels = Readonly<Record<string, string>>;

interface KeyedTerm {
  readonly labelSelector?: LabelSelector;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

/** Upstream: pkg/apis/core/validation/validation.go (validateMatchLabelKeysAndMismatchLabelKeys, validateLabelKeys). */
export function validateLabelKeys(term: object, path: string): readonly FieldError[] {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term as KeyedTerm;
  const errors: FieldError[] = [];
  for (const [field, keys] of [
    ['matchLabelKeys', matchLabelKeys],
    ['mismatchLabelKeys', mismatchLabelKeys],
  ] as const) {
    if (keys.length > 0 && !labelSelector)
      errors.push(fieldForbidden(`${path}.${field}`, 'must not be specified when labelSelector is not set'));
    else
      for (const [index, key] of keys.entries())
        errors.push(...keyFaults(key).map((text) => fieldInvalid(`${path}.${field}[${index}]`, key, text)));
  }
  for (const [index, key] of matchLabelKeys.entries())
    if (mismatchLabelKeys.includes(key))
      errors.push(
        fieldInvalid(`${path}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'),
      );
  return errors;
}

/** A selector that is not there selects nothing, and stays so. */
function withLabelKeys<T extends KeyedTerm>(term: T, labels: Labels): T {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  if (!labelSelector) return term;
  const expressions = (keys: readonly string[], operator: string): readonly object[] =>
    keys.flatMap((key) => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]));
  const added = [...expressions(matchLabelKeys, 'In'), ...expressions(mismatchLabelKeys, 'NotIn')];
  if (added.length === 0) return term;
  const matchExpressions = [...(labelSelector.matchExpressions ?? []), ...added];
  return { ...term, labelSelector: { ...labelSelector, matchExpressions } };
}

function termsWithLabelKeys<T extends PodAffinity>(affinity: T, labels: Labels): T {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution;
  return {
    ...affinity,
    ...(required
      ? { requiredDuringSchedulingIgnoredDuringExecution: required.map((term) => withLabelKeys(term, labels)) }
      : {}),
    ...(preferred
      ? {
          preferredDuringSchedulingIgnoredDuringExecution: preferred.map((item) => ({
            ...item,
            podAffinityTerm: withLabelKeys(item.podAffinityTerm, labels),
          })),
        }
      : {}),
  };
}

const hasKeys = (term: PodAffinityTerm | TopologySpreadConstraint): boolean =>
  ((term as KeyedTerm).matchLabelKeys ?? (term as KeyedTerm).mismatchLabelKeys ?? []).length > 0;

function isAffinityKeyed({ podAffinity, podAntiAffinity }: Affinity): boolean {
  return [podAffinity, podAntiAffinity].some(
    (side) =>
      side?.requiredDuringSchedulingIgnoredDuringExecution?.some(hasKeys) ||
      side?.preferredDuringSchedulingIgnoredDuringExecution?.some(({ podAffinityTerm }) => hasKeys(podAffinityTerm)),
  );
}

/** The spec with the keys written out; the given one, which may be a template's, stays as it is. */
export function withLabelKeysApplied(spec: PodSpec, labels: Labels = {}): PodSpec {
  const { affinity, topologySpreadConstraints: constraints } = spec;
  const isSpreadKeyed = constraints?.some(hasKeys) ?? false;
  if (!isSpreadKeyed && !(affinity && isAffinityKeyed(affinity))) return spec;
  const { podAffinity, podAntiAffinity } = affinity ?? {};
  return {
    ...spec,
    ...(affinity
      ? {
          affinity: {
            ...affinity,
            ...(podAffinity ? { podAffinity: termsWithLabelKeys(podAffinity, labels) } : {}),
            ...(podAntiAffinity ? { podAntiAffinity: termsWithLabelKeys(podAntiAffinity, labels) } : {}),
          },
        }
      : {}),
    ...(constraints ? { topologySpreadConstraints: constraints.map((item) => withLabelKeys(item, labels)) } : {}),
  };
}
