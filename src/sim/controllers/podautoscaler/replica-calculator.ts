/**
 * How many replicas a metric wants. Upstream: pkg/controller/podautoscaler/replica_calculator.go, metrics/utilization.go.
 */
import type { Container, Pod, PodSpec, ResourceRequirements } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { milliValue, wholeValue } from '../../api/quantity.ts';
import { conditionOf } from '../pods.ts';

const INITIALIZATION_MS = 300_000;
const INITIAL_READINESS_MS = 30_000;
const MAX_INT32 = 2_147_483_647;
const NO_PODS = 'no pods returned by selector while calculating replica count';

/** What metrics-server tells of a pod. */
export interface PodUsage {
  readonly name: string;
  /** Virtual milliseconds of the measurement, and the length of the time that it speaks of. */
  readonly at: number;
  readonly windowMs: number;
  readonly containers: readonly { readonly name: string; readonly cpuMillis: number; readonly memoryBytes: number }[];
}

export interface Tolerance {
  readonly up: number;
  readonly down: number;
}

/** How many there are, and how far off the target a metric may be without a change. */
export interface Size {
  readonly current: number;
  readonly tolerance: Tolerance;
}

export interface Question extends Size {
  readonly resource: string;
  /** Only this container counts. */
  readonly container?: string;
  readonly target: { readonly utilization: number } | { readonly average: number };
}

export type Answer =
  | {
      readonly ok: true;
      readonly replicas: number;
      /** Per cent of what is requested. */
      readonly utilization: number | undefined;
      /** A pod's share: millicores of cpu, bytes of memory. */
      readonly average: number;
    }
  | { readonly ok: false; readonly message: string };

interface Groups {
  readonly usage: Map<string, number>;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
}

const read = (resource: string, value: string | undefined): number =>
  resource === 'cpu' ? milliValue(value) : wholeValue(value);

/** Pods by what is known of them; `isUnready` says of a measured one whether its measure counts. */
function groupsOf(
  pods: readonly Stored<Pod>[],
  valueOf: (name: string) => number | undefined,
  isUnready: (pod: Stored<Pod>) => boolean,
): Groups {
  const usage = new Map<string, number>();
  const [unready, missing]: [string[], string[]] = [[], []];
  for (const pod of pods) {
    const { name } = pod.metadata;
    if (pod.metadata.deletionTimestamp || pod.status?.phase === 'Failed') continue;
    if (pod.status?.phase === 'Pending') {
      unready.push(name);
      continue;
    }
    const value = valueOf(name);
    if (value === undefined) missing.push(name);
    else if (isUnready(pod)) unready.push(name);
    else usage.set(name, value);
  }
  return { usage, unready, missing };
}

/** What the containers in question use; undefined where that is not known. */
function usedBy(found: PodUsage | undefined, { resource, container }: Question): number | undefined {
  const used = found?.containers.filter((item) => container === undefined || item.name === container) ?? [];
  if (used.length === 0) return undefined;
  return used.reduce((sum, item) => sum + (resource === 'cpu' ? item.cpuMillis : item.memoryBytes), 0);
}

/** In its first minutes a pod's cpu counts only when it is ready and was measured after that. */
function isUnready(pod: Pod, { at, windowMs }: PodUsage, epochMs: number, nowEpochMs: number): boolean {
  const ready = conditionOf(pod, 'Ready');
  const startTime = pod.status?.startTime;
  if (!ready || !startTime) return true;
  const [started, changed] = [Date.parse(startTime), Date.parse(ready.lastTransitionTime ?? startTime)];
  if (started + INITIALIZATION_MS > nowEpochMs) {
    return ready.status === 'False' || epochMs + at < changed + windowMs;
  }
  return ready.status === 'False' && started + INITIAL_READINESS_MS > changed;
}

/** What the pods request; the text when one of them does not say. What a pod asks for as a whole goes before its parts. */
function requestsOf(pods: readonly Stored<Pod>[], question: Question): Map<string, number> | string {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const asked = question.container === undefined ? wholeRequestOf(pod, question.resource) : undefined;
    const request = asked ?? partsRequestOf(pod, question);
    if (typeof request === 'string') return request;
    requests.set(pod.metadata.name, request);
  }
  return requests;
}

const NO_METRICS = 'did not receive metrics for targeted pods (pods might be unready)';

const sumOf = (amounts: ReadonlyMap<string, number>): number =>
  [...amounts.values()].reduce((sum, value) => sum + value, 0);

/** Upstream: calculatePodLevelRequests. Undefined when the pod asks for nothing as a whole. */
function wholeRequestOf({ metadata, spec }: Stored<Pod>, resource: string): number | string | undefined {
  const { requests } = (spec as { resources?: ResourceRequirements } | undefined)?.resources ?? {};
  if (!requests || Object.keys(requests).length === 0) return undefined;
  if (requests[resource] !== undefined) return read(resource, requests[resource]);
  const parts = countedIn(spec).flatMap(({ resources }) => resources?.requests?.[resource] ?? []);
  if (parts.length === 0) return `missing pod-level request for ${resource} in Pod ${metadata.name}`;
  return parts.reduce((sum, part) => sum + read(resource, part), 0);
}

