/** What a kubelet keeps of the pods on its node: plain data, replaced and never changed. */
import type { Container, ContainerState, Pod, ResourceRequirements } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../api/object.ts';
import { FlatMachine, type ShownLife } from '../kernel/index.ts';
import { containerMachine, podMachine } from './machine.ts';

export const containerLife = new FlatMachine(containerMachine);
export const podLife = new FlatMachine(podMachine);

export type ContainerRole = 'init' | 'sidecar' | 'main' | 'ephemeral';

export interface ContainerEnd {
  readonly exitCode: number;
  readonly reason: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly containerId: string;
  /** What it has left in its termination log. */
  readonly message?: string;
}

export interface ContainerRecord {
  readonly name: string;
  readonly role: ContainerRole;
  /** State of the container machine. */
  readonly state: number;
  readonly since: number;
  /** Grows with every state it enters: a delay of an earlier stay is void. */
  readonly stay: number;
  readonly restarts: number;
  readonly startedAt?: number;
  readonly containerId?: string;
  readonly isReady: boolean;
  /** The last end, shown as `lastState` once it runs again. */
  readonly ended?: ContainerEnd;
  /** The end before that, shown as `lastState` while the last one is its state. */
  readonly endedBefore?: ContainerEnd;
  /** Its postStart hook is not over: until then nobody hears that it runs. */
  readonly isInPostStart?: boolean;
  readonly backOffMs: number;
  readonly pullBackOffMs: number;
  /** Why it waits: reason and message as they stand in the status. */
  readonly waiting?: { readonly reason: string; readonly message?: string };
  /** What the last sync has found it to wait for: the next one reports it. */
  readonly foundWaiting?: { readonly reason: string; readonly message?: string };
  readonly probes: Readonly<Record<string, { readonly successes: number; readonly failures: number }>>;
  /** Why it is being stopped; undefined while it is not. */
  readonly stopReason?: 'deleted' | 'probe';
  /** Grace of this stop, where it is not the pod's. */
  readonly graceSeconds?: number;
  /** It is stopped since the node has run short: that is said of the pod, not of the container. */
  readonly isEvicted?: boolean;
}

export interface PodRecord {
  /** As the API has it; a static pod as its file has it, with the status that was reported last. */
  readonly pod: Stored<Pod>;
  /** It stands in a file of the node, see static-pods.ts. */
  readonly isStatic?: boolean;
  /** What shows a static pod in the API. */
  readonly mirror?: Stored<Pod>;
  readonly state: number;
  readonly since: number;
  readonly podIp: string;
  readonly startTime?: string;
  readonly containers: readonly ContainerRecord[];
  /** Condition type to the time of its last transition, and its status then. */
  readonly transitions: Readonly<Record<string, { readonly status: string; readonly at: string }>>;
  readonly isStatusDue: boolean;
  /** Devices that it needs, by the names that the node's status has for them. */
  readonly devices?: readonly string[];
  readonly rejection?: { readonly reason: string; readonly message: string; readonly isEviction?: boolean };
  readonly hasSandbox: boolean;
  /** What each container was given, by name: the spec may ask for something else by now. */
  readonly allocated: Readonly<Record<string, ResourceRequirements>>;
  /** What each container has by now, by name: it lags behind while a resize is on its way. */
  readonly actuated: Readonly<Record<string, ResourceRequirements>>;
  /** A resize that this node cannot give now, or never. */
  readonly pendingResize?: {
    readonly reason: 'Deferred' | 'Infeasible';
    readonly message: string;
    /** Of the spec that asks for it. */
    readonly generation: number;
  };
  /** A resize that is on its way, and what holds it up. */
  readonly resizing?: { readonly generation: number; readonly since: number; readonly error?: string };
}

export function newContainer(name: string, role: ContainerRole): ContainerRecord {
  const { state } = containerLife.start();
  return {
    name,
    role,
    state,
    since: 0,
    stay: 0,
    restarts: 0,
    isReady: false,
    backOffMs: 0,
    pullBackOffMs: 0,
    probes: {},
  };
}

