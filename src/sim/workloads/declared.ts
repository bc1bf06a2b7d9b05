/** The behaviour that a Workload object declares for an image. */
import type { Workload, WorkloadSpec } from '../api/kinds/workload.ts';
import { milliValue, wholeValue } from '../api/quantity.ts';
import type { Behaviour } from './behaviour.ts';
import { PLAIN_SERVER } from './catalogue/images.ts';
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

function behaviourOf({ server, usage = {}, exit, stop, client, log = [] }: WorkloadSpec): Behaviour {
  const { latencyMs = [2, 15] } = server ?? {};
  return {
    name: server ? 'web-server' : 'declared',
    listenAfterMs: (server?.readyAfterSeconds ?? 0.2) * 1000,
    ports: server?.ports ?? [],
    stopAfterMs: (stop?.afterSeconds ?? 0.2) * 1000,
    stopCode: stop?.code ?? 0,
    cpuMillis: usage.cpu === undefined ? PLAIN_SERVER.cpuMillis : milliValue(usage.cpu),
    memoryBytes: usage.memory === undefined ? PLAIN_SERVER.memoryBytes : wholeValue(usage.memory),
    log,
    ...(usage.memoryGrowthPerSecond === undefined
      ? {}
      : { leakBytesPerSecond: wholeValue(usage.memoryGrowthPerSecond) }),
    ...(usage.cpuPerRequest === undefined ? {} : { cpuMillisPerRequest: milliValue(usage.cpuPerRequest) }),
    ...(exit ? { exit: { afterMs: exit.afterSeconds * 1000, code: exit.code ?? 0 } } : {}),
    ...(client ? { client: { url: client.url, intervalMs: (client.everySeconds ?? 1) * 1000 } } : {}),
    ...(server
      ? {
          http: {
            status: server.status ?? 200,
            body: server.body ?? '{image} on {pod}',
            latencyMs: typeof latencyMs === 'number' ? ([latencyMs, latencyMs] as const) : latencyMs,
            errorPercent: server.errorPercent ?? 0,
          },
        }
      : {}),
  };
}
