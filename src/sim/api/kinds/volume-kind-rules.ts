/** Rules of PersistentVolumes, in upstream's order. Upstream: pkg/apis/core/validation/validation.go. */
import type { PersistentVolume, PersistentVolumeSpec } from 'kubernetes-types/core/v1';
import { isSameStruct, structDiff } from '../go-diff.ts';
import { immutable, isSame, oneOf } from '../rules.ts';
import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';
import { classNameErrors, modeErrors, positiveErrors } from './claim-rules.ts';
import { validateNodeSelector } from './placement-rules.ts';

/** Fields of a PersistentVolume's spec that are no source. */
const NOT_SOURCES = [
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
];

function sourcesOf(spec: PersistentVolumeSpec | undefined): readonly string[] {
  const entries = Object.entries(spec ?? {}).filter(([, value]) => value !== undefined && value !== null);
  return entries.map(([key]) => key).filter((key) => !NOT_SOURCES.includes(key));
}

function validateSource(spec: PersistentVolumeSpec | undefined): readonly FieldError[] {
  const { hostPath, local, nfs, csi } = spec ?? {};
  const missing = (field: string, value: string | undefined): FieldError[] => (value ? [] : [fieldRequired(field)]);
  return [
    ...(hostPath ? missing('spec.hostPath.path', hostPath.path) : []),
    ...(nfs ? [...missing('spec.nfs.server', nfs.server), ...missing('spec.nfs.path', nfs.path)] : []),
    ...(nfs?.path && !nfs.path.startsWith('/')
      ? [fieldInvalid('spec.nfs.path', nfs.path, 'must be an absolute path')]
      : []),
    ...(local ? missing('spec.local.path', local.path) : []),
    ...(local && !spec?.nodeAffinity?.required
      ? [fieldRequired('spec.nodeAffinity', 'Local volume requires node affinity')]
      : []),
    ...(csi ? [...missing('spec.csi.driver', csi.driver), ...missing('spec.csi.volumeHandle', csi.volumeHandle)] : []),
  ];
}

/** Upstream: ValidatePersistentVolumeSpec. */
export function validateVolume({ spec }: PersistentVolume): readonly FieldError[] {
  const [first, ...others] = sourcesOf(spec);
  const capacity = spec?.capacity ?? {};
  const size = capacity['storage'];
  const affinity = spec?.nodeAffinity;
  const errors: FieldError[] = [
    ...((spec?.accessModes ?? []).length === 0 ? [fieldRequired('spec.accessModes')] : []),
    ...modeErrors(spec?.accessModes, 'spec.accessModes'),
  ];
  if (Object.keys(capacity).length === 0) errors.push(fieldRequired('spec.capacity'));
  if (size === undefined || Object.keys(capacity).length > 1) {
    errors.push(fieldNotSupported('spec.capacity', capacity as unknown as string, ['storage']));
  }
  if (size !== undefined) errors.push(...positiveErrors('spec.capacity[storage]', size));
  return [
    ...errors,
    ...oneOf('spec.persistentVolumeReclaimPolicy', spec?.persistentVolumeReclaimPolicy, [
      'Delete',
      'Recycle',
      'Retain',
    ]),
    ...(affinity
      ? affinity.required
        ? validateNodeSelector(affinity.required, 'spec.nodeAffinity.required')
        : [fieldRequired('spec.nodeAffinity.required', 'must specify required node constraints')]
      : []),
    ...others.map((key) => fieldForbidden(`spec.${key}`, 'may not specify more than 1 volume type')),
    ...validateSource(spec),
    ...(first ? [] : [fieldRequired('spec', 'must specify a volume type')]),
    ...(spec?.hostPath?.path === '/' && spec.persistentVolumeReclaimPolicy === 'Recycle'
      ? [fieldForbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")]
      : []),
    ...classNameErrors('spec.storageClassName', spec?.storageClassName),
    ...oneOf('spec.volumeMode', spec?.volumeMode, ['Block', 'Filesystem']),
  ];
}

/** Upstream: ValidatePersistentVolumeUpdate. */
export function validateVolumeUpdate(next: PersistentVolume, old: PersistentVolume): readonly FieldError[] {
  const sourceOf = ({ spec }: PersistentVolume): object =>
    Object.fromEntries(sourcesOf(spec).map((key) => [key, spec![key as keyof PersistentVolumeSpec]]));
  const field = 'spec.persistentvolumesource';
  const affinity = old.spec?.nodeAffinity;
  const [source, before] = [sourceOf(next), sourceOf(old)];
  const diff = isSameStruct('PersistentVolumeSource', before, source)
    ? ''
    : structDiff('PersistentVolumeSource', before, source);
  return [
    ...(diff ? [fieldForbidden(field, `${field} is immutable after creation\n${diff}`)] : []),
    ...immutable('volumeMode', next.spec?.volumeMode, old.spec?.volumeMode),
    ...(affinity && !isSame(next.spec?.nodeAffinity, affinity)
      ? [
          fieldInvalid(
            'spec.nodeAffinity',
            next.spec?.nodeAffinity ?? null,
            'field is immutable, except for updating from beta label to GA',
          ),
        ]
      : []),
  ];
}
