/** Other API objects that a pod's spec names. Upstream: pkg/api/pod/util.go (VisitPodSecretNames, HasAPIObjectReference). */
import type { Container, Pod, Volume } from 'kubernetes-types/core/v1';

type Names = readonly (string | undefined)[];

const containersOf = ({ spec }: Pod): readonly Pick<Container, 'env' | 'envFrom'>[] => [
  ...(spec?.initContainers ?? []),
  ...(spec?.containers ?? []),
  ...(spec?.ephemeralContainers ?? []),
];

/** Names of ConfigMaps; undefined stands for what names none. */
export function configMapNamesOf(pod: Pod): Names {
  const volumes = pod.spec?.volumes ?? [];
  const containers = containersOf(pod);
  return [
    ...volumes.map(({ configMap }) => configMap?.name),
    ...volumes.flatMap(({ projected }) => (projected?.sources ?? []).map(({ configMap }) => configMap?.name)),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ configMapRef }) => configMapRef?.name)),
    ...containers.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name)),
  ];
}

/** Names of Secrets; undefined stands for what names none. */
export function secretNamesOf(pod: Pod): Names {
  const volumes = pod.spec?.volumes ?? [];
  const containers = containersOf(pod);
  return [
    ...volumes.map(({ secret, csi }) => secret?.secretName ?? csi?.nodePublishSecretRef?.name),
    ...volumes.flatMap(({ projected }) => (projected?.sources ?? []).map(({ secret }) => secret?.name)),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ secretRef }) => secretRef?.name)),
    ...containers.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name)),
    ...(pod.spec?.imagePullSecrets ?? []).map(({ name }) => name),
  ];
}

/** The first kind of object that a pod cannot do without, as messages name it: `secrets`, `persistentvolumeclaims`. */
export function apiReferenceOf(pod: Pod): string | undefined {
  if (pod.spec?.serviceAccountName) return 'serviceaccounts';
  if (secretNamesOf(pod).some(Boolean)) return 'secrets';
  if (configMapNamesOf(pod).some(Boolean)) return 'configmaps';
  if ((pod.spec?.resourceClaims?.length ?? 0) > 0) return 'resourceclaims';
  for (const volume of pod.spec?.volumes ?? []) {
    const found = volumeReferenceOf(volume);
    if (found !== undefined) return found;
  }
  return undefined;
}

function volumeReferenceOf(volume: Volume): string | undefined {
  if (volume.configMap) return 'configmaps (via configmap volumes)';
  if (volume.secret) return 'secrets (via secret volumes)';
  if (volume.csi) return 'csidrivers (via CSI volumes)';
  if (volume.glusterfs) return 'endpoints (via glusterFS volumes)';
  if (volume.persistentVolumeClaim) return 'persistentvolumeclaims';
  if (volume.ephemeral) return 'persistentvolumeclaims (via ephemeral volumes)';
  if (volume.azureFile) return 'secrets (via azureFile volumes)';
  for (const source of volume.projected?.sources ?? []) {
    if (source.configMap) return 'configmaps (via projected volumes)';
    if (source.secret) return 'secrets (via projected volumes)';
    if (source.serviceAccountToken) return 'serviceaccounts (via projected volumes)';
    if (source.clusterTrustBundle) return 'clustertrustbundles';
    if ('podCertificate' in source) return 'podcertificates';
  }
  return undefined;
}
