/**
 * Volumes, claims and classes. Upstream: pkg/apis/core/{v1/defaults,validation/validation}.go, pkg/apis/storage.
 */
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimSpec } from 'kubernetes-types/core/v1';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
} from 'kubernetes-types/storage/v1';
import { isSameStruct, structDiff } from '../go-diff.ts';
import type { KindDefinition } from '../kind.ts';
import { keyFaults, nameFaults } from '../names.ts';
import type { KubeObject } from '../object.ts';
import { canonicalAmounts, parseQuantity } from '../quantity.ts';
import { immutable, isSame, oneOf, setDefault } from '../rules.ts';
import { fieldForbidden, fieldInvalid, fieldRequired, type FieldError } from '../status.ts';
import { validateClaimSpec } from './claim-rules.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';
import { canonicaliseResources } from './pod-template.ts';
import { status, stored } from './stored-kind.ts';
import { validateVolume, validateVolumeUpdate } from './volume-kind-rules.ts';

const GROUP = 'storage.k8s.io/v1';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const CLAIM_UPDATE_TEXT =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

const modesText = (modes: readonly string[] | undefined): string =>
  Object.entries(MODES)
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');

export function defaultClaim({ spec }: PersistentVolumeClaim): void {
  if (!spec) return;
  setDefault(spec, 'volumeMode', 'Filesystem');
  if (spec.resources) canonicaliseResources(spec.resources);
}

/** The two specs without what may change: a difference that is left is a fault. Upstream: ValidatePersistentVolumeClaimUpdate. */
function comparableClaims(
  { spec: next }: PersistentVolumeClaim,
  { spec, status: found }: PersistentVolumeClaim,
): readonly [PersistentVolumeClaimSpec, PersistentVolumeClaimSpec] {
  const kept: PersistentVolumeClaimSpec = { ...next };
  const before: PersistentVolumeClaimSpec = { ...spec };
  // Binding names the volume once, and a class may be filled in where there was none.
  if (!before.volumeName && kept.volumeName) before.volumeName = kept.volumeName;
  if (before.storageClassName === undefined) delete kept.storageClassName;
  if (found?.phase !== 'Bound') return [kept, before];
  const [size, wanted] = [before.resources?.requests?.['storage'], kept.resources?.requests];
  if (wanted && size !== undefined) kept.resources = { ...kept.resources, requests: { ...wanted, storage: size } };
  if (kept.volumeAttributesClassName !== undefined) {
    delete kept.volumeAttributesClassName;
    if (before.volumeAttributesClassName) kept.volumeAttributesClassName = before.volumeAttributesClassName;
  }
  return [kept, before];
}

