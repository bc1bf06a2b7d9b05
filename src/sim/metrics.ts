/**
 * What metrics-server knows: usage of nodes and pods as of its last scrape. Upstream: kubernetes-sigs/metrics-server
 * pkg/{scraper,storage}; staging/src/k8s.io/metrics (metrics.k8s.io/v1beta1).
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { runtimeUidOf } from './api/mirror-pods.ts';
import type { Stored } from './api/object.ts';
import type { Kernel } from './kernel/index.ts';
import type { ProcessTable, Usage } from './workloads/index.ts';

export interface ContainerMetrics extends Usage {
  readonly name: string;
}

export interface PodMetrics {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Virtual milliseconds of the scrape, and the length of the time that it speaks of. */
  readonly at: number;
  readonly windowMs: number;
  readonly containers: readonly ContainerMetrics[];
}

export interface NodeMetrics extends Usage {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly at: number;
  readonly windowMs: number;
}

/** metrics-server scrapes so often; a container shows once two scrapes have seen it. */
const SCRAPE_MS = 15_000;
/** What a node uses beside its pods: the system, the kubelet, the container runtime. */
const SYSTEM: Usage = { cpuMillis: 90, memoryBytes: 700 * 1024 * 1024 };

export interface MetricsPorts {
  readonly kernel: Kernel;
  readonly processes: ProcessTable;
  pods(namespace?: string): Iterable<Stored<Pod>>;
  nodes(): Iterable<Stored>;
}

export class ResourceMetrics {
  constructor(private readonly ports: MetricsPorts) {}

  /** Whether something serves the API: without a metrics-server that is ready it answers 503. */
  get isAvailable(): boolean {
    const { processes, kernel } = this.ports;
    for (const { behaviour, startedAt } of processes.list())
      if (behaviour.role === 'metrics-server' && kernel.now >= startedAt + behaviour.listenAfterMs) return true;
    return false;
  }

  private get scrapedAt(): number {
    return Math.floor(this.ports.kernel.now / SCRAPE_MS) * SCRAPE_MS;
  }

  /** Undefined for a pod that has not been seen twice yet, or runs no longer. */
  pod(namespace: string, name: string): PodMetrics | undefined {
    for (const pod of this.ports.pods(namespace)) if (pod.metadata.name === name) return this.measure(pod);
    return undefined;
  }

  pods(namespace?: string): readonly PodMetrics[] {
    const measured: PodMetrics[] = [];
    for (const pod of this.ports.pods(namespace)) {
      const metrics = this.measure(pod);
      if (metrics) measured.push(metrics);
    }
    return measured;
  }

  nodes(): readonly NodeMetrics[] {
    const used = new Map<string, Usage>();
    for (const process of this.ports.processes.list()) {
      const sum = used.get(process.node) ?? SYSTEM;
      const { cpuMillis, memoryBytes } = this.ports.processes.usage(process);
      used.set(process.node, { cpuMillis: sum.cpuMillis + cpuMillis, memoryBytes: sum.memoryBytes + memoryBytes });
    }
    return [...this.ports.nodes()].flatMap(({ metadata }) => {
      const usage = used.get(metadata.name);
      const { labels = {}, name } = metadata;
      return usage ? [{ name, labels, at: this.scrapedAt, windowMs: SCRAPE_MS, ...usage }] : [];
    });
  }

  node(name: string): NodeMetrics | undefined {
    return this.nodes().find((node) => node.name === name);
  }

  private measure(pod: Stored<Pod>): PodMetrics | undefined {
    const { processes } = this.ports;
    const { namespace, name, labels = {} } = pod.metadata;
    if (pod.status?.phase !== 'Running') return undefined;
    const { initContainers = [], containers } = pod.spec!;
    const names = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')];
    const measured = names.flatMap((spec): readonly ContainerMetrics[] => {
      const process = processes.get(runtimeUidOf(pod), spec.name);
      const isSeen = process && process.startedAt + SCRAPE_MS <= this.scrapedAt;
      return isSeen ? [{ name: spec.name, ...processes.usage(process) }] : [];
    });
    // A pod is left out until all its containers have been seen.
    if (measured.length < names.length) return undefined;
    return { namespace: namespace!, name, labels, at: this.scrapedAt, windowMs: SCRAPE_MS, containers: measured };
  }
}
