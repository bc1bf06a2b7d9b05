/**
 * Volumes of in-tree plugins as the CSI drivers that have taken them over know them.
 * Upstream: csi-translation-lib (translate.go, plugins/*.go), framework/plugins/nodevolumelimits/utils.go (isCSIMigrationOn).
 */
import type { PersistentVolumeSpec, Volume } from 'kubernetes-types/core/v1';
import type { CSINode } from 'kubernetes-types/storage/v1';

/** Where a node says which in-tree plugins it leaves to CSI drivers, with commas between. */
export const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';

export interface AttachedSource {
  readonly driver: string;
  readonly volumeHandle: string;
}

interface Migration {
  readonly plugin: string;
  readonly driver: string;
  /** Undefined when the source is not of the plugin. */
  readonly handleOf: (source: Volume | PersistentVolumeSpec) => string | undefined;
}

/** `aws://zone/volume` is the older form of an EBS volume's name. */
const ebsVolume = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

const MIGRATIONS: readonly Migration[] = [
  {
    plugin: 'kubernetes.io/aws-ebs',
    driver: 'ebs.csi.aws.com',
    handleOf: ({ awsElasticBlockStore: disk }) => disk && ebsVolume(disk.volumeID),
  },
  {
    plugin: 'kubernetes.io/gce-pd',
    driver: 'pd.csi.storage.gke.io',
    handleOf: ({ gcePersistentDisk: disk }) => disk && `projects/UNSPECIFIED/zones/UNSPECIFIED/disks/${disk.pdName}`,
  },
  {
    plugin: 'kubernetes.io/azure-disk',
    driver: 'disk.csi.azure.com',
    handleOf: ({ azureDisk }) => azureDisk?.diskURI,
  },
  {
    plugin: 'kubernetes.io/azure-file',
    driver: 'file.csi.azure.com',
    handleOf: ({ azureFile }) => azureFile?.shareName,
  },
  {
    plugin: 'kubernetes.io/cinder',
    driver: 'cinder.csi.openstack.org',
    handleOf: ({ cinder }) => cinder?.volumeID,
  },
  {
    plugin: 'kubernetes.io/vsphere-volume',
    driver: 'csi.vsphere.vmware.com',
    handleOf: ({ vsphereVolume }) => vsphereVolume?.volumePath,
  },
  {
    plugin: 'kubernetes.io/portworx-volume',
    driver: 'pxd.portworx.com',
    handleOf: ({ portworxVolume }) => portworxVolume?.volumeID,
  },
];

/** What a volume of an in-tree plugin is for its CSI driver; undefined for all others. */
export function migratedSource(
  source: Volume | PersistentVolumeSpec,
): (AttachedSource & { readonly plugin: string }) | undefined {
  for (const { plugin, driver, handleOf } of MIGRATIONS) {
    const volumeHandle = handleOf(source);
    if (volumeHandle !== undefined) return { plugin, driver, volumeHandle };
  }
  return undefined;
}

/** The CSI driver that provisions for an in-tree plugin. */
export const driverOfPlugin = (name: string): string | undefined =>
  MIGRATIONS.find(({ plugin }) => plugin === name)?.driver;

/** Whether a node leaves the volumes of an in-tree plugin to its CSI driver. */
export const isMigrated = (node: CSINode | undefined, plugin: string): boolean =>
  node?.metadata?.annotations?.[MIGRATED_PLUGINS]?.split(',').includes(plugin) ?? false;
