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
const WILDCARD_TEXT =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const KEY_TEXT =
  "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";

const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

/** Upstream counts bytes, which for most texts is the number of their characters. */
export const byteLength = (text: string): number =>
  /^[ -~]*$/.test(text) ? text.length : new TextEncoder().encode(text).length;

/** Names are said to have characters, keys and values of labels bytes; bytes are what is counted. */
const tooLong = (name: string, limit: number, unit: 'bytes' | 'characters' = 'characters'): readonly string[] =>
  byteLength(name) > limit ? [`must be no more than ${limit} ${unit}`] : [];

/** Texts of what is wrong with a name; none when it is right. */
export function nameFaults(rule: NameRule | undefined, name: string): readonly string[] {
  switch (rule ?? 'subdomain') {
    case 'subdomain':
      return [...tooLong(name, 253), ...(SUBDOMAIN.test(name) ? [] : [SUBDOMAIN_TEXT])];
    case 'label':
      if (LABEL.test(name)) return tooLong(name, 63);
      // A right subdomain that is no label can only have its dots wrong.
      return [...tooLong(name, 63), SUBDOMAIN.test(name) ? 'must not contain dots' : LABEL_TEXT];
    case 'dns1035':
      return [...tooLong(name, 63), ...(LABEL_1035.test(name) ? [] : [LABEL_1035_TEXT])];
    case 'path':
      if (name === '.' || name === '..') return [`may not be '${name}'`];
      return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
  }
}

/** Texts of what is wrong with a host name that begins with `*.`. Upstream: IsWildcardDNS1123Subdomain. */
export function wildcardFaults(name: string): readonly string[] {
  const isRight = name.startsWith('*.') && SUBDOMAIN.test(name.slice(2));
  return [...tooLong(name, 253), ...(isRight ? [] : [WILDCARD_TEXT])];
}

/** Texts of what is wrong with the value of a label. */
export function labelValueFaults(value: string): readonly string[] {
  return [...tooLong(value, 63, 'bytes'), ...(LABEL_VALUE.test(value) ? [] : [LABEL_VALUE_TEXT])];
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
    errors.push(
      ...keyFaults(key).map((text) => fieldInvalid(field, key, text)),
      ...labelValueFaults(value).map((text) => fieldInvalid(field, value, text)),
    );
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
    total += byteLength(key) + byteLength(value);
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
    else {
      const prefix = parts[0]!;
      const found = [...tooLong(prefix, 253, 'bytes'), ...(SUBDOMAIN.test(prefix) ? [] : [SUBDOMAIN_TEXT])];
      faults.push(...found.map((text) => `prefix part ${text}`));
    }
  }
  if (name === '') faults.push('name part must be non-empty');
  else if (name.length > 63) faults.push('name part must be no more than 63 bytes');
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
    values.forEach((value, position) =>
      errors.push(...labelValueFaults(value).map((text) => fieldInvalid(`${at}.values[${position}]`, value, text))),
    );
  });
  return errors;
}

/** Finalizers of the server itself, which need no prefix. Upstream: pkg/apis/core/helper (IsStandardFinalizerName). */
const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** Upstream: ValidateFinalizers, and validateKubeFinalizerName of the core kinds. */
export function validateFinalizers(finalizers: readonly string[]): readonly FieldError[] {
  const field = 'metadata.finalizers';
  const errors = finalizers.flatMap((name) => keyFaults(name).map((text) => fieldInvalid(field, name, text)));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(fieldInvalid(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  finalizers.forEach((name, index) => {
    if (name.includes('/') || STANDARD_FINALIZERS.includes(name)) return;
    const text = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(fieldInvalid(`${field}[${index}]`, name, text));
  });
  return errors;
}

/** Upstream: ValidateOwnerReferences. All faults are of the list, not of its items. */
export function validateOwners(owners: NonNullable<ObjectMeta['ownerReferences']>): readonly FieldError[] {
  const field = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  let first = '';
  for (const owner of owners) {
    if (!owner.apiVersion) errors.push(fieldInvalid(`${field}.apiVersion`, '', 'version must not be empty'));
    for (const part of ['kind', 'name', 'uid'] as const) {
      if (!owner[part]) errors.push(fieldInvalid(`${field}.${part}`, '', 'must not be empty'));
    }
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
      errors.push(fieldInvalid(field, owner, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (!owner.controller) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (first) {
      const text = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${name}`;
      errors.push(fieldInvalid(field, owners, text));
    } else first = name;
  }
  return errors;
}

/** What a new object's metadata must be. Upstream: apimachinery/pkg/api/validation/objectmeta.go. */
export function validateMetadata(
  kind: Pick<KindDefinition, 'nameRule'>,
  metadata: Pick<ObjectMeta, 'name' | 'generateName' | 'labels' | 'annotations' | 'ownerReferences' | 'finalizers'>,
): readonly FieldError[] {
  const { name, generateName, labels, annotations, ownerReferences, finalizers } = metadata;
  return [
    ...(generateName
      ? nameFaults(kind.nameRule, asPrefix(generateName)).map((text) =>
          fieldInvalid('metadata.generateName', generateName, text),
        )
      : []),
    ...(name
      ? nameFaults(kind.nameRule, name).map((text) => fieldInvalid('metadata.name', name, text))
      : [fieldRequired('metadata.name', 'name or generateName is required')]),
    ...(labels ? validateLabels(labels, 'metadata.labels') : []),
    ...(annotations ? validateAnnotations(annotations, 'metadata.annotations') : []),
    ...(ownerReferences ? validateOwners(ownerReferences) : []),
    ...(finalizers ? validateFinalizers(finalizers) : []),
  ];
}

/** A prefix may end with a dash, to which more is added. Upstream: maskTrailingDash. */
const asPrefix = (prefix: string): string => (/[^-]-$/.test(prefix) ? `${prefix.slice(0, -1)}a` : prefix);
