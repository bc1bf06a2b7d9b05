/** What a program answers. Shared by probes and by the network, so that both meet the same program. */
import type { HttpRequest, Reply } from './behaviour.ts';
import type { RunningProcess } from './process.ts';

export interface ServeContext {
  /** Virtual time of the request's arrival. */
  readonly nowMs: number;
  /** A uniform integer below the bound, from a named stream. */
  draw(bound: number): number;
}

export function serve(process: RunningProcess, request: HttpRequest, context: ServeContext): Reply {
  const { http } = process.behaviour;
  if (!http) return { kind: 'connected', latencyMs: 1 };
  const [low, high] = http.latencyMs;
  const latencyMs = low + (high > low ? context.draw(high - low + 1) : 0);
  const age = context.nowMs - process.startedAt;
  const special = http.paths?.find(
    ({ prefix, fromMs = 0, untilMs = Number.POSITIVE_INFINITY }) =>
      request.path.startsWith(prefix) && age >= fromMs && age < untilMs,
  );
  if (special)
    return { kind: 'http', status: special.status, body: fill(special.body ?? '', process, request), latencyMs };
  const isError = http.errorPercent > 0 && context.draw(100) < http.errorPercent;
  if (isError) return { kind: 'http', status: 500, body: 'Internal Server Error', latencyMs };
  return { kind: 'http', status: http.status, body: fill(http.body, process, request), latencyMs };
}

function fill(body: string, process: RunningProcess, request: HttpRequest): string {
  const facts: Readonly<Record<string, string>> = {
    pod: process.pod,
    node: process.node,
    ip: process.podIp,
    path: request.path,
    image: process.image,
  };
  return body.replace(/\{(pod|node|ip|path|image)\}/g, (_, name: string) => facts[name] ?? '');
}
