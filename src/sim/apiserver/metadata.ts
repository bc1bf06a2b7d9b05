/** Metadata as the server keeps it, and what it checks of it. Upstream: apimachinery/pkg/api/validation/objectmeta.go. */
import type { KindDefinition } from '../api/kind.ts';
import type { ObjectMeta } from '../api/object.ts';
import { fieldForbidden, fieldInvalid, fieldRequired, fieldTooLong, type FieldError } from '../api/status.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

export const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
export const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
export const LABEL_1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Texts of what is wrong with a name; none when it is right. */
export function nameFaults(rule: KindDefinition['nameRule'], name: string): readonly string[] {
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

const tooLong = (name: string, limit: number): readonly string[] =>
  name.length > limit ? [`must be no more than ${limit} characters`] : [];

export function validateMetadata(kind: KindDefinition, metadata: ObjectMeta): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!metadata.name) {
    errors.push(fieldRequired('metadata.name', 'name or generateName is required'));
  } else {
    errors.push(
      ...nameFaults(kind.nameRule, metadata.name).map((text) => fieldInvalid('metadata.name', metadata.name, text)),
    );
  }
  if (metadata.labels) errors.push(...validateLabels(metadata.labels, 'metadata.labels'));
  if (metadata.annotations) errors.push(...validateAnnotations(metadata.annotations));
  return errors;
}

export function validateLabels(labels: Readonly<Record<string, string>>, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels)) {
    errors.push(...keyFaults(key).map((text) => fieldInvalid(field, key, text)));
    if (value.length > 63) errors.push(fieldInvalid(field, value, 'must be no more than 63 characters'));
    else if (!LABEL_VALUE.test(value)) errors.push(fieldInvalid(field, value, LABEL_VALUE_TEXT));
  }
  return errors;
}

function validateAnnotations(annotations: Readonly<Record<string, string>>): readonly FieldError[] {
  const errors: FieldError[] = [];
  let total = 0;
  for (const [key, value] of Object.entries(annotations)) {
    total += key.length + value.length;
    errors.push(...keyFaults(key.toLowerCase()).map((text) => fieldInvalid('metadata.annotations', key, text)));
  }
  if (total > 256 * 1024) errors.push(fieldTooLong('metadata.annotations', 256 * 1024));
  return errors;
}

function keyFaults(key: string): readonly string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
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

/** What may not change. Upstream: ValidateObjectMetaAccessorUpdate. */
export function validateMetadataUpdate(next: ObjectMeta, old: ObjectMeta): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (next.name !== old.name) errors.push(fieldInvalid('metadata.name', next.name, 'field is immutable'));
  if (next.namespace !== old.namespace) {
    errors.push(fieldInvalid('metadata.namespace', next.namespace, 'field is immutable'));
  }
  if (old.deletionTimestamp) {
    const added = (next.finalizers ?? []).filter((item) => !(old.finalizers ?? []).includes(item));
    if (added.length > 0) {
      errors.push(
        fieldForbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
        ),
      );
    }
  }
  if (next.labels && next.labels !== old.labels) errors.push(...validateLabels(next.labels, 'metadata.labels'));
  if (next.annotations && next.annotations !== old.annotations) errors.push(...validateAnnotations(next.annotations));
  return errors;
}
