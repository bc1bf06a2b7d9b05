/**
 * When what changed the endpoints of a Service did so, which slices carry as an annotation.
 * Upstream: staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go.
 */
import type { Pod, Service } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { conditionOf } from '../pods.ts';

export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

interface Seen {
  readonly service: string;
  /** By name of the pod, when its readiness last changed. */
  readonly pods: ReadonlyMap<string, string>;
}

export class TriggerTimes {
  private seen = new Map<string, Seen>();

  /** The earliest change since the last look at the Service, undefined when there was none that has a time. */
  look(key: string, service: Stored<Service>, pods: readonly Stored<Pod>[]): string | undefined {
    const before = this.seen.get(key);
    const { creationTimestamp } = service.metadata;
    const times = new Map<string, string>();
    const changed: string[] = [];
    for (const pod of pods) {
      const time = conditionOf(pod, 'Ready')?.lastTransitionTime;
      if (!time) continue;
      times.set(pod.metadata.name, time);
      if (time > (before?.pods.get(pod.metadata.name) ?? '')) changed.push(time);
    }
    if (creationTimestamp > (before?.service ?? '')) changed.push(creationTimestamp);
    this.seen.set(key, { service: creationTimestamp, pods: times });
    return before ? changed.sort()[0] : creationTimestamp;
  }

  forget(key: string): void {
    this.seen.delete(key);
  }

  save(): unknown {
    return new Map(this.seen);
  }

  load(saved: unknown): void {
    this.seen = new Map(saved as ReadonlyMap<string, Seen>);
  }
}

/** Annotations with the time of the change, or without any when the change has none. */
export function withTriggerTime(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): Record<string, string> | undefined {
  const { [TRIGGER_TIME]: _old, ...rest } = annotations ?? {};
  const next = { ...rest, ...(time === undefined ? {} : { [TRIGGER_TIME]: time }) };
  return Object.keys(next).length > 0 ? next : undefined;
}
