/** `kubectl cordon`, `uncordon` and `drain`. Upstream: kubectl/pkg/cmd/drain/drain.go, kubectl/pkg/drain/{drain,filters,cordon}.go. */
import type { Pod } from 'kubernetes-types/core/v1';
import { each, sendPatch } from '../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG } from '../client/flags.ts';
import { liveObjects, selectionOf, type Found } from '../client/infos.ts';
import { pathOf } from '../client/rest.ts';
import type { CommandFailure } from '../failure.ts';
import { failure, ServerRefusal, throwAll, usageFailure } from '../failure.ts';
import type { Live, Pause, Session } from '../session.ts';

export const CORDON_FLAGS = flagsOf(`${DRY_RUN_FLAG} selector/l`);
export const DRAIN_FLAGS = flagsOf(`
  ${DRY_RUN_FLAG} selector/l force:bool ignore-daemonsets:bool delete-emptydir-data:bool disable-eviction:bool grace-period:int=-1
  timeout:duration=0s pod-selector skip-wait-for-delete-timeout:int=0 chunk-size:int=500`);

type LivePod = Pod & Live;

function nodesOf(session: Session, verb: string, failures: Error[]): readonly Found[] {
  const { flags, command } = session;
  if (flags.args.length === 0 && !flags.text('selector')) throw usageFailure(command, `USAGE: ${verb} NODE [flags]`);
  const args = flags.args[0]?.includes('/') ? flags.args : ['nodes', ...flags.args];
  return liveObjects(session, { ...selectionOf(session, args), needsName: true }, failures);
}

export const cordon = (session: Session): void => mark(session, 'cordon', true);
export const uncordon = (session: Session): void => mark(session, 'uncordon', false);

function mark(session: Session, verb: string, isUnschedulable: boolean): void {
  const failures: Error[] = [];
  const nodes = nodesOf(session, verb, failures);
  each(nodes, failures, (node) => markOne(session, node, isUnschedulable));
  throwAll(failures);
}

function markOne(session: Session, node: Found, isUnschedulable: boolean): void {
  const { unschedulable = false } = (node.object as { spec?: { unschedulable?: boolean } }).spec ?? {};
  const word = isUnschedulable ? 'cordoned' : 'uncordoned';
  const already = unschedulable === isUnschedulable ? 'already ' : '';
  if (!already && session.dryRun !== 'client') {
    const patch = { spec: { unschedulable: isUnschedulable || null } };
    sendPatch(session, node, 'strategic', patch, session.dryRun === 'server' ? { dryRun: 'All' } : {});
  }
  session.say(`node/${node.name} ${already}${word}${session.dryRunNote}`);
}

interface DrainData {
  readonly nodes: readonly string[];
  readonly at: number;
  readonly pods: readonly Leaving[];
  readonly retryAtMs: number;
}

interface Leaving {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly isEvicted: boolean;
}

export function drain(session: Session): Pause {
  const failures: Error[] = [];
  const nodes = nodesOf(session, 'drain', failures);
  throwAll(failures);
  for (const node of nodes) markOne(session, node, true);
  const names = nodes.map(({ name }) => name);
  return drainNode(session, { nodes: names, at: 0, pods: [], retryAtMs: 0 }, session.context.nowMs);
}

function drainNode(session: Session, data: DrainData, startedMs: number): Pause {
  const name = data.nodes[data.at];
  if (name === undefined) return undefined;
  const chosen = podsToLeave(session, name, data);
  if (session.dryRun !== 'none') {
    for (const { namespace, name: pod } of chosen) session.say(`evicting pod ${namespace}/${pod}${session.dryRunNote}`);
    session.say(`node/${name} drained${session.dryRunNote}`);
    return drainNode(session, { ...data, at: data.at + 1 }, startedMs);
  }
  return proceed(session, { ...data, pods: chosen, retryAtMs: 0 }, startedMs);
}

export const resumeDrain = (session: Session, data: DrainData, startedMs: number): Pause =>
  proceed(session, data, startedMs);

/** Evicts those that have not been, and waits for the others to go. */
function proceed(session: Session, data: DrainData, startedMs: number): Pause {
  const { flags, context } = session;
  const node = data.nodes[data.at]!;
  const isDue = context.nowMs >= data.retryAtMs;
  const tried = data.pods.map((pod) => (pod.isEvicted || !isDue ? pod : evict(session, pod)));
  const isRefused = tried.some(({ isEvicted }) => !isEvicted);
  const left = tried.filter((pod) => !isGone(session, pod));
  if (left.length === 0) {
    session.say(`node/${node} drained`);
    return drainNode(session, { ...data, at: data.at + 1, pods: [] }, startedMs);
  }
  const timeout = flags.duration('timeout');
  if (timeout > 0 && context.nowMs >= startedMs + timeout) throw gaveUp(session, node);
  const retryAtMs = isRefused ? (isDue ? context.nowMs + 5_000 : data.retryAtMs) : context.nowMs + 3_600_000;
  return {
    data: { ...data, pods: left, retryAtMs },
    wake: {
      atMs: timeout > 0 ? Math.min(retryAtMs, startedMs + timeout) : retryAtMs,
      paths: [...new Set(left.map(({ namespace }) => `/api/v1/namespaces/${namespace}/pods`))],
    },
  };
}

function gaveUp(session: Session, node: string): CommandFailure {
  const text = `global timeout reached: ${session.flags.text('timeout')}`;
  return failure(
    `unable to drain node ${JSON.stringify(node)} due to error: ${text}, continuing command...\nThere are pending nodes to be drained:\n ${node}\n${text}`,
  );
}

