import type { PersistentVolume } from 'kubernetes-types/core/v1';
import { hashText } from '../kernel/index.ts';
import type { Stored } from './object.ts';

/**
 * Name of the VolumeAttachment of a volume on a node, which the kubelet works out for itself: `csi-` and 64 hexadecimal
 * digits, of the volume's handle, the driver and the node. Upstream: pkg/volume/csi/csi_attacher.go.
 */
export function attachmentName(volume: Stored<PersistentVolume>, node: string): string {
  const { driver = '', volumeHandle = '' } = volume.spec?.csi ?? {};
  const parts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((salt) =>
    hashText(`${salt}${volumeHandle}${driver}${node}`).toString(16).padStart(8, '0').slice(-8),
  );
  return `csi-${parts.join('')}`;
}

/**
 * What a node calls the volume in `status.volumesInUse` and `status.volumesAttached`. Upstream: pkg/volume/util/util.go
 * (GetUniqueVolumeName), pkg/volume/csi/csi_plugin.go (GetVolumeName).
 */
export const deviceNameOf = ({ spec }: PersistentVolume): string =>
  `kubernetes.io/csi/${spec?.csi?.driver ?? ''}^${spec?.csi?.volumeHandle ?? ''}`;
