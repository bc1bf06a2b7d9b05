/**
 * Rules of the volumes of a pod. Upstream: pkg/apis/core/validation/validation.go (ValidateVolumes, validateVolumeSource).
 * Left out: sources of storage systems that nothing here mounts, of which only the number is checked.
 */
import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  PersistentVolumeClaimSpec,
  ProjectedVolumeSource,
  Volume,
  VolumeProjection,
} from 'kubernetes-types/core/v1';
import { nameFaults, validateAnnotations, validateLabels, validateName } from '../names.ts';
import { parseQuantity } from '../quantity.ts';
import { localPathErrors, noBackstepErrors, oneOf } from '../rules.ts';
import { fieldDuplicate, fieldForbidden, fieldInvalid, fieldRequired, type FieldError } from '../status.ts';
import { validateClaimSpec } from './claim-rules.ts';
import { validateFieldRef, validateResourceRef, VOLUME_FIELDS } from './downward-rules.ts';

export const MODE_TEXT = 'must be a number between 0 and 0777 (octal), both inclusive';

/** Sources in the order in which upstream looks at them: the first is the one, all others are too many. */
const SOURCES =
  'emptyDir hostPath gitRepo gcePersistentDisk awsElasticBlockStore secret nfs iscsi glusterfs flocker persistentVolumeClaim rbd cinder cephfs quobyte downwardAPI fc flexVolume configMap azureFile vsphereVolume photonPersistentDisk portworxVolume azureDisk storageos projected scaleIO csi ephemeral image'.split(
    ' ',
  );
const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

export interface Volumes {
  /** Those without a fault, by name: mounts find no others. */
  readonly byName: ReadonlyMap<string, Volume>;
  readonly errors: readonly FieldError[];
}

/** `podName` is that of a Pod itself, undefined in a template. */
export function validateVolumes(volumes: readonly Volume[], path: string, podName: string | undefined): Volumes {
  const byName = new Map<string, Volume>();
  const errors: FieldError[] = [];
  const created = new Set(volumes.filter(({ ephemeral }) => ephemeral).map(({ name }) => `${podName ?? ''}-${name}`));
  volumes.forEach((volume, index) => {
    const field = `${path}[${index}]`;
    const name = volume.name ?? '';
    const found = [
      ...validateSource(volume, field, podName),
      ...validateName(`${field}.name`, name, 'label'),
      ...(byName.has(name) ? [fieldDuplicate(`${field}.name`, name)] : []),
    ];
    if (found.length === 0) byName.set(name, volume);
    errors.push(...found);
    const claim = volume.persistentVolumeClaim?.claimName ?? '';
    if (podName && created.has(claim)) {
      const text = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(fieldInvalid(`${field}.persistentVolumeClaim.claimName`, claim, text));
    }
  });
  return { byName, errors };
}

function validateSource(volume: Volume, path: string, podName: string | undefined): readonly FieldError[] {
  const given = SOURCES.filter((source) => (volume as unknown as Record<string, unknown>)[source]);
  const [first, ...others] = given;
  if (first === undefined) return [fieldRequired(path, 'must specify a volume type')];
  return [
    ...validateOne(volume, first, `${path}.${first}`, path, podName),
    ...others.map((source) => fieldForbidden(`${path}.${source}`, 'may not specify more than 1 volume type')),
  ];
}

