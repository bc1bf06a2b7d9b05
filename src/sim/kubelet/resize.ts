/**
 * Whether a running pod can be given what its spec asks for, and what is said of it. Upstream:
 * pkg/kubelet/allocation/allocation_manager.go, pkg/kubelet/events/resize.go.
 */
import { sortedDeep } from '../api/go-json.ts';
import type { Container, Pod, ResourceRequirements } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { isDeepEqual } from '../apiserver/index.ts';
import { shortage } from './admission.ts';
import type { MachineSpec } from './machine-spec.ts';
import { resourcesOf, type PodRecord } from './records.ts';

/** A pod as it counts against its node: by what it was given, not by what it asks for. */
export function allocatedPod({ pod, allocated, pendingResize }: PodRecord): Stored<Pod> {
  if (!pendingResize || !pod.spec) return pod;
  const given = <C extends Container>(item: C): C => ({ ...item, resources: allocated[item.name] ?? {} });
  const { containers, initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: containers.map(given),
      ...(initContainers ? { initContainers: initContainers.map(given) } : {}),
    },
  };
}

export interface Refused {
  readonly reason: 'Deferred' | 'Infeasible';
  readonly message: string;
}

/** Why the node cannot give a pod what its spec asks for: now, or never. */
export function refusedResize(record: PodRecord, all: Iterable<PodRecord>, machine: MachineSpec): Refused | undefined {
  const { pod } = record;
  const never = shortage(pod, [], machine);
  if (never) {
    const message = never.message.replace(
      /^Node didn't have enough resource: (\S+), requested: (\d+), used: \d+, capacity: (\d+)$/,
      "Node didn't have enough capacity: $1, requested: $2, capacity: $3",
    );
    return { reason: 'Infeasible', message };
  }
  const others = [...all]
    .filter(
      ({ pod: { metadata, status } }) =>
        metadata.uid !== pod.metadata.uid && !/^(Succeeded|Failed)$/.test(status?.phase ?? ''),
    )
    .map(allocatedPod);
  const now = shortage(pod, others, machine);
  return now && { reason: 'Deferred', message: now.message };
}

/** Containers that are to have something else than they were given. */
export function changedContainers({ pod, allocated }: PodRecord): readonly string[] {
  const wanted = resourcesOf(pod);
  return Object.keys(wanted).filter((name) => !isDeepEqual(wanted[name], allocated[name]));
}

/** A resource changes that the container's policy restarts it for. */
export function needsRestart(spec: Container, before: ResourceRequirements, after: ResourceRequirements): boolean {
  return (spec.resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' &&
      (before.requests?.[resourceName] !== after.requests?.[resourceName] ||
        before.limits?.[resourceName] !== after.limits?.[resourceName]),
  );
}

/** `Pod resize started: {"containers":[...],"generation":2}`. */
export function resizeText(what: string, { pod }: PodRecord, error?: string): string {
  const summary = ({ name, resources = {} }: Container): object => ({
    name,
    resources: {
      ...(resources.limits ? { limits: sortedDeep(resources.limits) } : {}),
      ...(resources.requests ? { requests: sortedDeep(resources.requests) } : {}),
    },
  });
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return `Pod resize ${what}: ${JSON.stringify({
    ...(sidecars.length > 0 ? { initContainers: sidecars.map(summary) } : {}),
    containers: (pod.spec?.containers ?? []).map(summary),
    generation: pod.metadata.generation ?? 1,
    ...(error === undefined ? {} : { error }),
  })}`;
}
