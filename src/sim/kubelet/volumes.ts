/**
 * Volumes of a pod: what has to be there before its sandbox, their files, and where containers see them. Upstream:
 * pkg/kubelet/volumemanager, pkg/volume/{configmap,secret,projected,downwardapi,emptydir,hostpath,csi}. Left out: in-tree cloud
 * volumes, image volumes, file modes.
 */
import type { Container, KeyToPath, Pod, Volume, VolumeProjection } from 'kubernetes-types/core/v1';
import { deviceNameOf } from '../api/attachment.ts';
import type { Stored } from '../api/object.ts';
import type { Client } from '../client/index.ts';
import type { FileEntry, Mount, VolumeStore } from '../workloads/index.ts';
import { fieldOf, resourceOf, textsOf, type EnvironmentFacts } from './environment.ts';

export interface VolumeFacts extends Pick<EnvironmentFacts, 'client' | 'podIp' | 'hostIp' | 'allocatable'> {
  readonly store: VolumeStore;
  readonly node: string;
  readonly nowMs: number;
  /** A mounter that only pretends finds whatever it is to mount from the host. */
  readonly isPretended?: boolean;
  /** The pod runs already: only files that follow an object are looked at. */
  readonly isAgain?: boolean;
  /** Takes note that the pod needs a device; true once it may be mounted here. */
  isAttached(device: string): boolean;
}

/** A volume that cannot be mounted. Without a text of its own it is waited for, in silence. */
export interface VolumeFault {
  readonly volume: string;
  /** Of the event that its mounter leaves. */
  readonly message?: string;
  /** It is not even known what is to be mounted: that is told of the pod as a whole. */
  readonly problem?: string;
  readonly isUnattached?: true;
}

/** Upstream: pkg/kubelet/volumemanager (podAttachAndMountTimeout). */
export const MOUNT_TIMEOUT_MS = 123_000;

/**
 * What events say of volumes that cannot be mounted. That the wait for the others has run out leaves none. Upstream:
 * pkg/kubelet/volumemanager/volume_manager.go (WaitForAttachAndMount), pkg/kubelet/kubelet.go (SyncPod).
 */
export function faultTexts(faults: readonly VolumeFault[]): readonly string[] {
  const texts = faults.flatMap(({ message }) => (message ? [message] : []));
  const problems = faults.filter(({ problem }) => problem !== undefined);
  if (problems.length === 0) return texts;
  const named = (some: readonly VolumeFault[]): string => `[${some.map(({ volume }) => volume).join(' ')}]`;
  const unattached = faults.filter(({ isUnattached }) => isUnattached);
  const lists = `unmounted volumes=${named(faults)}, unattached volumes=${named(unattached)}, failed to process volumes=${named(problems)}`;
  return [
    ...texts,
    `Unable to attach or mount volumes: ${lists}: ${problems.map(({ problem }) => problem).join('; ')}`,
  ];
}

type Files = Map<string, FileEntry>;

const setUpFailed = (volume: string, why: string): VolumeFault => ({
  volume,
  message: `MountVolume.SetUp failed for volume "${volume}" : ${why}`,
});

/** Mounts all volumes of a pod that containers use; the faults of those that cannot be. */
export function mountVolumes(pod: Stored<Pod>, facts: VolumeFacts): readonly VolumeFault[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    const fault = mountVolume(pod, volume, facts);
    return fault ? [fault] : [];
  });
}

function mountVolume(pod: Stored<Pod>, volume: Volume, facts: VolumeFacts): VolumeFault | undefined {
  const { configMap, secret, projected, downwardAPI, hostPath, persistentVolumeClaim, ephemeral } = volume;
  if (facts.isAgain && !isRefreshed(volume)) return undefined;
  if (hostPath) return facts.isPretended ? undefined : hostPathFault(volume, facts);
  if (persistentVolumeClaim) return claimFault(pod, volume.name, persistentVolumeClaim.claimName, facts);
  if (ephemeral) return claimFault(pod, volume.name, `${pod.metadata.name}-${volume.name}`, facts);
  const sources: readonly VolumeProjection[] | undefined = configMap
    ? [{ configMap }]
    : secret
      ? [{ secret: { ...secret, name: secret.secretName ?? '' } }]
      : downwardAPI
        ? [{ downwardAPI }]
        : projected?.sources;
  if (!sources) return undefined;
  const files: Files = new Map();
  for (const source of sources) {
    if (facts.isAgain && isImmutable(pod, source, facts.client)) return undefined;
    const fault = project(pod, source, files, facts);
    if (fault) return setUpFailed(volume.name, fault);
  }
  const key = podVolume(pod, volume.name);
  if (!facts.isAgain || differs(files, facts.store.get(key).files)) facts.store.project(key, files);
  return undefined;
}