function validateOne(
  volume: Volume,
  source: string,
  field: string,
  path: string,
  podName: string | undefined,
): readonly FieldError[] {
  const need = (name: string, value: string | undefined): readonly FieldError[] =>
    value ? [] : [fieldRequired(`${field}.${name}`)];
  switch (source) {
    case 'emptyDir': {
      const limit = volume.emptyDir?.sizeLimit;
      if (limit === undefined || (parseQuantity(limit) ?? 0) >= 0) return [];
      return [fieldForbidden(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')];
    }
    case 'hostPath':
      if (!volume.hostPath?.path) return need('path', undefined);
      return [
        ...noBackstepErrors(`${field}.path`, volume.hostPath.path),
        ...oneOf(`${field}.type`, volume.hostPath.type, HOST_PATH_TYPES),
      ];
    case 'secret':
      return [
        ...need('secretName', volume.secret?.secretName),
        ...validateItems(volume.secret?.defaultMode, volume.secret?.items, field),
      ];
    case 'configMap':
      return [
        ...need('name', volume.configMap?.name),
        ...validateItems(volume.configMap?.defaultMode, volume.configMap?.items, field),
      ];
    case 'nfs': {
      const target = volume.nfs?.path ?? '';
      const isAbsolute = target.startsWith('/');
      return [
        ...need('server', volume.nfs?.server),
        ...need('path', target),
        ...(isAbsolute ? [] : [fieldInvalid(`${field}.path`, target, 'must be an absolute path')]),
      ];
    }
    case 'persistentVolumeClaim':
      return need('claimName', volume.persistentVolumeClaim?.claimName);
    case 'downwardAPI':
      return [
        ...modeErrors(`${field}.defaultMode`, volume.downwardAPI?.defaultMode),
        ...(volume.downwardAPI?.items ?? []).flatMap((file) => validateFile(file, field)),
      ];
    case 'projected':
      return volume.projected ? validateProjected(volume.projected, field) : [];
    case 'azureFile':
      return [...need('secretName', volume.azureFile?.secretName), ...need('shareName', volume.azureFile?.shareName)];
    case 'csi':
      return validateDriverName(`${field}.driver`, volume.csi?.driver);
    case 'ephemeral':
      return validateEphemeral(volume, field, path, podName);
    default:
      return [];
  }
}

export function validateDriverName(field: string, driver = ''): readonly FieldError[] {
  if (driver === '') return [fieldRequired(field), ...nameErrors(field, driver)];
  const tooLong: FieldError = { type: 'FieldValueTooLong', field, message: 'Too long: may not be more than 63 bytes' };
  return [...(driver.length > 63 ? [tooLong] : []), ...nameErrors(field, driver)];
}

const nameErrors = (field: string, driver: string): readonly FieldError[] =>
  nameFaults('subdomain', driver.toLowerCase()).map((text) => fieldInvalid(field, driver, text));

const modeErrors = (field: string, mode: number | undefined): readonly FieldError[] =>
  mode === undefined || (mode >= 0 && mode <= 0o777) ? [] : [fieldInvalid(field, mode, MODE_TEXT)];

function validateItems(mode: number | undefined, items: readonly KeyToPath[] = [], field: string): FieldError[] {
  return [
    ...modeErrors(`${field}.defaultMode`, mode),
    ...items.flatMap((item, index) => validateItem(item, `${field}.items[${index}]`)),
  ];
}

function validateItem({ key, path = '', mode }: KeyToPath, field: string): readonly FieldError[] {
  return [
    ...(key ? [] : [fieldRequired(`${field}.key`)]),
    ...(path ? [] : [fieldRequired(`${field}.path`)]),
    ...localPathErrors(`${field}.path`, path),
    ...modeErrors(`${field}.mode`, mode),
  ];
}

/** Faults of a file are told of the volume as a whole, without the file's index. */
function validateFile(file: DownwardAPIVolumeFile, field: string): readonly FieldError[] {
  const { path = '', fieldRef, resourceFieldRef, mode } = file;
  const errors: FieldError[] = [
    ...(path ? [] : [fieldRequired(`${field}.path`)]),
    ...localPathErrors(`${field}.path`, path),
  ];
  if (fieldRef) {
    errors.push(...validateFieldRef(fieldRef, VOLUME_FIELDS, `${field}.fieldRef`));
    if (resourceFieldRef) {
      const text = 'fieldRef and resourceFieldRef can not be specified simultaneously';
      errors.push(fieldInvalid(field, 'resource', text));
    }
  } else if (resourceFieldRef) {
    errors.push(...validateResourceRef(resourceFieldRef, `${field}.resourceFieldRef`, true));
  } else errors.push(fieldRequired(field, 'one of fieldRef and resourceFieldRef is required'));
  return [...errors, ...modeErrors(`${field}.mode`, mode)];
}

const HOUR_SIXTH_SECONDS = 600;
const TOKEN_MAX_SECONDS = 2 ** 32;

function validateProjected(projected: ProjectedVolumeSource, field: string): readonly FieldError[] {
  const paths = new Set<string>();
  const errors: FieldError[] = [...modeErrors(`${field}.defaultMode`, projected.defaultMode)];
  const take = (path: string | undefined, value: string): void => {
    if (!path) return;
    if (paths.has(path)) errors.push(fieldInvalid(field, value, 'conflicting duplicate paths'));
    paths.add(path);
  };
  (projected.sources ?? []).forEach((source: VolumeProjection, index) => {
    const at = `${field}.sources[${index}]`;
    for (const kind of ['secret', 'configMap'] as const) {
      const part = source[kind];
      if (!part) continue;
      if (!part.name) errors.push(fieldRequired(`${at}.${kind}.name`));
      (part.items ?? []).forEach((item, position) => {
        errors.push(...validateItem(item, `${at}.${kind}.items[${position}]`));
        take(item.path, part.name ?? '');
      });
    }
    for (const file of source.downwardAPI?.items ?? []) {
      errors.push(...validateFile(file, `${at}.downwardAPI`));
      take(file.path, file.path);
    }
    const token = source.serviceAccountToken;
    if (token) {
      const seconds = token.expirationSeconds ?? 3600;
      const fault = (text: string): void =>
        void errors.push(fieldInvalid(`${at}.serviceAccountToken.expirationSeconds`, seconds, text));
      if (seconds < HOUR_SIXTH_SECONDS) fault('may not specify a duration less than 10 minutes');
      if (seconds > TOKEN_MAX_SECONDS) fault('may not specify a duration larger than 2^32 seconds');
      if (token.path) errors.push(...localPathErrors(`${field}.path`, token.path));
      else errors.push(fieldRequired(`${field}.path`));
    }
    if (Object.keys(source).length > 1) {
      errors.push(fieldForbidden(at, 'may not specify more than 1 volume type per source'));
    }
  });
  return errors;
}

function validateEphemeral(
  { name, ephemeral }: Volume,
  field: string,
  path: string,
  podName: string | undefined,
): readonly FieldError[] {
  const template = ephemeral?.volumeClaimTemplate;
  if (!template) return [fieldRequired(`${field}.volumeClaimTemplate`)];
  const at = `${field}.volumeClaimTemplate`;
  const { annotations, labels } = template.metadata ?? {};
  const claim = `${podName ?? ''}-${name}`;
  const faults = podName && name ? nameFaults('subdomain', claim) : [];
  return [
    ...(annotations ? validateAnnotations(annotations, `${at}.metadata.annotations`) : []),
    ...(labels ? validateLabels(labels, `${at}.metadata.labels`) : []),
    ...validateClaimSpec(template.spec as PersistentVolumeClaimSpec | undefined, `${at}.spec`),
    ...faults.map((text) => fieldInvalid(`${path}.name`, name, `PVC name ${JSON.stringify(claim)}: ${text}`)),
  ];
}
