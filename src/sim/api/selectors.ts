/**
 * Label and field selectors, as objects; `label-selector-text.ts` reads those of labels from text.
 * Upstream: apimachinery/pkg/labels/selector.go, apimachinery/pkg/fields/selector.go, apimachinery/pkg/apis/meta/v1/helpers.go.
 */
import type { LabelSelector as LabelSelectorObject } from 'kubernetes-types/meta/v1';

export type Labels = Readonly<Record<string, string>>;

export type LabelOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** Matches when every requirement does; the empty list matches everything. */
export type LabelSelector = readonly LabelRequirement[];

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export function matchesRequirement(requirement: LabelRequirement, labels: Labels | undefined): boolean {
  const { key, operator, values } = requirement;
  const value = labels?.[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && /^-?\d+$/.test(value) && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && /^-?\d+$/.test(value) && Number(value) < Number(values[0]);
  }
}

export function matchesLabels(selector: LabelSelector, labels: Labels | undefined): boolean {
  return selector.every((requirement) => matchesRequirement(requirement, labels));
}

const compiled = new WeakMap<object, LabelSelector>();

/** A `LabelSelector` object; undefined matches nothing (null upstream), an empty one everything. */
export function selectorOf(object: LabelSelectorObject | undefined): LabelSelector | undefined {
  if (!object) return undefined;
  const known = compiled.get(object);
  if (known) return known;
  const selector = [
    ...Object.entries(object.matchLabels ?? {}).map(([key, value]): LabelRequirement => ({
      key,
      operator: 'In',
      values: [value],
    })),
    ...(object.matchExpressions ?? []).map(({ key, operator, values }): LabelRequirement => ({
      key,
      operator: operator as LabelOperator,
      values: values ?? [],
    })),
  ];
  compiled.set(object, selector);
  return selector;
}

/** A plain map of labels, as Services and ReplicationControllers have. */
export function selectorOfMap(map: Labels | undefined): LabelSelector {
  return Object.entries(map ?? {}).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
}

/** Text form of a selector object, as columns and messages print it: `app=web,tier in (a,b)`. */
export function formatSelector(object: LabelSelectorObject | undefined): string {
  const requirements = selectorOf(object);
  if (!requirements || requirements.length === 0) return '<none>';
  return [...requirements]
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
    .map(formatRequirement)
    .join(',');
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  const list = [...values].sort().join(',');
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${list})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${list})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${values[0]}`;
    case 'Lt':
      return `${key}<${values[0]}`;
  }
}

export interface FieldRequirement {
  readonly field: string;
  readonly isEqual: boolean;
  readonly value: string;
}

/** Parses `spec.nodeName=a,status.phase!=Running`. */
export function parseFieldSelector(text: string): Parsed<readonly FieldRequirement[]> {
  const requirements: FieldRequirement[] = [];
  for (const part of text.split(',').filter((item) => item.trim() !== '')) {
    const match = /^([^=!]+?)(==|=|!=)(.*)$/.exec(part.trim());
    if (!match) return { ok: false, message: `invalid selector: '${text}'; can't understand '${part}'` };
    requirements.push({ field: match[1]!, isEqual: match[2] !== '!=', value: match[3]! });
  }
  return { ok: true, value: requirements };
}

/**
 * A `LabelSelector` object as upstream's messages print it with %v.
 * Upstream: apimachinery/pkg/apis/meta/v1/generated.pb.go (LabelSelector.String).
 */
export function goLabelSelector(object: LabelSelectorObject | undefined): string {
  if (!object) return 'nil';
  const labels = Object.entries(object.matchLabels ?? {})
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`);
  const expressions = (object.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  const parts = [
    `MatchLabels:map[string]string{${labels.join('')}},`,
    `MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},`,
  ];
  return `&LabelSelector{${parts.join('')}}`;
}