function evict(session: Session, pod: Leaving): Leaving {
  const { rest, flags } = session;
  const grace = flags.int('grace-period');
  const deleteOptions = { ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}) };
  const pods = session.discovery.named('pods');
  session.complain(`evicting pod ${pod.namespace}/${pod.name}`);
  try {
    if (flags.bool('disable-eviction'))
      rest.json('DELETE', pathOf(pods, pod.namespace, pod.name), {
        body: { kind: 'DeleteOptions', apiVersion: 'v1', ...deleteOptions },
      });
    else
      rest.json('POST', pathOf(pods, pod.namespace, pod.name, 'eviction'), {
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name: pod.name, namespace: pod.namespace },
          deleteOptions,
        },
      });
    return { ...pod, isEvicted: true };
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    if (error.isNotFound) return { ...pod, isEvicted: true };
    if (error.status.reason !== 'TooManyRequests')
      throw failure(
        `error when evicting pods/${JSON.stringify(pod.name)} -n ${JSON.stringify(pod.namespace)}: ${error.message}`,
      );
    session.complain(
      `error when evicting pods/${JSON.stringify(pod.name)} -n ${JSON.stringify(pod.namespace)} (will retry after 5s): ${error.message}`,
    );
    return pod;
  }
}

function isGone(session: Session, { namespace, name, uid, isEvicted }: Leaving): boolean {
  if (!isEvicted) return false;
  const current = session.rest.find<Live>(session.discovery.named('pods'), namespace, name);
  if (current && current.metadata.uid === uid) return false;
  session.say(`pod/${name} evicted`);
  return true;
}

interface Verdict {
  readonly pod: LivePod;
  readonly isKept?: boolean;
  readonly warning?: string;
  readonly fault?: string;
}

const DAEMON_FAULT = 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)';
const STORAGE_FAULT = 'cannot delete Pods with local storage (use --delete-emptydir-data to override)';
const ALONE_FAULT = 'cannot delete cannot delete Pods that declare no controller (use --force to override)';

function podsToLeave(session: Session, node: string, data: DrainData): readonly Leaving[] {
  const { rest, flags } = session;
  const pods = session.discovery.named('pods');
  const { items } = rest.list<LivePod>(pods, '', {
    fieldSelector: `spec.nodeName=${node}`,
    labelSelector: flags.text('pod-selector'),
    limit: flags.int('chunk-size'),
  });
  const verdicts = items.map((pod) => judge(session, pod));
  const faults = grouped(verdicts, 'fault');
  if (faults.length > 0) {
    const texts = faults.map(({ text, pods: named }) => `${text}: ${named}`);
    const all = texts.length > 1 ? `[${texts.join(', ')}]` : texts[0];
    const pending = data.nodes
      .slice(data.at)
      .map((name) => ` ${name}`)
      .join('\n');
    throw failure(
      `unable to drain node ${JSON.stringify(node)} due to error: ${all}, continuing command...\nThere are pending nodes to be drained:\n${pending}\n${texts.join('\n')}`,
    );
  }
  const warnings = grouped(verdicts, 'warning');
  if (warnings.length > 0)
    session.complain(`Warning: ${warnings.map(({ text, pods: named }) => `${text}: ${named}`).join('; ')}`);
  return verdicts
    .filter(({ isKept }) => !isKept)
    .map(({ pod }) => ({
      namespace: pod.metadata.namespace ?? '',
      name: pod.metadata.name,
      uid: pod.metadata.uid ?? '',
      isEvicted: false,
    }));
}

function grouped(
  verdicts: readonly Verdict[],
  what: 'fault' | 'warning',
): readonly { readonly text: string; readonly pods: string }[] {
  const groups = new Map<string, string[]>();
  for (const verdict of verdicts) {
    const text = verdict[what];
    const { namespace, name } = verdict.pod.metadata;
    if (text) groups.set(text, [...(groups.get(text) ?? []), `${namespace}/${name}`]);
  }
  return [...groups].map(([text, pods]) => ({ text, pods: pods.join(', ') }));
}

/** In the order of upstream's filters; the first that speaks is heard. */
function judge({ flags, rest, discovery }: Session, pod: LivePod): Verdict {
  const { metadata, spec, status } = pod;
  const isFinished = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner?.kind === 'DaemonSet' && !isFinished) {
    const exists = rest.find(discovery.named('daemonsets.apps'), metadata.namespace ?? '', owner.name);
    if (!exists)
      return flags.bool('force')
        ? { pod, warning: `daemonsets.apps ${JSON.stringify(owner.name)} not found` }
        : { pod, fault: `daemonsets.apps ${JSON.stringify(owner.name)} not found` };
    return flags.bool('ignore-daemonsets')
      ? { pod, isKept: true, warning: 'ignoring DaemonSet-managed Pods' }
      : { pod, fault: DAEMON_FAULT };
  }
  if (metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return { pod, isKept: true };
  if (isFinished) return { pod };
  const hasStorage = spec?.volumes?.some((volume) => volume.emptyDir !== undefined) ?? false;
  if (hasStorage && !flags.bool('delete-emptydir-data')) return { pod, fault: STORAGE_FAULT };
  if (owner) return { pod };
  return flags.bool('force')
    ? { pod, warning: 'deleting Pods that declare no controller' }
    : { pod, fault: ALONE_FAULT };
}
