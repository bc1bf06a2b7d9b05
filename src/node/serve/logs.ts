/** Logs of a container over HTTP, as they are or as they come. Upstream: pkg/registry/core/pod/rest/log.go, pkg/kubelet/kubelet_pods.go. */
import type { ServerResponse } from 'node:http';
import { refusal, type HttpAnswer } from '../../sim/apiserver/http.ts';
import { runtimeUidOf } from '../../sim/api/mirror-pods.ts';
import { badRequest } from '../../sim/api/status.ts';
import type { World } from '../../sim/world.ts';
import { containerStatusOf, type PodTarget } from './pod-target.ts';

const LOOK_EVERY_MS = 50;

interface LogWish {
  readonly isPrevious: boolean;
  readonly follows: boolean;
  readonly hasTimes: boolean;
  readonly tailLines?: number;
  readonly sinceMs?: number;
  readonly limitBytes: number;
}

const flag = (query: URLSearchParams, name: string): boolean => ['true', '1'].includes(query.get(name) ?? '');

function wishOf({ query }: PodTarget, world: World): LogWish {
  const tail = query.get('tailLines');
  const limit = query.get('limitBytes');
  const seconds = query.get('sinceSeconds');
  const time = query.get('sinceTime');
  const sinceMs = seconds ? world.now - Number(seconds) * 1000 : time ? world.kernel.parseTime(time) : undefined;
  return {
    isPrevious: flag(query, 'previous'),
    follows: flag(query, 'follow'),
    hasTimes: flag(query, 'timestamps'),
    limitBytes: limit === null ? Number.POSITIVE_INFINITY : Number(limit),
    ...(tail === null ? {} : { tailLines: Number(tail) }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}

/** Sends what there is, and with `follow` what comes, until the container ends or the client goes. */
export function sendLogs(world: World, target: PodTarget, outgoing: ServerResponse): HttpAnswer | undefined {
  const wish = wishOf(target, world);
  const { pod, container } = target;
  const key = `${runtimeUidOf(pod)}/${container}`;
  const fault = faultOf(target, wish);
  if (fault) return fault;
  const log = world.processes.logs.read(key, wish) ?? { lines: [], dropped: 0 };
  outgoing.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  const textOf = (lines: typeof log.lines): string =>
    lines.map(({ at, text }) => (wish.hasTimes ? `${timeOf(world, at)} ${text}\n` : `${text}\n`)).join('');
  const text = Buffer.from(textOf(log.lines));
  outgoing.write(text.subarray(0, wish.limitBytes));
  if (!wish.follows || wish.isPrevious || text.length >= wish.limitBytes) {
    outgoing.end();
    return undefined;
  }
  follow(world, key, target, outgoing, textOf);
  return undefined;
}

function follow(
  world: World,
  key: string,
  { pod, container }: PodTarget,
  outgoing: ServerResponse,
  textOf: (lines: readonly { at: number; stream: 'stdout' | 'stderr'; text: string }[]) => string,
): void {
  const count = (): number => {
    const log = world.processes.logs.read(key);
    return log ? log.lines.length + log.dropped : 0;
  };
  let sent = count();
  const begun = world.processes.get(runtimeUidOf(pod), container)?.containerId;
  const timer = setInterval(() => {
    const log = world.processes.logs.read(key);
    const process = world.processes.get(runtimeUidOf(pod), container);
    if (log && process?.containerId === begun) {
      const fresh = log.lines.slice(Math.max(0, sent - log.dropped));
      sent = count();
      if (fresh.length > 0) outgoing.write(textOf(fresh));
      return;
    }
    clearInterval(timer);
    if (log && !process) outgoing.write(textOf(log.lines.slice(Math.max(0, sent - log.dropped))));
    outgoing.end();
  }, LOOK_EVERY_MS);
  outgoing.on('close', () => clearInterval(timer));
}

const timeOf = (world: World, at: number): string => world.kernel.formatMicroTime(at).replace(/Z$/, '000Z');

function faultOf({ pod, container }: PodTarget, { isPrevious }: LogWish): HttpAnswer | undefined {
  const { name } = pod.metadata;
  const status = containerStatusOf(pod, container);
  if (isPrevious && !status?.lastState?.terminated) {
    return refusal(badRequest(`previous terminated container "${container}" in pod "${name}" not found`));
  }
  if (!pod.spec?.nodeName) return refusal(badRequest(`pod ${name} does not have a host assigned`));
  const { waiting } = status?.state ?? {};
  if (!status || (waiting && !status.lastState?.terminated)) {
    const isPull = waiting?.reason === 'ErrImagePull' || waiting?.reason === 'ImagePullBackOff';
    const why = isPull ? 'trying and failing to pull image' : (waiting?.reason ?? 'ContainerCreating');
    return refusal(badRequest(`container "${container}" in pod "${name}" is waiting to start: ${why}`));
  }
  return undefined;
}
