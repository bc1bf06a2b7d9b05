/** ConfigMap and Secret. Upstream: pkg/apis/core/validation/validation.go (ValidateConfigMap, ValidateSecret). */
import type { ConfigMap, Secret } from 'kubernetes-types/core/v1';
import { decodeBase64, encodeBase64 } from '../encoding.ts';
import { jsonFault } from '../json-fault.ts';
import type { KindDefinition } from '../kind.ts';
import { configKeyFaults, immutable, isSame, setDefault } from '../rules.ts';
import { fieldForbidden, fieldInvalid, fieldRequired, fieldTooLong, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';

const DATA_LIMIT_BYTES = 1024 * 1024;
const IMMUTABLE_TEXT = 'field is immutable when `immutable` is set';

type Data = Readonly<Record<string, string>>;

const keyErrors = (key: string, field: string): readonly FieldError[] =>
  configKeyFaults(key).map((text) => fieldInvalid(field, key, text));

const bytesOf = (base64: string): number => Math.floor((base64.replace(/[=\s]/g, '').length * 3) / 4);

interface Frozen {
  readonly immutable?: boolean;
  readonly data?: Data;
  readonly binaryData?: Data;
}

/** What is marked immutable stays as it is, the mark included. */
function validateFrozen(next: Frozen, old: Frozen): readonly FieldError[] {
  if (!old.immutable) return [];
  return [
    ...(next.immutable ? [] : [fieldForbidden('immutable', IMMUTABLE_TEXT)]),
    ...(isSame(next.data ?? {}, old.data ?? {}) ? [] : [fieldForbidden('data', IMMUTABLE_TEXT)]),
    ...(isSame(next.binaryData ?? {}, old.binaryData ?? {}) ? [] : [fieldForbidden('binaryData', IMMUTABLE_TEXT)]),
  ];
}

export const configMapKind: KindDefinition<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  isNamespaced: true,
  support: 'simulated',
  validate({ data = {}, binaryData = {} }) {
    const errors: FieldError[] = [];
    let size = 0;
    for (const [key, value] of Object.entries(data)) {
      errors.push(...keyErrors(key, `data[${key}]`));
      if (binaryData[key] !== undefined) {
        errors.push(fieldInvalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
      }
      size += value.length;
    }
    for (const [key, value] of Object.entries(binaryData)) {
      errors.push(...keyErrors(key, `binaryData[${key}]`));
      size += bytesOf(value);
    }
    if (size > DATA_LIMIT_BYTES) errors.push(fieldTooLong('', DATA_LIMIT_BYTES));
    return errors;
  },
  validateUpdate: validateFrozen,
  columns: [
    nameColumn(),
    textColumn('Data', ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length),
    ageColumn(),
  ],
};

const ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name';
const REDACTED = '<secret contents redacted>';

/** What each type of Secret must hold. */
function typeErrors({ type, data = {}, metadata }: Secret): readonly FieldError[] {
  const required = (...keys: readonly string[]): FieldError[] =>
    keys.filter((key) => data[key] === undefined).map((key) => fieldRequired(`data[${key}]`));
  const json = (key: string): readonly FieldError[] => {
    const missing = required(key);
    if (missing.length > 0) return missing;
    const fault = jsonFault(decodeBase64(data[key]!));
    return fault ? [fieldInvalid(`data[${key}]`, REDACTED, fault)] : [];
  };
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return metadata?.annotations?.[ACCOUNT_ANNOTATION]
        ? []
        : [fieldRequired(`metadata.annotations[${ACCOUNT_ANNOTATION}]`)];
    case 'kubernetes.io/dockercfg':
      return json('.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return json('.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      return data['username'] === undefined && data['password'] === undefined ? required('username', 'password') : [];
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [fieldRequired('data[ssh-privatekey]')];
    case 'kubernetes.io/tls':
      return required('tls.crt', 'tls.key');
    default:
      return [];
  }
}

/** `stringData` is for writing only: it becomes part of `data`. */
function takeStringData(secret: Secret): void {
  const { stringData, data } = secret;
  if (!stringData) return;
  const encoded = Object.entries(stringData).map(([key, value]) => [key, encodeBase64(value)]);
  secret.data = { ...data, ...Object.fromEntries(encoded) };
  delete secret.stringData;
}

export const secretKind: KindDefinition<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  isNamespaced: true,
  support: 'simulated',
  applyDefaults(secret) {
    setDefault(secret, 'type', 'Opaque');
    takeStringData(secret);
  },
  validate(secret) {
    const errors: FieldError[] = [];
    let size = 0;
    for (const [key, value] of Object.entries(secret.data ?? {})) {
      errors.push(...keyErrors(key, `data[${key}]`));
      size += bytesOf(value);
    }
    if (size > DATA_LIMIT_BYTES) errors.push(fieldTooLong('data', DATA_LIMIT_BYTES));
    return [...errors, ...typeErrors(secret)];
  },
  validateUpdate: (next, old) => [...immutable('type', next.type, old.type), ...validateFrozen(next, old)],
  selectableFields: { type: ({ type }) => type ?? '' },
  columns: [
    nameColumn(),
    textColumn('Type', ({ type }) => type ?? ''),
    textColumn('Data', ({ data }) => Object.keys(data ?? {}).length),
    ageColumn(),
  ],
};
