/** The status of a pod as its kubelet reports it. Upstream: pkg/kubelet/kubelet_pods.go, pkg/kubelet/status/generate.go. */
import type { Container, ContainerStatus, PodCondition, PodStatus } from 'kubernetes-types/core/v1';
import { hashText } from '../kernel/index.ts';
import {
  isRunning,
  isStarted,
  isTerminated,
  isUnstarted,
  leafOf,
  podLife,
  specOf,
  statesOf,
  type ContainerRecord,
  type PodRecord,
} from './records.ts';

export function phaseOf(record: PodRecord): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const state = podLife.leaves[record.state]!;
  // Neither end is reported while a container still runs: sidecars, and what is being stopped.
  const isEnd = state === 'failed' || state === 'succeeded';
  if (isEnd && record.containers.some(isRunning)) return 'Running';
  if (state === 'failed') return 'Failed';
  if (state === 'succeeded') return 'Succeeded';
  if (record.rejection) return 'Failed';
  const mains = record.containers.filter(({ role }) => role === 'main');
  // One that goes ends as its containers have; one that has never run has failed.
  if (state === 'gone' && !record.isStatic)
    return mains.every(({ ended }) => ended?.exitCode === 0) ? 'Succeeded' : 'Failed';
  const hasRun = (container: ContainerRecord): boolean =>
    (isRunning(container) && !container.isInPostStart) || container.ended !== undefined;
  const isInitialized = record.containers.filter(({ role }) => role === 'init').every(isTerminated);
  if (!isInitialized || mains.some((container) => !hasRun(container))) return 'Pending';
  if (mains.every(isTerminated)) return mains.every(({ ended }) => ended?.exitCode === 0) ? 'Succeeded' : 'Failed';
  return 'Running';
}

function containerStatus(
  record: PodRecord,
  container: ContainerRecord,
  format: (virtualMs: number) => string,
): ContainerStatus {
  const spec = specOf(record.pod, container.name);
  const hasInits = record.containers.some(({ role }) => role === 'init' || role === 'sidecar');
  const image = withTag(spec.image ?? '');
  const isUp = isRunning(container);
  return {
    name: container.name,
    ...(isNeverSeen(record, container) ? { state: UNKNOWN_END, lastState: {} } : statesOf(container, format, hasInits)),
    ready: container.role === 'init' ? isTerminated(container) && container.ended?.exitCode === 0 : container.isReady,
    restartCount: container.restarts,
    image,
    imageID: isUp || container.ended ? `${image.replace(/:[^/:]+$/, '')}@sha256:${digestOf(image)}` : '',
    ...(container.containerId ? { containerID: container.containerId } : {}),
    ...resourcesStatus(record, container, isUp),
    started: container.role === 'init' ? isUp : isStarted(container) || (isUp && hasStartedOnce(container, spec)),
  };
}

/** One that is being stopped has started, unless its hook or its startup probe was still to pass. */
const hasStartedOnce = (container: ContainerRecord, { startupProbe }: Container): boolean =>
  leafOf(container) === 'stopping' &&
  !container.isInPostStart &&
  (!startupProbe || (container.probes['startup']?.successes ?? 0) > 0);

/** What is said of a container that nobody has seen end. Upstream: status_manager.go (TerminatePod). */
const UNKNOWN_END = {
  terminated: {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    startedAt: null as unknown as string,
    finishedAt: null as unknown as string,
  },
};

/**
 * The pod is over, and this container should have run: a main one once the pod was initialized, and of the init containers
 * the first and whatever comes before one that has run.
 */
function isNeverSeen(record: PodRecord, container: ContainerRecord): boolean {
  const { containers, isStatic } = record;
  if (isStatic || container.ended || isRunning(container) || container.role === 'ephemeral') return false;
  if (!OVER.has(podLife.leaves[record.state]!) || containers.some(isRunning)) return false;
  const inits = containers.filter(({ role }) => role === 'init' || role === 'sidecar');
  if (container.role !== 'main')
    return (
      inits.indexOf(container) <=
      Math.max(
        0,
        inits.findLastIndex(({ ended }) => ended),
      )
    );
  const last = inits.at(-1);
  if (!last || containers.some(({ role, ended }) => role === 'main' && ended)) return true;
  return last.role === 'sidecar' ? last.ended !== undefined : last.ended?.exitCode === 0;
}

const OVER: ReadonlySet<string> = new Set(['gone', 'failed', 'succeeded']);

/** What the container has been given, and what it has; shown while it runs. */
function resourcesStatus({ allocated, actuated }: PodRecord, { name }: ContainerRecord, isUp: boolean): object {
  const resources = actuated[name];
  if (!isUp || !resources) return {};
  const { requests } = allocated[name] ?? {};
  return { ...(requests ? { allocatedResources: requests } : {}), resources };
}

/** `docker.io/library/nginx:1.27`, as containerd names it. */
export function withTag(image: string): string {
  const hasTag = image.lastIndexOf(':') > image.lastIndexOf('/');
  const tagged = hasTag || image.includes('@') ? image : `${image}:latest`;
  const first = tagged.split('/')[0]!;
  if (tagged.includes('/') && (first.includes('.') || first.includes(':'))) return tagged;
  return tagged.includes('/') ? `docker.io/${tagged}` : `docker.io/library/${tagged}`;
}

