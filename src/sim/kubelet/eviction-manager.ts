/**
 * Looks every ten seconds at what is left of a node, says which resources are short, frees what nobody uses, and gives up
 * pods. Upstream: pkg/kubelet/eviction/eviction_manager.go (synchronize), pkg/kubelet/images/image_gc_manager.go,
 * pkg/kubelet/kubelet.go (StartGarbageCollection).
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { qosClassOf } from '../api/index.ts';
import { wholeValue } from '../api/quantity.ts';
import { tolerates } from '../api/node-fit.ts';
import type { ProcessTable } from '../workloads/index.ts';
import {
  emptyDirsOf,
  evictionMessage,
  isCritical,
  localStorageMessage,
  rank,
  STARVABLE,
  thresholdOf,
  usedOf,
  type Candidate,
  type Starvable,
} from './eviction.ts';
import type { ImageManager } from './image-manager.ts';
import type { MachineSpec } from './machine-spec.ts';
import type { NodeReporter } from './node-reporter.ts';
import { withTag } from './pod-status.ts';
import { isRunning, podLife, type PodRecord } from './records.ts';

const [MIB, GIB] = [1024 ** 2, 1024 ** 3];
/** What the operating system, the kubelet and the container runtime use of a node. */
const SYSTEM: Readonly<Record<Starvable, number>> = { memory: 700 * MIB, 'ephemeral-storage': 12 * GIB, pids: 300 };
/** A thread for each 128 KiB of memory is as many as the kernel allows. */
const BYTES_PER_THREAD = 128 * 1024;
const GC_MS = 300_000;
const GC_HIGH = 0.85;
const GC_LOW = 0.8;

export interface EvictionPorts {
  readonly processes: ProcessTable;
  readonly machine: MachineSpec;
  readonly images: ImageManager;
  readonly reporter: NodeReporter;
  records(): Iterable<PodRecord>;
  evict(uid: string, message: string): void;
  imagesChanged(): void;
}

interface Observation {
  readonly capacity: number;
  readonly available: number;
}

export class EvictionManager {
  private collectedAt = 0;
  private hasFailedToCollect = false;

  constructor(private readonly ports: EvictionPorts) {}

  /** Why a pod is not let in while something is short. */
  refusalOf(pod: Stored<Pod>): { readonly reason: string; readonly message: string } | undefined {
    const { shortages } = this.ports.reporter;
    if (shortages.length === 0 || isCritical(pod)) return undefined;
    if (shortages.length === 1 && shortages[0] === 'MemoryPressure') {
      const taint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' } as const;
      if (qosClassOf(pod) !== 'BestEffort' || tolerates(pod.spec?.tolerations ?? [], taint)) return undefined;
    }
    return { reason: 'Evicted', message: `The node had condition: [${shortages.join(' ')}]. ` };
  }

  synchronize(nowMs: number): void {
    const { reporter, evict } = this.ports;
    const candidates = this.candidates();
    const observed = this.observe(candidates);
    const short = STARVABLE.filter((resource) => isShort(resource, observed[resource]));
    reporter.observePressure(short);
    const greedy = candidates.flatMap((candidate) => {
      const message = isCritical(candidate.pod) ? undefined : localStorageMessage(candidate);
      return message === undefined ? [] : [{ uid: candidate.pod.metadata.uid, message }];
    });
    for (const { uid, message } of greedy) evict(uid, message);
    const [first] = short;
    if (greedy.length === 0 && first) this.reclaim(first, candidates, observed[first], nowMs);
    if (nowMs - this.collectedAt >= GC_MS) this.collect(observed['ephemeral-storage'], nowMs);
  }

  /** At most one pod a round, and none where images that nobody uses are enough. */
  private reclaim(resource: Starvable, candidates: readonly Candidate[], seen: Observation, nowMs: number): void {
    const { reporter, evict } = this.ports;
    reporter.say('Warning', 'EvictionThresholdMet', `Attempting to reclaim ${resource}`);
    if (resource === 'ephemeral-storage') {
      const freed = this.removeImages(Infinity, nowMs);
      if (!isShort(resource, { ...seen, available: seen.available + freed })) return;
    }
    const [first] = rank(candidates, resource);
    if (first) evict(first.pod.metadata.uid, evictionMessage(first, resource, seen.capacity, seen.available));
  }