export function newContainers(pod: Pod): readonly ContainerRecord[] {
  return [
    ...(pod.spec?.initContainers ?? []).map((item) =>
      newContainer(item.name, item.restartPolicy === 'Always' ? 'sidecar' : 'init'),
    ),
    ...(pod.spec?.containers ?? []).map((item) => newContainer(item.name, 'main')),
    ...(pod.spec?.ephemeralContainers ?? []).map((item) => newContainer(item.name, 'ephemeral')),
  ];
}

/** A pod as it is first seen on its node. */
export function newRecord(pod: Stored<Pod>, now: number, startTime: string): PodRecord {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return {
    pod,
    state: podLife.start().state,
    since: now,
    podIp: '',
    startTime,
    containers: newContainers(pod),
    transitions: scheduled ? { PodScheduled: { status: 'True', at: scheduled.lastTransitionTime ?? '' } } : {},
    isStatusDue: false,
    hasSandbox: false,
    allocated: resourcesOf(pod),
    actuated: resourcesOf(pod),
  };
}

export function specOf(pod: Pod, name: string): Container {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const found = [...containers, ...initContainers, ...ephemeralContainers].find((item) => item.name === name);
  if (!found) throw new Error(`pod ${pod.metadata?.name} has no container ${name}`);
  return found;
}

const leaf = (record: ContainerRecord): string => containerLife.leaves[record.state]!;

export const isRunning = (record: ContainerRecord): boolean =>
  leaf(record).startsWith('running') || leaf(record) === 'stopping';
export const isStarted = (record: ContainerRecord): boolean => leaf(record) === 'running.started';
export const isTerminated = (record: ContainerRecord): boolean => leaf(record) === 'terminated';
export const isUnstarted = (record: ContainerRecord): boolean => leaf(record) === 'waiting.created';
export const leafOf = leaf;

type Format = (virtualMs: number) => string;

const endState = (end: ContainerEnd | undefined, format: Format): ContainerState =>
  end
    ? {
        terminated: {
          exitCode: end.exitCode,
          reason: end.reason,
          startedAt: format(end.startedAt),
          finishedAt: format(end.finishedAt),
          ...(end.message ? { message: end.message } : {}),
          containerID: end.containerId,
        },
      }
    : {};

/**
 * `state` and `lastState` of a container's status. One that is to be started again shows how it has ended until a sync has
 * found something that holds it back. Upstream: pkg/kubelet/kubelet_pods.go (convertToAPIContainerStatuses).
 */
export function statesOf(
  record: ContainerRecord,
  format: Format,
  hasInits: boolean,
): { state: ContainerState; lastState: ContainerState } {
  const { ended, endedBefore, waiting } = record;
  if (isRunning(record) && !record.isInPostStart)
    return { state: { running: { startedAt: format(record.startedAt ?? 0) } }, lastState: endState(ended, format) };
  if (ended && (isTerminated(record) || !waiting))
    return { state: endState(ended, format), lastState: endState(endedBefore, format) };
  const reason = hasInits && record.role !== 'ephemeral' ? 'PodInitializing' : 'ContainerCreating';
  return { state: { waiting: waiting ?? { reason } }, lastState: endState(ended, format) };
}

export const resourcesOf = (pod: Pod): Readonly<Record<string, ResourceRequirements>> =>
  Object.fromEntries(
    [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].map(({ name, resources = {} }) => [
      name,
      resources,
    ]),
  );

/** Devices that pods here need until all their containers have ended, in the order of their names. */
export function devicesOf(records: Iterable<PodRecord>): readonly string[] {
  const devices = new Set<string>();
  for (const { devices: own = [], state, containers } of records) {
    const isOver = /^(gone|failed|succeeded)$/.test(podLife.leaves[state]!) && !containers.some(isRunning);
    if (!isOver) for (const device of own) devices.add(device);
  }
  return [...devices].sort();
}

/** Every pod and container, and the state of its machine. */
export function livesOf(records: Iterable<PodRecord>): readonly ShownLife[] {
  return [...records].flatMap((record) => {
    const path = keyOf(record.pod);
    return [
      { instance: `pod/${path}`, machine: podLife.id, state: podLife.leaves[record.state]!, since: record.since },
      ...record.containers.map((container) => ({
        instance: `container/${path}/${container.name}`,
        machine: containerLife.id,
        state: leafOf(container),
        since: container.since,
      })),
    ];
  });
}