const differs = (files: Files, old: ReadonlyMap<string, FileEntry>): boolean =>
  files.size !== old.size || [...files].some(([path, { text }]) => old.get(path)?.text !== text);

/** An immutable object is read once: what a pod has of it stays, even when another of its name has come. */
function isImmutable(pod: Stored<Pod>, { configMap, secret }: VolumeProjection, client: Client): boolean {
  const { namespace } = pod.metadata;
  const found = configMap
    ? client.get('configmaps', namespace, configMap.name ?? '')
    : secret && client.get('secrets', namespace, secret.name ?? '');
  return found?.ok === true && found.object.immutable === true;
}

export const podVolume = (pod: Stored<Pod>, name: string): string => `pod/${pod.metadata.uid}/${name}`;

/** Adds the files of one source; the fault where it is missing. */
function project(pod: Stored<Pod>, source: VolumeProjection, files: Files, facts: VolumeFacts): string | undefined {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  const add = (path: string, text: string): void => {
    const bytes = new TextEncoder().encode(text).length;
    files.set(`/${path}`, { text, bytes, modifiedAt: facts.nowMs });
  };
  if (serviceAccountToken) {
    add(
      serviceAccountToken.path,
      `eyJhbGciOiJSUzI1NiJ9.${pod.metadata.uid}.${pod.spec?.serviceAccountName ?? 'default'}`,
    );
    return undefined;
  }
  if (downwardAPI) {
    for (const { path, fieldRef, resourceFieldRef } of downwardAPI.items ?? []) {
      const spec =
        pod.spec?.containers.find(({ name }) => name === resourceFieldRef?.containerName) ?? pod.spec!.containers[0]!;
      if (fieldRef) add(path, fieldOf(pod, fieldRef.fieldPath, facts));
      else if (resourceFieldRef)
        add(path, resourceOf(spec, resourceFieldRef.resource, resourceFieldRef.divisor, facts.allocatable));
    }
    return undefined;
  }
  const [resource, reference] = configMap ? (['configmaps', configMap] as const) : (['secrets', secret] as const);
  if (!reference) return undefined;
  const { name = '', items, optional = false } = reference;
  const data = textsOf(facts.client, resource, pod.metadata.namespace!, name);
  const kind = resource === 'configmaps' ? 'configmap' : 'secret';
  if (!data) return optional ? undefined : `${kind} "${name}" not found`;
  return addKeys(data, items, optional, add)
    ? undefined
    : `${resource === 'configmaps' ? 'configmap references non-existent config key' : 'references non-existent secret key'}: ${missingKey(data, items)}`;
}

function addKeys(
  data: Readonly<Record<string, string>>,
  items: readonly KeyToPath[] | undefined,
  isOptional: boolean,
  add: (path: string, text: string) => void,
): boolean {
  if (!items) for (const [key, text] of Object.entries(data)) add(key, text);
  for (const { key, path } of items ?? []) {
    if (data[key] !== undefined) add(path, data[key]);
    else if (!isOptional) return false;
  }
  return true;
}

const missingKey = (data: Readonly<Record<string, string>>, items: readonly KeyToPath[] = []): string =>
  items.find(({ key }) => data[key] === undefined)?.key ?? '';

const hostKey = (node: string, path: string): string => `node/${node}${path}`;

/** Directories that every node has. */
const NODE_PATHS = /^\/(|dev|etc|home|lib|mnt|opt|proc|run|srv|sys|tmp|usr|var)(\/|$)/;

