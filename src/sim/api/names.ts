/**
 * Rules of names, labels and annotations, with upstream's texts.
 * Upstream: apimachinery/pkg/util/validation/validation.go, apimachinery/pkg/apis/meta/v1/validation/validation.go.
 */
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import type { KindDefinition } from './kind.ts';
import type { ObjectMeta } from './object.ts';
import { fieldForbidden, fieldInvalid, fieldRequired, fieldTooLong, type FieldError } from './status.ts';

export type NameRule = 'subdomain' | 'label' | 'dns1035' | 'path';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const KEY_TEXT =
  "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";

const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

const tooLong = (name: string, limit: number): readonly string[] =>
  name.length > limit ? [`must be no more than ${limit} characters`] : [];

/** Texts of what is wrong with a name; none when it is right. */
export function nameFaults(rule: NameRule | undefined, name: string): readonly string[] {
  switch (rule ?? 'subdomain') {
    case 'subdomain':
      return [...tooLong(name, 253), ...(SUBDOMAIN.test(name) ? [] : [SUBDOMAIN_TEXT])];
    case 'label':
      return [...tooLong(name, 63), ...(LABEL.test(name) ? [] : [LABEL_TEXT])];
    case 'dns1035':
      return [...tooLong(name, 63), ...(LABEL_1035.test(name) ? [] : [LABEL_1035_TEXT])];
    case 'path':
      if (name === '.' || name === '..') return [`may not be '${name}'`];
      return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
  }
}

/** A reference by name: required, and a name by the rule. */
export function validateName(field: string, name: string | undefined, rule: NameRule): readonly FieldError[] {
  if (!name) return [fieldRequired(field)];
  return nameFaults(rule, name).map((text) => fieldInvalid(field, name, text));
}

export function validateLabels(labels: Readonly<Record<string, string>>, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(labels)) {
    const value = labels[key] ?? '';
    errors.push(...keyFaults(key).map((text) => fieldInvalid(field, key, text)));
    if (value.length > 63) errors.push(fieldInvalid(field, value, 'must be no more than 63 characters'));
    if (!LABEL_VALUE.test(value)) errors.push(fieldInvalid(field, value, LABEL_VALUE_TEXT));
  }
  return errors;
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>>,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  let total = 0;
  for (const [key, value] of Object.entries(annotations)) {
    total += key.length + value.length;
    errors.push(...keyFaults(key.toLowerCase()).map((text) => fieldInvalid(field, key, text)));
  }
  if (total > ANNOTATIONS_LIMIT_BYTES) errors.push(fieldTooLong(field, ANNOTATIONS_LIMIT_BYTES));
  return errors;
}

/** Texts of what is wrong with a qualified name: a key of a label, an annotation, a taint, a resource. */
export function keyFaults(key: string): readonly string[] {
  const parts = key.split('/');
  if (parts.length > 2) return [KEY_TEXT];
  const name = parts.at(-1)!;
  const faults: string[] = [];
  if (parts.length === 2) {
    if (parts[0] === '') faults.push('prefix part must be non-empty');
    else if (!SUBDOMAIN.test(parts[0]!)) faults.push(`prefix part ${SUBDOMAIN_TEXT}`);
  }
  if (name === '') faults.push('name part must be non-empty');
  else if (name.length > 63) faults.push('name part must be no more than 63 characters');
  if (!NAME_PART.test(name)) faults.push(NAME_PART_TEXT);
  return faults;
}

/** Keys, values and operators of a selector object. */
export function validateSelector(selector: LabelSelector | undefined, field: string): readonly FieldError[] {
  const errors = [...validateLabels(selector?.matchLabels ?? {}, `${field}.matchLabels`)];
  (selector?.matchExpressions ?? []).forEach(({ key, operator, values = [] }, index) => {
    const at = `${field}.matchExpressions[${index}]`;
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        errors.push(fieldRequired(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        errors.push(
          fieldForbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
    } else errors.push(fieldInvalid(`${at}.operator`, operator, 'not a valid selector operator'));
    errors.push(...keyFaults(key ?? '').map((text) => fieldInvalid(`${at}.key`, key, text)));
    values.forEach((value, at2) => {
      if (!LABEL_VALUE.test(value)) errors.push(fieldInvalid(`${at}.values[${at2}]`, value, LABEL_VALUE_TEXT));
    });
  });
  return errors;
}

/** What a new object's metadata must be. Upstream: apimachinery/pkg/api/validation/objectmeta.go. */
export function validateMetadata(
  kind: Pick<KindDefinition, 'nameRule'>,
  metadata: Pick<ObjectMeta, 'name' | 'labels' | 'annotations'>,
): readonly FieldError[] {
  const { name, labels, annotations } = metadata;
  return [
    ...(name
      ? nameFaults(kind.nameRule, name).map((text) => fieldInvalid('metadata.name', name, text))
      : [fieldRequired('metadata.name', 'name or generateName is required')]),
    ...(labels ? validateLabels(labels, 'metadata.labels') : []),
    ...(annotations ? validateAnnotations(annotations, 'metadata.annotations') : []),
  ];
}
