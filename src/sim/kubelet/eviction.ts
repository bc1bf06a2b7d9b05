/**
 * Whom a node that runs short gives up, and what is said of it. Upstream: pkg/kubelet/eviction/{eviction_manager,helpers}.go.
 * Thresholds are those that AKS gives its kubelets; images and containers share the node's one disk. Left out: inodes, soft
 * thresholds, memory that tmpfs volumes take.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { CONFIG_SOURCE } from '../api/mirror-pods.ts';
import type { Stored } from '../api/object.ts';
import { formatBytes, wholeValue } from '../api/quantity.ts';
import { podVolume } from './volumes.ts';

const MIB = 1024 * 1024;

/** In the order in which a short one is looked after. */
export const STARVABLE = ['memory', 'ephemeral-storage', 'pids'] as const;
export type Starvable = (typeof STARVABLE)[number];

/** `memory.available<100Mi`, `nodefs.available<10%`, `pid.available<2000`. */
const MEMORY_THRESHOLD_BYTES = 100 * MIB;
const DISK_THRESHOLD = 0.1;
const PID_THRESHOLD = 2_000;

export function thresholdOf(resource: Starvable, capacity: number): number {
  if (resource === 'memory') return MEMORY_THRESHOLD_BYTES;
  return resource === 'pids' ? PID_THRESHOLD : Math.floor(capacity * DISK_THRESHOLD);
}

/** From this priority on, a pod counts as critical. Upstream: pkg/apis/scheduling/types.go (SystemCriticalPriority). */
const CRITICAL_PRIORITY = 2_000_000_000;

/** Static pods, their mirrors and those of the system classes: no pressure takes them. Upstream: pkg/kubelet/types/pod_update.go. */
export const isCritical = ({ metadata, spec }: Stored<Pod>): boolean =>
  (spec?.priority ?? 0) >= CRITICAL_PRIORITY || metadata.annotations?.[CONFIG_SOURCE] === 'file';

export interface ContainerUse {
  readonly name: string;
  readonly memoryBytes: number;
  /** Its own layer and its logs. */
  readonly storageBytes: number;
  readonly processes: number;
}

export interface Candidate {
  readonly pod: Stored<Pod>;
  readonly containers: readonly ContainerUse[];
  /** Bytes in its emptyDir volumes, by name. */
  readonly emptyDirs: Readonly<Record<string, number>>;
}

const usedBy = (resource: Starvable, use: ContainerUse): number =>
  resource === 'memory' ? use.memoryBytes : resource === 'pids' ? use.processes : use.storageBytes;

export function usedOf(resource: Starvable, { containers, emptyDirs }: Candidate): number {
  const own = containers.reduce((sum, use) => sum + usedBy(resource, use), 0);
  return resource === 'ephemeral-storage' ? own + Object.values(emptyDirs).reduce((sum, bytes) => sum + bytes, 0) : own;
}

function requestOf({ pod }: Candidate, resource: Starvable): number {
  return (pod.spec?.containers ?? []).reduce(
    (sum, { resources }) => sum + wholeValue(resources?.requests?.[resource]),
    0,
  );
}

/**
 * The first goes. Memory and disk: usage above the request first, then priority from the lowest, then how much above. Process
 * ids cannot be requested: priority, then how many.
 */
export function rank(candidates: readonly Candidate[], resource: Starvable): readonly Candidate[] {
  const excess = (item: Candidate): number => usedOf(resource, item) - requestOf(item, resource);
  const isAbove = (item: Candidate): number => (resource === 'pids' || excess(item) > 0 ? 0 : 1);
  return candidates
    .filter(({ pod }) => !isCritical(pod))
    .sort(
      (left, right) =>
        isAbove(left) - isAbove(right) ||
        (left.pod.spec?.priority ?? 0) - (right.pod.spec?.priority ?? 0) ||
        excess(right) - excess(left),
    );
}

/** The message of an evicted pod; its blanks are upstream's. */
export function evictionMessage(
  candidate: Candidate,
  resource: Starvable,
  capacity: number,
  available: number,
): string {
  const amount = (value: number): string => (resource === 'pids' ? String(value) : formatBytes(value));
  const threshold = amount(thresholdOf(resource, capacity));
  const left = resource === 'pids' ? String(available) : kibibytes(available);
  let message = `The node was low on resource: ${resource}. Threshold quantity: ${threshold}, available: ${left}. `;
  if (resource === 'pids') return message;
  for (const use of candidate.containers) {
    const { containers = [], initContainers = [] } = candidate.pod.spec ?? {};
    const spec = [...containers, ...initContainers].find(({ name }) => name === use.name);
    const request = wholeValue(spec?.resources?.requests?.[resource]);
    const used = usedBy(resource, use);
    if (spec && used > request)
      message += `Container ${use.name} was using ${kibibytes(used)}, request is ${request === 0 ? '0' : formatBytes(request)}, has larger consumption of ${resource}. `;
  }
  return message;
}

const kibibytes = (bytes: number): string => `${Math.max(0, Math.floor(bytes / 1024))}Ki`;

/** Why a pod has to go for the disk that it uses itself: a volume, all of it, or one container. */
export function localStorageMessage(candidate: Candidate): string | undefined {
  const { pod, containers, emptyDirs } = candidate;
  for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit !== undefined && wholeValue(limit) > 0 && (emptyDirs[name] ?? 0) > wholeValue(limit))
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
  }
  const limits = (pod.spec?.containers ?? []).flatMap(({ name, resources }) => {
    const limit = resources?.limits?.['ephemeral-storage'];
    return limit === undefined ? [] : [{ name, limit }];
  });
  if (limits.length === 0) return undefined;
  const whole = limits.reduce((sum, { limit }) => sum + wholeValue(limit), 0);
  if (usedOf('ephemeral-storage', candidate) > whole)
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${limits.length === 1 ? limits[0]!.limit : formatBytes(whole)}. `;
  const over = limits.find(({ name, limit }) => {
    const use = containers.find((item) => item.name === name);
    return use !== undefined && use.storageBytes > wholeValue(limit);
  });
  return over && `Container ${over.name} exceeded its local ephemeral storage limit "${over.limit}". `;
}

/** Names of a pod's emptyDir volumes, and the keys of their files. */
export const emptyDirsOf = (pod: Stored<Pod>): readonly (readonly [name: string, key: string])[] =>
  (pod.spec?.volumes ?? []).flatMap(({ name, emptyDir }) => (emptyDir ? [[name, podVolume(pod, name)] as const] : []));
