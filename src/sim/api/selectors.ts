/**
 * Label and field selectors, as text and as objects.
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

const KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** Parses `app=web,tier in (a,b),!old`. The message of a failure is as upstream's parser words it. */
export function parseLabelSelector(text: string): Parsed<LabelSelector> {
  const requirements: LabelRequirement[] = [];
  for (const part of splitOutsideBrackets(text)) {
    const parsed = parseRequirement(part.trim());
    if (!parsed.ok) return { ok: false, message: `unable to parse requirement: ${parsed.message}` };
    requirements.push(parsed.value);
  }
  return { ok: true, value: requirements };
}

function parseRequirement(part: string): Parsed<LabelRequirement> {
  const absent = /^!\s*(\S+)$/.exec(part);
  if (absent) return checked({ key: absent[1]!, operator: 'DoesNotExist', values: [] });
  const list = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
  if (list) {
    const values = list[3]!.split(',').map((value) => value.trim());
    return checked({ key: list[1]!, operator: list[2] === 'in' ? 'In' : 'NotIn', values });
  }
  const compare = /^([^=!<>\s]+)\s*(==|=|!=|>|<)\s*(\S*)$/.exec(part);
  if (compare) {
    const operators: Record<string, LabelOperator> = { '=': 'In', '==': 'In', '!=': 'NotIn', '>': 'Gt', '<': 'Lt' };
    return checked({ key: compare[1]!, operator: operators[compare[2]!]!, values: [compare[3]!] });
  }
  if (/^\S+$/.test(part)) return checked({ key: part, operator: 'Exists', values: [] });
  return { ok: false, message: `found '${part}', expected: ',' or 'end of string'` };
}

function checked(requirement: LabelRequirement): Parsed<LabelRequirement> {
  if (!KEY.test(requirement.key)) {
    return {
      ok: false,
      message: `<nil>: Invalid value: "${requirement.key}": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    };
  }
  const bad = requirement.values.find((value) => !VALUE.test(value) || value.length > 63);
  if (bad !== undefined && requirement.operator !== 'Gt' && requirement.operator !== 'Lt') {
    return {
      ok: false,
      message: `values[0][${requirement.key}]: Invalid value: "${bad}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    };
  }
  return { ok: true, value: requirement };
}

function splitOutsideBrackets(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '(') depth += 1;
    else if (text[index] === ')') depth -= 1;
    else if (text[index] === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.filter((part) => part.trim() !== '');
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
