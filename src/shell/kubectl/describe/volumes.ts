/** Volumes of a pod. Upstream: kubectl/pkg/describe/describe.go (describeVolumes). */
import type { Volume } from 'kubernetes-types/core/v1';
import type { DescribeWriter } from './writer.ts';

export function writeVolumes(writer: DescribeWriter, volumes: readonly Volume[] | undefined, space = ''): void {
  if (!volumes?.length) return writer.line(0, `${space}Volumes:\t<none>`);
  writer.line(0, `${space}Volumes:`);
  for (const volume of volumes) {
    writer.line(1, `${space === '' ? '' : ' '}${volume.name}:`);
    for (const line of linesOf(volume)) writer.line(2, line);
  }
}

type Source = (volume: Volume) => readonly string[] | undefined;

const SOURCES: readonly Source[] = [
  ({ hostPath }) =>
    hostPath && [
      'Type:\tHostPath (bare host directory volume)',
      `Path:\t${hostPath.path}`,
      `HostPathType:\t${hostPath.type ?? '<none>'}`,
    ],
  ({ emptyDir }) =>
    emptyDir && [
      "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
      `Medium:\t${emptyDir.medium ?? ''}`,
      `SizeLimit:\t${emptyDir.sizeLimit === undefined ? '<unset>' : String(emptyDir.sizeLimit)}`,
    ],
  ({ secret }) =>
    secret && [
      'Type:\tSecret (a volume populated by a Secret)',
      `SecretName:\t${secret.secretName ?? ''}`,
      `Optional:\t${secret.optional ?? false}`,
    ],
  ({ configMap }) =>
    configMap && [
      'Type:\tConfigMap (a volume populated by a ConfigMap)',
      `Name:\t${configMap.name ?? ''}`,
      `Optional:\t${configMap.optional ?? false}`,
    ],
  ({ persistentVolumeClaim: claim }) =>
    claim && [
      'Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
      `ClaimName:\t${claim.claimName}`,
      `ReadOnly:\t${claim.readOnly ?? false}`,
    ],
  ({ downwardAPI }) =>
    downwardAPI && [
      'Type:\tDownwardAPI (a volume populated by information about the pod)',
      'Items:',
      ...(downwardAPI.items ?? []).map(({ path, fieldRef, resourceFieldRef }) =>
        fieldRef ? `  ${fieldRef.fieldPath} -> ${path}` : `  ${resourceFieldRef?.resource ?? ''} -> ${path}`,
      ),
    ],
  ({ projected }) =>
    projected && [
      'Type:\tProjected (a volume that contains injected data from multiple sources)',
      ...(projected.sources ?? []).flatMap(({ secret, configMap, downwardAPI, serviceAccountToken }) => {
        if (secret) return [`SecretName:\t${secret.name ?? ''}`, `Optional:\t${secret.optional ?? false}`];
        if (configMap) return [`ConfigMapName:\t${configMap.name ?? ''}`, `Optional:\t${configMap.optional ?? false}`];
        if (downwardAPI) return ['DownwardAPI:\ttrue'];
        return serviceAccountToken ? [`TokenExpirationSeconds:\t${serviceAccountToken.expirationSeconds ?? 3600}`] : [];
      }),
    ],
  ({ nfs }) =>
    nfs && [
      'Type:\tNFS (an NFS mount that lasts the lifetime of a pod)',
      `Server:\t${nfs.server}`,
      `Path:\t${nfs.path}`,
      `ReadOnly:\t${nfs.readOnly ?? false}`,
    ],
  ({ csi }) =>
    csi && [
      'Type:\tCSI (a Container Storage Interface (CSI) volume source)',
      `Driver:\t${csi.driver}`,
      `FSType:\t${csi.fsType ?? ''}`,
      `ReadOnly:\t${csi.readOnly ?? false}`,
      ...attributes(csi.volumeAttributes),
    ],
  ({ ephemeral }) =>
    ephemeral && [
      'Type:\tEphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    ],
];

function attributes(values: Readonly<Record<string, string>> | undefined): readonly string[] {
  const keys = Object.keys(values ?? {}).sort();
  if (keys.length === 0) return ['VolumeAttributes:\t<none>'];
  return keys.map(
    (key, index) => `${index === 0 ? 'VolumeAttributes:' : ''}\t    ${index === 0 ? '' : ''}${key}=${values![key]}`,
  );
}

function linesOf(volume: Volume): readonly string[] {
  for (const source of SOURCES) {
    const lines = source(volume);
    if (lines) return lines;
  }
  return ['<unknown>'];
}