/** The containers that run all the time. */
const countedIn = (spec: PodSpec | undefined): readonly Container[] => [
  ...(spec?.containers ?? []),
  ...(spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
];

/** Upstream: calculatePodRequestsFromContainers. Sidecars count, other init containers do not. */
function partsRequestOf({ metadata, spec }: Stored<Pod>, { resource, container }: Question): number | string {
  const parts = countedIn(spec).filter(({ name }) => container === undefined || name === container);
  if (container !== undefined && parts.length === 0) return `container ${container} not found in Pod ${metadata.name}`;
  let sum = 0;
  for (const { name, resources } of parts) {
    const asked = resources?.requests?.[resource];
    if (asked === undefined) return `missing request for ${resource} in container ${name} of Pod ${metadata.name}`;
    sum += read(resource, asked);
  }
  return sum;
}

export function replicasFor(
  question: Question,
  pods: readonly Stored<Pod>[],
  metrics: ReadonlyMap<string, PodUsage>,
  epochMs: number,
  nowEpochMs: number,
): Answer {
  const { target, resource } = question;
  const groups = groupsOf(
    pods,
    (name) => usedBy(metrics.get(name), question),
    (pod) => resource === 'cpu' && isUnready(pod, metrics.get(pod.metadata.name)!, epochMs, nowEpochMs),
  );
  const { usage } = groups;
  const isShare = 'utilization' in target;
  const requests = isShare ? requestsOf(pods, question) : new Map<string, number>();
  if (typeof requests === 'string') return { ok: false, message: requests };
  if (usage.size === 0) return { ok: false, message: NO_METRICS };
  const utilizationOf = (amounts: ReadonlyMap<string, number>): number => {
    const asked = [...amounts.keys()].reduce((sum, name) => sum + (requests.get(name) ?? 0), 0);
    return asked === 0 ? 0 : Math.floor((sumOf(amounts) * 100) / asked);
  };
  const average = Math.floor(sumOf(usage) / usage.size);
  if (!isShare) {
    return { ok: true, replicas: plainReplicas(groups, target.average, question), utilization: undefined, average };
  }
  const replicas = settle(groups, question, {
    ratioOf: (amounts) => utilizationOf(amounts) / target.utilization,
    fallback: (name) => (Math.max(100, target.utilization) * (requests.get(name) ?? 0)) / 100,
  });
  return { ok: true, replicas, utilization: utilizationOf(usage), average };
}

/** For a metric of pods that is no resource, in thousandths: whoever runs counts, ready or not. */
export function replicasForValues(
  pods: readonly Stored<Pod>[],
  values: ReadonlyMap<string, number>,
  target: number,
  size: Size,
):
  | { readonly ok: true; readonly replicas: number; readonly average: number }
  | { readonly ok: false; readonly message: string } {
  if (pods.length === 0) return { ok: false, message: NO_PODS };
  const groups = groupsOf(
    pods,
    (name) => values.get(name),
    () => false,
  );
  const { usage } = groups;
  if (usage.size === 0) return { ok: false, message: NO_METRICS };
  return { ok: true, replicas: plainReplicas(groups, target, size), average: Math.floor(sumOf(usage) / usage.size) };
}

const plainReplicas = (groups: Groups, target: number, size: Size): number =>
  settle(groups, size, {
    ratioOf: (amounts) => Math.floor(sumOf(amounts) / amounts.size) / target,
    fallback: () => target,
  });

interface Arithmetic {
  /** How far the amounts are above the target. */
  ratioOf(amounts: ReadonlyMap<string, number>): number;
  /** What a pod that is missing is taken to use on the way down. */
  fallback(name: string): number;
}

const isWithin = (ratio: number, { up, down }: Tolerance): boolean => ratio >= 1 - down && ratio <= 1 + up;

function settle(
  { usage, unready, missing }: Groups,
  { current, tolerance }: Size,
  { ratioOf, fallback }: Arithmetic,
): number {
  const ratio = ratioOf(usage);
  const hasUnready = unready.length > 0 && ratio > 1;
  if (!hasUnready && missing.length === 0) {
    return isWithin(ratio, tolerance) ? current : Math.ceil(ratio * usage.size);
  }
  // What is not known must not make a change larger: missing pods take part as fully used, or not at all.
  const guessed = new Map(usage);
  if (missing.length > 0 && ratio !== 1) for (const name of missing) guessed.set(name, ratio < 1 ? fallback(name) : 0);
  if (hasUnready) for (const name of unready) guessed.set(name, 0);
  const next = ratioOf(guessed);
  if (isWithin(next, tolerance) || (ratio < 1 && next > 1) || (ratio > 1 && next < 1)) return current;
  const replicas = Math.ceil(next * guessed.size);
  const isOdd = (next < 1 && replicas > current) || (next > 1 && replicas < current);
  return isOdd ? current : replicas;
}

/** For a metric of one object that all pods share: the total is to be at the target. In thousandths. */
export function replicasForTotal(
  pods: readonly Stored<Pod>[],
  usage: number,
  target: number,
  { current, tolerance }: Size,
): number | string {
  const ratio = usage / target;
  if (current === 0) return Math.ceil(ratio);
  if (isWithin(ratio, tolerance)) return current;
  if (pods.length === 0) return `unable to calculate ready pods: ${NO_PODS}`;
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && conditionOf(pod, 'Ready')?.status === 'True');
  return Math.min(MAX_INT32, Math.ceil(ratio * ready.length));
}

/** For a metric of one object of which each of the pods that there are has its share. In thousandths. */
export function replicasForShare(
  usage: number,
  target: number,
  { current, tolerance }: Size,
): { readonly replicas: number; readonly average: number } {
  const replicas = isWithin(usage / (target * current), tolerance) ? current : Math.ceil(usage / target);
  return { replicas, average: current === 0 ? 0 : Math.ceil(usage / current) };
}