const claimKind: KindDefinition<PersistentVolumeClaim> = stored<PersistentVolumeClaim>(
  'v1',
  'PersistentVolumeClaim',
  'persistentvolumeclaims',
  'namespaced',
  {
    shortNames: ['pvc'],
    support: 'simulated',
    subresources: status('PersistentVolumeClaim'),
    applyDefaults: defaultClaim,
    prepareForCreate(claim) {
      Object.assign(claim, { status: { phase: 'Pending' } });
    },
    validate: ({ spec }) => validateClaimSpec(spec, 'spec'),
    validateUpdate(next, old) {
      const [kept, before] = comparableClaims(next, old);
      if (!isSameStruct('PersistentVolumeClaimSpec', kept, before)) {
        return [
          fieldForbidden('spec', `${CLAIM_UPDATE_TEXT}\n${structDiff('PersistentVolumeClaimSpec', before, kept)}`),
        ];
      }
      const size = (claim: PersistentVolumeClaim): number =>
        parseQuantity(claim.spec?.resources?.requests?.['storage'] ?? '0') ?? 0;
      const capacity = parseQuantity(old.status?.capacity?.['storage'] ?? '0') ?? 0;
      return size(next) < size(old) && size(next) <= capacity
        ? [fieldForbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')]
        : [];
    },
    columns: [
      nameColumn(),
      textColumn('Status', (claim) => (claim.metadata.deletionTimestamp ? 'Terminating' : (claim.status?.phase ?? ''))),
      textColumn('Volume', ({ spec }) => spec?.volumeName ?? ''),
      textColumn('Capacity', (claim) => (claim.spec?.volumeName ? (claim.status?.capacity?.['storage'] ?? '0') : '')),
      textColumn('Access Modes', (claim) => (claim.spec?.volumeName ? modesText(claim.status?.accessModes) : '')),
      textColumn('StorageClass', ({ spec }) => spec?.storageClassName ?? ''),
      textColumn('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
      ageColumn(),
      textColumn('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', 1),
    ],
  },
);

const volumeKind: KindDefinition<PersistentVolume> = stored<PersistentVolume>(
  'v1',
  'PersistentVolume',
  'persistentvolumes',
  'cluster',
  {
    shortNames: ['pv'],
    support: 'simulated',
    subresources: status('PersistentVolume'),
    applyDefaults({ spec }) {
      if (!spec) return;
      setDefault(spec, 'persistentVolumeReclaimPolicy', 'Retain');
      setDefault(spec, 'volumeMode', 'Filesystem');
      const capacity = canonicalAmounts(spec.capacity);
      if (capacity !== spec.capacity) spec.capacity = capacity!;
      if (spec.hostPath) setDefault(spec.hostPath, 'type', '');
    },
    prepareForCreate(volume) {
      Object.assign(volume, { status: { phase: 'Pending' } });
    },
    validate: validateVolume,
    validateUpdate: validateVolumeUpdate,
    columns: [
      nameColumn(),
      textColumn('Capacity', ({ spec }) => spec?.capacity?.['storage'] ?? ''),
      textColumn('Access Modes', ({ spec }) => modesText(spec?.accessModes)),
      textColumn('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
      textColumn('Status', (item) => (item.metadata.deletionTimestamp ? 'Terminating' : (item.status?.phase ?? ''))),
      textColumn('Claim', ({ spec }) =>
        spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '',
      ),
      textColumn('StorageClass', ({ spec }) => spec?.storageClassName ?? ''),
      textColumn('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
      textColumn('Reason', (item) => item.status?.reason ?? ''),
      ageColumn(),
      textColumn('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', 1),
    ],
  },
);

const classKind: KindDefinition<StorageClass> = stored<StorageClass>(
  GROUP,
  'StorageClass',
  'storageclasses',
  'cluster',
  {
    shortNames: ['sc'],
    support: 'simulated',
    applyDefaults(storageClass) {
      setDefault(storageClass, 'reclaimPolicy', 'Delete');
      setDefault(storageClass, 'volumeBindingMode', 'Immediate');
    },
    validate: (item) => [
      ...(item.provisioner
        ? keyFaults(item.provisioner.toLowerCase()).map((text) => fieldInvalid('provisioner', item.provisioner, text))
        : [fieldRequired('provisioner')]),
      ...oneOf('reclaimPolicy', item.reclaimPolicy, ['Delete', 'Retain']),
      ...oneOf('volumeBindingMode', item.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']),
    ],
    validateUpdate: (next, old) => [
      ...(isSame(next.parameters ?? {}, old.parameters ?? {})
        ? []
        : [fieldForbidden('parameters', 'updates to parameters are forbidden.')]),
      ...(next.provisioner === old.provisioner
        ? []
        : [fieldForbidden('provisioner', 'updates to provisioner are forbidden.')]),
      ...(next.reclaimPolicy === old.reclaimPolicy
        ? []
        : [fieldForbidden('reclaimPolicy', 'updates to reclaimPolicy are forbidden.')]),
      ...immutable('volumeBindingMode', next.volumeBindingMode, old.volumeBindingMode),
    ],
    columns: [
      textColumn('Name', ({ metadata }) =>
        metadata.annotations?.[DEFAULT_CLASS] === 'true' ? `${metadata.name} (default)` : metadata.name,
      ),
      textColumn('Provisioner', ({ provisioner }) => provisioner),
      textColumn('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
      textColumn('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? '<unset>'),
      textColumn('AllowVolumeExpansion', ({ allowVolumeExpansion }) => String(allowVolumeExpansion ?? false)),
      ageColumn(),
    ],
  },
);

/** Upstream: pkg/apis/storage/validation (ValidateVolumeAttachment). */
function validateAttachment({ spec }: VolumeAttachment): readonly FieldError[] {
  const { attacher = '', nodeName = '', source } = spec ?? {};
  const { inlineVolumeSpec, persistentVolumeName } = source ?? {};
  const errors: FieldError[] = [];
  if (attacher === '') errors.push(fieldRequired('spec.attacher'));
  const text = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (!inlineVolumeSpec && !persistentVolumeName) errors.push(fieldRequired('spec.source', text));
  if (inlineVolumeSpec && persistentVolumeName) errors.push(fieldForbidden('spec.source', text));
  return [...errors, ...nameFaults('subdomain', nodeName).map((why) => fieldInvalid('spec.nodeName', nodeName, why))];
}

const driverKind: KindDefinition<CSIDriver> = stored<CSIDriver>(GROUP, 'CSIDriver', 'csidrivers', 'cluster', {
  support: 'simulated',
  applyDefaults(driver) {
    // The struct is always there in Go.
    const spec = driver.spec ?? {};
    driver.spec = spec;
    setDefault(spec, 'attachRequired', true);
    setDefault(spec, 'podInfoOnMount', false);
    setDefault(spec, 'storageCapacity', false);
    setDefault(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType');
    setDefault(spec, 'volumeLifecycleModes', ['Persistent']);
    setDefault(spec, 'requiresRepublish', false);
    setDefault(spec, 'seLinuxMount', false);
  },
  columns: [
    nameColumn(),
    textColumn('AttachRequired', ({ spec }) => String(spec.attachRequired ?? true)),
    textColumn('PodInfoOnMount', ({ spec }) => String(spec.podInfoOnMount ?? false)),
    textColumn('StorageCapacity', ({ spec }) => String(spec.storageCapacity ?? false)),
    textColumn(
      'TokenRequests',
      ({ spec }) => (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',') || '<unset>',
    ),
    textColumn('RequiresRepublish', ({ spec }) => String(spec.requiresRepublish ?? false)),
    textColumn('Modes', ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || '<none>'),
    ageColumn(),
  ],
});

export const STORAGE_KINDS = [
  volumeKind,
  claimKind,
  classKind,
  driverKind,
  stored<CSINode>(GROUP, 'CSINode', 'csinodes', 'cluster', {
    support: 'simulated',
    columns: [nameColumn(), textColumn('Drivers', ({ spec }) => spec?.drivers?.length ?? 0), ageColumn()],
  }),
  stored<CSIStorageCapacity>(GROUP, 'CSIStorageCapacity', 'csistoragecapacities', 'namespaced', {
    columns: [
      nameColumn(),
      textColumn('StorageClassName', ({ storageClassName }) => storageClassName ?? ''),
      textColumn('Capacity', ({ capacity }) => capacity ?? '<unset>'),
    ],
  }),
  stored<VolumeAttachment>(GROUP, 'VolumeAttachment', 'volumeattachments', 'cluster', {
    support: 'simulated',
    validate: validateAttachment,
    validateUpdate: (next, old) => immutable('spec', next.spec, old.spec),
    subresources: status('VolumeAttachment'),
    columns: [
      nameColumn(),
      textColumn('Attacher', ({ spec }) => spec.attacher),
      textColumn('PV', ({ spec }) => spec.source.persistentVolumeName ?? ''),
      textColumn('Node', ({ spec }) => spec.nodeName),
      textColumn('Attached', (item) => String(item.status?.attached ?? false)),
      ageColumn(),
    ],
  }),
  stored<KubeObject & { driverName?: string }>(GROUP, 'VolumeAttributesClass', 'volumeattributesclasses', 'cluster', {
    shortNames: ['vac'],
    columns: [nameColumn(), textColumn('DriverName', ({ driverName }) => driverName ?? ''), ageColumn()],
  }),
] as readonly KindDefinition[];
