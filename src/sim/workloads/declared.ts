/** The behaviour that a Workload object declares for an image. */
import type { Workload, WorkloadSpec } from '../api/kinds/workload.ts';
import { milliValue, wholeValue } from '../api/quantity.ts';
import type { Behaviour } from './behaviour.ts';
import { PLAIN_SERVER } from './catalogue/images.ts';
import { consumer, needing, replica } from './catalogue/scripts.ts';
import { parseImage } from './program.ts';

/** The one that names the tag goes before the one that names the repository alone. */
export function declaredFor(image: string, workloads: Iterable<Workload>): Behaviour | undefined {
  const wanted = parseImage(image);
  let found: WorkloadSpec | undefined;
  for (const { spec } of workloads) {
    const name = spec && parseImage(spec.image);
    if (!spec || !name || name.repository !== wanted?.repository) continue;
    const isTagged = spec.image.slice(spec.image.lastIndexOf('/') + 1).includes(':');
    if (isTagged && name.tag !== wanted.tag) continue;
    if (isTagged || !found) found = spec;
  }
  return found && behaviourOf(found);
}

function behaviourOf(spec: WorkloadSpec): Behaviour {
  const { server, usage = {}, exit, stop, log = [] } = spec;
  const ports = server?.ports ?? (spec.queue || spec.store ? [KEPT_PORT] : []);
  const http = httpOf(spec);
  const program = programOf(spec, ports[0] ?? KEPT_PORT);
  const crash = crashOf(spec);
  const client = clientOf(spec);
  return {
    name: server ? 'web-server' : 'declared',
    listenAfterMs: (server?.readyAfterSeconds ?? 0.2) * 1000,
    ports,
    stopAfterMs: (stop?.afterSeconds ?? 0.2) * 1000,
    stopCode: stop?.code ?? 0,
    cpuMillis: usage.cpu === undefined ? PLAIN_SERVER.cpuMillis : milliValue(usage.cpu),
    memoryBytes: usage.memory === undefined ? PLAIN_SERVER.memoryBytes : wholeValue(usage.memory),
    log,
    ...(usage.memoryGrowthPerSecond === undefined
      ? {}
      : { leakBytesPerSecond: wholeValue(usage.memoryGrowthPerSecond) }),
    ...(usage.storage === undefined ? {} : { storageBytes: wholeValue(usage.storage) }),
    ...(usage.storageGrowthPerSecond === undefined
      ? {}
      : { storageBytesPerSecond: wholeValue(usage.storageGrowthPerSecond) }),
    ...(usage.processes === undefined ? {} : { processes: usage.processes }),
    ...(usage.cpuPerRequest === undefined ? {} : { cpuMillisPerRequest: milliValue(usage.cpuPerRequest) }),
    ...(exit?.afterSeconds === undefined || exit.when
      ? {}
      : { exit: { afterMs: exit.afterSeconds * 1000, code: exit.code ?? 0 } }),
    ...(crash ? { crash } : {}),
    ...(client ? { client } : {}),
    ...(program === undefined ? {} : { script: program }),
    ...(spec.store?.lease ? { election: { lease: spec.store.lease } } : {}),
    ...(http ? { http } : {}),
  };
}

const KEPT_PORT = 8080;
const DATA = '/data';

function httpOf({ server, queue, store }: WorkloadSpec): Behaviour['http'] {
  if (!server && !queue && !store) return undefined;
  const { latencyMs = queue || store ? 2 : [2, 15] } = server ?? {};
  return {
    status: server?.status ?? 200,
    body: server?.body ?? '{image} on {pod}',
    latencyMs: typeof latencyMs === 'number' ? [latencyMs, latencyMs] : latencyMs,
    errorPercent: server?.errorPercent ?? 0,
    ...(queue ? { keeps: { what: 'queue', directory: queue.directory ?? DATA } } : {}),
    ...(store ? { keeps: { what: 'values', directory: store.directory ?? DATA } } : {}),
  };
}

function programOf({ script, consumer: taking, store, exit }: WorkloadSpec, port: number): string | undefined {
  if (taking)
    return consumer({
      url: taking.url,
      secondsPerMessage: String(taking.secondsPerMessage ?? 1),
      failPercent: String(taking.failPercent ?? 0),
    });
  if (store)
    return replica({
      peers: store.peers,
      port,
      directory: store.directory ?? DATA,
      everySeconds: store.copyEverySeconds ?? 3,
      isOrdinal: store.lease === undefined,
    });
  const needed = exit?.when?.unreachable;
  return needed === undefined ? script : needing(needed, exit?.code ?? 1, exit?.log);
}

function crashOf({ exit }: WorkloadSpec): Behaviour['crash'] {
  if (!exit?.when) return undefined;
  const { unreachable: _unreachable, ...when } = exit.when;
  const log = exit.log === undefined ? {} : { log: exit.log };
  return { code: exit.code ?? 1, afterMs: (exit.afterSeconds ?? 0.5) * 1000, ...log, ...when };
}

function clientOf({ client }: WorkloadSpec): Behaviour['client'] {
  if (!client) return undefined;
  const { url, everySeconds, requestsPerSecond, method, body } = client;
  const rate = requestsPerSecond ?? 1 / (everySeconds ?? 1);
  const isBusy = rate > 2;
  return {
    url,
    intervalMs: isBusy ? 1000 : Math.round(1000 / rate),
    ...(isBusy ? { requests: rate } : {}),
    ...(method === undefined ? {} : { method }),
    ...(body === undefined ? {} : { body }),
  };
}
