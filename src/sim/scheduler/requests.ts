/**
 * What a pod asks of a node. Upstream: component-helpers/resource/helpers.go (PodRequests), pkg/scheduler/framework/
 * types.go (calculateResource), pkg/scheduler/util/pod_resources.go.
 */
import type { Container, ContainerStatus, Pod } from 'kubernetes-types/core/v1';
import { milliValue, wholeValue } from '../api/quantity.ts';

/** CPU in millicores, memory and ephemeral storage in bytes, everything else by its name in whole units. */
export interface Resources {
  readonly cpu: number;
  readonly memory: number;
  readonly storage: number;
  readonly scalars: ReadonlyMap<string, number> | undefined;
}

type Amounts = Record<string, number>;

export const DEFAULT_CPU_MILLIS = 100;
export const DEFAULT_MEMORY_BYTES = 200 * 1024 * 1024;

export function amountsOf(list: Readonly<Record<string, string>> | undefined): Amounts {
  const result: Amounts = {};
  if (list) {
    for (const name of Object.keys(list)) {
      result[name] = name === 'cpu' ? milliValue(list[name]) : wholeValue(list[name]);
    }
  }
  return result;
}

export function resourcesOf(amounts: Readonly<Amounts>): Resources {
  let scalars: Map<string, number> | undefined;
  for (const name of Object.keys(amounts)) {
    if (isScalar(name)) (scalars ??= new Map()).set(name, amounts[name]!);
  }
  return {
    cpu: amounts['cpu'] ?? 0,
    memory: amounts['memory'] ?? 0,
    storage: amounts['ephemeral-storage'] ?? 0,
    scalars,
  };
}

/** Extended resources, huge pages and attachable volumes: what is counted by name. */
export function isScalar(name: string): boolean {
  return name.includes('/') || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-');
}

/** What only its maker knows: not a name of Kubernetes' own. Upstream: pkg/apis/core/v1/helper (IsExtendedResourceName). */
export function isExtended(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}

function add(target: Amounts, more: Readonly<Amounts>): void {
  for (const name of Object.keys(more)) target[name] = (target[name] ?? 0) + more[name]!;
}

function raise(target: Amounts, other: Readonly<Amounts>): void {
  for (const name of Object.keys(other)) target[name] = Math.max(target[name] ?? 0, other[name]!);
}

/** Only these can be set for a pod as a whole. */
function isPodLevel(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function podLevelRequests(pod: Pod): Amounts | undefined {
  const { resources } = pod.spec as { resources?: { requests?: Readonly<Record<string, string>> } };
  const names = Object.keys(resources?.requests ?? {}).filter(isPodLevel);
  if (names.length === 0) return undefined;
  const all = amountsOf(resources!.requests);
  return Object.fromEntries(names.map((name) => [name, all[name]!]));
}

type StatusOf = (container: Container) => ContainerStatus | undefined;

/** While a container is resized, the larger of what it has and what it asks for counts; of a refused resize what it has. */
function containerRequests(container: Container, status: ContainerStatus | undefined, isRefused: boolean): Amounts {
  const asked = amountsOf(container.resources?.requests);
  const has = status as
    { resources?: { requests?: Record<string, string> }; allocatedResources?: Record<string, string> } | undefined;
  if (!has?.resources) return asked;
  const counted = isRefused ? {} : asked;
  raise(counted, amountsOf(has.resources.requests));
  raise(counted, amountsOf(has.allocatedResources));
  return counted;
}

function aggregate(pod: Pod, missing: Readonly<Amounts>): Amounts {
  const spec = pod.spec!;
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const statusOf: StatusOf = (container) => statuses.find(({ name }) => name === container.name);
  const isRefused =
    pod.status?.conditions?.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible') ?? false;
  const sum: Amounts = {};
  for (const container of spec.containers ?? []) {
    add(sum, { ...missing, ...containerRequests(container, statusOf(container), isRefused) });
  }
  const sidecars: Amounts = {};
  const peak: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const isSidecar = container.restartPolicy === 'Always';
    const own = { ...missing, ...containerRequests(container, isSidecar ? statusOf(container) : undefined, isRefused) };
    if (isSidecar) {
      add(sum, own);
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      add(own, sidecars);
      raise(peak, own);
    }
  }
  raise(sum, peak);
  return sum;
}

/** Containers and sidecars together, or the peak of the init containers with the sidecars before them; plus overhead. */
function total(pod: Pod, missing: Readonly<Amounts>): Amounts {
  const sum = aggregate(pod, missing);
  Object.assign(sum, podLevelRequests(pod) ?? {});
  add(sum, amountsOf(pod.spec!.overhead));
  return sum;
}

export interface PodRequests {
  readonly requests: Resources;
  /** What a node counts for scoring: a container that asks for nothing counts 100m and 200 MiB. */
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
  /** What the pod itself counts for scoring. Differs from the above only for pod-level resources that lack one of the two. */
  readonly scoredCpu: number;
  readonly scoredMemory: number;
}

const DEFAULTS: Readonly<Amounts> = { cpu: DEFAULT_CPU_MILLIS, memory: DEFAULT_MEMORY_BYTES };

export function podRequests(pod: Pod): PodRequests {
  const asked = total(pod, {});
  const scored = total(pod, DEFAULTS);
  let counted = scored;
  if (podLevelRequests(pod)) {
    const missing: Amounts = {};
    if (asked['cpu'] === undefined) missing['cpu'] = DEFAULT_CPU_MILLIS;
    if (asked['memory'] === undefined) missing['memory'] = DEFAULT_MEMORY_BYTES;
    counted = total(pod, missing);
  }
  return {
    requests: resourcesOf(asked),
    nonZeroCpu: counted['cpu'] ?? 0,
    nonZeroMemory: counted['memory'] ?? 0,
    scoredCpu: scored['cpu'] ?? 0,
    scoredMemory: scored['memory'] ?? 0,
  };
}

/** A pod that is resized asks for other amounts by what its status says, with the same spec. */
export function areSameRequests(left: PodRequests, right: PodRequests): boolean {
  const [one, other] = [left.requests, right.requests];
  return (
    one.cpu === other.cpu &&
    one.memory === other.memory &&
    one.storage === other.storage &&
    left.nonZeroCpu === right.nonZeroCpu &&
    left.nonZeroMemory === right.nonZeroMemory &&
    one.scalars?.size === other.scalars?.size &&
    [...(one.scalars ?? [])].every(([name, amount]) => other.scalars!.get(name) === amount)
  );
}
