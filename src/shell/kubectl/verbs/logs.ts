/** `kubectl logs`. Upstream: kubectl/pkg/cmd/logs/logs.go, kubectl/pkg/polymorphichelpers/logsforobject.go. */
import { flagsOf } from '../client/flags.ts';
import { foundAt, selectionOf, targetsOf, type Found } from '../client/infos.ts';
import { byInterest, defaultContainer, firstPod, podsOf, type LivePod } from '../client/pod-choice.ts';
import { needPermission } from '../client/streaming.ts';
import { failure, ServerRefusal, usageFailure } from '../failure.ts';
import type { Pause, Session } from '../session.ts';

export const LOGS_FLAGS = flagsOf(`
  container/c all-containers:bool all-pods:bool follow/f:bool ignore-errors:bool insecure-skip-tls-verify-backend:bool limit-bytes:int=0
  max-log-requests:int=5 pod-running-timeout:duration=20s prefix:bool previous/p:bool selector/l since:duration=0s since-time tail:int=-1
  timestamps:bool`);

interface Stream {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Time and number of the last lines shown, so that only news are told. */
  readonly shown: number;
}

interface LogsData {
  readonly streams: readonly Stream[];
}

const LOOK_EVERY_MS = 250;
const USAGE =
  "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";

export function logs(session: Session): Pause | void {
  const { flags, command } = session;
  const { args } = flags;
  const selector = flags.text('selector');
  if (args.length === 0 && !selector) throw usageFailure(command, USAGE);
  if (args.length > 0 && selector) throw usageFailure(command, 'only a selector (-l) or a POD name is allowed');
  if (args.length > 2) throw usageFailure(command, USAGE);
  if (args[1] && flags.text('container'))
    throw usageFailure(command, 'only one of -c or an inline [CONTAINER] arg is allowed');
  if (flags.bool('all-containers') && flags.text('container'))
    throw usageFailure(command, '--all-containers=true should not be specified with container name');
  if (flags.has('since') && flags.text('since-time'))
    throw usageFailure(command, 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  if (flags.has('tail') && flags.int('tail') < -1)
    throw usageFailure(command, 'TailLines must be greater than or equal to -1');
  const streams = selector ? selected(session, selector) : named(session, args[0]!, args[1] ?? flags.text('container'));
  if (flags.bool('follow') && streams.length > flags.int('max-log-requests'))
    throw failure(
      `you are attempting to follow ${streams.length} log streams, but maximum allowed concurrency is ${flags.int('max-log-requests')}, use --max-log-requests to increase the limit`,
    );
  return tell(session, streams, true);
}

function selected(session: Session, selector: string): readonly Stream[] {
  const pods = session.rest.list<LivePod>(session.discovery.named('pods'), session.namespace, {
    labelSelector: selector,
  }).items;
  if (pods.length === 0) session.complain(`No resources found in ${session.namespace} namespace.`);
  return pods.flatMap((pod) => streamsOf(session, pod, session.flags.text('container')));
}

function named(session: Session, name: string, container: string): readonly Stream[] {
  const selection = selectionOf(session, name.includes('/') ? [name] : ['pods', name]);
  const found = targetsOf(session, selection).flatMap((target) =>
    wrapped(session, () => foundAt(session, selection, target)),
  );
  const item = found[0]!;
  const all = session.flags.bool('all-pods') && item.resource.kind !== 'Pod';
  if (!isLogged(item))
    throw failure(
      `cannot get the logs from ${item.object.apiVersion}, Kind=${item.resource.kind}: selector is missing`,
    );
  const pods = all ? [...podsOf(session, item)].sort(byInterest(true)) : [firstPod(session, item, true)];
  return pods.flatMap((pod) => streamsOf(session, pod, container));
}

const isLogged = ({ object, resource }: Found): boolean =>
  resource.kind === 'Pod' || (object as { spec?: { selector?: unknown } }).spec?.selector !== undefined;

function wrapped<T>(session: Session, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ServerRefusal) || !error.isNotFound) throw error;
    throw failure(
      `error from server (${error.status.reason}): ${error.message} in namespace ${JSON.stringify(session.namespace)}`,
    );
  }
}

