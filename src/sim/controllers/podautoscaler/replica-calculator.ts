/**
 * How many replicas a metric wants. Upstream: pkg/controller/podautoscaler/replica_calculator.go, metrics/utilization.go.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { milliValue, wholeValue } from '../../api/quantity.ts';
import { conditionOf } from '../pods.ts';

const INITIALIZATION_MS = 300_000;
const INITIAL_READINESS_MS = 30_000;

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

export interface Question {
  readonly resource: string;
  /** Only this container counts. */
  readonly container?: string;
  readonly target: { readonly utilization: number } | { readonly average: number };
  readonly current: number;
  readonly tolerance: Tolerance;
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

function groupsOf(
  pods: readonly Stored<Pod>[],
  metrics: ReadonlyMap<string, PodUsage>,
  { resource, container }: Question,
  epochMs: number,
  nowEpochMs: number,
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
    const found = metrics.get(name);
    const used = found?.containers.filter((item) => container === undefined || item.name === container);
    if (!found || !used || used.length === 0) {
      missing.push(name);
      continue;
    }
    if (resource === 'cpu' && isUnready(pod, found, epochMs, nowEpochMs)) {
      unready.push(name);
      continue;
    }
    usage.set(
      name,
      used.reduce((sum, item) => sum + (resource === 'cpu' ? item.cpuMillis : item.memoryBytes), 0),
    );
  }
  return { usage, unready, missing };
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

/** What the pods request; the text when one of them does not say. */
function requestsOf(pods: readonly Stored<Pod>[], { resource, container }: Question): Map<string, number> | string {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    let sum = 0;
    for (const { name, resources } of pod.spec?.containers ?? []) {
      if (container !== undefined && name !== container) continue;
      const asked = resources?.requests?.[resource];
      if (asked === undefined)
        return `missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`;
      sum += read(resource, asked);
    }
    requests.set(pod.metadata.name, sum);
  }
  return requests;
}

export function replicasFor(
  question: Question,
  pods: readonly Stored<Pod>[],
  metrics: ReadonlyMap<string, PodUsage>,
  epochMs: number,
  nowEpochMs: number,
): Answer {
  const { target, current, tolerance } = question;
  const { usage, unready, missing } = groupsOf(pods, metrics, question, epochMs, nowEpochMs);
  const isShare = 'utilization' in target;
  const requests = isShare ? requestsOf(pods, question) : new Map<string, number>();
  if (typeof requests === 'string') return { ok: false, message: requests };
  if (usage.size === 0) {
    return { ok: false, message: 'did not receive metrics for targeted pods (pods might be unready)' };
  }
  const ratioOf = (amounts: ReadonlyMap<string, number>): { ratio: number; utilization: number | undefined } => {
    const used = [...amounts.values()].reduce((sum, value) => sum + value, 0);
    if (!isShare) return { ratio: Math.floor(used / amounts.size) / target.average, utilization: undefined };
    const asked = [...amounts.keys()].reduce((sum, name) => sum + (requests.get(name) ?? 0), 0);
    const utilization = asked === 0 ? 0 : Math.floor((used * 100) / asked);
    return { ratio: utilization / target.utilization, utilization };
  };
  const { ratio, utilization } = ratioOf(usage);
  const average = Math.floor([...usage.values()].reduce((sum, value) => sum + value, 0) / usage.size);
  const answer = (replicas: number): Answer => ({ ok: true, replicas, utilization, average });
  const isWithin = (value: number): boolean => value >= 1 - tolerance.down && value <= 1 + tolerance.up;
  const hasUnready = unready.length > 0 && ratio > 1;
  if (!hasUnready && missing.length === 0) {
    return answer(isWithin(ratio) ? current : ceiling(ratio * usage.size));
  }
  // What is not known must not make a change larger: missing pods take part as fully used, or not at all.
  const guessed = new Map(usage);
  const fallback = (name: string): number =>
    isShare ? (Math.max(100, target.utilization) * (requests.get(name) ?? 0)) / 100 : target.average;
  if (missing.length > 0 && ratio !== 1) for (const name of missing) guessed.set(name, ratio < 1 ? fallback(name) : 0);
  if (hasUnready) for (const name of unready) guessed.set(name, 0);
  const { ratio: next } = ratioOf(guessed);
  if (isWithin(next) || (ratio < 1 && next > 1) || (ratio > 1 && next < 1)) return answer(current);
  const replicas = ceiling(next * guessed.size);
  const isOdd = (next < 1 && replicas > current) || (next > 1 && replicas < current);
  return answer(isOdd ? current : replicas);
}

/** Up to the next whole number, but not for what is only the noise of a division. */
const ceiling = (value: number): number => Math.ceil(Math.round(value * 1e9) / 1e9);