  /** From 85 % of the disk on, down to 80 %. A second failure in a row is told of the node. */
  private collect({ capacity, available }: Observation, nowMs: number): void {
    const { reporter, images } = this.ports;
    this.collectedAt = nowMs;
    images.detect(this.imagesInUse(), nowMs);
    const usage = 1 - available / capacity;
    if (usage < GC_HIGH) {
      this.hasFailedToCollect = false;
      return;
    }
    const wanted = Math.ceil(capacity * (1 - GC_LOW)) - available;
    const freed = this.removeImages(wanted, nowMs);
    if (freed >= wanted) {
      this.hasFailedToCollect = false;
      return;
    }
    const message = `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, but only found ${freed} bytes eligible to free.`;
    reporter.say('Warning', 'FreeDiskSpaceFailed', message);
    if (this.hasFailedToCollect) reporter.say('Warning', 'ImageGCFailed', message);
    this.hasFailedToCollect = true;
  }

  private removeImages(bytes: number, nowMs: number): number {
    const freed = this.ports.images.remove(bytes, this.imagesInUse(), nowMs);
    if (freed > 0) this.ports.imagesChanged();
    return freed;
  }

  private imagesInUse(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { pod } of this.ports.records()) {
      const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
      for (const { image } of [...containers, ...initContainers, ...ephemeralContainers])
        names.add(withTag(image ?? ''));
    }
    return names;
  }

  private candidates(): readonly Candidate[] {
    const { processes } = this.ports;
    const found: Candidate[] = [];
    for (const { pod, state, containers } of this.ports.records()) {
      if (!/^(initializing|running)$/.test(podLife.leaves[state]!)) continue;
      const uses = containers.filter(isRunning).flatMap(({ name }) => {
        const process = processes.get(pod.metadata.uid, name);
        if (!process) return [];
        const { layerBytes, logBytes, processes: count } = processes.footprint(process);
        const { memoryBytes } = processes.usage(process);
        return [{ name, memoryBytes, storageBytes: layerBytes + logBytes, processes: count }];
      });
      const emptyDirs = Object.fromEntries(
        emptyDirsOf(pod).map(([name, key]) => [name, processes.volumes.bytes(key)] as const),
      );
      found.push({ pod, containers: uses, emptyDirs });
    }
    return found;
  }

  private observe(candidates: readonly Candidate[]): Readonly<Record<Starvable, Observation>> {
    const { machine, images } = this.ports;
    const memory = wholeValue(machine.capacity['memory']);
    const capacities: Readonly<Record<Starvable, number>> = {
      memory,
      'ephemeral-storage': wholeValue(machine.capacity['ephemeral-storage']),
      pids: Math.floor(memory / BYTES_PER_THREAD),
    };
    const left = (resource: Starvable): Observation => {
      const used = candidates.reduce((sum, candidate) => sum + usedOf(resource, candidate), SYSTEM[resource]);
      const held = resource === 'ephemeral-storage' ? images.bytes : 0;
      return { capacity: capacities[resource], available: capacities[resource] - used - held };
    };
    return { memory: left('memory'), 'ephemeral-storage': left('ephemeral-storage'), pids: left('pids') };
  }

  save(): unknown {
    return { collectedAt: this.collectedAt, hasFailedToCollect: this.hasFailedToCollect };
  }

  load(state: unknown): void {
    const saved = state as { collectedAt: number; hasFailedToCollect: boolean };
    this.collectedAt = saved.collectedAt;
    this.hasFailedToCollect = saved.hasFailedToCollect;
  }
}

const isShort = (resource: Starvable, { capacity, available }: Observation): boolean =>
  available < thresholdOf(resource, capacity);
