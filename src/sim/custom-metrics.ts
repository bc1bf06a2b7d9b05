/**
 * What prometheus-adapter knows, in one pod of it: how programs did at the last scrapes, by its rules. It stands for the
 * Prometheus behind it as well, which scrapes every 15 seconds whatever answers over HTTP.
 * Upstream: kubernetes-sigs/prometheus-adapter pkg/custom-provider, docs/walkthrough.md (the rule `^(.*)_total$` to
 * `${1}_per_second`, resources by the template `<<.Resource>>`).
 * Left out: other rules in its ConfigMap, and the pause between two relists.
 */
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import { matchesLabels, type LabelSelector, type Stored } from './api/index.ts';
import type { ApiServer } from './apiserver/index.ts';
import { metricsAdapterId, type Component, type Kernel } from './kernel/index.ts';
import type { ProcessTable } from './workloads/index.ts';

const SCRAPE_MS = 15_000;
/** `rate(http_requests_total[1m])`, and as many scrapes as may fit into its range. */
const RANGE_MS = 60_000;
const SAMPLES = RANGE_MS / SCRAPE_MS + 1;

interface Sample {
  readonly at: number;
  readonly total: number;
}

/** What one container tells, as of the last scrape. */
interface Series {
  readonly namespace: string;
  readonly pod: string;
  /** Services that it stands behind. */
  readonly services: readonly string[];
  /** Requests answered since its start, oldest scrape first. */
  readonly requests: readonly Sample[];
  readonly queues: readonly { readonly queue: string; readonly ready: number; readonly unacked: number }[];
}

interface Value {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Resources whose objects a series has labels for. */
export const DESCRIBED = ['namespaces', 'pods', 'services'] as const;
export type Described = (typeof DESCRIBED)[number];

/** Metrics by name; undefined for a series that has none of the kind. */
const RULES: Readonly<Record<string, (series: Series, nowMs: number) => readonly Value[] | undefined>> = {
  http_requests_per_second: ({ requests }, nowMs) => {
    const rate = rateOf(requests, nowMs);
    return rate === undefined ? [] : [{ labels: {}, value: rate }];
  },
  queue_messages_ready: ({ queues }) => depths(queues, 'ready'),
  queue_messages_unacked: ({ queues }) => depths(queues, 'unacked'),
};

export const CUSTOM_METRICS: readonly string[] = Object.keys(RULES);

const depths = (queues: Series['queues'], what: 'ready' | 'unacked'): readonly Value[] | undefined =>
  queues.length === 0 ? undefined : queues.map((item) => ({ labels: { queue: item.queue }, value: item[what] }));

/**
 * A second, at a time: what the samples within the range grew by, drawn out to the ends of the range as far as one pause
 * between samples reaches, but not to before the counter was zero. A counter that has become smaller began anew.
 * Upstream: prometheus/prometheus promql/functions.go (extrapolatedRate).
 */
function rateOf(all: readonly Sample[], nowMs: number): number | undefined {
  const samples = all.filter(({ at }) => at > nowMs - RANGE_MS);
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || first === last) return undefined;
  let grown = 0;
  samples.forEach(({ total }, index) => {
    const before = index === 0 ? total : samples[index - 1]!.total;
    grown += total < before ? total : total - before;
  });
  const sampledMs = last.at - first.at;
  const pauseMs = sampledMs / (samples.length - 1);
  const reached = (ms: number): number => (ms >= pauseMs * 1.1 ? pauseMs / 2 : ms);
  const sinceZeroMs = grown > 0 ? sampledMs * (first.total / grown) : Infinity;
  const startMs = Math.min(reached(first.at - (nowMs - RANGE_MS)), sinceZeroMs);
  const wholeMs = sampledMs + startMs + reached(nowMs - last.at);
  return (grown * (wholeMs / sampledMs)) / (RANGE_MS / 1000);
}

export class MetricsAdapter implements Component {
  readonly id: string;
  private series = new Map<string, Series>();

