/**
 * What is doubtful about an object and yet accepted: said in warnings.
 * Upstream: WarningsOnCreate and WarningsOnUpdate of the strategies, pkg/api/{service,persistentvolume,
 * persistentvolumeclaim}. Left out: addresses that are not written as usual, volume plugins that are gone.
 */
import type { PersistentVolume, PersistentVolumeClaim, Service } from 'kubernetes-types/core/v1';
import type { KubeObject } from './object.ts';
import { podWarnings } from './pod-warnings.ts';
import { canonicalQuantity, milliValue } from './quantity.ts';

type Said = readonly string[];

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const STORAGE_CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const MOUNT_OPTIONS_ANNOTATION = 'volume.beta.kubernetes.io/mount-options';

/** Warnings of a new object, or, with `old`, of a changed one. */
export function objectWarnings(object: KubeObject, old?: KubeObject): Said {
  switch (object.kind) {
    case 'Ingress':
      return old || object.metadata?.annotations?.[CLASS_ANNOTATION] === undefined
        ? []
        : [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
    case 'Service':
      return serviceWarnings(object as Service);
    case 'PersistentVolume':
      return [
        ...annotationWarning(object, STORAGE_CLASS_ANNOTATION, 'deprecated since v1.8; use "storageClassName"'),
        ...annotationWarning(object, MOUNT_OPTIONS_ANNOTATION, 'deprecated since v1.31; use "mountOptions"'),
        ...((object as PersistentVolume).spec?.persistentVolumeReclaimPolicy === 'Recycle'
          ? [
              'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
            ]
          : []),
      ];
    case 'PersistentVolumeClaim':
      return [
        ...annotationWarning(object, STORAGE_CLASS_ANNOTATION, 'deprecated since v1.8; use "storageClassName"'),
        ...sizeWarnings(object as PersistentVolumeClaim),
      ];
    default:
      return podWarnings(object, old);
  }
}

const annotationWarning = ({ metadata }: KubeObject, key: string, text: string): Said =>
  metadata?.annotations?.[key] === undefined ? [] : [`metadata.annotations[${key}]: ${text} attribute instead`];

/** Upstream: GetWarningsForPersistentVolumeClaimSpec. */
function sizeWarnings({ spec }: PersistentVolumeClaim): Said {
  return (['requests', 'limits'] as const).flatMap((side) => {
    const size = spec?.resources?.[side]?.['storage'];
    if (size === undefined || milliValue(size) % 1000 === 0) return [];
    const value = JSON.stringify(canonicalQuantity(size));
    return [`spec.resources.${side}[storage]: fractional byte value ${value} is invalid, must be an integer`];
  });
}

/** Upstream: GetWarningsForService. */
function serviceWarnings({ spec }: Service): Said {
  const { type, clusterIP, loadBalancerIP, externalIPs = [], externalName, sessionAffinity = 'None' } = spec ?? {};
  const isHeadless = type === 'ClusterIP' && clusterIP === 'None';
  const hasOwnName = type === 'ExternalName';
  const ignored = (field: string, isIgnored: boolean, when: string): Said =>
    isIgnored ? [`spec.${field} is ignored ${when}`] : [];
  return [
    ...ignored('loadBalancerIP', isHeadless && Boolean(loadBalancerIP), 'for headless services'),
    ...ignored('externalIPs', isHeadless && externalIPs.length > 0, 'for headless services'),
    ...ignored('SessionAffinity', isHeadless && sessionAffinity !== 'None', 'for headless services'),
    ...ignored('externalIPs', hasOwnName && externalIPs.length > 0, 'when spec.type is "ExternalName"'),
    ...ignored('externalName', !hasOwnName && Boolean(externalName), `when spec.type is not "ExternalName"`),
  ];
}