function hostPathFault({ name, hostPath }: Volume, { store, node }: VolumeFacts): VolumeFault | undefined {
  const { path, type = '' } = hostPath!;
  const key = hostKey(node, path);
  if (type === 'DirectoryOrCreate' || type === 'FileOrCreate') {
    if (!store.has(key)) store.project(key, new Map());
    return undefined;
  }
  const isThere = store.has(key) || (NODE_PATHS.test(path) && path.split('/').filter(Boolean).length <= 3);
  if (type === '' || isThere) return undefined;
  return setUpFailed(name, `hostPath type check failed: ${path} is not a ${TYPES[type] ?? type.toLowerCase()}`);
}

const TYPES: Readonly<Record<string, string>> = {
  Directory: 'directory',
  File: 'file',
  Socket: 'socket file',
  CharDevice: 'character device',
  BlockDevice: 'block device',
};

/** A claim has to be bound, and its disk attached to this node, where something attaches disks. */
function claimFault(pod: Stored<Pod>, volume: string, claimName: string, facts: VolumeFacts): VolumeFault | undefined {
  const { client, isAttached } = facts;
  const { namespace } = pod.metadata;
  const problem = (why: string): VolumeFault => ({
    volume,
    problem: `error processing PVC ${namespace}/${claimName}: ${why}`,
  });
  const claim = client.get('persistentvolumeclaims', namespace, claimName);
  if (!claim.ok) return problem(`failed to fetch PVC from API server: ${claim.status.message}`);
  const name = claim.object.spec?.volumeName;
  if (!name || claim.object.status?.phase !== 'Bound') return problem('PVC is not bound');
  const disk = client.get('persistentvolumes', undefined, name);
  if (!disk.ok) return { volume };
  if (!disk.object.spec?.csi || !needsAttachment(client, disk.object.spec.csi.driver)) return undefined;
  return isAttached(deviceNameOf(disk.object)) ? undefined : { volume, isUnattached: true };
}

function needsAttachment(client: Client, driver: string): boolean {
  const found = client.get('csidrivers.storage.k8s.io', undefined, driver);
  return found.ok && found.object.spec.attachRequired !== false;
}

/** Where a container sees the pod's volumes. `expand` gives the text of a subPathExpr. */
export function mountsOf(
  pod: Stored<Pod>,
  spec: Container,
  { client, store, node }: Pick<VolumeFacts, 'client' | 'store' | 'node'>,
  expand: (text: string) => string,
): readonly Mount[] {
  const { namespace, name: podName } = pod.metadata;
  return (spec.volumeMounts ?? []).flatMap((mount) => {
    const { name, mountPath, readOnly = false } = mount;
    const volume = pod.spec?.volumes?.find((item) => item.name === name);
    if (!volume) return [];
    const claimName = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${podName}-${name}` : undefined);
    const claim = claimName === undefined ? undefined : client.get('persistentvolumeclaims', namespace, claimName);
    const disk = claim?.ok ? claim.object.spec?.volumeName : undefined;
    const whole = disk ? `disk/${disk}` : volume.hostPath ? hostKey(node, volume.hostPath.path) : podVolume(pod, name);
    const isFixed = Boolean(volume.configMap ?? volume.secret ?? volume.projected ?? volume.downwardAPI);
    const path = mountPath.replace(/\/+$/, '') || '/';
    const subPath = (mount.subPathExpr ? expand(mount.subPathExpr) : (mount.subPath ?? '')).replace(/^\/+|\/+$/g, '');
    const key = isFixed && subPath !== '' ? pinned(store, whole, spec.name) : whole;
    return [{ path, volume: key, subPath, isReadOnly: readOnly || isFixed }];
  });
}

/** A file that is mounted by itself stays as it was when the container started: the volume is another one by then. */
function pinned(store: VolumeStore, key: string, container: string): string {
  const own = `${key}/${container}`;
  store.project(own, store.get(key).files);
  return own;
}

/** Volumes whose files follow an object that can change. What every pod has to speak to the API does not. */
export const isRefreshed = ({ name, configMap, secret, projected, downwardAPI }: Volume): boolean =>
  !name.startsWith('kube-api-access-') && Boolean(configMap ?? secret ?? projected ?? downwardAPI);