  constructor(
    private readonly kernel: Kernel,
    private readonly api: ApiServer,
    private readonly processes: ProcessTable,
    readonly home: { readonly namespace: string; readonly pod: string },
  ) {
    this.id = metricsAdapterId(home.namespace, home.pod);
  }

  isSerial(): boolean {
    return false;
  }

  handle(action: string): void {
    const kernel: Kernel = this.kernel;
    kernel.assert(action === 'start' || action === 'scrape', `${this.id} has no action ${action}`);
    if (action === 'scrape') this.scrape();
    kernel.schedule(SCRAPE_MS - (kernel.now % SCRAPE_MS), this.id, 'scrape', undefined, true);
  }

  /** Programs of the cluster itself are not asked. */
  private scrape(): void {
    const { processes } = this;
    const { now } = this.kernel;
    const services = this.servicesByPod();
    const next = new Map<string, Series>();
    for (const process of processes.list()) {
      const { behaviour, namespace, pod, podUid, container, startedAt } = process;
      if (!behaviour.http || behaviour.role || now < startedAt + behaviour.listenAfterMs) continue;
      const key = `${podUid}/${container}`;
      const { requests, queues } = processes.exported(process);
      next.set(key, {
        namespace,
        pod,
        services: services.get(`${namespace}/${pod}`) ?? [],
        requests: [...(this.series.get(key)?.requests ?? []), { at: now, total: requests }].slice(-SAMPLES),
        queues: queues.map(({ queue, ready, locked }) => ({ queue, ready, unacked: locked })),
      });
    }
    this.series = next;
  }

  private servicesByPod(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    const slices = this.api.list('endpointslices.discovery.k8s.io') as Iterable<Stored<EndpointSlice>>;
    for (const { metadata, endpoints } of slices) {
      const service = metadata.labels?.['kubernetes.io/service-name'];
      if (service === undefined) continue;
      for (const { targetRef } of endpoints ?? []) {
        if (targetRef?.kind !== 'Pod') continue;
        const key = `${metadata.namespace}/${targetRef.name}`;
        const names = found.get(key) ?? [];
        if (!names.includes(service)) names.push(service);
        found.set(key, names);
      }
    }
    return found;
  }

  private get now(): number {
    return this.kernel.hasTurn ? this.kernel.turn.cursor : this.kernel.now;
  }

  /** Which metrics there are, and of what. */
  metrics(): readonly { readonly resource: Described; readonly metric: string }[] {
    const all = [...this.series.values()];
    return DESCRIBED.flatMap((resource) => {
      const known = resource === 'services' ? all.filter(({ services }) => services.length > 0) : all;
      return Object.keys(RULES)
        .filter((metric) => known.some((series) => RULES[metric]!(series, this.now)))
        .map((metric) => ({ resource, metric }));
    });
  }

  /** Sums over the pods of each object of a namespace, by its name, in thousandths. */
  values(resource: Described, namespace: string, metric: string, selector: LabelSelector): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const series of this.series.values()) {
      if (series.namespace !== namespace) continue;
      const labels = { namespace, pod: series.pod };
      const values = (RULES[metric]?.(series, this.now) ?? []).filter((item) =>
        matchesLabels(selector, { ...labels, ...item.labels }),
      );
      if (values.length === 0) continue;
      const sum = values.reduce((total, { value }) => total + value, 0);
      for (const name of namesOf(resource, series)) sums.set(name, (sums.get(name) ?? 0) + sum);
    }
    return new Map([...sums].map(([name, value]) => [name, Math.trunc(value * 1000)]));
  }

  save(): unknown {
    return { series: new Map(this.series) };
  }

  load(state: unknown): void {
    this.series = new Map((state as { series: ReadonlyMap<string, Series> }).series);
  }
}

function namesOf(resource: Described, { namespace, pod, services }: Series): readonly string[] {
  if (resource === 'namespaces') return [namespace];
  return resource === 'pods' ? [pod] : services;
}
