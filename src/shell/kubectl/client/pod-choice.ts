/** Which pod and container a command means that names a workload, or no container. Upstream: kubectl/pkg/polymorphichelpers, kubectl/pkg/util/podutils. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { KubeObject } from '../../../sim/api/object.ts';
import { failure } from '../failure.ts';
import type { Live, Session } from '../session.ts';
import type { Found } from './infos.ts';

export type LivePod = Pod & Live;

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** The container that is meant when none is named; says so on stderr when there is a choice, unless it is to be quiet. */
export function defaultContainer(session: Session, pod: Pod, isQuiet = false): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const annotated = pod.metadata?.annotations?.[DEFAULT_CONTAINER];
  if (annotated && [...containers, ...initContainers].some(({ name }) => name === annotated)) return annotated;
  if (annotated)
    session.complain(
      `Default container name ${JSON.stringify(annotated)} not found in pod ${pod.metadata?.name ?? ''}`,
    );
  const [first] = containers;
  const count = containers.length + initContainers.length + ephemeralContainers.length;
  if (count > 1 && !isQuiet) {
    const names = [
      ...containers.map(({ name }) => name),
      ...ephemeralContainers.map(({ name }) => `${name} (ephem)`),
      ...initContainers.map(({ name }) => `${name} (init)`),
    ];
    session.complain(`Defaulted container ${JSON.stringify(first?.name ?? '')} out of: ${names.join(', ')}`);
  }
  return first?.name ?? '';
}

/** Label selector of what an object's pods have. */
export function podSelector(object: KubeObject): string {
  const { spec } = object as { spec?: { selector?: Record<string, unknown> } };
  const selector = spec?.selector;
  if (!selector) throw failure(`cannot get the logs from ${object.kind ?? ''}: selector is missing`);
  const isPlain = object.kind === 'Service' || object.kind === 'ReplicationController';
  const labels = isPlain ? selector : ((selector['matchLabels'] ?? {}) as Record<string, unknown>);
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
}

export function podsOf(session: Session, { object, namespace }: Found): readonly LivePod[] {
  const pods = session.discovery.named('pods');
  return session.rest.list<LivePod>(pods, namespace, { labelSelector: podSelector(object) }).items;
}

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
const readyAt = (pod: Pod): number => {
  const time = pod.status?.conditions?.find(
    ({ type, status }) => type === 'Ready' && status === 'True',
  )?.lastTransitionTime;
  return time ? Date.parse(time) : 0;
};
const restarts = (pod: Pod): number =>
  Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
const PHASES: Readonly<Record<string, number>> = { Running: 0, Unknown: 1, Pending: 2 };

/** The pod to look at first. With `forLogs` restarts make one more interesting, else less. */
export function byInterest(forLogs: boolean): (left: Pod, right: Pod) => number {
  return (left, right) => {
    const unassigned = Number(!left.spec?.nodeName) - Number(!right.spec?.nodeName);
    if (unassigned !== 0) return unassigned;
    const phase = (PHASES[left.status?.phase ?? ''] ?? 0) - (PHASES[right.status?.phase ?? ''] ?? 0);
    if (phase !== 0) return phase;
    const ready = Number(isReady(right)) - Number(isReady(left));
    if (ready !== 0) return ready;
    if (isReady(left) && readyAt(left) !== readyAt(right)) return readyAt(left) - readyAt(right);
    const again = restarts(right) - restarts(left);
    if (again !== 0) return forLogs ? again : -again;
    return Date.parse(String(left.metadata?.creationTimestamp)) - Date.parse(String(right.metadata?.creationTimestamp));
  };
}

/** One pod of a workload; says on stderr which it is when there are several. */
export function firstPod(session: Session, item: Found, forLogs: boolean): LivePod {
  if (item.resource.kind === 'Pod') return item.object as LivePod;
  const pods = [...podsOf(session, item)].sort(byInterest(forLogs));
  const [first] = pods;
  if (!first) throw failure('timed out waiting for the condition');
  if (pods.length > 1 && forLogs) session.complain(`Found ${pods.length} pods, using pod/${first.metadata.name}`);
  return first;
}
