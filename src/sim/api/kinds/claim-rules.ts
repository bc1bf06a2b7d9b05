/** Rules of what a claim asks for. Upstream: pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimSpec). */
import type { PersistentVolumeClaimSpec } from 'kubernetes-types/core/v1';
import { nameFaults, validateSelector } from '../names.ts';
import { parseQuantity } from '../quantity.ts';
import { isSame, oneOf } from '../rules.ts';
import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';

export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function modeErrors(modes: readonly string[] = [], field: string): readonly FieldError[] {
  const unknown = modes.filter((mode) => !ACCESS_MODES.includes(mode));
  const errors: FieldError[] = unknown.map((mode) => fieldNotSupported(field, mode, ACCESS_MODES));
  const known = modes.filter((mode) => ACCESS_MODES.includes(mode));
  if (known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod')) {
    errors.push(fieldForbidden(field, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

export function positiveErrors(field: string, size: string): readonly FieldError[] {
  return (parseQuantity(size) ?? 0) > 0 ? [] : [fieldInvalid(field, size, 'must be greater than zero')];
}

export const classNameErrors = (field: string, name: string | undefined): readonly FieldError[] =>
  name ? nameFaults('subdomain', name).map((text) => fieldInvalid(field, name, text)) : [];

interface Source {
  readonly apiGroup?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

function validateDataSource(source: Source, field: string): readonly FieldError[] {
  const { apiGroup = '', kind = '', name, namespace } = source;
  const errors: FieldError[] = [];
  if (!name) errors.push(fieldRequired(`${field}.name`));
  if (!kind) errors.push(fieldRequired(`${field}.kind`));
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim') {
    const text = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(fieldInvalid(field, kind, text));
  }
  if (apiGroup)
    errors.push(...nameFaults('subdomain', apiGroup).map((text) => fieldInvalid(`${field}.apiGroup`, apiGroup, text)));
  if (namespace)
    errors.push(...nameFaults('label', namespace).map((text) => fieldInvalid(`${field}.namespace`, namespace, text)));
  return errors;
}

export function validateClaimSpec(spec: PersistentVolumeClaimSpec | undefined, path: string): readonly FieldError[] {
  const { accessModes, selector, resources, storageClassName, volumeMode, dataSource } = spec ?? {};
  const dataSourceRef = spec?.dataSourceRef as Source | undefined;
  const size = resources?.requests?.['storage'];
  const field = `${path}.resources[storage]`;
  const errors: FieldError[] = [
    ...((accessModes ?? []).length === 0
      ? [fieldRequired(`${path}.accessModes`, 'at least 1 access mode is required')]
      : []),
    ...validateSelector(selector, `${path}.selector`),
    ...modeErrors(accessModes, `${path}.accessModes`),
    ...(size === undefined ? [fieldRequired(field)] : positiveErrors(field, size)),
    ...classNameErrors(`${path}.storageClassName`, storageClassName),
    ...oneOf(`${path}.volumeMode`, volumeMode, ['Block', 'Filesystem']),
    ...(dataSource ? validateDataSource(dataSource, `${path}.dataSource`) : []),
    ...(dataSourceRef ? validateDataSource(dataSourceRef, `${path}.dataSourceRef`) : []),
  ];
  if (dataSource && dataSourceRef) {
    const value = `${path}.dataSource`;
    if (dataSourceRef.namespace) {
      errors.push(fieldInvalid(path, value, 'may not be specified when dataSourceRef.namespace is specified'));
    } else if (!isSame(dataSource, dataSourceRef)) {
      errors.push(fieldInvalid(path, value, 'must match dataSourceRef'));
    }
  }
  return [...errors, ...classNameErrors(`${path}.volumeAttributesClassName`, spec?.volumeAttributesClassName)];
}