function streamsOf(session: Session, pod: LivePod, container: string): readonly Stream[] {
  const { namespace = '', name } = pod.metadata;
  const stream = (one: string): Stream => ({ namespace, pod: name, container: one, shown: 0 });
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const all = [...initContainers, ...containers, ...ephemeralContainers];
  if (session.flags.bool('all-containers')) return all.map((item) => stream(item.name));
  if (container === '') return [stream(defaultContainer(session, pod, session.flags.bool('all-pods')))];
  const isThere = all.some((item) => item.name === container);
  if (!isThere) throw failure(`container ${container} is not valid for pod ${name}`);
  return [stream(container)];
}

export const resumeLogs = (session: Session, { streams }: LogsData): Pause => tell(session, streams, false);

/** What the streams hold; when following, it goes on until the containers have ended. */
function tell(session: Session, streams: readonly Stream[], isFirst: boolean): Pause {
  const { flags, context } = session;
  const follows = flags.bool('follow');
  const going: Stream[] = [];
  for (const stream of streams) {
    const { lines, isRunning } = read(session, stream, isFirst);
    for (const line of lines.slice(isFirst ? 0 : stream.shown)) session.out(lineText(session, stream, line));
    if (follows && isRunning) going.push({ ...stream, shown: countOf(session, stream) });
  }
  if (going.length === 0) return undefined;
  return { data: { streams: going }, wake: { atMs: context.nowMs + LOOK_EVERY_MS, paths: [] } };
}

type Line = { readonly at: number; readonly text: string };

function countOf({ context }: Session, { namespace, pod, container }: Stream): number {
  const all = context.streams.logs({ namespace, pod, container });
  return all.ok ? all.value.length : 0;
}

function read(
  session: Session,
  stream: Stream,
  isFirst: boolean,
): { readonly lines: readonly Line[]; readonly isRunning: boolean } {
  const { flags, context, rest } = session;
  const { namespace, pod, container } = stream;
  const current = rest.find<LivePod>(session.discovery.named('pods'), namespace, pod);
  if (!current) {
    if (!isFirst) return { lines: [], isRunning: false };
    throw failure(`pods ${JSON.stringify(pod)} not found`);
  }
  const { containerStatuses = [], initContainerStatuses = [] } = current.status ?? {};
  if (isFirst) needPermission(session, { namespace, name: pod }, 'log');
  const status = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
  const isPrevious = flags.bool('previous');
  if (isFirst) refuse(current, container, status, isPrevious);
  const tail = flags.has('tail') ? flags.int('tail') : flags.text('selector') ? 10 : -1;
  const since = flags.duration('since');
  const read = context.streams.logs(
    { namespace, pod, container },
    {
      previous: isPrevious,
      ...(isFirst && tail >= 0 ? { tailLines: tail } : {}),
      ...(isFirst && since > 0 ? { sinceSeconds: Math.ceil(since / 1000) } : {}),
    },
  );
  return { lines: read.ok ? read.value : [], isRunning: !isPrevious && status?.state?.running !== undefined };
}

/** What the kubelet says when there is no log to read. Upstream: pkg/kubelet/kubelet_pods.go (validateContainerLogStatus). */
function refuse(
  pod: LivePod,
  container: string,
  status: NonNullable<NonNullable<LivePod['status']>['containerStatuses']>[number] | undefined,
  isPrevious: boolean,
): void {
  const { name } = pod.metadata;
  const refusal = (message: string): never => {
    throw new ServerRefusal({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'BadRequest',
      code: 400,
      message,
    });
  };
  if (isPrevious && !status?.lastState?.terminated)
    refusal(`previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`);
  if (!pod.spec?.nodeName) refusal(`pod ${name} does not have a host assigned`);
  const waiting = status?.state?.waiting;
  if (status && !(waiting && !status.lastState?.terminated)) return;
  const isPull = waiting?.reason === 'ErrImagePull' || waiting?.reason === 'ImagePullBackOff';
  const why = isPull ? 'trying and failing to pull image' : (waiting?.reason ?? 'ContainerCreating');
  refusal(`container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${why}`);
}

function lineText({ flags, context }: Session, { pod, container }: Stream, { at, text }: Line): string {
  const prefix = flags.bool('prefix') || flags.bool('all-pods') ? `[pod/${pod}/${container}] ` : '';
  const time = flags.bool('timestamps') ? `${context.formatLogTime?.(at) ?? ''} ` : '';
  return `${prefix}${time}${text}\n`;
}