export function digestOf(text: string): string {
  let digest = '';
  for (let part = 0; part < 8; part += 1) digest += hashText(`${part}/${text}`).toString(16).padStart(8, '0');
  return digest;
}

const heldUp = ({
  error,
  generation,
}: NonNullable<PodRecord['resizing']>): Pick<Wanted, 'reason' | 'message' | 'generation'> =>
  error === undefined ? { generation } : { reason: 'Error', message: error, generation };

interface Wanted {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
  /** Of the spec that it speaks of, where that is not the newest. */
  readonly generation?: number;
}

function conditionsOf(record: PodRecord, phase: string): readonly Wanted[] {
  const names = (containers: readonly ContainerRecord[]): string => containers.map(({ name }) => name).join(' ');
  const pendingInits = record.containers.filter(
    (container) =>
      (container.role === 'init' && (!isTerminated(container) || container.ended?.exitCode !== 0)) ||
      (container.role === 'sidecar' && !isStarted(container)),
  );
  // Once a main container has started, the ones before it have done their part.
  const hasBegun = record.containers.some((item) => item.role === 'main' && (isRunning(item) || item.ended));
  const unready = record.containers.filter(({ role, isReady }) => (role === 'main' || role === 'sidecar') && !isReady);
  const isDone = phase === 'Succeeded' || phase === 'Failed';
  const doneReason = phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed';
  const initialized: Wanted =
    phase === 'Succeeded'
      ? { type: 'Initialized', status: 'True', reason: 'PodCompleted' }
      : pendingInits.length === 0 || hasBegun
        ? { type: 'Initialized', status: 'True' }
        : {
            type: 'Initialized',
            status: 'False',
            reason: 'ContainersNotInitialized',
            message: `containers with incomplete status: [${names(pendingInits)}]`,
          };
  const readiness = (type: string): Wanted => {
    if (isDone) return { type, status: 'False', reason: doneReason };
    if (unready.length === 0) return { type, status: 'True' };
    return {
      type,
      status: 'False',
      reason: 'ContainersNotReady',
      message: `containers with unready status: [${names(unready)}]`,
    };
  };
  const rejection = reasonOf(record);
  const disruption: readonly Wanted[] = rejection?.isEviction
    ? [{ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message: rejection.message }]
    : [];
  const { pendingResize, resizing } = record;
  const resize: readonly Wanted[] = [
    ...(pendingResize ? [{ type: 'PodResizePending', status: 'True', ...pendingResize } as const] : []),
    ...(resizing ? [{ type: 'PodResizeInProgress', status: 'True', ...heldUp(resizing) } as const] : []),
  ];
  return [
    ...resize,
    ...disruption,
    { type: 'PodReadyToStartContainers', status: record.hasSandbox && !isDone ? 'True' : 'False' },
    initialized,
    readiness('Ready'),
    readiness('ContainersReady'),
    { type: 'PodScheduled', status: 'True' },
  ];
}

/** Why the pod is over: that is held back with its phase while a container still runs. Upstream: status_manager.go (mergePodStatus). */
const reasonOf = ({ rejection, containers }: PodRecord): PodRecord['rejection'] =>
  containers.some(isRunning) ? undefined : rejection;

/** The whole status, and when each condition last changed. */
export function podStatusOf(
  record: PodRecord,
  hostIp: string,
  format: (virtualMs?: number) => string,
): { status: PodStatus; transitions: PodRecord['transitions'] } {
  const phase = phaseOf(record);
  const transitions: Record<string, { status: string; at: string }> = {};
  const conditions = conditionsOf(record, phase).map(({ generation, ...wanted }): PodCondition => {
    const before = record.transitions[wanted.type];
    const at = before?.status === wanted.status ? before.at : format();
    transitions[wanted.type] = { status: wanted.status, at };
    return {
      ...wanted,
      lastProbeTime: null,
      lastTransitionTime: at,
      observedGeneration: generation ?? record.pod.metadata.generation ?? 1,
    } as unknown as PodCondition;
  });
  const inits = record.containers.filter(({ role }) => role === 'init' || role === 'sidecar');
  const ephemeral = record.containers.filter(({ role }) => role === 'ephemeral');
  const mains = record.containers.filter(({ role }) => role === 'main');
  const over = reasonOf(record);
  const isRefused = record.rejection !== undefined && record.containers.every(isUnstarted) && !record.hasSandbox;
  const status = {
    phase,
    conditions,
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(record.podIp ? { podIP: record.podIp, podIPs: [{ ip: record.podIp }] } : {}),
    ...(record.startTime ? { startTime: record.startTime } : {}),
    ...(over ? { reason: over.reason, message: over.message } : {}),
    observedGeneration: record.pod.metadata.generation ?? 1,
    ...(inits.length > 0 && !isRefused
      ? { initContainerStatuses: inits.map((item) => containerStatus(record, item, format)) }
      : {}),
    ...(ephemeral.length > 0
      ? { ephemeralContainerStatuses: ephemeral.map((item) => containerStatus(record, item, format)) }
      : {}),
    ...(isRefused ? {} : { containerStatuses: mains.map((item) => containerStatus(record, item, format)) }),
  };
  return { status: status as PodStatus, transitions };
}
