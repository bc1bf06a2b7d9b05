/**
 * Whom a node that runs short gives up, and what is said of it. Upstream: pkg/kubelet/eviction/{eviction_manager,helpers}.go.
 * Left out: inodes, image garbage collection, soft thresholds, PID pressure.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { formatBytes, wholeValue } from '../api/quantity.ts';
import { podVolume } from './volumes.ts';

const MIB = 1024 * 1024;
/** `memory.available<100Mi`, as AKS and upstream set it. */
export const MEMORY_THRESHOLD_BYTES = 100 * MIB;
/** What the operating system, the kubelet and the container runtime use of a node. */
export const SYSTEM_MEMORY_BYTES = 700 * MIB;
/** A node counts as short of memory until nothing has been wrong for so long. */
export const PRESSURE_MS = 300_000;
const CRITICAL_PRIORITY = 2_000_001_000;

export interface Candidate {
  readonly pod: Stored<Pod>;
  /** Memory in use, by container. */
  readonly containers: readonly { readonly name: string; readonly memoryBytes: number }[];
}

const used = ({ containers }: Candidate): number => containers.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);

const requested = ({ pod }: Candidate): number =>
  (pod.spec?.containers ?? []).reduce((sum, { resources }) => sum + wholeValue(resources?.requests?.['memory']), 0);

/** Usage above the request first, then priority from the lowest, then how much above. */
export function rank(candidates: readonly Candidate[]): readonly Candidate[] {
  const isAbove = (item: Candidate): number => (used(item) > requested(item) ? 0 : 1);
  const excess = (item: Candidate): number => used(item) - requested(item);
  return candidates
    .filter(({ pod }) => (pod.spec?.priority ?? 0) < CRITICAL_PRIORITY && !isMirror(pod))
    .sort(
      (left, right) =>
        isAbove(left) - isAbove(right) ||
        (left.pod.spec?.priority ?? 0) - (right.pod.spec?.priority ?? 0) ||
        excess(right) - excess(left),
    );
}

const isMirror = ({ metadata }: Stored<Pod>): boolean =>
  metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

/** The message of an evicted pod; its blanks are upstream's. */
export function memoryMessage(candidate: Candidate, availableBytes: number): string {
  const threshold = formatBytes(MEMORY_THRESHOLD_BYTES);
  let message = `The node was low on resource: memory. Threshold quantity: ${threshold}, available: ${kibibytes(availableBytes)}. `;
  for (const { name, memoryBytes } of candidate.containers) {
    const spec = candidate.pod.spec?.containers.find((item) => item.name === name);
    const request = wholeValue(spec?.resources?.requests?.['memory']);
    if (memoryBytes > request)
      message += `Container ${name} was using ${kibibytes(memoryBytes)}, request is ${request === 0 ? '0' : formatBytes(request)}, has larger consumption of memory. `;
  }
  return message;
}

const kibibytes = (bytes: number): string => `${Math.max(0, Math.floor(bytes / 1024))}Ki`;

/** Why a pod has to go for the disk that it uses itself. */
export function localStorageMessage(
  pod: Stored<Pod>,
  volumeBytes: (key: string) => number,
  ownBytes: (container: string) => number,
): string | undefined {
  for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit !== undefined && volumeBytes(podVolume(pod, name)) > wholeValue(limit))
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
  }
  for (const { name, resources } of pod.spec?.containers ?? []) {
    const limit = resources?.limits?.['ephemeral-storage'];
    if (limit !== undefined && ownBytes(name) > wholeValue(limit))
      return `Container ${name} exceeded its local ephemeral storage limit "${limit}". `;
  }
  return undefined;
}
