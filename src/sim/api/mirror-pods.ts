/**
 * Static pods and their mirrors. A kubelet runs a static pod from a file, and shows it in the API as a mirror pod: an
 * object with a uid of its own. What runs on the node goes by the uid of the static pod, the hash of its file.
 * Upstream: pkg/kubelet/types/pod_update.go, pkg/kubelet/pod/pod_manager.go (TranslatePodUID).
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { KubeObject, Stored } from './object.ts';

export const CONFIG_SOURCE = 'kubernetes.io/config.source';
export const CONFIG_HASH = 'kubernetes.io/config.hash';
export const CONFIG_SEEN = 'kubernetes.io/config.seen';
export const CONFIG_MIRROR = 'kubernetes.io/config.mirror';

/** The hash of the static pod that an object mirrors; undefined for a pod that is none. */
export const mirroredHashOf = ({ metadata }: KubeObject): string | undefined =>
  metadata?.annotations?.[CONFIG_MIRROR] ?? undefined;

export const isMirrorPod = (pod: KubeObject): boolean => mirroredHashOf(pod) !== undefined;

/** By which uid a node knows the containers, logs and volumes of a pod of the API. */
export const runtimeUidOf = (pod: Stored<Pod>): string => mirroredHashOf(pod) ?? pod.metadata.uid;
