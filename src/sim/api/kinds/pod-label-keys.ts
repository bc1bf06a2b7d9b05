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

/** Keys of labels, and a selector that they are written into. Upstream: validateLabelKeys. */
function keyListErrors({ labelSelector }: KeyedTerm, keys: readonly string[], field: string): readonly FieldError[] {
  if (keys.length === 0) return [];
  if (!labelSelector) return [fieldForbidden(field, 'must not be specified when labelSelector is not set')];
  return keys.flatMap((key, index) => keyFaults(key).map((text) => fieldInvalid(`${field}[${index}]`, key, text)));
}

/** Keys that the selector names beside what was written into it. */
function clashErrors({ labelSelector, matchLabelKeys = [] }: KeyedTerm, field: string): readonly FieldError[] {
  const seen = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  return (labelSelector?.matchExpressions ?? []).flatMap(({ key }) => {
    const index = matchLabelKeys.indexOf(key);
    const isTwice = index >= 0 && seen.has(key);
    seen.add(key);
    return isTwice ? [fieldInvalid(`${field}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector')] : [];
  });
}

/** Upstream: validateMatchLabelKeysInTopologySpread. */
export function validateSpreadKeys(constraint: object, path: string): readonly FieldError[] {
  const term = constraint as KeyedTerm;
  const field = `${path}.matchLabelKeys`;
  return [...keyListErrors(term, term.matchLabelKeys ?? [], field), ...clashErrors(term, field)];
}

/** Upstream: pkg/apis/core/validation/validation.go (validateMatchLabelKeysAndMismatchLabelKeys). */
export function validateLabelKeys(given: object, path: string): readonly FieldError[] {
  const term = given as KeyedTerm;
  const { matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  return [
    ...keyListErrors(term, matchLabelKeys, `${path}.matchLabelKeys`),
    ...keyListErrors(term, mismatchLabelKeys, `${path}.mismatchLabelKeys`),
    ...clashErrors(term, path),
    ...matchLabelKeys.flatMap((key, index) => {
      const text = 'exists in both matchLabelKeys and mismatchLabelKeys';
      return mismatchLabelKeys.includes(key) ? [fieldInvalid(`${path}.matchLabelKeys[${index}]`, key, text)] : [];
    }),
  ];
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
