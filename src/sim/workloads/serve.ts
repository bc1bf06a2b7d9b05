/** What a program answers. Shared by probes and by the network, so that both meet the same program. */
import type { HttpRequest, Reply } from './behaviour.ts';
import { rootOf, type RunningProcess } from './process.ts';
import { answerQueue } from './queue-server.ts';
import { answerValues } from './value-server.ts';
import { ContainerFiles, type VolumeStore } from './volumes.ts';

export interface ServeContext {
  /** Virtual time of the request's arrival. */
  readonly nowMs: number;
  /** A uniform integer below the bound, from a named stream. */
  draw(bound: number): number;
  /** Files that it may serve. */
  readonly volumes: VolumeStore;
  /** How much longer it takes for want of processor time: 2 is twice as long. */
  readonly slowdown?: number;
}

export function serve(process: RunningProcess, request: HttpRequest, context: ServeContext): Reply {
  const { http } = process.behaviour;
  if (!http) return { kind: 'connected', latencyMs: 1 };
  const [low, high] = http.latencyMs;
  const latencyMs = Math.round((low + (high > low ? context.draw(high - low + 1) : 0)) * (context.slowdown ?? 1));
  const age = context.nowMs - process.startedAt;
  const special = http.paths?.find(
    ({ prefix, fromMs = 0, untilMs = Number.POSITIVE_INFINITY }) =>
      request.path.startsWith(prefix) && age >= fromMs && age < untilMs,
  );
  if (special)
    return { kind: 'http', status: special.status, body: fill(special.body ?? '', process, request), latencyMs };
  if (http.keeps) {
    const files = new ContainerFiles(
      context.volumes,
      rootOf(process),
      process.mounts,
      process.image,
      context.nowMs,
      {},
      process.isReadOnlyRoot,
    );
    const kept = { request, files, directory: http.keeps.directory, nowMs: context.nowMs, hostname: process.hostname };
    const reply = http.keeps.what === 'queue' ? answerQueue(kept) : answerValues(kept);
    if (reply) return { kind: 'http', ...reply, latencyMs };
  }
  const file = http.root === undefined ? undefined : fileOf(process, http.root, request.path, context);
  if (file) return { kind: 'http', ...file, latencyMs };
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

/** Where a web server's own configuration stands: who mounts one may answer whatever path. */
const CONFIGURATION = /^\/(?:etc\/(?:nginx|apache2|httpd)|usr\/local\/apache2\/conf)(?:\/|$)/;
/** The only page of an image as it comes. */
const FIRST_PAGE = /^\/?(?:index\.html)?$/;

/** What a web server finds under its root: undefined for the page that its image comes with. */
function fileOf(
  process: RunningProcess,
  root: string,
  path: string,
  { volumes, nowMs }: ServeContext,
): { status: number; body: string } | undefined {
  const isMounted = process.mounts.some((mount) => mount.path === root || mount.path.startsWith(`${root}/`));
  const [wanted = '/'] = path.split('?');
  if (!isMounted && !volumes.has(rootOf(process))) {
    const isOther = process.mounts.some((mount) => CONFIGURATION.test(mount.path));
    return isOther || FIRST_PAGE.test(wanted) ? undefined : { status: 404, body: page(404, 'Not Found') };
  }
  const files = new ContainerFiles(volumes, rootOf(process), process.mounts, process.image, nowMs, {}, false);
  const full = `${root}${wanted}`.replace(/\/+$/, '');
  const found = files.read(full) ?? files.read(`${full}/index.html`);
  if (found) return { status: 200, body: found.text };
  return files.isDirectory(full)
    ? { status: 403, body: page(403, 'Forbidden') }
    : { status: 404, body: page(404, 'Not Found') };
}

const page = (status: number, text: string): string =>
  `<html>\n<head><title>${status} ${text}</title></head>\n<body>\n<center><h1>${status} ${text}</h1></center>\n</body>\n</html>\n`;
